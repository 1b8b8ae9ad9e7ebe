// SPDX-License-Identifier: MIT
// A section wakes the device, which sleeps.
// sections: with the spinlock lock held: opens a section in value\(\)
#include <linux/spinlock.h>
#include "xe_device.h"
#include "xe_mmio.h"

static u32 value(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe)
		return xe_read32(hw, XE_REG(0x101010));
	return 0;
}

u32 probe_me(struct xe_device *xe, spinlock_t *lock)
{
	guard(spinlock)(lock);
	return value(xe);
}
