// SPDX-License-Identifier: MIT
// The section that README.md shows: the gate "README shows what compiles" compares them.
#include "regs/soc.h"
#include "xe_device.h"
#include "xe_mmio.h"

int energy_used(struct xe_device *xe, u32 *ticks);

int energy_used(struct xe_device *xe, u32 *ticks)	/* software: outlives the card */
{
	int err = -EAGAIN;		/* the answer when the card is there and does not wake up */

	xe_hw_scoped(hw, xe) {		/* a section: skipped then, else hw is the token, in here only */
		*ticks = xe_read32(hw, BMG_PACKAGE_ENERGY_STATUS);	/* does not compile without a token */
		err = xe_hw_is_lost(hw) ? -ENODEV : 0;
	}
	return xe_hw_error(xe, err);	/* -ENODEV when there is no hardware any more */
}
