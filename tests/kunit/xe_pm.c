// SPDX-License-Identifier: MIT
/*
 * Power: the order in which the device is put to sleep. The blocks themselves are played.
 */

#include <linux/string.h>

/* Before the names in them are played. */
#include "hw/display.h"
#include "hw/forcewake.h"
#include "hw/ggtt.h"
#include "hw/ggtt_buf.h"
#include "hw/gt_reset.h"
#include "hw/irq.h"
#include "hw/pcode.h"
#include "hw/sensors.h"
#include "hw/state.h"
#include "mm/mm.h"
#include "mm/pt_pool.h"
#include "tests/kunit/fake.h"
#include "xe_device.h"
#include "xe_guc.h"

static char order[200];
static int guc_result;

static void note(const char *what)
{
	strlcat(order, what, sizeof(order));
}

#define xe_mm_suspend(...)		note("mappings ")
#define xe_guc_suspend(...)		(note("GuC "), guc_result)
#define xe_guc_resume(...)		(note("GuC-on "), 0)
#define xe_gt_reset(...)		(note("reset "), 0)
#define xe_gt_program(...)		(note("program "), 0)
#define xe_gt_quiesce(...)		note("L2 ")
#define xe_irq_suspend(...)		note("interrupts ")
#define xe_irq_resume(...)		note("interrupts-on ")
#define xe_hw_clear_master(...)		note("master ")
#define xe_hw_allow_master(...)		note("master-on ")
#define xe_hw_allow_d3cold(...)	do { } while (0)
#define xe_pt_pool_suspend(...)	(note("tables "), 0)
#define xe_pt_pool_resume(...)	note("tables-back ")
#define xe_pcode_wait_power_on(...)	0
#define xe_display_off(...)	(note("display "), 0)
#define xe_ggtt_restore(...)	note("GGTT ")
#define xe_ggtt_buf_restore(...)	do { } while (0)
#define xe_sensors_restore(...)	do { } while (0)

#include "../../xe_pm.c"

#include <kunit/test.h>

static struct xe_device *device_with_gt(struct kunit *test, int result)
{
	struct xe_device *xe = xe_fake_device(test);

	order[0] = 0;
	guc_result = result;
	xe_fake_scoped(hw, xe) {
		struct xe_hw_state *state = xe_hw_state(hw);

		state->num_gts = 1;
		spin_lock_init(&state->gt[0].forcewake.lock);
	}
	return xe;
}

static void test_suspend(struct kunit *test)
{
	struct xe_device *xe = device_with_gt(test, 0);

	xe_fake_scoped(hw, xe)
		KUNIT_EXPECT_EQ(test, xe_power_suspend(hw, true), 0);
	KUNIT_EXPECT_STREQ(test, order, "mappings GuC tables L2 interrupts ");
}

static void test_stays_awake(struct kunit *test)
{
	struct xe_device *xe = device_with_gt(test, -ETIMEDOUT);

	xe_fake_scoped(hw, xe)
		KUNIT_EXPECT_EQ(test, xe_power_suspend(hw, true), -EBUSY);
	KUNIT_EXPECT_STREQ(test, order, "mappings GuC program master-on GuC-on ");
}

/*
 * One that was given up may not even wake up its GT: it does not reach memory, and sleeps.
 *
 * Seen to fail: the system could not sleep until it was unbound.
 */
static void test_wedged_sleeps(struct kunit *test)
{
	struct xe_device *xe = device_with_gt(test, -ETIMEDOUT);

	atomic_set(&xe->wedged, 1);
	xe_fake_scoped(hw, xe)
		KUNIT_EXPECT_EQ(test, xe_power_suspend(hw, true), 0);
	KUNIT_EXPECT_STREQ(test, order, "mappings GuC master L2 interrupts ");
}

/*
 * Engines may run: they are reset before anything else goes on. And a reset that was late has taken
 * bus mastering away, without which no GuC starts.
 */
static void test_stays_awake_contexts(struct kunit *test)
{
	struct xe_device *xe = device_with_gt(test, -ETIMEDOUT);

	xe_fake_scoped(hw, xe) {
		xe_hw_state(hw)->gt[0].contexts = true;
		KUNIT_EXPECT_EQ(test, xe_power_suspend(hw, true), -EBUSY);
	}
	KUNIT_EXPECT_STREQ(test, order, "mappings GuC reset master-on GuC-on ");
}

/* Jobs that go on find the tables as they were, before anything can walk them. */
static void test_resume_cold(struct kunit *test)
{
	struct xe_device *xe = device_with_gt(test, 0);

	xe_fake_scoped(hw, xe) {
		xe_hw_state(hw)->cold = true;
		xe_hw_state(hw)->gt[0].contexts = true;
		set_bit(0, &xe->recovery.wanted);
		KUNIT_EXPECT_EQ(test, xe_power_resume(hw, true), 0);
		KUNIT_EXPECT_FALSE(test, xe_hw_state(hw)->cold);
		KUNIT_EXPECT_FALSE_MSG(test, test_bit(0, &xe->recovery.wanted), "a reset as well");
		KUNIT_EXPECT_EQ(test, atomic_read(&xe->mm.vram.losses), 1);
	}
	KUNIT_EXPECT_STREQ(test, order,
			   "display tables-back GGTT reset interrupts-on GuC-on ");
}

/* Nothing is cached of what ran before sleep. */
static void test_resume(struct kunit *test)
{
	struct xe_device *xe = device_with_gt(test, 0);

	xe_fake_scoped(hw, xe) {
		KUNIT_EXPECT_EQ(test, xe_power_resume(hw, false), 0);
		KUNIT_EXPECT_STREQ(test, order, "program interrupts-on GuC-on ");

		order[0] = 0;
		xe_hw_state(hw)->gt[0].contexts = true;
		KUNIT_EXPECT_EQ(test, xe_power_resume(hw, false), 0);
		KUNIT_EXPECT_STREQ(test, order, "reset interrupts-on GuC-on ");

		/* What was given up is not started: it may be kept from memory. */
		order[0] = 0;
		atomic_set(&xe->wedged, 1);
		KUNIT_EXPECT_EQ(test, xe_power_resume(hw, false), 0);
		KUNIT_EXPECT_STREQ(test, order, "");
	}
}

static struct kunit_case pm_cases[] = {
	KUNIT_CASE(test_stays_awake_contexts),
	KUNIT_CASE(test_resume),
	KUNIT_CASE(test_resume_cold),
	KUNIT_CASE(test_suspend),
	KUNIT_CASE(test_stays_awake),
	KUNIT_CASE(test_wedged_sleeps),
	{ }
};

static struct kunit_suite pm_suite = {
	.name = "xe_pm",
	.test_cases = pm_cases,
};

kunit_test_suite(pm_suite);
