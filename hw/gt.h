/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_GT_H_
#define _XE_HW_GT_H_

#include <linux/types.h>

#include "hw/engine.h"
#include "hw/forcewake.h"
#include "hw/steering.h"
#include "xe_mmio.h"

/**
 * struct xe_gt - the hardware state of one GT
 */
struct xe_gt {
	/** @id: 0 is the primary GT, 1 the media GT */
	u8 id;
	/** @window: added to offsets below MEDIA_GT_GSI_LENGTH */
	u32 window;
	/** @version: architecture and release, 2001 for 20.01 */
	u16 version;
	/** @step: stepping as GMD_ID encodes it, 0 is A0, 4 is B0 */
	u8 step;
	/** @forcewake: which power domains are held awake */
	struct xe_forcewake forcewake;
	/** @steering: which copy of replicated registers accesses go to */
	struct xe_steering steering;
	/** @engines: those that the fuses left */
	struct xe_engines engines;
	/** @no_mid_thread_preempt: compute can be preempted between thread groups only */
	bool no_mid_thread_preempt;
	/** @contexts: the GuC was told of a context since probe: engines may run. Never cleared */
	bool contexts;
};

/**
 * enum xe_gt_sleep - how deep a GT sleeps by itself, between two jobs
 * @XE_GT_AWAKE: not at all
 * @XE_GT_ASLEEP: without power
 * @XE_GT_BETWEEN: anything else
 */
enum xe_gt_sleep {
	XE_GT_AWAKE,
	XE_GT_ASLEEP,
	XE_GT_BETWEEN,
};

/* for (each GT that the card has) */
#define xe_for_each_gt(gt, state)	\
	for (struct xe_gt *gt = (state)->gt; gt < (state)->gt + (state)->num_gts; gt++)

int xe_gt_start(struct xe_hw_bind bind);

struct xe_reg xe_gt_reg(const struct xe_gt *gt, struct xe_gt_reg reg);
u32 xe_gt_read32(struct xe_hw hw, const struct xe_gt *gt, struct xe_gt_reg reg);
void xe_gt_write32(struct xe_hw hw, const struct xe_gt *gt, struct xe_gt_reg reg, u32 value);
u32 xe_gt_rmw32(struct xe_hw hw, const struct xe_gt *gt, struct xe_gt_reg reg, u32 clear, u32 set);
int xe_gt_wait32(struct xe_hw hw, const struct xe_gt *gt, struct xe_gt_reg reg,
		 u32 mask, u32 value, unsigned int timeout_us, u32 *last);

u32 xe_gt_throttled(struct xe_hw hw, const struct xe_gt *gt);
enum xe_gt_sleep xe_gt_sleep_state(struct xe_hw hw, const struct xe_gt *gt);
u32 xe_gt_idle_ticks(struct xe_hw hw, const struct xe_gt *gt);

#endif
