// SPDX-License-Identifier: MIT
// Runtime PM is the door's; these two are in line, and leave no symbol.
// door: a header of the door
#include <linux/pm_runtime.h>
#include "xe_device.h"

void probe_me(struct xe_device *xe)
{
	pm_runtime_get_noresume(xe->drm.dev);
	pm_runtime_put_noidle(xe->drm.dev);
}
