// SPDX-License-Identifier: MIT
/*
 * Memory of page tables.
 */

#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "mm/bo.h"
#include "mm/mm.h"
#include "mm/pt_pool.h"
#include "xe_device.h"

/**
 * DOC: Memory of page tables
 *
 * On discrete parts the walker looks for tables in VRAM, and nowhere else. They have pages of 4 KiB
 * of a few buffers of 2 MiB, chunks, which stay where they are. A page is a bit in its chunk, so to
 * have a table costs neither an object nor a mapping. One chunk that nobody uses is kept.
 *
 * Integrated parts have tables in system memory that the CPU maps uncached. There are no such
 * chunks yet.
 *
 * What becomes of them when VRAM loses its power: see mm/pt_save.c.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_pt_pool        drm_device    last reference to it is dropped; trees gave
 *                                        all pages back
 * chunk, its buffer        pool          none of its pages is in use, and there is
 *                                        another such chunk; with the pool
 * page                     a table       see mm/pt.c
 * ======================== ============= ==========================================
 */

static struct xe_pt_chunk *chunk_create(struct xe_device *xe)
{
	static const struct xe_bo_args args = {
		.size = XE_PT_CHUNK_SIZE,
		.regions = XE_REGION_VRAM,
		.caching = DRM_XE_GEM_CPU_CACHING_WC,
		.pinned = true,
	};
	struct xe_pt_chunk *chunk = kzalloc(sizeof(*chunk), GFP_KERNEL);
	struct xe_bo *bo;

	if (!chunk)
		return ERR_PTR(-ENOMEM);

	bo = xe_bo_create(xe, &args);
	if (IS_ERR(bo)) {
		kfree(chunk);
		return ERR_CAST(bo);
	}

	chunk->bo = bo;
	chunk->vram = bo->ttm.resource;
	chunk->free = XE_PT_CHUNK_PAGES;
	INIT_LIST_HEAD(&chunk->saved);
	memset(chunk->dirty, 0xff, sizeof(chunk->dirty));
	return chunk;
}

static void chunk_destroy(struct xe_pt_chunk *chunk)
{
	xe_bo_unpin(chunk->bo);
	drm_gem_object_put(&chunk->bo->ttm.base);
	kfree(chunk);
}

static int grow(struct xe_device *xe)
{
	struct xe_pt_pool *pool = &xe->mm.pt_pool;
	struct xe_pt_chunk *chunk;

	if (xe->mm.vram_size < XE_PT_CHUNK_SIZE)
		return -EOPNOTSUPP;

	chunk = chunk_create(xe);
	if (IS_ERR(chunk))
		return PTR_ERR(chunk);

	guard(mutex)(&pool->lock);
	list_add(&chunk->link, &pool->chunks);
	pool->free += XE_PT_CHUNK_PAGES;
	WRITE_ONCE(pool->bytes, pool->bytes + XE_PT_CHUNK_SIZE);
	return 0;
}

static bool take(struct xe_pt_pool *pool, struct xe_pt_page *page)
{
	struct xe_pt_chunk *chunk;
	unsigned int index;

	guard(mutex)(&pool->lock);
	if (!pool->free)
		return false;

	chunk = list_first_entry(&pool->chunks, struct xe_pt_chunk, link);
	index = find_first_zero_bit(chunk->used, XE_PT_CHUNK_PAGES);
	__set_bit(index, chunk->used);
	pool->free--;
	if (!--chunk->free)
		list_move_tail(&chunk->link, &pool->chunks);

	page->chunk = chunk;
	page->index = index;
	page->dirty = chunk->dirty[index];
	page->address = xe_pt_chunk_page(chunk, index);
	return true;
}

/**
 * xe_pt_pool_take - have a page for a table
 * @xe: the device
 * @page: which one it is, and which parts of it are not known to be zero
 *
 * Context: process context, reservations may be held; enters if VRAM has to be had.
 * Return: 0; -EOPNOTSUPP on a part without VRAM; -ENOMEM; -ENOSPC, -ENODEV, -EBUSY or -EINTR if it
 * cannot be had, see xe_bo_create().
 */
int xe_pt_pool_take(struct xe_device *xe, struct xe_pt_page *page)
{
	int err = 0;

	while (!err && !take(&xe->mm.pt_pool, page))
		err = grow(xe);
	return err;
}

/* Return: a chunk that is not needed any more, or NULL. */
static struct xe_pt_chunk *give(struct xe_pt_pool *pool, struct xe_pt_page *page)
{
	struct xe_pt_chunk *chunk = page->chunk;

	guard(mutex)(&pool->lock);
	__clear_bit(page->index, chunk->used);
	chunk->dirty[page->index] = page->dirty;
	pool->free++;
	if (!chunk->free++)
		list_move(&chunk->link, &pool->chunks);
	if (chunk->free < XE_PT_CHUNK_PAGES || pool->free < 2 * XE_PT_CHUNK_PAGES)
		return NULL;

	list_del(&chunk->link);
	xe_pt_chunk_forget(pool, chunk);
	pool->free -= XE_PT_CHUNK_PAGES;
	WRITE_ONCE(pool->bytes, pool->bytes - XE_PT_CHUNK_SIZE);
	return chunk;
}

/**
 * xe_pt_pool_give - a table is gone
 * @xe: the device
 * @page: from xe_pt_pool_take(); no engine looks there any more, and &xe_pt_page.dirty is right
 *
 * Context: process context, reservations may be held; also without a device.
 */
void xe_pt_pool_give(struct xe_device *xe, struct xe_pt_page *page)
{
	struct xe_pt_chunk *chunk = give(&xe->mm.pt_pool, page);

	if (!chunk)
		return;
	chunk_destroy(chunk);
	xe_pt_pool_forget_some(xe);
}

/*
 * The pool
 */

/**
 * xe_pt_pool_init - a pool without memory
 * @xe: the device
 *
 * Context: probe, before there is any hardware.
 * Return: 0 or -ENOMEM.
 */
int xe_pt_pool_init(struct xe_device *xe)
{
	struct xe_pt_pool *pool = &xe->mm.pt_pool;

	INIT_LIST_HEAD(&pool->chunks);
	INIT_LIST_HEAD(&pool->spare);
	return drmm_mutex_init(&xe->drm, &pool->lock);
}

/**
 * xe_pt_pool_fini - give back all memory
 * @xe: the device
 *
 * Context: last reference to the device; there are no trees any more.
 */
void xe_pt_pool_fini(struct xe_device *xe)
{
	struct xe_pt_pool *pool = &xe->mm.pt_pool;
	struct xe_pt_chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, &pool->chunks, link) {
		drm_WARN_ON(&xe->drm, chunk->free < XE_PT_CHUNK_PAGES);
		scoped_guard(mutex, &pool->lock)
			xe_pt_chunk_forget(pool, chunk);
		chunk_destroy(chunk);
	}
	xe_pt_pool_forget(xe);
	INIT_LIST_HEAD(&pool->chunks);
}
