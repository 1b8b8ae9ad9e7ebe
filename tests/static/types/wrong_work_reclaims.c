// SPDX-License-Identifier: MIT
// Reclaim waits for fences, and these for what works of the bound side do.
// sections: a work of the bound side reclaims memory in reset\(\)
#include <linux/slab.h>
#include "xe_device.h"

static void reset(struct xe_hw hw)
{
	kfree(kmalloc(100, GFP_KERNEL));
}

static void run(struct xe_hw hw, struct xe_hw_work *work)
{
	reset(hw);
}

int probe_me(struct xe_device *xe)
{
	xe_hw_reset_work_init(xe, &xe->recovery.work, run);
	return 0;
}
