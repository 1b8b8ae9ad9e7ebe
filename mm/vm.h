/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_VM_H_
#define _XE_MM_VM_H_

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <drm/drm_exec.h>
#include <drm/drm_gpuvm.h>

#include "mm/pt.h"
#include "xe_info.h"

struct dma_fence;
struct drm_file;
struct xe_bo;
struct xe_mm;
struct xe_device;
struct xe_preempt;
struct xe_queue;
struct xe_usage;
struct xe_user_fence;
struct xe_user_pages;
struct xe_userptr;
struct xe_vm;

/* What is wanted of a VM */
#define XE_VM_SCRATCH	BIT(0)	/* where nothing is mapped, reads are zero and writes vanish */
#define XE_VM_LR	BIT(1)	/* its jobs run as long as they like */

#define XE_VM_MAX_ASID	0xfffffu

/* A bit of &dma_fence.flags: it is the fence of a page job, and nothing of an engine's. */
#define XE_VM_BIND_FENCE	DMA_FENCE_FLAG_USER_BITS

/* Bits of &xe_vm.state; once set they stay so. */
enum xe_vm_state {
	/* everything has been killed: nothing is written for it any more */
	XE_VM_DEAD,
	/* it did wrong: nothing is accepted any more */
	XE_VM_BANNED,
};

/* Queues of page jobs that every VM has. */
enum xe_vm_queue {
	/* what userspace binds without naming a queue */
	XE_VM_BINDS,
	/* what follows pages that have moved: nobody else's jobs are before it */
	XE_VM_REBINDS,
	XE_VM_QUEUES
};

/**
 * struct xe_vm_ops - what those above do for a VM, whose objects it holds and knows nothing of
 */
struct xe_vm_ops {
	/** @put_queue: drop a reference in &xe_vm.queues */
	void (*put_queue)(struct xe_queue *q);
	/** @get_user_fence: take a reference for a mapping */
	struct xe_user_fence *(*get_user_fence)(struct xe_user_fence *user_fence);
	/** @put_user_fence: drop it */
	void (*put_user_fence)(struct xe_user_fence *user_fence);
	/** @is_written: has the caller been told that the bind is over? */
	bool (*is_written)(const struct xe_user_fence *user_fence);
	/** @kill: ban it, and have nothing run in it; waits for no lock that may reclaim */
	void (*kill)(struct xe_vm *vm);
	/** @kill_kin: the same for all of xe_vm_is_kin(), at once */
	void (*kill_kin)(struct xe_vm *vm);
};

/**
 * struct xe_vms - all address spaces of a device
 */
struct xe_vms {
	/** @lock: protects @list and @dead; a leaf, taken on the way to fences */
	struct mutex lock;
	/** @list: &xe_vm.link */
	struct list_head list;
	/** @dead: everything has been killed, and so a new one is dead from birth */
	bool dead;
	/** @asids: &struct xe_vm by the number that TLBs know it by; no references; own lock */
	struct xarray asids;
	/** @next_asid: numbers go round, so that none is used again soon; under @asids' lock */
	u32 next_asid;
	/** @asids_reused: they have gone round; with the lock of @asids */
	bool asids_reused;
};

/**
 * struct xe_vm - an address space of the GPU
 */
struct xe_vm {
	/** @gpuvm: base; which buffer is where; its own references are those of mappings */
	struct drm_gpuvm gpuvm;
	/** @ref: of IDs, queues and jobs; without any its mappings go, and then @gpuvm */
	struct kref ref;
	/** @free: does so, on the workqueue of the module */
	struct work_struct free;
	/** @xe: the device; @gpuvm holds it */
	struct xe_device *xe;
	/** @link: on &xe_vms.list */
	struct list_head link;
	/** @flags: XE_VM_*, constant */
	u32 flags;
	/** @who: made it, constant */
	struct xe_who who;
	/** @mm: of the same process, constant; the struct alone is held, to know it by */
	struct mm_struct *mm;
	/** @asid: what TLBs know it by, constant */
	u32 asid;
	/** @state: bits of enum xe_vm_state */
	unsigned long state;
	/** @lr_queues: numbers of queues of an XE_VM_LR, which is not destroyed under them */
	atomic_t lr_queues;
	/** @preempt: of an XE_VM_LR: stops and starts it, see submit/preempt.c; constant */
	struct xe_preempt *preempt;

	/**
	 * @lock: For writing: mappings change. For reading, and the reservation held: their pages
	 * may have moved, so that entries change, but no mapping does. Not on the way to a fence.
	 */
	struct rw_semaphore lock;
	/** @tree: page tables, as they will be when all page jobs are over; as @gpuvm's mappings */
	struct xe_pt_tree tree;
	/** @has_tree: it has been made */
	bool has_tree;
	/** @pt_lock: entries are written, one page job at a time; protects @ran */
	struct mutex pt_lock;
	/** @ran: a context of it may have run, and so TLBs may know it; never cleared */
	bool ran;
	/** @map_changes: goes up when entries that TLBs may know have changed */
	u32 map_changes;

	/** @queues: of page jobs, by enum xe_vm_queue; references, constant */
	struct xe_queue *queues[XE_VM_QUEUES];
	/** @ops: constant */
	const struct xe_vm_ops *ops;
	/** @had_jobs: fences other than those of page jobs were in the reservation; under that */
	bool had_jobs;
	/** @moved: of the last job that followed pages which had moved; under the reservation */
	struct dma_fence *moved;
	/** @jobs_lock: protects @jobs */
	spinlock_t jobs_lock;
	/** @jobs: page jobs that are not over, by address; see submit/bind.c */
	struct rb_root_cached jobs;

	/**
	 * @notifier_lock: Held for writing while it is noted that memory of a process is taken
	 * away. Reclaim waits for it. Behind reservations and sections, before &dep_queue.lock.
	 */
	struct rw_semaphore notifier_lock;
	/** @had_user_pages: memory of who made it was to be mapped in it; never cleared */
	bool had_user_pages;
	/** @invalidated: &xe_userptr.link, to be looked at again; under @notifier_lock */
	struct list_head invalidated;
	/** @repin_lock: one looks for memory again; behind @lock, before mmap_lock */
	struct mutex repin_lock;
	/** @unwritten: &xe_vma.unwritten_link; under the reservation */
	struct list_head unwritten;
};

/**
 * struct xe_vma - a mapping
 */
struct xe_vma {
	/** @gpuva: base: where, and of what; invalidated if pages have moved since then */
	struct drm_gpuva gpuva;
	/** @pat_index: row of the PAT table, constant */
	u16 pat_index;
	/** @read_only: constant */
	bool read_only;
	/** @dumpable: its contents are in the dump of a queue that goes wrong; constant */
	bool dumpable;
	/** @user_fence: of the bind that made it, a reference; NULL if it had none; constant */
	struct xe_user_fence *user_fence;
	/**
	 * @pages: where memory of a process was found, a reference; NULL for a buffer. Under
	 * &xe_vm.repin_lock and the reservation of the VM.
	 */
	struct xe_user_pages *pages;
	/** @user_link: on &xe_userptr.vmas */
	struct list_head user_link;
	/** @unwritten_link: on &xe_vm.unwritten, if @pages were found anew */
	struct list_head unwritten_link;
	/** @keeps: a reference to the buffer, while it is gone but may still be known to TLBs */
	struct drm_gem_object *keeps;
	/** @link: on the list of those that are gone */
	struct list_head link;
};

/**
 * struct xe_vm_map - what is to be mapped
 */
struct xe_vm_map {
	/** @addr: where, in bytes */
	u64 addr;
	/** @range: how much of it, in bytes */
	u64 range;
	/** @bo: the buffer; without it and @pages, it is a mapping that reads zero */
	struct xe_bo *bo;
	/** @userptr: memory of a process; NULL for none */
	struct xe_userptr *userptr;
	/** @pages: of @userptr, by xe_bind(); whoever has @userptr puts them */
	struct xe_user_pages *pages;
	/** @offset: in the buffer, in bytes; or the address in the process */
	u64 offset;
	/** @pat_index: row of the PAT table */
	u16 pat_index;
	/** @read_only: the GPU cannot write to it */
	bool read_only;
	/** @dumpable: see &xe_vma.dumpable */
	bool dumpable;
};

/**
 * struct xe_vm_change - one mapping that came or went
 */
struct xe_vm_change {
	/** @link: on &xe_vm_log.changes */
	struct list_head link;
	/** @vma: the mapping */
	struct xe_vma *vma;
	/** @vm_bo: of one that came, a reference; NULL without a buffer */
	struct drm_gpuvm_bo *vm_bo;
	/** @came: it did not go */
	bool came;
};

/**
 * struct xe_vm_log - changes of mappings, which can be undone up to a point
 */
struct xe_vm_log {
	/** @vm: whose */
	struct xe_vm *vm;
	/** @user_fence: that mappings which come have; NULL for none */
	struct xe_user_fence *user_fence;
	/** @maps: how many times something was mapped */
	unsigned int maps;
	/** @goes: something went */
	bool goes;
	/** @changes: in order */
	struct list_head changes;
	/** @first: memory for the first of them */
	struct xe_vm_change first;
	/** @gone: mappings that are no more, once the changes are final; &xe_vma.link */
	struct list_head gone;
};

/* Reservations that are usually taken together */
#define XE_VM_FEW	8

/**
 * struct xe_vm_lock - the reservations of a VM and of buffers in it
 */
struct xe_vm_lock {
	/** @vm: whose */
	struct xe_vm *vm;
	/** @shared: and &xe_vm.lock, for reading */
	bool shared;
	/** @num_few: how many of @few; 0 if @exec is used */
	unsigned int num_few;
	/** @few: which, where none but the VM's own had to be waited for */
	struct dma_resv *few[XE_VM_FEW];
	/** @num_fences: that there is room for in each */
	unsigned int num_fences;
	/** @num_jobs: of the VM, not over; once @counted, and a new buffer has room for them */
	unsigned int num_jobs;
	/** @counted: since the reservation of the VM was taken */
	bool counted;
	/** @exec: which, where it was waited for several, or there are more */
	struct drm_exec exec;
};

static inline struct xe_vm *to_xe_vm(struct drm_gpuvm *gpuvm)
{
	return container_of(gpuvm, struct xe_vm, gpuvm);
}

static inline struct xe_vma *to_xe_vma(struct drm_gpuva *gpuva)
{
	return container_of(gpuva, struct xe_vma, gpuva);
}

/**
 * xe_vm_get - take a reference
 * @vm: the VM
 *
 * Context: any.
 * Return: @vm.
 */
static inline struct xe_vm *xe_vm_get(struct xe_vm *vm)
{
	kref_get(&vm->ref);
	return vm;
}

/**
 * xe_vm_is_banned - is nothing accepted for it any more?
 * @vm: the VM
 *
 * Context: any.
 */
static inline bool xe_vm_is_banned(const struct xe_vm *vm)
{
	return READ_ONCE(vm->state) & (BIT(XE_VM_DEAD) | BIT(XE_VM_BANNED));
}

/**
 * xe_vm_is_kin - has the same process made both, through the same file, and its memory known there?
 * @vm: a VM
 * @other: one that may be the same
 *
 * Context: any.
 */
static inline bool xe_vm_is_kin(const struct xe_vm *vm, const struct xe_vm *other)
{
	return vm == other ||
	       (vm->tree.usage == other->tree.usage && vm->mm == other->mm &&
		READ_ONCE(other->had_user_pages));
}

/**
 * xe_vm_asid - what TLBs know it by
 * @vm: the VM
 *
 * Context: any.
 */
static inline u32 xe_vm_asid(const struct xe_vm *vm)
{
	return vm->asid;
}

static inline struct dma_resv *xe_vm_resv(struct xe_vm *vm)
{
	return drm_gpuvm_resv(&vm->gpuvm);
}

static inline struct dma_resv *xe_vm_lock_resv(struct xe_vm_lock *lock, unsigned int i)
{
	struct drm_gem_object *obj;

	if (lock->num_few)
		return i < lock->num_few ? lock->few[i] : NULL;
	obj = drm_exec_obj(&lock->exec, i);
	return obj ? obj->resv : NULL;
}

#define xe_vm_for_each_resv(lock, resv) \
	for (unsigned int __i = 0; ((resv) = xe_vm_lock_resv(lock, __i)); __i++)

int xe_vms_init(struct xe_device *xe);
void xe_vm_kill_all(struct xe_device *xe);

struct xe_vm *xe_vm_create(struct xe_device *xe, u32 flags, const struct xe_vm_ops *ops,
			   struct xe_usage *usage);
void xe_vm_put(struct xe_vm *vm);
struct xe_vm *xe_vm_lookup(struct drm_file *file, u32 id);
void xe_vm_ban(struct xe_vm *vm);
void xe_vm_ban_kin(struct xe_vm *vm);
void xe_vm_set_ran(struct xe_vm *vm);
u64 xe_vm_root(const struct xe_vm *vm, unsigned int gt_id);

int xe_vm_make_reachable(struct xe_vm *vm);
int xe_vm_lock_obj(struct xe_vm_lock *lock, struct drm_gem_object *obj);
int xe_vm_lock_new(struct xe_vm_lock *lock, struct drm_gem_object *obj);
int xe_vm_lock_all(struct xe_vm_lock *lock);
/**
 * struct xe_vm_tries - how often there was no room in VRAM; all zero at first
 */
struct xe_vm_tries {
	/** @all: tries */
	unsigned int all;
	/** @idle: of those, since somebody else was seen to move a buffer into VRAM */
	unsigned int idle;
	/** @moves: &xe_mm.moves, at the end of the last one */
	u32 moves;
	/** @stamp: of the first one's ticket, see xe_vm_lock_for() */
	unsigned long stamp;
};

int xe_vm_lock(struct xe_vm *vm, struct xe_vm_lock *lock, unsigned int num_fences,
	       struct xe_vm_tries *tries);
int xe_vm_lock_for(struct xe_vm *vm, struct xe_vm_lock *lock, unsigned int num_fences,
		   struct xe_vm_tries *tries,
		   int (*more)(struct xe_vm_lock *lock, void *data), void *data);
void xe_vm_unlock(struct xe_vm_lock *lock);

bool xe_vm_may_try(const struct xe_mm *mm, struct xe_vm_tries *tries, unsigned int max_idle);
void xe_vm_tries_look(const struct xe_mm *mm, struct xe_vm_tries *tries);
bool xe_vm_try_again(const struct xe_mm *mm, int err, struct xe_vm_tries *tries);
void xe_vm_add_fence(struct xe_vm_lock *lock, struct dma_fence *fence);

void xe_vm_log_init(struct xe_vm_log *log, struct xe_vm *vm, struct xe_user_fence *user_fence);
int xe_vm_map(struct xe_vm_log *log, const struct xe_vm_map *map);
int xe_vm_unmap(struct xe_vm_log *log, u64 addr, u64 range);
int xe_vm_log_tell(struct xe_vm_log *log);
void xe_vm_log_commit(struct xe_vm_log *log);
bool xe_vm_log_takes_stale(const struct xe_vm_log *log);
void xe_vm_log_undo(struct xe_vm_log *log);
void xe_vma_free_list(struct xe_vm *vm, struct list_head *gone);

#endif
