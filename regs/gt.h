/* SPDX-License-Identifier: MIT */
/*
 * Registers that each GT has.
 * Source: Linux 6.12 drivers/gpu/drm/xe/regs/, hardware.rst xe-hw-identity, xe-hw-fuses.
 */
#ifndef _XE_REGS_GT_H_
#define _XE_REGS_GT_H_

#include <linux/bits.h>

#include "xe_mmio.h"

/* Offsets below this one are relative to the window of a GT. */
#define MEDIA_GT_GSI_LENGTH		0x40000
#define MEDIA_GT_GSI_OFFSET		0x380000

#define GMD_ID				XE_GT_REG(0xd8c)
#define   GMD_ID_ARCH_MASK		GENMASK(31, 22)
#define   GMD_ID_RELEASE_MASK		GENMASK(21, 14)
#define   GMD_ID_REVID			GENMASK(5, 0)

/* Forcewake: a request is masked, bit 0 is the kernel's. */
#define FORCEWAKE_GT			XE_GT_REG(0xa188)
#define FORCEWAKE_ACK_GT_MTL		XE_GT_REG(0xdfc)
#define FORCEWAKE_RENDER		XE_GT_REG(0xa278)
#define FORCEWAKE_ACK_RENDER		XE_GT_REG(0xd84)
#define FORCEWAKE_MEDIA_VDBOX(n)	XE_GT_REG(0xa540 + 4 * (n))
#define FORCEWAKE_ACK_MEDIA_VDBOX(n)	XE_GT_REG(0xd50 + 4 * (n))
#define FORCEWAKE_MEDIA_VEBOX(n)	XE_GT_REG(0xa560 + 4 * (n))
#define FORCEWAKE_ACK_MEDIA_VEBOX(n)	XE_GT_REG(0xd70 + 4 * (n))
#define FORCEWAKE_GSC			XE_GT_REG(0xa618)
#define FORCEWAKE_ACK_GSC		XE_GT_REG(0xdf8)
#define   FORCEWAKE_KERNEL		BIT(0)

/* Fuses */
#define XEHP_FUSE4			XE_GT_REG(0x9114)
#define   CFEG_WMTP_DISABLE		BIT(20)
#define   CCS_EN_MASK			GENMASK(19, 16)
#define MIRROR_FUSE3			XE_GT_REG(0x9118)
#define   XE2_NODE_ENABLE_MASK		GENMASK(31, 16)
#define   XE2_GT_L3_MODE_MASK		GENMASK(7, 4)	/* of each node */
#define XELP_EU_ENABLE			XE_GT_REG(0x9134)	/* of each DSS */
#define XELP_GT_GEOMETRY_DSS_ENABLE	XE_GT_REG(0x913c)
#define GT_VEBOX_VDBOX_DISABLE		XE_GT_REG(0x9140)	/* since 12.50: 1 is there */
#define   GT_VEBOX_DISABLE_MASK		GENMASK(19, 16)
#define   GT_VDBOX_DISABLE_MASK		GENMASK(7, 0)
#define XEHP_GT_COMPUTE_DSS_ENABLE	XE_GT_REG(0x9144)

/* Steering: which copy of a replicated register the next access goes to */
#define STEER_SEMAPHORE			XE_GT_REG(0xfd0)
#define   STEER_SEMAPHORE_GRANTED	BIT(0)
#define MTL_MCR_SELECTOR		XE_GT_REG(0xfd4)
#define   MCR_MULTICAST			BIT(31)
#define   MTL_MCR_GROUPID		GENMASK(11, 8)
#define   MTL_MCR_INSTANCEID		GENMASK(3, 0)

/* Reference clock */
#define RPM_CONFIG0				XE_GT_REG(0xd00)
#define   RPM_CONFIG0_CRYSTAL_CLOCK_FREQ_MASK	GENMASK(5, 3)	/* 24, 19.2, 38.4, 25 MHz */
#define   RPM_CONFIG0_CTC_SHIFT_PARAMETER_MASK	GENMASK(2, 1)	/* 3: every clock counts */
#define CTC_MODE				XE_GT_REG(0xa26c)
#define   CTC_SOURCE_DIVIDE_LOGIC		BIT(0)
#define TIMESTAMP_OVERRIDE			XE_REG(0x44074)
#define   TIMESTAMP_OVERRIDE_US_COUNTER_DENOMINATOR_MASK	GENMASK(15, 12)	/* less one */
#define   TIMESTAMP_OVERRIDE_US_COUNTER_DIVIDER_MASK	GENMASK(9, 0)	/* less one */

/* C6 as the host has it, without a GuC */
#define RC_CONTROL				XE_GT_REG(0xa090)
#define RC_STATE				XE_GT_REG(0xa094)

/* What may lose power while it is idle */
#define POWERGATE_ENABLE			XE_GT_REG(0xa210)
#define   VDN_MFXVDENC_POWERGATE_ENABLE(n)	BIT(4 + 2 * (n))
#define   VDN_HCP_POWERGATE_ENABLE(n)		BIT(3 + 2 * (n))
#define   MEDIA_POWERGATE_ENABLE		BIT(1)
#define   RENDER_POWERGATE_ENABLE		BIT(0)

/* Time spent asleep, in units of 1.28 us */
#define GT_GFX_RC6			XE_REG(0x138108)
#define MTL_MEDIA_MC6			XE_REG(0x138048)

/* Why the GT runs slower than asked to */
#define GT0_PERF_LIMIT_REASONS		XE_REG(0x1381a8)
#define MTL_MEDIA_PERF_LIMIT_REASONS	XE_REG(0x138030)
#define   POWER_LIMIT_1_MASK		BIT(10)
#define   POWER_LIMIT_2_MASK		BIT(11)
#define   POWER_LIMIT_4_MASK		BIT(8)
#define   VR_TDC_MASK			BIT(7)
#define   VR_THERMALERT_MASK		BIT(6)
#define   RATL_MASK			BIT(5)
#define   THERMAL_LIMIT_MASK		BIT(1)
#define   PROCHOT_MASK			BIT(0)

/* Caching: rows of the tables that page table entries and commands choose from */
#define PAT_INDEX(n)			XE_GT_REG(((n) < 8 ? 0x4800 : 0x4828) + 4 * (n))
#define PAT_ATS				XE_GT_REG(0x47fc)
#define PAT_PTA				XE_GT_REG(0x4820)
#define   XE2_NO_PROMOTE		BIT(10)
#define   XE2_COMP_EN			BIT(9)
#define   XE2_L3_CLOS			GENMASK(7, 6)
#define   XE2_L3_POLICY			GENMASK(5, 4)
#define   XE2_L4_POLICY			GENMASK(3, 2)
#define   XE2_COH_MODE			GENMASK(1, 0)
#define XE2_NUM_MOCS_ENTRIES		16
#define XEHP_GLOBAL_MOCS(n)		XE_GT_REG(0x4000 + 4 * (n))
#define   IG_PAT			BIT(8)
#define   XE2_L3_3_UC			(3 << 4)
#define   L4_3_UC			(3 << 2)

#endif
