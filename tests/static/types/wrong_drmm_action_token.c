// SPDX-License-Identifier: MIT
// A teardown function that takes the token is no drmm action: its prototype shows its world.
// gcc: incompatible pointer type
#include <drm/drm_managed.h>
#include "xe_device.h"
#include "xe_mmio.h"

static void stop(struct xe_hw hw, void *data)
{
	xe_write32(hw, XE_REG(0x101010), 0);
}

int probe_me(struct xe_device *xe)
{
	return drmm_add_action_or_reset(&xe->drm, stop, NULL);
}
