/* SPDX-License-Identifier: MIT */
/*
 * Registers of the card outside of the GTs.
 * Source: Linux 6.12 drivers/gpu/drm/xe/regs/, hardware.rst xe-hw-identity, xe-hw-pcode.
 */
#ifndef _XE_REGS_SOC_H_
#define _XE_REGS_SOC_H_

#include <linux/bits.h>

#include "xe_mmio.h"

#define DUMMY_REG			XE_REG(0x130030)	/* written, without effect */

#define GU_CNTL				XE_REG(0x101010)
#define   DRIVERFLR			BIT(31)
#define   LMEM_INIT			BIT(7)

#define GU_CNTL_PROTECTED		XE_REG(0x10100c)
#define   DRIVERINT_FLR_DIS		BIT(31)

#define GU_DEBUG			XE_REG(0x101018)
#define   DRIVERFLR_STATUS		BIT(31)

#define PCODE_MAILBOX			XE_REG(0x138124)
#define   PCODE_READY			BIT(31)
#define   PCODE_MB_PARAM1		GENMASK(15, 8)
#define   PCODE_MB_COMMAND		GENMASK(7, 0)
#define PCODE_DATA0			XE_REG(0x138128)
#define PCODE_DATA1			XE_REG(0x13812c)

#define PCODE_POWER_SETUP			0x7c	/* command; param1: */
#define   POWER_SETUP_SUBCOMMAND_READ_I1	4
#define   POWER_SETUP_SUBCOMMAND_WRITE_I1	5
#define   POWER_SETUP_I1_WATTS			BIT(31)
#define   POWER_SETUP_I1_DATA_MASK		GENMASK(15, 0)	/* 6 bits are a fraction */

/* Power of package and card (Battlemage) */
#define BMG_PACKAGE_POWER_SKU		XE_REG(0x138098)	/* 64 bits */
#define   PKG_MAX_PWR			GENMASK_ULL(46, 32)
#define   PKG_MIN_PWR			GENMASK_ULL(30, 16)
#define   PKG_TDP			GENMASK_ULL(14, 0)
#define BMG_PACKAGE_POWER_SKU_UNIT	XE_REG(0x1380dc)
#define   PKG_TIME_UNIT			GENMASK(19, 16)
#define   PKG_ENERGY_UNIT		GENMASK(12, 8)
#define   PKG_PWR_UNIT			GENMASK(3, 0)
#define BMG_PACKAGE_ENERGY_STATUS	XE_REG(0x138120)
#define BMG_PACKAGE_RAPL_LIMIT		XE_REG(0x138440)
#define BMG_PLATFORM_ENERGY_STATUS	XE_REG(0x138458)
#define BMG_PLATFORM_POWER_LIMIT	XE_REG(0x138460)
#define   PKG_PWR_LIM_1_TIME_X		GENMASK(23, 22)
#define   PKG_PWR_LIM_1_TIME_Y		GENMASK(21, 17)
#define   PKG_PWR_LIM_1_EN		BIT(15)
#define   PKG_PWR_LIM_1			GENMASK(14, 0)

#endif
