/* SPDX-License-Identifier: MIT */
#ifndef _XE_UAPI_HWMON_H_
#define _XE_UAPI_HWMON_H_

#include "xe_hw.h"

int xe_hwmon_start(struct xe_hw_bind bind);

#endif
