// SPDX-License-Identifier: MIT
/*
 * Memory for copies of page tables. What is copied: tests/kunit/mm/pt_pool.c.
 */

#include <kunit/test.h>

#include "mm/mm.h"
#include "tests/kunit/fake.h"
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
	KUNIT_EXPECT_EQ_MSG(test, pool->num_spare, 0, "what is not enough is given back");
	KUNIT_EXPECT_TRUE(test, list_empty(&pool->spare));
	room = 2;
	KUNIT_EXPECT_EQ(test, xe_pt_pool_prepare(xe), 0);
	KUNIT_EXPECT_EQ(test, pool->num_spare, XE_PT_CHUNK_PAGES + 1 + 2 * FEW);
	room = UINT_MAX;

	xe_pt_pool_forget(xe);
	xe_fake_set_killed(true);
	KUNIT_EXPECT_EQ(test, xe_pt_pool_prepare(xe), -EINTR);
	xe_fake_set_killed(false);
	KUNIT_EXPECT_EQ(test, pool->num_spare, 0);
	for (unsigned int i = 0; i <= XE_PT_CHUNK_PAGES; i++)
		xe_pt_pool_give(xe, &page[i]);
}

/*
 * A page that is in use has a copy, and what is free beside it has none: who keeps one of each
 * chunk does not keep as much memory as there is VRAM.
 */
static void test_few_in_use(struct kunit *test)
{
	struct xe_device *xe = xe_fake_vram_device(test);
	struct xe_pt_pool *pool = &xe->mm.pt_pool;
	struct xe_pt_page *page;

	page = kunit_kcalloc(test, 3 * XE_PT_CHUNK_PAGES, sizeof(*page), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	for (unsigned int i = 0; i < 3 * XE_PT_CHUNK_PAGES; i++)
		KUNIT_ASSERT_EQ(test, xe_pt_pool_take(xe, &page[i]), 0);
	for (unsigned int i = 0; i < 3 * XE_PT_CHUNK_PAGES; i++)
		if (i % XE_PT_CHUNK_PAGES)
			xe_pt_pool_give(xe, &page[i]);
	KUNIT_EXPECT_EQ(test, xe_pt_pool_size(pool), 3 * XE_PT_CHUNK_SIZE);
	KUNIT_EXPECT_EQ(test, xe_pt_pool_prepare(xe), 0);
	KUNIT_EXPECT_EQ(test, pool->num_spare, 3 + 2 * FEW);

	/* A chunk that goes takes its copies with it. */
	xe_fake_scoped(hw, xe)
		KUNIT_EXPECT_EQ(test, xe_pt_pool_suspend(hw), 0);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&pool->spare), 2 * FEW);
	xe_pt_pool_give(xe, &page[XE_PT_CHUNK_PAGES]);
	xe_pt_pool_give(xe, &page[2 * XE_PT_CHUNK_PAGES]);
	KUNIT_EXPECT_EQ(test, xe_pt_pool_size(pool), 2 * XE_PT_CHUNK_SIZE);
	KUNIT_EXPECT_EQ(test, pool->num_saved, 2);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&pool->spare), 2 * FEW);
	xe_fake_scoped(hw, xe)
		xe_pt_pool_resume(hw);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&pool->spare), 2 * FEW + 2);
	KUNIT_EXPECT_EQ(test, pool->num_spare, 2 * FEW + 2);
	xe_pt_pool_forget(xe);
	KUNIT_EXPECT_EQ(test, pool->num_spare, 0);
	xe_pt_pool_give(xe, &page[0]);
}

/* An idle card that has slept does not keep as much memory as there have ever been tables. */
static void test_many_before(struct kunit *test)
{
	struct xe_device *xe = xe_fake_vram_device(test);
	struct xe_pt_pool *pool = &xe->mm.pt_pool;
	const unsigned int many = 3 * XE_PT_CHUNK_PAGES;
	struct xe_pt_page *page = kunit_kcalloc(test, many, sizeof(*page), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (unsigned int i = 0; i < many; i++)
		KUNIT_ASSERT_EQ(test, xe_pt_pool_take(xe, &page[i]), 0);
	KUNIT_EXPECT_EQ(test, xe_pt_pool_prepare(xe), 0);
	xe_fake_scoped(hw, xe) {
		KUNIT_EXPECT_EQ(test, xe_pt_pool_suspend(hw), 0);
		xe_pt_pool_resume(hw);
	}
	KUNIT_EXPECT_EQ(test, pool->num_spare, many + 2 * FEW);
	for (unsigned int i = 1; i < many; i++)
		xe_pt_pool_give(xe, &page[i]);
	KUNIT_EXPECT_LE(test, pool->num_spare, 2 * XE_PT_CHUNK_PAGES);
	xe_pt_pool_give(xe, &page[0]);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&pool->spare), pool->num_spare);
}

/* Who makes an address space while the card falls asleep does not keep it awake. */
static void test_few_more(struct kunit *test)
{
	struct xe_device *xe = xe_fake_vram_device(test);
	struct xe_pt_page page[2 * FEW + 2];
	unsigned int n = 0;

	KUNIT_ASSERT_EQ(test, xe_pt_pool_take(xe, &page[n++]), 0);
	KUNIT_EXPECT_EQ(test, xe_pt_pool_prepare(xe), 0);
	while (n <= FEW)
		KUNIT_ASSERT_EQ(test, xe_pt_pool_take(xe, &page[n++]), 0);
	KUNIT_EXPECT_TRUE(test, xe_pt_pool_is_prepared(xe));
	KUNIT_ASSERT_EQ(test, xe_pt_pool_take(xe, &page[n++]), 0);
	KUNIT_EXPECT_FALSE(test, xe_pt_pool_is_prepared(xe));
	while (n <= 2 * FEW)
		KUNIT_ASSERT_EQ(test, xe_pt_pool_take(xe, &page[n++]), 0);
	xe_fake_scoped(hw, xe)
		KUNIT_EXPECT_EQ(test, xe_pt_pool_suspend(hw), 0);
	KUNIT_ASSERT_EQ(test, xe_pt_pool_take(xe, &page[n++]), 0);
	xe_fake_scoped(hw, xe)
		KUNIT_EXPECT_EQ(test, xe_pt_pool_suspend(hw), -ENOMEM);
	while (n)
		xe_pt_pool_give(xe, &page[--n]);
}

static struct kunit_case pt_save_cases[] = {
	KUNIT_CASE(test_short_of_memory),
	KUNIT_CASE(test_few_in_use),
	KUNIT_CASE(test_few_more),
	KUNIT_CASE(test_many_before),
	{ }
};

static struct kunit_suite pt_save_suite = {
	.name = "xe_pt_save",
	.test_cases = pt_save_cases,
};

kunit_test_suite(pt_save_suite);
