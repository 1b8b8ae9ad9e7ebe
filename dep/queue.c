// SPDX-License-Identifier: MIT
/*
 * Ordered jobs, what they wait for, and the fences that say that they are over.
 */

#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/workqueue.h>

#include "dep/queue.h"

/**
 * DOC: Dependency queues
 *
 * A queue takes jobs, waits for the fences that the first of them depends on, hands it to the
 * driver, and signals its fence when the driver says that it is done. Jobs are issued in the order
 * in which they were pushed, and end in that order, as reservation objects demand of the fences of
 * one context. The queue has no thread and no work of its own, and knows nothing of the hardware.
 *
 * The driver pulls: with &dep_queue.lock held, and whatever it needs to speak to its hardware, it
 * asks dep_queue_ready() for a job, calls dep_queue_issue(), tells the hardware, and asks again.
 * It does so in the ioctl right behind dep_queue_push(), so that a job without dependencies costs
 * no change of thread, and in a work that dep_queue_ops.kick queues. If the first job has to wait,
 * dep_queue_ready() leaves one callback with one fence, and returns NULL.
 *
 * What the driver holds for a job is released by a work, as whoever ends a job must not drop the
 * last reference to anything. A thread that pushes a job which is likely to be over when it returns
 * keeps it with dep_job_hold(), and releases it itself with dep_job_let_go(): no other thread is
 * woken then, and memory is given back before the thread asks for more.
 *
 * A job is on one of two lists, and whoever takes it off signals its fence, with the error if there
 * is one, in one critical section of the fence's lock. Only &dep_queue.issued_lock is needed for
 * a job that was issued, so that an interrupt handler may do it.
 *
 *	pushed -> waiting   dep_queue_push()      &dep_queue.lock
 *	waiting -> issued   dep_queue_issue()     both locks
 *	issued -> over      dep_queue_complete()  &dep_queue.issued_lock
 *	either -> over      dep_queue_bury()      both locks
 *
 * An error of a dependency is not handed on: its job runs. A dependency on an earlier job of
 * the same queue is met by the order of the queue.
 *
 * A queue ends in two passes, since a signalled fence calls back, and may so kick another queue.
 * dep_queue_kill() on all queues of the device that have to end: from then on none of them accepts
 * or issues a job, and no callback of theirs is with a fence. Then the hardware is stopped, if it
 * was not before, and dep_queue_bury() on the same queues signals what is left. Neither waits for a
 * dependency: a fence of another driver that never signals delays nothing.
 *
 * The fence of a job points to nothing but itself and the module: it has its own lock, constant
 * names, neither .signaled nor .wait, and it stays valid when the queue and the device are gone.
 * A fence which user space can hold on to pins the module, see dep_queue_ops.owner.
 *
 * ============================ ================= =============================================
 * object                       owner             released when
 * ============================ ================= =============================================
 * struct dep_queue             driver            the driver likes, but no job is pending then
 * struct dep_job, not pushed   driver            dep_job_abandon(), then kfree()
 * struct dep_job, pushed       its fence         last reference to the fence, and a grace period
 * first reference to the fence queue             dep_queue_ops.release has returned
 * references to dependencies   job               they signalled, or the job is over
 * callback                     queue             it ran, or dep_queue_kill()
 * what the driver holds        job               dep_queue_ops.release
 * pin of the module            fence             the fence is freed
 * ============================ ================= =============================================
 *
 * Bounds: no function waits for a fence, and none allocates. A push costs O(1), dep_job_merge()
 * sorts the dependencies of its job, everything else costs O(1) per job. The number of pending
 * jobs is the driver's to limit: dep_queue_pending() and dep_queue_wait_room().
 *
 * Lock order: reservations, what the driver needs to speak to its hardware, &dep_queue.lock, locks
 * of the driver below it, &dep_queue.issued_lock, the lock of a fence. Never two queues at once.
 *
 * Why this is not drm_sched, with the places in Linux 6.12, drivers/gpu/drm/scheduler:
 *
 * - A killed job waits for all of its dependencies before its fence signals
 *   (drm_sched_entity_kill_jobs_work()). So a fence of another driver keeps the process and the
 *   memory, and unplug would have to wait for it, or to leave jobs behind.
 * - drm_sched_fini() neither signals nor frees what is in pending_list. drm_sched_job_timedout()
 *   takes a job off that list while it is handled: who ends a job depends on who is first.
 * - drm_sched_fence_get_timeline_name() follows a pointer to the scheduler, also for a signalled
 *   fence that user space still has after the scheduler was freed.
 * - Every job passes a work (drm_sched_entity_push_job(), drm_sched_run_job_work()), one job each
 *   time it runs, also if it depends on nothing; and it has three fences where one is enough
 *   (struct drm_sched_fence, and what run_job() returns).
 * - Where firmware schedules, there is one scheduler for each queue, and drm_sched_init() makes an
 *   ordered workqueue with a rescuer for each, unless it is given one: a thread per queue.
 *
 * What it has and this has not: choosing between queues that share a ring, credits, timeouts. The
 * first two are the firmware's here. A timeout is the driver's, which alone knows when a job was
 * started: it looks at &dep_queue.issued.
 */

static const char *driver_name(struct dma_fence *fence)
{
	return KBUILD_MODNAME;
}

static const char *timeline_name(struct dma_fence *fence)
{
	return "queue";
}

/*
 * As soon as the module is put, it may be unloaded while this still runs in it: dep_module_exit()
 * waits for readers. The memory is freed by code of the kernel.
 */
static void release_fence(struct dma_fence *fence)
{
	struct dep_job *job = container_of(fence, struct dep_job, fence);
	struct module *owner = job->ops->owner;

	rcu_read_lock();
	kfree_rcu(job, fence.rcu);
	module_put(owner);
	rcu_read_unlock();
}

static const struct dma_fence_ops fence_ops = {
	.get_driver_name = driver_name,
	.get_timeline_name = timeline_name,
	.release = release_fence,
};

static void put_deps(struct dep_job *job)
{
	while (job->next_dep < job->num_deps)
		dma_fence_put(job->deps[job->next_dep++]);
}

/*
 * Jobs that are over, of all queues. One work for all of them, and for as long as the module is
 * there: what it calls may drop the last reference to a device, which so could not wait for it.
 */
static LLIST_HEAD(released);

static void release_job(struct dep_job *job)
{
	put_deps(job);
	job->ops->release(job);
	dma_fence_put(&job->fence);
}

static void release_jobs(struct work_struct *work)
{
	struct llist_node *jobs = llist_reverse_order(llist_del_all(&released));
	struct dep_job *job, *next;

	llist_for_each_entry_safe(job, next, jobs, released) {
		release_job(job);
		cond_resched();
	}
}

static DECLARE_WORK(release_work, release_jobs);

/* Whoever took the job off its list calls this, once. The job may be freed when it returns. */
static void end_job(struct dep_job *job, int err)
{
	unsigned long flags;

	spin_lock_irqsave(&job->fence_lock, flags);
	if (err)
		dma_fence_set_error(&job->fence, err);
	dma_fence_signal_locked(&job->fence);
	spin_unlock_irqrestore(&job->fence_lock, flags);

	if (atomic_dec_and_test(&job->holders) && llist_add(&job->released, &released))
		queue_work(system_dfl_wq, &release_work);
}

/**
 * dep_module_exit - wait until no code of the module is needed any more
 *
 * All queues have been buried, and nobody holds a fence of a queue without dep_queue_ops.owner. No
 * barrier for RCU callbacks is needed, as fences leave none of the module's code behind.
 *
 * Context: process, in the module's exit, behind everything that could push a job.
 */
void dep_module_exit(void)
{
	while (flush_work(&release_work))
		;
	synchronize_rcu();
}

/* Teach lockdep that reclaim waits for fences, and fences for this lock. */
static void prime(struct mutex *lock)
{
	fs_reclaim_acquire(GFP_KERNEL);
	might_lock(lock);
	fs_reclaim_release(GFP_KERNEL);
}

/**
 * dep_queue_init - make an empty queue
 * @queue: memory of the driver
 * @ops: constant, and part of the module
 *
 * Context: process, may reclaim.
 */
void dep_queue_init(struct dep_queue *queue, const struct dep_queue_ops *ops)
{
	queue->ops = ops;
	queue->context = dma_fence_context_alloc(1);
	mutex_init(&queue->lock);
	prime(&queue->lock);
	INIT_LIST_HEAD(&queue->waiting);
	queue->seqno = 0;
	queue->dead = false;
	spin_lock_init(&queue->issued_lock);
	INIT_LIST_HEAD(&queue->issued);
	atomic_set(&queue->pending, 0);
	init_waitqueue_head(&queue->room);
}

/**
 * dep_queue_fini - the queue is about to be freed
 * @queue: without jobs, as each of them holds it
 *
 * Context: any.
 */
void dep_queue_fini(struct dep_queue *queue)
{
	WARN_ON(!list_empty(&queue->waiting) || !list_empty(&queue->issued));
	mutex_destroy(&queue->lock);
}

/**
 * dep_job_init - start to make a job
 * @job: memory from kmalloc()
 * @deps: memory for dependencies, which stays until dep_queue_ops.release or dep_job_abandon()
 * @max_deps: how many fit into @deps
 *
 * The fence is not there before dep_queue_push().
 *
 * Context: any.
 */
void dep_job_init(struct dep_job *job, struct dma_fence **deps, unsigned int max_deps)
{
	*job = (struct dep_job){
		.deps = deps, .max_deps = max_deps, .holders = ATOMIC_INIT(1),
	};
}

/**
 * dep_job_depend - do not issue a job before a fence has signalled
 * @job: not pushed yet
 * @fence: consumed, also if this fails; may be NULL, which is nothing to wait for
 *
 * Takes no room for a fence that has signalled. One for each is enough; see dep_job_merge().
 *
 * Context: any that may call dma_fence_is_signaled(); no lock of a fence.
 * Return: 0, or -ENOSPC if there is no room left.
 */
int dep_job_depend(struct dep_job *job, struct dma_fence *fence)
{
	if (!fence || dma_fence_is_signaled(fence)) {
		dma_fence_put(fence);
		return 0;
	}

	if (job->num_deps == job->max_deps) {
		dma_fence_put(fence);
		return -ENOSPC;
	}
	job->deps[job->num_deps++] = fence;
	return 0;
}

/* The last of a context comes first. */
static int compare_deps(const void *one, const void *other)
{
	struct dma_fence *const *a = one, *const *b = other;

	if ((*a)->context != (*b)->context)
		return (*a)->context < (*b)->context ? -1 : 1;
	if (dma_fence_is_later(*a, *b))
		return -1;
	return dma_fence_is_later(*b, *a);
}

/**
 * dep_job_merge - of each context, wait for the last fence alone
 * @job: not pushed yet, has all its dependencies
 *
 * Sorting them takes a client's thousands of dependencies less than comparing each with each.
 *
 * Context: as dep_job_depend(); not for long with a spinlock held.
 */
void dep_job_merge(struct dep_job *job)
{
	unsigned int n = 0;

	if (job->num_deps > 1)
		sort(job->deps, job->num_deps, sizeof(*job->deps), compare_deps, NULL);
	for (unsigned int i = 0; i < job->num_deps; i++) {
		if (n && job->deps[n - 1]->context == job->deps[i]->context)
			dma_fence_put(job->deps[i]);
		else
			job->deps[n++] = job->deps[i];
	}
	job->num_deps = n;
}

/**
 * dep_job_abandon - drop what a job holds that will not be pushed
 * @job: the driver frees it, and its dependency array, afterwards
 *
 * Context: any.
 */
void dep_job_abandon(struct dep_job *job)
{
	put_deps(job);
}

/**
 * dep_job_hold - have a job not be released before dep_job_let_go()
 * @job: not pushed yet; for who expects it to end soon, and can release it better than a work
 *
 * Context: any.
 */
void dep_job_hold(struct dep_job *job)
{
	atomic_inc(&job->holders);
}

/**
 * dep_job_let_go - undo dep_job_hold(): if the job is over, it is released now
 * @job: was pushed; may be freed when this returns
 *
 * Context: as dep_queue_ops.release.
 */
void dep_job_let_go(struct dep_job *job)
{
	if (atomic_dec_and_test(&job->holders))
		release_job(job);
}

/**
 * dep_queue_push - append a job
 * @queue: where to; &dep_queue.lock is held
 * @job: its dependencies are complete
 *
 * From here on the job has a fence. The caller publishes it before it unlocks, so that fences are
 * published in the order of their numbers, and takes a reference if it needs the fence later: then
 * the job may be over and freed.
 *
 * A dead queue does not take the job. The fence is there all the same, in a context of its own, as
 * it will signal before earlier ones of the queue. It is published too, and dep_job_fail() ends it.
 *
 * Context: process; allocates nothing.
 * Return: false if the queue is dead.
 */
bool dep_queue_push(struct dep_queue *queue, struct dep_job *job)
{
	lockdep_assert_held(&queue->lock);
	job->queue = queue;
	job->ops = queue->ops;
	spin_lock_init(&job->fence_lock);
	__module_get(job->ops->owner);

	if (queue->dead) {
		dma_fence_init(&job->fence, &fence_ops, &job->fence_lock,
			       dma_fence_context_alloc(1), 1);
		return false;
	}

	dma_fence_init(&job->fence, &fence_ops, &job->fence_lock, queue->context, ++queue->seqno);
	atomic_inc(&queue->pending);
	list_add_tail(&job->link, &queue->waiting);
	return true;
}

/**
 * dep_job_fail - end a job that a dead queue did not take
 * @job: dep_queue_push() has returned false for it; may be freed when this returns
 * @err: for its fence, negative
 *
 * Context: any.
 */
void dep_job_fail(struct dep_job *job, int err)
{
	end_job(job, err);
}

/* The fence's lock is held: nothing is signalled here, and no lock of the queue taken. */
static void dep_signalled(struct dma_fence *fence, struct dma_fence_cb *callback)
{
	struct dep_job *job = container_of(callback, struct dep_job, callback);

	job->ops->kick(job->queue);
}

/* When it returns, the callback has run, or will not run. */
static void disarm(struct dep_job *job)
{
	if (!job->armed)
		return;

	dma_fence_remove_callback(job->deps[job->next_dep], &job->callback);
	job->armed = false;
}

/* Whether there is nothing to wait for; if there is, it kicks. */
static bool is_met(struct dep_job *job, struct dma_fence *dep)
{
	if (dep->context == job->queue->context || dma_fence_is_signaled(dep))
		return true;

	if (!job->armed)
		job->armed = !dma_fence_add_callback(dep, &job->callback, dep_signalled);
	return !job->armed;
}

/**
 * dep_queue_ready - the next job that can be issued
 * @queue: &dep_queue.lock is held
 *
 * Context: process; allocates nothing.
 * Return: the first waiting job, to be given to dep_queue_issue() or left where it is. NULL if
 *	there is none, if the queue is dead, or if the job has to wait: then dep_queue_ops.kick is
 *	called later, or has been called since.
 */
struct dep_job *dep_queue_ready(struct dep_queue *queue)
{
	struct dep_job *job;

	lockdep_assert_held(&queue->lock);
	job = list_first_entry_or_null(&queue->waiting, struct dep_job, link);
	if (!job || queue->dead)
		return NULL;

	while (job->next_dep < job->num_deps) {
		if (!is_met(job, job->deps[job->next_dep]))
			return NULL;
		disarm(job);
		dma_fence_put(job->deps[job->next_dep++]);
	}
	return job;
}

/**
 * dep_queue_issue - the hardware is about to be told of a job
 * @queue: &dep_queue.lock is held, and was since dep_queue_ready() returned the job
 * @job: the first waiting one
 *
 * As soon as the hardware has been told, the job may end and be freed.
 *
 * Context: process; allocates nothing.
 */
void dep_queue_issue(struct dep_queue *queue, struct dep_job *job)
{
	lockdep_assert_held(&queue->lock);
	WARN_ON(queue->dead || job->next_dep < job->num_deps ||
		!list_is_first(&job->link, &queue->waiting));

	guard(spinlock_irqsave)(&queue->issued_lock);
	list_move_tail(&job->link, &queue->issued);
}

static void jobs_ended(struct dep_queue *queue, unsigned int jobs)
{
	atomic_sub(jobs, &queue->pending);
	if (wq_has_sleeper(&queue->room))
		wake_up_all(&queue->room);
}

/*
 * Ends the first job that was issued, if it is done or @err is given. The lock is held over the
 * callbacks of the fence: without it, another thread could signal the next fence before this one.
 */
static bool end_issued(struct dep_queue *queue, bool (*done)(struct dep_job *job), int err)
{
	struct dep_job *job;

	guard(spinlock_irqsave)(&queue->issued_lock);
	job = list_first_entry_or_null(&queue->issued, struct dep_job, link);
	if (!job)
		return false;
	if (done && done(job))
		err = 0;
	else if (!err)
		return false;

	list_del(&job->link);
	end_job(job, err);
	return true;
}

/**
 * dep_queue_complete - end the jobs that are done
 * @queue: a reference to it is held
 * @done: whether the hardware has finished a job; called with &dep_queue.issued_lock held
 *
 * Asks for each issued job in turn, until one is not done.
 *
 * Context: any, also with interrupts off; no lock of a fence. Several may call it at once.
 * Return: how many have ended.
 */
unsigned int dep_queue_complete(struct dep_queue *queue, bool (*done)(struct dep_job *job))
{
	bool cookie = dma_fence_begin_signalling();
	unsigned int jobs = 0;

	/* Who issues another one looks at it himself. */
	while (end_issued(queue, done, 0)) {
		jobs++;
		if (list_empty(&queue->issued))
			break;
	}
	if (jobs)
		jobs_ended(queue, jobs);
	dma_fence_end_signalling(cookie);
	return jobs;
}

/**
 * dep_queue_kill - accept and issue nothing any more
 * @queue: a reference to it is held
 *
 * Signals nothing: see dep_queue_bury(). May be called again.
 *
 * Context: process; waits only for &dep_queue.lock.
 */
void dep_queue_kill(struct dep_queue *queue)
{
	bool cookie = dma_fence_begin_signalling();
	struct dep_job *job;

	scoped_guard(mutex, &queue->lock) {
		WRITE_ONCE(queue->dead, true);
		job = list_first_entry_or_null(&queue->waiting, struct dep_job, link);
		if (job)
			disarm(job);
	}
	wake_up_all(&queue->room);
	dma_fence_end_signalling(cookie);
}

/**
 * dep_queue_bury - end all jobs of a dead queue
 * @queue: a reference to it is held
 * @done: whether the hardware has finished a job, as for dep_queue_complete(); NULL for "never"
 * @first_err: for the first issued job that is not done
 * @rest_err: for all others
 *
 * The hardware does not work on any of them any more. May be called again.
 *
 * Context: process; waits only for &dep_queue.lock.
 */
void dep_queue_bury(struct dep_queue *queue, bool (*done)(struct dep_job *job),
		    int first_err, int rest_err)
{
	bool cookie = dma_fence_begin_signalling();
	unsigned int jobs = 0;
	struct dep_job *job, *next;

	mutex_lock(&queue->lock);
	WARN_ON(!queue->dead);
	while (end_issued(queue, done, 0))
		jobs++;
	for (int err = first_err; end_issued(queue, NULL, err); err = rest_err)
		jobs++;
	list_for_each_entry_safe(job, next, &queue->waiting, link) {
		list_del(&job->link);
		end_job(job, rest_err);
		jobs++;
	}
	mutex_unlock(&queue->lock);
	jobs_ended(queue, jobs);
	dma_fence_end_signalling(cookie);
}

/**
 * dep_queue_seize - take all jobs of a dead queue, to end them oneself
 * @queue: a reference to it is held
 * @jobs: an empty list; their &dep_job.link in the order of the queue
 *
 * For who has to do, without hardware, what the jobs were for, before their fences may signal. The
 * hardware does not work on any of them any more. Nobody else ends them: dep_queue_bury() finds
 * none. Each is given to dep_queue_end(), in order and soon.
 *
 * Context: process; waits only for &dep_queue.lock.
 */
void dep_queue_seize(struct dep_queue *queue, struct list_head *jobs)
{
	guard(mutex)(&queue->lock);
	WARN_ON(!queue->dead);
	list_splice_init(&queue->waiting, jobs);
	guard(spinlock_irqsave)(&queue->issued_lock);
	list_splice_init(&queue->issued, jobs);
}

/**
 * dep_queue_end - end a job that was seized
 * @queue: a reference to it is held
 * @job: the first of the list from dep_queue_seize(); may be freed when this returns
 * @err: for its fence, negative; 0 if what it was for has been done
 *
 * Context: any.
 */
void dep_queue_end(struct dep_queue *queue, struct dep_job *job, int err)
{
	list_del(&job->link);
	end_job(job, err);
	jobs_ended(queue, 1);
}

/**
 * dep_queue_wait_room - wait until a queue has few jobs
 * @queue: a reference to it is held
 * @limit: wait while so many or more are pending
 *
 * What it returns is a hint: another thread may push first.
 *
 * Context: process, no locks; interruptible, and a queue that dies ends the wait.
 * Return: 0, or -ERESTARTSYS.
 */
int dep_queue_wait_room(struct dep_queue *queue, unsigned int limit)
{
	return wait_event_interruptible(queue->room, dep_queue_pending(queue) < limit ||
					dep_queue_is_dead(queue));
}
