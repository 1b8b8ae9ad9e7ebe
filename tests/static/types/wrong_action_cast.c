// SPDX-License-Identifier: MIT
// A function is not cast to the prototype of the other world.
// gcc: cast between incompatible function types
#include <drm/drm_managed.h>
#include "xe_device.h"
#include "xe_hw.h"

static void stop(struct xe_hw hw, void *data)
{
}

int probe_me(struct xe_device *xe)
{
	return drmm_add_action_or_reset(&xe->drm, (drmres_release_t)stop, NULL);
}
