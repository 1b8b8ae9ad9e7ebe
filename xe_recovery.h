/* SPDX-License-Identifier: MIT */
#ifndef _XE_RECOVERY_H_
#define _XE_RECOVERY_H_

struct xe_device;

int xe_recovery_init(struct xe_device *xe);
void xe_recovery_set_wedged_mode(struct xe_device *xe, int mode);
void xe_recovery_reset_now(struct xe_device *xe, unsigned int gt_id);

#endif
