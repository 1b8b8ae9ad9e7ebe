// SPDX-License-Identifier: MIT
// A member cannot be assigned, but it can be initialised, and copied with what it is in.
// door: a token that is not a parameter
#include <linux/slab.h>
#include "xe_device.h"
#include "xe_hw.h"

struct job {
	struct xe_hw hw;
};

struct job *probe_me(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe) {
		struct job job = { hw };

		return kmemdup(&job, sizeof(job), GFP_NOWAIT);
	}
	return NULL;
}
