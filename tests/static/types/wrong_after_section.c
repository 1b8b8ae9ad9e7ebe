// SPDX-License-Identifier: MIT
// The token ends with its section.
// gcc: .hw. undeclared
#include "xe_device.h"
#include "xe_mmio.h"

u32 probe_me(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe)
		xe_write32(hw, XE_REG(0x101010), 0);
	return xe_read32(hw, XE_REG(0x101010));
}
