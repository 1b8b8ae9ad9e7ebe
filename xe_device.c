// SPDX-License-Identifier: MIT
/*
 * The software world of one card.
 */

#include <linux/error-injection.h>

#include "xe_device.h"

/**
 * xe_device_init - bring up the software world
 * @xe: storage from devm_drm_dev_alloc(), all zero behind @xe->drm
 * @platform: what the PCI ID says
 *
 * Everything acquired here is released by drmm.
 *
 * Context: probe, before there is any hardware.
 * Return: 0 or a negative error code.
 */
int xe_device_init(struct xe_device *xe, const struct xe_platform *platform)
{
	int err;

	xe->platform = platform;
	err = xe_mm_init(xe);
	if (err)
		return err;

	return xe_guc_recovery_init(xe);
}
ALLOW_ERROR_INJECTION(xe_device_init, ERRNO);
