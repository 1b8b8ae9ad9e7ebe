/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_COPY_H_
#define _XE_MM_COPY_H_

#include <linux/types.h>

struct dma_fence;
struct sg_table;
struct ttm_resource;
struct xe_device;

/**
 * struct xe_copy_ops - what copy engines do for buffers; handed in from above, see submit/copy.c
 *
 * Where they fail the caller does it by the CPU: there may be no engine, not yet, or not any more.
 */
struct xe_copy_ops {
	/**
	 * @clear: begin to fill @size bytes of @res with zeroes. Returns a fence, a reference; an
	 * error pointer if nothing is under way. The range stays allocated until the fence has
	 * signalled. It signals with an error only if the device is gone or given up, and so when
	 * nothing runs on it any more.
	 */
	struct dma_fence *(*clear)(struct xe_device *xe, const struct ttm_resource *res, u64 size);
	/**
	 * @copy: copy @size bytes between @res and pages that are mapped for DMA, and wait until
	 * that is over. On an error anything may be in the target, and nothing is under way.
	 */
	int (*copy)(struct xe_device *xe, const struct ttm_resource *res,
		    const struct sg_table *sgt, u64 size, bool to_vram);
};

#endif
