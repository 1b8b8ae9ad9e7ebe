// SPDX-License-Identifier: MIT
/*
 * Batches of copies: each word, spelled out.
 */

#include "../../../submit/blit.c"

#include <kunit/test.h>

#define TO	0x0000002012345000ull
#define FROM	0x0000004000200000ull

static struct xe_blit *new_blit(struct kunit *test)
{
	struct xe_blit *blit = kunit_kzalloc(test, sizeof(*blit), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, blit);
	return blit;
}

/* As in hardware.rst xe-hw-commands: numbers, so that a wrong bit in a name is found. */
static void test_words(struct kunit *test)
{
	static const u32 words[] = {
		0x56c20005, 0xfff, 0x1ff, 0xfff, 0x12345000, 0x20, 0x18,
		0x50800008, 0xc3301000, 0, 0x00010400, 0x12345000, 0x20, 0, 0x00301000,
		0x00200000, 0x40,
		0x05000000,
	};
	struct xe_blit *blit = new_blit(test);

	KUNIT_EXPECT_EQ(test, xe_blit_clear(blit, TO, SZ_2M), SZ_2M);
	KUNIT_EXPECT_EQ(test, xe_blit_copy(blit, TO, FROM, SZ_4K), SZ_4K);
	KUNIT_EXPECT_EQ(test, xe_blit_end(blit), sizeof(words));
	KUNIT_EXPECT_MEMEQ(test, blit->words, words, sizeof(words));
}

/* What one command cannot do several do, next to each other. */
static void test_large(struct kunit *test)
{
	const u64 size = 2 * SZ_64M + SZ_64K;
	struct xe_blit *blit = new_blit(test);
	const u32 *second = blit->words + MEM_SET_WORDS, *third = second + MEM_SET_WORDS;

	KUNIT_EXPECT_EQ(test, xe_blit_clear(blit, TO, size), size);
	KUNIT_EXPECT_EQ(test, blit->used, 3 * MEM_SET_WORDS);
	KUNIT_EXPECT_EQ(test, blit->words[2], 0x3fff);
	KUNIT_EXPECT_EQ(test, second[4], lower_32_bits(TO + SZ_64M));
	KUNIT_EXPECT_EQ(test, third[2], 0xf);

	blit->used = 0;
	KUNIT_EXPECT_EQ(test, xe_blit_copy(blit, TO, FROM, size), size);
	KUNIT_EXPECT_EQ(test, blit->used, 3 * FAST_COPY_WORDS);
	KUNIT_EXPECT_EQ(test, blit->words[3], 0x40000400);
	KUNIT_EXPECT_EQ(test, blit->words[FAST_COPY_WORDS + 4], lower_32_bits(TO + SZ_64M));
	KUNIT_EXPECT_EQ(test, blit->words[FAST_COPY_WORDS + 8], lower_32_bits(FROM + SZ_64M));
}

/* It says how much fits, and the end always does. */
static void test_full(struct kunit *test)
{
	struct xe_blit *blit = new_blit(test);
	unsigned int commands = 0;

	while (xe_blit_clear(blit, TO, SZ_4K))
		commands++;
	KUNIT_EXPECT_EQ(test, commands, (ARRAY_SIZE(blit->words) - 1) / MEM_SET_WORDS);
	KUNIT_EXPECT_LE(test, xe_blit_end(blit), XE_BLIT_BYTES);

	blit->used = 0;
	KUNIT_EXPECT_EQ(test, xe_blit_copy(blit, TO, FROM, 1000ull * SZ_64M),
			(ARRAY_SIZE(blit->words) - 1) / FAST_COPY_WORDS * SZ_64M);
	KUNIT_EXPECT_LE(test, xe_blit_end(blit), XE_BLIT_BYTES);

	blit->used = ARRAY_SIZE(blit->words) - MEM_SET_WORDS;
	KUNIT_EXPECT_EQ_MSG(test, xe_blit_clear(blit, TO, SZ_4K), 0, "there is no end");
}

static struct kunit_case blit_cases[] = {
	KUNIT_CASE(test_words),
	KUNIT_CASE(test_large),
	KUNIT_CASE(test_full),
	{ }
};

static struct kunit_suite blit_suite = {
	.name = "xe_blit",
	.test_cases = blit_cases,
};

kunit_test_suite(blit_suite);
