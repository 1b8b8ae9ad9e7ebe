// SPDX-License-Identifier: MIT
/*
 * Memory of page tables.
 */

#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "abi/pte.h"
#include "mm/bo.h"
#include "mm/mm.h"
#include "mm/pt_pool.h"
#include "mm/vram_alloc.h"
#include "xe_device.h"
#include "xe_mmio.h"

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
 * Tables are the one thing in VRAM that cannot be moved before it loses its power: jobs that are
 * interrupted by sleep go on with the tables as they were, and nothing but the tables says how they
 * were, for changes that were planned may not be written yet. So the pages in use are copied, byte
 * by byte, when nothing writes any more, and copied back before anything reads them. Memory for the
 * copy is had beforehand, while there can still be some; without it the card keeps its power.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_pt_pool        drm_device    last reference to it is dropped; trees gave
 *                                        all pages back
 * chunk, its buffer        pool          none of its pages is in use, and there is
 *                                        another such chunk; with the pool
 * page                     a table       see mm/pt.c
 * memory for a copy        chunk         sleep is over; with the chunk
 * ======================== ============= ==========================================
 */

#define CHUNK_SIZE	SZ_2M
#define CHUNK_PAGES	(CHUNK_SIZE / XE_PT_TABLE_SIZE)

struct xe_pt_chunk {
	/* On &xe_pt_pool.chunks */
	struct list_head link;
	/* Its place in VRAM, pinned */
	struct xe_bo *bo;
	unsigned int free;
	DECLARE_BITMAP(used, CHUNK_PAGES);
	/* Memory for a copy, or NULL; and what is in it is all there is, VRAM may have lost it */
	void *copy;
	bool saved;
};

static u64 chunk_page(const struct xe_pt_chunk *chunk, unsigned int index)
{
	u64 len;

	return xe_vram_at(chunk->bo->ttm.resource, (u64)index * XE_PT_TABLE_SIZE, &len);
}

static struct xe_pt_chunk *chunk_create(struct xe_device *xe)
{
	static const struct xe_bo_args args = {
		.size = CHUNK_SIZE,
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
	chunk->free = CHUNK_PAGES;
	return chunk;
}

static void chunk_destroy(struct xe_pt_chunk *chunk)
{
	xe_bo_unpin(chunk->bo);
	drm_gem_object_put(&chunk->bo->ttm.base);
	kvfree(chunk->copy);
	kfree(chunk);
}

static int grow(struct xe_device *xe)
{
	struct xe_pt_pool *pool = &xe->mm.pt_pool;
	struct xe_pt_chunk *chunk;

	if (!(xe->mm.regions & XE_REGION_VRAM))
		return -EOPNOTSUPP;

	chunk = chunk_create(xe);
	if (IS_ERR(chunk))
		return PTR_ERR(chunk);

	guard(mutex)(&pool->lock);
	list_add(&chunk->link, &pool->chunks);
	pool->free += CHUNK_PAGES;
	WRITE_ONCE(pool->bytes, pool->bytes + CHUNK_SIZE);
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
	index = find_first_zero_bit(chunk->used, CHUNK_PAGES);
	__set_bit(index, chunk->used);
	pool->free--;
	if (!--chunk->free)
		list_move_tail(&chunk->link, &pool->chunks);

	page->chunk = chunk;
	page->index = index;
	page->address = chunk_page(chunk, index);
	return true;
}

/**
 * xe_pt_pool_take - have a page for a table
 * @xe: the device
 * @page: which one it is; what is in it is anything
 *
 * Context: process context, reservations may be held; enters if VRAM has to be had.
 * Return: 0; -EOPNOTSUPP on a part without VRAM; -ENOMEM; -ENODEV, -EBUSY or -EINTR if it cannot
 * be had, see xe_bo_create().
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
	pool->free++;
	if (!chunk->free++)
		list_move(&chunk->link, &pool->chunks);
	if (chunk->free < CHUNK_PAGES || pool->free < 2 * CHUNK_PAGES)
		return NULL;

	list_del(&chunk->link);
	pool->free -= CHUNK_PAGES;
	WRITE_ONCE(pool->bytes, pool->bytes - CHUNK_SIZE);
	return chunk;
}

/**
 * xe_pt_pool_give - a table is gone
 * @xe: the device
 * @page: from xe_pt_pool_take(); no engine looks there any more
 *
 * Context: process context, reservations may be held; also without a device.
 */
void xe_pt_pool_give(struct xe_device *xe, struct xe_pt_page *page)
{
	struct xe_pt_chunk *chunk = give(&xe->mm.pt_pool, page);

	if (chunk)
		chunk_destroy(chunk);
}

/**
 * xe_pt_pool_size - how much of VRAM the pool has
 * @xe: the device
 *
 * Context: any; as of now.
 */
u64 xe_pt_pool_size(struct xe_device *xe)
{
	return READ_ONCE(xe->mm.pt_pool.bytes);
}

/*
 * Sleep
 */

static bool lacks_copy(const struct xe_pt_chunk *chunk)
{
	return !chunk->copy && chunk->free < CHUNK_PAGES;
}

static struct xe_pt_chunk *find_lacking(struct xe_pt_pool *pool)
{
	struct xe_pt_chunk *chunk;

	lockdep_assert_held(&pool->lock);
	list_for_each_entry(chunk, &pool->chunks, link)
		if (lacks_copy(chunk))
			return chunk;
	return NULL;
}

/* Return: false if none of the chunks lacks it any more. */
static bool give_copy(struct xe_pt_pool *pool, void *copy)
{
	struct xe_pt_chunk *chunk;

	guard(mutex)(&pool->lock);
	chunk = find_lacking(pool);
	if (chunk)
		chunk->copy = copy;
	return chunk;
}

/**
 * xe_pt_pool_is_prepared - could all tables be copied?
 * @xe: the device
 *
 * Context: process context; as of now.
 */
bool xe_pt_pool_is_prepared(struct xe_device *xe)
{
	guard(mutex)(&xe->mm.pt_pool.lock);
	return !find_lacking(&xe->mm.pt_pool);
}

/**
 * xe_pt_pool_prepare - have memory for a copy of all tables
 * @xe: the device
 *
 * Context: process context, outside of PM callbacks of the card that runtime PM waits for.
 * Return: 0 or -ENOMEM.
 */
int xe_pt_pool_prepare(struct xe_device *xe)
{
	struct xe_pt_pool *pool = &xe->mm.pt_pool;
	void *copy;

	while (!xe_pt_pool_is_prepared(xe)) {
		copy = kvmalloc(CHUNK_SIZE, GFP_KERNEL | __GFP_RETRY_MAYFAIL);
		if (!copy)
			return -ENOMEM;
		if (!give_copy(pool, copy))
			kvfree(copy);
	}
	return 0;
}

/**
 * xe_pt_pool_forget - memory for a copy is not needed any more
 * @xe: the device
 *
 * What is in use because the card sleeps stays.
 *
 * Context: process context.
 */
void xe_pt_pool_forget(struct xe_device *xe)
{
	struct xe_pt_pool *pool = &xe->mm.pt_pool;
	struct xe_pt_chunk *chunk;

	guard(mutex)(&pool->lock);
	list_for_each_entry(chunk, &pool->chunks, link) {
		if (chunk->saved)
			continue;
		kvfree(chunk->copy);
		chunk->copy = NULL;
	}
}

static void chunk_save(struct xe_hw hw, struct xe_pt_chunk *chunk)
{
	unsigned int i;

	for_each_set_bit(i, chunk->used, CHUNK_PAGES)
		xe_vram_bar_read(hw, chunk_page(chunk, i), chunk->copy + i * XE_PT_TABLE_SIZE,
				 XE_PT_TABLE_SIZE);
	chunk->saved = true;
}

/**
 * xe_pt_pool_suspend - VRAM may lose its contents: copy the tables
 * @hw: the token
 *
 * May be called again if the card did not go to sleep after all.
 *
 * Context: bound, power management callback; nothing writes tables any more, and VRAM can still be
 * reached.
 * Return: 0; -ENOMEM if memory was not had for all of it, see xe_pt_pool_prepare().
 */
int xe_pt_pool_suspend(struct xe_hw hw)
{
	struct xe_pt_pool *pool = &xe_hw_device(hw)->mm.pt_pool;
	struct xe_pt_chunk *chunk;

	guard(mutex)(&pool->lock);
	if (find_lacking(pool))
		return -ENOMEM;
	list_for_each_entry(chunk, &pool->chunks, link)
		if (chunk->free < CHUNK_PAGES)
			chunk_save(hw, chunk);
	return 0;
}

/* Pages that were given back since are written by their next owner before they are used. */
static void chunk_restore(struct xe_hw hw, struct xe_pt_chunk *chunk)
{
	unsigned int i;

	for_each_set_bit(i, chunk->used, CHUNK_PAGES)
		xe_vram_bar_write(hw, chunk_page(chunk, i), chunk->copy + i * XE_PT_TABLE_SIZE,
				  XE_PT_TABLE_SIZE);
	chunk->saved = false;
}

/**
 * xe_pt_pool_resume - VRAM is back: write the tables as they were
 * @hw: the token
 *
 * Context: bound, power management callback; VRAM works, and no engine does yet.
 */
void xe_pt_pool_resume(struct xe_hw hw)
{
	struct xe_pt_pool *pool = &xe_hw_device(hw)->mm.pt_pool;
	struct xe_pt_chunk *chunk;

	guard(mutex)(&pool->lock);
	list_for_each_entry(chunk, &pool->chunks, link)
		if (chunk->saved)
			chunk_restore(hw, chunk);
	xe_vram_bar_flush(hw);
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
		drm_WARN_ON(&xe->drm, chunk->free < CHUNK_PAGES);
		chunk_destroy(chunk);
	}
	INIT_LIST_HEAD(&pool->chunks);
}
