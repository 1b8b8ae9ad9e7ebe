// SPDX-License-Identifier: MIT
// Who may not wait for a fence or for memory does not do so in his section.
// sections: waits in dma_fence_wait\(\)(.|\n)*reclaims memory
#include <linux/dma-fence.h>
#include <linux/slab.h>
#include "xe_device.h"
#include "xe_mmio.h"

long probe_me(struct xe_device *xe, struct dma_fence *fence, void **mem)
{
	long err = -ENODEV;

	xe_hw_scoped_awake(hw, xe) {
		err = dma_fence_wait(fence, false);
		*mem = kmalloc(100, GFP_KERNEL);
	}
	return err;
}
