// SPDX-License-Identifier: MIT
// A destructor of a buffer runs when the device may be gone: no DMA API, no attachment. The
// headers come with that of dma-bufs.
// symbols mm: wrong.o: dma_buf_unmap_attachment dma_free_attrs
#include <linux/dma-buf.h>
#include "xe_device.h"

void probe_me(struct xe_device *xe, struct dma_buf_attachment *attach, struct sg_table *sgt, void *cpu)
{
	dma_buf_unmap_attachment(attach, sgt, DMA_BIDIRECTIONAL);
	dma_free_coherent(xe->drm.dev, PAGE_SIZE, cpu, 0);
}
