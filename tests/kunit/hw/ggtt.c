// SPDX-License-Identifier: MIT
/*
 * GGTT: entries, and which of them a mapping touches.
 */

#include "../../../hw/ggtt.c"

#include <kunit/test.h>

#include "tests/kunit/fake.h"

#define START		(4 * XE_GGTT_CHUNK)
#define END		(8 * XE_GGTT_CHUNK + SZ_64K)	/* the last chunk is cut */
#define SCRATCH		(0x1234000 | GGTT_PTE_PRESENT)
#define GSM		SZ_8M

static unsigned int invalidations;

static int count_invalidation(struct xe_hw hw, struct xe_gt *gt)
{
	invalidations++;
	return 0;
}

static u64 entry(u64 address)
{
	u32 offset = GSM + address / SZ_4K * sizeof(u64);

	return xe_fake_peek(offset) | (u64)xe_fake_peek(offset + 4) << 32;
}

static struct xe_ggtt *ggtt_init(struct xe_hw hw)
{
	struct xe_ggtt *ggtt = &xe_hw_state(hw)->ggtt;

	invalidations = 0;
	mutex_init(&ggtt->lock);
	ggtt->start = START;
	ggtt->end = END;
	ggtt->scratch_pte = SCRATCH;
	ggtt->in_use = true;
	ggtt->invalidate = count_invalidation;
	drm_mm_init(&ggtt->mm, START, END - START);
	return ggtt;
}

static void test_encode(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, encode(0) & GGTT_PTE_PRESENT, GGTT_PTE_PRESENT);
	KUNIT_EXPECT_EQ(test, encode(0x123456789000) & GGTT_PTE_ADDRESS,
			0x123456789000ull & GGTT_PTE_ADDRESS);
	KUNIT_EXPECT_EQ(test, encode(0x1fff), encode(0x1000));
	KUNIT_EXPECT_EQ(test, encode(~0ull) & GGTT_PTE_DM, 0);
	KUNIT_EXPECT_EQ(test, FIELD_GET(GGTT_PTE_PAT, encode(~0ull)), GGTT_PAT_WB);
}

struct ready_case {
	const char *name;
	u64 start, size;
	unsigned long chunks;	/* that are put in order */
};

#define AT(chunk, page)		((chunk) * XE_GGTT_CHUNK + (page) * SZ_4K)

static const struct ready_case ready_cases[] = {
	{ "inside a chunk", AT(5ull, 7), SZ_4K, BIT(5) },
	{ "start of a chunk", AT(5ull, 0), SZ_4K, BIT(4) | BIT(5) },
	{ "end of a chunk", AT(5ull, 511), SZ_4K, BIT(5) | BIT(6) },
	{ "a chunk", AT(5ull, 0), XE_GGTT_CHUNK, BIT(4) | BIT(5) | BIT(6) },
	{ "start of all", AT(4ull, 0), SZ_4K, BIT(4) },
	{ "end of all", END - SZ_4K, SZ_4K, BIT(8) },
};

KUNIT_ARRAY_PARAM_DESC(ready, ready_cases, name);

static void test_ready(struct kunit *test)
{
	const struct ready_case *c = test->param_value;
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_ggtt *ggtt = ggtt_init(hw);

		guard(mutex)(&ggtt->lock);
		make_ready(hw, ggtt, c->start, c->size);
		KUNIT_EXPECT_EQ(test, ggtt->ready[0], c->chunks);
		for (u64 a = START - SZ_64K; a < END + SZ_64K; a += SZ_4K) {
			bool own = a >= c->start && a < c->start + c->size;
			bool ours = a >= START && a < END && c->chunks & BIT(a / XE_GGTT_CHUNK);

			if (entry(a) != (ours && !own ? SCRATCH : 0))
				KUNIT_FAIL(test, "entry of %#llx is %#llx", a, entry(a));
		}
		drm_mm_takedown(&ggtt->mm);
	}
}

/* Two pages as xe_dma_map() leaves them. */
static struct sg_table *two_pages(dma_addr_t address)
{
	static struct scatterlist sg;
	static struct sg_table sgt = { .sgl = &sg, .nents = 1, .orig_nents = 1 };

	sg_init_table(&sg, 1);
	sg_dma_address(&sg) = address;
	sg_dma_len(&sg) = SZ_8K;
	return &sgt;
}

static void test_map(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct drm_mm_node node = {}, too_large = {};

	xe_fake_scoped(hw, xe) {
		struct xe_ggtt *ggtt = ggtt_init(hw);

		KUNIT_EXPECT_EQ(test, xe_ggtt_map(hw, &node, two_pages(0x10000), SZ_4K + 1), 0);
		KUNIT_EXPECT_EQ(test, node.size, SZ_8K);
		KUNIT_EXPECT_EQ(test, entry(node.start), encode(0x10000));
		KUNIT_EXPECT_EQ(test, entry(node.start + SZ_4K), encode(0x11000));
		KUNIT_EXPECT_EQ(test, entry(node.start + SZ_8K), SCRATCH);
		KUNIT_EXPECT_EQ(test, invalidations, 1);

		KUNIT_EXPECT_EQ(test, xe_ggtt_map(hw, &too_large, two_pages(0), END - START),
				-ENOSPC);
		KUNIT_EXPECT_EQ(test, invalidations, 1);

		xe_ggtt_unmap(hw, &too_large);
		KUNIT_EXPECT_EQ(test, invalidations, 1);
		xe_ggtt_unmap(hw, &node);
		KUNIT_EXPECT_EQ(test, entry(START), SCRATCH);
		KUNIT_EXPECT_EQ(test, invalidations, 2);

		/* At unbind nothing leads anywhere. */
		ggtt_stop(hw, ggtt);
		for (u64 a = START; a < END; a += SZ_4K)
			if (entry(a))
				KUNIT_FAIL(test, "entry of %#llx is %#llx", a, entry(a));
	}
}

/* VRAM, and again behind a sleep in which the entries were lost. */
static void test_map_vram(struct kunit *test)
{
	const u64 pte = encode(0x30000) | GGTT_PTE_DM;
	struct xe_device *xe = xe_fake_device(test);
	struct drm_mm_node node = {};

	xe_fake_scoped(hw, xe) {
		struct xe_ggtt *ggtt = ggtt_init(hw);

		KUNIT_EXPECT_EQ(test, xe_ggtt_map_vram(hw, &node, 0x30000, SZ_8K), 0);
		KUNIT_EXPECT_EQ(test, entry(node.start), pte);
		KUNIT_EXPECT_EQ(test, entry(node.start + SZ_4K), pte + SZ_4K);
		KUNIT_EXPECT_EQ(test, entry(node.start + SZ_8K), SCRATCH);
		KUNIT_EXPECT_EQ(test, invalidations, 1);

		for (u64 a = START; a < END; a += SZ_4K)
			xe_fake_poke(GSM + a / SZ_4K * sizeof(u64), 0);
		xe_ggtt_restore(hw);
		xe_ggtt_rewrite_vram(hw, &node, 0x30000);
		KUNIT_EXPECT_EQ(test, entry(node.start), pte);
		KUNIT_EXPECT_EQ(test, entry(node.start + SZ_4K), pte + SZ_4K);
		KUNIT_EXPECT_EQ(test, entry(node.start + SZ_8K), SCRATCH);

		xe_ggtt_unmap(hw, &node);
		KUNIT_EXPECT_EQ(test, entry(START), SCRATCH);
		ggtt_stop(hw, ggtt);
	}
}

/*
 * A sleep that kept the power: entries of what was unmapped before it are still there, and nothing
 * that is mapped behind it is near them. They do not outlive unbind either.
 */
static void test_stop_behind_sleep(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct drm_mm_node kept = {}, unmapped = {};

	xe_fake_scoped(hw, xe) {
		struct xe_ggtt *ggtt = ggtt_init(hw);

		KUNIT_EXPECT_EQ(test, xe_ggtt_map(hw, &kept, two_pages(0x10000), SZ_8K), 0);
		KUNIT_EXPECT_EQ(test, xe_ggtt_map(hw, &unmapped, two_pages(0x20000),
						  3 * XE_GGTT_CHUNK), 0);
		xe_ggtt_unmap(hw, &unmapped);
		xe_ggtt_restore(hw);
		xe_ggtt_rewrite(hw, &kept, two_pages(0x10000));
		KUNIT_EXPECT_EQ(test, entry(AT(6ull, 0)), SCRATCH);

		xe_ggtt_unmap(hw, &kept);
		ggtt_stop(hw, ggtt);
		for (u64 a = START; a < END; a += SZ_4K)
			if (entry(a)) {
				KUNIT_FAIL(test, "entry of %#llx is %#llx", a, entry(a));
				break;
			}
	}
}

static int no_answer(struct xe_hw hw, struct xe_gt *gt)
{
	return -EPIPE;
}

/* Somebody else could read through what the entry was before. */
static void test_channel_is_broken(struct kunit *test)
{
	const u32 valid = PVC_GUC_TLB_INV_DESC0.reg.offset;
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_ggtt *ggtt = ggtt_init(hw);
		struct drm_mm_node node = {};

		ggtt->invalidate = no_answer;
		xe_for_each_gt(gt, xe_hw_state(hw))
			spin_lock_init(&gt->forcewake.lock);

		KUNIT_EXPECT_EQ(test, xe_fake_peek(valid), 0);
		KUNIT_EXPECT_EQ(test, xe_ggtt_map(hw, &node, two_pages(0x10000), SZ_4K), 0);
		KUNIT_EXPECT_EQ(test, xe_fake_peek(valid), PVC_GUC_TLB_INV_DESC0_VALID);

		xe_fake_poke(valid, 0);
		xe_ggtt_unmap(hw, &node);
		KUNIT_EXPECT_EQ(test, xe_fake_peek(valid), PVC_GUC_TLB_INV_DESC0_VALID);
	}
}

/* All of it is told to the GuC at once, before it is booted; what changes later, each time. */
static void test_not_in_use(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_ggtt *ggtt = ggtt_init(hw);
		struct drm_mm_node node = {}, other = {};

		ggtt->in_use = false;
		KUNIT_EXPECT_EQ(test, xe_ggtt_map(hw, &node, two_pages(0x10000), SZ_4K), 0);
		KUNIT_EXPECT_EQ(test, xe_ggtt_map_vram(hw, &other, 0, SZ_4K), 0);
		xe_ggtt_unmap(hw, &other);
		KUNIT_EXPECT_EQ(test, invalidations, 0);

		xe_ggtt_put_to_use(hw);
		KUNIT_EXPECT_EQ(test, invalidations, xe_hw_state(hw)->num_gts);
		xe_ggtt_unmap(hw, &node);
		KUNIT_EXPECT_EQ(test, invalidations, 2 * xe_hw_state(hw)->num_gts);
	}
}

static struct kunit_case ggtt_cases[] = {
	KUNIT_CASE(test_encode),
	KUNIT_CASE_PARAM(test_ready, ready_gen_params),
	KUNIT_CASE(test_map),
	KUNIT_CASE(test_map_vram),
	KUNIT_CASE(test_stop_behind_sleep),
	KUNIT_CASE(test_channel_is_broken),
	KUNIT_CASE(test_not_in_use),
	{ }
};

static struct kunit_suite ggtt_suite = {
	.name = "xe_ggtt",
	.test_cases = ggtt_cases,
};

kunit_test_suite(ggtt_suite);
