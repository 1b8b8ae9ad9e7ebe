// SPDX-License-Identifier: MIT
// A token of another name could be pointed to, and the gate would not know.
// door: a token that is not called hw
#include "xe_device.h"
#include "xe_mmio.h"

u32 probe_me(struct xe_device *xe)
{
	xe_hw_scoped_awake(token, xe)
		return xe_read32(token, XE_REG(0x101010));
	return 0;
}
