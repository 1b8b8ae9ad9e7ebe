/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_PPGTT_H_
#define _XE_HW_PPGTT_H_

#include <linux/types.h>

#include "xe_hw.h"

struct xe_pt_plan;

bool xe_ppgtt_write(struct xe_hw hw, struct xe_pt_plan *plan);

#endif
