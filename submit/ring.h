/* SPDX-License-Identifier: MIT */
#ifndef _XE_SUBMIT_RING_H_
#define _XE_SUBMIT_RING_H_

#include <linux/types.h>

#include "abi/lrc.h"
#include "guc/context.h"
#include "xe_info.h"

/* Bytes that stay unwritten, so that a full ring is not taken for an empty one. */
#define XE_RING_GAP		64

/**
 * struct xe_ring_job - what the text of a job is made from, for one ring
 */
struct xe_ring_job {
	/** @class: of the engine */
	enum xe_engine_class class;
	/** @ppgtt: @batch is in the address space of the context, else in the GGTT */
	bool ppgtt;
	/** @flush_tlb: make the engine forget translations, before the batch */
	bool flush_tlb;
	/** @has_fence: store @fence_value at @fence_address when the batches are done */
	bool has_fence;
	/** @joins: of a parallel job: another ring stores it, and waits for this one's batch */
	bool joins;
	/** @num_others: how many other rings the job has */
	u8 num_others;
	/** @others: their status pages, as @status, if this ring stores the fence */
	u32 others[XE_CONTEXT_MAX_WIDTH - 1];
	/** @status: GGTT address of the status page, as struct xe_lrc has it */
	u32 status;
	/** @sequence: number of the job, which is how it is known to have begun, and to be done */
	u32 sequence;
	/** @batch: address of the commands */
	u64 batch;
	/** @fence_address: in the address space of the context, a multiple of 8 */
	u64 fence_address;
	/** @fence_value: what is stored there */
	u64 fence_value;
};

/*
 * Positions are in bytes from the start of the ring, multiples of 8, below LRC_RING_BYTES.
 */
u32 xe_ring_job_bytes(enum xe_engine_class class, bool has_fence, unsigned int num_others);
u32 xe_ring_write(u32 *ring, u32 at, const struct xe_ring_job *job);
u32 xe_ring_rewind(u32 *ring, u32 saved, u32 first, u32 tail);

/**
 * xe_ring_advance - the position behind some text
 * @at: where the text begins
 * @bytes: its size
 *
 * Context: any.
 */
static inline u32 xe_ring_advance(u32 at, u32 bytes)
{
	return (at + bytes) & (LRC_RING_BYTES - 1);
}

/**
 * xe_ring_space - how much text can be written
 * @head: where the first job begins that is not done, @tail if all are
 * @tail: where the text goes
 *
 * The head that an engine saved may be far behind; what the sequence says is the truth.
 *
 * Context: any.
 * Return: bytes.
 */
static inline u32 xe_ring_space(u32 head, u32 tail)
{
	return (head - tail - XE_RING_GAP) & (LRC_RING_BYTES - 1);
}

#endif
