// SPDX-License-Identifier: MIT
// The software device is not a token.
// gcc: incompatible type for argument
#include "xe_device.h"
#include "xe_mmio.h"

u32 probe_me(struct xe_device *xe)
{
	return xe_read32(xe, XE_REG(0x101010));
}
