// SPDX-License-Identifier: MIT
/*
 * The driver's own queue: buffers are cleared and moved by a copy engine.
 */

#include <linux/bitops.h>
#include <linux/dma-fence.h>
#include <linux/error-injection.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "abi/pte.h"
#include "hw/cache.h"
#include "hw/state.h"
#include "mm/copy.h"
#include "mm/vram.h"
#include "mm/vram_alloc.h"
#include "submit/blit.h"
#include "submit/copy.h"
#include "submit/hang.h"
#include "submit/job.h"
#include "submit/queue.h"
#include "xe_device.h"
#include "xe_mmio.h"
#include "xe_trace.h"

/**
 * DOC: Copies by engines
 *
 * The driver has a queue of its own, on the copy engine that userspace does not see, with an
 * address space of its own. It is made when the first buffer in VRAM is. All of VRAM is in this
 * address space, once as it is, and once more for reading what may be compressed. Pages of system
 * memory are put into a *window* of 32 MiB by the CPU, one copy at a time; the ring has the engine
 * forget what was there before. Its tables and batches are pages of the pool of page tables, which
 * keep their contents in any sleep.
 *
 * A *clear* is not waited for: its fence is a kernel fence of the buffer. So nothing may see the
 * buffer before, and when the engine cannot do it, its fence does not signal before the CPU has. If
 * the device is gone nobody sees it any more. If it was given up, all is killed, with errors; no
 * engine runs then, and before the CPU is shown the buffer it is cleared: xe_vram_settle().
 *
 * A *copy* is waited for, as the memory that it was moved from is to be given to another. So it has
 * not happened before it is over, and if it fails it is done by the CPU, from the beginning: no
 * data is lost by a copy engine that hangs. Fences of such jobs are not shown to anybody.
 *
 * Both write the same when they are begun again, so a reset of the GT costs them nothing. If a job
 * hangs the queue is banned like any other, and the CPU does what it had left. The next clear or
 * copy behind the end of its context and that work has another one made: not before, as the tables
 * are written anew. A queue that is banned over and over has no successor, and the CPU does all
 * until the driver is bound anew. The CPU also does what comes before there is a queue, while the
 * system is about to sleep and there is none, and what is so small that an engine would not be
 * quicker.
 *
 * Compression: what an engine writes here is not compressed, and says so in the metadata. VRAM is
 * read through rows of the PAT that undo compression; in system memory nothing is compressed. The
 * CPU can do neither: what it moves out of VRAM is wrong if its owner had it compressed, which is
 * said once. With compression on it is asked only when the engine fails.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * queue                    bound side    it was banned, and another is wanted; unbind, behind
 *                                        the kill of everything
 * tables, batches          drm_device    last reference to it is dropped
 * batch of a job           the job       it is over
 * window                   a copy        it is over
 * fence of a clear         the buffer    it dies or is moved
 * ======================== ============= ==========================================
 */

/* The address space: tables of level 0 are in the first GiB. */
#define BATCHES		0ull
#define WINDOW		((u64)SZ_2M)
#define WINDOW_BYTES	((u64)(XE_COPY_BATCH - XE_COPY_WINDOW) * SZ_2M)
#define VRAM		(128ull * SZ_1G)
#define COMPRESSED	(256ull * SZ_1G)

#define NUM_BATCHES	(XE_COPY_PAGES - XE_COPY_BATCH)
#define BATCH_TIMEOUT	(15 * HZ)	/* several times that of a job */

/* More queues than this that fail in so much time are too many. */
#define FAILURES_MAX	3
#define FAILURES_TIME	(600 * HZ)

static_assert(NUM_BATCHES <= BITS_PER_LONG);

/* What a job works on, kept for when the CPU has to do it. */
struct xe_copy_part {
	const struct ttm_resource *res;
	u64 offset;
	u64 size;
	bool clears;
	int batch;		/* which is its, or negative */
};

/* What is wanted, in as many jobs as it takes. */
struct task {
	struct xe_device *xe;
	struct xe_queue *q;
	const struct ttm_resource *res;
	struct scatterlist *sg;	/* NULL to clear */
	u64 skipped;		/* of @sg, in bytes */
	bool to_vram;
};

/*
 * The address space
 */

static u64 entry_at(const struct xe_copy *copy, enum xe_copy_page table, u64 index)
{
	return copy->page[table].address + index * sizeof(u64);
}

static u64 leaf(u64 address, unsigned int row, unsigned int level)
{
	return address | XE_PTE_PRESENT | XE_PTE_WRITE | xe_pte_pat(row, level) |
	       (level ? XE_PTE_LARGE : 0);
}

static void write_link(struct xe_hw hw, const struct xe_copy *copy, enum xe_copy_page table,
		       u64 index, enum xe_copy_page child)
{
	xe_vram_bar_write64(hw, entry_at(copy, table, index),
			    copy->page[child].address | XE_PDE_BITS, 0, 1);
}

/* In pages of 1 GiB, but for the end: what lies behind is not to be in the same page. */
static void write_vram(struct xe_hw hw, const struct xe_copy *copy, u64 at, unsigned int row,
		       enum xe_copy_page end)
{
	u64 size = xe_hw_device(hw)->mm.vram_size, whole = size / SZ_1G;

	xe_vram_bar_write64(hw, entry_at(copy, XE_COPY_LEVEL_2, at / SZ_1G),
			    leaf(0, row, 2) | XE_PTE_VRAM, SZ_1G, whole);
	write_link(hw, copy, XE_COPY_LEVEL_2, at / SZ_1G + whole, end);
	xe_vram_bar_write64(hw, entry_at(copy, end, 0), leaf(whole * SZ_1G, row, 1) | XE_PTE_VRAM,
			    SZ_2M, size % SZ_1G / SZ_2M);
}

static void write_tables(struct xe_hw hw, const struct xe_copy *copy)
{
	for (unsigned int i = 0; i < XE_COPY_BATCH; i++)
		xe_vram_bar_fill(hw, copy->page[i].address, 0, XE_PT_TABLE_SIZE);

	write_link(hw, copy, XE_COPY_ROOT, 0, XE_COPY_LEVEL_3);
	write_link(hw, copy, XE_COPY_LEVEL_3, 0, XE_COPY_LEVEL_2);
	write_link(hw, copy, XE_COPY_LEVEL_2, 0, XE_COPY_WINDOWS);
	write_vram(hw, copy, VRAM, XE_PAT_WRITE_BACK, XE_COPY_VRAM_END);
	write_vram(hw, copy, COMPRESSED, XE_PAT_COMPRESSED, XE_COPY_COMPRESSED_END);
	for (unsigned int i = XE_COPY_BATCHES; i < XE_COPY_BATCH; i++)
		write_link(hw, copy, XE_COPY_WINDOWS, i - XE_COPY_BATCHES, i);
	/* Engines read ahead, hardware.rst xe-hw-ring: there is a page behind the last. */
	for (unsigned int i = 0; i <= NUM_BATCHES; i++)
		xe_vram_bar_write64(hw, entry_at(copy, XE_COPY_BATCHES, i),
				    leaf(copy->page[XE_COPY_BATCH + i % NUM_BATCHES].address,
					 XE_PAT_WRITE_BACK, 0) | XE_PTE_VRAM, 0, 1);
	xe_vram_bar_flush(hw);
}

static void write_window(struct xe_hw hw, const struct xe_copy *copy, struct task *t, u64 size)
{
	u64 n;

	for (u64 at = 0; at < size; at += n) {
		n = min3(size - at, sg_dma_len(t->sg) - t->skipped, SZ_2M - at % SZ_2M);
		xe_vram_bar_write64(hw, entry_at(copy, XE_COPY_WINDOW + at / SZ_2M,
						 at % SZ_2M / SZ_4K),
				    leaf(sg_dma_address(t->sg) + t->skipped, XE_PAT_WRITE_BACK, 0),
				    SZ_4K, n / SZ_4K);
		t->skipped += n;
		if (t->skipped == sg_dma_len(t->sg)) {
			t->sg = sg_next(t->sg);
			t->skipped = 0;
		}
	}
}

/*
 * The queue
 */

static void mend(struct xe_queue *q)
{
	struct dep_job *dep, *next;
	LIST_HEAD(jobs);

	if (READ_ONCE(q->xe->submit.error))
		return;

	drm_err(&q->xe->drm,
		"the engine that clears and moves buffers failed, and the CPU does it until that is tried again%s\n",
		q->xe->mm.compresses ? "; what is compressed it moves wrongly" : "");
	dep_queue_seize(&q->dep, &jobs);
	list_for_each_entry_safe(dep, next, &jobs, link) {
		const struct xe_copy_part *part = container_of(dep, struct xe_job, dep)->part;
		int err = -EIO;

		if (part->clears)
			err = xe_vram_clear_part(q->xe, part->res, part->offset, part->size);
		if (part->clears && err && !xe_hw_is_gone(q->xe))
			xe_device_declare_wedged(q->xe, "a buffer cannot be cleared");
		dep_queue_end(&q->dep, dep, err);
	}
}

static void release(struct dep_job *dep)
{
	struct xe_job *job = container_of(dep, struct xe_job, dep);
	struct xe_copy *copy = &job->q->xe->submit.copy;

	if (job->part && job->part->batch >= 0) {
		clear_bit(job->part->batch, &copy->batches);
		wake_up(&copy->room);
	}
	kfree(job->part);
	xe_job_release(dep);
}

static const struct xe_queue_ops copy_queue_ops = {
	.dep = {
		.owner = THIS_MODULE,
		.kick = xe_queue_dep_kick,
		.release = release,
	},
	.run = xe_job_run,
	.expired = xe_hang_expired,
	.stopped = xe_hang_stopped,
	.mend = mend,
	.done = xe_job_done,
};

static int take_pages(struct xe_device *xe)
{
	struct xe_copy *copy = &xe->submit.copy;
	int err = 0;

	while (copy->num_pages < XE_COPY_PAGES && !err) {
		err = xe_pt_pool_take(xe, &copy->page[copy->num_pages]);
		copy->num_pages += !err;
	}
	return err;
}

/* The engine that is kept for this, if the fuses left it, else any. */
static u32 engine_mask(struct xe_gt *gt)
{
	u32 all = 0;

	xe_for_each_engine(engine, gt) {
		if (engine->row->class != XE_ENGINE_COPY)
			continue;
		if (engine->row->reserved)
			return BIT(engine->logical);
		all |= BIT(engine->logical);
	}
	return all;
}

static struct xe_queue *make_queue(struct xe_device *xe)
{
	struct xe_copy *copy = &xe->submit.copy;
	struct xe_queue_args args = {
		.ops = &copy_queue_ops,
		.kind = XE_QUEUE_EXEC,
		.class = XE_ENGINE_COPY,
		.width = 1,
		.priority = XE_QUEUE_KERNEL,
	};
	int err = take_pages(xe);

	if (err)
		return ERR_PTR(err);

	xe_hw_scoped(hw, xe) {
		write_tables(hw, copy);
		args.mask = engine_mask(&xe_hw_state(hw)->gt[args.gt_id]);
	}
	if (!args.mask)
		return ERR_PTR(-EBUSY);

	args.root = copy->page[XE_COPY_ROOT].address | XE_PDE_BITS;
	return xe_queue_create(xe, &args);
}

/* A failure of the engine is not worth another try, which takes seconds. */
static void keep_queue(struct xe_copy *copy, struct xe_queue *q)
{
	int err = PTR_ERR_OR_ZERO(q);

	scoped_guard(spinlock, &copy->lock) {
		if (err == -EIO || err == -ETIMEDOUT)
			copy->closed = true;
		if (err || copy->closed)
			break;
		copy->q = q;
		return;
	}
	if (!err)
		xe_queue_put(q);
}

/*
 * It was banned, no engine reads its tables any more, and what it had to do has been done. So a
 * buffer never has fences of two queues, for which nobody has reserved room.
 */
static bool is_over(struct xe_queue *q)
{
	if (!test_bit(XE_QUEUE_BANNED, &q->state) || !test_bit(XE_QUEUE_GONE, &q->state) ||
	    !dep_queue_is_dead(&q->dep))
		return false;

	smp_rmb();	/* nothing is pushed any more */
	return !dep_queue_pending(&q->dep);
}

static struct xe_queue *find_queue(struct xe_copy *copy)
{
	guard(spinlock)(&copy->lock);
	return copy->q && !is_over(copy->q) ? xe_queue_get(copy->q) : NULL;
}

/* Return: false if there was one too many. */
static bool drop_failed(struct xe_device *xe)
{
	struct xe_copy *copy = &xe->submit.copy;
	struct xe_queue *failed;
	bool over_and_over;

	scoped_guard(spinlock, &copy->lock) {
		failed = copy->q;
		copy->q = NULL;
		over_and_over = failed &&
			xe_fails_too_often(&copy->failures, FAILURES_MAX, FAILURES_TIME);
		copy->closed |= over_and_over;
	}
	if (failed)
		xe_queue_put(failed);
	if (over_and_over)
		drm_err(&xe->drm,
			"the engine that clears and moves buffers fails over and over: from now on the CPU does it, which is slow; bind the driver anew\n");
	return !over_and_over;
}

/* Return: a reference, or NULL. */
static struct xe_queue *get_queue(struct xe_device *xe)
{
	struct xe_copy *copy = &xe->submit.copy;
	struct xe_queue *q = find_queue(copy);

	/* It waits for works, which sleep waits for; and what it needs may have to be moved. */
	if (q || READ_ONCE(xe->mm.sleeping) || READ_ONCE(copy->maker) == current)
		return q;

	guard(mutex)(&copy->make);
	q = find_queue(copy);
	if (!q && !READ_ONCE(copy->closed) && drop_failed(xe)) {
		WRITE_ONCE(copy->maker, current);
		keep_queue(copy, make_queue(xe));
		WRITE_ONCE(copy->maker, NULL);
		q = find_queue(copy);
	}
	return q;
}

/*
 * Jobs
 */

static int take_batch(struct xe_copy *copy)
{
	int batch;

	while ((batch = find_first_zero_bit(&copy->batches, NUM_BATCHES)) < NUM_BATCHES)
		if (!test_and_set_bit(batch, &copy->batches))
			return batch;
	return -EBUSY;
}

static int wait_for_batch(struct xe_copy *copy, struct xe_queue *q)
{
	int batch;

	wait_event_timeout(copy->room, (batch = take_batch(copy)) >= 0 ||
			   dep_queue_is_dead(&q->dep), BATCH_TIMEOUT);
	return batch;
}

static struct xe_job *make_job(struct task *t, u64 offset, u64 size)
{
	struct xe_copy_part *part = kzalloc(sizeof(*part), GFP_KERNEL);
	u64 address = BATCHES;
	struct xe_job *job;

	job = part ? xe_job_make(t->q, &address, 1) : NULL;
	if (!job) {
		kfree(part);
		return ERR_PTR(-ENOMEM);
	}

	*part = (struct xe_copy_part){ .res = t->res, .offset = offset, .size = size,
				       .clears = !t->sg };
	dep_job_init(&job->dep, NULL, 0);
	job->part = part;
	job->flush = t->sg;
	part->batch = wait_for_batch(&t->xe->submit.copy, t->q);
	if (part->batch < 0) {
		xe_job_drop(job);
		return ERR_PTR(-EBUSY);
	}
	job->batch[0] += part->batch * XE_BLIT_BYTES;
	return job;
}

/* Return: how much of it fits into one batch. */
static u64 compose(struct task *t, struct xe_blit *blit, u64 offset, u64 size)
{
	u64 from = t->xe->mm.compresses ? COMPRESSED : VRAM;
	u64 done = 0, at, len, n;

	blit->used = 0;
	if (t->sg)
		size = min(size, WINDOW_BYTES);
	do {
		at = xe_vram_at(t->res, offset + done, &len);
		len = min(len, size - done);
		if (!t->sg)
			n = xe_blit_clear(blit, VRAM + at, len);
		else if (t->to_vram)
			n = xe_blit_copy(blit, VRAM + at, WINDOW + done, len);
		else
			n = xe_blit_copy(blit, WINDOW + done, from + at, len);
		done += n;
	} while (n == len && done < size);
	return done;
}

static int write_batch(struct task *t, struct xe_job *job)
{
	struct xe_copy *copy = &t->xe->submit.copy;
	struct xe_copy_part *part = job->part;
	int err = -EBUSY;
	size_t bytes;

	guard(mutex)(&copy->compose);
	part->size = compose(t, &copy->blit, part->offset, part->size);
	bytes = xe_blit_end(&copy->blit);
	xe_hw_scoped(hw, t->xe) {
		if (t->sg)
			write_window(hw, copy, t, part->size);
		xe_vram_bar_write(hw, copy->page[XE_COPY_BATCH + part->batch].address,
				  copy->blit.words, bytes);
		xe_vram_bar_flush(hw);
		job->awake = xe_hw_awake_get(hw);
		err = job->awake ? 0 : -EBUSY;
	}
	return err;
}

static struct dma_fence *push(struct task *t, struct xe_job *job)
{
	struct dma_fence *fence;
	bool accepted;

	scoped_guard(mutex, &t->q->dep.lock) {
		accepted = dep_queue_push(&t->q->dep, &job->dep);
		trace_xe_job_queue(t->xe->drm.dev, t->q->args.gt_id, t->q->context,
				   &job->dep.fence);
		fence = dma_fence_get(&job->dep.fence);
	}
	if (!accepted)
		dep_job_fail(&job->dep, -EIO);
	else
		xe_queue_run(t->q);
	return fence;
}

/* One job; @size: how much there is to do, and then how much it does. */
static struct dma_fence *submit(struct task *t, u64 offset, u64 *size)
{
	struct xe_job *job = make_job(t, offset, *size);
	int err;

	if (IS_ERR(job))
		return ERR_CAST(job);

	err = write_batch(t, job);
	if (err) {
		xe_job_drop(job);
		return ERR_PTR(err);
	}

	*size = job->part->size;
	return push(t, job);
}

static int wait_for(struct dma_fence *fence)
{
	int err;

	/* It comes to an end as every job does, by a hang or a kill if need be. */
	dma_fence_wait(fence, false);
	err = dma_fence_get_status(fence);
	dma_fence_put(fence);
	return min(err, 0);
}

/* A queue that is dead refuses a job, and others may still end those that it took before. */
static bool is_refused(struct dma_fence *fence)
{
	return IS_ERR(fence) || (dma_fence_is_signaled(fence) && dma_fence_get_status(fence) < 0);
}

/*
 * Return: the fence of the last job; earlier ones come before it, and fail only if it does. If one
 * is refused, an error, and nothing is under way any more.
 */
static struct dma_fence *clear_all(struct task *t, u64 size)
{
	struct dma_fence *last = NULL, *fence;
	bool refused = false;
	u64 n;

	for (u64 done = 0; done < size && !refused; done += n) {
		n = size - done;
		fence = submit(t, done, &n);
		refused = is_refused(fence);
		if (last && refused)
			wait_for(last);
		else
			dma_fence_put(last);
		last = fence;
	}
	if (refused && !IS_ERR(last)) {
		dma_fence_put(last);
		return ERR_PTR(-EIO);
	}
	return last;
}

static struct dma_fence *clear(struct xe_device *xe, const struct ttm_resource *res, u64 size)
{
	struct task t = { .xe = xe, .res = res, .q = get_queue(xe) };
	struct dma_fence *fence;

	if (!t.q)
		return ERR_PTR(-EBUSY);

	fence = clear_all(&t, size);
	xe_queue_put(t.q);
	return fence;
}

static int copy_all(struct task *t, u64 size)
{
	struct dma_fence *fence;
	int err = 0;
	u64 n;

	guard(mutex)(&t->xe->submit.copy.window);
	for (u64 done = 0; done < size && !err; done += n) {
		n = size - done;
		fence = submit(t, done, &n);
		err = IS_ERR(fence) ? PTR_ERR(fence) : wait_for(fence);
	}
	return err;
}

static int copy(struct xe_device *xe, const struct ttm_resource *res, const struct sg_table *sgt,
		u64 size, bool to_vram)
{
	struct task t = {
		.xe = xe, .res = res, .q = get_queue(xe), .sg = sgt->sgl, .to_vram = to_vram,
	};
	int err;

	if (!t.q)
		return -EBUSY;

	err = copy_all(&t, size);
	xe_queue_put(t.q);
	return err;
}

static void copy_fini(struct drm_device *drm, void *data)
{
	struct xe_copy *copy = data;

	while (copy->num_pages)
		xe_pt_pool_give(to_xe_device(drm), &copy->page[--copy->num_pages]);
	mutex_destroy(&copy->compose);
	mutex_destroy(&copy->window);
	mutex_destroy(&copy->make);
}

/**
 * xe_copy_init - software step: the queue can be made, once there is hardware
 * @xe: the device
 *
 * Context: before there is any hardware.
 * Return: 0 or -ENOMEM.
 */
int xe_copy_init(struct xe_device *xe)
{
	static const struct xe_copy_ops ops = { .clear = clear, .copy = copy };
	struct xe_copy *copy = &xe->submit.copy;

	mutex_init(&copy->make);
	spin_lock_init(&copy->lock);
	mutex_init(&copy->window);
	mutex_init(&copy->compose);
	init_waitqueue_head(&copy->room);
	xe->mm.copy = &ops;
	return drmm_add_action_or_reset(&xe->drm, copy_fini, copy);
}
ALLOW_ERROR_INJECTION(xe_copy_init, ERRNO);

/* Everything has been killed. */
static void copy_stop(struct xe_hw hw, void *data)
{
	struct xe_copy *copy = data;
	struct xe_queue *q;

	scoped_guard(spinlock, &copy->lock) {
		copy->closed = true;
		q = copy->q;
		copy->q = NULL;
	}
	if (q)
		xe_queue_put(q);
}

/**
 * xe_copy_start - probe step: from here back there is no queue of the driver's own
 * @bind: the token of a probe step
 *
 * Context: bound; before xe_submit_contexts_start(), as its undo comes behind that.
 * Return: 0 or -ENOMEM.
 */
int xe_copy_start(struct xe_hw_bind bind)
{
	return xe_hw_on_unbind(bind, copy_stop, &xe_hw_device(xe_hw_bound(bind))->submit.copy);
}
ALLOW_ERROR_INJECTION(xe_copy_start, ERRNO);
