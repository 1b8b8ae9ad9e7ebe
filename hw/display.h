/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_DISPLAY_H_
#define _XE_HW_DISPLAY_H_

#include "xe_hw.h"

int xe_display_start(struct xe_hw_bind bind);
int xe_display_off(struct xe_hw hw);

#endif
