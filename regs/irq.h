/* SPDX-License-Identifier: MIT */
/*
 * Registers of the interrupt tree. GTs share them.
 * Source: Linux 6.12 drivers/gpu/drm/xe/regs/, hardware.rst xe-hw-interrupts.
 */
#ifndef _XE_REGS_IRQ_H_
#define _XE_REGS_IRQ_H_

#include <linux/bits.h>

#include "xe_mmio.h"

/* Masters: levels, which nothing is acknowledged by but which are written back all the same */
#define DG1_MSTR_TILE_INTR		XE_REG(0x190008)
#define   DG1_MSTR_IRQ			BIT(31)
#define   DG1_MSTR_TILE(n)		BIT(n)
#define GFX_MSTR_IRQ			XE_REG(0x190010)
#define   GT_DW_IRQ(n)			BIT(n)

/* A bank has a bit for each source. What a source says is behind its selector. */
#define GT_INTR_DW_COUNT		2
#define GT_INTR_DW(n)			XE_REG(0x190018 + 4 * (n))
#define IIR_REG_SELECTOR(n)		XE_REG(0x190070 + 4 * (n))
#define INTR_IDENTITY_REG(n)		XE_REG(0x190060 + 4 * (n))
#define   INTR_DATA_VALID		BIT(31)
#define   INTR_ENGINE_INSTANCE_MASK	GENMASK(25, 20)
#define   INTR_ENGINE_CLASS_MASK	GENMASK(18, 16)
#define   INTR_ENGINE_INTR_MASK		GENMASK(15, 0)

/* Classes in identities */
#define OTHER_CLASS			4
#define   OTHER_GUC_INSTANCE		0
#define   OTHER_MEDIA_GUC_INSTANCE	16
#define RENDER_CLASS			0
#define VIDEO_DECODE_CLASS		1
#define VIDEO_ENHANCEMENT_CLASS		2
#define COPY_ENGINE_CLASS		3
#define COMPUTE_CLASS			5

/* Events of an engine, and of a GuC */
#define GT_RENDER_USER_INTERRUPT		BIT(0)
#define GT_RENDER_PIPECTL_NOTIFY_INTERRUPT	BIT(4)
#define GUC_INTR_GUC2HOST			BIT(15)

/*
 * Each half is for one source, or for one kind of source; a mask bit of 1 keeps the event back.
 * Masks of pairs: VCS0_VCS1_INTR_MASK, VCS2_VCS3_INTR_MASK and so on, likewise VECS, CCS, and
 * XEHPC_BCS1_BCS2_INTR_MASK and so on.
 */
#define IRQ_LOWER(events)		((u32)(events))
#define IRQ_UPPER(events)		((u32)(events) << 16)
#define RENDER_COPY_INTR_ENABLE		XE_REG(0x190030)
#define VCS_VECS_INTR_ENABLE		XE_REG(0x190034)
#define GUC_SG_INTR_ENABLE		XE_REG(0x190038)
#define GPM_WGBOXPERF_INTR_ENABLE	XE_REG(0x19003c)
#define GUNIT_GSC_INTR_ENABLE		XE_REG(0x190044)
#define CCS_RSVD_INTR_ENABLE		XE_REG(0x190048)
#define RCS0_RSVD_INTR_MASK		XE_REG(0x190090)
#define BCS_RSVD_INTR_MASK		XE_REG(0x1900a0)
#define VCS_INTR_MASK(pair)		XE_REG(0x1900a8 + 4 * (pair))
#define VECS_INTR_MASK(pair)		XE_REG(0x1900d0 + 4 * (pair))
#define HECI2_RSVD_INTR_MASK		XE_REG(0x1900e4)
#define GUC_SG_INTR_MASK		XE_REG(0x1900e8)
#define GPM_WGBOXPERF_INTR_MASK		XE_REG(0x1900ec)
#define GUNIT_GSC_INTR_MASK		XE_REG(0x1900f4)
#define CCS_INTR_MASK(pair)		XE_REG(0x190100 + 4 * (pair))
#define XEHPC_BCS_INTR_MASK(pair)	XE_REG(0x190110 + 4 * (pair))	/* from engine 1 on */

/* Outside of the GTs; not used, but switched off */
#define PCU_IMR				XE_REG(0x444e4)
#define PCU_IIR				XE_REG(0x444e8)
#define PCU_IER				XE_REG(0x444ec)
#define GU_MISC_IMR			XE_REG(0x444f4)
#define GU_MISC_IIR			XE_REG(0x444f8)
#define GU_MISC_IER			XE_REG(0x444fc)

#endif
