/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_CACHE_H_
#define _XE_HW_CACHE_H_

#include <linux/types.h>

#include "xe_hw.h"

struct drm_printer;
struct xe_gt;

/* Rows of the MOCS table that the driver itself uses */
#define XE_MOCS_UNCACHED	3
#define XE_MOCS_CACHED		4

/* Rows of the PAT table that the driver itself uses */
#define XE_PAT_WRITE_BACK	2
#define XE_PAT_COMPRESSED	12

void xe_cache_program(struct xe_hw hw, struct xe_gt *gt);
void xe_cache_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p);
unsigned int xe_pat_count(u16 version);
bool xe_pat_is_valid(u16 version, unsigned int index);
bool xe_pat_is_coherent(unsigned int index);

#endif
