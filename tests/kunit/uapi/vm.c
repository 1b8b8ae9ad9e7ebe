// SPDX-License-Identifier: MIT
/*
 * Arguments of the ioctls of address spaces.
 */

#include "mm/mm.h"

/* There is no memory for many operations. */
static unsigned int arrays;

#define xe_mm_array(count, size)	\
	((count) < 1000 ? xe_mm_array(count, size) : (arrays++, (void *)NULL))

#include "../../../uapi/vm.c"

#include <kunit/test.h>

#include "tests/kunit/fake.h"

#define SCRATCH	DRM_XE_VM_CREATE_FLAG_SCRATCH_PAGE
#define LR	DRM_XE_VM_CREATE_FLAG_LR_MODE
#define FAULT	DRM_XE_VM_CREATE_FLAG_FAULT_MODE

struct create_case {
	const char *name;
	struct drm_xe_vm_create args;
	const char *says;
};

static const struct create_case create_cases[] = {
	{ "plain", { }, NULL },
	{ "scratch", { .flags = SCRATCH }, NULL },
	{ "LR", { .flags = LR }, NULL },
	{ "LR with scratch", { .flags = LR | SCRATCH }, NULL },
	{ "extension", { .extensions = 1 }, "extensions" },
	{ "first reserved", { .reserved = { 1 } }, "reserved" },
	{ "last reserved", { .reserved = { 0, 1 } }, "reserved" },
	{ "flag unknown", { .flags = 1u << 31 }, "unknown" },
	{ "next flag", { .flags = FAULT << 1 }, "unknown" },
	{ "faults without LR", { .flags = FAULT }, "LR" },
	{ "faults with scratch", { .flags = FAULT | LR | SCRATCH }, "scratch" },
	{ "faults", { .flags = FAULT | LR }, "supported" },
};

KUNIT_ARRAY_PARAM_DESC(create, create_cases, name);

static void expect(struct kunit *test, const char *wrong, const char *says)
{
	if (!says)
		KUNIT_EXPECT_NULL_MSG(test, wrong, "it says: %s", wrong);
	else
		KUNIT_EXPECT_TRUE_MSG(test, wrong && strstr(wrong, says), "it says: %s", wrong);
}

static void test_create(struct kunit *test)
{
	const struct create_case *c = test->param_value;

	expect(test, check_create(&c->args), c->says);
}

struct bind_case {
	const char *name;
	struct drm_xe_vm_bind args;
	const char *says;
};

static const struct bind_case bind_cases[] = {
	{ "good", { .num_binds = 1 }, NULL },
	{ "nothing", { }, NULL },
	{ "most syncs", { .num_syncs = DRM_XE_MAX_SYNCS }, NULL },
	{ "too many syncs", { .num_syncs = DRM_XE_MAX_SYNCS + 1 }, "syncs" },
	{ "extension", { .extensions = 1 }, "extensions" },
	{ "pad", { .pad = 1 }, "reserved" },
	{ "second pad", { .pad2 = 1 }, "reserved" },
	{ "first reserved", { .reserved = { 1 } }, "reserved" },
	{ "last reserved", { .reserved = { 0, 1 } }, "reserved" },
};

KUNIT_ARRAY_PARAM_DESC(bind, bind_cases, name);

static void test_bind(struct kunit *test)
{
	const struct bind_case *c = test->param_value;

	expect(test, check_bind(&c->args), c->says);
}

#define MAP		.op = DRM_XE_VM_BIND_OP_MAP, .addr = SZ_1M, .range = SZ_64K
#define UNMAP		.op = DRM_XE_VM_BIND_OP_UNMAP, .addr = SZ_1M, .range = SZ_64K
#define USERPTR		.op = DRM_XE_VM_BIND_OP_MAP_USERPTR, .addr = SZ_1M, .range = SZ_64K
#define ALL		.op = DRM_XE_VM_BIND_OP_UNMAP_ALL
#define PREFETCH	.op = DRM_XE_VM_BIND_OP_PREFETCH, .addr = SZ_1M, .range = SZ_64K
#define NULL_MAP	.flags = DRM_XE_VM_BIND_FLAG_NULL
#define COHERENT	.pat_index = 1

struct op_case {
	const char *name;
	struct drm_xe_vm_bind_op op;
	const char *says;
};

static const struct op_case op_cases[] = {
	{ "map", { MAP, .obj = 1 }, NULL },
	{ "map with all flags", { MAP, .obj = 1, .flags = DRM_XE_VM_BIND_FLAG_READONLY |
		DRM_XE_VM_BIND_FLAG_IMMEDIATE | DRM_XE_VM_BIND_FLAG_DUMPABLE }, NULL },
	{ "map NULL", { MAP, NULL_MAP }, NULL },
	{ "unmap", { UNMAP }, NULL },
	{ "unmap with an offset", { UNMAP, .obj_offset = SZ_4K }, NULL },
	{ "unmap all", { ALL, .obj = 1 }, NULL },
	{ "user pages", { USERPTR, COHERENT, .userptr = SZ_4K }, NULL },
	{ "prefetch", { PREFETCH }, NULL },
	{ "prefetch to VRAM", { PREFETCH, .prefetch_mem_region_instance = 1 }, NULL },
	{ "last PAT row", { MAP, .obj = 1, .pat_index = 27 }, NULL },
	{ "PAT row beyond", { MAP, .obj = 1, .pat_index = 28 }, "PAT" },
	{ "PAT row far beyond", { MAP, .obj = 1, .pat_index = 0xffff }, "PAT" },
	{ "PAT row reserved", { MAP, .obj = 1, .pat_index = 16 }, "PAT" },
	{ "last PAT row reserved", { UNMAP, .pat_index = 19 }, "PAT" },
	{ "PAT row behind", { UNMAP, .pat_index = 20 }, NULL },
	{ "operation unknown", { .op = DRM_XE_VM_BIND_OP_PREFETCH + 1, .range = SZ_4K },
		"operation" },
	{ "flag unknown", { MAP, .obj = 1, .flags = 1u << 31 }, "flags" },
	{ "next flag", { MAP, .obj = 1, .flags = DRM_XE_VM_BIND_FLAG_DUMPABLE << 1 }, "flags" },
	{ "NULL with a buffer", { MAP, NULL_MAP, .obj = 1 }, "buffer" },
	{ "NULL with an offset", { MAP, NULL_MAP, .obj_offset = SZ_4K }, "offset" },
	{ "unmap NULL", { UNMAP, NULL_MAP }, "NULL" },
	{ "map nothing", { MAP }, "MAP needs" },
	{ "unmap all of nothing", { ALL }, "UNMAP_ALL needs" },
	{ "unmap all at", { ALL, .obj = 1, .addr = SZ_4K }, "range" },
	{ "unmap all of a range", { ALL, .obj = 1, .range = SZ_4K }, "range" },
	{ "user pages of a buffer", { USERPTR, COHERENT, .obj = 1 }, "buffer" },
	{ "user pages, not coherent", { USERPTR }, "coherent" },
	{ "prefetch a buffer", { PREFETCH, .obj = 1 }, "buffer" },
	{ "map to a region", { MAP, .obj = 1, .prefetch_mem_region_instance = 1 }, "PREFETCH" },
	{ "region absent", { PREFETCH, .prefetch_mem_region_instance = 2 }, "region" },
	{ "region far off", { PREFETCH, .prefetch_mem_region_instance = 1000 }, "region" },
	{ "unmap a buffer", { UNMAP, .obj = 1 }, "buffer" },
	{ "odd offset", { MAP, .obj = 1, .obj_offset = 1 }, "whole" },
	{ "odd address", { .op = DRM_XE_VM_BIND_OP_UNMAP, .addr = 8, .range = SZ_4K }, "whole" },
	{ "odd range", { .op = DRM_XE_VM_BIND_OP_UNMAP, .range = SZ_4K + 1 }, "whole" },
	{ "no range", { .op = DRM_XE_VM_BIND_OP_UNMAP, .addr = SZ_4K }, "empty" },
};

KUNIT_ARRAY_PARAM_DESC(op, op_cases, name);

static void test_op(struct kunit *test)
{
	struct xe_device *xe = kunit_kzalloc(test, sizeof(*xe), GFP_KERNEL);
	const struct op_case *c = test->param_value;

	KUNIT_ASSERT_NOT_NULL(test, xe);
	xe->gt[0].version = 2001;
	xe->mm.regions = XE_REGION_SYSTEM | XE_REGION_VRAM;
	expect(test, check_op(xe, &c->op), c->says);
}

struct buffer_case {
	const char *name;
	u64 offset, range;
	u16 caching;
	bool foreign, coherent;
	const char *says;
};

#define WB	DRM_XE_GEM_CPU_CACHING_WB
#define WC	DRM_XE_GEM_CPU_CACHING_WC

static const struct buffer_case buffer_cases[] = {
	{ "all", 0, SZ_1M, WC, false, false, NULL },
	{ "coherent", 0, SZ_1M, WB, false, true, NULL },
	{ "the end", SZ_1M - SZ_4K, SZ_4K, WC, false, false, NULL },
	{ "beyond", SZ_1M, SZ_4K, WC, false, false, "within" },
	{ "over the end", SZ_1M - SZ_4K, SZ_8K, WC, false, false, "within" },
	{ "too large", 0, SZ_2M, WC, false, false, "within" },
	{ "wraps", -SZ_4K, SZ_8K, WC, false, false, "within" },
	{ "range wraps", SZ_4K, -SZ_4K, WC, false, false, "within" },
	{ "cached", 0, SZ_1M, WB, false, false, "coherent" },
	{ "another VM's", 0, SZ_1M, WC, true, false, "another VM" },
};

KUNIT_ARRAY_PARAM_DESC(buffer, buffer_cases, name);

static void test_buffer(struct kunit *test)
{
	const struct buffer_case *c = test->param_value;
	struct drm_gem_object *own = kunit_kzalloc(test, sizeof(*own), GFP_KERNEL);
	struct drm_gem_object *other = kunit_kzalloc(test, sizeof(*other), GFP_KERNEL);
	struct xe_vm *vm = kunit_kzalloc(test, sizeof(*vm), GFP_KERNEL);
	struct xe_bo *bo = kunit_kzalloc(test, sizeof(*bo), GFP_KERNEL);
	struct drm_xe_vm_bind_op op = {
		.obj_offset = c->offset,
		.range = c->range,
		.pat_index = c->coherent,
	};

	KUNIT_ASSERT_TRUE(test, own && other && vm && bo);
	vm->gpuvm.r_obj = own;
	bo->ttm.base.size = SZ_1M;
	bo->caching = c->caching;
	bo->vm_resv = c->foreign ? other : own;
	expect(test, check_buffer(vm, bo, &op), c->says);
}

/* Before there is memory for them. */
static void test_many(struct kunit *test)
{
	struct drm_xe_vm_bind args = { .num_binds = XE_BIND_MAX_OPS };
	struct binding b = { .xe = xe_fake_device(test), .args = &args };

	arrays = 0;
	KUNIT_EXPECT_EQ(test, copy_ops(&b), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, arrays, 1);
	args.num_binds++;
	KUNIT_EXPECT_EQ(test, copy_ops(&b), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, arrays, 1);
}

static struct kunit_case vm_cases[] = {
	KUNIT_CASE_PARAM(test_create, create_gen_params),
	KUNIT_CASE_PARAM(test_bind, bind_gen_params),
	KUNIT_CASE_PARAM(test_op, op_gen_params),
	KUNIT_CASE_PARAM(test_buffer, buffer_gen_params),
	KUNIT_CASE(test_many),
	{ }
};

static struct kunit_suite vm_suite = {
	.name = "xe_vm_ioctls",
	.test_cases = vm_cases,
};

kunit_test_suite(vm_suite);
