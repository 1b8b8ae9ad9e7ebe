// SPDX-License-Identifier: MIT
/*
 * The work queue of a parallel context, and a GuC that reads it.
 */

#include "../../../guc/work_queue.c"

#include <linux/prandom.h>

#include <kunit/test.h>

/* Reads one item. Returns whether it says where rings end. */
static int read_item(struct kunit *test, struct xe_work_queue *queue, u32 *ends)
{
	struct xe_guc_work_queue_descriptor *desc = queue->area;
	const u32 *item = queue->area + GUC_WORK_QUEUE_OFFSET + desc->head;
	u32 words = FIELD_GET(GUC_ITEM_LENGTH, item[0]) + 1;

	KUNIT_ASSERT_LE(test, desc->head + words * sizeof(u32), GUC_WORK_QUEUE_BYTES);
	desc->head = (desc->head + words * sizeof(u32)) % GUC_WORK_QUEUE_BYTES;
	if (FIELD_GET(GUC_ITEM_TYPE, item[0]) == GUC_ITEM_NOOP)
		return 0;

	KUNIT_EXPECT_EQ(test, FIELD_GET(GUC_ITEM_TYPE, item[0]), GUC_ITEM_PARALLEL);
	KUNIT_EXPECT_EQ(test, words, queue->width + 3);
	KUNIT_EXPECT_EQ(test, item[1], 0x12345119);
	KUNIT_EXPECT_EQ(test, FIELD_GET(GUC_ITEM_ID, item[2]), 77);
	KUNIT_EXPECT_EQ(test, item[3], 0);
	ends[0] = FIELD_GET(GUC_ITEM_TAIL, item[2]) * 8;
	for (unsigned int ring = 1; ring < queue->width; ring++)
		ends[ring] = item[3 + ring] * 8;
	return 1;
}

/* However fast it is read: the last item that is read says the last ends that were set. */
static void test_random(struct kunit *test)
{
	struct xe_guc_work_queue_descriptor *desc;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 4711);
	desc = kunit_kzalloc(test, GUC_PARALLEL_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, desc);
	for (unsigned int width = 2; width <= XE_CONTEXT_MAX_WIDTH; width++) {
		unsigned int full = 0, items = 0;
		struct xe_work_queue queue;
		u32 ends[XE_CONTEXT_MAX_WIDTH], seen[XE_CONTEXT_MAX_WIDTH] = { };

		xe_work_queue_init(&queue, desc, width);
		KUNIT_EXPECT_FALSE(test, queue.behind);
		xe_work_queue_reset(&queue);
		KUNIT_EXPECT_EQ(test, desc->status, GUC_WORK_QUEUE_ACTIVE);
		for (unsigned int i = 0; i < 3000; i++) {
			for (unsigned int ring = 0; ring < width; ring++)
				ends[ring] = prandom_u32_state(&rnd) % 2048 * 8;
			xe_work_queue_set_ends(&queue, ends);
			full += xe_work_queue_append(&queue, 0x12345119, 77) == -EAGAIN;
			if (i / 100 % 2)
				for (unsigned int n = prandom_u32_state(&rnd) % 4;
				     n && desc->head != desc->tail; n--)
					items += read_item(test, &queue, seen);
		}
		while (desc->head != desc->tail)
			items += read_item(test, &queue, seen);
		if (queue.behind)
			KUNIT_EXPECT_EQ(test, xe_work_queue_append(&queue, 0x12345119, 77), 0);
		while (desc->head != desc->tail)
			items += read_item(test, &queue, seen);
		KUNIT_EXPECT_GT(test, full, 100);
		KUNIT_EXPECT_GT(test, items, 100);
		KUNIT_EXPECT_MEMEQ(test, seen, ends, width * sizeof(*ends));
	}
}

/* A head that cannot be changes nothing. */
static void test_head(struct kunit *test)
{
	static const u32 heads[] = { 1, GUC_WORK_QUEUE_BYTES, ~0u };
	static const u32 ends[2] = { 8, 16 };
	struct xe_guc_work_queue_descriptor *desc;
	struct xe_work_queue queue;

	desc = kunit_kzalloc(test, GUC_PARALLEL_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, desc);
	xe_work_queue_init(&queue, desc, 2);
	xe_work_queue_reset(&queue);
	xe_work_queue_set_ends(&queue, ends);
	for (unsigned int i = 0; i < ARRAY_SIZE(heads); i++) {
		desc->head = heads[i];
		KUNIT_EXPECT_EQ(test, xe_work_queue_append(&queue, 0, 0), -EPROTO);
		KUNIT_EXPECT_EQ(test, xe_work_queue_head(&queue), heads[i]);
		KUNIT_EXPECT_EQ(test, desc->tail, 0);
		KUNIT_EXPECT_TRUE(test, queue.behind);
	}
}

static struct kunit_case work_queue_cases[] = {
	KUNIT_CASE(test_random),
	KUNIT_CASE(test_head),
	{ }
};

static struct kunit_suite work_queue_suite = {
	.name = "xe_work_queue",
	.test_cases = work_queue_cases,
};

kunit_test_suite(work_queue_suite);
