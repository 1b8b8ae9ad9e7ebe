/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_LOG_H_
#define _XE_GUC_LOG_H_

#include <linux/types.h>

#include "hw/ggtt_buf.h"
#include "xe_hw.h"

struct drm_printer;
struct xe_gt;

/**
 * struct xe_guc_log - what the GuC of a GT writes about itself
 */
struct xe_guc_log {
	/** @buf: a page of states, then the areas for crashes, debug text, error state */
	struct xe_ggtt_buf buf;
	/** @level: 0 is off, 1 crashes and errors only, 2 to 5 with rising verbosity */
	u8 level;
};

int xe_guc_log_init(struct xe_hw hw, struct xe_gt *gt);
u32 xe_guc_log_param(const struct xe_guc_log *log);
u32 xe_guc_log_debug_param(const struct xe_guc_log *log);
void xe_guc_log_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p);

#endif
