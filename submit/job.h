/* SPDX-License-Identifier: MIT */
#ifndef _XE_SUBMIT_JOB_H_
#define _XE_SUBMIT_JOB_H_

#include <linux/types.h>

#include "dep/queue.h"
#include "guc/context.h"

struct xe_copy_part;
struct xe_queue;
struct xe_queue_ops;
struct xe_sync;

/**
 * struct xe_job - batches that run one time, and the fence that says so
 */
struct xe_job {
	/** @dep: base */
	struct dep_job dep;
	/** @q: its queue; a reference */
	struct xe_queue *q;
	/** @sequence: number in the ring: its own, or of the last batches before it */
	u32 sequence;
	/** @end: where its text ends in the rings, in bytes; under &dep_queue.lock */
	u32 end;
	/** @awake: it keeps the device awake */
	bool awake;
	/** @flush: the engine forgets translations before it runs */
	bool flush;
	/** @part: of a job of the driver's own: what it works on, see submit/copy.c; else NULL */
	struct xe_copy_part *part;
	/** @has_fence: it stores @fence_value at @fence_address */
	bool has_fence;
	/** @fence_address: in the address space of the queue */
	u64 fence_address;
	/** @fence_value: what is stored */
	u64 fence_value;
	/** @num_batches: width of the queue; 0 for a job that does nothing but end in its turn */
	unsigned int num_batches;
	/** @batch: addresses */
	u64 batch[] __counted_by(num_batches);
};

/* Of the oldest job that was issued; &dep_queue.lock is held, but for xe_job_batches(). */
unsigned int xe_job_batches(struct xe_queue *q, u64 batch[XE_CONTEXT_MAX_WIDTH]);
bool xe_job_collect(struct xe_queue *q);
bool xe_job_runs(struct xe_queue *q, u32 *ticks);

extern const struct xe_queue_ops xe_exec_queue_ops;
extern const struct xe_queue_ops xe_lr_queue_ops;

/* What the driver's own jobs have in common with those of userspace; see submit/copy.c. */
struct xe_job *xe_job_make(struct xe_queue *q, const u64 *batches, unsigned int num_batches);
void xe_job_drop(struct xe_job *job);
bool xe_job_done(struct dep_job *dep);
void xe_job_run(struct xe_queue *q);
void xe_job_release(struct dep_job *dep);

int xe_job_submit(struct xe_queue *q, const u64 *batches, unsigned int num_batches,
		  struct xe_sync *syncs, unsigned int num_syncs);

#endif
