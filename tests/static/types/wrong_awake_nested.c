// SPDX-License-Identifier: MIT
// A section that wakes nobody is one all the same.
// sections: a section opens a section in value\(\)
#include "xe_device.h"
#include "xe_mmio.h"

static u32 value(struct xe_device *xe)
{
	xe_hw_scoped_awake(hw, xe)
		return xe_read32(hw, XE_REG(0x101010));
	return 0;
}

u32 probe_me(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe)
		return value(xe);
	return 0;
}
