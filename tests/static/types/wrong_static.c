// SPDX-License-Identifier: MIT
// ... nor in a static variable.
// gcc: (read-only|assignment of)
#include "xe_device.h"
#include "xe_mmio.h"

static struct xe_hw kept;

void probe_me(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe)
		kept = hw;
}
