// SPDX-License-Identifier: MIT
/*
 * Resets of GTs that went wrong, or that a user wants to be reset.
 */

#include <linux/bitops.h>
#include <linux/error-injection.h>

#include <drm/drm_print.h>

#include "hw/forcewake.h"
#include "hw/gt_reset.h"
#include "hw/state.h"
#include "submit/queue.h"
#include "xe_device.h"
#include "xe_guc.h"
#include "xe_module.h"
#include "xe_recovery.h"
#include "xe_trace.h"

/**
 * DOC: Recovery
 *
 * Whoever notices that a GT has to be reset asks for it, in any context: a bit, and a work of the
 * bound side. A reset waits for firmware several times and takes seconds if that is slow, so it is
 * not done in a section. During probe the work does not run yet; what was asked for by then is done
 * by probe itself, which starts the firmware or fails, or else when the device is published. Unbind
 * ends the waits of a reset, and waits for it. Resume starts the firmware anyway, so that what was
 * asked for by then is done.
 *
 * A card that does not work is given up, likewise in any context. What it was doing ends with an
 * error then, and its memory is used again, so its engines are stopped first, or kept from memory
 * if they do not stop: that is a work, too, on the same queue as resets. Software hears of it by
 * &xe_hw_ops.wedged. A lost card, and one that is being unbound, have ways of their own.
 *
 * One whose GuC has to be reset over and over does work, now and then. It is given up as well, but
 * for wedged_mode=0: then only what it was doing is, as that may be why. All queues of engines are
 * banned, and the next reset is the first again. A card that does not come back from a reset or
 * from sleep is given up whatever the mode is; with wedged_mode=2 also one that has to be reset at
 * all, as nothing of what went wrong would be left.
 *
 * A device begins with the mode that the parameter of the module says. When it is changed GuCs are
 * told by the work that does resets, so that none boots meanwhile.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_recovery       drm_device    last reference to it is dropped
 * its works                bound side    see struct xe_hw_work
 * ======================== ============= ==========================================
 */

/*
 * More resets than this in so much time are too many: such a GT does not work, and without an end
 * neither does the log.
 */
#define RESETS_MAX	8
#define RESETS_TIME	(60 * HZ)

static int reset_gt(struct xe_hw hw, struct xe_gt *gt)
{
	int err;

	/* Between its parts a GT without a GuC would go to deep sleep, and nobody wake it up. */
	CLASS(xe_forcewake, fw)(hw, gt, XE_FW_ALL);

	xe_guc_reset_prepare(hw, gt);
	err = xe_gt_reset(hw, gt);
	if (!err)
		err = xe_guc_restart(hw, gt);
	trace_xe_gt_reset(xe_hw_device(hw)->drm.dev, gt->id, err);
	if (!err)
		xe_gt_tell_running(hw, gt);
	return err;
}

/* Return: true if it is given up; else what it was doing is, and it is reset once more. */
static bool give_up(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_device *xe = xe_hw_device(hw);
	int mode = READ_ONCE(xe->wedged_mode);

	if (mode) {
		xe_guc_reset_prepare(hw, gt);
		xe_device_declare_wedged(xe, mode == 2 ?
					 "wedged_mode=2, and its GuC has to be reset" :
					 "its GuC has to be reset over and over");
		return true;
	}

	drm_err(&xe->drm,
		"GT%u: its GuC has to be reset over and over; with wedged_mode=0 all queues are banned, and the card is used on\n",
		gt->id);
	xe_queue_ban_device(xe);
	xe->recovery.failures.count = 0;
	return false;
}

/* That its GuC has failed once more. */
static bool is_too_much(struct xe_device *xe)
{
	return READ_ONCE(xe->wedged_mode) == 2 ||
	       xe_fails_too_often(&xe->recovery.failures, RESETS_MAX, RESETS_TIME);
}

static void reset_gts(struct xe_hw hw)
{
	struct xe_device *xe = xe_hw_device(hw);
	struct xe_hw_state *state = xe_hw_state(hw);
	int err;

	xe_for_each_gt(gt, state) {
		bool broken = test_and_clear_bit(gt->id, &xe->recovery.broken);
		bool wanted = test_and_clear_bit(gt->id, &xe->recovery.wanted);

		if (!(broken || wanted) || xe_device_is_wedged(xe))
			continue;
		if (broken && is_too_much(xe) && give_up(hw, gt))
			return;

		err = reset_gt(hw, gt);
		if (!err)
			drm_info(&xe->drm, "GT%u was reset and runs again\n", gt->id);
		else if (!xe_hw_is_lost(hw) && !xe_hw_is_going(hw))
			xe_device_declare_wedged(xe, "it does not come back from a reset");
	}
}

/* One that does not take it is reset, and learns of it as it boots. */
static void tell_mode(struct xe_hw hw)
{
	struct xe_hw_state *state = xe_hw_state(hw);

	xe_for_each_gt(gt, state)
		xe_guc_ads_set_policies(hw, gt);
}

static void run_recovery(struct xe_hw hw, struct xe_hw_work *work)
{
	struct xe_recovery *recovery = container_of(work, struct xe_recovery, work);

	if (xe_hw_is_lost(hw))
		return;
	reset_gts(hw);
	if (xchg(&recovery->mode_set, false))
		tell_mode(hw);
}

/* Engines first: a fence that is signalled says that memory may be used again. */
static void run_give_up(struct xe_hw hw, struct xe_hw_work *work)
{
	struct xe_recovery *recovery = container_of(work, struct xe_recovery, give_up);
	struct xe_hw_state *state = xe_hw_state(hw);
	unsigned long at_rest = 0;

	if (!xchg(&recovery->given_up, false) || xe_hw_is_lost(hw) || xe_hw_is_going(hw))
		return;

	xe_for_each_gt(gt, state) {
		CLASS(xe_forcewake, fw)(hw, gt, XE_FW_ALL);

		xe_guc_reset_prepare(hw, gt);
		if (!xe_gt_reset(hw, gt))
			__set_bit(gt->id, &at_rest);
	}
	xe_hw_tell_wedged(hw);
	/*
	 * A context that somebody began to continue meanwhile waits for its GuC, and stays. So does
	 * an invalidation that somebody asked for, which ends in any case: a GT that was not reset
	 * reaches no memory.
	 */
	xe_for_each_gt(gt, state) {
		if (test_bit(gt->id, &at_rest))
			xe_gt_tell_stopped(hw, gt);
		xe_gt_tell_flushed(hw, gt);
	}
}

/**
 * xe_recovery_init - software step: resets can be asked for
 * @xe: the device
 *
 * Context: before there is any hardware.
 * Return: 0.
 */
int xe_recovery_init(struct xe_device *xe)
{
	xe->wedged_mode = xe_params.wedged_mode;
	xe_hw_reset_work_init(xe, &xe->recovery.work, run_recovery);
	xe_hw_reset_work_init(xe, &xe->recovery.give_up, run_give_up);
	return 0;
}
ALLOW_ERROR_INJECTION(xe_recovery_init, ERRNO);

/**
 * xe_recovery_set_wedged_mode - what is to be done about a card that goes wrong
 * @xe: the device
 * @mode: as &xe_params.wedged_mode
 *
 * It counts from now on, also for the GuCs. While the system sleeps these are told behind that.
 *
 * Context: not in a section, may sleep; as xe_guc_ads_set_policies(), and as a reset.
 */
void xe_recovery_set_wedged_mode(struct xe_device *xe, int mode)
{
	WRITE_ONCE(xe->wedged_mode, mode);
	WRITE_ONCE(xe->recovery.mode_set, true);
	xe_hw_work_queue(&xe->recovery.work);
	xe_hw_work_flush(&xe->recovery.work);
}

/**
 * xe_recovery_reset_now - reset a GT and wait for it
 * @xe: the device
 * @gt_id: which GT
 *
 * Context: not in a section, may sleep; as xe_guc_restart().
 */
void xe_recovery_reset_now(struct xe_device *xe, unsigned int gt_id)
{
	xe_device_reset_later(xe, gt_id);
	xe_hw_work_flush(&xe->recovery.work);
}
