// SPDX-License-Identifier: MIT
/*
 * What the thread of the interrupt does for queues that have jobs on an engine.
 */

#include "../../../submit/submit.c"

#include <kunit/test.h>

#include "submit/job.h"
#include "tests/kunit/fake.h"
#include "tests/kunit/submit/fake.h"

/*
 * The last reference went with the last job, on another CPU, while the queue is still on the list:
 * it is about to be freed, and nobody takes a reference any more.
 *
 * Seen to fail: the queue was kicked.
 */
static void test_about_to_go(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = xe_fake_queue(test, xe);
	unsigned int refs;
	u64 batch = SZ_1M;

	KUNIT_ASSERT_EQ(test, xe_job_submit(q, &batch, 1, NULL, 0), 0);
	flush_workqueue(xe->submit.wq);
	refs = kref_read(&q->ref);
	*(u32 *)(q->lrc->status + LRC_STATUS_SEQUENCE) = 1;
	refcount_set(&q->ref.refcount, 0);
	scoped_guard(spinlock, &xe->submit.busy[q->args.gt_id][q->args.class].lock)
		look_at_queue(q);
	KUNIT_EXPECT_EQ(test, kref_read(&q->ref), 0);
	KUNIT_EXPECT_FALSE(test, work_pending(&q->work));
	refcount_set(&q->ref.refcount, refs);
	xe_fake_engine_ends(q, 1);
}

static const char *no_name(struct dma_fence *fence)
{
	return "";
}

static const struct dma_fence_ops fence_ops = {
	.get_driver_name = no_name,
	.get_timeline_name = no_name,
};

/* Of thousands of one context one is kept, and memory for one. */
static void test_merge(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	struct dma_fence *fence[40];
	u64 context = dma_fence_context_alloc(2);
	struct dep_job job;

	dep_job_init(&job, xe_mm_array(ARRAY_SIZE(fence), sizeof(*job.deps)), ARRAY_SIZE(fence));
	KUNIT_ASSERT_NOT_NULL(test, job.deps);
	for (unsigned int i = 0; i < ARRAY_SIZE(fence); i++) {
		fence[i] = kzalloc(sizeof(*fence[i]), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, fence[i]);
		dma_fence_init(fence[i], &fence_ops, &lock, context + i % 2, 1 + i);
		KUNIT_EXPECT_EQ(test, dep_job_depend(&job, dma_fence_get(fence[i])), 0);
	}
	xe_submit_merge_deps(&job);
	KUNIT_EXPECT_EQ(test, job.num_deps, 2);
	KUNIT_EXPECT_EQ(test, job.max_deps, 2);
	KUNIT_EXPECT_PTR_EQ(test, job.deps[0], fence[38]);
	KUNIT_EXPECT_PTR_EQ(test, job.deps[1], fence[39]);
	xe_submit_drop_deps(&job);
	for (unsigned int i = 0; i < ARRAY_SIZE(fence); i++) {
		KUNIT_EXPECT_EQ(test, kref_read(&fence[i]->refcount), 1);
		dma_fence_signal(fence[i]);
		dma_fence_put(fence[i]);
	}

	dep_job_init(&job, xe_mm_array(1, sizeof(*job.deps)), 1);
	xe_submit_merge_deps(&job);
	KUNIT_EXPECT_NULL_MSG(test, job.deps, "there is nothing to wait for");
}

/* One event may be for any of them, and the lock is let go of between some. */
static void test_many_queues(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q[2 * LOOK_AT_ONCE + 1];
	struct xe_submit_busy *busy;
	u64 batch = SZ_1M;

	for (unsigned int i = 0; i < ARRAY_SIZE(q); i++) {
		q[i] = xe_fake_queue(test, xe);
		KUNIT_ASSERT_EQ(test, xe_job_submit(q[i], &batch, 1, NULL, 0), 0);
	}
	busy = &xe->submit.busy[q[0]->args.gt_id][q[0]->args.class];
	flush_workqueue(xe->submit.wq);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&busy->queues), ARRAY_SIZE(q));
	/* All but the first: it stays. */
	for (unsigned int i = 1; i < ARRAY_SIZE(q); i++) {
		*(u32 *)(q[i]->lrc->status + LRC_STATUS_STARTED) = 1;
		*(u32 *)(q[i]->lrc->status + LRC_STATUS_SEQUENCE) = 1;
	}
	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = &xe_hw_state(hw)->gt[q[0]->args.gt_id];
		const struct xe_engine_row row = { .class = q[0]->args.class };
		struct xe_engine engine = { .row = &row };

		engine_event(hw, gt, &engine, 0);
	}
	KUNIT_EXPECT_EQ(test, list_count_nodes(&busy->queues), 1);
	KUNIT_EXPECT_FALSE(test, list_empty(&q[0]->busy));
	for (unsigned int i = 1; i < ARRAY_SIZE(q); i++)
		KUNIT_EXPECT_TRUE(test, list_empty(&q[i]->dep.issued));
	xe_fake_engine_ends(q[0], 1);
}

/* Contexts of a client go behind his file. */
static void test_has_contexts(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = xe_fake_queue(test, xe);
	enum xe_engine_class class = q->args.class;

	KUNIT_EXPECT_FALSE_MSG(test, xe_submit_has_contexts(xe, class), "it is the driver's own");
	q->args.usage = (struct xe_usage *)test;
	KUNIT_EXPECT_TRUE(test, xe_submit_has_contexts(xe, class));
	KUNIT_EXPECT_FALSE(test, xe_submit_has_contexts(xe, class + 1));
	set_bit(XE_QUEUE_GONE, &q->state);
	KUNIT_EXPECT_FALSE(test, xe_submit_has_contexts(xe, class));
	clear_bit(XE_QUEUE_GONE, &q->state);
	q->args.usage = NULL;
}

static struct kunit_case submit_cases[] = {
	KUNIT_CASE(test_has_contexts),
	KUNIT_CASE(test_about_to_go),
	KUNIT_CASE(test_many_queues),
	KUNIT_CASE(test_merge),
	{ }
};

static struct kunit_suite submit_suite = {
	.name = "xe_submit",
	.test_cases = submit_cases,
};

kunit_test_suite(submit_suite);
