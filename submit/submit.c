// SPDX-License-Identifier: MIT
/*
 * Submission as a whole: its probe steps, the interrupt of engines, and the end of everything.
 */

#include <linux/dma-fence.h>
#include <linux/error-injection.h>
#include <linux/slab.h>

#include <drm/drm_managed.h>

#include "guc/context.h"
#include "guc/tlb.h"
#include "hw/gt_reset.h"
#include "hw/irq.h"
#include "hw/lrc.h"
#include "hw/state.h"
#include "mm/vm.h"
#include "submit/coredump.h"
#include "submit/preempt.h"
#include "submit/queue.h"
#include "submit/submit.h"
#include "xe_compat.h"
#include "xe_device.h"
#include "xe_usage.h"

/**
 * DOC: Submission
 *
 * See Documentation/gpu/xe/submission.rst for the life of a job. This file is where everything
 * comes to an end: xe_submit_kill() is software, does not wait for hardware, may be called any
 * number of times, and is called from three places: the undo of the step "contexts" at unbind, when
 * the engines stand still; for a device that was declared lost, or is shut down, when its bus
 * mastering is off; and for one that was given up, when its GTs are in reset or cut off from
 * memory.
 *
 * Address spaces are dead first, so that no bind of theirs is done alone; then every queue is, so
 * that a fence which is signalled cannot start what depends on it; then fences are signalled in the
 * order of their queues: with success if the sequence in memory says that the work was done, else
 * with the error.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_submit         drm_device    last reference to it is dropped
 * workqueues               drm_device    likewise; each queue and VM holds the device
 * images of contexts       bound side    undo of "contexts"
 * handler of engines       bound side    undo of "submission"
 * ======================== ============= ==========================================
 */

#define LOOK_AT_ONCE	64	/* queues */

static void submit_fini(struct drm_device *drm, void *data)
{
	struct xe_submit *submit = data;

	destroy_workqueue(submit->lr_wq);
	destroy_workqueue(submit->wq);
	mutex_destroy(&submit->lock);
}

/* What fences wait for must not wait for memory. */
static void teach_lockdep(struct xe_submit *submit)
{
	fs_reclaim_acquire(GFP_KERNEL);
	might_lock(&submit->lock);
	fs_reclaim_release(GFP_KERNEL);
}

/* What was parked, or could not be done while the device slept. */
static void look_again(struct xe_hw hw, struct xe_gt *gt, struct xe_queue *q)
{
	if (test_and_clear_bit(XE_QUEUE_ENDS_LATER, &q->state)) {
		xe_context_end(hw, gt, q->context);
	} else if (dep_queue_pending(&q->dep) && kref_get_unless_zero(&q->ref)) {
		xe_queue_kick(q);
		xe_queue_put(q);
	}
}

static void look_at_all(struct xe_hw hw, struct xe_hw_work *work)
{
	struct xe_submit *submit = &xe_hw_device(hw)->submit;
	struct xe_queue *q;

	scoped_guard(mutex, &submit->lock)
		list_for_each_entry(q, &submit->queues, link)
			look_again(hw, &xe_hw_state(hw)->gt[q->args.gt_id], q);
	xe_preempt_look_at_all(xe_hw_device(hw));
}

/**
 * xe_submit_init - software step: queues can be made
 * @xe: the device
 *
 * Context: before there is any hardware.
 * Return: 0 or -ENOMEM.
 */
int xe_submit_init(struct xe_device *xe)
{
	struct xe_submit *submit = &xe->submit;

	mutex_init(&submit->lock);
	teach_lockdep(submit);
	INIT_LIST_HEAD(&submit->queues);
	INIT_LIST_HEAD(&submit->lr);
	for (unsigned int gt = 0; gt < XE_MAX_GTS; gt++)
		for (unsigned int class = 0; class < XE_ENGINE_CLASSES; class++) {
			spin_lock_init(&submit->busy[gt][class].lock);
			INIT_LIST_HEAD(&submit->busy[gt][class].queues);
		}
	init_waitqueue_head(&submit->ufence_wq);
	INIT_WORK(&xe->coredump.work, xe_coredump_work);
	xe_hw_work_init(xe, &submit->look, look_at_all);

	/* Works of all queues at once: one that waits for a lock does not hold up the others. */
	submit->wq = alloc_workqueue("xe-submit", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!submit->wq)
		return -ENOMEM;
	/*
	 * As many for each CPU, so that one is left: of an unbound one the nodes have parts. What
	 * is asked for on one CPU runs there.
	 */
	submit->lr_wq = alloc_workqueue("xe-submit-lr", WQ_PERCPU | WQ_CPU_INTENSIVE,
					XE_USAGE_MAX_STARTS);
	if (!submit->lr_wq) {
		destroy_workqueue(submit->wq);
		return -ENOMEM;
	}
	return drmm_add_action_or_reset(&xe->drm, submit_fini, submit);
}
ALLOW_ERROR_INJECTION(xe_submit_init, ERRNO);

/**
 * xe_submit_wake - who waits is to look again
 * @xe: the device
 *
 * Context: any.
 */
void xe_submit_wake(struct xe_device *xe)
{
	wake_up_all(&xe->submit.ufence_wq);
}

/**
 * xe_submit_has_contexts - do clients have contexts of a class, also those that have left?
 * @xe: the device
 * @class: of their engines
 *
 * Context: process context; no new ones are made while nobody has the device open.
 */
bool xe_submit_has_contexts(struct xe_device *xe, enum xe_engine_class class)
{
	struct xe_submit *submit = &xe->submit;
	struct xe_queue *q;

	guard(mutex)(&submit->lock);
	list_for_each_entry(q, &submit->queues, link)
		if (q->args.usage && q->args.class == class && q->lrc &&
		    !test_bit(XE_QUEUE_GONE, &q->state))
			return true;
	return false;
}

/**
 * xe_submit_kill - all jobs end, now
 * @xe: the device, which does not reach memory any more
 * @error: of the fences of what was not done; the first caller's counts
 *
 * Context: process context, may sleep, on the way to fences; software only.
 */
void xe_submit_kill(struct xe_device *xe, int error)
{
	struct xe_submit *submit = &xe->submit;
	bool cookie = dma_fence_begin_signalling();
	struct xe_queue *q;

	xe_vm_kill_all(xe);
	scoped_guard(mutex, &submit->lock) {
		if (!submit->error)
			WRITE_ONCE(submit->error, error);
		list_for_each_entry(q, &submit->queues, link)
			dep_queue_kill(&q->dep);
		list_for_each_entry(q, &submit->queues, link)
			dep_queue_bury(&q->dep, q->args.ops->done, submit->error, submit->error);
		xe_preempt_kill_all(xe, submit->error);
	}
	dma_fence_end_signalling(cookie);
	xe_submit_wake(xe);
}

/*
 * What every job begins with
 */

/**
 * xe_submit_keep_awake - wake the device, and keep it awake for a job
 * @xe: the device
 * @awake: set if it is: xe_hw_awake_put() is to be called when the job is over
 *
 * Context: ioctl, no locks of submission; opens a section.
 * Return: 0; -ENODEV if the device is gone, -EAGAIN while the system is about to sleep.
 */
int xe_submit_keep_awake(struct xe_device *xe, bool *awake)
{
	bool taken = false;

	xe_hw_scoped(hw, xe)
		taken = xe_hw_awake_get(hw);
	*awake = taken;
	return xe_hw_error(xe, taken ? 0 : -EAGAIN);
}

/**
 * xe_submit_drop_deps - a job has no list of dependencies any more
 * @job: the job; over, or not pushed, or about to collect them anew
 *
 * Context: process context.
 */
void xe_submit_drop_deps(struct dep_job *job)
{
	if (!job->deps)
		return;

	dep_job_abandon(job);
	kvfree(job->deps);
	job->deps = NULL;
}

/**
 * xe_submit_merge_deps - a job has all its dependencies
 * @job: the job, not pushed; its list is from xe_mm_array()
 *
 * Jobs wait by thousands, and a list is as long as there were fences to look at: what is not needed
 * of it is given back, if there is memory for a shorter one.
 *
 * Context: process context, reservations may be held.
 */
void xe_submit_merge_deps(struct dep_job *job)
{
	struct dma_fence **deps;

	dep_job_merge(job);
	if (job->num_deps == job->max_deps)
		return;

	deps = job->num_deps ? kmemdup_array(job->deps, job->num_deps, sizeof(*deps),
					     GFP_NOWAIT | __GFP_ACCOUNT) : NULL;
	if (job->num_deps && !deps)
		return;
	kvfree(job->deps);
	job->deps = deps;
	job->max_deps = job->num_deps;
}

/**
 * xe_submit_count_reserved - how many fences xe_submit_depend_reserved() may add
 * @lock: reservations that are held
 *
 * Context: process context.
 */
unsigned int xe_submit_count_reserved(struct xe_vm_lock *lock)
{
	struct dma_resv_iter at;
	struct dma_fence *fence;
	struct dma_resv *resv;
	unsigned int n = 0;

	xe_vm_for_each_resv(lock, resv)
		dma_resv_for_each_fence(&at, resv, DMA_RESV_USAGE_KERNEL, fence)
			n += !dma_fence_is_signaled(fence);
	return n;
}

/**
 * xe_submit_depend_reserved - have a job wait for those who moved its buffers
 * @job: the job
 * @lock: reservations that are held
 *
 * Context: process context; allocates nothing.
 * Return: 0 or -ENOSPC.
 */
int xe_submit_depend_reserved(struct dep_job *job, struct xe_vm_lock *lock)
{
	struct dma_resv_iter at;
	struct dma_fence *fence;
	struct dma_resv *resv;
	int err = 0;

	xe_vm_for_each_resv(lock, resv)
		dma_resv_for_each_fence(&at, resv, DMA_RESV_USAGE_KERNEL, fence)
			err = err ?: dep_job_depend(job, dma_fence_get(fence));
	return err;
}

/*
 * The bound side
 */

/* The last reference may be gone with the last job: then it is about to be taken off the list. */
static void look_at_queue(struct xe_queue *q)
{
	bool held = kref_get_unless_zero(&q->ref);

	if (held && dep_queue_complete(&q->dep, q->args.ops->done))
		xe_queue_kick(q);
	if (held)
		xe_queue_put(q);
	if (list_empty(&q->dep.issued)) {
		list_del_init(&q->busy);
		xe_queue_count_cycles(q);
	}
}

/* Some of @old, which begins as all there are. Return: whether there are more. */
static bool look_at_some(struct xe_submit_busy *busy, struct list_head *old, bool begin)
{
	struct xe_queue *q;

	guard(spinlock)(&busy->lock);
	if (begin)
		list_splice_init(&busy->queues, old);
	for (unsigned int i = 0; i < LOOK_AT_ONCE && !list_empty(old); i++) {
		q = list_first_entry(old, struct xe_queue, busy);
		list_move_tail(&q->busy, &busy->queues);
		look_at_queue(q);
	}
	return !list_empty(old);
}

/*
 * There may be thousands of them, and whoever issues a job waits for the lock. What is freed
 * meanwhile goes from either list; what becomes busy needs no look for what was before.
 */
static void engine_event(struct xe_hw hw, struct xe_gt *gt, struct xe_engine *engine, u16 events)
{
	struct xe_submit_busy *busy = &xe_hw_device(hw)->submit.busy[gt->id][engine->row->class];
	LIST_HEAD(old);

	for (bool begin = true; look_at_some(busy, &old, begin); begin = false)
		cond_resched();
	xe_submit_wake(xe_hw_device(hw));
}

static void contexts_stop(struct xe_hw hw, void *unused)
{
	xe_submit_kill(xe_hw_device(hw), -ENODEV);
	xe_lrcs_close(xe_hw_device(hw));
}

/**
 * xe_submit_contexts_start - probe step: from here back there is no work
 * @bind: the token of a probe step
 *
 * Its undo comes when the GuC and the engines stand still, and before anything is unmapped.
 *
 * Context: bound.
 * Return: 0 or -ENOMEM.
 */
int xe_submit_contexts_start(struct xe_hw_bind bind)
{
	return xe_hw_on_unbind(bind, contexts_stop, NULL);
}
ALLOW_ERROR_INJECTION(xe_submit_contexts_start, ERRNO);

/* In a work: at the end of system sleep this comes before sections open again. */
static void running(struct xe_hw hw, struct xe_gt *gt)
{
	xe_hw_work_queue(&xe_hw_device(hw)->submit.look);
}

static void submit_stop(struct xe_hw hw, void *unused)
{
	xe_submit_wake(xe_hw_device(hw));
}

/**
 * xe_submit_start - probe step: jobs are run
 * @bind: the token of a probe step
 *
 * Context: bound, the GuCs run.
 * Return: 0 or -ENOMEM.
 */
int xe_submit_start(struct xe_hw_bind bind)
{
	static const struct xe_gt_handler handler = {
		.stopped = xe_contexts_forget,
		.flushed = xe_guc_tlb_reset_done,
		.running = running,
	};
	struct xe_hw hw = xe_hw_bound(bind);
	int err;

	err = xe_gt_handle(hw, &handler);
	if (err)
		return err;

	xe_irq_handle_engines(hw, engine_event);
	err = xe_preempt_start(bind);
	return err ?: xe_hw_on_unbind(bind, submit_stop, NULL);
}
ALLOW_ERROR_INJECTION(xe_submit_start, ERRNO);
