// SPDX-License-Identifier: MIT
/*
 * Reset of the whole function.
 */

#include <linux/error-injection.h>

#include <drm/drm_print.h>

#include "hw/flr.h"
#include "hw/state.h"
#include "regs/soc.h"
#include "xe_device.h"
#include "xe_mmio.h"

/**
 * DOC: Function level reset
 *
 * A function level reset is done at the very end of unbind, and only if the device was declared
 * wedged or if not all of the card could be stopped: it gets the card back into a state that the
 * next probe can work with.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * wedged flag              drm_device    never reset
 * ======================== ============= ==========================================
 */

#define FLR_TIMEOUT_US		(3 * USEC_PER_SEC)

/* Not a probe step: the card would have to be brought up from the beginning. */
static void function_reset(struct xe_hw hw, void *unused)
{
	struct xe_device *xe = xe_hw_device(hw);
	int err;

	if (!(xe_device_is_wedged(xe) || xe_hw_state(hw)->needs_reset) || xe_hw_is_lost(hw) ||
	    xe_read32(hw, GU_CNTL_PROTECTED) & DRIVERINT_FLR_DIS)
		return;

	err = xe_wait32(hw, GU_CNTL, DRIVERFLR, 0, FLR_TIMEOUT_US, NULL);
	if (!err) {
		xe_write32(hw, GU_DEBUG, DRIVERFLR_STATUS);
		xe_rmw32(hw, GU_CNTL, 0, DRIVERFLR);
		err = xe_wait32(hw, GU_CNTL, DRIVERFLR, 0, FLR_TIMEOUT_US, NULL);
	}
	if (!err)
		err = xe_wait32(hw, GU_DEBUG, DRIVERFLR_STATUS, DRIVERFLR_STATUS,
				FLR_TIMEOUT_US, NULL);
	if (err == -ETIMEDOUT)
		drm_err(&xe->drm, "the card does not finish its reset; power cycle it\n");
	else if (!err)
		xe_write32(hw, GU_DEBUG, DRIVERFLR_STATUS);
}

/**
 * xe_flr_start - first probe step: what unbind does last
 * @bind: the token of a probe step
 *
 * Context: bound.
 * Return: 0 or -ENOMEM.
 */
int xe_flr_start(struct xe_hw_bind bind)
{
	return xe_hw_on_unbind(bind, function_reset, NULL);
}
ALLOW_ERROR_INJECTION(xe_flr_start, ERRNO);
