/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_PREEMPT_FENCE_H_
#define _XE_MM_PREEMPT_FENCE_H_

#include <linux/dma-fence.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct dma_resv;

/**
 * struct xe_preempt_fence - signals when jobs without an end are off their engines
 */
struct xe_preempt_fence {
	/** @base: what reservations know */
	struct dma_fence base;
	/** @lock: of @base, which so needs nothing that could go before it */
	spinlock_t lock;
	/**
	 * @wanted: Somebody waits for it for the first time. Any context, with interrupts off and
	 * @lock held; not called any more once the fence has been signalled.
	 */
	void (*wanted)(void *data);
	/** @data: for @wanted; valid until the fence has been signalled */
	void *data;
};

struct xe_preempt_fence *xe_preempt_fence_alloc(void (*wanted)(void *data), void *data);
void xe_preempt_fence_free(struct xe_preempt_fence *fence);
void xe_preempt_fence_init(struct xe_preempt_fence *fence, u64 context, u64 seqno);
void xe_preempt_fence_signal(struct xe_preempt_fence *fence, int err);
void xe_preempt_fence_forget(struct dma_resv *resv);

#endif
