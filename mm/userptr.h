/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_USERPTR_H_
#define _XE_MM_USERPTR_H_

#include <linux/lockdep.h>
#include <linux/types.h>

#include "mm/vm.h"
#include "xe_hw.h"

struct xe_pt_source;
struct xe_user_pages;
struct xe_userptr;

/* How often memory may be taken away while it is being looked for. */
#define XE_USERPTR_TRIES	10

void xe_userptr_vm_init(struct xe_vm *vm);
void xe_userptr_vm_fini(struct xe_vm *vm);
void xe_userptr_stop(struct xe_hw hw);

struct xe_userptr *xe_userptr_create(struct xe_vm *vm, u64 start, u64 range, bool read_only);
void xe_userptr_put(struct xe_userptr *userptr);
struct xe_user_pages *xe_userptr_pin(struct xe_userptr *userptr);
int xe_userptr_repin(struct xe_vm *vm);
void xe_userptr_add_vma(struct xe_vma *vma);
void xe_userptr_remove_vma(struct xe_vma *vma);

struct xe_user_pages *xe_user_pages_get(struct xe_user_pages *pages);
void xe_user_pages_put(struct xe_user_pages *pages);
bool xe_user_pages_valid(const struct xe_user_pages *pages);
bool xe_user_pages_pt_source(struct xe_user_pages *pages, u64 address,
			     struct xe_pt_source *source);

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
