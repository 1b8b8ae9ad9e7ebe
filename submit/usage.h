/* SPDX-License-Identifier: MIT */
#ifndef _XE_SUBMIT_USAGE_H_
#define _XE_SUBMIT_USAGE_H_

#include <linux/kref.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "xe_info.h"

struct xe_queue;

/**
 * struct xe_usage - how much time of engines a client has used
 *
 * Of the client and of its queues: what a queue still runs when the client is gone is counted, and
 * nobody asks.
 */
struct xe_usage {
	/** @ref: of the client and its queues */
	struct kref ref;
	/** @lock: protects @cycles and &xe_queue.counted; interrupts off */
	spinlock_t lock;
	/** @cycles: of the GT's clock, by class; children of a parallel queue count one by one */
	u64 cycles[XE_ENGINE_CLASSES];
};

struct xe_usage *xe_usage_create(void);
struct xe_usage *xe_usage_get(struct xe_usage *usage);
void xe_usage_put(struct xe_usage *usage);
void xe_usage_count(struct xe_queue *q);
u64 xe_usage_cycles(struct xe_usage *usage, enum xe_engine_class class);

#endif
