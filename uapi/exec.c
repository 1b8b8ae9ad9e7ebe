// SPDX-License-Identifier: MIT
/*
 * DRM_IOCTL_XE_EXEC: have a queue run batches.
 */

#include <linux/slab.h>
#include <linux/uaccess.h>

#include <drm/drm_print.h>
#include <uapi/drm/xe_drm.h>

#include "mm/vm.h"
#include "submit/job.h"
#include "submit/queue.h"
#include "submit/sync.h"
#include "uapi/exec.h"
#include "xe_device.h"

/**
 * DOC: Exec ioctl
 *
 * Arguments are copied and checked here, in the order that tests of the interface look at; what is
 * done with them is in submit/job.c. The address of a batch is not checked: one that is not mapped
 * is a job that fails.
 */

#define FEW_SYNCS	4	/* need no memory */

static int refuse(struct xe_device *xe, int err, const char *why)
{
	drm_dbg(&xe->drm, "EXEC: %s\n", why);
	return err;
}

/* Of what the queue is for and how it is, to which no lock belongs: it may change at once. */
static int check_queue(struct xe_device *xe, const struct xe_queue *q,
		       const struct drm_xe_exec *args)
{
	if (q->args.kind != XE_QUEUE_EXEC)
		return refuse(xe, -EINVAL, "a queue of binds runs no batches");
	if (args->num_batch_buffer && args->num_batch_buffer != q->args.width)
		return refuse(xe, -EINVAL, "as many batches as the queue is wide are needed");
	if (xe_queue_is_banned(q))
		return refuse(xe, -ECANCELED, "the queue is banned");
	if (xe_vm_is_banned(q->args.vm))
		return refuse(xe, -ECANCELED, "the VM is banned");
	return 0;
}

/* The address itself if there is one batch, else where the addresses are. */
static int copy_batches(const struct drm_xe_exec *args, u64 *batches)
{
	if (args->num_batch_buffer == 1) {
		batches[0] = args->address;
		return 0;
	}
	return copy_from_user(batches, u64_to_user_ptr(args->address),
			      args->num_batch_buffer * sizeof(*batches)) ? -EFAULT : 0;
}

static int run(struct xe_device *xe, struct xe_queue *q, const struct drm_xe_exec *args,
	       struct xe_sync *syncs)
{
	u64 batches[XE_QUEUE_MAX_WIDTH];
	int err;

	if (xe_sync_user_fences(syncs, args->num_syncs) > 1)
		return refuse(xe, -EINVAL, "more than one user fence");

	err = copy_batches(args, batches);
	if (err)
		return err;

	/* Nothing runs that could be waited for. */
	if (!args->num_batch_buffer && q->args.vm->flags & XE_VM_LR)
		return 0;
	return xe_job_submit(q, batches, args->num_batch_buffer, syncs, args->num_syncs);
}

static int exec(struct xe_device *xe, struct drm_file *file, struct xe_queue *q,
		const struct drm_xe_exec *args)
{
	struct xe_sync few[FEW_SYNCS], *syncs = few;
	unsigned int flags = XE_SYNC_EXEC, n = 0;
	int err = 0;

	if (q->args.vm->flags & XE_VM_LR)
		flags |= XE_SYNC_LR;
	if (!args->num_batch_buffer)
		flags |= XE_SYNC_NO_USER_FENCE;
	if (args->num_syncs > FEW_SYNCS)
		syncs = kvmalloc_array(args->num_syncs, sizeof(*syncs), GFP_KERNEL);
	if (!syncs)
		return -ENOMEM;

	while (n < args->num_syncs && !err) {
		err = xe_sync_parse(xe, file, u64_to_user_ptr(args->syncs), n, &syncs[n], flags);
		n += !err;
	}
	if (!err)
		err = run(xe, q, args, syncs);

	while (n--)
		xe_sync_fini(&syncs[n]);
	if (syncs != few)
		kvfree(syncs);
	return err;
}

/**
 * xe_exec_ioctl - DRM_IOCTL_XE_EXEC
 * @drm: the device
 * @data: &struct drm_xe_exec
 * @file: the caller
 *
 * Context: ioctl; enters in parts.
 * Return: 0; -EINVAL, -EFAULT, -ENOMEM, -ENOSPC, -ENOBUFS; -ENOENT if there is no such queue or
 * syncobj; -ECANCELED if the queue, the VM or the device takes no more jobs; -EOPNOTSUPP for a sync
 * that this VM cannot signal, or a user fence without a batch; -ENODEV; -ERESTARTSYS, -EINTR;
 * -EAGAIN.
 */
int xe_exec_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct xe_device *xe = to_xe_device(drm);
	struct drm_xe_exec *args = data;
	struct xe_queue *q;
	int err;

	if (args->extensions || args->pad[0] || args->pad[1] || args->pad[2] ||
	    args->reserved[0] || args->reserved[1])
		return refuse(xe, -EINVAL, "reserved fields have to be zero");
	if (args->num_syncs > DRM_XE_MAX_SYNCS)
		return refuse(xe, -EINVAL, "too many syncs");
	if (xe_device_is_wedged(xe))
		return refuse(xe, -ECANCELED, "the device was given up");

	q = xe_queue_lookup(file, args->exec_queue_id);
	if (!q)
		return refuse(xe, -ENOENT, "no such queue");

	err = check_queue(xe, q, args) ?: exec(xe, file, q, args);
	xe_queue_put(q);
	return err;
}
