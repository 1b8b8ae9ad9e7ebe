/* SPDX-License-Identifier: MIT */
#ifndef _XE_SUBMIT_SYNC_H_
#define _XE_SUBMIT_SYNC_H_

#include <linux/bits.h>
#include <linux/types.h>

struct dep_job;
struct dma_fence;
struct dma_fence_chain;
struct drm_file;
struct drm_syncobj;
struct drm_xe_sync;
struct xe_device;
struct xe_user_fence;

/* What is special about the ioctl that has syncs */
#define XE_SYNC_EXEC		BIT(0)	/* an engine writes user fences */
#define XE_SYNC_LR		BIT(1)	/* the VM has no fences that signal in time */
#define XE_SYNC_NO_USER_FENCE	BIT(2)	/* there is nothing that could write them */

/**
 * struct xe_sync - what an ioctl was told to wait for, or to signal
 */
struct xe_sync {
	/** @type: DRM_XE_SYNC_TYPE_* */
	u32 type;
	/** @signal: it is to be signalled, not waited for */
	bool signal;
	/** @syncobj: a reference, if it is one, with or without a timeline */
	struct drm_syncobj *syncobj;
	/** @fence: to wait for; a reference; NULL if that has happened */
	struct dma_fence *fence;
	/** @chain: becomes the point of a timeline when it is signalled */
	struct dma_fence_chain *chain;
	/** @user_fence: of a bind; a reference */
	struct xe_user_fence *user_fence;
	/** @address: of a user fence: in the VM for EXEC, else in the memory of the process */
	u64 address;
	/** @value: of a user fence, or the point of a timeline */
	u64 value;
};

int xe_sync_parse(struct xe_device *xe, struct drm_file *file,
		  const struct drm_xe_sync __user *user, unsigned int index,
		  struct xe_sync *sync, unsigned int flags);
int xe_sync_depend(const struct xe_sync *sync, struct dep_job *job);
void xe_sync_signal(struct xe_sync *sync, struct dma_fence *fence);
void xe_sync_signal_user(struct xe_sync *sync, struct dma_fence *fence);
void xe_sync_fini(struct xe_sync *sync);

unsigned int xe_sync_user_fences(const struct xe_sync *syncs, unsigned int num_syncs);
bool xe_sync_user_fence(const struct xe_sync *syncs, unsigned int num_syncs,
			u64 *address, u64 *value);
struct xe_user_fence *xe_sync_get_user_fence(const struct xe_sync *syncs, unsigned int num_syncs);

#endif
