/* SPDX-License-Identifier: MIT */
/*
 * A card below the accessors, for unit tests: registers that are memory.
 *
 * A suite of a block is a file at the block's path below tests/kunit. It includes the block's
 * source and is built in its place: it sees what is static in it, and the block needs no hook.
 */
#ifndef _XE_KUNIT_FAKE_H_
#define _XE_KUNIT_FAKE_H_

#include <linux/types.h>

struct kunit;
struct xe_device;

struct xe_device *xe_fake_device(struct kunit *test);
u32 xe_fake_peek(u32 offset);
void xe_fake_poke(u32 offset, u32 value);
u32 xe_fake_accesses(void);
u32 xe_fake_written(unsigned int back, u32 *value);
void xe_fake_vanish(unsigned int accesses);

#endif
