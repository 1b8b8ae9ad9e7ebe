/* SPDX-License-Identifier: MIT */
/*
 * A card below the accessors, for unit tests: registers that are memory.
 *
 * A suite of a block is a file at the block's path below tests/kunit. It includes the block's
 * source and is built in its place: it sees what is static in it, and the block needs no hook.
 */
#ifndef _XE_KUNIT_FAKE_H_
#define _XE_KUNIT_FAKE_H_

#include <linux/ktime.h>
#include <linux/types.h>

#include "xe_hw.h"

struct device;
struct kunit;
struct xe_device;
struct xe_fake_slot;
struct xe_guc_ct;
struct xe_hw_state;
struct xe_hw_step;
struct xe_platform;

/* The card */
u32 xe_fake_peek(u32 offset);
void xe_fake_poke(u32 offset, u32 value);
u32 xe_fake_accesses(void);
u32 xe_fake_written(unsigned int back, u32 *value);
void xe_fake_vanish(unsigned int accesses);
void xe_fake_config_outlives(void);
void xe_fake_on_write(void (*react)(u32 offset, u32 value));
u16 *xe_fake_config(int where);
unsigned int xe_fake_mappings(void);
bool xe_fake_ggtt_is_clear(void);

/* The device */
struct xe_device *xe_fake_device(struct kunit *test);
struct xe_fake_slot *xe_fake_slot(struct kunit *test);
void xe_fake_slot_remove(void *slot);
struct device *xe_fake_slot_device(struct xe_fake_slot *slot);
int xe_fake_bind(struct xe_fake_slot *slot, const struct xe_platform *platform,
		 const struct xe_hw_step *steps, unsigned int num_steps);
void xe_fake_unbind(struct xe_fake_slot *slot);
unsigned int xe_fake_told_wedged(void);
void xe_fake_set_asleep(struct xe_device *xe, bool asleep);
struct xe_device *xe_fake_bound(struct xe_fake_slot *slot, struct xe_hw_state **state);
unsigned int xe_fake_deferred(struct xe_hw hw, unsigned int skip, char *buf, size_t size);

/*
 * The following statement with a token as the bound side has it, which may wait and allocate. It
 * is what most suites of blocks need; who tests sections opens one.
 */
struct xe_fake_hold {
	struct xe_hw token;
	bool open;
};

struct xe_fake_hold xe_fake_hold(struct xe_device *xe);
void xe_fake_release(struct xe_fake_hold *hold);

DEFINE_CLASS(xe_fake_hold, struct xe_fake_hold, xe_fake_release(&_T),
	     xe_fake_hold(xe), struct xe_device *xe)

#define xe_fake_scoped(token, xe)	__xe_hw_scoped(xe_fake_hold, token, xe)

/* Firmware that does what it is asked: see tests/kunit/xe_guc.c */
const char *xe_fake_guc_did(void);
void xe_fake_guc_fails(unsigned int call);
struct xe_guc_ct *xe_fake_channel(struct kunit *test, struct xe_device *xe, struct xe_hw hw);
unsigned int xe_fake_resets(struct xe_device *xe);

/* A wait that began at @start took @seconds. The kernel's timers may be late by an eighth. */
static inline bool xe_fake_took(ktime_t start, unsigned int seconds)
{
	s64 ms = ktime_ms_delta(ktime_get(), start);

	return ms >= seconds * 1000 && ms <= seconds * 1000 * 9 / 8 + 100;
}

#endif
