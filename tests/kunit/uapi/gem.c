// SPDX-License-Identifier: MIT
/*
 * What GEM_CREATE accepts.
 */

#include "../../../uapi/gem.c"
#include "uapi/file.h"

#include <kunit/test.h>

#include "tests/kunit/fake.h"
#include "uapi/file.h"

#define WB	DRM_XE_GEM_CPU_CACHING_WB
#define WC	DRM_XE_GEM_CPU_CACHING_WC
#define SYS	XE_REGION_SYSTEM
#define VRAM	XE_REGION_VRAM
#define SCANOUT	DRM_XE_GEM_CREATE_FLAG_SCANOUT
#define VISIBLE	DRM_XE_GEM_CREATE_FLAG_NEEDS_VISIBLE_VRAM
#define DEFER	DRM_XE_GEM_CREATE_FLAG_DEFER_BACKING

struct create_case {
	const char *name;
	struct drm_xe_gem_create args;
	const char *says;	/* NULL: accepted */
};

#define CASE(name_, size_, placement_, flags_, caching_, says_, ...)			\
	{ .name = (name_), .says = (says_),						\
	  .args = { .size = (size_), .placement = (placement_), .flags = (flags_),	\
		    .cpu_caching = (caching_), __VA_ARGS__ } }

static const struct create_case create_cases[] = {
	CASE("system", 4096, SYS, 0, WB, NULL),
	CASE("system, write-combined", 4096, SYS, 0, WC, NULL),
	CASE("VRAM", 4096, VRAM, 0, WC, NULL),
	CASE("both, deferred", 65536, SYS | VRAM, DEFER, WC, NULL),
	CASE("scanout", 65536, SYS, SCANOUT, WC, NULL),
	CASE("visible", 65536, VRAM, VISIBLE, WC, NULL),
	CASE("no size", 0, SYS, 0, WB, "size"),
	CASE("half a page", 2048, SYS, 0, WB, "size"),
	CASE("odd size", 4097, SYS, 0, WB, "size"),
	CASE("nowhere", 4096, 0, 0, WB, "region"),
	CASE("region unknown", 4096, 1 << 7, 0, WB, "region"),
	CASE("one region unknown", 4096, SYS | 1u << 31, 0, WB, "region"),
	CASE("flag unknown", 4096, SYS, 1u << 31, WB, "flags"),
	CASE("caching none", 4096, SYS, 0, 0, "caching"),
	CASE("caching unknown", 4096, SYS, 0, 3, "caching"),
	CASE("VRAM, write-back", 4096, VRAM, 0, WB, "write-combined"),
	CASE("both, write-back", 4096, SYS | VRAM, 0, WB, "write-combined"),
	CASE("scanout, write-back", 65536, SYS, SCANOUT, WB, "scanout"),
	CASE("visible system", 4096, SYS, VISIBLE, WB, "visible"),
	CASE("handle", 4096, SYS, 0, WB, "handle", .handle = 1),
	CASE("extension", 4096, SYS, 0, WB, "extensions", .extensions = 1),
	CASE("first pad", 4096, SYS, 0, WB, "reserved", .pad = { 1 }),
	CASE("last pad", 4096, SYS, 0, WB, "reserved", .pad = { 0, 0, 1 }),
	CASE("first reserved", 4096, SYS, 0, WB, "reserved", .reserved = { 1 }),
	CASE("last reserved", 4096, SYS, 0, WB, "reserved", .reserved = { 0, 1 }),
};

KUNIT_ARRAY_PARAM_DESC(create, create_cases, name);

static void test_create(struct kunit *test)
{
	struct xe_device *xe = kunit_kzalloc(test, sizeof(*xe), GFP_KERNEL);
	const struct create_case *c = test->param_value;
	const char *wrong;

	KUNIT_ASSERT_NOT_NULL(test, xe);
	xe->mm.regions = SYS | VRAM;
	wrong = check_create(xe, &c->args);
	if (!c->says)
		KUNIT_EXPECT_NULL_MSG(test, wrong, "it says: %s", wrong);
	else
		KUNIT_EXPECT_TRUE_MSG(test, wrong && strstr(wrong, c->says), "it says: %s", wrong);
}

static void test_no_vram(struct kunit *test)
{
	static const struct drm_xe_gem_create args = {
		.size = 4096, .placement = VRAM, .cpu_caching = WC
	};
	struct xe_device *xe = kunit_kzalloc(test, sizeof(*xe), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, xe);
	xe->mm.regions = SYS;
	KUNIT_EXPECT_NOT_NULL(test, check_create(xe, &args));
}

static void test_size(struct kunit *test)
{
	static const struct xe_platform platform = { .va_bits = 48 };
	struct xe_device *xe = kunit_kzalloc(test, sizeof(*xe), GFP_KERNEL);
	struct drm_xe_gem_create args = { .size = SZ_8M, .placement = SYS };

	KUNIT_ASSERT_NOT_NULL(test, xe);
	xe->platform = &platform;
	xe->mm.system_size = SZ_8M;
	xe->mm.vram_size = SZ_16M;
	KUNIT_EXPECT_EQ(test, check_size(xe, &args), 0);
	args.size += SZ_4K;
	KUNIT_EXPECT_EQ(test, check_size(xe, &args), -ENOMEM);
	args.placement = SYS | VRAM;
	KUNIT_EXPECT_EQ(test, check_size(xe, &args), 0);
	args.size = 1ull << 48;
	KUNIT_EXPECT_EQ(test, check_size(xe, &args), -ENOMEM);
	args.size += SZ_4K;
	KUNIT_EXPECT_EQ(test, check_size(xe, &args), -ENOSPC);
}

/*
 * The ioctls themselves
 */

static struct drm_file *open_file(struct kunit *test)
{
	struct drm_file *file = kunit_kzalloc(test, sizeof(*file), GFP_KERNEL);
	struct xe_file *client = kunit_kzalloc(test, sizeof(*client), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, file);
	KUNIT_ASSERT_NOT_NULL(test, client);
	xa_init_flags(&client->vms, XA_FLAGS_ALLOC1);
	file->driver_priv = client;
	idr_init_base(&file->object_idr, 1);
	spin_lock_init(&file->table_lock);
	mutex_init(&file->prime.lock);
	return file;
}

struct offset_case {
	const char *name;
	struct drm_xe_gem_mmap_offset args;
	int err;
};

static const struct offset_case offset_cases[] = {
	{ "no handle", { }, -ENOENT },
	{ "handle unknown", { .handle = 77 }, -ENOENT },
	{ "handle far off", { .handle = ~0u }, -ENOENT },
	{ "extension", { .handle = 1, .extensions = 1 }, -EINVAL },
	{ "flags", { .handle = 1, .flags = 1 }, -EINVAL },
	{ "first reserved", { .handle = 1, .reserved = { 1 } }, -EINVAL },
	{ "last reserved", { .handle = 1, .reserved = { 0, 1 } }, -EINVAL },
	{ "good", { .handle = 1 }, 0 },
};

static void test_ioctls(struct kunit *test)
{
	struct drm_xe_gem_create good = { .size = SZ_64K, .placement = SYS, .cpu_caching = WB };
	struct xe_device *xe = xe_fake_device(test);
	struct drm_file *file = open_file(test);
	struct drm_xe_gem_create args;

	args = good;
	KUNIT_ASSERT_EQ(test, xe_gem_create_ioctl(&xe->drm, &args, file), 0);
	KUNIT_EXPECT_EQ(test, args.handle, 1);
	for (size_t i = 0; i < ARRAY_SIZE(offset_cases); i++) {
		const struct offset_case *c = &offset_cases[i];
		struct drm_xe_gem_mmap_offset offset = c->args;

		KUNIT_EXPECT_EQ_MSG(test, xe_gem_mmap_offset_ioctl(&xe->drm, &offset, file),
				    c->err, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, !offset.offset, !!c->err, "%s", c->name);
	}
	KUNIT_EXPECT_EQ(test, drm_gem_handle_delete(file, args.handle), 0);

	args = good;
	args.pad[0] = 1;
	KUNIT_EXPECT_EQ(test, xe_gem_create_ioctl(&xe->drm, &args, file), -EINVAL);
	args = good;
	args.vm_id = 1;
	KUNIT_EXPECT_EQ(test, xe_gem_create_ioctl(&xe->drm, &args, file), -ENOENT);
	args = good;
	args.size = -SZ_4K;
	KUNIT_EXPECT_EQ(test, xe_gem_create_ioctl(&xe->drm, &args, file), -ENOSPC);
	args = good;
	atomic_set(&xe->wedged, 1);
	KUNIT_EXPECT_EQ(test, xe_gem_create_ioctl(&xe->drm, &args, file), -ECANCELED);
	atomic_set(&xe->wedged, 0);
	args.placement = VRAM;
	KUNIT_EXPECT_EQ(test, xe_gem_create_ioctl(&xe->drm, &args, file), -EINVAL);

	/* Seen to fail: EBUSY for a card that does not wake up, and nobody tries that again. */
	args = good;
	xe->drm.dev->power.runtime_error = -EIO;
	xe->drm.dev->power.runtime_status = RPM_SUSPENDED;
	KUNIT_EXPECT_EQ(test, xe_gem_create_ioctl(&xe->drm, &args, file), -EAGAIN);
	xe->drm.dev->power.runtime_status = RPM_ACTIVE;
	xe->drm.dev->power.runtime_error = 0;
	args.placement = VRAM;

	/* No room in VRAM now: it begins outside. */
	xe->mm.regions |= VRAM;
	xe->mm.vram_size = SZ_1M;
	args.cpu_caching = WC;
	KUNIT_EXPECT_EQ(test, xe_gem_create_ioctl(&xe->drm, &args, file), 0);
	KUNIT_EXPECT_EQ(test, drm_gem_handle_delete(file, args.handle), 0);
	args.handle = 0;
	args.size = SZ_2M;
	KUNIT_EXPECT_EQ(test, xe_gem_create_ioctl(&xe->drm, &args, file), -ENOMEM);
	KUNIT_EXPECT_TRUE(test, idr_is_empty(&file->object_idr));
	idr_destroy(&file->object_idr);
}

static struct kunit_case gem_cases[] = {
	KUNIT_CASE_PARAM(test_create, create_gen_params),
	KUNIT_CASE(test_no_vram),
	KUNIT_CASE(test_size),
	KUNIT_CASE(test_ioctls),
	{ }
};

static struct kunit_suite gem_suite = {
	.name = "xe_gem",
	.test_cases = gem_cases,
};

kunit_test_suite(gem_suite);
