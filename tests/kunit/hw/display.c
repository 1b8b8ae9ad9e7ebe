// SPDX-License-Identifier: MIT
/*
 * Display: what is on goes off, and what has no power is not touched.
 */

#include "../../../hw/display.c"

#include <kunit/test.h>

#include "tests/kunit/fake.h"

static bool stuck;

/* A transcoder follows its enable bit. */
static void follow(u32 offset, u32 value)
{
	for (unsigned int pipe = 0; pipe < DISPLAY_PIPES; pipe++)
		if (offset == TRANSCONF(pipe).offset && !stuck)
			xe_fake_poke(offset, value & TRANSCONF_ENABLE ?
				     value | TRANSCONF_STATE_ENABLE : 0);
}

static void light(unsigned int pipe, unsigned int plane)
{
	xe_fake_poke(PLANE_CTL(pipe, plane).offset, PLANE_CTL_ENABLE | BIT(26));
	xe_fake_poke(PLANE_SURF(pipe, plane).offset, SZ_8M);
}

static bool lit(unsigned int pipe, unsigned int plane)
{
	return xe_fake_peek(PLANE_CTL(pipe, plane).offset) ||
	       xe_fake_peek(PLANE_SURF(pipe, plane).offset);
}

/* Pipe A with two planes and a cursor, B without a transcoder, C without power. */
static struct xe_device *lit_device(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	stuck = false;
	xe_fake_poke(GMD_ID_DISPLAY.offset, 14 << 22 | 1 << 14);
	xe_fake_poke(DISPLAY_INT_CTL.offset, BIT(31));
	xe_fake_poke(PWR_WELL_CTL1.offset, PWR_WELL_STATE_PIPE(0) | PWR_WELL_STATE_PIPE(1));
	light(0, 0);
	light(0, 4);
	xe_fake_poke(CURCNTR(0).offset, 0x27);
	xe_fake_poke(CURBASE(0).offset, SZ_16M);
	light(1, 0);
	light(2, 0);
	xe_fake_poke(TRANSCONF(0).offset, TRANSCONF_ENABLE | TRANSCONF_STATE_ENABLE);
	xe_fake_poke(TRANSCONF(2).offset, TRANSCONF_ENABLE | TRANSCONF_STATE_ENABLE);
	xe_fake_on_write(follow);
	return xe;
}

static void test_off(struct kunit *test)
{
	struct xe_device *xe = lit_device(test);

	xe_fake_scoped(hw, xe)
		KUNIT_EXPECT_EQ(test, xe_display_off(hw), 0);
	KUNIT_EXPECT_FALSE(test, lit(0, 0));
	KUNIT_EXPECT_FALSE(test, lit(0, 4));
	KUNIT_EXPECT_FALSE(test, lit(1, 0));
	KUNIT_EXPECT_TRUE(test, lit(2, 0));
	KUNIT_EXPECT_EQ(test, xe_fake_peek(CURCNTR(0).offset), 0);
	KUNIT_EXPECT_EQ(test, xe_fake_peek(CURBASE(0).offset), 0);
	KUNIT_EXPECT_EQ(test, xe_fake_peek(TRANSCONF(0).offset), 0);
	KUNIT_EXPECT_NE(test, xe_fake_peek(TRANSCONF(2).offset), 0);
	KUNIT_EXPECT_EQ(test, xe_fake_peek(DISPLAY_INT_CTL.offset), 0);
}

static void test_stuck(struct kunit *test)
{
	struct xe_device *xe = lit_device(test);

	stuck = true;
	xe_fake_scoped(hw, xe)
		KUNIT_EXPECT_EQ(test, xe_display_off(hw), -ETIMEDOUT);
}

struct gone_case {
	const char *name;
	unsigned int access;	/* the card vanishes at this one */
};

static const struct gone_case gone_cases[] = {
	{ "is it there", 0 },
	{ "power", 2 },
	{ "planes", 5 },
	{ "behind a wait for the frame", 28 },
};

KUNIT_ARRAY_PARAM_DESC(gone, gone_cases, name);

/* All ones are neither a monitor that is lit nor a frame that lasts. */
static void test_gone(struct kunit *test)
{
	const struct gone_case *c = test->param_value;
	struct xe_device *xe = lit_device(test);
	ktime_t start = ktime_get();

	xe_fake_vanish(c->access);
	xe_fake_scoped(hw, xe)
		KUNIT_EXPECT_EQ(test, xe_display_off(hw), -ENODEV);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), start), FRAME_MS / 2);
}

/* Registers of a display that is not there are not touched. */
static void test_none(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		KUNIT_EXPECT_EQ(test, xe_display_off(hw), 0);
		KUNIT_EXPECT_EQ(test, xe_fake_accesses(), 1);
	}
}

static struct kunit_case display_cases[] = {
	KUNIT_CASE(test_off),
	KUNIT_CASE(test_stuck),
	KUNIT_CASE_PARAM(test_gone, gone_gen_params),
	KUNIT_CASE(test_none),
	{ }
};

static struct kunit_suite display_suite = {
	.name = "xe_display",
	.test_cases = display_cases,
};

kunit_test_suite(display_suite);
