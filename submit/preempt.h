/* SPDX-License-Identifier: MIT */
#ifndef _XE_SUBMIT_PREEMPT_H_
#define _XE_SUBMIT_PREEMPT_H_

#include "xe_hw.h"

struct dma_fence;
struct xe_device;
struct xe_queue;
struct xe_vm;
struct xe_vm_lock;

/* Of an address space */
int xe_preempt_create(struct xe_vm *vm,
		      int (*prepare)(struct xe_vm_lock *lock, struct dma_fence **moved));
void xe_preempt_kick(struct xe_vm *vm);
void xe_preempt_add_fence(struct xe_vm_lock *lock);

/* Of a queue, &struct xe_queue_ops */
void xe_preempt_queue_start(struct xe_hw hw, struct xe_queue *q);
void xe_preempt_queue_stopped(struct xe_queue *q);
void xe_preempt_queue_gone(struct xe_queue *q);

/* Of a device */
void xe_preempt_look_at_all(struct xe_device *xe);
void xe_preempt_kill_all(struct xe_device *xe, int error);
int xe_preempt_start(struct xe_hw_bind bind);

#endif
