// SPDX-License-Identifier: MIT
/*
 * Syncs: what is refused, what is waited for, what is signalled, and that nothing is left of them.
 */

#include <linux/mman.h>

#include <drm/drm_file.h>
#include <kunit/test.h>

#include "tests/kunit/fake.h"
#include "tests/kunit/submit/core.h"

#include "../../../submit/sync.c"

#define POINT	10	/* the timeline has this one, and it has not signalled */

struct world {
	struct xe_device *xe;
	struct drm_file file;
	struct drm_syncobj *empty, *full, *timeline;
	u32 handle[4];	/* of none, and of these */
	struct dma_fence *fence;
	u64 user;
};

enum { NONE, EMPTY, FULL, TIMELINE };

struct played_fence {
	struct dma_fence fence;
	spinlock_t lock;	/* of @fence */
};

static const char *played_name(struct dma_fence *fence)
{
	return "played";
}

static const struct dma_fence_ops played_ops = {
	.get_driver_name = played_name,
	.get_timeline_name = played_name,
};

static struct dma_fence *make_fence(struct kunit *test)
{
	struct played_fence *played = kzalloc(sizeof(*played), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, played);
	spin_lock_init(&played->lock);
	dma_fence_init(&played->fence, &played_ops, &played->lock, dma_fence_context_alloc(1), 1);
	return &played->fence;
}

static struct drm_syncobj *make_syncobj(struct kunit *test, struct world *world, u32 *handle)
{
	struct drm_syncobj *syncobj;

	KUNIT_ASSERT_EQ(test, drm_syncobj_create(&syncobj, 0, NULL), 0);
	KUNIT_ASSERT_EQ(test, drm_syncobj_get_handle(&world->file, syncobj, handle), 0);
	return syncobj;
}

static struct world *make_world(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	struct dma_fence_chain *chain = dma_fence_chain_alloc();

	KUNIT_ASSERT_NOT_NULL(test, world);
	KUNIT_ASSERT_NOT_NULL(test, chain);
	world->xe = xe_fake_device(test);
	init_waitqueue_head(&world->xe->submit.ufence_wq);
	world->user = kunit_vm_mmap(test, NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
				    MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE(test, world->user, 0);

	drm_syncobj_open(&world->file);
	world->handle[NONE] = 1000;
	world->empty = make_syncobj(test, world, &world->handle[EMPTY]);
	world->full = make_syncobj(test, world, &world->handle[FULL]);
	world->timeline = make_syncobj(test, world, &world->handle[TIMELINE]);
	world->fence = make_fence(test);
	drm_syncobj_replace_fence(world->full, world->fence);
	drm_syncobj_add_point(world->timeline, chain, world->fence, POINT);
	return world;
}

/* Nothing but the world itself refers to what is in it. */
static void end_world(struct kunit *test, struct world *world)
{
	dma_fence_signal(world->fence);
	KUNIT_EXPECT_EQ(test, kref_read(&world->empty->refcount), 2);
	KUNIT_EXPECT_EQ(test, kref_read(&world->full->refcount), 2);
	KUNIT_EXPECT_EQ(test, kref_read(&world->timeline->refcount), 2);
	drm_syncobj_put(world->empty);
	drm_syncobj_put(world->full);
	drm_syncobj_put(world->timeline);
	drm_syncobj_release(&world->file);
	KUNIT_EXPECT_EQ(test, kref_read(&world->fence->refcount), 1);
	dma_fence_put(world->fence);
}

static int parse_one(struct world *world, const struct drm_xe_sync *args, struct xe_sync *sync,
		     unsigned int flags)
{
	struct drm_xe_sync __user *user = u64_to_user_ptr(world->user);

	/* Not the first one */
	if (copy_to_user(user + 2, args, sizeof(*args)))
		return -EPERM;
	return xe_sync_parse(world->xe, &world->file, user, 2, sync, flags);
}

struct parse_case {
	const char *name;
	u32 type, flags, object;
	u64 value, upper, reserved;
	unsigned int parse_flags;
	int err;
};

#define SYNCOBJ		DRM_XE_SYNC_TYPE_SYNCOBJ
#define POINT_OF	DRM_XE_SYNC_TYPE_TIMELINE_SYNCOBJ
#define USER		DRM_XE_SYNC_TYPE_USER_FENCE
#define SIGNAL		DRM_XE_SYNC_FLAG_SIGNAL

static const struct parse_case parse_cases[] = {
	{ "unknown type", 3, SIGNAL, EMPTY, .err = -EINVAL },
	{ "unknown flag", SYNCOBJ, 2, FULL, .err = -EINVAL },
	{ "reserved", SYNCOBJ, 0, FULL, .reserved = 1, .err = -EINVAL },
	{ "wait", SYNCOBJ, 0, FULL },
	{ "wait in an LR VM", SYNCOBJ, 0, FULL, .parse_flags = XE_SYNC_LR },
	{ "wait for no fence", SYNCOBJ, 0, EMPTY, .err = -EINVAL },
	{ "wait for no object", SYNCOBJ, 0, NONE, .err = -ENOENT },
	{ "signal", SYNCOBJ, SIGNAL, EMPTY },
	{ "signal no object", SYNCOBJ, SIGNAL, NONE, .err = -ENOENT },
	{ "signal in an LR VM", SYNCOBJ, SIGNAL, EMPTY, .parse_flags = XE_SYNC_LR,
	  .err = -EOPNOTSUPP },
	{ "a handle too long", SYNCOBJ, 0, FULL, .upper = 1, .err = -EINVAL },
	{ "LR before the handle", SYNCOBJ, SIGNAL, FULL, .upper = 1, .parse_flags = XE_SYNC_LR,
	  .err = -EOPNOTSUPP },
	{ "wait for a point", POINT_OF, 0, TIMELINE, POINT },
	{ "wait for a point before", POINT_OF, 0, TIMELINE, POINT - 1 },
	{ "wait for a point to come", POINT_OF, 0, TIMELINE, POINT + 1, .err = -EINVAL },
	{ "wait for a point of no timeline", POINT_OF, 0, FULL, POINT, .err = -EINVAL },
	{ "wait for point 0", POINT_OF, 0, TIMELINE, 0, .err = -EINVAL },
	{ "signal a point", POINT_OF, SIGNAL, TIMELINE, POINT + 1 },
	{ "signal point 0", POINT_OF, SIGNAL, TIMELINE, 0, .err = -EINVAL },
	{ "point 0 before the object", POINT_OF, SIGNAL, NONE, 0, .err = -EINVAL },
	{ "signal a point in an LR VM", POINT_OF, SIGNAL, TIMELINE, 1, .parse_flags = XE_SYNC_LR,
	  .err = -EOPNOTSUPP },
	{ "user fence of EXEC", USER, SIGNAL, .parse_flags = XE_SYNC_EXEC | XE_SYNC_LR },
	{ "user fence of EXEC anywhere", USER, SIGNAL, .upper = 1, .parse_flags = XE_SYNC_EXEC },
	{ "user fence of VM_BIND", USER, SIGNAL },
	{ "user fence of VM_BIND nowhere", USER, SIGNAL, .upper = 0xffff, .err = -EFAULT },
	{ "user fence where none can be", USER, SIGNAL, .parse_flags = XE_SYNC_NO_USER_FENCE,
	  .err = -EOPNOTSUPP },
	{ "wait for a user fence", USER, 0, .err = -EOPNOTSUPP },
	{ "user fence not aligned", USER, SIGNAL, .value = 4, .err = -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(parse, parse_cases, name);

static void test_parse(struct kunit *test)
{
	const struct parse_case *c = test->param_value;
	struct world *world = make_world(test);
	struct drm_xe_sync args = {
		.type = c->type,
		.flags = c->flags,
		.timeline_value = c->value,
		.reserved[1] = c->reserved,
	};
	struct xe_sync sync;
	int err;

	args.addr = c->type == USER ? world->user + c->value : world->handle[c->object];
	args.addr += c->upper << 32;
	err = parse_one(world, &args, &sync, c->parse_flags);
	KUNIT_EXPECT_EQ(test, err, c->err);
	if (!err) {
		KUNIT_EXPECT_EQ(test, sync.type, c->type);
		KUNIT_EXPECT_EQ(test, !!sync.fence, !(c->flags & SIGNAL));
		KUNIT_EXPECT_EQ(test, !!sync.chain, c->type == POINT_OF && c->flags & SIGNAL);
		KUNIT_EXPECT_EQ(test, !!sync.user_fence,
				c->type == USER && !(c->parse_flags & XE_SYNC_EXEC));
		xe_sync_fini(&sync);
	}
	end_world(test, world);
}

static void test_not_there(struct kunit *test)
{
	struct world *world = make_world(test);
	void __user *beyond = u64_to_user_ptr((u64)TASK_SIZE);
	struct xe_sync sync;

	KUNIT_EXPECT_EQ(test, xe_sync_parse(world->xe, &world->file, beyond, 0, &sync, 0),
			-EFAULT);
	end_world(test, world);
}

/* Once a timeline has passed a point, nothing is waited for. */
static void test_passed(struct kunit *test)
{
	struct world *world = make_world(test);
	struct drm_xe_sync args = {
		.type = POINT_OF,
		.handle = world->handle[TIMELINE],
		.timeline_value = POINT,
	};
	struct dma_fence *deps[1];
	struct dep_job job;
	struct xe_sync sync;

	dep_job_init(&job, deps, ARRAY_SIZE(deps));
	KUNIT_ASSERT_EQ(test, parse_one(world, &args, &sync, 0), 0);
	KUNIT_EXPECT_EQ(test, xe_sync_depend(&sync, &job), 0);
	KUNIT_EXPECT_EQ(test, job.num_deps, 1);
	dep_job_abandon(&job);
	xe_sync_fini(&sync);

	dma_fence_signal(world->fence);
	dep_job_init(&job, deps, ARRAY_SIZE(deps));
	KUNIT_ASSERT_EQ(test, parse_one(world, &args, &sync, 0), 0);
	KUNIT_EXPECT_EQ(test, xe_sync_depend(&sync, &job), 0);
	KUNIT_EXPECT_EQ(test, job.num_deps, 0);
	xe_sync_fini(&sync);
	end_world(test, world);
}

static void test_signal(struct kunit *test)
{
	struct world *world = make_world(test);
	struct drm_xe_sync args[] = {
		{ .type = SYNCOBJ, .flags = SIGNAL, .handle = world->handle[EMPTY] },
		{ .type = POINT_OF, .flags = SIGNAL, .handle = world->handle[TIMELINE],
		  .timeline_value = POINT + 1 },
		{ .type = SYNCOBJ, .handle = world->handle[FULL] },
	};
	struct dma_fence *fence = make_fence(test), *found;
	struct xe_sync sync;

	for (unsigned int i = 0; i < ARRAY_SIZE(args); i++) {
		KUNIT_ASSERT_EQ(test, parse_one(world, &args[i], &sync, 0), 0);
		xe_sync_signal(&sync, fence);
		xe_sync_fini(&sync);
	}

	found = drm_syncobj_fence_get(world->empty);
	KUNIT_EXPECT_PTR_EQ(test, found, fence);
	dma_fence_put(found);
	found = drm_syncobj_fence_get(world->full);
	KUNIT_EXPECT_PTR_EQ(test, found, world->fence);
	dma_fence_put(found);
	found = drm_syncobj_fence_get(world->timeline);
	KUNIT_EXPECT_EQ(test, found->seqno, POINT + 1);
	KUNIT_EXPECT_PTR_EQ(test, to_dma_fence_chain(found)->fence, fence);
	dma_fence_put(found);

	dma_fence_signal(fence);
	dma_fence_signal(world->fence);
	end_world(test, world);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, kref_read(&fence->refcount), 1);
	dma_fence_put(fence);
}

static void test_user_fence(struct kunit *test)
{
	struct world *world = make_world(test);
	struct drm_xe_sync args = {
		.type = USER, .flags = SIGNAL, .addr = world->user, .timeline_value = 7
	};
	struct xe_sync sync[2] = { { .type = SYNCOBJ } };
	struct xe_user_fence *user_fence;
	struct dma_fence *fence;
	u64 address, value;

	KUNIT_EXPECT_FALSE(test, xe_sync_user_fence(sync, 1, &address, &value));
	KUNIT_EXPECT_NULL(test, xe_sync_get_user_fence(sync, 1));
	KUNIT_ASSERT_EQ(test, parse_one(world, &args, &sync[1], XE_SYNC_EXEC), 0);
	KUNIT_EXPECT_EQ(test, xe_sync_user_fences(sync, 2), 1);
	KUNIT_EXPECT_TRUE(test, xe_sync_user_fence(sync, 2, &address, &value));
	KUNIT_EXPECT_EQ(test, address, world->user);
	KUNIT_EXPECT_EQ(test, value, 7);
	KUNIT_EXPECT_NULL(test, xe_sync_get_user_fence(sync, 2));
	xe_sync_fini(&sync[1]);

	KUNIT_ASSERT_EQ(test, parse_one(world, &args, &sync[1], 0), 0);
	user_fence = xe_sync_get_user_fence(sync, 2);
	KUNIT_EXPECT_PTR_EQ(test, user_fence, sync[1].user_fence);
	fence = dma_fence_get_stub();
	xe_sync_signal_user(&sync[1], fence);
	dma_fence_put(fence);
	KUNIT_EXPECT_TRUE(test, xe_user_fence_is_written(user_fence));
	xe_user_fence_put(user_fence);
	xe_sync_fini(&sync[1]);
	end_world(test, world);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(test_parse, parse_gen_params),
	KUNIT_CASE(test_not_there),
	KUNIT_CASE(test_passed),
	KUNIT_CASE(test_signal),
	KUNIT_CASE(test_user_fence),
	{ }
};

static struct kunit_suite suite = {
	.name = "xe_sync",
	.test_cases = cases,
};

kunit_test_suite(suite);
