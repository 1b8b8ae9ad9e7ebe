/* SPDX-License-Identifier: MIT */
#ifndef _XE_PM_H_
#define _XE_PM_H_

#include <linux/types.h>

#include "xe_hw.h"

int xe_power_suspend(struct xe_hw hw, bool system);
int xe_power_resume(struct xe_hw hw, bool system);
void xe_power_shutdown(struct xe_hw hw);

#endif
