/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_WORK_QUEUE_H_
#define _XE_GUC_WORK_QUEUE_H_

#include <linux/types.h>

#include "guc/context.h"

/**
 * struct xe_work_queue - how the GuC learns where the rings of a parallel context end
 */
struct xe_work_queue {
	/** @area: GUC_PARALLEL_BYTES that the GuC sees as well; NULL if the context is single */
	void *area;
	/** @width: number of rings */
	unsigned int width;
	/** @tail: where the next item goes, in words */
	u32 tail;
	/** @ends: where each ring ends, in bytes */
	u32 ends[XE_CONTEXT_MAX_WIDTH];
	/** @behind: no item says so yet */
	bool behind;
};

void xe_work_queue_init(struct xe_work_queue *queue, void *area, unsigned int width);
void xe_work_queue_reset(struct xe_work_queue *queue);
void xe_work_queue_set_ends(struct xe_work_queue *queue, const u32 *ends);
int xe_work_queue_append(struct xe_work_queue *queue, u32 descriptor, u32 id);
u32 xe_work_queue_head(const struct xe_work_queue *queue);

#endif
