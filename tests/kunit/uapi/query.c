// SPDX-License-Identifier: MIT
/*
 * Queries: each fills exactly the bytes that it announces, whatever the fuses left.
 */

#include "../../../uapi/query.c"

#include <linux/cred.h>
#include <linux/sizes.h>

#include <drm/drm_drv.h>
#include <kunit/test.h>

#include "tests/kunit/fake.h"

#define CANARY		0x5a
#define CANARY_BYTES	64

struct shape_case {
	const char *name;
	unsigned int num_gts;
	unsigned int engines[XE_MAX_GTS];
	u32 regions;
};

static const struct shape_case shape_cases[] = {
	{ "one engine", 1, { 1 }, XE_REGION_SYSTEM },
	{ "no engine", 1, { 0 }, XE_REGION_SYSTEM },
	{ "Battlemage without media", 1, { 6 }, XE_REGION_SYSTEM },
	{ "two GTs", 2, { 6, 3 }, XE_REGION_SYSTEM },
	{ "all that there can be", 2, { XE_MAX_ENGINES, XE_MAX_ENGINES }, XE_REGION_SYSTEM },
};

KUNIT_ARRAY_PARAM_DESC(shape, shape_cases, name);

static struct xe_device *shaped(struct kunit *test, const struct shape_case *c)
{
	struct xe_device *xe = xe_fake_device(test);

	xe->num_gts = c->num_gts;
	xe->mm.regions = c->regions;
	for (unsigned int gt = 0; gt < c->num_gts; gt++) {
		xe->gt[gt].num_engines = c->engines[gt];
		for (unsigned int i = 0; i < c->engines[gt]; i++)
			xe->gt[gt].engines[i] = (struct xe_engine_info){
				.class = i % XE_ENGINE_CLASSES, .instance = i, .logical = i,
			};
	}
	return xe;
}

static void test_sizes(struct kunit *test)
{
	struct xe_device *xe = shaped(test, test->param_value);

	for (unsigned int i = 0; i < ARRAY_SIZE(queries); i++) {
		const struct query *query = &queries[i];
		size_t size = query->size(xe);
		u8 *data = kunit_kzalloc(test, size + CANARY_BYTES, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, data);
		/* They want an argument, and one asks the card. */
		if (query->reads)
			continue;
		memset(data + size, CANARY, CANARY_BYTES);
		KUNIT_EXPECT_EQ_MSG(test, query->fill(xe, data), 0, "%s", query->name);
		KUNIT_EXPECT_NULL_MSG(test, memchr_inv(data + size, CANARY, CANARY_BYTES),
				      "%s: written beyond %zu bytes", query->name, size);
	}
}

static void test_engines(struct kunit *test)
{
	const struct shape_case *c = test->param_value;
	struct xe_device *xe = shaped(test, c);
	struct drm_xe_query_engines *answer = kunit_kzalloc(test, engines_size(xe), GFP_KERNEL);
	unsigned int n = 0;

	KUNIT_ASSERT_NOT_NULL(test, answer);
	KUNIT_ASSERT_EQ(test, engines_fill(xe, answer), 0);
	KUNIT_ASSERT_EQ(test, answer->num_engines, c->engines[0] + c->engines[1]);
	for (unsigned int gt = 0; gt < c->num_gts; gt++)
		for (unsigned int i = 0; i < c->engines[gt]; i++, n++) {
			KUNIT_EXPECT_EQ(test, answer->engines[n].instance.gt_id, gt);
			KUNIT_EXPECT_EQ(test, answer->engines[n].instance.engine_instance, i);
		}
}

struct ioctl_case {
	const char *name;
	struct drm_xe_device_query args;
	int err;
};

static const struct ioctl_case ioctl_cases[] = {
	{ "size is asked for", { .query = DRM_XE_DEVICE_QUERY_ENGINES }, 0 },
	{ "size too small", { .query = DRM_XE_DEVICE_QUERY_ENGINES, .size = 1 }, -EINVAL },
	{ "size too large", { .query = DRM_XE_DEVICE_QUERY_ENGINES, .size = ~0u }, -EINVAL },
	{ "query unknown", { .query = ARRAY_SIZE(queries) }, -EINVAL },
	{ "query far off", { .query = ~0u }, -EINVAL },
	{ "extension", { .extensions = 1 }, -EINVAL },
	{ "reserved", { .reserved = { 0, 1 } }, -EINVAL },
};

static void test_ioctl(struct kunit *test)
{
	struct xe_device *xe = shaped(test, &shape_cases[0]);

	for (size_t i = 0; i < ARRAY_SIZE(ioctl_cases); i++) {
		struct drm_xe_device_query args = ioctl_cases[i].args;

		KUNIT_EXPECT_EQ_MSG(test, xe_query_ioctl(&xe->drm, &args, NULL),
				    ioctl_cases[i].err, "%s", ioctl_cases[i].name);
		if (!ioctl_cases[i].err)
			KUNIT_EXPECT_EQ(test, args.size, engines_size(xe));
	}
}

/* Who may do nothing else is told how much memory is in use: clients make their budgets of it. */
static void test_used(struct kunit *test)
{
	struct drm_xe_query_mem_regions *answer;
	struct xe_device *xe = shaped(test, &shape_cases[0]);
	struct ttm_resource_manager *man = ttm_manager_type(&xe->mm.ttm, XE_MEM_TT);
	struct cred *nobody = prepare_creds();
	const struct cred *before;

	answer = kunit_kzalloc(test, regions_size(xe), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, answer);
	KUNIT_ASSERT_NOT_NULL(test, nobody);
	cap_clear(nobody->cap_effective);
	man->usage = SZ_64K;
	before = override_creds(nobody);
	KUNIT_EXPECT_EQ(test, regions_fill(xe, answer), 0);
	revert_creds(before);
	man->usage = 0;
	put_cred(nobody);
	KUNIT_EXPECT_EQ(test, answer->num_mem_regions, 1);
	KUNIT_EXPECT_EQ(test, answer->mem_regions[0].used, SZ_64K);
}

/* Versions are facts; they do not take the card. */
static void test_firmware(struct kunit *test)
{
	struct xe_device *xe = shaped(test, &shape_cases[0]);
	struct drm_xe_query_uc_fw_version guc = { .uc_type = XE_QUERY_UC_TYPE_GUC_SUBMISSION };
	struct drm_xe_query_uc_fw_version huc = { .uc_type = XE_QUERY_UC_TYPE_HUC };
	struct drm_xe_query_uc_fw_version unknown = { .uc_type = XE_QUERY_UC_TYPE_HUC + 1 };

	xe->guc_version = (struct xe_fw_version){ 1, 13, 4 };
	drm_dev_unplug(&xe->drm);
	KUNIT_EXPECT_EQ(test, firmware_fill(xe, &guc), 0);
	KUNIT_EXPECT_EQ(test, guc.major_ver, 1);
	KUNIT_EXPECT_EQ(test, guc.minor_ver, 13);
	KUNIT_EXPECT_EQ(test, guc.patch_ver, 4);
	KUNIT_EXPECT_EQ(test, firmware_fill(xe, &huc), -ENODEV);
	KUNIT_EXPECT_EQ(test, firmware_fill(xe, &unknown), -EINVAL);

	xe->huc_version = (struct xe_fw_version){ 8, 2, 10 };
	KUNIT_EXPECT_EQ(test, firmware_fill(xe, &huc), 0);
	KUNIT_EXPECT_EQ(test, huc.patch_ver, 10);
}

/* What the card is asked for cannot be had when it is gone, nor now when it does not wake up. */
static void test_gone(struct kunit *test)
{
	struct xe_device *xe = shaped(test, &shape_cases[0]);
	struct drm_xe_query_engine_cycles answer = { .clockid = CLOCK_MONOTONIC };

	xe_fake_set_asleep(xe, true);
	KUNIT_EXPECT_EQ(test, cycles_fill(xe, &answer), -EAGAIN);
	xe_fake_set_asleep(xe, false);
	KUNIT_EXPECT_EQ(test, cycles_fill(xe, &answer), -EINVAL);
	xe_fake_scoped(hw, xe)
		xe_hw_declare_lost(hw, "for the test");
	KUNIT_EXPECT_EQ(test, cycles_fill(xe, &answer), -ENODEV);
}

static struct kunit_case query_cases[] = {
	KUNIT_CASE_PARAM(test_sizes, shape_gen_params),
	KUNIT_CASE_PARAM(test_engines, shape_gen_params),
	KUNIT_CASE(test_ioctl),
	KUNIT_CASE(test_used),
	KUNIT_CASE(test_firmware),
	KUNIT_CASE(test_gone),
	{ }
};

static struct kunit_suite query_suite = {
	.name = "xe_query",
	.test_cases = query_cases,
};

kunit_test_suite(query_suite);
