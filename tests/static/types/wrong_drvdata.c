// SPDX-License-Identifier: MIT
// What the kernel keeps for the door is no way to a token either.
// door: a token that is not a parameter
#include <linux/device.h>
#include "xe_device.h"
#include "xe_mmio.h"

u32 probe_me(struct xe_device *xe)
{
	struct xe_hw hw = { dev_get_drvdata(xe->drm.dev) };

	return xe_read32(hw, XE_REG(0x101010));
}
