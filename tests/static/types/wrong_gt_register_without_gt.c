// SPDX-License-Identifier: MIT
// A register that each GT has is reached through a GT.
// gcc: incompatible type for argument
#include "regs/gt.h"
#include "xe_mmio.h"

u32 probe_me(struct xe_hw hw)
{
	return xe_read32(hw, GMD_ID);
}
