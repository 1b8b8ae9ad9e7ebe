// SPDX-License-Identifier: MIT
/*
 * Mappings of buffers, as their buffers see them. Below mm/bo.c, which mm/vm.c is above of.
 */

#include <drm/drm_gpuvm.h>

#include "mm/vma.h"

/**
 * xe_vma_mark_stale - a buffer moves: what page tables say of it is not true any more
 * @obj: the buffer
 *
 * Context: its reservation is held.
 */
void xe_vma_mark_stale(struct drm_gem_object *obj)
{
	struct drm_gpuvm_bo *vm_bo;
	struct drm_gpuva *gpuva;

	drm_gem_for_each_gpuvm_bo(vm_bo, obj) {
		drm_gpuvm_bo_for_each_va(gpuva, vm_bo)
			drm_gpuva_invalidate(gpuva, true);
		drm_gpuvm_bo_evict(vm_bo, true);
	}
}
