/* SPDX-License-Identifier: MIT */
/* The interrupt tree of fact sheet section 10.1: sources, identities, GT_INTR_DW, tile master, MSI. */
#ifndef XE_MODEL_IRQ_H
#define XE_MODEL_IRQ_H

#include "gpu.h"

/* Interrupt classes of the identity register */
enum irq_class { IRQ_RENDER = 0, IRQ_VDEC = 1, IRQ_VENH = 2, IRQ_COPY = 3, IRQ_OTHER = 4, IRQ_COMPUTE = 5 };
#define IRQ_INST_GUC		0	/* class OTHER */
#define IRQ_INST_GUC_MEDIA	16
#define IRQ_INST_GSC		6

#define IRQ_ENGINE_USER		BIT(0)
#define IRQ_ENGINE_PIPE_NOTIFY	BIT(4)
#define IRQ_GUC_TO_HOST		BIT(15)

struct irq *irq_create(struct gpu *gpu);
void irq_destroy(struct irq *irq);
void irq_reset(struct gpu *gpu);

/* Raise @bits of a source.  Enable and mask registers decide whether it becomes pending. */
void irq_raise(struct gpu *gpu, enum irq_class class, unsigned int instance, u16 bits);

#endif
