// SPDX-License-Identifier: MIT
/* The blitter: every command, layouts of surfaces, long blits in pieces, faults. */
#include "../cs_surf.h"
#include "cs_bench.h"

#define BLT(op)		(2u << 29 | (u32)(op) << 22)
#define MEM_SET		(BLT(0x5b) | 5)
#define MEM_COPY	(BLT(0x5a) | 8)
#define FAST_COPY	(BLT(0x42) | 8)
#define BLOCK_COPY	(BLT(0x41) | 10)
#define FAST_COLOR	(BLT(0x44) | 14)
#define CTRL_SURF	(BLT(0x48) | 3)
#define XY(x, y)	((u32)(y) << 16 | (u32)(x))
#define VA_BIG		0x0000555500000000ull	/* 8 MiB of VRAM at BIG */
#define BIG		0x800000u
#define BIG_SIZE	0x800000u

static u8 *big(struct bench *b, u32 off)
{
	return b->vram + BIG + off;
}

static int setup(void **state)
{
	struct bench *b;
	u32 i;

	if (bench_setup(state))
		return -1;
	b = *state;
	map_pages(b, VA_BIG, BIG, BIG_SIZE / 4096, LEAF_VRAM);
	for (i = 0; i < 0x100000; i++)
		*big(b, i) = (u8)(i * 7 + (i >> 8) * 13);
	return 0;
}

#define BLT_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, bench_teardown)

static void mem_set(void **state)
{
	struct bench *b = *state;
	u32 i, x;

	BATCH_ADD(b, MEM_SET, 99, 5, 0, ADDR(VA_BIG + 0x200000), 0xab000000,
		  MEM_SET | BIT(17), 9, 3, 31, ADDR(VA_BIG + 0x300000), 0xcd000000);
	memset(big(b, 0x200000), 1, 0x1000);
	memset(big(b, 0x300000), 1, 0x1000);
	assert_int_equal(bench_job(b), CS_IDLE);
	for (i = 0; i < 0x1000; i++) {
		assert_int_equal(*big(b, 0x200000 + i), i < 100 ? 0xab : 1);
		x = i % 32;
		assert_int_equal(*big(b, 0x300000 + i), i < 4 * 32 && x < 10 ? 0xcd : 1);
	}
	assert_quiet(b->gpu);
}

/* The driver's clear: 4 MiB as a matrix of 64 KiB rows, more than one run's budget */
static void long_clear(void **state)
{
	struct bench *b = *state;
	unsigned int runs = 1;
	enum cs_stop stop;

	BATCH_ADD(b, MEM_SET | BIT(17), 0xffff, 63, 0xffff, ADDR(VA_BIG + 0x200000), 0x5a000000,
		  SDI(VA_DATA, 1), BATCH_END);
	RING(b, BATCH_START(VA_BATCH));
	bench_load(b);
	while ((stop = bench_run(b, 100)) == CS_BUDGET) {
		assert_false(cs_preemptible(b->cs) && !*data_at(b, 0));
		assert_int_equal(b->used, 100);
		runs++;
	}
	assert_int_equal(stop, CS_IDLE);
	assert_in_range(runs, 10, 13);
	assert_int_equal(*big(b, 0x200000), 0x5a);
	assert_int_equal(*big(b, 0x5fffff), 0x5a);
	assert_int_equal(*big(b, 0x600000), 0);
	assert_int_equal(*data_at(b, 0), 1);
	assert_quiet(b->gpu);
}

static void mem_copy(void **state)
{
	struct bench *b = *state;
	u32 y;

	BATCH_ADD(b, MEM_COPY, 4999, 0, 0, 0, ADDR(VA_BIG + 3), ADDR(VA_BIG + 0x200005), 0,
		  MEM_COPY | BIT(19), 31, 0, 0, 0, ADDR(VA_BIG + 0x100), ADDR(VA_BIG + 0x300000),
		  0, MEM_COPY | 1 << 17, 63, 7, 255, 127, ADDR(VA_BIG), ADDR(VA_GUEST), 0);
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_memory_equal(big(b, 0x200005), big(b, 3), 5000);
	assert_int_equal(*big(b, 0x200005 + 5000), 0);
	assert_memory_equal(big(b, 0x300000), big(b, 0x100), 8192);
	assert_int_equal(*big(b, 0x302000), 0);
	for (y = 0; y < 8; y++)
		assert_memory_equal(b->guest + y * 128, big(b, y * 256), 64);
	assert_int_equal(b->guest[64], 0);
	assert_quiet(b->gpu);
}

/* The driver's copy: pitch 4096, 32 bits a pixel */
static void fast_copy_linear(void **state)
{
	struct bench *b = *state;

	BATCH_ADD(b, FAST_COPY, 3 << 24 | 4096 | 3u << 30, 0, XY(1024, 16), ADDR(VA_BIG + 0x200000),
		  0, 4096, ADDR(VA_BIG));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_memory_equal(big(b, 0x200000), big(b, 0), 0x10000);
	assert_int_equal(*big(b, 0x210000), 0);
	/* A rectangle within */
	batch_new(b);
	BATCH_ADD(b, FAST_COPY, 3 << 24 | 4096 | 3u << 30, XY(2, 1), XY(5, 3),
		  ADDR(VA_BIG + 0x300000), XY(7, 2), 2048, ADDR(VA_BIG));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_memory_equal(big(b, 0x301008), big(b, 2 * 2048 + 28), 12);
	assert_memory_equal(big(b, 0x302008), big(b, 3 * 2048 + 28), 12);
	assert_int_equal(*(u32 *)big(b, 0x301004) | *(u32 *)big(b, 0x301014) |
			 *(u32 *)big(b, 0x303008), 0);
	assert_quiet(b->gpu);
}

/* There and back again gives the same; in between it is somewhere else. */
static void round_trip_at(struct bench *b, u32 op, u32 tiling, u32 depth, u32 bytes, u32 at)
{
	u32 pitch = 4096, w = pitch / bytes, h = 256;
	u64 tiled = VA_BIG + at, back = VA_BIG + 0x400000;

	memset(big(b, 0x200000), 0, 0x400000);
	batch_new(b);
	if (op == FAST_COPY)
		BATCH_ADD(b, FAST_COPY | tiling << 13, depth << 24 | pitch / 4 | 3u << 30, 0,
			  XY(w, h), ADDR(tiled), 0, pitch, ADDR(VA_BIG),
			  FAST_COPY | tiling << 20, depth << 24 | pitch | 3u << 30, 0, XY(w, h),
			  ADDR(back), 0, pitch / 4, ADDR(tiled));
	else
		BATCH_ADD(b, BLOCK_COPY | depth << 19, tiling << 30 | (pitch / 4 - 1), 0, XY(w, h),
			  ADDR(tiled), 0, 0, pitch - 1, ADDR(VA_BIG), 0,
			  BLOCK_COPY | depth << 19, pitch - 1, 0, XY(w, h), ADDR(back), 0, 0,
			  tiling << 30 | (pitch / 4 - 1), ADDR(tiled), 0);
	BATCH_ADD(b, BATCH_END);
	RING(b, BATCH_START(VA_BATCH));
	if (cs_loaded(b->cs))
		assert_int_equal(cs_update_tail(b->cs), 0);
	else
		bench_load(b);
	assert_int_equal(bench_run(b, 1000000), CS_IDLE);
	assert_memory_equal(big(b, 0x400000), big(b, 0), 0x100000);
	assert_int_not_equal(memcmp(big(b, at), big(b, 0), 0x100000), 0);
}

static void round_trip(struct bench *b, u32 op, u32 tiling, u32 depth, u32 bytes)
{
	round_trip_at(b, op, tiling, depth, bytes, 0x200000);
}

/* In system memory a surface in 64 KiB tiles begins at any page. */
static void tile64_at_a_page(void **state)
{
	struct bench *b = *state;

	round_trip_at(b, BLOCK_COPY, TILE_64, 2, 4, 0x201000);
	round_trip_at(b, FAST_COPY, TILE_64, 3, 4, 0x20f000);
	assert_quiet(b->gpu);
}

static void tiled_copies(void **state)
{
	static const u32 fast[][2] = { { 0, 1 }, { 1, 2 }, { 3, 4 }, { 4, 8 }, { 5, 16 } };
	static const u32 block[][2] = { { 0, 1 }, { 1, 2 }, { 2, 4 }, { 3, 8 }, { 5, 16 } };
	struct bench *b = *state;
	u32 tiling, i;

	for (tiling = 1; tiling <= 3; tiling++) {
		for (i = 0; i < ARRAY_SIZE(fast); i++)
			round_trip(b, FAST_COPY, tiling, fast[i][0], fast[i][1]);
		for (i = 0; i < ARRAY_SIZE(block); i++)
			round_trip(b, BLOCK_COPY, tiling, block[i][0], block[i][1]);
	}
	assert_quiet(b->gpu);
}

/* Known places */
static void layouts(void **state)
{
	struct surf s = { .pitch = 4096, .bytes = 4, .tiling = TILE_X };
	u32 span, x, y, i;
	u8 *seen;

	assert_int_equal(surf_offset(&s, 512 + 3, 8 + 2, &span), 4096 * 8 + 4096 + 2 * 512 + 3);
	assert_int_equal(span, 509);
	s.tiling = TILE_4;
	/* 16 bytes, four rows of them, four such blocks to the right, two down, then right */
	assert_int_equal(surf_offset(&s, 15, 0, &span), 15);
	assert_int_equal(span, 1);
	assert_int_equal(surf_offset(&s, 0, 3, &span), 48);
	assert_int_equal(surf_offset(&s, 16, 0, &span), 64);
	assert_int_equal(surf_offset(&s, 48, 0, &span), 192);
	assert_int_equal(surf_offset(&s, 0, 4, &span), 256);
	assert_int_equal(surf_offset(&s, 64, 0, &span), 512);
	assert_int_equal(surf_offset(&s, 0, 8, &span), 1024);
	assert_int_equal(surf_offset(&s, 0, 16, &span), 2048);
	assert_int_equal(surf_offset(&s, 128, 0, &span), 4096);
	assert_int_equal(surf_offset(&s, 0, 32, &span), 32 * 4096);
	/* Each layout takes each byte of its tiles once. */
	seen = calloc(1, 1 << 20);
	for (s.tiling = TILE_X; s.tiling <= TILE_64; s.tiling++) {
		for (s.bytes = 1; s.bytes <= 16; s.bytes *= 2) {
			memset(seen, 0, 1 << 20);
			for (y = 0; y < 256; y++)
				for (x = 0; x < 4096; x++)
					seen[surf_offset(&s, x, y, &span)]++;
			for (i = 0; i < 1 << 20; i++)
				assert_int_equal(seen[i], 1);
		}
	}
	free(seen);
}

static void offsets(void **state)
{
	struct bench *b = *state;

	BATCH_ADD(b, BLOCK_COPY | 2 << 19, 4095, XY(1, 1), XY(3, 2), ADDR(VA_BIG + 0x200000),
		  XY(4, 2), XY(0, 0), 4095, ADDR(VA_BIG), XY(8, 1));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_memory_equal(big(b, 0x200000 + 3 * 4096 + 5 * 4), big(b, 4096 + 8 * 4), 8);
	assert_int_equal(*(u32 *)big(b, 0x200000 + 3 * 4096 + 7 * 4), 0);
	assert_quiet(b->gpu);
}

static void color(void **state)
{
	static const u32 depths[][2] = {
		{ 0, 1 }, { 1, 2 }, { 2, 4 }, { 3, 8 }, { 4, 12 }, { 5, 16 },
	};
	static const u32 pattern[4] = { 0x04030201, 0x08070605, 0x0c0b0a09, 0x100f0e0d };
	struct bench *b = *state;
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(depths); i++) {
		u32 bytes = depths[i][1];

		memset(big(b, 0x200000), 0, 0x10000);
		batch_new(b);
		BATCH_ADD(b, FAST_COLOR | depths[i][0] << 19, 4095, XY(3, 1), XY(8, 3),
			  ADDR(VA_BIG + 0x200000), 0, pattern[0], pattern[1], pattern[2],
			  pattern[3], 0, 0, 0, 0, 0);
		assert_int_equal(bench_job(b), CS_IDLE);
		for (k = 0; k < 5 * bytes; k++)
			assert_int_equal(*big(b, 0x201000 + 3 * bytes + k), k % bytes + 1);
		assert_int_equal(*big(b, 0x201000 + 3 * bytes - 1), 0);
		assert_int_equal(*big(b, 0x201000 + 8 * bytes), 0);
		assert_int_equal(*big(b, 0x200000 + 3 * bytes), 0);
		assert_int_equal(*big(b, 0x203000 + 3 * bytes), 0);
	}
	assert_quiet(b->gpu);
}

static void control_surface(void **state)
{
	struct bench *b = *state;

	BATCH_ADD(b, CTRL_SURF | BIT(21), ADDR(VA_BIG), ADDR(VA_BIG + 0x200000), SDI(VA_DATA, 1));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(*data_at(b, 0), 1);
	assert_int_equal(*big(b, 0x200000), 0);
}

static void null_pages(void **state)
{
	struct bench *b = *state;
	u64 hole = 0x7000000000ull;

	*pt_entry(b, hole, 2) = PTE_P | PTE_RW | PTE_NULL | PTE_HUGE;
	memset(big(b, 0x200000), 1, 0x1000);
	BATCH_ADD(b, MEM_COPY, 999, 0, 0, 0, ADDR(hole), ADDR(VA_BIG + 0x200000), 0,
		  MEM_COPY, 999, 0, 0, 0, ADDR(VA_BIG), ADDR(hole + 0x1000), 0);
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(*big(b, 0x200000 + 999), 0);
	assert_int_equal(*big(b, 0x200000 + 1000), 1);
	/* The largest blit there is, into nothing: bounded all the same */
	batch_new(b);
	BATCH_ADD(b, MEM_SET | BIT(17), 0x3ffff, 0x3ffff, 0, ADDR(hole), 0);
	assert_int_equal(bench_job(b), CS_BUDGET);
	assert_int_equal(bench_run(b, 1), CS_BUDGET);
	cs_reset(b->cs);
	assert_quiet(b->gpu);
}

static void refused(void **state)
{
	struct bench *b = *state;
	u64 hole = VA_BIG + BIG_SIZE;

	/* It stops where the mapping ends. */
	BATCH_ADD(b, MEM_SET, 0x1fff, 0, 0, ADDR(hole - 0x1000), 0x77000000);
	assert_int_equal(bench_job(b), CS_FAULT);
	assert_true(b->err.address == hole);
	assert_true(b->err.write);
	assert_int_equal(*big(b, BIG_SIZE - 1), 0x77);
	cs_reset(b->cs);
	bench_use(b, "bcs0");
	batch_new(b);
	BATCH_ADD(b, FAST_COPY | 2 << 13, 3 << 24 | 1024 | 3u << 30, 0, XY(16, 16),
		  ADDR(VA_BIG + 64), 0, 4096, ADDR(VA_BIG));
	assert_int_equal(bench_job(b), CS_ERROR);
	cs_reset(b->cs);
	bench_use(b, "bcs0");
	batch_new(b);
	BATCH_ADD(b, FAST_COPY, 2 << 24 | 4096, 0, XY(16, 16), ADDR(VA_BIG), 0, 4096, ADDR(VA_BIG));
	assert_int_equal(bench_job(b), CS_ERROR);
	cs_reset(b->cs);
	/* Coordinates are signed; a rectangle may be empty. */
	bench_use(b, "bcs0");
	batch_new(b);
	memset(big(b, 0x200000), 1, 0x2000);
	BATCH_ADD(b, FAST_COPY, 3 << 24 | 4096 | 3u << 30, XY(5, 0), XY(5, 8),
		  ADDR(VA_BIG + 0x200000), 0, 4096, ADDR(VA_BIG),
		  FAST_COPY, 3 << 24 | 4096 | 3u << 30, XY(0, 1), XY(8, 1),
		  ADDR(VA_BIG + 0x200000), 0, 4096, ADDR(VA_BIG));
	assert_int_equal(bench_job(b), CS_IDLE);
	assert_int_equal(*big(b, 0x201000), 1);
	batch_new(b);
	BATCH_ADD(b, FAST_COPY, 3 << 24 | 4096 | 3u << 30, XY(0xffff, 0), XY(5, 8),
		  ADDR(VA_BIG + 0x200000), 0, 4096, ADDR(VA_BIG));
	assert_int_equal(bench_job(b), CS_ERROR);
	cs_reset(b->cs);
	/* Not on the render engine */
	bench_use(b, "rcs0");
	batch_new(b);
	BATCH_ADD(b, MEM_SET, 1, 0, 0, ADDR(VA_BIG), 0);
	assert_int_equal(bench_job(b), CS_ERROR);
	assert_quiet(b->gpu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BLT_TEST(mem_set), BLT_TEST(long_clear), BLT_TEST(mem_copy),
		BLT_TEST(fast_copy_linear), BLT_TEST(tiled_copies), BLT_TEST(tile64_at_a_page), BLT_TEST(layouts),
		BLT_TEST(offsets), BLT_TEST(color), BLT_TEST(control_surface),
		BLT_TEST(null_pages), BLT_TEST(refused),
	};

	return cmocka_run_group_tests_name("blt", tests, NULL, NULL);
}
