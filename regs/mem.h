/* SPDX-License-Identifier: MIT */
/*
 * Registers and formats of memory: GGTT, VRAM, stolen memory.
 * Source: Linux 6.12 drivers/gpu/drm/xe/regs/, hardware.rst xe-hw-ggtt, xe-hw-vram.
 */
#ifndef _XE_REGS_MEM_H_
#define _XE_REGS_MEM_H_

#include <linux/bits.h>

#include "xe_mmio.h"

/* PCI configuration space */
#define SNB_GMCH_CTRL			0x50
#define   GGMS_MASK			GENMASK(7, 6)	/* 1 MiB << n of GGTT entries, 0 is none */

/* One entry of the GGTT */
#define GGTT_PTE_PRESENT		BIT_ULL(0)
#define GGTT_PTE_DM			BIT_ULL(1)
#define GGTT_PTE_ADDRESS		GENMASK_ULL(45, 12)
#define GGTT_PTE_PAT			GENMASK_ULL(53, 52)

/* What the GuC of a GT caches of the GGTT */
#define PVC_GUC_TLB_INV_DESC0			XE_GT_REG(0xcf7c)
#define   PVC_GUC_TLB_INV_DESC0_VALID		BIT(0)
#define PVC_GUC_TLB_INV_DESC1			XE_GT_REG(0xcf80)
#define   PVC_GUC_TLB_INV_DESC1_INVALIDATE	BIT(6)

/* A read of it is ordered behind writes of GGTT entries. */
#define VF_CAP_REG			XE_REG(0x1901f8)

/* Where the VRAM of a tile is, in GiB */
#define XEHP_TILE_ADDR_RANGE(tile)		XE_MCR_REG(0x4900 + 4 * (tile))
#define   XEHP_TILE_ADDR_RANGE_SIZE	GENMASK(14, 8)
#define   XEHP_TILE_ADDR_RANGE_BASE	GENMASK(7, 1)

/* Where in VRAM the metadata of compression starts */
#define XE2_FLAT_CCS_BASE_RANGE_LOWER		XE_MCR_REG(0x8800)
#define   XE2_FLAT_CCS_BASE_LOWER_ADDR_MASK	GENMASK(31, 6)
#define   XE2_FLAT_CCS_ENABLE			BIT(0)
#define XE2_FLAT_CCS_BASE_RANGE_UPPER		XE_MCR_REG(0x8804)
#define   XE2_FLAT_CCS_BASE_UPPER_ADDR_MASK	GENMASK(7, 0)

/* Where the platform firmware keeps GGTT entries, at the top of VRAM */
#define GSMBASE				XE_REG(0x108100)

#endif
