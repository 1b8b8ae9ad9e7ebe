/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_VRAM_ALLOC_H_
#define _XE_MM_VRAM_ALLOC_H_

#include <linux/mutex.h>
#include <linux/types.h>

#include <drm/ttm/ttm_resource.h>

/* The allocator was renamed within 6.12's stable series, see Kbuild. */
#ifdef XE_HAVE_GPU_BUDDY
#include <linux/gpu_buddy.h>
#else
#include <drm/drm_buddy.h>
#define gpu_buddy		drm_buddy
#define gpu_buddy_block		drm_buddy_block
#define gpu_buddy_init		drm_buddy_init
#define gpu_buddy_fini		drm_buddy_fini
#define gpu_buddy_alloc_blocks	drm_buddy_alloc_blocks
#define gpu_buddy_free_list	drm_buddy_free_list
#define gpu_buddy_block_offset	drm_buddy_block_offset
#define gpu_buddy_block_order	drm_buddy_block_order
#endif

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
};

int xe_vram_alloc_init(struct xe_device *xe, u64 size);
void xe_vram_alloc_fini(struct xe_device *xe);
u64 xe_vram_at(const struct ttm_resource *res, u64 offset, u64 *len);

#endif
