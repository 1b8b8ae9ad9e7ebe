// SPDX-License-Identifier: MIT
/*
 * The channel of the GuC: arithmetic of its rings, and messages, good and bad, from a firmware that
 * this test plays.
 */

#include "../../../guc/ct_receive.c"

#include <kunit/test.h>

#include "tests/kunit/fake.h"

/*
 * Rings
 */

struct ring_case {
	u32 head, tail, size;
	u32 used, free;
};

static const struct ring_case ring_cases[] = {
	{ 0, 0, 8, 0, 7 },
	{ 0, 7, 8, 7, 0 },
	{ 7, 7, 8, 0, 7 },
	{ 7, 0, 8, 1, 6 },
	{ 1, 0, 8, 7, 0 },
	{ 5, 2, 8, 5, 2 },
	{ CT_G2H_WORDS - 1, 0, CT_G2H_WORDS, 1, CT_G2H_WORDS - 2 },
};

static void test_ring(struct kunit *test)
{
	for (size_t i = 0; i < ARRAY_SIZE(ring_cases); i++) {
		const struct ring_case *c = &ring_cases[i];

		KUNIT_EXPECT_EQ(test, xe_ring_used(c->head, c->tail, c->size), c->used);
		KUNIT_EXPECT_EQ(test, xe_ring_free(c->head, c->tail, c->size), c->free);
	}
	KUNIT_EXPECT_EQ(test, xe_ring_padding(5, 3, 8), 0);
	KUNIT_EXPECT_EQ(test, xe_ring_padding(5, 4, 8), 3);
	KUNIT_EXPECT_EQ(test, xe_ring_advance(5, 3, 8), 0);
	KUNIT_EXPECT_EQ(test, xe_ring_advance(5, 8, 8), 5);
}

/* Whatever the positions are: used and free make up the ring, and advancing adds. */
static void test_ring_sums(struct kunit *test)
{
	const u32 size = 16;

	for (u32 head = 0; head < size; head++)
		for (u32 tail = 0; tail < size; tail++) {
			u32 used = xe_ring_used(head, tail, size);

			KUNIT_EXPECT_EQ(test, used + xe_ring_free(head, tail, size), size - 1);
			KUNIT_EXPECT_EQ(test, xe_ring_advance(head, used, size), tail);
		}
}

/*
 * Messages
 */

static unsigned int resets;

static void count_reset(struct xe_hw hw, struct xe_hw_work *work)
{
	resets++;
}

/* The channel of GT 0, up, in memory of the test; at its end clear &xe_guc_ct.buf. */
struct xe_guc_ct *xe_fake_channel(struct kunit *test, struct xe_device *xe, struct xe_hw hw)
{
	struct xe_guc_ct *ct = &xe_guc(hw, &xe_hw_state(hw)->gt[0])->ct;

	flush_work(&xe->recovery.work.work);	/* once, as the device was published */
	xe->recovery.work.run = count_reset;
	resets = 0;
	spin_lock_init(&ct->lock);
	mutex_init(&ct->send_lock);
	mutex_init(&ct->receive_lock);
	INIT_LIST_HEAD(&ct->waits);
	ct->buf.cpu = kunit_kzalloc(test, CT_BYTES, GFP_KERNEL);
	ct->buf.size = ct->buf.cpu ? CT_BYTES : 0;
	ct->credits = CT_CREDITS;
	ct->num_events = 0;
	KUNIT_ASSERT_EQ(test, xe_guc_tlb_init(hw, &xe_hw_state(hw)->gt[0]), 0);
	KUNIT_ASSERT_EQ(test, xe_guc_faults_init(hw, &xe_hw_state(hw)->gt[0]), 0);
	KUNIT_ASSERT_EQ(test, xe_contexts_init(hw, &xe_hw_state(hw)->gt[0]), 0);
	ct->state = XE_CT_UP;
	return ct;
}

/* How often a reset was asked for since. */
unsigned int xe_fake_resets(struct xe_device *xe)
{
	flush_work(&xe->recovery.work.work);
	return resets;
}

static void say(struct xe_guc_ct *ct, u32 *tail, const u32 *words, u32 len)
{
	u32 *ring = ct->buf.cpu + CT_G2H_OFFSET;

	for (u32 i = 0; i < len; i++) {
		ring[*tail] = words[i];
		*tail = (*tail + 1) % CT_G2H_WORDS;
	}
	*(u32 *)(ct->buf.cpu + CT_G2H_DESC + CT_DESC_TAIL) = *tail;
}

#define EVENT(code, words)	{ FIELD_PREP_CONST(CT_LENGTH, 1 + (words)),		\
				  HXG_FROM_GUC | FIELD_PREP_CONST(HXG_TYPE, HXG_EVENT) | (code) }
#define ANSWER(fence, type)	{ FIELD_PREP_CONST(CT_FENCE, fence) |			\
				  FIELD_PREP_CONST(CT_LENGTH, 1),			\
				  HXG_FROM_GUC | FIELD_PREP_CONST(HXG_TYPE, type) | 0x77 }

struct message_case {
	const char *name;
	u32 words[7];
	u32 len;		/* words that the GuC writes */
	bool waited;		/* somebody waits for an answer with fence 5 */
	enum xe_ct_state state;	/* afterwards */
	int err;		/* that the waiter gets */
};

static const struct message_case message_cases[] = {
	{ "log flushed", EVENT(GUC_EVENT_LOG_FLUSHED, 0), 2, false, XE_CT_UP },
	{ "state captured", EVENT(GUC_EVENT_STATE_CAPTURED, 1), 3, false, XE_CT_UP },
	{ "crash", EVENT(GUC_EVENT_CRASH_DUMPED, 0), 2, false, XE_CT_BROKEN },
	{ "exception", EVENT(GUC_EVENT_EXCEPTION, 0), 2, false, XE_CT_BROKEN },
	{ "unknown event", EVENT(0x1234, 0), 2, false, XE_CT_UP },
	{ "unknown event with words", EVENT(0x1234, 1), 3, false, XE_CT_UP },
	{ "unknown event beyond tail", EVENT(0x1234, 9), 3, false, XE_CT_BROKEN },
	{ "short event", EVENT(GUC_EVENT_ENGINE_RESET_FAILED, 1), 3, false, XE_CT_BROKEN },
	{ "invalidation not asked for", EVENT(GUC_EVENT_TLB_INVALIDATED, 1), 3, false,
	  XE_CT_BROKEN },
	{ "access count", EVENT(GUC_EVENT_ACCESS_COUNT, 4), 6, false, XE_CT_UP },
	{ "short access count", EVENT(GUC_EVENT_ACCESS_COUNT, 3), 5, false, XE_CT_BROKEN },
	{ "short page fault", EVENT(GUC_EVENT_PAGE_FAULT, 3), 5, false, XE_CT_BROKEN },
	{ "long page fault", EVENT(GUC_EVENT_PAGE_FAULT, 5), 7, false, XE_CT_BROKEN },
	{ "answer", ANSWER(5, HXG_SUCCESS), 2, true, XE_CT_UP, 0 },
	{ "refusal", ANSWER(5, HXG_FAILURE), 2, true, XE_CT_UP, -EIO },
	{ "retry", ANSWER(5, HXG_RETRY), 2, true, XE_CT_UP, -EAGAIN },
	{ "answer to nobody", ANSWER(6, HXG_SUCCESS), 2, true, XE_CT_BROKEN, -EPIPE },
	{ "answer unasked", ANSWER(5, HXG_SUCCESS), 2, false, XE_CT_BROKEN },
	{ "fast request refused", ANSWER(0x8005, HXG_FAILURE), 2, true, XE_CT_BROKEN, -EPIPE },
	{ "busy in the channel", ANSWER(5, HXG_BUSY), 2, true, XE_CT_BROKEN, -EPIPE },
	{ "a request", { 1, HXG_FROM_GUC }, 2, true, XE_CT_BROKEN, -EPIPE },
	{ "our own", { 1, 0 }, 2, true, XE_CT_BROKEN, -EPIPE },
	{ "no length", { 0, 0 }, 1, true, XE_CT_BROKEN, -EPIPE },
	{ "length beyond tail", { 0xff, HXG_FROM_GUC }, 2, true, XE_CT_BROKEN, -EPIPE },
	{ "reserved bits", { 0x101, HXG_FROM_GUC }, 2, true, XE_CT_BROKEN, -EPIPE },
	{ "other format", { 0x1001, HXG_FROM_GUC }, 2, true, XE_CT_BROKEN, -EPIPE },
	{ "all ones", { ~0u, ~0u, ~0u }, 3, true, XE_CT_BROKEN, -EPIPE },
	{ "all zeroes", { }, 3, true, XE_CT_BROKEN, -EPIPE },
};

KUNIT_ARRAY_PARAM_DESC(message, message_cases, name);

static void play(struct kunit *test, struct xe_device *xe, struct xe_hw hw, u32 start)
{
	const struct message_case *c = test->param_value;
	struct xe_gt *gt = &xe_hw_state(hw)->gt[0];
	struct xe_ct_wait wait = { .what = XE_CT_ANSWER, .id = 5, .err = 1 };
	struct xe_guc_ct *ct = xe_fake_channel(test, xe, hw);
	u32 tail = start;

	ct->head = start;
	init_completion(&wait.done);
	if (c->waited) {
		list_add_tail(&wait.link, &ct->waits);
		ct->credits -= CT_MAX_WORDS;
	}

	say(ct, &tail, c->words, c->len);
	xe_guc_ct_receive(hw, gt);

	KUNIT_EXPECT_EQ(test, ct->state, c->state);
	KUNIT_EXPECT_TRUE(test, list_empty(&ct->waits));
	KUNIT_EXPECT_LE(test, ct->credits, CT_CREDITS);
	KUNIT_EXPECT_LT(test, ct->head, CT_G2H_WORDS);
	KUNIT_EXPECT_EQ(test, wait.err, c->waited ? c->err : 1);
	if (c->state == XE_CT_UP) {
		KUNIT_EXPECT_EQ(test, ct->head, tail);
		KUNIT_EXPECT_EQ(test, ct->credits, CT_CREDITS);
	}
	flush_work(&xe->recovery.work.work);
	KUNIT_EXPECT_EQ(test, resets, c->state == XE_CT_BROKEN);
	memset(&ct->buf, 0, sizeof(ct->buf));
}

static void test_message(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe)
		play(test, xe, hw, 0);
}

static struct {
	struct xe_guc_ct *ct;
	u32 tail;
	unsigned int heard, more;
} talk;

static int talk_on(struct xe_hw hw, struct xe_gt *gt, const u32 *payload)
{
	static const u32 again[] = EVENT(0x4321, 0);

	talk.heard++;
	if (talk.heard <= talk.more)
		say(talk.ct, &talk.tail, again, ARRAY_SIZE(again));
	return 0;
}

/* What comes while others are handled, of which no interrupt need tell, is; but not for ever. */
static void test_talks_on(struct kunit *test)
{
	static const struct xe_ct_event event = { 0x4321, 0, 0, 0, talk_on };
	static const u32 first[] = EVENT(0x4321, 0);
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = &xe_hw_state(hw)->gt[0];

		talk = (typeof(talk)){ .ct = xe_fake_channel(test, xe, hw), .more = 3 };
		KUNIT_ASSERT_EQ(test, xe_guc_ct_handle(hw, gt, &event), 0);
		say(talk.ct, &talk.tail, first, ARRAY_SIZE(first));
		xe_guc_ct_receive(hw, gt);
		KUNIT_EXPECT_EQ(test, talk.heard, 4);
		KUNIT_EXPECT_EQ(test, talk.ct->head, talk.tail);

		KUNIT_EXPECT_FALSE(test, talk.ct->unread);

		disable_work_sync(&xe->guc_owed.work.work);
		talk.heard = 0;
		talk.more = ROUNDS + 1;
		say(talk.ct, &talk.tail, first, ARRAY_SIZE(first));
		xe_guc_ct_receive(hw, gt);
		KUNIT_EXPECT_EQ(test, talk.heard, ROUNDS);
		KUNIT_EXPECT_TRUE(test, talk.ct->unread);
		KUNIT_EXPECT_TRUE(test, xe_guc_ct_is_up(hw, gt));
		xe_guc_ct_catch_up(hw, gt);
		KUNIT_EXPECT_EQ(test, talk.heard, ROUNDS + 2);
		KUNIT_EXPECT_EQ(test, talk.ct->head, talk.tail);
		KUNIT_EXPECT_FALSE(test, talk.ct->unread);
		xe_guc_ct_catch_up(hw, gt);
		memset(&talk.ct->buf, 0, sizeof(talk.ct->buf));
	}
}

/* The same over the end of the ring, at each word of the message. */
static void test_message_wraps(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe)
		for (u32 words = 1; words < 3; words++)
			play(test, xe, hw, CT_G2H_WORDS - words);
}

struct descriptor_case {
	const char *name;
	u32 tail, status;
};

static const struct descriptor_case descriptor_cases[] = {
	{ "tail at the end", CT_G2H_WORDS, 0 },
	{ "tail all ones", ~0u, 0 },
	{ "status", 0, 1 },
};

static void test_descriptor(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe)
		for (size_t i = 0; i < ARRAY_SIZE(descriptor_cases); i++) {
			const struct descriptor_case *c = &descriptor_cases[i];
			struct xe_guc_ct *ct = xe_fake_channel(test, xe, hw);

			*(u32 *)(ct->buf.cpu + CT_G2H_DESC + CT_DESC_TAIL) = c->tail;
			*(u32 *)(ct->buf.cpu + CT_G2H_DESC + CT_DESC_STATUS) = c->status;
			xe_guc_ct_receive(hw, &xe_hw_state(hw)->gt[0]);
			KUNIT_EXPECT_EQ_MSG(test, ct->state, XE_CT_BROKEN, "%s", c->name);
			KUNIT_EXPECT_EQ(test, ct->head, 0);
			flush_work(&xe->recovery.work.work);
			memset(&ct->buf, 0, sizeof(ct->buf));
		}
}

static struct kunit_case ct_cases[] = {
	KUNIT_CASE(test_ring),
	KUNIT_CASE(test_ring_sums),
	KUNIT_CASE_PARAM(test_message, message_gen_params),
	KUNIT_CASE(test_talks_on),
	KUNIT_CASE_PARAM(test_message_wraps, message_gen_params),
	KUNIT_CASE(test_descriptor),
	{ }
};

static struct kunit_suite ct_suite = {
	.name = "xe_ct",
	.test_cases = ct_cases,
};

kunit_test_suite(ct_suite);
