// SPDX-License-Identifier: MIT
/*
 * Power transitions of the card.
 */

#include <drm/drm_print.h>

#include "hw/display.h"
#include "hw/forcewake.h"
#include "hw/ggtt.h"
#include "hw/ggtt_buf.h"
#include "hw/gt.h"
#include "hw/gt_reset.h"
#include "hw/irq.h"
#include "hw/pcode.h"
#include "hw/sensors.h"
#include "hw/state.h"
#include "mm/mm.h"
#include "mm/pt_pool.h"
#include "xe_device.h"
#include "xe_guc.h"
#include "xe_pm.h"
#include "xe_trace.h"

/**
 * DOC: Power
 *
 * While nobody holds a section open the card is put to sleep.
 *
 * ================= ======================= ===================== =======================
 * state             when                    what it loses         what is done before
 * ================= ======================= ===================== =======================
 * D3hot             idle                    registers of the GTs, mappings of VRAM taken
 *                                           firmware              from processes, GuC
 *                                                                 stopped, L2 closed,
 *                                                                 interrupts off
 * D3cold            idle, little VRAM used, all of it, VRAM and   the same, VRAM is emptied
 *                   the platform can do it  GGTT included         by a worker, tables are
 *                                                                 copied
 * system sleep      the user wants it       possibly all of it    the same, and VRAM is
 *                                                                 emptied when sleep is
 *                                                                 announced, tables are
 *                                                                 copied
 * ================= ======================= ===================== =======================
 *
 * VRAM is emptied by software, before the callbacks of this file, see mm/evict.c; but for page
 * tables, which are copied by them, see mm/pt_save.c. What is done at
 * resume does not depend on what really was lost, but on what may have been: it takes the same
 * functions as probe, in the same order. xe_gt_program() has the workarounds, PAT and MOCS; a GT
 * that had contexts is reset before, so that nothing is cached. xe_guc_resume() starts the firmware
 * from the image that is still in system memory. The GGTT is written again by those who have
 * mappings in it.
 *
 * The display is off since probe, see hw/display.c: an idle device goes to D3hot with no pipe on.
 *
 * What a user set is set again: limits of power and current by xe_sensors_restore(), since the
 * power controller forgets them with the power; limits of frequency whenever the GuC is started.
 *
 * A card that is gone when it should come back is declared lost. One that is there but does not
 * come back is not retried by anybody: it is declared wedged, so that whoever uses it is told, and
 * unbinding it still works. The PM core is told of neither; see resume() in xe_hw_pm.c.
 *
 * When the system goes down the card is silenced, and that is all.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * power state              PCI core      it is back in D0 for unbind
 * contents of VRAM         software      moved before power is lost, see mm/evict.c
 * ======================== ============= ==========================================
 */

/* What GTs forget; what they might remember of contexts, they are made to. As a reset does. */
static int program_gts(struct xe_hw hw)
{
	struct xe_hw_state *state = xe_hw_state(hw);
	int err;

	xe_for_each_gt(gt, state) {
		clear_bit(gt->id, &xe_hw_device(hw)->recovery.wanted);
		err = gt->contexts ? xe_gt_reset(hw, gt) : xe_gt_program(hw, gt);
		if (err)
			return err;
	}
	return 0;
}

/*
 * Sleep was called off half way: engines may still run. A GT that was late to come out of reset had
 * the card kept from memory, where GuCs start from; it has been reset now.
 */
static int restart(struct xe_hw hw)
{
	int err;

	if (xe_device_is_wedged(xe_hw_device(hw)))
		return 0;

	err = program_gts(hw);
	if (err)
		return err;
	xe_hw_allow_master(hw);
	return xe_guc_resume(hw);
}

/*
 * An error but -EBUSY would keep runtime PM from ever trying again, in both directions. So the GuC
 * has to be brought back, and if it does not come the card is given up here and now.
 */
static int stay_awake(struct xe_hw hw, int why)
{
	struct xe_device *xe = xe_hw_device(hw);
	int err = restart(hw);

	if (!err)
		drm_err(&xe->drm, "the card cannot be put to sleep (%pe) and stays awake; see the GuC log, or free memory\n",
			ERR_PTR(why));
	else if (!xe_hw_is_lost(hw))
		xe_device_declare_wedged(xe, "its GuC neither sleeps nor wakes up");
	return -EBUSY;
}

static int put_to_sleep(struct xe_hw hw, bool system)
{
	struct xe_hw_state *state = xe_hw_state(hw);
	int cold = system, err;

	if (!system && xe_hw_device(hw)->can_d3cold)
		cold = xe_mm_may_lose_power(xe_hw_device(hw));
	if (cold < 0)
		return cold;

	/* First: what a process wrote from here on might not reach VRAM any more. */
	xe_mm_suspend(hw);
	err = xe_guc_suspend(hw, system);
	if (!err && cold)	/* nothing writes or reads them any more */
		err = xe_pt_pool_suspend(hw);
	if (xe_hw_is_lost(hw))
		return 0;	/* nothing to keep */
	if (err && !xe_device_is_wedged(xe_hw_device(hw)))
		return stay_awake(hw, err);
	/* What was given up is not used on: the system does not stay awake for it. */
	if (err)
		xe_hw_clear_master(hw);

	xe_for_each_gt(gt, state) {
		CLASS(xe_forcewake, fw)(hw, gt, BIT(XE_FW_GT));
		if (!fw.err)
			xe_gt_quiesce(hw, gt);
	}
	xe_irq_suspend(hw);

	state->cold = cold;
	xe_hw_allow_d3cold(hw, cold);
	return 0;
}

/**
 * xe_power_suspend - the card is about to leave D0
 * @hw: the token
 * @system: for system sleep, else because it is idle
 *
 * Context: bound, may sleep; no section is open.
 * Return: 0; -EAGAIN if VRAM is emptied first; -EBUSY if the GuC does not let go, then the card
 * stays in D0 and works on.
 */
int xe_power_suspend(struct xe_hw hw, bool system)
{
	int err = put_to_sleep(hw, system);

	trace_xe_power(xe_hw_device(hw)->drm.dev, false, system, err);
	return err;
}

static int bring_back(struct xe_hw hw, unsigned int timeout_s)
{
	struct xe_hw_state *state = xe_hw_state(hw);
	int err;

	if (state->cold) {
		err = xe_pcode_wait_power_on(hw, timeout_s);
		/* Firmware that boots the machine from hibernation lights the monitor. */
		if (!err)
			err = xe_display_off(hw);
		if (err)
			return err;
		xe_vram_forget(&xe_hw_device(hw)->mm.vram);
		xe_pt_pool_resume(hw);
		xe_ggtt_restore(hw);
		xe_ggtt_buf_restore(hw);
		xe_sensors_restore(hw);
		state->power_losses++;
		state->cold = false;
	}

	/* One that was given up may be kept from memory, where its GuC would start from. */
	if (xe_device_is_wedged(xe_hw_device(hw)))
		return 0;

	err = program_gts(hw);
	if (err)
		return err;
	xe_irq_resume(hw);
	return xe_guc_resume(hw);
}

/**
 * xe_power_resume - the card is back in D0
 * @hw: the token
 * @system: from system sleep, for which no section waits
 *
 * Context: bound, may sleep.
 * Return: 0; errors of the GuC's boot. The device is wedged then.
 */
int xe_power_resume(struct xe_hw hw, bool system)
{
	struct xe_device *xe = xe_hw_device(hw);
	int err;

	xe_hw_allow_d3cold(hw, false);
	err = bring_back(hw, system ? XE_PCODE_COLD_S : XE_PCODE_RESUME_S);
	trace_xe_power(xe->drm.dev, true, system, err);
	if (err && !xe_hw_is_lost(hw))
		xe_device_declare_wedged(xe, "it does not come back from sleep");
	return err;
}

/**
 * xe_power_shutdown - nothing of the card reaches memory any more
 * @hw: the token
 *
 * The GuC is stopped, and a reset of the GT ends what the engines were doing. The next driver finds
 * the card as after a boot of the machine, but for the GGTT.
 *
 * Context: bound, may sleep.
 */
void xe_power_shutdown(struct xe_hw hw)
{
	struct xe_hw_state *state = xe_hw_state(hw);

	xe_for_each_gt(gt, state) {
		CLASS(xe_forcewake, fw)(hw, gt, XE_FW_ALL);

		xe_guc_reset_prepare(hw, gt);
		if (xe_gt_reset(hw, gt))
			drm_err(&xe_hw_device(hw)->drm,
				"GT%u may not be silent; power cycle the card if the next kernel misbehaves\n",
				gt->id);
	}
	xe_irq_suspend(hw);
}
