// SPDX-License-Identifier: MIT
/*
 * Memory of page tables: who has which page, and what is in it after sleep.
 */

#include "../../../mm/pt_pool.c"

#include <kunit/test.h>

#include "regs/mem.h"
#include "tests/kunit/fake.h"
#include "tests/kunit/mm/fake.h"
#include "xe_mmio.h"

#define VRAM_SIZE	SZ_8M		/* as the fake card has */

struct xe_device *xe_fake_vram_device(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	int err = -ENODEV;

	xe_fake_scoped(hw, xe)
		err = xe_vram_bar_map(hw);
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_ASSERT_EQ(test, xe_vram_alloc_init(xe, VRAM_SIZE), 0);
	xe->mm.vram_size = VRAM_SIZE;
	xe->mm.regions |= XE_REGION_VRAM;
	return xe;
}

static struct xe_pt_page *take_pages(struct kunit *test, struct xe_device *xe, unsigned int count)
{
	struct xe_pt_page *page = kunit_kcalloc(test, count, sizeof(*page), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (unsigned int i = 0; i < count; i++)
		KUNIT_ASSERT_EQ(test, xe_pt_pool_take(xe, &page[i]), 0);
	return page;
}

static void fill(struct xe_device *xe, struct xe_pt_page *page, u64 value)
{
	xe_fake_scoped(hw, xe)
		xe_vram_bar_write64(hw, page->address, value, 1, XE_PT_ENTRIES);
}

static u64 last_entry(struct xe_device *xe, struct xe_pt_page *page)
{
	u64 value = 0;

	xe_fake_scoped(hw, xe)
		xe_vram_bar_read(hw, page->address + XE_PT_TABLE_SIZE - sizeof(value), &value,
				 sizeof(value));
	return value;
}

static int suspend(struct xe_device *xe)
{
	int err = -ENODEV;

	xe_fake_scoped(hw, xe)
		err = xe_pt_pool_suspend(hw);
	return err;
}

static void test_pages(struct kunit *test)
{
	struct xe_device *xe = xe_fake_vram_device(test);
	unsigned long *seen = kunit_kcalloc(test, BITS_TO_LONGS(VRAM_SIZE / SZ_4K), sizeof(long),
					    GFP_KERNEL);
	struct xe_pt_page *page;

	KUNIT_EXPECT_EQ(test, xe_pt_pool_size(&xe->mm.pt_pool), 0);
	page = take_pages(test, xe, XE_PT_CHUNK_PAGES + 1);
	KUNIT_EXPECT_EQ(test, xe_pt_pool_size(&xe->mm.pt_pool), 2 * XE_PT_CHUNK_SIZE);
	for (unsigned int i = 0; i <= XE_PT_CHUNK_PAGES; i++) {
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED(page[i].address, XE_PT_TABLE_SIZE));
		KUNIT_ASSERT_LT(test, page[i].address, (u64)VRAM_SIZE);
		KUNIT_EXPECT_FALSE(test, __test_and_set_bit(page[i].address / SZ_4K, seen));
	}

	/* What is given is taken again; one chunk is kept. */
	KUNIT_EXPECT_EQ(test, page[7].dirty, XE_PT_DIRTY);
	page[7].dirty = 0x40;
	xe_pt_pool_give(xe, &page[7]);
	KUNIT_ASSERT_EQ(test, xe_pt_pool_take(xe, &page[7]), 0);
	KUNIT_EXPECT_EQ(test, page[7].dirty, 0x40);
	KUNIT_EXPECT_EQ(test, xe_pt_pool_size(&xe->mm.pt_pool), 2 * XE_PT_CHUNK_SIZE);
	for (unsigned int i = 0; i <= XE_PT_CHUNK_PAGES; i++)
		xe_pt_pool_give(xe, &page[i]);
	KUNIT_EXPECT_EQ(test, xe_pt_pool_size(&xe->mm.pt_pool), XE_PT_CHUNK_SIZE);
	KUNIT_EXPECT_EQ(test, xe->mm.vram.man.usage, XE_PT_CHUNK_SIZE);
}

static void test_no_vram(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct xe_pt_page page;

	KUNIT_EXPECT_EQ(test, xe_pt_pool_take(xe, &page), -EOPNOTSUPP);
}

/* Buffers of processes make room for tables, and tables for nobody. */
static void test_room(struct kunit *test)
{
	struct xe_device *xe = xe_fake_vram_device(test);
	struct xe_bo *bo = xe_bo_create(xe, &(struct xe_bo_args){
		.size = VRAM_SIZE, .regions = XE_REGION_VRAM | XE_REGION_SYSTEM });
	struct xe_pt_page *page;

	KUNIT_ASSERT_FALSE(test, IS_ERR(bo));
	KUNIT_EXPECT_EQ(test, bo->mem_type, XE_MEM_VRAM);
	page = take_pages(test, xe, 1);
	KUNIT_EXPECT_NE(test, bo->mem_type, XE_MEM_VRAM);
	drm_gem_object_put(&bo->ttm.base);

	fill(xe, page, 1000);
	KUNIT_EXPECT_EQ(test, xe_mm_evict(xe), 0);
	KUNIT_EXPECT_EQ(test, last_entry(xe, page), 1000 + XE_PT_ENTRIES - 1);
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), 0);	/* as no threshold is set */
	xe_pt_pool_give(xe, page);
}

static unsigned int flushes;

static void count_flushes(u32 offset, u32 value)
{
	flushes += offset == VF_CAP_REG.offset;
}

static void test_sleep(struct kunit *test)
{
	struct xe_device *xe = xe_fake_vram_device(test);
	struct xe_pt_page *page;

	KUNIT_EXPECT_TRUE(test, xe_pt_pool_is_prepared(xe));
	KUNIT_EXPECT_EQ(test, suspend(xe), 0);
	page = take_pages(test, xe, 10);
	for (unsigned int i = 0; i < 10; i++)
		fill(xe, &page[i], i * 10000);
	KUNIT_EXPECT_FALSE(test, xe_pt_pool_is_prepared(xe));
	KUNIT_EXPECT_EQ_MSG(test, suspend(xe), -ENOMEM, "there is no memory for a copy");
	KUNIT_EXPECT_EQ(test, xe_pt_pool_prepare(xe), 0);
	KUNIT_EXPECT_EQ(test, suspend(xe), 0);

	/* It did not go to sleep then, and does now. */
	fill(xe, &page[3], 77777);
	KUNIT_EXPECT_EQ(test, suspend(xe), 0);
	xe_pt_pool_forget(xe);
	page[5].dirty = 0;
	xe_pt_pool_give(xe, &page[5]);
	for (unsigned int i = 0; i < 10; i++)
		fill(xe, &page[i], ~0ull);
	flushes = 0;
	xe_fake_on_write(count_flushes);
	xe_fake_scoped(hw, xe)
		xe_pt_pool_resume(hw);
	xe_fake_on_write(NULL);
	KUNIT_EXPECT_EQ(test, flushes, 1);
	for (unsigned int i = 0; i < 10; i++)
		if (i != 5)
			KUNIT_EXPECT_EQ(test, last_entry(xe, &page[i]),
					(i == 3 ? 77777 : i * 10000) + XE_PT_ENTRIES - 1);

	xe_pt_pool_forget(xe);
	KUNIT_EXPECT_FALSE(test, xe_pt_pool_is_prepared(xe));
	KUNIT_ASSERT_EQ(test, xe_pt_pool_take(xe, &page[5]), 0);
	KUNIT_EXPECT_EQ_MSG(test, page[5].dirty, XE_PT_DIRTY, "it was not copied");
	for (unsigned int i = 0; i < 10; i++)
		xe_pt_pool_give(xe, &page[i]);
}

static struct kunit_case pt_pool_cases[] = {
	KUNIT_CASE(test_pages),
	KUNIT_CASE(test_no_vram),
	KUNIT_CASE(test_room),
	KUNIT_CASE(test_sleep),
	{ }
};

static struct kunit_suite pt_pool_suite = {
	.name = "xe_pt_pool",
	.test_cases = pt_pool_cases,
};

kunit_test_suite(pt_pool_suite);
