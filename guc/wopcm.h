/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_WOPCM_H_
#define _XE_GUC_WOPCM_H_

#include "xe_hw.h"

struct xe_gt;

int xe_guc_wopcm_partition(struct xe_hw hw, struct xe_gt *gt);

#endif
