/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_VRAM_ALLOC_H_
#define _XE_MM_VRAM_ALLOC_H_

#include <linux/mutex.h>
#include <linux/types.h>

#include <drm/ttm/ttm_resource.h>

#include "xe_compat.h"

struct dma_fence;
struct xe_device;

/**
 * struct xe_vram_alloc - who has which part of VRAM
 */
struct xe_vram_alloc {
	/** @man: what TTM sees */
	struct ttm_resource_manager man;
	/** @lock: protects @buddy; innermost */
	struct mutex lock;
	/** @buddy: the allocator */
	struct gpu_buddy buddy;
	/** @losses: how often VRAM may have lost what is in it */
	atomic_t losses;
	/** @known_losses: of which @buddy has been told; under @lock */
	int known_losses;
	/** @distrusts: what @buddy says is zero may not be */
	bool distrusts;
};

int xe_vram_alloc_init(struct xe_device *xe, u64 size);
void xe_vram_alloc_fini(struct xe_device *xe);
void xe_vram_forget(struct xe_vram_alloc *alloc);
bool xe_vram_has_room(struct xe_vram_alloc *alloc, u64 size);
u64 xe_vram_at(const struct ttm_resource *res, u64 offset, u64 *len);

/* What is in it: zeroes, or what its owner wrote, unless it is dirty; the buffer is reserved. */
bool xe_vram_is_zero(const struct ttm_resource *res);
void xe_vram_set_zero(struct ttm_resource *res);
void xe_vram_set_clearing(struct ttm_resource *res, struct dma_fence *fence);
struct dma_fence *xe_vram_clearing(const struct ttm_resource *res);
void xe_vram_touch(struct ttm_resource *res);

#endif
