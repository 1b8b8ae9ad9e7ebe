// SPDX-License-Identifier: MIT
/*
 * When VRAM may lose its power.
 */

#include "../../../mm/evict.c"

#include <kunit/test.h>

#include "tests/kunit/fake.h"
#include "xe_mmio.h"

/* A device with VRAM, and no buffers in it that could be moved. */
static struct xe_device *device_using(struct kunit *test, struct ttm_resource_manager **man)
{
	struct xe_device *xe = xe_fake_device(test);

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
	man->usage = SZ_4K;
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), -EAGAIN);
	man->usage = 300ull * SZ_1M - SZ_4K;
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), -EAGAIN);
	man->usage = 300ull * SZ_1M;
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), 0);

	flush_work(&xe->mm.evict);
	KUNIT_EXPECT_FALSE(test, xe->mm.evicting);
	KUNIT_EXPECT_FALSE(test, xe->mm.evict_failed);
	ttm_set_driver_manager(&xe->mm.ttm, XE_MEM_VRAM, NULL);
}

/* What could not be moved is not tried over and over while the card stays awake. */
static void test_after_a_failure(struct kunit *test)
{
	struct ttm_resource_manager *man;
	struct xe_device *xe = device_using(test, &man);

	man->usage = SZ_1M;
	xe->mm.evict_failed = true;
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), 0);
	KUNIT_EXPECT_EQ(test, xe_mm_may_lose_power(xe), -EAGAIN);

	flush_work(&xe->mm.evict);
	ttm_set_driver_manager(&xe->mm.ttm, XE_MEM_VRAM, NULL);
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

static void test_notifier(struct kunit *test)
{
	struct ttm_resource_manager *man;
	struct xe_device *xe = device_using(test, &man);
	struct notifier_block *nb = &xe->mm.sleep_notifier;

	KUNIT_EXPECT_EQ(test, nb->notifier_call(nb, PM_SUSPEND_PREPARE, NULL), NOTIFY_OK);
	KUNIT_EXPECT_TRUE(test, xe->mm.sleeping);
	KUNIT_EXPECT_EQ(test, nb->notifier_call(nb, PM_POST_SUSPEND, NULL), NOTIFY_OK);
	KUNIT_EXPECT_FALSE(test, xe->mm.sleeping);
	KUNIT_EXPECT_EQ(test, nb->notifier_call(nb, PM_HIBERNATION_PREPARE, NULL), NOTIFY_OK);
	KUNIT_EXPECT_TRUE(test, xe->mm.sleeping);
	KUNIT_EXPECT_EQ(test, nb->notifier_call(nb, PM_POST_HIBERNATION, NULL), NOTIFY_OK);
	KUNIT_EXPECT_FALSE(test, xe->mm.sleeping);
	ttm_set_driver_manager(&xe->mm.ttm, XE_MEM_VRAM, NULL);
}

static struct kunit_case evict_cases[] = {
	KUNIT_CASE(test_may_lose_power),
	KUNIT_CASE(test_after_a_failure),
	KUNIT_CASE(test_card_is_gone),
	KUNIT_CASE(test_threshold),
	KUNIT_CASE(test_notifier),
	{ }
};

static struct kunit_suite evict_suite = {
	.name = "xe_evict",
	.test_cases = evict_cases,
};

kunit_test_suite(evict_suite);
