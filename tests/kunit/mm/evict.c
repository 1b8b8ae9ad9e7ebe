// SPDX-License-Identifier: MIT
/*
 * When VRAM may lose its power.
 */

#include <linux/dmi.h>
#include <linux/mm.h>

#include <kunit/test.h>

#include "mm/copy.h"
#include "mm/mm.h"
#include "mm/vram_alloc.h"
#include "tests/kunit/fake.h"
#include "tests/kunit/mm/fake.h"
#include "xe_mmio.h"

/* Memory of page tables, see mm/pt_save.c. */
static struct pool {
	u64 size;
	int err;
	unsigned int prepared, forgotten;
} pool;

/* Other suites use what this file is built from: as it is, unless a test here says otherwise. */
#define xe_pt_pool_size(p)		(pool.size ?: xe_pt_pool_size(p))
#define xe_pt_pool_prepare(xe)		(pool.prepared++, pool.err ?: xe_pt_pool_prepare(xe))
#define xe_pt_pool_is_prepared(xe)	(!pool.err && xe_pt_pool_is_prepared(xe))
#define xe_pt_pool_forget(xe)		(pool.forgotten++, xe_pt_pool_forget(xe))

static const char *machine;

#define dmi_get_system_info(field)	((void)(field), machine)

#include "../../../mm/evict.c"

/* A device with VRAM, and no buffers in it that could be moved. */
static struct xe_device *device_using(struct kunit *test, struct ttm_resource_manager **man)
{
	struct xe_device *xe = xe_fake_device(test);

	memset(&pool, 0, sizeof(pool));
	*man = kunit_kzalloc(test, sizeof(**man), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, *man);
	ttm_resource_manager_init(*man, &xe->mm.ttm, SZ_1G >> PAGE_SHIFT);
	ttm_set_driver_manager(&xe->mm.ttm, XE_MEM_VRAM, *man);
	xe->mm.vram_size = SZ_1G;
	xe->mm.d3cold_threshold = D3COLD_THRESHOLD_MIB;
	return xe;
}

static void test_may_lose_power(struct kunit *test)
{
	struct ttm_resource_manager *man;
	struct xe_device *xe = device_using(test, &man);

	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), 1);
	KUNIT_EXPECT_EQ_MSG(test, atomic_read(&xe->mm.vram.losses), 1, "nothing is zero any more");
	xe->mm.pt_pool.bytes = XE_PT_CHUNK_SIZE;
	xe->mm.pt_pool.free = XE_PT_CHUNK_PAGES - 1;
	KUNIT_EXPECT_EQ_MSG(test, xe_mm_may_lose_power(xe), -EAGAIN, "tables cannot be copied");
	flush_work(&xe->mm.evict);
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), 1);
	xe->mm.pt_pool.bytes = 0;
	xe->mm.pt_pool.free = 0;

	man->usage = SZ_4K;
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), -EAGAIN);
	man->usage = 300ull * SZ_1M - SZ_4K;
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), -EAGAIN);
	man->usage = 300ull * SZ_1M;
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), 0);

	flush_work(&xe->mm.evict);

	/* Seen to fail: gigabytes of tables were copied by the CPU each time that it was idle. */
	man->usage = 300ull * SZ_1M;
	pool.size = 300ull * SZ_1M;
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), 0);
	pool.size = 0;

	/* Page tables are not moved, but there has to be memory for a copy. */
	man->usage = SZ_2M;
	pool.size = SZ_2M;
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), 1);
	pool.err = -ENOMEM;
	xe->mm.stuck = 0;
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), 0);
	xe->mm.stuck = NOT_STUCK;
	memset(&pool, 0, sizeof(pool));
	KUNIT_EXPECT_FALSE(test, xe->mm.evicting);
	KUNIT_EXPECT_EQ(test, xe->mm.stuck, NOT_STUCK);
	ttm_set_driver_manager(&xe->mm.ttm, XE_MEM_VRAM, NULL);
}

/* What could not be moved is not tried over and over, and told once, until something changes. */
static void test_after_a_failure(struct kunit *test)
{
	struct ttm_resource_manager *man;
	struct xe_device *xe = device_using(test, &man);

	man->usage = SZ_1G;
	xe->mm.d3cold_threshold = 4096;
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), -EAGAIN);
	flush_work(&xe->mm.evict);
	KUNIT_EXPECT_EQ(test, xe->mm.stuck, man->usage);
	KUNIT_EXPECT_FALSE(test, xe->mm.evicting);
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), 0);
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), 0);

	man->usage = SZ_1M;
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), -EAGAIN);
	flush_work(&xe->mm.evict);
	KUNIT_EXPECT_EQ(test, xe->mm.stuck, NOT_STUCK);
	ttm_set_driver_manager(&xe->mm.ttm, XE_MEM_VRAM, NULL);
}

#define VRAM_SIZE	SZ_1M		/* as the fake card has */

/* A device whose VRAM can be used. */
static struct xe_device *device_with_vram(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	int err = -ENODEV;

	memset(&pool, 0, sizeof(pool));
	xe_fake_scoped(hw, xe)
		err = xe_vram_bar_map(hw);
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_ASSERT_EQ(test, xe_vram_alloc_init(xe, VRAM_SIZE), 0);
	xe->mm.vram_size = VRAM_SIZE;
	return xe;
}

static struct xe_bo *buffer(struct kunit *test, struct xe_device *xe, u32 regions)
{
	struct xe_bo *bo = xe_bo_create(xe, &(struct xe_bo_args){
		.size = SZ_64K, .regions = regions });

	KUNIT_ASSERT_FALSE(test, IS_ERR(bo));
	return bo;
}

static int validate(struct xe_bo *bo)
{
	int err;

	dma_resv_lock(bo->ttm.base.resv, NULL);
	err = xe_bo_validate(bo, false);
	dma_resv_unlock(bo->ttm.base.resv);
	return err;
}

/* However busy user space is, nothing gets into VRAM any more, and nobody waits. */
static void test_new_buffers_before_sleep(struct kunit *test)
{
	struct xe_device *xe = device_with_vram(test);
	struct notifier_block *nb = &xe->mm.sleep_notifier;
	struct xe_bo *old, *both, *vram;

	old = buffer(test, xe, XE_REGION_VRAM);
	KUNIT_EXPECT_EQ(test, old->mem_type, XE_MEM_VRAM);
	KUNIT_EXPECT_EQ(test, nb->notifier_call(nb, PM_SUSPEND_PREPARE, NULL), NOTIFY_OK);
	both = buffer(test, xe, XE_REGION_VRAM | XE_REGION_SYSTEM);
	vram = buffer(test, xe, XE_REGION_VRAM);
	KUNIT_EXPECT_EQ(test, both->mem_type, XE_MEM_TT);
	KUNIT_EXPECT_EQ(test, vram->mem_type, XE_MEM_SYSTEM);
	KUNIT_EXPECT_EQ(test, validate(vram), 0);
	KUNIT_EXPECT_EQ(test, in_use(xe), 0);

	KUNIT_EXPECT_EQ(test, nb->notifier_call(nb, PM_POST_SUSPEND, NULL), NOTIFY_OK);
	KUNIT_EXPECT_EQ(test, validate(vram), 0);
	KUNIT_EXPECT_EQ(test, vram->mem_type, XE_MEM_VRAM);
	KUNIT_EXPECT_EQ(test, validate(old), 0);
	KUNIT_EXPECT_EQ(test, old->mem_type, XE_MEM_VRAM);
	drm_gem_object_put(&old->ttm.base);
	drm_gem_object_put(&both->ttm.base);
	drm_gem_object_put(&vram->ttm.base);
}

static void poke_vram(struct kunit *test, struct xe_device *xe, struct xe_bo *bo, u32 value)
{
	bool done = false;
	u64 len;

	xe_hw_scoped(hw, xe) {
		xe_vram_bar_write(hw, xe_vram_at(bo->ttm.resource, 0, &len), &value, 4);
		done = true;
	}
	KUNIT_ASSERT_TRUE(test, done);
}

static struct dma_fence *no_clear(struct xe_device *xe, const struct ttm_resource *res, u64 size)
{
	return ERR_PTR(-EBUSY);
}

static int lose_it(struct xe_device *xe, const struct ttm_resource *res,
		   const struct sg_table *sgt, u64 size, bool to_vram)
{
	xe_hw_scoped(hw, xe)
		xe_hw_declare_lost(hw, "test");
	return -EIO;
}

static const struct xe_copy_ops losing_ops = { .clear = no_clear, .copy = lose_it };

/*
 * The card goes while it is emptied: for what is lost no memory is taken, and unbind, which waits
 * for the notifier, need not wait for it.
 *
 * Seen to fail: all of it was copied, as zeroes.
 */
static void test_goes_meanwhile(struct kunit *test)
{
	struct xe_device *xe = device_with_vram(test);
	struct xe_bo *bo[3];
	unsigned int in_vram = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(bo); i++)
		bo[i] = buffer(test, xe, XE_REGION_VRAM);
	xe->mm.copy = &losing_ops;
	KUNIT_EXPECT_EQ(test, xe_mm_evict(xe), 0);
	xe->mm.copy = NULL;
	for (unsigned int i = 0; i < ARRAY_SIZE(bo); i++) {
		in_vram += bo[i]->mem_type == XE_MEM_VRAM;
		drm_gem_object_put(&bo[i]->ttm.base);
	}
	KUNIT_EXPECT_EQ(test, in_vram, ARRAY_SIZE(bo) - 1);
}

/* A copy ends with the process that makes it, and the buffer stays where it is. */
static void test_copies_are_killed(struct kunit *test)
{
	struct xe_device *xe = device_with_vram(test);
	struct xe_bo *bo = buffer(test, xe, XE_REGION_VRAM), *none;

	poke_vram(test, xe, bo, 0x1234);
	xe_fake_set_killed(true);
	KUNIT_EXPECT_EQ(test, xe_mm_evict(xe), -EINTR);
	KUNIT_EXPECT_EQ(test, bo->mem_type, XE_MEM_VRAM);
	xe_fake_set_killed(false);
	KUNIT_EXPECT_EQ(test, xe_mm_evict(xe), 0);
	KUNIT_EXPECT_EQ(test, bo->mem_type, XE_MEM_SYSTEM);
	KUNIT_EXPECT_EQ(test, *(u32 *)page_address(bo->ttm.ttm->pages[0]), 0x1234);

	xe_fake_set_killed(true);
	KUNIT_EXPECT_EQ(test, validate(bo), -EINTR);
	none = xe_bo_create(xe, &(struct xe_bo_args){ .size = SZ_64K, .regions = XE_REGION_VRAM });
	xe_fake_set_killed(false);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(none), -EINTR);
	KUNIT_EXPECT_EQ(test, bo->mem_type, XE_MEM_SYSTEM);
	KUNIT_EXPECT_EQ(test, *(u32 *)page_address(bo->ttm.ttm->pages[0]), 0x1234);
	drm_gem_object_put(&bo->ttm.base);
}

/* A card that is there, but does not wake up just now, has not lost anything. */
static void test_card_cannot_be_had(struct kunit *test)
{
	struct xe_device *xe = device_with_vram(test);
	struct xe_bo *bo = buffer(test, xe, XE_REGION_VRAM);

	poke_vram(test, xe, bo, 0x4321);
	xe->drm.dev->power.runtime_error = -EIO;
	xe->drm.dev->power.runtime_status = RPM_SUSPENDED;
	KUNIT_EXPECT_EQ(test, xe_mm_evict(xe), -EBUSY);
	KUNIT_EXPECT_EQ(test, bo->mem_type, XE_MEM_VRAM);
	xe->drm.dev->power.runtime_status = RPM_ACTIVE;
	xe->drm.dev->power.runtime_error = 0;
	KUNIT_EXPECT_EQ(test, xe_mm_evict(xe), 0);
	KUNIT_EXPECT_EQ(test, *(u32 *)page_address(bo->ttm.ttm->pages[0]), 0x4321);
	drm_gem_object_put(&bo->ttm.base);
}

/* In the place of the worker: it gives up when somebody else puts a buffer into VRAM. */
static void test_called_off(struct kunit *test)
{
	struct xe_device *xe = device_with_vram(test);
	struct xe_bo *bo;

	WRITE_ONCE(xe->mm.evicting, true);
	bo = buffer(test, xe, XE_REGION_VRAM);
	KUNIT_EXPECT_FALSE(test, xe->mm.evicting);
	KUNIT_EXPECT_FALSE_MSG(test, xe_mm_stop_evicting(&xe->mm), "this is not the worker");
	xe->mm.d3cold_threshold = 1;
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), -EAGAIN);
	flush_work(&xe->mm.evict);
	KUNIT_EXPECT_EQ(test, bo->mem_type, XE_MEM_SYSTEM);
	drm_gem_object_put(&bo->ttm.base);
}

/* TTM waits for the last move before it makes another; here, to be counted. */
static unsigned int evictions;

static const char *no_name(struct dma_fence *fence)
{
	return "";
}

static signed long count_eviction(struct dma_fence *fence, bool intr, signed long timeout)
{
	evictions++;
	return timeout;
}

static const struct dma_fence_ops counting_ops = {
	.get_driver_name = no_name,
	.get_timeline_name = no_name,
	.wait = count_eviction,
};

/* Nothing is made room for in system memory that is lost already. */
static void test_card_is_gone(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	struct ttm_resource_manager *man;
	struct xe_device *xe = device_using(test, &man);
	struct dma_fence fence;

	dma_fence_init(&fence, &counting_ops, &lock, 0, 0);
	man->move = &fence;
	man->usage = SZ_1M;
	evictions = 0;
	KUNIT_EXPECT_EQ(test, xe_mm_evict(xe), 0);
	KUNIT_EXPECT_EQ(test, evictions, 1);

	xe_hw_scoped(hw, xe) {
		xe_fake_vanish(0);
		xe_read32(hw, XE_REG(0x404));
	}
	KUNIT_EXPECT_EQ(test, xe_mm_evict(xe), 0);
	KUNIT_EXPECT_EQ(test, evictions, 1);

	man->move = NULL;
	dma_fence_signal(&fence);
	ttm_set_driver_manager(&xe->mm.ttm, XE_MEM_VRAM, NULL);
}

static const struct dma_fence_ops clearing_ops = {
	.get_driver_name = no_name,
	.get_timeline_name = no_name,
};

static struct dma_fence *clearing;

static struct dma_fence *begin_to_clear(struct xe_device *xe, const struct ttm_resource *res,
					u64 size)
{
	return dma_fence_get(clearing);
}

/* Others wait for it; what it has left is nobody's to read, and so is cleared before. */
static void test_clear_fails(struct kunit *test)
{
	static const struct xe_copy_ops ops = { .clear = begin_to_clear };
	static DEFINE_SPINLOCK(lock);
	struct xe_device *xe = device_with_vram(test);
	u32 *page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	struct xe_bo *bo;

	KUNIT_ASSERT_NOT_NULL(test, page);
	clearing = kzalloc(sizeof(*clearing), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clearing);
	dma_fence_init(clearing, &clearing_ops, &lock, dma_fence_context_alloc(1), 1);
	xe->mm.copy = &ops;
	bo = buffer(test, xe, XE_REGION_VRAM);
	xe->mm.copy = NULL;
	KUNIT_EXPECT_FALSE(test, dma_resv_test_signaled(bo->ttm.base.resv, DMA_RESV_USAGE_KERNEL));

	poke_vram(test, xe, bo, 0x1234);
	dma_fence_set_error(clearing, -EIO);
	dma_fence_signal(clearing);
	dma_resv_lock(bo->ttm.base.resv, NULL);
	KUNIT_EXPECT_EQ(test, xe_bo_read_page(bo, 0, page), 0);
	dma_resv_unlock(bo->ttm.base.resv);
	KUNIT_EXPECT_EQ(test, *page, 0);
	drm_gem_object_put(&bo->ttm.base);
	dma_fence_put(clearing);
}

static void test_threshold(struct kunit *test)
{
	struct ttm_resource_manager *man;
	struct xe_device *xe = device_using(test, &man);

	KUNIT_EXPECT_EQ(test, xe_mm_set_d3cold_threshold(xe, 1025), -EINVAL);
	KUNIT_EXPECT_EQ(test, xe_mm_set_d3cold_threshold(xe, U32_MAX), -EINVAL);
	KUNIT_EXPECT_EQ(test, xe->mm.d3cold_threshold, 300);
	KUNIT_EXPECT_EQ(test, xe_mm_set_d3cold_threshold(xe, 1024), 0);
	KUNIT_EXPECT_EQ(test, xe->mm.d3cold_threshold, 1024);
	KUNIT_EXPECT_EQ(test, xe_mm_set_d3cold_threshold(xe, 0), 0);
	KUNIT_EXPECT_EQ_MSG(test, xe_mm_may_lose_power(xe), 0, "0 is for never");
	ttm_set_driver_manager(&xe->mm.ttm, XE_MEM_VRAM, NULL);
}

/* It is the machine that does not give the power back, and only to one platform. */
static void test_excluded(struct kunit *test)
{
	static const struct xe_platform bmg = { .id = XE_PLATFORM_BATTLEMAGE };
	static const struct xe_platform lnl = { .id = XE_PLATFORM_LUNARLAKE };
	struct xe_device *xe = xe_fake_device(test);
	const struct xe_platform *platform = xe->platform;

	xe->platform = &bmg;
	KUNIT_EXPECT_FALSE(test, is_excluded(xe));
	machine = "NUC13RNGi9";
	KUNIT_EXPECT_TRUE(test, is_excluded(xe));
	xe->platform = &lnl;
	KUNIT_EXPECT_FALSE(test, is_excluded(xe));
	machine = NULL;
	xe->platform = platform;
}

static void test_notifier(struct kunit *test)
{
	struct ttm_resource_manager *man;
	struct xe_device *xe = device_using(test, &man);
	struct notifier_block *nb = &xe->mm.sleep_notifier;

	KUNIT_EXPECT_EQ(test, nb->notifier_call(nb, PM_SUSPEND_PREPARE, NULL), NOTIFY_OK);
	KUNIT_EXPECT_TRUE(test, xe->mm.sleeping);
	KUNIT_EXPECT_EQ(test, pool.prepared, 1);
	KUNIT_EXPECT_EQ(test, pool.forgotten, 0);
	KUNIT_EXPECT_EQ(test, nb->notifier_call(nb, PM_POST_SUSPEND, NULL), NOTIFY_OK);
	KUNIT_EXPECT_FALSE(test, xe->mm.sleeping);
	KUNIT_EXPECT_EQ(test, pool.forgotten, 1);
	KUNIT_EXPECT_EQ(test, nb->notifier_call(nb, PM_HIBERNATION_PREPARE, NULL), NOTIFY_OK);
	KUNIT_EXPECT_TRUE(test, xe->mm.sleeping);
	KUNIT_EXPECT_EQ(test, nb->notifier_call(nb, PM_POST_HIBERNATION, NULL), NOTIFY_OK);
	KUNIT_EXPECT_FALSE(test, xe->mm.sleeping);
	ttm_set_driver_manager(&xe->mm.ttm, XE_MEM_VRAM, NULL);
}

static struct kunit_case evict_cases[] = {
	KUNIT_CASE(test_may_lose_power),
	KUNIT_CASE(test_after_a_failure),
	KUNIT_CASE(test_new_buffers_before_sleep),
	KUNIT_CASE(test_copies_are_killed),
	KUNIT_CASE(test_goes_meanwhile),
	KUNIT_CASE(test_card_cannot_be_had),
	KUNIT_CASE(test_called_off),
	KUNIT_CASE(test_card_is_gone),
	KUNIT_CASE(test_clear_fails),
	KUNIT_CASE(test_threshold),
	KUNIT_CASE(test_excluded),
	KUNIT_CASE(test_notifier),
	{ }
};

static struct kunit_suite evict_suite = {
	.name = "xe_evict",
	.test_cases = evict_cases,
};

kunit_test_suite(evict_suite);
