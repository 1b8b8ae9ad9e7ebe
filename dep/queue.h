/* SPDX-License-Identifier: MIT */
#ifndef _DEP_QUEUE_H_
#define _DEP_QUEUE_H_

#include <linux/atomic.h>
#include <linux/dma-fence.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

struct dep_job;
struct dep_queue;
struct module;

/**
 * struct dep_queue_ops - what a queue asks of its driver
 */
struct dep_queue_ops {
	/**
	 * @owner: module that every fence of the queue pins until it is freed. NULL if the fences
	 * are seen by the driver alone and do not outlive its devices.
	 */
	struct module *owner;
	/**
	 * @kick: The first waiting job may have become ready. The driver queues a work that calls
	 * dep_queue_ready().
	 *
	 * Context: any, with interrupts off and the lock of another driver's fence held.
	 */
	void (*kick)(struct dep_queue *queue);
	/**
	 * @release: The job is over; its fence has been signalled. The driver drops what it holds
	 * for the job, also the last reference to the queue. The memory of the job stays until the
	 * last reference to its fence is dropped.
	 *
	 * Context: process, no locks; a work that no fence and no teardown of a device waits for.
	 */
	void (*release)(struct dep_job *job);
};

/**
 * struct dep_job - a job of a queue, and its fence
 *
 * The driver embeds it as the first member of its own structure, which comes from kmalloc(). Once
 * the job was pushed, the memory belongs to the fence and is freed with it.
 */
struct dep_job {
	/** @fence: signalled when the job is over; usable from dep_queue_push() on */
	struct dma_fence fence;
	/** @fence_lock: the lock of @fence, which so needs nothing that could go before it */
	spinlock_t fence_lock;
	/** @holders: it is released when these are done: the queue, and who holds it */
	atomic_t holders;
	/** @queue: where the job was pushed to; the driver holds it until dep_queue_ops.release */
	struct dep_queue *queue;
	/** @ops: those of the queue, constant after dep_queue_push() */
	const struct dep_queue_ops *ops;
	union {
		/** @link: on one of the two lists of the queue */
		struct list_head link;
		/** @released: on the list of jobs that wait for dep_queue_ops.release */
		struct llist_node released;
	};
	/** @deps: references to the dependencies; memory of the driver */
	struct dma_fence **deps;
	/** @max_deps: how many fit in @deps */
	unsigned int max_deps;
	/** @num_deps: how many there are */
	unsigned int num_deps;
	/** @next_dep: the first that is not known to have signalled; under &dep_queue.lock */
	unsigned int next_dep;
	/** @armed: @callback is with @deps[@next_dep]; under &dep_queue.lock */
	bool armed;
	/** @callback: of one dependency at a time */
	struct dma_fence_cb callback;
};

/**
 * struct dep_queue - jobs that are issued, and end, in the order in which they were pushed
 */
struct dep_queue {
	/** @ops: constant */
	const struct dep_queue_ops *ops;
	/** @context: of the fences, constant */
	u64 context;
	/**
	 * @lock: pushing and issuing; protects @waiting, @seqno and @dead. Fences wait for it, so
	 * nothing below it may allocate with reclaim, take a reservation, or open a section.
	 */
	struct mutex lock;
	/** @waiting: jobs that have not been issued */
	struct list_head waiting;
	/** @seqno: of the last job that was pushed */
	u64 seqno;
	/** @dead: Nothing is accepted or issued any more. Written under @lock. */
	bool dead;
	/** @issued_lock: protects @issued; irq-safe; held while the fences of issued jobs signal */
	spinlock_t issued_lock;
	/** @issued: jobs that the hardware has been told of, or is about to be told of */
	struct list_head issued;
	/** @pending: number of jobs on both lists */
	atomic_t pending;
	/** @room: woken when jobs have ended, and when the queue dies */
	wait_queue_head_t room;
};

void dep_queue_init(struct dep_queue *queue, const struct dep_queue_ops *ops);
void dep_queue_fini(struct dep_queue *queue);

void dep_job_init(struct dep_job *job, struct dma_fence **deps, unsigned int max_deps);
int dep_job_depend(struct dep_job *job, struct dma_fence *fence);
void dep_job_merge(struct dep_job *job);
void dep_job_abandon(struct dep_job *job);
void dep_job_hold(struct dep_job *job);
void dep_job_let_go(struct dep_job *job);

bool dep_queue_push(struct dep_queue *queue, struct dep_job *job);
void dep_job_fail(struct dep_job *job, int err);
struct dep_job *dep_queue_ready(struct dep_queue *queue);
void dep_queue_issue(struct dep_queue *queue, struct dep_job *job);
unsigned int dep_queue_complete(struct dep_queue *queue, bool (*done)(struct dep_job *job));

void dep_queue_kill(struct dep_queue *queue);
void dep_queue_bury(struct dep_queue *queue, bool (*done)(struct dep_job *job),
		    int first_err, int rest_err);

void dep_queue_seize(struct dep_queue *queue, struct list_head *jobs);
void dep_queue_end(struct dep_queue *queue, struct dep_job *job, int err);

int dep_queue_wait_room(struct dep_queue *queue, unsigned int limit);
void dep_module_exit(void);

/**
 * dep_queue_pending - how many jobs have been pushed and have not ended
 * @queue: the queue
 *
 * Context: any; the number may change at once.
 */
static inline unsigned int dep_queue_pending(struct dep_queue *queue)
{
	return atomic_read(&queue->pending);
}

/**
 * dep_queue_is_dead - does the queue refuse jobs?
 * @queue: the queue
 *
 * Context: any. Only with &dep_queue.lock held does a false answer stay true.
 */
static inline bool dep_queue_is_dead(struct dep_queue *queue)
{
	return READ_ONCE(queue->dead);
}

#endif
