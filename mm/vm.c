// SPDX-License-Identifier: MIT
/*
 * Address spaces of the GPU.
 */

#include <linux/error-injection.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "hw/ppgtt.h"
#include "mm/bo.h"
#include "mm/mm.h"
#include "mm/userptr.h"
#include "mm/vm.h"
#include "uapi/file.h"
#include "xe_compat.h"
#include "xe_device.h"
#include "xe_module.h"
#include "xe_usage.h"

/**
 * DOC: Address spaces
 *
 * A VM is software: which buffer is mapped where, and what its page tables look like. It lives as
 * long as anything can run in it. What is hardware is to write the entries: page jobs do that, see
 * submit/bind.c; and nobody has to write or take back anything when a VM goes.
 *
 * Mappings and the structure of the tables change in the ioctl, entries perhaps later. So both say
 * how it will be when all page jobs are over. Changes are made one after the other with a log, by
 * which they are undone strictly in reverse; only xe_vm_log_commit() lets buffers know of them.
 * All of it is done with the reservations of all buffers concerned, thus nothing moves meanwhile.
 *
 * Whoever moves a buffer marks its mappings as stale, and the library has a list of the buffers
 * that have such. Nothing else happens until a job wants to run: there is none then, as moving has
 * waited for those that ran. Their fences are in the reservations of all that they reach, also of
 * a buffer that is mapped while they run. What is stale and is unmapped is not on that list any
 * more: jobs wait until its entries have been written over.
 *
 * Buffers that were made for one VM share its reservation, so that a job takes one lock and adds
 * one fence for all of them. They hold the object that has it, and never the VM, which holds the
 * device: they may die on a workqueue that goes with the device.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_vm             references    IDs, queues and jobs are gone, by a work of
 *                                        the module; after unplug as well
 * mapping                  struct xe_vm  it is unmapped and TLBs do not know it, or
 *                                        the VM goes
 * page tables              struct xe_vm  see mm/pt.c
 * reservation              its object    the VM and all buffers that share it are gone
 * number of an ASID        struct xe_vm  the VM goes
 * ======================== ============= ==========================================
 */

#define IDLE_TRIES	100	/* to find room in VRAM, while nobody else finds any */
#define MAX_TRIES	1500
#define RETRY_MS	20
#define MANY		1024u	/* mappings of a call: behind them it is asked for room for more */
#define ROOM_FOR_MANY	SZ_8M	/* their tables and a note of each change included */

/*
 * Mappings
 */

/* A single one needs no memory. Of what comes, the buffer is going to be told. */
static int log_change(struct xe_vm_log *log, struct xe_vma *vma, bool came)
{
	struct xe_vm_change *change = &log->first;
	struct drm_gem_object *obj = came ? vma->gpuva.gem.obj : NULL;
	struct drm_gpuvm_bo *vm_bo = NULL;
	int err = xe_mm_go_on();

	if (err)
		return err;
	if (obj)
		vm_bo = drm_gpuvm_bo_obtain_locked(&log->vm->gpuvm, obj);
	if (IS_ERR(vm_bo))
		return PTR_ERR(vm_bo);
	if (!list_empty(&log->changes))
		change = xe_mm_object(sizeof(*change));
	if (!change) {
		if (vm_bo)
			drm_gpuvm_bo_put(vm_bo);
		return -ENOMEM;
	}

	*change = (struct xe_vm_change){ .vma = vma, .vm_bo = vm_bo, .came = came };
	list_add_tail(&change->link, &log->changes);
	return 0;
}

/*
 * Whoever was to be told that it is mapped has to have been told, before it is not. What an array
 * maps and unmaps again it tells of once, when all of it is done.
 */
static int take_out(struct xe_vm_log *log, struct xe_vma *vma)
{
	int err;

	if (vma->user_fence && vma->user_fence != log->user_fence &&
	    !log->vm->ops->is_written(vma->user_fence)) {
		drm_dbg(&log->vm->xe->drm, "what is mapped there is still being bound\n");
		return -EBUSY;
	}
	err = log_change(log, vma, false);
	if (err)
		return err;

	log->goes = true;
	drm_gpuva_remove(&vma->gpuva);
	return 0;
}

static int put_in(struct xe_vm_log *log, const struct xe_vm_map *map, bool stale)
{
	struct xe_vma *vma = xe_mm_object(sizeof(*vma));
	int err;

	if (!vma)
		return -ENOMEM;

	vma->gpuva.va.addr = map->addr;
	vma->gpuva.va.range = map->range;
	vma->gpuva.gem.obj = map->bo ? &map->bo->ttm.base : NULL;
	vma->gpuva.gem.offset = map->offset;
	INIT_LIST_HEAD(&vma->gpuva.gem.entry);
	INIT_LIST_HEAD(&vma->link);
	INIT_LIST_HEAD(&vma->user_link);
	INIT_LIST_HEAD(&vma->unwritten_link);
	if (!map->bo && !map->pages)
		vma->gpuva.flags |= DRM_GPUVA_SPARSE;
	drm_gpuva_invalidate(&vma->gpuva, stale);
	vma->pat_index = map->pat_index;
	vma->read_only = map->read_only;
	vma->dumpable = map->dumpable;

	err = drm_gpuva_insert(&log->vm->gpuvm, &vma->gpuva);
	if (err) {
		kfree(vma);
		return err;
	}
	err = log_change(log, vma, true);
	if (err) {
		drm_gpuva_remove(&vma->gpuva);
		kfree(vma);
		return err;
	}
	vma->pages = xe_user_pages_get(map->pages);
	if (log->user_fence)
		vma->user_fence = log->vm->ops->get_user_fence(log->user_fence);
	return 0;
}

static int put_in_part(struct xe_vm_log *log, const struct drm_gpuva_op_map *part,
		       const struct xe_vma *of)
{
	struct xe_vm_map map = {
		.addr = part->va.addr,
		.range = part->va.range,
		.bo = part->gem.obj ? to_xe_bo(part->gem.obj) : NULL,
		.pages = of->pages,
		.offset = part->gem.offset,
		.pat_index = of->pat_index,
		.read_only = of->read_only,
		.dumpable = of->dumpable,
	};

	return put_in(log, &map, of->gpuva.flags & DRM_GPUVA_INVALIDATED);
}

static int step_unmap(struct drm_gpuva_op *op, void *data)
{
	return take_out(data, to_xe_vma(op->unmap.va));
}

static int step_remap(struct drm_gpuva_op *op, void *data)
{
	struct xe_vma *old = to_xe_vma(op->remap.unmap->va);
	int err = take_out(data, old);

	if (!err && op->remap.prev)
		err = put_in_part(data, op->remap.prev, old);
	if (!err && op->remap.next)
		err = put_in_part(data, op->remap.next, old);
	return err;
}

/**
 * xe_vm_log_init - before the first change
 * @log: the log
 * @vm: whose mappings are going to change
 * @user_fence: says that they have; or NULL
 *
 * Context: any.
 */
void xe_vm_log_init(struct xe_vm_log *log, struct xe_vm *vm, struct xe_user_fence *user_fence)
{
	log->vm = vm;
	log->user_fence = user_fence;
	log->maps = 0;
	log->goes = false;
	INIT_LIST_HEAD(&log->changes);
	INIT_LIST_HEAD(&log->gone);
}

/**
 * xe_vm_unmap - have nothing mapped in a range
 * @log: takes down what changes
 * @addr: of the range, in bytes
 * @range: its length in bytes
 *
 * Context: &xe_vm.lock is held for writing, and the reservations of all buffers in the range.
 * Return: 0; else the log has to be undone: -ENOMEM; -EBUSY as long as the user fence of what is
 * mapped there has not been written; -EINTR on a fatal signal.
 */
int xe_vm_unmap(struct xe_vm_log *log, u64 addr, u64 range)
{
	return drm_gpuvm_sm_unmap(&log->vm->gpuvm, log, addr, range);
}

/**
 * xe_vm_map - map something, in the place of what is mapped there
 * @log: takes down what changes
 * @map: what
 *
 * A call that maps very much stops before the end of memory: there each page is found by reclaim,
 * and who has nothing to do with it may have somebody killed. An unmap goes on, for it gives back.
 *
 * Context: as xe_vm_unmap(); and the reservation of the new buffer is held.
 * Return: as xe_vm_unmap().
 */
int xe_vm_map(struct xe_vm_log *log, const struct xe_vm_map *map)
{
	int err;

	if (!(++log->maps % MANY) && !xe_mm_has_memory(ROOM_FOR_MANY))
		return -ENOMEM;
	err = xe_vm_unmap(log, map->addr, map->range);
	return err ?: put_in(log, map, false);
}

static void free_changes(struct xe_vm_log *log)
{
	struct xe_vm_change *change, *next;

	list_for_each_entry_safe(change, next, &log->changes, link)
		if (change != &log->first)
			kfree(change);
	INIT_LIST_HEAD(&log->changes);
}

static bool is_stale(const struct xe_vma *vma)
{
	return vma->gpuva.flags & DRM_GPUVA_INVALIDATED || !list_empty(&vma->unwritten_link) ||
	       (vma->pages && !xe_user_pages_valid(vma->pages));
}

/**
 * xe_vm_log_takes_stale - does anything go whose pages have moved since its entries were written?
 * @log: the log
 *
 * Nobody will look for it again, and its entries lead to where the pages were until they are
 * written over. So no job begins before.
 *
 * Context: as when it was written, and &xe_vm.notifier_lock is held.
 */
bool xe_vm_log_takes_stale(const struct xe_vm_log *log)
{
	struct xe_vm_change *change;

	list_for_each_entry(change, &log->changes, link)
		if (!change->came && is_stale(change->vma))
			return true;
	return false;
}

/**
 * xe_vm_log_undo - have everything be as it was
 * @log: the log, empty afterwards
 *
 * Context: as when it was written.
 */
void xe_vm_log_undo(struct xe_vm_log *log)
{
	struct xe_vm_change *change;

	list_for_each_entry_reverse(change, &log->changes, link) {
		struct xe_vma *vma = change->vma;

		cond_resched();
		if (change->vm_bo)
			drm_gpuvm_bo_put(change->vm_bo);
		if (!change->came) {
			WARN_ON(drm_gpuva_insert(&log->vm->gpuvm, &vma->gpuva));
			continue;
		}
		drm_gpuva_remove(&vma->gpuva);
		list_add_tail(&vma->link, &log->gone);
	}
	free_changes(log);
	xe_vma_free_list(log->vm, &log->gone);
}

/* Jobs of its own that may be on an engine. A long-running VM has one fence for all of them. */
static bool is_of_job(struct dma_resv_iter *at, struct dma_fence *fence)
{
	return dma_resv_iter_usage(at) == DMA_RESV_USAGE_BOOKKEEP &&
	       !test_bit(XE_VM_BIND_FENCE, &fence->flags) && !dma_fence_is_signaled(fence);
}

static unsigned int count_jobs(struct xe_vm *vm)
{
	struct dma_resv_iter at;
	struct dma_fence *fence;
	unsigned int n = 0;

	dma_resv_for_each_fence(&at, xe_vm_resv(vm), DMA_RESV_USAGE_BOOKKEEP, fence)
		n += is_of_job(&at, fence);
	return n;
}

/* They were published without it, and reach it from now on. */
static void tell_of_jobs(struct xe_vm *vm, struct dma_resv *resv)
{
	struct dma_resv_iter at;
	struct dma_fence *fence;

	dma_resv_for_each_fence(&at, xe_vm_resv(vm), DMA_RESV_USAGE_BOOKKEEP, fence)
		if (is_of_job(&at, fence))
			dma_resv_add_fence(resv, fence, DMA_RESV_USAGE_BOOKKEEP);
}

/* Is it not among those that each job of the VM adds its fence to? */
static bool is_new(struct xe_vm *vm, struct drm_gem_object *obj, struct drm_gpuvm_bo *vm_bo)
{
	return !(vm->flags & XE_VM_LR) && drm_gpuvm_is_extobj(&vm->gpuvm, obj) &&
	       (!vm_bo || list_empty(&vm_bo->list.entry.extobj));
}

/**
 * xe_vm_log_tell - jobs that were published without a buffer reach it from now on: let it know
 * @log: the log
 *
 * Fences of jobs are added to what is new to the VM. That takes the square of their number for each
 * buffer, so it is not for xe_vm_log_commit(), where nobody stops and reclaim waits. One that knows
 * of jobs of which it is not mapped for is moved later than it could be, and nothing else.
 *
 * Context: as when it was written; xe_vm_lock_new() has made room.
 * Return: 0; -EINTR on a fatal signal.
 */
int xe_vm_log_tell(struct xe_vm_log *log)
{
	struct xe_vm *vm = log->vm;
	struct xe_vm_change *change;
	int err = 0;

	lockdep_assert_not_held(&vm->notifier_lock);
	list_for_each_entry(change, &log->changes, link) {
		struct drm_gem_object *obj = change->vma->gpuva.gem.obj;

		err = xe_mm_go_on();
		if (err)
			break;
		if (!change->vm_bo || !is_new(vm, obj, change->vm_bo))
			continue;
		tell_of_jobs(vm, obj->resv);
		/* Once, however often it is mapped. */
		drm_gpuvm_bo_extobj_add(change->vm_bo);
	}
	return err;
}

static void commit_come(struct xe_vm_change *change)
{
	if (change->vma->pages)
		xe_userptr_add_vma(change->vma);
	if (!change->vm_bo)
		return;

	drm_gpuva_link(&change->vma->gpuva, change->vm_bo);
	drm_gpuvm_bo_extobj_add(change->vm_bo);
	drm_gpuvm_bo_put(change->vm_bo);
}

static void commit_go(struct xe_vm_log *log, struct xe_vma *vma)
{
	struct drm_gem_object *obj = vma->gpuva.gem.obj;

	if (obj) {
		drm_gem_object_get(obj);
		vma->keeps = obj;
		drm_gpuva_unlink(&vma->gpuva);
	}
	if (vma->pages)
		xe_userptr_remove_vma(vma);
	list_add_tail(&vma->link, &log->gone);
}

/**
 * xe_vm_log_commit - let the buffers know what is mapped of them
 * @log: the log; what is gone is on &xe_vm_log.gone afterwards, for xe_vma_free_list()
 *
 * Context: as when it was written; does not fail.
 */
void xe_vm_log_commit(struct xe_vm_log *log)
{
	struct xe_vm_change *change;

	list_for_each_entry(change, &log->changes, link) {
		cond_resched();
		if (change->came)
			commit_come(change);
		else
			commit_go(log, change->vma);
	}
	free_changes(log);
}

static void free_vma(struct xe_vm *vm, struct xe_vma *vma)
{
	if (vma->user_fence)
		vm->ops->put_user_fence(vma->user_fence);
	xe_user_pages_put(vma->pages);
	kfree(vma);
}

/**
 * xe_vma_free_list - free mappings that are no more
 * @vm: whose
 * @gone: list of &xe_vma.link, empty afterwards
 *
 * Context: process context; no TLB knows them any more; without the reservations of their buffers,
 * unless others hold these buffers.
 */
void xe_vma_free_list(struct xe_vm *vm, struct list_head *gone)
{
	struct xe_vma *vma, *next;

	list_for_each_entry_safe(vma, next, gone, link) {
		cond_resched();
		if (vma->keeps)
			drm_gem_object_put(vma->keeps);
		free_vma(vm, vma);
	}
	INIT_LIST_HEAD(gone);
}

/*
 * Reservations
 */

static void unlock_few(struct xe_vm_lock *lock)
{
	while (lock->num_few)
		dma_resv_unlock(lock->few[--lock->num_few]);
}

/**
 * xe_vm_lock_obj - take the reservation of a buffer as well
 * @lock: which are held
 * @obj: the buffer; nothing happens if its reservation is held
 *
 * As long as there are few it is not waited for while others are held, so that the order makes no
 * difference.
 *
 * Context: called by xe_vm_lock_for().
 * Return: 0; to be passed on to it: -EDEADLK, -ENOMEM, -EINTR or -ERESTARTSYS.
 */
int xe_vm_lock_obj(struct xe_vm_lock *lock, struct drm_gem_object *obj)
{
	if (!lock->num_few)
		return drm_exec_prepare_obj(&lock->exec, obj, lock->num_fences);

	for (unsigned int i = 0; i < lock->num_few; i++)
		if (lock->few[i] == obj->resv)
			return 0;
	if (lock->num_few == XE_VM_FEW || !dma_resv_trylock(obj->resv))
		return -EDEADLK;
	lock->few[lock->num_few++] = obj->resv;
	return dma_resv_reserve_fences(obj->resv, lock->num_fences);
}

/**
 * xe_vm_lock_new - have room for what a buffer that is going to be mapped is told
 * @lock: which are held, that of the buffer among them
 * @obj: the buffer
 *
 * Jobs that were published before reach it, too, so their fences have to be in its reservation. A
 * VM without &xe_vm.had_jobs need not ask.
 *
 * Context: called by xe_vm_lock_for().
 * Return: 0 or -ENOMEM.
 */
int xe_vm_lock_new(struct xe_vm_lock *lock, struct drm_gem_object *obj)
{
	struct drm_gpuvm_bo *vm_bo;
	bool new;

	if (!drm_gpuvm_is_extobj(&lock->vm->gpuvm, obj))
		return 0;
	if (!lock->counted)
		lock->num_jobs = count_jobs(lock->vm);
	lock->counted = true;
	if (!lock->num_jobs)
		return 0;

	vm_bo = drm_gpuvm_bo_find(&lock->vm->gpuvm, obj);
	new = is_new(lock->vm, obj, vm_bo);
	drm_gpuvm_bo_put(vm_bo);
	return new ? dma_resv_reserve_fences(obj->resv, lock->num_fences + lock->num_jobs) : 0;
}

/**
 * xe_vm_lock_all - take the reservations of all buffers that are mapped in a VM
 * @lock: which are held
 *
 * Context: as xe_vm_lock_obj().
 * Return: as xe_vm_lock_obj().
 */
int xe_vm_lock_all(struct xe_vm_lock *lock)
{
	struct drm_gpuvm_bo *vm_bo;
	int err = 0;

	list_for_each_entry(vm_bo, &lock->vm->gpuvm.extobj.list, list.entry.extobj) {
		err = xe_vm_lock_obj(lock, vm_bo->obj);
		if (err)
			break;
	}
	return err;
}

/**
 * xe_vm_make_reachable - have all buffers of a VM that have moved where engines reach them
 * @vm: the VM; the reservations of all its buffers are held
 *
 * What the VM has does not make room for it, only what others have. The mappings stay stale.
 *
 * Context: process context; enters.
 * Return: as xe_bo_make_reachable().
 */
int xe_vm_make_reachable(struct xe_vm *vm)
{
	struct drm_gpuvm_bo *vm_bo;
	int err = 0;

	list_for_each_entry(vm_bo, &vm->gpuvm.evict.list, list.entry.evict) {
		err = xe_bo_make_reachable(to_xe_bo(vm_bo->obj));
		if (err)
			break;
	}
	return err;
}

static int lock_few(struct xe_vm_lock *lock, int (*more)(struct xe_vm_lock *lock, void *data),
		    void *data)
{
	struct dma_resv *resv = xe_vm_resv(lock->vm);
	int err = dma_resv_lock_interruptible(resv, NULL);

	if (err)
		return err;

	lock->few[0] = resv;
	lock->num_few = 1;
	err = dma_resv_reserve_fences(resv, lock->num_fences);
	err = err ?: more(lock, data);
	if (err)
		unlock_few(lock);
	return err;
}

/* All tries of a caller are as old as the first: who tries for longest waits for the others. */
static void keep_age(struct ww_acquire_ctx *ticket, struct xe_vm_tries *tries)
{
	if (!tries)
		return;
	if (!tries->stamp)
		tries->stamp = ticket->stamp;
	ticket->stamp = tries->stamp;
}

static int lock_in_order(struct xe_vm_lock *lock, struct xe_vm_tries *tries,
			 int (*more)(struct xe_vm_lock *lock, void *data), void *data)
{
	struct drm_exec *exec = &lock->exec;
	int err = 0;

	drm_exec_init(exec, DRM_EXEC_INTERRUPTIBLE_WAIT | DRM_EXEC_IGNORE_DUPLICATES,
		      2 * XE_VM_FEW);
	drm_exec_until_all_locked(exec) {
		keep_age(&exec->ticket, tries);
		err = drm_gpuvm_prepare_vm(&lock->vm->gpuvm, exec, lock->num_fences);
		err = err ?: more(lock, data);
		drm_exec_retry_on_contention(exec);
		if (err)
			break;
	}
	if (err)
		drm_exec_fini(exec);
	return err;
}

/**
 * xe_vm_lock_for - take the reservations of a VM and of chosen buffers
 * @vm: the VM
 * @lock: which are held
 * @num_fences: that can be added to each
 * @tries: of the caller, if this is one of several, or NULL
 * @more: takes those of buffers with xe_vm_lock_obj(), and has them where they have to be; -EDEADLK
 *        if something has to be waited for: it is called again then, in the order of drm_exec
 * @data: for @more
 *
 * Who makes room in VRAM cannot wait for others without a ticket, and with one only for younger
 * ones. So a second try has one, and it gets no younger from then on: it is its turn some time.
 *
 * Context: process context, &xe_vm.lock is held.
 * Return: 0; -ENOMEM; -EINTR or -ERESTARTSYS; what @more returns.
 */
int xe_vm_lock_for(struct xe_vm *vm, struct xe_vm_lock *lock, unsigned int num_fences,
		   struct xe_vm_tries *tries,
		   int (*more)(struct xe_vm_lock *lock, void *data), void *data)
{
	int err = -EDEADLK;

	lock->vm = vm;
	lock->shared = false;
	lock->counted = false;
	lock->num_jobs = 0;
	lock->num_few = 0;
	lock->num_fences = num_fences + 1;	/* and that of a clear or a move */
	if (!tries || !tries->all)
		err = lock_few(lock, more, data);
	if (err == -EDEADLK)
		err = lock_in_order(lock, tries, more, data);
	if (!err)
		atomic_inc(&vm->xe->mm.busy);
	return err;
}

/*
 * Room for what has moved is made by taking more reservations, which is not allowed any more when
 * drm_exec has all that it was to take. Who makes room for others' may have to wait for those who
 * do the same, in its order.
 */
static int lock_reachable(struct xe_vm_lock *lock, void *unused)
{
	struct drm_gpuvm *gpuvm = &lock->vm->gpuvm;
	int err;

	if (lock->num_few && !list_empty(&gpuvm->evict.list) && !list_empty(&gpuvm->extobj.list))
		return -EDEADLK;
	err = xe_vm_lock_all(lock);
	return err ?: xe_vm_make_reachable(lock->vm);
}

/**
 * xe_vm_lock - have what is mapped in a VM stay as it is, and where engines reach it
 * @vm: the VM
 * @lock: what is held: &xe_vm.lock, the reservations of the VM and of all buffers in it
 * @num_fences: that can be added to each reservation
 * @tries: as xe_vm_lock_for()
 *
 * Context: process context; enters.
 * Return: 0; as xe_bo_make_reachable().
 */
int xe_vm_lock(struct xe_vm *vm, struct xe_vm_lock *lock, unsigned int num_fences,
	       struct xe_vm_tries *tries)
{
	int err = down_read_killable(&vm->lock);

	if (err)
		return err;
	err = xe_vm_lock_for(vm, lock, num_fences, tries, lock_reachable, NULL);
	if (err)
		up_read(&vm->lock);
	lock->shared = !err;
	return err;
}

/**
 * xe_vm_unlock - undo xe_vm_lock() and the like
 * @lock: what is held
 *
 * Context: process context.
 */
void xe_vm_unlock(struct xe_vm_lock *lock)
{
	if (lock->num_few)
		unlock_few(lock);
	else
		drm_exec_fini(&lock->exec);
	atomic_dec(&lock->vm->xe->mm.busy);
	if (lock->shared)
		up_read(&lock->vm->lock);
}

/**
 * xe_vm_may_try - whether there may be room in VRAM at the next try
 * @mm: the device's memory
 * @tries: of the caller, the last of which is over
 * @max_idle: how often to try while nobody else gets a buffer into VRAM either, or is busy
 *
 * Who makes room in VRAM while others do the same is told that there is none, where he would have
 * to wait for those who wait for what he has. As long as others move, wait for the users of what
 * they move, or have all that they want and write page tables, they are going to be done, which on
 * a slow machine takes its time. Who holds what he has found room for so far is not among them.
 *
 * Context: any.
 * Return: false also if it has been too often altogether.
 */
bool xe_vm_may_try(const struct xe_mm *mm, struct xe_vm_tries *tries, unsigned int max_idle)
{
	tries->moves = READ_ONCE(mm->moves);
	return ++tries->idle < max_idle && ++tries->all < MAX_TRIES;
}

/**
 * xe_vm_tries_look - before the next try: have others moved since xe_vm_may_try(), or do they?
 * @mm: the device's memory
 * @tries: of the caller, who has slept
 *
 * What is moved during the caller's tries does not count: it may be the caller who moves it.
 *
 * Context: any.
 */
void xe_vm_tries_look(const struct xe_mm *mm, struct xe_vm_tries *tries)
{
	if (READ_ONCE(mm->moves) != tries->moves || atomic_read(&mm->busy))
		tries->idle = 0;
}

/**
 * xe_vm_try_again - sleep, if it makes sense to take the reservations once more
 * @mm: the device's memory
 * @err: of the last try, the reservations of which have been let go
 * @tries: how many there were
 *
 * Context: process context, no locks.
 * Return: whether to try again; not if there is no room for some seconds, or on a fatal signal.
 */
bool xe_vm_try_again(const struct xe_mm *mm, int err, struct xe_vm_tries *tries)
{
	if (err != -ENOSPC || !xe_vm_may_try(mm, tries, IDLE_TRIES) ||
	    schedule_timeout_killable(msecs_to_jiffies(RETRY_MS)))
		return false;
	xe_vm_tries_look(mm, tries);
	return true;
}

/**
 * xe_vm_add_fence - have nobody move or free what is reserved before a fence has signalled
 * @lock: the reservations, with room for it
 * @fence: the fence
 *
 * Nobody waits for it who just uses the buffers.
 *
 * Context: process context.
 */
void xe_vm_add_fence(struct xe_vm_lock *lock, struct dma_fence *fence)
{
	struct dma_resv *resv;

	if (!test_bit(XE_VM_BIND_FENCE, &fence->flags))
		lock->vm->had_jobs = true;
	xe_vm_for_each_resv(lock, resv)
		dma_resv_add_fence(resv, fence, DMA_RESV_USAGE_BOOKKEEP);
}

/*
 * The VM itself
 */

static void vm_free(struct drm_gpuvm *gpuvm)
{
	kfree(to_xe_vm(gpuvm));
}

static const struct drm_gpuvm_ops gpuvm_ops = {
	.vm_free = vm_free,
	.sm_step_remap = step_remap,
	.sm_step_unmap = step_unmap,
};

static void drop_mapping(struct xe_vm *vm, struct xe_vma *vma)
{
	struct drm_gem_object *obj = vma->gpuva.gem.obj;

	drm_gpuva_remove(&vma->gpuva);
	if (obj) {
		/* The last reference is not to go with the lock of the object held. */
		drm_gem_object_get(obj);
		dma_resv_lock(obj->resv, NULL);
		drm_gpuva_unlink(&vma->gpuva);
		dma_resv_unlock(obj->resv);
		drm_gem_object_put(obj);
	}
	if (vma->pages)
		xe_userptr_remove_vma(vma);
	free_vma(vm, vma);
}

static void delist(struct xe_vm *vm)
{
	struct xe_vms *vms = &vm->xe->vms;

	scoped_guard(mutex, &vms->lock)
		list_del(&vm->link);
	if (vm->asid)
		xa_erase(&vms->asids, vm->asid);
}

/* Nobody has it, nothing runs in it. */
static void free_vm(struct work_struct *work)
{
	struct xe_vm *vm = container_of(work, struct xe_vm, free);
	struct drm_gpuva *gpuva, *next;

	drm_gpuvm_for_each_va_safe(gpuva, next, &vm->gpuvm) {
		cond_resched();
		drop_mapping(vm, to_xe_vma(gpuva));
	}
	for (unsigned int i = 0; i < XE_VM_QUEUES; i++)
		if (vm->queues[i])
			vm->ops->put_queue(vm->queues[i]);
	dma_fence_put(vm->moved);
	if (vm->has_tree)
		xe_pt_tree_fini(&vm->tree);
	delist(vm);
	kfree(vm->preempt);
	mutex_destroy(&vm->pt_lock);
	xe_userptr_vm_fini(vm);
	drm_gpuvm_put(&vm->gpuvm);
}

static void vm_release(struct kref *ref)
{
	struct xe_vm *vm = container_of(ref, struct xe_vm, ref);

	xe_module_release(&vm->free);
}

/**
 * xe_vm_put - drop a reference
 * @vm: the VM
 *
 * Context: any; waits for nothing.
 */
void xe_vm_put(struct xe_vm *vm)
{
	kref_put(&vm->ref, vm_release);
}

/* Where numbers have gone round, TLBs may know the new VM's from its former owner. */
static int number_vm(struct xe_vm *vm)
{
	struct xe_vms *vms = &vm->xe->vms;
	int ret;

	xa_lock(&vms->asids);
	ret = __xa_alloc_cyclic(&vms->asids, &vm->asid, vm, XA_LIMIT(1, XE_VM_MAX_ASID),
				&vms->next_asid, GFP_KERNEL);
	if (ret < 0)
		vm->asid = 0;
	if (ret > 0)
		vms->asids_reused = true;
	vm->ran = vms->asids_reused;
	xa_unlock(&vms->asids);
	return min(ret, 0);
}

/*
 * On the list of the device, so that a kill finds it, before anybody can name it. The kill is on
 * the way to fences: its lock is not held where memory is allocated.
 */
static int enlist(struct xe_vm *vm)
{
	struct xe_vms *vms = &vm->xe->vms;

	scoped_guard(mutex, &vms->lock) {
		list_add_tail(&vm->link, &vms->list);
		if (vms->dead)
			set_bit(XE_VM_DEAD, &vm->state);
	}
	return number_vm(vm);
}

static struct xe_vm *alloc_vm(struct xe_device *xe, u32 flags)
{
	struct xe_vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	struct drm_gem_object *resv_obj;

	if (!vm)
		return NULL;
	resv_obj = drm_gpuvm_resv_object_alloc(&xe->drm);
	if (!resv_obj) {
		kfree(vm);
		return NULL;
	}

	drm_gpuvm_init(&vm->gpuvm, "Xe VM", 0, &xe->drm, resv_obj, 0,
		       BIT_ULL(xe->platform->va_bits), 0, 0, &gpuvm_ops);
	drm_gem_object_put(resv_obj);
	kref_init(&vm->ref);
	INIT_WORK(&vm->free, free_vm);
	INIT_LIST_HEAD(&vm->link);
	init_rwsem(&vm->lock);
	mutex_init(&vm->pt_lock);
	spin_lock_init(&vm->jobs_lock);
	vm->jobs = RB_ROOT_CACHED;
	xe_userptr_vm_init(vm);
	vm->xe = xe;
	vm->flags = flags;
	return vm;
}

/* Nobody knows the VM yet: its first tables are written here, or never. */
static int write_first(struct xe_vm *vm, struct xe_pt_plan *plan)
{
	bool more = true;

	while (more) {
		int err = -EAGAIN;

		xe_hw_scoped(hw, vm->xe) {
			more = xe_ppgtt_write(hw, plan);
			err = 0;
		}
		if (err)
			return xe_hw_error(vm->xe, err);
	}
	return 0;
}

static int make_tree(struct xe_vm *vm, struct xe_usage *usage)
{
	struct xe_vm_tries tries = { };
	struct xe_pt_plan plan;
	int err;

	do
		err = xe_pt_tree_init(vm->xe, &vm->tree, usage, vm->flags & XE_VM_SCRATCH, &plan);
	while (xe_vm_try_again(&vm->xe->mm, err, &tries));
	if (err)
		return err == -ENOSPC ? -ENOMEM : err;

	vm->has_tree = true;
	err = write_first(vm, &plan);
	if (err)
		xe_pt_plan_drop(&plan);
	else
		xe_pt_plan_free(&plan);
	return err;
}

/**
 * xe_vm_create - make an empty address space
 * @xe: the device
 * @flags: XE_VM_*
 * @ops: what the caller does for it, who also fills &xe_vm.queues
 * @usage: of the client; a reference is taken
 *
 * Context: process context; enters.
 * Return: with one reference for the caller, or an error pointer.
 */
struct xe_vm *xe_vm_create(struct xe_device *xe, u32 flags, const struct xe_vm_ops *ops,
			   struct xe_usage *usage)
{
	struct xe_vm *vm = alloc_vm(xe, flags);
	int err;

	if (!vm)
		return ERR_PTR(-ENOMEM);

	vm->ops = ops;
	xe_who_calls(&vm->who);
	err = enlist(vm);
	if (!err)
		err = make_tree(vm, usage);
	if (err) {
		xe_vm_put(vm);
		return ERR_PTR(err);
	}
	return vm;
}

/**
 * xe_vm_lookup - find a VM by its number
 * @file: the client
 * @id: the number
 *
 * Context: any.
 * Return: with a reference for the caller; NULL if there is none.
 */
struct xe_vm *xe_vm_lookup(struct drm_file *file, u32 id)
{
	struct xarray *vms = &to_xe_file(file)->vms;
	struct xe_vm *vm;

	xa_lock(vms);
	vm = xa_load(vms, id);
	if (vm)
		xe_vm_get(vm);
	xa_unlock(vms);
	return vm;
}

/**
 * xe_vm_ban - accept nothing for it any more
 * @vm: the VM
 *
 * Context: any; what runs goes on.
 */
void xe_vm_ban(struct xe_vm *vm)
{
	set_bit(XE_VM_BANNED, &vm->state);
}

/**
 * xe_vm_ban_kin - accept nothing for any of them any more
 * @vm: the VM
 *
 * Of all of xe_vm_is_kin().
 *
 * Context: process context, also on the way to fences, and where reclaim waits; what runs goes on.
 */
void xe_vm_ban_kin(struct xe_vm *vm)
{
	struct xe_vms *vms = &vm->xe->vms;
	struct xe_vm *other;

	guard(mutex)(&vms->lock);
	list_for_each_entry(other, &vms->list, link)
		if (xe_vm_is_kin(vm, other))
			xe_vm_ban(other);
}

/**
 * xe_vm_set_ran - a context of it is about to run: from now on TLBs may know it
 * @vm: the VM
 *
 * Before the first message that could start one. A change of entries that does not see this was
 * written before the context can read them.
 *
 * Context: process context, takes &xe_vm.pt_lock once.
 */
void xe_vm_set_ran(struct xe_vm *vm)
{
	if (READ_ONCE(vm->ran))
		return;

	guard(mutex)(&vm->pt_lock);
	WRITE_ONCE(vm->ran, true);
}

/**
 * xe_vm_root - what a context image needs to find its page tables
 * @vm: the VM
 * @gt_id: of the context; all GTs share the tables
 *
 * Context: any.
 * Return: entry that points at the root.
 */
u64 xe_vm_root(const struct xe_vm *vm, unsigned int gt_id)
{
	return xe_pt_tree_root(&vm->tree);
}

/**
 * xe_vm_kill_all - nothing is written for any VM any more, nor for one that is still to come
 * @xe: the device
 *
 * A part of the end of everything: page jobs are dropped all together, and only where no table is
 * used any more. See xe_submit_kill().
 *
 * Context: process context; software only; more than once does no harm.
 */
void xe_vm_kill_all(struct xe_device *xe)
{
	struct xe_vms *vms = &xe->vms;
	struct xe_vm *vm;

	guard(mutex)(&vms->lock);
	vms->dead = true;
	list_for_each_entry(vm, &vms->list, link)
		set_bit(XE_VM_DEAD, &vm->state);
}

static void vms_fini(struct drm_device *drm, void *data)
{
	struct xe_vms *vms = data;

	xa_destroy(&vms->asids);
	mutex_destroy(&vms->lock);
	xe_usages_fini(&to_xe_device(drm)->usages);
}

/**
 * xe_vms_init - step of the software side
 * @xe: the device
 *
 * Context: probe, before there is any hardware.
 * Return: 0 or -ENOMEM.
 */
int xe_vms_init(struct xe_device *xe)
{
	struct xe_vms *vms = &xe->vms;

	xe_usages_init(&xe->usages);
	mutex_init(&vms->lock);
	/* Fences wait for who kills everything, and he for this. */
	fs_reclaim_acquire(GFP_KERNEL);
	might_lock(&vms->lock);
	fs_reclaim_release(GFP_KERNEL);
	INIT_LIST_HEAD(&vms->list);
	xa_init_flags(&vms->asids, XA_FLAGS_ALLOC1);
	return drmm_add_action_or_reset(&xe->drm, vms_fini, vms);
}
ALLOW_ERROR_INJECTION(xe_vms_init, ERRNO);
