// SPDX-License-Identifier: MIT
/*
 * Memory for copies of page tables. What is copied: tests/kunit/mm/pt_pool.c.
 */

#include <kunit/test.h>

#include "mm/mm.h"
#include "tests/kunit/mm/fake.h"
#include "xe_device.h"

/* How many copies there is memory for, by what a look at free memory says. */
static unsigned int room = UINT_MAX;

static bool has_memory(u64 size)
{
	if (!room)
		return false;
	room -= room != UINT_MAX;
	return xe_mm_has_memory(size);
}

#define xe_mm_has_memory(size)	has_memory(size)

#include "../../../mm/pt_save.c"

static unsigned int count_copies(struct xe_pt_pool *pool)
{
	struct xe_pt_chunk *chunk;
	unsigned int n = 0;

	list_for_each_entry(chunk, &pool->chunks, link)
		n += !!chunk->copy;
	return n;
}

/* A client that has half of VRAM for tables does not have all memory taken for their copies. */
static void test_short_of_memory(struct kunit *test)
{
	struct xe_device *xe = xe_fake_vram_device(test);
	struct xe_pt_pool *pool = &xe->mm.pt_pool;
	struct xe_pt_page *page;

	page = kunit_kcalloc(test, XE_PT_CHUNK_PAGES + 1, sizeof(*page), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	for (unsigned int i = 0; i <= XE_PT_CHUNK_PAGES; i++)
		KUNIT_ASSERT_EQ(test, xe_pt_pool_take(xe, &page[i]), 0);

	room = 1;
	KUNIT_EXPECT_EQ(test, xe_pt_pool_prepare(xe), -ENOMEM);
	KUNIT_EXPECT_EQ_MSG(test, count_copies(pool), 0, "what is not enough is given back");
	room = 2;
	KUNIT_EXPECT_EQ(test, xe_pt_pool_prepare(xe), 0);
	KUNIT_EXPECT_EQ(test, count_copies(pool), 2);
	room = UINT_MAX;

	for (unsigned int i = 0; i <= XE_PT_CHUNK_PAGES; i++)
		xe_pt_pool_give(xe, &page[i]);
}

static struct kunit_case pt_save_cases[] = {
	KUNIT_CASE(test_short_of_memory),
	{ }
};

static struct kunit_suite pt_save_suite = {
	.name = "xe_pt_save",
	.test_cases = pt_save_cases,
};

kunit_test_suite(pt_save_suite);
