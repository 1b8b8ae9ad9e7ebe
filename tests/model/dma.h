/* SPDX-License-Identifier: MIT */
/*
 * Guest memory as the card sees it: the DMA map that QEMU hands over (vfio-user DMA_MAP/UNMAP).
 *
 * Every transfer is checked: bus master enabled, device in D0, every byte mapped and with the right
 * direction.  A failed check is a violation and a result of -EFAULT; nothing is then transferred.
 */
#ifndef XE_MODEL_DMA_H
#define XE_MODEL_DMA_H

#include "gpu.h"

struct dma *dma_create(struct gpu *gpu);
void dma_destroy(struct dma *dma);

/* Transport side. fd < 0: a range without memory behind it (ROM, other BARs); it is recorded, transfers fail. */
int dma_map(struct gpu *gpu, u64 iova, u64 size, int fd, u64 offset, bool readable, bool writable);
int dma_unmap(struct gpu *gpu, u64 iova, u64 size);
void dma_unmap_all(struct gpu *gpu);

/* Card side: 0 or -EFAULT (violation), -ENODEV once vanished. */
int dma_read(struct gpu *gpu, u64 iova, void *buf, size_t len);
int dma_write(struct gpu *gpu, u64 iova, const void *buf, size_t len);
/*
 * A pointer to [iova, iova + len), or NULL (same checks).  Counts as one transfer; valid until the
 * next poll.  For the inner loops of the engines.
 */
void *dma_ptr(struct gpu *gpu, u64 iova, size_t len, bool write);

#endif
