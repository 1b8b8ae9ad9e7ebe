// SPDX-License-Identifier: MIT
/*
 * Resets: who asks for them, and when they are done. What a reset does is played.
 */

#include <drm/drm_drv.h>
#include <kunit/test.h>

#include "hw/gt_reset.h"
#include "submit/queue.h"
#include "tests/kunit/fake.h"
#include "xe_device.h"
#include "xe_guc.h"
#include "xe_module.h"

static unsigned int resets;
static char order[32];
static int reset_result;
static unsigned int told;

static int note(char what, int result)
{
	size_t len = strlen(order);

	if (len < sizeof(order) - 1)
		order[len] = what;
	return result;
}

#define xe_guc_reset_prepare(...)	note('p', 0)
#define xe_gt_reset(...)		(resets++, note('G', reset_result))
#define xe_guc_restart(...)		note('S', 0)
#define xe_gt_tell_running(...)		note('r', 0)
#define xe_gt_tell_stopped(...)		note(xe_fake_told_wedged() == told ? '?' : 's', 0)
#define xe_gt_tell_flushed(...)		note('f', 0)
#define xe_queue_ban_device(...)	note('B', 0)
#define xe_guc_ads_set_policies(...)	note('m', 0)

#include "../../xe_recovery.c"

static void reset_broken_now(struct xe_device *xe)
{
	xe_device_reset_broken(xe, 0);
	xe_hw_work_flush(&xe->recovery.work);
}

static void test_too_often(struct kunit *test)
{
	struct xe_failures failures = {};

	for (unsigned int i = 0; i < 3; i++)
		KUNIT_EXPECT_FALSE(test, xe_fails_too_often(&failures, 3, HZ));
	KUNIT_EXPECT_TRUE(test, xe_fails_too_often(&failures, 3, HZ));
	failures.since -= HZ + 1;
	KUNIT_EXPECT_FALSE(test, xe_fails_too_often(&failures, 3, HZ));
	KUNIT_EXPECT_EQ(test, failures.count, 1);
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

/* Asked for while the device is not published yet, and done as soon as it is. */
static int ask_early(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_device *xe = xe_hw_device(hw);

	xe_hw_state(hw)->num_gts = 1;
	spin_lock_init(&xe_hw_state(hw)->gt[0].forcewake.lock);
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

static void start_over(void)
{
	memset(order, 0, sizeof(order));
	reset_result = 0;
	told = xe_fake_told_wedged();
}

/* Software goes on when the GuC runs, and not before. */
static void test_order(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	start_over();
	xe_recovery_reset_now(xe, 0);
	KUNIT_EXPECT_STREQ(test, order, "pGSr");
}

/*
 * What was under way is given up when the engines were stopped; and once. What was begun in between
 * is ended behind that.
 */
static void test_give_up(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	unsigned int before = xe_fake_told_wedged();

	start_over();
	xe_device_declare_wedged(xe, "as the test wants it");
	xe_device_declare_wedged(xe, "as the test wants it");
	xe_hw_work_flush(&xe->recovery.give_up);
	KUNIT_EXPECT_STREQ(test, order, "pGsf");
	KUNIT_EXPECT_EQ(test, xe_fake_told_wedged(), before + 1);
	/* It runs behind system sleep, too. */
	xe_hw_work_queue(&xe->recovery.give_up);
	xe_hw_work_flush(&xe->recovery.give_up);
	KUNIT_EXPECT_EQ(test, xe_fake_told_wedged(), before + 1);
}

/* A user who wants it to be used on: what was under way ends, and it all begins anew. */
static void test_give_up_never(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	unsigned int before = xe_fake_told_wedged();

	xe->wedged_mode = 0;
	for (unsigned int round = 0; round < 2; round++) {
		start_over();
		for (unsigned int i = 0; i < RESETS_MAX; i++)
			reset_broken_now(xe);
		KUNIT_EXPECT_NULL(test, strchr(order, 'B'));
		start_over();
		reset_broken_now(xe);
		KUNIT_EXPECT_STREQ(test, order, "BpGSr");
	}
	KUNIT_EXPECT_FALSE(test, xe_device_is_wedged(xe));
	KUNIT_EXPECT_EQ(test, xe_fake_told_wedged(), before);

	/* That it does not come back is not for him to say. */
	reset_result = -ETIMEDOUT;
	reset_broken_now(xe);
	xe_hw_work_flush(&xe->recovery.give_up);
	KUNIT_EXPECT_TRUE(test, xe_device_is_wedged(xe));
	KUNIT_EXPECT_EQ(test, xe_fake_told_wedged(), before + 1);
	start_over();
}

/* GuCs are told once, and when they run. */
static void test_mode(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	start_over();
	KUNIT_EXPECT_EQ(test, xe->wedged_mode, 1);
	disable_work_sync(&xe->recovery.work.work);
	xe_recovery_set_wedged_mode(xe, 2);
	KUNIT_EXPECT_EQ(test, xe->wedged_mode, 2);
	KUNIT_EXPECT_STREQ(test, order, "");
	enable_work(&xe->recovery.work.work);
	xe_recovery_reset_now(xe, 0);
	KUNIT_EXPECT_STREQ(test, order, "pGSrm");
	xe_recovery_reset_now(xe, 0);
	KUNIT_EXPECT_STREQ(test, order, "pGSrmpGSr");
}

/* Who wants to look at it: a reset would destroy what there is to see. */
static void test_give_up_at_once(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	start_over();
	xe->wedged_mode = 2;
	xe_recovery_reset_now(xe, 0);
	KUNIT_EXPECT_FALSE(test, xe_device_is_wedged(xe));
	reset_broken_now(xe);
	xe_hw_work_flush(&xe->recovery.give_up);
	KUNIT_EXPECT_TRUE(test, xe_device_is_wedged(xe));
	KUNIT_EXPECT_STREQ(test, order, "pGSrppGsf");
}

/* A GT that does not come out of reset: its GuC is not started, and the device is given up. */
static void test_reset_fails(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	unsigned int before = xe_fake_told_wedged();

	start_over();
	reset_result = -ETIMEDOUT;
	xe_recovery_reset_now(xe, 0);
	xe_hw_work_flush(&xe->recovery.give_up);
	KUNIT_EXPECT_STREQ(test, order, "pGpGf");
	KUNIT_EXPECT_TRUE(test, xe_device_is_wedged(xe));
	KUNIT_EXPECT_EQ(test, xe_fake_told_wedged(), before + 1);
	reset_result = 0;
}

/* Of a device that is lost software was told as such. */
static void test_give_up_lost(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	unsigned int before = xe_fake_told_wedged();

	start_over();
	xe_hw_scoped(hw, xe)
		xe_hw_declare_lost(hw, "as the test wants it");
	xe_device_declare_wedged(xe, "as the test wants it");
	xe_hw_work_flush(&xe->recovery.give_up);
	KUNIT_EXPECT_STREQ(test, order, "");
	KUNIT_EXPECT_EQ(test, xe_fake_told_wedged(), before);
}

static struct kunit_case recovery_cases[] = {
	KUNIT_CASE(test_order),
	KUNIT_CASE(test_give_up),
	KUNIT_CASE(test_give_up_never),
	KUNIT_CASE(test_mode),
	KUNIT_CASE(test_give_up_at_once),
	KUNIT_CASE(test_reset_fails),
	KUNIT_CASE(test_give_up_lost),
	KUNIT_CASE(test_too_often),
	KUNIT_CASE(test_who_asks),
	KUNIT_CASE(test_asked_in_probe),
	KUNIT_CASE(test_asked_after_unbind),
	{ }
};

static struct kunit_suite recovery_suite = {
	.name = "xe_recovery",
	.test_cases = recovery_cases,
};

kunit_test_suite(recovery_suite);
