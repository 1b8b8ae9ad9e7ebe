// SPDX-License-Identifier: MIT
// A token cannot be kept beyond its section: it is not assignable.
// gcc: (read-only|assignment of)
#include "xe_device.h"
#include "xe_mmio.h"

u32 probe_me(struct xe_device *xe, struct xe_hw later)
{
	xe_hw_scoped(hw, xe)
		later = hw;
	return xe_read32(later, XE_REG(0x101010));
}
