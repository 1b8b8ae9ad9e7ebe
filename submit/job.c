// SPDX-License-Identifier: MIT
/*
 * Jobs of engines: made, published, issued, finished.
 */

#include <linux/module.h>
#include <linux/slab.h>

#include <drm/drm_print.h>

#include "guc/context.h"
#include "hw/state.h"
#include "mm/userptr.h"
#include "mm/vm.h"
#include "submit/bind.h"
#include "submit/hang.h"
#include "submit/job.h"
#include "submit/preempt.h"
#include "submit/queue.h"
#include "submit/ring.h"
#include "submit/submit.h"
#include "submit/sync.h"
#include "xe_device.h"
#include "xe_trace.h"

/**
 * DOC: Jobs
 *
 * An ioctl makes a job in an order that leaves nothing to fail at the end:
 *
 * 1. Room in the queue is waited for, with no lock held.
 * 2. The device is woken, and kept awake until the job is over: nothing on the way to its fence
 *    has to resume the device.
 * 3. With the reservations of the address space held, mappings that are out of date are written
 *    anew, and the fences are collected that the job has to wait for: kernel fences of all buffers,
 *    and what its caller asked for.
 * 4. The point of no return: with &dep_queue.lock held, the job gets its number, and its fence is
 *    put wherever somebody looks for it. Nothing here allocates or fails.
 * 5. If it is the first and waits for nothing, it is issued at once, in a section; else the
 *    queue's work does it later.
 *
 * To issue a job means to write its text into the ring, move the tail in the image, and tell the
 * GuC. The text decides whether the TLB is flushed, as late as that: by then everything that the
 * job waited for has been written. The engine stores the number of the job when it is done, and
 * interrupts; the interrupt's thread compares and signals.
 *
 * A section that does not open is no error: the device is gone, and xe_submit_kill() ends the job;
 * or it sleeps, and the queue is looked at when it wakes up.
 *
 * If a reset or a sleep made the GuC forget the context, what is in the ring is still there, but
 * the head in the image may be anywhere behind what is done. It is set to the first job that is not
 * done, so that nothing runs twice, if that job has not begun. If it has, it may have done half of
 * its work, and the queue is banned; unless the GuC had taken the context off its engine before:
 * all of its state was saved in the image then, and it goes on.
 *
 * A job of a long-running address space has a fence like any other, which nobody but its queue gets
 * to see. It takes no reservation: what the address space needs is seen to by submit/preempt.c.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_job            its fence     last reference to the fence is dropped
 * reference to the queue,  the job       it is over; in a work of the module
 * keep-awake count,
 * list of dependencies
 * ======================== ============= ==========================================
 */

static struct xe_job *to_job(struct dep_job *dep)
{
	return container_of(dep, struct xe_job, dep);
}

/*
 * Issue
 */

static struct xe_gt *queue_gt(struct xe_hw hw, const struct xe_queue *q)
{
	return &xe_hw_state(hw)->gt[q->args.gt_id];
}

static bool reached(const struct xe_queue *q, u32 sequence,
		    u32 (*word)(const struct xe_lrc *lrc), bool any)
{
	for (unsigned int i = 0; i < q->args.width; i++)
		if (((s32)(word(&q->lrc[i]) - sequence) >= 0) == any)
			return any;
	return !any;
}

/**
 * xe_job_done - &xe_queue_ops.done of queues of engines
 * @dep: &xe_job.dep
 *
 * Context: any, under &dep_queue.issued_lock.
 */
bool xe_job_done(struct dep_job *dep)
{
	struct xe_job *job = to_job(dep);

	if (!reached(job->q, job->sequence, xe_lrc_sequence, false))
		return false;
	WRITE_ONCE(job->q->head, job->end);
	WRITE_ONCE(job->q->since, jiffies);
	job->q->tries = 0;
	trace_xe_job_done(job->q->xe->drm.dev, job->q->args.gt_id, job->q->context, &dep->fence);
	return true;
}

/*
 * Translations that were cached before entries changed: the engine forgets them first. Which engine
 * it is that runs the job nobody knows of a queue with several placements.
 */
static bool must_flush(struct xe_queue *q)
{
	struct xe_vm *vm = q->args.vm;
	u32 changes;

	if (!vm || vm->flags & XE_VM_LR)
		return false;
	changes = READ_ONCE(vm->map_changes);
	if (changes == q->flushed && (!changes || hweight32(q->args.mask) <= q->args.width))
		return false;
	q->flushed = changes;
	return true;
}

static void write_text(struct xe_queue *q, const struct xe_job *job)
{
	struct xe_ring_job text = {
		.class = q->args.class,
		.ppgtt = q->args.vm || q->args.root,
		.flush_tlb = job->flush || must_flush(q),
		.has_fence = job->has_fence,
		.num_others = q->args.width - 1,
		.sequence = job->sequence,
		.fence_address = job->fence_address,
		.fence_value = job->fence_value,
	};

	for (unsigned int i = 1; i < job->num_batches; i++)
		text.others[i - 1] = q->lrc[i].ggtt;
	for (unsigned int i = 0; i < job->num_batches; i++) {
		text.joins = i;
		text.status = q->lrc[i].ggtt;
		text.batch = job->batch[i];
		xe_ring_write(q->lrc[i].ring, q->tail, &text);
	}
}

/* The GuC moves those of several rings itself, so that no child begins before the others may. */
static void move_tail(struct xe_queue *q, u32 tail)
{
	q->tail = tail;
	if (q->args.width == 1)
		xe_lrc_set_tail(q->lrc, tail);
}

static void mark_busy(struct xe_queue *q)
{
	struct xe_submit_busy *busy = &q->xe->submit.busy[q->args.gt_id][q->args.class];

	guard(spinlock)(&busy->lock);
	if (list_empty(&q->busy))
		list_add_tail(&q->busy, &busy->queues);
}

/* The GuC finds the tail of a single ring in its image; those of several it is told together. */
static const u32 *tails(const struct xe_queue *q, u32 *tails)
{
	if (q->args.width == 1)
		return NULL;
	for (unsigned int i = 0; i < q->args.width; i++)
		tails[i] = q->tail;
	return tails;
}

/* From here the job may end at any time, and be freed. */
static void issue_batches(struct xe_hw hw, struct xe_queue *q, struct xe_job *job, u32 bytes)
{
	u32 ends[XE_CONTEXT_MAX_WIDTH];

	/* Not that of the fence: jobs without batches have one too, and are no text in rings. */
	job->sequence = ++q->sequence;
	job->end = xe_ring_advance(q->tail, bytes);
	write_text(q, job);
	if (list_empty(&q->dep.issued))
		WRITE_ONCE(q->since, jiffies);
	trace_xe_job_issue(q->xe->drm.dev, q->args.gt_id, q->context, &job->dep.fence);
	dep_queue_issue(&q->dep, &job->dep);
	mark_busy(q);
	move_tail(q, job->end);
	if (q->args.vm)
		xe_vm_set_ran(q->args.vm);
	/* If it is forgotten just now, the queue's work finds the job among the unfinished. */
	if (q->stale)
		xe_context_revive(hw, queue_gt(hw, q), q->context, tails(q, ends));
	else
		xe_context_submit(hw, queue_gt(hw, q), q->context, tails(q, ends));
	q->stale = false;
	xe_queue_arm(q, xe_queue_timeout(q));
}

/* It ends in its turn, when the job before it is done. */
static void issue_empty(struct xe_queue *q, struct xe_job *job)
{
	job->sequence = q->sequence;
	job->end = q->tail;
	trace_xe_job_issue(q->xe->drm.dev, q->args.gt_id, q->context, &job->dep.fence);
	dep_queue_issue(&q->dep, &job->dep);
	mark_busy(q);
	dep_queue_complete(&q->dep, xe_job_done);
}

/* False if the ring is full: the interrupt of a job that is done has the queue looked at again. */
static bool issue(struct xe_hw hw, struct xe_queue *q, struct xe_job *job)
{
	u32 bytes;

	if (!job->num_batches) {
		issue_empty(q, job);
		return true;
	}

	bytes = xe_ring_job_bytes(q->args.class, job->has_fence, q->args.width - 1);
	if (xe_ring_space(READ_ONCE(q->head), q->tail) < bytes)
		return false;
	issue_batches(hw, q, job, bytes);
	return true;
}

/* Only under the lock: behind it the interrupt may end the job, and it may be freed. */
static bool first_sequence(struct xe_queue *q, u32 *sequence)
{
	struct dep_job *first;

	guard(spinlock_irqsave)(&q->dep.issued_lock);
	first = list_first_entry_or_null(&q->dep.issued, struct dep_job, link);
	if (first)
		*sequence = to_job(first)->sequence;
	return first;
}

/**
 * xe_job_collect - end what is done, though no interrupt said so
 * @q: the queue; &dep_queue.lock is held
 *
 * Context: process context.
 * Return: whether there is a job that was issued and is not done.
 */
bool xe_job_collect(struct xe_queue *q)
{
	u32 unused;

	/* Who waits for room in the ring, or for a user fence, has not heard of it either. */
	if (dep_queue_complete(&q->dep, xe_job_done)) {
		xe_queue_kick(q);
		xe_submit_wake(q->xe);
	}
	return first_sequence(q, &unused);
}

/* Has a child done, or begun to do, any of the oldest job? */
static bool has_begun(struct xe_queue *q)
{
	u32 sequence;

	return first_sequence(q, &sequence) && reached(q, sequence, xe_lrc_started, true);
}

/**
 * xe_job_runs - is the oldest job on an engine?
 * @q: the queue; &dep_queue.lock is held
 * @ticks: how long, if nothing of the queue is on an engine now: ticks of the GT's clock, of the
 *	child that ran longest and is not done
 *
 * Context: process context.
 * Return: false if no child is within the job, since their engines have not come to it.
 */
bool xe_job_runs(struct xe_queue *q, u32 *ticks)
{
	bool runs = false;
	u32 sequence;

	*ticks = 0;
	if (!first_sequence(q, &sequence))
		return false;

	for (unsigned int i = 0; i < q->args.width; i++) {
		const struct xe_lrc *lrc = &q->lrc[i];

		if ((s32)(xe_lrc_started(lrc) - sequence) < 0 ||
		    (s32)(xe_lrc_sequence(lrc) - sequence) >= 0)
			continue;
		runs = true;
		*ticks = max(*ticks, xe_lrc_timestamp(lrc) - xe_lrc_job_timestamp(lrc));
	}
	return runs;
}

/**
 * xe_job_batches - what the oldest job runs
 * @q: the queue
 * @batch: filled in: addresses
 *
 * Context: process context.
 * Return: how many; 0 if no job was issued that is not done.
 */
unsigned int xe_job_batches(struct xe_queue *q, u64 batch[XE_CONTEXT_MAX_WIDTH])
{
	const struct xe_job *job;

	guard(spinlock_irqsave)(&q->dep.issued_lock);
	if (list_empty(&q->dep.issued))
		return 0;

	job = to_job(list_first_entry(&q->dep.issued, struct dep_job, link));
	memcpy(batch, job->batch, job->num_batches * sizeof(*batch));
	return job->num_batches;
}

/* False if that takes another head, which the GuC does not take of a parallel context. */
static bool rewind_rings(struct xe_queue *q)
{
	bool same = true;

	for (unsigned int i = 0; i < q->args.width; i++) {
		u32 saved = xe_ring_advance(xe_lrc_head(&q->lrc[i]), 0);
		u32 head = xe_ring_rewind(q->lrc[i].ring, saved, READ_ONCE(q->head), q->tail);

		same &= head == saved;
		xe_lrc_set_head(&q->lrc[i], head);
	}
	return same || q->args.width == 1;
}

/*
 * The GuC does not know the context any more, and no engine has it. &dep_queue.lock is held, so
 * that a job which is found on the list stays: only the interrupt might end it, and it did.
 *
 * Return: false if the first job had begun, and may have been done by half, or cannot be begun.
 */
static bool revive(struct xe_hw hw, struct xe_queue *q)
{
	bool saved = test_and_clear_bit(XE_QUEUE_SAVED, &q->state);
	bool unfinished = xe_job_collect(q);
	u32 ends[XE_CONTEXT_MAX_WIDTH];

	/* The driver's own write what they wrote again. */
	if (unfinished && !saved && has_begun(q) && !q->args.root)
		return false;
	if ((!unfinished || !saved) && !rewind_rings(q))
		return false;

	q->stale = !unfinished;
	if (!unfinished)
		return true;

	/* It is no fault of the job's that it had to wait until now. */
	q->tries = 0;
	WRITE_ONCE(q->since, jiffies);
	xe_context_revive(hw, queue_gt(hw, q), q->context, tails(q, ends));
	xe_queue_arm(q, xe_queue_timeout(q));
	return true;
}

/* False if the queue is to be banned. */
static bool issue_ready(struct xe_hw hw, struct xe_queue *q)
{
	struct dep_job *dep;

	guard(mutex)(&q->dep.lock);
	/* Banned since its work began: that is asked for again, and memory may be gone by now. */
	if (dep_queue_is_dead(&q->dep) || test_bit(XE_QUEUE_CHECKED, &q->state) ||
	    xe_queue_is_banned(q))
		return true;
	if (test_and_clear_bit(XE_QUEUE_FORGOTTEN, &q->state) && !revive(hw, q))
		return false;
	while ((dep = dep_queue_ready(&q->dep)) && issue(hw, q, to_job(dep)))
		continue;
	return true;
}

/**
 * xe_job_run - &xe_queue_ops.run of queues of engines
 * @q: the queue
 *
 * Context: process context, no token, on the way to fences; opens a section if the device is awake.
 */
void xe_job_run(struct xe_queue *q)
{
	bool good = true;

	xe_hw_scoped_awake(hw, q->xe)
		good = issue_ready(hw, q);
	if (!good) {
		set_bit(XE_QUEUE_RESET, &q->state);
		xe_queue_ban(q);
	}
}

/**
 * xe_job_release - &dep_queue_ops.release of queues of engines
 * @dep: &xe_job.dep
 *
 * Context: process context; also without a device.
 */
void xe_job_release(struct dep_job *dep)
{
	struct xe_job *job = to_job(dep);
	struct xe_queue *q = job->q;

	if (dep->fence.error)
		trace_xe_job_done(q->xe->drm.dev, q->args.gt_id, q->context, &dep->fence);
	if (job->awake)
		xe_hw_awake_put(q->xe);
	xe_submit_drop_deps(&job->dep);
	xe_queue_put(q);
}

const struct xe_queue_ops xe_exec_queue_ops = {
	.dep = {
		.owner = THIS_MODULE,
		.kick = xe_queue_dep_kick,
		.release = xe_job_release,
	},
	.run = xe_job_run,
	.expired = xe_hang_expired,
	.stopped = xe_hang_stopped,
	.found_out = xe_hang_found_out,
	.done = xe_job_done,
};

const struct xe_queue_ops xe_lr_queue_ops = {
	.dep = {
		.owner = THIS_MODULE,
		.kick = xe_queue_dep_kick,
		.release = xe_job_release,
	},
	.start = xe_preempt_queue_start,
	.run = xe_job_run,
	.stopped = xe_preempt_queue_stopped,
	.found_out = xe_hang_found_out,
	.gone = xe_preempt_queue_gone,
	.done = xe_job_done,
};

/*
 * Making
 */

/**
 * xe_job_make - the memory of a job
 * @q: its queue; a reference is taken
 * @batches: their addresses
 * @num_batches: how many
 *
 * Context: process context.
 * Return: the job, which is pushed, with dependencies, or given to xe_job_drop(); NULL.
 */
struct xe_job *xe_job_make(struct xe_queue *q, const u64 *batches, unsigned int num_batches)
{
	struct xe_job *job = kzalloc(struct_size(job, batch, num_batches), GFP_KERNEL_ACCOUNT);

	if (!job)
		return NULL;

	job->q = xe_queue_get(q);
	job->num_batches = num_batches;
	memcpy(job->batch, batches, num_batches * sizeof(*batches));
	return job;
}

/**
 * xe_job_drop - free a job that was not pushed
 * @job: the job
 *
 * Context: process context.
 */
void xe_job_drop(struct xe_job *job)
{
	job->q->args.ops->dep.release(&job->dep);
	kfree(job);
}

/* @lock is NULL for a job that uses no memory of an address space. */
static int collect_deps(struct xe_job *job, struct xe_vm_lock *lock, const struct xe_sync *syncs,
			unsigned int num_syncs, struct dma_fence *moved)
{
	unsigned int max = num_syncs + !!moved + (lock ? xe_submit_count_reserved(lock) : 0);
	struct dma_fence **deps = max ? xe_mm_array(max, sizeof(*deps)) : NULL;
	int err;

	/* Those of a try before this one. */
	xe_submit_drop_deps(&job->dep);
	if (max && !deps) {
		dma_fence_put(moved);
		return -ENOMEM;
	}

	dep_job_init(&job->dep, deps, max);
	if (!max)
		return 0;
	err = dep_job_depend(&job->dep, moved);
	for (unsigned int i = 0; i < num_syncs && !err; i++)
		err = xe_sync_depend(&syncs[i], &job->dep);
	if (!err && lock)
		err = xe_submit_depend_reserved(&job->dep, lock);
	xe_submit_merge_deps(&job->dep);
	return err;
}

/* The point of no return. */
static void publish(struct xe_job *job, struct xe_vm_lock *lock, struct xe_sync *syncs,
		    unsigned int num_syncs)
{
	struct xe_queue *q = job->q;
	bool accepted;

	scoped_guard(mutex, &q->dep.lock) {
		accepted = dep_queue_push(&q->dep, &job->dep);
		trace_xe_job_queue(q->xe->drm.dev, q->args.gt_id, q->context, &job->dep.fence);
		if (lock)
			xe_vm_add_fence(lock, &job->dep.fence);
		for (unsigned int i = 0; i < num_syncs; i++)
			xe_sync_signal(&syncs[i], &job->dep.fence);
	}
	if (!accepted)
		dep_job_fail(&job->dep, READ_ONCE(q->xe->submit.error) ?: -ECANCELED);
}

static int push_locked(struct xe_job *job, struct xe_vm_lock *lock, struct xe_sync *syncs,
		       unsigned int num_syncs)
{
	struct dma_fence *moved;
	int err;

	err = xe_bind_prepare(lock, &moved);
	if (!err)
		err = collect_deps(job, lock, syncs, num_syncs, moved);
	if (err)
		return err;

	/* From here on whoever takes memory of a process away waits for the job. */
	guard(rwsem_read)(&lock->vm->notifier_lock);
	if (!xe_userptr_valid(lock->vm))
		return -EAGAIN;
	/* Who banned it finds no other job than those of queues that were there. */
	if (xe_vm_is_banned(lock->vm))
		return -ECANCELED;
	publish(job, lock, syncs, num_syncs);
	return 0;
}

static int try_push(struct xe_job *job, struct xe_sync *syncs, unsigned int num_syncs,
		    struct xe_vm_tries *tries)
{
	struct xe_vm *vm = job->q->args.vm;
	struct xe_vm_lock lock;
	int err;

	err = xe_userptr_repin(vm);
	/* One for the job, one for entries that are written anew. */
	err = err ?: xe_vm_lock(vm, &lock, 2, tries);
	if (err)
		return err;
	err = push_locked(job, &lock, syncs, num_syncs);
	xe_vm_unlock(&lock);
	return err;
}

static int push_job(struct xe_job *job, struct xe_sync *syncs, unsigned int num_syncs)
{
	struct xe_vm *vm = job->q->args.vm;
	struct xe_vm_tries tries = { };
	int err;

	if (!vm || vm->preempt || !job->num_batches) {
		err = collect_deps(job, NULL, syncs, num_syncs, NULL);
		if (!err)
			publish(job, NULL, syncs, num_syncs);
		return err;
	}

	do {
		err = -EAGAIN;
		for (int i = 0; i < XE_USERPTR_TRIES && err == -EAGAIN; i++)
			err = try_push(job, syncs, num_syncs, &tries);
	} while (xe_vm_try_again(&vm->xe->mm, err, &tries));
	return err;
}

/**
 * xe_job_submit - have a queue run batches
 * @q: the queue, XE_QUEUE_EXEC
 * @batches: addresses in its address space
 * @num_batches: the width of the queue, or 0: nothing is run, but what was before is waited for
 * @syncs: what to wait for, and what to signal
 * @num_syncs: how many
 *
 * Context: ioctl, may sleep; enters in parts.
 * Return: 0; -ENOMEM, -ENOSPC, -ENOBUFS; -ERESTARTSYS or -EINTR; -ENODEV if the device is gone,
 * -EAGAIN while the system is about to sleep, or memory that is mapped is taken away all the time;
 * -ECANCELED if the address space is banned.
 */
int xe_job_submit(struct xe_queue *q, const u64 *batches, unsigned int num_batches,
		  struct xe_sync *syncs, unsigned int num_syncs)
{
	struct xe_job *job;
	int err;

	err = dep_queue_wait_room(&q->dep, XE_QUEUE_MAX_PENDING);
	if (err)
		return err;

	job = xe_job_make(q, batches, num_batches);
	if (!job)
		return -ENOMEM;

	job->has_fence = xe_sync_user_fence(syncs, num_syncs, &job->fence_address,
					    &job->fence_value);
	err = xe_submit_keep_awake(q->xe, &job->awake);
	if (!err)
		err = push_job(job, syncs, num_syncs);
	if (err) {
		xe_job_drop(job);
		return err;
	}

	xe_queue_run(q);
	if (q->args.vm)
		xe_preempt_kick(q->args.vm);
	return 0;
}
