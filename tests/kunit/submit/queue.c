// SPDX-License-Identifier: MIT
/*
 * Queues: their life, and the order in which they end. The table of contexts is played.
 */

#include <linux/bitfield.h>
#include <linux/delay.h>

#include <drm/drm_drv.h>
#include <kunit/test.h>

#include "hw/ggtt.h"
#include "hw/ggtt_buf.h"
#include "hw/lrc.h"
#include "mm/vm.h"
#include "regs/mem.h"
#include "submit/bind.h"
#include "submit/job.h"
#include "submit/record.h"
#include "tests/kunit/fake.h"
#include "tests/kunit/mm/fake.h"
#include "tests/kunit/submit/fake.h"

/* There is no engine that could run a first context. */
static unsigned int recorded;
static int record_err;

#define xe_record_default(xe, gt_id, class)	(recorded++, record_err)
/* Slots come to an end. */
static unsigned int slots_left = UINT_MAX;

#define xe_lrc_alloc(xe, gt_id, class, lrc) \
	(slots_left ? slots_left--, xe_lrc_alloc(xe, gt_id, class, lrc) : -ENOMEM)
/* There are no page tables. */
#define xe_vm_root(vm, gt_id)			0

#include "../../../submit/queue.c"

#define MAX_CONTEXTS	256

static struct xe_fake_context contexts[MAX_CONTEXTS];
static unsigned int num_contexts;
static bool end_at_once;

struct xe_fake_context *xe_fake_context(const struct xe_queue *q)
{
	return &contexts[q->context];
}

void xe_fake_contexts_end_at_once(bool at_once)
{
	end_at_once = at_once;
}

static void context_gone(struct xe_fake_context *ctx)
{
	struct xe_context_owner *owner = ctx->owner;

	ctx->owner = NULL;
	if (owner)
		owner->ops->gone(owner);
}

void xe_fake_context_gone(const struct xe_queue *q)
{
	context_gone(xe_fake_context(q));
}

int xe_fake_context_create(struct xe_context *ctx, const struct xe_context_desc *desc,
			   struct xe_context_owner *owner)
{
	num_contexts %= MAX_CONTEXTS;	/* no test has so many */
	xe_context_free(ctx);
	contexts[num_contexts] = (struct xe_fake_context){ .owner = owner, .desc = *desc };
	return num_contexts++;
}

static void take_tails(struct xe_fake_context *ctx, const u32 *tails)
{
	if (tails)
		memcpy(ctx->tails, tails, ctx->desc.width * sizeof(*tails));
}

int xe_fake_context_submit(u32 number, const u32 *tails)
{
	struct xe_queue *q = container_of(contexts[number].owner, struct xe_queue, owner);

	contexts[number].ran = q->args.vm && READ_ONCE(q->args.vm->ran);
	take_tails(&contexts[number], tails);
	contexts[number].submitted++;
	return 0;
}

int xe_fake_context_revive(u32 number, const u32 *tails)
{
	take_tails(&contexts[number], tails);
	contexts[number].revived++;
	return 0;
}

int xe_fake_context_suspend(u32 number)
{
	contexts[number].suspended++;
	return 0;
}

int xe_fake_context_resume(u32 number)
{
	contexts[number].resumed++;
	return contexts[number].refuses ? -ENOENT : 0;
}

int xe_fake_context_end(u32 number)
{
	contexts[number].ended++;
	if (end_at_once)
		context_gone(&contexts[number]);
	return 0;
}

struct xe_device *xe_fake_submit_device(struct kunit *test)
{
	static const struct xe_platform platform = {
		.name = "fake", .dma_mask_bits = 46, .va_bits = 48, .wopcm_size = SZ_8M,
		.ggtt_burst = 1100, .is_discrete = true,
	};
	static const struct xe_hw_step steps[] = {
		{ "DMA", xe_hw_enable_dma },
		{ "GGTT", xe_ggtt_start },
		{ "firmware buffers", xe_ggtt_buf_start },
		{ "submission", xe_submit_start },
	};
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_hw_state *state;

	*xe_fake_config(SNB_GMCH_CTRL) = FIELD_PREP(GGMS_MASK, 3);
	KUNIT_ASSERT_EQ(test, xe_fake_bind(slot, &platform, steps, ARRAY_SIZE(steps)), 0);
	return xe_fake_bound(slot, &state);
}

static void drop_queue(void *data)
{
	struct xe_queue *q = data;

	xe_queue_kill(q);
	if (q->context >= 0)
		xe_fake_context_gone(q);
	flush_workqueue(q->xe->submit.wq);
	xe_queue_put(q);
}

struct xe_queue *xe_fake_queue(struct kunit *test, struct xe_device *xe)
{
	return xe_fake_wide_queue(test, xe, 1);
}

struct xe_queue *xe_fake_wide_queue(struct kunit *test, struct xe_device *xe, unsigned int width)
{
	struct xe_queue_args args = {
		.ops = &xe_exec_queue_ops,
		.class = XE_ENGINE_COPY,
		.mask = BIT(0),
		.width = width,
		.priority = XE_QUEUE_NORMAL,
	};
	struct xe_queue *q;

	xe->gt[0].clock_hz = 19200000;
	xe->sched[0][XE_ENGINE_COPY].value[XE_SCHED_JOB_TIMEOUT_MS][XE_SCHED_VALUE] = 5000;
	q = xe_queue_create(xe, &args);
	KUNIT_ASSERT_FALSE(test, IS_ERR(q));
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, drop_queue, q), 0);
	return q;
}

void xe_fake_engine_begins(struct xe_queue *q, u32 sequence)
{
	*(u32 *)(q->lrc->status + LRC_STATUS_STARTED) = sequence;
}

void xe_fake_engine_ends(struct xe_queue *q, u32 sequence)
{
	xe_fake_engine_begins(q, sequence);
	*(u32 *)(q->lrc->status + LRC_STATUS_SEQUENCE) = sequence;
	dep_queue_complete(&q->dep, q->args.ops->done);
}

static struct dma_fence *submit_one(struct kunit *test, struct xe_queue *q)
{
	struct dep_job *job;
	u64 batch = SZ_1M;

	KUNIT_ASSERT_EQ(test, xe_job_submit(q, &batch, 1, NULL, 0), 0);
	guard(mutex)(&q->dep.lock);
	job = list_last_entry(&q->dep.issued, struct dep_job, link);
	return dma_fence_get(&job->fence);
}

/* A fence is not signalled because its user went away, but when the engine has let go of it. */
static void test_destroyed(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = xe_fake_queue(test, xe);
	struct dma_fence *first, *second;

	first = submit_one(test, q);
	second = submit_one(test, q);
	xe_fake_contexts_end_at_once(false);
	xe_queue_kill(q);
	flush_workqueue(xe->submit.wq);
	KUNIT_EXPECT_EQ(test, xe_fake_context(q)->ended, 1);
	KUNIT_EXPECT_TRUE(test, xe_queue_is_banned(q));
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(first));

	xe_fake_context_gone(q);
	flush_workqueue(xe->submit.wq);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(first), -ETIME);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(second), -ECANCELED);
	dma_fence_put(first);
	dma_fence_put(second);
}

/* The GuC found it out: its error is another, and what was done is not an error. */
static void test_banned(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = xe_fake_queue(test, xe);
	struct dma_fence *done, *first, *second;

	xe_fake_contexts_end_at_once(true);
	done = submit_one(test, q);
	first = submit_one(test, q);
	second = submit_one(test, q);
	xe_fake_engine_ends(q, done->seqno);
	q->owner.ops->banned(&q->owner, false);
	drain_workqueue(xe->submit.wq);
	KUNIT_EXPECT_TRUE(test, xe_queue_is_banned(q));
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(done), 1);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(first), -EIO);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(second), -ECANCELED);
	dma_fence_put(done);
	dma_fence_put(first);
	dma_fence_put(second);
}

/* It was not the GuC that found it out, and who did has said so. */
static void test_ban(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = xe_fake_queue(test, xe);

	xe_fake_contexts_end_at_once(false);
	xe_queue_ban(q);
	xe_queue_kick(q);
	flush_workqueue(xe->submit.wq);
	KUNIT_EXPECT_TRUE(test, test_bit(XE_QUEUE_BANNED, &q->state));
	KUNIT_EXPECT_GE(test, xe_fake_context(q)->ended, 1);
	KUNIT_EXPECT_NULL(test, xe->coredump.why);
}

/* Its context is gone before the queue's work has heard of anything. */
static void test_gone_first(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = xe_fake_queue(test, xe);
	struct dma_fence *fence = submit_one(test, q);

	disable_work_sync(&q->work);
	q->owner.ops->banned(&q->owner, false);
	xe_fake_context_gone(q);
	enable_work(&q->work);
	xe_queue_kick(q);
	flush_workqueue(xe->submit.wq);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -EIO);
	KUNIT_EXPECT_EQ(test, xe_fake_context(q)->ended, 0);
	dma_fence_put(fence);
}

/* Nobody unbinds: a lost device ends what it has, and what is made later is dead from birth. */
static void test_kill_all(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = xe_fake_queue(test, xe), *other = xe_fake_queue(test, xe);
	struct xe_queue_args args = q->args;
	struct dma_fence *done, *open, *others;
	u64 batch = SZ_1M;

	done = submit_one(test, q);
	open = submit_one(test, q);
	others = submit_one(test, other);
	/* No interrupt told of it. */
	*(u32 *)(q->lrc->status + LRC_STATUS_SEQUENCE) = done->seqno;
	xe_submit_kill(xe, -ENODEV);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(done), 1);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(open), -ENODEV);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(others), -ENODEV);

	xe_submit_kill(xe, -EIO);
	KUNIT_EXPECT_EQ(test, xe->submit.error, -ENODEV);
	KUNIT_EXPECT_EQ(test, PTR_ERR(xe_queue_create(xe, &args)), -ENODEV);
	KUNIT_EXPECT_EQ(test, xe_job_submit(other, &batch, 1, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, xe_fake_context(other)->submitted, 1);
	dma_fence_put(done);
	dma_fence_put(open);
	dma_fence_put(others);
}

/* Queues go by a work; what they give back behind the VM is there a little later. */
static void wait_for_last(struct xe_vm *vm)
{
	for (int i = 0; i < 500 && kref_read(&vm->ref) > 1; i++)
		fsleep(10000);
	fsleep(10000);
}

/* With the last reference goes what it held, and what knew of it. */
static void test_last_reference(struct kunit *test)
{
	static const struct xe_vm_ops ops = {};
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_vm *vm = xe_fake_vm(test, xe, 0, &ops);
	struct xe_usage *usage = xe_usage_create(&xe->usages);
	struct xe_queue_args args = {
		.ops = &xe_exec_queue_ops, .class = XE_ENGINE_COPY, .mask = BIT(0), .width = 2,
		.priority = XE_QUEUE_NORMAL, .vm = vm, .usage = usage,
	};
	unsigned int refs = kref_read(&xe->drm.ref);
	struct xe_context_desc *desc;
	struct xe_queue *q;
	u32 slot;

	KUNIT_ASSERT_NOT_NULL(test, usage);
	q = xe_queue_create(xe, &args);
	KUNIT_ASSERT_FALSE(test, IS_ERR(q));
	desc = &xe_fake_context(q)->desc;
	slot = q->lrc->ggtt;
	KUNIT_EXPECT_EQ(test, q->lrc[1].regs[LRC_ASID], xe_vm_asid(vm));
	KUNIT_EXPECT_NE(test, xe_vm_asid(vm), 0);
	KUNIT_EXPECT_TRUE(test, desc->ppgtt);
	KUNIT_EXPECT_EQ(test, desc->lrca[0], q->lrc[0].ggtt);
	KUNIT_EXPECT_EQ(test, desc->lrca[1], q->lrc[1].ggtt);
	KUNIT_EXPECT_PTR_EQ(test, desc->work_queue, q->lrc->status + GUC_PARALLEL_OFFSET);
	KUNIT_EXPECT_EQ(test, kref_read(&vm->ref), 2);
	KUNIT_EXPECT_EQ(test, kref_read(&usage->ref), 2);
	KUNIT_EXPECT_EQ(test, usage->share[XE_USAGE_SLOTS], 2);

	xe_coredump_look(q);
	q->lrc[1].regs[LRC_TIMESTAMP] = 1000;
	list_add(&q->busy, &xe->submit.busy[0][XE_ENGINE_COPY].queues);
	xe_queue_kill(q);
	xe_fake_context_gone(q);
	flush_workqueue(xe->submit.wq);
	xe_queue_put(q);
	wait_for_last(vm);
	KUNIT_EXPECT_EQ(test, kref_read(&vm->ref), 1);
	KUNIT_EXPECT_EQ(test, kref_read(&usage->ref), 1);
	KUNIT_EXPECT_EQ(test, usage->share[XE_USAGE_SLOTS], 0);
	KUNIT_EXPECT_EQ(test, xe->lrcs.num_empty, 1);

	/* One that cannot be made counts for nothing. */
	KUNIT_EXPECT_TRUE(test, xe_usage_take(usage, XE_USAGE_SLOTS, XE_USAGE_MAX_SLOTS / 3 - 1));
	KUNIT_EXPECT_EQ(test, PTR_ERR(xe_queue_create(xe, &args)), -ENOSPC);
	wait_for_last(vm);
	KUNIT_EXPECT_EQ(test, usage->share[XE_USAGE_SLOTS], XE_USAGE_MAX_SLOTS / 3 - 1);
	xe_usage_give(usage, XE_USAGE_SLOTS, XE_USAGE_MAX_SLOTS / 3 - 1);
	fsleep(10000);
	KUNIT_EXPECT_EQ(test, kref_read(&xe->drm.ref), refs);
	KUNIT_EXPECT_TRUE(test, list_empty(&xe->submit.queues));
	KUNIT_EXPECT_TRUE(test, list_empty(&xe->submit.busy[0][XE_ENGINE_COPY].queues));
	KUNIT_EXPECT_NULL(test, xe->coredump.owner);
	KUNIT_EXPECT_EQ(test, xe_usage_cycles(usage, XE_ENGINE_COPY), 1000);
	q = xe_fake_queue(test, xe);
	KUNIT_EXPECT_EQ_MSG(test, q->lrc->ggtt, slot, "it is free again");

	/* One that could not be made, as the device went. */
	xe_hw_scoped(hw, xe)
		xe_hw_declare_lost(hw, "test");
	KUNIT_EXPECT_EQ(test, PTR_ERR(xe_queue_create(xe, &args)), -ENODEV);
	wait_for_last(vm);
	KUNIT_EXPECT_EQ(test, kref_read(&vm->ref), 1);
	KUNIT_EXPECT_EQ(test, usage->share[XE_USAGE_SLOTS], 0);
	KUNIT_EXPECT_EQ(test, xe->usages.share[XE_USAGE_SLOTS], 0);
	xe_usage_put(usage);
	xe_vm_put(vm);
}

/* Who has a queue by its number keeps it. */
static void test_lookup(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = xe_fake_queue(test, xe);
	struct xe_file *xef = kunit_kzalloc(test, sizeof(*xef), GFP_KERNEL);
	struct drm_file file = { .driver_priv = xef };
	unsigned int refs = kref_read(&q->ref);
	u32 id;

	KUNIT_ASSERT_NOT_NULL(test, xef);
	xa_init_flags(&xef->queues, XA_FLAGS_ALLOC1);
	KUNIT_ASSERT_EQ(test, xa_alloc(&xef->queues, &id, q, xa_limit_32b, GFP_KERNEL), 0);
	KUNIT_EXPECT_PTR_EQ(test, xe_queue_lookup(&file, id), q);
	KUNIT_EXPECT_EQ(test, kref_read(&q->ref), refs + 1);
	KUNIT_EXPECT_NULL(test, xe_queue_lookup(&file, id + 1));
	xe_queue_put(q);
	xa_destroy(&xef->queues);
}

/* Works and the timer have one each while they are pending, however often they are asked for. */
static void test_references(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = xe_fake_queue(test, xe);
	unsigned int refs = kref_read(&q->ref);
	struct dma_fence *fence;

	for (int i = 0; i < 10; i++)
		xe_queue_kick(q);
	flush_work(&q->work);
	KUNIT_EXPECT_EQ(test, kref_read(&q->ref), refs);

	xe_queue_arm(q, 0);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&q->timer));
	xe_queue_arm(q, 100000);
	xe_queue_arm(q, 100000);
	KUNIT_EXPECT_EQ(test, kref_read(&q->ref), refs + 1);
	xe_queue_disarm(q);
	xe_queue_disarm(q);
	KUNIT_EXPECT_EQ(test, kref_read(&q->ref), refs);

	fence = submit_one(test, q);
	xe_fake_engine_begins(q, fence->seqno);
	q->since -= msecs_to_jiffies(xe_queue_timeout(q)) + 1;
	flush_delayed_work(&q->timer);
	KUNIT_EXPECT_EQ_MSG(test, xe_fake_context(q)->suspended, 1, "its time is over");
	xe_fake_engine_ends(q, fence->seqno);
	dma_fence_put(fence);
}

static unsigned int looks;

static void count_look(struct xe_hw hw, struct xe_hw_work *work)
{
	looks++;
}

/* Nothing is issued any more; and if the device cannot be had, it is told of the end later. */
static void test_killed(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = xe_fake_queue(test, xe), *other = xe_fake_queue(test, xe);
	struct xe_queue *unborn = alloc_queue(xe, &q->args);
	struct xe_queue *asleep = xe_fake_queue(test, xe);
	u64 batch = SZ_1M;

	KUNIT_ASSERT_NOT_NULL(test, unborn);
	xe_fake_contexts_end_at_once(false);
	xe_queue_kill(unborn);
	KUNIT_EXPECT_FALSE(test, test_bit(XE_QUEUE_ENDS_LATER, &unborn->state));
	xe_queue_put(unborn);
	xe_queue_kill(q);
	KUNIT_EXPECT_FALSE(test, test_bit(XE_QUEUE_ENDS_LATER, &q->state));
	xe_job_submit(q, &batch, 1, NULL, 0);
	flush_workqueue(xe->submit.wq);
	KUNIT_EXPECT_EQ(test, xe_fake_context(q)->submitted, 0);

	xe->submit.look.run = count_look;
	looks = 0;
	xe->drm.dev->power.runtime_status = RPM_SUSPENDED;
	xe_queue_kill(asleep);
	xe_hw_work_flush(&xe->submit.look);
	KUNIT_EXPECT_TRUE(test, test_bit(XE_QUEUE_ENDS_LATER, &asleep->state));
	KUNIT_EXPECT_EQ_MSG(test, looks, 1, "the device is woken up");
	KUNIT_EXPECT_EQ(test, xe->drm.dev->power.runtime_status, RPM_ACTIVE);

	xe_hw_scoped(hw, xe)
		xe_hw_declare_lost(hw, "test");
	xe_queue_kill(other);
	xe_hw_work_flush(&xe->submit.look);
	KUNIT_EXPECT_EQ(test, looks, 1);
	KUNIT_EXPECT_TRUE(test, test_bit(XE_QUEUE_ENDS_LATER, &other->state));
	KUNIT_EXPECT_EQ(test, xe_fake_context(other)->ended, 0);
}

static int count_wake(struct wait_queue_entry *wait, unsigned int mode, int flags, void *key)
{
	(*(unsigned int *)wait->private)++;
	return 0;
}

/*
 * Of those that keep others from memory of a process; those of other clients, of other processes
 * and without such memory go on.
 */
static void test_ban_kin(struct kunit *test)
{
	static const struct xe_vm_ops ops = {};
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q[5];
	struct xe_vm *vm[5];

	for (unsigned int i = 0; i < ARRAY_SIZE(vm); i++) {
		vm[i] = xe_fake_vm(test, xe, 0, &ops);
		vm[i]->had_user_pages = i != 2;
		vm[i]->tree.usage = i == 3 ? (void *)test : NULL;
		vm[i]->mm = i == 4 ? (void *)test : NULL;
		q[i] = xe_fake_queue(test, xe);
		q[i]->args.vm = xe_vm_get(vm[i]);
	}
	xe_queue_ban_kin(vm[0]);
	flush_workqueue(xe->submit.wq);
	for (unsigned int i = 0; i < ARRAY_SIZE(vm); i++) {
		KUNIT_EXPECT_EQ(test, xe_vm_is_banned(vm[i]), i < 2);
		KUNIT_EXPECT_EQ(test, xe_queue_is_banned(q[i]), i < 2);
		vm[i]->tree.usage = NULL;
		vm[i]->mm = NULL;
		xe_vm_put(vm[i]);
	}
}

/* A ban of an address space is a ban of its queues, and of no others. */
static void test_ban_all(struct kunit *test)
{
	static const struct xe_vm_ops ops = {};
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = xe_fake_queue(test, xe), *other = xe_fake_queue(test, xe);
	struct xe_queue *dying = xe_fake_queue(test, xe);
	struct xe_vm *vm = xe_fake_vm(test, xe, 0, &ops);
	unsigned int refs = kref_read(&q->ref), dying_refs = kref_read(&dying->ref), woken = 0;
	struct dma_fence *fence = submit_one(test, q);
	struct wait_queue_entry wait;

	init_waitqueue_func_entry(&wait, count_wake);
	wait.private = &woken;
	add_wait_queue(&xe->submit.ufence_wq, &wait);
	xe_fake_contexts_end_at_once(false);
	q->args.vm = xe_vm_get(vm);
	dying->args.vm = xe_vm_get(vm);
	refcount_set(&dying->ref.refcount, 0);
	/* Whoever has that lock may be waiting for user space. */
	down_write(&vm->lock);
	xe_queue_ban_all(vm);
	flush_workqueue(xe->submit.wq);
	up_write(&vm->lock);
	KUNIT_EXPECT_TRUE(test, xe_vm_is_banned(vm));
	KUNIT_EXPECT_TRUE(test, xe_queue_is_banned(q));
	KUNIT_EXPECT_FALSE(test, xe_queue_is_banned(other));
	KUNIT_EXPECT_EQ(test, xe_fake_context(q)->ended, 1);
	KUNIT_EXPECT_FALSE_MSG(test, dma_fence_is_signaled(fence), "the engine has not let go");
	KUNIT_EXPECT_FALSE(test, xe_queue_is_banned(dying));
	refcount_set(&dying->ref.refcount, dying_refs);
	KUNIT_EXPECT_NULL_MSG(test, xe->coredump.why, "nobody is to blame");
	woken = 0;
	xe_fake_context_gone(q);
	flush_workqueue(xe->submit.wq);
	KUNIT_EXPECT_GT_MSG(test, woken, 0, "who waits for what it was to write");
	remove_wait_queue(&xe->submit.ufence_wq, &wait);
	KUNIT_EXPECT_TRUE(test, dma_fence_is_signaled(fence));
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&q->timer));
	KUNIT_EXPECT_EQ_MSG(test, kref_read(&q->ref), refs - 1, "but for the context's");
	dma_fence_put(fence);
	xe_vm_put(vm);
}

/* Whatever the engines do ends, and nobody is blamed; what the CPU does goes on. */
static void test_ban_device(struct kunit *test)
{
	static const struct xe_queue_args binds = {
		.ops = &xe_exec_queue_ops, .kind = XE_QUEUE_BIND,
	};
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = xe_fake_queue(test, xe), *bind = xe_queue_create(xe, &binds);
	struct dma_fence *first = submit_one(test, q), *second = submit_one(test, q);
	struct xe_queue *later;

	KUNIT_ASSERT_FALSE(test, IS_ERR(bind));
	xe_fake_contexts_end_at_once(true);
	xe_queue_ban_device(xe);
	flush_workqueue(xe->submit.wq);
	KUNIT_EXPECT_TRUE(test, xe_queue_is_banned(q));
	KUNIT_EXPECT_FALSE(test, xe_queue_is_banned(bind));
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(first), -EIO);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(second), -ECANCELED);
	KUNIT_EXPECT_NULL(test, xe->coredump.why);
	later = xe_fake_queue(test, xe);
	dma_fence_put(first);
	first = submit_one(test, later);
	xe_fake_engine_ends(later, first->seqno);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(first), 1);
	dma_fence_put(first);
	dma_fence_put(second);
	xe_queue_put(bind);
}

/*
 * A context begins with the image of its class, in which no other client has left anything: without
 * one there is no queue, also at the next try.
 */
static void test_default_image(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue_args args = {
		.ops = &xe_exec_queue_ops, .class = XE_ENGINE_COPY, .mask = BIT(0), .width = 1,
	};

	recorded = 0;
	record_err = -EIO;
	for (unsigned int i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(xe_queue_create(xe, &args)), -EIO);
	record_err = 0;
	KUNIT_EXPECT_EQ(test, recorded, 2);
}

/* A queue for binds that was destroyed counts until it is gone: its jobs may wait for hours. */
static void test_share_of_binders(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_usage *usage = xe_usage_create(&xe->usages);
	struct xe_queue_args args = {
		.ops = &xe_bind_queue_ops, .kind = XE_QUEUE_BIND, .of_client = true, .usage = usage,
	};
	struct xe_queue *q;

	KUNIT_ASSERT_NOT_NULL(test, usage);
	KUNIT_ASSERT_TRUE(test, xe_usage_take(usage, XE_USAGE_BINDERS,
					      XE_USAGE_MAX_BINDERS / 3 - 1));
	q = xe_queue_create(xe, &args);
	KUNIT_ASSERT_FALSE(test, IS_ERR(q));
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(xe_queue_create(xe, &args)), -ENOSPC);
	args.of_client = false;
	xe_queue_put(xe_queue_create(xe, &args));
	args.of_client = true;

	xe_queue_kill(q);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(xe_queue_create(xe, &args)), -ENOSPC);
	xe_queue_put(q);
	for (int i = 0; i < 500 && kref_read(&usage->ref) > 1; i++)
		fsleep(10000);
	KUNIT_EXPECT_EQ(test, usage->share[XE_USAGE_BINDERS], XE_USAGE_MAX_BINDERS / 3 - 1);
	xe_usage_give(usage, XE_USAGE_BINDERS, XE_USAGE_MAX_BINDERS / 3 - 1);
	xe_usage_put(usage);
}

static void ban_it(struct xe_hw hw, struct xe_queue *q)
{
	set_bit(XE_QUEUE_KILLED, &q->state);
	set_bit(XE_QUEUE_BANNED, &q->state);
}

/* Whoever bans all queues finds one that has no context yet: it ends when there is one. */
static void test_banned_early(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue_ops ops = xe_exec_queue_ops;
	struct xe_queue_args args = {
		.ops = &ops, .class = XE_ENGINE_COPY, .mask = BIT(0), .width = 1,
	};
	struct xe_queue *q;

	ops.start = ban_it;
	q = xe_queue_create(xe, &args);
	KUNIT_ASSERT_FALSE(test, IS_ERR(q));
	KUNIT_EXPECT_EQ(test, xe_fake_context(q)->ended, 1);
	xe_fake_context_gone(q);
	flush_workqueue(xe->submit.wq);
	KUNIT_EXPECT_TRUE(test, test_bit(XE_QUEUE_GONE, &q->state));
	xe_queue_put(q);
}

/* A device that does not wake up now is not gone: the call is to be made again. */
static void test_asleep(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = xe_fake_queue(test, xe);
	unsigned int before = kref_read(&q->ref);

	xe_fake_set_asleep(xe, true);
	KUNIT_EXPECT_EQ(test, make_context(q), -EAGAIN);
	xe_fake_set_asleep(xe, false);
	KUNIT_EXPECT_EQ(test, kref_read(&q->ref), before);
}

/* One for which there are not slots enough: what it got is given back, and nothing is counted. */
static void test_half_made(struct kunit *test)
{
	static const struct xe_vm_ops ops = {};
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_vm *vm = xe_fake_vm(test, xe, 0, &ops);
	struct xe_usage *usage = xe_usage_create(&xe->usages);
	struct xe_queue_args args = {
		.ops = &xe_exec_queue_ops, .class = XE_ENGINE_COPY, .mask = BIT(0), .width = 3,
		.priority = XE_QUEUE_NORMAL, .vm = vm, .usage = usage,
	};

	KUNIT_ASSERT_NOT_NULL(test, usage);
	for (unsigned int slots = 0; slots < args.width; slots++) {
		slots_left = slots;
		KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(xe_queue_create(xe, &args)), -ENOMEM);
		slots_left = UINT_MAX;
		wait_for_last(vm);
		KUNIT_EXPECT_EQ(test, kref_read(&vm->ref), 1);
		KUNIT_EXPECT_EQ(test, kref_read(&usage->ref), 1);
		KUNIT_EXPECT_EQ(test, usage->share[XE_USAGE_SLOTS], 0);
	}
	KUNIT_EXPECT_EQ_MSG(test, xe->lrcs.num_empty, 1, "the slots are free");

	xe_lrcs_close(xe);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(xe_queue_create(xe, &args)), -ENODEV);
	wait_for_last(vm);
	KUNIT_EXPECT_EQ(test, kref_read(&vm->ref), 1);
	KUNIT_EXPECT_EQ(test, xe_usage_cycles(usage, XE_ENGINE_COPY), 0);
	xe_usage_put(usage);
	xe_vm_put(vm);
}

static struct kunit_case queue_cases[] = {
	KUNIT_CASE(test_destroyed),
	KUNIT_CASE(test_banned),
	KUNIT_CASE(test_ban),
	KUNIT_CASE(test_gone_first),
	KUNIT_CASE(test_kill_all),
	KUNIT_CASE(test_last_reference),
	KUNIT_CASE(test_lookup),
	KUNIT_CASE(test_references),
	KUNIT_CASE(test_killed),
	KUNIT_CASE(test_ban_all),
	KUNIT_CASE(test_ban_kin),
	KUNIT_CASE(test_ban_device),
	KUNIT_CASE(test_default_image),
	KUNIT_CASE(test_asleep),
	KUNIT_CASE(test_half_made),
	KUNIT_CASE(test_share_of_binders),
	KUNIT_CASE(test_banned_early),
	{ }
};

static struct kunit_suite queue_suite = {
	.name = "xe_queue",
	.test_cases = queue_cases,
};

kunit_test_suite(queue_suite);
