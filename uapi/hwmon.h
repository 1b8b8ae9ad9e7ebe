/* SPDX-License-Identifier: MIT */
#ifndef _XE_UAPI_HWMON_H_
#define _XE_UAPI_HWMON_H_

struct xe_hw;

int xe_hwmon_start(struct xe_hw *hw);

#endif
