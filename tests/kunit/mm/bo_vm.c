// SPDX-License-Identifier: MIT
/*
 * Faults on VRAM.
 */

#include <kunit/test.h>

#include <drm/ttm/ttm_bo.h>

#include "mm/bo.h"

static unsigned int gem_refs, ttm_refs;

static int note_refs(struct xe_bo *bo)
{
	gem_refs = kref_read(&bo->ttm.base.refcount);
	ttm_refs = kref_read(&bo->ttm.kref);
	return 0;
}

static unsigned int accesses;

static struct {
	int err;
	bool interruptible;
	unsigned int mapped;
} populated;

static int play_populate(bool interruptible)
{
	populated.interruptible = interruptible;
	return populated.err;
}

#define xe_bo_validate(bo, interruptible)	note_refs(bo)
#define xe_bo_populate(bo, interruptible)	play_populate(interruptible)
#define ttm_bo_vm_fault_reserved(vmf, prot, n)	(populated.mapped++, VM_FAULT_NOPAGE)
#define ttm_bo_vm_access(vma, addr, buf, len, write)	(accesses++, (int)(len))

#include "../../../mm/bo_vm.c"

#include "tests/kunit/fake.h"

/* A process that never stops writing, a device that would sleep after a second. */
static void test_kept_awake(struct kunit *test)
{
	unsigned int ms = 0, resumes = 1, now = 1000;

	for (; now < 120000; now += max(ms, 1000u), resumes++)
		ms = awake_ms(ms, 10);
	KUNIT_EXPECT_LE(test, resumes, 7);
	KUNIT_EXPECT_EQ(test, ms, AWAKE_MAX_MS);
	KUNIT_EXPECT_EQ_MSG(test, awake_ms(AWAKE_MAX_MS, AWAKE_MAX_MS - 1), AWAKE_MAX_MS,
			    "it was wanted earlier than it pays");
	KUNIT_EXPECT_EQ(test, awake_ms(AWAKE_MAX_MS, AWAKE_MAX_MS), 0);
	KUNIT_EXPECT_EQ(test, awake_ms(0, 1000), 0);
}

/* What is written to a card that cannot be had now must not go to a dummy page. */
static void test_try_again(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct ttm_resource res = { .mem_type = XE_MEM_VRAM };
	struct xe_bo *bo = kunit_kzalloc(test, sizeof(*bo), GFP_KERNEL);
	struct vm_area_struct vma = { .vm_end = PAGE_SIZE };
	struct vm_fault vmf = { .vma = &vma };

	KUNIT_ASSERT_NOT_NULL(test, bo);
	dma_resv_init(&bo->ttm.base._resv);
	bo->ttm.base.resv = &bo->ttm.base._resv;
	bo->ttm.resource = &res;
	vma.vm_private_data = &bo->ttm;

	KUNIT_ASSERT_EQ(test, dma_resv_lock(bo->ttm.base.resv, NULL), 0);
	xe->drm.dev->power.runtime_error = -EIO;
	KUNIT_EXPECT_EQ(test, map_or_retry(&vmf, xe), VM_FAULT_NOPAGE);
	KUNIT_EXPECT_NULL(test, bo->dummy);
	xe->drm.dev->power.runtime_error = 0;
	dma_resv_unlock(bo->ttm.base.resv);
	dma_resv_fini(&bo->ttm.base._resv);
}

/*
 * A mapping may be all that there is of a buffer: the handle was closed. Then it is TTM's count
 * that keeps it, also when the mapping goes while the address space is not locked.
 *
 * Seen to fail: a reference to a GEM object that has none was taken, and dropped.
 */
static void test_only_mapped(struct kunit *test)
{
	struct xe_bo *bo = kunit_kzalloc(test, sizeof(*bo), GFP_KERNEL);
	struct mm_struct *mm = kunit_kzalloc(test, sizeof(*mm), GFP_KERNEL);
	struct vm_area_struct vma = { .vm_mm = mm };
	struct vm_fault vmf = { .vma = &vma };

	KUNIT_ASSERT_NOT_NULL(test, bo);
	KUNIT_ASSERT_NOT_NULL(test, mm);
	mmap_init_lock(mm);
	dma_resv_init(&bo->ttm.base._resv);
	bo->ttm.base.resv = &bo->ttm.base._resv;
	kref_init(&bo->ttm.kref);
	vma.vm_private_data = &bo->ttm;

	mmap_read_lock(mm);
	KUNIT_ASSERT_EQ(test, dma_resv_lock(bo->ttm.base.resv, NULL), 0);
	KUNIT_EXPECT_EQ(test, validate_and_retry(&vmf), VM_FAULT_RETRY);
	KUNIT_EXPECT_EQ(test, gem_refs, 0);
	KUNIT_EXPECT_EQ(test, ttm_refs, 2);
	KUNIT_EXPECT_EQ(test, kref_read(&bo->ttm.kref), 1);
	KUNIT_EXPECT_FALSE(test, dma_resv_is_locked(bo->ttm.base.resv));
	dma_resv_fini(&bo->ttm.base._resv);
}

/*
 * Who is interrupted comes again, who has no memory is told so, and a swap that cannot be read has
 * the process killed.
 *
 * Seen to fail: whatever it was, the kernel was said to be out of memory, and had the access made
 * again, for ever.
 */
static void test_no_pages(struct kunit *test)
{
	static const struct { int err; vm_fault_t ret; } cases[] = {
		{ 0, VM_FAULT_NOPAGE }, { -ENOMEM, VM_FAULT_OOM }, { -EINTR, VM_FAULT_NOPAGE },
		{ -ERESTARTSYS, VM_FAULT_NOPAGE }, { -EIO, VM_FAULT_SIGBUS },
		{ -ENFILE, VM_FAULT_OOM },
	};
	struct vm_area_struct vma = { };

	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		struct vm_fault vmf = { .vma = &vma, .flags = i % 2 ? FAULT_FLAG_USER : 0 };

		populated.err = cases[i / 2].err;
		populated.mapped = 0;
		KUNIT_EXPECT_EQ(test, fault_pages(&vmf), cases[i / 2].ret);
		KUNIT_EXPECT_EQ(test, populated.mapped, !populated.err);
		KUNIT_EXPECT_EQ(test, populated.interruptible, i % 2);
	}
}

/*
 * A dma-buf that was exported for reading is mapped for reading, and nobody writes through that.
 *
 * Seen to fail: TTM does not look.
 */
static void test_read_only(struct kunit *test)
{
	struct vm_area_struct vma = { };
	u32 word = 0;

	KUNIT_EXPECT_EQ(test, xe_bo_vm_ops.access(&vma, 0, &word, sizeof(word), 1), -EACCES);
	KUNIT_EXPECT_EQ(test, accesses, 0);
	KUNIT_EXPECT_EQ(test, xe_bo_vm_ops.access(&vma, 0, &word, sizeof(word), 0), sizeof(word));
	vm_flags_init(&vma, VM_WRITE);
	KUNIT_EXPECT_EQ(test, xe_bo_vm_ops.access(&vma, 0, &word, sizeof(word), 1), sizeof(word));
	KUNIT_EXPECT_EQ(test, accesses, 2);
}

static struct kunit_case bo_vm_cases[] = {
	KUNIT_CASE(test_read_only),
	KUNIT_CASE(test_only_mapped),
	KUNIT_CASE(test_no_pages),
	KUNIT_CASE(test_kept_awake),
	KUNIT_CASE(test_try_again),
	{ }
};

static struct kunit_suite bo_vm_suite = {
	.name = "xe_bo_vm",
	.test_cases = bo_vm_cases,
};

kunit_test_suite(bo_vm_suite);
