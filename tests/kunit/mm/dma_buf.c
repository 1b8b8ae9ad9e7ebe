// SPDX-License-Identifier: MIT
/*
 * Exported buffers that move.
 */

#include "../../../mm/dma_buf.c"

#include <linux/file.h>

#include <kunit/test.h>

#include "mm/copy.h"
#include "mm/tt.h"
#include "mm/vram_alloc.h"
#include "tests/kunit/fake.h"

static unsigned int told;

static void count(struct dma_buf_attachment *attach)
{
	told++;
}

static unsigned int told_before;	/* that there was a copy */

static struct dma_fence *no_clear(struct xe_device *xe, const struct ttm_resource *res, u64 size)
{
	return ERR_PTR(-EBUSY);
}

static int note_copy(struct xe_device *xe, const struct ttm_resource *res,
		     const struct sg_table *sgt, u64 size, bool to_vram)
{
	told_before = told;
	return 0;
}

static const struct xe_copy_ops copy_ops = { .clear = no_clear, .copy = note_copy };

static const struct dma_buf_attach_ops importer_ops = { .invalidate_mappings = count };

static int move(struct xe_bo *bo, u32 mem_type)
{
	int err;

	dma_resv_lock(bo->ttm.base.resv, NULL);
	err = xe_bo_move_to(bo, mem_type);
	dma_resv_unlock(bo->ttm.base.resv);
	return err;
}

static struct dma_buf *export_of(struct kunit *test, struct xe_device *xe, struct xe_bo **bo,
				 u32 regions)
{
	struct dma_buf *dma_buf;

	*bo = xe_bo_create(xe, &(struct xe_bo_args){
		.size = SZ_64K, .regions = regions, .deferred = regions != XE_REGION_SYSTEM });
	KUNIT_ASSERT_FALSE(test, IS_ERR(*bo));
	dma_buf = xe_gem_prime_export(&(*bo)->ttm.base, O_RDWR);
	KUNIT_ASSERT_FALSE(test, IS_ERR(dma_buf));
	return dma_buf;
}

static struct dma_buf *export(struct kunit *test, struct xe_device *xe, struct xe_bo **bo)
{
	return export_of(test, xe, bo, XE_REGION_SYSTEM);
}

/* Exported, and imported by somebody who was told nothing yet. */
static struct dma_buf_attachment *share(struct kunit *test, struct xe_device *xe, struct xe_bo **bo)
{
	struct dma_buf_attachment *attach;

	attach = dma_buf_dynamic_attach(export(test, xe, bo), xe->drm.dev, &importer_ops, test);
	KUNIT_ASSERT_FALSE(test, IS_ERR(attach));
	KUNIT_EXPECT_PTR_EQ(test, (*bo)->exported, attach->dmabuf);
	told = 0;
	told_before = 0;
	return attach;
}

static void unshare(struct dma_buf_attachment *attach)
{
	struct dma_buf *dma_buf = attach->dmabuf;

	dma_buf_detach(dma_buf, attach);
	dma_buf_put(dma_buf);
	flush_delayed_fput();
}

struct exporter {
	struct work_struct work;
	struct completion done;
	struct xe_bo *bo;
	struct dma_buf *dma_buf;
};

static void export_work(struct work_struct *work)
{
	struct exporter *exporter = container_of(work, struct exporter, work);

	exporter->dma_buf = xe_gem_prime_export(&exporter->bo->ttm.base, O_RDWR);
	complete(&exporter->done);
}

/*
 * The DRM core has a lock of the whole device then, which each needs who opens or closes a handle.
 *
 * Seen to fail: they waited for whoever had the buffer reserved.
 */
static void test_export_waits_for_nobody(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct exporter exporter = {};

	exporter.bo = xe_bo_create(xe, &(struct xe_bo_args){
		.size = SZ_64K, .regions = XE_REGION_SYSTEM });
	KUNIT_ASSERT_FALSE(test, IS_ERR(exporter.bo));
	init_completion(&exporter.done);
	INIT_WORK_ONSTACK(&exporter.work, export_work);
	dma_resv_lock(exporter.bo->ttm.base.resv, NULL);
	queue_work(system_unbound_wq, &exporter.work);
	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&exporter.done, HZ), 0);
	dma_resv_unlock(exporter.bo->ttm.base.resv);
	flush_work(&exporter.work);
	destroy_work_on_stack(&exporter.work);
	KUNIT_ASSERT_FALSE(test, IS_ERR(exporter.dma_buf));
	dma_buf_put(exporter.dma_buf);
	flush_delayed_fput();
	drm_gem_object_put(&exporter.bo->ttm.base);
}

/* As it is when its handle was closed: the dma-buf is all that holds it. */
static void test_importers_are_told(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct dma_buf_attachment *attach;
	struct xe_bo *bo;

	attach = share(test, xe, &bo);

	KUNIT_EXPECT_EQ(test, move(bo, XE_MEM_SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, told, 1);

	unshare(attach);
	KUNIT_EXPECT_NULL(test, bo->exported);
	KUNIT_EXPECT_EQ_MSG(test, move(bo, XE_MEM_TT), 0, "without the dma-buf");
	KUNIT_EXPECT_EQ(test, told, 1);
	drm_gem_object_put(&bo->ttm.base);
}

/*
 * An importer may be one that is on no fence, and writes until it is told.
 *
 * Seen to fail: when they were told behind the copy.
 */
static void test_importers_are_told_first(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct dma_buf_attachment *attach;
	struct xe_bo *bo;

	KUNIT_ASSERT_EQ(test, xe_vram_alloc_init(xe, SZ_1M), 0);
	attach = share(test, xe, &bo);

	xe->mm.copy = &copy_ops;
	KUNIT_EXPECT_EQ(test, move(bo, XE_MEM_VRAM), 0);
	KUNIT_EXPECT_EQ(test, told, 1);
	KUNIT_EXPECT_EQ(test, told_before, 1);

	unshare(attach);
	drm_gem_object_put(&bo->ttm.base);
}

/* Only those who have the pages mapped are told; and before it is known whether the pages go. */
static void test_importers_are_not_told(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct dma_buf_attachment *attach;
	struct xe_bo *bo;

	KUNIT_ASSERT_EQ(test, xe_vram_alloc_init(xe, SZ_1M), 0);
	attach = share(test, xe, &bo);

	xe_hw_scoped(hw, xe)
		xe_hw_declare_lost(hw, "test");
	KUNIT_EXPECT_EQ(test, move(bo, XE_MEM_VRAM), -ENODEV);
	KUNIT_EXPECT_EQ_MSG(test, told, 1, "the move failed");
	KUNIT_EXPECT_EQ(test, bo->mem_type, XE_MEM_TT);

	KUNIT_EXPECT_EQ(test, move(bo, XE_MEM_SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, told, 2);
	KUNIT_EXPECT_EQ(test, move(bo, XE_MEM_TT), 0);
	KUNIT_EXPECT_EQ_MSG(test, told, 2, "nobody had them mapped");

	unshare(attach);
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

/* What may not be in system memory is nobody's to map. */
static void test_no_attaching_to_vram(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct dma_buf_attachment *attach;
	struct dma_buf *dma_buf;
	struct xe_bo *bo;

	dma_buf = export_of(test, xe, &bo, XE_REGION_VRAM);
	attach = dma_buf_dynamic_attach(dma_buf, xe->drm.dev, &importer_ops, test);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(attach), -EOPNOTSUPP);
	dma_buf_put(dma_buf);
	flush_delayed_fput();
	drm_gem_object_put(&bo->ttm.base);
}

/* It is where the card and others reach it, and stays there as long as one has pinned it. */
static void test_pin(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct dma_buf_attachment *attach;
	struct dma_buf *dma_buf;
	struct sg_table *sgt;
	struct xe_bo *bo;

	dma_buf = export_of(test, xe, &bo, XE_REGION_SYSTEM | XE_REGION_VRAM);
	KUNIT_EXPECT_EQ(test, bo->mem_type, XE_MEM_SYSTEM);
	attach = dma_buf_dynamic_attach(dma_buf, xe->drm.dev, &importer_ops, test);
	KUNIT_ASSERT_FALSE(test, IS_ERR(attach));

	dma_resv_lock(dma_buf->resv, NULL);
	sgt = dma_buf_map_attachment(attach, DMA_BIDIRECTIONAL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sgt));
	KUNIT_EXPECT_EQ(test, bo->mem_type, XE_MEM_TT);
	dma_buf_unmap_attachment(attach, sgt, DMA_BIDIRECTIONAL);
	KUNIT_EXPECT_EQ(test, xe_bo_move_to(bo, XE_MEM_SYSTEM), 0);

	for (unsigned int n = 1; n <= 2; n++) {
		KUNIT_EXPECT_EQ(test, dma_buf_pin(attach), 0);
		KUNIT_EXPECT_EQ(test, bo->mem_type, XE_MEM_TT);
		KUNIT_EXPECT_EQ(test, bo->ttm.pin_count, n);
	}
	sgt = dma_buf_map_attachment(attach, DMA_BIDIRECTIONAL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sgt));
	dma_buf_unmap_attachment(attach, sgt, DMA_BIDIRECTIONAL);
	KUNIT_EXPECT_NE(test, xe_bo_move_to(bo, XE_MEM_SYSTEM), 0);
	dma_buf_unpin(attach);
	dma_buf_unpin(attach);
	KUNIT_EXPECT_EQ(test, bo->ttm.pin_count, 0);
	KUNIT_EXPECT_EQ(test, xe_bo_move_to(bo, XE_MEM_SYSTEM), 0);
	dma_resv_unlock(dma_buf->resv);

	dma_buf_detach(dma_buf, attach);
	dma_buf_put(dma_buf);
	flush_delayed_fput();
	drm_gem_object_put(&bo->ttm.base);
}

/* Who reads has it where that is quick; who writes, and who would have to wait, has it as it is. */
static void test_cpu_access(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct dma_fence *fence;
	struct dma_buf *dma_buf;
	struct xe_bo *bo;
	ktime_t start;

	KUNIT_ASSERT_EQ(test, xe_vram_alloc_init(xe, SZ_1M), 0);
	xe->mm.copy = &copy_ops;
	dma_buf = export_of(test, xe, &bo, XE_REGION_SYSTEM | XE_REGION_VRAM);
	KUNIT_EXPECT_EQ(test, move(bo, XE_MEM_TT), 0);
	KUNIT_EXPECT_EQ(test, move(bo, XE_MEM_VRAM), 0);

	KUNIT_EXPECT_EQ(test, dma_buf_begin_cpu_access(dma_buf, DMA_TO_DEVICE), 0);
	KUNIT_EXPECT_EQ(test, bo->mem_type, XE_MEM_VRAM);
	fence = dma_fence_allocate_private_stub(ktime_get());
	KUNIT_ASSERT_NOT_NULL(test, fence);
	clear_bit(DMA_FENCE_FLAG_SIGNALED_BIT, &fence->flags);
	dma_resv_lock(dma_buf->resv, NULL);
	KUNIT_EXPECT_EQ(test, dma_resv_reserve_fences(dma_buf->resv, 1), 0);
	dma_resv_add_fence(dma_buf->resv, fence, DMA_RESV_USAGE_BOOKKEEP);
	dma_resv_unlock(dma_buf->resv);
	start = ktime_get();
	KUNIT_EXPECT_EQ(test, export_begin_cpu_access(dma_buf, DMA_FROM_DEVICE), 0);
	KUNIT_EXPECT_LT_MSG(test, ktime_ms_delta(ktime_get(), start), 1000, "nobody is waited for");
	KUNIT_EXPECT_EQ_MSG(test, bo->mem_type, XE_MEM_VRAM, "it is in use");
	set_bit(DMA_FENCE_FLAG_SIGNALED_BIT, &fence->flags);
	dma_fence_put(fence);

	KUNIT_EXPECT_EQ(test, dma_buf_begin_cpu_access(dma_buf, DMA_FROM_DEVICE), 0);
	KUNIT_EXPECT_EQ(test, bo->mem_type, XE_MEM_TT);
	KUNIT_EXPECT_EQ(test, dma_buf_begin_cpu_access(dma_buf, DMA_BIDIRECTIONAL), 0);
	KUNIT_EXPECT_EQ(test, bo->mem_type, XE_MEM_TT);
	dma_buf_put(dma_buf);
	flush_delayed_fput();
	drm_gem_object_put(&bo->ttm.base);
}

/* One's own is the same buffer, and one more reference; one that is a VM's own is nobody else's. */
static void test_own(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct drm_gem_object *obj, *resv;
	struct dma_buf *dma_buf;
	unsigned int refs;
	struct xe_bo *bo;

	dma_buf = export(test, xe, &bo);
	obj = &bo->ttm.base;
	refs = kref_read(&obj->refcount);
	KUNIT_EXPECT_PTR_EQ(test, xe_gem_prime_import(&xe->drm, dma_buf), obj);
	KUNIT_EXPECT_EQ(test, kref_read(&obj->refcount), refs + 1);
	drm_gem_object_put(obj);

	resv = obj;
	swap(bo->vm_resv, resv);
	KUNIT_EXPECT_EQ(test, PTR_ERR(xe_gem_prime_export(obj, O_RDWR)), -EPERM);
	swap(bo->vm_resv, resv);
	dma_buf_put(dma_buf);
	flush_delayed_fput();
	drm_gem_object_put(obj);
}

static struct kunit_case prime_cases[] = {
	KUNIT_CASE(test_export_waits_for_nobody),
	KUNIT_CASE(test_importers_are_told),
	KUNIT_CASE(test_importers_are_told_first),
	KUNIT_CASE(test_importers_are_not_told),
	KUNIT_CASE(test_no_attaching_after_unbind),
	KUNIT_CASE(test_no_attaching_to_vram),
	KUNIT_CASE(test_pin),
	KUNIT_CASE(test_cpu_access),
	KUNIT_CASE(test_own),
	{ }
};

static struct kunit_suite prime_suite = {
	.name = "xe_prime",
	.test_cases = prime_cases,
};

kunit_test_suite(prime_suite);
