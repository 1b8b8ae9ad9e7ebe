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
	u32 foreign;		/* bits of GFX_MSTR_IRQ, in the place of that of the bank */
};

#define SAYS(class, instance, events)						\
	(INTR_DATA_VALID | FIELD_PREP_CONST(INTR_ENGINE_CLASS_MASK, class) |	\
	 FIELD_PREP_CONST(INTR_ENGINE_INSTANCE_MASK, instance) | (events))

static const struct event_case event_cases[] = {
	{ "not ours", 0, 0, 0, 0, IRQ_NONE },
	{ "another tile", BIT(1), 0, 0, 0, IRQ_HANDLED },
	{ "display", DG1_MSTR_TILE(0), 0, 0, 0, IRQ_HANDLED, .foreign = BIT(16) },
	{ "CSC", DG1_MSTR_TILE(0), 0, 0, 0, IRQ_HANDLED, .foreign = BIT(10) },
	{ "GU misc", DG1_MSTR_TILE(0), 0, 0, 0, IRQ_HANDLED, .foreign = BIT(29) },
	{ "GuC", DG1_MSTR_TILE(0), SAYS(OTHER_CLASS, OTHER_GUC_INSTANCE, GUC_INTR_GUC2HOST),
	  0, 25, IRQ_WAKE_THREAD, .gucs = BIT(0) },
	{ "media GuC", DG1_MSTR_TILE(0),
	  SAYS(OTHER_CLASS, OTHER_MEDIA_GUC_INSTANCE, GUC_INTR_GUC2HOST),
	  1, 31, IRQ_WAKE_THREAD, .gucs = BIT(1) },
	{ "render", DG1_MSTR_TILE(0), SAYS(RENDER_CLASS, 0, GT_RENDER_USER_INTERRUPT), 0, 0,
	  IRQ_WAKE_THREAD, .render = GT_RENDER_USER_INTERRUPT },
	{ "compute", DG1_MSTR_TILE(0), SAYS(COMPUTE_CLASS, 0, 0x11), 1, 4,
	  IRQ_WAKE_THREAD, .compute = 0x11 },
	{ "an engine that is not there", DG1_MSTR_TILE(0), SAYS(COMPUTE_CLASS, 3, 0x11), 1, 4,
	  IRQ_WAKE_THREAD },
	{ "an instance far off", DG1_MSTR_TILE(0), SAYS(RENDER_CLASS, 63, 0xffff), 1, 4,
	  IRQ_WAKE_THREAD },
	{ "a class unknown", DG1_MSTR_TILE(0), SAYS(7, 0, 0xffff), 1, 4, IRQ_WAKE_THREAD },
	{ "something else", DG1_MSTR_TILE(0), SAYS(OTHER_CLASS, 5, 1), 0, 3,
	  IRQ_WAKE_THREAD },
	{ "no identity", DG1_MSTR_TILE(0), 1, 0, 0, IRQ_WAKE_THREAD },
};

KUNIT_ARRAY_PARAM_DESC(event, event_cases, name);

static const struct event_case *now;
static u32 told;	/* GTs */

static void tell(struct xe_hw hw, struct xe_gt *gt)
{
	told |= BIT(gt->id);
}

/* What is pending shows while the root is switched off. */
static void react(u32 offset, u32 value)
{
	if (offset == DG1_MSTR_TILE_INTR.offset && !value)
		xe_fake_poke(offset, now->tiles);
}

static struct xe_irq *irq_init(struct xe_hw hw)
{
	struct xe_hw_state *state = xe_hw_state(hw);

	xe_engine_list(&state->gt[0], 0, 0, 1);
	state->num_gts = XE_MAX_GTS;
	for (u8 id = 0; id < XE_MAX_GTS; id++)
		state->gt[id].id = id;
	told = 0;
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
	xe_fake_poke(GFX_MSTR_IRQ.offset, c->foreign ?: GT_DW_IRQ(c->bank));
	xe_fake_poke(GT_INTR_DW(c->bank).offset, BIT(c->bit));
	xe_fake_poke(INTR_IDENTITY_REG(c->bank).offset, c->identity);
	xe_fake_on_write(react);

	xe_fake_scoped(hw, xe) {
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
		KUNIT_EXPECT_EQ(test, xe_fake_peek(DG1_MSTR_TILE_INTR.offset), DG1_MSTR_IRQ);

		/* The thread takes all of it, once; who is told of GuCs is there, or not yet. */
		xe_irq_handle_gucs(hw, tell);
		KUNIT_EXPECT_EQ(test, thread_handler(hw), IRQ_HANDLED);
		KUNIT_EXPECT_EQ(test, told, c->gucs);
		KUNIT_EXPECT_EQ(test, irq->guc_pending, 0);
		xe_irq_handle_gucs(hw, NULL);
		irq->guc_pending = c->gucs;
		KUNIT_EXPECT_EQ(test, thread_handler(hw), IRQ_HANDLED);
		KUNIT_EXPECT_EQ(test, irq->guc_pending, 0);
		KUNIT_EXPECT_EQ(test, xe_engine_find(gt, XE_ENGINE_RENDER, 0)->events, 0);
	}
}

/* While it is off, or when the card is gone, it is somebody else's. */
static void test_off(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
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

/* What the firmware or another driver left on, and this one has no use for. */
static void test_silent(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct xe_platform discrete = *xe->platform;

	discrete.is_discrete = true;
	xe->platform = &discrete;
	xe_fake_poke(CSC_H_CSR.offset, CSC_H_CSR_RDY | CSC_H_CSR_IE);
	xe_fake_poke(GUNIT_GSC_INTR_ENABLE.offset, ~0);
	xe_fake_scoped(hw, xe)
		silence_the_rest(hw);
	KUNIT_EXPECT_EQ(test, xe_fake_peek(CSC_H_CSR.offset), CSC_H_CSR_RDY);
	KUNIT_EXPECT_EQ(test, xe_fake_peek(GUNIT_GSC_INTR_ENABLE.offset), 0);
	KUNIT_EXPECT_EQ(test, xe_fake_peek(GUNIT_GSC_INTR_MASK.offset), ~0);
}

static struct kunit_case irq_cases[] = {
	KUNIT_CASE(test_masks),
	KUNIT_CASE_PARAM(test_event, event_gen_params),
	KUNIT_CASE(test_off),
	KUNIT_CASE(test_silent),
	{ }
};

static struct kunit_suite irq_suite = {
	.name = "xe_irq",
	.test_cases = irq_cases,
};

kunit_test_suite(irq_suite);
