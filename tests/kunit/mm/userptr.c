// SPDX-License-Identifier: MIT
/*
 * Memory of a process that comes and goes, as the kernel tells it.
 */

#include <linux/cred.h>
#include <linux/delay.h>
#include <linux/dma-fence.h>
#include <linux/hmm.h>
#include <linux/mmu_notifier.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>

#define hmm_range_fault			fake_range_fault
#define mmu_interval_notifier_insert	fake_insert
#define mmu_interval_notifier_remove	fake_remove
#define mmu_interval_read_begin		fake_read_begin
#define xe_dma_map			fake_dma_map
#define xe_dma_unmap			fake_dma_unmap
#define set_page_dirty			fake_set_page_dirty
#define sg_alloc_table(sgt, count, gfp)	fake_alloc_table(sgt, count, gfp)
#define sg_free_table(sgt)		fake_free_table(sgt)

static signed long real_wait(struct dma_fence *fence, bool intr, signed long timeout)
{
	return dma_fence_wait_timeout(fence, intr, timeout);
}

#define dma_fence_wait_timeout		fake_wait

static int fake_range_fault(struct hmm_range *range);
static int fake_insert(struct mmu_interval_notifier *notifier, struct mm_struct *mm,
		       unsigned long start, unsigned long length,
		       const struct mmu_interval_notifier_ops *ops);
static void fake_remove(struct mmu_interval_notifier *notifier);
static unsigned long fake_read_begin(struct mmu_interval_notifier *notifier);
static bool fake_set_page_dirty(struct page *page);
static int fake_alloc_table(struct sg_table *sgt, unsigned int count, gfp_t gfp);
static void fake_free_table(struct sg_table *sgt);
static signed long fake_wait(struct dma_fence *fence, bool intr, signed long timeout);

#include "../../../mm/userptr.c"

#include <kunit/test.h>

#include "tests/kunit/fake.h"
#include "tests/kunit/mm/fake.h"

#define START	(16ull << PAGE_SHIFT)
#define PAGES	8

static struct {
	struct mm_struct *mm;
	unsigned long first[PAGES];	/* page frames */
	unsigned int mapped, dirty, asked, killed, kin, tables, notifiers;
	unsigned int storms;		/* how often pages go while they are looked for */
	unsigned int good;		/* of looking for them: so often without @err */
	int err;
	bool write, many;		/* many: pages, which are adjacent */
	unsigned int now, wrong;	/* pages that are dirty, and another one than is expected */
	void (*then)(void);
	enum dma_data_direction dir;	/* of the last mapping */
	struct mmu_interval_notifier *notifier;	/* the last */
	struct dma_fence *runs;		/* until a kill, and no pages go before */
	long takes;			/* time, to wait for a fence */
	unsigned int waited, late;
	long timeout;			/* of the last wait */
	bool really;			/* waits take time */
	bool invalidating;		/* so no notifier is removed before it is over */
	atomic_t removing;		/* those that wait for it */
} fake;

static int fake_insert(struct mmu_interval_notifier *notifier, struct mm_struct *mm,
		       unsigned long start, unsigned long length,
		       const struct mmu_interval_notifier_ops *ops)
{
	notifier->mm = fake.mm;
	notifier->ops = ops;
	notifier->interval_tree.start = start;
	notifier->interval_tree.last = start + length - 1;
	notifier->invalidate_seq = 1;
	fake.notifier = notifier;
	fake.notifiers++;
	return 0;
}

static void fake_remove(struct mmu_interval_notifier *notifier)
{
	atomic_inc(&fake.removing);
	for (int i = 0; i < 1000 && READ_ONCE(fake.invalidating); i++)
		fsleep(10000);
	atomic_dec(&fake.removing);
	fake.notifiers--;
}

static unsigned long fake_read_begin(struct mmu_interval_notifier *notifier)
{
	return notifier->invalidate_seq;
}

static bool take_away_part(enum mmu_notifier_event event, unsigned int flags, unsigned int first,
			   unsigned int pages)
{
	struct mmu_notifier_range range = {
		.event = event, .flags = flags, .start = START + first * PAGE_SIZE,
		.end = START + (first + pages) * PAGE_SIZE,
	};

	return fake.notifier->ops->invalidate(fake.notifier, &range,
					      fake.notifier->invalidate_seq + 2);
}

static bool take_away(enum mmu_notifier_event event, unsigned int flags)
{
	return take_away_part(event, flags, 0, PAGES);
}

static void take_away_of(struct xe_userptr *userptr)
{
	fake.notifier = &userptr->notifier;
	take_away(MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE);
}

/* Who was killed lets go of the engine; who is not, never, or each in its time. */
static signed long fake_wait(struct dma_fence *fence, bool intr, signed long timeout)
{
	fake.waited++;
	fake.timeout = timeout;
	if (fake.really)
		return real_wait(fence, intr, timeout);
	if ((fence == fake.runs && fake.killed) || fake.takes)
		dma_fence_signal(fence);
	if (dma_fence_is_signaled(fence))
		return max(timeout - fake.takes, 0l);
	fake.late++;
	return 0;
}

static int fake_alloc_table(struct sg_table *sgt, unsigned int count, gfp_t gfp)
{
	fake.tables++;
	return (sg_alloc_table)(sgt, count, gfp);
}

static void fake_free_table(struct sg_table *sgt)
{
	fake.tables -= !!sgt->sgl;
	(sg_free_table)(sgt);
}

static int fake_range_fault(struct hmm_range *range)
{
	fake.asked++;
	fake.write = range->default_flags & HMM_PFN_REQ_WRITE;
	if (fake.storms && fake.err) {
		fake.storms--;
		take_away(MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE);
	}
	if (fake.err && !fake.good)
		return fake.err;
	fake.good -= !!fake.good;
	for (unsigned long i = 0; i < (range->end - range->start) >> PAGE_SHIFT; i++)
		range->hmm_pfns[i] = HMM_PFN_VALID | (fake.many ? fake.first[0] + i :
			fake.first[((range->start - START) >> PAGE_SHIFT) + i]);
	if (fake.storms) {
		fake.storms--;
		take_away(MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE);
	}
	return 0;
}

static bool fake_set_page_dirty(struct page *page)
{
	fake.wrong += fake.many && page != pfn_to_page(fake.first[0] + fake.dirty);
	if (++fake.dirty == fake.now)
		fake.then();
	return true;
}

int fake_dma_map(struct xe_hw hw, struct sg_table *sgt, enum dma_data_direction dir)
{
	fake.mapped++;
	fake.dir = dir;
	return 0;
}

void fake_dma_unmap(struct xe_dma dma, struct sg_table *sgt, enum dma_data_direction dir)
{
	WARN(fake.runs && !dma_fence_is_signaled(fake.runs), "an engine uses them");
	fake.mapped--;
}

static void kill(struct xe_vm *vm)
{
	fake.killed++;
	xe_vm_ban(vm);
}

static void kill_kin(struct xe_vm *vm)
{
	fake.killed++;
	fake.kin++;
	xe_vm_ban_kin(vm);
}

static const struct xe_vm_ops ops = { .kill = kill, .kill_kin = kill_kin };

static void make_mm(struct kunit *test)
{
	memset(&fake, 0, sizeof(fake));
	fake.mm = mm_alloc();
	KUNIT_ASSERT_NOT_NULL(test, fake.mm);
	for (int i = 0; i < PAGES; i++)
		fake.first[i] = 100 + i;
}

static struct xe_vm *make_vm_on(struct kunit *test, struct xe_device *xe)
{
	struct xe_vm *vm = xe_fake_vm(test, xe, 0, &ops);

	mmgrab(fake.mm);
	vm->mm = fake.mm;
	return vm;
}

static struct xe_vm *make_vm(struct kunit *test)
{
	make_mm(test);
	return make_vm_on(test, xe_fake_device(test));
}

static struct xe_userptr *make(struct kunit *test, struct xe_vm *vm, bool read_only)
{
	struct xe_userptr *userptr = xe_userptr_create(vm, START, PAGES << PAGE_SHIFT, read_only);

	KUNIT_ASSERT_FALSE(test, IS_ERR(userptr));
	return userptr;
}

static void end_vm(struct kunit *test, struct xe_vm *vm)
{
	struct list_head *vms = &vm->xe->vms.list;

	for (int i = 0; i < 500 && kref_read(&vm->gpuvm.kref) > 1; i++)
		fsleep(10000);
	KUNIT_EXPECT_EQ_MSG(test, kref_read(&vm->gpuvm.kref), 1, "its memory is held");
	KUNIT_EXPECT_EQ(test, fake.notifiers, 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&vm->invalidated));
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);
	KUNIT_EXPECT_EQ(test, fake.tables, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake.mm->mm_users), 1);
	xe_vm_put(vm);
	for (int i = 0; i < 500 && !list_empty(vms); i++)
		fsleep(10000);
	KUNIT_EXPECT_TRUE_MSG(test, list_empty(vms), "the VM is gone");
}

static void end(struct kunit *test, struct xe_vm *vm)
{
	end_vm(test, vm);
	mmput(fake.mm);
}

static bool valid(struct xe_vm *vm, struct xe_user_pages *pages)
{
	guard(rwsem_read)(&vm->notifier_lock);
	return pages ? xe_user_pages_valid(pages) : xe_userptr_valid(vm);
}

/* Adjacent pages are one segment, and what is written is dirty. */
static void test_pin(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *userptr = make(test, vm, false);
	struct xe_pt_source source = {};
	struct xe_user_pages *pages;

	fake.first[3] = 7;
	pages = xe_userptr_pin(userptr);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	KUNIT_EXPECT_EQ(test, pages->sgt.orig_nents, 3);
	KUNIT_EXPECT_EQ(test, pages->sgt.sgl->length, 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, fake.dirty, PAGES);
	KUNIT_EXPECT_TRUE(test, fake.write);
	KUNIT_EXPECT_EQ(test, fake.dir, DMA_BIDIRECTIONAL);
	KUNIT_EXPECT_EQ(test, fake.mapped, 1);
	KUNIT_EXPECT_TRUE(test, valid(vm, pages));
	KUNIT_EXPECT_TRUE(test, xe_user_pages_pt_source(pages, START + PAGE_SIZE, &source));
	KUNIT_EXPECT_EQ(test, source.offset, (u64)PAGE_SIZE);
	xe_user_pages_put(pages);
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);
	xe_userptr_put(userptr);
	end(test, vm);
}

static void test_read_only(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *userptr = make(test, vm, true);
	struct xe_user_pages *pages = xe_userptr_pin(userptr);

	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	KUNIT_EXPECT_FALSE(test, fake.write);
	KUNIT_EXPECT_EQ(test, fake.dirty, 0);
	KUNIT_EXPECT_EQ(test, fake.dir, DMA_TO_DEVICE);
	xe_user_pages_put(pages);
	xe_userptr_put(userptr);
	end(test, vm);
}

/* Long-running jobs try again when the system is awake: the device is not gone. */
static void test_asleep(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *userptr = make(test, vm, false);
	struct device *dev = vm->xe->drm.dev;
	struct xe_user_pages *pages;

	KUNIT_ASSERT_EQ(test, xe_hw_pm_ops.suspend(dev), 0);
	KUNIT_EXPECT_PTR_EQ(test, xe_userptr_pin(userptr), (void *)ERR_PTR(-EBUSY));
	*xe_fake_config(PCI_VENDOR_ID) = PCI_VENDOR_ID_INTEL;
	KUNIT_EXPECT_EQ(test, xe_hw_pm_ops.resume(dev), 0);
	pages = xe_userptr_pin(userptr);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	xe_user_pages_put(pages);
	xe_userptr_put(userptr);
	end(test, vm);
}

/* What goes while it is looked for is looked for again, but not for ever; nothing stays mapped. */
static void test_storm(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *userptr = make(test, vm, false);
	struct xe_user_pages *pages;

	fake.storms = XE_USERPTR_TRIES - 1;
	pages = xe_userptr_pin(userptr);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	KUNIT_EXPECT_TRUE(test, valid(vm, pages));
	KUNIT_EXPECT_EQ_MSG(test, fake.dirty, PAGES, "pages that went are nobody's");
	xe_user_pages_put(pages);

	fake.storms = XE_USERPTR_TRIES;
	KUNIT_EXPECT_PTR_EQ(test, xe_userptr_pin(userptr), (void *)ERR_PTR(-EAGAIN));
	KUNIT_EXPECT_EQ(test, fake.storms, 0);
	KUNIT_EXPECT_EQ(test, fake.dirty, PAGES);
	fake.err = -EFAULT;
	KUNIT_EXPECT_PTR_EQ(test, xe_userptr_pin(userptr), (void *)ERR_PTR(-EFAULT));
	fake.err = -EBUSY;
	KUNIT_EXPECT_PTR_EQ(test, xe_userptr_pin(userptr), (void *)ERR_PTR(-EAGAIN));
	xe_userptr_put(userptr);
	end(test, vm);
}

/* As far as is seen while the lock is held: that it is counted on. */
static void pages_go(void)
{
	fake.notifier->invalidate_seq += 2;
}

static void is_killed(void)
{
	xe_fake_set_killed(true);
}

/* Between being dirty and being mapped they may go. */
static void test_go_late(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *userptr = make(test, vm, false);
	struct xe_user_pages *pages;

	fake.now = PAGES;
	fake.then = pages_go;
	pages = xe_userptr_pin(userptr);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	KUNIT_EXPECT_TRUE(test, valid(vm, pages));
	KUNIT_EXPECT_EQ(test, fake.asked, 2);
	KUNIT_EXPECT_EQ(test, fake.mapped, 1);
	xe_user_pages_put(pages);
	xe_userptr_put(userptr);
	end(test, vm);
}

/* The lock is let go of between so many and so many. */
static void test_many(struct kunit *test)
{
	const unsigned int many = 2 * DIRTY_AT_ONCE + 3;
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *userptr = xe_userptr_create(vm, START, (u64)many << PAGE_SHIFT, false);
	struct xe_user_pages *pages;

	KUNIT_ASSERT_FALSE(test, IS_ERR(userptr));
	fake.many = true;
	fake.now = 2 * DIRTY_AT_ONCE;
	fake.then = is_killed;
	KUNIT_EXPECT_PTR_EQ(test, xe_userptr_pin(userptr), (void *)ERR_PTR(-EINTR));
	xe_fake_set_killed(false);
	KUNIT_EXPECT_EQ(test, fake.dirty, 2 * DIRTY_AT_ONCE);

	fake.dirty = 0;
	fake.now = DIRTY_AT_ONCE;
	fake.then = pages_go;
	KUNIT_EXPECT_PTR_EQ(test, pin(userptr, START, (u64)many << PAGE_SHIFT,
				      fake_read_begin(&userptr->notifier)),
			    (void *)ERR_PTR(-EAGAIN));
	KUNIT_EXPECT_EQ(test, fake.dirty, DIRTY_AT_ONCE);

	fake.dirty = 0;
	fake.now = 0;
	pages = xe_userptr_pin(userptr);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	KUNIT_EXPECT_EQ(test, fake.dirty, many);
	KUNIT_EXPECT_EQ(test, fake.wrong, 0);
	xe_user_pages_put(pages);
	xe_userptr_put(userptr);
	end(test, vm);
}

/* A list of pages does not take more than an eighth of memory, whatever is there. */
static void test_large(struct kunit *test)
{
	const u64 pages = ((u64)totalram_pages() / 8 + 1) * PAGE_SIZE / sizeof(unsigned long);
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *userptr = xe_userptr_create(vm, START, pages << PAGE_SHIFT, false);

	KUNIT_ASSERT_FALSE(test, IS_ERR(userptr));
	KUNIT_EXPECT_PTR_EQ(test, xe_userptr_pin(userptr), (void *)ERR_PTR(-ENOMEM));
	KUNIT_EXPECT_EQ(test, fake.asked, 0);
	xe_userptr_put(userptr);
	end(test, vm);
}

/* Neither the device nor the process has to be there. */
static void test_gone(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *userptr = make(test, vm, false);
	struct mm_struct *mm = fake.mm;

	mm->mm_users = (atomic_t)ATOMIC_INIT(0);
	KUNIT_EXPECT_PTR_EQ(test, xe_userptr_pin(userptr), (void *)ERR_PTR(-EFAULT));
	KUNIT_EXPECT_EQ(test, fake.asked, 0);
	mm->mm_users = (atomic_t)ATOMIC_INIT(1);
	xe_hw_scoped(hw, vm->xe)
		xe_hw_declare_lost(hw, "test");
	KUNIT_EXPECT_PTR_EQ(test, xe_userptr_pin(userptr), (void *)ERR_PTR(-ENODEV));
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);
	xe_userptr_put(userptr);
	end(test, vm);
}

/* Unbind finds all that is mapped, and nothing that is not; ranges do not touch each other. */
static void test_stop(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *first = make(test, vm, false), *second = make(test, vm, false);
	struct xe_user_pages *of_first = xe_userptr_pin(first);
	struct xe_user_pages *pages[] = { xe_userptr_pin(second), xe_userptr_pin(second) };

	KUNIT_ASSERT_FALSE(test, IS_ERR(of_first) || IS_ERR(pages[0]) || IS_ERR(pages[1]));
	fake.notifier = &first->notifier;
	take_away(MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE);
	KUNIT_EXPECT_EQ(test, fake.mapped, 2);
	KUNIT_EXPECT_TRUE(test, valid(vm, pages[1]));
	xe_user_pages_put(of_first);

	of_first = xe_userptr_pin(first);
	KUNIT_ASSERT_FALSE(test, IS_ERR(of_first));
	fake.notifier = &second->notifier;
	take_away(MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE);
	KUNIT_EXPECT_EQ(test, fake.mapped, 1);
	xe_user_pages_put(pages[0]);
	xe_user_pages_put(pages[1]);
	pages[0] = xe_userptr_pin(second);
	pages[1] = xe_userptr_pin(second);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pages[0]) || IS_ERR(pages[1]));
	KUNIT_EXPECT_EQ(test, fake.mapped, 3);
	xe_fake_scoped(hw, vm->xe)
		xe_userptr_stop(hw);
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&vm->xe->mm.userptrs));
	xe_user_pages_put(of_first);
	xe_user_pages_put(pages[0]);
	xe_user_pages_put(pages[1]);
	xe_userptr_put(first);
	xe_userptr_put(second);
	end(test, vm);
}

/* A segment has 32 bits of length. */
static void test_long_run(struct kunit *test)
{
	unsigned long count = (UINT_MAX >> PAGE_SHIFT) + 2;
	unsigned long *pfns = kvmalloc_array(count, sizeof(*pfns), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pfns);
	for (unsigned long i = 0; i < count; i++)
		pfns[i] = HMM_PFN_VALID | (100 + i);
	KUNIT_EXPECT_LE(test, run_length(pfns, count) << PAGE_SHIFT, (unsigned long)UINT_MAX);
	kvfree(pfns);
}

static void add(struct xe_vm *vm, struct xe_vma *vma, struct xe_user_pages *pages,
		unsigned int first, unsigned int count)
{
	*vma = (struct xe_vma){ .pages = xe_user_pages_get(pages) };
	INIT_LIST_HEAD(&vma->user_link);
	INIT_LIST_HEAD(&vma->unwritten_link);
	vma->gpuva.gem.offset = START + ((u64)first << PAGE_SHIFT);
	vma->gpuva.va.range = (u64)count << PAGE_SHIFT;
	xe_userptr_add_vma(vma);
}

static void remove(struct xe_vma *vma)
{
	xe_userptr_remove_vma(vma);
	xe_user_pages_put(vma->pages);
}

/* Two parts of one bind are found anew, each for itself; a third is not there any more. */
static void test_repin(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *userptr = make(test, vm, false);
	struct xe_user_pages *pages = xe_userptr_pin(userptr);
	struct xe_pt_source source = {};
	struct xe_vma a, b;

	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	add(vm, &a, pages, 0, 2);
	add(vm, &b, pages, 5, 3);
	KUNIT_EXPECT_TRUE(test, list_empty(&vm->unwritten));

	/* Who may not wait changes nothing. */
	KUNIT_EXPECT_FALSE(test, take_away(MMU_NOTIFY_CLEAR, 0));
	KUNIT_EXPECT_TRUE(test, valid(vm, pages) && valid(vm, NULL));
	KUNIT_EXPECT_EQ(test, fake.mapped, 1);

	KUNIT_EXPECT_TRUE(test, take_away(MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE));
	KUNIT_EXPECT_FALSE(test, valid(vm, pages) || valid(vm, NULL));
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);
	KUNIT_EXPECT_EQ(test, fake.killed, 0);
	xe_user_pages_put(pages);

	fake.asked = 0;
	KUNIT_EXPECT_EQ(test, xe_userptr_repin(vm), 0);
	KUNIT_EXPECT_EQ(test, fake.asked, 2);
	KUNIT_EXPECT_TRUE(test, valid(vm, NULL) && valid(vm, a.pages) && valid(vm, b.pages));
	KUNIT_EXPECT_EQ(test, list_count_nodes(&vm->unwritten), 2);
	KUNIT_EXPECT_EQ(test, fake.mapped, 2);
	KUNIT_EXPECT_TRUE(test, xe_user_pages_pt_source(b.pages, START + 6 * PAGE_SIZE, &source));
	KUNIT_EXPECT_EQ(test, source.offset, (u64)PAGE_SIZE);

	/* There is nothing to do, and nothing is done. */
	KUNIT_EXPECT_EQ(test, xe_userptr_repin(vm), 0);
	KUNIT_EXPECT_EQ(test, fake.asked, 2);

	take_away(MMU_NOTIFY_UNMAP, MMU_NOTIFIER_RANGE_BLOCKABLE);
	fake.err = -EFAULT;
	KUNIT_EXPECT_EQ(test, xe_userptr_repin(vm), 0);
	KUNIT_EXPECT_TRUE(test, valid(vm, NULL));
	KUNIT_EXPECT_FALSE(test, xe_user_pages_pt_source(a.pages, START, &source));
	fake.err = -ENOMEM;
	take_away(MMU_NOTIFY_UNMAP, MMU_NOTIFIER_RANGE_BLOCKABLE);
	KUNIT_EXPECT_EQ(test, xe_userptr_repin(vm), -ENOMEM);
	KUNIT_EXPECT_FALSE(test, valid(vm, NULL));
	fake.err = 0;
	fake.storms = 1000;
	KUNIT_EXPECT_EQ(test, xe_userptr_repin(vm), -EAGAIN);
	KUNIT_EXPECT_EQ(test, xe_userptr_repin(vm), -EAGAIN);
	fake.storms = 1;
	KUNIT_EXPECT_EQ(test, xe_userptr_repin(vm), 0);
	KUNIT_EXPECT_TRUE(test, valid(vm, NULL) && valid(vm, a.pages) && valid(vm, b.pages));
	remove(&a);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&vm->unwritten), 1);
	remove(&b);
	KUNIT_EXPECT_TRUE(test, list_empty(&vm->unwritten) && list_empty(&userptr->vmas));

	/* One of which the entries are not up to date, for another reason. */
	pages = xe_userptr_pin(userptr);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	add(vm, &a, pages, 0, 2);
	remove(&a);
	KUNIT_EXPECT_TRUE(test, list_empty(&vm->unwritten));
	drm_gpuva_invalidate(&a.gpuva, true);
	a.pages = pages;
	xe_userptr_add_vma(&a);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&vm->unwritten), 1);
	remove(&a);
	xe_userptr_put(userptr);
	end(test, vm);
}

/* A failure ends it at once, and what was found is not looked for again. */
static void test_repin_fails(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *userptr = make(test, vm, false), *dying;
	struct xe_user_pages *pages = xe_userptr_pin(userptr);
	struct xe_vma a, b;

	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	add(vm, &a, pages, 0, 2);
	add(vm, &b, pages, 5, 3);
	xe_user_pages_put(pages);
	take_away(MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE);
	fake.asked = 0;
	fake.err = -ENOMEM;
	fake.good = 1;
	KUNIT_EXPECT_EQ(test, xe_userptr_repin(vm), -ENOMEM);
	KUNIT_EXPECT_EQ(test, fake.asked, 2);
	KUNIT_EXPECT_TRUE(test, valid(vm, a.pages));
	KUNIT_EXPECT_TRUE(test, drm_gpuva_invalidated(&a.gpuva));
	fake.err = 0;
	KUNIT_EXPECT_EQ(test, xe_userptr_repin(vm), 0);
	KUNIT_EXPECT_EQ(test, fake.asked, 3);
	remove(&b);

	/* It becomes another's while it is found that it is not there, or not to be written. */
	take_away(MMU_NOTIFY_UNMAP, MMU_NOTIFIER_RANGE_BLOCKABLE);
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);
	fake.err = -EPERM;
	fake.storms = 1;
	KUNIT_EXPECT_EQ(test, xe_userptr_repin(vm), 0);
	KUNIT_EXPECT_TRUE(test, valid(vm, NULL) && valid(vm, a.pages));
	remove(&a);

	/* One that is about to be freed is on the list for a moment. */
	dying = kunit_kzalloc(test, sizeof(*dying), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, dying);
	list_add(&dying->link, &vm->invalidated);
	KUNIT_EXPECT_EQ(test, xe_userptr_repin(vm), 0);
	KUNIT_EXPECT_TRUE(test, valid(vm, NULL));
	xe_userptr_put(userptr);
	end(test, vm);
}

static const char *fence_name(struct dma_fence *fence)
{
	return "played";
}

static const struct dma_fence_ops fence_ops = {
	.get_driver_name = fence_name,
	.get_timeline_name = fence_name,
};

static DEFINE_SPINLOCK(fence_lock);

static struct dma_fence *add_fence(struct kunit *test, struct xe_vm *vm, bool bind)
{
	struct dma_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fence);
	dma_fence_init(fence, &fence_ops, &fence_lock, dma_fence_context_alloc(1), 1);
	if (bind)
		set_bit(XE_VM_BIND_FENCE, &fence->flags);
	dma_resv_lock(xe_vm_resv(vm), NULL);
	KUNIT_ASSERT_EQ(test, dma_resv_reserve_fences(xe_vm_resv(vm), 1), 0);
	dma_resv_add_fence(xe_vm_resv(vm), fence, DMA_RESV_USAGE_BOOKKEEP);
	dma_resv_unlock(xe_vm_resv(vm));
	return fence;
}

/* A process that exits waits for no job and no bind; if nothing runs, nothing is killed. */
static void test_exit(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *userptr = make(test, vm, false);
	struct xe_user_pages *pages = xe_userptr_pin(userptr);
	struct dma_fence *bind;

	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	take_away(MMU_NOTIFY_RELEASE, MMU_NOTIFIER_RANGE_BLOCKABLE);
	KUNIT_EXPECT_EQ(test, fake.killed, 0);
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);
	xe_user_pages_put(pages);

	pages = xe_userptr_pin(userptr);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	bind = add_fence(test, vm, true);
	fake.runs = add_fence(test, vm, false);
	take_away(MMU_NOTIFY_RELEASE, MMU_NOTIFIER_RANGE_BLOCKABLE);
	KUNIT_EXPECT_EQ(test, fake.killed, 1);
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);
	KUNIT_EXPECT_EQ(test, fake.waited, 1);
	KUNIT_EXPECT_EQ(test, fake.late, 0);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(bind));
	KUNIT_EXPECT_TRUE_MSG(test, test_bit(DMA_FENCE_FLAG_ENABLE_SIGNAL_BIT, &bind->flags),
			      "all are asked for before the first is waited for");

	/* It uses nothing any more. */
	take_away(MMU_NOTIFY_RELEASE, MMU_NOTIFIER_RANGE_BLOCKABLE);
	KUNIT_EXPECT_EQ(test, fake.killed, 1);
	dma_fence_signal(bind);
	dma_fence_put(bind);
	dma_fence_put(fake.runs);
	fake.runs = NULL;
	xe_user_pages_put(pages);
	xe_userptr_put(userptr);
	end(test, vm);
}

/*
 * Somebody else's memory is in it, who exits: that is as if he unmapped it.
 *
 * Seen to fail: a child that was gone had its parent's jobs banned, which knew nothing of it.
 */
static void test_exit_of_another(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *userptr = make(test, vm, false);
	struct xe_user_pages *pages = xe_userptr_pin(userptr);
	struct mm_struct *mm = vm->mm;
	struct dma_fence *job = add_fence(test, vm, false);

	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	vm->mm = NULL;
	fake.takes = 1;
	take_away(MMU_NOTIFY_RELEASE, MMU_NOTIFIER_RANGE_BLOCKABLE);
	fake.takes = 0;
	vm->mm = mm;
	KUNIT_EXPECT_EQ(test, fake.waited, 1);
	KUNIT_EXPECT_EQ(test, fake.killed, 0);
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);
	dma_fence_put(job);
	xe_user_pages_put(pages);
	xe_userptr_put(userptr);
	end(test, vm);
}

/* Half a minute for all of them, and then for who is killed; binds are waited for before that. */
static void test_late(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *userptr = make(test, vm, false);
	struct xe_user_pages *pages = xe_userptr_pin(userptr);
	struct dma_fence *bind = add_fence(test, vm, true);

	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	take_away(MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE);
	KUNIT_EXPECT_EQ(test, fake.late, 1);
	KUNIT_EXPECT_EQ(test, fake.killed, 1);
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);

	/* Another bind of the VM: all of them together have half a minute. */
	xe_user_pages_put(pages);
	pages = xe_userptr_pin(userptr);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	take_away(MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE);
	KUNIT_EXPECT_EQ(test, fake.late, 1);
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);
	dma_fence_signal(bind);
	dma_fence_put(bind);
	xe_user_pages_put(pages);
	xe_userptr_put(userptr);
	end(test, vm);
}

static struct xe_usage *make_usage(struct kunit *test, struct xe_device *xe, unsigned int uid)
{
	struct cred *cred = prepare_creds();
	const struct cred *own;
	struct xe_usage *usage;

	KUNIT_ASSERT_NOT_NULL(test, cred);
	cred->euid = KUIDT_INIT(uid);
	own = override_creds(cred);
	usage = xe_usage_create(&xe->usages);
	revert_creds(own);
	put_cred(cred);
	KUNIT_ASSERT_NOT_NULL(test, usage);
	return usage;
}

static void pass(struct xe_usage *usage, u64 time)
{
	usage->paid_off -= time;
	usage->user->paid_off -= time;
}

/* Return: for how long jobs of another VM of a client were waited for, before it was banned. */
static long lose_patience(struct kunit *test, struct xe_device *xe, struct xe_usage *usage)
{
	struct xe_vm *vm = make_vm_on(test, xe);
	unsigned int killed = fake.killed;
	struct xe_userptr *userptr;
	struct xe_user_pages *pages;
	struct dma_fence *bind;

	vm->tree.usage = usage;
	userptr = make(test, vm, false);
	KUNIT_EXPECT_EQ_MSG(test, kref_read(&usage->ref), 2, "the notifier has one of its own");
	pages = xe_userptr_pin(userptr);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	bind = add_fence(test, vm, true);
	take_away(MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE);
	KUNIT_EXPECT_EQ(test, fake.killed, killed + 1);
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);
	dma_fence_signal(bind);
	dma_fence_put(bind);
	xe_user_pages_put(pages);
	xe_userptr_put(userptr);
	end_vm(test, vm);
	KUNIT_EXPECT_EQ(test, kref_read(&usage->ref), 1);
	return fake.timeout;
}

/*
 * What one VM has been waited for in vain, the next one of the same client does not have.
 *
 * Seen to fail: reclaim waited half a minute for each of a client's VMs, one after the other.
 */
static void test_patience(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct xe_usage *greedy = make_usage(test, xe, 1000), *other = make_usage(test, xe, 1001);

	make_mm(test);
	KUNIT_EXPECT_EQ(test, lose_patience(test, xe, greedy), 30 * HZ);
	KUNIT_EXPECT_EQ(test, fake.kin, 0);
	KUNIT_EXPECT_EQ(test, lose_patience(test, xe, greedy), HZ / 10);
	KUNIT_EXPECT_EQ(test, fake.kin, 1);
	KUNIT_EXPECT_EQ(test, lose_patience(test, xe, greedy), HZ / 10);
	KUNIT_EXPECT_EQ(test, fake.kin, 2);
	KUNIT_EXPECT_EQ(test, lose_patience(test, xe, other), 30 * HZ);
	pass(greedy, 600 * HZ);
	KUNIT_EXPECT_EQ(test, lose_patience(test, xe, greedy), 30 * HZ);
	KUNIT_EXPECT_EQ(test, fake.kin, 2);
	KUNIT_EXPECT_EQ(test, lose_patience(test, xe, greedy), HZ / 10);
	KUNIT_EXPECT_EQ(test, fake.kin, 3);
	xe_usage_put(greedy);
	xe_usage_put(other);
	mmput(fake.mm);
}

/*
 * Who is waited for in vain with nothing left has all VMs banned that could be waited for next, and
 * those are not waited for. What has no memory of a process is in nobody's way, and goes on; so do
 * those of other clients, and of other processes.
 *
 * Seen to fail: each of thousands was waited for, and had all queues looked at.
 */
static void test_kin(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct xe_usage *greedy = make_usage(test, xe, 1000), *other = make_usage(test, xe, 1001);
	struct mm_struct *another = mm_alloc();
	struct xe_userptr *userptr[4];
	struct dma_fence *bind[4];
	struct xe_user_pages *pages[4];
	struct xe_vm *vm[5];

	make_mm(test);
	KUNIT_ASSERT_NOT_NULL(test, another);
	for (unsigned int i = 0; i < ARRAY_SIZE(vm); i++) {
		vm[i] = make_vm_on(test, xe);
		vm[i]->tree.usage = i == 2 ? other : greedy;
		if (i == ARRAY_SIZE(userptr))
			break;
		userptr[i] = make(test, vm[i], false);
		KUNIT_EXPECT_TRUE(test, vm[i]->had_user_pages);
		pages[i] = xe_userptr_pin(userptr[i]);
		KUNIT_ASSERT_FALSE(test, IS_ERR(pages[i]));
		bind[i] = add_fence(test, vm[i], true);
	}
	KUNIT_EXPECT_FALSE(test, vm[4]->had_user_pages);
	swap(vm[4]->mm, another);
	xe_userptr_put(make(test, vm[4], false));
	KUNIT_EXPECT_FALSE_MSG(test, vm[4]->had_user_pages, "it is another process's");
	KUNIT_EXPECT_TRUE(test, xe_vm_is_kin(vm[4], vm[4]));
	swap(vm[4]->mm, another);
	swap(vm[3]->mm, another);
	xe_usage_lost_patience(greedy, 30 * HZ);
	take_away_of(userptr[0]);
	KUNIT_EXPECT_EQ(test, fake.timeout, HZ / 10);
	KUNIT_EXPECT_EQ(test, fake.kin, 1);
	KUNIT_EXPECT_TRUE(test, xe_vm_is_banned(vm[0]));
	KUNIT_EXPECT_TRUE(test, xe_vm_is_banned(vm[1]));
	KUNIT_EXPECT_FALSE_MSG(test, xe_vm_is_banned(vm[2]), "another client's");
	KUNIT_EXPECT_FALSE_MSG(test, xe_vm_is_banned(vm[3]), "another process made it");
	KUNIT_EXPECT_FALSE_MSG(test, xe_vm_is_banned(vm[4]), "it has no memory of a process");

	fake.timeout = 0;
	take_away_of(userptr[1]);
	KUNIT_EXPECT_EQ_MSG(test, fake.timeout, 0, "it was banned already");
	KUNIT_EXPECT_EQ(test, fake.killed, 1);

	swap(vm[3]->mm, another);
	for (unsigned int i = 0; i < ARRAY_SIZE(userptr); i++) {
		dma_fence_signal(bind[i]);
		dma_fence_put(bind[i]);
		xe_user_pages_put(pages[i]);
		xe_userptr_put(userptr[i]);
	}
	for (unsigned int i = 1; i < ARRAY_SIZE(vm); i++)
		xe_vm_put(vm[i]);
	end_vm(test, vm[0]);
	xe_usage_put(greedy);
	xe_usage_put(other);
	mmput(another);
	mmput(fake.mm);
}

#define MANY_VMS	20

/*
 * By the clock, which is the kernel's own. Whoever takes away a page that many VMs of a client
 * have, of which none lets go, waits for half a minute and a tenth of a second.
 */
static void test_how_long(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct xe_usage *usage = make_usage(test, xe, 1000);
	struct xe_userptr *userptr[MANY_VMS];
	struct xe_user_pages *pages[MANY_VMS];
	struct dma_fence *bind[MANY_VMS];
	struct xe_vm *vm[MANY_VMS];
	ktime_t start;

	make_mm(test);
	for (unsigned int i = 0; i < MANY_VMS; i++) {
		vm[i] = make_vm_on(test, xe);
		vm[i]->tree.usage = usage;
		userptr[i] = make(test, vm[i], false);
		pages[i] = xe_userptr_pin(userptr[i]);
		KUNIT_ASSERT_FALSE(test, IS_ERR(pages[i]));
		bind[i] = add_fence(test, vm[i], true);
	}
	fake.really = true;
	start = ktime_get();
	for (unsigned int i = 0; i < MANY_VMS; i++)
		take_away_of(userptr[i]);
	KUNIT_EXPECT_TRUE(test, xe_fake_took(start, 30));
	KUNIT_EXPECT_EQ_MSG(test, fake.waited, 2, "nobody but the first two is waited for");
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);
	for (unsigned int i = 0; i < MANY_VMS; i++) {
		KUNIT_EXPECT_TRUE(test, xe_vm_is_banned(vm[i]));
		dma_fence_signal(bind[i]);
		dma_fence_put(bind[i]);
		xe_user_pages_put(pages[i]);
		xe_userptr_put(userptr[i]);
	}
	for (unsigned int i = 1; i < MANY_VMS; i++)
		xe_vm_put(vm[i]);
	end_vm(test, vm[0]);
	xe_usage_put(usage);
	mmput(fake.mm);
}

/* Who ends in time loses nothing, however long it takes, and has all of it the next time. */
static void test_patience_in_time(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct xe_usage *usage = make_usage(test, vm->xe, 1000);
	struct xe_userptr *userptr;

	vm->tree.usage = usage;
	userptr = make(test, vm, false);
	for (int i = 0; i < 3; i++) {
		struct xe_user_pages *pages = xe_userptr_pin(userptr);
		struct dma_fence *job = add_fence(test, vm, false);

		KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
		fake.takes = 29 * HZ;
		take_away(MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE);
		fake.takes = 0;
		KUNIT_EXPECT_EQ(test, fake.timeout, 30 * HZ);
		KUNIT_EXPECT_EQ(test, fake.killed, 0);
		dma_fence_put(job);
		xe_user_pages_put(pages);
	}
	xe_userptr_put(userptr);
	end(test, vm);
	xe_usage_put(usage);
}

/* While the system sleeps nobody is waited for, who could not say that he is done. */
static void test_off(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *userptr = make(test, vm, false);
	struct xe_user_pages *pages = xe_userptr_pin(userptr);
	struct dma_fence *job = add_fence(test, vm, false);
	struct device *dev = vm->xe->drm.dev;

	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	KUNIT_EXPECT_FALSE(test, xe_hw_is_off(vm->xe));
	KUNIT_ASSERT_EQ(test, xe_hw_pm_ops.suspend(dev), 0);
	KUNIT_EXPECT_TRUE(test, xe_hw_is_off(vm->xe));
	take_away(MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE);
	KUNIT_EXPECT_EQ(test, fake.waited, 0);
	KUNIT_EXPECT_EQ(test, fake.killed, 1);
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);

	*xe_fake_config(PCI_VENDOR_ID) = PCI_VENDOR_ID_INTEL;
	KUNIT_EXPECT_EQ(test, xe_hw_pm_ops.resume(dev), 0);
	KUNIT_EXPECT_FALSE(test, xe_hw_is_off(vm->xe));
	dma_fence_signal(job);
	dma_fence_put(job);
	xe_user_pages_put(pages);
	xe_userptr_put(userptr);
	end(test, vm);
}

/*
 * What lies between two parts of a bind is not the card's: nobody is waited for when it goes, and
 * the parts are where they were.
 *
 * Seen to fail: unbind takes away the driver's own mappings, and waited for an engine that only
 * unbind stops.
 */
static void test_between(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct xe_userptr *userptr = make(test, vm, false);
	struct xe_user_pages *pages = xe_userptr_pin(userptr);
	struct xe_vma a, b;

	KUNIT_ASSERT_FALSE(test, IS_ERR(pages));
	add(vm, &a, pages, 0, 2);
	add(vm, &b, pages, 5, 3);
	xe_user_pages_put(pages);
	take_away_part(MMU_NOTIFY_UNMAP, MMU_NOTIFIER_RANGE_BLOCKABLE, 2, 3);
	KUNIT_EXPECT_EQ_MSG(test, fake.mapped, 0, "the list is of all of it");
	KUNIT_ASSERT_EQ(test, xe_userptr_repin(vm), 0);
	KUNIT_ASSERT_EQ(test, fake.mapped, 2);

	fake.asked = 0;
	fake.runs = add_fence(test, vm, false);
	take_away_part(MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE, 2, 3);
	KUNIT_EXPECT_EQ(test, fake.waited, 0);
	KUNIT_EXPECT_EQ(test, fake.mapped, 2);
	KUNIT_EXPECT_FALSE(test, valid(vm, a.pages) || valid(vm, b.pages));
	KUNIT_EXPECT_EQ(test, xe_userptr_repin(vm), 0);
	KUNIT_EXPECT_TRUE(test, valid(vm, NULL) && valid(vm, a.pages) && valid(vm, b.pages));
	KUNIT_EXPECT_EQ_MSG(test, fake.asked, 0, "they are where they were");

	take_away_part(MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE, 4, 2);
	KUNIT_EXPECT_GT(test, fake.waited, 0);
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);
	dma_fence_signal(fake.runs);
	dma_fence_put(fake.runs);
	fake.runs = NULL;
	remove(&a);
	remove(&b);
	xe_userptr_put(userptr);
	end(test, vm);
}

static void test_time_adds_up(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);

	for (int i = 0; i < 4; i++)
		dma_fence_put(add_fence(test, vm, false));
	fake.takes = 10 * HZ;
	KUNIT_EXPECT_FALSE(test, wait_for_all(xe_vm_resv(vm), true, 30 * HZ));
	KUNIT_EXPECT_TRUE(test, wait_for_all(xe_vm_resv(vm), true, 30 * HZ));
	end(test, vm);
}

/*
 * Memory of a process is being taken away, for half a minute: all of its ranges that are to be
 * freed have one thread wait for that, and other processes' have others.
 */
static void test_removal(struct kunit *test)
{
	struct xe_vm *vm = make_vm(test);
	struct mm_struct *mm = fake.mm, other;
	struct xe_userptr *userptr[8];

	for (unsigned int i = 0; i < ARRAY_SIZE(userptr); i++)
		userptr[i] = make(test, vm, false);
	WRITE_ONCE(fake.invalidating, true);
	for (unsigned int i = 0; i < ARRAY_SIZE(userptr); i++)
		xe_userptr_put(userptr[i]);
	fsleep(100000);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake.removing), 1);
	fake.mm = &other;
	xe_userptr_put(make(test, vm, false));
	fake.mm = mm;
	fsleep(100000);
	KUNIT_EXPECT_EQ(test, atomic_read(&fake.removing), 2);
	WRITE_ONCE(fake.invalidating, false);
	end(test, vm);
}

static struct kunit_case userptr_cases[] = {
	KUNIT_CASE(test_pin),
	KUNIT_CASE(test_read_only),
	KUNIT_CASE(test_storm),
	KUNIT_CASE(test_go_late),
	KUNIT_CASE(test_many),
	KUNIT_CASE(test_large),
	KUNIT_CASE(test_asleep),
	KUNIT_CASE(test_repin),
	KUNIT_CASE(test_repin_fails),
	KUNIT_CASE(test_gone),
	KUNIT_CASE(test_stop),
	KUNIT_CASE(test_long_run),
	KUNIT_CASE(test_exit),
	KUNIT_CASE(test_exit_of_another),
	KUNIT_CASE(test_late),
	KUNIT_CASE(test_patience),
	KUNIT_CASE(test_kin),
	KUNIT_CASE_SLOW(test_how_long),
	KUNIT_CASE(test_patience_in_time),
	KUNIT_CASE(test_off),
	KUNIT_CASE(test_between),
	KUNIT_CASE(test_time_adds_up),
	KUNIT_CASE(test_removal),
	{ }
};

static struct kunit_suite userptr_suite = {
	.name = "xe_userptr",
	.test_cases = userptr_cases,
};

kunit_test_suite(userptr_suite);
