/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_STEERING_H_
#define _XE_HW_STEERING_H_

#include <linux/spinlock.h>
#include <linux/types.h>

#include "xe_mmio.h"

struct drm_printer;
struct xe_gt;

/* How to make a write of a table; see struct xe_reg_write. */
#define XE_WRITE_MASKED		BIT(0)	/* the upper half says which bits of the lower one change */
#define XE_WRITE_MCR		BIT(1)	/* replicated: goes to all copies */

/**
 * struct xe_reg_write - change of a register that a GT has
 */
struct xe_reg_write {
	/** @offset: where the primary GT has it */
	u32 offset;
	/** @clear: bits to clear */
	u32 clear;
	/** @set: bits to set */
	u32 set;
	/** @flags: XE_WRITE_* */
	u32 flags;
};

/**
 * struct xe_steering - which copy of replicated registers accesses of a GT go to
 */
struct xe_steering {
	/** @lock: protects the selector from the driver itself; the semaphore does from firmware */
	spinlock_t lock;
	/** @dss_per_group: how subslices are numbered */
	u8 dss_per_group;
};

int xe_steering_start(struct xe_hw_bind bind);
u32 xe_mcr_read32(struct xe_hw hw, struct xe_gt *gt, struct xe_mcr_reg reg);
u32 xe_mcr_read32_at(struct xe_hw hw, struct xe_gt *gt, struct xe_mcr_reg reg,
		     u8 group, u8 instance);
void xe_gt_apply(struct xe_hw hw, struct xe_gt *gt, const struct xe_reg_write *writes,
		 unsigned int count);
void xe_gt_compose(struct xe_hw hw, struct xe_gt *gt, const struct xe_reg_write *writes,
		   unsigned int count, u32 *values);
void xe_gt_print_writes(struct xe_hw hw, struct xe_gt *gt, const struct xe_reg_write *writes,
			unsigned int count, struct drm_printer *p);

#endif
