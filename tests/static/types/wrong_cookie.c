// SPDX-License-Identifier: MIT
// A token does not convert to a void pointer: it cannot be the data of a drmm action or a job.
// gcc: incompatible types? (when|for)
#include <drm/drm_managed.h>
#include "xe_device.h"
#include "xe_hw.h"

static void fini(struct drm_device *drm, void *data)
{
}

int probe_me(struct xe_device *xe, struct xe_hw hw)
{
	return drmm_add_action(&xe->drm, fini, hw);
}
