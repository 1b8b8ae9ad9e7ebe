/* SPDX-License-Identifier: MIT */
/*
 * Registers of the card outside of the GTs.
 * Source: Linux 6.12 drivers/gpu/drm/xe/regs/, fact sheet sections 3, 6 and 10.
 */
#ifndef _XE_REGS_SOC_H_
#define _XE_REGS_SOC_H_

#include <linux/bits.h>

#include "xe_mmio.h"

#define DUMMY_WRITE			XE_REG(0x130030)	/* written, without effect */

#define GU_CNTL				XE_REG(0x101010)
#define   GU_CNTL_FLR			BIT(31)
#define   GU_CNTL_LMEM_READY		BIT(7)

#define GU_CNTL_PROTECTED		XE_REG(0x10100c)
#define   GU_CNTL_PROTECTED_NO_FLR	BIT(31)

#define GU_DEBUG			XE_REG(0x101018)
#define   GU_DEBUG_FLR_DONE		BIT(31)

#define PCODE_MAILBOX			XE_REG(0x138124)
#define   PCODE_MAILBOX_BUSY		BIT(31)
#define   PCODE_MAILBOX_PARAM2		GENMASK(23, 16)
#define   PCODE_MAILBOX_PARAM1		GENMASK(15, 8)
#define   PCODE_MAILBOX_COMMAND		GENMASK(7, 0)
#define PCODE_DATA0			XE_REG(0x138128)
#define PCODE_DATA1			XE_REG(0x13812c)

#define PCODE_POWER_SETUP		0x7c	/* command; param1: */
#define   PCODE_POWER_SETUP_READ_I1	4
#define   PCODE_POWER_SETUP_WRITE_I1	5
#define   PCODE_I1_IS_POWER		BIT(31)
#define   PCODE_I1_VALUE		GENMASK(15, 0)	/* 6 bits are a fraction */

/* Power of package and card (Battlemage) */
#define POWER_RATING			XE_REG(0x138098)	/* 64 bits */
#define   POWER_RATING_MAX		GENMASK_ULL(46, 32)
#define   POWER_RATING_MIN		GENMASK_ULL(30, 16)
#define   POWER_RATING_DESIGN		GENMASK_ULL(14, 0)
#define POWER_UNITS			XE_REG(0x1380dc)
#define   POWER_UNITS_TIME		GENMASK(19, 16)
#define   POWER_UNITS_ENERGY		GENMASK(12, 8)
#define   POWER_UNITS_POWER		GENMASK(3, 0)
#define PACKAGE_ENERGY			XE_REG(0x138120)
#define PACKAGE_POWER_LIMIT		XE_REG(0x138440)
#define CARD_ENERGY			XE_REG(0x138458)
#define CARD_POWER_LIMIT		XE_REG(0x138460)
#define   POWER_LIMIT_TIME_FRACTION	GENMASK(23, 22)
#define   POWER_LIMIT_TIME_EXPONENT	GENMASK(21, 17)
#define   POWER_LIMIT_ENABLE		BIT(15)
#define   POWER_LIMIT_VALUE		GENMASK(14, 0)

#endif
