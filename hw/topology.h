/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_TOPOLOGY_H_
#define _XE_HW_TOPOLOGY_H_

struct xe_hw;

int xe_topology_start(struct xe_hw *hw);

#endif
