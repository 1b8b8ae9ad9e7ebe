// SPDX-License-Identifier: MIT
// The type of a token, without its name.
// door: the type of a token without its name
#include "xe_device.h"
#include "xe_mmio.h"

void probe_me(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe) {
		typeof(hw) again = hw;

		xe_write32(again, XE_REG(0x101010), 0);
	}
}
