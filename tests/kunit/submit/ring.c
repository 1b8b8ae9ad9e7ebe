// SPDX-License-Identifier: MIT
/*
 * Text of jobs: each word, spelled out.
 */

#include "../../../submit/ring.c"

#include <linux/string.h>

#include <kunit/test.h>

#define STATUS_AT	0x00850000
#define OTHER_AT	0x00950000
#define THIRD_AT	0x00a50000
#define SEQ		0x00001234
#define BATCH_AT	0x0000567800120000ull
#define FENCE_AT	0x00007fff12345678ull
#define FENCE_IS	0xdeadbeef89abcdefull

/* As in hardware.rst xe-hw-ring: numbers, so that a wrong bit in a name is found. */
#define TIMESTAMP	0x12480002, 0x3a8, 0x00850210, 0
#define STARTED		0x10400002, 0x00850208, 0, SEQ
#define BATCH		0x18800101, 0x00120000, 0x5678
#define FLUSHED		0x13044002, 0x0085020c, 0, SEQ
#define ENDED		0x13004002, 0x00850204, 0, SEQ
#define FENCE		0x10200003, 0x12345678, 0x7fff, 0x89abcdef, 0xdeadbeef
#define WAIT(status)	0x0e40c003, SEQ, (status) + 2048 + 4 * 0x34, 0, 0
#define JOIN		0x10400002, 0x00850800 + 4 * 0x34, 0, SEQ
#define IRQ		0x01000000, 0x04000001, 0x02800000

struct text_case {
	const char *name;
	enum xe_engine_class class;
	bool flush, fence;
	unsigned int count;	/* without padding */
	u32 words[50];
	unsigned int others;
	bool joins;
};

static const struct text_case text_cases[] = {
	{ "copy", XE_ENGINE_COPY, false, false, 19, {
		TIMESTAMP, STARTED, BATCH, 0x04000000, ENDED, IRQ } },
	{ "copy, flush", XE_ENGINE_COPY, true, false, 21, {
		TIMESTAMP, 0x02800101, FLUSHED, 0x02800100, BATCH, 0x04000000, ENDED, IRQ } },
	{ "copy, fence", XE_ENGINE_COPY, false, true, 28, {
		TIMESTAMP, STARTED, BATCH, 0x04000000, 0x13000002, 0, 0, 0, FENCE, ENDED, IRQ } },
	{ "copy, flush, fence", XE_ENGINE_COPY, true, true, 30, {
		TIMESTAMP, 0x02800101, FLUSHED, 0x02800100, BATCH, 0x04000000,
		0x13000002, 0, 0, 0, FENCE, ENDED, IRQ } },
	{ "decode", XE_ENGINE_VIDEO_DECODE, false, false, 21, {
		TIMESTAMP, 0x02800101, 0x02800100, STARTED, BATCH, 0x04000000, ENDED, IRQ } },
	{ "decode, flush", XE_ENGINE_VIDEO_DECODE, true, false, 21, {
		TIMESTAMP, 0x02800101, FLUSHED, 0x02800100, BATCH, 0x04000000, ENDED, IRQ } },
	{ "enhance, flush, fence", XE_ENGINE_VIDEO_ENHANCE, true, true, 30, {
		TIMESTAMP, 0x02800101, FLUSHED, 0x02800100, BATCH, 0x04000000,
		0x13000002, 0, 0, 0, FENCE, ENDED, IRQ } },
	{ "render", XE_ENGINE_RENDER, false, false, 35, {
		TIMESTAMP, 0x02800101,
		0x7a000004, 0x20304c1c, 0xd0, 0, 0, 0,
		0x02800100, STARTED, BATCH, 0x04000000,
		0x7a000a04, 0x101010a1, 0, 0, 0, 0,
		0x7a000004, 0x01104080, 0x00850200, 0, SEQ, 0, IRQ } },
	{ "render, flush, fence", XE_ENGINE_RENDER, true, true, 40, {
		TIMESTAMP, 0x02800101,
		0x7a000004, 0x20344c1c, 0xd0, 0, 0, 0,
		0x02800100, STARTED, BATCH, 0x04000000,
		0x7a000a04, 0x101010a1, 0, 0, 0, 0,
		FENCE,
		0x7a000004, 0x01104080, 0x00850200, 0, SEQ, 0, IRQ } },
	{ "compute", XE_ENGINE_COMPUTE, false, false, 35, {
		TIMESTAMP, 0x02800101,
		0x7a000004, 0x20304c0c, 0xd0, 0, 0, 0,
		0x02800100, STARTED, BATCH, 0x04000000,
		0x7a000a04, 0x001000a0, 0, 0, 0, 0,
		0x7a000004, 0x01104080, 0x00850200, 0, SEQ, 0, IRQ } },
	{ "compute, flush, fence", XE_ENGINE_COMPUTE, true, true, 40, {
		TIMESTAMP, 0x02800101,
		0x7a000004, 0x20344c0c, 0xd0, 0, 0, 0,
		0x02800100, STARTED, BATCH, 0x04000000,
		0x7a000a04, 0x001000a0, 0, 0, 0, 0,
		FENCE,
		0x7a000004, 0x01104080, 0x00850200, 0, SEQ, 0, IRQ } },
	{ "parallel, no fence", XE_ENGINE_COPY, false, false, 19, {
		TIMESTAMP, STARTED, BATCH, 0x04000000, ENDED, IRQ }, 2 },
	{ "parallel, fence, the first child", XE_ENGINE_COPY, true, true, 40, {
		TIMESTAMP, 0x02800101, FLUSHED, 0x02800100, BATCH, WAIT(OTHER_AT), WAIT(THIRD_AT),
		0x04000000, 0x13000002, 0, 0, 0, FENCE, ENDED, IRQ }, 2 },
	{ "parallel, fence, another child", XE_ENGINE_COPY, true, true, 29, {
		TIMESTAMP, 0x02800101, FLUSHED, 0x02800100, BATCH, 0x04000000,
		0x13000002, 0, 0, 0, JOIN, ENDED, IRQ }, 2, true },
	{ "compute, parallel, fence, the first child", XE_ENGINE_COMPUTE, true, true, 45, {
		TIMESTAMP, 0x02800101,
		0x7a000004, 0x20344c0c, 0xd0, 0, 0, 0,
		0x02800100, STARTED, BATCH, WAIT(OTHER_AT), 0x04000000,
		0x7a000a04, 0x001000a0, 0, 0, 0, 0,
		FENCE,
		0x7a000004, 0x01104080, 0x00850200, 0, SEQ, 0, IRQ }, 1 },
};

KUNIT_ARRAY_PARAM_DESC(text, text_cases, name);

static u32 *new_ring(struct kunit *test)
{
	u32 *ring = kunit_kmalloc(test, LRC_RING_BYTES, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ring);
	memset(ring, 0xee, LRC_RING_BYTES);
	return ring;
}

static struct xe_ring_job job_of(const struct text_case *c)
{
	return (struct xe_ring_job){
		.class = c->class, .ppgtt = true, .flush_tlb = c->flush, .has_fence = c->fence,
		.status = STATUS_AT, .sequence = SEQ, .batch = BATCH_AT,
		.fence_address = FENCE_AT, .fence_value = FENCE_IS,
		.num_others = c->others, .joins = c->joins, .others = { OTHER_AT, THIRD_AT },
	};
}

static u32 word_at(const u32 *ring, u32 at)
{
	return ring[at % LRC_RING_BYTES / sizeof(u32)];
}

static void expect_text(struct kunit *test, const struct text_case *c, const u32 *ring, u32 at)
{
	u32 bytes = xe_ring_job_bytes(c->class, c->fence, c->others);

	KUNIT_EXPECT_EQ(test, word_at(ring, at - 4), 0xeeeeeeee);
	for (unsigned int i = 0; i < bytes / 4; i++)
		KUNIT_EXPECT_EQ_MSG(test, word_at(ring, at + 4 * i),
				    i < c->count ? c->words[i] : MI_NOOP, "word %u", i);
	KUNIT_EXPECT_EQ(test, word_at(ring, at + bytes), 0xeeeeeeee);
}

/* In the middle of a ring, at its end, and around it. */
static void test_text(struct kunit *test)
{
	const struct text_case *c = test->param_value;
	const struct xe_ring_job job = job_of(c);
	u32 bytes = xe_ring_job_bytes(c->class, c->fence, c->others);
	const u32 places[] = {
		0, 1024, LRC_RING_BYTES - bytes, LRC_RING_BYTES - 8, LRC_RING_BYTES - bytes + 8,
	};

	KUNIT_EXPECT_EQ(test, bytes % 8, 0);
	KUNIT_EXPECT_GE(test, bytes, 4 * c->count);
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		u32 *ring = new_ring(test);

		KUNIT_EXPECT_EQ(test, xe_ring_write(ring, places[i], &job),
				(places[i] + bytes) % LRC_RING_BYTES);
		expect_text(test, c, ring, places[i]);
	}
}

/* A batch of the driver's own. */
static void test_ggtt(struct kunit *test)
{
	struct xe_ring_job job = job_of(&text_cases[0]);
	u32 *ring = new_ring(test);

	job.ppgtt = false;
	xe_ring_write(ring, 0, &job);
	KUNIT_EXPECT_EQ(test, ring[8], 0x18800001);
}

/* What runs again does so with a flush, in its place: no class may be longer then. */
static void test_same_size(struct kunit *test)
{
	static const u32 words[XE_ENGINE_CLASSES][2] = {
		[XE_ENGINE_RENDER] = { 36, 40 },
		[XE_ENGINE_VIDEO_DECODE] = { 22, 30 },
		[XE_ENGINE_VIDEO_ENHANCE] = { 22, 30 },
		[XE_ENGINE_COPY] = { 22, 30 },
		[XE_ENGINE_COMPUTE] = { 36, 40 },
	};

	for (int class = 0; class < XE_ENGINE_CLASSES; class++)
		for (int i = 0; i < 4; i++) {
			const struct text_case c = {
				.class = class, .flush = i & 1, .fence = i & 2,
			};
			const struct xe_ring_job job = job_of(&c);
			u32 *ring = new_ring(test);

			KUNIT_EXPECT_EQ(test, xe_ring_write(ring, 0, &job),
					4 * words[class][c.fence]);
		}
}

struct rewind_case {
	const char *name;
	u32 saved, first, tail;
	u32 head;	/* expected */
	bool blanks;
};

static const struct rewind_case rewind_cases[] = {
	{ "never ran", 0, 8, 96, 0, true },
	{ "all is done and saved", 96, 96, 96, 96, false },
	{ "all is done, the image is old", 8, 96, 96, 8, true },
	{ "saved at the first job", 184, 184, 272, 184, false },
	{ "saved within it", 188, 184, 272, 184, false },
	{ "saved at the end", 272, 184, 272, 184, false },
	{ "saved before it", 96, 184, 272, 96, true },
	{ "saved behind the end, around", 280, 184, 272, 280, true },
	{ "around, saved within", 8, 16376, 80, 16376, false },
	{ "around, saved before", 16372, 16376, 80, 16372, true },
	{ "around, blank across the end", 16368, 80, 160, 16368, true },
};

KUNIT_ARRAY_PARAM_DESC(rewind, rewind_cases, name);

static void test_rewind(struct kunit *test)
{
	const struct rewind_case *c = test->param_value;
	u32 *ring = new_ring(test);
	u32 blanked = c->blanks ? (c->first - c->saved) % LRC_RING_BYTES : 0;

	KUNIT_EXPECT_EQ(test, xe_ring_rewind(ring, c->saved, c->first, c->tail), c->head);
	for (u32 i = 0; i < LRC_RING_BYTES; i += 4)
		KUNIT_EXPECT_EQ_MSG(test, word_at(ring, c->saved + i),
				    i >= blanked ? 0xeeeeeeee : i ? 0 : 0x04000001,
				    "%u bytes behind the head", i);
}

static void test_space(struct kunit *test)
{
	u32 job = xe_ring_job_bytes(XE_ENGINE_COPY, false, 0), tail = 8, jobs = 0;

	KUNIT_EXPECT_EQ(test, xe_ring_space(8, 8), LRC_RING_BYTES - XE_RING_GAP);
	KUNIT_EXPECT_EQ(test, xe_ring_space(100, 36), 0);

	for (; xe_ring_space(8, tail) >= job; jobs++)
		tail = xe_ring_advance(tail, job);
	KUNIT_EXPECT_EQ(test, jobs, (LRC_RING_BYTES - XE_RING_GAP) / job);
	KUNIT_EXPECT_NE(test, tail, 8);
	KUNIT_EXPECT_EQ(test, xe_ring_space(8 + job, tail), xe_ring_space(8, tail) + job);
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE_PARAM(test_text, text_gen_params),
	KUNIT_CASE(test_ggtt),
	KUNIT_CASE(test_same_size),
	KUNIT_CASE_PARAM(test_rewind, rewind_gen_params),
	KUNIT_CASE(test_space),
	{ }
};

static struct kunit_suite ring_suite = {
	.name = "xe_ring",
	.test_cases = ring_cases,
};

kunit_test_suite(ring_suite);
