// SPDX-License-Identifier: MIT
/*
 * Recording the default image of a class of engines.
 */

#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <drm/drm_print.h>

#include "abi/mi_commands.h"
#include "guc/ads.h"
#include "guc/context.h"
#include "hw/forcewake.h"
#include "hw/lrc.h"
#include "hw/state.h"
#include "hw/wa.h"
#include "submit/record.h"
#include "submit/ring.h"
#include "xe_device.h"

/**
 * DOC: Default images
 *
 * A context that starts with an empty image has whatever registers the context before it left to
 * the engine. So one context of each class is run before all others, and what the engine saved of
 * it is what later ones start with. It runs a batch that sets what workarounds want, and all state
 * of 3D that would be left out of the image if nothing set it (workaround 14019789679). Then
 * another context runs, which makes the engine save the first; then the first again, so that what
 * an engine does when it loads a context is in the image as well. It is stopped, so that the engine
 * saves it once more, and copied before it ends: until then it is known if it or its GT is reset.
 *
 * This is done when the first queue of a class is created, on the bound side, as it waits for the
 * engine. The contexts have no address space: their batches are in the GGTT, in a slot taken for
 * that. If the GT is reset meanwhile it is done again. If it fails no queue is created, and the
 * next one tries again: no context of a user may run before, or what it left to the engine would be
 * in everybody's image.
 *
 * The GuC may keep a context longer than we wait. What it needs is kept by references: one for each
 * context that it may know, which the table of contexts gives back, by unbind at the latest.
 *
 * ======================== ============= ====================================================
 * object                   owner         released when
 * ======================== ============= ====================================================
 * slots of the contexts    the recorder  with it
 * the recorder             references    ours: the call is over; the table's: gone()
 * default image            drm_device    last reference to it is dropped
 * ======================== ============= ====================================================
 */

#define TRIES		3	/* if the GT is reset each time */
#define JOB_TIMEOUT_MS	1000
#define END_TIMEOUT_MS	6000	/* and a preemption: the GuC has 5 s, then its GT is reset */

#define BATCH_EMPTY	(12 * SZ_1K)	/* where it is in the ring of the slot for batches */

struct recorder;

struct subject {
	struct xe_context_owner owner;
	struct recorder *recorder;
	struct xe_lrc lrc;
	struct xe_context *context;	/* until the table has it */
	int number;			/* in the table, or an error */
	u32 tail;
	u32 sequence;
	bool failed;
	bool stopped;
	bool gone;
};

struct recorder {
	struct kref ref;
	struct xe_device *xe;
	unsigned int gt_id;
	enum xe_engine_class class;
	struct xe_lrc batches;
	struct subject first, other;
	bool was_reset;			/* the GT, while they ran */
};

static void recorder_release(struct kref *ref)
{
	struct recorder *rec = container_of(ref, struct recorder, ref);

	xe_context_free(rec->first.context);
	xe_context_free(rec->other.context);
	xe_lrc_free(rec->xe, &rec->first.lrc);
	xe_lrc_free(rec->xe, &rec->other.lrc);
	xe_lrc_free(rec->xe, &rec->batches);
	kfree(rec);
}

static void subject_failed(struct xe_context_owner *owner, bool faulted)
{
	WRITE_ONCE(container_of(owner, struct subject, owner)->failed, true);
}

static void subject_forgotten(struct xe_context_owner *owner, bool saved)
{
	struct subject *s = container_of(owner, struct subject, owner);

	WRITE_ONCE(s->recorder->was_reset, true);
	WRITE_ONCE(s->failed, true);
}

static void subject_stopped(struct xe_context_owner *owner)
{
	struct subject *s = container_of(owner, struct subject, owner);

	/* Who reads that it has stopped, is_stopped(), is to see what was saved before. */
	smp_store_release(&s->stopped, true);
}

static void subject_gone(struct xe_context_owner *owner)
{
	struct subject *s = container_of(owner, struct subject, owner);

	WRITE_ONCE(s->gone, true);
	kref_put(&s->recorder->ref, recorder_release);
}

static const struct xe_context_owner_ops subject_ops = {
	.banned = subject_failed,
	.stopped = subject_stopped,
	.forgotten = subject_forgotten,
	.gone = subject_gone,
};

static int subject_init(struct recorder *rec, struct subject *s)
{
	s->owner.ops = &subject_ops;
	s->recorder = rec;
	s->number = -ENOENT;	/* none yet */
	s->context = xe_context_alloc(GFP_KERNEL);
	if (!s->context)
		return -ENOMEM;
	return xe_lrc_alloc(rec->xe, rec->gt_id, rec->class, &s->lrc);
}

static int recorder_init(struct recorder *rec)
{
	int err;

	err = subject_init(rec, &rec->first);
	if (err)
		return err;
	err = subject_init(rec, &rec->other);
	if (err)
		return err;
	return xe_lrc_alloc(rec->xe, rec->gt_id, rec->class, &rec->batches);
}

/*
 * State of 3D, in the order in which an image has it: the low bits of each command, and its words,
 * of which all but the first are zero. Source: Linux 6.12 drivers/gpu/drm/xe/xe_lrc.c.
 */
#define STATE_3D(command, words)	(0x3u << 29 | 0x3 << 27 | (command) << 16 | MI_WORDS(words))

static const struct {
	u8 command;
	u8 words;
} state_3d[] = {
	{ 0x15, 11 }, { 0x19, 11 }, { 0x1a, 11 }, { 0x16, 11 },	/* constants of shaders */
	{ 0x09, 69 }, { 0x55, 5 }, { 0x4a, 2 }, { 0x56, 3 },	/* vertex fetch */
	{ 0x10, 9 }, { 0x26, 2 }, { 0x2b, 2 }, { 0x58, 3 },	/* vertex shader */
	{ 0x1e, 5 }, { 0x60, 8 }, { 0x61, 8 }, { 0x62, 8 }, { 0x63, 8 },	/* stream output */
	{ 0x12, 4 }, { 0x6c, 6 }, { 0x81, 2 }, { 0x13, 4 },	/* clip and setup */
	{ 0x0f, 2 }, { 0x21, 2 }, { 0x50, 5 }, { 0x6e, 4 }, { 0x52, 6 }, { 0x0d, 2 }, /* raster */
	{ 0x1b, 9 }, { 0x27, 2 }, { 0x2c, 2 }, { 0x59, 3 },	/* hull shader */
	{ 0x7c, 3 }, { 0x7d, 7 }, { 0x7e, 10 }, { 0x80, 3 },	/* task shader */
	{ 0x1c, 5 }, { 0x79, 2 },				/* tessellation, distribution */
	{ 0x1d, 11 }, { 0x28, 2 }, { 0x2d, 2 }, { 0x5a, 3 },	/* domain shader */
	{ 0x11, 10 }, { 0x29, 2 }, { 0x2e, 2 }, { 0x5b, 3 },	/* geometry shader */
	{ 0x77, 3 }, { 0x7b, 10 }, { 0x7f, 3 }, { 0x7a, 8 },	/* mesh shader */
	{ 0x00, 4 },						/* drawing rectangle, fast */
};

static u32 *put_registers(u32 *at, const struct xe_wa_list *list, const u32 *values)
{
	if (!list->count)
		return at;

	*at++ = MI_LOAD_REGISTER_IMM(list->count);
	for (unsigned int i = 0; i < list->count; i++) {
		*at++ = list->writes[i].offset;
		*at++ = values[i];
	}
	return at;
}

static u32 *put_state_3d(u32 *at)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(state_3d); i++) {
		*at = STATE_3D(state_3d[i].command, state_3d[i].words);
		at += state_3d[i].words;
	}
	return at;
}

/* What an engine fetches ahead of the end is zero. */
static void put_batches(struct recorder *rec, const struct xe_wa_list *list, const u32 *values)
{
	u32 *at = rec->batches.ring;

	memset(at, 0, LRC_RING_BYTES);
	at[BATCH_EMPTY / sizeof(*at)] = MI_BATCH_BUFFER_END;

	at = put_registers(at, list, values);
	if (rec->class == XE_ENGINE_RENDER)
		at = put_state_3d(at);
	*at = MI_BATCH_BUFFER_END;
}

static int write_batches(struct xe_hw hw, struct xe_gt *gt, const struct xe_engine *engine,
			 struct recorder *rec)
{
	u32 values[XE_WA_MAX_WRITES];
	struct xe_wa_list list;
	int err;

	err = xe_wa_list(hw, gt, engine, XE_WA_CONTEXT, &list);
	if (err)
		return err;

	CLASS(xe_forcewake, fw)(hw, gt, XE_FW_ALL);
	if (fw.err)
		return fw.err;

	xe_gt_compose(hw, gt, list.writes, list.count, values);
	put_batches(rec, &list, values);
	return 0;
}

static u32 setting(const struct recorder *rec, enum xe_sched_setting which)
{
	return READ_ONCE(rec->xe->sched[rec->gt_id][rec->class].value[which][XE_SCHED_VALUE]);
}

static int subject_create(struct xe_hw hw, struct xe_gt *gt, const struct xe_engine *engine,
			  struct subject *s)
{
	struct recorder *rec = s->recorder;
	const struct xe_context_desc desc = {
		.class = rec->class,
		.mask = BIT(engine->logical),
		.width = 1,
		.lrca = { s->lrc.ggtt },
		.priority = GUC_PRIORITY_KERNEL_HIGH,
		.quantum_us = setting(rec, XE_SCHED_TIMESLICE_US),
		.preempt_us = setting(rec, XE_SCHED_PREEMPT_TIMEOUT_US),
	};

	xe_lrc_init(rec->xe, &s->lrc, &(struct xe_lrc_args){ });
	s->tail = LRC_RING_FIRST;

	kref_get(&rec->ref);
	s->number = xe_context_create(hw, gt, s->context, &desc, &s->owner);
	if (s->number < 0) {
		kref_put(&rec->ref, recorder_release);
		return s->number;
	}
	s->context = NULL;
	return 0;
}

static bool is_done(const struct subject *s)
{
	return READ_ONCE(s->failed) || xe_lrc_sequence(&s->lrc) == s->sequence;
}

static bool is_stopped(const struct subject *s)
{
	/* Pairs with subject_stopped(). */
	return READ_ONCE(s->failed) || smp_load_acquire(&s->stopped);
}

static bool is_gone(const struct subject *s)
{
	return s->number < 0 || READ_ONCE(s->gone);
}

static int wait_until(struct xe_hw hw, bool (*is_so)(const struct subject *s),
		      const struct subject *s, unsigned int ms)
{
	ktime_t end = ktime_add_ms(ktime_get(), ms);
	bool late = false;

	xe_hw_may_take_long(hw);
	while (!is_so(s)) {
		if (xe_hw_is_lost(hw) || xe_hw_is_going(hw))
			return -ENODEV;
		if (late)
			return -ETIMEDOUT;
		usleep_range(50, 100);
		late = ktime_after(ktime_get(), end);
	}
	return 0;
}

static int run(struct xe_hw hw, struct xe_gt *gt, struct subject *s, u32 batch)
{
	const struct xe_ring_job job = {
		.class = s->recorder->class,
		.status = s->lrc.ggtt,
		.sequence = ++s->sequence,
		.batch = xe_lrc_ring_ggtt(&s->recorder->batches) + batch,
	};
	int err;

	s->tail = xe_ring_write(s->lrc.ring, s->tail, &job);
	xe_lrc_set_tail(&s->lrc, s->tail);
	err = xe_context_submit(hw, gt, s->number, NULL);
	if (!err)
		err = wait_until(hw, is_done, s, JOB_TIMEOUT_MS);
	return err ?: READ_ONCE(s->failed) ? -EIO : 0;
}

static int run_all(struct xe_hw hw, struct xe_gt *gt, const struct xe_engine *engine,
		   struct recorder *rec)
{
	int err;

	err = subject_create(hw, gt, engine, &rec->first);
	if (!err)
		err = subject_create(hw, gt, engine, &rec->other);
	if (!err)
		err = run(hw, gt, &rec->first, 0);
	if (!err)
		err = run(hw, gt, &rec->other, BATCH_EMPTY);
	if (!err)
		err = run(hw, gt, &rec->first, BATCH_EMPTY);
	return err;
}

static unsigned int end_timeout(const struct recorder *rec)
{
	return END_TIMEOUT_MS + setting(rec, XE_SCHED_PREEMPT_TIMEOUT_US) / USEC_PER_MSEC;
}

/* When it is over the engine has saved the image. One that has failed has ended, too. */
static int stop(struct xe_hw hw, struct xe_gt *gt, struct subject *s)
{
	int err = xe_context_suspend(hw, gt, s->number);

	if (!err)
		err = wait_until(hw, is_stopped, s, end_timeout(s->recorder));
	return READ_ONCE(s->failed) ? -EIO : err;
}

/* Those that do not end keep their slots, and are seen to by guc/context.c. */
static void end_all(struct xe_hw hw, struct xe_gt *gt, struct recorder *rec)
{
	/* It may have ended by itself: gone() is called all the same. */
	if (rec->first.number >= 0)
		xe_context_end(hw, gt, rec->first.number);
	if (rec->other.number >= 0)
		xe_context_end(hw, gt, rec->other.number);

	wait_until(hw, is_gone, &rec->first, end_timeout(rec));
	wait_until(hw, is_gone, &rec->other, end_timeout(rec));
}

static int keep(struct xe_hw hw, struct xe_gt *gt, struct recorder *rec)
{
	int err = xe_lrc_set_default(rec->xe, &rec->first.lrc);

	if (!err)
		xe_guc_ads_fill_golden(hw, gt, rec->class);
	return err;
}

static const struct xe_engine *find_engine(struct xe_gt *gt, enum xe_engine_class class)
{
	xe_for_each_engine(engine, gt)
		if (engine->row->class == class)
			return engine;
	return NULL;
}

static int record(struct xe_hw hw, void *data)
{
	struct recorder *rec = data;
	struct xe_gt *gt = &xe_hw_state(hw)->gt[rec->gt_id];
	const struct xe_engine *engine = find_engine(gt, rec->class);
	int err;

	if (!engine)
		return -EINVAL;

	err = write_batches(hw, gt, engine, rec);
	if (!err)
		err = run_all(hw, gt, engine, rec);
	if (!err)
		err = stop(hw, gt, &rec->first);
	if (!err)
		err = keep(hw, gt, rec);
	end_all(hw, gt, rec);
	if (err && err != -ENODEV && err != -ENOMEM && !READ_ONCE(rec->was_reset))
		drm_err(&rec->xe->drm,
			"%s does not run the first context of its class (%pe); reset the card, or update the GuC's firmware\n",
			engine->row->name, ERR_PTR(err));
	return err;
}

/* @was_reset: the GT was reset meanwhile, which is a reason to fail but none to give up. */
static int record_new(struct xe_device *xe, unsigned int gt_id, enum xe_engine_class class,
		      bool *was_reset)
{
	struct recorder *rec = kzalloc(sizeof(*rec), GFP_KERNEL);
	int err;

	*was_reset = false;
	if (!rec)
		return -ENOMEM;

	kref_init(&rec->ref);
	rec->xe = xe;
	rec->gt_id = gt_id;
	rec->class = class;
	err = recorder_init(rec);
	if (!err)
		err = xe_hw_call(xe, record, rec);
	*was_reset = READ_ONCE(rec->was_reset);
	kref_put(&rec->ref, recorder_release);
	return err;
}

static int record_new_or_again(struct xe_device *xe, unsigned int gt_id, enum xe_engine_class class)
{
	bool was_reset = true;
	int err = -EIO;

	for (unsigned int i = 0; i < TRIES && err && was_reset; i++)
		err = record_new(xe, gt_id, class, &was_reset);
	return err;
}

/**
 * xe_record_default - see to it that contexts of a class have something to start with
 * @xe: the device
 * @gt_id: GT of the engines
 * @class: their class
 *
 * Before the first context of a user: it takes some milliseconds once, and nothing afterwards.
 *
 * Context: process context, may sleep and wait for the bound side; not in a section, nor under a
 * lock that a power callback takes.
 * Return: 0; -EINVAL if the GT has no such engine; -ENODEV if the device is gone; -ETIMEDOUT or
 * -EIO if the engine does not run, which was logged; -EINTR if the caller was killed; -ENOMEM;
 * -ENOSPC.
 */
int xe_record_default(struct xe_device *xe, unsigned int gt_id, enum xe_engine_class class)
{
	int err;

	if (xe_lrc_default(xe, gt_id, class))
		return 0;

	err = mutex_lock_killable(&xe->lrcs.record);
	if (err)
		return err;
	if (!xe_lrc_default(xe, gt_id, class))
		err = record_new_or_again(xe, gt_id, class);
	mutex_unlock(&xe->lrcs.record);
	return err;
}
