// SPDX-License-Identifier: MIT
/*
 * What is said of a client.
 */

#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include <drm/drm_file.h>

#include <kunit/test.h>

#include "mm/mm.h"
#include "tests/kunit/fake.h"

static bool in_a_section;
static unsigned int buffers;

/* Does unplug wait for this? */
static void look(void)
{
	buffers++;
	for (int i = 0; i < current->lockdep_depth; i++)
		in_a_section |= !!strstr(current->held_locks[i].instance->name,
					 "drm_unplug_srcu");
}

/* Other suites use what this file is built from: as it is. */
#define xe_mm_go_on()	(look(), xe_mm_go_on())

#include "../../../uapi/fdinfo.c"

/*
 * A client may have millions of buffers.
 *
 * Seen to fail: they were counted in the section of the DRM core.
 */
static void test_no_section(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct drm_minor minor = { .dev = &xe->drm };
	struct drm_file file = { .minor = &minor, .client_id = 4711 };
	struct file f = { .private_data = &file };
	struct seq_file m = { .size = SZ_4K };
	struct xe_bo *bo = xe_bo_create(xe, &(struct xe_bo_args){
		.size = SZ_64K, .regions = XE_REGION_SYSTEM });

	m.buf = kunit_kzalloc(test, m.size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	KUNIT_ASSERT_FALSE(test, IS_ERR(bo));
	idr_init(&file.object_idr);
	spin_lock_init(&file.table_lock);
	KUNIT_ASSERT_GE(test, idr_alloc(&file.object_idr, &bo->ttm.base, 1, 0, GFP_KERNEL), 1);
	KUNIT_ASSERT_EQ(test, xe_file_open(&xe->drm, &file), 0);

	in_a_section = false;
	buffers = 0;
	xe_show_fdinfo(&m, &f);
	KUNIT_EXPECT_EQ(test, buffers, 1);
	KUNIT_EXPECT_FALSE(test, in_a_section);
	KUNIT_EXPECT_NOT_NULL(test, strstr(m.buf, "drm-client-id:\t4711"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(m.buf, "drm-total-gtt:\t64 KiB"));
	KUNIT_EXPECT_NULL(test, strstr(m.buf, "drm-total-vram0"));

	xe_file_close(&xe->drm, &file);
	idr_destroy(&file.object_idr);
	drm_gem_object_put(&bo->ttm.base);
}

static struct kunit_case fdinfo_cases[] = {
	KUNIT_CASE(test_no_section),
	{ }
};

static struct kunit_suite fdinfo_suite = {
	.name = "xe_fdinfo",
	.test_cases = fdinfo_cases,
};

kunit_test_suite(fdinfo_suite);
