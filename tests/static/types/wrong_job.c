// SPDX-License-Identifier: MIT
// ... and not in a struct that a worker finds.
// gcc: incompatible types? when
#include <linux/slab.h>
#include "xe_device.h"
#include "xe_hw.h"

struct job {
	void *cookie;
};

void probe_me(struct xe_device *xe, struct job *job)
{
	xe_hw_scoped(hw, xe)
		job->cookie = hw;
}
