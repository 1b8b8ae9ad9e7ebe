/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_GT_RESET_H_
#define _XE_HW_GT_RESET_H_

#include "xe_hw.h"

struct drm_printer;
struct xe_gt;

#define XE_GT_MAX_HANDLERS	4

/**
 * struct xe_gt_handler - who is told of what became of the contexts of a GT
 *
 * Each may be missing. They are called on the bound side, and may take what a reset takes: no
 * memory, no section, no wait for a fence.
 */
struct xe_gt_handler {
	/**
	 * @stopped: no engine of the GT runs any more, and its GuC knows of no context: a reset has
	 * succeeded, or the GuC of a GT at rest has let go of all before the card sleeps
	 */
	void (*stopped)(struct xe_hw hw, struct xe_gt *gt);
	/**
	 * @flushed: nothing is cached any more, as a reset has succeeded, or the card is given up
	 * and reaches no memory; called behind @stopped
	 */
	void (*flushed)(struct xe_hw hw, struct xe_gt *gt);
	/**
	 * @running: the GuC runs again, and its channel is up; not called at probe. At resume no
	 * section opens yet: what needs one is to be done by a &struct xe_hw_work
	 */
	void (*running)(struct xe_hw hw, struct xe_gt *gt);
};

int xe_gt_handle(struct xe_hw hw, const struct xe_gt_handler *handler);
void xe_gt_tell_stopped(struct xe_hw hw, struct xe_gt *gt);
void xe_gt_tell_flushed(struct xe_hw hw, struct xe_gt *gt);
void xe_gt_tell_running(struct xe_hw hw, struct xe_gt *gt);

int xe_gt_sanitize(struct xe_hw_bind bind);
int xe_gt_registers_start(struct xe_hw_bind bind);
int xe_gt_program(struct xe_hw hw, struct xe_gt *gt);
void xe_gt_power_gate(struct xe_hw hw, struct xe_gt *gt);
void xe_gt_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p);
void xe_gt_quiesce(struct xe_hw hw, struct xe_gt *gt);
int xe_gt_reset(struct xe_hw hw, struct xe_gt *gt);

#endif
