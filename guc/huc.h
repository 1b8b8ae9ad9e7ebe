/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_HUC_H_
#define _XE_GUC_HUC_H_

#include <linux/types.h>

#include "guc/fw.h"
#include "xe_hw.h"

struct xe_gt;

/**
 * struct xe_huc - the HuC of a GT
 */
struct xe_huc {
	/** @fw: its image; nothing in it if there is none */
	struct xe_fw fw;
	/** @running: it was authenticated */
	bool running;
};

bool xe_huc_is_of(struct xe_hw hw, const struct xe_gt *gt);
void xe_huc_load(struct xe_hw hw, struct xe_gt *gt);
void xe_huc_fit(struct xe_hw hw, struct xe_gt *gt, u32 base);
int xe_huc_upload(struct xe_hw hw, struct xe_gt *gt);
void xe_huc_authenticate(struct xe_hw hw, struct xe_gt *gt);

#endif
