// SPDX-License-Identifier: MIT
/*
 * Buffers in the address spaces of processes.
 */

#include <linux/dma-resv.h>
#include <linux/gfp.h>
#include <linux/mm.h>

#include "mm/bo.h"
#include "mm/mm.h"
#include "xe_device.h"
#include "xe_mmio.h"

/**
 * DOC: Faults
 *
 * Pages of system memory are mapped without asking for the card: a process keeps its data when the
 * card is gone. VRAM is mapped in a section only, which also wakes the card; all mappings are
 * taken away when it goes to sleep and when it is unplugged. In the place of what was VRAM there is
 * then one page for all of a buffer, zeroes at first, that can be written to. It is the buffer's
 * and so goes with the last mapping; ttm_bo_vm_dummy_page() would take one for each fault and keep
 * them as long as the drm_device.
 *
 * A buffer that had to leave VRAM, for sleep or for another one, goes back there when it is
 * touched, if there is room and no fence on it; else it is mapped where it is. No access ends with
 * SIGBUS because a card was pulled.
 */

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
 * The token is for what TTM does: it makes VRAM reachable by the process. Where VRAM begins it is
 * told here; where a page is in it, by io_mem_pfn(). Its callback for the former, io_mem_reserve(),
 * has no token: it would open a section in this one, which fails when unplug has begun since, and
 * TTM makes a SIGBUS of that.
 */
static vm_fault_t map_vram(struct xe_hw hw, struct vm_fault *vmf)
{
	struct ttm_buffer_object *bo = vmf->vma->vm_private_data;
	struct ttm_resource *res = bo->resource;

	/* Moves end before they return: TTM has nothing to wait for in this section. */
	WARN_ON_ONCE(!dma_resv_test_signaled(bo->base.resv, DMA_RESV_USAGE_KERNEL));
	res->bus.offset = xe_vram_bar_phys(hw);
	res->bus.is_iomem = true;
	res->bus.caching = ttm_write_combined;
	return ttm_bo_vm_fault_reserved(vmf, vmf->vma->vm_page_prot, TTM_BO_VM_NUM_PREFAULT);
}

static vm_fault_t fault_vram(struct vm_fault *vmf, struct xe_device *xe)
{
	xe_hw_scoped(hw, xe)
		if (!xe_hw_is_lost(hw))
			return map_vram(hw, vmf);

	/* Not in the section, as there may be a page to be allocated. */
	return map_dummy(vmf);
}

static vm_fault_t fault(struct vm_fault *vmf)
{
	struct ttm_buffer_object *bo = vmf->vma->vm_private_data;
	struct xe_device *xe = to_xe_device(bo->base.dev);
	vm_fault_t ret;

	ret = ttm_bo_vm_reserve(bo, vmf);
	if (ret)
		return ret;

	if (xe_bo_validate(ttm_to_xe_bo(bo)))
		ret = VM_FAULT_OOM;
	else if (bo->resource->mem_type == XE_MEM_VRAM)
		ret = fault_vram(vmf, xe);
	else
		ret = ttm_bo_vm_fault_reserved(vmf, vmf->vma->vm_page_prot, TTM_BO_VM_NUM_PREFAULT);

	/* TTM has let go of the reservation if it asks for another try. */
	if (ret == VM_FAULT_RETRY && !(vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
		return ret;

	dma_resv_unlock(bo->base.resv);
	return ret;
}

const struct vm_operations_struct xe_bo_vm_ops = {
	.fault = fault,
	.open = ttm_bo_vm_open,
	.close = ttm_bo_vm_close,
	.access = ttm_bo_vm_access,
};
