// SPDX-License-Identifier: MIT
// A device that sleeps has not done what it was not told.
// sections: err is 0 for a section that is skipped
#include "xe_device.h"
#include "xe_mmio.h"

int probe_me(struct xe_device *xe)
{
	int err = 0;

	xe_hw_scoped_awake(hw, xe)
		err = xe_wait32(hw, XE_REG(0x101010), 1, 1, 10, NULL);
	return err;
}
