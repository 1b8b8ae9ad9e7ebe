// SPDX-License-Identifier: MIT
// A section in a section, two calls away.
// sections: a section opens a section in outer\(\), in inner\(\)
#include "xe_device.h"
#include "xe_mmio.h"

static u32 inner(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe)
		return xe_read32(hw, XE_REG(0x101010));
	return 0;
}

static u32 outer(struct xe_device *xe)
{
	return inner(xe) + 1;
}

u32 probe_me(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe)
		return outer(xe);
	return 0;
}
