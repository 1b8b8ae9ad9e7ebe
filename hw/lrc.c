// SPDX-License-Identifier: MIT
/*
 * Where contexts live: rings, status pages and images of registers.
 */

#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/error-injection.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "abi/mi_commands.h"
#include "hw/ggtt_buf.h"
#include "hw/lrc.h"
#include "xe_device.h"
#include "xe_hw.h"

/**
 * DOC: Context slots
 *
 * A context is a ring, a status page and pages of registers, next to each other in the GGTT: a
 * *slot*. Slots are cut from chunks of 2 MiB of system memory, each mapped once. To make a context
 * is to take a slot and to write to memory; no entry of the GGTT changes and no firmware is asked,
 * unless the chunks are full. A new chunk is allocated by who needs it, charged to its cgroup, and
 * mapped by the bound side, since the GuC has to be told to forget what it caches of the GGTT. So
 * the bound side also takes it back, when all of its slots are free and another such chunk is
 * there for who comes next.
 *
 * All slots have the size that render engines need, although others need 4 or 8 KiB less: so any
 * free slot will do for any context, and nobody can fill all chunks with a few slots of one size.
 * There are at most 256 chunks, 512 MiB of the GGTT's 4 GiB. A slot has one id of the GuC's, which
 * has four times as many, so it is slots that are shared out among clients: xe_usage.c.
 *
 * Whoever has a slot reads and writes it without a token: it is memory, also behind unbind. An
 * address in the GGTT is but a number. A slot is given back when the GuC has forgotten the context,
 * or its GT was reset. Engines that cannot be stopped keep theirs, and behind unbind none is given
 * out any more, see xe_lrcs_close().
 *
 * In system memory the status page can be read cheaply, and when the card is gone. That rings and
 * registers may be there too on a card with VRAM follows from the GGTT, whose entries each choose;
 * it was not tried on silicon.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * slot                     its user      xe_lrc_free()
 * chunk                    drm_device    it is empty, another is too; last reference to the
 *                                        device is dropped
 * default images           drm_device    last reference to it is dropped
 * mapping of a chunk       bound side    before its chunk; unbind, as every xe_ggtt_buf
 * ======================== ============= ==========================================
 */

#define CHUNK_BYTES		SZ_2M
#define SLOT_BYTES		(LRC_RING_BYTES + 4 * SZ_4K)

struct xe_lrc_chunk {
	/* on &xe_lrcs.roomy, or empty if no slot is free */
	struct list_head link;
	struct xe_ggtt_buf buf;
	/* it was mapped; then it stays, whatever became of the mapping */
	bool mapped;
	DECLARE_BITMAP(used, XE_LRC_CHUNK_SLOTS);
};

static_assert(XE_LRC_CHUNK_SLOTS * SLOT_BYTES == CHUNK_BYTES);

/**
 * xe_lrc_image_bytes - size of the image of a context
 * @class: of the engine
 *
 * Source: hardware.rst xe-hw-context, Xe2.
 *
 * Context: any.
 * Return: bytes, whole pages, with the status page.
 */
size_t xe_lrc_image_bytes(enum xe_engine_class class)
{
	switch (class) {
	case XE_ENGINE_RENDER:
		return 4 * SZ_4K;
	case XE_ENGINE_COMPUTE:
		return 3 * SZ_4K;
	default:
		return 2 * SZ_4K;
	}
}

/**
 * xe_lrc_regs_bytes - size of the registers in it
 * @class: of the engine
 *
 * Context: any.
 * Return: bytes, whole pages.
 */
size_t xe_lrc_regs_bytes(enum xe_engine_class class)
{
	return xe_lrc_image_bytes(class) - LRC_STATUS_BYTES;
}

static void slot_open(struct xe_lrc_chunk *chunk, unsigned int slot, struct xe_lrc *lrc)
{
	size_t offset = slot * SLOT_BYTES;

	lrc->chunk = chunk;
	lrc->slot = slot;
	lrc->ring = chunk->buf.cpu + offset;
	lrc->status = chunk->buf.cpu + offset + LRC_RING_BYTES;
	lrc->regs = lrc->status + LRC_STATUS_BYTES;
	lrc->ggtt = xe_ggtt_buf_ggtt(&chunk->buf) + offset + LRC_RING_BYTES;
}

/* Chunks that are in use come first, so that others stay empty. */
static int slot_take(struct xe_lrcs *lrcs, struct xe_lrc *lrc)
{
	struct xe_lrc_chunk *chunk;
	unsigned int slot;

	guard(spinlock_irqsave)(&lrcs->lock);
	if (lrcs->closed)
		return -ENODEV;

	chunk = list_first_entry_or_null(&lrcs->roomy, struct xe_lrc_chunk, link);
	if (!chunk)
		return -EAGAIN;

	lrcs->num_empty -= bitmap_empty(chunk->used, XE_LRC_CHUNK_SLOTS);
	slot = find_first_zero_bit(chunk->used, XE_LRC_CHUNK_SLOTS);
	__set_bit(slot, chunk->used);
	if (bitmap_full(chunk->used, XE_LRC_CHUNK_SLOTS))
		list_del_init(&chunk->link);
	slot_open(chunk, slot, lrc);
	return 0;
}

static void chunk_free(struct drm_device *drm, void *data)
{
	kfree(data);
}

static struct xe_lrc_chunk *chunk_alloc(struct xe_device *xe)
{
	struct xe_lrc_chunk *chunk = kzalloc(sizeof(*chunk), GFP_KERNEL_ACCOUNT);
	int err;

	if (!chunk)
		return NULL;

	INIT_LIST_HEAD(&chunk->link);
	if (drmm_add_action_or_reset(&xe->drm, chunk_free, chunk))
		return NULL;

	err = xe_ggtt_buf_alloc(xe, &chunk->buf, CHUNK_BYTES, GFP_KERNEL_ACCOUNT, "contexts");
	if (!err)
		return chunk;

	drmm_release_action(&xe->drm, chunk_free, chunk);
	return NULL;
}

static void chunk_release(struct xe_device *xe, struct xe_lrc_chunk *chunk)
{
	xe_ggtt_buf_release(xe, &chunk->buf);
	drmm_release_action(&xe->drm, chunk_free, chunk);
}

static int chunk_map(struct xe_hw hw, void *data)
{
	struct xe_lrc_chunk *chunk = data;
	int err = xe_ggtt_buf_map(hw, &chunk->buf);

	chunk->mapped = !err;
	return err;
}

/* 0 if there is room. */
static int may_grow(struct xe_lrcs *lrcs)
{
	guard(spinlock_irqsave)(&lrcs->lock);
	if (lrcs->closed || !list_empty(&lrcs->roomy))
		return 0;
	return lrcs->num_chunks < XE_LRC_MAX_CHUNKS ? -EAGAIN : -ENOSPC;
}

static int chunk_add(struct xe_device *xe, struct xe_lrc_chunk *chunk)
{
	struct xe_lrcs *lrcs = &xe->lrcs;
	int err = xe_hw_call(xe, chunk_map, chunk);

	if (!chunk->mapped)
		return err;

	guard(spinlock_irqsave)(&lrcs->lock);
	lrcs->num_chunks++;
	lrcs->num_empty++;
	list_add_tail(&chunk->link, &lrcs->roomy);
	return err;
}

/*
 * Who waits for memory that is charged to him does not hold the lock of all. What is not needed, as
 * somebody has made room meanwhile, goes again.
 */
static int grow(struct xe_device *xe)
{
	struct xe_lrc_chunk *chunk;
	int err = may_grow(&xe->lrcs);

	if (err != -EAGAIN)
		return err;
	chunk = chunk_alloc(xe);
	if (!chunk)
		return -ENOMEM;

	err = mutex_lock_killable(&xe->lrcs.grow);
	if (!err) {
		err = may_grow(&xe->lrcs);
		if (err == -EAGAIN)
			err = chunk_add(xe, chunk);
		mutex_unlock(&xe->lrcs.grow);
	}
	if (!chunk->mapped)
		chunk_release(xe, chunk);
	return err;
}

static struct xe_lrc_chunk *take_spare(struct xe_lrcs *lrcs)
{
	struct xe_lrc_chunk *chunk;

	guard(spinlock_irqsave)(&lrcs->lock);
	if (lrcs->closed || lrcs->num_empty < 2)
		return NULL;

	chunk = list_last_entry(&lrcs->roomy, struct xe_lrc_chunk, link);
	list_del(&chunk->link);
	lrcs->num_empty--;
	lrcs->num_chunks--;
	return chunk;
}

/* The GuC has let go of what was in them. */
static void shrink(struct xe_hw hw, struct xe_hw_work *work)
{
	struct xe_device *xe = xe_hw_device(hw);
	struct xe_lrc_chunk *chunk;

	while ((chunk = take_spare(&xe->lrcs))) {
		xe_ggtt_buf_unmap(hw, &chunk->buf);
		chunk_release(xe, chunk);
	}
}

/**
 * xe_lrc_alloc - take a slot
 * @xe: the device
 * @gt_id: GT of the engines that the context is for
 * @class: their class; the GT has such
 * @lrc: filled in; the slot holds what a previous user left until xe_lrc_init()
 *
 * Context: process context, may sleep and, if a chunk has to be added, wait for the bound side; not
 * in a section.
 * Return: 0; -ENOMEM; -ENOSPC if the device has all the contexts it may have; -ENODEV if it is
 * gone; -EINTR if the caller was killed.
 */
int xe_lrc_alloc(struct xe_device *xe, unsigned int gt_id, enum xe_engine_class class,
		 struct xe_lrc *lrc)
{
	int err;

	lrc->gt_id = gt_id;
	lrc->class = class;
	/* Others may take what was added; chunks have room for dozens, and come to an end. */
	while ((err = slot_take(&xe->lrcs, lrc)) == -EAGAIN) {
		err = grow(xe);
		if (err)
			break;
	}
	return err;
}

/**
 * xe_lrc_free - give a slot back
 * @xe: the device
 * @lrc: from xe_lrc_alloc(); nothing happens if it has no slot
 *
 * No engine may save the context any more: the GuC has forgotten it, or its GT was reset.
 *
 * Context: any.
 */
void xe_lrc_free(struct xe_device *xe, struct xe_lrc *lrc)
{
	struct xe_lrcs *lrcs = &xe->lrcs;
	struct xe_lrc_chunk *chunk = lrc->chunk;

	if (!chunk)
		return;

	lrc->chunk = NULL;
	guard(spinlock_irqsave)(&lrcs->lock);
	__clear_bit(lrc->slot, chunk->used);
	if (list_empty(&chunk->link))
		list_add(&chunk->link, &lrcs->roomy);
	if (!bitmap_empty(chunk->used, XE_LRC_CHUNK_SLOTS))
		return;

	list_move_tail(&chunk->link, &lrcs->roomy);
	if (++lrcs->num_empty > 1)
		xe_hw_work_queue(&lrcs->shrink);
}

/**
 * xe_lrcs_close - hand out no slot any more
 * @xe: the device
 *
 * At unbind, also if engines could not be stopped, which may save contexts at any time then.
 *
 * Context: any.
 */
void xe_lrcs_close(struct xe_device *xe)
{
	guard(spinlock_irqsave)(&xe->lrcs.lock);
	xe->lrcs.closed = true;
}

/*
 * Registers that an engine loads and saves, relative to it, as commands that load them: see
 * hardware.rst xe-hw-context. Between two commands are words that do nothing.
 */
static const u16 ring_regs[] = {
	0x244, 0x034, 0x030, 0x038, 0x03c, 0x168, 0x140, 0x110, 0x1c0, 0x1c4, 0x1c8, 0x180, 0x2b4,
	0x120, 0x124,
};

static const u16 space_regs[] = {
	0x3a8, 0x3ac, 0x108, 0x284, 0x280, 0x27c, 0x278, 0x274, 0x270,
};

static const u16 scheduling_regs[] = { 0x5a8, 0x5ac };
static const u16 power_regs[] = { 0x0c8 };
static const u16 copy_regs[] = { 0x200, 0x204 };

struct load {
	u8 word;	/* where the command is */
	u8 count;
	bool posted;
	const u16 *regs;
};

#define LOAD(word, posted, regs)	{ word, ARRAY_SIZE(regs), posted, regs }
#define LOAD_COMMON			LOAD(0x01, true, ring_regs), LOAD(0x21, true, space_regs)

static const struct load render_loads[] = {
	LOAD_COMMON, LOAD(0x36, true, scheduling_regs), LOAD(0x41, false, power_regs), { }
};

static const struct load copy_loads[] = { LOAD_COMMON, LOAD(0x41, true, copy_regs), { } };
static const struct load other_loads[] = { LOAD_COMMON, { } };

static const struct load *loads_of(enum xe_engine_class class)
{
	switch (class) {
	case XE_ENGINE_RENDER:
		return render_loads;
	case XE_ENGINE_COPY:
		return copy_loads;
	default:
		return other_loads;
	}
}

static u32 *write_load(u32 *regs, const struct load *load)
{
	u32 *at = regs + load->word;

	*at++ = MI_LOAD_REGISTER_IMM(load->count) | MI_LOAD_REGISTER_IMM_ENGINE |
		(load->posted ? MI_LOAD_REGISTER_IMM_POSTED : 0);
	for (unsigned int i = 0; i < load->count; i++) {
		*at++ = load->regs[i];
		*at++ = 0;
	}
	return at;
}

/* The engine takes ring and address space from it, and what it has itself for the rest. */
static void write_empty(u32 *regs, enum xe_engine_class class)
{
	u32 *end = regs;

	memset(regs, 0, xe_lrc_regs_bytes(class));
	for (const struct load *load = loads_of(class); load->count; load++)
		end = write_load(regs, load);
	*end = MI_BATCH_BUFFER_END | BIT(0);

	regs[LRC_CONTROL] = XE_MASKED_ENABLE(LRC_CONTROL_RESTORE_INHIBIT |
					     LRC_CONTROL_INHIBIT_SYNC);
	regs[LRC_MI_MODE] = XE_MASKED_DISABLE(LRC_MI_MODE_STOP);
}

static void write_regs(struct xe_lrc *lrc, const struct xe_lrc_args *args)
{
	u32 *regs = lrc->regs;

	regs[LRC_RING_HEAD] = 0;
	regs[LRC_RING_TAIL] = LRC_RING_FIRST;
	regs[LRC_RING_START] = xe_lrc_ring_ggtt(lrc);
	regs[LRC_RING_CONTROL] = (LRC_RING_BYTES - SZ_4K) | LRC_RING_VALID;
	regs[LRC_TIMESTAMP] = 0;
	regs[LRC_TIMESTAMP_HI] = 0;
	regs[LRC_ASID] = args->asid;
	regs[LRC_ROOT_HI] = upper_32_bits(args->root);
	regs[LRC_ROOT_LO] = lower_32_bits(args->root);
}

static void write_status(struct xe_lrc *lrc, u32 sequence)
{
	memset(lrc->status, 0, LRC_STATUS_BYTES);
	*(u32 *)(lrc->status + LRC_STATUS_SEQUENCE) = sequence;
	*(u32 *)(lrc->status + LRC_STATUS_STARTED) = sequence;
}

/* A context may be switched until it says otherwise, but does not start so. */
static void write_ring(struct xe_lrc *lrc)
{
	memset(lrc->ring, 0, LRC_RING_BYTES);
	lrc->ring[0] = MI_ARB_ON_OFF | MI_ARB_ENABLE;
	lrc->ring[1] = MI_NOOP;
}

static u32 **default_of(struct xe_device *xe, unsigned int gt_id, enum xe_engine_class class)
{
	return &xe->lrcs.defaults[gt_id][class];
}

/**
 * xe_lrc_default - registers of the default image
 * @xe: the device
 * @gt_id: of a GT
 * @class: of engines
 *
 * Context: any. Once there is one it stays, and stays the same.
 * Return: xe_lrc_regs_bytes() of words; NULL if there is none yet.
 */
const u32 *xe_lrc_default(struct xe_device *xe, unsigned int gt_id, enum xe_engine_class class)
{
	/* Pairs with the release in xe_lrc_set_default(): who sees the image sees what is in it. */
	return smp_load_acquire(default_of(xe, gt_id, class));
}

/**
 * xe_lrc_init - make a new context in a slot
 * @xe: the device
 * @lrc: the slot; the GuC does not know a context in it
 * @args: what the context starts from
 *
 * It starts with the registers of the default image of its class, as the GuC has it. As long as
 * there is none it starts with an empty one: then other registers are as the context before left
 * them, which is for the first contexts of the class only, see submit/record.c.
 *
 * The first text of the ring goes to LRC_RING_FIRST.
 *
 * Context: any.
 */
void xe_lrc_init(struct xe_device *xe, struct xe_lrc *lrc, const struct xe_lrc_args *args)
{
	const u32 *image = xe_lrc_default(xe, lrc->gt_id, lrc->class);

	if (image)
		memcpy(lrc->regs, image, xe_lrc_regs_bytes(lrc->class));
	else
		write_empty(lrc->regs, lrc->class);

	write_regs(lrc, args);
	write_status(lrc, args->sequence);
	write_ring(lrc);
	lrc->ppgtt = args->root;
}

/**
 * xe_lrc_set_default - new contexts start with the registers of this one
 * @xe: the device
 * @lrc: an engine has saved it, and does not run it
 *
 * Context: process context, may sleep; one at a time.
 * Return: 0 or -ENOMEM.
 */
int xe_lrc_set_default(struct xe_device *xe, const struct xe_lrc *lrc)
{
	u32 *image = drmm_kmalloc(&xe->drm, xe_lrc_regs_bytes(lrc->class), GFP_KERNEL);

	if (!image)
		return -ENOMEM;

	memcpy(image, lrc->regs, xe_lrc_regs_bytes(lrc->class));
	/* Pairs with the acquire in xe_lrc_default(). */
	smp_store_release(default_of(xe, lrc->gt_id, lrc->class), image);
	return 0;
}

/**
 * xe_lrcs_init - software step: slots can be had, once there is hardware
 * @xe: the device
 *
 * Context: before probe's steps.
 * Return: 0 or -ENOMEM.
 */
int xe_lrcs_init(struct xe_device *xe)
{
	struct xe_lrcs *lrcs = &xe->lrcs;
	int err;

	spin_lock_init(&lrcs->lock);
	INIT_LIST_HEAD(&lrcs->roomy);
	xe_hw_work_init(xe, &lrcs->shrink, shrink);

	err = drmm_mutex_init(&xe->drm, &lrcs->record);
	if (err)
		return err;
	return drmm_mutex_init(&xe->drm, &lrcs->grow);
}
ALLOW_ERROR_INJECTION(xe_lrcs_init, ERRNO);
