// SPDX-License-Identifier: MIT
/* MI commands and PIPE_CONTROL, one by one. */
#include "../clk.h"
#include "cs_bench.h"

#define D(b, i)		(data_at(b, 0)[i])
#define GPR(i)		CS_GPR(i)
#define ALU(op, a, c)	((u32)(op) << 20 | (u32)(a) << 10 | (u32)(c))
#define SRCA		0x20
#define SRCB		0x21
#define ACCU		0x31
#define ZF		0x32
#define CF		0x33
#define MATH(n)		MI(0x1a) | ((n) - 1)
#define LRI64(reg, v)	MI(0x22) | BIT(19) | 3, reg, LO(v), (reg) + 4, HI(v)

static u32 engine_reg(struct bench *b, u32 rel)
{
	return reg_peek(b->gpu, cs_info(b->cs)->base + rel);
}

static u64 gpr(struct bench *b, unsigned int i)
{
	return (u64)engine_reg(b, GPR(i) + 4) << 32 | engine_reg(b, GPR(i));
}

static void store_data(void **state)
{
	struct bench *b = *state;
	u32 many[3 + 1020];
	unsigned int i;

	BATCH_ADD(b, SDI(VA_DATA, 0x11), SDI64(VA_DATA + 8, 0x2222222233333333ull),
		  MI(0x20) | 4, ADDR(VA_DATA + 16), 1, 2, 3);
	/* 510 entries, as a page-table update */
	many[0] = MI(0x20) | BIT(21) | 1021;
	many[1] = LO(VA_GUEST + 0x800);
	many[2] = HI(VA_GUEST);
	for (i = 3; i < ARRAY_SIZE(many); i++)
		many[i] = i;
	batch_add(b, many, ARRAY_SIZE(many));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(D(b, 0), 0x11);
	assert_int_equal(D(b, 1), 0);
	assert_int_equal(*(u64 *)data_at(b, 8), 0x2222222233333333ull);
	assert_int_equal(D(b, 6), 3);
	assert_int_equal(D(b, 7), 0);
	assert_int_equal(*(u32 *)(b->guest + 0x800 + 4080), 0);
	assert_memory_equal(b->guest + 0x800, many + 3, 4080);
	assert_quiet(b->gpu);
}

static void user_batch_and_ggtt(void **state)
{
	struct bench *b = *state;

	/* Neither the GGTT nor closed registers are open to a user's batch; it goes on. */
	*(u32 *)b->guest = 5;
	BATCH_ADD(b, SDI_GGTT(GGTT_GUEST, 1), LRI1(RING_MODE, 0xffffffff),
		  MI(0x22) | 1, 0x190008, 0, SDI(VA_DATA, 7));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(*(u32 *)b->guest, 5);
	assert_int_equal(D(b, 0), 7);
	assert_int_equal(engine_reg(b, RING_MODE), GFX_DISABLE_LEGACY_MODE);
	/* unless a slot opens the register */
	reg_poke(b->gpu, 0x22000 + RING_FORCE_TO_NONPRIV(2), 0x22000 + 0x204);
	reg_poke(b->gpu, 0x22000 + RING_FORCE_TO_NONPRIV(3), (0x22000 + 0x54) | BIT(28));
	batch_new(b);
	BATCH_ADD(b, LRI1(0x204, 0x66), LRI1(0x54, 0x66));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(engine_reg(b, 0x204), 0x66);
	assert_int_equal(engine_reg(b, 0x54), 0x40);
	/* or four of them */
	reg_poke(b->gpu, 0x22000 + RING_FORCE_TO_NONPRIV(2), (0x22000 + 0x270) | 1);
	batch_new(b);
	BATCH_ADD(b, LRI1(0x278, 0x67), LRI1(0x280, 0x67));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(engine_reg(b, 0x278), 0x67);
	assert_int_equal(engine_reg(b, 0x280), 0);
	assert_quiet(b->gpu);
}

/* Each command that can reach the GGTT does not, from a user's batch. */
static void user_batch_drops(void **state)
{
	struct bench *b = *state;
	u32 *g = (u32 *)b->guest;

	memset(g, 0x11, 4096);
	D(b, 0) = 0x22;
	BATCH_ADD(b, MI(0x24) | BIT(19) | BIT(22) | 2, GPR(0), ADDR(GGTT_GUEST),
		  LRI1(GPR(1), 0x33), MI(0x29) | BIT(19) | BIT(22) | 2, GPR(1), ADDR(GGTT_GUEST),
		  MI(0x2e) | BIT(21) | 3, ADDR(GGTT_GUEST), ADDR(VA_DATA),
		  MI(0x2e) | BIT(22) | 3, ADDR(VA_DATA), ADDR(GGTT_GUEST),
		  MI(0x2f) | BIT(22) | 5 << 8 | 1, ADDR(GGTT_GUEST),
		  MI(0x26) | 1 << 14 | 2, GGTT_GUEST | 4, 0, 1,
		  MI(0x26) | BIT(21) | 1 << 14 | 2, 0xd0, 0, 1,
		  MI(0x1c) | BIT(22) | BIT(15) | 4 << 12 | 2, 5, ADDR(GGTT_GUEST),
		  MI(0x36) | BIT(21) | BIT(22) | 4 << 12 | 2, 5, ADDR(GGTT_GUEST),
		  MI(0x00) | BIT(22) | 0x77, SDI(VA_DATA + 4, 1));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(g[0], 0x11111111);
	assert_int_equal(D(b, 0), 0x22);
	assert_int_equal(D(b, 1), 1);
	assert_int_equal(engine_reg(b, GPR(1)), 0x33);
	assert_int_equal(*(u32 *)(b->vram + CONTEXT + 0xd0), 0);
	assert_int_equal(engine_reg(b, RING_NOPID), 0);
	cs_save(b->cs);
	bench_use(b, "rcs0");
	batch_new(b);
	BATCH_ADD(b, 0x7a000004, BIT(14) | BIT(24), ADDR(GGTT_GUEST), 1, 1,
		  0x7a000004, BIT(14) | BIT(21), 0xd0, 0, 1, 1,
		  MI(0x28) | 2, GGTT_GUEST | 1, 0, 1, SDI(VA_DATA + 4, 2));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(g[0], 0x11111111);
	assert_int_equal(*(u32 *)(b->vram + CONTEXT + 0xd0), 0);
	assert_int_equal(D(b, 1), 2);
	assert_quiet(b->gpu);
}

static void notify(void **state)
{
	struct bench *b = *state;

	reg_cpu_write(b->gpu, 0x190030, 0xffffffff);
	reg_cpu_write(b->gpu, 0x1900a0, 0);
	reg_cpu_write(b->gpu, 0x190090, 0);
	RING(b, MI(0x26) | 2, 0, 0, 0);
	bench_load(b);
	bench_run(b, 10);
	assert_int_equal(reg_cpu_read(b->gpu, 0x190018) & BIT(15), 0);
	RING(b, MI(0x26) | BIT(8) | 2, 0, 0, 0);
	cs_update_tail(b->cs);
	bench_run(b, 10);
	assert_int_equal(reg_cpu_read(b->gpu, 0x190018) & BIT(15), BIT(15));
	cs_save(b->cs);
	bench_use(b, "rcs0");
	RING(b, 0x7a000004, BIT(20), 0, 0, 0, 0);
	bench_load(b);
	bench_run(b, 10);
	assert_int_equal(reg_cpu_read(b->gpu, 0x190018) & BIT(0), 0);
	RING(b, 0x7a000004, BIT(8), 0, 0, 0, 0);
	cs_update_tail(b->cs);
	bench_run(b, 10);
	assert_int_equal(reg_cpu_read(b->gpu, 0x190018) & BIT(0), BIT(0));
	/* No data for a store */
	bench_use(b, "bcs0");
	RING(b, MI(0x26) | 1 << 14 | 1, GGTT_GUEST | 4, 0);
	bench_load(b);
	assert_int_equal(bench_run(b, 10), CS_ERROR);
}

static void registers(void **state)
{
	struct bench *b = *state;

	D(b, 8) = 0xaabbccdd;
	BATCH_ADD(b, MI(0x22) | BIT(19) | 3, GPR(0), 0x10, GPR(1) + 4, 0x20,
		  MI(0x29) | BIT(19) | 2, GPR(2), ADDR(VA_DATA + 32),
		  MI(0x2a) | BIT(19) | BIT(18) | 1, GPR(2), GPR(3),
		  MI(0x2a) | 1, 0x22000 + GPR(2), 0x22000 + GPR(4),
		  SRM(GPR(3), VA_DATA), MI(0x24) | 2, 0x22000 + GPR(4), ADDR(VA_DATA + 4),
		  SRM(GPR(0), VA_DATA + 8), SRM(GPR(1) + 4, VA_DATA + 12));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(D(b, 0), 0xaabbccdd);
	assert_int_equal(D(b, 1), 0xaabbccdd);
	assert_int_equal(D(b, 2), 0x10);
	assert_int_equal(D(b, 3), 0x20);
	assert_quiet(b->gpu);
	/* From the ring: masked registers, and one that does not exist */
	RING(b, LRI1(0xc0, 0x00ff0055), LRI1(0xc0, 0x000f000a));
	assert_int_equal(cs_update_tail(b->cs), 0);
	bench_run(b, 10);
	assert_int_equal(engine_reg(b, 0xc0) & 0xffff, 0x5a);
	RING(b, LRI1(0xffc, 1));
	assert_int_equal(cs_update_tail(b->cs), 0);
	assert_violates(b->gpu, "cs-unknown-register",
			assert_int_equal(bench_run(b, 10), CS_IDLE));
}

/* Each command that reads or writes memory stops the engine where there is none. */
static void fault_each(void **state)
{
	static const u32 hole[2] = { ADDR(VA_DATA + 0x100000) };
	const u32 cases[][6] = {
		{ SDI(VA_DATA + 0x100000, 1) }, { SRM(GPR(0), VA_DATA + 0x100000) },
		{ MI(0x29) | BIT(19) | 2, GPR(0), hole[0], hole[1] },
		{ MI(0x2e) | 3, ADDR(VA_DATA), hole[0], hole[1] },
		{ MI(0x2e) | 3, hole[0], hole[1], ADDR(VA_DATA) },
		{ MI(0x2f) | 5 << 8 | 1, hole[0], hole[1] },
		{ SEMAPHORE(4, VA_DATA + 0x100000, 1) },
		{ MI(0x36) | BIT(21) | 2, 0, hole[0], hole[1] },
		{ 0x7a000004, BIT(14), hole[0], hole[1], 0, 0 },
		{ 0x7a000004, 3 << 14, hole[0], hole[1], 0, 0 },
		{ MI(0x28) | 2, hole[0], hole[1], 0 },
		{ BATCH_START(VA_DATA + 0x100000) },
	};
	struct bench *b = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bench_use(b, "rcs0");
		batch_new(b);
		batch_add(b, cases[i], 6);
		assert_int_equal(bench_job(b), CS_FAULT);
		assert_true(b->err.address == VA_DATA + 0x100000);
		cs_reset(b->cs);
	}
	bench_use(b, "bcs0");
	batch_new(b);
	BATCH_ADD(b, MI(0x26) | 1 << 14 | 2, hole[0], hole[1], 1);
	assert_int_equal(bench_job(b), CS_FAULT);
	assert_quiet(b->gpu);
}

static void copy_mem(void **state)
{
	struct bench *b = *state;

	D(b, 0) = 0x5a5a;
	BATCH_ADD(b, MI(0x2e) | 3, ADDR(VA_GUEST + 12), ADDR(VA_DATA));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(((u32 *)b->guest)[3], 0x5a5a);
	RING(b, MI(0x2e) | BIT(22) | BIT(21) | 3, ADDR(GGTT_GUEST + 16), ADDR(GGTT_GUEST + 12));
	assert_int_equal(cs_update_tail(b->cs), 0);
	assert_int_equal(bench_run(b, 10), CS_IDLE);
	assert_int_equal(((u32 *)b->guest)[4], 0x5a5a);
}

static void math_case(struct bench *b, u64 x, u64 y, u32 op, u64 accu, bool zf, bool cf)
{
	batch_new(b);
	BATCH_ADD(b, LRI64(GPR(0), x), LRI64(GPR(1), y), MATH(6), ALU(0x080, SRCA, 0),
		  ALU(0x080, SRCB, 1), ALU(op, 0, 0), ALU(0x180, 2, ACCU), ALU(0x180, 3, ZF),
		  ALU(0x180, 4, CF));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_true(gpr(b, 2) == accu);
	assert_true(gpr(b, 3) == (zf ? ~0ull : 0));
	assert_true(gpr(b, 4) == (cf ? ~0ull : 0));
}

static void math(void **state)
{
	struct bench *b = *state;

	math_case(b, 0xffffffff, 1, 0x100, 0x100000000ull, false, false);
	math_case(b, ~0ull, 1, 0x100, 0, true, true);
	math_case(b, 5, 7, 0x101, ~1ull, false, true);
	math_case(b, 7, 7, 0x101, 0, true, false);
	math_case(b, 0xf0f0, 0xff00, 0x102, 0xf000, false, false);
	math_case(b, 0xf0f0, 0xff00, 0x103, 0xfff0, false, false);
	math_case(b, 0xf0f0, 0xff00, 0x104, 0x0ff0, false, false);
	math_case(b, 1, 40, 0x105, BIT64(40), false, false);
	math_case(b, BIT64(63), 63, 0x106, 1, false, false);
	math_case(b, BIT64(63), 63, 0x107, ~0ull, false, false);
	/* Constants and inversions */
	batch_new(b);
	/* Load of 0 where something else was */
	BATCH_ADD(b, LRI64(GPR(0), 0x99ull), MATH(4), ALU(0x080, SRCB, 0), ALU(0x081, SRCB, 0),
		  ALU(0x103, 0, 0), ALU(0x180, 7, ACCU));
	BATCH_ADD(b, LRI64(GPR(0), 0x1234ull), MATH(4), ALU(0x480, SRCA, 0), ALU(0x481, SRCB, 0),
		  ALU(0x102, 0, 0), ALU(0x580, 5, ACCU), MATH(4), ALU(0x081, SRCA, 0),
		  ALU(0x080, SRCB, 0), ALU(0x103, 0, 0), ALU(0x580, 6, ACCU));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_true(gpr(b, 7) == 0);
	assert_true(gpr(b, 5) == 0x1234);
	assert_true(gpr(b, 6) == ~0x1234ull);
	assert_quiet(b->gpu);
	batch_new(b);
	BATCH_ADD(b, MATH(1), ALU(0x080, SRCA, 16));
	assert_int_equal(bench_job(b), CS_ERROR);
}

struct atomic_case {
	u32 op;
	u64 a, b, before, after;
};

static void atomics(void **state)
{
	static const struct atomic_case cases[] = {
		{ 0x01, 0xff, 0, 0x1234, 0x34 }, { 0x02, 0xff, 0, 0x1234, 0x12ff },
		{ 0x03, 0xff, 0, 0x1234, 0x12cb }, { 0x04, 9, 0, 1, 9 },
		{ 0x05, 0, 0, 0xffffffff, 0 }, { 0x06, 0, 0, 0, 0xffffffff },
		{ 0x07, 5, 0, 3, 8 }, { 0x08, 5, 0, 3, 0xfffffffe }, { 0x09, 5, 0, 3, 2 },
		{ 0x0a, 1, 0, 0xffffffff, 1 }, { 0x0b, 1, 0, 0xffffffff, 0xffffffff },
		{ 0x0c, 1, 0, 0xffffffff, 0xffffffff }, { 0x0d, 1, 0, 0xffffffff, 1 },
		{ 0x0e, 4, 8, 4, 8 }, { 0x0e, 4, 8, 5, 5 },
		{ 0x25, 0, 0, 0xffffffff, 0x100000000ull }, { 0x26, 0, 0, 0, ~0ull },
		{ 0x27, BIT64(40), 0, 1, BIT64(40) + 1 }, { 0x24, BIT64(63), 0, 0, BIT64(63) },
		{ 0x2a, 1, 0, ~0ull, 1 }, { 0x2c, 1, 0, ~0ull, ~0ull },
		{ 0x2e, BIT64(40), BIT64(41) | 7, BIT64(40), BIT64(41) | 7 },
		{ 0x2b, 1, 0, ~0ull, ~0ull }, { 0x2d, 1, 0, ~0ull, 1 },
		{ 0x2f, 0, 0, 0, ~0ull },
	};
	struct bench *b = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct atomic_case *c = &cases[i];

		batch_new(b);
		*(u64 *)data_at(b, 8) = c->before;
		BATCH_ADD(b, MI(0x2f) | BIT(18) | c->op << 8 | 9, ADDR(VA_DATA + 8), LO(c->a),
			  LO(c->b), HI(c->a), HI(c->b), 0, 0, 0, 0);
		assert_int_equal(bench_job(b), CS_IDLE);
		assert_true(*(u64 *)data_at(b, 8) == c->after);
	}
	/* Operands from registers; what was there comes back. */
	batch_new(b);
	D(b, 0) = 40;
	BATCH_ADD(b, LRI64(GPR(0), 2ull), MI(0x2f) | BIT(16) | 7 << 8 | 1, ADDR(VA_DATA));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(D(b, 0), 42);
	assert_true(gpr(b, 0) == 40);
	assert_quiet(b->gpu);
	/* Odd addresses and widths */
	batch_new(b);
	BATCH_ADD(b, MI(0x2f) | 0x25 << 8 | 1, ADDR(VA_DATA + 4));
	assert_int_equal(bench_job(b), CS_ERROR);
}

static void semaphores(void **state)
{
	static const struct { u32 op, ok, not_ok; } cases[] = {
		{ 0, 6, 5 }, { 1, 5, 4 }, { 2, 4, 5 }, { 3, 5, 6 }, { 4, 5, 4 }, { 5, 4, 5 },
	};
	struct bench *b = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bench_use(b, "bcs0");
		batch_new(b);
		D(b, 0) = cases[i].not_ok;
		D(b, 1) = 0;
		BATCH_ADD(b, SEMAPHORE(cases[i].op, VA_DATA, 5), SDI(VA_DATA + 4, 1));
		assert_int_equal(bench_job(b), CS_WAIT);
		assert_true(cs_preemptible(b->cs));
		assert_int_equal(bench_run(b, 10), CS_WAIT);
		assert_int_equal(cs_save(b->cs), 0);
		bench_load(b);
		D(b, 0) = cases[i].ok;
		assert_int_equal(bench_run(b, 10), CS_IDLE);
		assert_int_equal(D(b, 1), 1);
		assert_int_equal(cs_save(b->cs), 0);
	}
	/* A register */
	bench_use(b, "bcs0");
	batch_new(b);
	BATCH_ADD(b, MI(0x1c) | BIT(16) | BIT(15) | 4 << 12 | 2, 0x55, 0x22000 + GPR(7), 0);
	assert_int_equal(bench_job(b), CS_WAIT);
	reg_poke(b->gpu, 0x22000 + GPR(7), 0x55);
	assert_int_equal(bench_run(b, 10), CS_IDLE);
	assert_quiet(b->gpu);
}

#define COND_END(op, va, v)	MI(0x36) | BIT(21) | (op) << 12 | 2, v, ADDR(va)

static void conditional_end(void **state)
{
	struct bench *b = *state;

	/* The usual spinner: goes on while the word is greater than 0 */
	D(b, 0) = ~0u;
	BATCH_ADD(b, ARB_CHECK, COND_END(0, VA_DATA, 0), BATCH_START(VA_BATCH));
	assert_int_equal(bench_job(b), CS_BUDGET);
	D(b, 0) = 0;
	assert_int_equal(bench_run(b, 10), CS_IDLE);
	/* The store test: goes on while it differs */
	batch_new(b);
	D(b, 0) = 3;
	BATCH_ADD(b, COND_END(5, VA_DATA, 4), SDI(VA_DATA + 4, 1), COND_END(5, VA_DATA, 3),
		  SDI(VA_DATA + 4, 2));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(D(b, 1), 1);
	/* Nested: out of all batches, or of this one with bit 18 */
	batch_new(b);
	D(b, 1) = 0;
	D(b, 2) = 0;
	BATCH_ADD(b, BATCH_START2(VA_BATCH + 0x1000), SDI(VA_DATA + 4, 1),
		  BATCH_START2(VA_BATCH + 0x2000), SDI(VA_DATA + 8, 1), BATCH_END);
	b->batch = 0x1000 / 4;
	BATCH_ADD(b, MI(0x36) | BIT(21) | BIT(18) | 5 << 12 | 2, 3, ADDR(VA_DATA),
		  SDI(VA_DATA, 9), BATCH_END);
	b->batch = 0x2000 / 4;
	BATCH_ADD(b, COND_END(5, VA_DATA, 3), SDI(VA_DATA, 9));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(D(b, 0), 3);
	assert_int_equal(D(b, 1), 1);
	assert_int_equal(D(b, 2), 0);
	assert_quiet(b->gpu);
}

static void predication(void **state)
{
	struct bench *b = *state;

	/* Skipped, but for the way out; off again in the ring */
	BATCH_ADD(b, LRI1(MI_SET_PREDICATE_RESULT, 1), SDI(VA_DATA, 1), MI(0x31) | BIT(8) | BIT(15) | 1,
		  ADDR(VA_BATCH), MI(0x01), SDI(VA_DATA + 4, 1), MI(0x01) | 15, SDI(VA_DATA, 1));
	BATCH_ADD(b, BATCH_END);
	RING(b, BATCH_START(VA_BATCH), SDI_GGTT(GGTT_GUEST, 1));
	bench_load(b);
	assert_int_equal(bench_run(b, 100), CS_IDLE);
	assert_int_equal(D(b, 0), 0);
	assert_int_equal(D(b, 1), 1);
	assert_int_equal(*(u32 *)b->guest, 1);
	cs_save(b->cs);
	/* MI_PREDICATE: equal sources */
	bench_use(b, "rcs0");
	batch_new(b);
	BATCH_ADD(b, LRI1(MI_PREDICATE_SRC0, 5), LRI1(MI_PREDICATE_SRC1, 5),
		  MI(0x0c) | 2 << 6 | 2, SRM(MI_PREDICATE_RESULT, VA_DATA + 8),
		  MI(0x0c) | 3 << 6 | 2, SRM(MI_PREDICATE_RESULT, VA_DATA + 12),
		  MI(0x24) | BIT(21) | BIT(19) | 2, MI_PREDICATE_SRC0, ADDR(VA_DATA + 16));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(D(b, 2), 1);
	assert_int_equal(D(b, 3), 0);
	assert_int_equal(D(b, 4), 0);
	/* By its result: mode 3 skips if clear, 4 if set; always true, combined */
	batch_new(b);
	BATCH_ADD(b, MI(0x0c) | 2 << 6, MI(0x01) | 4, SDI(VA_DATA + 20, 1), MI(0x01) | 3,
		  SDI(VA_DATA + 24, 1), MI(0x0c) | 2 << 6 | 1, MI(0x01) | 3, SDI(VA_DATA + 28, 1),
		  MI(0x01) | 4, SDI(VA_DATA + 32, 1), MI(0x0c) | 2 << 6 | 2 << 3,
		  SRM(MI_PREDICATE_RESULT, VA_DATA + 36), MI(0x0c) | 2 << 6 | 1 << 3 | 1,
		  SRM(MI_PREDICATE_RESULT, VA_DATA + 40));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(D(b, 5), 0);
	assert_int_equal(D(b, 6), 1);
	assert_int_equal(D(b, 7), 0);
	assert_int_equal(D(b, 8), 1);
	assert_int_equal(D(b, 9), 1);
	assert_int_equal(D(b, 10), 0);
	assert_quiet(b->gpu);
}

static void flush_dw(void **state)
{
	struct bench *b = *state;
	u64 stamp;

	BATCH_ADD(b, MI(0x26) | 2, 0, 0, 0, MI(0x26) | 1 << 14 | 2, ADDR(VA_DATA), 0x11,
		  MI(0x26) | 1 << 14 | 3, ADDR(VA_DATA + 8), ADDR(0x1122334455667788ull),
		  MI(0x26) | 3 << 14 | 3, ADDR(VA_DATA + 16), 0, 0);
	BATCH_ADD(b, BATCH_END);
	RING(b, BATCH_START(VA_BATCH), MI(0x26) | BIT(21) | BIT(18) | 1 << 14 | 2, 0xd0 | 4, 0, ~0u,
	     MI(0x26) | 1 << 14 | 2, (GGTT_GUEST + 0x200) | 4, 0, 0x99);
	bench_load(b);
	clk_step(b->gpu->clk, 1000000);
	assert_int_equal(bench_run(b, 100), CS_IDLE);
	assert_int_equal(D(b, 0), 0x11);
	assert_int_equal(D(b, 1), 0);
	assert_true(*(u64 *)data_at(b, 8) == 0x1122334455667788ull);
	stamp = *(u64 *)data_at(b, 16);
	assert_in_range(stamp, 19200, 19300);
	assert_int_equal(*(u32 *)(b->vram + CONTEXT + 0xd0), ~0u);
	assert_int_equal(*(u32 *)(b->vram + CONTEXT + 0xd4), 0);
	assert_int_equal(*(u32 *)(b->guest + 0x200), 0x99);
	assert_quiet(b->gpu);
}

/* Each engine has its own TLB, and flushes that only. */
static void tlb_flushes(void **state)
{
	static const char *const engines[] = { "bcs0", "rcs0" };
	struct bench *b = *state;
	u64 *leaf = pt_entry(b, VA_DATA, 0), was = *leaf;
	u64 before;

	for (int e = 0; e < 2; e++) {
		for (int flush = 0; flush < 2; flush++) {
			before = counter_get(b->gpu, CNT_VIOLATION);
			*leaf = was;
			cs_tlb_flush(bench_engine(b, engines[e]));
			bench_use(b, engines[e]);
			batch_new(b);
			BATCH_ADD(b, SDI(VA_DATA, 1));
			assert_int_equal(bench_job(b), CS_IDLE);
			*leaf = was + 4096;
			batch_new(b);
			if (e)
				BATCH_ADD(b, 0x7a000004, flush ? BIT(18) : 0, 0, 0, 0, 0);
			else
				BATCH_ADD(b, MI(0x26) | (flush ? BIT(18) : 0) | 2, 0, 0, 0);
			BATCH_ADD(b, SDI(VA_DATA, 2));
			assert_int_equal(bench_job(b), CS_IDLE);
			assert_int_equal(counter_get(b->gpu, CNT_VIOLATION) - before, !flush);
			cs_save(b->cs);
		}
	}
	assert_true(answer_has(b->gpu, "violations", "ppgtt-stale: rcs0 asid 119"));
	/* what another engine flushed is not flushed here */
	*leaf = was;
	bench_use(b, "bcs0");
	batch_new(b);
	BATCH_ADD(b, SDI(VA_DATA, 1));
	before = counter_get(b->gpu, CNT_VIOLATION);
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(counter_get(b->gpu, CNT_VIOLATION) - before, 1);
}

static void pipe_control(void **state)
{
	struct bench *b = *state;

	bench_use(b, "rcs0");
	BATCH_ADD(b, 0x7a000004, BIT(14), ADDR(VA_DATA), ADDR(0x1234567800000001ull),
		  0x7a000004, 3 << 14, ADDR(VA_DATA + 8), 0, 0,
		  0x7a000004, BIT(20), 0, 0, 0, 0);
	BATCH_ADD(b, BATCH_END);
	RING(b, BATCH_START(VA_BATCH), 0x7a000004, BIT(14) | BIT(21) | BIT(18), 0xd0, 0, 0x77, 0,
	     0x7a000004, BIT(14) | BIT(24) | BIT(20), GGTT_GUEST + 0x40, 0, 0x88, 0,
	     0x7a000004, BIT(23), 0x2000 + RING_NOPID, 0, 0x1234, 0);
	bench_load(b);
	clk_step(b->gpu->clk, 1000000);
	assert_int_equal(bench_run(b, 100), CS_IDLE);
	assert_true(*(u64 *)data_at(b, 0) == 0x1234567800000001ull);
	assert_in_range(*(u64 *)data_at(b, 8), 19200, 19300);
	assert_int_equal(*(u64 *)(b->vram + CONTEXT + 0xd0), 0x77);
	assert_int_equal(*(u64 *)(b->guest + 0x40), 0x88);
	assert_int_equal(engine_reg(b, RING_NOPID), 0x1234);
	assert_quiet(b->gpu);
}

/* Sequence in memory first, interrupt after it. */
static void user_interrupt(void **state)
{
	struct bench *b = *state;
	u32 dw0;

	reg_cpu_write(b->gpu, 0x190030, 0xffffffff);
	reg_cpu_write(b->gpu, 0x1900a0, 0);
	RING(b, USER_IRQ, NOOP);
	bench_load(b);
	arm(b->gpu, "cs.no-irq");
	bench_run(b, 10);
	dw0 = reg_cpu_read(b->gpu, 0x190018);
	assert_int_equal(dw0 & BIT(15), 0);
	RING(b, USER_IRQ, NOOP);
	assert_int_equal(cs_update_tail(b->cs), 0);
	bench_run(b, 10);
	dw0 = reg_cpu_read(b->gpu, 0x190018);
	assert_int_equal(dw0 & BIT(15), BIT(15));
}

static void skipped(void **state)
{
	struct bench *b = *state;
	u64 before;

	bench_use(b, "rcs0");
	before = counter_get(b->gpu, CNT_CMD_SKIPPED);
	/* state base address, pipeline select (one word), declaration list (nine bits of length) */
	BATCH_ADD(b, 0x61010014);
	b->batch += 21;
	BATCH_ADD(b, 0x69040000, 0x79170100);
	b->batch += 257;
	BATCH_ADD(b, SDI(VA_DATA, 1));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(D(b, 0), 1);
	assert_int_equal(counter_get(b->gpu, CNT_CMD_SKIPPED) - before, 3);
	assert_quiet(b->gpu);
}

/* First commands of every copy and compute queue of user space */
static void fences_of_clients(void **state)
{
	static const char *const engines[] = { "rcs0", "ccs0", "bcs0" };
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(engines); i++) {
		bench_tables(b);
		bench_use(b, engines[i]);
		batch_new(b);
		D(b, 0) = 0;
		BATCH_ADD(b, 0x61090001, ADDR(VA_DATA), SDI(VA_DATA, 7));
		assert_int_equal(bench_job(b), CS_IDLE);
		assert_int_equal(D(b, 0), 7);
		cs_save(b->cs);
	}
	for (unsigned int i = 0; i < 2; i++) {
		bench_use(b, engines[i]);
		batch_new(b);
		BATCH_ADD(b, 0xac000003, 0x1234, 0x5678, 0, 0, SDI(VA_DATA, 8 + i));
		assert_int_equal(bench_job(b), CS_IDLE);
		assert_int_equal(D(b, 0), 8 + i);
		cs_save(b->cs);
	}
	assert_int_equal(counter_get(b->gpu, CNT_CMD_SKIPPED), 0);
	assert_quiet(b->gpu);
	/* not what the copy engine knows, and not with another length */
	bench_use(b, "bcs0");
	batch_new(b);
	BATCH_ADD(b, 0xac000003, 0, 0, 0, 0);
	assert_int_equal(bench_job(b), CS_ERROR);
	cs_reset(b->cs);
	bench_use(b, "rcs0");
	batch_new(b);
	BATCH_ADD(b, 0xac000004, 0, 0, 0, 0, 0);
	assert_int_equal(bench_job(b), CS_ERROR);
}

static void no_pipe(void **state)
{
	/* a primitive, a mesh, a walker, an indirect dispatch */
	static const u32 commands[] = { 0x7b000005, 0x7b010005, 0x72080005, 0x720d0005 };
	struct bench *b = *state;

	for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++) {
		for (int fails = 0; fails < 2; fails++) {
			b->gpu->opt.no_pipe = fails;
			bench_use(b, "rcs0");
			batch_new(b);
			/* state in front of it: of the front end, and of the 3D pipe */
			BATCH_ADD(b, 0x72000000 | 4, 0, 0, 0, 0, 0, 0x78000000, 0, commands[i], 0, 0, 0, 0, 0, 0);
			assert_int_equal(bench_job(b), fails ? CS_ERROR : CS_IDLE);
			if (fails) {
				assert_non_null(strstr(b->err.text, "would need the pipe"));
				cs_reset(b->cs);
			} else {
				cs_save(b->cs);
			}
		}
	}
	assert_quiet(b->gpu);
}

static void perf_report(void **state)
{
	struct bench *b = *state;

	bench_use(b, "rcs0");
	D(b, 16) = 5;
	BATCH_ADD(b, MI(0x28) | 2, ADDR(VA_DATA), 0x4711);
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(D(b, 0), 0x4711);
	assert_int_equal(D(b, 16), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(store_data), BENCH_TEST(user_batch_and_ggtt),
		BENCH_TEST(user_batch_drops), BENCH_TEST(notify), BENCH_TEST(registers),
		BENCH_TEST(fault_each), BENCH_TEST(copy_mem), BENCH_TEST(math), BENCH_TEST(atomics),
		BENCH_TEST(semaphores), BENCH_TEST(conditional_end), BENCH_TEST(predication),
		BENCH_TEST(flush_dw), BENCH_TEST(tlb_flushes), BENCH_TEST(pipe_control), BENCH_TEST(user_interrupt),
		BENCH_TEST(skipped), BENCH_TEST(fences_of_clients), BENCH_TEST(no_pipe), BENCH_TEST(perf_report),
	};

	return cmocka_run_group_tests_name("mi", tests, NULL, NULL);
}
