// SPDX-License-Identifier: MIT
/*
 * Power transitions of the card.
 */

#include <drm/drm_print.h>

#include "hw/card.h"
#include "hw/gt.h"
#include "hw/irq.h"
#include "hw/pcode.h"
#include "hw/power.h"
#include "hw/reset.h"
#include "mm/fwbuf.h"
#include "mm/ggtt.h"
#include "mm/mm.h"
#include "xe_device.h"
#include "xe_guc.h"

/**
 * DOC: Power
 *
 * While nobody holds a section open the card is put into D3hot. It keeps its VRAM and the entries
 * of the GGTT there, and loses the registers of the GTs and the firmware. System sleep may take the
 * power away, and with it everything; the entries of the GGTT are written again then.
 *
 * Missing: contents of buffers in VRAM are not copied to system memory before system sleep, so they
 * are lost if it takes the power away. The same is why D3cold is forbidden, and why there is no
 * vram_d3cold_threshold.
 *
 * A card that does not come back is not retried by anybody: it is declared wedged, so that
 * whoever uses it is told, and unbinding it still works.
 */

/*
 * An error but -EBUSY would keep runtime PM from ever trying again, in both directions. So the GuC
 * has to be brought back, and if it does not come the card is given up here and now.
 */
static int stay_awake(struct xe_hw *hw, int why)
{
	struct xe_device *xe = xe_hw_device(hw);
	int err = xe_guc_resume(hw);

	drm_err(&xe->drm, "the card cannot be put to sleep (%pe) and stays awake; see the GuC log\n",
		ERR_PTR(why));
	if (err && !xe_hw_is_lost(hw))
		xe_device_declare_wedged(xe, "its GuC neither sleeps nor wakes up");
	return -EBUSY;
}

/**
 * xe_power_suspend - the card is about to leave D0
 * @hw: the token
 * @system: for system sleep, else because it is idle
 *
 * Context: bound, may sleep; no section is open.
 * Return: 0; -EBUSY if the GuC does not let go, then the card stays in D0 and works on.
 */
int xe_power_suspend(struct xe_hw *hw, bool system)
{
	struct xe_card *card = xe_hw_card(hw);
	int err;

	err = xe_guc_suspend(hw);
	if (xe_hw_is_lost(hw))
		return 0;	/* nothing to keep */
	if (err)
		return stay_awake(hw, err);

	xe_for_each_gt(gt, card) {
		CLASS(xe_forcewake, fw)(hw, gt, BIT(XE_FW_GT));
		if (!fw.err)
			xe_gt_quiesce(hw, gt);
	}
	xe_irq_suspend(hw);
	xe_mm_suspend(hw);
	return 0;
}

static int bring_back(struct xe_hw *hw, bool system)
{
	struct xe_card *card = xe_hw_card(hw);
	int err;

	if (system) {
		err = xe_pcode_wait_ready(hw);
		if (err)
			return err;
		xe_ggtt_restore(hw);
		xe_fwbuf_restore(hw);
	}

	xe_for_each_gt(gt, card) {
		err = xe_gt_program(hw, gt);
		if (err)
			return err;
	}
	xe_irq_resume(hw);
	return xe_guc_resume(hw);
}

/**
 * xe_power_resume - the card is back in D0
 * @hw: the token
 * @system: from system sleep
 *
 * Context: bound, may sleep.
 * Return: 0; errors of the GuC's boot. The device is wedged then.
 */
int xe_power_resume(struct xe_hw *hw, bool system)
{
	struct xe_device *xe = xe_hw_device(hw);
	int err;

	if (xe_hw_is_lost(hw))
		return -ENODEV;

	err = bring_back(hw, system);
	if (err && !xe_hw_is_lost(hw))
		xe_device_declare_wedged(xe, "it does not come back from sleep");
	return err;
}
