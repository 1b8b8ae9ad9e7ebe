// SPDX-License-Identifier: MIT
/*
 * Frequencies: what the fuses say, and what becomes of the lowest one while the card runs.
 */

#include <kunit/test.h>

#include "guc/ct.h"
#include "tests/kunit/fake.h"

/* The last of the limits that the firmware was told, by parameter. */
static u32 told[32];

/* Whether it takes no lowest frequency above the highest. */
static bool strict;

static int fake_send(const u32 *action);

#define xe_guc_ct_send(hw, gt, action, len)	fake_send(action)

#include "../../../guc/slpc.c"

static int fake_send(const u32 *action)
{
	if (action[2] < ARRAY_SIZE(told))
		told[action[2]] = action[3];
	if (strict && told[SLPC_PARAM_MIN_MHZ] > told[SLPC_PARAM_MAX_MHZ])
		return -EIO;
	return 0;
}

struct efficient_case {
	const char *name;
	u32 ratio;		/* that the register reads */
	u32 efficient, lowest;	/* afterwards, as ratios */
};

/* In this order: what one leaves is where the next begins. */
static const struct efficient_case efficient_cases[] = {
	{ "not told yet", 0, 24, 24 },
	{ "above the lowest", 60, 60, 24 },
	{ "below the lowest", 18, 18, 18 },
	{ "for a moment nothing", 0, 18, 18 },
	{ "above again", 60, 60, 24 },
};

static void test_lowest(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = &xe_hw_state(hw)->gt[0];
		struct xe_slpc *slpc = slpc_of(hw, gt);

		xe_fake_poke(MTL_RP_STATE_CAP.offset, FIELD_PREP(MTL_RPN_CAP_MASK, 24) |
						FIELD_PREP(MTL_RP0_CAP_MASK, 150));
		KUNIT_ASSERT_EQ(test, read_fuses(hw, gt), 0);
		for (size_t i = 0; i < ARRAY_SIZE(efficient_cases); i++) {
			const struct efficient_case *c = &efficient_cases[i];

			xe_fake_poke(MTL_GT_RPE_FREQUENCY.offset, c->ratio);
			read_efficient(hw, gt);
			KUNIT_EXPECT_EQ_MSG(test, slpc->efficient, to_mhz(c->efficient), "%s",
					    c->name);
			KUNIT_EXPECT_EQ_MSG(test, slpc->lowest, to_mhz(c->lowest), "%s", c->name);
		}
	}
}

/*
 * What a user wants while the driver starts is in force when it has started.
 *
 * Seen to fail: the limits of before the start came back.
 */
static void test_set_while_capped(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = &xe_hw_state(hw)->gt[0];
		struct xe_slpc *slpc = slpc_of(hw, gt);

		*slpc = (struct xe_slpc){
			.ready = true, .lowest = 400, .highest = 2400, .efficient = 800,
			.stashed_min = 400, .stashed_max = 2400,
		};
		mutex_init(&slpc->lock);
		KUNIT_EXPECT_EQ(test, xe_slpc_set_min(hw, gt, 900), 0);
		KUNIT_EXPECT_EQ(test, xe_slpc_set_max(hw, gt, 1500), 0);
		KUNIT_EXPECT_EQ_MSG(test, told[SLPC_PARAM_MAX_MHZ], 0, "not before it has started");
		KUNIT_EXPECT_EQ(test, xe_slpc_uncap(hw, gt), 0);
		KUNIT_EXPECT_EQ(test, told[SLPC_PARAM_MIN_MHZ], 900);
		KUNIT_EXPECT_EQ(test, told[SLPC_PARAM_MAX_MHZ], 1500);

		/* Nothing is stashed any more. */
		KUNIT_EXPECT_EQ(test, xe_slpc_set_max(hw, gt, 1600), 0);
		told[SLPC_PARAM_MAX_MHZ] = 0;
		KUNIT_EXPECT_EQ(test, xe_slpc_uncap(hw, gt), 0);
		KUNIT_EXPECT_EQ(test, told[SLPC_PARAM_MAX_MHZ], 0);
		mutex_destroy(&slpc->lock);
	}
}

static const struct {
	u32 old_min, old_max, min, max;
} orders[] = {
	{ 400, 2400, 800, 2133 },
	{ 2400, 2800, 800, 2133 },	/* all of it below what there is */
	{ 400, 800, 900, 1500 },	/* and above */
	{ 800, 800, 800, 800 },
	{ 2133, 2400, 2133, 2133 },
};

static void test_order(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = &xe_hw_state(hw)->gt[0];
		struct xe_slpc *slpc = slpc_of(hw, gt);

		*slpc = (struct xe_slpc){ .efficient = 800 };
		mutex_init(&slpc->lock);
		guard(mutex)(&slpc->lock);
		strict = true;
		for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
			told[SLPC_PARAM_MIN_MHZ] = orders[i].old_min;
			told[SLPC_PARAM_MAX_MHZ] = orders[i].old_max;
			KUNIT_EXPECT_EQ_MSG(test, write_limits(hw, gt, orders[i].min, orders[i].max,
							       orders[i].old_min,
							       orders[i].old_max),
					    0, "row %zu", i);
			KUNIT_EXPECT_EQ(test, told[SLPC_PARAM_MIN_MHZ], orders[i].min);
			KUNIT_EXPECT_EQ(test, told[SLPC_PARAM_MAX_MHZ], orders[i].max);
		}
		strict = false;
	}
}

static struct kunit_case slpc_cases[] = {
	KUNIT_CASE(test_set_while_capped),
	KUNIT_CASE(test_lowest),
	KUNIT_CASE(test_order),
	{ }
};

static struct kunit_suite slpc_suite = {
	.name = "xe_slpc",
	.test_cases = slpc_cases,
};

kunit_test_suite(slpc_suite);
