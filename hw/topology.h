/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_TOPOLOGY_H_
#define _XE_HW_TOPOLOGY_H_

#include "xe_hw.h"

struct xe_gt;

int xe_topology_start(struct xe_hw_bind bind);
void xe_topology_set_ccs_mode(struct xe_hw hw, struct xe_gt *gt, unsigned int engines);

#endif
