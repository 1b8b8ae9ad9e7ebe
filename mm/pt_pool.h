/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_PT_POOL_H_
#define _XE_MM_PT_POOL_H_

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "abi/pte.h"
#include "mm/vram_alloc.h"
#include "xe_hw.h"

struct ttm_resource;
struct xe_bo;
struct xe_device;

/**
 * struct xe_pt_pool - memory of page tables: the 4 KiB pages of a few large buffers
 */
struct xe_pt_pool {
	/** @lock: protects all of it; after reservations, and nothing waits while it is held */
	struct mutex lock;
	/** @chunks: those that have a free page first */
	struct list_head chunks;
	/** @free: pages that nobody has, of all chunks */
	unsigned long free;
	/** @bytes: size of all chunks; read without the lock by statistics */
	u64 bytes;
	/** @spare: &page.lru, memory for copies of pages */
	struct list_head spare;
	/** @num_spare: how much of it */
	unsigned long num_spare;
	/** @num_saved: on &xe_pt_chunk.saved, of all chunks */
	unsigned long num_saved;
};

#define XE_PT_CHUNK_SIZE	SZ_2M
#define XE_PT_CHUNK_PAGES	(XE_PT_CHUNK_SIZE / XE_PT_TABLE_SIZE)

/**
 * struct xe_pt_chunk - a part of the pool; all of it is under &xe_pt_pool.lock
 */
struct xe_pt_chunk {
	/** @link: on &xe_pt_pool.chunks */
	struct list_head link;
	/** @bo: the buffer, pinned; constant */
	struct xe_bo *bo;
	/** @vram: where it is; constant */
	const struct ttm_resource *vram;
	/** @free: pages that nobody has */
	unsigned int free;
	/** @used: bits of the others */
	DECLARE_BITMAP(used, XE_PT_CHUNK_PAGES);
	/** @dirty: &xe_pt_page.dirty of pages that nobody has */
	u16 dirty[XE_PT_CHUNK_PAGES];
	/** @saved: &page.lru, copies; they are all there is, as VRAM may have lost its contents */
	struct list_head saved;
};

/**
 * xe_pt_chunk_page - where in VRAM a page is
 * @chunk: the chunk
 * @index: of the page
 *
 * Context: any.
 */
static inline u64 xe_pt_chunk_page(const struct xe_pt_chunk *chunk, unsigned int index)
{
	u64 len;

	return xe_vram_at(chunk->vram, (u64)index * XE_PT_TABLE_SIZE, &len);
}

/**
 * struct xe_pt_page - one page of the pool
 */
struct xe_pt_page {
	/** @chunk: which it is a part of; private to the pool */
	struct xe_pt_chunk *chunk;
	/** @index: which of it; private to the pool */
	unsigned int index;
	/** @dirty: bits of its parts that may not be zero; the user's to change */
	u16 dirty;
	/** @address: where the walker finds it: in VRAM on discrete parts */
	u64 address;
};

/* Of a page, as &xe_pt_page.dirty has them */
#define XE_PT_PARTS	16u
#define XE_PT_DIRTY	U16_MAX

/**
 * xe_pt_pool_size - how much of VRAM the pool has
 * @pool: the pool
 *
 * Context: any; as of now.
 */
static inline u64 xe_pt_pool_size(const struct xe_pt_pool *pool)
{
	return READ_ONCE(pool->bytes);
}

int xe_pt_pool_init(struct xe_device *xe);
void xe_pt_pool_fini(struct xe_device *xe);
int xe_pt_pool_take(struct xe_device *xe, struct xe_pt_page *page);
void xe_pt_pool_give(struct xe_device *xe, struct xe_pt_page *page);

/* Sleep, see mm/pt_save.c: memory for a copy, the copy itself, and back */
int xe_pt_pool_prepare(struct xe_device *xe);
bool xe_pt_pool_is_prepared(struct xe_device *xe);
void xe_pt_pool_forget(struct xe_device *xe);
void xe_pt_pool_forget_some(struct xe_device *xe);
void xe_pt_chunk_forget(struct xe_pt_pool *pool, struct xe_pt_chunk *chunk);
int xe_pt_pool_suspend(struct xe_hw hw);
void xe_pt_pool_resume(struct xe_hw hw);

#endif
