// SPDX-License-Identifier: MIT
/*
 * Slots of contexts, and what is written into them.
 */

#include "hw/ggtt_buf.h"

/* Of the lock of all, while memory is had that is charged to one. */
static bool held_it;

#define xe_ggtt_buf_alloc(xe, ...)	\
	(held_it |= mutex_is_locked(&(xe)->lrcs.grow), xe_ggtt_buf_alloc(xe, __VA_ARGS__))

#include "../../../hw/lrc.c"

#include <linux/bitfield.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include <drm/drm_drv.h>
#include <kunit/test.h>

#include "hw/ggtt.h"
#include "hw/state.h"
#include "regs/mem.h"
#include "tests/kunit/fake.h"

#define GSM	SZ_8M

static const struct xe_platform platform = {
	.name = "fake",
	.dma_mask_bits = 46,
	.va_bits = 48,
	.wopcm_size = SZ_8M,
	.ggtt_burst = 1100,
	.is_discrete = true,
};

static const struct xe_hw_step steps[] = {
	{ "DMA", xe_hw_enable_dma },
	{ "GGTT", xe_ggtt_start },
	{ "firmware buffers", xe_ggtt_buf_start },
};

static struct xe_device *bind(struct kunit *test, struct xe_fake_slot **slot)
{
	struct xe_hw_state *state;

	*slot = xe_fake_slot(test);
	*xe_fake_config(SNB_GMCH_CTRL) = FIELD_PREP(GGMS_MASK, 3);
	KUNIT_ASSERT_EQ(test, xe_fake_bind(*slot, &platform, steps, ARRAY_SIZE(steps)), 0);
	return xe_fake_bound(*slot, &state);
}

static u64 entry(u32 address)
{
	u32 offset = GSM + address / SZ_4K * sizeof(u64);

	return xe_fake_peek(offset) | (u64)xe_fake_peek(offset + 4) << 32;
}

/*
 * Images
 */

#define COMMON									\
	0, 0x1108101d,								\
	0x244, 0x00090009, 0x034, 0, 0x030, 0, 0x038, 0, 0x03c, 0, 0x168, 0,	\
	0x140, 0, 0x110, 0, 0x1c0, 0, 0x1c4, 0, 0x1c8, 0, 0x180, 0, 0x2b4, 0,	\
	0x120, 0, 0x124, 0,							\
	0, 0x11081011,								\
	0x3a8, 0, 0x3ac, 0, 0x108, 0, 0x284, 0, 0x280, 0, 0x27c, 0, 0x278, 0,	\
	0x274, 0, 0x270, 0

struct image_case {
	const char *name;
	enum xe_engine_class class;
	u32 pages;
	u32 words[0x72];
};

static const struct image_case image_cases[] = {
	{ "render", XE_ENGINE_RENDER, 4, {
		COMMON, 0, 0, 0x11081003, 0x5a8, 0, 0x5ac, 0,
		0, 0, 0, 0, 0, 0, 0x11080001, 0x0c8, 0, 0x05000001, [0x71] = 0x01000000 } },
	{ "compute", XE_ENGINE_COMPUTE, 3, { COMMON, 0x05000001, [0x71] = 0x01000000 } },
	{ "copy", XE_ENGINE_COPY, 2, {
		COMMON, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0x11081003, 0x200, 0, 0x204, 0, 0x05000001, [0x71] = 0x01000000 } },
	{ "decode", XE_ENGINE_VIDEO_DECODE, 2, { COMMON, 0x05000001, [0x71] = 0x01000000 } },
	{ "enhance", XE_ENGINE_VIDEO_ENHANCE, 2, { COMMON, 0x05000001, [0x71] = 0x01000000 } },
};

KUNIT_ARRAY_PARAM_DESC(image, image_cases, name);

static void test_image(struct kunit *test)
{
	const struct image_case *c = test->param_value;
	size_t bytes = xe_lrc_image_bytes(c->class) - LRC_STATUS_BYTES;
	u32 *regs = kunit_kmalloc(test, bytes, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, regs);
	KUNIT_ASSERT_EQ(test, bytes, (c->pages - 1) * SZ_4K);
	memset(regs, 0xee, bytes);
	write_empty(regs, c->class);
	for (unsigned int i = 0; i < bytes / 4; i++)
		KUNIT_EXPECT_EQ_MSG(test, regs[i], i < ARRAY_SIZE(c->words) ? c->words[i] : 0,
				    "word %#x", i);
}

static void expect_new(struct kunit *test, const struct xe_lrc *lrc)
{
	const u32 *status = lrc->status;

	KUNIT_EXPECT_EQ(test, lrc->regs[5], 0);
	KUNIT_EXPECT_EQ(test, lrc->regs[7], 8);
	KUNIT_EXPECT_EQ(test, lrc->regs[9], lrc->ggtt - SZ_16K);
	KUNIT_EXPECT_EQ(test, lrc->regs[11], 0x3001);
	KUNIT_EXPECT_EQ(test, lrc->regs[35], 0);
	KUNIT_EXPECT_EQ(test, lrc->regs[37], 0);
	KUNIT_EXPECT_EQ(test, lrc->regs[47], 0x4321);
	KUNIT_EXPECT_EQ(test, lrc->regs[49], 0x12);
	KUNIT_EXPECT_EQ(test, lrc->regs[51], 0x34567003);
	for (unsigned int i = 0; i < LRC_STATUS_BYTES / 4; i++)
		KUNIT_EXPECT_EQ_MSG(test, status[i], i == 128 || i == 130 ? -128u : 0,
				    "word %u", i);
	for (unsigned int i = 0; i < LRC_RING_BYTES / 4; i++)
		KUNIT_EXPECT_EQ_MSG(test, lrc->ring[i], i ? 0 : 0x04000001, "word %u", i);
}

/* First from nothing, then from what an engine made of it. Nothing of a previous user is left. */
static void test_init(struct kunit *test)
{
	const struct xe_lrc_args args = { .root = 0x1234567003, .asid = 0x4321, .sequence = -128 };
	struct xe_fake_slot *slot;
	struct xe_device *xe = bind(test, &slot);
	size_t bytes = xe_lrc_image_bytes(XE_ENGINE_COMPUTE) + LRC_RING_BYTES;
	struct xe_lrc first, second, media;

	KUNIT_ASSERT_EQ(test, xe_lrc_alloc(xe, 0, XE_ENGINE_COMPUTE, &first), 0);
	memset(first.ring, 0xee, bytes);
	xe_lrc_init(xe, &first, &args);
	expect_new(test, &first);
	KUNIT_EXPECT_TRUE(test, first.ppgtt);
	KUNIT_EXPECT_EQ(test, first.regs[0x34], 0x05000001);
	KUNIT_EXPECT_EQ(test, first.regs[0x200], 0);
	KUNIT_EXPECT_EQ(test, xe_lrc_sequence(&first), -128u);
	KUNIT_EXPECT_EQ(test, xe_lrc_started(&first), -128u);
	KUNIT_EXPECT_NULL(test, xe_lrc_default(xe, 0, XE_ENGINE_COMPUTE));

	memset(first.regs, 0xaa, bytes - LRC_RING_BYTES - LRC_STATUS_BYTES);
	KUNIT_ASSERT_EQ(test, xe_lrc_set_default(xe, &first), 0);
	KUNIT_EXPECT_NOT_NULL(test, xe_lrc_default(xe, 0, XE_ENGINE_COMPUTE));
	KUNIT_EXPECT_NULL(test, xe_lrc_default(xe, 0, XE_ENGINE_COPY));
	KUNIT_EXPECT_NULL(test, xe_lrc_default(xe, 1, XE_ENGINE_COMPUTE));

	KUNIT_ASSERT_EQ(test, xe_lrc_alloc(xe, 0, XE_ENGINE_COMPUTE, &second), 0);
	memset(second.ring, 0xee, bytes);
	xe_lrc_init(xe, &second, &args);
	expect_new(test, &second);
	KUNIT_EXPECT_EQ(test, second.regs[0x34], 0xaaaaaaaa);
	KUNIT_EXPECT_EQ(test, second.regs[2 * SZ_4K / 4 - 1], 0xaaaaaaaa);

	/* The other GT has its own; batches in the GGTT. */
	KUNIT_ASSERT_EQ(test, xe_lrc_alloc(xe, 1, XE_ENGINE_COMPUTE, &media), 0);
	xe_lrc_init(xe, &media, &(struct xe_lrc_args){ });
	KUNIT_EXPECT_EQ(test, media.regs[0x34], 0x05000001);
	KUNIT_EXPECT_FALSE(test, media.ppgtt);
}

static void test_accessors(struct kunit *test)
{
	struct xe_fake_slot *slot;
	struct xe_device *xe = bind(test, &slot);
	struct xe_lrc lrc;
	u32 *status;

	KUNIT_ASSERT_EQ(test, xe_lrc_alloc(xe, 0, XE_ENGINE_COPY, &lrc), 0);
	xe_lrc_init(xe, &lrc, &(struct xe_lrc_args){ });
	status = lrc.status;
	status[128] = 11;
	status[130] = 12;
	status[132] = 13;
	lrc.regs[35] = 14;
	KUNIT_EXPECT_EQ(test, xe_lrc_sequence(&lrc), 11);
	KUNIT_EXPECT_EQ(test, xe_lrc_started(&lrc), 12);
	KUNIT_EXPECT_EQ(test, xe_lrc_job_timestamp(&lrc), 13);
	KUNIT_EXPECT_EQ(test, xe_lrc_timestamp(&lrc), 14);
	xe_lrc_set_head(&lrc, 16);
	xe_lrc_set_tail(&lrc, 24);
	KUNIT_EXPECT_EQ(test, lrc.regs[5], 16);
	KUNIT_EXPECT_EQ(test, xe_lrc_head(&lrc), 16);
	KUNIT_EXPECT_EQ(test, lrc.regs[7], 24);
	/* What an engine saves there is a position, whatever else is in the word. */
	lrc.regs[5] = 0xffe00013;
	KUNIT_EXPECT_EQ(test, xe_lrc_head(&lrc), 16);
}

/*
 * Slots
 */

static const enum xe_engine_class any[] = {
	XE_ENGINE_RENDER, XE_ENGINE_COPY, XE_ENGINE_COMPUTE, XE_ENGINE_VIDEO_DECODE,
};

/* One chunk as long as there is room, each slot once, one after the other in CPU and GGTT. */
static void test_slots(struct kunit *test)
{
	struct xe_fake_slot *slot;
	struct xe_device *xe = bind(test, &slot);
	struct xe_lrc *lrcs = kunit_kcalloc(test, XE_LRC_CHUNK_SLOTS + 1, sizeof(*lrcs),
					    GFP_KERNEL);
	struct xe_lrc again;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, lrcs);
	for (i = 0; i < XE_LRC_CHUNK_SLOTS; i++) {
		KUNIT_ASSERT_EQ(test, xe_lrc_alloc(xe, 0, any[i % ARRAY_SIZE(any)], &lrcs[i]), 0);
		KUNIT_EXPECT_EQ(test, lrcs[i].ggtt, lrcs[0].ggtt + i * SZ_32K);
		KUNIT_EXPECT_PTR_EQ(test, (void *)lrcs[i].ring, (void *)lrcs[0].ring + i * SZ_32K);
		KUNIT_EXPECT_PTR_EQ(test, lrcs[i].status, (void *)lrcs[i].ring + SZ_16K);
		KUNIT_EXPECT_PTR_EQ(test, (void *)lrcs[i].regs, lrcs[i].status + SZ_4K);
	}
	KUNIT_EXPECT_EQ(test, xe->lrcs.num_chunks, 1);

	KUNIT_ASSERT_EQ(test, xe_lrc_alloc(xe, 0, any[0], &lrcs[i]), 0);
	KUNIT_EXPECT_EQ(test, xe->lrcs.num_chunks, 2);
	KUNIT_EXPECT_PTR_NE(test, lrcs[i].chunk, lrcs[0].chunk);

	/* What is given back is there again, from a chunk that was full as from another. */
	again = lrcs[7];
	xe_lrc_free(xe, &lrcs[7]);
	xe_lrc_free(xe, &lrcs[7]);
	KUNIT_ASSERT_EQ(test, xe_lrc_alloc(xe, 0, any[1], &lrcs[7]), 0);
	KUNIT_EXPECT_EQ(test, lrcs[7].ggtt, again.ggtt);
	KUNIT_EXPECT_EQ(test, xe->lrcs.num_chunks, 2);
}

static void settle(struct xe_device *xe)
{
	xe_hw_work_flush(&xe->lrcs.shrink);
}

/* Chunks that are empty are taken back but for one; what is in use is filled up first. */
static void test_shrink(struct kunit *test)
{
	struct xe_fake_slot *slot;
	struct xe_device *xe = bind(test, &slot);
	const unsigned int count = 3 * XE_LRC_CHUNK_SLOTS;
	struct xe_lrc *lrcs = kunit_kcalloc(test, count, sizeof(*lrcs), GFP_KERNEL);
	struct xe_lrc_chunk *kept;
	unsigned int mapped = 0;
	u32 addresses[3];
	u64 scratch = 0;

	KUNIT_ASSERT_NOT_NULL(test, lrcs);
	for (unsigned int i = 0; i < count; i++)
		KUNIT_ASSERT_EQ(test, xe_lrc_alloc(xe, 0, any[0], &lrcs[i]), 0);
	KUNIT_EXPECT_EQ(test, xe->lrcs.num_chunks, 3);
	xe_fake_scoped(hw, xe)
		scratch = xe_hw_state(hw)->ggtt.scratch_pte;
	for (unsigned int i = 0; i < 3; i++)
		addresses[i] = lrcs[i * XE_LRC_CHUNK_SLOTS].ggtt;

	/* Two have room, of which one is empty. */
	for (unsigned int i = XE_LRC_CHUNK_SLOTS - 1; i < 2 * XE_LRC_CHUNK_SLOTS; i++)
		xe_lrc_free(xe, &lrcs[i]);
	settle(xe);
	KUNIT_EXPECT_EQ(test, xe->lrcs.num_chunks, 3);
	KUNIT_EXPECT_EQ(test, xe->lrcs.num_empty, 1);
	kept = lrcs[0].chunk;
	for (unsigned int i = 0; i < 2; i++) {
		struct xe_lrc *lrc = &lrcs[XE_LRC_CHUNK_SLOTS + i];

		KUNIT_ASSERT_EQ(test, xe_lrc_alloc(xe, 0, any[0], lrc), 0);
		KUNIT_EXPECT_EQ(test, lrc->chunk == kept, !i);
		KUNIT_EXPECT_EQ(test, xe->lrcs.num_empty, !i);
	}

	for (unsigned int i = 0; i < count; i++)
		xe_lrc_free(xe, &lrcs[i]);
	settle(xe);
	KUNIT_EXPECT_EQ(test, xe->lrcs.num_chunks, 1);
	KUNIT_EXPECT_EQ(test, xe->lrcs.num_empty, 1);
	for (unsigned int i = 0; i < 3; i++)
		mapped += entry(addresses[i]) != scratch;
	KUNIT_EXPECT_EQ(test, mapped, 1);

	for (unsigned int i = 0; i < XE_LRC_CHUNK_SLOTS + 1; i++)
		KUNIT_ASSERT_EQ(test, xe_lrc_alloc(xe, 0, any[0], &lrcs[i]), 0);
	KUNIT_EXPECT_EQ(test, xe->lrcs.num_chunks, 2);
	for (unsigned int i = 0; i < XE_LRC_CHUNK_SLOTS + 1; i++)
		xe_lrc_free(xe, &lrcs[i]);
	settle(xe);
	KUNIT_EXPECT_EQ_MSG(test, xe->lrcs.num_chunks, 1, "of two that are empty, too");

	/* And added again. */
	for (unsigned int i = 0; i < count; i++)
		KUNIT_ASSERT_EQ(test, xe_lrc_alloc(xe, 0, any[0], &lrcs[i]), 0);
	KUNIT_EXPECT_EQ(test, xe->lrcs.num_chunks, 3);

	/* If engines may still write, nothing is given to anybody. */
	xe_lrcs_close(xe);
	for (unsigned int i = 0; i < count; i++)
		xe_lrc_free(xe, &lrcs[i]);
	settle(xe);
	KUNIT_EXPECT_EQ(test, xe->lrcs.num_chunks, 3);
}

/* Entries lead to the memory of the slot, come back after a loss of power, and end with unbind. */
static void test_ggtt(struct kunit *test)
{
	struct xe_fake_slot *slot;
	struct xe_device *xe = bind(test, &slot);
	struct xe_lrc lrc, late;
	u64 before;

	KUNIT_ASSERT_EQ(test, xe_lrc_alloc(xe, 0, XE_ENGINE_RENDER, &lrc), 0);
	xe_lrc_init(xe, &lrc, &(struct xe_lrc_args){ .sequence = 5 });
	before = entry(lrc.ggtt);
	KUNIT_EXPECT_EQ(test, before & GGTT_PTE_ADDRESS, page_to_phys(vmalloc_to_page(lrc.status)));

	xe_fake_poke(GSM + lrc.ggtt / SZ_4K * 8, 0);
	xe_fake_scoped(hw, xe) {
		xe_ggtt_restore(hw);
		xe_ggtt_buf_restore(hw);
	}
	KUNIT_EXPECT_EQ(test, entry(lrc.ggtt), before);

	drm_dev_get(&xe->drm);
	xe_fake_unbind(slot);
	KUNIT_EXPECT_TRUE(test, xe_fake_ggtt_is_clear());
	KUNIT_EXPECT_EQ(test, xe_lrc_sequence(&lrc), 5);
	xe_lrc_set_tail(&lrc, 64);

	/* No chunk can be added any more; slots are memory. */
	for (unsigned int i = 1; i < XE_LRC_CHUNK_SLOTS; i++)
		KUNIT_EXPECT_EQ(test, xe_lrc_alloc(xe, 0, XE_ENGINE_COPY, &late), 0);
	KUNIT_EXPECT_EQ(test, xe_lrc_alloc(xe, 0, XE_ENGINE_COPY, &late), -ENODEV);
	KUNIT_EXPECT_EQ(test, xe->lrcs.num_chunks, 1);
	xe_lrc_free(xe, &lrc);
	drm_dev_put(&xe->drm);
}

static void test_close(struct kunit *test)
{
	struct xe_fake_slot *slot;
	struct xe_device *xe = bind(test, &slot);
	struct xe_lrc lrc, other;

	KUNIT_ASSERT_EQ(test, xe_lrc_alloc(xe, 0, XE_ENGINE_COPY, &lrc), 0);
	xe_lrcs_close(xe);
	KUNIT_EXPECT_EQ(test, xe_lrc_alloc(xe, 0, XE_ENGINE_COPY, &other), -ENODEV);
	KUNIT_EXPECT_EQ(test, xe_lrc_alloc(xe, 0, XE_ENGINE_RENDER, &other), -ENODEV);
	xe_lrc_free(xe, &lrc);
	KUNIT_EXPECT_EQ(test, xe_lrc_alloc(xe, 0, XE_ENGINE_COPY, &other), -ENODEV);
}

/* A chunk that cannot be mapped leaves nothing, and the next one may do better. */
static void test_no_room(struct kunit *test)
{
	struct xe_fake_slot *slot;
	struct xe_device *xe = bind(test, &slot);
	struct drm_mm_node hog = {};
	struct xe_lrc lrc;

	xe_fake_scoped(hw, xe) {
		struct xe_ggtt *ggtt = &xe_hw_state(hw)->ggtt;
		u64 all = ggtt->end - ggtt->start;

		KUNIT_EXPECT_EQ(test, xe_ggtt_map(hw, &hog, &ggtt->scratch_sgt, all - SZ_1M), 0);
	}
	held_it = false;
	for (int i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, xe_lrc_alloc(xe, 0, XE_ENGINE_COPY, &lrc), -ENOSPC);
	KUNIT_EXPECT_FALSE(test, held_it);
	KUNIT_EXPECT_EQ(test, xe->lrcs.num_chunks, 0);
	xe_fake_scoped(hw, xe)
		xe_ggtt_unmap(hw, &hog);
	KUNIT_EXPECT_EQ(test, xe_lrc_alloc(xe, 0, XE_ENGINE_COPY, &lrc), 0);

	xe->lrcs.num_chunks = XE_LRC_MAX_CHUNKS;
	for (unsigned int i = 1; i < XE_LRC_CHUNK_SLOTS; i++)
		KUNIT_EXPECT_EQ(test, xe_lrc_alloc(xe, 0, XE_ENGINE_COPY, &lrc), 0);
	KUNIT_EXPECT_EQ(test, xe_lrc_alloc(xe, 0, XE_ENGINE_RENDER, &lrc), -ENOSPC);
}

static struct kunit_case lrc_cases[] = {
	KUNIT_CASE_PARAM(test_image, image_gen_params),
	KUNIT_CASE(test_init),
	KUNIT_CASE(test_accessors),
	KUNIT_CASE(test_slots),
	KUNIT_CASE(test_shrink),
	KUNIT_CASE(test_ggtt),
	KUNIT_CASE(test_close),
	KUNIT_CASE(test_no_room),
	{ }
};

static struct kunit_suite lrc_suite = {
	.name = "xe_lrc",
	.test_cases = lrc_cases,
};

kunit_test_suite(lrc_suite);
