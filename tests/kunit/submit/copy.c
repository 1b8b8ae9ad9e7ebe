// SPDX-License-Identifier: MIT
/*
 * The driver's own queue: its address space as an engine sees it, and what becomes of its jobs.
 * VRAM is two arrays: of pages that the pool gives, and of how often the CPU cleared a page.
 */

#include <linux/delay.h>
#include <linux/workqueue.h>

#include <kunit/test-bug.h>
#include <kunit/test.h>

#include "abi/blt_commands.h"
#include "abi/mi_commands.h"
#include "mm/pt_pool.h"
#include "mm/vram.h"
#include "mm/vram_alloc.h"
#include "submit/queue.h"
#include "submit/submit.h"
#include "tests/kunit/fake.h"
#include "tests/kunit/submit/fake.h"
#include "xe_mmio.h"

#define POOL_AT		0x08000000ull
#define PAGES		64
#define VRAM_SIZE	(3ull * SZ_1G + SZ_64M + SZ_2M)
#define BUFFER		64	/* pages, every second one in VRAM */
#define SYSTEM		0x100000000ull
#define MAX_MOVED	(SZ_64M / SZ_4K)

/* No two pages of the pool are adjacent. */
static u64 pool[2 * PAGES][512];
static unsigned int taken, cleared[BUFFER];
static int clear_err;
static u64 piece;			/* of a buffer, in VRAM */
static unsigned int awake;		/* how often the device can be kept so */

/* What the engine has done, row by row, and what it did not do. */
static struct move {
	u64 to, from;
} moved[MAX_MOVED];
static unsigned int num_moved, played, flushed;
static bool fails;
static bool tables_arrive, arrives;	/* what was written is there for an engine to be read */

static int fake_take(struct xe_pt_page *page)
{
	if (taken == PAGES)
		return -ENOMEM;
	page->address = POOL_AT + 2 * taken++ * SZ_4K;
	return 0;
}

static u64 *fake_word(u64 at)
{
	return &pool[(at - POOL_AT) / SZ_4K][at % SZ_4K / sizeof(u64)];
}

static void fake_write64(u64 at, u64 value, u64 step, u32 count)
{
	arrives = false;
	for (u32 i = 0; i < count; i++)
		*fake_word(at + i * sizeof(u64)) = value + i * step;
}

/* It dies when what follows is written down. */
static struct dep_queue *mortal;
static u64 dies_at;

static u64 fake_at(u64 offset, u64 *len)
{
	if (mortal && offset >= dies_at)
		dep_queue_kill(mortal);
	*len = piece - offset % piece;
	return 2 * (offset - offset % piece) + offset % piece;
}

static int fake_clear_part(u64 offset, u64 size)
{
	for (u64 i = offset / SZ_4K; i < (offset + size) / SZ_4K && !clear_err; i++)
		cleared[i]++;
	return clear_err;
}

#define xe_pt_pool_take(xe, page)			fake_take(page)
#define xe_pt_pool_give(xe, page)			((void)(page), taken--)
#define xe_vram_bar_write64(hw, at, value, step, count)	fake_write64(at, value, step, count)
#define xe_vram_bar_fill(hw, at, byte, len)		memset(fake_word(at), byte, len)
#define xe_vram_bar_write(hw, at, buf, len) \
	(arrives = false, memcpy(fake_word(at), buf, len))
#define xe_vram_bar_flush(hw)				((void)(arrives = true))
#define xe_queue_create(xe, args)		(tables_arrive = arrives, xe_queue_create(xe, args))
#define xe_vram_at(res, offset, len)			fake_at(offset, len)
#define xe_vram_clear_part(xe, res, offset, size)	fake_clear_part(offset, size)
#define xe_hw_awake_get(hw)				(awake && awake-- && xe_hw_awake_get(hw))
#define dma_fence_wait(fence, intr)			play(fence)

static void play(struct dma_fence *fence);

#include "../../../submit/copy.c"

static struct xe_device *device(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_hw_state *state;

	xe_fake_scoped(hw, xe) {
		state = xe_hw_state(hw);
		xe_engine_list(&state->gt[0], 0, 0, 0);
	}
	KUNIT_ASSERT_EQ(test, xe_copy_init(xe), 0);
	xe->mm.vram_size = VRAM_SIZE;
	xe->sched[0][XE_ENGINE_COPY].value[XE_SCHED_JOB_TIMEOUT_MS][XE_SCHED_VALUE] = 5000;
	taken = 0;
	clear_err = 0;
	piece = SZ_4K;
	awake = UINT_MAX;
	num_moved = 0;
	played = 0;
	flushed = 0;
	fails = false;
	memset(cleared, 0, sizeof(cleared));
	memset(pool, 0xff, sizeof(pool));
	return xe;
}

/* As an engine does it; 0 if nothing is mapped. */
static u64 walk(u64 root, u64 va)
{
	u64 entry = root;

	for (int level = 4; level >= 0; level--) {
		entry = *fake_word((entry & XE_PTE_ADDRESS) +
				   (va >> XE_PT_SHIFT(level) & 511) * sizeof(u64));
		if (!(entry & XE_PTE_PRESENT))
			return 0;
		if (!level || entry & XE_PTE_LARGE)
			return (entry & ~(XE_PT_SPAN(level) - 1)) | (entry & 0xfff) |
			       (va & (XE_PT_SPAN(level) - 1) & XE_PTE_ADDRESS);
	}
	return 0;
}

static u64 address_of(u64 leaf)
{
	return leaf & XE_PTE_ADDRESS;
}

static bool is_uncompressed(u64 leaf)
{
	static_assert(XE_PAT_COMPRESSED & BIT(3) && !(XE_PAT_WRITE_BACK & BIT(3)));
	return leaf & XE_PTE_PAT3;
}

static void run_batch(u64 root, const u32 *at)
{
	while (*at != MI_BATCH_BUFFER_END && *at) {
		u64 to = (u64)at[5] << 32 | at[4], from = (u64)at[9] << 32 | at[8];

		if (*at != FAST_COPY) {
			at += MEM_SET_WORDS;
			continue;
		}
		for (u64 row = 0; row < at[3] >> 16 && num_moved < MAX_MOVED; row++)
			moved[num_moved++] = (struct move){
				walk(root, to + row * SZ_4K), walk(root, from + row * SZ_4K) };
		at += FAST_COPY_WORDS;
	}
}

/* Whoever waits for a job has the engine do it, or hang. */
static void play(struct dma_fence *fence)
{
	struct xe_job *job = container_of(fence, struct xe_job, dep.fence);
	struct xe_queue *q = job->q;

	if (dma_fence_is_signaled(fence))
		return;
	played++;
	flushed += job->flush;
	KUNIT_EXPECT_TRUE(kunit_get_current_test(), arrives);
	if (fails) {
		xe_queue_ban(q);
		xe_fake_context_gone(q);
		flush_workqueue(q->xe->submit.wq);
		return;
	}
	run_batch(q->args.root, (u32 *)fake_word(address_of(walk(q->args.root, job->batch[0]))));
	xe_fake_engine_ends(q, fence->seqno);
}

static struct dma_fence *clear_buffer(struct xe_device *xe)
{
	return xe->mm.copy->clear(xe, (void *)1, BUFFER * SZ_4K);
}

static void finish(struct xe_device *xe)
{
	struct xe_queue *q = find_queue(&xe->submit.copy);

	if (q) {
		xe_queue_kill(q);
		xe_fake_context_gone(q);
		xe_queue_put(q);
	}
	flush_workqueue(xe->submit.wq);
	xe_fake_scoped(hw, xe)
		copy_stop(hw, &xe->submit.copy);
	for (int i = 0; i < 500 && !list_empty(&xe->submit.queues); i++)
		fsleep(10000);
	KUNIT_EXPECT_TRUE_MSG(kunit_get_current_test(), list_empty(&xe->submit.queues),
			      "the queue is gone, and so are its jobs");
	KUNIT_EXPECT_EQ(kunit_get_current_test(), xe->submit.copy.batches, 0);
	KUNIT_EXPECT_TRUE(kunit_get_current_test(), IS_ERR(clear_buffer(xe)));
}

static void test_address_space(struct kunit *test)
{
	struct xe_device *xe = device(test);
	struct dma_fence *fence = clear_buffer(xe);
	static const u64 at[] = { 0, SZ_1G + SZ_4K, 3ull * SZ_1G, VRAM_SIZE - SZ_4K };
	u64 root;

	KUNIT_ASSERT_FALSE(test, IS_ERR(fence));
	KUNIT_EXPECT_TRUE_MSG(test, tables_arrive, "whoever made the queue may be on another CPU");
	root = xe->submit.copy.q->args.root;
	for (unsigned int i = 0; i < ARRAY_SIZE(at); i++) {
		KUNIT_EXPECT_EQ(test, address_of(walk(root, VRAM + at[i])), at[i]);
		KUNIT_EXPECT_TRUE(test, walk(root, VRAM + at[i]) & XE_PTE_VRAM);
		KUNIT_EXPECT_EQ(test, address_of(walk(root, COMPRESSED + at[i])), at[i]);
	}
	KUNIT_EXPECT_TRUE(test, is_uncompressed(walk(root, COMPRESSED)));
	KUNIT_EXPECT_TRUE(test, is_uncompressed(walk(root, COMPRESSED + VRAM_SIZE - SZ_4K)));
	KUNIT_EXPECT_FALSE(test, is_uncompressed(walk(root, VRAM)));
	KUNIT_EXPECT_EQ(test, walk(root, VRAM + VRAM_SIZE), 0);
	KUNIT_EXPECT_EQ(test, walk(root, VRAM + 4ull * SZ_1G), 0);
	KUNIT_EXPECT_EQ(test, walk(root, WINDOW), 0);
	for (unsigned int i = 0; i < NUM_BATCHES; i++)
		KUNIT_EXPECT_EQ(test, address_of(walk(root, BATCHES + i * XE_BLIT_BYTES)),
				xe->submit.copy.page[XE_COPY_BATCH + i].address);

	dma_fence_put(fence);
	finish(xe);
}

/* Segments of pages, wherever they are, are next to each other in the window. */
static void test_window(struct kunit *test)
{
	struct xe_device *xe = device(test);
	struct dma_fence *fence = clear_buffer(xe);
	struct task *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	struct scatterlist sg[2];
	u64 root;

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_ASSERT_FALSE(test, IS_ERR(fence));
	root = xe->submit.copy.q->args.root;
	sg_init_table(sg, 2);
	sg_dma_address(&sg[0]) = 0x100000000ull;
	sg_dma_len(&sg[0]) = SZ_2M - SZ_4K;
	sg_dma_address(&sg[1]) = 0x200000000ull;
	sg_dma_len(&sg[1]) = SZ_2M;
	t->sg = sg;
	xe_fake_scoped(hw, xe)
		write_window(hw, &xe->submit.copy, t, SZ_2M + SZ_4K);
	KUNIT_EXPECT_EQ(test, address_of(walk(root, WINDOW)), 0x100000000ull);
	KUNIT_EXPECT_EQ(test, address_of(walk(root, WINDOW + SZ_2M - SZ_4K)), 0x200000000ull);
	KUNIT_EXPECT_EQ(test, address_of(walk(root, WINDOW + SZ_2M)), 0x200001000ull);
	KUNIT_EXPECT_FALSE(test, walk(root, WINDOW) & XE_PTE_VRAM);
	KUNIT_EXPECT_EQ(test, t->skipped, 2 * SZ_4K);
	KUNIT_EXPECT_PTR_EQ(test, t->sg, &sg[1]);

	dma_fence_put(fence);
	finish(xe);
}

/* Two segments of pages, of which each job has a part. */
static int copy_buffer(struct xe_device *xe, u64 size, bool to_vram)
{
	struct scatterlist sg[2];
	struct sg_table sgt = { .sgl = sg };

	sg_init_table(sg, 2);
	sg_dma_address(&sg[0]) = SYSTEM;
	sg_dma_len(&sg[0]) = size / 2 + SZ_4K;
	sg_dma_address(&sg[1]) = 2 * SYSTEM;
	sg_dma_len(&sg[1]) = size / 2 - SZ_4K;
	return xe->mm.copy->copy(xe, (void *)1, &sgt, size, to_vram);
}

static void expect_moved(struct kunit *test, u64 size, bool to_vram)
{
	u64 at, vram, sys, len;

	KUNIT_ASSERT_EQ(test, num_moved, size / SZ_4K);
	for (unsigned int i = 0; i < num_moved; i++) {
		at = i * (u64)SZ_4K;
		vram = fake_at(at, &len);
		sys = at < size / 2 + SZ_4K ? SYSTEM + at : 2 * SYSTEM + at - size / 2 - SZ_4K;
		KUNIT_ASSERT_EQ(test, address_of(moved[i].to), to_vram ? vram : sys);
		KUNIT_ASSERT_EQ(test, address_of(moved[i].from), to_vram ? sys : vram);
		KUNIT_ASSERT_EQ(test, !!(moved[i].to & XE_PTE_VRAM), to_vram);
	}
}

struct copy_case {
	const char *name;
	u64 size, piece;
	bool to_vram;
	unsigned int jobs;
};

static const struct copy_case moves[] = {
	{ "from many pieces", 250 * SZ_4K, SZ_4K, false, 3 },
	{ "to many pieces", 250 * SZ_4K, SZ_4K, true, 3 },
	{ "more than the window", SZ_64M, SZ_64M, true, 2 },
};

KUNIT_ARRAY_PARAM_DESC(copy, moves, name);

/* Each page is where it belongs, the engine has forgotten the window of the job before. */
static void test_copy(struct kunit *test)
{
	const struct copy_case *c = test->param_value;
	struct xe_device *xe = device(test);

	dma_fence_put(clear_buffer(xe));	/* has the first of the batches */
	piece = c->piece;
	KUNIT_EXPECT_EQ(test, copy_buffer(xe, c->size, c->to_vram), 0);
	KUNIT_EXPECT_EQ(test, played, c->jobs);
	KUNIT_EXPECT_EQ(test, flushed, c->jobs);
	expect_moved(test, c->size, c->to_vram);
	finish(xe);
}

/* What is read may be compressed, and what is written is not. */
static void test_copy_compressed(struct kunit *test)
{
	struct xe_device *xe = device(test);

	xe->mm.compresses = true;
	KUNIT_EXPECT_EQ(test, copy_buffer(xe, SZ_64K, false), 0);
	KUNIT_EXPECT_TRUE(test, is_uncompressed(moved[0].from));
	KUNIT_EXPECT_EQ(test, copy_buffer(xe, SZ_64K, true), 0);
	KUNIT_EXPECT_FALSE(test, is_uncompressed(moved[16].to));
	finish(xe);
}

/* A copy that hangs has not happened: nothing is cleared in its place, and nothing follows. */
static void test_copy_fails(struct kunit *test)
{
	struct xe_device *xe = device(test);

	fails = true;
	KUNIT_EXPECT_EQ(test, copy_buffer(xe, 250 * SZ_4K, true), -EIO);
	KUNIT_EXPECT_EQ(test, played, 1);
	KUNIT_EXPECT_EQ(test, cleared[0], 0);
	KUNIT_EXPECT_FALSE(test, xe_device_is_wedged(xe));
	finish(xe);
}

/* Half of a clear was accepted, and then the device is not to be had. */
static void test_half_cleared(struct kunit *test)
{
	struct xe_device *xe = device(test);

	awake = 1;
	KUNIT_EXPECT_TRUE(test, IS_ERR(xe->mm.copy->clear(xe, (void *)1, 250 * SZ_4K)));
	KUNIT_EXPECT_EQ_MSG(test, played, 1, "the CPU is not to begin before the engine is done");
	finish(xe);
}

/*
 * The queue died between two parts: it refuses the second one with a fence, not with an error.
 *
 * Seen to fail: the first one was not waited for, and cleared what was somebody's by then.
 */
static void test_half_refused(struct kunit *test)
{
	struct xe_device *xe = device(test);
	struct dma_fence *fence = clear_buffer(xe);
	struct xe_queue *q = xe->submit.copy.q;

	KUNIT_ASSERT_FALSE(test, IS_ERR(fence));
	xe_fake_engine_ends(q, fence->seqno);
	dma_fence_put(fence);

	dies_at = 200 * SZ_4K;
	mortal = &q->dep;
	fence = xe->mm.copy->clear(xe, (void *)1, 250 * SZ_4K);
	mortal = NULL;
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(fence), -EIO);
	KUNIT_EXPECT_EQ_MSG(test, played, 1, "the CPU is not to begin before the engine is done");
	KUNIT_EXPECT_FALSE(test, dep_queue_pending(&q->dep));
	finish(xe);
}

/* Another one is made when all is done that the one before it had to do. */
static void test_is_over(struct kunit *test)
{
	struct xe_device *xe = device(test);
	struct dma_fence *fence = clear_buffer(xe);
	struct xe_queue *q = xe->submit.copy.q;

	KUNIT_ASSERT_FALSE(test, IS_ERR(fence));
	set_bit(XE_QUEUE_BANNED, &q->state);
	set_bit(XE_QUEUE_GONE, &q->state);
	dep_queue_kill(&q->dep);
	KUNIT_EXPECT_FALSE_MSG(test, is_over(q), "the CPU may be at it");
	xe_fake_engine_ends(q, fence->seqno);
	KUNIT_EXPECT_TRUE(test, is_over(q));
	WRITE_ONCE(q->dep.dead, false);
	KUNIT_EXPECT_FALSE_MSG(test, is_over(q), "it takes jobs");
	clear_bit(XE_QUEUE_BANNED, &q->state);
	clear_bit(XE_QUEUE_GONE, &q->state);
	dma_fence_put(fence);
	finish(xe);
}

/* It is not made while it could not be, and not again when that is known. */
static void test_no_queue(struct kunit *test)
{
	struct xe_device *xe = device(test);
	struct xe_copy *copy = &xe->submit.copy;
	struct xe_queue *q;

	xe->mm.sleeping = true;
	KUNIT_EXPECT_TRUE(test, IS_ERR(clear_buffer(xe)));
	xe->mm.sleeping = false;
	copy->maker = current;
	KUNIT_EXPECT_TRUE(test, IS_ERR(clear_buffer(xe)));
	copy->maker = NULL;
	q = make_queue(xe);
	KUNIT_ASSERT_FALSE(test, IS_ERR(q));
	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = &xe_hw_state(hw)->gt[0];

		xe_for_each_engine(engine, gt)
			if (engine->row->class == XE_ENGINE_COPY && engine->row->reserved)
				KUNIT_EXPECT_EQ(test, q->args.mask, BIT(engine->logical));
	}
	keep_queue(copy, ERR_PTR(-ENOMEM));
	KUNIT_EXPECT_FALSE(test, copy->closed);
	keep_queue(copy, ERR_PTR(-EIO));
	KUNIT_EXPECT_TRUE(test, copy->closed);
	xe_queue_kill(q);
	xe_fake_context_gone(q);
	keep_queue(copy, q);
	KUNIT_EXPECT_NULL(test, copy->q);
	finish(xe);
}

/* All batches are in use, and none will come back. */
static void test_no_batch(struct kunit *test)
{
	struct xe_device *xe = device(test);
	struct xe_copy *copy = &xe->submit.copy;
	struct dma_fence *fence = clear_buffer(xe);

	KUNIT_ASSERT_FALSE(test, IS_ERR(fence));
	copy->batches = ~0ul;
	dep_queue_kill(&copy->q->dep);
	KUNIT_EXPECT_TRUE(test, IS_ERR(clear_buffer(xe)));
	copy->batches = 1;
	dma_fence_put(fence);
	finish(xe);
}

/* Of a device that is gone nobody sees anything, and nobody is to blame. */
static void test_gone(struct kunit *test)
{
	struct xe_device *xe = device(test);
	struct dma_fence *fence = clear_buffer(xe);

	KUNIT_ASSERT_FALSE(test, IS_ERR(fence));
	clear_err = -ENODEV;
	xe_hw_scoped(hw, xe)
		xe_hw_declare_lost(hw, "test");
	KUNIT_EXPECT_TRUE(test, IS_ERR(clear_buffer(xe)));
	xe_queue_ban(xe->submit.copy.q);
	xe_fake_context_gone(xe->submit.copy.q);
	flush_workqueue(xe->submit.wq);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ENODEV);
	KUNIT_EXPECT_FALSE(test, xe_device_is_wedged(xe));
	dma_fence_put(fence);
	finish(xe);
}

/* Everything is being killed: the CPU does not begin with what nobody sees. */
static void test_being_killed(struct kunit *test)
{
	struct xe_device *xe = device(test);
	struct dma_fence *fence = clear_buffer(xe);

	KUNIT_ASSERT_FALSE(test, IS_ERR(fence));
	xe->submit.error = -ENODEV;
	xe_queue_ban(xe->submit.copy.q);
	xe_fake_context_gone(xe->submit.copy.q);
	flush_workqueue(xe->submit.wq);
	KUNIT_EXPECT_LT(test, dma_fence_get_status(fence), 0);
	KUNIT_EXPECT_EQ(test, cleared[0], 0);
	dma_fence_put(fence);
	finish(xe);
}

static void test_clear(struct kunit *test)
{
	struct xe_device *xe = device(test);
	struct dma_fence *fence = clear_buffer(xe);
	struct xe_queue *q = xe->submit.copy.q;

	KUNIT_ASSERT_FALSE(test, IS_ERR(fence));
	KUNIT_EXPECT_EQ(test, xe_fake_context(q)->submitted, 1);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	xe_fake_engine_ends(q, fence->seqno);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	KUNIT_EXPECT_EQ(test, cleared[0], 0);
	dma_fence_put(fence);
	finish(xe);
}

/* The engine has begun, and is gone: nobody learns of it before the CPU has done its work. */
static void test_engine_fails(struct kunit *test)
{
	struct xe_device *xe = device(test);
	struct dma_fence *first = clear_buffer(xe), *second = clear_buffer(xe);

	KUNIT_ASSERT_FALSE(test, IS_ERR(first) || IS_ERR(second));
	xe_fake_engine_begins(xe->submit.copy.q, first->seqno);
	xe_queue_ban(xe->submit.copy.q);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(first));
	xe_fake_context_gone(xe->submit.copy.q);
	flush_workqueue(xe->submit.wq);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(first), 1);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(second), 1);
	for (unsigned int i = 0; i < BUFFER; i++)
		KUNIT_EXPECT_EQ(test, cleared[i], 2);
	dma_fence_put(first);
	dma_fence_put(second);
	finish(xe);
}

/* The engine is tried, and ends at once; true if there was one that did. */
static bool fails_once(struct xe_device *xe)
{
	struct dma_fence *fence = clear_buffer(xe);
	struct xe_queue *q = find_queue(&xe->submit.copy);

	if (IS_ERR(fence))
		return false;
	xe_queue_ban(q);
	KUNIT_EXPECT_TRUE_MSG(kunit_get_current_test(), IS_ERR(clear_buffer(xe)),
			      "the engine may still read the tables");
	KUNIT_EXPECT_PTR_EQ(kunit_get_current_test(), xe->submit.copy.q, q);
	xe_fake_context_gone(q);
	flush_workqueue(xe->submit.wq);
	KUNIT_EXPECT_EQ(kunit_get_current_test(), dma_fence_get_status(fence), 1);
	xe_queue_put(q);
	dma_fence_put(fence);
	return true;
}

/* There is another queue behind one that failed; but not over and over. */
static void test_made_anew(struct kunit *test)
{
	struct xe_device *xe = device(test);
	struct xe_copy *copy = &xe->submit.copy;
	struct dma_fence *fence;

	for (unsigned int i = 0; i < FAILURES_MAX; i++)
		KUNIT_EXPECT_TRUE(test, fails_once(xe));
	/* Not while the system is about to sleep, which has to wait for no work. */
	xe->mm.sleeping = true;
	KUNIT_EXPECT_TRUE(test, IS_ERR(clear_buffer(xe)));
	xe->mm.sleeping = false;
	memset(cleared, 0, sizeof(cleared));
	KUNIT_EXPECT_EQ(test, copy_buffer(xe, SZ_64K, true), 0);
	KUNIT_EXPECT_EQ_MSG(test, played, 1, "an engine does it");
	copy->failures.since -= FAILURES_TIME + 1;
	for (unsigned int i = 0; i < FAILURES_MAX; i++)
		KUNIT_EXPECT_TRUE(test, fails_once(xe));
	fence = clear_buffer(xe);
	KUNIT_ASSERT_FALSE(test, IS_ERR(fence));
	dma_fence_put(fence);
	KUNIT_EXPECT_TRUE(test, fails_once(xe));
	KUNIT_EXPECT_FALSE_MSG(test, fails_once(xe), "that is too often");
	KUNIT_EXPECT_NULL(test, copy->q);
	copy->failures.since -= FAILURES_TIME + 1;
	KUNIT_EXPECT_TRUE_MSG(test, IS_ERR(clear_buffer(xe)), "for good");
	finish(xe);
}

/* The device is given up, or is gone, between the two. */
static void test_not_when_given_up(struct kunit *test)
{
	struct xe_device *xe = device(test);

	KUNIT_EXPECT_TRUE(test, fails_once(xe));
	xe_submit_kill(xe, -EIO);
	KUNIT_EXPECT_TRUE(test, IS_ERR(clear_buffer(xe)));
	KUNIT_EXPECT_NULL(test, xe->submit.copy.q);
	finish(xe);
}

static void test_not_when_gone(struct kunit *test)
{
	struct xe_device *xe = device(test);

	KUNIT_EXPECT_TRUE(test, fails_once(xe));
	xe_hw_scoped(hw, xe)
		xe_hw_declare_lost(hw, "test");
	KUNIT_EXPECT_TRUE(test, IS_ERR(clear_buffer(xe)));
	KUNIT_EXPECT_NULL(test, xe->submit.copy.q);
	finish(xe);
}

/* It has not been cleared, and the fence says so; it is not handed to engines either. */
static void test_cpu_fails(struct kunit *test)
{
	struct xe_device *xe = device(test);
	struct dma_fence *fence = clear_buffer(xe);

	KUNIT_ASSERT_FALSE(test, IS_ERR(fence));
	clear_err = -EBUSY;
	xe_queue_ban(xe->submit.copy.q);
	xe_fake_context_gone(xe->submit.copy.q);
	flush_workqueue(xe->submit.wq);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -EBUSY);
	KUNIT_EXPECT_TRUE(test, xe_device_is_wedged(xe));
	dma_fence_put(fence);
	finish(xe);
}

/* Everything ends, and nothing waits for hardware. */
static void test_kill(struct kunit *test)
{
	struct xe_device *xe = device(test);
	struct dma_fence *fence = clear_buffer(xe);

	KUNIT_ASSERT_FALSE(test, IS_ERR(fence));
	xe_submit_kill(xe, -ENODEV);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), -ENODEV);
	KUNIT_EXPECT_EQ(test, cleared[0], 0);
	KUNIT_EXPECT_TRUE(test, IS_ERR(clear_buffer(xe)));
	dma_fence_put(fence);
	finish(xe);
}

/* A buffer in more pieces than fit in a batch. */
static void test_many_batches(struct kunit *test)
{
	const u64 size = 3 * (XE_BLIT_BYTES / 4 / 7) * SZ_4K;
	struct xe_device *xe = device(test);
	struct dma_fence *fence;
	struct xe_queue *q;

	fence = xe->mm.copy->clear(xe, (void *)1, size);
	KUNIT_ASSERT_FALSE(test, IS_ERR(fence));
	q = xe->submit.copy.q;
	KUNIT_EXPECT_EQ(test, xe_fake_context(q)->submitted, 3);
	KUNIT_EXPECT_EQ(test, hweight_long(xe->submit.copy.batches), 3);
	xe_fake_engine_ends(q, fence->seqno - 1);
	KUNIT_EXPECT_FALSE(test, dma_fence_is_signaled(fence));
	xe_fake_engine_ends(q, fence->seqno);
	KUNIT_EXPECT_EQ(test, dma_fence_get_status(fence), 1);
	dma_fence_put(fence);
	finish(xe);
}

static struct kunit_case copy_cases[] = {
	KUNIT_CASE(test_address_space),
	KUNIT_CASE(test_window),
	KUNIT_CASE_PARAM(test_copy, copy_gen_params),
	KUNIT_CASE(test_copy_compressed),
	KUNIT_CASE(test_copy_fails),
	KUNIT_CASE(test_half_cleared),
	KUNIT_CASE(test_half_refused),
	KUNIT_CASE(test_is_over),
	KUNIT_CASE(test_no_queue),
	KUNIT_CASE(test_no_batch),
	KUNIT_CASE(test_gone),
	KUNIT_CASE(test_being_killed),
	KUNIT_CASE(test_clear),
	KUNIT_CASE(test_engine_fails),
	KUNIT_CASE(test_made_anew),
	KUNIT_CASE(test_not_when_given_up),
	KUNIT_CASE(test_not_when_gone),
	KUNIT_CASE(test_cpu_fails),
	KUNIT_CASE(test_kill),
	KUNIT_CASE(test_many_batches),
	{ }
};

static struct kunit_suite copy_suite = {
	.name = "xe_copy",
	.test_cases = copy_cases,
};

kunit_test_suite(copy_suite);
