/* SPDX-License-Identifier: MIT */
/* Stands in until there are queues: goes with the merge of submission. */
#ifndef _XE_SUBMIT_QUEUE_H_
#define _XE_SUBMIT_QUEUE_H_

#include <linux/types.h>

struct drm_file;
struct xe_queue;

static inline struct xe_queue *xe_queue_lookup(struct drm_file *file, u32 id)
{
	return NULL;
}

static inline void xe_queue_put(struct xe_queue *q)
{
}

static inline bool xe_queue_is_banned(const struct xe_queue *q)
{
	return false;
}

#endif
