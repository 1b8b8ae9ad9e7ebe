// SPDX-License-Identifier: MIT
// memcpy() writes what an assignment may not.
// door: a pointer to a token
#include <linux/string.h>
#include "xe_device.h"
#include "xe_hw.h"

void *probe_me(struct xe_device *xe)
{
	static void *kept;

	xe_hw_scoped(hw, xe)
		memcpy(&kept, &hw, sizeof(kept));
	return kept;
}
