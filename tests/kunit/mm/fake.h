/* SPDX-License-Identifier: MIT */
/*
 * Address spaces for unit tests of those who use them: see tests/kunit/mm/vm.c.
 */
#ifndef _XE_KUNIT_MM_FAKE_H_
#define _XE_KUNIT_MM_FAKE_H_

#include "mm/vm.h"

struct kunit;

/* One without page tables, with one reference for the caller. */
struct xe_vm *xe_fake_vm(struct kunit *test, struct xe_device *xe, u32 flags,
			 const struct xe_vm_ops *ops);

/* For xe_vm_lock_for(): one buffer. */
int xe_fake_lock(struct xe_vm_lock *lock, void *bo);

/* As if the process had a fatal signal, which it gets over. */
void xe_fake_set_killed(bool killed);

#endif
