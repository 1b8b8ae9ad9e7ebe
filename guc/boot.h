/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_BOOT_H_
#define _XE_GUC_BOOT_H_

#include <linux/types.h>

#include "xe_hw.h"

struct xe_fw;
struct xe_gt;

int xe_guc_wopcm_partition(struct xe_hw hw, struct xe_gt *gt);
int xe_guc_core_reset(struct xe_hw hw, struct xe_gt *gt);
int xe_guc_dma(struct xe_hw hw, struct xe_gt *gt, const struct xe_fw *fw, u32 wopcm_offset,
	       u32 flag);
int xe_guc_boot(struct xe_hw hw, struct xe_gt *gt);

#endif
