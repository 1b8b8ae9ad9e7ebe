// SPDX-License-Identifier: MIT
/*
 * Page tables are copied before VRAM loses its power.
 */

#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "mm/mm.h"
#include "mm/pt_pool.h"
#include "xe_device.h"
#include "xe_mmio.h"

/**
 * DOC: Page tables and sleep
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
 * memory for a copy        chunk         sleep is over; with the chunk
 * ======================== ============= ==========================================
 */

static bool lacks_copy(const struct xe_pt_chunk *chunk)
{
	return !chunk->copy && chunk->free < XE_PT_CHUNK_PAGES;
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
 * A part of memory is left to others, and all of it if it is not enough.
 *
 * Context: process context, outside of PM callbacks of the card that runtime PM waits for.
 * Return: 0 or -ENOMEM.
 */
int xe_pt_pool_prepare(struct xe_device *xe)
{
	struct xe_pt_pool *pool = &xe->mm.pt_pool;
	void *copy;

	while (!xe_pt_pool_is_prepared(xe)) {
		copy = xe_mm_has_memory(XE_PT_CHUNK_SIZE) ?
		       kvmalloc(XE_PT_CHUNK_SIZE, GFP_KERNEL | XE_GFP_CAREFUL) : NULL;
		if (!copy) {
			xe_pt_pool_forget(xe);
			return -ENOMEM;
		}
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

/* What is in pages that are not copied is lost, also if they were given back during sleep. */
static void forget_free(struct xe_pt_chunk *chunk)
{
	unsigned int i;

	for_each_clear_bit(i, chunk->used, XE_PT_CHUNK_PAGES)
		chunk->dirty[i] = XE_PT_DIRTY;
}

static void chunk_save(struct xe_hw hw, struct xe_pt_chunk *chunk)
{
	unsigned int i;

	for_each_set_bit(i, chunk->used, XE_PT_CHUNK_PAGES)
		xe_vram_bar_read(hw, xe_pt_chunk_page(chunk, i), chunk->copy + i * XE_PT_TABLE_SIZE,
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
	list_for_each_entry(chunk, &pool->chunks, link) {
		forget_free(chunk);
		if (chunk->free < XE_PT_CHUNK_PAGES)
			chunk_save(hw, chunk);
	}
	return 0;
}

/* Pages that were given back since are written by their next owner before they are used. */
static void chunk_restore(struct xe_hw hw, struct xe_pt_chunk *chunk)
{
	unsigned int i;

	for_each_set_bit(i, chunk->used, XE_PT_CHUNK_PAGES)
		xe_vram_bar_write(hw, xe_pt_chunk_page(chunk, i),
				  chunk->copy + i * XE_PT_TABLE_SIZE, XE_PT_TABLE_SIZE);
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
	list_for_each_entry(chunk, &pool->chunks, link) {
		forget_free(chunk);
		if (chunk->saved)
			chunk_restore(hw, chunk);
	}
	xe_vram_bar_flush(hw);
}
