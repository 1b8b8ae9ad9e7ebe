/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_VRAM_H_
#define _XE_MM_VRAM_H_

#include <linux/types.h>

#include "xe_hw.h"

struct page;
struct ttm_resource;
struct xe_device;

int xe_vram_start(struct xe_hw_bind bind);

int xe_vram_clear(struct xe_device *xe, const struct ttm_resource *res, u64 size);
int xe_vram_clear_part(struct xe_device *xe, const struct ttm_resource *res, u64 offset, u64 size);
int xe_vram_settle(struct xe_device *xe, struct ttm_resource *res);
int xe_vram_from_pages(struct xe_device *xe, const struct ttm_resource *res, struct page **pages,
		       u64 count);
int xe_vram_to_pages(struct xe_device *xe, const struct ttm_resource *res, struct page **pages,
		     u64 count);

#endif
