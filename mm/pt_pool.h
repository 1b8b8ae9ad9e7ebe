/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_PT_POOL_H_
#define _XE_MM_PT_POOL_H_

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "xe_hw.h"

struct xe_device;
struct xe_pt_chunk;

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
};

/**
 * struct xe_pt_page - one page of the pool
 */
struct xe_pt_page {
	/** @chunk: which it is a part of; private to the pool */
	struct xe_pt_chunk *chunk;
	/** @index: which of it; private to the pool */
	unsigned int index;
	/** @address: where the walker finds it: in VRAM on discrete parts */
	u64 address;
};

int xe_pt_pool_init(struct xe_device *xe);
void xe_pt_pool_fini(struct xe_device *xe);
int xe_pt_pool_take(struct xe_device *xe, struct xe_pt_page *page);
void xe_pt_pool_give(struct xe_device *xe, struct xe_pt_page *page);
u64 xe_pt_pool_size(struct xe_device *xe);

/* Sleep: memory for a copy, the copy itself, and back */
int xe_pt_pool_prepare(struct xe_device *xe);
bool xe_pt_pool_is_prepared(struct xe_device *xe);
void xe_pt_pool_forget(struct xe_device *xe);
int xe_pt_pool_suspend(struct xe_hw hw);
void xe_pt_pool_resume(struct xe_hw hw);

#endif
