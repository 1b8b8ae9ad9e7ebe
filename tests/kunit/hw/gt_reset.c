// SPDX-License-Identifier: MIT
/*
 * Reset of a GT: who is told of it, and when. What a GT has written behind it is played.
 */

#include "hw/cache.h"
#include "hw/engine.h"
#include "hw/wa.h"
#include "xe_hw.h"

#define xe_cache_program(...)	do { } while (0)
#define xe_wa_list(...)		0
#define xe_gt_apply(...)	do { } while (0)
#define xe_engine_program(...)	note("program ")

static void note(const char *what);

#include "../../../hw/gt_reset.c"

#include <linux/pci_regs.h>
#include <linux/string.h>

#include <kunit/test.h>

#include "tests/kunit/fake.h"

static char order[64];
static bool comes_out;

static void note(const char *what)
{
	strlcat(order, what, sizeof(order));
}

/* A GT that comes out of reset at once, or never; its parts wake up, but not by themselves. */
static void reset_registers(u32 offset, u32 value)
{
	if (offset == RC_CONTROL.reg.offset && !value)
		note("no-C6 ");
	if (offset == POWERGATE_ENABLE.reg.offset)
		note(value ? "gates " : "no-gates ");
	if (offset == FORCEWAKE_GT.reg.offset)
		xe_fake_poke(FORCEWAKE_ACK_GT_MTL.reg.offset, value & 1);
	if (offset == FORCEWAKE_RENDER.reg.offset) {
		note(value & 1 ? "awake " : "asleep ");
		xe_fake_poke(FORCEWAKE_ACK_RENDER.reg.offset, value & 1);
	}
	if (offset != GDRST.reg.offset)
		return;
	note("reset ");
	xe_fake_poke(offset, comes_out ? 0 : GRDOM_FULL);
}

static void on_stopped(struct xe_hw hw, struct xe_gt *gt)
{
	note("stopped ");
}

static void on_flushed(struct xe_hw hw, struct xe_gt *gt)
{
	note("flushed ");
}

static void on_running(struct xe_hw hw, struct xe_gt *gt)
{
	note("running ");
}

static struct xe_gt *gt_with_handlers(struct kunit *test, struct xe_hw hw)
{
	static const struct xe_gt_handler tlb = { .flushed = on_flushed };
	static const struct xe_gt_handler contexts = {
		.stopped = on_stopped, .running = on_running,
	};
	struct xe_gt *gt = &xe_hw_state(hw)->gt[0];

	order[0] = 0;
	spin_lock_init(&gt->forcewake.lock);
	gt->forcewake.present = 0;
	xe_fake_on_write(reset_registers);
	KUNIT_EXPECT_EQ(test, xe_gt_handle(hw, &tlb), 0);
	KUNIT_EXPECT_EQ(test, xe_gt_handle(hw, &contexts), 0);
	return gt;
}

static bool reaches_memory(void)
{
	return *xe_fake_config(PCI_COMMAND) & PCI_COMMAND_MASTER;
}

static void test_reset(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	comes_out = true;
	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = gt_with_handlers(test, hw);

		KUNIT_EXPECT_EQ(test, xe_gt_reset(hw, gt), 0);
		KUNIT_EXPECT_STREQ(test, order, "reset stopped flushed no-C6 no-gates program ");
		KUNIT_EXPECT_TRUE(test, reaches_memory());
		xe_gt_tell_running(hw, gt);
		xe_gt_tell_stopped(hw, gt);
		KUNIT_EXPECT_STREQ(test, order,
				   "reset stopped flushed no-C6 no-gates program running stopped ");
	}
}

/* Engines may go on: nobody gives memory back, and none of it can be reached. */
static void test_does_not_finish(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	comes_out = false;
	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = gt_with_handlers(test, hw);

		KUNIT_EXPECT_TRUE(test, reaches_memory());
		KUNIT_EXPECT_EQ(test, xe_gt_reset(hw, gt), -ETIMEDOUT);
		KUNIT_EXPECT_STREQ(test, order, "reset ");
		KUNIT_EXPECT_FALSE(test, reaches_memory());
	}
}

/* A GuC in reset says nothing of engines: they go on without it. */
static void test_sanitize(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = gt_with_handlers(test, hw);

		xe_fake_poke(GUC_STATUS.reg.offset, GS_MIA_IN_RESET);
		comes_out = true;
		KUNIT_EXPECT_EQ(test, quiet(hw, gt), 0);
		KUNIT_EXPECT_STREQ(test, order, "reset ");
		comes_out = false;
		KUNIT_EXPECT_EQ(test, quiet(hw, gt), -ETIMEDOUT);
	}
}

/* What sleeps may not take note of a reset. */
static void test_awake(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	comes_out = true;
	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = gt_with_handlers(test, hw);

		gt->forcewake.present = BIT(XE_FW_GT) | BIT(XE_FW_RENDER);
		KUNIT_EXPECT_EQ(test, quiet(hw, gt), 0);
		KUNIT_EXPECT_STREQ(test, order, "awake reset asleep ");
		gt->forcewake.present = 0;
	}
}

/* Gates close behind xe_gt_program(), which others call while there is no GuC. */
static void test_gates(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = gt_with_handlers(test, hw);

		KUNIT_EXPECT_EQ(test, xe_gt_program(hw, gt), 0);
		KUNIT_EXPECT_STREQ(test, order, "no-C6 no-gates program ");
		xe_gt_power_gate(hw, gt);
		KUNIT_EXPECT_STREQ(test, order, "no-C6 no-gates program gates ");
		KUNIT_EXPECT_EQ(test, xe_fake_peek(POWERGATE_ENABLE.reg.offset), powergate(gt));
		xe_gt_quiesce(hw, gt);
		KUNIT_EXPECT_EQ(test, xe_fake_peek(POWERGATE_ENABLE.reg.offset), 0);
	}
}

static void test_lost(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = gt_with_handlers(test, hw);

		xe_fake_config_outlives();
		xe_hw_declare_lost(hw, "for the test");
		KUNIT_EXPECT_EQ(test, xe_gt_reset(hw, gt), -ENODEV);
		KUNIT_EXPECT_STREQ(test, order, "");
		KUNIT_EXPECT_FALSE(test, reaches_memory());
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_reset),
	KUNIT_CASE(test_does_not_finish),
	KUNIT_CASE(test_lost),
	KUNIT_CASE(test_sanitize),
	KUNIT_CASE(test_awake),
	KUNIT_CASE(test_gates),
	{ }
};

static struct kunit_suite suite = {
	.name = "xe_gt_reset",
	.test_cases = cases,
};

kunit_test_suite(suite);
