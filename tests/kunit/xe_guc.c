// SPDX-License-Identifier: MIT
/*
 * The life of the GuC, with firmware that does what it is asked, or does not at the n-th time; what
 * is below it (memory, ADS, log, rings) is real.
 */

#include <linux/workqueue.h>

#include <drm/drm_drv.h>
#include <drm/drm_print.h>
#include <kunit/test.h>

#include "guc/boot.h"
#include "guc/fw.h"
#include "guc/mailbox.h"
#include "tests/kunit/fake.h"
#include "xe_device.h"
#include "xe_guc.h"

static struct {
	char did[128];
	unsigned int calls, fails;	/* 0: none does */
	unsigned int cancelled;
} fake;

static int fake_call(char what)
{
	size_t len = strlen(fake.did);

	if (++fake.calls == fake.fails)
		return -EIO;
	if (len < sizeof(fake.did) - 1)
		fake.did[len] = what;
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

/* How often the worker that resets was waited for. */
unsigned int xe_fake_guc_cancelled(void)
{
	return fake.cancelled;
}

static int fake_load(struct xe_hw *hw, enum xe_fw_kind kind, struct xe_fw *fw)
{
	fw->image = (struct xe_fw_image){ .private_bytes = SZ_4K };
	return fake_call('L');
}

static int fake_mailbox(struct xe_hw *hw, struct xe_gt *gt, const u32 *request, unsigned int len,
			u32 *data0)
{
	if (data0)
		*data0 = 2 * sizeof(u32);
	return fake_call('T');
}

static void fake_disable(struct xe_hw *hw, struct xe_gt *gt, int err)
{
	fake_call('c');
	xe_guc_ct_disable(hw, gt, err);
}

static bool fake_cancel(struct work_struct *work)
{
	fake.cancelled++;
	return cancel_work_sync(work);
}

#define xe_fw_load			fake_load
#define xe_huc_load(...)		do { } while (0)
#define xe_guc_wopcm_partition(...)	fake_call('W')
#define xe_guc_boot(...)		fake_call('B')
#define xe_guc_mailbox_send		fake_mailbox
#define xe_guc_ct_enable(...)		fake_call('C')
#define xe_slpc_start(...)		fake_call('S')
#define xe_slpc_uncap(...)		fake_call('U')
#define xe_slpc_stop(...)		fake_call('s')
#define xe_guc_ct_disable		fake_disable
#define xe_guc_core_reset(...)		fake_call('r')
#define cancel_work_sync		fake_cancel

#include "../../xe_guc.c"

/* The worker is software: it may run behind unbind, and ends with the last reference. */
static void test_recovery(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	static const struct xe_platform platform = { .name = "fake", .dma_mask_bits = 46 };
	struct xe_card *card;
	struct xe_device *xe;

	xe_fake_guc_fails(0);
	KUNIT_ASSERT_EQ(test, xe_fake_bind(slot, &platform, NULL, 0), 0);
	xe = xe_fake_bound(slot, &card);
	drm_dev_get(&xe->drm);
	xe_fake_unbind(slot);
	KUNIT_EXPECT_EQ(test, xe_fake_guc_cancelled(), 0);

	xe_guc_reset_now(xe, 0);
	KUNIT_EXPECT_STREQ(test, xe_fake_guc_did(), "");
	drm_dev_put(&xe->drm);
	KUNIT_EXPECT_EQ(test, xe_fake_guc_cancelled(), 1);
}

static void test_too_often(struct kunit *test)
{
	struct xe_guc_recovery recovery = {};

	for (unsigned int i = 0; i < RESETS_MAX; i++)
		KUNIT_EXPECT_FALSE(test, too_often(&recovery));
	KUNIT_EXPECT_TRUE(test, too_often(&recovery));
	recovery.since -= RESETS_TIME + 1;
	KUNIT_EXPECT_FALSE(test, too_often(&recovery));
	KUNIT_EXPECT_EQ(test, recovery.count, 1);
}

static struct kunit_case guc_cases[] = {
	KUNIT_CASE(test_recovery),
	KUNIT_CASE(test_too_often),
	{ }
};

static struct kunit_suite guc_suite = {
	.name = "xe_guc",
	.test_cases = guc_cases,
};

kunit_test_suite(guc_suite);
