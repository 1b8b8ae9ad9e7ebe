// SPDX-License-Identifier: MIT
/*
 * The channel is set up by seven exchanges over the mailbox, each of which may take a second.
 */

#include "guc/mailbox.h"

static int play_config(struct xe_hw hw, struct xe_gt *gt, u16 key);
static int play_send(struct xe_hw hw, struct xe_gt *gt, u32 *data0);

#define xe_guc_mailbox_config(hw, gt, key, words, value)	play_config(hw, gt, key)
#define xe_guc_mailbox_send(hw, gt, request, len, data0)	play_send(hw, gt, data0)

#include "../../../guc/ct.c"

#include <kunit/test.h>

#include "tests/kunit/fake.h"

#define EXCHANGES	7

static struct {
	unsigned int exchanges, fails;	/* the so manieth does, 0: none */
	u32 answer;
	u16 keys[EXCHANGES];
	bool held;	/* a lock of the channel, meanwhile */
} firmware;

static int exchange(struct xe_hw hw, struct xe_gt *gt, u16 key)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;

	firmware.held |= mutex_is_locked(&ct->send_lock) || mutex_is_locked(&ct->receive_lock);
	if (firmware.exchanges < EXCHANGES)
		firmware.keys[firmware.exchanges] = key;
	return ++firmware.exchanges == firmware.fails ? -ETIMEDOUT : 0;
}

static int play_config(struct xe_hw hw, struct xe_gt *gt, u16 key)
{
	return exchange(hw, gt, key);
}

static int play_send(struct xe_hw hw, struct xe_gt *gt, u32 *data0)
{
	*data0 = firmware.answer;
	return exchange(hw, gt, 0);
}

static int enable(struct xe_hw hw, unsigned int fails, u32 answer)
{
	memset(&firmware, 0, sizeof(firmware));
	firmware.fails = fails;
	firmware.answer = answer;
	return xe_guc_ct_enable(hw, &xe_hw_state(hw)->gt[0]);
}

/* Senders and the interrupt's thread do not wait behind the mailbox; they find the channel down. */
static void test_enable(struct kunit *test)
{
	static const u16 keys[EXCHANGES] = {
		GUC_KEY_H2G_DESCRIPTOR, GUC_KEY_H2G_BUFFER, GUC_KEY_H2G_SIZE,
		GUC_KEY_G2H_DESCRIPTOR, GUC_KEY_G2H_BUFFER, GUC_KEY_G2H_SIZE, 0,
	};
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_guc_ct *ct = xe_fake_channel(test, xe, hw);

		ct->state = XE_CT_DOWN;
		for (unsigned int n = 1; n <= EXCHANGES; n++) {
			KUNIT_EXPECT_EQ(test, enable(hw, n, 0), -ETIMEDOUT);
			KUNIT_EXPECT_EQ(test, firmware.exchanges, n);
			KUNIT_EXPECT_EQ(test, ct->state, XE_CT_DOWN);
		}
		KUNIT_EXPECT_EQ(test, enable(hw, 0, 7), -EPROTO);
		KUNIT_EXPECT_EQ(test, ct->state, XE_CT_DOWN);

		KUNIT_EXPECT_EQ(test, enable(hw, 0, 0), 0);
		KUNIT_EXPECT_EQ(test, ct->state, XE_CT_UP);
		KUNIT_EXPECT_MEMEQ(test, firmware.keys, keys, sizeof(keys));
		KUNIT_EXPECT_FALSE(test, firmware.held);
		memset(&ct->buf, 0, sizeof(ct->buf));
	}
}

static struct kunit_case ct_cases[] = {
	KUNIT_CASE(test_enable),
	{ }
};

static struct kunit_suite ct_suite = {
	.name = "xe_ct_setup",
	.test_cases = ct_cases,
};

kunit_test_suite(ct_suite);
