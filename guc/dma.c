// SPDX-License-Identifier: MIT
/*
 * The engine that copies firmware images into the WOPCM.
 */

#include <linux/bitfield.h>
#include <linux/error-injection.h>

#include <drm/drm_print.h>

#include "guc/dma.h"
#include "guc/fw.h"
#include "hw/state.h"
#include "regs/guc.h"
#include "xe_device.h"

#define DMA_TIMEOUT_US		(100 * USEC_PER_MSEC)

/**
 * xe_guc_dma - copy header and code of an image into the WOPCM
 * @hw: the token
 * @gt: the GT
 * @fw: the image
 * @wopcm_offset: where to, from the start of the part that the image is for
 * @flag: UOS_MOVE or HUC_UKERNEL
 *
 * Context: bound or in a section, may sleep up to 100 ms; GT forcewake is held.
 * Return: 0; -ETIMEDOUT, which is logged; -ENODEV.
 */
noinline __noipa int xe_guc_dma(struct xe_hw hw, struct xe_gt *gt, const struct xe_fw *fw,
				u32 wopcm_offset, u32 flag)
{
	u32 last = 0;
	int err;

	xe_gt_write32(hw, gt, DMA_ADDR_0_LOW, xe_ggtt_buf_ggtt(&fw->buf) + fw->image.start);
	xe_gt_write32(hw, gt, DMA_ADDR_0_HIGH,
		      FIELD_PREP(DMA_ADDR_SPACE_MASK, DMA_ADDRESS_SPACE_GGTT));
	xe_gt_write32(hw, gt, DMA_ADDR_1_LOW, wopcm_offset);
	xe_gt_write32(hw, gt, DMA_ADDR_1_HIGH,
		      FIELD_PREP(DMA_ADDR_SPACE_MASK, DMA_ADDRESS_SPACE_WOPCM));
	xe_gt_write32(hw, gt, DMA_COPY_SIZE, fw->image.upload);
	xe_gt_write32(hw, gt, DMA_CTRL, XE_MASKED_ENABLE(flag | START_DMA));

	err = xe_gt_wait32(hw, gt, DMA_CTRL, START_DMA, 0, DMA_TIMEOUT_US, &last);
	if (err == -ETIMEDOUT)
		drm_err(&xe_hw_device(hw)->drm,
			"GT%u: copy of the %s image does not end (%#x); reset or power cycle the card\n",
			gt->id, fw->buf.name, last);

	xe_gt_write32(hw, gt, DMA_CTRL, XE_MASKED_DISABLE(flag | START_DMA));
	return err;
}
ALLOW_ERROR_INJECTION(xe_guc_dma, ERRNO);
