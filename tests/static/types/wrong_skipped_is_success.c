// SPDX-License-Identifier: MIT
// A section that was skipped has not done it.
// sections: :9: err is 0 for a section that is skipped\n.*:19: err is 0
#include "xe_device.h"
#include "xe_mmio.h"

int probe_me(struct xe_device *xe)
{
	int err = 0;

	xe_hw_scoped(hw, xe)
		err = xe_wait32(hw, XE_REG(0x101010), 1, 1, 10, NULL);
	return err;
}

/* ... also if it is something else on another way. */
int probe_other(struct xe_device *xe, bool ready)
{
	int err = 0;

	if (!ready) {
		err = -EAGAIN;
		return err;
	}

	xe_hw_scoped(hw, xe)
		err = xe_wait32(hw, XE_REG(0x101010), 1, 1, 10, NULL);
	return err;
}
