/* SPDX-License-Identifier: MIT */
/*
 * Registers that each engine has, relative to its base.
 * Source: Linux 6.12 drivers/gpu/drm/xe/regs/, fact sheet section 9.
 */
#ifndef _XE_REGS_ENGINE_H_
#define _XE_REGS_ENGINE_H_

#include <linux/bits.h>

#include "xe_mmio.h"

#define ENGINE_HWS_ADDRESS(base)	XE_GT_REG((base) + 0x80)
#define ENGINE_HWSTAM(base)		XE_GT_REG((base) + 0x98)
#define ENGINE_MI_MODE(base)		XE_GT_REG((base) + 0x9c)	/* masked */
#define   ENGINE_MI_MODE_STOP		BIT(8)
#define   ENGINE_MI_MODE_IDLE		BIT(9)
#define ENGINE_IMR(base)		XE_GT_REG((base) + 0xa8)
#define ENGINE_MODE(base)		XE_GT_REG((base) + 0x29c)	/* masked */
#define   ENGINE_MODE_NO_LEGACY		BIT(3)

/* MOCS entry of commands that do not name one */
#define ENGINE_CMD_CCTL(base)		XE_GT_REG((base) + 0xc4)	/* masked */
#define   ENGINE_CMD_CCTL_WRITE		GENMASK(13, 8)
#define   ENGINE_CMD_CCTL_READ		GENMASK(6, 1)
#define ENGINE_CSFE_CHICKEN1(base)	XE_GT_REG((base) + 0xd4)	/* masked */
#define ENGINE_BLIT_CCTL(base)		XE_GT_REG((base) + 0x204)
#define   ENGINE_BLIT_CCTL_WRITE	GENMASK(14, 9)
#define   ENGINE_BLIT_CCTL_READ		GENMASK(6, 1)

/* Ticks at the reference clock */
#define ENGINE_TIMESTAMP(base)		XE_GT_REG((base) + 0x358)
#define ENGINE_TIMESTAMP_UPPER(base)	XE_GT_REG((base) + 0x35c)

/* Which registers unprivileged batches may touch */
#define ENGINE_NONPRIV(base, slot)	XE_GT_REG((base) + 0x4d0 + 4 * (slot))
#define   ENGINE_NONPRIV_SLOTS		12
#define   ENGINE_NONPRIV_DENY		BIT(30)
#define   ENGINE_NONPRIV_READ		BIT(28)
#define   ENGINE_NONPRIV_RANGE4		BIT(0)

/* Once per GT */
#define RCU_MODE			XE_GT_REG(0x14800)	/* masked */
#define   RCU_MODE_FIXED_SLICES		BIT(1)
#define   RCU_MODE_COMPUTE		BIT(0)

#endif
