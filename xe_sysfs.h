/* SPDX-License-Identifier: MIT */
#ifndef _XE_SYSFS_H_
#define _XE_SYSFS_H_

#include "xe_hw.h"

int xe_sysfs_start(struct xe_hw_bind bind);

#endif
