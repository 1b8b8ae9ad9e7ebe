/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_FLR_H_
#define _XE_HW_FLR_H_

#include "xe_hw.h"

int xe_flr_start(struct xe_hw_bind bind);

#endif
