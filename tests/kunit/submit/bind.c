// SPDX-License-Identifier: MIT
/*
 * Page jobs: when they are written, in which order, and what becomes of those that are not.
 */

#include <linux/delay.h>
#include <linux/dma-fence.h>
#include <linux/interval_tree_generic.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include <drm/drm_syncobj.h>
#include <kunit/test.h>

#include "guc/tlb.h"
#include "hw/ppgtt.h"
#include "hw/state.h"
#include "mm/bo.h"
#include "mm/pt.h"
#include "mm/userptr.h"
#include "submit/bind.h"
#include "submit/preempt.h"
#include "submit/submit.h"
#include "submit/sync.h"
#include "xe_device.h"

#include "tests/kunit/fake.h"
#include "tests/kunit/mm/fake.h"
#include "tests/kunit/submit/room.h"

#define MAX_WRITTEN	16

#undef XE_BIND_MAX_LOOKS
#define XE_BIND_MAX_LOOKS	64u

/* What is planned is what the test says, and writing it is noted. */
static struct {
	u64 entries;			/* of each change */
	u64 span;			/* which addresses end on multiples of */
	bool invalidates;
	int err;			/* of planning */
	unsigned int fail_at;		/* which change, from 1 */
	unsigned int kill_at;		/* which change has the process killed, from 1 */
	unsigned int parts;		/* in which a plan is written */
	unsigned int planned, committed, undone, freed, dropped;
	u64 written[MAX_WRITTEN];	/* where they begin */
	unsigned int num_written;
	struct xe_tlb_wait *wait[XE_MAX_GTS];	/* those that were asked */
	unsigned int waiting;
	u64 start, size;
	unsigned int asked;
	bool over_scratch;
	unsigned int mapped, kicked, armed;
	bool no_memory, read_only;
	unsigned int pinned, unpinned;	/* memory of a process */
	unsigned int goes;		/* so often it is taken away again */
	struct dma_resv *used;		/* of a buffer that has to make room for what is moved */
	unsigned int full;		/* so often there is no room for what is moved */
	unsigned int moved;
	unsigned int locked;		/* buffers, some of them twice */
	struct xe_vm *begins;		/* to run, just when it is written */
} fake;

static void fake_init(struct xe_pt_plan *plan, struct xe_pt_tree *tree)
{
	*plan = (struct xe_pt_plan){
		.tree = tree, .start = U64_MAX, .invalidate_start = U64_MAX,
	};
}

static void fake_undo(struct xe_pt_plan *plan)
{
	fake.undone++;
	fake_init(plan, plan->tree);
}

static int fake_plan(struct xe_pt_plan *plan, u64 va, u64 size)
{
	if (++fake.planned == fake.fail_at)
		return fake.err;
	if (fake.planned == fake.kill_at)
		xe_fake_set_killed(true);

	plan->start = min(plan->start, round_down(va, fake.span));
	plan->end = max(plan->end, round_up(va + size, fake.span));
	plan->entries += fake.entries;
	plan->over_scratch = fake.over_scratch;
	if (fake.invalidates) {
		plan->invalidate = true;
		plan->invalidate_start = min(plan->invalidate_start, va);
		plan->invalidate_end = max(plan->invalidate_end, va + size);
	}
	return 0;
}

static bool fake_write(struct xe_pt_plan *plan)
{
	if (++plan->next_run < fake.parts)
		return true;
	if (fake.begins)
		WRITE_ONCE(fake.begins->ran, true);
	if (plan->entries && fake.num_written < MAX_WRITTEN)
		fake.written[fake.num_written++] = plan->start;
	plan->written = true;
	return false;
}

static int fake_map(struct xe_pt_plan *plan, u64 va, u64 size, const struct xe_pt_source *source)
{
	fake.mapped++;
	fake.read_only = source->read_only;
	return fake_plan(plan, va, size);
}

static struct xe_user_pages *fake_pin(void)
{
	fake.pinned++;
	return (struct xe_user_pages *)&fake;
}

static bool fake_valid(void)
{
	return !fake.goes || !fake.goes--;
}

static void fake_invalidate(u64 start, u64 size, struct xe_tlb_wait *wait)
{
	fake.wait[fake.waiting++] = wait;
	fake.start = start;
	fake.size = size;
	fake.asked++;
}

/* As TTM: who is in the way is waited for in the order of drm_exec. Nothing is planned before. */
static int fake_move(struct xe_bo *bo)
{
	struct ww_acquire_ctx *ticket = dma_resv_locking_ctx(bo->ttm.base.resv);
	int err;

	if (fake.full && fake.full--)
		return -ENOSPC;
	if (!ticket || fake.planned)
		return -EINVAL;
	err = dma_resv_lock(fake.used, ticket);
	if (err)
		return err == -EDEADLK ? -ENOSPC : err;
	dma_resv_unlock(fake.used);
	fake.moved++;
	return 0;
}

/* Each of them is locked, in the order of drm_exec: lockdep takes all such locks for one. */
static int fake_make_reachable(struct xe_vm *vm)
{
	struct drm_gpuvm_bo *vm_bo;

	list_for_each_entry(vm_bo, &vm->gpuvm.evict.list, list.entry.evict)
		if (!dma_resv_locking_ctx(vm_bo->obj->resv))
			return -EINVAL;
	return xe_vm_make_reachable(vm);
}

static void answer(int err)
{
	struct xe_tlb_wait *wait = fake.wait[--fake.waiting];

	wait->done(wait, err);
}

#define xe_pt_plan_init(plan, tree)			fake_init(plan, tree)
#define xe_pt_plan_map(plan, va, size, source)		fake_map(plan, va, size, source)
#define xe_pt_plan_unmap(plan, va, size)		fake_plan(plan, va, size)
#define xe_pt_plan_commit(plan)				((void)fake.committed++)
#define xe_pt_plan_undo(plan)				fake_undo(plan)
#define xe_pt_plan_free(plan)				((void)fake.freed++)
#define xe_pt_plan_drop(plan)				((void)fake.dropped++)
#define xe_user_pages_pt_source(pages, address, source)	((void)(source), !fake.no_memory)
#define xe_userptr_pin(userptr)				fake_pin()
#define xe_user_pages_put(pages)			((void)(fake.unpinned += !!(pages)))
#define xe_user_pages_valid(pages)			fake_valid()
#define xe_preempt_kick(vm)				((void)fake.kicked++)
#define xe_preempt_add_fence(lock)			((void)fake.armed++)
#define xe_ppgtt_write(hw, plan)			fake_write(plan)
#define xe_guc_tlb_invalidate_vm(hw, gt, asid, start, size, wait) \
	fake_invalidate(start, size, wait)

#define xe_vm_make_reachable(vm)			fake_make_reachable(vm)
#define xe_vm_lock_obj(lock, obj)			(fake.locked++, xe_vm_lock_obj(lock, obj))
#define xe_bo_move_to(bo, mem_type) \
	(fake.used ? ((void)(mem_type), fake_move(bo)) : (xe_bo_move_to)(bo, mem_type))

#include "../../../submit/bind.c"

/*
 * A fence of somebody else
 */

static DEFINE_SPINLOCK(foreign_lock);

static const char *foreign_name(struct dma_fence *fence)
{
	return "foreign";
}

static const struct dma_fence_ops foreign_ops = {
	.get_driver_name = foreign_name,
	.get_timeline_name = foreign_name,
};

static struct dma_fence *foreign_fence(struct kunit *test)
{
	struct dma_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fence);
	dma_fence_init(fence, &foreign_ops, &foreign_lock, dma_fence_context_alloc(1), 1);
	return fence;
}

/*
 * The world
 */

struct world {
	struct kunit *test;
	struct xe_device *xe;
	struct xe_usage *usage;
	struct xe_vm *vm;
	struct xe_bo *bo;
	int awake;
};

static int awake(const struct world *w)
{
	return atomic_read(&w->xe->drm.dev->power.usage_count);
}

static struct world *make_world(struct kunit *test)
{
	struct xe_bo_args args = {
		.size = SZ_64K, .regions = XE_REGION_SYSTEM,
		.caching = DRM_XE_GEM_CPU_CACHING_WB, .deferred = true,
	};
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	memset(&fake, 0, sizeof(fake));
	fake.entries = 16;
	fake.span = SZ_64K;
	fake.err = -ENOMEM;
	w->test = test;
	w->xe = xe_fake_device(test);
	w->awake = awake(w);
	w->vm = xe_fake_vm(test, w->xe, 0, &vm_ops);
	w->usage = xe_usage_create(&w->xe->usages);
	KUNIT_ASSERT_NOT_NULL(test, w->usage);
	KUNIT_ASSERT_EQ(test, make_queues(w->vm, w->usage), 0);
	w->bo = xe_bo_create(w->xe, &args);
	KUNIT_ASSERT_FALSE(test, IS_ERR(w->bo));
	return w;
}

/* Jobs that are over have been released. */
static void settle(void)
{
	dep_module_exit();
}

static void end_world(struct world *w)
{
	struct list_head *queues = &w->xe->submit.queues;

	xe_vm_put(w->vm);
	xe_usage_put(w->usage);
	settle();
	for (int i = 0; i < 500 && !(list_empty(&w->xe->vms.list) && list_empty(queues)); i++)
		fsleep(10000);
	KUNIT_EXPECT_TRUE_MSG(w->test, list_empty(&w->xe->vms.list), "the VM is gone");
	KUNIT_EXPECT_TRUE_MSG(w->test, list_empty(queues), "its queues are gone");
	KUNIT_EXPECT_EQ(w->test, kref_read(&w->bo->ttm.base.refcount), 1);
	KUNIT_EXPECT_EQ(w->test, awake(w), w->awake);
	KUNIT_EXPECT_EQ(w->test, fake.committed, fake.freed + fake.dropped);
	drm_gem_object_put(&w->bo->ttm.base);
}

static int bind_to(struct world *w, struct xe_queue *q, u64 addr, struct dma_fence *in,
		   struct dma_fence **out)
{
	struct xe_bind_op op = {
		.what = XE_BIND_MAP, .map = { .addr = addr, .range = SZ_64K, .bo = w->bo },
	};
	struct xe_sync syncs[] = { { .fence = in }, { .signal = true } };
	struct xe_bind_args args = {
		.vm = w->vm, .q = q, .ops = &op, .num_ops = 1,
		.syncs = syncs, .num_syncs = ARRAY_SIZE(syncs),
	};
	int err;

	KUNIT_ASSERT_EQ(w->test, drm_syncobj_create(&syncs[1].syncobj, 0, NULL), 0);
	err = xe_bind(&args);
	if (out)
		*out = drm_syncobj_fence_get(syncs[1].syncobj);
	drm_syncobj_put(syncs[1].syncobj);
	return err;
}

static struct dma_fence *bind_at(struct world *w, u64 addr, struct dma_fence *in)
{
	struct dma_fence *out = NULL;

	KUNIT_ASSERT_EQ(w->test, bind_to(w, NULL, addr, in, &out), 0);
	KUNIT_ASSERT_NOT_NULL(w->test, out);
	return out;
}

static bool is_idle(struct dma_resv *resv)
{
	return dma_resv_test_signaled(resv, DMA_RESV_USAGE_BOOKKEEP);
}

static bool is_mapped(struct world *w, u64 addr)
{
	return drm_gpuva_find_first(&w->vm->gpuvm, addr, SZ_4K);
}

/* Nothing to wait for: it is over in the ioctl, and what it leaves is nobody's. */
static void test_at_once(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *fence;

	fake.parts = 3;
	fence = bind_at(w, SZ_1M, NULL);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(fence));
	KUNIT_EXPECT_STRNEQ(test, fence->ops->get_driver_name(fence), KBUILD_MODNAME);
	KUNIT_EXPECT_EQ(test, fake.num_written, 1);
	KUNIT_EXPECT_EQ(test, fake.asked, 0);
	KUNIT_EXPECT_TRUE(test, is_mapped(w, SZ_1M));
	dma_fence_put(fence);
	end_world(w);
}

/* Entries that were valid: only a VM that has run is asked for, and the answer ends the bind. */
static void test_invalidate(struct kunit *test)
{
	struct world *w = make_world(test);
	u32 changes = w->vm->map_changes;
	struct dma_fence *fence;

	fake.invalidates = true;
	fence = bind_at(w, SZ_1M, NULL);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(fence));
	KUNIT_EXPECT_EQ(test, fake.asked, 0);
	KUNIT_EXPECT_NE(test, w->vm->map_changes, changes);
	dma_fence_put(fence);

	xe_vm_set_ran(w->vm);
	fence = bind_at(w, SZ_1M, NULL);
	KUNIT_EXPECT_EQ(test, fake.asked, 1);
	KUNIT_EXPECT_EQ(test, fake.start, (u64)SZ_1M);
	KUNIT_EXPECT_EQ(test, fake.size, (u64)SZ_64K);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	KUNIT_EXPECT_FALSE_MSG(test, is_idle(w->bo->ttm.base.resv), "the memory is not given away");
	KUNIT_EXPECT_FALSE(test, is_idle(xe_vm_resv(w->vm)));
	KUNIT_EXPECT_TRUE(test, test_bit(XE_VM_BIND_FENCE, &fence->flags));
	KUNIT_EXPECT_EQ_MSG(test, fake.armed, 2, "nor while a long-running VM runs");
	settle();
	KUNIT_EXPECT_EQ(test, fake.kicked, 1);
	KUNIT_EXPECT_EQ_MSG(test, fake.freed, 1, "tables are kept until the answer");
	answer(0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	KUNIT_EXPECT_TRUE(test, is_idle(w->bo->ttm.base.resv));
	settle();
	KUNIT_EXPECT_EQ_MSG(test, kref_read(&fence->refcount), 3,
			    "it is in two reservations, and nobody else has it");
	dma_fence_put(fence);
	end_world(w);
}

/* Who begins to run before all is written may have read what was there before. */
static void test_begins_to_run(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *fence;

	fake.invalidates = true;
	fake.begins = w->vm;
	fence = bind_at(w, SZ_1M, NULL);
	KUNIT_EXPECT_EQ(test, fake.asked, 1);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	if (fake.waiting)
		answer(0);
	dma_fence_put(fence);
	end_world(w);
}

/* All GTs have the same tables: the bind is over when the last of them has forgotten it. */
static void test_invalidate_all(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *fence;

	xe_fake_scoped(hw, w->xe) {
		struct xe_hw_state *state = xe_hw_state(hw);

		for (state->num_gts = 0; state->num_gts < XE_MAX_GTS; state->num_gts++)
			state->gt[state->num_gts].id = state->num_gts;
	}
	fake.invalidates = true;
	xe_vm_set_ran(w->vm);
	fence = bind_at(w, SZ_1M, NULL);
	KUNIT_EXPECT_EQ(test, fake.asked, XE_MAX_GTS);
	while (fake.waiting) {
		KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
		answer(0);
	}
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	dma_fence_put(fence);
	end_world(w);
}

/*
 * What waits for others keeps the device awake, and is no change of entries before it is written:
 * a job that flushes before that would have the engine cache what was there.
 */
static void test_later(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *in = foreign_fence(test), *fence;
	u32 changes = w->vm->map_changes;

	fake.over_scratch = true;
	fence = bind_at(w, SZ_1M, in);
	KUNIT_EXPECT_EQ(test, awake(w), w->awake + 1);
	KUNIT_EXPECT_EQ(test, w->vm->map_changes, changes);
	dma_fence_signal(in);
	KUNIT_EXPECT_GT(test, dma_fence_wait_timeout(fence, false, 5 * HZ), 0);
	KUNIT_EXPECT_EQ(test, w->vm->map_changes, changes + 1);
	dma_fence_put(fence);
	dma_fence_put(in);
	end_world(w);
}

static int bind_one(void *data)
{
	return bind_to(data, NULL, SZ_1M, NULL, NULL);
}

static void test_room(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_queue *q = w->vm->queues[XE_VM_BINDS];

	KUNIT_EXPECT_EQ(test, xe_fake_wait_for_room(test, q, bind_one, w), 0);
	KUNIT_EXPECT_TRUE(test, is_mapped(w, SZ_1M));
	end_world(w);
}

/* What scratch led to may be cached: a flush forgets it, but jobs of an LR VM have none. */
static void test_over_scratch(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *fence;

	fake.over_scratch = true;
	fake.span = SZ_2M;
	xe_vm_set_ran(w->vm);
	fence = bind_at(w, SZ_2M, NULL);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(fence));
	KUNIT_EXPECT_EQ(test, fake.asked, 0);
	dma_fence_put(fence);

	w->vm->flags |= XE_VM_LR;
	fence = bind_at(w, SZ_4M, NULL);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	KUNIT_EXPECT_EQ(test, fake.start, (u64)SZ_4M);
	KUNIT_EXPECT_EQ(test, fake.size, (u64)SZ_2M);
	answer(0);
	dma_fence_put(fence);
	w->vm->flags &= ~XE_VM_LR;
	end_world(w);
}

/* Somebody moves the buffer: no entry leads to it before he is done. */
static void test_moving(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *move = foreign_fence(test), *fence;
	struct dma_resv *resv = w->bo->ttm.base.resv;

	dma_resv_lock(resv, NULL);
	KUNIT_ASSERT_EQ(test, xe_bo_move_to(w->bo, XE_MEM_TT), 0);
	KUNIT_ASSERT_EQ(test, dma_resv_reserve_fences(resv, 1), 0);
	dma_resv_add_fence(resv, move, DMA_RESV_USAGE_KERNEL);
	dma_resv_unlock(resv);
	fence = bind_at(w, SZ_1M, NULL);
	KUNIT_EXPECT_EQ(test, fake.num_written, 0);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	dma_fence_signal(move);
	KUNIT_EXPECT_GT(test, dma_fence_wait_timeout(fence, false, 5 * HZ), 0);
	KUNIT_EXPECT_EQ(test, fake.num_written, 1);
	dma_fence_put(move);
	dma_fence_put(fence);
	end_world(w);
}

/* Its queue was killed meanwhile: it ends all the same. */
static void test_dead_queue(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *fence;

	dep_queue_kill(&w->vm->queues[XE_VM_BINDS]->dep);
	fence = bind_at(w, SZ_1M, NULL);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ECANCELED);
	KUNIT_EXPECT_EQ(test, fake.num_written, 0);
	dma_fence_put(fence);
	end_world(w);
}

/* Memory of a process goes while its entries are planned: all is begun anew, and counted once. */
static void test_taken_away(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *in = foreign_fence(test);
	struct xe_bind_op op = {
		.what = XE_BIND_UNMAP,
		.map = { .addr = SZ_1M, .range = SZ_64K, .userptr = (struct xe_userptr *)&fake },
	};
	struct xe_sync sync = { .fence = in };
	struct xe_bind_args args = {
		.vm = w->vm, .ops = &op, .num_ops = 1, .syncs = &sync, .num_syncs = 1,
	};

	fake.goes = XE_USERPTR_TRIES;
	KUNIT_EXPECT_EQ(test, xe_bind(&args), -EAGAIN);
	KUNIT_EXPECT_EQ(test, fake.pinned, XE_USERPTR_TRIES);
	KUNIT_EXPECT_EQ(test, fake.unpinned, XE_USERPTR_TRIES - 1);
	KUNIT_EXPECT_EQ(test, fake.undone, XE_USERPTR_TRIES);
	KUNIT_EXPECT_EQ(test, w->usage->deferred, 0);
	KUNIT_EXPECT_EQ(test, kref_read(&in->refcount), 1);

	fake.goes = XE_USERPTR_TRIES - 1;
	KUNIT_EXPECT_EQ(test, xe_bind(&args), 0);
	KUNIT_EXPECT_EQ(test, w->usage->deferred, fake.entries);
	dma_fence_signal(in);
	flush_workqueue(w->xe->submit.wq);
	settle();
	KUNIT_EXPECT_EQ(test, w->usage->deferred, 0);
	KUNIT_EXPECT_EQ(test, kref_read(&in->refcount), 1);
	dma_fence_put(in);
	end_world(w);
}

/* Entries of memory that is not there are cleared; of what is, they say how it may be used. */
static void test_memory_of_a_process(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_vm_map map = {
		.range = SZ_64K, .pages = (struct xe_user_pages *)&fake, .read_only = true,
	};
	struct page_job *job = make_job(w->vm, w->vm->queues[XE_VM_BINDS]);

	KUNIT_ASSERT_NOT_NULL(test, job);
	fake.no_memory = true;
	KUNIT_EXPECT_EQ(test, plan_map(job, &map), 0);
	KUNIT_EXPECT_EQ(test, fake.planned, 1);
	KUNIT_EXPECT_EQ(test, fake.mapped, 0);
	fake.no_memory = false;
	KUNIT_EXPECT_EQ(test, plan_map(job, &map), 0);
	KUNIT_EXPECT_EQ(test, fake.mapped, 1);
	KUNIT_EXPECT_TRUE(test, fake.read_only);
	discard_job(job);
	end_world(w);
}

/* A later bind waits for an earlier one that it meets, in whatever queue, and for no other. */
static void test_order(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *in = foreign_fence(test), *first, *far, *near;
	const struct xe_queue_args args = {
		.ops = &xe_bind_queue_ops, .kind = XE_QUEUE_BIND, .usage = w->usage,
	};
	struct xe_queue *q = xe_queue_create(w->xe, &args);

	KUNIT_ASSERT_FALSE(test, IS_ERR(q));
	fake.span = SZ_2M;
	first = bind_at(w, 0, in);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(first));
	KUNIT_ASSERT_EQ(test, bind_to(w, q, SZ_16M, NULL, &far), 0);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(far));
	KUNIT_ASSERT_EQ(test, bind_to(w, q, SZ_1M, NULL, &near), 0);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(near));
	KUNIT_EXPECT_EQ(test, fake.num_written, 1);

	/* An error of what is waited for changes nothing, nor does the end of a queue. */
	xe_queue_kill(q);
	xe_queue_put(q);
	dma_fence_set_error(in, -EIO);
	dma_fence_signal(in);
	KUNIT_EXPECT_GT(test, dma_fence_wait_timeout(near, false, 5 * HZ), 0);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(near), 1);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(first), 1);
	KUNIT_EXPECT_EQ(test, fake.num_written, 3);
	KUNIT_EXPECT_EQ(test, fake.written[0], (u64)SZ_16M);
	dma_fence_put(first);
	dma_fence_put(far);
	dma_fence_put(near);
	dma_fence_put(in);
	end_world(w);
}

/* All of an array or nothing of it. */
static void test_undo(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_bind_op ops[] = {
		{ .what = XE_BIND_MAP, .map = { .addr = SZ_1M, .range = SZ_64K, .bo = w->bo } },
		{ .what = XE_BIND_UNMAP, .map = { .addr = SZ_1M, .range = SZ_32K } },
		{ .what = XE_BIND_MAP, .map = { .addr = SZ_2M, .range = SZ_64K } },
		{ .what = XE_BIND_UNMAP_ALL, .map = { .bo = w->bo } },
	};
	struct xe_bind_args args = { .vm = w->vm, .ops = ops, .num_ops = ARRAY_SIZE(ops) };

	for (fake.fail_at = 1; fake.fail_at <= ARRAY_SIZE(ops); fake.fail_at++) {
		fake.planned = 0;
		KUNIT_EXPECT_EQ(test, xe_bind(&args), -ENOMEM);
		KUNIT_EXPECT_EQ(test, fake.undone, fake.fail_at);
		KUNIT_EXPECT_FALSE(test, is_mapped(w, SZ_1M));
		KUNIT_EXPECT_FALSE(test, is_mapped(w, SZ_2M));
	}
	KUNIT_EXPECT_EQ(test, fake.committed, 0);

	fake.planned = 0;
	KUNIT_EXPECT_EQ(test, xe_bind(&args), 0);
	KUNIT_EXPECT_FALSE(test, is_mapped(w, SZ_1M + SZ_32K));
	KUNIT_EXPECT_TRUE(test, is_mapped(w, SZ_2M));
	end_world(w);
}

/*
 * An array may be as long as there is memory for: who is killed does not do the rest of it, nor
 * half.
 *
 * Seen to fail: without xe_mm_go_on() in apply_all().
 */
static void test_killed(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_bind_op ops[8];
	struct xe_bind_args args = { .vm = w->vm, .ops = ops, .num_ops = ARRAY_SIZE(ops) };

	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++)
		ops[i] = (struct xe_bind_op){
			.what = i % 2 ? XE_BIND_UNMAP : XE_BIND_MAP,
			.map = { .addr = i * SZ_1M, .range = SZ_64K, .bo = i % 2 ? NULL : w->bo },
		};
	for (fake.kill_at = 1; fake.kill_at < ARRAY_SIZE(ops); fake.kill_at++) {
		fake.planned = 0;
		KUNIT_EXPECT_EQ(test, xe_bind(&args), -EINTR);
		xe_fake_set_killed(false);
		KUNIT_EXPECT_EQ(test, fake.planned, fake.kill_at);
		KUNIT_EXPECT_EQ(test, fake.undone, fake.kill_at);
		KUNIT_EXPECT_FALSE(test, is_mapped(w, 0));
	}
	KUNIT_EXPECT_EQ(test, fake.committed, 0);
	end_world(w);
}

/*
 * A few ranges concern what is mapped there. With many of them, all buffers from elsewhere are
 * taken at once, and none is looked for a second time.
 */
static void test_many(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *in = foreign_fence(test);
	struct xe_sync sync = { .fence = in };
	struct xe_bind_op ops[XE_VM_FEW + 1] = {};
	struct xe_bind_args args = {
		.vm = w->vm, .ops = ops, .num_ops = XE_VM_FEW, .syncs = &sync, .num_syncs = 1,
	};

	dma_fence_put(bind_at(w, SZ_1M, NULL));
	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++)
		ops[i] = (struct xe_bind_op){
			.what = XE_BIND_UNMAP, .map = { .addr = SZ_16M, .range = SZ_64K },
		};
	fake.locked = 0;
	KUNIT_EXPECT_EQ(test, xe_bind(&args), 0);
	KUNIT_EXPECT_FALSE(test, is_idle(xe_vm_resv(w->vm)));
	KUNIT_EXPECT_TRUE(test, is_idle(w->bo->ttm.base.resv));
	args.num_ops++;
	KUNIT_EXPECT_EQ(test, xe_bind(&args), 0);
	KUNIT_EXPECT_FALSE(test, is_idle(w->bo->ttm.base.resv));
	KUNIT_EXPECT_EQ(test, fake.locked, 0);

	/* Of what is mapped there: each time, or not at all. */
	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++)
		ops[i].map.addr = SZ_1M;
	KUNIT_EXPECT_EQ(test, xe_bind(&args), 0);
	KUNIT_EXPECT_EQ(test, fake.locked, 0);
	dma_fence_put(bind_at(w, SZ_1M, NULL));
	fake.locked = 0;
	args.num_ops--;
	KUNIT_EXPECT_EQ(test, xe_bind(&args), 0);
	KUNIT_EXPECT_EQ(test, fake.locked, XE_VM_FEW);
	dma_fence_signal(in);
	dma_fence_put(in);
	flush_workqueue(w->xe->submit.wq);
	settle();
	end_world(w);
}

/* Operations that look at all there is: their number times that of mappings is limited. */
static void test_looks(struct kunit *test)
{
	static const struct xe_bo_args other_args = {
		.size = SZ_64K, .regions = XE_REGION_SYSTEM,
		.caching = DRM_XE_GEM_CPU_CACHING_WB, .deferred = true,
	};
	struct world *w = make_world(test);
	struct xe_bo *other = xe_bo_create(w->xe, &other_args);
	struct xe_bind_op ops[9] = {};
	struct xe_bind_args args = { .vm = w->vm, .ops = ops, .num_ops = 8 };

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	for (unsigned int i = 0; i < 8; i++)
		dma_fence_put(bind_at(w, i * SZ_1M, NULL));
	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++)
		ops[i] = (struct xe_bind_op){ .what = XE_BIND_UNMAP_ALL, .map = { .bo = other } };
	KUNIT_EXPECT_EQ(test, xe_bind(&args), 0);
	args.num_ops = 9;
	KUNIT_EXPECT_EQ(test, xe_bind(&args), -ENOBUFS);
	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++)
		ops[i] = (struct xe_bind_op){
			.what = XE_BIND_PREFETCH, .region = XE_REGION_SYSTEM,
			.map = { .range = SZ_16M },
		};
	KUNIT_EXPECT_EQ(test, xe_bind(&args), -ENOBUFS);
	args.num_ops = 7;
	KUNIT_EXPECT_EQ(test, xe_bind(&args), -ENOBUFS);
	args.num_ops = 6;
	KUNIT_EXPECT_EQ(test, xe_bind(&args), 0);

	/* One operation alone looks at whatever there is. */
	for (unsigned int i = 8; i < XE_BIND_MAX_LOOKS + 8; i++)
		dma_fence_put(bind_at(w, i * SZ_1M, NULL));
	args.num_ops = 1;
	KUNIT_EXPECT_EQ(test, xe_bind(&args), 0);
	ops[0] = (struct xe_bind_op){ .what = XE_BIND_UNMAP_ALL, .map = { .bo = w->bo } };
	KUNIT_EXPECT_EQ(test, xe_bind(&args), 0);
	KUNIT_EXPECT_FALSE(test, is_mapped(w, 0));
	drm_gem_object_put(&other->ttm.base);
	end_world(w);
}

static struct xe_vma *make_stale(struct world *w, u64 addr)
{
	dma_resv_lock(w->bo->ttm.base.resv, NULL);
	KUNIT_EXPECT_EQ(w->test, xe_bo_move_to(w->bo, XE_MEM_SYSTEM), 0);
	dma_resv_unlock(w->bo->ttm.base.resv);
	return to_xe_vma(drm_gpuva_find_first(&w->vm->gpuvm, addr, SZ_4K));
}

/*
 * All of a long-running VM is needed at once: who maps more than fits is told so, and who unmaps is
 * not. What was moved back is stale still, until the VM starts again.
 *
 * Seen to fail: without xe_vm_make_reachable() in make_reachable(), and with it for any operation.
 */
static void test_lr_fits(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_bo *old = w->bo, *new;
	const struct xe_bo_args new_args = {
		.size = SZ_64K, .regions = XE_REGION_SYSTEM,
		.caching = DRM_XE_GEM_CPU_CACHING_WB, .deferred = true,
	};
	struct xe_bind_op op = {
		.what = XE_BIND_UNMAP, .map = { .addr = SZ_4M, .range = SZ_64K },
	};
	struct xe_bind_args args = { .vm = w->vm, .ops = &op, .num_ops = 1 };
	struct xe_vma *vma;

	dma_fence_put(bind_at(w, SZ_1M, NULL));
	vma = make_stale(w, SZ_1M);
	new = xe_bo_create(w->xe, &new_args);
	KUNIT_ASSERT_FALSE(test, IS_ERR(new));
	w->vm->flags |= XE_VM_LR;
	old->regions = XE_REGION_VRAM;
	w->bo = new;
	KUNIT_EXPECT_EQ(test, bind_to(w, NULL, SZ_2M, NULL, NULL), -ENOMEM);
	KUNIT_EXPECT_FALSE(test, is_mapped(w, SZ_2M));
	KUNIT_EXPECT_EQ(test, xe_bind(&args), 0);
	KUNIT_EXPECT_EQ(test, old->ttm.resource->mem_type, XE_MEM_SYSTEM);

	old->regions = XE_REGION_SYSTEM;
	KUNIT_EXPECT_EQ(test, bind_to(w, NULL, SZ_2M, NULL, NULL), 0);
	KUNIT_EXPECT_EQ(test, old->ttm.resource->mem_type, XE_MEM_TT);
	KUNIT_EXPECT_TRUE(test, drm_gpuva_invalidated(&vma->gpuva));
	w->vm->flags &= ~XE_VM_LR;

	/* Others are told of what they map alone, and hold nothing then. */
	dma_resv_lock(new->ttm.base.resv, NULL);
	KUNIT_EXPECT_EQ(test, xe_bo_move_to(new, XE_MEM_SYSTEM), 0);
	dma_resv_unlock(new->ttm.base.resv);
	new->regions = XE_REGION_VRAM;
	KUNIT_EXPECT_EQ(test, bind_to(w, NULL, SZ_8M, NULL, NULL), -ENOMEM);
	KUNIT_EXPECT_FALSE(test, dma_resv_is_locked(xe_vm_resv(w->vm)));
	KUNIT_EXPECT_FALSE(test, dma_resv_is_locked(new->ttm.base.resv));
	w->bo = old;
	end_world(w);
	KUNIT_EXPECT_EQ(test, kref_read(&new->ttm.base.refcount), 1);
	drm_gem_object_put(&new->ttm.base);
}

/* What the next job has to wait for; NULL if there is nothing. */
static struct dma_fence *prepared(struct world *w)
{
	struct dma_fence *fence = NULL;
	struct xe_vm_lock lock;

	KUNIT_ASSERT_EQ(w->test, xe_vm_lock(w->vm, &lock, NUM_FENCES, NULL), 0);
	KUNIT_EXPECT_EQ(w->test, xe_bind_prepare(&lock, &fence), 0);
	xe_vm_unlock(&lock);
	return fence;
}

/*
 * A prefetch moves, and what it moved is stale until a job wants to run.
 *
 * Seen to fail: it was not stale any more when its entries were still to be written, and the next
 * job ran with the old ones.
 */
static void test_prefetch_stale(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_bind_op ops[] = {
		{ .what = XE_BIND_PREFETCH, .region = XE_REGION_SYSTEM,
		  .map = { .addr = SZ_1M, .range = SZ_64K } },
		{ .what = XE_BIND_UNMAP, .map = { .addr = SZ_1M, .range = SZ_64K } },
	};
	struct dma_fence *in = foreign_fence(test), *fence;
	struct xe_sync sync = { .fence = in };
	struct xe_bind_args args = {
		.vm = w->vm, .ops = ops, .num_ops = 1, .syncs = &sync, .num_syncs = 1,
	};
	struct xe_vma *vma;

	dma_fence_put(bind_at(w, SZ_1M, NULL));
	vma = make_stale(w, SZ_1M);
	fake.num_written = 0;
	KUNIT_EXPECT_EQ(test, xe_bind(&args), 0);
	KUNIT_EXPECT_EQ(test, w->bo->ttm.resource->mem_type, XE_MEM_TT);
	KUNIT_EXPECT_TRUE(test, drm_gpuva_invalidated(&vma->gpuva));
	KUNIT_EXPECT_EQ(test, fake.num_written, 0);

	fence = prepared(w);
	KUNIT_EXPECT_FALSE(test, drm_gpuva_invalidated(&vma->gpuva));
	KUNIT_EXPECT_NULL_MSG(test, fence, "it does not wait for what the prefetch waits for");
	KUNIT_EXPECT_EQ(test, fake.num_written, 1);

	dma_fence_signal(in);
	make_stale(w, SZ_1M);
	args.num_ops = 2;
	KUNIT_EXPECT_EQ(test, xe_bind(&args), 0);
	KUNIT_EXPECT_FALSE(test, is_mapped(w, SZ_1M));
	end_world(w);
	dma_fence_put(in);
}

/*
 * What has moved is unmapped, and that waits: its entries lead to where it was, and no job begins
 * before they do not. One that maps over it likewise. What has not moved is no reason to wait.
 *
 * Seen to fail: the job ran, and had somebody else's memory.
 */
static void stale_goes(struct kunit *test, enum xe_bind_what what, u64 range, bool stale)
{
	struct world *w = make_world(test);
	struct dma_fence *in = foreign_fence(test), *fence;
	struct xe_bind_op op = {
		.what = what, .map = { .addr = SZ_1M, .range = range,
				       .bo = what == XE_BIND_MAP ? w->bo : NULL },
	};
	struct xe_sync sync = { .fence = in };
	struct xe_bind_args args = {
		.vm = w->vm, .ops = &op, .num_ops = 1, .syncs = &sync, .num_syncs = 1,
	};

	dma_fence_put(bind_at(w, SZ_1M, NULL));
	if (stale)
		make_stale(w, SZ_1M);
	fake.num_written = 0;
	KUNIT_EXPECT_EQ(test, xe_bind(&args), 0);
	fence = prepared(w);
	KUNIT_EXPECT_EQ(test, fake.num_written, 0);
	KUNIT_EXPECT_EQ(test, !!fence, stale);
	KUNIT_EXPECT_FALSE(test, fence && dma_fence_is_signaled(fence));

	dma_fence_signal(in);
	for (int i = 0; fence && i < 500 && !dma_fence_is_signaled(fence); i++)
		fsleep(10000);
	KUNIT_EXPECT_TRUE(test, !fence || dma_fence_is_signaled(fence));
	dma_fence_put(fence);
	KUNIT_EXPECT_NULL(test, prepared(w));
	end_world(w);
	/* What is left of it is written for the job. */
	KUNIT_EXPECT_EQ(test, fake.num_written, range < SZ_64K ? 2 : 1);
	dma_fence_put(in);
}

static void test_stale_unmapped(struct kunit *test)
{
	stale_goes(test, XE_BIND_UNMAP, SZ_64K, true);
}

static void test_stale_part(struct kunit *test)
{
	stale_goes(test, XE_BIND_UNMAP, SZ_4K, true);
}

static void test_stale_mapped_over(struct kunit *test)
{
	stale_goes(test, XE_BIND_MAP, SZ_64K, true);
}

static void test_unmapped_later(struct kunit *test)
{
	stale_goes(test, XE_BIND_UNMAP, SZ_64K, false);
}

static unsigned int count_fences(struct dma_resv *resv)
{
	struct dma_resv_iter at;
	struct dma_fence *fence;
	unsigned int n = 0;

	dma_resv_lock(resv, NULL);
	dma_resv_for_each_fence(&at, resv, DMA_RESV_USAGE_BOOKKEEP, fence)
		n += !dma_fence_is_signaled(fence);
	dma_resv_unlock(resv);
	return n;
}

#define MANY_JOBS	50

/*
 * Jobs that run when a buffer is mapped reach it: nobody moves it before they are over.
 *
 * Seen to fail: it was moved, and they went on where it had been.
 */
static void test_told_of_jobs(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_resv *resv = xe_vm_resv(w->vm);
	struct dma_fence *job[MANY_JOBS];
	struct xe_bind_op ops[] = {
		{ .what = XE_BIND_MAP, .map = { .addr = SZ_1M, .range = SZ_64K, .bo = w->bo } },
		{ .what = XE_BIND_MAP, .map = { .addr = SZ_4M, .range = SZ_64K, .bo = w->bo } },
	};
	struct xe_bind_args args = { .vm = w->vm, .ops = ops, .num_ops = ARRAY_SIZE(ops) };

	for (unsigned int i = 0; i < MANY_JOBS; i++) {
		job[i] = foreign_fence(test);
		dma_resv_lock(resv, NULL);
		KUNIT_EXPECT_EQ(test, dma_resv_reserve_fences(resv, 1), 0);
		dma_resv_add_fence(resv, job[i], DMA_RESV_USAGE_BOOKKEEP);
		w->vm->had_jobs = true;
		dma_resv_unlock(resv);
	}
	/* Seen to fail: it was told while reclaim waited, and could not be stopped. */
	fake.kill_at = ARRAY_SIZE(ops);
	fake.planned = 0;
	KUNIT_EXPECT_EQ(test, xe_bind(&args), -EINTR);
	xe_fake_set_killed(false);
	KUNIT_EXPECT_EQ(test, fake.planned, ARRAY_SIZE(ops));
	KUNIT_EXPECT_TRUE(test, is_idle(w->bo->ttm.base.resv));
	fake.kill_at = 0;

	KUNIT_EXPECT_EQ(test, xe_bind(&args), 0);
	KUNIT_EXPECT_EQ(test, count_fences(w->bo->ttm.base.resv), MANY_JOBS);
	dma_fence_put(bind_at(w, SZ_2M, NULL));
	KUNIT_EXPECT_EQ(test, count_fences(w->bo->ttm.base.resv), MANY_JOBS);

	for (unsigned int i = 0; i < MANY_JOBS; i++) {
		dma_fence_signal(job[i]);
		dma_fence_put(job[i]);
	}
	KUNIT_EXPECT_TRUE(test, is_idle(w->bo->ttm.base.resv));
	end_world(w);
}

static int map_and_prefetch(struct world *w, struct xe_bind_op *map, u64 addr, u32 region)
{
	struct xe_bind_op ops[] = {
		*map,
		{ .what = XE_BIND_PREFETCH, .region = region,
		  .map = { .addr = addr, .range = SZ_64K } },
	};
	struct xe_bind_args args = { .vm = w->vm, .ops = ops, .num_ops = ARRAY_SIZE(ops) };

	fake.moved = 0;
	fake.planned = 0;
	return xe_bind(&args);
}

/*
 * What is mapped, or just being mapped, is moved as long as others can be waited for that are in
 * the way, and before an entry is planned that would lead to where it was.
 *
 * Seen to fail: with the move where the operation is applied.
 */
static void test_prefetch(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_bind_op map = {
		.what = XE_BIND_MAP, .map = { .addr = SZ_1M, .range = SZ_64K, .bo = w->bo },
	};
	struct dma_resv used;

	dma_resv_init(&used);
	KUNIT_EXPECT_EQ(test, map_and_prefetch(w, &map, SZ_1M, XE_REGION_SYSTEM), 0);
	KUNIT_EXPECT_EQ(test, w->bo->ttm.resource->mem_type, XE_MEM_TT);
	KUNIT_EXPECT_EQ_MSG(test, fake.planned, 1, "what is not stale is not written again");
	KUNIT_EXPECT_EQ_MSG(test, map_and_prefetch(w, &map, SZ_1M, XE_REGION_VRAM), -EINVAL,
			    "not allowed");
	KUNIT_EXPECT_EQ(test, fake.undone, 1);
	map.map = (struct xe_vm_map){ .addr = SZ_8M, .range = SZ_64K };
	KUNIT_EXPECT_EQ_MSG(test, map_and_prefetch(w, &map, SZ_8M, XE_REGION_SYSTEM), 0,
			    "what reads zero is nowhere");
	map.map = (struct xe_vm_map){ .addr = SZ_1M, .range = SZ_64K, .bo = w->bo };

	w->bo->regions |= XE_REGION_VRAM;
	fake.used = &used;
	KUNIT_EXPECT_EQ(test, map_and_prefetch(w, &map, SZ_1M, XE_REGION_VRAM), 0);
	KUNIT_EXPECT_EQ_MSG(test, fake.moved, 2, "what is mapped, and what is going to be");
	map.map.addr = SZ_2M;
	KUNIT_EXPECT_EQ(test, map_and_prefetch(w, &map, SZ_2M, XE_REGION_VRAM), 0);
	KUNIT_EXPECT_EQ(test, fake.moved, 1);
	KUNIT_EXPECT_EQ(test, map_and_prefetch(w, &map, SZ_4M, XE_REGION_VRAM), 0);
	KUNIT_EXPECT_EQ_MSG(test, fake.moved, 0, "there is nothing");
	KUNIT_EXPECT_EQ(test, map_and_prefetch(w, &map, SZ_512K, XE_REGION_VRAM), 0);
	KUNIT_EXPECT_EQ(test, fake.moved, 0);

	/* No room, and then there is. */
	fake.full = 2;
	KUNIT_EXPECT_EQ(test, map_and_prefetch(w, &map, SZ_2M, XE_REGION_VRAM), 0);
	KUNIT_EXPECT_EQ(test, fake.moved, 2);
	fake.full = UINT_MAX;
	xe_fake_sleep.ms = 0;
	KUNIT_EXPECT_EQ(test, map_and_prefetch(w, &map, SZ_2M, XE_REGION_VRAM), -ENOSPC);
	KUNIT_EXPECT_TRUE(test, xe_fake_is_nearly(xe_fake_sleep.ms, 2 * MSEC_PER_SEC));
	fake.full = 0;

	/* Nothing gets into VRAM just now. */
	w->xe->mm.sleeping = true;
	KUNIT_EXPECT_EQ(test, map_and_prefetch(w, &map, SZ_2M, XE_REGION_VRAM), 0);
	KUNIT_EXPECT_EQ(test, fake.moved, 0);
	w->xe->mm.sleeping = false;
	w->bo->regions = XE_REGION_SYSTEM;
	dma_resv_fini(&used);
	end_world(w);
}

/* What waits is limited; what is written at once is not. */
static void test_limit(struct kunit *test)
{
	struct world *w = make_world(test);
	struct xe_vm *other = xe_fake_vm(test, w->xe, 0, &vm_ops);
	struct dma_fence *in = foreign_fence(test);
	struct xe_bind_op ops[2] = {
		{ .what = XE_BIND_UNMAP, .map = { .addr = SZ_2M, .range = SZ_64K } },
		{ .what = XE_BIND_UNMAP, .map = { .addr = SZ_4M, .range = SZ_64K } },
	};
	struct xe_bind_args two = { .vm = w->vm, .ops = ops, .num_ops = 2 };

	KUNIT_ASSERT_EQ(test, make_queues(other, w->usage), 0);
	fake.entries = XE_USAGE_MAX_DEFERRED / 2;
	dma_fence_put(bind_at(w, 0, in));
	dma_fence_put(bind_at(w, SZ_1M, in));
	KUNIT_EXPECT_EQ(test, bind_to(w, NULL, SZ_2M, in, NULL), -ENOBUFS);
	KUNIT_EXPECT_FALSE(test, is_mapped(w, SZ_2M));
	KUNIT_EXPECT_EQ_MSG(test, bind_to(w, NULL, SZ_8M, NULL, NULL), -ENOBUFS,
			    "it comes behind what waits");
	/* Nor with another VM of the client. */
	swap(w->vm, other);
	KUNIT_EXPECT_EQ(test, bind_to(w, NULL, SZ_2M, in, NULL), -ENOBUFS);
	swap(w->vm, other);
	xe_vm_put(other);

	dma_fence_signal(in);
	flush_workqueue(w->xe->submit.wq);
	settle();
	fake.entries = 10 * XE_USAGE_MAX_DEFERRED;
	KUNIT_EXPECT_EQ(test, xe_bind(&two), 0);
	KUNIT_EXPECT_EQ(test, w->usage->deferred, 0);
	KUNIT_EXPECT_EQ(test, kref_read(&in->refcount), 1);
	dma_fence_put(in);
	end_world(w);
}

/* An answer that is none ends nothing: who it is that gives up says so. */
static void test_no_answer(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *fence;

	xe_vm_set_ran(w->vm);
	fake.invalidates = true;
	fence = bind_at(w, SZ_1M, NULL);
	answer(-ENODEV);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	xe_submit_kill(w->xe, -ENODEV);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ENODEV);
	dma_fence_put(fence);
	settle();
	KUNIT_EXPECT_EQ(test, fake.dropped, 1);
	end_world(w);
}

/* The end of everything: what waits for others or for an answer ends; its tables are kept. */
static void kill_and_answer(struct kunit *test, int err)
{
	struct world *w = make_world(test);
	struct dma_fence *in = foreign_fence(test), *asked, *waiting;

	xe_vm_set_ran(w->vm);
	fake.invalidates = true;
	asked = bind_at(w, SZ_1M, NULL);
	waiting = bind_at(w, SZ_2M, in);
	xe_submit_kill(w->xe, -ENODEV);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(asked), -ENODEV);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(waiting), -ENODEV);
	settle();
	KUNIT_EXPECT_EQ(test, fake.dropped, 2);
	KUNIT_EXPECT_EQ(test, fake.freed, 0);
	KUNIT_EXPECT_EQ(test, bind_to(w, NULL, SZ_4M, NULL, NULL), -ENOENT);
	atomic_set(&w->xe->wedged, 1);
	KUNIT_EXPECT_EQ(test, bind_to(w, NULL, SZ_4M, NULL, NULL), -ECANCELED);
	atomic_set(&w->xe->wedged, 0);

	/* Whoever was asked answers afterwards, when nobody else knows of it; nor is there a VM. */
	to_page_job(container_of(asked, struct dep_job, fence))->vm = NULL;
	dma_fence_put(asked);
	answer(err);
	dma_fence_signal(in);
	dma_fence_put(in);
	dma_fence_put(waiting);
	KUNIT_EXPECT_EQ(test, fake.num_written, 1);
	end_world(w);
}

static void test_kill(struct kunit *test)
{
	kill_and_answer(test, -ENODEV);
}

static void test_kill_late_answer(struct kunit *test)
{
	kill_and_answer(test, 0);
}

/* Before a job, and once. */
static void test_stale(struct kunit *test)
{
	struct world *w = make_world(test);
	struct list_head taken;
	struct xe_vma *vma;
	struct dma_fence *fence;
	struct xe_vm_lock lock;

	dma_fence_put(bind_at(w, SZ_1M, NULL));
	vma = make_stale(w, SZ_1M);
	KUNIT_EXPECT_TRUE(test, drm_gpuva_invalidated(&vma->gpuva));
	list_add(&vma->unwritten_link, &w->vm->unwritten);
	for (int i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, xe_vm_lock(w->vm, &lock, 2, NULL), 0);
		KUNIT_EXPECT_EQ(test, xe_bind_prepare(&lock, &fence), 0);
		xe_vm_unlock(&lock);
		KUNIT_EXPECT_NULL(test, fence);
		KUNIT_EXPECT_EQ(test, fake.num_written, 2);
		KUNIT_EXPECT_EQ(test, w->bo->ttm.resource->mem_type, XE_MEM_TT);
		KUNIT_EXPECT_FALSE(test, drm_gpuva_invalidated(&vma->gpuva));
		KUNIT_EXPECT_TRUE(test, list_empty(&w->vm->unwritten));
		KUNIT_EXPECT_TRUE(test, list_empty(&w->vm->gpuvm.evict.list));
		KUNIT_EXPECT_TRUE(test, list_empty(&vma->link));
	}

	/* Memory of a process that was found anew; and some goes again meanwhile. */
	list_add(&vma->unwritten_link, &w->vm->unwritten);
	list_add(&taken, &w->vm->invalidated);
	KUNIT_ASSERT_EQ(test, xe_vm_lock(w->vm, &lock, 2, NULL), 0);
	KUNIT_EXPECT_EQ(test, xe_bind_prepare(&lock, &fence), -EAGAIN);
	KUNIT_EXPECT_EQ(test, fake.undone, 1);
	KUNIT_EXPECT_TRUE(test, drm_gpuva_invalidated(&vma->gpuva));
	list_del(&taken);
	KUNIT_EXPECT_EQ(test, xe_bind_prepare(&lock, &fence), 0);
	xe_vm_unlock(&lock);
	KUNIT_EXPECT_EQ(test, fake.num_written, 3);
	KUNIT_EXPECT_FALSE(test, drm_gpuva_invalidated(&vma->gpuva));
	KUNIT_EXPECT_TRUE(test, list_empty(&w->vm->unwritten));
	end_world(w);
}

/* If it fails it is stale still. If the answer is awaited, the job is told of it. */
static void test_stale_later(struct kunit *test)
{
	struct world *w = make_world(test);
	struct dma_fence *fence, *last;
	struct xe_vm_lock lock;

	xe_vm_set_ran(w->vm);
	dma_fence_put(bind_at(w, SZ_1M, NULL));
	make_stale(w, SZ_1M);
	fake.invalidates = true;
	fake.fail_at = fake.planned + 1;
	KUNIT_ASSERT_EQ(test, xe_vm_lock(w->vm, &lock, 2, NULL), 0);
	KUNIT_EXPECT_EQ(test, xe_bind_prepare(&lock, &fence), -ENOMEM);
	KUNIT_EXPECT_EQ(test, xe_bind_prepare(&lock, &fence), 0);
	xe_vm_unlock(&lock);
	KUNIT_ASSERT_NOT_NULL(test, fence);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	KUNIT_EXPECT_EQ(test, awake(w), w->awake + 1);
	answer(0);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(fence));

	/* The next takes its place, and nobody has it any more. */
	make_stale(w, SZ_1M);
	KUNIT_ASSERT_EQ(test, xe_vm_lock(w->vm, &lock, 2, NULL), 0);
	KUNIT_EXPECT_EQ(test, xe_bind_prepare(&lock, &last), 0);
	xe_vm_unlock(&lock);
	settle();
	KUNIT_EXPECT_EQ(test, kref_read(&fence->refcount), 1);
	answer(0);
	dma_fence_put(fence);
	end_world(w);
	KUNIT_EXPECT_EQ(test, kref_read(&last->refcount), 1);
	dma_fence_put(last);
}

/* A number that had another owner: TLBs are asked before the first job. */
static void test_former(struct kunit *test)
{
	struct world *w = make_world(test);

	w->vm->ran = true;
	KUNIT_EXPECT_EQ(test, forget_former(w->vm), 0);
	KUNIT_EXPECT_EQ(test, fake.asked, 1);
	KUNIT_EXPECT_EQ(test, fake.size, 0);
	KUNIT_EXPECT_EQ(test, awake(w), w->awake + 1);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(w->vm->moved));
	answer(0);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(w->vm->moved));
	end_world(w);
}

static struct kunit_case bind_cases[] = {
	KUNIT_CASE(test_at_once),
	KUNIT_CASE(test_invalidate),
	KUNIT_CASE(test_begins_to_run),
	KUNIT_CASE(test_invalidate_all),
	KUNIT_CASE(test_later),
	KUNIT_CASE(test_room),
	KUNIT_CASE(test_over_scratch),
	KUNIT_CASE(test_moving),
	KUNIT_CASE(test_dead_queue),
	KUNIT_CASE(test_taken_away),
	KUNIT_CASE(test_memory_of_a_process),
	KUNIT_CASE(test_order),
	KUNIT_CASE(test_undo),
	KUNIT_CASE(test_killed),
	KUNIT_CASE(test_many),
	KUNIT_CASE(test_looks),
	KUNIT_CASE(test_lr_fits),
	KUNIT_CASE(test_prefetch),
	KUNIT_CASE(test_prefetch_stale),
	KUNIT_CASE(test_stale_unmapped),
	KUNIT_CASE(test_stale_part),
	KUNIT_CASE(test_stale_mapped_over),
	KUNIT_CASE(test_unmapped_later),
	KUNIT_CASE(test_told_of_jobs),
	KUNIT_CASE(test_limit),
	KUNIT_CASE(test_no_answer),
	KUNIT_CASE(test_kill),
	KUNIT_CASE(test_kill_late_answer),
	KUNIT_CASE(test_stale),
	KUNIT_CASE(test_stale_later),
	KUNIT_CASE(test_former),
	{ }
};

static struct kunit_suite bind_suite = {
	.name = "xe_bind",
	.test_cases = bind_cases,
};

kunit_test_suite(bind_suite);
