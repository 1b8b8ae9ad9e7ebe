// SPDX-License-Identifier: MIT
// Every way of leaving a section.
#include "xe_device.h"
#include "xe_mmio.h"

#define REG XE_REG(0x101010)

int probe_plain(struct xe_device *xe);
int probe_break(struct xe_device *xe);
int probe_continue(struct xe_device *xe);
int probe_goto(struct xe_device *xe);
int probe_nested(struct xe_device *xe);

int probe_plain(struct xe_device *xe)
{
	int err = -ENODEV;

	xe_hw_scoped(hw, xe)
		err = xe_wait32(hw, REG, 1, 1, 10, NULL);
	return err;
}

int probe_break(struct xe_device *xe)
{
	int seen = 0;

	for (int i = 0; i < 3; i++) {
		xe_hw_scoped(hw, xe) {
			if (xe_read32(hw, REG))
				break;
			seen++;
		}
	}
	return seen;
}

int probe_continue(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe) {
		if (xe_read32(hw, REG))
			continue;
		return 1;
	}
	return 0;
}

int probe_goto(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe) {
		if (xe_read32(hw, REG))
			goto out;
	}
	return 0;
out:
	return -EIO;
}

int probe_nested(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe)
		xe_hw_scoped_dma(dma, xe)
			return xe_read32(hw, REG);
	return -ENODEV;
}
