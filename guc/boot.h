/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_BOOT_H_
#define _XE_GUC_BOOT_H_

#include "xe_hw.h"

struct xe_gt;

int xe_guc_core_reset(struct xe_hw hw, struct xe_gt *gt);
int xe_guc_boot(struct xe_hw hw, struct xe_gt *gt);

#endif
