// SPDX-License-Identifier: MIT
/*
 * Text of jobs in a ring.
 */

#include <linux/bug.h>
#include <linux/kernel.h>

#include "abi/mi_commands.h"
#include "submit/ring.h"

/**
 * DOC: Text of jobs
 *
 * A ring is 16 KiB of commands, which an engine executes from a head to a tail and around. What a
 * job needs there is in the tables below, a line for each word: what is in it, and when it is
 * there. The text says that the job has begun, runs the batch, and when all that the batch wrote
 * can be seen stores a user's fence, then the number of the job, then raises an interrupt. From the
 * end of the batch to there the context is not switched.
 *
 * A parallel job has a text in the ring of each child, and they end in any order. The first child
 * stores the user's fence, for which it waits until the others have said that what they wrote can
 * be seen; meanwhile it may be switched. They say so with the number of the job in a word of their
 * status page, another one for each job that a ring has room for: they do not wait, and may be some
 * jobs ahead.
 *
 * A text has the same size with and without a flush of the TLB, and in all rings of a job. So a job
 * that has to run again after a reset of the GT, with a flush, fits in its place, and those behind
 * it stay in theirs.
 *
 * All of this is memory: there is no hardware here, and nothing can fail.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * ring                     struct xe_lrc see hw/lrc.c
 * ======================== ============= ==========================================
 */

/* Relative to the engine: how long the context has run. */
#define CONTEXT_TIMESTAMP	0x3a8

#define WAIT_BYTES		(5 * sizeof(u32))
#define ARB_ON			(MI_ARB_ON_OFF | MI_ARB_ENABLE)
#define ARB_OFF			MI_ARB_ON_OFF
#define PREPARSER_ON		(MI_ARB_CHECK | MI_ARB_CHECK_SET_PREPARSER)
#define PREPARSER_OFF		(PREPARSER_ON | MI_ARB_CHECK_PREPARSER_OFF)

/* What is added to the text of a word. */
enum addend {
	NOTHING,
	STATUS,
	SEQUENCE,
	JOINED,
	PPGTT,
	BATCH,
	BATCH_HI,
	FENCE_ADDRESS,
	FENCE_ADDRESS_HI,
	FENCE_VALUE,
	FENCE_VALUE_HI,
	FLUSH,
};

enum when {
	ALWAYS,
	IF_FLUSH,
	UNLESS_FLUSH,
	IF_FENCE,
	IF_STORES,	/* the fence, that is */
	IF_JOINS,
	WAIT_FOR_OTHERS,
};

struct word {
	u32 text;
	u8 addend;
	u8 when;
};

#define BEGIN_TIMESTAMP								\
	{ MI_STORE_REGISTER_MEM | MI_STORE_REGISTER_MEM_GGTT |			\
	  MI_STORE_REGISTER_MEM_ENGINE },					\
	{ CONTEXT_TIMESTAMP }, { LRC_STATUS_JOB_TIMESTAMP, STATUS }, { 0 }

#define STORE_STARTED(when)							\
	{ MI_STORE_DATA_IMM_DW | MI_STORE_DATA_IMM_GGTT, NOTHING, when },	\
	{ LRC_STATUS_STARTED, STATUS, when }, { 0, NOTHING, when },		\
	{ 0, SEQUENCE, when }

/* Addresses are multiples of 8, so that the bit that says GGTT can be added. */
#define FLUSH_AND_STORE(flags, offset, when)					\
	{ MI_FLUSH_DW | MI_FLUSH_DW_STORE | (flags), NOTHING, when },		\
	{ (offset) | MI_FLUSH_DW_ADDRESS_GGTT, STATUS, when },			\
	{ 0, NOTHING, when }, { 0, SEQUENCE, when }

#define FLUSH_FOR_FENCE								\
	{ MI_FLUSH_DW, NOTHING, IF_FENCE }, { 0, NOTHING, IF_FENCE },		\
	{ 0, NOTHING, IF_FENCE }, { 0, NOTHING, IF_FENCE }

#define STORE_FENCE								\
	{ MI_STORE_DATA_IMM_QW, NOTHING, IF_STORES },				\
	{ 0, FENCE_ADDRESS, IF_STORES }, { 0, FENCE_ADDRESS_HI, IF_STORES },	\
	{ 0, FENCE_VALUE, IF_STORES }, { 0, FENCE_VALUE_HI, IF_STORES },	\
	{ MI_STORE_DATA_IMM_DW | MI_STORE_DATA_IMM_GGTT, NOTHING, IF_JOINS },	\
	{ LRC_STATUS_JOINED, JOINED, IF_JOINS }, { 0, NOTHING, IF_JOINS },	\
	{ 0, SEQUENCE, IF_JOINS }

#define RUN_BATCH								\
	{ MI_BATCH_BUFFER_START, PPGTT }, { 0, BATCH }, { 0, BATCH_HI },	\
	{ .when = WAIT_FOR_OTHERS },						\
	{ ARB_OFF }

#define INTERRUPT								\
	{ MI_USER_INTERRUPT }, { ARB_ON }, { MI_ARB_CHECK }

/* Engines with EUs flush by a command of their own, each in so far as it has what is flushed. */
#define RENDER_AND_COMPUTE(invalidate, flush)					\
	BEGIN_TIMESTAMP,							\
	{ PREPARSER_OFF },							\
	{ PIPE_CONTROL },							\
	{ (invalidate) | PIPE_CONTROL_STALL | PIPE_CONTROL_STORE_QW |		\
	  PIPE_CONTROL_STORE_IN_STATUS, FLUSH },				\
	{ LRC_STATUS_SCRATCH }, { 0 }, { 0 }, { 0 },				\
	{ PREPARSER_ON },							\
	STORE_STARTED(ALWAYS),							\
	RUN_BATCH,								\
	{ PIPE_CONTROL | PIPE_CONTROL_HDC_FLUSH | PIPE_CONTROL_UNTYPED_FLUSH },	\
	{ (flush) | PIPE_CONTROL_STALL }, { 0 }, { 0 }, { 0 }, { 0 },		\
	STORE_FENCE,								\
	{ PIPE_CONTROL },							\
	{ PIPE_CONTROL_STALL | PIPE_CONTROL_FLUSH | PIPE_CONTROL_GGTT |		\
	  PIPE_CONTROL_STORE_QW },						\
	{ LRC_STATUS_SEQUENCE, STATUS }, { 0 }, { 0, SEQUENCE }, { 0 },		\
	INTERRUPT

#define INVALIDATE_COMPUTE							\
	(PIPE_CONTROL_COMMAND_INVALIDATE | PIPE_CONTROL_INSTRUCTION_INVALIDATE |	\
	 PIPE_CONTROL_TEXTURE_INVALIDATE | PIPE_CONTROL_CONSTANT_INVALIDATE |	\
	 PIPE_CONTROL_STATE_INVALIDATE)
#define FLUSH_COMPUTE	(PIPE_CONTROL_FLUSH | PIPE_CONTROL_DATA_FLUSH)
#define FLUSH_RENDER								\
	(FLUSH_COMPUTE | PIPE_CONTROL_TILE_FLUSH | PIPE_CONTROL_TARGET_FLUSH |	\
	 PIPE_CONTROL_DEPTH_FLUSH)

static const struct word render_text[] = {
	RENDER_AND_COMPUTE(INVALIDATE_COMPUTE | PIPE_CONTROL_VERTEX_INVALIDATE, FLUSH_RENDER),
};

static const struct word compute_text[] = {
	RENDER_AND_COMPUTE(INVALIDATE_COMPUTE, FLUSH_COMPUTE),
};

static const struct word copy_text[] = {
	BEGIN_TIMESTAMP,
	STORE_STARTED(UNLESS_FLUSH),
	{ PREPARSER_OFF, NOTHING, IF_FLUSH },
	FLUSH_AND_STORE(MI_FLUSH_DW_INVALIDATE_TLB, LRC_STATUS_STARTED, IF_FLUSH),
	{ PREPARSER_ON, NOTHING, IF_FLUSH },
	RUN_BATCH,
	FLUSH_FOR_FENCE,
	STORE_FENCE,
	FLUSH_AND_STORE(0, LRC_STATUS_SEQUENCE, ALWAYS),
	INTERRUPT,
};

static const struct word video_text[] = {
	BEGIN_TIMESTAMP,
	{ PREPARSER_OFF },
	FLUSH_AND_STORE(MI_FLUSH_DW_INVALIDATE_TLB, LRC_STATUS_STARTED, IF_FLUSH),
	{ PREPARSER_ON },
	STORE_STARTED(UNLESS_FLUSH),
	RUN_BATCH,
	FLUSH_FOR_FENCE,
	STORE_FENCE,
	FLUSH_AND_STORE(0, LRC_STATUS_SEQUENCE, ALWAYS),
	INTERRUPT,
};

#define TEXT(words_, ...)	\
	{ .words = (words_), .count = ARRAY_SIZE(words_), .longest = { __VA_ARGS__ } }

static const struct text {
	const struct word *words;
	unsigned int count;
	/* How many of them there are with a flush of the TLB; without and with a user's fence */
	unsigned int longest[2];
} texts[] = {
	[XE_ENGINE_RENDER] = TEXT(render_text, 35, 40),
	[XE_ENGINE_COMPUTE] = TEXT(compute_text, 35, 40),
	[XE_ENGINE_COPY] = TEXT(copy_text, 21, 30),
	[XE_ENGINE_VIDEO_DECODE] = TEXT(video_text, 21, 30),
	[XE_ENGINE_VIDEO_ENHANCE] = TEXT(video_text, 21, 30),
};

static_assert(ARRAY_SIZE(texts) == XE_ENGINE_CLASSES);

/* Which word of a child says that it is done with the job. */
static u32 joined(const struct xe_ring_job *job)
{
	return job->sequence % LRC_JOINED_WORDS * sizeof(u32);
}

static u32 put(u32 *ring, u32 at, u32 value)
{
	ring[at / sizeof(*ring)] = value;
	return xe_ring_advance(at, sizeof(*ring));
}

static u32 wait_for_others(u32 *ring, u32 at, const struct xe_ring_job *job)
{
	unsigned int waits = job->has_fence && !job->joins ? job->num_others : 0;

	for (unsigned int i = 0; i < waits; i++) {
		at = put(ring, at, MI_SEMAPHORE_WAIT | MI_SEMAPHORE_WAIT_GGTT |
				   MI_SEMAPHORE_WAIT_POLL | MI_SEMAPHORE_WAIT_EQUAL);
		at = put(ring, at, job->sequence);
		at = put(ring, at, job->others[i] + LRC_STATUS_JOINED + joined(job));
		at = put(ring, at, 0);
		at = put(ring, at, 0);
	}
	return at;
}

/*
 * Nothing is executed but a word that allows switching again: it may have been in what was there,
 * or the engine may have stopped before it.
 */
static void blank(u32 *ring, u32 from, u32 to)
{
	if (from == to)
		return;

	from = put(ring, from, ARB_ON);
	while (from != to)
		from = put(ring, from, MI_NOOP);
}

/**
 * xe_ring_job_bytes - size of the text of a job
 * @class: of the engine
 * @has_fence: with a user's fence
 * @num_others: how many more rings the job is in
 *
 * Context: any.
 * Return: bytes, a multiple of 8.
 */
u32 xe_ring_job_bytes(enum xe_engine_class class, bool has_fence, unsigned int num_others)
{
	/* It is longest where it waits for the others. */
	u32 waits = has_fence ? num_others * WAIT_BYTES : 0;

	return ALIGN(texts[class].longest[has_fence] * sizeof(u32) + waits, 8);
}

/**
 * xe_ring_write - write the text of a job
 * @ring: LRC_RING_BYTES
 * @at: where it begins; there is room for xe_ring_job_bytes()
 * @job: what it does
 *
 * The engine does not see it before xe_lrc_set_tail(). A job of a parallel context is written into
 * the ring of each child, with the child's own status page and batch.
 *
 * Context: any.
 * Return: the position behind it.
 */
u32 xe_ring_write(u32 *ring, u32 at, const struct xe_ring_job *job)
{
	const bool is_there[] = {
		[ALWAYS] = true,
		[IF_FLUSH] = job->flush_tlb,
		[UNLESS_FLUSH] = !job->flush_tlb,
		[IF_FENCE] = job->has_fence,
		[IF_STORES] = job->has_fence && !job->joins,
		[IF_JOINS] = job->has_fence && job->joins,
		[WAIT_FOR_OTHERS] = job->num_others,
	};
	const u32 addend[] = {
		[NOTHING] = 0,
		[STATUS] = job->status,
		[SEQUENCE] = job->sequence,
		[JOINED] = job->status + joined(job),
		[PPGTT] = job->ppgtt ? MI_BATCH_BUFFER_START_PPGTT : 0,
		[BATCH] = lower_32_bits(job->batch),
		[BATCH_HI] = upper_32_bits(job->batch),
		[FENCE_ADDRESS] = lower_32_bits(job->fence_address),
		[FENCE_ADDRESS_HI] = upper_32_bits(job->fence_address),
		[FENCE_VALUE] = lower_32_bits(job->fence_value),
		[FENCE_VALUE_HI] = upper_32_bits(job->fence_value),
		[FLUSH] = job->flush_tlb ? PIPE_CONTROL_TLB_INVALIDATE : 0,
	};
	u32 end = xe_ring_advance(at, xe_ring_job_bytes(job->class, job->has_fence,
							job->num_others));
	const struct text *text = &texts[job->class];
	const struct word *word;

	for (word = text->words; word < text->words + text->count; word++)
		if (!is_there[word->when])
			continue;
		else if (word->when == WAIT_FOR_OTHERS)
			at = wait_for_others(ring, at, job);
		else
			at = put(ring, at, word->text + addend[word->addend]);
	while (at != end)
		at = put(ring, at, MI_NOOP);
	return end;
}

/**
 * xe_ring_rewind - find where a context starts that the GuC has forgotten
 * @ring: LRC_RING_BYTES
 * @saved: the head in the image, xe_lrc_head(); the engine may have run further
 * @first: where the first job begins that is to run, @tail if there is none
 * @tail: the end of the last one
 *
 * What is between the head and the first job was done and must not run again: it is blanked. If the
 * engine was saved within the first job the context has to start at the beginning of that again.
 *
 * Context: any; the engines have stopped.
 * Return: the head that the image must have. If it is not @saved the image has to be changed, which
 * the GuC takes only of contexts of width 1; a parallel one cannot be continued.
 */
u32 xe_ring_rewind(u32 *ring, u32 saved, u32 first, u32 tail)
{
	saved = xe_ring_advance(saved, 0);
	if (xe_ring_advance(saved, -first) <= xe_ring_advance(tail, -first))
		return first;

	blank(ring, saved, first);
	return saved;
}
