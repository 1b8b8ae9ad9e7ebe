// SPDX-License-Identifier: MIT
// The token of a DMA section is good for unmapping only.
// gcc: incompatible type for argument
#include "xe_device.h"
#include "xe_mmio.h"

void probe_me(struct xe_device *xe)
{
	xe_hw_scoped_dma(dma, xe)
		xe_write32(dma, XE_REG(0x101010), 0);
}
