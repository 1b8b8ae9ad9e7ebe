/* SPDX-License-Identifier: MIT */
/*
 * Registers of the card outside of the GTs.
 * Source: Linux 6.12 drivers/gpu/drm/xe/regs/, fact sheet sections 3, 6 and 10.
 */
#ifndef _XE_REGS_SOC_H_
#define _XE_REGS_SOC_H_

#include <linux/bits.h>

#include "xe_mmio.h"

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

#endif
