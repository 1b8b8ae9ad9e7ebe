/* SPDX-License-Identifier: MIT */
/*
 * Registers of the interrupt tree. GTs share them.
 * Source: Linux 6.12 drivers/gpu/drm/xe/regs/, fact sheet section 10.
 */
#ifndef _XE_REGS_IRQ_H_
#define _XE_REGS_IRQ_H_

#include <linux/bits.h>

#include "xe_mmio.h"

/* Masters: levels, which nothing is acknowledged by but which are written back all the same */
#define IRQ_TILES			XE_REG(0x190008)
#define   IRQ_TILES_ENABLE		BIT(31)
#define   IRQ_TILES_TILE0		BIT(0)
#define IRQ_TILE			XE_REG(0x190010)
#define   IRQ_TILE_BANK(n)		BIT(n)

/* A bank has a bit for each source. What a source says is behind its selector. */
#define IRQ_BANKS			2
#define IRQ_BANK(n)			XE_REG(0x190018 + 4 * (n))
#define IRQ_SELECT(n)			XE_REG(0x190070 + 4 * (n))
#define IRQ_IDENTITY(n)			XE_REG(0x190060 + 4 * (n))
#define   IRQ_IDENTITY_VALID		BIT(31)
#define   IRQ_IDENTITY_INSTANCE		GENMASK(25, 20)
#define   IRQ_IDENTITY_CLASS		GENMASK(18, 16)
#define   IRQ_IDENTITY_EVENTS		GENMASK(15, 0)

/* Classes in identities */
#define IRQ_CLASS_RENDER		0
#define IRQ_CLASS_VIDEO_DECODE		1
#define IRQ_CLASS_VIDEO_ENHANCE		2
#define IRQ_CLASS_COPY			3
#define IRQ_CLASS_OTHER			4
#define   IRQ_OTHER_GUC			0
#define   IRQ_OTHER_MEDIA_GUC		16
#define IRQ_CLASS_COMPUTE		5

/* Events of an engine, and of a GuC */
#define IRQ_EVENT_USER			BIT(0)
#define IRQ_EVENT_PIPE_CONTROL		BIT(4)
#define IRQ_EVENT_GUC_TO_HOST		BIT(15)

/* Each half is for one source, or for one kind of source; a mask bit of 1 keeps the event back. */
#define IRQ_LOWER(events)		((u32)(events))
#define IRQ_UPPER(events)		((u32)(events) << 16)
#define IRQ_ENABLE_RENDER_COPY		XE_REG(0x190030)
#define IRQ_ENABLE_MEDIA		XE_REG(0x190034)
#define IRQ_ENABLE_GUC			XE_REG(0x190038)
#define IRQ_ENABLE_POWER		XE_REG(0x19003c)
#define IRQ_ENABLE_GSC			XE_REG(0x190044)
#define IRQ_ENABLE_COMPUTE		XE_REG(0x190048)
#define IRQ_MASK_RENDER			XE_REG(0x190090)
#define IRQ_MASK_COPY0			XE_REG(0x1900a0)
#define IRQ_MASK_VIDEO_DECODE(pair)	XE_REG(0x1900a8 + 4 * (pair))
#define IRQ_MASK_VIDEO_ENHANCE(pair)	XE_REG(0x1900d0 + 4 * (pair))
#define IRQ_MASK_HECI			XE_REG(0x1900e4)
#define IRQ_MASK_GUC			XE_REG(0x1900e8)
#define IRQ_MASK_POWER			XE_REG(0x1900ec)
#define IRQ_MASK_GSC			XE_REG(0x1900f4)
#define IRQ_MASK_COMPUTE(pair)		XE_REG(0x190100 + 4 * (pair))
#define IRQ_MASK_COPY(pair)		XE_REG(0x190110 + 4 * (pair))	/* from engine 1 on */

/* Outside of the GTs; not used, but switched off */
#define IRQ_PCU_MASK			XE_REG(0x444e4)
#define IRQ_PCU_EVENTS			XE_REG(0x444e8)
#define IRQ_PCU_ENABLE			XE_REG(0x444ec)
#define IRQ_MISC_MASK			XE_REG(0x444f4)
#define IRQ_MISC_EVENTS			XE_REG(0x444f8)
#define IRQ_MISC_ENABLE			XE_REG(0x444fc)

#endif
