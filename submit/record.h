/* SPDX-License-Identifier: MIT */
#ifndef _XE_SUBMIT_RECORD_H_
#define _XE_SUBMIT_RECORD_H_

#include "xe_info.h"

struct xe_device;

int __must_check xe_record_default(struct xe_device *xe, unsigned int gt_id,
				   enum xe_engine_class class);

#endif
