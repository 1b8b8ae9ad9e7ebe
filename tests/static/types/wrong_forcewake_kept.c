// SPDX-License-Identifier: MIT
// A hold of forcewake has the token in it and ends with its scope.
// door: a hold of forcewake
#include "hw/forcewake.h"
#include "xe_mmio.h"

u32 probe_me(struct xe_forcewake_hold *kept)
{
	return xe_read32(kept->hw, XE_REG(0x101010));
}
