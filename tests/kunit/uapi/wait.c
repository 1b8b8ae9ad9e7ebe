// SPDX-License-Identifier: MIT
/*
 * WAIT_USER_FENCE: comparisons, times, and everything that ends a wait.
 */

#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/mman.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include <drm/drm_drv.h>
#include <kunit/test.h>

#include "submit/queue.h"
#include "tests/kunit/fake.h"
#include "xe_hw.h"

/* One queue, which is nothing but banned or not */
#define QUEUE	((struct xe_queue *)&queue_banned)

static bool queue_banned;
static int queue_refs;

#define xe_queue_lookup(file, id)	((id) == 1 ? (queue_refs++, QUEUE) : NULL)
#define xe_queue_put(q)			(queue_refs--)
#define xe_queue_is_banned(q)		READ_ONCE(queue_banned)

#include "../../../uapi/wait.c"

#define ABSOLUTE	DRM_XE_UFENCE_WAIT_FLAG_ABSTIME

static struct xe_device *make_device(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	queue_banned = false;
	queue_refs = 0;
	init_waitqueue_head(&xe->submit.ufence_wq);
	return xe;
}

static u64 map_page(struct kunit *test)
{
	u64 address = kunit_vm_mmap(test, NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
				    MAP_ANONYMOUS | MAP_PRIVATE, 0);

	KUNIT_ASSERT_NE(test, address, 0);
	return address;
}

static void write_word(struct kunit *test, u64 address, u64 word)
{
	KUNIT_ASSERT_EQ(test, copy_to_user(u64_to_user_ptr(address), &word, sizeof(word)), 0);
}

/* Whether a word fulfils a condition, with a mask */
struct compare_case {
	const char *name;
	u16 op;
	u64 word, value, mask;
	bool passes;
};

static const struct compare_case compare_cases[] = {
	{ "equal", DRM_XE_UFENCE_WAIT_OP_EQ, 5, 5, ~0ull, true },
	{ "not equal", DRM_XE_UFENCE_WAIT_OP_EQ, 5, 6, ~0ull, false },
	{ "equal below the mask", DRM_XE_UFENCE_WAIT_OP_EQ, 0x105, 0x205, 0xff, true },
	{ "differs", DRM_XE_UFENCE_WAIT_OP_NEQ, 5, 6, ~0ull, true },
	{ "differs above the mask", DRM_XE_UFENCE_WAIT_OP_NEQ, 0x105, 0x205, 0xff, false },
	{ "greater", DRM_XE_UFENCE_WAIT_OP_GT, 6, 5, ~0ull, true },
	{ "not greater", DRM_XE_UFENCE_WAIT_OP_GT, 5, 5, ~0ull, false },
	{ "greater without a sign", DRM_XE_UFENCE_WAIT_OP_GT, ~0ull, 0, ~0ull, true },
	{ "at least", DRM_XE_UFENCE_WAIT_OP_GTE, 5, 5, ~0ull, true },
	{ "not at least", DRM_XE_UFENCE_WAIT_OP_GTE, 4, 5, ~0ull, false },
	{ "less", DRM_XE_UFENCE_WAIT_OP_LT, 4, 5, ~0ull, true },
	{ "not less", DRM_XE_UFENCE_WAIT_OP_LT, 5, 5, ~0ull, false },
	{ "at most", DRM_XE_UFENCE_WAIT_OP_LTE, 5, 5, ~0ull, true },
	{ "not at most", DRM_XE_UFENCE_WAIT_OP_LTE, 6, 5, ~0ull, false },
};

KUNIT_ARRAY_PARAM_DESC(compare, compare_cases, name);

static void test_compare(struct kunit *test)
{
	const struct compare_case *c = test->param_value;
	struct xe_device *xe = make_device(test);
	u64 address = map_page(test);
	struct drm_xe_wait_user_fence args = {
		.addr = address, .op = c->op, .value = c->value, .mask = c->mask
	};

	write_word(test, address, c->word);
	KUNIT_EXPECT_EQ(test, xe_wait_user_fence_ioctl(&xe->drm, &args, NULL),
			c->passes ? 0 : -ETIME);
}

/* One thing is wrong with each. */
struct refuse_case {
	const char *name;
	struct drm_xe_wait_user_fence args;
	int err;
};

static const struct refuse_case refuse_cases[] = {
	{ "extensions", { .extensions = 1 }, -EINVAL },
	{ "pad", { .pad = 1 }, -EINVAL },
	{ "pad2", { .pad2 = 1 }, -EINVAL },
	{ "reserved", { .reserved[0] = 1 }, -EINVAL },
	{ "reserved, too", { .reserved[1] = 1 }, -EINVAL },
	{ "unknown flag", { .flags = 2 }, -EINVAL },
	{ "unknown comparison", { .op = 6 }, -EINVAL },
	{ "not aligned", { .addr = 4 }, -EINVAL },
	{ "not aligned, before the queue", { .addr = 4, .exec_queue_id = 2 }, -EINVAL },
	{ "no queue", { .exec_queue_id = 2 }, -ENOENT },
	{ "no memory", { .addr = -8 }, -EFAULT },
};

KUNIT_ARRAY_PARAM_DESC(refuse, refuse_cases, name);

static void test_refuse(struct kunit *test)
{
	const struct refuse_case *c = test->param_value;
	struct drm_xe_wait_user_fence args = c->args;
	struct xe_device *xe = make_device(test);
	u64 address = map_page(test);

	if (args.addr < PAGE_SIZE)
		args.addr += address;
	KUNIT_EXPECT_EQ(test, xe_wait_user_fence_ioctl(&xe->drm, &args, NULL), c->err);
}

static void test_times(struct kunit *test)
{
	struct xe_device *xe = make_device(test);
	struct drm_xe_wait_user_fence args = {
		.addr = map_page(test), .value = 1, .mask = ~0ull, .timeout = 50 * NSEC_PER_MSEC
	};
	ktime_t start = ktime_get();

	KUNIT_EXPECT_EQ(test, xe_wait_user_fence_ioctl(&xe->drm, &args, NULL), -ETIME);
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), start), 40);
	KUNIT_EXPECT_LE(test, args.timeout, 10 * NSEC_PER_MSEC);
	KUNIT_EXPECT_GE(test, args.timeout, 0);

	/* An absolute time is as it was, also if it has been already. */
	args.flags = ABSOLUTE;
	args.timeout = ktime_get_ns() + 50 * NSEC_PER_MSEC;
	start = args.timeout;
	KUNIT_EXPECT_EQ(test, xe_wait_user_fence_ioctl(&xe->drm, &args, NULL), -ETIME);
	KUNIT_EXPECT_GE(test, ktime_get_ns(), start);
	KUNIT_EXPECT_EQ(test, xe_wait_user_fence_ioctl(&xe->drm, &args, NULL), -ETIME);
	KUNIT_EXPECT_EQ(test, args.timeout, start);

	/* For ever, but there is nothing to wait for. */
	args.flags = 0;
	args.timeout = -1;
	args.value = 0;
	KUNIT_EXPECT_EQ(test, xe_wait_user_fence_ioctl(&xe->drm, &args, NULL), 0);
	KUNIT_EXPECT_EQ(test, args.timeout, -1);
}

/* What ends a wait that has no end */
enum event { WRITTEN, BANNED, WEDGED, LOST, GOING, SIGNALLED };

struct end_case {
	const char *name;
	enum event event;
	int err;
};

static const struct end_case end_cases[] = {
	{ "the word is written", WRITTEN, 0 },
	{ "the queue is banned", BANNED, -EIO },
	{ "the device is given up", WEDGED, -ECANCELED },
	{ "the device is lost", LOST, -ENODEV },
	{ "the device is unbound", GOING, -ENODEV },
	{ "a signal comes", SIGNALLED, -ERESTARTSYS },
};

KUNIT_ARRAY_PARAM_DESC(end, end_cases, name);

struct waiter {
	struct xe_device *xe;
	struct mm_struct *mm;
	struct drm_xe_wait_user_fence args;
	struct completion done;
	int err;
};

static int wait_for_word(void *data)
{
	struct waiter *waiter = data;

	allow_signal(SIGKILL);
	kthread_use_mm(waiter->mm);
	waiter->err = xe_wait_user_fence_ioctl(&waiter->xe->drm, &waiter->args, NULL);
	kthread_unuse_mm(waiter->mm);
	complete(&waiter->done);
	return 0;
}

static void happen(struct kunit *test, enum event event, struct waiter *waiter,
		   struct xe_fake_slot *slot, struct task_struct *thread)
{
	struct xe_device *xe = waiter->xe;

	switch (event) {
	case WRITTEN:
		write_word(test, waiter->args.addr, 1);
		break;
	case BANNED:
		WRITE_ONCE(queue_banned, true);
		break;
	case WEDGED:
		atomic_set(&xe->wedged, 1);
		break;
	case LOST:
		xe_fake_scoped(hw, xe)
			xe_hw_declare_lost(hw, "a test says so");
		break;
	case GOING:
		xe_fake_unbind(slot);
		break;
	case SIGNALLED:
		send_sig(SIGKILL, thread, 1);
		break;
	}
	wake_up_all(&xe->submit.ufence_wq);
}

static void test_end(struct kunit *test)
{
	static const struct xe_platform platform = { .name = "fake", .dma_mask_bits = 46 };
	const struct end_case *c = test->param_value;
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct waiter waiter = {
		.args = {
			.addr = map_page(test), .value = 1, .mask = ~0ull, .timeout = -1,
			.exec_queue_id = 1,
		},
		.err = 1,
	};
	struct task_struct *thread;
	struct xe_hw_state *state;

	waiter.mm = current->mm;	/* it has come with the page */
	queue_banned = false;
	queue_refs = 0;
	KUNIT_ASSERT_EQ(test, xe_fake_bind(slot, &platform, NULL, 0), 0);
	waiter.xe = xe_fake_bound(slot, &state);
	drm_dev_get(&waiter.xe->drm);
	init_waitqueue_head(&waiter.xe->submit.ufence_wq);
	init_completion(&waiter.done);
	thread = kthread_create(wait_for_word, &waiter, "wait-test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	get_task_struct(thread);
	wake_up_process(thread);

	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&waiter.done, HZ / 20), 0);
	wake_up_all(&waiter.xe->submit.ufence_wq);	/* for nothing */
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&waiter.done, HZ / 20), 0);
	happen(test, c->event, &waiter, slot, thread);
	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&waiter.done, 10 * HZ), 0);
	KUNIT_EXPECT_EQ(test, waiter.err, c->err);
	KUNIT_EXPECT_EQ(test, queue_refs, 0);
	/* The waiter has ended: nobody else could be on it. */
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&waiter.xe->submit.ufence_wq));
	put_task_struct(thread);
	drm_dev_put(&waiter.xe->drm);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(test_compare, compare_gen_params),
	KUNIT_CASE_PARAM(test_refuse, refuse_gen_params),
	KUNIT_CASE(test_times),
	KUNIT_CASE_PARAM(test_end, end_gen_params),
	{ }
};

static struct kunit_suite suite = {
	.name = "xe_wait",
	.test_cases = cases,
};

kunit_test_suite(suite);
