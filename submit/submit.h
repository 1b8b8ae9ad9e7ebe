/* SPDX-License-Identifier: MIT */
/* Stands in until there are queues: goes with the merge of submission. */
#ifndef _XE_SUBMIT_SUBMIT_H_
#define _XE_SUBMIT_SUBMIT_H_

#include <linux/wait.h>

struct xe_device;

/**
 * struct xe_submit - submission: the software side
 */
struct xe_submit {
	/** @ufence_wq: those who wait for a word in memory */
	wait_queue_head_t ufence_wq;
};

int xe_submit_init(struct xe_device *xe);

#endif
