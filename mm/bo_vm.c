// SPDX-License-Identifier: MIT
/*
 * Buffers in the address spaces of processes.
 */

#include <linux/dma-resv.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include <drm/drm_gem.h>
#include <drm/drm_vma_manager.h>

#include "mm/bo.h"
#include "mm/mm.h"
#include "mm/vram.h"
#include "mm/vram_alloc.h"
#include "xe_device.h"
#include "xe_mmio.h"

/**
 * DOC: Faults
 *
 * Pages of system memory are mapped without asking for the card: a process keeps its data when the
 * card is gone. VRAM is mapped in a section only, which also wakes the card; its mappings are
 * taken away when it goes to sleep, is lost, or is unplugged. In the place of VRAM that is gone for
 * good there is one page for all of a buffer, zeroes at first, that can be written to. It is the
 * buffer's and so goes with the last mapping; ttm_bo_vm_dummy_page() would take one for each fault
 * and keep them as long as the drm_device. Where VRAM cannot be had only now, the access is tried
 * again: nothing that a process writes gets lost.
 *
 * A buffer that had to leave VRAM, for sleep or for another one, goes back there when it is
 * touched, if there is room and no fence on it; else it is mapped where it is. The copy is made
 * without the lock of the address space, and ends when the process is killed. No access ends with
 * SIGBUS because a card was pulled.
 */

#define AWAKE_MIN_MS	1000u
#define AWAKE_MAX_MS	60000u

static vm_fault_t map_dummy(struct vm_fault *vmf)
{
	struct ttm_buffer_object *ttm = vmf->vma->vm_private_data;
	struct xe_bo *bo = ttm_to_xe_bo(ttm);

	dma_resv_assert_held(ttm->base.resv);
	if (!bo->dummy)
		bo->dummy = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!bo->dummy)
		return VM_FAULT_OOM;

	return vmf_insert_pfn_prot(vmf->vma, vmf->address, page_to_pfn(bo->dummy),
				   vmf->vma->vm_page_prot);
}

/*
 * A process that goes on using VRAM while the card falls asleep wakes it up at once, which costs a
 * boot of the firmware. So the card stays awake longer each time that it did not get the sleep it
 * was put to: for twice as long as the last time.
 */
static unsigned int awake_ms(unsigned int last_ms, unsigned int slept_ms)
{
	if (slept_ms >= max(last_ms, AWAKE_MIN_MS))
		return 0;
	return clamp(2 * last_ms, 2 * AWAKE_MIN_MS, AWAKE_MAX_MS);
}

static void note_mapping(struct xe_hw hw, struct xe_bo *bo, unsigned long since)
{
	struct xe_mm *mm = &xe_hw_device(hw)->mm;

	guard(mutex)(&mm->lock);
	if (list_empty(&bo->vram_link))
		list_add(&bo->vram_link, &mm->vram_mapped);
	if (!mm->zapped)
		return;

	mm->zapped = false;
	mm->awake_ms = awake_ms(mm->awake_ms, time_after(since, mm->zapped_at) ?
				jiffies_to_msecs(since - mm->zapped_at) : 0);
	xe_hw_stay_awake(hw, mm->awake_ms);
}

/* False if no VRAM is mapped any more. */
static bool take_mapped(struct xe_mm *mm, loff_t *start, loff_t *len)
{
	struct xe_bo *bo;

	guard(mutex)(&mm->lock);
	bo = list_first_entry_or_null(&mm->vram_mapped, struct xe_bo, vram_link);
	if (!bo)
		return false;

	list_del_init(&bo->vram_link);
	*start = drm_vma_node_offset_addr(&bo->ttm.base.vma_node);
	*len = (loff_t)drm_vma_node_size(&bo->ttm.base.vma_node) << PAGE_SHIFT;
	mm->zapped = true;
	mm->zapped_at = jiffies;
	return true;
}

/**
 * xe_bo_zap_vram - take VRAM away from all processes; their next access faults
 * @xe: the device
 *
 * System memory stays mapped. Whoever holds the lock of an address space may wait for a fence that
 * is signalled in a section, and sections take &xe_mm.lock: it is not held here while mappings are
 * taken away. A buffer that is freed meanwhile leaves its range to another one, which faults in
 * vain.
 *
 * Context: process context, when no section opens.
 */
void xe_bo_zap_vram(struct xe_device *xe)
{
	struct xe_mm *mm = &xe->mm;
	loff_t start, len;

	guard(mutex)(&mm->zap_lock);
	while (take_mapped(mm, &start, &len))
		unmap_mapping_range(mm->ttm.dev_mapping, start, len, 1);
}

static int no_change(pte_t *pte, unsigned long address, void *unused)
{
	return 0;
}

/* How many pages are mapped at once, as TTM does. */
static unsigned long window(const struct vm_fault *vmf)
{
	return min(vma_pages(vmf->vma) - PHYS_PFN(vmf->address - vmf->vma->vm_start),
		   (unsigned long)TTM_BO_VM_NUM_PREFAULT);
}

/* Page tables are memory, for which somebody may be waited for: not in the section. */
static int alloc_page_tables(struct vm_fault *vmf)
{
	return apply_to_page_range(vmf->vma->vm_mm, vmf->address, window(vmf) << PAGE_SHIFT,
				   no_change, NULL);
}

static void map_vram(struct xe_hw hw, struct vm_fault *vmf, unsigned long since)
{
	struct vm_area_struct *vma = vmf->vma;
	struct ttm_buffer_object *bo = vma->vm_private_data;
	u64 first = PHYS_PFN(vmf->address - vma->vm_start) + vma->vm_pgoff -
		    drm_vma_node_start(&bo->base.vma_node);
	unsigned long count = window(vmf);
	u64 at, len;

	/* On the list first, so that whoever empties it finds what is mapped. */
	note_mapping(hw, ttm_to_xe_bo(bo), since);
	for (unsigned long i = 0; i < count; i++) {
		at = xe_vram_at(bo->resource, (first + i) << PAGE_SHIFT, &len);
		if (!len || xe_vram_bar_insert_pfn(hw, vma, vmf->address + (i << PAGE_SHIFT), at) !=
		    VM_FAULT_NOPAGE)
			return;
	}
}

/*
 * There is another fault then. Without the locks a signal is seen before, also if it is the kernel
 * that accesses the page.
 */
static vm_fault_t try_again(struct vm_fault *vmf)
{
	struct ttm_buffer_object *bo = vmf->vma->vm_private_data;
	struct mm_struct *mm = vmf->vma->vm_mm;

	if (!fault_flag_allow_retry_first(vmf->flags))
		return VM_FAULT_NOPAGE;
	if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
		return VM_FAULT_RETRY;

	dma_resv_unlock(bo->base.resv);
	mmap_read_unlock(mm);
	schedule_timeout_killable(1);
	return VM_FAULT_RETRY;
}

/*
 * A device that is there but cannot be had now is asked for again by the next fault. When it was
 * lost meanwhile, somebody else may have taken all mappings away before these were made.
 */
static vm_fault_t map_or_retry(struct vm_fault *vmf, struct xe_device *xe)
{
	unsigned long since = jiffies;
	bool mapped = false;

	xe_hw_scoped(hw, xe) {
		map_vram(hw, vmf, since);
		mapped = true;
	}
	if (!xe_hw_is_gone(xe))
		return mapped ? VM_FAULT_NOPAGE : try_again(vmf);

	if (mapped)
		ttm_bo_unmap_virtual(vmf->vma->vm_private_data);
	return map_dummy(vmf);
}

static vm_fault_t fault_vram(struct vm_fault *vmf, struct xe_device *xe)
{
	struct ttm_buffer_object *bo = vmf->vma->vm_private_data;
	int err;

	/* Moves end before they return; only its own clear may have to be waited for. */
	err = xe_vram_settle(xe, bo->resource);
	if (err && err != -ENODEV)
		return try_again(vmf);
	xe_vram_touch(bo->resource);
	return alloc_page_tables(vmf) ? VM_FAULT_OOM : map_or_retry(vmf, xe);
}

/* What may take long is done without the lock of the address space; then there is another fault. */
static vm_fault_t validate_and_retry(struct vm_fault *vmf)
{
	struct ttm_buffer_object *bo = vmf->vma->vm_private_data;

	if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT) {
		dma_resv_unlock(bo->base.resv);
		return VM_FAULT_RETRY;
	}

	ttm_bo_mapped_get(bo);
	mmap_read_unlock(vmf->vma->vm_mm);
	xe_bo_validate(ttm_to_xe_bo(bo), vmf->flags & FAULT_FLAG_USER);
	dma_resv_unlock(bo->base.resv);
	ttm_bo_mapped_put(bo);
	return VM_FAULT_RETRY;
}

/*
 * Who is interrupted faults again when he is back. The kernel's own accesses would do so at once,
 * as long as the signal is pending, so they are not interrupted.
 */
static vm_fault_t fault_pages(struct vm_fault *vmf)
{
	struct ttm_buffer_object *bo = vmf->vma->vm_private_data;

	switch (xe_bo_populate(ttm_to_xe_bo(bo), vmf->flags & FAULT_FLAG_USER)) {
	case 0:
		return ttm_bo_vm_fault_reserved(vmf, vmf->vma->vm_page_prot,
						TTM_BO_VM_NUM_PREFAULT);
	case -EINTR:
	case -ERESTARTSYS:
		return VM_FAULT_NOPAGE;
	case -EIO:	/* it cannot be read back from swap, and never will be */
		return VM_FAULT_SIGBUS;
	}
	return VM_FAULT_OOM;
}

static vm_fault_t fault(struct vm_fault *vmf)
{
	struct ttm_buffer_object *bo = vmf->vma->vm_private_data;
	struct xe_device *xe = to_xe_device(bo->base.dev);
	vm_fault_t ret;

	ret = ttm_bo_vm_reserve(bo, vmf);
	if (ret)
		return ret;

	if (fault_flag_allow_retry_first(vmf->flags) && xe_bo_needs_validate(ttm_to_xe_bo(bo)))
		return validate_and_retry(vmf);

	if (bo->resource->mem_type == XE_MEM_VRAM)
		ret = fault_vram(vmf, xe);
	else
		ret = fault_pages(vmf);

	/* Who asks for another try has let go of the reservation. */
	if (ret == VM_FAULT_RETRY && !(vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
		return ret;

	dma_resv_unlock(bo->base.resv);
	return ret;
}

/* Of a debugger, or through /proc/PID/mem. Who may not write to a mapping does not so either. */
static int access(struct vm_area_struct *vma, unsigned long addr, void *buf, int len, int write)
{
	if (write && !(vma->vm_flags & VM_WRITE))
		return -EACCES;
	return ttm_bo_vm_access(vma, addr, buf, len, write);
}

const struct vm_operations_struct xe_bo_vm_ops = {
	.fault = fault,
	.open = ttm_bo_vm_open,
	.close = ttm_bo_vm_close,
	.access = access,
};
