// SPDX-License-Identifier: MIT
/*
 * Recording a default image, with an engine that does what its ring says.
 */

#include <linux/container_of.h>

#include "guc/ads.h"
#include "guc/context.h"

/* The table of contexts and the engine behind it are those below. */
#define xe_context_alloc	fake_context_alloc
#define xe_context_free		fake_context_free
#define xe_context_create	fake_context_create
#define xe_context_submit	fake_context_submit
#define xe_context_suspend	fake_context_suspend
#define xe_context_end		fake_context_end
#define xe_guc_ads_fill_golden	fake_fill_golden

static struct xe_context *fake_context_alloc(gfp_t gfp);
static void fake_context_free(struct xe_context *ctx);
static int fake_context_create(struct xe_hw hw, struct xe_gt *gt, struct xe_context *ctx,
			       const struct xe_context_desc *desc, struct xe_context_owner *owner);
static int fake_context_submit(struct xe_hw hw, struct xe_gt *gt, u32 number, const u32 *tails);
static int fake_context_suspend(struct xe_hw hw, struct xe_gt *gt, u32 number);
static int fake_context_end(struct xe_hw hw, struct xe_gt *gt, u32 number);
static void fake_fill_golden(struct xe_hw hw, struct xe_gt *gt, enum xe_engine_class class);

#include "../../../submit/record.c"

#include <linux/bitfield.h>

#include <kunit/test.h>

#include "hw/engine.h"
#include "hw/ggtt.h"
#include "hw/ggtt_buf.h"
#include "regs/mem.h"
#include "regs/wa.h"
#include "tests/kunit/fake.h"

#define FIRST	7	/* number of the first context */
#define BLIT	(0x22000 + 0x204)

/* What goes wrong, at the step of this number, from 1: three submissions, and the stop. */
enum fault { NONE, HANG, BAN, FORGET, REFUSE };

static struct {
	struct kunit *test;
	struct xe_context_owner *owner[2];
	struct subject *saved;		/* context that the engine would have to save */
	unsigned int contexts;		/* memory that was allocated, and not freed */
	unsigned int created;
	unsigned int submitted;
	unsigned int steps;
	unsigned int golden;
	enum fault fault;
	unsigned int at;
	unsigned int resets;		/* that FORGET has, each in an attempt of its own */
	bool stays;			/* contexts that end are not gone */
	u64 batch[3];
} card;

static struct xe_context *fake_context_alloc(gfp_t gfp)
{
	card.contexts++;
	return kzalloc(1, gfp);
}

static void fake_context_free(struct xe_context *ctx)
{
	card.contexts -= !!ctx;
	kfree(ctx);
}

static struct subject *subject_of(u32 number)
{
	return container_of(card.owner[number - FIRST], struct subject, owner);
}

static int fake_context_create(struct xe_hw hw, struct xe_gt *gt, struct xe_context *ctx,
			       const struct xe_context_desc *desc, struct xe_context_owner *owner)
{
	struct subject *s = container_of(owner, struct subject, owner);

	if (card.created == 2 && card.fault == FORGET) {
		card.created = 0;
		card.submitted = 0;
		card.steps = 0;
	}
	if (card.created == 2)
		return -ENOSPC;
	KUNIT_EXPECT_EQ(card.test, desc->lrca[0], s->lrc.ggtt);
	KUNIT_EXPECT_EQ(card.test, desc->width, 1);
	KUNIT_EXPECT_FALSE(card.test, desc->ppgtt);
	KUNIT_EXPECT_EQ(card.test, s->lrc.regs[LRC_ROOT_LO], 0);
	card.owner[card.created] = owner;
	fake_context_free(ctx);
	return FIRST + card.created++;
}

/* The engine: saves what ran before, loads this one, and runs its ring from head to tail. */
static void execute(struct subject *s)
{
	u32 head = xe_lrc_head(&s->lrc), tail = s->lrc.regs[LRC_RING_TAIL];
	const u32 start = MI_BATCH_BUFFER_START;

	if (card.saved && card.saved != s)
		card.saved->lrc.regs[0x100] = 0x5a5a0000 + card.submitted;
	card.saved = s;

	for (; head != tail; head = xe_ring_advance(head, 4)) {
		const u32 *word = s->lrc.ring + head / 4;

		if (word[0] == start)
			card.batch[card.submitted - 1] = word[1] | (u64)word[2] << 32;
	}
	xe_lrc_set_head(&s->lrc, head);
	*(u32 *)(s->lrc.status + LRC_STATUS_SEQUENCE) += 1;
}

static bool goes_well(void)
{
	return ++card.steps != card.at || (card.fault == FORGET && !card.resets--);
}

static int fake_context_submit(struct xe_hw hw, struct xe_gt *gt, u32 number, const u32 *tails)
{
	struct subject *s = subject_of(number);

	card.submitted++;
	if (goes_well())
		execute(s);
	else if (card.fault == BAN)
		s->owner.ops->banned(&s->owner, false);
	else if (card.fault == FORGET)
		s->owner.ops->forgotten(&s->owner, false);
	else if (card.fault == REFUSE)
		return -ESTALE;
	return 0;
}

/* What is saved here is what counts; and nobody says what it is worth, if the engine is reset. */
static int fake_context_suspend(struct xe_hw hw, struct xe_gt *gt, u32 number)
{
	struct subject *s = subject_of(number);
	bool good = goes_well();

	if (!good && card.fault == HANG)
		return 0;
	if (!good && card.fault == REFUSE)
		s->owner.ops->banned(&s->owner, false);
	if (!good && card.fault == REFUSE)
		return -ENODEV;
	s->lrc.regs[0x101] = good ? 0x3a3a3a3a : 0;
	if (!good && card.fault == BAN)
		s->owner.ops->banned(&s->owner, false);
	if (!good && card.fault == FORGET)
		s->owner.ops->forgotten(&s->owner, false);
	s->owner.ops->stopped(&s->owner);
	return 0;
}

static void leave(struct subject *s)
{
	s->owner.ops->stopped(&s->owner);
	s->owner.ops->gone(&s->owner);
}

static int fake_context_end(struct xe_hw hw, struct xe_gt *gt, u32 number)
{
	if (!card.stays)
		leave(subject_of(number));
	return 0;
}

static void fake_fill_golden(struct xe_hw hw, struct xe_gt *gt, enum xe_engine_class class)
{
	KUNIT_EXPECT_NOT_NULL(card.test, xe_lrc_default(xe_hw_device(hw), gt->id, class));
	card.golden++;
}

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

static struct xe_device *bind(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_hw_state *state;
	struct xe_device *xe;
	struct xe_gt *gt;

	card = (typeof(card)){ .test = test };
	*xe_fake_config(SNB_GMCH_CTRL) = FIELD_PREP(GGMS_MASK, 3);
	KUNIT_ASSERT_EQ(test, xe_fake_bind(slot, &platform, steps, ARRAY_SIZE(steps)), 0);
	xe = xe_fake_bound(slot, &state);
	gt = &state->gt[0];
	gt->version = 2001;
	spin_lock_init(&gt->forcewake.lock);
	spin_lock_init(&gt->steering.lock);
	xe_engine_list(gt, 0, 0, 1);
	gt->forcewake.present = 0;
	return xe;
}

/* Each slot is free again. */
static unsigned int slots_in_use(struct xe_device *xe, enum xe_engine_class class)
{
	struct xe_lrc lrcs[3];	/* as many as a recorder has */
	unsigned int used = 0, n;

	for (n = 0; n < ARRAY_SIZE(lrcs) && !xe_lrc_alloc(xe, 0, class, &lrcs[n]); n++)
		used += lrcs[n].slot - n;
	used = n == ARRAY_SIZE(lrcs) ? used : UINT_MAX;
	while (n--)
		xe_lrc_free(xe, &lrcs[n]);
	return used;
}

static void test_record(struct kunit *test)
{
	struct xe_device *xe = bind(test);
	const u32 *regs;

	KUNIT_ASSERT_EQ(test, xe_record_default(xe, 0, XE_ENGINE_COPY), 0);
	KUNIT_EXPECT_EQ(test, card.submitted, 3);
	KUNIT_EXPECT_EQ(test, card.golden, 1);
	KUNIT_EXPECT_EQ(test, card.contexts, 0);
	KUNIT_EXPECT_EQ(test, slots_in_use(xe, XE_ENGINE_COPY), 0);

	/* What was saved of the first, when the other came; its tables do not matter. */
	regs = xe_lrc_default(xe, 0, XE_ENGINE_COPY);
	KUNIT_ASSERT_NOT_NULL(test, regs);
	KUNIT_EXPECT_EQ(test, regs[0x100], 0x5a5a0002);
	KUNIT_EXPECT_EQ(test, regs[0x101], 0x3a3a3a3a);
	KUNIT_EXPECT_EQ(test, card.batch[1], card.batch[2]);
	KUNIT_EXPECT_EQ(test, card.batch[1], card.batch[0] + BATCH_EMPTY);

	KUNIT_EXPECT_EQ(test, xe_record_default(xe, 0, XE_ENGINE_COPY), 0);
	KUNIT_EXPECT_EQ(test, card.submitted, 3);
	KUNIT_EXPECT_EQ(test, xe_record_default(xe, 0, XE_ENGINE_VIDEO_DECODE), -EINVAL);
}

struct fault_case {
	const char *name;
	enum fault fault;
	unsigned int at;
	int err;
};

static const struct fault_case fault_cases[] = {
	{ "does not run", HANG, 1, -ETIMEDOUT },
	{ "is not switched", HANG, 2, -ETIMEDOUT },
	{ "is banned", BAN, 1, -EIO },
	{ "is banned at last", BAN, 3, -EIO },
	{ "GT is reset", FORGET, 2, -EIO },
	{ "is refused", REFUSE, 3, -ESTALE },
	{ "does not stop", HANG, 4, -ETIMEDOUT },
	{ "is banned while it stops", BAN, 4, -EIO },
	{ "is banned before it stops", REFUSE, 4, -EIO },
	{ "GT is reset while it stops", FORGET, 4, -EIO },
};

KUNIT_ARRAY_PARAM_DESC(fault, fault_cases, name);

/* It leaves nothing, and the next one does it all again. */
static void test_fault(struct kunit *test)
{
	const struct fault_case *c = test->param_value;
	struct xe_device *xe = bind(test);

	card.fault = c->fault;
	card.at = c->at;
	card.resets = TRIES;
	KUNIT_EXPECT_EQ(test, xe_record_default(xe, 0, XE_ENGINE_COPY), c->err);
	KUNIT_EXPECT_NULL(test, xe_lrc_default(xe, 0, XE_ENGINE_COPY));
	KUNIT_EXPECT_EQ(test, card.golden, 0);
	KUNIT_EXPECT_EQ(test, card.contexts, 0);
	KUNIT_EXPECT_EQ(test, slots_in_use(xe, XE_ENGINE_COPY), 0);

	card = (typeof(card)){ .test = test };
	KUNIT_EXPECT_EQ(test, xe_record_default(xe, 0, XE_ENGINE_COPY), 0);
	KUNIT_EXPECT_NOT_NULL(test, xe_lrc_default(xe, 0, XE_ENGINE_COPY));
}

/* The GT is reset for another's sake: nobody who creates a queue hears of it. */
static void test_reset_meanwhile(struct kunit *test)
{
	struct xe_device *xe = bind(test);

	card.fault = FORGET;
	card.at = 2;
	card.resets = TRIES - 1;
	KUNIT_EXPECT_EQ(test, xe_record_default(xe, 0, XE_ENGINE_COPY), 0);
	KUNIT_EXPECT_NOT_NULL(test, xe_lrc_default(xe, 0, XE_ENGINE_COPY));
	KUNIT_EXPECT_EQ(test, card.contexts, 0);
	KUNIT_EXPECT_EQ(test, slots_in_use(xe, XE_ENGINE_COPY), 0);
}

/* The GuC keeps the contexts: their slots stay until they are gone. The image is good. */
static void test_stays(struct kunit *test)
{
	struct xe_device *xe = bind(test);

	card.stays = true;
	KUNIT_EXPECT_EQ(test, xe_record_default(xe, 0, XE_ENGINE_COPY), 0);
	KUNIT_EXPECT_NOT_NULL(test, xe_lrc_default(xe, 0, XE_ENGINE_COPY));
	KUNIT_EXPECT_GT(test, slots_in_use(xe, XE_ENGINE_COPY), 0);

	leave(subject_of(FIRST));
	KUNIT_EXPECT_GT(test, slots_in_use(xe, XE_ENGINE_COPY), 0);
	leave(subject_of(FIRST + 1));
	KUNIT_EXPECT_EQ(test, slots_in_use(xe, XE_ENGINE_COPY), 0);
}

/* The second context cannot be had: the first ends. */
static void test_no_number(struct kunit *test)
{
	struct xe_device *xe = bind(test);

	card.created = 1;
	card.owner[0] = NULL;
	KUNIT_EXPECT_EQ(test, xe_record_default(xe, 0, XE_ENGINE_COPY), -ENOSPC);
	KUNIT_EXPECT_EQ(test, card.contexts, 0);
	KUNIT_EXPECT_EQ(test, slots_in_use(xe, XE_ENGINE_COPY), 0);
}

static struct recorder *new_recorder(struct kunit *test, enum xe_engine_class class)
{
	struct recorder *rec = kunit_kzalloc(test, sizeof(*rec), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, rec);
	rec->class = class;
	rec->batches.ring = kunit_kmalloc(test, LRC_RING_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, rec->batches.ring);
	memset(rec->batches.ring, 0xee, LRC_RING_BYTES);
	return rec;
}

/* Registers as the table of workarounds has them, with bits of others kept. */
static void test_copy_batch(struct kunit *test)
{
	struct recorder *rec = new_recorder(test, XE_ENGINE_COPY);
	const u32 *ring = rec->batches.ring;
	struct xe_device *xe = bind(test);

	xe_fake_poke(BLIT, 0x12340078);
	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = &xe_hw_state(hw)->gt[0];
		const struct xe_engine *engine = find_engine(gt, XE_ENGINE_COPY);

		KUNIT_ASSERT_EQ(test, write_batches(hw, gt, engine, rec), 0);
	}
	KUNIT_EXPECT_EQ(test, ring[0], 0x11000001);
	KUNIT_EXPECT_EQ(test, ring[1], BLIT);
	KUNIT_EXPECT_EQ(test, ring[2] & ~(BLIT_CCTL_DST_MOCS_MASK | BLIT_CCTL_SRC_MOCS_MASK),
			0x12340078 & ~(BLIT_CCTL_DST_MOCS_MASK | BLIT_CCTL_SRC_MOCS_MASK));
	KUNIT_EXPECT_NE(test, ring[2], 0x12340078);
	KUNIT_EXPECT_EQ(test, ring[3], 0x05000000);
	for (unsigned int i = 4; i < LRC_RING_BYTES / 4; i++)
		KUNIT_EXPECT_EQ_MSG(test, ring[i], i == 3072 ? 0x05000000 : 0, "word %u", i);
}

/* Each command of 3D once, as long as it says, and an end behind them. */
static void test_render_batch(struct kunit *test)
{
	struct recorder *rec = new_recorder(test, XE_ENGINE_RENDER);
	const struct xe_wa_list list = { .writes = { { .offset = 0x1234 } }, .count = 1 };
	const u32 *ring = rec->batches.ring, value = 0x5678;
	DECLARE_BITMAP(seen, 256) = {};
	unsigned int at = 3, next;

	put_batches(rec, &list, &value);
	KUNIT_EXPECT_EQ(test, ring[0], 0x11000001);
	KUNIT_EXPECT_EQ(test, ring[1], 0x1234);
	KUNIT_EXPECT_EQ(test, ring[2], 0x5678);
	for (; ring[at] >> 24 == 0x78; at = next) {
		KUNIT_EXPECT_FALSE(test, __test_and_set_bit(ring[at] >> 16 & 0xff, seen));
		next = at + (ring[at] & 0xffff) + 2;
		KUNIT_ASSERT_LT(test, next, BATCH_EMPTY / 4);
		for (unsigned int i = at + 1; i < next; i++)
			KUNIT_EXPECT_EQ(test, ring[i], 0);
	}
	KUNIT_EXPECT_EQ(test, ring[at], 0x05000000);
	KUNIT_EXPECT_EQ(test, at, 3 + 322);
	KUNIT_EXPECT_EQ(test, bitmap_weight(seen, 256), 50);
	KUNIT_EXPECT_TRUE(test, test_bit(0x77, seen));
	KUNIT_EXPECT_EQ(test, ring[3], 0x78150009);
	KUNIT_EXPECT_EQ(test, ring[at - 4], 0x78000002);
}

static struct kunit_case record_cases[] = {
	KUNIT_CASE(test_record),
	KUNIT_CASE_PARAM(test_fault, fault_gen_params),
	KUNIT_CASE(test_reset_meanwhile),
	KUNIT_CASE_SLOW(test_stays),
	KUNIT_CASE(test_no_number),
	KUNIT_CASE(test_copy_batch),
	KUNIT_CASE(test_render_batch),
	{ }
};

static struct kunit_suite record_suite = {
	.name = "xe_record",
	.test_cases = record_cases,
};

kunit_test_suite(record_suite);
