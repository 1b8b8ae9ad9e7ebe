// SPDX-License-Identifier: MIT
// Unplug of all DRM devices waits for a section: it waits for nobody.
// sections: waits in dma_fence_wait\(\) in idle\(\)(.|\n)*waits in copy_to_user(.|\n)*reclaims memory
#include <linux/dma-fence.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "xe_device.h"
#include "xe_mmio.h"

static long idle(struct dma_fence *fence)
{
	return dma_fence_wait(fence, false);
}

long probe_me(struct xe_device *xe, struct dma_fence *fence, void __user *to, void **mem)
{
	long err = -ENODEV;

	xe_hw_scoped(hw, xe) {
		u32 value = xe_read32(hw, XE_REG(0x101010));

		err = idle(fence);
		if (copy_to_user(to, &value, sizeof(value)))
			err = -EFAULT;
		*mem = kmalloc(100, GFP_KERNEL);
	}
	return err;
}
