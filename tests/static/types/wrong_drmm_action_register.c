// SPDX-License-Identifier: MIT
// A drmm action is given the DRM device, so it cannot write a register.
// gcc: incompatible type for argument
#include <drm/drm_managed.h>
#include "xe_device.h"
#include "xe_mmio.h"

static void fini(struct drm_device *drm, void *arg)
{
	xe_write32(to_xe_device(drm), XE_REG(0x101010), 0);
}

int probe_me(struct xe_device *xe)
{
	return drmm_add_action_or_reset(&xe->drm, fini, NULL);
}
