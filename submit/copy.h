/* SPDX-License-Identifier: MIT */
#ifndef _XE_SUBMIT_COPY_H_
#define _XE_SUBMIT_COPY_H_

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "mm/pt_pool.h"
#include "submit/blit.h"
#include "xe_hw.h"
#include "xe_info.h"

struct task_struct;
struct xe_device;
struct xe_queue;

/* Pages that the driver's own address space has: tables, and batches. */
enum xe_copy_page {
	XE_COPY_ROOT,
	XE_COPY_LEVEL_3,
	XE_COPY_LEVEL_2,
	XE_COPY_WINDOWS,
	XE_COPY_VRAM_END,
	XE_COPY_COMPRESSED_END,
	XE_COPY_BATCHES,
	XE_COPY_WINDOW,
	XE_COPY_BATCH = XE_COPY_WINDOW + 16,
	XE_COPY_PAGES = XE_COPY_BATCH + 32
};

/**
 * struct xe_copy - the driver's own queue, software
 */
struct xe_copy {
	/** @make: it is made by one at a time; protects @page and @num_pages */
	struct mutex make;
	/** @maker: who does so */
	struct task_struct *maker;
	/** @lock: protects @q, @closed and @failures */
	spinlock_t lock;
	/** @q: a reference; NULL: there is none, yet or any more */
	struct xe_queue *q;
	/** @failures: queues that were banned */
	struct xe_failures failures;
	/** @closed: there will be none */
	bool closed;
	/** @window: pages of system memory are in reach of the engine for one copy at a time */
	struct mutex window;
	/** @compose: protects @blit; innermost */
	struct mutex compose;
	/** @blit: a batch on its way to VRAM */
	struct xe_blit blit;
	/** @batches: a bit for each that is in use */
	unsigned long batches;
	/** @room: woken when one is not any more */
	wait_queue_head_t room;
	/** @num_pages: of @page, how many there are */
	unsigned int num_pages;
	/** @page: of the pool, by enum xe_copy_page */
	struct xe_pt_page page[XE_COPY_PAGES];
};

int xe_copy_init(struct xe_device *xe);
int xe_copy_start(struct xe_hw_bind bind);

#endif
