// SPDX-License-Identifier: MIT
// There is no way from the software device to the token but a section.
// gcc: (undefined type|incomplete type|incomplete definition|invalid use)
#include <linux/container_of.h>
#include "xe_device.h"
#include "xe_mmio.h"

u32 probe_me(struct xe_device *xe)
{
	struct xe_hw hw = { container_of(xe, struct xe_hw_private, device) };

	return xe_read32(hw, XE_REG(0x101010));
}
