// SPDX-License-Identifier: MIT
/*
 * Queues: creation, the way to the context, and their end.
 */

#include <linux/dma-fence.h>
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_print.h>

#include "hw/state.h"
#include "mm/vm.h"
#include "submit/coredump.h"
#include "submit/queue.h"
#include "submit/record.h"
#include "submit/submit.h"
#include "uapi/file.h"
#include "xe_device.h"
#include "xe_module.h"
#include "xe_usage.h"

/**
 * DOC: Queues
 *
 * A queue is an ordered list of jobs (dep/queue.c) and, if its jobs are batches, a context: a slot
 * of memory with ring, status page and registers (hw/lrc.c), and an entry in the table of contexts
 * of the bound side (guc/context.c). The queue knows the *number* of that entry; the entry holds a
 * reference to the queue. So whatever happens to the hardware, no pointer of software's leads
 * there; and the memory that an engine may write to stays until the entry is gone.
 *
 * The end of a queue, in this order: it is marked, so that no job is issued any more; its context
 * is to be stopped; when the GuC has let go of it, or the GT was reset, the table says so. Only
 * then the fences of what was not finished are signalled with an error: until then the engine may
 * write to memory that they protect. Nobody waits for this. If the device is asleep, it knows no
 * context, but the number can be given back when it is awake only: it is woken up for that, as all
 * the memory of a process may hang on it.
 *
 * What a queue of binds has accepted is done all the same: binds that came later build on it.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_queue          references    number of a file, jobs, its work, the entry
 *                                        in the table of contexts are gone
 * slot                     the queue     with it
 * entry in the table       bound side    the GuC let go of it; unbind
 * address space            the queue     with it; a reference
 * ======================== ============= ==========================================
 */

/* Errors of the jobs that a dead queue has left: of the first, and of those behind it. */
struct verdict {
	int first, rest;
};

static struct verdict verdict(const struct xe_queue *q)
{
	if (test_bit(XE_QUEUE_RESET, &q->state))
		return (struct verdict){ -EIO, -ECANCELED };
	return (struct verdict){ -ETIME, -ECANCELED };
}

static void free_slots(struct xe_queue *q)
{
	for (unsigned int i = 0; i < q->args.width; i++)
		xe_lrc_free(q->xe, &q->lrc[i]);
	kfree(q->lrc);
	q->lrc = NULL;
	xe_usage_give(q->args.usage, XE_USAGE_SLOTS, q->args.width);
}

/**
 * xe_queue_count_cycles - its client has used what it has run since this was last called for it
 * @q: the queue
 *
 * Context: any.
 */
void xe_queue_count_cycles(struct xe_queue *q)
{
	struct xe_usage *usage = q->args.usage;

	if (!usage || !q->lrc)
		return;

	guard(spinlock_irqsave)(&usage->lock);
	for (unsigned int i = 0; i < q->args.width; i++) {
		u32 now = xe_lrc_timestamp(&q->lrc[i]);

		usage->cycles[q->args.class] += (u32)(now - q->counted[i]);
		q->counted[i] = now;
	}
}

static void free_queue(struct work_struct *work)
{
	struct xe_queue *q = container_of(work, struct xe_queue, free);
	struct xe_submit *submit = &q->xe->submit;

	scoped_guard(mutex, &submit->lock)
		list_del_init(&q->link);
	/* The interrupt's thread may be looking at it: behind this it does not find it any more. */
	scoped_guard(spinlock, &submit->busy[q->args.gt_id][q->args.class].lock)
		list_del_init(&q->busy);

	xe_coredump_drop(&q->xe->coredump, q);
	xe_queue_count_cycles(q);
	if (q->args.of_client)
		xe_usage_give(q->args.usage, XE_USAGE_BINDERS, 1);
	dep_queue_fini(&q->dep);
	if (q->lrc)
		free_slots(q);
	xe_usage_put(q->args.usage);
	if (q->args.vm)
		xe_vm_put(q->args.vm);
	drm_dev_put(&q->xe->drm);
	kfree(q);
}

static void queue_release(struct kref *ref)
{
	struct xe_queue *q = container_of(ref, struct xe_queue, ref);

	xe_module_release(&q->free);
}

/**
 * xe_queue_get - take a reference
 * @q: the queue
 *
 * Context: any.
 * Return: @q.
 */
struct xe_queue *xe_queue_get(struct xe_queue *q)
{
	kref_get(&q->ref);
	return q;
}

/**
 * xe_queue_put - give a reference back
 * @q: the queue
 *
 * The last one frees it in a work of the module, as that takes locks and may free the device.
 *
 * Context: any.
 */
void xe_queue_put(struct xe_queue *q)
{
	kref_put(&q->ref, queue_release);
}

/**
 * xe_queue_lookup - the queue that a client knows by a number
 * @file: the client
 * @id: the number
 *
 * Context: process context.
 * Return: a reference, or NULL.
 */
struct xe_queue *xe_queue_lookup(struct drm_file *file, u32 id)
{
	struct xarray *queues = &to_xe_file(file)->queues;
	struct xe_queue *q;

	xa_lock(queues);
	q = xa_load(queues, id);
	if (q)
		xe_queue_get(q);
	xa_unlock(queues);
	return q;
}

/*
 * The context
 */

/*
 * Also where the device is asleep, and knows no context: then the number is returned later. Who
 * wakes the device up looks for the bit, so it is there before the section is tried.
 */
static void end_context(struct xe_queue *q)
{
	if (q->context < 0)
		return;

	set_bit(XE_QUEUE_ENDS_LATER, &q->state);
	xe_hw_scoped_awake(hw, q->xe) {
		clear_bit(XE_QUEUE_ENDS_LATER, &q->state);
		xe_context_end(hw, &xe_hw_state(hw)->gt[q->args.gt_id], q->context);
		return;
	}
	if (!xe_hw_is_gone(q->xe))
		xe_hw_work_queue(&q->xe->submit.look);
}

static void banned(struct xe_context_owner *owner, bool faulted)
{
	struct xe_queue *q = container_of(owner, struct xe_queue, owner);

	if (faulted)
		set_bit(XE_QUEUE_FAULTED, &q->state);
	set_bit(XE_QUEUE_RESET, &q->state);
	set_bit(XE_QUEUE_BANNED, &q->state);
	xe_queue_kick(q);
}

static void gone(struct xe_context_owner *owner)
{
	struct xe_queue *q = container_of(owner, struct xe_queue, owner);

	set_bit(XE_QUEUE_GONE, &q->state);
	xe_queue_kick(q);
	xe_queue_put(q);
}

static void forgotten(struct xe_context_owner *owner, bool saved)
{
	struct xe_queue *q = container_of(owner, struct xe_queue, owner);

	if (saved)
		set_bit(XE_QUEUE_SAVED, &q->state);
	set_bit(XE_QUEUE_FORGOTTEN, &q->state);
	xe_queue_kick(q);
}

static void stopped(struct xe_context_owner *owner)
{
	struct xe_queue *q = container_of(owner, struct xe_queue, owner);

	set_bit(XE_QUEUE_STOPPED, &q->state);
	xe_queue_kick(q);
}

static const struct xe_context_owner_ops owner_ops = {
	.banned = banned,
	.stopped = stopped,
	.forgotten = forgotten,
	.gone = gone,
};

/* Whoever has a slot may have an id of the GuC's. */
static_assert(XE_LRC_MAX_SLOTS <= GUC_CONTEXT_IDS);

/* All of them, or none: who has been given none has run nothing. */
static int make_slots(struct xe_queue *q)
{
	struct xe_lrc_args args = {};
	int err;

	err = xe_record_default(q->xe, q->args.gt_id, q->args.class);
	if (err)
		return err;

	if (!xe_usage_take(q->args.usage, XE_USAGE_SLOTS, q->args.width)) {
		drm_dbg(&q->xe->drm, "the client, or its user, has as many contexts as are left\n");
		return -ENOSPC;
	}
	q->lrc = kcalloc(q->args.width, sizeof(*q->lrc), GFP_KERNEL_ACCOUNT);
	if (!q->lrc) {
		xe_usage_give(q->args.usage, XE_USAGE_SLOTS, q->args.width);
		return -ENOMEM;
	}

	args.root = q->args.root;
	if (q->args.vm) {
		args.root = xe_vm_root(q->args.vm, q->args.gt_id);
		args.asid = xe_vm_asid(q->args.vm);
	}
	for (unsigned int i = 0; i < q->args.width; i++) {
		err = xe_lrc_alloc(q->xe, q->args.gt_id, q->args.class, &q->lrc[i]);
		if (err) {
			free_slots(q);
			return err;
		}
		xe_lrc_init(q->xe, &q->lrc[i], &args);
	}
	return 0;
}

/* Userspace's normal is above what the firmware calls normal: there is something below it. */
static const enum xe_guc_priority priorities[XE_QUEUE_PRIORITIES] = {
	[XE_QUEUE_LOW] = GUC_PRIORITY_NORMAL,
	[XE_QUEUE_NORMAL] = GUC_PRIORITY_KERNEL_NORMAL,
	[XE_QUEUE_HIGH] = GUC_PRIORITY_HIGH,
	[XE_QUEUE_KERNEL] = GUC_PRIORITY_KERNEL_HIGH,
};

static struct xe_context_desc describe(const struct xe_queue *q)
{
	const struct xe_sched *sched = &q->xe->sched[q->args.gt_id][q->args.class];
	struct xe_context_desc desc = {
		.class = q->args.class,
		.mask = q->args.mask,
		.width = q->args.width,
		.ppgtt = q->args.vm || q->args.root,
		.priority = priorities[q->args.priority],
		.quantum_us = q->args.timeslice_us ?:
			READ_ONCE(sched->value[XE_SCHED_TIMESLICE_US][XE_SCHED_VALUE]),
		.preempt_us = READ_ONCE(sched->value[XE_SCHED_PREEMPT_TIMEOUT_US][XE_SCHED_VALUE]),
	};

	for (unsigned int i = 0; i < q->args.width; i++)
		desc.lrca[i] = q->lrc[i].ggtt;
	if (q->args.width > 1)
		desc.work_queue = q->lrc->status + GUC_PARALLEL_OFFSET;
	return desc;
}

/* The table takes over the reference. */
static int make_context(struct xe_queue *q)
{
	struct xe_context_desc desc = describe(q);
	struct xe_context *ctx = xe_context_alloc(GFP_KERNEL_ACCOUNT);
	int ret = -EAGAIN;

	if (!ctx)
		return -ENOMEM;

	xe_queue_get(q);
	xe_hw_scoped(hw, q->xe) {
		ret = xe_context_create(hw, &xe_hw_state(hw)->gt[q->args.gt_id], ctx, &desc,
					&q->owner);
		if (ret < 0)
			break;
		q->context = ret;
		if (q->args.ops->start)
			q->args.ops->start(hw, q);
	}
	if (ret < 0) {
		xe_context_free(ctx);
		ret = xe_hw_error(q->xe, ret);
		xe_queue_put(q);
		return ret;
	}
	/* Whoever banned it meanwhile found no context to end. */
	if (xe_queue_is_banned(q))
		end_context(q);
	return 0;
}

/*
 * Life
 */

/* Once, when the engines cannot write for it any more. */
static void bury(struct xe_queue *q)
{
	struct verdict v = verdict(q);

	xe_queue_disarm(q);
	dep_queue_kill(&q->dep);
	if (q->args.ops->mend)
		q->args.ops->mend(q);
	dep_queue_bury(&q->dep, q->args.ops->done, v.first, v.rest);
	wake_up_all(&q->xe->submit.ufence_wq);
}

static void queue_work_fn(struct work_struct *work)
{
	struct xe_queue *q = container_of(work, struct xe_queue, work);

	bool cookie = dma_fence_begin_signalling();

	if (test_bit(XE_QUEUE_BANNED, &q->state) &&
	    !test_and_set_bit(XE_QUEUE_KILLED, &q->state) && q->args.ops->found_out)
		q->args.ops->found_out(q);

	if (test_bit(XE_QUEUE_GONE, &q->state)) {
		bury(q);
		if (q->args.ops->gone)
			q->args.ops->gone(q);
	} else if (test_bit(XE_QUEUE_BANNED, &q->state)) {
		xe_queue_kill(q);
	} else {
		if (test_bit(XE_QUEUE_STOPPED, &q->state) && q->args.ops->stopped)
			q->args.ops->stopped(q);
		q->args.ops->run(q);
	}
	dma_fence_end_signalling(cookie);
	xe_queue_put(q);
}

/**
 * xe_queue_run - issue what is ready, in the thread that made it
 * @q: the queue
 *
 * Context: process context, no token; opens a section if the device is awake.
 */
void xe_queue_run(struct xe_queue *q)
{
	bool cookie = dma_fence_begin_signalling();

	q->args.ops->run(q);
	dma_fence_end_signalling(cookie);
}

/*
 * The timer
 */

static void timer_fn(struct work_struct *work)
{
	struct xe_queue *q = container_of(work, struct xe_queue, timer.work);

	bool cookie = dma_fence_begin_signalling();

	q->args.ops->expired(q);
	dma_fence_end_signalling(cookie);
	xe_queue_put(q);
}

/**
 * xe_queue_timeout - how long a job may run
 * @q: the queue
 *
 * Context: any.
 * Return: milliseconds; 0 for as long as it likes.
 */
unsigned int xe_queue_timeout(const struct xe_queue *q)
{
	const struct xe_sched *sched = &q->xe->sched[q->args.gt_id][q->args.class];

	if (!q->args.ops->expired)
		return 0;
	return READ_ONCE(sched->value[XE_SCHED_JOB_TIMEOUT_MS][XE_SCHED_VALUE]);
}

/**
 * xe_queue_time_left - how much of that the oldest job has left
 * @q: the queue
 *
 * Context: any.
 * Return: milliseconds.
 */
unsigned int xe_queue_time_left(const struct xe_queue *q)
{
	unsigned int gone = jiffies_to_msecs(jiffies - READ_ONCE(q->since));
	unsigned int timeout = xe_queue_timeout(q);

	return gone < timeout ? timeout - gone : 0;
}

/**
 * xe_queue_arm - start the timer, if it does not run
 * @q: the queue
 * @ms: when it expires; 0 for not at all
 *
 * Context: any.
 */
void xe_queue_arm(struct xe_queue *q, unsigned int ms)
{
	if (!ms)
		return;
	xe_queue_get(q);
	if (!queue_delayed_work(q->xe->submit.wq, &q->timer, msecs_to_jiffies(ms)))
		xe_queue_put(q);
}

/**
 * xe_queue_disarm - stop the timer
 * @q: the queue, of which the caller has another reference
 *
 * Context: any; does not wait for one that has just expired.
 */
void xe_queue_disarm(struct xe_queue *q)
{
	if (cancel_delayed_work(&q->timer))
		xe_queue_put(q);
}

/**
 * xe_queue_kick - have the queue's work look for what has become ready
 * @q: the queue, of which the caller has a reference
 *
 * Context: any.
 */
void xe_queue_kick(struct xe_queue *q)
{
	xe_queue_get(q);
	if (!queue_work(q->xe->submit.wq, &q->work))
		xe_queue_put(q);
}

/**
 * xe_queue_dep_kick - &dep_queue_ops.kick of every queue
 * @dep: &xe_queue.dep
 *
 * Context: any.
 */
void xe_queue_dep_kick(struct dep_queue *dep)
{
	xe_queue_kick(container_of(dep, struct xe_queue, dep));
}

static int enlist(struct xe_queue *q)
{
	struct xe_submit *submit = &q->xe->submit;

	guard(mutex)(&submit->lock);
	if (submit->error)
		return submit->error;
	list_add_tail(&q->link, &submit->queues);
	return 0;
}

static struct xe_queue *alloc_queue(struct xe_device *xe, const struct xe_queue_args *args)
{
	struct xe_queue *q = kzalloc(sizeof(*q), GFP_KERNEL_ACCOUNT);

	if (!q)
		return NULL;

	dep_queue_init(&q->dep, &args->ops->dep);
	kref_init(&q->ref);
	INIT_LIST_HEAD(&q->link);
	INIT_LIST_HEAD(&q->busy);
	INIT_LIST_HEAD(&q->lr);
	INIT_WORK(&q->work, queue_work_fn);
	INIT_DELAYED_WORK(&q->timer, timer_fn);
	INIT_WORK(&q->free, free_queue);
	drm_dev_get(&xe->drm);
	q->xe = xe;
	q->args = *args;
	xe_who_calls(&q->who);
	if (args->vm)
		xe_vm_get(args->vm);
	xe_usage_get(args->usage);
	q->owner.ops = &owner_ops;
	q->context = -ENOENT;
	q->tail = LRC_RING_FIRST;
	q->head = LRC_RING_FIRST;
	return q;
}

/**
 * xe_queue_create - make a queue
 * @xe: the device
 * @args: what is wanted; a reference to the address space is taken
 *
 * Nothing is said to the GuC before the first job. But the first queue of a class waits for the
 * default image to be recorded.
 *
 * Context: process context, may sleep; enters.
 * Return: the queue, with a reference; -ENOMEM; -ENOSPC if the client may not have more queues;
 * -ENODEV if the device is gone; -EAGAIN if it cannot be had now; errors of xe_record_default(), of
 * which the engine's were logged.
 */
struct xe_queue *xe_queue_create(struct xe_device *xe, const struct xe_queue_args *args)
{
	struct xe_queue *q;
	int err;

	if (args->of_client && !xe_usage_take(args->usage, XE_USAGE_BINDERS, 1)) {
		drm_dbg(&xe->drm,
			"the client, or its user, has as many bind queues as are left\n");
		return ERR_PTR(-ENOSPC);
	}
	q = alloc_queue(xe, args);
	if (!q) {
		if (args->of_client)
			xe_usage_give(args->usage, XE_USAGE_BINDERS, 1);
		return ERR_PTR(-ENOMEM);
	}

	err = args->kind == XE_QUEUE_EXEC ? make_slots(q) : 0;
	if (!err)
		err = enlist(q);
	if (!err && args->kind == XE_QUEUE_EXEC)
		err = make_context(q);
	if (err) {
		xe_queue_put(q);
		return ERR_PTR(err);
	}
	return q;
}

/**
 * xe_queue_kill - nobody wants its jobs any more
 * @q: the queue
 *
 * What was not issued never will be. Fences are signalled when the engines are done with the
 * context; this is not waited for. Binds that were accepted are done all the same.
 *
 * Context: process context, may sleep, on the way to fences; opens a section if the device is
 * awake.
 */
void xe_queue_kill(struct xe_queue *q)
{
	set_bit(XE_QUEUE_KILLED, &q->state);
	if (q->args.kind == XE_QUEUE_BIND)
		return;

	dep_queue_kill(&q->dep);
	end_context(q);
}

/**
 * xe_queue_ban - it did wrong: as xe_queue_kill(), and its user can see why nothing runs
 * @q: the queue
 *
 * Context: as xe_queue_kill().
 */
void xe_queue_ban(struct xe_queue *q)
{
	/* First, as it was not the GuC that found it out. */
	set_bit(XE_QUEUE_KILLED, &q->state);
	if (!test_and_set_bit(XE_QUEUE_BANNED, &q->state))
		drm_dbg(&q->xe->drm, "a queue was banned\n");
	xe_queue_kill(q);
}

/* Works of queues do the rest. Nobody is blamed: who calls this has said why. */
static void ban_later(struct xe_queue *q)
{
	if (!kref_get_unless_zero(&q->ref))
		return;
	set_bit(XE_QUEUE_KILLED, &q->state);
	set_bit(XE_QUEUE_BANNED, &q->state);
	xe_queue_kick(q);
	xe_queue_put(q);
}

/**
 * xe_queue_ban_all - an address space is not to be used any more: ban it, and all its queues
 * @vm: the address space
 *
 * Contexts end, and fences are signalled behind that, by the works of the queues.
 *
 * Context: process context, also on the way to fences, and where reclaim waits.
 */
void xe_queue_ban_all(struct xe_vm *vm)
{
	struct xe_submit *submit = &vm->xe->submit;
	struct xe_queue *q;

	xe_vm_ban(vm);
	guard(mutex)(&submit->lock);
	list_for_each_entry(q, &submit->queues, link)
		if (q->args.vm == vm)
			ban_later(q);
}

/**
 * xe_queue_ban_kin - as xe_queue_ban_all(), for all that its process made alike
 * @vm: the address space
 *
 * Those of xe_vm_is_kin(), of which there may be thousands, each of them waited for. One by one
 * each would cost a look at all queues of the device, and each has an engine that is to be stopped.
 *
 * Context: as xe_queue_ban_all().
 */
void xe_queue_ban_kin(struct xe_vm *vm)
{
	struct xe_submit *submit = &vm->xe->submit;
	struct xe_queue *q;

	xe_vm_ban_kin(vm);
	guard(mutex)(&submit->lock);
	list_for_each_entry(q, &submit->queues, link)
		if (q->args.vm && xe_vm_is_kin(vm, q->args.vm))
			ban_later(q);
}

/**
 * xe_queue_ban_device - whatever the engines are doing, it is not to go on
 * @xe: the device
 *
 * As xe_queue_ban_all(), for all queues of engines, the driver's own among them. Address spaces
 * and their binds go on.
 *
 * Context: as xe_queue_ban_all().
 */
void xe_queue_ban_device(struct xe_device *xe)
{
	struct xe_submit *submit = &xe->submit;
	struct xe_queue *q;

	guard(mutex)(&submit->lock);
	list_for_each_entry(q, &submit->queues, link)
		if (q->args.kind == XE_QUEUE_EXEC) {
			set_bit(XE_QUEUE_RESET, &q->state);
			ban_later(q);
		}
}
