// SPDX-License-Identifier: MIT
/*
 * Page tables are copied before VRAM loses its power.
 */

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mm.h>

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
 * by byte, when nothing writes any more, and copied back before anything reads them. Memory for
 * copies is had beforehand, while there can still be some, and a little more of it than is needed;
 * without it the card keeps its power.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * memory for copies        pool          system sleep is over; there are fewer tables; with the
 *                                        pool
 * copy of a page           chunk         it is memory for copies again: VRAM is back; or the
 *                                        chunk goes
 * ======================== ============= ==========================================
 */

#define AT_ONCE		((unsigned long)XE_PT_CHUNK_PAGES)	/* copies that there is room for */
#define FEW		16ul	/* tables that a client may make while the card falls asleep */

static_assert(XE_PT_TABLE_SIZE <= PAGE_SIZE);

/* For how many pages there is to be memory, with so many more than are in use. */
static unsigned long count_wanted(const struct xe_pt_pool *pool, unsigned long more)
{
	unsigned long used = pool->bytes / XE_PT_TABLE_SIZE - pool->free;

	lockdep_assert_held(&pool->lock);
	return used ? used + more : 0;
}

static unsigned long count_lacking(const struct xe_pt_pool *pool, unsigned long more)
{
	unsigned long wanted = count_wanted(pool, more);

	return wanted - min(wanted, pool->num_spare + pool->num_saved);
}

/**
 * xe_pt_pool_is_prepared - could all tables be copied, and a few more?
 * @xe: the device
 *
 * Context: process context; as of now.
 */
bool xe_pt_pool_is_prepared(struct xe_device *xe)
{
	guard(mutex)(&xe->mm.pt_pool.lock);
	return !count_lacking(&xe->mm.pt_pool, FEW);
}

/* Return: how many were had. */
static unsigned long add_spare(struct xe_pt_pool *pool, unsigned long count)
{
	unsigned long n;
	LIST_HEAD(pages);

	for (n = 0; n < count; n++) {
		struct page *page = alloc_page(GFP_KERNEL | XE_GFP_CAREFUL);

		if (!page)
			break;
		list_add(&page->lru, &pages);
	}

	guard(mutex)(&pool->lock);
	list_splice(&pages, &pool->spare);
	pool->num_spare += n;
	return n;
}

static int prepare(struct xe_pt_pool *pool)
{
	unsigned long count;
	int err;

	for (;;) {
		scoped_guard(mutex, &pool->lock)
			count = min(count_lacking(pool, 2 * FEW), AT_ONCE);
		if (!count)
			return 0;
		if (!xe_mm_has_memory(count * PAGE_SIZE) || add_spare(pool, count) < count)
			return -ENOMEM;
		err = xe_mm_go_on();
		if (err)
			return err;
	}
}

/**
 * xe_pt_pool_prepare - have memory for a copy of all tables
 * @xe: the device
 *
 * A part of memory is left to others, and all of it if it is not enough.
 *
 * Context: process context, outside of PM callbacks of the card that runtime PM waits for.
 * Return: 0; -ENOMEM; -EINTR if the process is being killed.
 */
int xe_pt_pool_prepare(struct xe_device *xe)
{
	int err = prepare(&xe->mm.pt_pool);

	if (err)
		xe_pt_pool_forget(xe);
	return err;
}

/* Without the lock: there may be gigabytes of them. */
static void free_pages_list(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru) {
		cond_resched();
		__free_page(page);
	}
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
	LIST_HEAD(pages);

	scoped_guard(mutex, &pool->lock) {
		list_splice_init(&pool->spare, &pages);
		pool->num_spare = 0;
	}
	free_pages_list(&pages);
}

/**
 * xe_pt_pool_forget_some - there are fewer tables: not all memory for copies is needed any more
 * @xe: the device
 *
 * An idle card has it from one sleep to the next. For 2 MiB of tables that go at most 4 are given
 * back, so that nobody waits long for the lock.
 *
 * Context: process context, reservations may be held.
 */
void xe_pt_pool_forget_some(struct xe_device *xe)
{
	struct xe_pt_pool *pool = &xe->mm.pt_pool;
	LIST_HEAD(pages);

	scoped_guard(mutex, &pool->lock) {
		unsigned long wanted = count_wanted(pool, 2 * FEW), n = 2 * AT_ONCE;

		while (n-- && pool->num_spare && pool->num_spare + pool->num_saved > wanted) {
			list_move(pool->spare.next, &pages);
			pool->num_spare--;
		}
	}
	free_pages_list(&pages);
}

/**
 * xe_pt_chunk_forget - copies of a chunk are not needed: they are memory for others
 * @pool: the pool
 * @chunk: of it
 *
 * Context: &xe_pt_pool.lock is held.
 */
void xe_pt_chunk_forget(struct xe_pt_pool *pool, struct xe_pt_chunk *chunk)
{
	unsigned long count = list_count_nodes(&chunk->saved);

	lockdep_assert_held(&pool->lock);
	list_splice_init(&chunk->saved, &pool->spare);
	pool->num_saved -= count;
	pool->num_spare += count;
}

/* What is in pages that are not copied is lost, also if they were given back during sleep. */
static void forget_free(struct xe_pt_chunk *chunk)
{
	unsigned int i;

	for_each_clear_bit(i, chunk->used, XE_PT_CHUNK_PAGES)
		chunk->dirty[i] = XE_PT_DIRTY;
}

static void chunk_save(struct xe_hw hw, struct xe_pt_pool *pool, struct xe_pt_chunk *chunk)
{
	struct page *page;
	unsigned int i;

	for_each_set_bit(i, chunk->used, XE_PT_CHUNK_PAGES) {
		page = list_first_entry(&pool->spare, struct page, lru);
		list_move_tail(&page->lru, &chunk->saved);
		pool->num_spare--;
		pool->num_saved++;
		set_page_private(page, i);
		xe_vram_bar_read(hw, xe_pt_chunk_page(chunk, i), page_address(page),
				 XE_PT_TABLE_SIZE);
	}
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
	if (count_lacking(pool, 0))
		return -ENOMEM;
	list_for_each_entry(chunk, &pool->chunks, link)
		xe_pt_chunk_forget(pool, chunk);
	list_for_each_entry(chunk, &pool->chunks, link) {
		forget_free(chunk);
		chunk_save(hw, pool, chunk);
	}
	return 0;
}

/* Pages that were given back since are written by their next owner before they are used. */
static void chunk_restore(struct xe_hw hw, const struct xe_pt_chunk *chunk)
{
	struct page *page;

	list_for_each_entry(page, &chunk->saved, lru)
		if (test_bit(page_private(page), chunk->used))
			xe_vram_bar_write(hw, xe_pt_chunk_page(chunk, page_private(page)),
					  page_address(page), XE_PT_TABLE_SIZE);
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
		chunk_restore(hw, chunk);
		xe_pt_chunk_forget(pool, chunk);
	}
	xe_vram_bar_flush(hw);
}
