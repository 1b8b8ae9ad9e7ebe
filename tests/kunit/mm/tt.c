// SPDX-License-Identifier: MIT
/*
 * How much can be mapped for DMA, and how pages are mapped for processes.
 */

#include <linux/atomic.h>

#include <drm/ttm/ttm_pool.h>

/* &xe_mm.busy, while there are pages being looked for. */
static int busy_then;

#define ttm_pool_alloc(pool, ttm, ctx)	\
	(busy_then = atomic_read(busy), ttm_pool_alloc(pool, ttm, ctx))

#include "../../../mm/tt.c"

#include <linux/pci.h>

#include <kunit/test.h>

#include "tests/kunit/fake.h"

static void test_count(struct kunit *test)
{
	static const struct ttm_place place = { .mem_type = XE_MEM_TT };
	struct xe_device *xe = xe_fake_device(test);
	struct ttm_resource_manager *man = &xe->mm.tt;
	struct ttm_buffer_object bo = { .bdev = &xe->mm.ttm, .base.size = SZ_1M };
	struct ttm_resource *a, *b, *c;

	man->size = SZ_1M * 5 / 2;
	KUNIT_ASSERT_EQ(test, man->func->alloc(man, &bo, &place, &a), 0);
	KUNIT_ASSERT_EQ(test, man->func->alloc(man, &bo, &place, &b), 0);
	KUNIT_EXPECT_EQ(test, man->func->alloc(man, &bo, &place, &c), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ttm_resource_manager_usage(man), (u64)SZ_2M);

	man->func->free(man, a);
	KUNIT_ASSERT_EQ_MSG(test, man->func->alloc(man, &bo, &place, &c), 0, "there is room again");
	man->func->free(man, b);
	man->func->free(man, c);
	KUNIT_EXPECT_EQ(test, ttm_resource_manager_usage(man), (u64)0);
}

/*
 * What another driver has made is in its memory, and takes no room of ours, however large it is.
 *
 * Seen to fail: nobody could import more than there is, and all idle buffers were unmapped for it.
 */
static void test_imported(struct kunit *test)
{
	static const struct ttm_place place = { .mem_type = XE_MEM_TT };
	struct xe_device *xe = xe_fake_device(test);
	struct ttm_resource_manager *man = &xe->mm.tt;
	struct ttm_buffer_object own = { .bdev = &xe->mm.ttm, .base.size = SZ_1M };
	struct ttm_buffer_object import = {
		.bdev = &xe->mm.ttm, .base.size = SZ_16M, .type = ttm_bo_type_sg,
	};
	struct ttm_resource *a, *b, *c;

	man->size = SZ_1M;
	KUNIT_ASSERT_EQ(test, man->func->alloc(man, &import, &place, &a), 0);
	KUNIT_EXPECT_EQ(test, ttm_resource_manager_usage(man), (u64)SZ_16M);
	KUNIT_ASSERT_EQ(test, man->func->alloc(man, &own, &place, &b), 0);
	KUNIT_EXPECT_EQ(test, man->func->alloc(man, &own, &place, &c), -ENOSPC);
	KUNIT_EXPECT_EQ_MSG(test, xe_tt_used(&xe->mm), (u64)SZ_1M, "what clients are told");
	import.resource = a;
	import.base.resv = &import.base._resv;
	dma_resv_init(import.base.resv);
	dma_resv_lock(import.base.resv, NULL);
	KUNIT_EXPECT_FALSE_MSG(test, xe_ttm_funcs.eviction_valuable(&import, &place),
			       "it would be unmapped for nothing");
	dma_resv_unlock(import.base.resv);
	dma_resv_fini(import.base.resv);
	man->func->free(man, a);
	KUNIT_EXPECT_EQ(test, atomic64_read(&xe->mm.imported), (s64)0);
	KUNIT_EXPECT_EQ(test, man->func->alloc(man, &own, &place, &c), -ENOSPC);
	man->func->free(man, b);
	KUNIT_EXPECT_EQ(test, ttm_resource_manager_usage(man), (u64)0);
}

static void test_caching(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct xe_platform platform = *xe->platform;
	const struct xe_platform *real = xe->platform;
	struct xe_bo bo = { .ttm.bdev = &xe->mm.ttm };

	xe->platform = &platform;
	for (int discrete = 0; discrete < 2; discrete++) {
		platform.is_discrete = discrete;
		bo.caching = DRM_XE_GEM_CPU_CACHING_WB;
		KUNIT_EXPECT_EQ(test, caching(&bo.ttm), ttm_cached);
		bo.caching = DRM_XE_GEM_CPU_CACHING_WC;
		KUNIT_EXPECT_EQ(test, caching(&bo.ttm),
				discrete ? ttm_cached : ttm_write_combined);
	}
	xe->platform = real;
}

/* A copy that an engine does not finish shows nobody what was in the pages before. */
static void test_zero(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct xe_bo bo = { .ttm.bdev = &xe->mm.ttm, .ttm.base.size = PAGE_SIZE };

	for (u32 regions = XE_REGION_SYSTEM; regions <= XE_REGION_VRAM; regions <<= 1) {
		struct ttm_tt *ttm;

		bo.regions = regions;
		ttm = xe_tt_create(&bo.ttm, 0);
		KUNIT_ASSERT_NOT_NULL(test, ttm);
		KUNIT_EXPECT_EQ(test, !!(ttm->page_flags & TTM_TT_FLAG_ZERO_ALLOC),
				regions == XE_REGION_VRAM);
		xe_tt_destroy(&xe->mm.ttm, ttm);
	}
}

/*
 * A device that cannot be had now is not one that is gone: what it is to reach is mapped, or it is
 * not moved.
 *
 * Seen to fail: when a section that did not open was -ENODEV in either case.
 */
static void test_asleep(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct xe_bo *bo = xe_bo_create(xe, &(struct xe_bo_args){
		.size = SZ_64K, .regions = XE_REGION_SYSTEM, .deferred = true });

	KUNIT_ASSERT_FALSE(test, IS_ERR(bo));
	KUNIT_ASSERT_EQ(test, xe_hw_pm_ops.suspend(xe->drm.dev), 0);
	dma_resv_lock(bo->ttm.base.resv, NULL);
	KUNIT_EXPECT_EQ(test, xe_bo_move_to(bo, XE_MEM_TT), -EBUSY);
	KUNIT_EXPECT_EQ(test, bo->mem_type, XE_MEM_SYSTEM);

	*xe_fake_config(PCI_VENDOR_ID) = PCI_VENDOR_ID_INTEL;
	KUNIT_EXPECT_EQ(test, xe_hw_pm_ops.resume(xe->drm.dev), 0);
	KUNIT_EXPECT_EQ(test, xe_bo_move_to(bo, XE_MEM_TT), 0);
	KUNIT_EXPECT_NOT_NULL(test, xe_tt_sgt(bo->ttm.ttm)->sgl);
	dma_resv_unlock(bo->ttm.base.resv);
	drm_gem_object_put(&bo->ttm.base);
}

/* Who finds no room in VRAM sees that somebody gets pages, with reservations that he may need. */
static void test_busy(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct xe_bo *bo = xe_bo_create(xe, &(struct xe_bo_args){
		.size = SZ_64K, .regions = XE_REGION_SYSTEM, .deferred = true });

	KUNIT_ASSERT_FALSE(test, IS_ERR(bo));
	busy_then = 0;
	dma_resv_lock(bo->ttm.base.resv, NULL);
	KUNIT_EXPECT_EQ(test, xe_bo_populate(bo, false), 0);
	KUNIT_EXPECT_EQ(test, busy_then, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&xe->mm.busy), 0);
	dma_resv_unlock(bo->ttm.base.resv);
	drm_gem_object_put(&bo->ttm.base);
}

static struct kunit_case tt_cases[] = {
	KUNIT_CASE(test_count),
	KUNIT_CASE(test_imported),
	KUNIT_CASE(test_caching),
	KUNIT_CASE(test_zero),
	KUNIT_CASE(test_asleep),
	KUNIT_CASE(test_busy),
	{ }
};

static struct kunit_suite tt_suite = {
	.name = "xe_tt",
	.test_cases = tt_cases,
};

kunit_test_suite(tt_suite);
