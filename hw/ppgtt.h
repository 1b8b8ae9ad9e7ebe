/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_PPGTT_H_
#define _XE_HW_PPGTT_H_

#include <linux/types.h>

#include "xe_hw.h"

struct xe_pt_plan;

/*
 * Write a committed plan: at most 64 Ki entries, and again, in another section perhaps, while it
 * returns true. In a section or bound; never waits. What it wrote has arrived where the walker looks
 * when it returns. Calls for a tree are serialised by the caller (pt_lock).
 */
bool xe_ppgtt_write(struct xe_hw hw, struct xe_pt_plan *plan);

#endif
