/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_MAILBOX_H_
#define _XE_GUC_MAILBOX_H_

#include <linux/types.h>

#include "xe_hw.h"

struct xe_gt;

void xe_guc_notify(struct xe_hw hw, const struct xe_gt *gt);
int xe_guc_mailbox_send(struct xe_hw hw, struct xe_gt *gt, const u32 *request, unsigned int len,
			u32 *data0);
int xe_guc_mailbox_config(struct xe_hw hw, struct xe_gt *gt, u16 key, unsigned int words,
			  u64 value);

#endif
