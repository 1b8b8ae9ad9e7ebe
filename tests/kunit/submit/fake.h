/* SPDX-License-Identifier: MIT */
/*
 * A table of contexts that does what it is told, for queues: see tests/kunit/submit/queue.c.
 */
#ifndef _XE_KUNIT_SUBMIT_FAKE_H_
#define _XE_KUNIT_SUBMIT_FAKE_H_

#include "guc/context.h"

struct kunit;
struct xe_device;
struct xe_queue;

/* What was asked of a context. */
struct xe_fake_context {
	struct xe_context_owner *owner;
	unsigned int submitted, revived, suspended, resumed, ended;
	bool refuses;			/* to be resumed, as it is gone */
	bool ran;			/* &xe_vm.ran, when it was submitted to last */
	struct xe_context_desc desc;
	u32 tails[XE_CONTEXT_MAX_WIDTH];
};

struct xe_fake_context *xe_fake_context(const struct xe_queue *q);
void xe_fake_contexts_end_at_once(bool at_once);
void xe_fake_context_gone(const struct xe_queue *q);

int xe_fake_context_create(struct xe_context *ctx, const struct xe_context_desc *desc,
			   struct xe_context_owner *owner);
int xe_fake_context_submit(u32 number, const u32 *tails);
int xe_fake_context_revive(u32 number, const u32 *tails);
int xe_fake_context_suspend(u32 number);
int xe_fake_context_resume(u32 number);
int xe_fake_context_end(u32 number);

#define xe_context_create(hw, gt, ctx, desc, owner) \
	((void)(gt), xe_fake_context_create(ctx, desc, owner))
#define xe_context_submit(hw, gt, number, tails) \
	((void)(gt), xe_fake_context_submit(number, tails))
#define xe_context_revive(hw, gt, number, tails) \
	((void)(gt), xe_fake_context_revive(number, tails))
#define xe_context_suspend(hw, gt, number) \
	((void)(gt), xe_fake_context_suspend(number))
#define xe_context_resume(hw, gt, number) \
	((void)(gt), xe_fake_context_resume(number))
#define xe_context_end(hw, gt, number) \
	((void)(gt), xe_fake_context_end(number))

/* A device with a GGTT, in which slots of contexts can be. */
struct xe_device *xe_fake_submit_device(struct kunit *test);

/* A queue without an address space, and what an engine does for it. */
struct xe_queue *xe_fake_queue(struct kunit *test, struct xe_device *xe);
struct xe_queue *xe_fake_wide_queue(struct kunit *test, struct xe_device *xe, unsigned int width);
void xe_fake_engine_begins(struct xe_queue *q, u32 sequence);
void xe_fake_engine_ends(struct xe_queue *q, u32 sequence);

#endif
