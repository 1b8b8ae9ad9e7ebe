/* SPDX-License-Identifier: MIT */
/*
 * Registers of the GuC and the HuC of a GT, and of what they control: reset, frequency.
 * Source: Linux 6.12 drivers/gpu/drm/xe/regs/, hardware.rst xe-hw-guc-boot.
 */
#ifndef _XE_REGS_GUC_H_
#define _XE_REGS_GUC_H_

#include <linux/bits.h>

#include "xe_mmio.h"

#define GDRST				XE_GT_REG(0x941c)
#define   GRDOM_GUC			BIT(3)
#define   GRDOM_FULL			BIT(0)

#define GUC_STATUS			XE_GT_REG(0xc000)
#define   GS_UKERNEL_MASK		GENMASK(15, 8)
#define   GS_BOOTROM_MASK		GENMASK(7, 1)
#define   GS_MIA_IN_RESET		BIT(0)

/* Which part of the WOPCM is the GuC's; each can be written once until the card is power cycled */
#define GUC_WOPCM_SIZE			XE_GT_REG(0xc050)
#define   GUC_WOPCM_SIZE_MASK		GENMASK(31, 12)
#define   GUC_WOPCM_SIZE_LOCKED		BIT(0)
#define DMA_GUC_WOPCM_OFFSET		XE_GT_REG(0xc340)
#define   GUC_WOPCM_OFFSET_MASK		GENMASK(31, 14)
#define   HUC_LOADING_AGENT_GUC		BIT(1)
#define   GUC_WOPCM_OFFSET_VALID	BIT(0)

#define GUC_SHIM_CONTROL			XE_GT_REG(0xc064)
#define   GUC_MOCS_INDEX_MASK			GENMASK(27, 24)
#define   GUC_ENABLE_MIA_CLOCK_GATING		BIT(15)
#define   GUC_ENABLE_READ_CACHE_FOR_WOPCM_DATA	BIT(10)
#define   GUC_ENABLE_READ_CACHE_FOR_SRAM_DATA	BIT(9)
#define   GUC_ENABLE_READ_CACHE_LOGIC		BIT(1)

/* Boot parameters in 1..14; 15 is the firmware's last word */
#define SOFT_SCRATCH(n)				XE_GT_REG(0xc180 + 4 * (n))
#define   SOFT_SCRATCH15_EXCEPTION		BIT(30)
#define   SOFT_SCRATCH15_CRASH_DUMP_POSTED	BIT(1)

#define HUC_KERNEL_LOAD_INFO		XE_GT_REG(0xc1dc)
#define   HUC_LOAD_SUCCESSFUL		BIT(0)

/* A signature of up to 256 bytes, or in the first word the GGTT address of a longer one */
#define UOS_RSA_SCRATCH(n)		XE_GT_REG(0xc200 + 4 * (n))

/* The engine that copies firmware into the WOPCM */
#define DMA_ADDR_0_LOW			XE_GT_REG(0xc300)
#define DMA_ADDR_0_HIGH			XE_GT_REG(0xc304)
#define DMA_ADDR_1_LOW			XE_GT_REG(0xc308)
#define DMA_ADDR_1_HIGH			XE_GT_REG(0xc30c)
#define   DMA_ADDR_SPACE_MASK		GENMASK(20, 16)
#define   DMA_ADDRESS_SPACE_WOPCM	7
#define   DMA_ADDRESS_SPACE_GGTT	8
#define DMA_COPY_SIZE			XE_GT_REG(0xc310)
#define DMA_CTRL			XE_GT_REG(0xc314)	/* masked */
#define   HUC_UKERNEL			BIT(9)
#define   UOS_MOVE			BIT(4)
#define   START_DMA			BIT(0)

/* Which interrupts go to the host instead of the GuC */
#define PMINTRMSK			XE_GT_REG(0xa168)
#define   ARAT_EXPIRED_INTRMSK		BIT(9)

#define GT_PM_CONFIG			XE_REG(0x13816c)
#define   GT_DOORBELL_ENABLE		BIT(0)

/* Mailbox of four words, and the bell that says that there is something in it or in the channel */
#define VF_SW_FLAG(n)			XE_REG(0x190240 + 4 * (n))
#define GUC_HOST_INTERRUPT		XE_REG(0x1901f0)
#define MED_VF_SW_FLAG(n)		XE_REG(0x190310 + 4 * (n))
#define MED_GUC_HOST_INTERRUPT		XE_REG(0x190304)

/* Doorbells that user contexts of integrated parts can have */
#define DIST_DBS_POPULATED		XE_GT_REG(0xd08)
#define   DOORBELLS_PER_SQIDI_MASK	GENMASK(23, 16)	/* less one */

/* Frequencies are in units of 50/3 MHz. */
#define RP_CONTROL			XE_GT_REG(0xa024)
#define   RPSWCTL_ENABLE		BIT(10)
#define RPNSWREQ			XE_GT_REG(0xa008)
#define   REQ_RATIO_MASK		GENMASK(31, 23)
#define MTL_MIRROR_TARGET_WP1		XE_GT_REG(0xc60)
#define   MTL_CC_MASK			GENMASK(12, 9)	/* 0: C0, 3: C6 */
#define   MTL_CAGF_MASK			GENMASK(8, 0)
#define MTL_RP_STATE_CAP		XE_REG(0x138000)
#define MTL_MEDIAP_STATE_CAP		XE_REG(0x138020)
#define   MTL_RPN_CAP_MASK		GENMASK(24, 16)
#define   MTL_RP0_CAP_MASK		GENMASK(8, 0)
#define MTL_GT_RPE_FREQUENCY		XE_REG(0x13800c)
#define MTL_MPE_FREQUENCY		XE_REG(0x13802c)
#define   MTL_RPE_MASK			GENMASK(8, 0)

#endif
