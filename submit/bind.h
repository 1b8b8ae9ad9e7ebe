/* SPDX-License-Identifier: MIT */
#ifndef _XE_SUBMIT_BIND_H_
#define _XE_SUBMIT_BIND_H_

#include <linux/types.h>

#include "mm/vm.h"

struct dma_fence;
struct xe_device;
struct xe_queue;
struct xe_queue_ops;
struct xe_sync;
struct xe_usage;
struct xe_user_fence;

/* Mappings that the operations of one call may come across which look at all that are there. */
#define XE_BIND_MAX_LOOKS	4194304u
/* Operations of one call: reservations are held for all of them, also if they find nothing. */
#define XE_BIND_MAX_OPS		4194304u

enum xe_bind_what {
	/* a buffer, or a mapping that reads zero */
	XE_BIND_MAP,
	/* nothing */
	XE_BIND_UNMAP,
	/* nothing wherever a buffer is mapped */
	XE_BIND_UNMAP_ALL,
	/* what is mapped there, moved to another place */
	XE_BIND_PREFETCH,
};

/**
 * struct xe_bind_op - one change of an address space
 */
struct xe_bind_op {
	/** @what: XE_BIND_* */
	enum xe_bind_what what;
	/** @region: bit of XE_REGION_*, for XE_BIND_PREFETCH */
	u32 region;
	/** @map: where and what; of XE_BIND_UNMAP_ALL the buffer alone counts */
	struct xe_vm_map map;
};

/**
 * struct xe_bind_args - changes of an address space that are made together
 */
struct xe_bind_args {
	/** @vm: which */
	struct xe_vm *vm;
	/** @q: a queue of binds; NULL for the VM's own */
	struct xe_queue *q;
	/** @ops: the changes, in order; pages of processes are added to them */
	struct xe_bind_op *ops;
	/** @num_ops: how many */
	unsigned int num_ops;
	/** @syncs: what to wait for, and what to signal */
	struct xe_sync *syncs;
	/** @num_syncs: how many */
	unsigned int num_syncs;
	/** @user_fence: the one that is among them, if there is one */
	struct xe_user_fence *user_fence;
	/** @stops: by xe_bind(): what runs on an engine waits for it */
	bool stops;
	/** @looks: by xe_bind(): mappings that were come across */
	unsigned int looks;
	/** @tries: by xe_bind(): how often there was no room in VRAM */
	struct xe_vm_tries tries;
};

extern const struct xe_queue_ops xe_bind_queue_ops;

struct xe_vm *xe_bind_vm_create(struct xe_device *xe, u32 flags, struct xe_usage *usage);
int xe_bind(struct xe_bind_args *args);
int xe_bind_prepare(struct xe_vm_lock *lock, struct dma_fence **fence);

#endif
