// SPDX-License-Identifier: MIT
/* The command channel: both rings, wrap, room, strictness, scripted faults; TLB and SLPC messages. */
#include "../cs_internal.h"
#include "hw.h"
#include "guc_host.h"

static int setup(void **state)
{
	struct host *h = host_create();

	*state = h;
	return host_boot(h) == 0x8000f0ec && host_ct_enable(h) ? 0 : -1;
}

static int teardown(void **state)
{
	host_destroy(*state);
	return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

static void tlb(struct host *h, u32 seqno)
{
	HOST_FAST(h, H2G_TLB_INVALIDATE, seqno, BIT(31) | 3);
}

static void event_and_head(void **state)
{
	struct host *h = *state;

	tlb(h, 1);
	assert_int_equal(*host_mem(h, CT_AT), h->h2g_tail);
	assert_int_equal(*host_mem(h, CT_AT + 0x804), 3);
	assert_true(host_event(h, G2H_TLB_DONE, 1, 0));
	assert_int_equal(h->msg[0], 2);		/* fence 0, format 0, two words follow */
	assert_int_equal(host_recv(h), 0);
	assert_int_equal(counter_get(h->gpu, CNT_H2G), 1);
	assert_int_equal(counter_get(h->gpu, CNT_G2H), 1);
	assert_true(answer_has(h->gpu, "actions", "tlb-invalidate"));
	assert_true(answer_has(h->gpu, "ct", "gt0 enabled, received 1, sent 1"));
	assert_quiet(h->gpu);
}

/* Many times round both rings; padding at the end of H2G, straddling in G2H. */
static void wraps(void **state)
{
	struct host *h = *state;
	u32 i, padded = 0, straddled = 0, last;

	for (i = 1; i < 30000; i++) {
		last = h->h2g_tail;
		tlb(h, i);
		padded += h->h2g_tail < last && h->h2g_tail == 4;
		if (i % 7 == 0)
			HOST_FAST(h, H2G_RC_CONTROL, 1);
		straddled += h->g2h_head + 3 > G2H_WORDS;
		assert_true(host_event(h, G2H_TLB_DONE, i, 0));
	}
	assert_true(padded > 0);
	assert_true(straddled > 0);
	assert_quiet(h->gpu);
}

/* A batch of messages behind one doorbell, with the padding published before. */
static void batch_over_the_end(void **state)
{
	struct host *h = *state;
	const u32 hxg[] = { 2u << 28 | H2G_TLB_INVALIDATE, 1, 3 };
	u32 i, seqno[3];

	memset(seqno, 0, sizeof(seqno));
	for (i = 0; i < 254; i++) {
		u32 m[3] = { hxg[0], i + 1, 3 };

		host_write(h, 0x8000u << 16 | 3, m, 3);
	}
	guc_doorbell(h->gt);
	for (i = 0; i < 254; i++)
		assert_true(host_event(h, G2H_TLB_DONE, i + 1, 0));
	for (; i < 264; i++) {
		u32 m[4] = { 2u << 28 | H2G_LOG_FORCE_FLUSH, 0, 0 };

		host_write(h, 0x8000u << 16 | 3, m, 3);
	}
	guc_doorbell(h->gt);
	assert_int_equal(*host_mem(h, CT_AT), h->h2g_tail);
	assert_int_equal(h->h2g_tail, 8 * 4);
	assert_quiet(h->gpu);
}

/* Events wait for room, in order, and never pass the host's head. */
static void no_room(void **state)
{
	struct host *h = *state;
	u32 i, n = G2H_WORDS / 3 + 200, got = 0;

	for (i = 1; i <= n; i++)
		tlb(h, i);
	assert_true(guc_ct_waiting(h->guc));
	assert_true(*host_mem(h, CT_AT + 0x804) != 0 || h->g2h_head == 0);
	assert_int_equal((*host_mem(h, CT_AT + 0x804) + 1) % G2H_WORDS >= G2H_WORDS - 3, 1);
	while (host_event(h, G2H_TLB_DONE, got + 1, 0))
		if (++got % 1000 == 0)
			host_time(h, 2 * MSEC);	/* the model looks again by itself */
	host_time(h, 2 * MSEC);
	while (host_event(h, G2H_TLB_DONE, got + 1, 0))
		got++;
	assert_int_equal(got, n);
	assert_quiet(h->gpu);
}

static void bounded_wait_list(void **state)
{
	struct host *h = *state;
	u32 i;

	for (i = 1; i <= G2H_WORDS / 3 + CT_OUT_MAX; i++)
		tlb(h, i);
	assert_quiet(h->gpu);
	assert_violates(h->gpu, "g2h-overflow", tlb(h, i));
}

static void answers(void **state)
{
	struct host *h = *state;
	const u32 word = 0;
	u16 fence;

	fence = host_send(h, false, H2G_LOG_FORCE_FLUSH, &word, 1);
	assert_int_equal(host_recv(h), 1);
	assert_int_equal(h->msg[0], (u32)fence << 16 | 1);
	assert_int_equal(h->msg[1], MBOX_OK(0));
	host_send(h, true, H2G_LOG_FORCE_FLUSH, &word, 1);
	assert_int_equal(host_recv(h), 0);
	assert_quiet(h->gpu);
	assert_violates(h->gpu, "h2g-unknown-action", host_send(h, false, 0x5555, &word, 1));
	assert_int_equal(host_recv(h), 1);
	assert_int_equal(h->msg[1], 0xe0000030);
	/* No answer to a fast request, whatever is wrong with it. */
	assert_violates(h->gpu, "h2g-unknown-action", host_send(h, true, 0x5555, &word, 1));
	assert_int_equal(host_recv(h), 0);
}

static void strict_messages(void **state)
{
	struct host *h = *state;
	u32 hxg[4] = { 2u << 28 | H2G_TLB_INVALIDATE, 1, 3, 0 };

	/* Wrong length, wrong origin, wrong type, reserved bits, fence of the other kind. */
	assert_violates(h->gpu, "h2g-malformed",
			HOST_FAST(h, H2G_MODE_SET, 1));
	assert_violates(h->gpu, "h2g-malformed", HOST_FAST(h, 0x80000000 | H2G_RC_CONTROL, 0));
	assert_violates(h->gpu, "h2g-malformed", HOST_FAST(h, 0x30000000 | H2G_RC_CONTROL, 0));
	assert_violates(h->gpu, "h2g-malformed", HOST_FAST(h, 0x00050000 | H2G_RC_CONTROL, 0));
	assert_violates(h->gpu, "fault-reply", HOST_FAST(h, H2G_FAULT_REPLY, 0, 0));
	host_write(h, 3, hxg, 3);
	assert_violates(h->gpu, "h2g-fence", guc_doorbell(h->gt));
	assert_true(host_event(h, G2H_TLB_DONE, 1, 0));
	assert_false(h->guc->ct.broken);
}

static void broken_by(struct host *h, u32 header, u32 claim_tail)
{
	u32 hxg[3] = { 2u << 28 | H2G_TLB_INVALIDATE, 2, 3 };

	guc_reset(h->gt);
	host_boot(h);
	host_ct_enable(h);
	host_write(h, header, hxg, 3);
	if (claim_tail)
		host_put(h, CT_AT + 4, claim_tail);
	guc_doorbell(h->gt);
	assert_true(h->guc->ct.broken);
	assert_int_not_equal(*host_mem(h, CT_AT + 8), 0);
	/* Nothing goes on from here. */
	tlb(h, 9);
	assert_int_equal(host_recv(h), 0);
}

static void strict_rings(void **state)
{
	struct host *h = *state;

	assert_violates(h->gpu, "h2g-malformed", broken_by(h, 0x80000003 | 1 << 12, 0));
	assert_violates(h->gpu, "h2g-malformed", broken_by(h, 0x80000003 | 1 << 8, 0));
	assert_violates(h->gpu, "h2g-malformed", broken_by(h, 0x80000000 | 9, 0));
	assert_violates(h->gpu, "h2g-malformed", broken_by(h, 0x80000000, 0));
	assert_violates(h->gpu, "ct-tail", broken_by(h, 0x80000003, H2G_WORDS));
	assert_violates(h->gpu, "ct-tail", broken_by(h, 0x80000003, 0xffffffff));
}

static void host_moves_our_words(void **state)
{
	struct host *h = *state;

	tlb(h, 1);
	host_put(h, CT_AT, 0);		/* H2G head is ours */
	assert_violates(h->gpu, "ct-head", tlb(h, 2));
	guc_reset(h->gt);
	host_boot(h);
	host_ct_enable(h);
	host_put(h, CT_AT + 0x804, 5);	/* G2H tail is ours */
	assert_violates(h->gpu, "ct-tail", tlb(h, 1));
	guc_reset(h->gt);
	host_boot(h);
	host_ct_enable(h);
	host_put(h, CT_AT + 0x800, G2H_WORDS);
	assert_violates(h->gpu, "ct-head", tlb(h, 1));
	guc_reset(h->gt);
	host_boot(h);
	host_ct_enable(h);
	host_put(h, CT_AT + 8, 1);	/* the host found the ring broken */
	assert_violates(h->gpu, "ct-status", tlb(h, 1));
}

static void empty_message(void **state)
{
	struct host *h = *state;

	memset(host_mem(h, CT_AT + 0x1000), 0, 8);
	host_put(h, CT_AT + 4, 1);
	assert_violates(h->gpu, "h2g-malformed", guc_doorbell(h->gt));
	assert_int_equal(*host_mem(h, CT_AT), 1);
}

static void padding_with_garbage(void **state)
{
	struct host *h = *state;
	u32 i;

	for (i = 1; h->h2g_tail < H2G_WORDS - 8; i++)
		tlb(h, i);
	host_put(h, CT_AT + 0x1000 + h->h2g_tail * 4, 0);
	host_put(h, CT_AT + 0x1000 + h->h2g_tail * 4 + 4, 0x1234);
	host_put(h, CT_AT + 4, 0);
	assert_violates(h->gpu, "h2g-malformed", guc_doorbell(h->gt));
	assert_int_equal(*host_mem(h, CT_AT), 0);
}

/* What Linux 7.3 sends after each boot */
static void features(void **state)
{
	struct host *h = *state;
	const u32 at = 0x90000, lo = GGTT_BASE + at, policies[] = { 0x10010002, 500, 50 };
	u32 bad[] = { 0x10010003, 500, 50 }, activity[] = { lo, 0, lo, 0 }, none[] = { 0, 0, 0, 0 };

	host_put(h, at, 0x4001 << 16);
	host_put(h, at + 4, 0x4003 << 16);
	host_send(h, false, H2G_OPT_IN, (const u32[]){ lo, 0, 2 }, 3);
	assert_int_equal(host_recv(h), 1);
	assert_int_equal(h->msg[1], MBOX_OK(0));
	host_send(h, false, H2G_SCHEDULING_KLV, policies, 3);
	assert_int_equal(host_recv(h), 1);
	assert_int_equal(h->msg[1], MBOX_OK(0));
	host_send(h, true, H2G_ACTIVITY_BUFFER, activity, 4);
	host_send(h, true, H2G_ACTIVITY_BUFFER, none, 4);
	assert_quiet(h->gpu);
	assert_violates(h->gpu, "h2g-klv: scheduling policies", host_send(h, true, H2G_SCHEDULING_KLV, bad, 3));
	bad[0] = 0x40010002;
	assert_violates(h->gpu, "h2g-klv: scheduling policies", host_send(h, true, H2G_SCHEDULING_KLV, bad, 3));
	assert_violates(h->gpu, "h2g-klv: features", HOST_FAST(h, H2G_OPT_IN, 0x40000000, 0, 2));
	assert_violates(h->gpu, "h2g-klv: features", HOST_FAST(h, H2G_OPT_IN, lo, 0, 0));
	host_put(h, at + 4, 0x4003 << 16 | 1);
	assert_violates(h->gpu, "h2g-klv: features", HOST_FAST(h, H2G_OPT_IN, lo, 0, 2));
	activity[0] = 0x40000000;
	assert_violates(h->gpu, "ads-pointer: engine activity", host_send(h, true, H2G_ACTIVITY_BUFFER, activity, 4));
}

static void dirty_descriptor(void **state)
{
	struct host *h = *state;

	guc_reset(h->gt);
	host_boot(h);
	host_ct_register(h);
	host_put(h, CT_AT + 0x808, 1);
	assert_violates(h->gpu, "ct-descriptor", host_mbox(h, 0x4509, 1, 0, 0));
	assert_false(h->guc->ct.enabled);
}

static void enabled_twice(void **state)
{
	struct host *h = *state;

	assert_violates(h->gpu, "ct-enabled-twice", host_mbox(h, 0x4509, 1, 0, 0));
	assert_violates(h->gpu, "ct-config-enabled",
			host_mbox(h, 0x508, 0x0904 << 16 | 1, 4096, 0));
}

/* ---- TLB ---- */

static void tlb_forms(void **state)
{
	struct host *h = *state;

	HOST_FAST(h, H2G_TLB_INVALIDATE, 1, BIT(31));
	HOST_FAST(h, H2G_TLB_INVALIDATE, 2, BIT(31) | 1, 7, 0x10000, 0, 4);
	HOST_FAST(h, H2G_TLB_INVALIDATE, 3, BIT(31) | 1, 7, 0, 0, 36);
	HOST_FAST(h, H2G_TLB_INVALIDATE, 4, BIT(31) | 1, 7, 0x01000000, 0, 12);
	assert_quiet(h->gpu);
	assert_violates(h->gpu, "tlb-malformed",
			HOST_FAST(h, H2G_TLB_INVALIDATE, 5, BIT(31) | 1, 7, 0x1000, 0, 4));
	assert_violates(h->gpu, "tlb-malformed",
			HOST_FAST(h, H2G_TLB_INVALIDATE, 5, BIT(31) | 1, 7, 0, 0, 11));
	assert_violates(h->gpu, "tlb-malformed", HOST_FAST(h, H2G_TLB_INVALIDATE, 5, BIT(31) | 1));
	assert_violates(h->gpu, "tlb-malformed", HOST_FAST(h, H2G_TLB_INVALIDATE, 5, 9));
	assert_violates(h->gpu, "tlb-seqno", HOST_FAST(h, H2G_TLB_INVALIDATE, 9, BIT(31)));
	HOST_FAST(h, H2G_TLB_INVALIDATE, 10, BIT(31));
	assert_int_equal(counter_get(h->gpu, CNT_G2H), 6);
}

/* Not every operation makes the card forget an entry of the GGTT. */
static void tlb_ggtt(void **state)
{
	struct host *h = *state;
	u64 *entry = (u64 *)mem_gsm(h->gpu) + (GGTT_BASE + SLPC_AT) / PAGE_4K, was = *entry;
	u32 v;

	assert_int_equal(ggtt_read32(h->gpu, GGTT_BASE + SLPC_AT, &v), 0);
	*entry = was + PAGE_4K;
	HOST_FAST(h, H2G_TLB_INVALIDATE, 1, BIT(31) | 3);
	assert_int_equal(ggtt_read32(h->gpu, GGTT_BASE + SLPC_AT, &v), 0);
	assert_quiet(h->gpu);
	*entry = was;
	HOST_FAST(h, H2G_TLB_INVALIDATE, 2, BIT(31) | 1, 7, 0x10000, 0, 4);
	assert_violates(h->gpu, "ggtt-stale", ggtt_read32(h->gpu, GGTT_BASE + SLPC_AT, &v));
	*entry = was + PAGE_4K;
	HOST_FAST(h, H2G_TLB_INVALIDATE, 3, BIT(31));
	assert_int_equal(ggtt_read32(h->gpu, GGTT_BASE + SLPC_AT, &v), 0);
	assert_int_equal(counter_get(h->gpu, CNT_VIOLATION), 1);
}

/* And not every operation makes the engines forget entries of a process. */
static void tlb_ppgtt(void **state)
{
	static const struct { u32 len, word[6]; bool covers; } cases[] = {
		{ 2, { 1, BIT(31) }, true },
		{ 2, { 2, BIT(31) | 3 }, false },
		{ 6, { 3, BIT(31) | 1, 7, 0x10000, 0, 0 }, true },
		{ 6, { 4, BIT(31) | 1, 7, 0x20000, 0, 0 }, false },
		{ 6, { 5, BIT(31) | 1, 8, 0x10000, 0, 0 }, false },
		{ 6, { 6, BIT(31) | 1, 7, 0, 0, 36 }, true },
		{ 6, { 7, BIT(31) | 2, 9, 0x10000, 0, 0 }, true },
	};
	struct host *h = *state;
	struct cs_engine *cs = h->gt->engines[1];
	const u32 tables = 0x90000;
	u64 root = tables | 3, *leaf = (u64 *)(h->vram + tables + 0x4000) + 16;
	struct xlat x;
	u64 before;

	for (int i = 0; i < 4; i++)
		*(u64 *)(h->vram + tables + i * 0x1000) = (tables + (i + 1) * 0x1000) | 3;
	cs->ppgtt = true;
	cs->root = root;
	cs->asid = 7;
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		before = counter_get(h->gpu, CNT_VIOLATION);
		cs_tlb_flush(cs);
		*leaf = 0x100000 | BIT(11) | 3;
		assert_int_equal(cs_xlate(cs, 0x10000, false, false, &x), 0);
		*leaf = 0x101000 | BIT(11) | 3;
		host_send(h, true, H2G_TLB_INVALIDATE, cases[i].word, cases[i].len);
		assert_int_equal(cs_xlate(cs, 0x10000, false, false, &x), 0);
		assert_int_equal(counter_get(h->gpu, CNT_VIOLATION) - before, !cases[i].covers);
	}
	/* a reset of the GT forgets, a reset of the GuC alone does not */
	for (int full = 0; full < 2; full++) {
		before = counter_get(h->gpu, CNT_VIOLATION);
		cs_tlb_flush(cs);
		cs->ppgtt = true;
		cs->root = root;
		cs->asid = 7;
		*leaf = 0x100000 | BIT(11) | 3;
		cs_xlate(cs, 0x10000, false, false, &x);
		*leaf = 0x101000 | BIT(11) | 3;
		reg_cpu_write(h->gpu, FORCEWAKE_GT, 0x00010001);
		reg_cpu_write(h->gpu, GDRST, full ? GRDOM_FULL : GRDOM_GUC);
		cs_xlate(cs, 0x10000, false, false, &x);
		assert_int_equal(counter_get(h->gpu, CNT_VIOLATION) - before, !full);
	}
}

/* ---- SLPC ---- */

static u32 frequencies(struct host *h)
{
	return *host_mem(h, SLPC_AT + 132);
}

static void slpc(void **state)
{
	struct host *h = *state;
	const u32 addr = GGTT_BASE + SLPC_AT, query[] = { 5 << 8 | 2, addr, 0 };
	u32 range = reg_peek(h->gpu, 0x138000), rp0 = range & 0x1ff, rpn = range >> 16 & 0x1ff;

	host_put(h, SLPC_AT, 8192);
	HOST_FAST(h, H2G_SLPC, 0 << 8 | 2, addr, 0);
	assert_int_equal(*host_mem(h, SLPC_AT + 4), 3);
	assert_int_equal(frequencies(h) & 0xff, rp0);
	HOST_FAST(h, H2G_SLPC, 6 << 8 | 2, 7, rpn * 50 / 3 + 1);
	host_send(h, false, H2G_SLPC, query, 3);
	assert_int_equal(host_recv(h), 1);
	assert_int_equal(h->msg[1], MBOX_OK(0));
	assert_int_equal(frequencies(h) & 0xff, rpn);
	/* what the firmware requests follows the limits */
	assert_int_equal(reg_peek(h->gpu, 0xa008) >> 23, rpn);
	HOST_FAST(h, H2G_SLPC, 6 << 8 | 2, 7, rp0 * 50 / 3);
	HOST_FAST(h, H2G_SLPC, 6 << 8 | 2, 6, rp0 * 50 / 3);
	assert_int_equal(reg_peek(h->gpu, 0xa008) >> 23, rp0);
	HOST_FAST(h, H2G_SLPC, 7 << 8 | 1, 7);
	HOST_FAST(h, H2G_SLPC, 7 << 8 | 1, 6);
	assert_in_range(reg_peek(h->gpu, 0xa008) >> 23, rpn, rp0 - 1);
	HOST_FAST(h, H2G_RC_CONTROL, 1);
	assert_quiet(h->gpu);
	assert_violates(h->gpu, "slpc-range", HOST_FAST(h, H2G_SLPC, 6 << 8 | 2, 7, 9999));
	assert_violates(h->gpu, "slpc-range", HOST_FAST(h, H2G_SLPC, 6 << 8 | 2, 6, 10));
	assert_violates(h->gpu, "slpc-event", HOST_FAST(h, H2G_SLPC, 6 << 8 | 1, 6));
	assert_violates(h->gpu, "slpc-event", HOST_FAST(h, H2G_SLPC, 4 << 8 | 1, 6));
	assert_violates(h->gpu, "slpc-param", HOST_FAST(h, H2G_SLPC, 6 << 8 | 2, 77, 6));
	assert_violates(h->gpu, "rc-mode", HOST_FAST(h, H2G_RC_CONTROL, 2));
}

static void slpc_order(void **state)
{
	struct host *h = *state;

	assert_violates(h->gpu, "slpc-not-started", HOST_FAST(h, H2G_SLPC, 6 << 8 | 2, 7, 1000));
	host_put(h, SLPC_AT, 4096);
	assert_violates(h->gpu, "slpc-shared",
			HOST_FAST(h, H2G_SLPC, 0 << 8 | 2, GGTT_BASE + SLPC_AT, 0));
	host_put(h, SLPC_AT, 8192);
	arm(h->gpu, "slpc.state value=5");
	HOST_FAST(h, H2G_SLPC, 0 << 8 | 2, GGTT_BASE + SLPC_AT, 0);
	assert_int_equal(*host_mem(h, SLPC_AT + 4), 5);
	h->guc->boot.params[2] = 0;
	assert_violates(h->gpu, "slpc-disabled", HOST_FAST(h, H2G_SLPC, 7 << 8 | 1, 7));
}

/* ---- faults on purpose ---- */

/* The answer to a page fault in h->msg: that it did not work. */
static void answer_fault(struct host *h)
{
	const u32 *w = h->msg + 2;
	u32 data = w[0] >> 28 | (w[1] & 0xfff) << 4;

	assert_int_equal(h->msg[0], 5);
	assert_int_equal(h->msg[1], 0x90000000 | G2H_PAGE_FAULT);
	HOST_FAST(h, H2G_FAULT_REPLY, 3 | 1 << 10 | (w[1] & 0xfffff000),
		  (w[2] >> 4 & 0x3f) | (w[0] >> 19 & 0x3f) << 7 | (w[0] >> 25 & 7) << 13 | data << 16);
}

static void page_faults(void **state)
{
	struct host *h = *state;
	u32 i;

	arm(h->gpu, "guc.page-fault value=300");
	tlb(h, 1);
	for (i = 0; i < 300; i++) {
		assert_int_equal(host_recv(h), 5);
		answer_fault(h);
	}
	assert_true(host_event(h, G2H_TLB_DONE, 1, 0));
	host_time(h, 11000 * MSEC);
	/* What was reported before a reset is void. */
	arm(h->gpu, "guc.page-fault");
	tlb(h, 2);
	guc_reset(h->gt);
	host_time(h, 6000 * MSEC);
	assert_true(host_boot(h) == 0x8000f0ec && host_ct_enable(h));
	assert_quiet(h->gpu);
	/* One too many; then one that nobody answers, and one that is answered wrongly. */
	assert_violates(h->gpu, "fault-reply", HOST_FAST(h, H2G_FAULT_REPLY, 0, 0));
	arm(h->gpu, "guc.page-fault");
	tlb(h, 1);
	assert_violates(h->gpu, "fault-unanswered", host_time(h, 6000 * MSEC));
	assert_violates(h->gpu, "fault-reply", HOST_FAST(h, H2G_FAULT_REPLY, 1, 0));
}

/* It is not read, and then all of it. */
static void late_reader(void **state)
{
	struct host *h = *state;

	arm(h->gpu, "guc.h2g-late value=200000");
	tlb(h, 1);
	tlb(h, 2);
	assert_int_equal(host_recv(h), 0);
	host_time(h, 199 * MSEC);
	assert_int_equal(host_recv(h), 0);
	host_time(h, 2 * MSEC);
	assert_true(host_event(h, G2H_TLB_DONE, 1, 0));
	assert_true(host_event(h, G2H_TLB_DONE, 2, 0));
	assert_true(answer_has(h->gpu, "ct", "  8 words of h2g have waited at once"));
	assert_quiet(h->gpu);
}

static void scripted_events(void **state)
{
	struct host *h = *state;

	arm(h->gpu, "tlb.lost");
	tlb(h, 1);
	assert_int_equal(host_recv(h), 0);
	arm(h->gpu, "guc.g2h-drop value=0x7001");
	tlb(h, 2);
	assert_int_equal(host_recv(h), 0);
	arm(h->gpu, "guc.g2h-twice");
	tlb(h, 3);
	assert_true(host_event(h, G2H_TLB_DONE, 3, 0));
	assert_true(host_event(h, G2H_TLB_DONE, 3, 0));
	arm(h->gpu, "guc.g2h-junk value=0x9000abcd");
	tlb(h, 4);
	assert_int_equal(host_recv(h), 1);
	assert_int_equal(h->msg[1], 0x9000abcd);
	assert_true(host_event(h, G2H_TLB_DONE, 4, 0));
	arm(h->gpu, "guc.g2h-length value=200");
	tlb(h, 5);
	assert_int_equal(host_mem(h, CT_AT + 0x2000)[h->g2h_head] & 0xff, 200);
	h->g2h_head = *host_mem(h, CT_AT + 0x804);
	host_put(h, CT_AT + 0x800, h->g2h_head);
	arm(h->gpu, "guc.g2h-tail value=0x9999");
	tlb(h, 6);
	assert_int_equal(*host_mem(h, CT_AT + 0x804), 0x9999);
	assert_quiet(h->gpu);
}

static void scripted_requests(void **state)
{
	struct host *h = *state;
	const u32 word = 0;
	u16 fence;

	arm(h->gpu, "guc.h2g-drop value=0x7000");
	HOST_FAST(h, H2G_RC_CONTROL, 1);
	tlb(h, 1);
	assert_int_equal(host_recv(h), 0);
	assert_int_equal(h->guc->slpc.rc_mode, 1);
	arm(h->gpu, "guc.h2g-fail value=0x41");
	host_send(h, false, H2G_LOG_FORCE_FLUSH, &word, 1);
	assert_int_equal(host_recv(h), 1);
	assert_int_equal(h->msg[1], 0xe0000041);
	arm(h->gpu, "guc.g2h-fence");
	fence = host_send(h, false, H2G_LOG_FORCE_FLUSH, &word, 1);
	assert_int_equal(host_recv(h), 1);
	assert_int_not_equal(h->msg[0] >> 16, fence);
	arm(h->gpu, "guc.h2g-head value=0x7fff");
	tlb(h, 2);
	assert_int_equal(*host_mem(h, CT_AT), 0x7fff);
	tlb(h, 3);
	assert_int_equal(*host_mem(h, CT_AT), h->h2g_tail);
	arm(h->gpu, "guc.ct-status value=2");
	tlb(h, 4);
	assert_int_equal(*host_mem(h, CT_AT + 8), 2);
	host_put(h, CT_AT + 8, 0);
	arm(h->gpu, "guc.h2g-stall");
	tlb(h, 5);
	tlb(h, 6);
	assert_int_not_equal(*host_mem(h, CT_AT), h->h2g_tail);
	assert_quiet(h->gpu);
}

static void late(void **state)
{
	struct host *h = *state;

	arm(h->gpu, "guc.g2h-late value=500");
	tlb(h, 1);
	tlb(h, 2);
	assert_true(host_event(h, G2H_TLB_DONE, 2, 0));
	host_time(h, 400 * USEC);
	assert_int_equal(host_recv(h), 0);
	host_time(h, 200 * USEC);
	assert_true(host_event(h, G2H_TLB_DONE, 1, 0));
	/* a firmware that is slow with all of them keeps their order */
	arm(h->gpu, "guc.g2h-late count=0 value=500");
	for (u32 i = 3; i < 70; i++)
		tlb(h, i);
	host_time(h, 300 * USEC);
	assert_int_equal(host_recv(h), 0);
	host_time(h, 300 * USEC);
	for (u32 i = 3; i < 70; i++)
		assert_true(host_event(h, G2H_TLB_DONE, i, 0));
	/* more than are held back: the others go out at once; a reset forgets them */
	arm(h->gpu, "guc.g2h-late count=0 value=500");
	for (u32 i = 70; i < 70 + GUC_LATE_MAX; i++)
		tlb(h, i);
	assert_int_equal(host_recv(h), 0);
	tlb(h, 70 + GUC_LATE_MAX);
	assert_true(host_event(h, G2H_TLB_DONE, 70 + GUC_LATE_MAX, 0));
	guc_reset(h->gt);
	assert_int_equal(host_boot(h), 0x8000f0ec);
	assert_true(host_ct_enable(h));
	host_time(h, MSEC);
	assert_int_equal(host_recv(h), 0);
	assert_quiet(h->gpu);
}

/* What a lost message leaves behind looks like disorder, and is not the driver's. */
static void consequences(void **state)
{
	struct host *h = *state;

	arm(h->gpu, "guc.h2g-drop value=0x7000");
	HOST_FAST(h, H2G_TLB_INVALIDATE, 1, BIT(31));
	HOST_FAST(h, H2G_TLB_INVALIDATE, 2, BIT(31));
	HOST_FAST(h, H2G_TLB_INVALIDATE, 4, BIT(31));
	arm(h->gpu, "guc.h2g-drop value=0x4502");
	host_register(h, 0, GUC_BLITTER, 1);
	HOST_FAST(h, H2G_MODE_SET, 0, 1);
	HOST_FAST(h, H2G_DEREGISTER, 0);
	assert_quiet(h->gpu);
	/* what is malformed was never in order, and a reset ends the excuse */
	assert_violates(h->gpu, "tlb-malformed", HOST_FAST(h, H2G_TLB_INVALIDATE, 5, 9));
	guc_reset(h->gt);
	assert_int_equal(host_boot(h), 0x8000f0ec);
	assert_true(host_ct_enable(h));
	assert_violates(h->gpu, "context-unknown", HOST_FAST(h, H2G_MODE_SET, 0, 1));
}

/* A log in use is DMA that nobody asked for. */
static void chatter(void **state)
{
	struct host *h = *state;
	const u32 log = 0x80000;

	assert_true(answer_has(h->gpu, "chatter", "error"));
	assert_true(answer_has(h->gpu, "chatter 0", "error"));
	assert_true(answer_has(h->gpu, "chatter never", "error"));
	guc_reset(h->gt);
	host_boot_regs(h);
	host_reg(h, SOFT_SCRATCH(1), (GGTT_BASE + log) | 1);
	host_dma(h, BIT(4));
	host_time(h, 2 * MSEC);
	assert_int_equal(host_status(h), 0x8000f0ec);
	host_put(h, log + 4092, 0x1234);
	assert_true(answer_has(h->gpu, "chatter 100", "ok"));
	/* in system memory, with bus mastering off */
	((u64 *)mem_gsm(h->gpu))[(GGTT_BASE + log) / PAGE_4K] = 0x5000 | 1;
	ggtt_invalidate(h->gpu);
	pci_config_write(h->gpu, 4, 2, 0x2);
	unheard_set(h->gpu, true);
	host_time(h, MSEC);
	assert_in_range(counter_get(h->gpu, CNT_DMA_BLOCKED), 8, 11);
	assert_int_equal(*host_mem(h, log + 4092), 0x1234);
	assert_true(answer_has(h->gpu, "chatter off", "ok"));
	host_time(h, MSEC);
	assert_in_range(counter_get(h->gpu, CNT_DMA_BLOCKED), 8, 11);
	assert_quiet(h->gpu);
}

static void crash(void **state)
{
	struct host *h = *state;

	arm(h->gpu, "guc.crash");
	tlb(h, 1);
	assert_int_equal(host_recv(h), 1);
	assert_int_equal(h->msg[1], 0x90008004);
	assert_int_equal(reg_peek(h->gpu, SOFT_SCRATCH(15)) & BIT(30), BIT(30));
	tlb(h, 2);
	assert_int_equal(host_recv(h), 0);
	guc_reset(h->gt);
	assert_int_equal(host_boot(h), 0x8000f0ec);
	assert_quiet(h->gpu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(event_and_head), TEST(wraps), TEST(batch_over_the_end), TEST(no_room),
		TEST(bounded_wait_list), TEST(answers), TEST(strict_messages), TEST(strict_rings),
		TEST(host_moves_our_words), TEST(empty_message), TEST(padding_with_garbage),
		TEST(features), TEST(dirty_descriptor), TEST(enabled_twice), TEST(tlb_forms), TEST(tlb_ggtt), TEST(tlb_ppgtt), TEST(slpc),
		TEST(slpc_order), TEST(page_faults), TEST(late_reader), TEST(scripted_events), TEST(scripted_requests), TEST(consequences), TEST(late),
		TEST(chatter), TEST(crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
