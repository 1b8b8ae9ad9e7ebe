// SPDX-License-Identifier: MIT
/*
 * Sync objects and user fences of EXEC and VM_BIND.
 */

#include <linux/dma-fence-chain.h>
#include <linux/uaccess.h>

#include <drm/drm_print.h>
#include <drm/drm_syncobj.h>
#include <uapi/drm/xe_drm.h>

#include "dep/queue.h"
#include "submit/sync.h"
#include "submit/user_fence.h"
#include "xe_device.h"

/**
 * DOC: Syncs
 *
 * An ioctl that submits work has a list of what the work waits for and what it signals. Each entry
 * is copied, checked and looked up before any lock is taken, and everything that signalling will
 * need is allocated then: behind the point of no return xe_sync_signal() does not fail, and does
 * not allocate.
 *
 * An object without a fence, or a point of a timeline that nobody has submitted, is refused: the
 * fence of work that waits for what may never come would never signal. For the same reason a VM of
 * long running jobs signals user fences only.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_sync           the ioctl     it ends, with xe_sync_fini()
 * references in it         sync          likewise
 * dma_fence_chain          sync          likewise, or it has become part of its timeline
 * ======================== ============= ==========================================
 */

static int refuse(struct xe_device *xe, int err, const char *why)
{
	drm_dbg(&xe->drm, "sync: %s\n", why);
	return err;
}

static int parse_wait(struct xe_device *xe, struct xe_sync *sync)
{
	sync->fence = drm_syncobj_fence_get(sync->syncobj);
	if (!sync->fence)
		return refuse(xe, -EINVAL, "a syncobj to wait for has no fence");

	if (sync->type == DRM_XE_SYNC_TYPE_TIMELINE_SYNCOBJ &&
	    dma_fence_chain_find_seqno(&sync->fence, sync->value))
		return refuse(xe, -EINVAL, "a point to wait for has not been submitted");
	return 0;
}

static int parse_signal(struct xe_sync *sync)
{
	if (sync->type != DRM_XE_SYNC_TYPE_TIMELINE_SYNCOBJ)
		return 0;

	sync->chain = dma_fence_chain_alloc();
	return sync->chain ? 0 : -ENOMEM;
}

static int parse_syncobj(struct xe_device *xe, struct drm_file *file, struct xe_sync *sync,
			 unsigned int flags)
{
	if (flags & XE_SYNC_LR && sync->signal)
		return refuse(xe, -EOPNOTSUPP, "a VM of long running jobs signals no syncobj");
	if (upper_32_bits(sync->address))
		return refuse(xe, -EINVAL, "a handle has 32 bits");
	if (sync->type == DRM_XE_SYNC_TYPE_TIMELINE_SYNCOBJ && !sync->value)
		return refuse(xe, -EINVAL, "no timeline has a point 0");

	sync->syncobj = drm_syncobj_find(file, lower_32_bits(sync->address));
	if (!sync->syncobj)
		return refuse(xe, -ENOENT, "no such syncobj");
	return sync->signal ? parse_signal(sync) : parse_wait(xe, sync);
}

static int parse_user_fence(struct xe_device *xe, struct xe_sync *sync, unsigned int flags)
{
	struct xe_user_fence *user_fence;

	if (flags & XE_SYNC_NO_USER_FENCE)
		return refuse(xe, -EOPNOTSUPP, "nothing is done that could write a user fence");
	if (!sync->signal)
		return refuse(xe, -EOPNOTSUPP, "user fences cannot be waited for");
	if (!IS_ALIGNED(sync->address, sizeof(u64)))
		return refuse(xe, -EINVAL, "the address of a user fence is not a multiple of 8");
	if (flags & XE_SYNC_EXEC)
		return 0;

	user_fence = xe_user_fence_create(xe, sync->address, sync->value);
	if (IS_ERR(user_fence))
		return refuse(xe, PTR_ERR(user_fence), "a user fence cannot be made");
	sync->user_fence = user_fence;
	return 0;
}

static int parse(struct xe_device *xe, struct drm_file *file, struct xe_sync *sync,
		 unsigned int flags)
{
	switch (sync->type) {
	case DRM_XE_SYNC_TYPE_SYNCOBJ:
	case DRM_XE_SYNC_TYPE_TIMELINE_SYNCOBJ:
		return parse_syncobj(xe, file, sync, flags);
	case DRM_XE_SYNC_TYPE_USER_FENCE:
		return parse_user_fence(xe, sync, flags);
	default:
		return refuse(xe, -EINVAL, "unknown type");
	}
}

/**
 * xe_sync_parse - copy one sync, check it, and get ready what it needs
 * @xe: the device
 * @file: the caller
 * @user: array of syncs
 * @index: which one
 * @sync: what it becomes, to be given to xe_sync_fini()
 * @flags: XE_SYNC_*
 *
 * Context: ioctl, no locks.
 * Return: 0, or nothing is held: -EFAULT, -EINVAL, -ENOENT, -ENOMEM, -EOPNOTSUPP.
 */
int xe_sync_parse(struct xe_device *xe, struct drm_file *file,
		  const struct drm_xe_sync __user *user, unsigned int index,
		  struct xe_sync *sync, unsigned int flags)
{
	struct drm_xe_sync args;
	int err;

	if (copy_from_user(&args, user + index, sizeof(args)))
		return -EFAULT;
	if (args.flags & ~DRM_XE_SYNC_FLAG_SIGNAL || args.reserved[0] || args.reserved[1])
		return refuse(xe, -EINVAL, "unknown flag, or a reserved field is not zero");

	*sync = (struct xe_sync){
		.type = args.type,
		.signal = args.flags & DRM_XE_SYNC_FLAG_SIGNAL,
		.address = args.addr,
		.value = args.timeline_value,
	};
	err = parse(xe, file, sync, flags);
	if (err)
		xe_sync_fini(sync);
	return err;
}

/**
 * xe_sync_depend - have a job wait for a sync, if that is what it is for
 * @sync: the sync
 * @job: one place in its list of dependencies is enough
 *
 * Context: any that dep_job_depend() allows; allocates nothing.
 * Return: 0 or -ENOSPC.
 */
int xe_sync_depend(const struct xe_sync *sync, struct dep_job *job)
{
	return dep_job_depend(job, dma_fence_get(sync->fence));
}

/**
 * xe_sync_signal - hand a fence to a sync, if that is what it is for
 * @sync: the sync; once
 * @fence: of the work
 *
 * Cannot fail, and allocates nothing. For user fences of binds see xe_sync_signal_user().
 *
 * Context: process context, also with reservations and &dep_queue.lock held.
 */
void xe_sync_signal(struct xe_sync *sync, struct dma_fence *fence)
{
	if (!sync->signal)
		return;

	if (sync->chain) {
		drm_syncobj_add_point(sync->syncobj, sync->chain, fence, sync->value);
		sync->chain = NULL;
	} else if (sync->syncobj) {
		drm_syncobj_replace_fence(sync->syncobj, fence);
	}
}

/**
 * xe_sync_signal_user - have a word in the caller's memory written when a fence signals
 * @sync: of a bind; if it is for something else, nothing is done
 * @fence: the fence
 *
 * If the fence has signalled the word is written now.
 *
 * Context: process context of the caller, no locks: its memory may have to be fetched.
 */
void xe_sync_signal_user(struct xe_sync *sync, struct dma_fence *fence)
{
	if (sync->signal && sync->user_fence)
		xe_user_fence_signal(sync->user_fence, fence);
}

/**
 * xe_sync_fini - drop what a sync holds
 * @sync: the sync
 *
 * Context: process context, may sleep.
 */
void xe_sync_fini(struct xe_sync *sync)
{
	if (sync->user_fence)
		xe_user_fence_put(sync->user_fence);
	if (sync->syncobj)
		drm_syncobj_put(sync->syncobj);
	dma_fence_put(sync->fence);
	dma_fence_chain_free(sync->chain);
}

/**
 * xe_sync_user_fences - how many user fences there are
 * @syncs: what was parsed
 * @num_syncs: how many
 *
 * Context: any.
 */
unsigned int xe_sync_user_fences(const struct xe_sync *syncs, unsigned int num_syncs)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < num_syncs; i++)
		n += syncs[i].type == DRM_XE_SYNC_TYPE_USER_FENCE;
	return n;
}

static const struct xe_sync *find_user_fence(const struct xe_sync *syncs, unsigned int num_syncs)
{
	for (unsigned int i = 0; i < num_syncs; i++)
		if (syncs[i].type == DRM_XE_SYNC_TYPE_USER_FENCE)
			return &syncs[i];
	return NULL;
}

/**
 * xe_sync_user_fence - what an engine is to write, and where
 * @syncs: what was parsed
 * @num_syncs: how many; of which at most one is a user fence
 * @address: in the VM; not changed if there is none
 * @value: likewise
 *
 * Context: any.
 * Return: whether there is one.
 */
bool xe_sync_user_fence(const struct xe_sync *syncs, unsigned int num_syncs,
			u64 *address, u64 *value)
{
	const struct xe_sync *sync = find_user_fence(syncs, num_syncs);

	if (!sync)
		return false;

	*address = sync->address;
	*value = sync->value;
	return true;
}

/**
 * xe_sync_get_user_fence - the user fence of a bind, for its mappings
 * @syncs: what was parsed, without XE_SYNC_EXEC
 * @num_syncs: how many; of which at most one is a user fence
 *
 * A mapping may not be unmapped before the user fence of its bind has been written.
 *
 * Context: any.
 * Return: a reference, or NULL if there is none.
 */
struct xe_user_fence *xe_sync_get_user_fence(const struct xe_sync *syncs, unsigned int num_syncs)
{
	const struct xe_sync *sync = find_user_fence(syncs, num_syncs);

	return sync && sync->user_fence ? xe_user_fence_get(sync->user_fence) : NULL;
}
