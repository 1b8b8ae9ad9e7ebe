// SPDX-License-Identifier: MIT
/*
 * The life of the GuC, with firmware that does what it is asked, or does not at the n-th time; what
 * is below it (memory, ADS, log, rings) is real.
 */

#include <linux/delay.h>
#include <linux/pci.h>
#include <linux/workqueue.h>

#include <drm/drm_drv.h>
#include <drm/drm_print.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>

#include "guc/boot.h"
#include "guc/fw.h"
#include "guc/mailbox.h"
#include "guc/wopcm.h"
#include "hw/gt_reset.h"
#include "hw/state.h"
#include "tests/kunit/fake.h"
#include "xe_device.h"
#include "xe_guc.h"
#include "xe_hw_private.h"

static struct {
	char did[128];
	unsigned int calls, fails;	/* 0: none does */
	unsigned int breaks;	/* boots behind which the channel breaks */
} fake;

static void note(char what)
{
	size_t len = strlen(fake.did);

	if (len < sizeof(fake.did) - 1)
		fake.did[len] = what;
}

static int fake_call(char what)
{
	if (++fake.calls == fake.fails)
		return -EIO;
	note(what);
	return 0;
}

/* A letter for each call since xe_fake_guc_fails(): capitals up, small ones down. */
const char *xe_fake_guc_did(void)
{
	return fake.did;
}

/* Start over; from now on the so manieth call fails, 0 for none. */
void xe_fake_guc_fails(unsigned int call)
{
	memset(&fake, 0, sizeof(fake));
	fake.fails = call;
}

static int fake_load(struct xe_hw hw, enum xe_fw_kind kind, struct xe_fw *fw)
{
	fw->image = (struct xe_fw_image){ .private_bytes = SZ_4K };
	return fake_call('L');
}

static int fake_mailbox(struct xe_hw hw, struct xe_gt *gt, const u32 *request, unsigned int len,
			u32 *data0)
{
	if (data0)
		*data0 = 2 * sizeof(u32);
	return fake_call('T');
}

static int fake_enable(struct xe_hw hw, struct xe_gt *gt)
{
	int err = fake_call('C');

	if (!err)
		xe_guc(hw, gt)->ct.state = XE_CT_UP;
	return err;
}

static int fake_slpc_start(struct xe_hw hw, struct xe_gt *gt)
{
	int err = fake_call('S');

	if (!err && fake.breaks) {
		fake.breaks--;
		xe_guc_ct_break(hw, gt, "as the test wants it");
	}
	return err;
}

static void fake_disable(struct xe_hw hw, struct xe_gt *gt, int err)
{
	fake_call('c');
	xe_guc_ct_disable(hw, gt, err);
}

#define xe_fw_load			fake_load
#define xe_huc_load(...)		do { } while (0)
#define xe_guc_wopcm_partition(...)	fake_call('W')
#define xe_guc_boot(...)		fake_call('B')
#define xe_guc_mailbox_send		fake_mailbox
#define xe_guc_ct_enable		fake_enable
#define xe_slpc_start			fake_slpc_start
#define xe_slpc_uncap(...)		fake_call('U')
#define xe_slpc_stop(...)		fake_call('s')
#define xe_guc_ct_disable		fake_disable
/* Not of a reset of the GuC: the GT tells when that was reset. */
#define xe_contexts_forget(...)		fake_call('F')
#define xe_guc_tlb_reset_done(...)	fake_call('F')
#define xe_guc_core_reset(...)		fake_call('r')
#define xe_gt_reset(...)		fake_call('G')
#define xe_gt_power_gate(...)		note('P')

#include "../../xe_guc.c"

/* GT 0 of a card that is up, with a channel that only looks so. */
static void bring_up_fake(struct kunit *test, struct xe_device *xe, struct xe_hw hw)
{
	struct xe_hw_state *state = xe_hw_state(hw);

	xe_fake_guc_fails(0);
	state->num_gts = 1;
	spin_lock_init(&state->gt[0].forcewake.lock);
	xe_fake_channel(test, xe, hw);
}

static void put_away(struct xe_hw hw)
{
	memset(&xe_hw_state(hw)->guc[0].ct.buf, 0, sizeof(struct xe_ggtt_buf));
}

/* A channel that breaks while the GuC is brought up: that is an error, and the reset stays due. */
static void test_breaks_in_bring_up(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = &xe_hw_state(hw)->gt[0];

		bring_up_fake(test, xe, hw);
		/* Nothing else is to do what is due. */
		disable_work_sync(&xe->recovery.work.work);
		fake.breaks = 1;
		KUNIT_EXPECT_EQ(test, bring_up(hw, gt), -EIO);
		KUNIT_EXPECT_FALSE(test, strchr(xe_fake_guc_did(), 'P'));
		KUNIT_EXPECT_TRUE(test, test_bit(0, &xe->recovery.broken));
		KUNIT_EXPECT_EQ(test, bring_up(hw, gt), 0);
		KUNIT_EXPECT_FALSE(test, test_bit(0, &xe->recovery.broken));
		enable_work(&xe->recovery.work.work);
		put_away(hw);
	}
}

/*
 * What a user wants to be reset may be registers, which were written before: ccs_mode is changed
 * while a reset is under way.
 *
 * Seen to fail: with the bit cleared in enable_channel().
 */
static void test_wanted_in_bring_up(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		bring_up_fake(test, xe, hw);
		disable_work_sync(&xe->recovery.work.work);
		xe_device_reset_later(xe, 0);
		KUNIT_EXPECT_EQ(test, bring_up(hw, &xe_hw_state(hw)->gt[0]), 0);
		KUNIT_EXPECT_TRUE(test, test_bit(0, &xe->recovery.wanted));
		enable_work(&xe->recovery.work.work);
		put_away(hw);
	}
}

struct down_case {
	const char *name;
	bool contexts, booted, unbind, system, wedged;
	unsigned int fails;
	const char *did;
	unsigned int stopped;	/* how often those are told who keep contexts */
	bool needs_reset;
	bool asleep;
};

/* A reset of the GuC does not stop engines. T is its soft reset, r a hard one, G the whole GT. */
static const struct down_case down_cases[] = {
	{ "idle", .booted = true, .did = "csT", .stopped = 1 },
	{ "idle, had contexts", true, .booted = true, .did = "csT", .stopped = 1 },
	{ "system sleep", .booted = true, .system = true, .did = "csT", .stopped = 1 },
	{ "system sleep, contexts", true, .booted = true, .system = true, .did = "csG" },
	{ "does not let go", .booted = true, .fails = 3, .did = "csr" },
	{ "does not let go, contexts", true, .booted = true, .fails = 3, .did = "csG" },
	{ "is off", .did = "cs" },
	{ "is off, contexts", true, .did = "csG" },
	{ "is off for good, contexts", true, .wedged = true, .did = "cs" },
	{ "unbind", .unbind = true, .did = "scr" },
	{ "unbind, contexts", true, .unbind = true, .did = "scrG" },
	{ "unbind, no reset", .unbind = true, .fails = 3, .did = "scG", .needs_reset = true },
	{ "unbind, contexts, runs on", true, .unbind = true, .fails = 4, .did = "scr",
	  .needs_reset = true },
	{ "unbind, does not wake up", .unbind = true, .asleep = true, .did = "csG",
	  .needs_reset = true },
};

KUNIT_ARRAY_PARAM_DESC(down, down_cases, name);

static unsigned int stopped;

static void count_stopped(struct xe_hw hw, struct xe_gt *gt)
{
	stopped++;
}

static void test_down(struct kunit *test)
{
	static const struct xe_gt_handler handler = { .stopped = count_stopped };
	const struct down_case *c = test->param_value;
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_hw_state *state = xe_hw_state(hw);

		bring_up_fake(test, xe, hw);
		KUNIT_EXPECT_EQ(test, xe_gt_handle(hw, &handler), 0);
		stopped = 0;
		state->gt[0].contexts = c->contexts;
		state->guc[0].booted = c->booted;
		atomic_set(&xe->wedged, c->wedged);
		state->gt[0].forcewake.present = c->asleep ? BIT(XE_FW_GT) : 0;
		xe_fake_guc_fails(c->fails);
		if (c->unbind)
			take_down(hw, &state->gt[0], true);
		else
			KUNIT_EXPECT_EQ(test, xe_guc_suspend(hw, c->system), 0);
		KUNIT_EXPECT_STREQ(test, xe_fake_guc_did(), c->did);
		KUNIT_EXPECT_EQ(test, stopped, c->stopped);
		KUNIT_EXPECT_EQ(test, state->needs_reset, c->needs_reset);
		KUNIT_EXPECT_FALSE(test, state->guc[0].booted);
		xe_fake_guc_fails(0);
		put_away(hw);
	}
}

/* It may be alive: whoever ends what it worked for comes behind this. */
static void test_down_lost(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		bring_up_fake(test, xe, hw);
		xe_fake_config_outlives();
		xe_hw_declare_lost(hw, "for the test");
		flush_work(&xe_hw_of(xe)->lost_work);
		xe_hw_of(xe)->silenced = false;
		*xe_fake_config(PCI_COMMAND) |= PCI_COMMAND_MASTER;
		take_down(hw, &xe_hw_state(hw)->gt[0], true);
		KUNIT_EXPECT_FALSE(test, *xe_fake_config(PCI_COMMAND) & PCI_COMMAND_MASTER);
		KUNIT_EXPECT_FALSE(test, strchr(xe_fake_guc_did(), 'G'));
		put_away(hw);
	}
}

static struct kunit_case guc_cases[] = {
	KUNIT_CASE_PARAM(test_down, down_gen_params),
	KUNIT_CASE(test_down_lost),
	KUNIT_CASE(test_breaks_in_bring_up),
	KUNIT_CASE(test_wanted_in_bring_up),
	{ }
};

static struct kunit_suite guc_suite = {
	.name = "xe_guc",
	.test_cases = guc_cases,
};

kunit_test_suite(guc_suite);
