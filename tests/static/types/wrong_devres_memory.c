// SPDX-License-Identifier: MIT
// Memory of devres is freed at unbind.
// symbols hw: wrong.o: __devres_alloc_node devres_add
#include <linux/device.h>
#include "xe_device.h"

static void release(struct device *dev, void *data)
{
}

void *probe_me(struct xe_device *xe)
{
	void *state = devres_alloc(release, 100, GFP_KERNEL);

	if (state)
		devres_add(xe->drm.dev, state);
	return state;
}
