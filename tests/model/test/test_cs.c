// SPDX-License-Identifier: MIT
/* Context switch, ring, batches, preemption, faults. */
#include "../clk.h"
#include "cs_bench.h"
#include "../cs_internal.h"

#define DATA32(b)	(data_at(b, 0)[0])

static void ring_only(void **state)
{
	struct bench *b = *state;

	RING(b, ARB_ON, NOOP, SDI_GGTT(GGTT_GUEST + 0x100, 0xcafe), USER_IRQ, ARB_CHECK);
	bench_load(b);
	assert_true(cs_loaded(b->cs));
	assert_int_equal(bench_run(b, 100), CS_IDLE);
	assert_int_equal(b->used, 5);
	assert_int_equal(*(u32 *)(b->guest + 0x100), 0xcafe);
	assert_int_equal(bench_run(b, 100), CS_IDLE);
	assert_int_equal(b->used, 0);
	assert_int_equal(counter_get(b->gpu, CNT_CMD), 5);
	assert_int_equal(cs_save(b->cs), 0);
	assert_false(cs_loaded(b->cs));
	assert_int_equal(image_of(b)[LRC_HEAD], 32);
	assert_quiet(b->gpu);
}

static void saved_image(void **state)
{
	struct bench *b = *state;
	u32 *image = image_of(b), time;

	RING(b, ARB_ON, NOOP);
	bench_load(b);
	bench_run(b, 100);
	image[LRC_TAIL] = 0x40;		/* the driver is faster */
	assert_int_equal(cs_save(b->cs), 0);
	assert_int_equal(image[LRC_TAIL], 0x40);
	assert_int_equal(image[LRC_CONTROL], 0x00090008);
	assert_int_equal(image[LRC_BB_ADDR] | image[LRC_BB_STATE] | image[LRC_BB_ADDR_HI], 0);
	assert_int_equal(image[LRC_ASID], 0x77);
	assert_int_equal(image[1], 0x1108101d);		/* 15 registers, relative, posted */
	assert_int_equal(image[2], 0x22244);
	assert_int_equal(image[0x70], 0x2209c);
	assert_int_equal(image[0x71], 0xffff0000);
	time = image[LRC_TIMESTAMP];
	assert_int_not_equal(time, 0);
	/* The time stands still meanwhile, and the saved image is a whole one. */
	clk_step(b->gpu->clk, 1000000000);
	image[LRC_TAIL] = 8;
	bench_load(b);
	assert_in_range(cs_context_time(b->cs), time, time + 10);
	assert_int_equal(bench_run(b, 100), CS_IDLE);
	assert_quiet(b->gpu);
}

/* A second context made from the image of the first, as the driver does. */
static void default_image(void **state)
{
	struct bench *b = *state;
	u32 copy[LRC_REGS_WORDS];

	RING(b, LRI1(CS_GPR(3), 0x1234), NOOP);
	bench_load(b);
	bench_run(b, 10);
	assert_int_equal(cs_save(b->cs), 0);
	memcpy(copy, image_of(b), sizeof(copy));
	reg_poke(b->gpu, 0x22000 + CS_GPR(3), 0);
	memcpy(image_of(b), copy, sizeof(copy));
	image_of(b)[LRC_HEAD] = 0;
	image_of(b)[LRC_TIMESTAMP] = 0;
	b->tail = 0;
	RING(b, MI(0x24) | BIT(19) | BIT(22) | 2, CS_GPR(3), ADDR(GGTT_GUEST));
	bench_load(b);
	assert_int_equal(bench_run(b, 10), CS_IDLE);
	assert_int_equal(*(u32 *)b->guest, 0x1234);
	assert_quiet(b->gpu);
}

static void ring_wrap(void **state)
{
	struct bench *b = *state;
	unsigned int i;

	/* Up to two words before the end, then a command of four words across it */
	for (i = 0; i < RING_BYTES / 8 - 1; i++)
		RING(b, NOOP, NOOP);
	bench_load(b);
	assert_int_equal(bench_run(b, 10000), CS_IDLE);
	RING(b, SDI_GGTT(GGTT_GUEST, 0x77));
	assert_int_equal(image_of(b)[LRC_TAIL], 8);
	assert_int_equal(cs_update_tail(b->cs), 0);
	assert_int_equal(bench_run(b, 10000), CS_IDLE);
	assert_int_equal(b->used, 1);
	assert_int_equal(*(u32 *)b->guest, 0x77);
	assert_int_equal(cs_save(b->cs), 0);
	assert_int_equal(image_of(b)[LRC_HEAD], 8);
	assert_quiet(b->gpu);
}

static void bad_tail(void **state)
{
	struct bench *b = *state;
	u32 *image = image_of(b);

	image[LRC_TAIL] = RING_BYTES;
	assert_violates(b->gpu, "ring-tail-out-of-range",
			assert_int_equal(cs_load(b->cs, bench_desc()), -EINVAL));
	image[LRC_TAIL] = 4;
	assert_violates(b->gpu, "ring-tail-out-of-range",
			assert_int_equal(cs_load(b->cs, bench_desc()), -EINVAL));
	image[LRC_TAIL] = 0;
	image[LRC_HEAD] = RING_BYTES;
	assert_violates(b->gpu, "ring-head-out-of-range",
			assert_int_equal(cs_load(b->cs, bench_desc()), -EINVAL));
	image[LRC_HEAD] = 0;
	bench_load(b);
	image[LRC_TAIL] = 0xfffffff8;
	assert_violates(b->gpu, "ring-tail-out-of-range",
			assert_int_equal(cs_update_tail(b->cs), -EINVAL));
	assert_int_equal(bench_run(b, 10), CS_IDLE);
}

static void bad_image(void **state)
{
	struct bench *b = *state;
	u32 *image = image_of(b);

	assert_violates(b->gpu, "lrc-descriptor",
			assert_int_equal(cs_load(b->cs, bench_desc() & ~1ull), -EINVAL));
	assert_int_equal(cs_load(b->cs, 0x10000 | LRC_DESC_VALID | 3 << 3), -EFAULT);
	image[4] = 0x22030;	/* head and tail in each other's place */
	assert_violates(b->gpu, "lrc-layout",
			assert_int_equal(cs_load(b->cs, bench_desc()), -EINVAL));
	image_init(b, cs_info(b->cs));
	image[LRC_CTL] &= ~1u;
	assert_violates(b->gpu, "ring-invalid",
			assert_int_equal(cs_load(b->cs, bench_desc()), -EINVAL));
	image_init(b, cs_info(b->cs));
	bench_load(b);
	cs_save(b->cs);
	image[0x60] = 0x12345678;
	assert_violates(b->gpu, "lrc-garbage",
			assert_int_equal(cs_load(b->cs, bench_desc()), -EINVAL));
	image_init(b, cs_info(b->cs));
	bench_load(b);
	cs_save(b->cs);
	image[LRC_BB_ADDR] |= 1;	/* valid, of no batch */
	assert_violates(b->gpu, "lrc-batch-state",
			assert_int_equal(cs_load(b->cs, bench_desc()), -EINVAL));
	image_init(b, cs_info(b->cs));
	bench_load(b);
	assert_violates(b->gpu, "cs-load-twice",
			assert_int_equal(cs_load(b->cs, bench_desc()), -EINVAL));
	cs_reset(b->cs);
	/* Legacy mode must be off. */
	image_init(b, cs_info(b->cs));
	reg_poke(b->gpu, 0x22000 + RING_MODE, 0);
	assert_violates(b->gpu, "ring-mode-legacy", bench_load(b));
	bench_use(b, "ccs0");
	reg_poke(b->gpu, RCU_MODE, 0);
	assert_violates(b->gpu, "ccs-disabled", bench_load(b));
	/* With fixed slices, which are ccs1's and nobody's. */
	cs_reset(b->cs);
	image_init(b, cs_info(b->cs));
	reg_poke(b->gpu, RCU_MODE, RCU_MODE_CCS_ENABLE | RCU_MODE_FIXED_SLICES);
	reg_poke(b->gpu, CCS_MODE, 07771);
	assert_violates(b->gpu, "ccs-disabled", bench_load(b));
	cs_reset(b->cs);
	image_init(b, cs_info(b->cs));
	reg_poke(b->gpu, CCS_MODE, 07701);
	bench_load(b);
}

static void beyond_tail(void **state)
{
	struct bench *b = *state;

	RING(b, SDI_GGTT(GGTT_GUEST, 1));
	image_of(b)[LRC_TAIL] = 8;
	bench_load(b);
	assert_int_equal(bench_run(b, 10), CS_ERROR);
	assert_non_null(strstr(b->err.text, "tail"));
	assert_int_equal(bench_run(b, 10), CS_HUNG);
	cs_reset(b->cs);
	assert_false(cs_loaded(b->cs));
}

static void batch_and_chain(void **state)
{
	struct bench *b = *state;

	BATCH_ADD(b, SDI(VA_DATA, 1), BATCH_START(VA_BATCH + 0x1ff8));
	b->batch = 0x1ff8 / 4;	/* straddles a page */
	BATCH_ADD(b, SDI(VA_GUEST + 4, 2), BATCH_END);
	RING(b, BATCH_START(VA_BATCH), SDI_GGTT(GGTT_GUEST + 8, 3));
	bench_load(b);
	assert_int_equal(bench_run(b, 100), CS_IDLE);
	assert_int_equal(DATA32(b), 1);
	assert_int_equal(((u32 *)b->guest)[1], 2);
	assert_int_equal(((u32 *)b->guest)[2], 3);
	assert_quiet(b->gpu);
}

static void nested(void **state)
{
	struct bench *b = *state;
	u32 *d = data_at(b, 0);

	BATCH_ADD(b, BATCH_START2(VA_BATCH + 0x1000), SDI(VA_DATA + 8, 3), BATCH_END);
	b->batch = 0x1000 / 4;
	BATCH_ADD(b, BATCH_START2(VA_BATCH + 0x2000), SDI(VA_DATA + 4, 2), BATCH_END);
	b->batch = 0x2000 / 4;
	BATCH_ADD(b, SDI(VA_DATA, 1), BATCH_END);
	RING(b, BATCH_START(VA_BATCH));
	bench_load(b);
	assert_int_equal(bench_run(b, 100), CS_IDLE);
	assert_int_equal(d[0], 1);
	assert_int_equal(d[1], 2);
	assert_int_equal(d[2], 3);
	/* A fourth level does not exist. */
	b->batch = 0x2000 / 4;
	BATCH_ADD(b, BATCH_START2(VA_BATCH + 0x3000));
	RING(b, BATCH_START(VA_BATCH));
	assert_int_equal(cs_update_tail(b->cs), 0);
	assert_int_equal(bench_run(b, 100), CS_ERROR);
}

/* Switched out at each place of nested batches, other state in between: the result is the same. */
static void preempted(void **state)
{
	struct bench *b = *state;
	u32 *d = data_at(b, 0);
	unsigned int k, first;

	for (k = 1; k < 12; k++) {
		memset(d, 0, 64);
		bench_use(b, "bcs0");
		batch_new(b);
		BATCH_ADD(b, LRI1(CS_GPR(1), 0x111), ARB_CHECK,
			  BATCH_START2(VA_BATCH + 0x1000), SRM(CS_GPR(1), VA_DATA + 8),
			  BATCH_END);
		b->batch = 0x1000 / 4;
		BATCH_ADD(b, ARB_CHECK, BATCH_START2(VA_BATCH + 0x2000), ARB_CHECK,
			  SDI(VA_DATA + 4, 2), BATCH_END);
		b->batch = 0x2000 / 4;
		BATCH_ADD(b, ARB_CHECK, SDI(VA_DATA, 1), ARB_CHECK, BATCH_END);
		RING(b, BATCH_START(VA_BATCH), ARB_OFF, SDI_GGTT(GGTT_GUEST, k), ARB_ON);
		bench_load(b);
		assert_int_equal(bench_run(b, k), CS_BUDGET);
		first = b->used;	/* less than k where a place to switch came up */
		assert_int_equal(cs_save(b->cs), 0);
		reg_poke(b->gpu, 0x22000 + CS_GPR(1), 0xdead);
		bench_load(b);
		assert_int_equal(bench_run(b, 100), CS_IDLE);
		assert_int_equal(b->used + first, 19);
		assert_int_equal(d[0], 1);
		assert_int_equal(d[1], 2);
		assert_int_equal(d[2], 0x111);
		assert_int_equal(*(u32 *)b->guest, k);
		assert_int_equal(cs_save(b->cs), 0);
	}
	assert_quiet(b->gpu);
}

static void arbitration(void **state)
{
	struct bench *b = *state;

	/* An endless loop with a place to switch */
	BATCH_ADD(b, NOOP, NOOP, ARB_CHECK, NOOP, BATCH_START(VA_BATCH));
	RING(b, BATCH_START(VA_BATCH));
	bench_load(b);
	assert_int_equal(bench_run(b, 1000), CS_BUDGET);
	assert_true(cs_preemptible(b->cs));
	cs_save(b->cs);
	/* and one without */
	bench_use(b, "bcs0");
	batch_new(b);
	BATCH_ADD(b, NOOP, NOOP, NOOP, BATCH_START(VA_BATCH));
	RING(b, BATCH_START(VA_BATCH));
	bench_load(b);
	assert_int_equal(bench_run(b, 1000), CS_BUDGET);
	assert_int_equal(b->used, 1000);
	assert_false(cs_preemptible(b->cs));
	cs_reset(b->cs);
	/* Arbitration off: the place does not count; a user batch cannot turn it off or on. */
	bench_use(b, "bcs0");
	batch_new(b);
	BATCH_ADD(b, ARB_ON, ARB_CHECK, BATCH_START(VA_BATCH));
	RING(b, ARB_OFF, BATCH_START(VA_BATCH));
	bench_load(b);
	assert_int_equal(bench_run(b, 1000), CS_BUDGET);
	assert_false(cs_preemptible(b->cs));
	cs_reset(b->cs);
	assert_true(cs_preemptible(b->cs));
	assert_quiet(b->gpu);
}

static void faults(void **state)
{
	struct bench *b = *state;
	u64 hole = VA_DATA + 0x10000;

	BATCH_ADD(b, SDI(hole, 1));
	assert_int_equal(bench_job(b), CS_FAULT);
	assert_true(b->err.address == hole);
	assert_true(b->err.write);
	assert_false(b->err.ggtt);
	assert_int_equal(b->err.level, 0);
	assert_int_equal(bench_run(b, 10), CS_HUNG);
	cs_reset(b->cs);
	assert_int_equal(image_of(b)[LRC_HEAD], 12);
	/* Instruction fetch, right behind a mapped page */
	bench_use(b, "bcs0");
	RING(b, BATCH_START(VA_BATCH + 0xfff8));
	b->batch = 0xfff8 / 4;
	BATCH_ADD(b, NOOP, NOOP);
	bench_load(b);
	assert_int_equal(bench_run(b, 10), CS_FAULT);
	assert_true(b->err.address == VA_BATCH + 0x10000);
	assert_false(b->err.write);
	cs_reset(b->cs);
	/* Read only */
	bench_use(b, "bcs0");
	batch_new(b);
	*pt_entry(b, VA_DATA, 0) &= ~PTE_RW;
	BATCH_ADD(b, SDI(VA_DATA, 1));
	assert_int_equal(bench_job(b), CS_FAULT);
	assert_non_null(strstr(b->err.text, "read-only"));
	assert_quiet(b->gpu);
	cs_reset(b->cs);
	/* The ring itself */
	bench_use(b, "bcs0");
	RING(b, NOOP);
	ggtt_set(b, GGTT_BASE + RING_AT, 0);
	bench_load(b);
	assert_int_equal(bench_run(b, 10), CS_FAULT);
	assert_true(b->err.ggtt);
}

static void illegal(void **state)
{
	static const u32 bad[] = {
		0x01800000, 0x7fffffff, 0x20000000, 0xa0000000, 0xe0000000, MI(0x23), MI(0x30) | 1,
		MI(0x28) | 2, 0x7a000004, 0x40000000, MI(0x31), MI(0x2f) | 2, MI(0x1c) | 9,
	};
	struct bench *b = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		bench_use(b, "bcs0");
		batch_new(b);
		BATCH_ADD(b, bad[i], 0, 0, 0, 0);
		assert_int_equal(bench_job(b), CS_ERROR);
		assert_true(strlen(b->err.text) > 8);
		assert_int_equal(bench_run(b, 10), CS_HUNG);
		cs_reset(b->cs);
	}
	bench_use(b, "bcs0");
	RING(b, BATCH_END, NOOP);
	bench_load(b);
	assert_int_equal(bench_run(b, 10), CS_ERROR);
	assert_quiet(b->gpu);
}

static void times(void **state)
{
	struct bench *b = *state;
	u32 base = 0x22000, v;

	bench_load(b);
	clk_step(b->gpu->clk, 1000000);
	assert_in_range(cs_context_time(b->cs), 19200, 19201);
	assert_int_equal(reg_cs_read(b->gpu, base + RING_CTX_TIMESTAMP, &v), 0);
	assert_in_range(v, 19200, 19201);
	cs_save(b->cs);
	assert_in_range(image_of(b)[LRC_TIMESTAMP], 19200, 19201);
	clk_step(b->gpu->clk, 1000000000);
	assert_int_equal(reg_cs_read(b->gpu, base + RING_TIMESTAMP, &v), 0);
	assert_in_range(v, 19200 * 1001, 19200 * 1001 + 20);
	/* 64 bits */
	image_of(b)[LRC_TIMESTAMP] = 0xffffff00;
	bench_load(b);
	clk_step(b->gpu->clk, 1000000);
	assert_int_equal(cs_context_time(b->cs) >> 32, 1);
	/* An engine reset keeps the time. */
	cs_reset(b->cs);
	assert_int_equal(image_of(b)[LRC_TIMESTAMP_HI], 1);
	assert_quiet(b->gpu);
}

static void injected(void **state)
{
	struct bench *b = *state;

	arm(b->gpu, "cs.hang");
	BATCH_ADD(b, SDI(VA_DATA, 1));
	assert_int_equal(bench_job(b), CS_HUNG);
	assert_int_equal(DATA32(b), 0);
	assert_false(cs_preemptible(b->cs));
	cs_reset(b->cs);
	assert_int_equal(image_of(b)[LRC_HEAD], 0);
	/* Another class is not meant. */
	bench_use(b, "bcs0");
	batch_new(b);
	arm(b->gpu, "cs.hang value=0");
	BATCH_ADD(b, SDI(VA_DATA, 1));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(DATA32(b), 1);
	cs_save(b->cs);
	bench_use(b, "rcs0");
	batch_new(b);
	assert_int_equal(bench_job(b), CS_HUNG);
	cs_reset(b->cs);
	assert_quiet(b->gpu);
}

static void without_vm(void **state)
{
	struct bench *b = *state;

	RING(b, BATCH_START_GGTT(GGTT_BASE + BATCH));
	BATCH_ADD(b, MI(0x22) | 1, 0x22000 + CS_GPR(2), 0x99,
		  MI(0x24) | BIT(19) | 2, CS_GPR(2), ADDR(GGTT_GUEST), BATCH_END);
	assert_int_equal(cs_load(b->cs, bench_desc() & ~LRC_DESC_PPGTT), 0);
	assert_int_equal(bench_run(b, 100), CS_IDLE);
	assert_int_equal(*(u32 *)b->guest, 0x99);
	assert_quiet(b->gpu);
}

/* The same address in both spaces leads to different places. */
static void two_spaces(void **state)
{
	struct bench *b = *state;
	u64 va = GGTT_BASE + FREE;

	*pt_entry(b, va, 0) = BATCH | LEAF_VRAM;
	BATCH_ADD(b, SDI(VA_DATA, 1), BATCH_END);
	b->batch = 0;
	memcpy(b->vram + FREE, (u32[]){ SDI(VA_DATA + 4, 1), BATCH_START(va) }, 28);
	RING(b, BATCH_START_GGTT(va));
	bench_load(b);
	assert_int_equal(bench_run(b, 100), CS_IDLE);
	assert_int_equal(data_at(b, 0)[0], 1);
	assert_int_equal(data_at(b, 0)[1], 1);
	assert_quiet(b->gpu);
}

static void every_engine(void **state)
{
	struct bench *b = *state;
	struct gt *gt = &b->gpu->gts[0];
	unsigned int e;

	for (e = 0; e < gt->num_engines; e++) {
		bench_use(b, cs_info(gt->engines[e])->name);
		batch_new(b);
		DATA32(b) = 0;
		BATCH_ADD(b, LRI1(CS_GPR(0), 0x1000 + e), SRM(CS_GPR(0), VA_DATA));
		assert_int_equal(bench_job(b), CS_IDLE);
		assert_int_equal(DATA32(b), 0x1000 + e);
		assert_int_equal(cs_save(b->cs), 0);
		bench_load(b);
		assert_int_equal(cs_save(b->cs), 0);
	}
	assert_quiet(b->gpu);
}

static void gone_card(void **state)
{
	struct bench *b = *state;

	BATCH_ADD(b, SDI(VA_GUEST, 1));
	bench_load(b);
	ctl_command(b->gpu, "vanish now", stderr);
	RING(b, BATCH_START(VA_BATCH));
	assert_int_equal(bench_run(b, 10), CS_HUNG);
	assert_int_equal(*(u32 *)b->guest, 0);
}

/* What the CPU reads of an engine while a batch runs, and after. */
static void live_registers(void **state)
{
	struct bench *b = *state;
	u32 base = 0x22000, v;

#define LIVE(rel, want) do { \
	assert_int_equal(reg_cs_read(b->gpu, base + (rel), &v), 0); \
	assert_int_equal(v, want); \
} while (0)

	BATCH_ADD(b, NOOP, BATCH_START2(VA_BATCH + 0x1000));
	b->batch = 0x1000 / 4;
	BATCH_ADD(b, SEMAPHORE(4, VA_DATA, 1), BATCH_END);
	RING(b, NOOP, NOOP, BATCH_START(VA_BATCH));
	bench_load(b);
	assert_int_equal(bench_run(b, 100), CS_WAIT);
	LIVE(RING_HEAD, 20);
	LIVE(RING_TAIL, 24);
	LIVE(RING_START, GGTT_BASE + RING_AT);
	LIVE(RING_CTL, 0x3001);
	LIVE(RING_ACTHD, LO(VA_BATCH + 0x1000));
	LIVE(RING_ACTHD_UDW, HI(VA_BATCH));
	LIVE(RING_BBADDR, LO(VA_BATCH + 0x1000) | 1);
	LIVE(RING_BBADDR_UDW, HI(VA_BATCH));
	LIVE(RING_IPEHR, MI(0x1c) | BIT(15) | 4 << 12 | 2);
	LIVE(RING_INSTDONE, ~BIT(0));
	LIVE(RING_PDP0_LDW, LO(b->root));
	LIVE(RING_PDP0_UDW, HI(b->root));
	*data_at(b, 0) = 1;
	assert_int_equal(bench_run(b, 100), CS_BUDGET);	/* the outer batch has no end */
	cs_reset(b->cs);
	bench_use(b, "bcs0");
	bench_load(b);
	bench_run(b, 1);
	LIVE(RING_BBADDR, 0);
	LIVE(RING_BBADDR_UDW, 0);
	LIVE(RING_INSTDONE, ALL_ONES);
	cs_power_reset(b->cs);
	LIVE(RING_CTX_TIMESTAMP, 0);
	LIVE(RING_ACTHD, GGTT_BASE + RING_AT);
}

/* Neither save nor reset touches what is not theirs. */
static void image_bounds(void **state)
{
	struct bench *b = *state;
	u32 *image = image_of(b), *list;

	image[LRC_REGS_WORDS] = 0x12345678;
	image[-1] = 0x87654321;
	bench_load(b);
	cs_save(b->cs);
	assert_int_equal(image[LRC_REGS_WORDS], 0x12345678);
	assert_int_equal(image[-1], 0x87654321);
	bench_load(b);
	cs_reset(b->cs);
	assert_int_equal(image[LRC_TIMESTAMP + 1], 0x22000 + RING_CTX_TIMESTAMP_UDW);
	assert_int_equal(image[LRC_HEAD - 1], 0x22000 + RING_HEAD);
	assert_int_equal(image[LRC_HEAD + 1], 0x22000 + RING_TAIL);
	/* Headers as the driver lays them out: copy, render, compute */
	assert_int_equal(image[0x21], 0x11081011);
	assert_int_equal(image[0x41], 0x11081003);
	assert_int_equal(image[0x61 + 1 + 2 * 8], 0x22000 + MI_SET_PREDICATE_RESULT);
	bench_use(b, "rcs0");
	bench_load(b);
	cs_save(b->cs);
	assert_int_equal(image[0x36], 0x11081003);
	assert_int_equal(image[0x37], 0x25a8);
	assert_int_equal(image[0x41], 0x11080001);
	assert_int_equal(image[0x42], 0x20c8);
	for (list = image + 0x61; list < image + LRC_REGS_WORDS && *list != (BATCH_END | 1); list++)
		;
	assert_int_equal(list - image, 0x62 + 2 * 47);
	bench_use(b, "ccs0");
	bench_load(b);
	cs_save(b->cs);
	assert_int_equal(image[0x36], 0);
	assert_int_equal(image[0x41], 0);
	assert_quiet(b->gpu);
}

/* A batch on null pages is no-ops, up to where something is mapped. */
/* Batches of the image: at each load, in front of everything else, and in the GGTT. */
static void context_batches(void **state)
{
	struct bench *b = *state;
	u32 *image = image_of(b), *indirect = (u32 *)(b->vram + FREE), *per_ctx = (u32 *)(b->vram + FREE + 0x1000);
	const u32 count[] = { MI(0x2f) | BIT(22) | 5u << 8 | 1, GGTT_BASE + DATA, 0 };

	/* increments the first word; the second stores the context's time */
	memcpy(indirect, count, sizeof(count));
	memset(indirect + 3, 0, 64 - sizeof(count));
	per_ctx[0] = MI(0x24) | BIT(22) | BIT(19) | 2;
	per_ctx[1] = RING_CTX_TIMESTAMP;
	per_ctx[2] = GGTT_BASE + DATA + 4;
	per_ctx[3] = 0;
	per_ctx[4] = BATCH_END;
	image[0x15] = (GGTT_BASE + FREE) | 1;
	image[0x13] = (GGTT_BASE + FREE + 0x1000) | 1;
	image[LRC_TIMESTAMP] = 500;
	BATCH_ADD(b, ARB_CHECK, MI(0x31) | BIT(8) | 1, ADDR(VA_BATCH));
	RING(b, BATCH_START(VA_BATCH));
	bench_load(b);
	assert_int_equal(*data_at(b, 0), 1);
	assert_in_range(*data_at(b, 4), 500, 510);
	/* again in the middle of a batch, which goes on where it was */
	assert_int_equal(bench_run(b, 101), CS_BUDGET);
	assert_int_equal(cs_save(b->cs), 0);
	bench_load(b);
	assert_int_equal(*data_at(b, 0), 2);
	assert_int_equal(b->cs->depth, 1);
	assert_int_equal(b->cs->bb[0].ggtt, false);
	assert_int_equal(bench_run(b, 100), CS_BUDGET);
	assert_int_equal(cs_save(b->cs), 0);
	assert_quiet(b->gpu);
	/* without an end */
	per_ctx[4] = MI(0x31) | 1;
	per_ctx[5] = GGTT_BASE + FREE + 0x1000;
	per_ctx[6] = 0;
	assert_violates(b->gpu, "lrc-context-batch: bcs0: context 0x01200000: BB_PER_CTX_PTR",
			assert_int_not_equal(cs_load(b->cs, bench_desc()), 0));
	assert_false(cs_loaded(b->cs));
	indirect[0] = 0xffffffff;
	assert_violates(b->gpu, "INDIRECT_CTX", assert_int_not_equal(cs_load(b->cs, bench_desc()), 0));
}

static void null_batch(void **state)
{
	struct bench *b = *state;
	u64 va = VA_BATCH - 8192;

	*pt_entry(b, va, 0) = PTE_P | PTE_RW | PTE_NULL;
	*pt_entry(b, va + 4096, 0) = PTE_P | PTE_RW | PTE_NULL;
	BATCH_ADD(b, SDI(VA_DATA, 1), MI(0x2f) | 5 << 8 | 1, ADDR(va), BATCH_END);
	RING(b, NOOP, BATCH_START(va));
	bench_load(b);
	assert_int_equal(bench_run(b, 10000), CS_IDLE);
	assert_int_equal(b->used, 2 + 2048 + 3);
	assert_int_equal(DATA32(b), 1);
	assert_quiet(b->gpu);
}

static void shown(void **state)
{
	struct bench *b = *state;

	BATCH_ADD(b, LRI1(CS_GPR(0), 0xabcd), BATCH_START(VA_BATCH));
	RING(b, BATCH_START(VA_BATCH));
	bench_load(b);
	bench_run(b, 100);
	assert_true(answer_has(b->gpu, "engines", "bcs0: running"));
	assert_true(answer_has(b->gpu, "engines", "batch level 1 at 0x12340000"));
	assert_true(answer_has(b->gpu, "engines", "0000abcd"));
	assert_true(answer_has(b->gpu, "engines", "rcs0: no context"));
}

/* Random words as ring, batch and image: no crash, no endless run. */
static void garbage(void **state)
{
	struct bench *b = *state;
	struct gt *gt = &b->gpu->gts[0];
	u64 seed = 88172645463325252ull;
	unsigned int i, k;

	for (i = 0; i < 3000; i++) {
		u32 words[256];

		for (k = 0; k < ARRAY_SIZE(words); k++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			words[k] = (u32)(seed >> 16);
			if (seed & 3)
				words[k] &= 0x1fffffff;
			if (!(seed & 12))
				words[k] = (u32)VA_DATA;
		}
		bench_use(b, cs_info(gt->engines[i % 4])->name);
		batch_new(b);
		batch_add(b, words, 128);
		RING(b, BATCH_START(VA_BATCH));
		ring_add(b, words + 128, 16);
		if (i % 8 == 0)
			image_of(b)[words[0] % LRC_REGS_WORDS] = words[1];
		if (cs_load(b->cs, bench_desc()))
			continue;
		bench_run(b, 1000);
		if (i & 1)
			cs_reset(b->cs);
		else
			cs_save(b->cs);
		if (cs_load(b->cs, bench_desc()) == 0)
			cs_reset(b->cs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(ring_only), BENCH_TEST(saved_image), BENCH_TEST(default_image),
		BENCH_TEST(ring_wrap), BENCH_TEST(bad_tail), BENCH_TEST(bad_image),
		BENCH_TEST(beyond_tail), BENCH_TEST(batch_and_chain), BENCH_TEST(nested),
		BENCH_TEST(preempted), BENCH_TEST(arbitration), BENCH_TEST(faults),
		BENCH_TEST(illegal), BENCH_TEST(times), BENCH_TEST(injected),
		BENCH_TEST(without_vm), BENCH_TEST(two_spaces), BENCH_TEST(every_engine),
		BENCH_TEST(gone_card),
		BENCH_TEST(live_registers), BENCH_TEST(image_bounds),
		BENCH_TEST(context_batches), BENCH_TEST(null_batch), BENCH_TEST(shown), BENCH_TEST(garbage),
	};

	return cmocka_run_group_tests_name("cs", tests, NULL, NULL);
}
