// SPDX-License-Identifier: MIT
// A pointer to a token converts to a void pointer, so there is none.
// door: a pointer to a token
#include <drm/drm_managed.h>
#include "xe_device.h"
#include "xe_hw.h"

static void fini(struct drm_device *drm, void *data)
{
}

int probe_me(struct xe_device *xe, struct xe_hw hw)
{
	return drmm_add_action(&xe->drm, fini, &hw);
}
