// SPDX-License-Identifier: MIT
/*
 * Interrupts: the table of masks, and who learns of what the tree says.
 */

#include "../../../hw/irq.c"

#include <kunit/test.h>

#include "tests/kunit/fake.h"

static void test_masks(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(masks); i++) {
		KUNIT_EXPECT_NE_MSG(test, masks[i].instances, 0, "row %u is for nothing", i);
		KUNIT_EXPECT_NE_MSG(test, masks[i].events, 0, "row %u is for nothing", i);
		for (unsigned int j = 0; j < i; j++) {
			KUNIT_EXPECT_NE_MSG(test, masks[i].reg.offset, masks[j].reg.offset,
					    "rows %u and %u", i, j);
			KUNIT_EXPECT_FALSE_MSG(test, masks[i].class == masks[j].class &&
					       masks[i].instances & masks[j].instances,
					       "rows %u and %u are for the same engine", i, j);
		}
	}
}

struct event_case {
	const char *name;
	u32 tiles, identity;
	unsigned int bank, bit;
	irqreturn_t ret;
	u32 gucs;
	u16 render, compute;	/* events of rcs0 and ccs0 */
};

#define SAYS(class, instance, events)						\
	(IRQ_IDENTITY_VALID | FIELD_PREP_CONST(IRQ_IDENTITY_CLASS, class) |	\
	 FIELD_PREP_CONST(IRQ_IDENTITY_INSTANCE, instance) | (events))

static const struct event_case event_cases[] = {
	{ "not ours", 0, 0, 0, 0, IRQ_NONE },
	{ "another tile", BIT(1), 0, 0, 0, IRQ_NONE },
	{ "GuC", IRQ_TILES_TILE0, SAYS(IRQ_CLASS_OTHER, IRQ_OTHER_GUC, IRQ_EVENT_GUC_TO_HOST),
	  0, 25, IRQ_WAKE_THREAD, .gucs = BIT(0) },
	{ "media GuC", IRQ_TILES_TILE0,
	  SAYS(IRQ_CLASS_OTHER, IRQ_OTHER_MEDIA_GUC, IRQ_EVENT_GUC_TO_HOST),
	  1, 31, IRQ_WAKE_THREAD, .gucs = BIT(1) },
	{ "render", IRQ_TILES_TILE0, SAYS(IRQ_CLASS_RENDER, 0, IRQ_EVENT_USER), 0, 0,
	  IRQ_WAKE_THREAD, .render = IRQ_EVENT_USER },
	{ "compute", IRQ_TILES_TILE0, SAYS(IRQ_CLASS_COMPUTE, 0, 0x11), 1, 4,
	  IRQ_WAKE_THREAD, .compute = 0x11 },
	{ "an engine that is not there", IRQ_TILES_TILE0, SAYS(IRQ_CLASS_COMPUTE, 3, 0x11), 1, 4,
	  IRQ_WAKE_THREAD },
	{ "an instance far off", IRQ_TILES_TILE0, SAYS(IRQ_CLASS_RENDER, 63, 0xffff), 1, 4,
	  IRQ_WAKE_THREAD },
	{ "a class unknown", IRQ_TILES_TILE0, SAYS(7, 0, 0xffff), 1, 4, IRQ_WAKE_THREAD },
	{ "something else", IRQ_TILES_TILE0, SAYS(IRQ_CLASS_OTHER, 5, 1), 0, 3,
	  IRQ_WAKE_THREAD },
	{ "no identity", IRQ_TILES_TILE0, 1, 0, 0, IRQ_WAKE_THREAD },
};

KUNIT_ARRAY_PARAM_DESC(event, event_cases, name);

static const struct event_case *now;

/* What is pending shows while the root is switched off. */
static void react(u32 offset, u32 value)
{
	if (offset == IRQ_TILES.offset && !value)
		xe_fake_poke(offset, now->tiles);
}

static struct xe_irq *irq_init(struct xe_hw hw)
{
	struct xe_hw_state *state = xe_hw_state(hw);

	xe_engine_list(&state->gt[0], 0, 0, 1);
	spin_lock_init(&state->irq.lock);
	state->irq.on = true;
	return &state->irq;
}

static void test_event(struct kunit *test)
{
	const struct event_case *c = test->param_value;
	struct xe_device *xe = xe_fake_device(test);
	irqreturn_t ret;

	now = c;
	xe_fake_poke(IRQ_TILE.offset, IRQ_TILE_BANK(c->bank));
	xe_fake_poke(IRQ_BANK(c->bank).offset, BIT(c->bit));
	xe_fake_poke(IRQ_IDENTITY(c->bank).offset, c->identity);
	xe_fake_on_write(react);

	xe_hw_scoped(hw, xe) {
		struct xe_irq *irq = irq_init(hw);
		struct xe_gt *gt = &xe_hw_state(hw)->gt[0];

		scoped_guard(irq)
			ret = hard_handler(hw);
		KUNIT_EXPECT_EQ(test, ret, c->ret);
		KUNIT_EXPECT_EQ(test, irq->guc_pending, c->gucs);
		KUNIT_EXPECT_EQ(test, irq->count, c->ret != IRQ_NONE);
		KUNIT_EXPECT_EQ(test, xe_engine_find(gt, XE_ENGINE_RENDER, 0)->events, c->render);
		KUNIT_EXPECT_EQ(test, xe_engine_find(gt, XE_ENGINE_COMPUTE, 0)->events,
				c->compute);
		KUNIT_EXPECT_EQ(test, xe_fake_peek(IRQ_TILES.offset), IRQ_TILES_ENABLE);

		/* The thread takes all of it, once; nobody is there to be told. */
		KUNIT_EXPECT_EQ(test, thread_handler(hw), IRQ_HANDLED);
		KUNIT_EXPECT_EQ(test, irq->guc_pending, 0);
		KUNIT_EXPECT_EQ(test, xe_engine_find(gt, XE_ENGINE_RENDER, 0)->events, 0);
	}
}

/* While it is off, or when the card is gone, it is somebody else's. */
static void test_off(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_hw_scoped(hw, xe) {
		struct xe_irq *irq = irq_init(hw);

		irq->on = false;
		scoped_guard(irq)
			KUNIT_EXPECT_EQ(test, hard_handler(hw), IRQ_NONE);
		KUNIT_EXPECT_EQ(test, xe_fake_accesses(), 0);

		irq->on = true;
		xe_fake_vanish(0);
		scoped_guard(irq)
			KUNIT_EXPECT_EQ(test, hard_handler(hw), IRQ_NONE);
		KUNIT_EXPECT_TRUE(test, xe_hw_is_lost(hw));
	}
}

static struct kunit_case irq_cases[] = {
	KUNIT_CASE(test_masks),
	KUNIT_CASE_PARAM(test_event, event_gen_params),
	KUNIT_CASE(test_off),
	{ }
};

static struct kunit_suite irq_suite = {
	.name = "xe_irq",
	.test_cases = irq_cases,
};

kunit_test_suite(irq_suite);
