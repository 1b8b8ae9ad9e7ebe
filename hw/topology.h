/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_TOPOLOGY_H_
#define _XE_HW_TOPOLOGY_H_

#include "xe_hw.h"

int xe_topology_start(struct xe_hw_bind bind);

#endif
