/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_RESET_H_
#define _XE_HW_RESET_H_

#include "xe_hw.h"

struct drm_printer;
struct xe_gt;

int xe_reset_start(struct xe_hw_bind bind);
int xe_gt_sanitize(struct xe_hw_bind bind);
int xe_gt_program(struct xe_hw hw, struct xe_gt *gt);
void xe_gt_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p);
void xe_gt_quiesce(struct xe_hw hw, struct xe_gt *gt);
int xe_gt_reset(struct xe_hw hw, struct xe_gt *gt);

#endif
