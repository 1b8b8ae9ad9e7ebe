// SPDX-License-Identifier: MIT
/*
 * Address spaces whose jobs have no end: when they are stopped and started. The table of contexts
 * is played, and so is what has entries written.
 */

#include <linux/delay.h>
#include <linux/workqueue.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>

#include "mm/bo.h"
#include "mm/userptr.h"
#include "submit/job.h"
#include "tests/kunit/fake.h"
#include "tests/kunit/mm/fake.h"
#include "tests/kunit/submit/fake.h"

struct world;

static int fake_repin(struct xe_vm *vm);
static void fake_wait(void);
static bool fake_queue_work(struct workqueue_struct *wq, struct delayed_work *work,
			    unsigned long delay);

#define queue_delayed_work(wq, work, delay)	fake_queue_work(wq, work, delay)
#define xe_userptr_repin(vm)			fake_repin(vm)
#undef wait_event_timeout
#define wait_event_timeout(wq, cond, time)	fake_wait()

#include "../../../submit/preempt.c"

/* What is there to be waited for, and how often somebody asked. */
static struct {
	int err;
	unsigned int fail;		/* so many times */
	struct xe_preempt_fence *moved;
	unsigned int asked;
	struct list_head taken;		/* memory of a process */
	bool takes, sleeps;		/* that, or the system does, just then */
	struct world *stops;		/* while it is waited for */
	bool hurries;			/* nothing is delayed; by how much it would be: */
	unsigned long delayed;
	struct xe_mm *others;		/* who move in that time */
} fake;

static int fake_repin(struct xe_vm *vm)
{
	list_del_init(&fake.taken);
	return 0;
}

static bool fake_queue_work(struct workqueue_struct *wq, struct delayed_work *work,
			    unsigned long delay)
{
	if (fake.others)
		fake.others->moves++;
	if (fake.hurries) {
		fake.delayed += delay;
		delay = 0;
	}
	return (queue_delayed_work)(wq, work, delay);
}

static int fake_prepare(struct xe_vm_lock *lock, struct dma_fence **moved)
{
	struct xe_submit *submit = &lock->vm->xe->submit;

	*moved = NULL;
	if (fake.asked++ < fake.fail)
		return fake.err;
	if (fake.takes)
		list_add(&fake.taken, &lock->vm->invalidated);
	fake.takes = false;
	WRITE_ONCE(submit->lr_sleeps, submit->lr_sleeps || fake.sleeps);
	if (fake.moved)
		*moved = dma_fence_get(&fake.moved->base);
	return 0;
}

struct world {
	struct kunit *test;
	struct xe_device *xe;
	struct xe_vm *vm;
	struct xe_preempt *p;
	struct xe_queue *q;
};

static void settle(struct world *w)
{
	for (int i = 0; i < 3; i++) {
		flush_delayed_work(&w->p->start);
		flush_delayed_work(&w->p->stop);
		flush_workqueue(w->xe->submit.lr_wq);
		flush_workqueue(w->xe->submit.wq);
	}
}

static void put_vm(void *data)
{
	struct xe_vm *vm = data;
	struct xe_device *xe = vm->xe;

	xe_vm_put(vm);
	for (int i = 0; i < 500 && !list_empty(&xe->vms.list); i++)
		fsleep(10000);
	KUNIT_EXPECT_TRUE_MSG(kunit_get_current_test(), list_empty(&xe->vms.list),
			      "the VM is gone");
}

static void drop_queue(void *data)
{
	struct xe_queue *q = data;

	xe_queue_kill(q);
	xe_fake_context_gone(q);
	flush_workqueue(q->xe->submit.wq);
	xe_queue_put(q);
}

static struct xe_queue *make_queue(struct world *w)
{
	struct xe_queue_args args = {
		.ops = &xe_lr_queue_ops, .class = XE_ENGINE_COPY, .mask = BIT(0), .width = 1,
		.priority = XE_QUEUE_NORMAL, .vm = w->vm,
	};
	struct xe_queue *q = xe_queue_create(w->xe, &args);

	KUNIT_ASSERT_FALSE(w->test, IS_ERR(q));
	KUNIT_ASSERT_EQ(w->test, kunit_add_action_or_reset(w->test, drop_queue, q), 0);
	return q;
}

static struct world *make_world(struct kunit *test)
{
	static const struct xe_vm_ops ops = {};
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	memset(&fake, 0, sizeof(fake));
	INIT_LIST_HEAD(&fake.taken);
	xe_fake_contexts_end_at_once(false);
	w->test = test;
	w->xe = xe_fake_submit_device(test);
	w->vm = xe_fake_vm(test, w->xe, XE_VM_LR, &ops);
	KUNIT_ASSERT_EQ(test, xe_preempt_create(w->vm, fake_prepare), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, put_vm, w->vm), 0);
	w->p = w->vm->preempt;
	w->q = make_queue(w);
	return w;
}

static struct xe_fake_context *context(struct world *w)
{
	return xe_fake_context(w->q);
}

static void stopped(struct world *w, struct xe_queue *q)
{
	q->owner.ops->stopped(&q->owner);
	settle(w);
}

static void fake_wait(void)
{
	if (!fake.stops)
		return;
	settle(fake.stops);
	stopped(fake.stops, fake.stops->q);
}

static u32 submit(struct world *w)
{
	u64 batch = SZ_1M;

	KUNIT_ASSERT_EQ(w->test, xe_job_submit(w->q, &batch, 1, NULL, 0), 0);
	settle(w);
	return w->q->sequence;
}

/* The fence of a job. */
static struct dma_fence *submit_other(struct world *w)
{
	submit(w);
	guard(mutex)(&w->q->dep.lock);
	return dma_fence_get(&list_last_entry(&w->q->dep.issued, struct dep_job, link)->fence);
}

/* The fence that somebody would wait for who wants a buffer. */
static struct dma_fence *armed(struct world *w)
{
	struct dma_fence *fence = NULL;
	struct dma_resv_iter at;

	KUNIT_ASSERT_NOT_NULL(w->test, w->p->fence);
	dma_resv_lock(xe_vm_resv(w->vm), NULL);
	dma_resv_for_each_fence(&at, xe_vm_resv(w->vm), DMA_RESV_USAGE_BOOKKEEP, fence)
		if (fence == &w->p->fence->base)
			break;
	dma_fence_get(fence);
	dma_resv_unlock(xe_vm_resv(w->vm));
	KUNIT_ASSERT_NOT_NULL(w->test, fence);
	return fence;
}

/* Somebody waits for the fence; his reference is given back. */
static void want(struct world *w, struct dma_fence *fence)
{
	dma_fence_enable_signaling(fence);
	settle(w);
}

/* It is stopped when it is asked for and not before, and goes on when that was of use. */
static void test_stop_and_start(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *fence;

	KUNIT_EXPECT_EQ(test, context(w)->suspended, 1);
	stopped(w, w->q);
	KUNIT_EXPECT_NULL(test, w->p->fence);
	KUNIT_EXPECT_EQ(test, fake.asked, 0);

	submit(w);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 1);
	fence = armed(w);
	KUNIT_EXPECT_EQ(test, context(w)->suspended, 1);
	w->p->since = jiffies + HZ;
	dma_fence_enable_signaling(fence);
	KUNIT_EXPECT_TRUE_MSG(test, timer_pending(&w->p->stop.timer), "it has just begun");
	stop_wanted(w->p);
	settle(w);
	KUNIT_EXPECT_EQ(test, context(w)->suspended, 2);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 1);

	stopped(w, w->q);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	KUNIT_EXPECT_EQ_MSG(test, kref_read(&fence->refcount), 1, "nobody else has it");
	dma_fence_put(fence);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 2);
	KUNIT_EXPECT_EQ(test, fake.asked, 2);
	fence = armed(w);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	dma_fence_put(fence);
}

/*
 * A client whose starts wait for its user space has no more of them: others need the threads.
 *
 * Seen to fail: with as many starts as there are threads.
 */
static void test_share_of_starts(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_usage *usage = xe_usage_create(&w->xe->usages);

	KUNIT_ASSERT_NOT_NULL(test, usage);
	stopped(w, w->q);
	w->q->args.usage = usage;
	while (xe_usage_take(usage, XE_USAGE_STARTS, 1))
		continue;
	submit(w);
	KUNIT_EXPECT_EQ(test, fake.asked, 0);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 0);
	KUNIT_EXPECT_FALSE(test, xe_vm_is_banned(w->vm));

	/* It tries again, less and less often. */
	w->p->refused = 2;
	flush_delayed_work(&w->p->start);
	KUNIT_EXPECT_EQ(test, w->p->refused, 3);
	KUNIT_EXPECT_GE(test, w->p->start.timer.expires - jiffies, msecs_to_jiffies(60));
	w->p->refused = 100;
	flush_delayed_work(&w->p->start);
	KUNIT_EXPECT_GE(test, w->p->start.timer.expires - jiffies, msecs_to_jiffies(900));
	KUNIT_EXPECT_LE(test, w->p->start.timer.expires - jiffies, 2ul * HZ);

	xe_usage_give(usage, XE_USAGE_STARTS, 1);
	settle(w);
	KUNIT_EXPECT_EQ(test, w->p->refused, 0);
	KUNIT_EXPECT_EQ(test, fake.asked, 1);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 1);

	w->q->args.usage = NULL;
	KUNIT_EXPECT_EQ(test, usage->share[XE_USAGE_STARTS], XE_USAGE_MAX_STARTS / 3 - 1);
	xe_usage_give(usage, XE_USAGE_STARTS, usage->share[XE_USAGE_STARTS]);
	KUNIT_EXPECT_EQ(test, kref_read(&usage->ref), 1);
	xe_usage_put(usage);
}

/* One that has nothing to do is not resumed before it has. */
static void test_idle(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *fence;

	stopped(w, w->q);
	xe_fake_engine_ends(w->q, submit(w));
	fence = armed(w);
	want(w, fence);
	stopped(w, w->q);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 1);
	KUNIT_EXPECT_NULL(test, w->p->fence);
	submit(w);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 2);
	dma_fence_put(fence);
}

/* All queues of an address space have to be off, also one that came later, or is about to end. */
static void test_all_queues(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_queue *other, *leaving;
	struct dma_fence *fence;

	stopped(w, w->q);
	submit(w);
	other = make_queue(w);
	leaving = make_queue(w);
	KUNIT_EXPECT_EQ(test, xe_fake_context(other)->suspended, 0);
	fence = armed(w);
	xe_queue_kill(leaving);
	want(w, fence);
	stopped(w, w->q);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	stopped(w, other);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	xe_fake_context_gone(leaving);
	settle(w);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	dma_fence_put(fence);
}

/* Entries that are not written yet: nothing runs, and who wants the memory does not wait. */
static void test_entries(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *fence;

	fake.moved = xe_preempt_fence_alloc(NULL, NULL);
	KUNIT_ASSERT_NOT_NULL(test, fake.moved);
	xe_preempt_fence_init(fake.moved, dma_fence_context_alloc(1), 1);
	stopped(w, w->q);
	submit(w);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 0);
	KUNIT_EXPECT_NE(test, w->p->since, 0ul);
	fence = armed(w);
	stopped(w, w->q);
	KUNIT_EXPECT_FALSE_MSG(test, dma_fence_is_signaled(fence), "nobody wants it");
	want(w, fence);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 0);
	KUNIT_EXPECT_EQ_MSG(test, context(w)->suspended, 1, "it was on no engine");
	KUNIT_EXPECT_EQ(test, kref_read(&fake.moved->base.refcount), 2);
	dma_fence_put(fence);

	KUNIT_EXPECT_EQ(test, fake.asked, 2);
	xe_preempt_fence_signal(fake.moved, 0);
	w->p->since = 0;
	/* However often it is said. */
	xe_preempt_kick(w->vm);
	xe_preempt_kick(w->vm);
	settle(w);
	KUNIT_EXPECT_NE(test, w->p->since, 0ul);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 1);
	KUNIT_EXPECT_EQ(test, fake.asked, 2);
	dma_fence_put(&fake.moved->base);
}

/* Who is late is somebody else. */
static void test_others_are_late(struct kunit *test)
{
	struct world *w = make_world(test);

	fake.err = -EBUSY;
	fake.fail = 2;
	stopped(w, w->q);
	submit(w);
	for (int i = 0; i < 500 && !context(w)->resumed; i++)
		fsleep(10000);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 1);
	KUNIT_EXPECT_EQ(test, fake.asked, 3);
	KUNIT_EXPECT_FALSE(test, xe_vm_is_banned(w->vm));
}

/* Memory is taken away, or sleep begins, when everything is ready: then it is not. */
static void test_too_late(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *fence;

	stopped(w, w->q);
	fake.moved = xe_preempt_fence_alloc(NULL, NULL);
	KUNIT_ASSERT_NOT_NULL(test, fake.moved);
	xe_preempt_fence_init(fake.moved, dma_fence_context_alloc(1), 1);
	xe_preempt_fence_signal(fake.moved, 0);
	fake.takes = true;
	submit(w);
	KUNIT_EXPECT_EQ(test, fake.asked, 2);
	KUNIT_EXPECT_TRUE(test, list_empty(&fake.taken));
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 1);
	KUNIT_EXPECT_EQ(test, kref_read(&fake.moved->base.refcount), 2);

	fake.sleeps = true;
	fence = armed(w);
	want(w, fence);
	stopped(w, w->q);
	dma_fence_put(fence);
	KUNIT_EXPECT_EQ(test, fake.asked, 3);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 1);
	KUNIT_EXPECT_NULL(test, w->p->fence);
	KUNIT_EXPECT_EQ(test, kref_read(&fake.moved->base.refcount), 1);

	fake.sleeps = false;
	notify(&w->xe->submit.lr_notifier, PM_POST_SUSPEND, NULL);
	settle(w);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 2);
	dma_fence_put(&fake.moved->base);
	fake.moved = NULL;
}

/* It is patient with memory, and begins anew when there was some; but not for ever. */
static void no_memory(struct kunit *test, int err)
{
	struct world *w = make_world(test);
	struct dma_fence *fence;

	fake.err = err;
	fake.fail = 1;
	w->p->tries.idle = IDLE_TRIES - 2;
	stopped(w, w->q);
	submit(w);
	for (int i = 0; i < 500 && !context(w)->resumed; i++)
		fsleep(10000);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 1);
	KUNIT_EXPECT_EQ(test, w->p->tries.idle, 0);

	fence = armed(w);
	fake.fail = UINT_MAX;
	w->p->tries.idle = IDLE_TRIES - 1;
	want(w, fence);
	stopped(w, w->q);
	dma_fence_put(fence);
	KUNIT_EXPECT_TRUE(test, xe_vm_is_banned(w->vm));
}

static void test_no_memory(struct kunit *test)
{
	no_memory(test, -ENOMEM);
}

static void test_no_vram(struct kunit *test)
{
	no_memory(test, -ENOSPC);
}

/* As many page tables as the client may have; others of it may go. */
static void test_no_tables(struct kunit *test)
{
	no_memory(test, -ENOBUFS);
}

static void lose_patience(struct kunit *test, bool others, unsigned int seconds)
{
	struct world *w = make_world(test);

	fake.err = -ENOSPC;
	fake.fail = UINT_MAX;
	fake.hurries = true;
	fake.others = others ? &w->xe->mm : NULL;
	stopped(w, w->q);
	submit(w);
	for (int i = 0; i < 500 && !xe_vm_is_banned(w->vm); i++)
		fsleep(10000);
	KUNIT_EXPECT_TRUE(test, xe_vm_is_banned(w->vm));
	KUNIT_EXPECT_TRUE(test, xe_fake_is_nearly(jiffies_to_msecs(fake.delayed),
						  seconds * MSEC_PER_SEC));
}

/* As submission.rst says. */
static void test_nobody_moves(struct kunit *test)
{
	lose_patience(test, false, 10);
}

static void test_others_move(struct kunit *test)
{
	lose_patience(test, true, 30);
}

/* One ended just before the others were resumed: it is off its engine. */
static void test_ended_before(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *fence;

	stopped(w, w->q);
	context(w)->refuses = true;
	submit(w);
	fence = armed(w);
	want(w, fence);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	dma_fence_put(fence);
}

/* Of a device that is gone nobody is to blame. */
static void test_gone(struct kunit *test)
{
	struct world *w = make_world(test);

	xe_hw_scoped(hw, w->xe)
		xe_hw_declare_lost(hw, "test");
	start_failed(w->p, -ENODEV);
	KUNIT_EXPECT_FALSE(test, xe_vm_is_banned(w->vm));
}

/* A ban is known before the queues of the address space know it. */
static void test_banned(struct kunit *test)
{
	struct world *w = make_world(test);

	stopped(w, w->q);
	xe_vm_ban(w->vm);
	submit(w);
	KUNIT_EXPECT_EQ(test, fake.asked, 0);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 0);
}

/* Who wants a buffer that is mapped while it runs has to wait as well. */
static void test_new_buffer(struct kunit *test)
{
	struct xe_bo_args args = { .size = SZ_64K, .regions = XE_REGION_SYSTEM, .deferred = true };
	struct world *w = make_world(test);
	struct xe_vm_lock lock;
	struct xe_bo *bo;

	bo = xe_bo_create(w->xe, &args);
	KUNIT_ASSERT_FALSE(test, IS_ERR(bo));
	stopped(w, w->q);
	submit(w);
	KUNIT_ASSERT_EQ(test, xe_vm_lock_for(w->vm, &lock, 1, NULL, xe_fake_lock, bo), 0);
	xe_preempt_add_fence(&lock);
	KUNIT_EXPECT_FALSE(test, dma_resv_test_signaled(bo->ttm.base.resv,
							DMA_RESV_USAGE_BOOKKEEP));
	xe_vm_unlock(&lock);
	drm_gem_object_put(&bo->ttm.base);
	settle(w);
	KUNIT_EXPECT_EQ_MSG(test, context(w)->suspended, 1, "that is not to want it");
}

/* What is on an engine has no fence that would keep the device awake. */
static void test_awake(struct kunit *test)
{
	struct world *w = make_world(test);
	atomic_t *usage = &w->xe->drm.dev->power.usage_count;
	int before = atomic_read(usage);
	struct xe_queue *other = make_queue(w);

	KUNIT_EXPECT_EQ(test, atomic_read(usage), before);
	xe_fake_context_gone(other);
	settle(w);
	KUNIT_EXPECT_EQ(test, atomic_read(usage), before);
	xe_fake_context_gone(w->q);
	settle(w);
	KUNIT_EXPECT_EQ(test, atomic_read(usage), before - 1);
	xe_preempt_queue_gone(w->q);
	KUNIT_EXPECT_EQ(test, atomic_read(usage), before - 1);
}

/* What it has mapped is not there, and never will be. */
static void test_own_fault(struct kunit *test)
{
	struct world *w = make_world(test);

	fake.err = -EFAULT;
	fake.fail = UINT_MAX;
	stopped(w, w->q);
	submit(w);
	KUNIT_EXPECT_TRUE(test, xe_vm_is_banned(w->vm));
	KUNIT_EXPECT_TRUE(test, xe_queue_is_banned(w->q));
	KUNIT_EXPECT_EQ(test, context(w)->ended, 1);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 0);
}

/* Everything is killed: who waits is told, and nothing starts any more. */
static void test_kill(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *fence;

	stopped(w, w->q);
	submit(w);
	fence = armed(w);
	dma_fence_enable_signaling(fence);
	xe_submit_kill(w->xe, -ENODEV);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ENODEV);
	settle(w);
	xe_preempt_kick(w->vm);
	settle(w);
	KUNIT_EXPECT_NULL(test, w->p->fence);
	KUNIT_EXPECT_EQ(test, atomic_read(&w->xe->submit.lr_armed), 0);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 1);
	dma_fence_put(fence);
}

/* With the last queue the fence goes: it leads to the address space, which the queue held. */
static void test_last_queue(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *fence;

	stopped(w, w->q);
	submit(w);
	fence = armed(w);
	xe_queue_kill(w->q);
	xe_fake_context_gone(w->q);
	settle(w);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	KUNIT_EXPECT_TRUE(test, list_empty(&w->xe->submit.lr));
	dma_fence_put(fence);
}

/* What could not start is tried again when a GT runs again, or the device is awake. */
static void test_look_again(struct kunit *test)
{
	struct world *w = make_world(test);

	stopped(w, w->q);
	w->xe->submit.lr_sleeps = true;
	submit(w);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 0);
	w->xe->submit.lr_sleeps = false;
	xe_hw_work_queue(&w->xe->submit.look);
	xe_hw_work_flush(&w->xe->submit.look);
	settle(w);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 1);
}

/* Sleep stops what runs, and nothing starts before the system is awake. */
static void test_sleep(struct kunit *test)
{
	struct world *w = make_world(test);
	struct notifier_block *nb = &w->xe->submit.lr_notifier;

	stopped(w, w->q);
	submit(w);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 1);
	fake.stops = w;
	KUNIT_EXPECT_EQ(test, notify(nb, PM_SUSPEND_PREPARE, NULL), NOTIFY_OK);
	KUNIT_EXPECT_EQ(test, context(w)->suspended, 2);
	settle(w);
	submit(w);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 1);
	KUNIT_EXPECT_NULL(test, w->p->fence);

	notify(nb, PM_POST_SUSPEND, NULL);
	settle(w);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 2);
	/* This time it does not stop; when it does, it goes on. submission.rst says how long. */
	KUNIT_EXPECT_EQ(test, SLEEP_TIMEOUT, 20 * HZ);
	fake.stops = NULL;
	KUNIT_EXPECT_EQ(test, notify(nb, PM_HIBERNATION_PREPARE, NULL),
			notifier_from_errno(-EBUSY));
	settle(w);
	stopped(w, w->q);
	KUNIT_EXPECT_EQ(test, context(w)->resumed, 3);
}

/* A buffer that is freed stops nobody; who else uses it is waited for. */
static void test_forget(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *other;
	struct dma_resv resv;

	stopped(w, w->q);
	submit(w);
	dma_resv_init(&resv);
	dma_resv_lock(&resv, NULL);
	KUNIT_ASSERT_EQ(test, dma_resv_reserve_fences(&resv, 1), 0);
	dma_resv_add_fence(&resv, &w->p->fence->base, DMA_RESV_USAGE_BOOKKEEP);
	dma_resv_unlock(&resv);
	KUNIT_EXPECT_FALSE(test, dma_resv_test_signaled(&resv, DMA_RESV_USAGE_BOOKKEEP));
	/* Somebody else holds it. */
	KUNIT_ASSERT_TRUE(test, dma_resv_trylock(&resv));
	xe_preempt_fence_forget(&resv);
	dma_resv_unlock(&resv);
	KUNIT_EXPECT_FALSE(test, dma_resv_test_signaled(&resv, DMA_RESV_USAGE_BOOKKEEP));
	xe_preempt_fence_forget(&resv);
	KUNIT_EXPECT_TRUE(test, dma_resv_test_signaled(&resv, DMA_RESV_USAGE_BOOKKEEP));

	other = submit_other(w);
	KUNIT_ASSERT_TRUE(test, dma_resv_trylock(&resv));
	KUNIT_ASSERT_EQ(test, dma_resv_reserve_fences(&resv, 1), 0);
	dma_resv_add_fence(&resv, other, DMA_RESV_USAGE_BOOKKEEP);
	dma_resv_unlock(&resv);
	dma_fence_put(other);
	xe_preempt_fence_forget(&resv);
	KUNIT_EXPECT_FALSE(test, dma_resv_test_signaled(&resv, DMA_RESV_USAGE_BOOKKEEP));
	dma_resv_fini(&resv);
	settle(w);
	KUNIT_EXPECT_EQ(test, context(w)->suspended, 1);
}

static struct kunit_case preempt_cases[] = {
	KUNIT_CASE(test_stop_and_start),
	KUNIT_CASE(test_share_of_starts),
	KUNIT_CASE(test_idle),
	KUNIT_CASE(test_all_queues),
	KUNIT_CASE(test_entries),
	KUNIT_CASE(test_others_are_late),
	KUNIT_CASE(test_too_late),
	KUNIT_CASE(test_no_memory),
	KUNIT_CASE(test_no_vram),
	KUNIT_CASE(test_no_tables),
	KUNIT_CASE(test_nobody_moves),
	KUNIT_CASE(test_others_move),
	KUNIT_CASE(test_ended_before),
	KUNIT_CASE(test_gone),
	KUNIT_CASE(test_banned),
	KUNIT_CASE(test_new_buffer),
	KUNIT_CASE(test_awake),
	KUNIT_CASE(test_own_fault),
	KUNIT_CASE(test_kill),
	KUNIT_CASE(test_last_queue),
	KUNIT_CASE(test_look_again),
	KUNIT_CASE(test_sleep),
	KUNIT_CASE(test_forget),
	{ }
};

static struct kunit_suite preempt_suite = {
	.name = "xe_preempt",
	.test_cases = preempt_cases,
};

kunit_test_suite(preempt_suite);
