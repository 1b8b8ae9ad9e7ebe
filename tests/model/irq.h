/* SPDX-License-Identifier: MIT */
/*
 * The interrupt tree of hardware.rst xe-hw-interrupts: sources, identities, GT_INTR_DW, tile
 * master, MSI.
 */
#ifndef XE_MODEL_IRQ_H
#define XE_MODEL_IRQ_H

#include "reg.h"

/* Interrupt classes of the identity register */
enum irq_class {
	RENDER_CLASS = 0, VIDEO_DECODE_CLASS = 1, VIDEO_ENHANCEMENT_CLASS = 2, COPY_ENGINE_CLASS = 3,
	OTHER_CLASS = 4, COMPUTE_CLASS = 5
};
#define OTHER_GUC_INSTANCE		0	/* class OTHER */
#define OTHER_MEDIA_GUC_INSTANCE	16
#define OTHER_GSC_INSTANCE		6

#define GT_RENDER_USER_INTERRUPT		BIT(0)
#define GT_RENDER_PIPECTL_NOTIFY_INTERRUPT	BIT(4)
#define GUC_INTR_GUC2HOST			BIT(15)

#define DG1_MSTR_TILE_INTR		0x190008
#define   DG1_MSTR_IRQ			BIT(31)
#define   DG1_MSTR_TILE_0		BIT(0)
#define GFX_MSTR_IRQ			0x190010
#define GT_INTR_DW(n)			(0x190018 + 4 * (n))
#define INTR_IDENTITY_REG(n)		(0x190060 + 4 * (n))
#define   INTR_DATA_VALID		BIT(31)
#define   INTR_ENGINE_INSTANCE_MASK	GENMASK(25, 20)
#define   INTR_ENGINE_CLASS_MASK	GENMASK(18, 16)
#define   INTR_ENGINE_INTR_MASK		GENMASK(15, 0)
#define IIR_REG_SELECTOR(n)		(0x190070 + 4 * (n))

/*
 * The MSI counts as never acknowledged when this many register accesses pass without a write
 * of the master.
 */
#define IRQ_ACK_ACCESSES	20000u

struct irq *irq_create(struct gpu *gpu);
void irq_destroy(struct irq *irq);
void irq_reset(struct gpu *gpu);

/* Raise @bits of a source.  Enable and mask registers decide whether it becomes pending. */
void irq_raise(struct gpu *gpu, enum irq_class class, unsigned int instance, u16 bits);
/* The driver said that it is unbound: nothing may be enabled, and no MSI may be left unanswered. */
void irq_check_quiet(struct gpu *gpu);
/* reg.c: an access of the CPU took place. */
void irq_access(struct gpu *gpu);

/* fault.c: the card was away, and is back. */
void irq_unheard(struct gpu *gpu);

/* Hooks */
reg_read_fn irq_tile_read, irq_master_read, irq_dw_read;
reg_write_fn irq_tile_write, irq_master_write, irq_dw_write, irq_identity_write, irq_selector_write;

#endif
