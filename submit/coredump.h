/* SPDX-License-Identifier: MIT */
#ifndef _XE_SUBMIT_COREDUMP_H_
#define _XE_SUBMIT_COREDUMP_H_

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "guc/context.h"
#include "hw/engine.h"
#include "xe_info.h"

struct xe_device;
struct xe_queue;

/**
 * struct xe_coredump - of a queue that went wrong; one at a time
 *
 * Memory for what is gone a moment later, so that nothing is allocated on the way to a fence.
 */
struct xe_coredump {
	/** @owner: who may write to it, before it is @queue's; NULL if it is free */
	struct xe_queue *owner;
	/** @queue: that went wrong, a reference; for @work, until it has run */
	struct xe_queue *queue;
	/** @why: it went wrong; constant text */
	const char *why;
	/** @time: when it was found out, by the calendar */
	ktime_t time;
	/** @uptime: the same, since boot */
	ktime_t uptime;
	/** @batch: what ran, by child */
	u64 batch[XE_CONTEXT_MAX_WIDTH];
	/** @num_batches: how many; 0 if nothing ran any more */
	unsigned int num_batches;
	/** @engines: registers of the engines that it may have run on */
	struct xe_engine_state engines[XE_MAX_ENGINES];
	/** @num_engines: how many of them were read */
	unsigned int num_engines;
	/** @work: writes the text */
	struct work_struct work;
};

void xe_coredump_work(struct work_struct *work);
void xe_coredump_look(struct xe_queue *q);
void xe_coredump_take(struct xe_queue *q, const char *why);

/**
 * xe_coredump_drop - what was seen of a queue is of no interest
 * @dump: of its device
 * @q: the queue; nothing happens if xe_coredump_take() was called for it
 *
 * Context: any.
 */
static inline void xe_coredump_drop(struct xe_coredump *dump, struct xe_queue *q)
{
	cmpxchg(&dump->owner, q, NULL);
}

#endif
