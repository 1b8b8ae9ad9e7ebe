/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_USERPTR_H_
#define _XE_MM_USERPTR_H_

#include <linux/lockdep.h>
#include <linux/types.h>

#include "mm/vm.h"

void xe_userptr_vm_init(struct xe_vm *vm);
int xe_userptr_repin(struct xe_vm *vm);

/**
 * xe_userptr_valid - does all memory of processes that is mapped lie where page tables say?
 * @vm: the VM
 *
 * As long as &xe_vm.notifier_lock is held it stays so: who adds a fence to the reservation of the
 * VM meanwhile is waited for before memory is taken away. If not, it lets go of everything, calls
 * xe_userptr_repin(), and has xe_bind_prepare() write the entries.
 *
 * Context: &xe_vm.notifier_lock is held for reading.
 */
static inline bool xe_userptr_valid(struct xe_vm *vm)
{
	lockdep_assert_held(&vm->notifier_lock);
	return list_empty(&vm->invalidated);
}

#endif
