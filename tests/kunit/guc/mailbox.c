// SPDX-License-Identifier: MIT
/*
 * The mailbox: firmware that is patient with nobody, and the one second that it gets in all.
 */

#include "../../../guc/mailbox.c"

#include <kunit/test.h>

#include "tests/kunit/fake.h"

struct mailbox_case {
	const char *name;
	unsigned int retry_ms;	/* so long it wants to be asked again */
	u32 then;		/* what it answers afterwards, as a type */
	int err;
};

static const struct mailbox_case mailbox_cases[] = {
	{ "at once", 0, HXG_SUCCESS, 0 },
	{ "asked again", 100, HXG_SUCCESS, 0 },
	{ "refused", 0, HXG_FAILURE, -EIO },
	{ "nonsense", 0, HXG_EVENT, -EPROTO },
	{ "asked for ever", 5000, HXG_SUCCESS, -EBUSY },
	{ "busy for ever", 0, HXG_BUSY, -ETIMEDOUT },
	{ "asked again, then busy for ever", 800, HXG_BUSY, -ETIMEDOUT },
};

KUNIT_ARRAY_PARAM_DESC(mailbox, mailbox_cases, name);

static struct {
	const struct mailbox_case *c;
	ktime_t start;
	u32 wrote;		/* accesses up to the last word */
	unsigned int early;	/* bells behind words that may not have arrived */
} firmware;

static void answer_bell(u32 offset, u32 value)
{
	const struct mailbox_case *c = firmware.c;
	bool retry = ktime_ms_delta(ktime_get(), firmware.start) < c->retry_ms;

	if (offset != GUC_HOST_INTERRUPT.offset) {
		firmware.wrote = xe_fake_accesses();
		return;
	}
	firmware.early += xe_fake_accesses() != firmware.wrote + 2;
	xe_fake_poke(VF_SW_FLAG(0).offset, HXG_FROM_GUC |
		     FIELD_PREP(HXG_TYPE, retry ? HXG_RETRY : c->then));
}

static void test_mailbox(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	const u32 request[] = { 0x42, 1 };

	firmware.early = 0;
	firmware.c = test->param_value;
	xe_fake_on_write(answer_bell);
	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = &xe_hw_state(hw)->gt[0];

		mutex_init(&xe_guc(hw, gt)->mailbox_lock);
		firmware.start = ktime_get();
		KUNIT_EXPECT_EQ(test, xe_guc_mailbox_send(hw, gt, request, 2, NULL),
				firmware.c->err);
		KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), firmware.start), 1500);
		KUNIT_EXPECT_EQ(test, firmware.early, 0);
	}
	xe_fake_on_write(NULL);
}

static struct kunit_case mailbox_suite_cases[] = {
	KUNIT_CASE_PARAM(test_mailbox, mailbox_gen_params),
	{ }
};

static struct kunit_suite mailbox_suite = {
	.name = "xe_mailbox",
	.test_cases = mailbox_suite_cases,
};

kunit_test_suite(mailbox_suite);
