// SPDX-License-Identifier: MIT
/*
 * Works of the bound side, and calls, which one of them makes for software.
 */

#include <linux/completion.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/sched/mm.h>

#include <drm/drm_print.h>

#include "xe_hw_private.h"

/**
 * DOC: Works and calls
 *
 * A section must not wait for firmware, for unplug of every DRM device waits for sections. What has
 * to wait is done on the bound side, by works: they have the token as the interrupt's thread has
 * it, since unbind disables them and waits for them. Software asks and, if it has to know how it
 * went, waits in software, where nothing depends on it.
 *
 * At unbind, in this order: the flag that xe_hw_is_going() shows; calls that have not begun fail,
 * and so do those who come later; unplug; works are disabled, and what runs ends its waits at the
 * next look at the flag; teardown goes on when none runs.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_hw_work        drm_device    last reference to it is dropped
 * right to run             bound side    xe_hw_works_end() at unbind, behind unplug
 * struct xe_hw_call        the caller    it was made, taken back, or failed
 * ======================== ============= ==========================================
 */

struct xe_hw_call {
	struct list_head link;
	int (*fn)(struct xe_hw hw, void *data);
	void *data;
	int err;
	struct completion done;
};

static struct xe_hw_call *next_call(struct xe_hw_private *priv)
{
	struct xe_hw_call *call;

	guard(spinlock)(&priv->calls_lock);
	call = list_first_entry_or_null(&priv->calls, struct xe_hw_call, link);
	if (call)
		list_del_init(&call->link);
	return call;
}

static void fail_calls(struct xe_hw_private *priv)
{
	struct xe_hw_call *call;

	while ((call = next_call(priv))) {
		call->err = -ENODEV;
		complete(&call->done);
	}
}

/*
 * A device that cannot be resumed, while the system is awake and the driver is bound, is out of
 * reach for good: so is everybody told who waits.
 */
static bool resume_for(struct xe_hw_private *priv)
{
	int err = pm_runtime_resume_and_get(&priv->pdev->dev);

	if (!err)
		return true;

	drm_dbg(&priv->device.drm, "no work is done, for resume fails (%pe)\n", ERR_PTR(err));
	xe_hw_declare_lost(xe_hw_token(priv), "it cannot be woken up");
	return false;
}

static void run_awake(struct xe_hw_private *priv, struct xe_hw_work *work)
{
	struct device *dev = &priv->pdev->dev;

	scoped_guard(xe_hw_token, priv)
		work->run(xe_hw_token(priv), work);
	pm_runtime_mark_last_busy(dev);
	pm_runtime_put_autosuspend(dev);
}

/* While the system sleeps nothing is done; it is asked for again when that is over. */
static void run_work(struct work_struct *work)
{
	struct xe_hw_work *w = container_of(work, struct xe_hw_work, work);
	struct xe_hw_private *priv = xe_hw_of(w->xe);

	if (xe_hw_count_in(priv)) {
		if (resume_for(priv))
			run_awake(priv, w);
		else if (w == &priv->call_work)
			fail_calls(priv);
	}
	xe_hw_count_out(priv);
}

static void work_init(struct xe_hw_private *priv, struct xe_hw_work *work,
		      struct workqueue_struct *queue,
		      void (*run)(struct xe_hw hw, struct xe_hw_work *work))
{
	work->xe = &priv->device;
	work->queue = queue;
	work->run = run;
	INIT_WORK(&work->work, run_work);
	disable_work(&work->work);
	list_add_tail(&work->link, &priv->works);
}

/**
 * xe_hw_work_init - prepare a work of the bound side
 * @xe: the device
 * @work: the work, a member of @xe
 * @run: what it does; others may wait for fences that it signals, so it does not wait for memory
 *
 * Context: a software step.
 */
void xe_hw_work_init(struct xe_device *xe, struct xe_hw_work *work,
		     void (*run)(struct xe_hw hw, struct xe_hw_work *work))
{
	struct xe_hw_private *priv = xe_hw_of(xe);

	work_init(priv, work, priv->works_wq, run);
}

/**
 * xe_hw_reset_work_init - prepare a work that resets GTs
 * @xe: the device
 * @work: the work, a member of @xe
 * @run: what it does
 *
 * These run one after the other, and beside all others, which may wait for what a reset ends.
 *
 * Context: a software step.
 */
void xe_hw_reset_work_init(struct xe_device *xe, struct xe_hw_work *work,
			   void (*run)(struct xe_hw hw, struct xe_hw_work *work))
{
	struct xe_hw_private *priv = xe_hw_of(xe);

	work_init(priv, work, priv->resets_wq, run);
}

/**
 * xe_hw_work_queue - ask the bound side to do a work
 * @work: the work
 *
 * If the device is not published yet, the work runs when it is; if it is gone, it does not.
 *
 * Context: any.
 */
void xe_hw_work_queue(struct xe_hw_work *work)
{
	queue_work(work->queue, &work->work);
}

/**
 * xe_hw_work_flush - wait until a work that was asked for is done, or unbind has ended it
 * @work: the work
 *
 * Context: process context, may sleep; as xe_hw_call(), not in a section, and not under a lock that
 * one takes.
 */
void xe_hw_work_flush(struct xe_hw_work *work)
{
	xe_hw_may_wait(xe_hw_of(work->xe));
	xe_hw_wait_long(xe_hw_of(work->xe));
	flush_work(&work->work);
}

/* Also those that nobody has asked for. */
void xe_hw_works_queue(struct xe_hw_private *priv)
{
	struct xe_hw_work *work;

	list_for_each_entry(work, &priv->works, link)
		xe_hw_work_queue(work);
}

void xe_hw_works_start(struct xe_hw_private *priv)
{
	struct xe_hw_work *work;

	scoped_guard(spinlock, &priv->calls_lock)
		priv->calls_open = true;
	list_for_each_entry(work, &priv->works, link)
		enable_and_queue_work(work->queue, &work->work);
}

static void run_calls(struct xe_hw hw, struct xe_hw_work *work)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);
	struct xe_hw_call *call;

	while (!READ_ONCE(priv->lost) && !xe_hw_is_going(hw) && (call = next_call(priv))) {
		call->err = call->fn(hw, call->data);
		if (READ_ONCE(priv->lost) || xe_hw_is_going(hw))
			call->err = -ENODEV;
		/* The call's memory may be gone behind this. */
		complete(&call->done);
	}
	if (READ_ONCE(priv->lost))
		fail_calls(priv);
}

static int add_call(struct xe_hw_private *priv, struct xe_hw_call *call)
{
	guard(spinlock)(&priv->calls_lock);
	if (!priv->calls_open || READ_ONCE(priv->lost))
		return -ENODEV;

	list_add_tail(&call->link, &priv->calls);
	return 0;
}

/* False if it is under way, or done. */
static bool take_back(struct xe_hw_private *priv, struct xe_hw_call *call)
{
	guard(spinlock)(&priv->calls_lock);
	if (list_empty(&call->link))
		return false;

	list_del_init(&call->link);
	return true;
}

/**
 * xe_hw_call - have the bound side do something that may wait for firmware, and wait for it
 * @xe: the device
 * @fn: what to do; it may wait with a bound, and ends its waits when xe_hw_is_going()
 * @data: passed to it
 *
 * Calls are made one after the other, with the device awake. Who waits is not in a section, so that
 * unplug waits for none of them: it fails those that have not begun.
 *
 * Context: process context, may sleep as long as @fn and the calls before it; killable. Not in a
 * section, not under a lock that @fn, a section or a power callback takes.
 * Return: what @fn returned; -ENODEV if the device is gone, lost, or went meanwhile; -EINTR if the
 * caller was killed before it began.
 */
int xe_hw_call(struct xe_device *xe, int (*fn)(struct xe_hw hw, void *data), void *data)
{
	struct xe_hw_private *priv = xe_hw_of(xe);
	struct xe_hw_call call = { .fn = fn, .data = data };
	int err;

	might_sleep();
	might_alloc(GFP_KERNEL);
	xe_hw_may_wait(priv);
	xe_hw_wait_long(priv);
	init_completion(&call.done);
	err = add_call(priv, &call);
	if (err)
		return err;

	xe_hw_work_queue(&priv->call_work);
	if (!wait_for_completion_killable(&call.done))
		return call.err;
	if (take_back(priv, &call))
		return -EINTR;

	wait_for_completion(&call.done);
	return call.err;
}

/**
 * xe_hw_may_take_long - firmware is going to be waited for
 * @hw: the token
 *
 * Unplug of every DRM device waits for sections, and for those whom these wait for. So lockdep
 * objects if this is in a section, or under a lock that any section takes.
 *
 * Context: bound.
 */
void xe_hw_may_take_long(struct xe_hw hw)
{
	xe_hw_wait_long(xe_hw_priv(hw));
}

/**
 * xe_hw_is_going - has unbind begun, and waits for those who wait?
 * @hw: the token
 *
 * Asked by waits that may take long, which then end with -ENODEV. It is false again when no work
 * runs any more, for the waits of teardown.
 *
 * Context: any.
 */
bool xe_hw_is_going(struct xe_hw hw)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	return READ_ONCE(priv->going) && !READ_ONCE(priv->works_ended);
}

void xe_hw_works_end_waits(struct xe_hw_private *priv)
{
	WRITE_ONCE(priv->going, true);
	scoped_guard(spinlock, &priv->calls_lock)
		priv->calls_open = false;
	fail_calls(priv);
	xe_hw_wake_waiters(&priv->device);
}

void xe_hw_works_end(struct xe_hw_private *priv)
{
	struct xe_hw_work *work;

	if (priv->works_ended)
		return;

	list_for_each_entry(work, &priv->works, link)
		disable_work_sync(&work->work);
	fail_calls(priv);
	WRITE_ONCE(priv->works_ended, true);
}

int xe_hw_works_init(struct xe_hw_private *priv)
{
	const char *name = dev_name(&priv->pdev->dev);

	spin_lock_init(&priv->calls_lock);
	INIT_LIST_HEAD(&priv->calls);
	INIT_LIST_HEAD(&priv->works);
	priv->works_wq = alloc_workqueue("xe-%s", WQ_UNBOUND | WQ_MEM_RECLAIM, 0, name);
	priv->resets_wq = alloc_ordered_workqueue("xe-reset-%s", WQ_MEM_RECLAIM, name);
	if (!priv->works_wq || !priv->resets_wq)
		return -ENOMEM;

	/* Calls are made for those who may wait for memory. */
	work_init(priv, &priv->call_work, system_long_wq, run_calls);
	return 0;
}

void door_works_fini(struct xe_hw_private *priv)
{
	if (priv->resets_wq)
		destroy_workqueue(priv->resets_wq);
	if (priv->works_wq)
		destroy_workqueue(priv->works_wq);
}
