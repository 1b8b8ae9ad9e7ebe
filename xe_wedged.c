// SPDX-License-Identifier: MIT
/*
 * The wedged state: the card is there, and nothing that the driver can do makes it work.
 */

#include <drm/drm_print.h>

#include "xe_device.h"
#include "xe_module.h"

/**
 * xe_device_declare_wedged - give the card up
 * @xe: the device
 * @reason: for the log
 *
 * New buffers are refused with -ECANCELED. No GT is reset any more; what needs the GuC fails, as
 * its channel stays down or broken. What exists can be read, closed and unbound; at unbind the card
 * is reset. The state ends with the device, so that a new bind starts afresh.
 *
 * With the module parameter wedged_mode=0 nothing is given up.
 *
 * Context: any.
 */
void xe_device_declare_wedged(struct xe_device *xe, const char *reason)
{
	if (!xe_params.wedged_mode || atomic_xchg(&xe->wedged, 1))
		return;

	drm_err(&xe->drm,
		"the card is given up: %s; unbind and bind the driver again to recover (/sys/bus/pci/drivers/xe)\n",
		reason);
}
