// SPDX-License-Identifier: MIT
/*
 * What types and gates cannot see is seen at run time: each of these is wrong, and is noticed.
 */

#include <linux/debug_locks.h>
#include <linux/delay.h>
#include <linux/dma-fence.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/spinlock.h>

#include <kunit/test.h>

#include "dep/queue.h"
#include "guc/ct.h"
#include "tests/kunit/fake.h"
#include "xe_hw_private.h"
#include "xe_mmio.h"

/*
 * What is printed between these two is announced: tests/kunit/splats misses it if it is not there,
 * and does not count it as a splat. @what is a name of tests/lab/klog.py, or text.
 */
#define announce(what)	pr_info("xe announces: %s\n", what)
#define announced()	pr_info("xe announced it\n")

static void open_section(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe)
		xe_read32(hw, XE_REG(0x400));
}

static void test_spinlock(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	struct xe_device *xe = xe_fake_device(test);

	announce("sleeping function");
	scoped_guard(spinlock, &lock)
		open_section(xe);
	announced();
}

static void test_no_section(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	announce("WARN");
	xe_read32(xe_hw_token(xe_hw_of(xe)), XE_REG(0x400));
	announced();
}

/* By the clock: where the kernel was starved when it measured its loop, mdelay() is too short. */
static void test_long_section(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	ktime_t end;

	announce("a section took");
	xe_hw_scoped(hw, xe) {
		end = ktime_add_ms(ktime_get(), 150);
		while (ktime_before(ktime_get(), end))
			cpu_relax();
	}
	announced();
}

/*
 * Does lockdep object to what this does? It stops working at its first report; it is made to say
 * nothing, forget what is held, and go on. So nothing is held at either end, and @provoke does not
 * sleep.
 */
static bool objects(void (*provoke)(struct xe_device *xe), struct xe_device *xe)
{
	bool objected;

	debug_locks_silent = 1;
	provoke(xe);
	objected = !debug_locks;
	if (objected)
		lockdep_reset();
	debug_locks_silent = 0;
	return objected;
}

static void nothing_wrong(struct xe_device *xe)
{
	static DEFINE_MUTEX(lock);

	scoped_guard(mutex, &lock)
		open_section(xe);
	xe_hw_scoped(hw, xe)
		might_alloc(GFP_NOWAIT);
	scoped_guard(xe_hw_power, xe_hw_of(xe))
		might_alloc(GFP_NOWAIT);
}

static void fence_signalling(struct xe_device *xe)
{
	bool cookie = dma_fence_begin_signalling();

	open_section(xe);
	dma_fence_end_signalling(cookie);
}

static void open_awake(struct xe_device *xe)
{
	xe_hw_scoped_awake(hw, xe)
		xe_read32(hw, XE_REG(0x400));
}

static void awake_while_signalling(struct xe_device *xe)
{
	bool cookie = dma_fence_begin_signalling();

	open_awake(xe);
	dma_fence_end_signalling(cookie);
}

static void awake_in_reclaim(struct xe_device *xe)
{
	fs_reclaim_acquire(GFP_KERNEL);
	open_awake(xe);
	fs_reclaim_release(GFP_KERNEL);
}

static void awake_waits(struct xe_device *xe)
{
	struct dma_fence *fence = dma_fence_get_stub();

	xe_hw_scoped_awake(hw, xe)
		dma_fence_wait(fence, false);
	dma_fence_put(fence);
}

static void awake_reclaims(struct xe_device *xe)
{
	xe_hw_scoped_awake(hw, xe)
		might_alloc(GFP_KERNEL);
}

static void nested(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe)
		open_section(xe);
}

/* What the notifier of user pages, and who signals fences, would wait for. */
static void reclaims_with(struct mutex *lock)
{
	scoped_guard(mutex, lock)
		might_alloc(GFP_KERNEL);
}

static void with_lock_of_user_pages(struct xe_device *xe)
{
	reclaims_with(&xe->mm.userptr_lock);
}

static void with_lock_of_queues(struct xe_device *xe)
{
	reclaims_with(&xe->submit.lock);
}

static void with_lock_of_spaces(struct xe_device *xe)
{
	reclaims_with(&xe->vms.lock);
}

static void with_lock_of_jobs(struct xe_device *xe)
{
	static const struct dep_queue_ops ops = { };
	struct dep_queue queue;

	dep_queue_init(&queue, &ops);
	reclaims_with(&queue.lock);
	dep_queue_fini(&queue);
}

static void reclaim(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe)
		might_alloc(GFP_KERNEL);
}

/* Somebody holds it and waits for a resume, which waits for it. */
static void lock_of_power_callback(struct xe_device *xe)
{
	static DEFINE_MUTEX(lock);

	scoped_guard(mutex, &lock)
		open_section(xe);
	scoped_guard(xe_hw_power, xe_hw_of(xe))
		scoped_guard(mutex, &lock)
			cpu_relax();
}

static void section_of_power_callback(struct xe_device *xe)
{
	scoped_guard(xe_hw_power, xe_hw_of(xe)) {
		xe_hw_release(xe_hw_of(xe));
		open_section(xe);
		xe_hw_hold(xe_hw_of(xe));
	}
}

static int do_nothing(struct xe_hw hw, void *data)
{
	return 0;
}

/* Of a call, too. */
static void call_of_power_callback(struct xe_device *xe)
{
	static DEFINE_MUTEX(lock);

	scoped_guard(mutex, &lock)
		xe_hw_call(xe, do_nothing, NULL);
	scoped_guard(xe_hw_power, xe_hw_of(xe))
		scoped_guard(mutex, &lock)
			cpu_relax();
}

static void lock_in_section(struct xe_device *xe, struct mutex *lock)
{
	xe_hw_scoped(hw, xe)
		scoped_guard(mutex, lock)
			cpu_relax();
}

static void wait_with(struct xe_device *xe, struct mutex *lock)
{
	scoped_guard(xe_hw_token, xe_hw_of(xe))
		scoped_guard(mutex, lock)
			xe_hw_may_take_long(xe_hw_token(xe_hw_of(xe)));
}

/* Unplug of every DRM device waits for a section, that for the lock, who has it for firmware. */
static void firmware_with_lock_of_section(struct xe_device *xe)
{
	static DEFINE_MUTEX(lock);

	lock_in_section(xe, &lock);
	wait_with(xe, &lock);
}

static void flush_with_lock_of_section(struct xe_device *xe)
{
	static DEFINE_MUTEX(lock);

	lock_in_section(xe, &lock);
	scoped_guard(mutex, &lock)
		xe_hw_work_flush(&xe_hw_of(xe)->call_work);
}

static void firmware_with_another_lock(struct xe_device *xe)
{
	static DEFINE_MUTEX(lock);

	wait_with(xe, &lock);
}

/* It has waited long enough already, and does nothing. */
static void room_in_section(struct xe_device *xe)
{
	struct xe_ct_patience waited = { .ms = INT_MAX };

	xe_hw_scoped(hw, xe)
		xe_guc_ct_wait_room(hw, NULL, &waited);
}

static void dma_section_under_spinlock(struct xe_device *xe)
{
	static DEFINE_SPINLOCK(lock);

	scoped_guard(spinlock, &lock)
		xe_hw_scoped_dma(dma, xe)
			cpu_relax();
}

static void test_dma_spinlock(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	msleep(1100);	/* the kernel says so once in a second */
	announce("sleeping function");
	KUNIT_EXPECT_TRUE(test, objects(dma_section_under_spinlock, xe));
	announced();
}

static void test_awake_nested(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	announce("WARN");
	xe_hw_scoped(hw, xe)
		open_awake(xe);
	announced();
}

struct lockdep_case {
	const char *name;
	void (*provoke)(struct xe_device *xe);
	bool wrong;
};

static const struct lockdep_case lockdep_cases[] = {
	{ "nothing wrong", nothing_wrong, false },
	{ "a section while a fence is to be signalled", fence_signalling, true },
	{ "an awake section while a fence is to be signalled", awake_while_signalling, false },
	{ "an awake section in reclaim", awake_in_reclaim, false },
	{ "a wait for a fence in an awake section", awake_waits, true },
	{ "reclaim in an awake section", awake_reclaims, true },
	{ "a section in a section", nested, true },
	{ "reclaim in a section", reclaim, true },
	{ "a lock of a power callback held at a section", lock_of_power_callback, true },
	{ "a section in a power callback", section_of_power_callback, true },
	{ "a lock of a power callback held at a call", call_of_power_callback, true },
	{ "firmware waited for with a lock of a section", firmware_with_lock_of_section, true },
	{ "room in the GuC's ring waited for in a section", room_in_section, true },
	{ "firmware waited for with another lock", firmware_with_another_lock, false },
	{ "a work waited for with a lock of a section", flush_with_lock_of_section, true },
	{ "reclaim with the lock of user pages", with_lock_of_user_pages, true },
	{ "reclaim with the lock of queues", with_lock_of_queues, true },
	{ "reclaim with the lock of address spaces", with_lock_of_spaces, true },
	{ "reclaim with the lock of jobs", with_lock_of_jobs, true },
	{ "nothing wrong afterwards", nothing_wrong, false },
};

KUNIT_ARRAY_PARAM_DESC(lockdep, lockdep_cases, name);

static void test_lockdep(struct kunit *test)
{
	const struct lockdep_case *c = test->param_value;
	struct xe_device *xe = xe_fake_device(test);

	KUNIT_ASSERT_TRUE(test, debug_locks);
	KUNIT_EXPECT_EQ(test, objects(c->provoke, xe), c->wrong);
	KUNIT_EXPECT_TRUE(test, debug_locks);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_spinlock),
	KUNIT_CASE(test_dma_spinlock),
	KUNIT_CASE(test_no_section),
	KUNIT_CASE(test_long_section),
	KUNIT_CASE(test_awake_nested),
	KUNIT_CASE_PARAM(test_lockdep, lockdep_gen_params),
	{ }
};

static struct kunit_suite suite = {
	.name = "xe_lockdep",
	.test_cases = cases,
};

kunit_test_suite(suite);
