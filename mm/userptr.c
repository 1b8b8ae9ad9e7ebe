// SPDX-License-Identifier: MIT
/*
 * Memory of processes in address spaces of the GPU.
 */

#include <linux/dma-resv.h>
#include <linux/hmm.h>
#include <linux/interval_tree.h>
#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/ratelimit.h>
#include <linux/scatterlist.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include <drm/drm_print.h>

#include "mm/mm.h"
#include "mm/pt.h"
#include "mm/userptr.h"
#include "xe_device.h"
#include "xe_module.h"
#include "xe_usage.h"

/**
 * DOC: Memory of processes
 *
 * A process can have its own memory mapped in a VM. The pages stay the kernel's, which moves them,
 * swaps them out, and takes them away when the process says so: nothing is pinned. A notifier is
 * told before, and does not return until the card cannot reach the pages. A job finds them again
 * before it runs.
 *
 * There is one notifier for each bind. What is left of a mapping when parts of it are unmapped
 * shares it, and shares the pages as well, until they are taken away: then each part looks for its
 * own, as the process may have unmapped what lies between.
 *
 * The notifier counts a sequence on, and has the VM remember that it has to look again; both under
 * &xe_vm.notifier_lock. Who writes entries or publishes a job looks whether pages are valid, and
 * publishes its fence, under the same lock. So the notifier finds in the reservation the fences of
 * all who may use the pages, and who comes later has not missed that they went. It lets go of the
 * lock, waits for these fences, and unmaps the pages for DMA; unless what goes is none of the pages
 * that are mapped: the driver's own mappings may lie between them, and are taken away at unbind.
 *
 * Reclaim waits for the notifier, and so does munmap. Hang checks bound the time of jobs that run.
 * A job that has to wait for somebody else before it begins has half a minute, then the VM is
 * banned, and only its engines are waited for. Thousands of VMs may have the same page, and it is
 * waited for one after the other. So the half minute is the client's, for all its VMs together, and
 * the clients of a user have five minutes: what was waited in vain the next VM does not have. Who
 * has lost half of it, and is waited for in vain once more, has all its VMs banned at once in which
 * its memory was. See xe_usage.c.
 *
 * They are banned at once if the process that made them exits, as it would have to wait for
 * thousands of jobs before its files are closed. Of another one that lent it memory, a child of it
 * perhaps, its jobs may know nothing. Entries that are written by then lead to where nothing runs.
 * And while the system sleeps nothing is over before it is awake: a VM whose memory is reclaimed
 * then is banned at once, and does not run again.
 *
 * Memory that is not there any more when it is looked for does not keep a job from running, for
 * runtimes free memory before they unmap it. Its entries are cleared.
 *
 * ======================== =============== ==========================================
 * object                   owner           released when
 * ======================== =============== ==========================================
 * struct xe_userptr,       struct          the last of them goes; by a work of the
 * notifier                 xe_user_pages   module, one for a process, as it may have to wait
 *                          and the ioctl
 * struct xe_user_pages     struct xe_vma,  TLBs do not know the last mapping of it, or
 *                          bind            pages were found anew
 * DMA mapping              bound side      pages are taken away, the above, or unbind
 * list of its addresses    xe_user_pages   with it
 * memory of the VM,        xe_userptr      it goes
 * usage of the client
 * ======================== =============== ==========================================
 */

#define ENGINES_TIMEOUT	(30 * HZ)
#define DIRTY_AT_ONCE	16384ul		/* pages */

/**
 * struct xe_userptr - a range of memory of a process
 */
struct xe_userptr {
	/** @notifier: of the range; base */
	struct mmu_interval_notifier notifier;
	/** @ref: of page lists and ioctls */
	struct kref ref;
	/** @free: removes the notifier and those behind it, waits for those that run */
	struct work_struct free;
	/** @removal: on @removals, or behind one that is; under @removals_lock */
	struct list_head removal;
	/** @behind: others of the same process that are to be freed, under @removals_lock */
	struct list_head behind;
	/** @vm: where it is mapped; the memory of it alone is held, as by &drm_gpuvm */
	struct xe_vm *vm;
	/** @usage: of the client whose VM it is, a reference: the VM may have given back its own */
	struct xe_usage *usage;
	/** @read_only: the card does not write; constant */
	bool read_only;
	/** @vmas: &xe_vma.user_link, what is mapped of it; under &xe_vm.lock */
	struct list_head vmas;
	/** @link: on &xe_vm.invalidated */
	struct list_head link;
	/** @mapped: &xe_user_pages.at, by address in the process; under &xe_mm.userptr_lock */
	struct rb_root_cached mapped;
	/** @mapped_link: on &xe_mm.userptrs while there are such; under the same */
	struct list_head mapped_link;
};

/**
 * struct xe_user_pages - where memory of a process was found
 */
struct xe_user_pages {
	/** @ref: of mappings */
	struct kref ref;
	/** @userptr: whose, a reference */
	struct xe_userptr *userptr;
	/** @at: their addresses in the process; in &xe_userptr.mapped while @sgt is mapped */
	struct interval_tree_node at;
	/**
	 * @seq: of the notifier, when they were there. Written with &xe_vm.notifier_lock and
	 * &xe_vm.repin_lock, read with either
	 */
	unsigned long seq;
	/** @sgt: the pages; without any if there is no memory */
	struct sg_table sgt;
};

static struct xe_mm *mm_of(const struct xe_userptr *userptr)
{
	return &userptr->vm->xe->mm;
}

static enum dma_data_direction direction(const struct xe_userptr *userptr)
{
	return userptr->read_only ? DMA_TO_DEVICE : DMA_BIDIRECTIONAL;
}

/*
 * DMA
 */

static void unmap(struct xe_dma dma, struct xe_user_pages *pages)
{
	struct xe_userptr *userptr = pages->userptr;

	lockdep_assert_held(&mm_of(userptr)->userptr_lock);
	interval_tree_remove(&pages->at, &userptr->mapped);
	RB_CLEAR_NODE(&pages->at.rb);
	if (RB_EMPTY_ROOT(&userptr->mapped.rb_root))
		list_del_init(&userptr->mapped_link);
	xe_dma_unmap(dma, &pages->sgt, direction(userptr));
}

/* Only under the lock are the pages known to be there still. */
static int mark_some_dirty(struct xe_user_pages *pages, const unsigned long *pfns,
			   unsigned long count)
{
	guard(rwsem_read)(&pages->userptr->vm->notifier_lock);
	if (!xe_user_pages_valid(pages))
		return -EAGAIN;
	for (unsigned long i = 0; i < count; i++)
		set_page_dirty(hmm_pfn_to_page(pfns[i]));
	return 0;
}

/*
 * Not in a section, as there may be gigabytes of them, and not long with the lock, which reclaim
 * waits for. Who cleans one has the notifier told before, so what is mapped behind this is dirty.
 */
static int mark_dirty(struct xe_user_pages *pages, const unsigned long *pfns, unsigned long count)
{
	unsigned long n;
	int err = 0;

	for (; count && !err; pfns += n, count -= n) {
		n = min(count, DIRTY_AT_ONCE);
		err = xe_mm_go_on() ?: mark_some_dirty(pages, pfns, n);
	}
	return err;
}

/* As mark_some_dirty(). */
static int map(struct xe_hw hw, struct xe_user_pages *pages)
{
	struct xe_userptr *userptr = pages->userptr;
	struct xe_mm *mm = mm_of(userptr);
	int err;

	guard(rwsem_read)(&userptr->vm->notifier_lock);
	if (!xe_user_pages_valid(pages))
		return -EAGAIN;
	err = xe_dma_map(hw, &pages->sgt, direction(userptr));
	if (err)
		return err;

	guard(mutex)(&mm->userptr_lock);
	if (RB_EMPTY_ROOT(&userptr->mapped.rb_root))
		list_add_tail(&userptr->mapped_link, &mm->userptrs);
	interval_tree_insert(&pages->at, &userptr->mapped);
	return 0;
}

/* Does the card reach anything of what is taken away? Between pages there may be anybody's. */
static bool is_met(struct xe_userptr *userptr, const struct mmu_notifier_range *range)
{
	guard(mutex)(&mm_of(userptr)->userptr_lock);
	return interval_tree_iter_first(&userptr->mapped, range->start, range->end - 1);
}

/* One at a time: others may wait for the lock. */
static bool unmap_one(struct xe_dma dma, struct xe_mm *mm, struct xe_userptr *userptr)
{
	struct rb_node *first;

	guard(mutex)(&mm->userptr_lock);
	if (!userptr)
		userptr = list_first_entry_or_null(&mm->userptrs, struct xe_userptr, mapped_link);
	first = userptr ? rb_first_cached(&userptr->mapped) : NULL;
	if (!first)
		return false;
	unmap(dma, rb_entry(first, struct xe_user_pages, at.rb));
	return true;
}

/**
 * xe_userptr_stop - undo every DMA mapping of memory of processes
 * @hw: the token
 *
 * Context: bound, when no section opens any more; may sleep.
 */
void xe_userptr_stop(struct xe_hw hw)
{
	while (unmap_one(xe_hw_dma(hw), &xe_hw_device(hw)->mm, NULL))
		continue;
}

/*
 * Taking away
 */

static void enable_all(struct dma_resv *resv)
{
	struct dma_resv_iter at;
	struct dma_fence *fence;

	dma_resv_iter_begin(&at, resv, DMA_RESV_USAGE_BOOKKEEP);
	dma_resv_for_each_fence_unlocked(&at, fence)
		dma_fence_enable_signaling(fence);
	dma_resv_iter_end(&at);
}

/* False if it took too long. */
static bool wait_for_all(struct dma_resv *resv, bool binds, long left)
{
	struct dma_resv_iter at;
	struct dma_fence *fence;

	dma_resv_iter_begin(&at, resv, DMA_RESV_USAGE_BOOKKEEP);
	dma_resv_for_each_fence_unlocked(&at, fence) {
		if (!binds && test_bit(XE_VM_BIND_FENCE, &fence->flags))
			continue;
		left = dma_fence_wait_timeout(fence, false, left);
		if (left <= 0)
			break;
	}
	dma_resv_iter_end(&at);
	return left > 0;
}

/* What becomes of a VM that is waited for. */
enum verdict { IDLE, BAN, BAN_KIN };

/* All of a client's at once when it has been waited for too long: others would be next. */
static enum verdict wait_patiently(struct xe_userptr *userptr)
{
	unsigned long patience = xe_usage_patience(userptr->usage);

	if (wait_for_all(xe_vm_resv(userptr->vm), true, patience))
		return IDLE;
	return xe_usage_lost_patience(userptr->usage, patience) ? BAN_KIN : BAN;
}

static void ban(struct xe_vm *vm, enum verdict verdict, bool wronged)
{
	static DEFINE_RATELIMIT_STATE(limit, 5 * HZ, 20);

	if (wronged && __ratelimit(&limit))
		drm_notice(&vm->xe->drm,
			   "%s[%d] has memory taken away that its jobs go on using, and %s banned\n",
			   vm->who.comm, vm->who.pid,
			   verdict == BAN_KIN ? "all VMs like it are" : "their VM is");
	if (verdict == BAN_KIN)
		vm->ops->kill_kin(vm);
	else
		vm->ops->kill(vm);
}

/* Of a VM that was banned for this only the engines are waited for once more. */
static void wait_for_users(struct xe_userptr *userptr, bool exits)
{
	static DEFINE_RATELIMIT_STATE(limit, 5 * HZ, 20);
	enum verdict verdict = exits ? BAN_KIN : BAN;
	struct xe_vm *vm = userptr->vm;
	struct dma_resv *resv = xe_vm_resv(vm);

	if (dma_resv_test_signaled(resv, DMA_RESV_USAGE_BOOKKEEP))
		return;

	enable_all(resv);
	if (!test_bit(XE_VM_BANNED, &vm->state)) {
		if (!exits && !xe_hw_is_off(vm->xe))
			verdict = wait_patiently(userptr);
		if (verdict == IDLE)
			return;
		ban(vm, verdict, !exits);
	}
	if (xe_hw_is_off(vm->xe))
		return;
	if (!wait_for_all(resv, false, ENGINES_TIMEOUT) && __ratelimit(&limit))
		drm_err(&vm->xe->drm, "engines do not stop using memory that a process frees\n");
}

static bool invalidate(struct mmu_interval_notifier *notifier,
		       const struct mmu_notifier_range *range, unsigned long seq)
{
	struct xe_userptr *userptr = container_of(notifier, struct xe_userptr, notifier);
	struct xe_vm *vm = userptr->vm;

	if (!mmu_notifier_range_blockable(range))
		return false;

	scoped_guard(rwsem_write, &vm->notifier_lock) {
		mmu_interval_set_seq(notifier, seq);
		if (list_empty(&userptr->link))
			list_add_tail(&userptr->link, &vm->invalidated);
	}
	if (!is_met(userptr, range))
		return true;

	wait_for_users(userptr, range->event == MMU_NOTIFY_RELEASE && notifier->mm == vm->mm);
	xe_hw_scoped_dma(dma, vm->xe)
		while (unmap_one(dma, mm_of(userptr), userptr))
			continue;
	return true;
}

static const struct mmu_interval_notifier_ops notifier_ops = {
	.invalidate = invalidate,
};

/*
 * Ranges
 */

/*
 * To remove a notifier waits for any that runs of the same process, and for what that waits for. So
 * a process has one thread for it, however many ranges it has.
 */
static LIST_HEAD(removals);
static DEFINE_SPINLOCK(removals_lock);

/* Behind the removal of its notifier. */
static void free_userptr(struct xe_userptr *userptr)
{
	struct xe_vm *vm = userptr->vm;

	scoped_guard(rwsem_write, &vm->notifier_lock)
		list_del(&userptr->link);
	xe_usage_put(userptr->usage);
	kfree(userptr);
	drm_gpuvm_put(&vm->gpuvm);
}

/* NULL: there is none, and whoever comes is not behind @first any more. */
static struct xe_userptr *next_behind(struct xe_userptr *first)
{
	struct xe_userptr *next;

	guard(spinlock_irqsave)(&removals_lock);
	next = list_first_entry_or_null(&first->behind, struct xe_userptr, removal);
	list_del(next ? &next->removal : &first->removal);
	return next;
}

static void free_of_process(struct work_struct *work)
{
	struct xe_userptr *first = container_of(work, struct xe_userptr, free);
	struct xe_userptr *next;

	mmu_interval_notifier_remove(&first->notifier);
	while ((next = next_behind(first))) {
		mmu_interval_notifier_remove(&next->notifier);
		free_userptr(next);
	}
	free_userptr(first);
}

static void userptr_release(struct kref *ref)
{
	struct xe_userptr *userptr = container_of(ref, struct xe_userptr, ref), *first;

	guard(spinlock_irqsave)(&removals_lock);
	list_for_each_entry(first, &removals, removal) {
		if (first->notifier.mm != userptr->notifier.mm)
			continue;
		list_add_tail(&userptr->removal, &first->behind);
		return;
	}
	list_add_tail(&userptr->removal, &removals);
	xe_module_release_memory(&userptr->free);
}

/**
 * xe_userptr_put - drop a reference
 * @userptr: the range
 *
 * Context: any.
 */
void xe_userptr_put(struct xe_userptr *userptr)
{
	kref_put(&userptr->ref, userptr_release);
}

/**
 * xe_userptr_create - have it known when memory of the caller is taken away
 * @vm: where it is going to be mapped
 * @start: address of the memory, of a whole page
 * @range: its length in bytes, whole pages
 * @read_only: the card does not write to it
 *
 * Whether there is any memory is not looked at.
 *
 * Context: ioctl, no locks.
 * Return: with one reference for the caller; -ENOMEM, -EOVERFLOW, -EINTR as error pointers.
 */
struct xe_userptr *xe_userptr_create(struct xe_vm *vm, u64 start, u64 range, bool read_only)
{
	struct xe_userptr *userptr = kzalloc(sizeof(*userptr), GFP_KERNEL_ACCOUNT);
	int err;

	if (!userptr)
		return ERR_PTR(-ENOMEM);

	kref_init(&userptr->ref);
	INIT_WORK(&userptr->free, free_of_process);
	INIT_LIST_HEAD(&userptr->behind);
	INIT_LIST_HEAD(&userptr->vmas);
	INIT_LIST_HEAD(&userptr->link);
	userptr->mapped = RB_ROOT_CACHED;
	INIT_LIST_HEAD(&userptr->mapped_link);
	userptr->vm = vm;
	userptr->usage = vm->tree.usage;
	userptr->read_only = read_only;
	err = mmu_interval_notifier_insert(&userptr->notifier, current->mm, start, range,
					   &notifier_ops);
	if (err) {
		kfree(userptr);
		return ERR_PTR(err);
	}
	if (userptr->notifier.mm == vm->mm)
		WRITE_ONCE(vm->had_user_pages, true);
	xe_usage_get(userptr->usage);
	drm_gpuvm_get(&vm->gpuvm);
	return userptr;
}

/*
 * Pages
 */

static struct xe_user_pages *pages_alloc(struct xe_userptr *userptr, u64 start, unsigned long seq)
{
	struct xe_user_pages *pages = kzalloc(sizeof(*pages), GFP_KERNEL_ACCOUNT);

	if (!pages)
		return ERR_PTR(-ENOMEM);

	kref_init(&pages->ref);
	kref_get(&userptr->ref);
	pages->userptr = userptr;
	RB_CLEAR_NODE(&pages->at.rb);
	pages->at.start = start;
	pages->seq = seq;
	return pages;
}

static void pages_release(struct kref *ref)
{
	struct xe_user_pages *pages = container_of(ref, struct xe_user_pages, ref);
	struct xe_mm *mm = mm_of(pages->userptr);

	xe_hw_scoped_dma(dma, pages->userptr->vm->xe) {
		guard(mutex)(&mm->userptr_lock);
		if (!RB_EMPTY_NODE(&pages->at.rb))
			unmap(dma, pages);
	}
	sg_free_table(&pages->sgt);
	xe_userptr_put(pages->userptr);
	kfree(pages);
}

/**
 * xe_user_pages_get - take a reference
 * @pages: the pages; NULL stays NULL
 *
 * Context: any.
 * Return: @pages.
 */
struct xe_user_pages *xe_user_pages_get(struct xe_user_pages *pages)
{
	if (pages)
		kref_get(&pages->ref);
	return pages;
}

/**
 * xe_user_pages_put - drop a reference
 * @pages: the pages; nothing happens if it is NULL
 *
 * With the last one they are unmapped for DMA: no TLB knows them any more.
 *
 * Context: process context, may sleep; enters, also during unplug.
 */
void xe_user_pages_put(struct xe_user_pages *pages)
{
	if (pages)
		kref_put(&pages->ref, pages_release);
}

/**
 * xe_user_pages_valid - are they known to be still where they were found?
 * @pages: the pages
 *
 * Context: &xe_vm.notifier_lock is held; as xe_userptr_valid().
 */
bool xe_user_pages_valid(const struct xe_user_pages *pages)
{
	lockdep_assert_held(&pages->userptr->vm->notifier_lock);
	return !mmu_interval_read_retry(&pages->userptr->notifier, pages->seq);
}

/**
 * xe_user_pages_pt_source - what page tables are to lead to
 * @pages: the pages
 * @address: of a page among them, in the process
 * @source: to be filled in
 *
 * Context: process context, &xe_vm.lock is held, and the reservation of the VM.
 * Return: false if there is no memory.
 */
bool xe_user_pages_pt_source(struct xe_user_pages *pages, u64 address,
			     struct xe_pt_source *source)
{
	source->sgt = &pages->sgt;
	source->offset = address - pages->at.start;
	return pages->sgt.sgl;
}

/* How many pages from the first on are adjacent. */
static unsigned long run_length(const unsigned long *pfns, unsigned long count)
{
	unsigned long first = pfns[0] & ~HMM_PFN_FLAGS, n = 1;

	count = min(count, UINT_MAX >> PAGE_SHIFT);
	while (n < count && (pfns[n] & ~HMM_PFN_FLAGS) == first + n)
		n++;
	return n;
}

static int make_sgt(struct sg_table *sgt, const unsigned long *pfns, unsigned long count)
{
	unsigned int runs = 0, i;
	struct scatterlist *sg;
	unsigned long n;
	int err;

	for (n = 0; n < count; n += run_length(pfns + n, count - n))
		runs++;
	err = sg_alloc_table(sgt, runs, GFP_KERNEL_ACCOUNT);
	if (err)
		return err;

	for_each_sgtable_sg(sgt, sg, i) {
		n = run_length(pfns, count);
		sg_set_page(sg, hmm_pfn_to_page(pfns[0]), n << PAGE_SHIFT, 0);
		pfns += n;
		count -= n;
	}
	return 0;
}

/* Also for somebody else: who has the VM need not be whose memory it is. */
static int fault_in(struct xe_user_pages *pages, unsigned long *pfns, unsigned long count)
{
	struct xe_userptr *userptr = pages->userptr;
	struct mm_struct *mm = userptr->notifier.mm;
	struct hmm_range range = {
		.notifier = &userptr->notifier,
		.notifier_seq = pages->seq,
		.start = pages->at.start,
		.end = pages->at.start + (count << PAGE_SHIFT),
		.hmm_pfns = pfns,
		.default_flags = HMM_PFN_REQ_FAULT | (userptr->read_only ? 0 : HMM_PFN_REQ_WRITE),
	};
	int err;

	if (!mmget_not_zero(mm))
		return -EFAULT;
	err = mmap_read_lock_killable(mm);
	if (!err) {
		err = hmm_range_fault(&range);
		mmap_read_unlock(mm);
	}
	mmput(mm);
	return err == -EBUSY ? -EAGAIN : err;
}

static int find(struct xe_user_pages *pages, unsigned long *pfns, unsigned long count)
{
	struct xe_device *xe = pages->userptr->vm->xe;
	int err = fault_in(pages, pfns, count);

	err = err ?: make_sgt(&pages->sgt, pfns, count);
	if (!err && !pages->userptr->read_only)
		err = mark_dirty(pages, pfns, count);
	if (err)
		return err;

	err = -EBUSY;
	xe_hw_scoped(hw, xe)
		err = map(hw, pages);
	return xe_hw_error(xe, err);
}

/* -EAGAIN if pages are taken away meanwhile. */
static struct xe_user_pages *pin(struct xe_userptr *userptr, u64 start, u64 range,
				 unsigned long seq)
{
	struct xe_user_pages *pages = pages_alloc(userptr, start, seq);
	unsigned long *pfns;
	int err = -ENOMEM;

	if (IS_ERR(pages))
		return pages;

	pfns = xe_mm_array(PHYS_PFN(range), sizeof(*pfns));
	pages->at.last = start + range - 1;
	if (pfns)
		err = find(pages, pfns, PHYS_PFN(range));
	kvfree(pfns);
	if (err) {
		xe_user_pages_put(pages);
		return ERR_PTR(err);
	}
	return pages;
}

/**
 * xe_userptr_pin - find memory of a process, and let the card reach it
 * @userptr: the range
 *
 * It may be taken away again before this returns: see xe_user_pages_valid().
 *
 * Context: ioctl, &xe_vm.lock may be held; waits for user space; enters.
 * Return: with one reference for the caller; as error pointers: -EFAULT if there is no memory,
 * -EPERM if it is read-only, -EAGAIN if it is taken away all the time; -ENOMEM; -ENODEV; -EBUSY if
 * the card cannot be had now; -EINTR.
 */
struct xe_user_pages *xe_userptr_pin(struct xe_userptr *userptr)
{
	const struct interval_tree_node *at = &userptr->notifier.interval_tree;
	struct xe_user_pages *pages = ERR_PTR(-EAGAIN);

	for (int i = 0; i < XE_USERPTR_TRIES && pages == ERR_PTR(-EAGAIN); i++)
		pages = pin(userptr, at->start, at->last + 1 - at->start,
			    mmu_interval_read_begin(&userptr->notifier));
	return pages;
}

/*
 * Finding again
 */

/**
 * xe_userptr_add_vma - a mapping of memory of a process is there
 * @vma: the mapping, of pages
 *
 * If its entries are not up to date, the next job has them written.
 *
 * Context: &xe_vm.lock is held for writing, and the reservation of the VM.
 */
void xe_userptr_add_vma(struct xe_vma *vma)
{
	struct xe_userptr *userptr = vma->pages->userptr;

	list_add_tail(&vma->user_link, &userptr->vmas);
	if (drm_gpuva_invalidated(&vma->gpuva))
		list_add_tail(&vma->unwritten_link, &userptr->vm->unwritten);
}

/**
 * xe_userptr_remove_vma - a mapping of memory of a process is not there any more
 * @vma: the mapping
 *
 * Context: as xe_userptr_add_vma(); or nobody else knows the VM.
 */
void xe_userptr_remove_vma(struct xe_vma *vma)
{
	list_del_init(&vma->user_link);
	list_del_init(&vma->unwritten_link);
}

/* Freed memory is no reason not to run a job: there are page lists without pages. */
static struct xe_user_pages *find_again(struct xe_userptr *userptr, struct xe_vma *vma,
					unsigned long seq)
{
	u64 start = vma->gpuva.gem.offset;
	struct xe_user_pages *pages = pin(userptr, start, vma->gpuva.va.range, seq);

	if (pages != ERR_PTR(-EFAULT) && pages != ERR_PTR(-EPERM))
		return pages;

	drm_dbg(&userptr->vm->xe->drm, "memory of a process is mapped, but is not there\n");
	return pages_alloc(userptr, start, seq);
}

/* They are where they were: what was taken away since is other memory of the same bind. */
static bool are_there(struct xe_user_pages *pages, unsigned long seq)
{
	struct xe_userptr *userptr = pages->userptr;
	bool mapped;

	scoped_guard(mutex, &mm_of(userptr)->userptr_lock)
		mapped = !RB_EMPTY_NODE(&pages->at.rb);
	if (!mapped)
		return false;

	guard(rwsem_write)(&userptr->vm->notifier_lock);
	pages->seq = seq;
	return true;
}

/*
 * Pages that were taken away were unmapped before the sequence began. Whoever plans entries holds
 * the reservation.
 */
static int repin_vma(struct xe_userptr *userptr, struct xe_vma *vma, unsigned long seq)
{
	struct xe_vm *vm = userptr->vm;
	struct xe_user_pages *pages;
	int err;

	if (vma->pages->seq == seq || are_there(vma->pages, seq))
		return 0;
	pages = find_again(userptr, vma, seq);
	if (IS_ERR(pages))
		return PTR_ERR(pages);

	err = dma_resv_lock_interruptible(xe_vm_resv(vm), NULL);
	if (!err) {
		swap(vma->pages, pages);
		drm_gpuva_invalidate(&vma->gpuva, true);
		list_move_tail(&vma->unwritten_link, &vm->unwritten);
		dma_resv_unlock(xe_vm_resv(vm));
	}
	xe_user_pages_put(pages);
	return err;
}

static int repin(struct xe_userptr *userptr)
{
	unsigned long seq = mmu_interval_read_begin(&userptr->notifier);
	struct xe_vma *vma;
	int err;

	list_for_each_entry(vma, &userptr->vmas, user_link) {
		err = repin_vma(userptr, vma, seq);
		if (err)
			return err;
	}

	guard(rwsem_write)(&userptr->vm->notifier_lock);
	if (mmu_interval_read_retry(&userptr->notifier, seq))
		return -EAGAIN;
	list_del_init(&userptr->link);
	return 0;
}

/* With a reference. What is about to be freed is of no interest. */
static struct xe_userptr *first_invalidated(struct xe_vm *vm)
{
	struct xe_userptr *userptr, *next;

	guard(rwsem_write)(&vm->notifier_lock);
	list_for_each_entry_safe(userptr, next, &vm->invalidated, link) {
		if (kref_get_unless_zero(&userptr->ref))
			return userptr;
		list_del_init(&userptr->link);
	}
	return NULL;
}

static unsigned int count_invalidated(struct xe_vm *vm)
{
	guard(rwsem_read)(&vm->notifier_lock);
	return list_count_nodes(&vm->invalidated);
}

/* Others may be invalidated meanwhile, or the same again. */
static int repin_all(struct xe_vm *vm)
{
	unsigned int left = count_invalidated(vm) + XE_USERPTR_TRIES;
	struct xe_userptr *userptr;
	int err = 0;

	while (left-- && (!err || err == -EAGAIN) && (userptr = first_invalidated(vm))) {
		err = repin(userptr);
		xe_userptr_put(userptr);
	}
	return err;
}

/**
 * xe_userptr_repin - find memory of processes that was taken away where it is now
 * @vm: the VM
 *
 * The entries are still to be written, by xe_bind_prepare(). What is not there any more does not
 * keep a job from running: its entries are cleared, and a job that uses them faults. Memory may be
 * taken away again before this returns.
 *
 * Context: process context, no locks; waits for user space, so not where unbind or a fence waits
 * for it; enters.
 * Return: 0; -EAGAIN if memory is taken away all the time; -ENOMEM; -ENODEV; -EBUSY if the card
 * cannot be had now; -EINTR or -ERESTARTSYS.
 */
int xe_userptr_repin(struct xe_vm *vm)
{
	int err;

	/* Who publishes something looks again. */
	if (list_empty_careful(&vm->invalidated))
		return 0;

	err = down_read_killable(&vm->lock);
	if (err)
		return err;
	err = mutex_lock_interruptible(&vm->repin_lock);
	if (!err) {
		err = repin_all(vm);
		mutex_unlock(&vm->repin_lock);
	}
	up_read(&vm->lock);
	return err;
}

/**
 * xe_userptr_vm_init - a VM without memory of processes
 * @vm: the VM, which nobody else knows yet
 *
 * Context: process context, may reclaim.
 */
void xe_userptr_vm_init(struct xe_vm *vm)
{
	init_rwsem(&vm->notifier_lock);
	/* Reclaim waits for it. */
	fs_reclaim_acquire(GFP_KERNEL);
	might_lock(&vm->notifier_lock);
	fs_reclaim_release(GFP_KERNEL);
	mutex_init(&vm->repin_lock);
	INIT_LIST_HEAD(&vm->invalidated);
	INIT_LIST_HEAD(&vm->unwritten);
	vm->mm = current->mm;
	if (vm->mm)
		mmgrab(vm->mm);
}

/**
 * xe_userptr_vm_fini - undo xe_userptr_vm_init()
 * @vm: the VM, in which nothing is mapped any more
 *
 * Context: process context.
 */
void xe_userptr_vm_fini(struct xe_vm *vm)
{
	mutex_destroy(&vm->repin_lock);
	if (vm->mm)
		mmdrop(vm->mm);
}
