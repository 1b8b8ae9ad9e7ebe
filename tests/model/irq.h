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
	IRQ_RENDER = 0, IRQ_VDEC = 1, IRQ_VENH = 2, IRQ_COPY = 3, IRQ_OTHER = 4, IRQ_COMPUTE = 5
};
#define IRQ_INST_GUC		0	/* class OTHER */
#define IRQ_INST_GUC_MEDIA	16
#define IRQ_INST_GSC		6

#define IRQ_ENGINE_USER		BIT(0)
#define IRQ_ENGINE_PIPE_NOTIFY	BIT(4)
#define IRQ_GUC_TO_HOST		BIT(15)

#define IRQ_TILE		0x190008
#define   IRQ_TILE_ENABLE	BIT(31)
#define   IRQ_TILE_0		BIT(0)
#define IRQ_MASTER		0x190010
#define IRQ_DW(n)		(0x190018 + 4 * (n))
#define IRQ_IDENTITY(n)		(0x190060 + 4 * (n))
#define   IRQ_IDENTITY_VALID	BIT(31)
#define   IRQ_IDENTITY_INSTANCE	GENMASK(25, 20)
#define   IRQ_IDENTITY_CLASS	GENMASK(18, 16)
#define   IRQ_IDENTITY_BITS	GENMASK(15, 0)
#define IRQ_SELECTOR(n)		(0x190070 + 4 * (n))

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

/* Hooks */
reg_read_fn irq_tile_read, irq_master_read, irq_dw_read;
reg_write_fn irq_tile_write, irq_master_write, irq_dw_write, irq_identity_write, irq_selector_write;

#endif
