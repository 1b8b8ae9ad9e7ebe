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

/* One whose VRAM can be reached and had; see tests/kunit/mm/pt_pool.c. */
struct xe_device *xe_fake_vram_device(struct kunit *test);

/* For xe_vm_lock_for(): one buffer. */
int xe_fake_lock(struct xe_vm_lock *lock, void *bo);

/* As if the process had a fatal signal, which it gets over. */
void xe_fake_set_killed(bool killed);

/* Who waits for room in VRAM does not sleep, but says for how long; others move in that time. */
extern struct xe_fake_sleep {
	unsigned int ms;
	struct xe_mm *others;
} xe_fake_sleep;

/* Within some tries of what a page says. */
static inline bool xe_fake_is_nearly(unsigned int ms, unsigned int says)
{
	return ms <= says && ms > says - 100;
}

#endif
