// SPDX-License-Identifier: MIT
/*
 * Fences of jobs that have no end.
 */

#include <linux/dma-resv.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "mm/preempt_fence.h"

/**
 * DOC: Preempt fences
 *
 * A job of a long-running address space may never end, so its fence says nothing about memory. In
 * the reservations of the buffers there is a preempt fence instead. It stays unsignalled as long as
 * nobody needs it; to wait for it, and so to enable its signalling, is to ask for the jobs to be
 * taken off their engines. What is done about that is in submit/preempt.c.
 *
 * The fence points at who is asked, but only while it is not signalled: its owner signals it before
 * that goes away. Apart from that it points at nothing, as all fences of the driver, and pins the
 * module as those of dep/queue.c do.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * fence                    references    last one is dropped, and a grace period
 * pin of the module        fence         it is freed
 * ======================== ============= ==========================================
 */

static const char *driver_name(struct dma_fence *fence)
{
	return KBUILD_MODNAME;
}

static const char *timeline_name(struct dma_fence *fence)
{
	return "preemption";
}

static struct xe_preempt_fence *to_preempt_fence(struct dma_fence *fence)
{
	return container_of(fence, struct xe_preempt_fence, base);
}

static bool enable_signaling(struct dma_fence *base)
{
	struct xe_preempt_fence *fence = to_preempt_fence(base);

	fence->wanted(fence->data);
	return true;
}

/* See release_fence() in dep/queue.c. */
static void release(struct dma_fence *base)
{
	struct xe_preempt_fence *fence = to_preempt_fence(base);

	rcu_read_lock();
	kfree_rcu(fence, base.rcu);
	module_put(THIS_MODULE);
	rcu_read_unlock();
}

static const struct dma_fence_ops ops = {
	.get_driver_name = driver_name,
	.get_timeline_name = timeline_name,
	.enable_signaling = enable_signaling,
	.release = release,
};

/**
 * xe_preempt_fence_alloc - memory for a fence
 * @wanted: &xe_preempt_fence.wanted
 * @data: for it
 *
 * Context: process context.
 * Return: to be given to xe_preempt_fence_init() or xe_preempt_fence_free(); NULL.
 */
struct xe_preempt_fence *xe_preempt_fence_alloc(void (*wanted)(void *data), void *data)
{
	struct xe_preempt_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);

	if (!fence)
		return NULL;

	fence->wanted = wanted;
	fence->data = data;
	return fence;
}

/**
 * xe_preempt_fence_free - give back memory that did not become a fence
 * @fence: from xe_preempt_fence_alloc(), or NULL
 *
 * Context: any.
 */
void xe_preempt_fence_free(struct xe_preempt_fence *fence)
{
	kfree(fence);
}

/**
 * xe_preempt_fence_init - have it be a fence
 * @fence: from xe_preempt_fence_alloc()
 * @context: of fences that signal in the order of their numbers
 * @seqno: its number
 *
 * Context: any; allocates nothing. The caller has the one reference.
 */
void xe_preempt_fence_init(struct xe_preempt_fence *fence, u64 context, u64 seqno)
{
	__module_get(THIS_MODULE);
	spin_lock_init(&fence->lock);
	dma_fence_init(&fence->base, &ops, &fence->lock, context, seqno);
}

/**
 * xe_preempt_fence_signal - nothing is on an engine, or reaches memory, any more
 * @fence: once
 * @err: 0, or why the jobs are not going to go on
 *
 * Context: any; no lock of a fence.
 */
void xe_preempt_fence_signal(struct xe_preempt_fence *fence, int err)
{
	guard(spinlock_irqsave)(&fence->lock);
	if (err)
		dma_fence_set_error(&fence->base, err);
	dma_fence_signal_locked(&fence->base);
}

/**
 * xe_preempt_fence_forget - nobody's engine reaches a buffer any more, so none has to stop for it
 * @resv: of the buffer alone, which is about to be freed
 *
 * Context: any; if somebody holds the reservation, the fences stay.
 */
void xe_preempt_fence_forget(struct dma_resv *resv)
{
	struct dma_fence *fence, *stub = dma_fence_get_stub();
	struct dma_resv_iter at;

	if (dma_resv_trylock(resv)) {
		dma_resv_for_each_fence(&at, resv, DMA_RESV_USAGE_BOOKKEEP, fence)
			if (fence->ops == &ops)
				dma_resv_replace_fences(resv, fence->context, stub,
							DMA_RESV_USAGE_BOOKKEEP);
		dma_resv_unlock(resv);
	}
	dma_fence_put(stub);
}
