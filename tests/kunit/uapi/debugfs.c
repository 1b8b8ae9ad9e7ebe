// SPDX-License-Identifier: MIT
/*
 * debugfs: who reads it keeps nobody waiting.
 */

#include <linux/seq_file.h>
#include <linux/workqueue.h>

#include <kunit/test.h>

#include "hw/ggtt.h"

static bool in_a_call;

#define xe_ggtt_print(hw, p)	((void)(p), in_a_call = current_work())

#include "../../../uapi/debugfs.c"

#include "tests/kunit/fake.h"

/*
 * The lock of the GGTT may be held by who waits for the GuC, and unplug waits for sections.
 *
 * Seen to fail: it was printed in a section of the reader.
 */
static void test_ggtt(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct drm_minor minor = { .dev = &xe->drm };
	struct drm_info_node node = { .minor = &minor };
	struct seq_file m = { .private = &node };

	KUNIT_EXPECT_EQ(test, show_ggtt(&m, NULL), 0);
	KUNIT_EXPECT_TRUE(test, in_a_call);
}

/* What has nothing of the card to show says why: it does not wake up now, or it is gone. */
static void test_asleep(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct drm_minor minor = { .dev = &xe->drm };
	struct drm_info_node node = { .minor = &minor };
	struct seq_file m = { .private = &node };
	struct gt_file of = { xe, 0 };
	struct seq_file stats = { .private = &of };

	xe_fake_set_asleep(xe, true);
	KUNIT_EXPECT_EQ(test, show_info(&m, NULL), -EAGAIN);
	KUNIT_EXPECT_EQ(test, stats_show(&stats, NULL), -EAGAIN);
	xe_fake_set_asleep(xe, false);
	KUNIT_EXPECT_EQ(test, show_info(&m, NULL), 0);
	KUNIT_EXPECT_EQ(test, stats_show(&stats, NULL), 0);
	xe_fake_scoped(hw, xe)
		xe_hw_declare_lost(hw, "for the test");
	KUNIT_EXPECT_EQ(test, show_info(&m, NULL), -ENODEV);
	KUNIT_EXPECT_EQ(test, stats_show(&stats, NULL), -ENODEV);
}

static struct kunit_case debugfs_cases[] = {
	KUNIT_CASE(test_ggtt),
	KUNIT_CASE(test_asleep),
	{ }
};

static struct kunit_suite debugfs_suite = {
	.name = "xe_debugfs",
	.test_cases = debugfs_cases,
};

kunit_test_suite(debugfs_suite);
