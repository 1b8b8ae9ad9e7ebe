// SPDX-License-Identifier: MIT
/*
 * The table of ioctls: each of the header has its place, may be called by anybody who has a render
 * node, and gives a proper answer to what is not done yet.
 */

#include "../../xe_drv.c"

#include <kunit/test.h>

#include "tests/kunit/fake.h"

static void test_table(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, ARRAY_SIZE(xe_ioctls), DRM_XE_OBSERVATION + 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(xe_ioctls); i++) {
		const struct drm_ioctl_desc *ioctl = &xe_ioctls[i];

		KUNIT_ASSERT_NOT_NULL_MSG(test, ioctl->func, "ioctl %u", i);
		KUNIT_EXPECT_EQ(test, _IOC_NR(ioctl->cmd), DRM_COMMAND_BASE + i);
		KUNIT_EXPECT_EQ(test, _IOC_TYPE(ioctl->cmd), DRM_IOCTL_BASE);
		KUNIT_EXPECT_EQ_MSG(test, ioctl->flags, DRM_RENDER_ALLOW, "%s", ioctl->name);
	}
}

static void test_later(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	unsigned int later = 0;
	u8 garbage[256];

	memset(garbage, 0xff, sizeof(garbage));
	for (unsigned int i = 0; i < ARRAY_SIZE(xe_ioctls); i++) {
		if (xe_ioctls[i].func != ioctl_later)
			continue;
		KUNIT_EXPECT_LE(test, _IOC_SIZE(xe_ioctls[i].cmd), sizeof(garbage));
		KUNIT_EXPECT_EQ(test, xe_ioctls[i].func(&xe->drm, garbage, NULL), -EOPNOTSUPP);
		later++;
	}
	/* OBSERVATION, and what is newer than the interface of 6.12. */
	KUNIT_EXPECT_EQ(test, later, ARRAY_SIZE(xe_ioctls) - 11);
}

static struct kunit_case drv_cases[] = {
	KUNIT_CASE(test_table),
	KUNIT_CASE(test_later),
	{ }
};

static struct kunit_suite drv_suite = {
	.name = "xe_drv",
	.test_cases = drv_cases,
};

kunit_test_suite(drv_suite);
