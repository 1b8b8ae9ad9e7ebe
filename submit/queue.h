/* SPDX-License-Identifier: MIT */
#ifndef _XE_SUBMIT_QUEUE_H_
#define _XE_SUBMIT_QUEUE_H_

#include <linux/bits.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "dep/queue.h"
#include "guc/context.h"
#include "hw/lrc.h"
#include "xe_info.h"

struct drm_file;
struct xe_device;
struct xe_queue;
struct xe_usage;
struct xe_vm;

/* What a queue is for. */
enum xe_queue_kind {
	/* jobs of an engine */
	XE_QUEUE_EXEC,
	/* changes of page tables, by the CPU */
	XE_QUEUE_BIND,
};

/* Bits of &xe_queue.state; FORGOTTEN, SAVED, CHECKED and STOPPED come and go, others stay. */
enum xe_queue_state {
	/* its user destroyed it: what it has left is not run */
	XE_QUEUE_KILLED,
	/* it did wrong: no job is accepted any more, and BAN reads 1 */
	XE_QUEUE_BANNED,
	/* the GuC found it out: it took the context off its engine */
	XE_QUEUE_RESET,
	/* the same, and for an access to what is not mapped */
	XE_QUEUE_FAULTED,
	/* its context was to end when the device did not know it, being asleep */
	XE_QUEUE_ENDS_LATER,
	/* a reset or sleep had the GuC forget its context: heads of rings are as they were saved */
	XE_QUEUE_FORGOTTEN,
	/* but it had been taken off its engine before, and goes on from where it was */
	XE_QUEUE_SAVED,
	/* its context was taken off the engine, to find out how long it has run */
	XE_QUEUE_CHECKED,
	/* nothing of it is on an engine, as was asked for, until it is resumed */
	XE_QUEUE_STOPPED,
	/* its context has ended: no engine writes for it */
	XE_QUEUE_GONE,
};

/* As userspace numbers them. */
enum xe_queue_priority {
	XE_QUEUE_LOW,
	XE_QUEUE_NORMAL,
	XE_QUEUE_HIGH,
	XE_QUEUE_KERNEL,	/* of the driver itself */
	XE_QUEUE_PRIORITIES
};

#define XE_QUEUE_MAX_WIDTH	9	/* width times placements, as upstream has it */
#define XE_QUEUE_MAX_PENDING	4096	/* jobs that are not finished */

/**
 * struct xe_queue_ops - what the jobs of a queue are; handed in by who makes them
 */
struct xe_queue_ops {
	/** @dep: its kick is xe_queue_dep_kick() */
	struct dep_queue_ops dep;
	/** @start: its context is there, and has run nothing; in a section; may be missing */
	void (*start)(struct xe_hw hw, struct xe_queue *q);
	/** @run: issue what is ready, in the queue's work or an ioctl; opens a section itself */
	void (*run)(struct xe_queue *q);
	/** @expired: the oldest job, if any, was issued a timeout ago; NULL: no timeout */
	void (*expired)(struct xe_queue *q);
	/** @stopped: see XE_QUEUE_STOPPED; process context, may be called more than once */
	void (*stopped)(struct xe_queue *q);
	/** @mend: engines cannot do the jobs that are left: see to them; may be missing */
	void (*mend)(struct xe_queue *q);
	/** @found_out: the GuC took it off its engine, once; process context. May be missing */
	void (*found_out)(struct xe_queue *q);
	/** @gone: its context is, and its jobs are over; as @stopped; may be missing */
	void (*gone)(struct xe_queue *q);
	/** @done: has this job been finished? Any context, under &dep_queue.issued_lock */
	bool (*done)(struct dep_job *job);
};

/**
 * struct xe_queue_args - what is wanted of a queue
 */
struct xe_queue_args {
	/** @ops: what its jobs are */
	const struct xe_queue_ops *ops;
	/** @kind: XE_QUEUE_* */
	enum xe_queue_kind kind;
	/** @of_client: XE_QUEUE_BIND only: not one that every address space has */
	bool of_client;
	/** @gt_id: which GT; XE_QUEUE_EXEC only, as what follows */
	u8 gt_id;
	/** @class: of its engines */
	enum xe_engine_class class;
	/** @mask: logical instances that the first child may run on */
	u32 mask;
	/** @width: how many batches a job has */
	u8 width;
	/** @priority: XE_QUEUE_* */
	enum xe_queue_priority priority;
	/** @timeslice_us: 0 for the default of the class */
	u32 timeslice_us;
	/** @vm: its address space; NULL for a kernel queue or XE_QUEUE_BIND */
	struct xe_vm *vm;
	/** @root: without @vm: entry that leads to page tables of the driver's own; 0 for none */
	u64 root;
	/** @usage: of its client; a reference is taken; may be NULL */
	struct xe_usage *usage;
};

/**
 * struct xe_queue - an ordered list of jobs
 */
struct xe_queue {
	/** @dep: the jobs; base */
	struct dep_queue dep;
	/** @ref: of IDs, jobs, works, and the table of contexts */
	struct kref ref;
	/** @xe: the device; a reference */
	struct xe_device *xe;
	/** @link: on &xe_submit.queues */
	struct list_head link;
	/** @busy: on &xe_submit.busy */
	struct list_head busy;
	/** @who: made it, constant */
	struct xe_who who;
	/** @lr: with the other queues of its XE_VM_LR, see submit/preempt.c */
	struct list_head lr;
	/** @args: what it was made for, constant; @args.vm is a reference */
	struct xe_queue_args args;
	/** @state: bits of enum xe_queue_state */
	unsigned long state;
	/** @owner: how the table of contexts reaches it */
	struct xe_context_owner owner;
	/** @context: its number in the table of contexts, or negative; under @dep.lock */
	int context;
	/** @lrc: ring and image, XE_QUEUE_EXEC; by child */
	struct xe_lrc *lrc;
	/** @sequence: of the last job with batches that was issued, under @dep.lock */
	u32 sequence;
	/** @tail: where the next job goes in each ring, in bytes, under @dep.lock */
	u32 tail;
	/** @stale: the context was forgotten and is in order, for the next job; under @dep.lock */
	bool stale;
	/** @head: up to where the rings are done with, in bytes; under &dep_queue.issued_lock */
	u32 head;
	/** @flushed: &xe_vm.map_changes when the TLB was flushed last, under @dep.lock */
	u32 flushed;
	/** @counted: what a timestamp was when it was counted, under &xe_usage.lock */
	u32 counted[XE_CONTEXT_MAX_WIDTH];
	/** @since: when the oldest job that was issued became that, in jiffies */
	unsigned long since;
	/** @tries: how often it was given its time again before it began */
	u8 tries;
	/** @timer: it takes too long; pending with a reference to the queue */
	struct delayed_work timer;
	/** @work: issues what has become ready, buries what is not to run */
	struct work_struct work;
	/** @free: releases it, on the workqueue of the module */
	struct work_struct free;
};

struct xe_queue *xe_queue_create(struct xe_device *xe, const struct xe_queue_args *args);
struct xe_queue *xe_queue_get(struct xe_queue *q);
void xe_queue_put(struct xe_queue *q);
void xe_queue_count_cycles(struct xe_queue *q);
struct xe_queue *xe_queue_lookup(struct drm_file *file, u32 id);
void xe_queue_kill(struct xe_queue *q);
void xe_queue_run(struct xe_queue *q);
void xe_queue_kick(struct xe_queue *q);
void xe_queue_dep_kick(struct dep_queue *dep);
void xe_queue_ban(struct xe_queue *q);
void xe_queue_ban_all(struct xe_vm *vm);
void xe_queue_ban_kin(struct xe_vm *vm);
void xe_queue_ban_device(struct xe_device *xe);
unsigned int xe_queue_timeout(const struct xe_queue *q);
unsigned int xe_queue_time_left(const struct xe_queue *q);
void xe_queue_arm(struct xe_queue *q, unsigned int ms);
void xe_queue_disarm(struct xe_queue *q);

/**
 * xe_queue_is_banned - will it run nothing any more?
 * @q: the queue
 *
 * Context: any.
 */
static inline bool xe_queue_is_banned(const struct xe_queue *q)
{
	return READ_ONCE(q->state) & (BIT(XE_QUEUE_KILLED) | BIT(XE_QUEUE_BANNED));
}

#endif
