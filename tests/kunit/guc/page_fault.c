// SPDX-License-Identifier: MIT
/*
 * Page faults: each is answered once, in order, whatever the channel does.
 */

#include "guc/ct.h"
#include "xe_guc.h"

static int fake_post(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len,
		     struct xe_ct_wait *wait, u32 words);

#define xe_guc_ct_post	fake_post

#include "../../../guc/page_fault.c"

#undef xe_guc_ct_post

#include <kunit/test.h>

#include "tests/kunit/fake.h"
#include "xe_hw_private.h"

static struct {
	u32 message[8];
	unsigned int len;
	unsigned int messages;
	unsigned int disorder;	/* answers that are not to the next fault */
	unsigned int room;
	int err;
} guc;

/* The data of a fault are its number here. */
static int fake_post(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len,
		     struct xe_ct_wait *wait, u32 words)
{
	lockdep_assert_held(&xe_guc(hw, gt)->ct.send_lock);
	if (guc.err)
		return guc.err;
	if (!guc.room)
		return -EBUSY;

	guc.room--;
	memcpy(guc.message, action, len * sizeof(u32));
	guc.len = len;
	guc.disorder += FIELD_GET(GUC_FAULT_ANSWER_1_DATA, action[2]) != guc.messages;
	guc.messages++;
	return 0;
}

static struct xe_gt *begin(struct kunit *test, struct xe_device *xe, struct xe_hw hw)
{
	struct xe_hw_state *state = xe_hw_state(hw);

	xe_fake_channel(test, xe, hw);
	state->num_gts = 1;
	disable_work_sync(&xe->guc_owed.work.work);
	memset(&guc, 0, sizeof(guc));
	guc.room = UINT_MAX;
	return &state->gt[0];
}

static void end(struct kunit *test, struct xe_device *xe, struct xe_hw hw)
{
	struct xe_guc *of_gt = xe_guc(hw, &xe_hw_state(hw)->gt[0]);

	KUNIT_EXPECT_EQ(test, of_gt->faults.count, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&xe->guc_owed.count), 0);
	KUNIT_EXPECT_EQ(test, xe_hw_of(xe)->keep_awake, 0);
	memset(&of_gt->ct.buf, 0, sizeof(of_gt->ct.buf));
}

static int report(struct xe_hw hw, struct xe_gt *gt, u32 number)
{
	const u32 fault[] = { (number & 0xf) << 28, 1 << 12 | number >> 4, 0x1000, 0 };

	return page_fault(hw, gt, fault);
}

/* What is sent back says of whom it is, and that it did not work. It is sent by the work. */
static void test_answer(struct kunit *test)
{
	static const u32 fault[] = {
		5 | 9 << 3 | 37 << 19 | 3 << 25 | 0xau << 28, 0xbcd | 0x9876e << 12,
		1 | 2 << 2 | 41 << 4 | 0x1234f << 12, 0x8001,
	};
	static const u32 answer[] = {
		0x6003, BIT(0) | BIT(1) | 1 << 10 | 0x9876e << 12,
		41 | 37 << 7 | 3 << 13 | 0xbcdau << 16,
	};
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = begin(test, xe, hw);

		KUNIT_EXPECT_EQ(test, page_fault(hw, gt, fault), 0);
		KUNIT_EXPECT_EQ(test, guc.messages, 0);
		KUNIT_EXPECT_EQ(test, atomic_read(&xe->guc_owed.count), 1);
		xe_guc_faults_catch_up(hw, gt);
		KUNIT_EXPECT_EQ(test, guc.messages, 1);
		KUNIT_EXPECT_EQ(test, guc.len, ARRAY_SIZE(answer));
		KUNIT_EXPECT_MEMEQ(test, guc.message, answer, sizeof(answer));
		xe_guc_faults_catch_up(hw, gt);
		KUNIT_EXPECT_EQ(test, guc.messages, 1);
		end(test, xe, hw);
	}
}

/* A channel without room, twice: the answers are sent later. */
static void test_no_room(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = begin(test, xe, hw);

		for (u32 i = 0; i < 5; i++)
			KUNIT_EXPECT_EQ(test, report(hw, gt, i), 0);
		guc.room = 0;
		xe_guc_faults_catch_up(hw, gt);
		KUNIT_EXPECT_EQ(test, guc.messages, 0);
		KUNIT_EXPECT_TRUE(test, timer_pending(&xe->guc_owed.timer));
		guc.room = 2;
		xe_guc_faults_catch_up(hw, gt);
		KUNIT_EXPECT_EQ(test, guc.messages, 2);
		KUNIT_EXPECT_EQ(test, atomic_read(&xe->guc_owed.count), 1);
		guc.room = UINT_MAX;
		xe_guc_faults_catch_up(hw, gt);
		KUNIT_EXPECT_EQ(test, guc.messages, 5);
		KUNIT_EXPECT_EQ(test, guc.disorder, 0);
		KUNIT_EXPECT_TRUE(test, xe_guc_ct_is_up(hw, gt));
		end(test, xe, hw);
	}
	KUNIT_EXPECT_EQ(test, xe_fake_resets(xe), 0);
}

/* As many as there is room for, several times round the ring. */
static void test_many(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = begin(test, xe, hw);
		u32 number = 0;

		for (unsigned int round = 0; round < 5; round++) {
			for (unsigned int i = 0; i < XE_GUC_MAX_FAULTS - round; i++)
				KUNIT_ASSERT_EQ(test, report(hw, gt, number++), 0);
			xe_guc_faults_catch_up(hw, gt);
		}
		KUNIT_EXPECT_EQ(test, guc.messages, number);
		KUNIT_EXPECT_EQ(test, guc.disorder, 0);
		end(test, xe, hw);
	}
	KUNIT_EXPECT_EQ(test, xe_fake_resets(xe), 0);
}

/* One more than there is room for: the GT is reset, since that one would never be answered. */
static void test_too_many(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = begin(test, xe, hw);

		for (u32 i = 0; i < XE_GUC_MAX_FAULTS; i++)
			KUNIT_ASSERT_EQ(test, report(hw, gt, i), 0);
		KUNIT_EXPECT_TRUE(test, xe_guc_ct_is_up(hw, gt));
		KUNIT_EXPECT_EQ(test, report(hw, gt, XE_GUC_MAX_FAULTS), -EPIPE);
		KUNIT_EXPECT_FALSE(test, xe_guc_ct_is_up(hw, gt));
		xe_guc_faults_forget(hw, gt);
		end(test, xe, hw);
	}
	KUNIT_EXPECT_EQ(test, xe_fake_resets(xe), 1);
}

/* What one GuC has reported is not said to the next one. */
static void test_channel_down(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = begin(test, xe, hw);

		for (u32 i = 0; i < 3; i++)
			KUNIT_EXPECT_EQ(test, report(hw, gt, 7), 0);
		guc.err = -ECANCELED;
		xe_guc_faults_catch_up(hw, gt);
		xe_guc_ct_disable(hw, gt, -ECANCELED);
		xe_guc_faults_forget(hw, gt);
		xe_guc_faults_forget(hw, gt);
		KUNIT_EXPECT_EQ(test, atomic_read(&xe->guc_owed.count), 0);

		guc.err = 0;
		xe_guc(hw, gt)->ct.state = XE_CT_UP;
		KUNIT_EXPECT_EQ(test, report(hw, gt, 0), 0);
		xe_guc_faults_catch_up(hw, gt);
		KUNIT_EXPECT_EQ(test, guc.messages, 1);
		KUNIT_EXPECT_EQ(test, guc.disorder, 0);
		end(test, xe, hw);
	}
}

static struct kunit_case page_fault_cases[] = {
	KUNIT_CASE(test_answer),
	KUNIT_CASE(test_no_room),
	KUNIT_CASE(test_many),
	KUNIT_CASE(test_too_many),
	KUNIT_CASE(test_channel_down),
	{ }
};

static struct kunit_suite page_fault_suite = {
	.name = "xe_page_fault",
	.test_cases = page_fault_cases,
};

kunit_test_suite(page_fault_suite);
