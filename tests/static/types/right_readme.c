// SPDX-License-Identifier: MIT
// The section that README.md shows: the gate "README shows what compiles" compares them.
#include "hw/pcode.h"
#include "xe_device.h"
#include "xe_mmio.h"

#define LIMIT 0x47c

int power_limit(struct xe_device *xe, u32 *value);

int power_limit(struct xe_device *xe, u32 *value)	/* software: outlives the card */
{
	int err = -ENODEV;		/* the answer when there is no hardware any more */

	xe_hw_scoped(hw, xe)		/* a section: skipped then, else hw is the token, in here only */
		err = xe_pcode_read(hw, LIMIT, value, NULL);	/* does not compile without a token */
	return err;
}
