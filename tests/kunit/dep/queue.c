// SPDX-License-Identifier: MIT
/*
 * Dependency queues: order, dependencies, both ends of a job, and that nothing is left behind.
 */

#include <linux/completion.h>
#include <linux/debug_locks.h>
#include <linux/delay.h>
#include <linux/kref.h>
#include <linux/kthread.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include <kunit/test.h>

static atomic_t jobs_freed;

#undef kfree_rcu
#define kfree_rcu(job, field)				\
	do {						\
		atomic_inc(&jobs_freed);		\
		kvfree_rcu_arg_2(job, field);		\
	} while (0)

#include "../../../dep/queue.c"

/* A queue as a driver has it: jobs and the test hold it. */
struct player {
	struct dep_queue dep;
	struct kref ref;
	atomic_t kicks;
	atomic_t released;
	atomic_t out_of_order;
	u64 last_ended;
};

struct played_job {
	struct dep_job dep;
	struct player *player;
	struct dma_fence *deps[3];
	struct dma_fence_cb ended;
	bool done;
	bool over;
};

static atomic_t jobs_made, players_made, players_freed;

static void free_player(struct kref *ref)
{
	struct player *player = container_of(ref, struct player, ref);

	dep_queue_fini(&player->dep);
	kfree(player);
	atomic_inc(&players_freed);
}

static void put_player(struct player *player)
{
	kref_put(&player->ref, free_player);
}

static struct player *player_of(struct dep_queue *queue)
{
	return container_of(queue, struct player, dep);
}

static struct played_job *job_of(struct dep_job *job)
{
	return container_of(job, struct played_job, dep);
}

static void count_kick(struct dep_queue *queue)
{
	atomic_inc(&player_of(queue)->kicks);
}

static void release(struct dep_job *job)
{
	struct played_job *played = job_of(job);

	WARN_ON(xchg(&played->over, true));
	atomic_inc(&played->player->released);
	put_player(played->player);
}

static const struct dep_queue_ops ops = { .kick = count_kick, .release = release };

static struct player *make_player(struct kunit *test)
{
	struct player *player = kzalloc(sizeof(*player), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, player);
	kref_init(&player->ref);
	dep_queue_init(&player->dep, &ops);
	atomic_inc(&players_made);
	return player;
}

static struct played_job *make_job(struct kunit *test, struct player *player)
{
	struct played_job *job = kzalloc(sizeof(*job), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, job);
	dep_job_init(&job->dep, job->deps, ARRAY_SIZE(job->deps));
	job->player = player;
	kref_get(&player->ref);
	atomic_inc(&jobs_made);
	return job;
}

/* The lock of the queue keeps these in order, or else it is noticed. */
static void note_end(struct dma_fence *fence, struct dma_fence_cb *callback)
{
	struct player *player = container_of(callback, struct played_job, ended)->player;

	if (fence->seqno != player->last_ended + 1)
		atomic_inc(&player->out_of_order);
	player->last_ended = fence->seqno;
}

/* Returns a reference to the fence, as a driver takes one that publishes it. */
static struct dma_fence *push(struct kunit *test, struct played_job *job)
{
	struct dep_queue *queue = &job->player->dep;
	struct dma_fence *fence;

	guard(mutex)(&queue->lock);
	KUNIT_EXPECT_TRUE(test, dep_queue_push(queue, &job->dep));
	fence = dma_fence_get(&job->dep.fence);
	KUNIT_EXPECT_EQ(test, dma_fence_add_callback(fence, &job->ended, note_end), 0);
	return fence;
}

/* Issues all that is ready; returns how many. */
static unsigned int pump(struct player *player)
{
	unsigned int jobs = 0;
	struct dep_job *job;

	guard(mutex)(&player->dep.lock);
	for (; (job = dep_queue_ready(&player->dep)); jobs++)
		dep_queue_issue(&player->dep, job);
	return jobs;
}

static bool is_done(struct dep_job *job)
{
	return READ_ONCE(job_of(job)->done);
}

static bool always(struct dep_job *job)
{
	return true;
}

/* A fence of somebody else */
struct foreign {
	struct dma_fence fence;
	spinlock_t lock;	/* of @fence */
};

static const char *foreign_name(struct dma_fence *fence)
{
	return "foreign";
}

static const struct dma_fence_ops foreign_ops = {
	.get_driver_name = foreign_name,
	.get_timeline_name = foreign_name,
};

static struct dma_fence *make_foreign(struct kunit *test, u64 context, u64 seqno)
{
	struct foreign *foreign = kzalloc(sizeof(*foreign), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, foreign);
	spin_lock_init(&foreign->lock);
	dma_fence_init(&foreign->fence, &foreign_ops, &foreign->lock,
		       context ?: dma_fence_context_alloc(1), seqno);
	return &foreign->fence;
}

static int depend(struct played_job *job, struct dma_fence *fence)
{
	return dep_job_depend(&job->dep, dma_fence_get(fence));
}

/* Nobody else has it any more. */
static void expect_last(struct kunit *test, struct dma_fence *fence)
{
	KUNIT_EXPECT_EQ(test, kref_read(&fence->refcount), 1);
	dma_fence_put(fence);
}

static void expect_status(struct kunit *test, struct dma_fence *fence, int status)
{
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), status);
	dma_fence_put(fence);
}

/* Ends what is left of it, and the test's part in it. */
static void finish(struct kunit *test, struct player *player)
{
	dep_queue_kill(&player->dep);
	dep_queue_bury(&player->dep, is_done, -ENODEV, -ENODEV);
	KUNIT_EXPECT_EQ(test, dep_queue_pending(&player->dep), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&player->out_of_order), 0);
	put_player(player);
}

static void test_order(struct kunit *test)
{
	struct player *player = make_player(test);
	struct played_job *job[3];
	struct dma_fence *fence[3];

	for (unsigned int i = 0; i < 3; i++) {
		job[i] = make_job(test, player);
		fence[i] = push(test, job[i]);
		KUNIT_EXPECT_EQ(test, fence[i]->context, player->dep.context);
		KUNIT_EXPECT_EQ(test, fence[i]->seqno, i + 1);
	}
	KUNIT_EXPECT_EQ(test, dep_queue_complete(&player->dep, always), 0);
	KUNIT_EXPECT_EQ(test, pump(player), 3);
	KUNIT_EXPECT_EQ(test, dep_queue_pending(&player->dep), 3);

	/* What is done ends when all before it is. */
	job[2]->done = true;
	KUNIT_EXPECT_EQ(test, dep_queue_complete(&player->dep, is_done), 0);
	job[0]->done = true;
	KUNIT_EXPECT_EQ(test, dep_queue_complete(&player->dep, is_done), 1);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence[0]), 1);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence[1]), 0);
	job[1]->done = true;
	KUNIT_EXPECT_EQ(test, dep_queue_complete(&player->dep, is_done), 2);
	KUNIT_EXPECT_EQ(test, dep_queue_pending(&player->dep), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&player->kicks), 0);
	for (unsigned int i = 0; i < 3; i++)
		expect_status(test, fence[i], 1);
	finish(test, player);
}

/* When the fence that a job depends on signals, and how. */
struct dependency_case {
	const char *name;
	enum { BEFORE, AT_PUSH, AFTER } when;
	int err;
};

static const struct dependency_case dependency_cases[] = {
	{ "signalled before", BEFORE },
	{ "signals before push", AT_PUSH },
	{ "signals later", AFTER },
	{ "failed before", BEFORE, -EIO },
	{ "fails later", AFTER, -EIO },
};

KUNIT_ARRAY_PARAM_DESC(dependency, dependency_cases, name);

static void test_dependency(struct kunit *test)
{
	const struct dependency_case *c = test->param_value;
	struct player *player = make_player(test);
	struct played_job *job = make_job(test, player);
	struct dma_fence *dep = make_foreign(test, 0, 1);
	struct dma_fence *fence;

	if (c->err)
		dma_fence_set_error(dep, c->err);
	if (c->when == BEFORE)
		dma_fence_signal(dep);
	KUNIT_EXPECT_EQ(test, depend(job, dep), 0);
	KUNIT_EXPECT_EQ(test, job->dep.num_deps, c->when != BEFORE);
	if (c->when == AT_PUSH)
		dma_fence_signal(dep);
	fence = push(test, job);
	KUNIT_EXPECT_EQ(test, pump(player), c->when != AFTER);
	if (c->when == AFTER) {
		KUNIT_EXPECT_EQ(test, pump(player), 0);
		dma_fence_signal(dep);
		KUNIT_EXPECT_EQ(test, pump(player), 1);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&player->kicks), c->when == AFTER);
	KUNIT_EXPECT_EQ(test, dep_queue_complete(&player->dep, always), 1);
	expect_status(test, fence, 1);
	expect_last(test, dep);
	finish(test, player);
}

/* One fence at a time is waited for, and one kick is enough for all that signalled meanwhile. */
static void test_many_dependencies(struct kunit *test)
{
	struct player *player = make_player(test);
	struct played_job *job = make_job(test, player);
	struct dma_fence *dep[3];

	for (unsigned int i = 0; i < 3; i++) {
		dep[i] = make_foreign(test, 0, 1);
		KUNIT_EXPECT_EQ(test, depend(job, dep[i]), 0);
	}
	dma_fence_put(push(test, job));
	KUNIT_EXPECT_EQ(test, pump(player), 0);
	dma_fence_signal(dep[1]);
	KUNIT_EXPECT_EQ(test, atomic_read(&player->kicks), 0);
	KUNIT_EXPECT_EQ(test, pump(player), 0);
	dma_fence_signal(dep[0]);
	KUNIT_EXPECT_EQ(test, atomic_read(&player->kicks), 1);
	KUNIT_EXPECT_EQ(test, pump(player), 0);
	dma_fence_signal(dep[2]);
	KUNIT_EXPECT_EQ(test, atomic_read(&player->kicks), 2);
	KUNIT_EXPECT_EQ(test, pump(player), 1);
	for (unsigned int i = 0; i < 3; i++)
		expect_last(test, dep[i]);
	finish(test, player);
}

static void test_dependency_array(struct kunit *test)
{
	struct player *player = make_player(test);
	struct played_job *job = make_job(test, player);
	u64 context = dma_fence_context_alloc(1);
	struct dma_fence *early = make_foreign(test, context, 1);
	struct dma_fence *late = make_foreign(test, context, 2);
	struct dma_fence *other[3];

	KUNIT_EXPECT_EQ(test, dep_job_depend(&job->dep, NULL), 0);
	KUNIT_EXPECT_EQ(test, depend(job, early), 0);
	KUNIT_EXPECT_EQ(test, depend(job, late), 0);
	KUNIT_EXPECT_EQ(test, depend(job, early), 0);
	KUNIT_EXPECT_EQ(test, job->dep.num_deps, 3);
	dep_job_merge(&job->dep);
	KUNIT_EXPECT_EQ(test, job->dep.num_deps, 1);
	KUNIT_EXPECT_PTR_EQ(test, job->deps[0], late);
	for (unsigned int i = 0; i < 3; i++) {
		other[i] = make_foreign(test, 0, 1);
		KUNIT_EXPECT_EQ(test, depend(job, other[i]), i < 2 ? 0 : -ENOSPC);
	}
	dep_job_abandon(&job->dep);
	put_player(player);
	kfree(job);
	atomic_inc(&jobs_freed);
	expect_last(test, early);
	expect_last(test, late);
	for (unsigned int i = 0; i < 3; i++)
		expect_last(test, other[i]);
	finish(test, player);
}

/* A job waits for those before it; for those of its own queue it need not wait until they end. */
static void test_queues(struct kunit *test)
{
	struct player *first = make_player(test), *second = make_player(test);
	struct played_job *same = make_job(test, first), *across = make_job(test, second);
	struct dma_fence *dep = make_foreign(test, 0, 1);
	struct played_job *head = make_job(test, first);
	struct dma_fence *fence;

	depend(head, dep);
	fence = push(test, head);
	depend(same, fence);
	depend(across, fence);
	dma_fence_put(fence);
	dma_fence_put(push(test, same));
	fence = push(test, across);

	KUNIT_EXPECT_EQ(test, pump(first), 0);
	KUNIT_EXPECT_EQ(test, pump(second), 0);
	dma_fence_signal(dep);
	KUNIT_EXPECT_EQ(test, pump(first), 2);
	KUNIT_EXPECT_EQ(test, pump(second), 0);
	KUNIT_EXPECT_EQ(test, dep_queue_complete(&first->dep, always), 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&first->kicks), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&second->kicks), 1);
	KUNIT_EXPECT_EQ(test, pump(second), 1);
	finish(test, first);
	finish(test, second);
	expect_status(test, fence, -ENODEV);
	expect_last(test, dep);
}

/* A fence that never signals delays nothing, and calls nobody when it signals after all. */
static void test_foreign_never_signals(struct kunit *test)
{
	struct player *player = make_player(test);
	struct played_job *job = make_job(test, player);
	struct dma_fence *dep = make_foreign(test, 0, 1);
	struct dma_fence *fence;

	depend(job, dep);
	fence = push(test, job);
	KUNIT_EXPECT_EQ(test, pump(player), 0);
	dep_queue_kill(&player->dep);
	dma_fence_signal(dep);
	KUNIT_EXPECT_EQ(test, atomic_read(&player->kicks), 0);
	KUNIT_EXPECT_EQ(test, pump(player), 0);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	dep_queue_bury(&player->dep, is_done, -ETIME, -ECANCELED);
	expect_status(test, fence, -ECANCELED);
	dep_module_exit();
	expect_last(test, dep);
	finish(test, player);
}

static void test_bury(struct kunit *test)
{
	static const int status[] = { 1, -ETIME, -ECANCELED, -ECANCELED };
	struct player *player = make_player(test);
	struct dma_fence *dep = make_foreign(test, 0, 1);
	struct dma_fence *fence[4];
	struct played_job *job;

	for (unsigned int i = 0; i < 4; i++) {
		job = make_job(test, player);
		job->done = i == 0 || i == 2;	/* the third says so too late to be believed */
		if (i == 3)
			depend(job, dep);
		fence[i] = push(test, job);
	}
	KUNIT_EXPECT_EQ(test, pump(player), 3);
	for (unsigned int i = 0; i < 2; i++) {
		dep_queue_kill(&player->dep);
		dep_queue_bury(&player->dep, is_done, -ETIME, -ECANCELED);
	}
	dep_module_exit();
	KUNIT_EXPECT_EQ(test, atomic_read(&player->released), 4);
	for (unsigned int i = 0; i < 4; i++)
		expect_status(test, fence[i], status[i]);
	expect_last(test, dep);
	finish(test, player);
}

/* Whoever has taken them ends them, and nobody else. */
static void test_seize(struct kunit *test)
{
	static const int status[] = { 1, 1, -EIO };
	struct player *player = make_player(test);
	struct dma_fence *dep = make_foreign(test, 0, 1);
	struct dma_fence *fence[3];
	struct played_job *job;
	LIST_HEAD(jobs);

	for (unsigned int i = 0; i < 3; i++) {
		job = make_job(test, player);
		if (i == 2)
			depend(job, dep);
		fence[i] = push(test, job);
	}
	KUNIT_EXPECT_EQ(test, pump(player), 2);
	dep_queue_kill(&player->dep);
	dep_queue_seize(&player->dep, &jobs);
	dep_queue_bury(&player->dep, always, -ETIME, -ECANCELED);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&jobs), 3);
	KUNIT_EXPECT_EQ(test, dep_queue_pending(&player->dep), 3);
	for (unsigned int i = 0; i < 3; i++) {
		KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence[i]));
		dep_queue_end(&player->dep, list_first_entry(&jobs, struct dep_job, link),
			      min(status[i], 0));
	}
	KUNIT_EXPECT_EQ(test, dep_queue_pending(&player->dep), 0);
	dep_module_exit();
	for (unsigned int i = 0; i < 3; i++)
		expect_status(test, fence[i], status[i]);
	expect_last(test, dep);
	finish(test, player);
}

/* Interrupts may still end jobs between the two passes. */
static void test_complete_after_kill(struct kunit *test)
{
	struct player *player = make_player(test);
	struct dma_fence *fence = push(test, make_job(test, player));

	KUNIT_EXPECT_EQ(test, pump(player), 1);
	dep_queue_kill(&player->dep);
	KUNIT_EXPECT_EQ(test, dep_queue_complete(&player->dep, always), 1);
	dep_queue_bury(&player->dep, NULL, -ETIME, -ECANCELED);
	expect_status(test, fence, 1);
	finish(test, player);
}

/* Who holds a job releases it if it is over by then; else it is released when it ends. */
static void test_hold(struct kunit *test)
{
	struct player *player = make_player(test);

	for (int late = 1; late >= 0; late--) {
		struct played_job *job = make_job(test, player);
		struct dma_fence *fence;

		dep_job_hold(&job->dep);
		fence = push(test, job);
		KUNIT_EXPECT_EQ(test, pump(player), 1);
		if (!late)
			dep_job_let_go(&job->dep);
		KUNIT_EXPECT_EQ(test, atomic_read(&player->released), !late);
		KUNIT_EXPECT_EQ(test, dep_queue_complete(&player->dep, always), 1);
		dep_module_exit();
		KUNIT_EXPECT_EQ(test, atomic_read(&player->released), 2 * !late);
		if (late)
			dep_job_let_go(&job->dep);
		KUNIT_EXPECT_EQ(test, atomic_read(&player->released), late ? 1 : 2);
		expect_status(test, fence, 1);
	}
	finish(test, player);
}

static void test_push_to_dead(struct kunit *test)
{
	struct player *player = make_player(test);
	struct played_job *job = make_job(test, player);
	struct dma_fence *dep = make_foreign(test, 0, 1);
	struct dma_fence *fence;

	depend(job, dep);
	dep_queue_kill(&player->dep);
	KUNIT_EXPECT_TRUE(test, dep_queue_is_dead(&player->dep));
	scoped_guard(mutex, &player->dep.lock) {
		KUNIT_EXPECT_FALSE(test, dep_queue_push(&player->dep, &job->dep));
		fence = dma_fence_get(&job->dep.fence);
		dep_job_fail(&job->dep, -ECANCELED);
	}
	/* It must not replace an earlier fence of the queue that has not signalled yet. */
	KUNIT_EXPECT_NE(test, fence->context, player->dep.context);
	dep_module_exit();
	KUNIT_EXPECT_EQ(test, atomic_read(&player->released), 1);
	expect_status(test, fence, -ECANCELED);
	expect_last(test, dep);
	finish(test, player);
}

/* The job drops the last reference to its queue; the fence needs neither. */
static void test_fence_outlives_queue(struct kunit *test)
{
	int before = atomic_read(&players_freed), freed = atomic_read(&jobs_freed);
	struct player *player = make_player(test);
	struct dma_fence *fence = push(test, make_job(test, player));

	KUNIT_EXPECT_EQ(test, pump(player), 1);
	finish(test, player);
	dep_module_exit();
	KUNIT_EXPECT_EQ(test, atomic_read(&players_freed), before + 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&jobs_freed), freed);

	KUNIT_EXPECT_STREQ(test, fence->ops->get_driver_name(fence), KBUILD_MODNAME);
	KUNIT_EXPECT_STREQ(test, fence->ops->get_timeline_name(fence), "queue");
	KUNIT_EXPECT_EQ(test, dma_fence_wait(fence, false), 0);
	expect_status(test, fence, -ENODEV);
	KUNIT_EXPECT_EQ(test, atomic_read(&jobs_freed), freed + 1);
}

static int end_jobs(void *data)
{
	struct player *player = data;

	while (!kthread_should_stop()) {
		dep_queue_complete(&player->dep, is_done);
		udelay(5);	/* or no time passes, see tests/kunit/run */
		cond_resched();
	}
	return 0;
}

/* Two threads end what a third one issues. */
static void test_two_threads(struct kunit *test)
{
	struct player *player = make_player(test);
	struct task_struct *thread[2];
	struct played_job *job;

	for (unsigned int i = 0; i < 2; i++) {
		thread[i] = kthread_run(end_jobs, player, "dep-test");
		KUNIT_ASSERT_FALSE(test, IS_ERR(thread[i]));
	}
	for (unsigned int i = 0; i < 5000; i++) {
		job = make_job(test, player);
		job->done = true;
		dma_fence_put(push(test, job));
		pump(player);
		if (i % 64 == 0)
			KUNIT_ASSERT_EQ(test, dep_queue_wait_room(&player->dep, 8), 0);
	}
	KUNIT_EXPECT_EQ(test, dep_queue_wait_room(&player->dep, 1), 0);
	for (unsigned int i = 0; i < 2; i++)
		kthread_stop(thread[i]);
	dep_module_exit();
	KUNIT_EXPECT_EQ(test, atomic_read(&player->released), 5000);
	KUNIT_EXPECT_EQ(test, player->last_ended, 5000);
	finish(test, player);
}

static int signal_fence(void *data)
{
	dma_fence_signal(data);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* A dependency signals while the queue dies: no kick comes later. */
static void test_kill_against_callback(struct kunit *test)
{
	for (unsigned int i = 0; i < 100; i++) {
		struct player *player = make_player(test);
		struct played_job *job = make_job(test, player);
		struct dma_fence *dep = make_foreign(test, 0, 1);
		struct task_struct *thread;
		struct dma_fence *fence;
		int kicks;

		depend(job, dep);
		fence = push(test, job);
		KUNIT_EXPECT_EQ(test, pump(player), 0);
		thread = kthread_run(signal_fence, dep, "dep-test");
		KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
		if (i % 2)
			schedule();
		dep_queue_kill(&player->dep);
		kicks = atomic_read(&player->kicks);
		dep_queue_bury(&player->dep, NULL, -ETIME, -ECANCELED);
		dma_fence_wait(dep, false);
		kthread_stop(thread);
		KUNIT_EXPECT_EQ(test, atomic_read(&player->kicks), kicks);
		expect_status(test, fence, -ECANCELED);
		finish(test, player);
		dep_module_exit();
		expect_last(test, dep);
	}
}

struct waiter {
	struct player *player;
	struct completion done;
	int ret;
};

static int wait_for_room(void *data)
{
	struct waiter *waiter = data;

	waiter->ret = dep_queue_wait_room(&waiter->player->dep, 1);
	complete(&waiter->done);
	return 0;
}

/* Who waits for room is woken by the end of a job, and by that of the queue. */
static void test_room(struct kunit *test)
{
	for (unsigned int dies = 0; dies < 2; dies++) {
		struct waiter waiter = { .player = make_player(test), .ret = 1 };
		struct player *player = waiter.player;

		init_completion(&waiter.done);
		KUNIT_EXPECT_EQ(test, dep_queue_wait_room(&player->dep, 1), 0);
		dma_fence_put(push(test, make_job(test, player)));
		pump(player);
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(wait_for_room, &waiter, "dep-test")));
		KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&waiter.done, HZ / 20), 0);
		if (dies)
			dep_queue_kill(&player->dep);
		else
			dep_queue_complete(&player->dep, always);
		KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&waiter.done, 10 * HZ), 0);
		KUNIT_EXPECT_EQ(test, waiter.ret, 0);
		finish(test, player);
	}
}

/* See tests/kunit/lockdep.c: lockdep is made to say nothing, forget, and go on. */
static bool lockdep_objects(void (*provoke)(struct dep_queue *queue), struct dep_queue *queue)
{
	bool objected;

	debug_locks_silent = 1;
	provoke(queue);
	objected = !debug_locks;
	if (objected)
		lockdep_reset();
	debug_locks_silent = 0;
	return objected;
}

static void complete_while_signalling(struct dep_queue *queue)
{
	bool cookie = dma_fence_begin_signalling();

	dep_queue_complete(queue, always);
	dma_fence_end_signalling(cookie);
}

static void reclaim_under_lock(struct dep_queue *queue)
{
	guard(mutex)(&queue->lock);
	might_alloc(GFP_KERNEL);
}

static void wait_under_lock(struct dep_queue *queue)
{
	guard(mutex)(&queue->lock);
	__dma_fence_might_wait();
}

static void test_lockdep(struct kunit *test)
{
	struct player *player = make_player(test);

	KUNIT_ASSERT_TRUE(test, debug_locks);
	KUNIT_EXPECT_FALSE(test, lockdep_objects(complete_while_signalling, &player->dep));
	KUNIT_EXPECT_TRUE(test, lockdep_objects(reclaim_under_lock, &player->dep));
	dep_queue_kill(&player->dep);
	KUNIT_EXPECT_TRUE(test, lockdep_objects(wait_under_lock, &player->dep));
	finish(test, player);
}

/* After each test: all that was made is gone. */
static void expect_nothing_left(struct kunit *test)
{
	dep_module_exit();
	KUNIT_EXPECT_TRUE(test, llist_empty(&released));
	KUNIT_EXPECT_EQ(test, atomic_read(&jobs_made), atomic_read(&jobs_freed));
	KUNIT_EXPECT_EQ(test, atomic_read(&players_made), atomic_read(&players_freed));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_order),
	KUNIT_CASE_PARAM(test_dependency, dependency_gen_params),
	KUNIT_CASE(test_many_dependencies),
	KUNIT_CASE(test_dependency_array),
	KUNIT_CASE(test_queues),
	KUNIT_CASE(test_foreign_never_signals),
	KUNIT_CASE(test_bury),
	KUNIT_CASE(test_seize),
	KUNIT_CASE(test_complete_after_kill),
	KUNIT_CASE(test_hold),
	KUNIT_CASE(test_push_to_dead),
	KUNIT_CASE(test_fence_outlives_queue),
	KUNIT_CASE(test_two_threads),
	KUNIT_CASE(test_kill_against_callback),
	KUNIT_CASE(test_room),
	KUNIT_CASE(test_lockdep),
	{ }
};

static struct kunit_suite suite = {
	.name = "xe_dep_queue",
	.exit = expect_nothing_left,
	.test_cases = cases,
};

kunit_test_suite(suite);
