// SPDX-License-Identifier: MIT
/*
 * Page jobs: changes of page tables, in their order.
 */

#include <linux/interval_tree_generic.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <drm/drm_print.h>

#include "guc/tlb.h"
#include "hw/ppgtt.h"
#include "hw/state.h"
#include "mm/bo.h"
#include "mm/mm.h"
#include "mm/pt.h"
#include "mm/userptr.h"
#include "mm/vm.h"
#include "submit/bind.h"
#include "submit/preempt.h"
#include "submit/queue.h"
#include "submit/submit.h"
#include "submit/sync.h"
#include "submit/user_fence.h"
#include "xe_device.h"
#include "xe_trace.h"
#include "xe_usage.h"

/**
 * DOC: Page jobs
 *
 * An ioctl that binds makes one page job of all its changes. Up to the point of no return each
 * change is made to the mappings and to the structure of the page tables, and can be undone; behind
 * it nothing can fail. What is left is to write entries, which the CPU does: in the ioctl itself if
 * nothing has to be waited for, else in the work of the queue. No engine is asked.
 *
 * The plan of a job presupposes that every plan before it has been written as far as their spans
 * meet. Jobs of one queue are written in order anyway. A VM has several queues, so it knows its
 * jobs by address, and a job waits for those before it that it meets; for nothing else.
 *
 * A job is over when its entries are written and no TLB knows what was there before. Most jobs
 * change entries that were not valid, or of a VM that has not run, and end at once. The others ask
 * the GuC of every GT to invalidate, and are ended by its answers. Until then the memory of what
 * was unmapped, and tables that nothing leads to any more, are held by the job; and its fence is in
 * the reservations of the buffers, so nobody moves or frees their memory.
 *
 * A page job belongs to its VM. Its queue may be destroyed, its file be closed: it is written when
 * its dependencies have signalled, with an error or not, for later plans build upon it. Only all
 * jobs of all VMs are dropped together, when everything is killed; see xe_submit_kill(). Their
 * tables wait for the end of the VM then.
 *
 * Buffers that moved leave stale mappings. Before a job runs on an engine xe_bind_prepare() makes
 * a page job of them, on a queue that nobody else uses; user space may have the other queues wait
 * for the very job that is about to run. A long-running VM does so before it starts.
 *
 * Where a bind takes stale mappings away, nobody would find them, and entries lead to memory of
 * others until its page job is written, which may wait for anything. So a stopper is behind it, a
 * job of that queue that writes nothing: what is to run on an engine waits for it as for the
 * others. A prefetch leaves what it moves stale.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct page_job          its fence     last reference to the fence is dropped
 * references to VM and     page job      it is over; in a work of the module
 * queue, plan, keep-awake
 * count, mappings that are
 * no more
 * references to its fence  invalidation  it was answered, or will not be
 * and its queue
 * ======================== ============= ==========================================
 */

/* That a bind adds to a reservation: its own, a stopper, and what stops a long-running VM. */
#define NUM_FENCES	3

struct invalidation {
	struct xe_tlb_wait wait;
	struct page_job *job;		/* a reference to its fence, and one to its queue */
};

struct page_job {
	struct dep_job dep;		/* base */
	struct xe_vm *vm;		/* a reference, until it is released */
	struct xe_queue *q;		/* likewise; an invalidation has another */
	struct xe_pt_plan plan;
	struct list_head gone;		/* &xe_vma.link: what it unmaps */
	struct list_head fresh;		/* &xe_vma.link: what is not stale any more; until commit */
	struct rb_node node;		/* in &xe_vm.jobs, under &xe_vm.jobs_lock */
	u64 last_below;			/* of the tree */
	u32 asid;			/* of @vm */
	atomic_t unfinished;		/* one until all is written and asked for, and each TLB */
	bool deferred;			/* its entries are counted in &xe_usage.deferred */
	bool listed;			/* it is in that tree */
	bool awake;			/* it keeps the device awake */
	bool whole;			/* TLBs are to forget all of the VM, whatever is written */
	struct invalidation tlb[XE_MAX_GTS];
};

#define FIRST(job)	((job)->plan.start)
#define LAST(job)	((job)->plan.end - 1)
INTERVAL_TREE_DEFINE(struct page_job, node, u64, last_below, FIRST, LAST, static __maybe_unused,
		     jobs)

static struct page_job *to_page_job(struct dep_job *dep)
{
	return container_of(dep, struct page_job, dep);
}

/*
 * Writing
 */

static bool job_done(struct dep_job *dep)
{
	return !atomic_read(&to_page_job(dep)->unfinished);
}

static void finish_part(struct page_job *job)
{
	struct xe_queue *q = job->q;

	if (!atomic_dec_and_test(&job->unfinished))
		return;
	trace_xe_bind_done(q->xe->drm.dev, job->asid, job->plan.start, job->plan.end,
			   &job->dep.fence);
	dep_queue_complete(&q->dep, job_done);
}

/*
 * The job may have been buried before, and released, with its VM: whoever kills everything does not
 * wait for answers. After an error it has been, or is about to be.
 */
static void tlb_done(struct xe_tlb_wait *wait, int err)
{
	struct page_job *job = container_of(wait, struct invalidation, wait)->job;
	struct xe_queue *q = job->q;

	if (!err)
		finish_part(job);
	dma_fence_put(&job->dep.fence);
	xe_queue_put(q);
}

/* Over scratch no entry was valid, but what it led to may be cached. Size 0 is all of the VM. */
static void what_to_forget(const struct page_job *job, u64 *start, u64 *size)
{
	const struct xe_pt_plan *plan = &job->plan;

	*start = plan->over_scratch ? plan->start : plan->invalidate_start;
	*size = (plan->over_scratch ? plan->end : plan->invalidate_end) - *start;
	if (job->whole)
		*start = *size = 0;
}

static void invalidate(struct xe_hw hw, struct page_job *job)
{
	struct xe_hw_state *state = xe_hw_state(hw);
	u64 start, size;

	what_to_forget(job, &start, &size);

	xe_for_each_gt(gt, state) {
		struct invalidation *tlb = &job->tlb[gt->id];

		atomic_inc(&job->unfinished);
		dma_fence_get(&job->dep.fence);
		xe_queue_get(job->q);
		tlb->job = job;
		tlb->wait.done = tlb_done;
		xe_guc_tlb_invalidate_vm(hw, gt, job->asid, start, size, &tlb->wait);
	}
}

/*
 * A context that is going to run sets &xe_vm.ran under the same lock before: either it is seen
 * here, or the context finds what was written. Where nothing was valid, nothing is cached, unless
 * scratch is: then the next job of each queue begins with a flush. Jobs of an LR VM do not.
 */
static bool must_invalidate(const struct page_job *job)
{
	const struct xe_pt_plan *plan = &job->plan;

	lockdep_assert_held(&job->vm->pt_lock);
	return job->vm->ran &&
	       (job->whole || plan->invalidate ||
		(plan->over_scratch && job->vm->flags & XE_VM_LR));
}

enum written { WRITTEN_PART, WRITTEN, WRITTEN_INVALIDATE };

static enum written write_entries(struct xe_hw hw, struct page_job *job)
{
	struct xe_vm *vm = job->vm;

	guard(mutex)(&vm->pt_lock);
	if (xe_ppgtt_write(hw, &job->plan))
		return WRITTEN_PART;

	if (job->plan.invalidate || job->plan.over_scratch)
		WRITE_ONCE(vm->map_changes, vm->map_changes + 1);
	return must_invalidate(job) ? WRITTEN_INVALIDATE : WRITTEN;
}

/* One step. Return: whether there may be another. */
static bool write_ready(struct xe_hw hw, struct xe_queue *q)
{
	enum written written;
	struct page_job *job;
	struct dep_job *dep;

	guard(mutex)(&q->dep.lock);
	dep = dep_queue_ready(&q->dep);
	if (!dep)
		return false;

	job = to_page_job(dep);
	written = write_entries(hw, job);
	if (written == WRITTEN_PART)
		return true;

	dep_queue_issue(&q->dep, dep);
	trace_xe_bind_write(q->xe->drm.dev, job->asid, job->plan.start, job->plan.end,
			    &dep->fence);
	if (written == WRITTEN_INVALIDATE)
		invalidate(hw, job);
	/* An answer to one before it may end it as well, and it is looked at behind that. */
	dma_fence_get(&dep->fence);
	finish_part(job);
	dma_fence_put(&dep->fence);
	return !list_empty(&q->dep.waiting);
}

/* A job may write many entries: unplug of other devices does not wait for all of them. */
static void run(struct xe_queue *q)
{
	bool more = true;

	while (more) {
		more = false;
		xe_hw_scoped_awake(hw, q->xe)
			more = write_ready(hw, q);
	}
}

/*
 * The end
 */

static void undefer(struct page_job *job)
{
	if (job->deferred)
		xe_usage_undefer(job->q->args.usage, job->plan.entries);
	job->deferred = false;
}

static void delist(struct page_job *job)
{
	struct xe_vm *vm = job->vm;

	undefer(job);
	guard(spinlock)(&vm->jobs_lock);
	if (job->listed)
		jobs_remove(job, &vm->jobs);
}

static void drop_references(struct page_job *job)
{
	if (job->awake)
		xe_hw_awake_put(job->vm->xe);
	xe_submit_drop_deps(&job->dep);
	xe_queue_put(job->q);
	xe_vm_put(job->vm);
}

static void release(struct dep_job *dep)
{
	struct page_job *job = to_page_job(dep);

	if (dep->fence.error)
		trace_xe_bind_done(job->q->xe->drm.dev, job->asid, job->plan.start,
				   job->plan.end, &dep->fence);
	delist(job);
	if (job_done(dep))
		xe_pt_plan_free(&job->plan);
	else
		xe_pt_plan_drop(&job->plan);
	xe_vma_free_list(job->vm, &job->gone);
	xe_preempt_kick(job->vm);
	drop_references(job);
}

const struct xe_queue_ops xe_bind_queue_ops = {
	.dep = {
		.owner = THIS_MODULE,
		.kick = xe_queue_dep_kick,
		.release = release,
	},
	.run = run,
	.done = job_done,
};

/*
 * Making
 */

static struct page_job *make_job(struct xe_vm *vm, struct xe_queue *q)
{
	struct page_job *job = kzalloc(sizeof(*job), GFP_KERNEL_ACCOUNT);

	if (!job)
		return NULL;

	job->vm = xe_vm_get(vm);
	job->asid = vm->asid;
	job->q = xe_queue_get(q);
	xe_pt_plan_init(&job->plan, &vm->tree);
	INIT_LIST_HEAD(&job->gone);
	INIT_LIST_HEAD(&job->fresh);
	atomic_set(&job->unfinished, 1);
	return job;
}

/* One that was not published, and its plan undone. */
static void discard_job(struct page_job *job)
{
	drop_references(job);
	kfree(job);
}

/* Has the entries of a mapping lead to where its buffer is. */
static int plan_map(struct page_job *job, const struct xe_vm_map *map)
{
	struct xe_pt_source source = { .offset = map->offset };

	if (map->bo)
		xe_bo_pt_source(map->bo, &source);
	else if (map->pages && !xe_user_pages_pt_source(map->pages, map->offset, &source))
		return xe_pt_plan_unmap(&job->plan, map->addr, map->range);
	source.pat = map->pat_index;
	source.read_only = map->read_only;
	return xe_pt_plan_map(&job->plan, map->addr, map->range, &source);
}

static int plan_again(struct page_job *job, struct xe_vma *vma)
{
	struct xe_vm_map map = {
		.addr = vma->gpuva.va.addr,
		.range = vma->gpuva.va.range,
		.bo = vma->gpuva.gem.obj ? to_xe_bo(vma->gpuva.gem.obj) : NULL,
		.pages = vma->pages,
		.offset = vma->gpuva.gem.offset,
		.pat_index = vma->pat_index,
		.read_only = vma->read_only,
	};
	int err = plan_map(job, &map);

	if (!err && list_empty(&vma->link))
		list_add_tail(&vma->link, &job->fresh);
	return err;
}

static void forget_fresh(struct page_job *job, bool stale)
{
	struct xe_vma *vma, *next;

	list_for_each_entry_safe(vma, next, &job->fresh, link) {
		drm_gpuva_invalidate(&vma->gpuva, stale);
		if (!stale)
			list_del_init(&vma->unwritten_link);
		list_del_init(&vma->link);
	}
}

/*
 * Dependencies
 */

static unsigned int count_jobs(struct page_job *job)
{
	struct page_job *other;
	unsigned int n = 0;

	/* None is added, see collect_deps(). */
	if (RB_EMPTY_ROOT(&job->vm->jobs.rb_root))
		return 0;
	guard(spinlock)(&job->vm->jobs_lock);
	for (other = jobs_iter_first(&job->vm->jobs, FIRST(job), LAST(job)); other;
	     other = jobs_iter_next(other, FIRST(job), LAST(job)))
		n++;
	return n;
}

static int depend_on_jobs(struct page_job *job)
{
	struct page_job *other;
	int err = 0;

	guard(spinlock)(&job->vm->jobs_lock);
	for (other = jobs_iter_first(&job->vm->jobs, FIRST(job), LAST(job)); other && !err;
	     other = jobs_iter_next(other, FIRST(job), LAST(job)))
		err = dep_job_depend(&job->dep, dma_fence_get(&other->dep.fence));
	return err;
}

/*
 * Of those who moved the buffers, and of earlier jobs. None is added meanwhile: the reservations
 * are held, and where &xe_vm.lock is held for reading alone, that of the VM is needed as well.
 */
static int collect_deps(struct page_job *job, struct xe_vm_lock *lock, struct xe_sync *syncs,
			unsigned int num_syncs)
{
	bool writes = !xe_pt_plan_is_empty(&job->plan);
	struct dma_fence **deps = NULL;
	unsigned int max = num_syncs;
	int err = 0;

	/* Those of a try before this one. */
	xe_submit_drop_deps(&job->dep);
	if (writes)
		max += count_jobs(job);
	max += xe_submit_count_reserved(lock);
	if (max)
		deps = xe_mm_array(max, sizeof(*deps));
	if (max && !deps)
		return -ENOMEM;

	dep_job_init(&job->dep, deps, max);
	if (!max)
		return 0;
	for (unsigned int i = 0; i < num_syncs && !err; i++)
		err = xe_sync_depend(&syncs[i], &job->dep);
	if (!err)
		err = xe_submit_depend_reserved(&job->dep, lock);
	if (!err && writes)
		err = depend_on_jobs(job);
	xe_submit_merge_deps(&job->dep);
	return err;
}

/*
 * The point of no return
 */

static void enlist(struct page_job *job)
{
	struct xe_vm *vm = job->vm;

	guard(spinlock)(&vm->jobs_lock);
	job->listed = !xe_pt_plan_is_empty(&job->plan);
	if (job->listed)
		jobs_insert(job, &vm->jobs);
}

/* Return: the fence, with a reference; the job may be over. */
static struct dma_fence *publish(struct page_job *job, struct xe_vm_lock *lock)
{
	struct dma_fence *fence = &job->dep.fence;
	struct xe_queue *q = job->q;
	bool accepted;

	xe_pt_plan_commit(&job->plan);
	enlist(job);
	scoped_guard(mutex, &q->dep.lock) {
		accepted = dep_queue_push(&q->dep, &job->dep);
		trace_xe_bind_plan(q->xe->drm.dev, job->asid, job->plan.start, job->plan.end,
				   fence);
		set_bit(XE_VM_BIND_FENCE, &fence->flags);
		dma_fence_get(fence);
		xe_vm_add_fence(lock, fence);
	}
	xe_preempt_add_fence(lock);
	if (!accepted)
		dep_job_fail(&job->dep, READ_ONCE(q->xe->submit.error) ?: -ECANCELED);
	return fence;
}

/*
 * Ioctls
 */

/*
 * What is moved was moved before anything was planned, see make_reachable(). The kernel sees to
 * where memory of processes is, and what reads zero is nowhere.
 */
static int prefetch_one(struct page_job *job, struct drm_gpuva *gpuva, u32 region)
{
	struct drm_gem_object *obj = gpuva->gem.obj;

	if (!obj || xe_bo_can_be_in(to_xe_bo(obj), region))
		return 0;
	drm_dbg(&job->vm->xe->drm, "VM_BIND: what is to be moved cannot be there\n");
	return -EINVAL;
}

static int bind_prefetch(struct page_job *job, const struct xe_bind_op *op)
{
	struct drm_gpuva *gpuva;
	int err;

	drm_gpuvm_for_each_va_range(gpuva, &job->vm->gpuvm, op->map.addr,
				    op->map.addr + op->map.range) {
		err = xe_mm_go_on() ?: prefetch_one(job, gpuva, op->region);
		if (err)
			return err;
	}
	return 0;
}

/*
 * At one of any number of mappings. Several operations that look at all there are would multiply
 * them, with reservations held that others wait for.
 */
static int one_more(struct xe_bind_args *args)
{
	if (args->num_ops > 1 && ++args->looks > XE_BIND_MAX_LOOKS) {
		drm_dbg(&args->vm->xe->drm, "VM_BIND: too many mappings to look at in one call\n");
		return -ENOBUFS;
	}
	return xe_mm_go_on();
}

static int unmap(struct page_job *job, struct xe_vm_log *log, u64 addr, u64 range)
{
	int err = xe_vm_unmap(log, addr, range);

	return err ?: xe_pt_plan_unmap(&job->plan, addr, range);
}

/* Also of what was mapped by an operation before this one, of which the buffer does not know. */
static int unmap_all(struct page_job *job, struct xe_vm_log *log, struct xe_bind_args *args,
		     const struct xe_bo *bo)
{
	struct drm_gpuva *gpuva, *next;
	int err = 0;

	drm_gpuvm_for_each_va_safe(gpuva, next, &job->vm->gpuvm) {
		err = one_more(args);
		if (!err && gpuva->gem.obj == &bo->ttm.base)
			err = unmap(job, log, gpuva->va.addr, gpuva->va.range);
		if (err)
			break;
	}
	return err;
}

static int map(struct page_job *job, struct xe_vm_log *log, const struct xe_vm_map *map)
{
	int err = xe_vm_map(log, map);

	return err ?: plan_map(job, map);
}

static int apply(struct page_job *job, struct xe_vm_log *log, struct xe_bind_args *args,
		 const struct xe_bind_op *op)
{
	switch (op->what) {
	case XE_BIND_MAP:
		return map(job, log, &op->map);
	case XE_BIND_UNMAP:
		return unmap(job, log, op->map.addr, op->map.range);
	case XE_BIND_UNMAP_ALL:
		return unmap_all(job, log, args, op->map.bo);
	case XE_BIND_PREFETCH:
		return bind_prefetch(job, op);
	}
	return -EINVAL;
}

static int apply_all(struct page_job *job, struct xe_vm_log *log, struct xe_bind_args *args)
{
	int err = 0;

	for (unsigned int i = 0; i < args->num_ops && !err; i++)
		err = xe_mm_go_on() ?: apply(job, log, args, &args->ops[i]);
	return err;
}

/* The memory of what is written later is not given back before. */
static int limit_deferred(struct page_job *job, const struct xe_bind_args *args)
{
	if (!job->dep.num_deps && list_empty(&job->q->dep.waiting))
		return 0;

	if (!xe_usage_defer(job->q->args.usage, job->plan.entries, args->num_ops == 1)) {
		drm_dbg(&job->vm->xe->drm, "VM_BIND: too many entries wait to be written\n");
		return -ENOBUFS;
	}
	job->deferred = true;
	return 0;
}

static bool pages_valid(const struct xe_bind_args *args)
{
	for (unsigned int i = 0; i < args->num_ops; i++)
		if (args->ops[i].map.pages && !xe_user_pages_valid(args->ops[i].map.pages))
			return false;
	return true;
}

static struct page_job *make_stopper(struct xe_vm *vm)
{
	struct page_job *job = make_job(vm, vm->queues[XE_VM_REBINDS]);
	int err = -ENOMEM;

	if (!job)
		return ERR_PTR(-ENOMEM);

	dep_job_init(&job->dep, xe_mm_array(1, sizeof(*job->dep.deps)), 1);
	if (job->dep.deps)
		err = xe_submit_keep_awake(vm->xe, &job->awake);
	if (err) {
		discard_job(job);
		return ERR_PTR(err);
	}
	return job;
}

static bool takes_stale(const struct xe_vm_log *log)
{
	if (!log->goes)
		return false;

	guard(rwsem_read)(&log->vm->notifier_lock);
	return xe_vm_log_takes_stale(log);
}

static void publish_stopper(struct page_job *stopper, struct xe_vm_lock *lock,
			    struct dma_fence *of)
{
	struct xe_vm *vm = stopper->vm;

	dep_job_depend(&stopper->dep, dma_fence_get(of));
	dma_fence_put(vm->moved);
	vm->moved = publish(stopper, lock);
}

/* Behind the look at pages, whoever takes them away waits for the fence. */
static int commit(struct page_job *job, struct page_job *stopper, struct xe_vm_lock *lock,
		  struct xe_vm_log *log, struct xe_bind_args *args, struct dma_fence **fence)
{
	guard(rwsem_read)(&job->vm->notifier_lock);
	if (!pages_valid(args) || (!stopper && log->goes && xe_vm_log_takes_stale(log)))
		return -EAGAIN;

	xe_vm_log_commit(log);
	list_splice(&log->gone, &job->gone);
	dep_job_hold(&job->dep);
	*fence = publish(job, lock);
	args->stops = stopper;
	if (stopper)
		publish_stopper(stopper, lock, *fence);
	return 0;
}

static int bind_locked(struct page_job *job, struct xe_vm_lock *lock, struct xe_bind_args *args,
		       struct dma_fence **fence)
{
	struct page_job *stopper = NULL;
	struct xe_vm_log log;
	int err;

	xe_vm_log_init(&log, job->vm, args->user_fence);
	err = apply_all(job, &log, args);
	if (!err)
		err = collect_deps(job, lock, args->syncs, args->num_syncs);
	if (!err)
		err = limit_deferred(job, args);
	if (!err && takes_stale(&log)) {
		stopper = make_stopper(job->vm);
		err = PTR_ERR_OR_ZERO(stopper);
	}
	if (!err && lock->num_jobs)
		err = xe_vm_log_tell(&log);
	if (!err)
		err = commit(job, stopper, lock, &log, args, fence);
	if (err) {
		if (!IS_ERR_OR_NULL(stopper))
			discard_job(stopper);
		undefer(job);
		xe_pt_plan_undo(&job->plan);
		xe_vm_log_undo(&log);
	}
	return err;
}

/* Nothing gets into VRAM while it is emptied for system sleep: then it stays where it is. */
static int move(struct xe_bo *bo, u32 region)
{
	const struct xe_mm *mm = &to_xe_device(bo->ttm.base.dev)->mm;
	u32 mem_type = region == XE_REGION_VRAM ? XE_MEM_VRAM : XE_MEM_TT;
	int err = 0;

	if (xe_bo_can_be_in(bo, region) && bo->ttm.resource->mem_type != mem_type &&
	    !(region == XE_REGION_VRAM && READ_ONCE(mm->sleeping)))
		err = xe_bo_move_to(bo, mem_type);
	return err ?: xe_bo_make_reachable(bo);
}

static int move_mapped(struct xe_bind_args *args, const struct xe_bind_op *prefetch)
{
	u64 start = prefetch->map.addr, end = start + prefetch->map.range;
	struct drm_gpuva *gpuva;
	int err = 0;

	drm_gpuvm_for_each_va_range(gpuva, &args->vm->gpuvm, start, end) {
		err = one_more(args);
		if (!err && gpuva->gem.obj)
			err = move(to_xe_bo(gpuva->gem.obj), prefetch->region);
		if (err)
			break;
	}
	return err;
}

/* What operations before it map there. */
static int move_new(struct xe_bind_args *args, const struct xe_bind_op *prefetch)
{
	u64 start = prefetch->map.addr, end = start + prefetch->map.range;
	int err = 0;

	for (const struct xe_bind_op *op = args->ops; op < prefetch && !err; op++) {
		err = one_more(args);
		if (!err && op->what == XE_BIND_MAP && op->map.bo &&
		    op->map.addr < end && start < op->map.addr + op->map.range)
			err = move(op->map.bo, prefetch->region);
	}
	return err;
}

/*
 * As long as more reservations can be taken: others may have to make room. And before anything is
 * planned: no entry is to lead to where a buffer was.
 */
static int make_reachable(struct xe_bind_args *args)
{
	bool maps = false;
	int err = 0;

	args->looks = 0;
	for (unsigned int i = 0; i < args->num_ops && !err; i++) {
		const struct xe_bind_op *op = &args->ops[i];

		if (op->what == XE_BIND_MAP && op->map.bo) {
			maps = true;
			err = xe_bo_make_reachable(op->map.bo);
		} else if (op->what == XE_BIND_PREFETCH) {
			err = move_mapped(args, op) ?: move_new(args, op);
		}
	}
	/* Also what was moved out for the new buffer when that was made. */
	if (!err && maps && args->vm->flags & XE_VM_LR)
		err = xe_vm_make_reachable(args->vm);
	return err;
}

/* Who makes room in VRAM may have to wait for others who do, in the order of drm_exec. */
static bool may_move(const struct xe_bind_args *args)
{
	for (unsigned int i = 0; i < args->num_ops; i++)
		if (args->ops[i].what == XE_BIND_PREFETCH)
			return true;
	return args->vm->flags & XE_VM_LR;
}

static int lock_range(struct xe_vm_lock *lock, u64 start, u64 range)
{
	struct drm_gpuva *gpuva;
	int err = 0;

	drm_gpuvm_for_each_va_range(gpuva, &lock->vm->gpuvm, start, start + range) {
		if (gpuva->gem.obj)
			err = xe_vm_lock_obj(lock, gpuva->gem.obj);
		if (err)
			break;
	}
	return err;
}

/*
 * All of an LR VM is needed at once: what it has does not make room for what comes. And many ranges
 * may each have many mappings, of which the VM's own buffers need nothing.
 */
static int lock_buffers(struct xe_vm_lock *lock, void *data)
{
	struct xe_bind_args *args = data;
	bool all = args->vm->flags & XE_VM_LR || args->num_ops > XE_VM_FEW;
	int err;

	if (lock->num_few && may_move(args))
		return -EDEADLK;

	err = all ? xe_vm_lock_all(lock) : 0;
	for (unsigned int i = 0; i < args->num_ops && !err; i++) {
		const struct xe_vm_map *map = &args->ops[i].map;

		err = xe_mm_go_on();
		if (!err && map->bo)
			err = xe_vm_lock_obj(lock, &map->bo->ttm.base);
		if (!err && map->bo && args->vm->had_jobs)
			err = xe_vm_lock_new(lock, &map->bo->ttm.base);
		if (!err && map->range && !all)
			err = lock_range(lock, map->addr, map->range);
	}
	return err ?: make_reachable(args);
}

/* Before reservations: memory is found with the lock of the address space that it is in. */
static int pin(const struct xe_bind_args *args)
{
	for (unsigned int i = 0; i < args->num_ops; i++) {
		struct xe_vm_map *map = &args->ops[i].map;
		struct xe_user_pages *pages;
		int err;

		if (!map->userptr)
			continue;
		err = xe_mm_go_on();
		if (err)
			return err;
		pages = xe_userptr_pin(map->userptr);
		if (IS_ERR(pages))
			return PTR_ERR(pages);
		xe_user_pages_put(map->pages);
		map->pages = pages;
	}
	return 0;
}

static int try_bind(struct page_job *job, struct xe_bind_args *args, struct dma_fence **fence)
{
	struct xe_vm_lock lock;
	int err = pin(args);

	err = err ?: xe_vm_lock_for(args->vm, &lock, NUM_FENCES, &args->tries, lock_buffers,
				    args);
	if (err)
		return err;

	err = bind_locked(job, &lock, args, fence);
	xe_vm_unlock(&lock);
	return err;
}

static int bind(struct page_job *job, struct xe_bind_args *args, struct dma_fence **fence)
{
	struct xe_vm *vm = args->vm;
	int err;

	err = down_write_killable(&vm->lock);
	if (err)
		return err;

	err = -EAGAIN;
	if (xe_vm_is_banned(vm))
		err = xe_device_is_wedged(vm->xe) ? -ECANCELED : -ENOENT;
	for (int i = 0; i < XE_USERPTR_TRIES && err == -EAGAIN; i++)
		err = try_bind(job, args, fence);
	up_write(&vm->lock);
	return err;
}

/*
 * What is over already is shown by a fence that is nobody's: it does not keep the module from being
 * unloaded.
 */
static void signal_syncs(const struct xe_bind_args *args, struct dma_fence *fence)
{
	if (args->num_syncs && dma_fence_get_status(fence) == 1) {
		dma_fence_put(fence);
		fence = dma_fence_get_stub();
	}
	for (unsigned int i = 0; i < args->num_syncs; i++) {
		xe_sync_signal(&args->syncs[i], fence);
		xe_sync_signal_user(&args->syncs[i], fence);
	}
	dma_fence_put(fence);
}

/**
 * xe_bind - change what is mapped in an address space
 * @args: the changes, what to wait for, and what to signal
 *
 * All changes are made, or none. With none asked for, what the queue has still to do is waited for.
 *
 * Context: ioctl, no locks; enters in parts.
 * Return: 0; -ENOENT if nothing is accepted for the VM any more, -ECANCELED if the card was given
 * up; -EBUSY as xe_vm_unmap() and xe_bo_move_to(); -EINVAL; -ENOMEM, -ENOSPC; -ENOBUFS if too much
 * waits to be written, or is looked at, or the client has as many page tables as are left; -ENODEV;
 * -EAGAIN while the system is about to sleep;
 * -EINTR, -ERESTARTSYS; as xe_userptr_pin().
 */
int xe_bind(struct xe_bind_args *args)
{
	struct xe_queue *q = args->q ?: args->vm->queues[XE_VM_BINDS];
	struct dma_fence *fence;
	struct page_job *job;
	int err;

	err = dep_queue_wait_room(&q->dep, XE_QUEUE_MAX_PENDING);
	if (err)
		return err;
	job = make_job(args->vm, q);
	if (!job)
		return -ENOMEM;

	args->tries = (struct xe_vm_tries){};
	err = xe_submit_keep_awake(job->vm->xe, &job->awake);
	if (!err)
		do
			err = bind(job, args, &fence);
		while (xe_vm_try_again(&args->vm->xe->mm, err, &args->tries));
	if (err) {
		discard_job(job);
		return err;
	}

	xe_queue_run(q);
	if (args->stops)
		xe_queue_run(args->vm->queues[XE_VM_REBINDS]);
	signal_syncs(args, fence);
	dep_job_let_go(&job->dep);
	return 0;
}

/*
 * Stale mappings
 */

static int plan_stale(struct page_job *job, struct drm_gpuvm_bo *vm_bo)
{
	struct drm_gpuva *gpuva;
	int err = 0;

	drm_gpuvm_bo_for_each_va(gpuva, vm_bo) {
		if (!err && drm_gpuva_invalidated(gpuva))
			err = xe_mm_go_on() ?: plan_again(job, to_xe_vma(gpuva));
	}
	return err;
}

/* Nobody else changes the list: the reservations of all buffers that could be on it are held. */
static int prepare_stale(struct page_job *job, struct xe_vm_lock *lock)
{
	struct list_head *stale = &job->vm->gpuvm.evict.list;
	struct drm_gpuvm_bo *vm_bo;
	struct xe_vma *vma;
	int err;

	list_for_each_entry(vm_bo, stale, list.entry.evict) {
		err = plan_stale(job, vm_bo);
		if (err)
			return err;
	}
	list_for_each_entry(vma, &job->vm->unwritten, unwritten_link) {
		err = xe_mm_go_on() ?: plan_again(job, vma);
		if (err)
			return err;
	}
	return collect_deps(job, lock, NULL, 0);
}

static void forget_stale(struct xe_vm *vm)
{
	struct drm_gpuvm_bo *vm_bo, *next;

	list_for_each_entry_safe(vm_bo, next, &vm->gpuvm.evict.list, list.entry.evict)
		drm_gpuvm_bo_evict(vm_bo, false);
}

/* As commit(). */
static int commit_stale(struct page_job *job, struct xe_vm_lock *lock)
{
	struct xe_vm *vm = job->vm;

	guard(rwsem_read)(&vm->notifier_lock);
	if (!xe_userptr_valid(vm))
		return -EAGAIN;

	forget_stale(vm);
	forget_fresh(job, false);
	dma_fence_put(vm->moved);
	vm->moved = publish(job, lock);
	return 0;
}

static int follow_moves(struct xe_vm_lock *lock)
{
	struct xe_vm *vm = lock->vm;
	struct xe_queue *q = vm->queues[XE_VM_REBINDS];
	struct page_job *job = make_job(vm, q);
	int err;

	if (!job)
		return -ENOMEM;

	err = xe_submit_keep_awake(job->vm->xe, &job->awake);
	if (!err)
		err = prepare_stale(job, lock);
	if (!err)
		err = commit_stale(job, lock);
	if (err) {
		forget_fresh(job, true);
		xe_pt_plan_undo(&job->plan);
		discard_job(job);
		return err;
	}

	xe_queue_run(q);
	return 0;
}

/**
 * xe_bind_prepare - have page tables lead to where buffers are, before a job runs
 * @lock: by xe_vm_lock(), with room for one fence more than the caller needs
 * @fence: what the job has to wait for, with a reference; NULL if there is nothing
 *
 * Context: process context; enters.
 * Return: 0; -ENOMEM, -ENOSPC, -ENOBUFS, -ENODEV; -EAGAIN if xe_userptr_repin() has to be called,
 * or while the system is about to sleep.
 */
int xe_bind_prepare(struct xe_vm_lock *lock, struct dma_fence **fence)
{
	struct xe_vm *vm = lock->vm;
	int err = 0;

	dma_resv_assert_held(xe_vm_resv(vm));
	*fence = NULL;
	if (!list_empty(&vm->gpuvm.evict.list) || !list_empty(&vm->unwritten))
		err = follow_moves(lock);
	if (err || !vm->moved)
		return err;

	if (dma_fence_is_signaled(vm->moved)) {
		dma_fence_put(vm->moved);
		vm->moved = NULL;
		return 0;
	}
	*fence = dma_fence_get(vm->moved);
	return 0;
}

/*
 * VMs
 */

/*
 * A number that another VM had before. TLBs forget the other one, before the first job of this one.
 */
static int forget_former(struct xe_vm *vm)
{
	struct page_job *job = make_job(vm, vm->queues[XE_VM_REBINDS]);
	struct xe_vm_lock lock;
	int err;

	if (!job)
		return -ENOMEM;

	job->whole = true;
	err = xe_submit_keep_awake(job->vm->xe, &job->awake);
	if (!err)
		err = xe_vm_lock(vm, &lock, 1, NULL);
	if (err) {
		discard_job(job);
		return err;
	}

	dep_job_init(&job->dep, NULL, 0);
	vm->moved = publish(job, &lock);
	xe_vm_unlock(&lock);
	xe_queue_run(vm->queues[XE_VM_REBINDS]);
	return 0;
}

static const struct xe_vm_ops vm_ops = {
	.put_queue = xe_queue_put,
	.get_user_fence = xe_user_fence_get,
	.put_user_fence = xe_user_fence_put,
	.is_written = xe_user_fence_is_written,
	.kill = xe_queue_ban_all,
	.kill_kin = xe_queue_ban_kin,
};

static int make_queues(struct xe_vm *vm, struct xe_usage *usage)
{
	const struct xe_queue_args args = {
		.ops = &xe_bind_queue_ops, .kind = XE_QUEUE_BIND, .usage = usage,
	};

	for (unsigned int i = 0; i < XE_VM_QUEUES; i++) {
		struct xe_queue *q = xe_queue_create(vm->xe, &args);

		if (IS_ERR(q))
			return PTR_ERR(q);
		vm->queues[i] = q;
	}
	return 0;
}

/**
 * xe_bind_vm_create - make an empty address space, and its queues
 * @xe: the device
 * @flags: XE_VM_*
 * @usage: of the client; a reference is taken
 *
 * Context: process context; enters.
 * Return: with one reference for the caller, or an error pointer.
 */
struct xe_vm *xe_bind_vm_create(struct xe_device *xe, u32 flags, struct xe_usage *usage)
{
	struct xe_vm *vm = xe_vm_create(xe, flags, &vm_ops, usage);
	int err;

	if (IS_ERR(vm))
		return vm;

	err = make_queues(vm, usage);
	if (!err && flags & XE_VM_LR)
		err = xe_preempt_create(vm, xe_bind_prepare);
	if (!err && vm->ran)
		err = forget_former(vm);
	if (err) {
		xe_vm_put(vm);
		return ERR_PTR(err);
	}
	return vm;
}
