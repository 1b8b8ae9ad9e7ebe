/* SPDX-License-Identifier: MIT */
/*
 * What belongs to a GT and is neither engine nor firmware: forcewake, GDRST, steering semaphore,
 * WOPCM lock, cache flush bits, residency.  All of it is reached through register hooks.
 */
#ifndef XE_MODEL_GT_H
#define XE_MODEL_GT_H

#include "reg.h"

/* Offsets within a GT's window that more than one file names */
#define FORCEWAKE_ACK_GT_MTL		0x0dfc
#define FORCEWAKE_ACK_RENDER		0x0d84
#define FORCEWAKE_ACK_MEDIA_VDBOX(n)	(0x0d50 + 4 * (n))
#define FORCEWAKE_ACK_MEDIA_VEBOX(n)	(0x0d70 + 4 * (n))
#define FORCEWAKE_ACK_GSC		0x0df8
#define FORCEWAKE_GT			0xa188
#define FORCEWAKE_RENDER		0xa278
#define FORCEWAKE_MEDIA_VDBOX(n)	(0xa540 + 4 * (n))
#define FORCEWAKE_MEDIA_VEBOX(n)	(0xa560 + 4 * (n))
#define FORCEWAKE_GSC			0xa618
#define STEER_SEMAPHORE			0x0fd0
#define MTL_MCR_SELECTOR		0x0fd4
#define   MCR_MULTICAST			BIT(31)
#define GDRST				0x941c
#define   GRDOM_FULL			BIT(0)
#define   GRDOM_GUC			BIT(3)
#define GUC_WOPCM_SIZE			0xc050
#define   GUC_WOPCM_SIZE_LOCKED		BIT(0)
#define PVC_GUC_TLB_INV_DESC0		0xcf7c
#define   PVC_GUC_TLB_INV_DESC0_VALID	BIT(0)
#define PVC_GUC_TLB_INV_DESC1		0xcf80
#define   PVC_GUC_TLB_INV_DESC1_INVALIDATE BIT(6)
#define DMA_GUC_WOPCM_OFFSET		0xc340
#define   GUC_WOPCM_OFFSET_VALID	BIT(0)
#define   HUC_LOADING_AGENT_GUC		BIT(1)
#define GU_CNTL				0x101010
#define   LMEM_INIT			BIT(7)
#define   DRIVERFLR			BIT(31)
#define GU_DEBUG			0x101018
#define   DRIVERFLR_STATUS		BIT(31)

struct gt_hw *gt_hw_create(struct gpu *gpu);
void gt_hw_destroy(struct gt_hw *hw);
void gt_hw_reset(struct gpu *gpu);	/* power-on and FLR */

/* True while the CPU holds the steering semaphore of @gt. */
bool gt_mcr_held(struct gt *gt);
/* ns that @gt has slept since power-on */
u64 gt_sleep_ns(struct gt *gt);

/* Hooks of the tables */
reg_read_fn gt_fw_ack_read, gt_semaphore_read, gt_workpoint_read, gt_residency_read;
reg_write_fn gt_fw_write, gt_semaphore_write, gt_selector_write, gt_gdrst_write, gt_wopcm_write;
reg_write_fn gt_self_clear, gt_tlb_write, gt_doorbell_write, gt_dma_ctrl_write, gt_flr_write;
reg_read_fn gt_cntl_read, gt_gmd_read;

#endif
