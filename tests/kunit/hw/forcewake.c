// SPDX-License-Identifier: MIT
/*
 * Forcewake: holds nest, and a domain that does not answer does not hold up its users each time.
 */

#include "../../../hw/forcewake.c"

#include <kunit/test.h>

#include "tests/kunit/fake.h"

#define DOMAINS	(BIT(XE_FW_GT) | BIT(XE_FW_RENDER) | BIT(XE_FW_VDBOX0) | BIT(XE_FW_VEBOX0))

static u32 dead;	/* domains that do not answer */
static u32 sleepless;	/* that do not go to sleep */

static void answer(u32 offset, u32 value)
{
	for (unsigned int domain = 0; domain < XE_FW_COUNT; domain++) {
		struct domain_regs regs = domain_regs(domain);

		if (!(DOMAINS & ~dead & BIT(domain)) || offset != regs.request.reg.offset)
			continue;
		if (sleepless & BIT(domain) && !(value & FORCEWAKE_KERNEL))
			continue;
		if (value & FORCEWAKE_KERNEL << 16)
			xe_fake_poke(regs.ack.reg.offset, value & FORCEWAKE_KERNEL);
	}
}

static struct xe_gt *gt_init(struct xe_hw hw)
{
	struct xe_gt *gt = &xe_hw_state(hw)->gt[0];

	spin_lock_init(&gt->forcewake.lock);
	gt->forcewake.present = DOMAINS;
	xe_fake_on_write(answer);
	return gt;
}

static u32 awake(unsigned int domain)
{
	return xe_fake_peek(domain_regs(domain).ack.reg.offset) & FORCEWAKE_KERNEL;
}

static void test_nest(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	dead = 0;
	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = gt_init(hw);

		KUNIT_EXPECT_EQ(test, xe_forcewake_get(hw, gt, XE_FW_ALL), 0);
		KUNIT_EXPECT_EQ(test, xe_forcewake_get(hw, gt, BIT(XE_FW_GT)), 0);
		xe_forcewake_put(hw, gt, XE_FW_ALL);
		KUNIT_EXPECT_TRUE(test, awake(XE_FW_GT));
		KUNIT_EXPECT_FALSE(test, awake(XE_FW_RENDER));
		xe_forcewake_put(hw, gt, BIT(XE_FW_GT));
		KUNIT_EXPECT_FALSE(test, awake(XE_FW_GT));
	}
}

static s64 timed_get(struct kunit *test, struct xe_hw hw, struct xe_gt *gt, int expected)
{
	ktime_t start = ktime_get();

	KUNIT_EXPECT_EQ(test, xe_forcewake_get(hw, gt, XE_FW_ALL), expected);
	return ktime_us_delta(ktime_get(), start);
}

static void test_stuck(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	dead = BIT(XE_FW_RENDER);
	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = gt_init(hw);
		s64 best = S64_MAX;

		KUNIT_EXPECT_GE(test, timed_get(test, hw, gt, -ETIMEDOUT), FORCEWAKE_TIMEOUT_US);
		KUNIT_EXPECT_EQ(test, gt->forcewake.stuck[true], BIT(XE_FW_RENDER));
		KUNIT_EXPECT_EQ(test, gt->forcewake.users[XE_FW_GT], 0);
		/* The best of ten does not take as long as the first. */
		for (int i = 0; i < 10; i++)
			best = min(best, timed_get(test, hw, gt, -ETIMEDOUT));
		KUNIT_EXPECT_LT(test, best, FORCEWAKE_TIMEOUT_US);

		dead = 0;
		KUNIT_EXPECT_EQ(test, xe_forcewake_get(hw, gt, XE_FW_ALL), 0);
		KUNIT_EXPECT_EQ(test, gt->forcewake.stuck[true], 0);
		xe_forcewake_put(hw, gt, XE_FW_ALL);
	}
}

/*
 * One that stays awake is awake: who wants it to be has that, and does not wait each time. The time
 * that it had is not that of the others.
 */
static void test_sleepless(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	dead = 0;
	sleepless = BIT(XE_FW_RENDER);
	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = gt_init(hw);
		s64 best = S64_MAX;

		KUNIT_EXPECT_EQ(test, xe_forcewake_get(hw, gt, XE_FW_ALL), 0);
		xe_forcewake_put(hw, gt, XE_FW_ALL);
		KUNIT_EXPECT_TRUE(test, awake(XE_FW_RENDER));
		KUNIT_EXPECT_GE(test, timed_get(test, hw, gt, 0), FORCEWAKE_SLEEP_US);
		KUNIT_EXPECT_EQ(test, gt->forcewake.stuck[false], BIT(XE_FW_RENDER));
		KUNIT_EXPECT_EQ(test, gt->forcewake.stuck[true], 0);
		for (int i = 0; i < 10; i++) {
			xe_forcewake_put(hw, gt, XE_FW_ALL);
			best = min(best, timed_get(test, hw, gt, 0));
		}
		KUNIT_EXPECT_LT(test, best, FORCEWAKE_SLEEP_US);
		xe_forcewake_put(hw, gt, XE_FW_ALL);

		/* Neither goes to sleep in time, nor does another wake up: that has its time. */
		gt->forcewake.stuck[false] = 0;
		dead = BIT(XE_FW_VDBOX0);
		KUNIT_EXPECT_GE(test, timed_get(test, hw, gt, -ETIMEDOUT),
				FORCEWAKE_SLEEP_US + FORCEWAKE_TIMEOUT_US);
		dead = 0;

		sleepless = 0;
		KUNIT_EXPECT_EQ(test, xe_forcewake_get(hw, gt, XE_FW_ALL), 0);
		xe_forcewake_put(hw, gt, XE_FW_ALL);
		KUNIT_EXPECT_FALSE(test, awake(XE_FW_RENDER));
		KUNIT_EXPECT_EQ(test, xe_forcewake_get(hw, gt, XE_FW_ALL), 0);
		KUNIT_EXPECT_EQ(test, gt->forcewake.stuck[false], 0);
		xe_forcewake_put(hw, gt, XE_FW_ALL);
	}
}

static struct kunit_case forcewake_cases[] = {
	KUNIT_CASE(test_nest),
	KUNIT_CASE(test_stuck),
	KUNIT_CASE(test_sleepless),
	{ }
};

static struct kunit_suite forcewake_suite = {
	.name = "xe_forcewake",
	.test_cases = forcewake_cases,
};

kunit_test_suite(forcewake_suite);
