/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_SLPC_H_
#define _XE_GUC_SLPC_H_

#include <linux/mutex.h>
#include <linux/types.h>

#include "hw/ggtt_buf.h"
#include "xe_hw.h"

struct drm_printer;
struct xe_gt;

/**
 * struct xe_slpc - frequency control of a GT
 *
 * Frequencies are in MHz.
 */
struct xe_slpc {
	/** @shared: what the firmware tells */
	struct xe_ggtt_buf shared;
	/** @lock: protects what follows; one change of limits at a time */
	struct mutex lock;
	/** @ready: limits can be read and changed */
	bool ready;
	/** @highest: fused (RP0) */
	u32 highest;
	/** @fused_lowest: fused (RPn) */
	u32 fused_lowest;
	/** @lowest: @fused_lowest, or @efficient if that is less */
	u32 lowest;
	/** @efficient: where the power per work is best (RPe), as of the last read */
	u32 efficient;
	/** @user_min: asked for by the user, 0 if never */
	u32 user_min;
	/** @user_max: asked for by the user, 0 if never */
	u32 user_max;
	/** @stashed_min: to be restored by xe_slpc_uncap(), 0 if nothing is */
	u32 stashed_min;
	/** @stashed_max: likewise */
	u32 stashed_max;
};

int xe_slpc_init(struct xe_hw hw, struct xe_gt *gt);
void xe_slpc_raise_for_boot(struct xe_hw hw, struct xe_gt *gt);
int xe_slpc_start(struct xe_hw hw, struct xe_gt *gt);
int xe_slpc_uncap(struct xe_hw hw, struct xe_gt *gt);
void xe_slpc_stop(struct xe_hw hw, struct xe_gt *gt, bool unbind);

int xe_slpc_get_limits(struct xe_hw hw, struct xe_gt *gt, u32 *min, u32 *max);
int xe_slpc_set_min(struct xe_hw hw, struct xe_gt *gt, u32 mhz);
int xe_slpc_set_max(struct xe_hw hw, struct xe_gt *gt, u32 mhz);
u32 xe_slpc_fused_highest(struct xe_hw hw, struct xe_gt *gt);
u32 xe_slpc_fused_lowest(struct xe_hw hw, struct xe_gt *gt);
u32 xe_slpc_efficient(struct xe_hw hw, struct xe_gt *gt);
u32 xe_slpc_actual(struct xe_hw hw, struct xe_gt *gt);
int xe_slpc_requested(struct xe_hw hw, struct xe_gt *gt, u32 *mhz);
void xe_slpc_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p);

#endif
