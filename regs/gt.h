/* SPDX-License-Identifier: MIT */
/*
 * Registers that each GT has.
 * Source: Linux 6.12 drivers/gpu/drm/xe/regs/, fact sheet sections 3 to 5.
 */
#ifndef _XE_REGS_GT_H_
#define _XE_REGS_GT_H_

#include <linux/bits.h>

#include "xe_mmio.h"

/* Offsets below this one are relative to the window of a GT. */
#define XE_GT_WINDOW_END		0x40000
#define XE_GT_MEDIA_WINDOW		0x380000

#define GMD_ID				XE_GT_REG(0xd8c)
#define   GMD_ID_ARCH			GENMASK(31, 22)
#define   GMD_ID_RELEASE		GENMASK(21, 14)
#define   GMD_ID_STEP			GENMASK(5, 0)

/* Forcewake: a request is masked, bit 0 is the kernel's. */
#define FORCEWAKE_GT			XE_GT_REG(0xa188)
#define FORCEWAKE_GT_ACK		XE_GT_REG(0xdfc)
#define FORCEWAKE_RENDER		XE_GT_REG(0xa278)
#define FORCEWAKE_RENDER_ACK		XE_GT_REG(0xd84)
#define FORCEWAKE_VDBOX(n)		XE_GT_REG(0xa540 + 4 * (n))
#define FORCEWAKE_VDBOX_ACK(n)		XE_GT_REG(0xd50 + 4 * (n))
#define FORCEWAKE_VEBOX(n)		XE_GT_REG(0xa560 + 4 * (n))
#define FORCEWAKE_VEBOX_ACK(n)		XE_GT_REG(0xd70 + 4 * (n))
#define FORCEWAKE_GSC			XE_GT_REG(0xa618)
#define FORCEWAKE_GSC_ACK		XE_GT_REG(0xdf8)
#define   FORCEWAKE_KERNEL		BIT(0)

/* Fuses */
#define FUSE4				XE_GT_REG(0x9114)
#define   FUSE4_NO_MID_THREAD_PREEMPT	BIT(20)
#define   FUSE4_COMPUTE			GENMASK(19, 16)
#define FUSE3				XE_GT_REG(0x9118)
#define   FUSE3_NODES			GENMASK(31, 16)
#define   FUSE3_L3_BANKS		GENMASK(7, 4)	/* of each node */
#define FUSE_EUS			XE_GT_REG(0x9134)	/* of each DSS */
#define FUSE_GEOMETRY_DSS		XE_GT_REG(0x913c)
#define FUSE_MEDIA			XE_GT_REG(0x9140)
#define   FUSE_MEDIA_ENHANCE		GENMASK(19, 16)
#define   FUSE_MEDIA_DECODE		GENMASK(7, 0)
#define FUSE_COMPUTE_DSS		XE_GT_REG(0x9144)

/* Steering: which copy of a replicated register the next access goes to */
#define STEERING_SEMAPHORE		XE_GT_REG(0xfd0)
#define   STEERING_SEMAPHORE_GRANTED	BIT(0)
#define STEERING			XE_GT_REG(0xfd4)
#define   STEERING_MULTICAST		BIT(31)
#define   STEERING_GROUP		GENMASK(11, 8)
#define   STEERING_INSTANCE		GENMASK(3, 0)

/* Reference clock */
#define CLOCK_CONFIG			XE_GT_REG(0xd00)
#define   CLOCK_CONFIG_CRYSTAL		GENMASK(5, 3)	/* 24, 19.2, 38.4, 25 MHz */
#define   CLOCK_CONFIG_SHIFT		GENMASK(2, 1)	/* 3: every clock counts */
#define CLOCK_SOURCE			XE_GT_REG(0xa26c)
#define   CLOCK_SOURCE_DIVIDER		BIT(0)
#define CLOCK_DIVIDER			XE_REG(0x44074)
#define   CLOCK_DIVIDER_DENOMINATOR	GENMASK(15, 12)	/* less one */
#define   CLOCK_DIVIDER_MHZ		GENMASK(9, 0)	/* less one */

/* What may lose power while it is idle */
#define POWERGATE			XE_GT_REG(0xa210)
#define   POWERGATE_DECODE_ENCODE(n)	BIT(4 + 2 * (n))
#define   POWERGATE_DECODE(n)		BIT(3 + 2 * (n))
#define   POWERGATE_MEDIA		BIT(1)
#define   POWERGATE_RENDER		BIT(0)

/* Time spent asleep, in units of 1.28 us */
#define GT_RESIDENCY			XE_REG(0x138108)
#define MEDIA_RESIDENCY			XE_REG(0x138048)

/* Why the GT runs slower than asked to */
#define GT_THROTTLE			XE_REG(0x1381a8)
#define MEDIA_THROTTLE			XE_REG(0x138030)
#define   THROTTLE_PL1			BIT(10)
#define   THROTTLE_PL2			BIT(11)
#define   THROTTLE_PL4			BIT(8)
#define   THROTTLE_VR_TDC		BIT(7)
#define   THROTTLE_VR_THERMALERT	BIT(6)
#define   THROTTLE_RATL			BIT(5)
#define   THROTTLE_THERMAL		BIT(1)
#define   THROTTLE_PROCHOT		BIT(0)

/* Caching: rows of the tables that page table entries and commands choose from */
#define PAT_ROW(n)			XE_GT_REG(((n) < 8 ? 0x4800 : 0x4828) + 4 * (n))
#define PAT_ROW_ATS			XE_GT_REG(0x47fc)
#define PAT_ROW_TABLES			XE_GT_REG(0x4820)
#define   PAT_NO_PROMOTE		BIT(10)
#define   PAT_COMPRESS			BIT(9)
#define   PAT_L3_CLASS			GENMASK(7, 6)
#define   PAT_L3_POLICY			GENMASK(5, 4)
#define   PAT_L4_POLICY			GENMASK(3, 2)
#define   PAT_COHERENCY			GENMASK(1, 0)
#define MOCS_ROWS			16
#define MOCS_ROW(n)			XE_GT_REG(0x4000 + 4 * (n))
#define   MOCS_IGNORE_PAT		BIT(8)
#define   MOCS_L3_NONE			(3 << 4)
#define   MOCS_L4_NONE			(3 << 2)
#define L2_CONTROL			XE_MCR_REG(0x4194)
#define   L2_CONTROL_HOST		BIT(6)
#define L2_INVALIDATE			XE_GT_REG(0xb404)
#define   L2_INVALIDATE_ALL		BIT(0)

#endif
