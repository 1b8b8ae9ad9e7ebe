// SPDX-License-Identifier: MIT
/*
 * VRAM: who has which part of it.
 */

#include <linux/error-injection.h>
#include <linux/slab.h>

#include <drm/drm_print.h>
#include <drm/ttm/ttm_bo.h>

#include "mm/mm.h"
#include "mm/vram_alloc.h"
#include "xe_device.h"

/**
 * DOC: Allocation of VRAM
 *
 * The kernel's buddy allocator behind a manager of TTM. What a buffer gets is a list of blocks, not
 * necessarily adjacent, so that free VRAM is of use however it is scattered: xe_vram_at() says
 * where a byte of a buffer is.
 *
 * All of it is software. A range is given back whenever its buffer dies or moves, also when there
 * is no card any more.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_vram_alloc     drm_device    last reference to it is dropped, by
 *                                        xe_mm_fini()
 * struct xe_vram_range     buffer        it dies or is moved
 * ======================== ============= ==========================================
 */

struct xe_vram_range {
	struct ttm_resource base;
	struct list_head blocks;
};

static struct xe_vram_range *to_range(const struct ttm_resource *res)
{
	return container_of(res, struct xe_vram_range, base);
}

static struct xe_vram_alloc *to_alloc(struct ttm_resource_manager *man)
{
	return container_of(man, struct xe_vram_alloc, man);
}

static int range_alloc(struct ttm_resource_manager *man, struct ttm_buffer_object *bo,
		       const struct ttm_place *place, struct ttm_resource **res)
{
	struct xe_vram_alloc *alloc = to_alloc(man);
	u64 align = (u64)max(bo->page_alignment, 1u) << PAGE_SHIFT;
	struct xe_vram_range *range;
	int err = -ENOSPC;

	range = kzalloc(sizeof(*range), GFP_KERNEL);
	if (!range)
		return -ENOMEM;

	INIT_LIST_HEAD(&range->blocks);
	ttm_resource_init(bo, place, &range->base);

	/* The allocator calls invalid what is larger than all of VRAM. */
	if (round_up(bo->base.size, align) <= alloc->buddy.size) {
		guard(mutex)(&alloc->lock);
		err = gpu_buddy_alloc_blocks(&alloc->buddy, 0, alloc->buddy.size, bo->base.size,
					     align, &range->blocks, 0);
	}
	if (err) {
		ttm_resource_fini(man, &range->base);
		kfree(range);
		return err;
	}

	*res = &range->base;
	return 0;
}

static void range_free(struct ttm_resource_manager *man, struct ttm_resource *res)
{
	struct xe_vram_alloc *alloc = to_alloc(man);
	struct xe_vram_range *range = to_range(res);

	scoped_guard(mutex, &alloc->lock)
		gpu_buddy_free_list(&alloc->buddy, &range->blocks, 0);
	ttm_resource_fini(man, res);
	kfree(range);
}

static void print(struct ttm_resource_manager *man, struct drm_printer *p)
{
	struct xe_vram_alloc *alloc = to_alloc(man);

	guard(mutex)(&alloc->lock);
	drm_printf(p, "%llu of %llu MiB are free\n", alloc->buddy.avail >> 20,
		   alloc->buddy.size >> 20);
}

static const struct ttm_resource_manager_func manager_funcs = {
	.alloc = range_alloc,
	.free = range_free,
	.debug = print,
};

/**
 * xe_vram_at - where a byte of a buffer is
 * @res: a resource in VRAM
 * @offset: in it, in bytes
 * @len: from there on this many bytes are adjacent
 *
 * Context: the buffer is reserved.
 * Return: the offset in VRAM; with @len 0 if @offset is not in the resource.
 */
u64 xe_vram_at(const struct ttm_resource *res, u64 offset, u64 *len)
{
	struct gpu_buddy_block *block;

	list_for_each_entry(block, &to_range(res)->blocks, link) {
		u64 size = (u64)PAGE_SIZE << gpu_buddy_block_order(block);

		if (offset < size) {
			*len = size - offset;
			return gpu_buddy_block_offset(block) + offset;
		}
		offset -= size;
	}

	*len = 0;
	return 0;
}

/**
 * xe_vram_alloc_init - have TTM know of VRAM
 * @xe: the device
 * @size: in bytes
 *
 * Context: probe; xe_vram_alloc_fini() undoes it.
 * Return: 0 or a negative error code.
 */
int xe_vram_alloc_init(struct xe_device *xe, u64 size)
{
	struct xe_vram_alloc *alloc = &xe->mm.vram;
	int err;

	err = gpu_buddy_init(&alloc->buddy, size, PAGE_SIZE);
	if (err)
		return err;

	alloc->man.func = &manager_funcs;
	ttm_resource_manager_init(&alloc->man, &xe->mm.ttm, size);
	ttm_set_driver_manager(&xe->mm.ttm, XE_MEM_VRAM, &alloc->man);
	ttm_resource_manager_set_used(&alloc->man, true);
	return 0;
}
ALLOW_ERROR_INJECTION(xe_vram_alloc_init, ERRNO);

/**
 * xe_vram_alloc_fini - undo xe_vram_alloc_init()
 * @xe: the device
 *
 * Context: last reference to the device; there are no buffers any more.
 */
void xe_vram_alloc_fini(struct xe_device *xe)
{
	struct xe_vram_alloc *alloc = &xe->mm.vram;

	ttm_resource_manager_set_used(&alloc->man, false);
	if (ttm_resource_manager_evict_all(&xe->mm.ttm, &alloc->man))
		return;

	gpu_buddy_fini(&alloc->buddy);
	ttm_resource_manager_cleanup(&alloc->man);
	ttm_set_driver_manager(&xe->mm.ttm, XE_MEM_VRAM, NULL);
}
