// SPDX-License-Identifier: MIT
/*
 * Mappings of an address space against a list of pages.
 */

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/prandom.h>
#include <linux/sched.h>

#include "mm/vma.h"
#include "tests/kunit/fake.h"
#include "tests/kunit/mm/fake.h"
#include "xe_device.h"

struct xe_fake_sleep xe_fake_sleep;

static long fake_sleep(long timeout)
{
	xe_fake_sleep.ms += jiffies_to_msecs(timeout);
	if (xe_fake_sleep.others)
		xe_fake_sleep.others->moves++;
	return 0;
}

static bool short_of_memory;

#define schedule_timeout_killable(timeout)	fake_sleep(timeout)
#define xe_mm_has_memory(size)			(!short_of_memory && xe_mm_has_memory(size))

#include "../../../mm/vm.c"

#define PAGES	48
#define BUFFERS	3
#define BASE	BIT_ULL(40)

/* What is mapped at a page: its buffer from 1, its page in the buffer, how. */
struct page_map {
	u8 buffer, page, pat;
};

struct world {
	struct kunit *test;
	struct xe_device *xe;
	struct xe_vm *vm;
	struct xe_bo *bo[BUFFERS];
	struct page_map is[PAGES];
	struct rnd_state rnd;
};

static u32 below(struct world *w, u32 limit)
{
	return prandom_u32_state(&w->rnd) % limit;
}

/* The second is the VM's own, the others are anybody's. */
static struct xe_bo *make_buffer(struct world *w, bool private)
{
	struct xe_bo_args args = {
		.size = PAGES << PAGE_SHIFT,
		.regions = XE_REGION_SYSTEM,
		.caching = DRM_XE_GEM_CPU_CACHING_WB,
		.deferred = true,
		.vm_resv = private ? w->vm->gpuvm.r_obj : NULL,
	};
	struct xe_bo *bo;

	if (!private)
		return xe_bo_create(w->xe, &args);

	bo = xe_bo_alloc();
	KUNIT_ASSERT_NOT_NULL(w->test, bo);
	dma_resv_lock(xe_vm_resv(w->vm), NULL);
	KUNIT_ASSERT_EQ(w->test, xe_bo_init(w->xe, bo, &args), 0);
	dma_resv_unlock(xe_vm_resv(w->vm));
	return bo;
}

/* A user fence is its own state. */
struct xe_user_fence {
	int refs;
	bool written;
};

static struct xe_user_fence *get_user_fence(struct xe_user_fence *user_fence)
{
	user_fence->refs++;
	return user_fence;
}

static void put_user_fence(struct xe_user_fence *user_fence)
{
	user_fence->refs--;
}

static bool is_written(const struct xe_user_fence *user_fence)
{
	return user_fence->written;
}

static const struct xe_vm_ops ops = {
	.get_user_fence = get_user_fence,
	.put_user_fence = put_user_fence,
	.is_written = is_written,
};

struct xe_vm *xe_fake_vm(struct kunit *test, struct xe_device *xe, u32 flags,
			 const struct xe_vm_ops *ops)
{
	struct xe_vm *vm = alloc_vm(xe, flags);

	KUNIT_ASSERT_NOT_NULL(test, vm);
	vm->ops = ops;
	KUNIT_ASSERT_EQ(test, enlist(vm), 0);
	return vm;
}

int xe_fake_lock(struct xe_vm_lock *lock, void *bo)
{
	return bo ? xe_vm_lock_obj(lock, &((struct xe_bo *)bo)->ttm.base) : 0;
}

void xe_fake_set_killed(bool killed)
{
	if (killed)
		sigaddset(&current->pending.signal, SIGKILL);
	else
		sigdelset(&current->pending.signal, SIGKILL);
	assign_bit(TIF_SIGPENDING, &task_thread_info(current)->flags, killed);
}

static struct world *make_world(struct kunit *test)
{
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->test = test;
	w->xe = xe_fake_device(test);
	w->vm = xe_fake_vm(test, w->xe, 0, &ops);
	prandom_seed_state(&w->rnd, 1);
	for (int i = 0; i < BUFFERS; i++) {
		w->bo[i] = make_buffer(w, i == 1);
		KUNIT_ASSERT_FALSE(test, IS_ERR(w->bo[i]));
	}
	return w;
}

static void end_world(struct world *w)
{
	for (int i = 0; i < BUFFERS; i++)
		drm_gem_object_put(&w->bo[i]->ttm.base);
	free_vm(&w->vm->free);
	KUNIT_EXPECT_TRUE(w->test, list_empty(&w->xe->vms.list));
	KUNIT_EXPECT_TRUE(w->test, xa_empty(&w->xe->vms.asids));
}

static int lock_all(struct xe_vm_lock *lock, void *data)
{
	struct world *w = data;
	int err = 0;

	for (int i = 0; i < BUFFERS && !err; i++)
		err = xe_fake_lock(lock, w->bo[i]);
	return err;
}

static void lock_world(struct world *w, struct xe_vm_lock *lock)
{
	down_write(&w->vm->lock);
	KUNIT_ASSERT_EQ(w->test, xe_vm_lock_for(w->vm, lock, 1, NULL, lock_all, w), 0);
}

static void unlock_world(struct world *w, struct xe_vm_lock *lock)
{
	xe_vm_unlock(lock);
	up_write(&w->vm->lock);
}

static void change(struct world *w, struct xe_vm_log *log)
{
	u32 buffer = below(w, BUFFERS + 1);	/* BUFFERS: nothing */
	u32 at = below(w, PAGES);
	u32 count = 1 + below(w, PAGES - at);
	u32 page = below(w, PAGES - count + 1);
	struct xe_vm_map map = {
		.addr = BASE + ((u64)at << PAGE_SHIFT),
		.range = (u64)count << PAGE_SHIFT,
		.bo = buffer < BUFFERS ? w->bo[buffer] : NULL,
		.offset = (u64)page << PAGE_SHIFT,
		.pat_index = 1 + below(w, 2),
	};

	if (map.bo)
		KUNIT_ASSERT_EQ(w->test, xe_vm_map(log, &map), 0);
	else
		KUNIT_ASSERT_EQ(w->test, xe_vm_unmap(log, map.addr, map.range), 0);
	for (u32 i = 0; i < count; i++)
		w->is[at + i] = map.bo ? (struct page_map){ buffer + 1, page + i, map.pat_index } :
					 (struct page_map){ };
}

static struct page_map look_up(struct world *w, u32 page)
{
	u64 addr = BASE + ((u64)page << PAGE_SHIFT);
	struct drm_gpuva *gpuva = drm_gpuva_find_first(&w->vm->gpuvm, addr, PAGE_SIZE);
	struct page_map is = {};

	for (int i = 0; gpuva && i < BUFFERS; i++)
		if (gpuva->gem.obj == &w->bo[i]->ttm.base)
			is.buffer = i + 1;
	if (gpuva) {
		is.page = (gpuva->gem.offset + addr - gpuva->va.addr) >> PAGE_SHIFT;
		is.pat = to_xe_vma(gpuva)->pat_index;
	}
	return is;
}

static void compare(struct world *w, const char *when)
{
	for (u32 i = 0; i < PAGES; i++) {
		struct page_map is = look_up(w, i);

		if (memcmp(&is, &w->is[i], sizeof(is)))
			KUNIT_FAIL(w->test, "%s: page %u is %u.%u %u and not %u.%u %u", when, i,
				   is.buffer, is.page, is.pat, w->is[i].buffer, w->is[i].page,
				   w->is[i].pat);
	}
}

/* What buffers know is what is in the tree. */
static void compare_links(struct world *w)
{
	unsigned int linked = 0, mapped = 0;
	struct drm_gpuvm_bo *vm_bo;
	struct drm_gpuva *gpuva;

	drm_gpuvm_for_each_va(gpuva, &w->vm->gpuvm)
		mapped++;
	for (int i = 0; i < BUFFERS; i++)
		drm_gem_for_each_gpuvm_bo(vm_bo, &w->bo[i]->ttm.base)
			drm_gpuvm_bo_for_each_va(gpuva, vm_bo)
				linked++;
	KUNIT_EXPECT_EQ(w->test, linked, mapped);
}

/* Any number of changes at a time, as in an array of operations; some are undone. */
static void test_random(struct kunit *test)
{
	struct world *w = make_world(test);
	struct page_map before[PAGES];

	for (int round = 0; round < 400; round++) {
		bool undo = !below(w, 3);
		struct xe_vm_lock lock;
		struct xe_vm_log log;

		lock_world(w, &lock);
		memcpy(before, w->is, sizeof(before));
		xe_vm_log_init(&log, w->vm, NULL);
		for (u32 n = 1 + below(w, 4); n; n--)
			change(w, &log);
		compare(w, "changed");
		if (undo) {
			xe_vm_log_undo(&log);
			memcpy(w->is, before, sizeof(before));
		} else {
			xe_vm_log_commit(&log);
		}
		compare(w, undo ? "undone" : "committed");
		compare_links(w);
		unlock_world(w, &lock);
		xe_vma_free_list(w->vm, &log.gone);
	}
	end_world(w);
}

static void map_one(struct world *w, struct xe_bo *bo, u64 addr, u64 range)
{
	struct xe_vm_map map = { .addr = addr, .range = range, .bo = bo, .pat_index = 2 };
	struct xe_vm_lock lock;
	struct xe_vm_log log;

	lock_world(w, &lock);
	xe_vm_log_init(&log, w->vm, NULL);
	KUNIT_ASSERT_EQ(w->test, xe_vm_map(&log, &map), 0);
	xe_vm_log_commit(&log);
	unlock_world(w, &lock);
	xe_vma_free_list(w->vm, &log.gone);
}

static unsigned int count_stale(struct world *w)
{
	struct drm_gpuva *gpuva;
	unsigned int n = 0;

	drm_gpuvm_for_each_va(gpuva, &w->vm->gpuvm)
		n += drm_gpuva_invalidated(gpuva);
	return n;
}

/* A stale mapping that is split is two stale ones; what is mapped afterwards is not. */
static void test_stale(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_bo *bo = w->bo[0];

	map_one(w, bo, BASE, SZ_64K);
	map_one(w, w->bo[1], BASE + SZ_1M, SZ_64K);
	KUNIT_EXPECT_TRUE(test, list_empty(&w->vm->gpuvm.evict.list));

	dma_resv_lock(bo->ttm.base.resv, NULL);
	xe_vma_mark_stale(&bo->ttm.base);
	dma_resv_unlock(bo->ttm.base.resv);
	KUNIT_EXPECT_EQ(test, count_stale(w), 1);
	KUNIT_EXPECT_FALSE(test, list_empty(&w->vm->gpuvm.evict.list));

	map_one(w, bo, BASE + SZ_16K, SZ_16K);
	KUNIT_EXPECT_EQ(test, count_stale(w), 2);
	KUNIT_EXPECT_FALSE(test, list_empty(&w->vm->gpuvm.evict.list));
	map_one(w, bo, BASE, SZ_64K);
	KUNIT_EXPECT_EQ(test, count_stale(w), 0);
	end_world(w);
}

/* Who takes the reservations has all in reach, the VM's own as well. Mappings are stale still. */
static void test_reachable(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_vm_lock lock;

	/* The VM's own alone, then with another one. */
	for (int i = 1; i >= 0; i--) {
		map_one(w, w->bo[i], BASE + i * SZ_1M, SZ_64K);
		for (int k = i; k < 2; k++) {
			dma_resv_lock(w->bo[k]->ttm.base.resv, NULL);
			KUNIT_EXPECT_EQ(test, xe_bo_move_to(w->bo[k], XE_MEM_SYSTEM), 0);
			xe_vma_mark_stale(&w->bo[k]->ttm.base);
			dma_resv_unlock(w->bo[k]->ttm.base.resv);
		}
		KUNIT_ASSERT_EQ(test, xe_vm_lock(w->vm, &lock, 1, NULL), 0);
		for (int k = i; k < 2; k++)
			KUNIT_EXPECT_EQ(test, w->bo[k]->ttm.resource->mem_type, XE_MEM_TT);
		KUNIT_EXPECT_EQ(test, count_stale(w), 2 - i);
		KUNIT_EXPECT_EQ_MSG(test, !dma_resv_locking_ctx(xe_vm_resv(w->vm)), i,
				    "others may have to be waited for");
		xe_vm_unlock(&lock);
	}

	/* One that can be nowhere: whichever way it is tried, nothing is held. */
	for (int i = 1; i >= 0; i--) {
		dma_resv_lock(w->bo[i]->ttm.base.resv, NULL);
		KUNIT_EXPECT_EQ(test, xe_bo_move_to(w->bo[i], XE_MEM_SYSTEM), 0);
		dma_resv_unlock(w->bo[i]->ttm.base.resv);
		w->bo[i]->regions = XE_REGION_VRAM;
		KUNIT_EXPECT_EQ(test, xe_vm_lock(w->vm, &lock, 1, NULL), -ENOMEM);
		KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&w->vm->lock));
		KUNIT_EXPECT_FALSE(test, dma_resv_is_locked(xe_vm_resv(w->vm)));
		w->bo[i]->regions = XE_REGION_SYSTEM;
	}
	end_world(w);
}

/* A buffer that is unmapped stays until nothing can know it any more. */
static void test_gone_keeps(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_vm_lock lock;
	struct xe_vm_log log;
	struct drm_gem_object *obj = &w->bo[0]->ttm.base;
	unsigned int before = kref_read(&obj->refcount);

	map_one(w, w->bo[0], BASE, SZ_64K);
	lock_world(w, &lock);
	xe_vm_log_init(&log, w->vm, NULL);
	KUNIT_ASSERT_EQ(test, xe_vm_unmap(&log, BASE, SZ_64K), 0);
	xe_vm_log_commit(&log);
	unlock_world(w, &lock);
	KUNIT_EXPECT_TRUE(test, list_empty(&obj->gpuva.list));
	KUNIT_EXPECT_EQ(test, kref_read(&obj->refcount), before + 1);

	xe_vma_free_list(w->vm, &log.gone);
	KUNIT_EXPECT_EQ(test, kref_read(&obj->refcount), before);
	end_world(w);
}

/* Nothing of what is still being bound can be taken away, and trying to changes nothing. */
static void test_user_fence(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_user_fence user_fence = { .refs = 1 };
	struct xe_vm_map map = { .addr = BASE, .range = SZ_64K, .bo = w->bo[0] };
	struct xe_vm_lock lock;
	struct xe_vm_log log;

	lock_world(w, &lock);
	xe_vm_log_init(&log, w->vm, &user_fence);
	KUNIT_ASSERT_EQ(test, xe_vm_map(&log, &map), 0);
	xe_vm_log_commit(&log);
	KUNIT_EXPECT_EQ(test, user_fence.refs, 2);

	xe_vm_log_init(&log, w->vm, NULL);
	KUNIT_EXPECT_EQ(test, xe_vm_unmap(&log, BASE, SZ_4K), -EBUSY);
	xe_vm_log_undo(&log);
	KUNIT_EXPECT_EQ(test, look_up(w, 0).buffer, 1);

	/* But by who maps it. */
	map.addr += SZ_1M;
	xe_vm_log_init(&log, w->vm, &user_fence);
	KUNIT_EXPECT_EQ(test, xe_vm_map(&log, &map), 0);
	KUNIT_EXPECT_EQ(test, xe_vm_unmap(&log, map.addr, SZ_64K), 0);
	xe_vm_log_undo(&log);

	xe_vm_log_init(&log, w->vm, NULL);
	user_fence.written = true;
	KUNIT_EXPECT_EQ(test, xe_vm_unmap(&log, BASE, SZ_4K), 0);
	xe_vm_log_commit(&log);
	unlock_world(w, &lock);
	xe_vma_free_list(w->vm, &log.gone);
	KUNIT_EXPECT_EQ(test, user_fence.refs, 1);
	end_world(w);
}

/* One that is made when everything was killed is dead, and takes nothing. */
static void test_kill(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_vm *late;

	KUNIT_EXPECT_FALSE(test, xe_vm_is_banned(w->vm));
	xe_vm_kill_all(w->xe);
	KUNIT_EXPECT_TRUE(test, xe_vm_is_banned(w->vm));

	late = alloc_vm(w->xe, 0);
	KUNIT_ASSERT_NOT_NULL(test, late);
	KUNIT_EXPECT_EQ(test, enlist(late), 0);
	KUNIT_EXPECT_TRUE(test, xe_vm_is_banned(late));
	KUNIT_EXPECT_NE(test, late->asid, w->vm->asid);
	free_vm(&late->free);
	end_world(w);
}

/* The number of a VM that TLBs may know is not taken for one that they do not. */
static void test_asid_reused(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_vm *vm;

	KUNIT_EXPECT_FALSE(test, w->vm->ran);
	w->xe->vms.next_asid = XE_VM_MAX_ASID;
	for (int i = 0; i < 2; i++) {
		vm = alloc_vm(w->xe, 0);
		KUNIT_ASSERT_NOT_NULL(test, vm);
		KUNIT_ASSERT_EQ(test, enlist(vm), 0);
		KUNIT_EXPECT_EQ(test, vm->ran, i);
		KUNIT_EXPECT_NE(test, vm->asid, 0);
		free_vm(&vm->free);
	}
	end_world(w);
}

/* A device that does not wake up now is not gone: the call is to be made again. */
static void test_asleep(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_pt_plan unused;

	xe_fake_set_asleep(w->xe, true);
	KUNIT_EXPECT_EQ(test, write_first(w->vm, &unused), -EAGAIN);
	xe_fake_set_asleep(w->xe, false);
	xe_fake_scoped(hw, w->xe)
		xe_hw_declare_lost(hw, "for the test");
	KUNIT_EXPECT_EQ(test, write_first(w->vm, &unused), -ENODEV);
	end_world(w);
}

/*
 * One range may have any number of mappings: who is killed does not see all of them out.
 *
 * Seen to fail: without xe_mm_go_on() in log_change().
 */
static void test_killed(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_vm_lock lock;
	struct xe_vm_log log;

	map_one(w, w->bo[0], 0, SZ_4K);
	map_one(w, w->bo[0], SZ_4K, SZ_4K);
	lock_world(w, &lock);
	xe_vm_log_init(&log, w->vm, NULL);
	xe_fake_set_killed(true);
	KUNIT_EXPECT_EQ(test, xe_vm_unmap(&log, 0, SZ_8K), -EINTR);
	xe_fake_set_killed(false);
	xe_vm_log_undo(&log);
	KUNIT_EXPECT_NOT_NULL(test, drm_gpuva_find_first(&w->vm->gpuvm, 0, SZ_4K));
	unlock_world(w, &lock);
	end_world(w);
}

static int map_many(struct xe_vm_log *log, unsigned int count)
{
	int err = 0;

	for (unsigned int i = 0; i < count && !err; i++)
		err = xe_vm_map(log, &(struct xe_vm_map){ .addr = i * SZ_8K, .range = SZ_4K });
	return err;
}

/*
 * Who maps very much in one call is refused before the end of memory; not who maps little, and not
 * who unmaps very much.
 *
 * Seen to fail: without the question in xe_vm_map().
 */
static void test_short_of_memory(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_vm_lock lock;
	struct xe_vm_log log;

	lock_world(w, &lock);
	xe_vm_log_init(&log, w->vm, NULL);
	short_of_memory = true;
	KUNIT_EXPECT_EQ(test, map_many(&log, 2 * MANY), -ENOMEM);
	xe_vm_log_undo(&log);
	KUNIT_EXPECT_NULL(test, drm_gpuva_find_first(&w->vm->gpuvm, 0, SZ_1G));

	short_of_memory = false;
	xe_vm_log_init(&log, w->vm, NULL);
	KUNIT_EXPECT_EQ(test, map_many(&log, 2 * MANY), 0);
	xe_vm_log_commit(&log);

	short_of_memory = true;
	xe_vm_log_init(&log, w->vm, NULL);
	KUNIT_EXPECT_EQ(test, xe_vm_unmap(&log, 0, SZ_1G), 0);
	KUNIT_EXPECT_EQ(test, map_many(&log, MANY / 2), 0);
	xe_vm_log_commit(&log);
	short_of_memory = false;
	xe_vma_free_list(w->vm, &log.gone);
	unlock_world(w, &lock);
	end_world(w);
}

struct runner {
	struct work_struct work;
	struct xe_vm *vm;
};

static void begin_to_run(struct work_struct *work)
{
	xe_vm_set_ran(container_of(work, struct runner, work)->vm);
}

/* Who changes entries holds the lock until he has looked: nobody begins to run in between. */
static void test_ran(struct kunit *test)
{
	struct world *w = make_world(test);
	struct runner runner = { .vm = w->vm };

	INIT_WORK_ONSTACK(&runner.work, begin_to_run);
	scoped_guard(mutex, &w->vm->pt_lock) {
		schedule_work(&runner.work);
		for (unsigned int i = 0; i < 10 && !READ_ONCE(w->vm->ran); i++)
			fsleep(10000);
		KUNIT_EXPECT_FALSE(test, w->vm->ran);
	}
	flush_work(&runner.work);
	destroy_work_on_stack(&runner.work);
	KUNIT_EXPECT_TRUE(test, w->vm->ran);
	end_world(w);
}

static int find_no_room(struct xe_vm_lock *lock, void *mm)
{
	return atomic_read(&((struct xe_mm *)mm)->busy) ? -EINVAL : -ENOSPC;
}

static unsigned int ms_of_tries(struct xe_mm *mm, bool others)
{
	struct xe_vm_tries tries = { };

	xe_fake_sleep.ms = 0;
	xe_fake_sleep.others = others ? mm : NULL;
	do	/* What it moves itself does not count: it is too large. */
		mm->moves++;
	while (xe_vm_try_again(mm, -ENOSPC, &tries));
	xe_fake_sleep.others = NULL;
	return xe_fake_sleep.ms;
}

/*
 * Who finds no room waits for others as long as they get somewhere, but not for ever. It is as long
 * as submission.rst says.
 */
static void test_tries(struct kunit *test)
{
	struct xe_vm_tries tries = { };
	struct xe_mm mm = { };

	KUNIT_EXPECT_TRUE(test, xe_fake_is_nearly(ms_of_tries(&mm, false), 2 * MSEC_PER_SEC));
	KUNIT_EXPECT_TRUE(test, xe_fake_is_nearly(ms_of_tries(&mm, true), 30 * MSEC_PER_SEC));
	atomic_set(&mm.busy, 1);
	KUNIT_EXPECT_TRUE_MSG(test, xe_fake_is_nearly(ms_of_tries(&mm, false), 30 * MSEC_PER_SEC),
			      "somebody waits for the users of a buffer, say");
	atomic_set(&mm.busy, 0);
	KUNIT_EXPECT_FALSE(test, xe_vm_try_again(&mm, 0, &tries));
	KUNIT_EXPECT_FALSE_MSG(test, xe_vm_try_again(&mm, -ENOMEM, &tries), "that is not VRAM");
}

/*
 * Who has all of a VM where it has to be is going to let go of it, however slow the machine is. Who
 * has found no room for some of it may be waiting for the one who asks.
 */
static void test_others_are_busy(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_mm *mm = &w->xe->mm;
	struct xe_vm_lock lock;

	KUNIT_ASSERT_EQ(test, xe_vm_lock(w->vm, &lock, 1, NULL), 0);
	KUNIT_EXPECT_TRUE(test, xe_fake_is_nearly(ms_of_tries(mm, false), 30 * MSEC_PER_SEC));
	xe_vm_unlock(&lock);
	KUNIT_EXPECT_TRUE(test, xe_fake_is_nearly(ms_of_tries(mm, false), 2 * MSEC_PER_SEC));

	KUNIT_ASSERT_EQ(test, xe_vm_lock_for(w->vm, &lock, 1, NULL, find_no_room, mm), -ENOSPC);
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->busy), 0);
	end_world(w);
}

static unsigned long stamp_of_try(struct world *w, struct xe_vm_tries *tries)
{
	struct xe_vm_lock lock;
	unsigned long stamp;

	KUNIT_ASSERT_EQ(w->test, xe_vm_lock(w->vm, &lock, 1, tries), 0);
	stamp = lock.num_few ? 0 : lock.exec.ticket.stamp;
	xe_vm_unlock(&lock);
	return stamp;
}

/*
 * Who has to try again waits for others in the order of drm_exec, and is older than all who came
 * later: else those who are quicker keep him out for ever.
 */
static void test_age(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_vm_tries first = { }, second = { };
	unsigned long stamp;

	KUNIT_EXPECT_EQ(test, stamp_of_try(w, &first), 0);
	KUNIT_EXPECT_TRUE(test, xe_vm_may_try(&w->xe->mm, &first, 3));
	KUNIT_EXPECT_TRUE(test, xe_vm_may_try(&w->xe->mm, &second, 3));
	stamp = stamp_of_try(w, &first);
	KUNIT_EXPECT_NE(test, stamp, 0);
	KUNIT_EXPECT_GT(test, stamp_of_try(w, &second), stamp);
	KUNIT_EXPECT_EQ(test, stamp_of_try(w, &first), stamp);
	end_world(w);
}

static struct kunit_case vm_cases[] = {
	KUNIT_CASE(test_random),
	KUNIT_CASE(test_ran),
	KUNIT_CASE(test_stale),
	KUNIT_CASE(test_reachable),
	KUNIT_CASE(test_gone_keeps),
	KUNIT_CASE(test_user_fence),
	KUNIT_CASE(test_kill),
	KUNIT_CASE(test_killed),
	KUNIT_CASE(test_short_of_memory),
	KUNIT_CASE(test_tries),
	KUNIT_CASE(test_others_are_busy),
	KUNIT_CASE(test_age),
	KUNIT_CASE(test_asid_reused),
	KUNIT_CASE(test_asleep),
	{ }
};

static struct kunit_suite vm_suite = {
	.name = "xe_vm",
	.test_cases = vm_cases,
};

kunit_test_suite(vm_suite);
