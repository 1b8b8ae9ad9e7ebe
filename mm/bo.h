/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_BO_H_
#define _XE_MM_BO_H_

#include <linux/list.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_placement.h>

struct dma_buf;
struct page;
struct vm_operations_struct;
struct xe_device;
struct xe_import;
struct xe_pt_source;

/**
 * struct xe_bo - a buffer
 */
struct xe_bo {
	/** @ttm: base; its GEM object is what handles, mmaps and dma-bufs refer to */
	struct ttm_buffer_object ttm;
	/** @regions: XE_REGION_*, where userspace wants it to be; constant */
	u32 regions;
	/** @caching: how userspace wants to map it, DRM_XE_GEM_CPU_CACHING_*; constant */
	u16 caching;
	/** @mem_type: XE_MEM_*, where it is; a hint for statistics, read without a lock */
	u8 mem_type;
	/** @import: whose pages these are if they are not ours, else NULL; constant */
	struct xe_import *import;
	/** @free: lets go of an import */
	struct work_struct free;
	/** @vm_resv: has the reservation, of a VM, that it shares; a reference; NULL; constant */
	struct drm_gem_object *vm_resv;
	/** @exported: the dma-buf that others have it by, if there is one; under the reservation */
	struct dma_buf *exported;
	/** @vram_link: on &xe_mm.vram_mapped, under &xe_mm.lock */
	struct list_head vram_link;
	/** @dummy: what processes map in the place of VRAM that is gone; under the reservation */
	struct page *dummy;
};

/**
 * struct xe_bo_args - what is wanted of a buffer
 */
struct xe_bo_args {
	/** @size: in bytes, whole pages */
	u64 size;
	/** @align: of its place in VRAM, in bytes; 0 for any */
	u64 align;
	/** @regions: XE_REGION_* */
	u32 regions;
	/** @caching: DRM_XE_GEM_CPU_CACHING_* */
	u16 caching;
	/** @deferred: no memory yet */
	bool deferred;
	/** @pinned: the driver's own, in VRAM until xe_bo_unpin() */
	bool pinned;
	/** @import: where the pages come from, with its reservation held; else NULL */
	struct xe_import *import;
	/** @vm_resv: holds the reservation that it is to share, which is held; else NULL */
	struct drm_gem_object *vm_resv;
};

static inline struct xe_bo *to_xe_bo(struct drm_gem_object *obj)
{
	return container_of(obj, struct xe_bo, ttm.base);
}

static inline struct xe_bo *ttm_to_xe_bo(struct ttm_buffer_object *ttm)
{
	return container_of(ttm, struct xe_bo, ttm);
}

extern const struct ttm_device_funcs xe_ttm_funcs;
extern const struct drm_gem_object_funcs xe_gem_funcs;
extern const struct vm_operations_struct xe_bo_vm_ops;

struct xe_bo *xe_bo_alloc(void);
int xe_bo_init(struct xe_device *xe, struct xe_bo *bo, const struct xe_bo_args *args);
struct xe_bo *xe_bo_create(struct xe_device *xe, const struct xe_bo_args *args);
int xe_bo_move_to(struct xe_bo *bo, u32 mem_type);
int xe_bo_move_at_once(struct xe_bo *bo, u32 mem_type);
void xe_bo_unpin(struct xe_bo *bo);
bool xe_bo_needs_validate(struct xe_bo *bo);
int xe_bo_validate(struct xe_bo *bo, bool interruptible);
int xe_bo_populate(struct xe_bo *bo, bool interruptible);
int xe_bo_make_reachable(struct xe_bo *bo);
int xe_bo_read_page(struct xe_bo *bo, u64 offset, void *to);
void xe_bo_pt_source(struct xe_bo *bo, struct xe_pt_source *source);
void xe_bo_zap_vram(struct xe_device *xe);
bool xe_bo_can_be_in(const struct xe_bo *bo, u32 region);

#endif
