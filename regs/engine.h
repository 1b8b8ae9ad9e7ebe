/* SPDX-License-Identifier: MIT */
/*
 * Registers that each engine has, relative to its base.
 * Source: Linux 6.12 drivers/gpu/drm/xe/regs/, hardware.rst xe-hw-engines.
 */
#ifndef _XE_REGS_ENGINE_H_
#define _XE_REGS_ENGINE_H_

#include <linux/bits.h>

#include "xe_mmio.h"

#define RING_TAIL(base)			XE_GT_REG((base) + 0x30)
#define RING_HEAD(base)			XE_GT_REG((base) + 0x34)
#define RING_START(base)		XE_GT_REG((base) + 0x38)
#define RING_CTL(base)			XE_GT_REG((base) + 0x3c)
#define RING_START_UDW(base)		XE_GT_REG((base) + 0x48)
#define RING_ACTHD_UDW(base)		XE_GT_REG((base) + 0x5c)
#define RING_DMA_FADD_UDW(base)		XE_GT_REG((base) + 0x60)
#define RING_IPEHR(base)		XE_GT_REG((base) + 0x68)
#define RING_INSTDONE(base)		XE_GT_REG((base) + 0x6c)
#define RING_ACTHD(base)		XE_GT_REG((base) + 0x74)
#define RING_DMA_FADD(base)		XE_GT_REG((base) + 0x78)
#define RING_HWS_PGA(base)		XE_GT_REG((base) + 0x80)
#define RING_HWSTAM(base)		XE_GT_REG((base) + 0x98)
#define RING_MI_MODE(base)		XE_GT_REG((base) + 0x9c)	/* masked */
#define   STOP_RING			BIT(8)
#define   MODE_IDLE			BIT(9)
#define RING_IMR(base)			XE_GT_REG((base) + 0xa8)
#define RING_EIR(base)			XE_GT_REG((base) + 0xb0)
#define RING_EMR(base)			XE_GT_REG((base) + 0xb4)
#define RING_ESR(base)			XE_GT_REG((base) + 0xb8)
#define RING_BBADDR(base)		XE_GT_REG((base) + 0x140)
#define RING_BBADDR_UDW(base)		XE_GT_REG((base) + 0x168)
#define RING_EXECLIST_STATUS_LO(base)	XE_GT_REG((base) + 0x234)
#define RING_EXECLIST_STATUS_HI(base)	XE_GT_REG((base) + 0x238)
#define RING_MODE(base)			XE_GT_REG((base) + 0x29c)	/* masked */
#define   GFX_DISABLE_LEGACY_MODE	BIT(3)

/* Ticks at the reference clock */
#define RING_TIMESTAMP(base)		XE_GT_REG((base) + 0x358)
#define RING_TIMESTAMP_UDW(base)	XE_GT_REG((base) + 0x35c)
#define RING_EXECLIST_SQ_CONTENTS_LO(base)	XE_GT_REG((base) + 0x510)
#define RING_EXECLIST_SQ_CONTENTS_HI(base)	XE_GT_REG((base) + 0x514)

/* Once per GT */
#define RCU_MODE			XE_GT_REG(0x14800)	/* masked */
#define   RCU_MODE_FIXED_SLICE_CCS_MODE	BIT(1)
#define   RCU_MODE_CCS_ENABLE		BIT(0)
#define CCS_MODE			XE_GT_REG(0x14804)	/* masked; three bits a slice */
#define   CCS_MODE_BITS			3
#define   CCS_MODE_NOBODY		7
#define   CCS_MODE_SLICES		4

#endif
