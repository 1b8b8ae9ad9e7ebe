// SPDX-License-Identifier: MIT
// A token cannot be made of what software has, only handed over.
// gcc: (incompatible pointer type|invalid initializer)
#include "xe_device.h"
#include "xe_mmio.h"

u32 probe_me(struct xe_device *xe)
{
	struct xe_hw fake = { xe };

	return xe_read32(fake, XE_REG(0x101010));
}
