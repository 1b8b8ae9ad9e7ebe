// SPDX-License-Identifier: MIT
/*
 * Words in a process's memory that say that a bind is done.
 */

#include <linux/dma-fence.h>
#include <linux/kref.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include <drm/drm_drv.h>
#include <drm/drm_print.h>

#include "submit/user_fence.h"
#include "xe_compat.h"
#include "xe_device.h"
#include "xe_usage.h"

/**
 * DOC: User fences of binds
 *
 * A bind may be asked to write a value into the memory of the process that asks for it. An engine
 * does that for a job, but a bind is done by the CPU: if it is over when its ioctl ends, the ioctl
 * writes; else a work does, which borrows the address space of the process.
 *
 * Words of one process are written in the order in which the fences of their binds signal: it may
 * use one word for many binds, and wait for the value of the last. So an ioctl leaves its word to
 * the work as long as that has not written all earlier ones.
 *
 * To write may mean to wait for user space: the page may be in a file of a FUSE server. Therefore
 * nobody waits for the work. The fence of the bind signals without it, no lock is held, the process
 * delays only its own words, and neither unbind nor a queue that is killed knows of it. It has a
 * workqueue to itself, so that blocked writes keep nothing else from running; and a user has no
 * more than his share of its threads, see xe_usage.c.
 *
 * Memory that has gone when its word is due is no error: nobody is left to tell, and the bind is
 * done. What waits in WAIT_USER_FENCE is woken all the same.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_user_fence     sync, mapping last reference; one is the writer's until it is written
 * reference to the device, user fence    it is freed
 * pin of the module
 * struct writer            user fences   the last one of the process is freed
 * reference to the mm      writer        it is freed; to its users only while it writes
 * struct xe_usage          writer        it is freed
 * workqueue                module        module exit
 * ======================== ============= ==========================================
 */

/*
 * Writes into the memory of one process, in order.
 */
struct writer {
	/* on @writers, under its lock */
	struct list_head link;
	/* number of user fences, under the lock of @writers */
	unsigned int users;
	/* whose memory; a reference to the structure, not to its users */
	struct mm_struct *mm;
	/* what its user has of the threads; a reference */
	struct xe_usage *usage;
	/* how often there was none, without a break; of @work alone */
	unsigned int refused;
	/* protects @due; irq-safe; innermost */
	spinlock_t lock;
	/* &xe_user_fence.link: what is to be written; the first perhaps just now */
	struct list_head due;
	/* writes what is due; queued by who adds the first to @due, or has written that himself */
	struct delayed_work work;
};

/**
 * struct xe_user_fence - a word to be written when a fence has signalled
 */
struct xe_user_fence {
	/** @ref: of syncs, of mappings, and of the writer from xe_user_fence_signal() on */
	struct kref ref;
	/** @xe: whose waiters are woken; a reference */
	struct xe_device *xe;
	/** @writer: of the process; one of &writer.users */
	struct writer *writer;
	/** @address: in the memory of the process */
	u64 __user *address;
	/** @value: what is written there */
	u64 value;
	/** @callback: with the fence that is waited for */
	struct dma_fence_cb callback;
	/** @link: on &writer.due */
	struct list_head link;
	/** @written: it has been, or is just being written */
	bool written;
};

static struct workqueue_struct *workqueue;
static DEFINE_MUTEX(writers_lock);
static LIST_HEAD(writers);
static struct xe_usages usages;

static void write_due(struct work_struct *work);

static struct writer *make_writer(struct mm_struct *mm)
{
	struct writer *writer = kzalloc(sizeof(*writer), GFP_KERNEL_ACCOUNT);

	if (!writer)
		return NULL;

	writer->usage = xe_usage_create(&usages);
	if (!writer->usage) {
		kfree(writer);
		return NULL;
	}
	writer->mm = mm;
	mmgrab(mm);
	spin_lock_init(&writer->lock);
	INIT_LIST_HEAD(&writer->due);
	INIT_DELAYED_WORK(&writer->work, write_due);
	return writer;
}

static void free_writer(struct writer *writer)
{
	mmdrop(writer->mm);
	xe_usage_put(writer->usage);
	kfree(writer);
}

static struct writer *find_writer(const struct mm_struct *mm)
{
	struct writer *writer;

	list_for_each_entry(writer, &writers, link)
		if (writer->mm == mm)
			return writer;
	return NULL;
}

/* @made: to be the one of its process if there is none; or NULL */
static struct writer *use_writer(struct mm_struct *mm, struct writer *made)
{
	struct writer *writer;

	guard(mutex)(&writers_lock);
	writer = find_writer(mm);
	if (!writer && made) {
		list_add(&made->link, &writers);
		writer = made;
	}
	if (writer)
		writer->users++;
	return writer;
}

/* Who waits for memory that is charged to him does not hold the lock of all. */
static struct writer *get_writer(struct mm_struct *mm)
{
	struct writer *writer = use_writer(mm, NULL), *made;

	if (writer)
		return writer;

	made = make_writer(mm);
	if (!made)
		return NULL;
	writer = use_writer(mm, made);
	if (writer != made)
		free_writer(made);
	return writer;
}

/* It may be its own work that calls this: behind it the work does not look at the writer again. */
static void put_writer(struct writer *writer)
{
	scoped_guard(mutex, &writers_lock) {
		if (--writer->users)
			return;
		list_del(&writer->link);
	}
	free_writer(writer);
}

/**
 * xe_user_fence_create - make a word that can be written later
 * @xe: the device
 * @address: in the memory of the caller, a multiple of 8
 * @value: what will be written
 *
 * Context: ioctl, no locks; reads from user space.
 * Return: a user fence with one reference, or -EFAULT, -ENOMEM.
 */
struct xe_user_fence *xe_user_fence_create(struct xe_device *xe, u64 address, u64 value)
{
	u64 __user *user = u64_to_user_ptr(address);
	struct xe_user_fence *user_fence;
	u64 unused;

	if (copy_from_user(&unused, user, sizeof(unused)))
		return ERR_PTR(-EFAULT);

	user_fence = kzalloc(sizeof(*user_fence), GFP_KERNEL_ACCOUNT);
	if (!user_fence)
		return ERR_PTR(-ENOMEM);

	user_fence->writer = get_writer(current->mm);
	if (!user_fence->writer) {
		kfree(user_fence);
		return ERR_PTR(-ENOMEM);
	}

	__module_get(THIS_MODULE);
	drm_dev_get(&xe->drm);
	kref_init(&user_fence->ref);
	user_fence->xe = xe;
	user_fence->address = user;
	user_fence->value = value;
	return user_fence;
}

/* The module may go as soon as it is put: its exit waits for the work that may be calling this. */
static void free_user_fence(struct kref *ref)
{
	struct xe_user_fence *user_fence = container_of(ref, struct xe_user_fence, ref);

	put_writer(user_fence->writer);
	drm_dev_put(&user_fence->xe->drm);
	kfree(user_fence);
	module_put(THIS_MODULE);
}

/**
 * xe_user_fence_get - take a reference
 * @user_fence: the user fence
 *
 * Context: any.
 * Return: @user_fence.
 */
struct xe_user_fence *xe_user_fence_get(struct xe_user_fence *user_fence)
{
	kref_get(&user_fence->ref);
	return user_fence;
}

/**
 * xe_user_fence_put - drop a reference
 * @user_fence: the user fence
 *
 * Context: process context, may sleep; may drop the last reference to the device.
 */
void xe_user_fence_put(struct xe_user_fence *user_fence)
{
	kref_put(&user_fence->ref, free_user_fence);
}

/**
 * xe_user_fence_is_written - has the value been written, or is it just being written?
 * @user_fence: the user fence
 *
 * What was unmapped by then, and could not be written, counts as written.
 *
 * Context: any.
 */
bool xe_user_fence_is_written(const struct xe_user_fence *user_fence)
{
	return READ_ONCE(user_fence->written);
}

/* Who has seen the word does not find the bind busy any more: this comes before it. */
static void set_written(struct xe_user_fence *user_fence)
{
	WRITE_ONCE(user_fence->written, true);
	/* Who reads the word then asks for an unmap, which reads this. */
	smp_wmb();
}

static void wake_waiters(const struct xe_user_fence *user_fence)
{
	wake_up_all(&user_fence->xe->submit.ufence_wq);
}

/* In the address space of the process */
static void write_word(const struct xe_user_fence *user_fence)
{
	if (copy_to_user(user_fence->address, &user_fence->value, sizeof(user_fence->value)))
		drm_dbg(&user_fence->xe->drm, "the memory of a user fence has gone\n");
}

static void write_for(struct mm_struct *mm, const struct xe_user_fence *user_fence)
{
	if (!mmget_not_zero(mm))
		return;

	kthread_use_mm(mm);
	write_word(user_fence);
	kthread_unuse_mm(mm);
	mmput(mm);
}

static struct xe_user_fence *first_due(struct writer *writer)
{
	guard(spinlock_irqsave)(&writer->lock);
	return list_first_entry(&writer->due, struct xe_user_fence, link);
}

/* Whether there is more to write. If not, nothing but the user fence holds the writer. */
static bool take_off(struct writer *writer, struct xe_user_fence *user_fence)
{
	guard(spinlock_irqsave)(&writer->lock);
	list_del(&user_fence->link);
	return !list_empty(&writer->due);
}

static void write_due(struct work_struct *work)
{
	struct writer *writer = container_of(work, struct writer, work.work);
	struct xe_usage *usage = writer->usage;
	struct xe_user_fence *user_fence;
	unsigned int ms;
	bool more;

	if (!xe_usage_take(usage, XE_USAGE_WRITES, 1)) {
		ms = xe_usage_refused(&writer->refused);
		queue_delayed_work(workqueue, &writer->work, msecs_to_jiffies(ms));
		return;
	}
	writer->refused = 0;
	xe_usage_get(usage);
	do {
		user_fence = first_due(writer);
		set_written(user_fence);
		write_for(writer->mm, user_fence);
		wake_waiters(user_fence);
		more = take_off(writer, user_fence);
		xe_user_fence_put(user_fence);
	} while (more);
	xe_usage_give(usage, XE_USAGE_WRITES, 1);
	xe_usage_put(usage);
}

/* Whether it is the first: who adds it writes it, or has the work do so. */
static bool add_due(struct xe_user_fence *user_fence)
{
	struct writer *writer = user_fence->writer;
	bool first;

	guard(spinlock_irqsave)(&writer->lock);
	first = list_empty(&writer->due);
	list_add_tail(&user_fence->link, &writer->due);
	return first;
}

static void fence_signalled(struct dma_fence *fence, struct dma_fence_cb *callback)
{
	struct xe_user_fence *user_fence = container_of(callback, struct xe_user_fence, callback);

	if (add_due(user_fence))
		queue_delayed_work(workqueue, &user_fence->writer->work, 0);
}

/**
 * xe_user_fence_signal - write the word when a fence has signalled
 * @user_fence: made in this ioctl; a reference to it is taken for as long as it takes
 * @fence: of the bind; whether it fails makes no difference
 *
 * Writes at once if the fence has signalled and all earlier words of the process have been written.
 *
 * Context: the ioctl that made it, once, no locks; writes to user space.
 */
void xe_user_fence_signal(struct xe_user_fence *user_fence, struct dma_fence *fence)
{
	struct writer *writer = user_fence->writer;

	xe_user_fence_get(user_fence);
	if (!dma_fence_add_callback(fence, &user_fence->callback, fence_signalled))
		return;

	if (!add_due(user_fence))
		return;
	/* Whatever is due from here on is behind it, and left to the work. */
	set_written(user_fence);
	write_word(user_fence);
	wake_waiters(user_fence);
	if (take_off(writer, user_fence))
		queue_delayed_work(workqueue, &writer->work, 0);
	xe_user_fence_put(user_fence);
}

/**
 * xe_user_fence_module_init - user fences can be made
 *
 * Context: the module's init.
 * Return: 0 or -ENOMEM.
 */
int xe_user_fence_module_init(void)
{
	xe_usages_init(&usages);
	/* As many for each CPU, so that one is left: of an unbound one the nodes have parts. */
	workqueue = alloc_workqueue("xe-user-fence", WQ_PERCPU | WQ_CPU_INTENSIVE,
				    XE_USAGE_MAX_WRITES);
	return workqueue ? 0 : -ENOMEM;
}

/**
 * xe_user_fence_module_exit - there are no user fences any more
 *
 * Context: the module's exit. Each user fence has pinned the module, so that user space is not
 * waited for here, only the end of a work.
 */
void xe_user_fence_module_exit(void)
{
	destroy_workqueue(workqueue);
}
