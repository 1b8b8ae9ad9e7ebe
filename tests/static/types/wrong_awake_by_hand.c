// SPDX-License-Identifier: MIT
// A section without its macro stays open, or is used although it is not open.
// door: what sections are made of
#include "xe_device.h"
#include "xe_mmio.h"

u32 probe_me(struct xe_device *xe)
{
	struct xe_hw_section section = xe_hw_enter_awake(xe);

	return xe_read32(section.token, XE_REG(0x101010));
}
