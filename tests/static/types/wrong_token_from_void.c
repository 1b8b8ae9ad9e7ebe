// SPDX-License-Identifier: MIT
// ... and no way back.
// door: a token that is not a parameter
#include "xe_mmio.h"

u32 probe_me(void *any)
{
	return xe_read32(*(struct xe_hw *)any, XE_REG(0x101010));
}
