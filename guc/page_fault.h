/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_PAGE_FAULT_H_
#define _XE_GUC_PAGE_FAULT_H_

#include <linux/spinlock.h>
#include <linux/types.h>

#include "abi/guc_messages.h"
#include "xe_hw.h"

struct xe_gt;

/* Faults that may wait for their answers; upstream has four rings of 2,048, by address space. */
#define XE_GUC_MAX_FAULTS	8192

/**
 * struct xe_guc_faults - page faults that a GuC has reported and was not answered yet
 */
struct xe_guc_faults {
	/** @lock: protects all of it; inside the channel's send_lock */
	spinlock_t lock;
	/** @first: index of the oldest answer in @answers */
	unsigned int first;
	/** @count: how many there are */
	unsigned int count;
	/** @answers: the words of each; a ring of XE_GUC_MAX_FAULTS */
	u32 (*answers)[GUC_FAULT_ANSWER_WORDS];
};

/* For xe_guc.c */
int xe_guc_faults_init(struct xe_hw hw, struct xe_gt *gt);
void xe_guc_faults_catch_up(struct xe_hw hw, struct xe_gt *gt);
void xe_guc_faults_forget(struct xe_hw hw, struct xe_gt *gt);

#endif
