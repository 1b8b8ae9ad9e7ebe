// SPDX-License-Identifier: MIT
// Software torn down at unbind: an open file uses it afterwards.
// rule sw_in_devm: kfree\(\) is called in stop.*\n.*ttm_device_fini\(\) is called in stop
#include <linux/slab.h>
#include <drm/ttm/ttm_device.h>
#include "xe_device.h"
#include "xe_hw.h"

static void stop(struct xe_hw hw, void *data)
{
	struct xe_device *xe = xe_hw_device(hw);

	kfree(xe->hwconfig.data);
	ttm_device_fini(&xe->mm.ttm);
}

int probe_me(struct xe_hw_bind bind)
{
	return xe_hw_on_unbind(bind, stop, NULL);
}
