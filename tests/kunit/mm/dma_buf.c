// SPDX-License-Identifier: MIT
/*
 * Exported buffers that move.
 */

#include "../../../mm/dma_buf.c"

#include <linux/file.h>

#include <kunit/test.h>

#include "mm/tt.h"
#include "mm/vram_alloc.h"
#include "tests/kunit/fake.h"

static unsigned int told;

static void count(struct dma_buf_attachment *attach)
{
	told++;
}

static const struct dma_buf_attach_ops importer_ops = { .invalidate_mappings = count };

static int move(struct xe_bo *bo, u32 mem_type)
{
	int err;

	dma_resv_lock(bo->ttm.base.resv, NULL);
	err = xe_bo_move_to(bo, mem_type);
	dma_resv_unlock(bo->ttm.base.resv);
	return err;
}

static struct dma_buf *export(struct kunit *test, struct xe_device *xe, struct xe_bo **bo)
{
	struct dma_buf *dma_buf;

	*bo = xe_bo_create(xe, &(struct xe_bo_args){ .size = SZ_64K, .regions = XE_REGION_SYSTEM });
	KUNIT_ASSERT_FALSE(test, IS_ERR(*bo));
	dma_buf = xe_gem_prime_export(&(*bo)->ttm.base, O_RDWR);
	KUNIT_ASSERT_FALSE(test, IS_ERR(dma_buf));
	return dma_buf;
}

/* As it is when its handle was closed: the dma-buf is all that holds it. */
static void test_importers_are_told(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct dma_buf_attachment *attach;
	struct dma_buf *dma_buf;
	struct xe_bo *bo;

	dma_buf = export(test, xe, &bo);
	attach = dma_buf_dynamic_attach(dma_buf, xe->drm.dev, &importer_ops, test);
	KUNIT_ASSERT_FALSE(test, IS_ERR(attach));

	told = 0;
	KUNIT_EXPECT_EQ(test, move(bo, XE_MEM_SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, told, 1);

	dma_buf_detach(dma_buf, attach);
	dma_buf_put(dma_buf);
	flush_delayed_fput();
	KUNIT_EXPECT_EQ_MSG(test, move(bo, XE_MEM_TT), 0, "without the dma-buf");
	KUNIT_EXPECT_EQ(test, told, 1);
	drm_gem_object_put(&bo->ttm.base);
}

/* Only those who have the pages mapped are told, and only when the pages really go. */
static void test_importers_are_not_told(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct dma_buf_attachment *attach;
	struct dma_buf *dma_buf;
	struct xe_bo *bo;

	KUNIT_ASSERT_EQ(test, xe_vram_alloc_init(xe, SZ_1M), 0);
	dma_buf = export(test, xe, &bo);
	attach = dma_buf_dynamic_attach(dma_buf, xe->drm.dev, &importer_ops, test);
	KUNIT_ASSERT_FALSE(test, IS_ERR(attach));

	xe_hw_scoped(hw, xe)
		xe_hw_declare_lost(hw, "test");
	told = 0;
	KUNIT_EXPECT_EQ(test, move(bo, XE_MEM_VRAM), -ENODEV);
	KUNIT_EXPECT_EQ_MSG(test, told, 0, "the move failed");
	KUNIT_EXPECT_EQ(test, bo->mem_type, XE_MEM_TT);

	KUNIT_EXPECT_EQ(test, move(bo, XE_MEM_SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, told, 1);
	KUNIT_EXPECT_EQ(test, move(bo, XE_MEM_TT), 0);
	KUNIT_EXPECT_EQ_MSG(test, told, 1, "nobody had them mapped");

	dma_buf_detach(dma_buf, attach);
	dma_buf_put(dma_buf);
	flush_delayed_fput();
	drm_gem_object_put(&bo->ttm.base);
}

/* Unbind has undone the DMA mappings, and there will be no others. */
static void test_no_attaching_after_unbind(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct dma_buf_attachment *attach;
	struct dma_buf *dma_buf;
	struct xe_bo *bo;

	dma_buf = export(test, xe, &bo);

	xe_hw_scoped(hw, xe)
		xe_tt_stop(hw);
	attach = dma_buf_dynamic_attach(dma_buf, xe->drm.dev, &importer_ops, test);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(attach), -ENODEV);
	if (!IS_ERR(attach))
		dma_buf_detach(dma_buf, attach);

	dma_buf_put(dma_buf);
	flush_delayed_fput();
	drm_gem_object_put(&bo->ttm.base);
}

static struct kunit_case prime_cases[] = {
	KUNIT_CASE(test_importers_are_told),
	KUNIT_CASE(test_importers_are_not_told),
	KUNIT_CASE(test_no_attaching_after_unbind),
	{ }
};

static struct kunit_suite prime_suite = {
	.name = "xe_prime",
	.test_cases = prime_cases,
};

kunit_test_suite(prime_suite);
