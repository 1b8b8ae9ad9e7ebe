// SPDX-License-Identifier: MIT
/*
 * SLPC: the GuC chooses the frequency of a GT, within limits that the host sets.
 */

#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/error-injection.h>
#include <linux/math.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "abi/guc_slpc.h"
#include "guc/ct.h"
#include "guc/slpc.h"
#include "hw/state.h"
#include "regs/gt.h"
#include "regs/guc.h"
#include "xe_device.h"
#include "xe_guc.h"

/**
 * DOC: SLPC
 *
 * A GT runs between the lowest and the highest frequency that are fused into it. The firmware
 * picks one by load; the host sets limits by message, and reads what became of them in a page that
 * both share. Deep sleep (RC6) is handed to the firmware as well.
 *
 * While the driver comes up and goes down it writes many entries of the GGTT. On some parts these
 * writes are not safe at high frequency (workaround 22019338487), so there the limits are capped
 * from the start of SLPC until probe is over, and the frequency is asked to be low before unbind
 * goes on. What the limits were before is stashed and restored.
 *
 * What a user asked for is kept and set again after a reset.
 *
 * ================= =========== =====================================
 * object            owner       released when
 * ================= =========== =====================================
 * shared data       drm_device  as every xe_ggtt_buf
 * "ready"           bound side  xe_slpc_stop(), before the GuC stops
 * ================= =========== =====================================
 */

/* 5 ms are usual; the GT may run at its lowest clock. */
#define STATE_SLOW_US		(50 * USEC_PER_MSEC)
#define STATE_TIMEOUT_US	(1000 * USEC_PER_MSEC)

/* 22019338487 */
#define CAP_GRAPHICS_2001_MHZ	2133
#define CAP_MEDIA_2000_MHZ	800

static struct xe_slpc *slpc_of(struct xe_hw hw, struct xe_gt *gt)
{
	return &xe_guc(hw, gt)->slpc;
}

static u32 to_mhz(u32 ratio)
{
	return DIV_ROUND_CLOSEST(ratio * 50, 3);
}

static u32 from_mhz(u32 mhz)
{
	return DIV_ROUND_CLOSEST(mhz * 3, 50);
}

/* The highest frequency at which entries of the GGTT may be written. */
static u32 cap(const struct xe_gt *gt, const struct xe_slpc *slpc)
{
	if (gt->version == 2001 && !gt->window)
		return min(CAP_GRAPHICS_2001_MHZ, slpc->highest);
	if (gt->version == 2000 && gt->window)
		return min(CAP_MEDIA_2000_MHZ, slpc->highest);
	return slpc->highest;
}

static void read_efficient(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_slpc *slpc = slpc_of(hw, gt);
	u32 value = xe_read32(hw, gt->window ? MTL_MPE_FREQUENCY : MTL_GT_RPE_FREQUENCY);
	u32 mhz = to_mhz(FIELD_GET(MTL_RPE_MASK, value));

	/* 0 is not a frequency: who is to tell has not done so yet. */
	if (xe_hw_is_lost(hw) || !mhz)
		return;
	/* It changes at run time, and may go below what is fused, and back. */
	WRITE_ONCE(slpc->efficient, mhz);
	WRITE_ONCE(slpc->lowest, min(slpc->fused_lowest, mhz));
}

/* Absurd fuses would make every limit illegal, so they are refused here and not there. */
static int read_fuses(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_slpc *slpc = slpc_of(hw, gt);
	u32 value = xe_read32(hw, gt->window ? MTL_MEDIAP_STATE_CAP : MTL_RP_STATE_CAP);

	if (xe_hw_is_lost(hw))
		return -ENODEV;

	slpc->highest = to_mhz(FIELD_GET(MTL_RP0_CAP_MASK, value));
	slpc->fused_lowest = to_mhz(FIELD_GET(MTL_RPN_CAP_MASK, value));
	slpc->lowest = slpc->fused_lowest;
	slpc->efficient = slpc->fused_lowest;
	if (slpc->highest && slpc->lowest <= slpc->highest)
		return 0;

	drm_err(&xe_hw_device(hw)->drm,
		"GT%u: fused frequencies %u to %u MHz make no sense; the card may be defective\n",
		gt->id, slpc->lowest, slpc->highest);
	return -EINVAL;
}

/**
 * xe_slpc_init - read the fuses, allocate what is shared
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound, may sleep.
 * Return: 0; -EINVAL if the fuses make no sense; -ENOMEM, -ENOSPC, -ENODEV.
 */
int xe_slpc_init(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_slpc *slpc = slpc_of(hw, gt);
	int err;

	err = drmm_mutex_init(&xe_hw_device(hw)->drm, &slpc->lock);
	if (err)
		return err;

	err = read_fuses(hw, gt);
	if (err)
		return err;

	return xe_ggtt_buf_create(hw, &slpc->shared, SLPC_SHARED_BYTES, "SLPC");
}
ALLOW_ERROR_INJECTION(xe_slpc_init, ERRNO);

/* Past the firmware, so only while it does not run, or is about to stop. */
static void request_by_register(struct xe_hw hw, struct xe_gt *gt, u32 mhz)
{
	xe_gt_write32(hw, gt, RP_CONTROL, RPSWCTL_ENABLE);
	xe_gt_write32(hw, gt, RPNSWREQ, FIELD_PREP(REQ_RATIO_MASK, from_mhz(mhz)));
	usleep_range(100, 200);
	xe_gt_write32(hw, gt, RP_CONTROL, 0);
}

/**
 * xe_slpc_raise_for_boot - have the GT run fast while nobody else sees to it
 * @hw: the token
 * @gt: the GT
 *
 * The firmware boots ten times as fast.
 *
 * Context: bound or in a section, may sleep; GT forcewake is held, no firmware runs.
 */
void xe_slpc_raise_for_boot(struct xe_hw hw, struct xe_gt *gt)
{
	request_by_register(hw, gt, cap(gt, slpc_of(hw, gt)));
}

/*
 * Messages
 */

static u32 event(enum xe_slpc_event id, unsigned int words)
{
	return FIELD_PREP(SLPC_EVENT_ID, id) | FIELD_PREP(SLPC_EVENT_WORDS, words);
}

static int send_reset(struct xe_hw hw, struct xe_gt *gt)
{
	const u32 request[] = {
		GUC_ACTION_SLPC, event(SLPC_EVENT_RESET, 2),
		xe_ggtt_buf_ggtt(&slpc_of(hw, gt)->shared), 0,
	};

	return xe_guc_ct_send(hw, gt, request, ARRAY_SIZE(request));
}

static int query(struct xe_hw hw, struct xe_gt *gt)
{
	const u32 request[] = {
		GUC_ACTION_SLPC, event(SLPC_EVENT_QUERY, 2),
		xe_ggtt_buf_ggtt(&slpc_of(hw, gt)->shared), 0,
	};

	return xe_guc_ct_request(hw, gt, request, ARRAY_SIZE(request), NULL);
}

static int set_param(struct xe_hw hw, struct xe_gt *gt, enum xe_slpc_param param, u32 value)
{
	const u32 request[] = { GUC_ACTION_SLPC, event(SLPC_EVENT_SET, 2), param, value };

	return xe_guc_ct_send(hw, gt, request, ARRAY_SIZE(request));
}

static int set_rc_control(struct xe_hw hw, struct xe_gt *gt, u32 who)
{
	const u32 request[] = { GUC_ACTION_RC_CONTROL, who };

	return xe_guc_ct_send(hw, gt, request, ARRAY_SIZE(request));
}

static u32 read_state(struct xe_hw hw, struct xe_gt *gt)
{
	return xe_ggtt_buf_read32(hw, &slpc_of(hw, gt)->shared,
			       offsetof(struct xe_slpc_shared, state));
}

/* Memory, not a register: that the card went away shows only where one is read. */
static int poll_running(struct xe_hw hw, struct xe_gt *gt)
{
	ktime_t start = ktime_get();
	s64 waited_us;

	xe_hw_may_take_long(hw);
	do {
		waited_us = ktime_us_delta(ktime_get(), start);
		if (read_state(hw, gt) == SLPC_STATE_RUNNING) {
			if (waited_us > STATE_SLOW_US)
				drm_notice(&xe_hw_device(hw)->drm,
					   "GT%u: frequency control took %lld ms to start\n",
					   gt->id, waited_us / USEC_PER_MSEC);
			return 0;
		}
		if (!xe_guc_ct_is_up(hw, gt))
			return -ECANCELED;
		if (xe_hw_is_going(hw))
			return -ENODEV;
		usleep_range(50, 100);
	} while (waited_us < STATE_TIMEOUT_US);

	return xe_hw_answers(hw) ? -ETIMEDOUT : -ENODEV;
}

static int wait_running(struct xe_hw hw, struct xe_gt *gt)
{
	int err;

	err = poll_running(hw, gt);
	if (err != -ETIMEDOUT)
		return err;

	/* Does it answer at all? If not, that is what is wrong, and what is logged. */
	err = query(hw, gt);
	if (err)
		return err;
	if (read_state(hw, gt) == SLPC_STATE_RUNNING)
		return 0;

	drm_err(&xe_hw_device(hw)->drm,
		"GT%u: frequency control does not start (state %u); try another GuC firmware\n",
		gt->id, read_state(hw, gt));
	return -EIO;
}

/*
 * Limits
 */

static int write_min(struct xe_hw hw, struct xe_gt *gt, u32 mhz)
{
	struct xe_slpc *slpc = slpc_of(hw, gt);
	int err;

	lockdep_assert_held(&slpc->lock);

	/* Left alone, the firmware raises the minimum to the efficient frequency. */
	err = set_param(hw, gt, SLPC_PARAM_IGNORE_EFFICIENT, mhz < slpc->efficient);
	return err ?: set_param(hw, gt, SLPC_PARAM_MIN_MHZ, mhz);
}

static int write_max(struct xe_hw hw, struct xe_gt *gt, u32 mhz)
{
	lockdep_assert_held(&slpc_of(hw, gt)->lock);

	return set_param(hw, gt, SLPC_PARAM_MAX_MHZ, mhz);
}

static int read_limits(struct xe_hw hw, struct xe_gt *gt, u32 *min, u32 *max)
{
	struct xe_slpc *slpc = slpc_of(hw, gt);
	u32 value;
	int err;

	lockdep_assert_held(&slpc->lock);

	err = query(hw, gt);
	if (err)
		return err;

	value = xe_ggtt_buf_read32(hw, &slpc->shared, offsetof(struct xe_slpc_shared, frequency));
	*min = to_mhz(FIELD_GET(SLPC_FREQUENCY_MIN, value));
	*max = to_mhz(FIELD_GET(SLPC_FREQUENCY_MAX, value));
	return 0;
}

static u32 within_fuses(const struct xe_slpc *slpc, u32 mhz)
{
	return clamp(mhz, slpc->lowest, slpc->highest);
}

/* The lowest goes first if the highest goes below it: in between one frequency would be fixed. */
static int write_limits(struct xe_hw hw, struct xe_gt *gt, u32 min, u32 max, u32 old_min,
			u32 old_max)
{
	/* What a user set is written in any case: without it the firmware raises it. */
	bool set_min = min != old_min || slpc_of(hw, gt)->user_min;
	int err = 0;

	if (set_min && max < old_min)
		err = write_min(hw, gt, min);
	if (!err && max != old_max)
		err = write_max(hw, gt, max);
	if (!err && set_min && max >= old_min)
		err = write_min(hw, gt, min);
	return err;
}

/*
 * What the firmware starts with may be above what is fused, and the user's wishes are not known to
 * it. What results goes into the stash if it has to be lower for now.
 */
static int set_first_limits(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_slpc *slpc = slpc_of(hw, gt);
	u32 limit = cap(gt, slpc), min, max, found_min, found_max;
	int err;

	err = read_limits(hw, gt, &found_min, &found_max);
	if (err)
		return err;

	read_efficient(hw, gt);
	min = within_fuses(slpc, slpc->user_min ?: found_min);
	max = within_fuses(slpc, slpc->user_max ?: found_max);
	slpc->stashed_min = 0;
	slpc->stashed_max = 0;
	if (limit < slpc->highest) {
		slpc->stashed_min = min;
		slpc->stashed_max = max;
		min = within_fuses(slpc, min(slpc->efficient, limit));
		max = within_fuses(slpc, limit);
	}

	return write_limits(hw, gt, min, max, found_min, found_max);
}

static int start_locked(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_slpc *slpc = slpc_of(hw, gt);
	int err;

	xe_ggtt_buf_fill(hw, &slpc->shared, 0, 0, SLPC_SHARED_BYTES);
	xe_ggtt_buf_write32(hw, &slpc->shared, offsetof(struct xe_slpc_shared, bytes),
			    SLPC_SHARED_BYTES);

	err = send_reset(hw, gt);
	if (!err)
		err = wait_running(hw, gt);
	if (!err)
		err = set_first_limits(hw, gt);
	if (!err)
		err = set_rc_control(hw, gt, GUC_RC_FIRMWARE);
	slpc->ready = !err;
	return err;
}

/**
 * xe_slpc_start - hand frequency and deep sleep to the firmware
 * @hw: the token
 * @gt: the GT
 *
 * Source: hardware.rst xe-hw-guc-slpc.
 *
 * Context: bound, may sleep; some ms, up to 1 s if the firmware does not start it,
 * and what xe_guc_ct_request() takes. GT forcewake is held, the channel is up.
 * Return: 0; -EIO if the firmware does not start it, which is logged; errors of xe_guc_ct_send().
 */
int xe_slpc_start(struct xe_hw hw, struct xe_gt *gt)
{
	guard(mutex)(&slpc_of(hw, gt)->lock);
	return start_locked(hw, gt);
}
ALLOW_ERROR_INJECTION(xe_slpc_start, ERRNO);

/**
 * xe_slpc_uncap - the driver is up: restore the limits that were lowered for that
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound, may sleep.
 * Return: 0, or errors of xe_guc_ct_send().
 */
int xe_slpc_uncap(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_slpc *slpc = slpc_of(hw, gt);
	int err;

	guard(mutex)(&slpc->lock);
	if (!slpc->stashed_max)
		return 0;

	err = write_max(hw, gt, slpc->stashed_max);
	if (!err)
		err = write_min(hw, gt, slpc->stashed_min);
	if (!err) {
		slpc->stashed_max = 0;
		slpc->stashed_min = 0;
	}
	return err;
}
ALLOW_ERROR_INJECTION(xe_slpc_uncap, ERRNO);

/**
 * xe_slpc_stop - take frequency and deep sleep back
 * @hw: the token
 * @gt: the GT
 * @unbind: whether the driver goes: then entries of the GGTT are going to be written
 *
 * At unbind the frequency is asked to be low whether the firmware controlled it or not.
 *
 * Context: bound, may sleep; GT forcewake is held.
 */
void xe_slpc_stop(struct xe_hw hw, struct xe_gt *gt, bool unbind)
{
	struct xe_slpc *slpc = slpc_of(hw, gt);

	bool was_ready;

	guard(mutex)(&slpc->lock);
	was_ready = slpc->ready;
	slpc->ready = false;
	if (!unbind || xe_hw_is_lost(hw))
		return;

	if (was_ready)
		set_rc_control(hw, gt, GUC_RC_HOST);
	/* Whoever is next finds it off. */
	xe_gt_write32(hw, gt, RC_CONTROL, 0);
	xe_gt_write32(hw, gt, RC_STATE, 0);
	request_by_register(hw, gt, min(cap(gt, slpc), slpc->efficient));
}

/*
 * For sysfs
 */

/**
 * xe_slpc_get_limits - between which frequencies the firmware chooses
 * @hw: the token
 * @gt: the GT
 * @min: the lower limit in MHz
 * @max: the upper limit in MHz
 *
 * Context: bound, may sleep up to about 2 s.
 * Return: 0; -EAGAIN while the GT is being reset; errors of xe_guc_ct_request().
 */
int xe_slpc_get_limits(struct xe_hw hw, struct xe_gt *gt, u32 *min, u32 *max)
{
	struct xe_slpc *slpc = slpc_of(hw, gt);

	guard(mutex)(&slpc->lock);
	if (!slpc->ready)
		return -EAGAIN;

	/* In deep sleep the firmware reports other limits. */
	CLASS(xe_forcewake, fw)(hw, gt, XE_FW_ALL);
	if (fw.err)
		return fw.err;

	return read_limits(hw, gt, min, max);
}

/* While the driver starts something else is in force, and this is going to be restored. */
static int set_limit(struct xe_hw hw, struct xe_gt *gt, u32 mhz, u32 *kept, u32 *stashed,
		     int (*write)(struct xe_hw hw, struct xe_gt *gt, u32 mhz))
{
	struct xe_slpc *slpc = slpc_of(hw, gt);
	int err;

	guard(mutex)(&slpc->lock);
	if (!slpc->ready)
		return -EAGAIN;

	if (mhz < slpc->lowest || mhz > slpc->highest) {
		drm_dbg(&xe_hw_device(hw)->drm, "GT%u: limit of %u MHz is not within %u to %u\n",
			gt->id, mhz, slpc->lowest, slpc->highest);
		return -EINVAL;
	}

	if (*stashed) {
		*stashed = mhz;
		*kept = mhz;
		return 0;
	}

	err = write(hw, gt, mhz);
	if (!err)
		*kept = mhz;
	return err;
}

/**
 * xe_slpc_set_min - have the firmware not go below a frequency
 * @hw: the token
 * @gt: the GT
 * @mhz: the limit; above the upper one it becomes the only frequency
 *
 * Context: bound, may sleep up to about 1 s.
 * Return: 0; -EINVAL if the GT does not have the frequency; -EAGAIN while the GT is being reset;
 * errors of xe_guc_ct_send().
 */
int xe_slpc_set_min(struct xe_hw hw, struct xe_gt *gt, u32 mhz)
{
	struct xe_slpc *slpc = slpc_of(hw, gt);

	return set_limit(hw, gt, mhz, &slpc->user_min, &slpc->stashed_min, write_min);
}

/**
 * xe_slpc_set_max - have the firmware not go above a frequency
 * @hw: the token
 * @gt: the GT
 * @mhz: the limit
 *
 * Context: bound, may sleep up to about 1 s.
 * Return: as xe_slpc_set_min().
 */
int xe_slpc_set_max(struct xe_hw hw, struct xe_gt *gt, u32 mhz)
{
	struct xe_slpc *slpc = slpc_of(hw, gt);

	return set_limit(hw, gt, mhz, &slpc->user_max, &slpc->stashed_max, write_max);
}

/**
 * xe_slpc_fused_highest - RP0 in MHz
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound or in a section.
 */
u32 xe_slpc_fused_highest(struct xe_hw hw, struct xe_gt *gt)
{
	return slpc_of(hw, gt)->highest;
}

/**
 * xe_slpc_fused_lowest - RPn in MHz
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound or in a section.
 */
u32 xe_slpc_fused_lowest(struct xe_hw hw, struct xe_gt *gt)
{
	return READ_ONCE(slpc_of(hw, gt)->lowest);
}

/**
 * xe_slpc_efficient - RPe in MHz, as it is now
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound, may sleep.
 */
u32 xe_slpc_efficient(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_slpc *slpc = slpc_of(hw, gt);

	guard(mutex)(&slpc->lock);
	read_efficient(hw, gt);
	return slpc->efficient;
}

/**
 * xe_slpc_actual - the frequency that the GT runs at
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound or in a section.
 * Return: MHz; 0 in deep sleep, or if the card is lost.
 */
u32 xe_slpc_actual(struct xe_hw hw, struct xe_gt *gt)
{
	u32 value = xe_gt_read32(hw, gt, MTL_MIRROR_TARGET_WP1);

	return xe_hw_is_lost(hw) ? 0 : to_mhz(FIELD_GET(MTL_CAGF_MASK, value));
}

/**
 * xe_slpc_requested - the frequency that the firmware asks for
 * @hw: the token
 * @gt: the GT
 * @mhz: the frequency
 *
 * Context: bound or in a section.
 * Return: 0; -ETIMEDOUT or -ENODEV.
 */
int xe_slpc_requested(struct xe_hw hw, struct xe_gt *gt, u32 *mhz)
{
	CLASS(xe_forcewake, fw)(hw, gt, XE_FW_ALL);
	if (fw.err)
		return fw.err;

	*mhz = to_mhz(FIELD_GET(REQ_RATIO_MASK, xe_gt_read32(hw, gt, RPNSWREQ)));
	return xe_hw_is_lost(hw) ? -ENODEV : 0;
}

/**
 * xe_slpc_print - the state of frequency control
 * @hw: the token
 * @gt: the GT
 * @p: where to print
 *
 * Context: bound, may sleep.
 */
void xe_slpc_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p)
{
	struct xe_slpc *slpc = slpc_of(hw, gt);

	guard(mutex)(&slpc->lock);
	drm_printf(p, "frequency control %s, %u MHz now\n", slpc->ready ? "runs" : "is off",
		   xe_slpc_actual(hw, gt));
	drm_printf(p, "fused %u to %u MHz, efficient %u, user's limits %u to %u (0: none)\n",
		   slpc->lowest, slpc->highest, slpc->efficient, slpc->user_min, slpc->user_max);
}
