// SPDX-License-Identifier: MIT
/*
 * The tables of engines, and what fuses leave of them.
 */

#include "../../../hw/engine.c"

#include <kunit/test.h>

#include "abi/guc_ads.h"
#include "tests/kunit/fake.h"

static const struct {
	const struct xe_engine_row *rows;
	unsigned int count;
} tables[] = {
	{ xe2_graphics, ARRAY_SIZE(xe2_graphics) },
	{ xe2_media, ARRAY_SIZE(xe2_media) },
};

static void test_rows(struct kunit *test)
{
	for (unsigned int t = 0; t < ARRAY_SIZE(tables); t++)
		for (unsigned int i = 0; i < tables[t].count; i++) {
			const struct xe_engine_row *a = &tables[t].rows[i];

			KUNIT_EXPECT_NE_MSG(test, a->domain, XE_FW_GT, "%s", a->name);
			KUNIT_EXPECT_LT_MSG(test, a->instance, GUC_INSTANCES, "%s", a->name);
			for (unsigned int j = 0; j < i; j++) {
				const struct xe_engine_row *b = &tables[t].rows[j];

				KUNIT_EXPECT_STRNEQ(test, a->name, b->name);
				KUNIT_EXPECT_NE_MSG(test, a->base, b->base, "%s, %s", a->name,
						    b->name);
				KUNIT_EXPECT_FALSE_MSG(test, a->class == b->class &&
						       a->instance <= b->instance,
						       "%s behind %s", a->name, b->name);
			}
		}
}

struct fuse_case {
	const char *name;
	u8 gt;
	u32 decode, enhance, compute;
	const char *left;	/* with their logical numbers */
	u32 domains;
};

#define MEDIA(n)	(BIT(XE_FW_VDBOX0 + (n)))
#define ENHANCE(n)	(BIT(XE_FW_VEBOX0 + (n)))

static const struct fuse_case fuse_cases[] = {
	{ "no compute", 0, ~0u, ~0u, 0, "rcs0=0 bcs0=0 bcs8=1 ", BIT(XE_FW_RENDER) },
	{ "one compute", 0, 0, 0, 1, "rcs0=0 bcs0=0 bcs8=1 ccs0=0 ", BIT(XE_FW_RENDER) },
	{ "a gap", 0, 0, 0, 0xa, "rcs0=0 bcs0=0 bcs8=1 ccs1=0 ccs3=1 ", BIT(XE_FW_RENDER) },
	{ "no media", 1, 0, 0, ~0u, "", 0 },
	{ "media with gaps", 1, 0x5, 0x2, 0, "vcs0=0 vcs2=1 vecs1=0 ",
	  MEDIA(0) | MEDIA(2) | ENHANCE(1) },
	{ "the last ones", 1, 0x80, 0x8, 0, "vcs7=0 vecs3=0 ", MEDIA(7) | ENHANCE(3) },
	{ "more than there are", 1, 0x80, 0xf0, 0, "vcs7=0 ", MEDIA(7) },
};

KUNIT_ARRAY_PARAM_DESC(fuse, fuse_cases, name);

static void test_fuses(struct kunit *test)
{
	struct xe_gt *gt = kunit_kzalloc(test, sizeof(*gt), GFP_KERNEL);
	const struct fuse_case *c = test->param_value;
	char left[64] = "";

	KUNIT_ASSERT_NOT_NULL(test, gt);
	gt->id = c->gt;
	xe_engine_list(gt, c->decode, c->enhance, c->compute);
	xe_for_each_engine(engine, gt) {
		const struct xe_engine_row *row = engine->row;

		snprintf(left + strlen(left), sizeof(left) - strlen(left), "%s=%u ", row->name,
			 engine->logical);
		KUNIT_EXPECT_PTR_EQ(test, xe_engine_find(gt, row->class, row->instance), engine);
		KUNIT_EXPECT_TRUE(test, BIT(row->instance) &
				  xe_engine_mask(&gt->engines, row->class));
	}
	KUNIT_EXPECT_STREQ(test, left, c->left);
	KUNIT_EXPECT_EQ(test, gt->forcewake.present, c->domains);
	KUNIT_EXPECT_NULL(test, xe_engine_find(gt, XE_ENGINE_COPY, 1));
}

struct slices_case {
	const char *name;
	u32 compute;
	unsigned int engines;
	u32 owners;	/* an octal digit for each slice, the first is the last */
};

static const struct slices_case slices_cases[] = {
	{ "four for one", 0xf, 1, 00000 },
	{ "four for two", 0xf, 2, 01010 },
	{ "four for four", 0xf, 4, 03210 },
	{ "three, the second is missing, for one", 0xd, 1, 00070 },
	{ "three for three", 0xd, 3, 03270 },
	{ "the last two, for one", 0xc, 1, 02277 },
	{ "the last two, for two", 0xc, 2, 03277 },
};

KUNIT_ARRAY_PARAM_DESC(slices, slices_cases, name);

static void test_slices(struct kunit *test)
{
	struct xe_gt *gt = kunit_kzalloc(test, sizeof(*gt), GFP_KERNEL);
	const struct slices_case *c = test->param_value;

	KUNIT_ASSERT_NOT_NULL(test, gt);
	xe_engine_list(gt, 0, 0, c->compute);
	KUNIT_EXPECT_EQ(test, slice_owners(gt, c->engines), c->owners);
}

static bool rests;

/* An engine that is told to stop comes to rest. */
static void come_to_rest(u32 offset, u32 value)
{
	if (rests && value == XE_MASKED_ENABLE(STOP_RING))
		xe_fake_poke(offset, MODE_IDLE | STOP_RING);
}

/* One that does not is ended by the reset of the function. */
static void test_stop(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_on_write(come_to_rest);
	xe_fake_scoped(hw, xe) {
		struct xe_hw_state *state = xe_hw_state(hw);
		struct xe_gt *gt = &state->gt[0];

		spin_lock_init(&gt->forcewake.lock);
		xe_engine_list(gt, 0, 0, 1);
		gt->forcewake.present = 0;

		rests = true;
		engine_stop(hw, gt);
		KUNIT_EXPECT_FALSE(test, state->needs_reset);

		rests = false;
		xe_fake_poke(RING_MI_MODE(gt->engines.list[1].row->base).reg.offset, 0);
		engine_stop(hw, gt);
		KUNIT_EXPECT_TRUE(test, state->needs_reset);
	}
}

static struct kunit_case engine_cases[] = {
	KUNIT_CASE(test_rows),
	KUNIT_CASE_PARAM(test_fuses, fuse_gen_params),
	KUNIT_CASE_PARAM(test_slices, slices_gen_params),
	KUNIT_CASE(test_stop),
	{ }
};

static struct kunit_suite engine_suite = {
	.name = "xe_engine",
	.test_cases = engine_cases,
};

kunit_test_suite(engine_suite);
