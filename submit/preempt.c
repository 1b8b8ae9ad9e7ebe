// SPDX-License-Identifier: MIT
/*
 * Address spaces whose jobs have no end: taken off their engines, and put back.
 */

#include <linux/dma-fence.h>
#include <linux/ratelimit.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/suspend.h>

#include <drm/drm_print.h>

#include "guc/context.h"
#include "hw/state.h"
#include "mm/preempt_fence.h"
#include "mm/userptr.h"
#include "mm/vm.h"
#include "submit/preempt.h"
#include "submit/queue.h"
#include "submit/submit.h"
#include "xe_device.h"
#include "xe_usage.h"

/**
 * DOC: Compute mode
 *
 * A job of a long-running (LR) address space may run as long as it likes, so nobody waits for its
 * end: its fence is known to its queue alone. Who needs the memory of a buffer has the whole
 * address space stop instead, by a preempt fence in the reservations of all of its buffers, see
 * mm/preempt_fence.c. An address space is in one of these states:
 *
 * ========= ============================================== ====================================
 * state     means                                          goes on when
 * ========= ============================================== ====================================
 * OFF       nothing is on an engine, buffers may move      there is a job: the work "start" has
 *                                                          entries written, and arms a fence
 * ARMED     nothing is on an engine, entries are being     they are written: all queues are
 *           written, and nothing moves but by the fence    resumed
 * RUNNING   as it says                                     somebody waits for the fence: the
 *                                                          work "stop" suspends all queues
 * STOPPING  the GuC takes queues off their engines         all are off: the fence is signalled
 * ========= ============================================== ====================================
 *
 * There is one fence for all queues of an address space: they have their buffers in common, so that
 * none of them can stay when the others have to go. Contexts are suspended in all states but
 * RUNNING, and so a job may be issued at any time. One that has no job left is not resumed before
 * the next.
 *
 * The answer to a suspension is waited for by nobody. If a batch does not let go, the GuC resets
 * its engine and the queue is banned; if the GuC does not answer, the GT is reset; either ends the
 * stop. When it was resumed, an address space is left alone for some milliseconds: two that do not
 * fit into VRAM together take turns, and each of them gets something done.
 *
 * "start" allocates, takes reservations, and may wait until others have made room, but it is not on
 * the way to a fence. What it has written for it, it does not wait for: it runs again when that is
 * over. It tries again as long as it is not the address space's own fault; memory that is not to be
 * had for a long time is, and the address space is banned. Memory of a process may be in a file of
 * a FUSE server that does not answer: so a client has no more than its share of the threads, see
 * xe_usage.c, and its other address spaces try again, less and less often.
 *
 * Before the system sleeps all are stopped, and stay so until it is awake. What was taken off its
 * engine was saved in its image, and goes on from there, although everything was reset meanwhile.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_preempt        struct xe_vm  with it
 * armed fence              struct        stopped, or the last queue goes, or all is
 *                          xe_preempt    killed; signalled then, see above
 * reference to the address a work that   it has run
 * space                    is pending
 * keep-awake count         struct        the last queue goes
 *                          xe_preempt
 * PM notifier              bound side    undo of "submission"
 * ======================== ============= ==========================================
 */

#define MIN_RUN_MS	5	/* as upstream has it */
#define RETRY_MS	20
#define IDLE_TRIES	500	/* when there is no memory, and nobody else finds any */
/* Twice what the GuC has for an answer, and what a preemption may take. */
#define SLEEP_TIMEOUT	(10 * HZ + XE_SCHED_MAX_US / USEC_PER_SEC * HZ)

enum state { OFF, ARMED, RUNNING, STOPPING };

struct xe_preempt {
	struct xe_vm *vm;		/* whose */
	struct list_head link;		/* on &xe_submit.lr, while there are queues */
	/* Has entries lead to where buffers are; what is left to be waited for is in @moved. */
	int (*prepare)(struct xe_vm_lock *lock, struct dma_fence **moved);
	struct mutex lock;		/* of all below; on the way to fences */
	struct list_head queues;	/* &xe_queue.lr; they hold the address space */
	enum state state;
	struct xe_preempt_fence *fence;	/* in all states but OFF */
	struct dma_fence *moved;	/* of ARMED: behind it the queues are resumed */
	u64 context, seqno;		/* of fences */
	unsigned long since;		/* when it was armed or resumed, in jiffies */
	struct xe_vm_tries tries;	/* to start, that found no memory */
	unsigned int refused;		/* starts, without a break; of the work "start" alone */
	struct delayed_work start, stop;	/* pending with a reference to @vm */
};

static struct xe_gt *queue_gt(struct xe_hw hw, const struct xe_queue *q)
{
	return &xe_hw_state(hw)->gt[q->args.gt_id];
}

static void queue_start(struct xe_preempt *p, unsigned int ms)
{
	xe_vm_get(p->vm);
	if (!queue_delayed_work(p->vm->xe->submit.lr_wq, &p->start, msecs_to_jiffies(ms)))
		xe_vm_put(p->vm);
}

/*
 * Stop
 */

/* With the lock of the fence held; some queue holds the address space, see end_fence(). */
static void stop_wanted(void *data)
{
	struct xe_preempt *p = data;
	unsigned long until = READ_ONCE(p->since) + msecs_to_jiffies(MIN_RUN_MS);
	unsigned long delay = time_before(jiffies, until) ? until - jiffies : 0;

	xe_vm_get(p->vm);
	if (!queue_delayed_work(p->vm->xe->submit.wq, &p->stop, delay))
		xe_vm_put(p->vm);
}

static void end_fence(struct xe_preempt *p, int err)
{
	struct xe_submit *submit = &p->vm->xe->submit;

	if (!p->fence)
		return;

	xe_preempt_fence_signal(p->fence, err);
	dma_fence_put(&p->fence->base);
	p->fence = NULL;
	dma_fence_put(p->moved);
	p->moved = NULL;
	p->state = OFF;
	atomic_dec(&submit->lr_armed);
	wake_up_all(&submit->ufence_wq);
}

static bool is_wanted(const struct xe_preempt *p)
{
	struct xe_queue *q;

	list_for_each_entry(q, &p->queues, lr)
		if (!dep_queue_is_dead(&q->dep) && dep_queue_pending(&q->dep))
			return true;
	return false;
}

static bool all_stopped(const struct xe_preempt *p)
{
	struct xe_queue *q;

	list_for_each_entry(q, &p->queues, lr)
		if (!test_bit(XE_QUEUE_STOPPED, &q->state))
			return false;
	return true;
}

static void finish_stop(struct xe_preempt *p)
{
	if (p->state != STOPPING || !all_stopped(p))
		return;

	end_fence(p, 0);
	if (is_wanted(p))
		queue_start(p, 0);
}

static void suspend_all(struct xe_hw hw, struct xe_preempt *p)
{
	struct xe_queue *q;

	if (p->state == RUNNING)
		list_for_each_entry(q, &p->queues, lr)
			xe_context_suspend(hw, queue_gt(hw, q), q->context);
	if (p->state == RUNNING || p->state == ARMED)
		p->state = STOPPING;
	finish_stop(p);
}

/* If no section opens the device is gone, and xe_preempt_kill_all() signals. */
static void stop_fn(struct work_struct *work)
{
	struct xe_preempt *p = container_of(work, struct xe_preempt, stop.work);
	struct xe_vm *vm = p->vm;
	bool cookie = dma_fence_begin_signalling();

	xe_hw_scoped_awake(hw, vm->xe) {
		guard(mutex)(&p->lock);
		suspend_all(hw, p);
	}
	dma_fence_end_signalling(cookie);
	xe_vm_put(vm);
}

/**
 * xe_preempt_queue_stopped - &xe_queue_ops.stopped: nothing of a queue is on an engine
 * @q: the queue
 *
 * Context: process context, on the way to fences.
 */
void xe_preempt_queue_stopped(struct xe_queue *q)
{
	struct xe_preempt *p = q->args.vm->preempt;

	guard(mutex)(&p->lock);
	finish_stop(p);
}

/*
 * Start
 */

static bool may_start(const struct xe_preempt *p)
{
	return p->state == OFF && !xe_vm_is_banned(p->vm) &&
	       !READ_ONCE(p->vm->xe->submit.lr_sleeps) && is_wanted(p);
}

/* Behind it who wants a buffer, or takes memory of a process away, waits for the fence. */
static int arm(struct xe_preempt *p, struct xe_vm_lock *lock, struct xe_preempt_fence *fence,
	       struct dma_fence *moved)
{
	guard(rwsem_read)(&p->vm->notifier_lock);
	if (!xe_userptr_valid(p->vm))
		return -EAGAIN;
	guard(mutex)(&p->lock);
	if (!may_start(p))
		return -ECANCELED;

	xe_preempt_fence_init(fence, p->context, ++p->seqno);
	p->state = ARMED;
	p->fence = fence;
	p->moved = moved;
	WRITE_ONCE(p->since, jiffies);
	p->tries = (struct xe_vm_tries){};
	atomic_inc(&p->vm->xe->submit.lr_armed);
	xe_vm_add_fence(lock, &fence->base);
	return 0;
}

static int prepare_locked(struct xe_preempt *p, struct xe_vm_lock *lock,
			  struct xe_preempt_fence *fence)
{
	struct dma_fence *moved;
	int err = p->prepare(lock, &moved);

	if (err)
		return err;
	err = arm(p, lock, fence, moved);
	if (err)
		dma_fence_put(moved);
	return err;
}

static int prepare_and_arm(struct xe_preempt *p)
{
	struct xe_preempt_fence *fence = xe_preempt_fence_alloc(stop_wanted, p);
	struct xe_vm_lock lock;
	int err;

	if (!fence)
		return -ENOMEM;

	err = xe_userptr_repin(p->vm);
	/* One for the fence, one for entries that are written anew. */
	err = err ?: xe_vm_lock(p->vm, &lock, 2, &p->tries);
	if (!err) {
		err = prepare_locked(p, &lock, fence);
		xe_vm_unlock(&lock);
	}
	if (err)
		xe_preempt_fence_free(fence);
	return err;
}

/* One that has ended meanwhile is as it was, and the others were all off their engines. */
static void resume_all(struct xe_hw hw, struct xe_preempt *p)
{
	struct xe_queue *q;

	p->state = RUNNING;
	WRITE_ONCE(p->since, jiffies);
	list_for_each_entry(q, &p->queues, lr) {
		clear_bit(XE_QUEUE_STOPPED, &q->state);
		if (xe_context_resume(hw, queue_gt(hw, q), q->context))
			set_bit(XE_QUEUE_STOPPED, &q->state);
	}
}

static void resume_if_written(struct xe_preempt *p)
{
	xe_hw_scoped(hw, p->vm->xe) {
		guard(mutex)(&p->lock);
		if (p->state == ARMED && (!p->moved || dma_fence_is_signaled(p->moved)))
			resume_all(hw, p);
	}
}

static void ban(struct xe_preempt *p, int err)
{
	static DEFINE_RATELIMIT_STATE(limit, 5 * HZ, 20);
	struct xe_device *xe = p->vm->xe;

	if (__ratelimit(&limit))
		drm_notice(&xe->drm,
			   "the buffers of long-running jobs cannot be had (%pe), and their VM is banned\n",
			   ERR_PTR(err));
	xe_queue_ban_all(p->vm);
	wake_up_all(&xe->submit.ufence_wq);
}

/* Who is late, or sleeps, is somebody else; also memory may be had when others have moved. */
static void start_failed(struct xe_preempt *p, int err)
{
	bool short_of_memory = err == -ENOMEM || err == -ENOSPC || err == -ENOBUFS;

	if (xe_hw_is_gone(p->vm->xe) || err == -ECANCELED)
		return;
	if (short_of_memory ? xe_vm_may_try(&p->vm->xe->mm, &p->tries, IDLE_TRIES) :
			      err == -EBUSY || err == -EAGAIN)
		queue_start(p, RETRY_MS);
	else
		ban(p, err);
}

/* All queues of an address space are of one client: a reference to what that has. */
static bool is_due(struct xe_preempt *p, struct xe_usage **usage)
{
	guard(mutex)(&p->lock);
	if (!may_start(p))
		return false;
	*usage = xe_usage_get(list_first_entry(&p->queues, struct xe_queue, lr)->args.usage);
	return true;
}

static void start(struct xe_preempt *p)
{
	int err = prepare_and_arm(p);

	p->refused = 0;
	if (err)
		start_failed(p, err);
	else
		resume_if_written(p);
}

/* In one of the threads that others need, too, and it may have to wait for user space. */
static void start_fn(struct work_struct *work)
{
	struct xe_preempt *p = container_of(work, struct xe_preempt, start.work);
	struct xe_vm *vm = p->vm;
	struct xe_usage *usage = NULL;
	bool due = is_due(p, &usage);

	xe_vm_tries_look(&vm->xe->mm, &p->tries);
	if (!due) {
		p->refused = 0;
		resume_if_written(p);
	} else if (xe_usage_take(usage, XE_USAGE_STARTS, 1)) {
		start(p);
		xe_usage_give(usage, XE_USAGE_STARTS, 1);
	} else {
		queue_start(p, xe_usage_refused(&p->refused));
	}
	xe_usage_put(usage);
	xe_vm_put(vm);
}

/**
 * xe_preempt_kick - something has changed that jobs of an address space may wait for
 * @vm: the address space; nothing happens if it is not an LR one
 *
 * A job was pushed, or entries were written.
 *
 * Context: process context, none of the locks of queues.
 */
void xe_preempt_kick(struct xe_vm *vm)
{
	struct xe_preempt *p = vm->preempt;

	if (!p)
		return;

	guard(mutex)(&p->lock);
	if (p->state == OFF || p->state == ARMED)
		queue_start(p, 0);
}

/**
 * xe_preempt_add_fence - buffers that are mapped into an address space which may run
 * @lock: their reservations, each with room for one fence more
 *
 * Context: process context; allocates nothing.
 */
void xe_preempt_add_fence(struct xe_vm_lock *lock)
{
	struct xe_preempt *p = lock->vm->preempt;

	if (!p)
		return;

	guard(mutex)(&p->lock);
	if (p->fence)
		xe_vm_add_fence(lock, &p->fence->base);
}

/**
 * xe_preempt_create - have an address space run jobs without an end
 * @vm: the address space
 * @prepare: has its entries lead to where its buffers are; see xe_bind_prepare()
 *
 * Context: process context, before there is a queue.
 * Return: 0 or -ENOMEM.
 */
int xe_preempt_create(struct xe_vm *vm,
		      int (*prepare)(struct xe_vm_lock *lock, struct dma_fence **moved))
{
	struct xe_preempt *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);

	if (!p)
		return -ENOMEM;

	p->vm = vm;
	p->prepare = prepare;
	p->context = dma_fence_context_alloc(1);
	INIT_LIST_HEAD(&p->link);
	INIT_LIST_HEAD(&p->queues);
	INIT_DELAYED_WORK(&p->start, start_fn);
	INIT_DELAYED_WORK(&p->stop, stop_fn);
	mutex_init(&p->lock);
	/* Reclaim waits for fences, and they for this. */
	fs_reclaim_acquire(GFP_KERNEL);
	might_lock(&p->lock);
	fs_reclaim_release(GFP_KERNEL);
	vm->preempt = p;
	return 0;
}

/*
 * Queues
 */

/**
 * xe_preempt_queue_start - &xe_queue_ops.start: there is one more queue
 * @hw: the token
 * @q: the queue; its context has run nothing
 *
 * The first one keeps the device awake: what is on an engine has no fence that would.
 *
 * Context: in a section.
 */
void xe_preempt_queue_start(struct xe_hw hw, struct xe_queue *q)
{
	struct xe_submit *submit = &q->xe->submit;
	struct xe_preempt *p = q->args.vm->preempt;

	guard(mutex)(&submit->lock);
	guard(mutex)(&p->lock);
	if (list_empty(&p->queues)) {
		list_add_tail(&p->link, &submit->lr);
		xe_hw_awake_get(hw);
	}
	list_add_tail(&q->lr, &p->queues);
	if (p->state != RUNNING)
		xe_context_suspend(hw, queue_gt(hw, q), q->context);
}

/**
 * xe_preempt_queue_gone - &xe_queue_ops.gone: undo xe_preempt_queue_start()
 * @q: the queue, whose context is gone; may be called again
 *
 * Context: process context, on the way to fences.
 */
void xe_preempt_queue_gone(struct xe_queue *q)
{
	struct xe_submit *submit = &q->xe->submit;
	struct xe_preempt *p = q->args.vm->preempt;

	guard(mutex)(&submit->lock);
	guard(mutex)(&p->lock);
	if (list_empty(&q->lr))
		return;

	list_del_init(&q->lr);
	finish_stop(p);
	if (!list_empty(&p->queues))
		return;
	end_fence(p, 0);
	list_del_init(&p->link);
	xe_hw_awake_put(q->xe);
}

/*
 * The device
 */

/**
 * xe_preempt_look_at_all - what could not start before may be able to
 * @xe: the device
 *
 * Context: process context.
 */
void xe_preempt_look_at_all(struct xe_device *xe)
{
	struct xe_preempt *p;

	guard(mutex)(&xe->submit.lock);
	list_for_each_entry(p, &xe->submit.lr, link)
		xe_preempt_kick(p->vm);
}

/**
 * xe_preempt_kill_all - a part of xe_submit_kill(): nothing reaches memory any more
 * @xe: the device; all address spaces are dead
 * @error: of the fences
 *
 * Context: &xe_submit.lock is held; software only.
 */
void xe_preempt_kill_all(struct xe_device *xe, int error)
{
	struct xe_preempt *p;

	lockdep_assert_held(&xe->submit.lock);
	list_for_each_entry(p, &xe->submit.lr, link) {
		guard(mutex)(&p->lock);
		end_fence(p, error);
	}
}

static void stop_all(struct xe_submit *submit)
{
	struct xe_preempt *p;

	guard(mutex)(&submit->lock);
	list_for_each_entry(p, &submit->lr, link) {
		guard(mutex)(&p->lock);
		if (p->fence)
			dma_fence_enable_signaling(&p->fence->base);
	}
}

static int stop_for_sleep(struct xe_device *xe)
{
	struct xe_submit *submit = &xe->submit;

	WRITE_ONCE(submit->lr_sleeps, true);
	stop_all(submit);
	wait_event_timeout(submit->ufence_wq,
			   !atomic_read(&submit->lr_armed) || xe_hw_is_gone(xe), SLEEP_TIMEOUT);
	if (!atomic_read(&submit->lr_armed) || xe_hw_is_gone(xe))
		return 0;

	drm_err(&xe->drm, "long-running jobs do not stop, so the system cannot sleep; end them, or try again\n");
	return -EBUSY;
}

/* Before the notifier of mm/evict.c, which else would stop them one buffer at a time. */
static int notify(struct notifier_block *nb, unsigned long event, void *unused)
{
	struct xe_submit *submit = container_of(nb, struct xe_submit, lr_notifier);
	struct xe_device *xe = container_of(submit, struct xe_device, submit);
	int err = 0;

	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
		err = stop_for_sleep(xe);
		if (!err)
			break;
		fallthrough;	/* nobody tells us that it was called off by ourselves */
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
		WRITE_ONCE(submit->lr_sleeps, false);
		xe_preempt_look_at_all(xe);
	}
	return notifier_from_errno(err);
}

static void notifier_stop(struct xe_hw hw, void *data)
{
	unregister_pm_notifier(data);
}

/**
 * xe_preempt_start - part of a probe step: have system sleep stop what runs
 * @bind: the token of a probe step
 *
 * Context: bound.
 * Return: 0 or a negative error code.
 */
int xe_preempt_start(struct xe_hw_bind bind)
{
	struct notifier_block *notifier = &xe_hw_device(xe_hw_bound(bind))->submit.lr_notifier;
	int err;

	notifier->notifier_call = notify;
	notifier->priority = 1;
	err = register_pm_notifier(notifier);
	return err ?: xe_hw_on_unbind(bind, notifier_stop, notifier);
}
