/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_TT_H_
#define _XE_MM_TT_H_

#include <linux/list.h>
#include <linux/scatterlist.h>

#include <drm/ttm/ttm_tt.h>

#include "xe_hw.h"

struct ttm_buffer_object;
struct ttm_device;
struct ttm_operation_ctx;
struct xe_device;
struct xe_import;
struct xe_mm;

/**
 * struct xe_tt - the pages of a buffer
 */
struct xe_tt {
	/** @ttm: base: the pages */
	struct ttm_tt ttm;
	/** @sgt: their DMA mapping, under the reservation; undone when @link is not on the list */
	struct sg_table sgt;
	/** @import: for an imported buffer, where its pages come from; else NULL */
	struct xe_import *import;
	/** @link: on &xe_mm.mapped while mapped for DMA, under &xe_mm.lock */
	struct list_head link;
};

void xe_tt_alloc_init(struct xe_device *xe, u64 size);
void xe_tt_alloc_fini(struct xe_device *xe);
u64 xe_tt_used(struct xe_mm *mm);

struct ttm_tt *xe_tt_create(struct ttm_buffer_object *bo, u32 page_flags);
int xe_tt_populate(struct ttm_device *bdev, struct ttm_tt *ttm, struct ttm_operation_ctx *ctx);
void xe_tt_unpopulate(struct ttm_device *bdev, struct ttm_tt *ttm);
void xe_tt_destroy(struct ttm_device *bdev, struct ttm_tt *ttm);

int xe_tt_map_dma(struct xe_device *xe, struct ttm_tt *ttm);
void xe_tt_unmap_dma(struct xe_device *xe, struct ttm_tt *ttm);
const struct sg_table *xe_tt_sgt(struct ttm_tt *ttm);
void xe_tt_stop(struct xe_hw hw);

#endif
