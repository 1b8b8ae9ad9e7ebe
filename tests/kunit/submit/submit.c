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
	scoped_guard(spinlock_irq, &xe->submit.busy_lock)
		look_at_queue(q);
	KUNIT_EXPECT_EQ(test, kref_read(&q->ref), 0);
	KUNIT_EXPECT_FALSE(test, work_pending(&q->work));
	refcount_set(&q->ref.refcount, refs);
	xe_fake_engine_ends(q, 1);
}

static struct kunit_case submit_cases[] = {
	KUNIT_CASE(test_about_to_go),
	{ }
};

static struct kunit_suite submit_suite = {
	.name = "xe_submit",
	.test_cases = submit_cases,
};

kunit_test_suite(submit_suite);
