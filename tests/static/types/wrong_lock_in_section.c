// SPDX-License-Identifier: MIT
// A section waits for who holds a lock, and so for what he waits for.
// sections: a section takes job.lock, which is held over what waits in wait_for_completion
#include <linux/completion.h>
#include <linux/mutex.h>
#include "xe_device.h"
#include "xe_mmio.h"

struct job {
	struct mutex lock;
	struct completion done;
};

void probe_wait(struct job *job)
{
	guard(mutex)(&job->lock);
	wait_for_completion(&job->done);
}

void probe_me(struct xe_device *xe, struct job *job)
{
	xe_hw_scoped(hw, xe) {
		guard(mutex)(&job->lock);
		xe_write32(hw, XE_REG(0x101010), 0);
	}
}
