// SPDX-License-Identifier: MIT
// Teardown is registered by probe steps: a section has no right to.
// gcc: incompatible type for argument
#include "xe_device.h"
#include "xe_hw.h"

static void stop(struct xe_hw hw, void *data)
{
}

int probe_me(struct xe_device *xe, void *node)
{
	int err = -ENODEV;

	xe_hw_scoped(hw, xe)
		err = xe_hw_on_unbind(hw, stop, node);
	return err;
}
