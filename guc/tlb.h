/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_TLB_H_
#define _XE_GUC_TLB_H_

#include <linux/mutex.h>
#include <linux/types.h>

#include "xe_hw.h"

struct xe_gt;

/**
 * struct xe_guc_tlb - invalidations that a GuC carries out
 */
struct xe_guc_tlb {
	/** @lock: protects @sequence; sends are in its order, so outside of the channel's */
	struct mutex lock;
	/** @sequence: number of the last invalidation, 0 before the first */
	u32 sequence;
};

int xe_guc_tlb_init(struct xe_hw hw, struct xe_gt *gt);
int xe_guc_tlb_invalidate_ggtt(struct xe_hw hw, struct xe_gt *gt);
int xe_guc_tlb_invalidated(struct xe_hw hw, struct xe_gt *gt, const u32 *payload);

#endif
