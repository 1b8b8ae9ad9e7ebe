/* SPDX-License-Identifier: MIT */
#ifndef _XE_SYSFS_H_
#define _XE_SYSFS_H_

struct xe_hw;

int xe_sysfs_start(struct xe_hw *hw);

#endif
