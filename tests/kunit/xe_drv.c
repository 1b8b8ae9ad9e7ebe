// SPDX-License-Identifier: MIT
/*
 * The table of ioctls: each of the header has its place, may be called by anybody who has a render
 * node, gives a proper answer to what is not done yet, and says so if the device is gone.
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

/* Which of them are about address spaces and work. */
static const unsigned int work[] = {
	DRM_XE_VM_CREATE, DRM_XE_VM_DESTROY, DRM_XE_VM_BIND, DRM_XE_EXEC,
	DRM_XE_EXEC_QUEUE_CREATE, DRM_XE_EXEC_QUEUE_DESTROY,
	DRM_XE_EXEC_QUEUE_GET_PROPERTY, DRM_XE_WAIT_USER_FENCE,
};

static void declare_lost(struct xe_device *xe)
{
	xe_fake_scoped(hw, xe)
		xe_hw_declare_lost(hw, "test");
}

/* Arguments that any of them would refuse, and no file: they are not looked at. */
static void test_gone(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	u8 garbage[256];

	declare_lost(xe);
	memset(garbage, 0xff, sizeof(garbage));
	for (unsigned int i = 0; i < ARRAY_SIZE(work); i++)
		KUNIT_EXPECT_EQ_MSG(test, xe_ioctls[work[i]].func(&xe->drm, garbage, NULL),
				    -ENODEV, "%s", xe_ioctls[work[i]].name);
}

struct meanwhile {
	const char *name;
	bool lost;
	int err, want;
};

static int meanwhile_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	const struct meanwhile *m = data;

	if (m->lost)
		declare_lost(to_xe_device(drm));
	return m->err;
}

XE_WORK_IOCTL(meanwhile_ioctl)

static const struct meanwhile meanwhiles[] = {
	{ "there, done", false, 0, 0 },
	{ "there, not now", false, -EAGAIN, -EAGAIN },
	{ "there, refused", false, -ENOENT, -ENOENT },
	{ "there, a signal", false, -EINTR, -ERESTARTSYS },
	{ "lost, done", true, 0, 0 },
	{ "lost, not now", true, -EAGAIN, -ENODEV },
	{ "lost, refused", true, -ENOENT, -ENODEV },
	{ "lost, a signal", true, -EINTR, -ENODEV },
};

KUNIT_ARRAY_PARAM_DESC(meanwhile, meanwhiles, name);

/* What is done is done; what has failed on a device that went meanwhile has failed for that. */
static void test_gone_meanwhile(struct kunit *test)
{
	struct meanwhile m = *(const struct meanwhile *)test->param_value;
	struct xe_device *xe = xe_fake_device(test);

	KUNIT_EXPECT_EQ(test, meanwhile_ioctl_if_there(&xe->drm, &m, NULL), m.want);
}

static struct kunit_case drv_cases[] = {
	KUNIT_CASE(test_table),
	KUNIT_CASE(test_later),
	KUNIT_CASE(test_gone),
	KUNIT_CASE_PARAM(test_gone_meanwhile, meanwhile_gen_params),
	{ }
};

static struct kunit_suite drv_suite = {
	.name = "xe_drv",
	.test_cases = drv_cases,
};

kunit_test_suite(drv_suite);
