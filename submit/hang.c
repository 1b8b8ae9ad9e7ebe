// SPDX-License-Identifier: MIT
/*
 * Jobs that take too long.
 */

#include <linux/math64.h>
#include <linux/ratelimit.h>

#include <drm/drm_print.h>

#include "guc/context.h"
#include "hw/state.h"
#include "submit/coredump.h"
#include "submit/hang.h"
#include "submit/job.h"
#include "submit/queue.h"
#include "xe_device.h"
#include "xe_trace.h"

/**
 * DOC: Hangs
 *
 * A queue has one timer, for the oldest job that was issued. When it expires, nothing is known yet:
 * the interrupt may have been lost, the engine may have been busy with others. So, in this order:
 *
 * 1. The number in memory is looked at. If the job is done, it ends as usual.
 * 2. If the job is on no engine it gets its time again, twice. A parallel one is if a child is: one
 *    that is done, or waits for its engine, says nothing of the others.
 * 3. The context is taken off the engine, which saves how long it has run. The GuC has to do that
 *    within its preemption timeout, or it resets the engine; and to answer within 5 s behind that,
 *    or the GT is reset.
 * 4. If the job did not have its time, since others ran, the context goes on, for what is left.
 * 5. Else the queue is banned: the job has the error -ETIME, those behind it -ECANCELED.
 *
 * With wedged_mode=2 the GuC resets no engine. One that does not let go of the context is left as
 * it is: the queue is banned, and the card given up.
 *
 * If the GT is reset meanwhile, nothing of this counts: a job that had begun is lost with it, and
 * one that had not gets all of its time again. A GuC that stands still is not the fault of those
 * who wait for it, and how often it may do so is limited in xe_recovery.c.
 *
 * While the system sleeps no section opens, and nothing is taken off an engine: a timer that
 * expires then is started again, and what is under way goes on when the queue is looked at behind
 * the sleep.
 *
 * Jobs of long-running address spaces have no timer, see submit/preempt.c.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * timer                    the queue     it expires, or the queue ends; holds a reference
 *                                        to the queue
 * ======================== ============= ==========================================
 */

#define TRIES		2	/* of a job that does not begin */
#define MAX_LOOKS	8	/* within a timeout */
#define LET_GO_MS	1000	/* for the GuC, on top of what the engine has */

/* Ticks of a context are counted a little slow by some engines. */
static u64 ticks_to_ms(const struct xe_queue *q, u32 ticks)
{
	u64 hz = q->xe->gt[q->args.gt_id].clock_hz;

	return hz ? div64_u64((u64)ticks * MSEC_PER_SEC * 105, hz * 100) : 0;
}

static struct xe_gt *queue_gt(struct xe_hw hw, const struct xe_queue *q)
{
	return &xe_hw_state(hw)->gt[q->args.gt_id];
}

/* Return: how much longer the oldest job may run; 0 if its context is to leave the engine. */
static unsigned int time_left(struct xe_queue *q)
{
	unsigned int left = xe_queue_time_left(q);
	u32 unused;

	if (!left && !xe_job_runs(q, &unused) && q->tries < TRIES) {
		q->tries++;
		left = xe_queue_timeout(q);
	}
	return left;
}

/* Return: true if its context is to leave the engine. */
static bool check(struct xe_queue *q)
{
	unsigned int left;

	guard(mutex)(&q->dep.lock);
	if (!xe_job_collect(q) || dep_queue_is_dead(&q->dep))
		return false;

	left = time_left(q);
	if (left)
		xe_queue_arm(q, left);
	else
		set_bit(XE_QUEUE_CHECKED, &q->state);
	return !left;
}

static bool suspend(struct xe_queue *q)
{
	xe_hw_scoped_awake(hw, q->xe) {
		xe_context_suspend(hw, queue_gt(hw, q), q->context);
		return true;
	}
	return false;
}

static bool keeps_hangs(const struct xe_queue *q)
{
	return READ_ONCE(q->xe->wedged_mode) == 2;
}

static unsigned int preempt_timeout(const struct xe_queue *q)
{
	const struct xe_sched *sched = &q->xe->sched[q->args.gt_id][q->args.class];

	return READ_ONCE(sched->value[XE_SCHED_PREEMPT_TIMEOUT_US][XE_SCHED_VALUE]) / USEC_PER_MSEC;
}

/* If not, @left is when it is to be looked at again. */
static bool hangs(struct xe_queue *q, unsigned int *left)
{
	unsigned int timeout = xe_queue_timeout(q);
	u64 used;
	u32 ticks;

	*left = timeout;

	guard(mutex)(&q->dep.lock);
	if (!xe_job_collect(q) || dep_queue_is_dead(&q->dep))
		return false;
	/* The GT was reset: nothing was saved, and it may have been the GuC that stood still. */
	if (test_bit(XE_QUEUE_FORGOTTEN, &q->state))
		return false;
	/* The one that was late may have ended by now, and the next one have its time before it. */
	if (!xe_job_runs(q, &ticks)) {
		*left = xe_queue_time_left(q);
		return !*left;
	}
	used = ticks_to_ms(q, ticks);
	/* Where others have the engine, too, that is not in ever smaller steps. */
	*left = max(timeout - min(used, timeout), timeout / MAX_LOOKS);
	return used >= timeout;
}

/* Return: true if the queue is to be banned; else its context goes on. */
static bool judge(struct xe_hw hw, struct xe_queue *q)
{
	unsigned int left;

	clear_bit(XE_QUEUE_CHECKED, &q->state);
	if (hangs(q, &left))
		return true;

	xe_queue_arm(q, left);
	clear_bit(XE_QUEUE_STOPPED, &q->state);
	xe_context_resume(hw, queue_gt(hw, q), q->context);
	return false;
}

/* One line for each; but whoever does it on purpose shall not fill the log. */
static void blame(struct xe_queue *q, const char *why)
{
	static DEFINE_RATELIMIT_STATE(limit, 5 * HZ, 20);
	u64 batch[XE_CONTEXT_MAX_WIDTH] = { };

	trace_xe_queue_banned(q->xe->drm.dev, q->args.gt_id, q->context, q->who.comm, q->who.pid,
			      why);
	xe_job_batches(q, batch);
	if (__ratelimit(&limit))
		drm_notice(&q->xe->drm,
			   "a queue of %s[%d] is banned: %s (%s of GT%u, context %d, batch at %#llx)\n",
			   q->who.comm, q->who.pid, why, xe_engine_class_name(q->args.class),
			   q->args.gt_id, q->context, batch[0]);
	xe_coredump_take(q, why);
	if (keeps_hangs(q))
		xe_device_declare_wedged(q->xe, "wedged_mode=2, and a job went wrong");
}

/**
 * xe_hang_expired - &xe_queue_ops.expired: the oldest job had its time
 * @q: the queue
 *
 * Context: process context, on the way to fences; opens a section.
 */
void xe_hang_expired(struct xe_queue *q)
{
	bool again = test_bit(XE_QUEUE_CHECKED, &q->state);

	if (!check(q))
		return;
	if (again && keeps_hangs(q)) {
		blame(q, "its engine does not let go of it");
		xe_queue_ban(q);
		return;
	}

	xe_coredump_look(q);
	if (suspend(q)) {
		if (keeps_hangs(q))
			xe_queue_arm(q, preempt_timeout(q) + LET_GO_MS);
		return;
	}

	/* The system sleeps: nothing runs, and nobody is blamed for that. Or the device is gone. */
	clear_bit(XE_QUEUE_CHECKED, &q->state);
	xe_coredump_drop(&q->xe->coredump, q);
	xe_queue_arm(q, xe_queue_timeout(q));
	/* Who looked at the queue meanwhile, as all do at wake-up, left it alone. */
	xe_queue_kick(q);
}

/**
 * xe_hang_stopped - &xe_queue_ops.stopped: nothing of a queue is on an engine
 * @q: the queue
 *
 * Context: process context, on the way to fences; opens a section.
 */
void xe_hang_stopped(struct xe_queue *q)
{
	bool bad = false;

	if (!test_bit(XE_QUEUE_CHECKED, &q->state))
		return;

	/* If it does not open: the queue is looked at again when the system is awake. */
	xe_hw_scoped_awake(hw, q->xe)
		bad = judge(hw, q);
	if (!bad && !test_bit(XE_QUEUE_CHECKED, &q->state))
		xe_coredump_drop(&q->xe->coredump, q);
	if (!bad)
		return;

	blame(q, "its job takes longer than it may");
	xe_queue_ban(q);
}

/**
 * xe_hang_found_out - &xe_queue_ops.found_out: the GuC took a queue off its engine
 * @q: the queue
 *
 * Context: process context, on the way to fences; opens a section.
 */
void xe_hang_found_out(struct xe_queue *q)
{
	blame(q, test_bit(XE_QUEUE_FAULTED, &q->state) ?
		 "it accessed memory that is not mapped" : "its engine had to be reset");
}
