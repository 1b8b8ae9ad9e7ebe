// SPDX-License-Identifier: MIT
// An empty initialiser makes a token of nothing.
// door: a token that is not a parameter
#include "xe_mmio.h"

u32 probe_me(void)
{
	struct xe_hw fake = {};

	return xe_read32(fake, XE_REG(0x101010));
}
