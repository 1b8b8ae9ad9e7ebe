// SPDX-License-Identifier: MIT
/*
 * Steering: its tables, and what an access does to the selector.
 */

#include "../../../hw/steering.c"

#include <kunit/test.h>

#include "tests/kunit/fake.h"

static void test_tables(struct kunit *test)
{
	for (unsigned int t = 0; t < ARRAY_SIZE(tables); t++) {
		const struct copies *range = tables[t].ranges;

		for (unsigned int other = 0; other < t; other++)
			KUNIT_EXPECT_NE(test, tables[t].version, tables[other].version);
		for (unsigned int r = 0; r < tables[t].count; r++) {
			KUNIT_EXPECT_LT_MSG(test, range[r].start, range[r].end, "row %u", r);
			if (r)
				KUNIT_EXPECT_GT_MSG(test, range[r].start, range[r - 1].end,
						    "row %u of version %u is out of order", r,
						    tables[t].version);
		}
	}
}

static void test_find(struct kunit *test)
{
	static const struct xe_gt gt = { .version = 2001 }, unknown = { .version = 9999 };

	KUNIT_EXPECT_NULL(test, find_copies(&gt, 0xaff));
	KUNIT_EXPECT_PTR_EQ(test, find_copies(&gt, 0xb00), &xe2_graphics[0]);
	KUNIT_EXPECT_PTR_EQ(test, find_copies(&gt, 0xbff), &xe2_graphics[0]);
	KUNIT_EXPECT_NULL(test, find_copies(&gt, 0xc00));
	KUNIT_EXPECT_NULL(test, find_copies(&gt, 0x14000));
	KUNIT_EXPECT_NULL(test, find_copies(&unknown, 0xb00));
}

struct copy_case {
	u32 offset;
	u32 dss, nodes;
	unsigned int group, instance;
};

/* The first copy that the fuses left. */
static const struct copy_case copy_cases[] = {
	{ 0x4000, 0xf0, 0xf0, 0, 0 },
	{ 0x5500, 0x01, 0x01, 0, 0 },
	{ 0x5500, 0x08, 0x01, 0, 3 },
	{ 0x5500, 0x10, 0x01, 1, 0 },
	{ 0x5500, 0x80000000, 0x01, 7, 3 },
	{ 0xb00, 0x01, 0x02, 0, 1 },
	{ 0xb00, 0x01, 0x0c, 1, 0 },
};

static void test_copy(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe)
		for (size_t i = 0; i < ARRAY_SIZE(copy_cases); i++) {
			const struct copy_case *c = &copy_cases[i];
			struct xe_gt *gt = &xe_hw_state(hw)->gt[0];

			gt->version = 2001;
			gt->steering.dss_per_group = 4;
			xe->gt[0].geometry_dss = c->dss;
			xe->gt[0].nodes = c->nodes;
			KUNIT_EXPECT_EQ_MSG(test, some_copy(hw, gt, c->offset),
					    FIELD_PREP(MTL_MCR_GROUPID, c->group) |
					    FIELD_PREP(MTL_MCR_INSTANCEID, c->instance),
					    "case %zu", i);
		}
}

/* The selector rests at all copies, and the semaphore is given back after it does. */
static void test_access(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	u32 value;

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = &xe_hw_state(hw)->gt[0];

		xe_fake_poke(STEER_SEMAPHORE.reg.offset, STEER_SEMAPHORE_GRANTED);
		xe_fake_poke(0x5500, 0x1234);
		KUNIT_EXPECT_EQ(test, xe_mcr_read32_at(hw, gt, XE_MCR_REG(0x5500), 2, 3), 0x1234);
		KUNIT_EXPECT_EQ(test, xe_fake_written(0, &value), STEER_SEMAPHORE.reg.offset);
		KUNIT_EXPECT_EQ(test, xe_fake_written(1, &value), MTL_MCR_SELECTOR.reg.offset);
		KUNIT_EXPECT_EQ(test, value, MCR_MULTICAST);
		KUNIT_EXPECT_EQ(test, xe_fake_written(2, &value), MTL_MCR_SELECTOR.reg.offset);
		KUNIT_EXPECT_EQ(test, value, FIELD_PREP(MTL_MCR_GROUPID, 2) |
				FIELD_PREP(MTL_MCR_INSTANCEID, 3));
	}
}

/* Firmware that never gives the semaphore is waited for once a table, and keeps it. */
static void test_stuck(struct kunit *test)
{
	static const struct xe_reg_write write = {
		.offset = 0x5500, .clear = ~0, .set = 0x4321, .flags = XE_WRITE_MCR,
	};
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = &xe_hw_state(hw)->gt[0];

		xe_gt_apply(hw, gt, &write, 1);
		KUNIT_EXPECT_EQ(test, xe_fake_peek(0x5500), 0x4321);
		KUNIT_EXPECT_NE(test, xe_fake_written(0, NULL), STEER_SEMAPHORE.reg.offset);
	}
}

static struct kunit_case steering_cases[] = {
	KUNIT_CASE(test_tables),
	KUNIT_CASE(test_find),
	KUNIT_CASE(test_copy),
	KUNIT_CASE(test_access),
	KUNIT_CASE(test_stuck),
	{ }
};

static struct kunit_suite steering_suite = {
	.name = "xe_steering",
	.test_cases = steering_cases,
};

kunit_test_suite(steering_suite);
