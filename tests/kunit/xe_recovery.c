// SPDX-License-Identifier: MIT
/*
 * Resets: who asks for them, and when they are done. What a reset does is played.
 */

#include <drm/drm_drv.h>
#include <kunit/test.h>

#include "hw/gt_reset.h"
#include "tests/kunit/fake.h"
#include "xe_guc.h"

static unsigned int resets;
static int reset_fails;
static char order[8];

static int note(const char *what, int err)
{
	strlcat(order, what, sizeof(order));
	return err;
}

#define xe_guc_reset_prepare(...)	(order[0] = 0)
#define xe_gt_reset(...)		(resets++, note("r", reset_fails))
#define xe_contexts_forget(...)		note("c", 0)
#define xe_guc_tlb_reset_done(...)	note("t", 0)
#define xe_guc_restart(...)		note("s", 0)

#include "../../xe_recovery.c"

static void reset_broken_now(struct xe_device *xe)
{
	xe_device_reset_broken(xe, 0);
	xe_hw_work_flush(&xe->recovery.work);
}

static void test_too_often(struct kunit *test)
{
	struct xe_recovery recovery = {};

	for (unsigned int i = 0; i < RESETS_MAX; i++)
		KUNIT_EXPECT_FALSE(test, too_often(&recovery));
	KUNIT_EXPECT_TRUE(test, too_often(&recovery));
	recovery.since -= RESETS_TIME + 1;
	KUNIT_EXPECT_FALSE(test, too_often(&recovery));
	KUNIT_EXPECT_EQ(test, recovery.count, 1);
}

/* A user may have a GT reset as often as he likes; one that breaks over and over is given up. */
static void test_who_asks(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	resets = 0;
	for (unsigned int i = 0; i < 2 * RESETS_MAX; i++)
		xe_recovery_reset_now(xe, 0);
	KUNIT_EXPECT_EQ(test, resets, 2 * RESETS_MAX);
	KUNIT_EXPECT_FALSE(test, xe_device_is_wedged(xe));
	for (unsigned int i = 0; i < RESETS_MAX; i++)
		reset_broken_now(xe);
	KUNIT_EXPECT_FALSE(test, xe_device_is_wedged(xe));
	reset_broken_now(xe);
	KUNIT_EXPECT_TRUE(test, xe_device_is_wedged(xe));
}

/*
 * Contexts and invalidations are told of a reset when it has succeeded and before the GuC starts
 * again; of one that has failed they are not.
 */
static void test_order(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_recovery_reset_now(xe, 0);
	KUNIT_EXPECT_STREQ(test, order, "rcts");
	reset_fails = -ETIMEDOUT;
	xe_recovery_reset_now(xe, 0);
	reset_fails = 0;
	KUNIT_EXPECT_STREQ(test, order, "r");
}

/* Asked for while the device is not published yet, and done as soon as it is. */
static int ask_early(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_device *xe = xe_hw_device(hw);

	xe_hw_state(hw)->num_gts = 1;
	xe_device_reset_broken(xe, 0);
	return resets ? -EIO : 0;
}

static void test_asked_in_probe(struct kunit *test)
{
	static const struct xe_platform platform = { .name = "fake", .dma_mask_bits = 46 };
	static const struct xe_hw_step steps[] = { { "early", ask_early } };
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_hw_state *state;
	struct xe_device *xe;

	resets = 0;
	KUNIT_ASSERT_EQ(test, xe_fake_bind(slot, &platform, steps, ARRAY_SIZE(steps)), 0);
	xe = xe_fake_bound(slot, &state);
	xe_hw_work_flush(&xe->recovery.work);
	KUNIT_EXPECT_EQ(test, resets, 1);
}

/* Nothing is reset behind unbind, whoever asks. */
static void test_asked_after_unbind(struct kunit *test)
{
	static const struct xe_platform platform = { .name = "fake", .dma_mask_bits = 46 };
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_hw_state *state;
	struct xe_device *xe;

	KUNIT_ASSERT_EQ(test, xe_fake_bind(slot, &platform, NULL, 0), 0);
	xe = xe_fake_bound(slot, &state);
	state->num_gts = 1;
	drm_dev_get(&xe->drm);
	xe_fake_unbind(slot);
	resets = 0;
	xe_recovery_reset_now(xe, 0);
	KUNIT_EXPECT_EQ(test, resets, 0);
	drm_dev_put(&xe->drm);
}

static struct kunit_case recovery_cases[] = {
	KUNIT_CASE(test_too_often),
	KUNIT_CASE(test_who_asks),
	KUNIT_CASE(test_order),
	KUNIT_CASE(test_asked_in_probe),
	KUNIT_CASE(test_asked_after_unbind),
	{ }
};

static struct kunit_suite recovery_suite = {
	.name = "xe_recovery",
	.test_cases = recovery_cases,
};

kunit_test_suite(recovery_suite);
