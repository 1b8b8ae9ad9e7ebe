/* SPDX-License-Identifier: MIT */
#ifndef _XE_SUBMIT_SUBMIT_H_
#define _XE_SUBMIT_SUBMIT_H_

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "submit/copy.h"
#include "xe_hw.h"
#include "xe_info.h"

struct dep_job;
struct xe_device;
struct xe_vm_lock;

/**
 * struct xe_submit - submission: the software side
 */
struct xe_submit {
	/** @lock: protects @queues, @lr and @error; outside of &dep_queue.lock */
	struct mutex lock;
	/** @queues: all queues, &xe_queue.link; each holds the device */
	struct list_head queues;
	/** @error: 0, or why every queue is dead from birth: everything has been killed */
	int error;
	/** @busy: queues with jobs that the engines have, by GT and class */
	struct xe_submit_busy {
		/** @busy.lock: protects @queues; outside of &dep_queue.issued_lock */
		spinlock_t lock;
		/** @busy.queues: &xe_queue.busy */
		struct list_head queues;
	} busy[XE_MAX_GTS][XE_ENGINE_CLASSES];
	/** @ufence_wq: those who wait for a word in memory, or for jobs without an end to stop */
	wait_queue_head_t ufence_wq;
	/** @look: looks at all queues, when the device runs again; on the bound side */
	struct xe_hw_work look;
	/** @copy: the driver's own queue */
	struct xe_copy copy;
	/** @wq: works of queues; they are on the way to fences, so they have a rescuer */
	struct workqueue_struct *wq;
	/** @lr: address spaces with queues whose jobs have no end; see submit/preempt.c */
	struct list_head lr;
	/** @lr_armed: how many of them may have something on an engine */
	atomic_t lr_armed;
	/** @lr_sleeps: none of them starts, as the system is about to sleep */
	bool lr_sleeps;
	/** @lr_notifier: of system sleep */
	struct notifier_block lr_notifier;
	/** @lr_wq: starts them; may wait for fences, and for user space */
	struct workqueue_struct *lr_wq;
};

int xe_submit_init(struct xe_device *xe);
int xe_submit_contexts_start(struct xe_hw_bind bind);
int xe_submit_start(struct xe_hw_bind bind);
void xe_submit_kill(struct xe_device *xe, int error);
void xe_submit_wake(struct xe_device *xe);
bool xe_submit_has_contexts(struct xe_device *xe, enum xe_engine_class class);

int xe_submit_keep_awake(struct xe_device *xe, bool *awake);
void xe_submit_drop_deps(struct dep_job *job);
void xe_submit_merge_deps(struct dep_job *job);
unsigned int xe_submit_count_reserved(struct xe_vm_lock *lock);
int xe_submit_depend_reserved(struct dep_job *job, struct xe_vm_lock *lock);

#endif
