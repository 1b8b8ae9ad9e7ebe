/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_OWED_H_
#define _XE_GUC_OWED_H_

#include <linux/atomic.h>
#include <linux/timer.h>

#include "xe_hw.h"

struct xe_device;

/* How long what found no room is left alone. */
#define XE_GUC_RETRY_MS		10

/**
 * struct xe_guc_owed - what the GuCs of a device were not told yet, and what they have to answer
 *
 * In the software world: a member of struct xe_device.
 */
struct xe_guc_owed {
	/** @work: sends what is owed, and sees to what is overdue */
	struct xe_hw_work work;
	/** @timer: asks for @work */
	struct timer_list timer;
	/** @count: contexts, invalidations, page faults of a GuC, that wait for one or the other */
	atomic_t count;
};

int xe_guc_owed_init(struct xe_device *xe,
		     void (*run)(struct xe_hw hw, struct xe_hw_work *work));
void xe_guc_owed_add(struct xe_hw hw);
void xe_guc_owed_remove(struct xe_hw hw);
void xe_guc_owed_now(struct xe_hw hw);
void xe_guc_owed_by(struct xe_hw hw, unsigned long when);

#endif
