/* SPDX-License-Identifier: MIT */
/*
 * Registers of the GuC and the HuC of a GT, and of what they control: reset, frequency.
 * Source: Linux 6.12 drivers/gpu/drm/xe/regs/, fact sheet sections 8.2, 11 and 12.
 */
#ifndef _XE_REGS_GUC_H_
#define _XE_REGS_GUC_H_

#include <linux/bits.h>

#include "xe_mmio.h"

#define GT_RESET			XE_GT_REG(0x941c)
#define   GT_RESET_GUC			BIT(3)
#define   GT_RESET_ALL			BIT(0)

#define GUC_STATUS			XE_GT_REG(0xc000)
#define   GUC_STATUS_AUTH		GENMASK(31, 30)	/* 1 bad, 2 good */
#define   GUC_STATUS_CORE		GENMASK(18, 16)
#define   GUC_STATUS_FIRMWARE		GENMASK(15, 8)
#define   GUC_STATUS_BOOTROM		GENMASK(7, 1)
#define   GUC_STATUS_IN_RESET		BIT(0)

/* Which part of the WOPCM is the GuC's; each can be written once until the card is power cycled */
#define GUC_WOPCM_SIZE			XE_GT_REG(0xc050)
#define   GUC_WOPCM_SIZE_BYTES		GENMASK(31, 12)
#define   GUC_WOPCM_SIZE_LOCKED		BIT(0)
#define GUC_WOPCM_BASE			XE_GT_REG(0xc340)
#define   GUC_WOPCM_BASE_BYTES		GENMASK(31, 14)
#define   GUC_WOPCM_BASE_LOADS_HUC	BIT(1)
#define   GUC_WOPCM_BASE_LOCKED		BIT(0)

#define GUC_SHIM			XE_GT_REG(0xc064)
#define   GUC_SHIM_MOCS_INDEX		GENMASK(27, 24)
#define   GUC_SHIM_CLOCK_GATING		BIT(15)
#define   GUC_SHIM_CACHE_WOPCM		BIT(10)
#define   GUC_SHIM_CACHE_SRAM		BIT(9)
#define   GUC_SHIM_CACHE_READS		BIT(1)

/* Boot parameters in 1..14; 15 is the firmware's last word */
#define GUC_SCRATCH(n)			XE_GT_REG(0xc180 + 4 * (n))
#define   GUC_SCRATCH15_EXCEPTION	BIT(30)
#define   GUC_SCRATCH15_CRASH		BIT(1)

#define HUC_LOAD_INFO			XE_GT_REG(0xc1dc)
#define   HUC_LOAD_INFO_VERIFIED	BIT(0)

/* A signature of up to 256 bytes, or in the first word the GGTT address of a longer one */
#define GUC_SIGNATURE(n)		XE_GT_REG(0xc200 + 4 * (n))

/* The engine that copies firmware into the WOPCM */
#define GUC_DMA_SRC_LO			XE_GT_REG(0xc300)
#define GUC_DMA_SRC_HI			XE_GT_REG(0xc304)
#define GUC_DMA_DST_LO			XE_GT_REG(0xc308)
#define GUC_DMA_DST_HI			XE_GT_REG(0xc30c)
#define   GUC_DMA_HI_SPACE		GENMASK(20, 16)
#define   GUC_DMA_SPACE_WOPCM		7
#define   GUC_DMA_SPACE_GGTT		8
#define GUC_DMA_SIZE			XE_GT_REG(0xc310)
#define GUC_DMA_CTRL			XE_GT_REG(0xc314)	/* masked */
#define   GUC_DMA_CTRL_HUC		BIT(9)
#define   GUC_DMA_CTRL_GUC		BIT(4)
#define   GUC_DMA_CTRL_START		BIT(0)

/* Which interrupts go to the host instead of the GuC */
#define GUC_PM_INTERRUPT_MASK		XE_GT_REG(0xa168)
#define   GUC_PM_INTERRUPT_ARAT		BIT(9)

#define GUC_DOORBELLS			XE_REG(0x13816c)
#define   GUC_DOORBELLS_ENABLE		BIT(0)

/* Mailbox of four words, and the bell that says that there is something in it or in the channel */
#define GUC_MAILBOX(n)			XE_REG(0x190240 + 4 * (n))
#define GUC_BELL			XE_REG(0x1901f0)
#define MEDIA_GUC_MAILBOX(n)		XE_REG(0x190310 + 4 * (n))
#define MEDIA_GUC_BELL			XE_REG(0x190304)

/* Doorbells that user contexts of integrated parts can have */
#define GUC_DOORBELLS_POPULATED		XE_GT_REG(0xd08)
#define   GUC_DOORBELLS_PER_SQIDI	GENMASK(23, 16)	/* less one */

/* Frequencies are in units of 50/3 MHz. */
#define FREQ_SOFTWARE_CONTROL		XE_GT_REG(0xa024)
#define   FREQ_SOFTWARE_CONTROL_ON	BIT(10)
#define FREQ_REQUEST			XE_GT_REG(0xa008)
#define   FREQ_REQUEST_RATIO		GENMASK(31, 23)
#define FREQ_ACTUAL			XE_GT_REG(0xc60)
#define   FREQ_ACTUAL_C_STATE		GENMASK(12, 9)	/* 0: C0, 3: C6 */
#define   FREQ_ACTUAL_RATIO		GENMASK(8, 0)
#define FREQ_FUSED			XE_REG(0x138000)
#define MEDIA_FREQ_FUSED		XE_REG(0x138020)
#define   FREQ_FUSED_LOWEST		GENMASK(24, 16)
#define   FREQ_FUSED_HIGHEST		GENMASK(8, 0)
#define FREQ_EFFICIENT			XE_REG(0x13800c)
#define MEDIA_FREQ_EFFICIENT		XE_REG(0x13802c)
#define   FREQ_EFFICIENT_RATIO		GENMASK(8, 0)

#endif
