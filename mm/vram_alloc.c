// SPDX-License-Identifier: MIT
/*
 * VRAM: who has which part of it.
 */

#include <linux/dma-fence.h>
#include <linux/error-injection.h>
#include <linux/mm.h>
#include <linux/sizes.h>
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
 * necessarily adjacent, so that free VRAM is of use however it is scattered. A buffer of 64 KiB or
 * more gets blocks of 64 KiB or more as long as there are enough of them: page tables can be larger
 * then, and small buffers fill the gaps.
 *
 * Blocks that follow one another are one extent. The extents are a table in the order of the
 * buffer, which xe_vram_at() searches: finding a byte takes the logarithm of their number, also for
 * who walks through all of a buffer.
 *
 * A range knows whether it is zero: because its blocks were when it was allocated, because it was
 * cleared, or because the fence of that says so. When it is given back and nobody could have
 * written to it since, the allocator remembers that its blocks need not be cleared again; until
 * VRAM loses its power.
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

/* A part of a buffer that is adjacent in VRAM, up to where the next one begins; in bytes. */
struct extent {
	u64 offset;
	u64 at;
};

struct xe_vram_range {
	struct ttm_resource base;
	struct list_head blocks;
	struct extent *extents;
	struct extent only;		/* what @extents is if there is one */
	size_t count;
	struct dma_fence *clearing;	/* it is zero when this has signalled without an error */
	int losses;			/* &xe_vram_alloc.losses when it was allocated */
	bool zero;			/* it is, or was until somebody touched it */
	bool touched;			/* somebody may have written to it */
};

#define LARGE_BLOCK	SZ_64K

static struct xe_vram_range *to_range(const struct ttm_resource *res)
{
	return container_of(res, struct xe_vram_range, base);
}

static struct xe_vram_alloc *to_alloc(struct ttm_resource_manager *man)
{
	return container_of(man, struct xe_vram_alloc, man);
}

static u64 block_size(struct gpu_buddy_block *block)
{
	return (u64)PAGE_SIZE << gpu_buddy_block_order(block);
}

/* Count the extents of a list of blocks, and write them down if there is a table. */
static size_t find_extents(const struct list_head *blocks, struct extent *table)
{
	struct gpu_buddy_block *block;
	u64 offset = 0, end = U64_MAX;
	size_t count = 0;

	list_for_each_entry(block, blocks, link) {
		u64 at = gpu_buddy_block_offset(block);

		if (at != end) {
			if (table)
				table[count] = (struct extent){ offset, at };
			count++;
		}
		end = at + block_size(block);
		offset += block_size(block);
	}
	return count;
}

/*
 * The kernel's function erases blocks from a tree while it walks through it, and misses some: then
 * it goes on with what is left. Where there is no such function nothing is trusted any more.
 */
static void forget_zeroes(struct xe_vram_alloc *alloc)
{
	u64 before;

	do {
		before = alloc->buddy.clear_avail;
		gpu_buddy_reset_clear(&alloc->buddy, false);
	} while (alloc->buddy.clear_avail && alloc->buddy.clear_avail < before);

	if (alloc->buddy.clear_avail)
		WRITE_ONCE(alloc->distrusts, true);
}

/* Under the lock. */
static void note_losses(struct xe_vram_alloc *alloc)
{
	int losses;

	/*
	 * For xe_mm_may_lose_power(), which counts a loss and looks then whether a range is in use:
	 * TTM counted the range before this looks whether there was a loss.
	 */
	smp_mb();
	losses = atomic_read(&alloc->losses);
	if (alloc->known_losses == losses)
		return;

	forget_zeroes(alloc);
	alloc->known_losses = losses;
}

static int take_blocks(struct xe_vram_alloc *alloc, u64 size, u64 align, struct list_head *blocks,
		       int *losses)
{
	struct xe_device *xe = container_of(alloc, struct xe_device, mm.vram);

	guard(mutex)(&alloc->lock);

	/* An engine that could not be stopped may go on writing to what was given back. */
	if (xe_device_is_wedged(xe))
		return -ENOSPC;
	/*
	 * The allocator would take all that is free before it gives up, and is asked again after
	 * each buffer that is evicted. What is larger than all of VRAM it calls invalid.
	 */
	if (round_up(size, align) > alloc->buddy.avail)
		return -ENOSPC;
	note_losses(alloc);
	*losses = alloc->known_losses;
	return gpu_buddy_alloc_blocks(&alloc->buddy, 0, alloc->buddy.size, size, align, blocks,
				      GPU_BUDDY_CLEAR_ALLOCATION);
}

static void give_blocks(struct xe_vram_alloc *alloc, struct list_head *blocks, bool zero,
			int losses)
{
	guard(mutex)(&alloc->lock);
	note_losses(alloc);
	zero &= losses == alloc->known_losses;
	gpu_buddy_free_list(&alloc->buddy, blocks, zero ? GPU_BUDDY_CLEARED : 0);
}

static bool are_zero(const struct xe_vram_alloc *alloc, const struct list_head *blocks)
{
	struct gpu_buddy_block *block;

	if (READ_ONCE(alloc->distrusts))
		return false;
	list_for_each_entry(block, blocks, link)
		if (!gpu_buddy_block_is_clear(block))
			return false;
	return true;
}

static int range_fill(struct xe_vram_alloc *alloc, struct xe_vram_range *range, u64 size, u64 align)
{
	int err = -ENOSPC;

	if (size >= LARGE_BLOCK && align < LARGE_BLOCK)
		err = take_blocks(alloc, size, LARGE_BLOCK, &range->blocks, &range->losses);
	if (err == -ENOSPC)
		err = take_blocks(alloc, size, align, &range->blocks, &range->losses);
	if (err)
		return err;

	range->count = find_extents(&range->blocks, NULL);
	range->extents = &range->only;
	if (range->count > 1)
		range->extents = kvmalloc_array(range->count, sizeof(*range->extents), GFP_KERNEL);
	if (!range->extents) {
		give_blocks(alloc, &range->blocks, are_zero(alloc, &range->blocks), range->losses);
		return -ENOMEM;
	}

	range->zero = are_zero(alloc, &range->blocks);
	find_extents(&range->blocks, range->extents);
	return 0;
}

static int range_alloc(struct ttm_resource_manager *man, struct ttm_buffer_object *bo,
		       const struct ttm_place *place, struct ttm_resource **res)
{
	u64 align = (u64)max(bo->page_alignment, 1u) << PAGE_SHIFT;
	struct xe_vram_range *range;
	int err;

	range = kzalloc(sizeof(*range), GFP_KERNEL);
	if (!range)
		return -ENOMEM;

	INIT_LIST_HEAD(&range->blocks);
	ttm_resource_init(bo, place, &range->base);
	err = range_fill(to_alloc(man), range, bo->base.size, align);
	if (err) {
		ttm_resource_fini(man, &range->base);
		kfree(range);
		return err;
	}

	*res = &range->base;
	return 0;
}

/**
 * xe_vram_is_zero - need a range not be cleared?
 * @res: a resource in VRAM; what its owner has written since does not count
 *
 * Context: the buffer is reserved, or nobody else has it.
 */
bool xe_vram_is_zero(const struct ttm_resource *res)
{
	const struct xe_vram_range *range = to_range(res);

	return range->zero || (range->clearing && dma_fence_get_status(range->clearing) == 1);
}

/**
 * xe_vram_set_zero - a range has been cleared
 * @res: a resource in VRAM
 *
 * Context: the buffer is reserved.
 */
void xe_vram_set_zero(struct ttm_resource *res)
{
	to_range(res)->zero = true;
}

/**
 * xe_vram_set_clearing - a range is being cleared
 * @res: a resource in VRAM
 * @fence: signals when that is over; a reference is taken
 *
 * Context: the buffer is reserved, and the range is new.
 */
void xe_vram_set_clearing(struct ttm_resource *res, struct dma_fence *fence)
{
	to_range(res)->clearing = dma_fence_get(fence);
}

/**
 * xe_vram_clearing - when is a range cleared?
 * @res: a resource in VRAM
 *
 * Context: the buffer is reserved.
 * Return: a fence, as long as the buffer is reserved; NULL if nobody clears it.
 */
struct dma_fence *xe_vram_clearing(const struct ttm_resource *res)
{
	return to_range(res)->clearing;
}

/**
 * xe_vram_touch - from now on something may be written to a range
 * @res: a resource in VRAM
 *
 * Context: the buffer is reserved.
 */
void xe_vram_touch(struct ttm_resource *res)
{
	to_range(res)->touched = true;
}

static void range_free(struct ttm_resource_manager *man, struct ttm_resource *res)
{
	struct xe_vram_range *range = to_range(res);

	give_blocks(to_alloc(man), &range->blocks, !range->touched && xe_vram_is_zero(res),
		    range->losses);
	dma_fence_put(range->clearing);
	ttm_resource_fini(man, res);
	if (range->count > 1)
		kvfree(range->extents);
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
 * xe_vram_forget - VRAM may lose what is in it, or has lost it: free blocks are not zero any more
 * @alloc: the allocator
 *
 * Blocks are looked at when they are taken or given back, so that it waits for nobody.
 *
 * Context: any, also power callbacks.
 */
void xe_vram_forget(struct xe_vram_alloc *alloc)
{
	atomic_inc(&alloc->losses);
	smp_mb__after_atomic();	/* see note_losses() */
}

/**
 * xe_vram_has_room - could a buffer be in VRAM without another one having to leave?
 * @alloc: the allocator
 * @size: of the buffer, in bytes
 *
 * Context: any; as of now.
 */
bool xe_vram_has_room(struct xe_vram_alloc *alloc, u64 size)
{
	return READ_ONCE(alloc->buddy.avail) >= size;
}

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
	const struct xe_vram_range *range = to_range(res);
	size_t low = 0, high = range->count;
	u64 end = res->size;

	*len = 0;
	if (offset >= end)
		return 0;

	/* It is in one of the extents from low on, and before high. */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (range->extents[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}

	if (high < range->count)
		end = range->extents[high].offset;
	*len = end - offset;
	return range->extents[low].at + offset - range->extents[low].offset;
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
