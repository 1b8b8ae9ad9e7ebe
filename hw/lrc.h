/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_LRC_H_
#define _XE_HW_LRC_H_

#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "abi/lrc.h"
#include "xe_hw.h"
#include "xe_info.h"

struct xe_device;
struct xe_lrc_chunk;

#define XE_LRC_MAX_SLOTS	16384
#define XE_LRC_CHUNK_SLOTS	64
#define XE_LRC_MAX_CHUNKS	(XE_LRC_MAX_SLOTS / XE_LRC_CHUNK_SLOTS)

/**
 * struct xe_lrc - where a context lives: ring, status page and registers
 *
 * Embedded in what the context belongs to. Its memory stays until xe_lrc_free(), whatever becomes
 * of the device, and can be read and written without a token.
 */
struct xe_lrc {
	/** @ring: LRC_RING_BYTES of commands */
	u32 *ring;
	/** @status: its status page, LRC_STATUS_* */
	void *status;
	/** @regs: its registers, words LRC_* */
	u32 *regs;
	/** @ggtt: GGTT address of @status, which is how the GuC is told of the context */
	u32 ggtt;
	/** @ppgtt: its batches have an address space of their own; from xe_lrc_init() */
	bool ppgtt;
	/** @class: of the engines that it is for */
	enum xe_engine_class class;
	/** @gt_id: GT of those engines */
	u8 gt_id;
	/** @slot: its number in @chunk */
	u8 slot;
	/** @chunk: the memory that it is part of; NULL if there is no slot */
	struct xe_lrc_chunk *chunk;
};

/**
 * struct xe_lrc_args - what a new context starts from
 */
struct xe_lrc_args {
	/** @root: entry that leads to the page tables; 0 if batches are in the GGTT */
	u64 root;
	/** @asid: name of the address space; 0 as @root */
	u32 asid;
	/** @sequence: of the job before the first */
	u32 sequence;
};

/**
 * struct xe_lrcs - slots of a device, software
 */
struct xe_lrcs {
	/** @lock: protects what follows up to @closed, and &xe_lrc_chunk.used; interrupts off */
	spinlock_t lock;
	/** @roomy: chunks with a slot that is free; those of which all are free are last */
	struct list_head roomy;
	/** @num_chunks: how many there are */
	unsigned int num_chunks;
	/** @num_empty: of which so many have no slot in use */
	unsigned int num_empty;
	/** @closed: no slot is handed out any more */
	bool closed;
	/** @grow: one chunk is added at a time */
	struct mutex grow;
	/** @shrink: takes empty ones back; on the bound side */
	struct xe_hw_work shrink;
	/** @record: one default image is recorded at a time; outside of @grow */
	struct mutex record;
	/** @defaults: registers that a new context starts with, by GT and class; may be NULL */
	u32 *defaults[XE_MAX_GTS][XE_ENGINE_CLASSES];
};

int xe_lrcs_init(struct xe_device *xe);
void xe_lrcs_close(struct xe_device *xe);

size_t xe_lrc_image_bytes(enum xe_engine_class class);
int __must_check xe_lrc_alloc(struct xe_device *xe, unsigned int gt_id, enum xe_engine_class class,
			      struct xe_lrc *lrc);
void xe_lrc_free(struct xe_device *xe, struct xe_lrc *lrc);
void xe_lrc_init(struct xe_device *xe, struct xe_lrc *lrc, const struct xe_lrc_args *args);
const u32 *xe_lrc_default(struct xe_device *xe, unsigned int gt_id, enum xe_engine_class class);
size_t xe_lrc_regs_bytes(enum xe_engine_class class);
int xe_lrc_set_default(struct xe_device *xe, const struct xe_lrc *lrc);

/**
 * xe_lrc_ring_ggtt - where engines see the ring of a slot
 * @lrc: the slot
 *
 * Context: any.
 * Return: a GGTT address.
 */
static inline u32 xe_lrc_ring_ggtt(const struct xe_lrc *lrc)
{
	return lrc->ggtt - LRC_RING_BYTES;
}

static inline u32 xe_lrc_read_status(const struct xe_lrc *lrc, unsigned int offset)
{
	u32 value = READ_ONCE(*(u32 *)(lrc->status + offset));

	dma_rmb();
	return value;
}

/**
 * xe_lrc_sequence - which job was done last
 * @lrc: the context
 *
 * Numbers wrap: compare their difference, signed, with 0. What the engine wrote before is seen by
 * reads that follow.
 *
 * Context: any.
 */
static inline u32 xe_lrc_sequence(const struct xe_lrc *lrc)
{
	return xe_lrc_read_status(lrc, LRC_STATUS_SEQUENCE);
}

/**
 * xe_lrc_started - which job began last
 * @lrc: the context
 *
 * Context: any.
 */
static inline u32 xe_lrc_started(const struct xe_lrc *lrc)
{
	return xe_lrc_read_status(lrc, LRC_STATUS_STARTED);
}

/**
 * xe_lrc_job_timestamp - xe_lrc_timestamp() when the job began that began last
 * @lrc: the context
 *
 * Context: any.
 */
static inline u32 xe_lrc_job_timestamp(const struct xe_lrc *lrc)
{
	return xe_lrc_read_status(lrc, LRC_STATUS_JOB_TIMESTAMP);
}

/**
 * xe_lrc_timestamp - how long the context has run, in ticks of the GT's clock, when last saved
 * @lrc: the context
 *
 * Context: any.
 */
static inline u32 xe_lrc_timestamp(const struct xe_lrc *lrc)
{
	return READ_ONCE(lrc->regs[LRC_TIMESTAMP]);
}

/**
 * xe_lrc_head - up to where the ring had been executed, in bytes, when the context was last saved
 * @lrc: the context
 *
 * Context: any.
 */
static inline u32 xe_lrc_head(const struct xe_lrc *lrc)
{
	return READ_ONCE(lrc->regs[LRC_RING_HEAD]) & LRC_RING_HEAD_OFFSET;
}

/**
 * xe_lrc_set_head - where to begin
 * @lrc: the context; the GuC does not know it
 * @head: in bytes
 *
 * Context: any.
 */
static inline void xe_lrc_set_head(struct xe_lrc *lrc, u32 head)
{
	WRITE_ONCE(lrc->regs[LRC_RING_HEAD], head);
}

/**
 * xe_lrc_set_tail - up to where the ring may be executed
 * @lrc: the context
 * @tail: in bytes
 *
 * The engine sees what was written into the ring before it sees this.
 *
 * Context: any.
 */
static inline void xe_lrc_set_tail(struct xe_lrc *lrc, u32 tail)
{
	dma_wmb();
	WRITE_ONCE(lrc->regs[LRC_RING_TAIL], tail);
}

#endif
