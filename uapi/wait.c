// SPDX-License-Identifier: MIT
/*
 * DRM_IOCTL_XE_WAIT_USER_FENCE: wait for a word in memory.
 */

#include <linux/ktime.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <drm/drm_print.h>
#include <drm/drm_utils.h>
#include <uapi/drm/xe_drm.h>

#include "submit/queue.h"
#include "uapi/wait.h"
#include "xe_device.h"

/**
 * DOC: Waiting for a word
 *
 * A process waits until a word in its memory has some value, which an engine or a bind writes
 * there. The driver does not know what the word belongs to. So whatever may have written one wakes
 * all who wait on the device, and they look: interrupts of engines, and user fences of binds.
 *
 * The same wait queue is woken when the device begins to go, when it has gone, is lost, or is given
 * up. Each of these sets its flag first, and a waiter looks at the flags after it has joined the
 * wait queue: it cannot sleep through the last wake-up.
 *
 * Nothing is held while a waiter sleeps but a reference to the queue that its caller named.
 */

static int refuse(struct xe_device *xe, int err, const char *why)
{
	drm_dbg(&xe->drm, "WAIT_USER_FENCE: %s\n", why);
	return err;
}

static int check_args(struct xe_device *xe, const struct drm_xe_wait_user_fence *args)
{
	if (args->extensions || args->pad || args->pad2 || args->reserved[0] || args->reserved[1])
		return refuse(xe, -EINVAL, "reserved fields have to be zero");
	if (args->flags & ~DRM_XE_UFENCE_WAIT_FLAG_ABSTIME)
		return refuse(xe, -EINVAL, "unknown flag");
	if (args->op > DRM_XE_UFENCE_WAIT_OP_LTE)
		return refuse(xe, -EINVAL, "unknown comparison");
	if (!IS_ALIGNED(args->addr, sizeof(u64)))
		return refuse(xe, -EINVAL, "the address is not a multiple of 8");
	return 0;
}

static bool compares(u16 op, u64 word, u64 value)
{
	switch (op) {
	case DRM_XE_UFENCE_WAIT_OP_EQ:
		return word == value;
	case DRM_XE_UFENCE_WAIT_OP_NEQ:
		return word != value;
	case DRM_XE_UFENCE_WAIT_OP_GT:
		return word > value;
	case DRM_XE_UFENCE_WAIT_OP_GTE:
		return word >= value;
	case DRM_XE_UFENCE_WAIT_OP_LT:
		return word < value;
	default:
		return word <= value;
	}
}

/* 0 if the word has the value, 1 if not */
static int look(const struct drm_xe_wait_user_fence *args)
{
	u64 word;

	if (copy_from_user(&word, u64_to_user_ptr(args->addr), sizeof(word)))
		return -EFAULT;
	return !compares(args->op, word & args->mask, args->value & args->mask);
}

/* Why nobody will write the word */
static int hopeless(struct xe_device *xe, const struct xe_queue *q)
{
	if (xe_hw_is_gone(xe))
		return -ENODEV;
	if (xe_device_is_wedged(xe))
		return -ECANCELED;
	if (q && xe_queue_is_banned(q))
		return refuse(xe, -EIO, "the queue is banned");
	return 0;
}

/*
 * In jiffies; less than one is one, so that somebody who wants to wait is not told at once that it
 * took too long.
 */
static long sleep_time(const struct drm_xe_wait_user_fence *args)
{
	u64 jiffies;

	if (args->timeout < 0)
		return MAX_SCHEDULE_TIMEOUT;
	if (!args->timeout)
		return 0;

	jiffies = args->flags & DRM_XE_UFENCE_WAIT_FLAG_ABSTIME ?
		  drm_timeout_abs_to_jiffies(args->timeout) : nsecs_to_jiffies64(args->timeout);
	return clamp_t(u64, jiffies, 1, MAX_SCHEDULE_TIMEOUT - 1);
}

static int wait(struct xe_device *xe, const struct xe_queue *q,
		const struct drm_xe_wait_user_fence *args)
{
	DEFINE_WAIT_FUNC(waiter, woken_wake_function);
	long left = sleep_time(args);
	int err;

	add_wait_queue(&xe->submit.ufence_wq, &waiter);
	for (;;) {
		err = look(args);
		if (err == 1)
			err = hopeless(xe, q) ?: 1;
		if (err == 1 && signal_pending(current))
			err = -ERESTARTSYS;
		if (err == 1 && !left)
			err = -ETIME;
		if (err != 1)
			break;
		left = wait_woken(&waiter, TASK_INTERRUPTIBLE, left);
	}
	remove_wait_queue(&xe->submit.ufence_wq, &waiter);
	return err;
}

/* What is left of a relative time, for a call that is repeated after a signal */
static void update_timeout(struct drm_xe_wait_user_fence *args, ktime_t start)
{
	if (args->timeout > 0 && !(args->flags & DRM_XE_UFENCE_WAIT_FLAG_ABSTIME))
		args->timeout = max(args->timeout - ktime_to_ns(ktime_sub(ktime_get(), start)), 0);
}

/**
 * xe_wait_user_fence_ioctl - DRM_IOCTL_XE_WAIT_USER_FENCE
 * @drm: the device
 * @data: &struct drm_xe_wait_user_fence
 * @file: the caller
 *
 * Context: ioctl; does not enter.
 * Return: 0 when the word has the value; -EINVAL, -EFAULT, -ETIME, -ERESTARTSYS; -ENOENT if there
 * is no such queue, -EIO if it is banned; -ECANCELED if the device was given up, -ENODEV if it is
 * gone or lost.
 */
int xe_wait_user_fence_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct xe_device *xe = to_xe_device(drm);
	struct drm_xe_wait_user_fence *args = data;
	struct xe_queue *q = NULL;
	ktime_t start = ktime_get();
	int err;

	err = check_args(xe, args);
	if (err)
		return err;

	if (args->exec_queue_id) {
		q = xe_queue_lookup(file, args->exec_queue_id);
		if (!q)
			return refuse(xe, -ENOENT, "no such queue");
	}

	err = wait(xe, q, args);
	update_timeout(args, start);
	if (q)
		xe_queue_put(q);
	return err;
}
