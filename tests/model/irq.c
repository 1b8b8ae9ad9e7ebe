// SPDX-License-Identifier: MIT
/* Skeleton: replaced soon. */
#include <stdlib.h>

#include "irq.h"

struct irq {
	u32 dw[2];
};

struct irq *irq_create(struct gpu *gpu)
{
	(void)gpu;
	return calloc(1, sizeof(struct irq));
}

void irq_destroy(struct irq *irq)
{
	free(irq);
}

void irq_reset(struct gpu *gpu)
{
	(void)gpu;
}

void irq_raise(struct gpu *gpu, enum irq_class class, unsigned int instance, u16 bits)
{
	(void)gpu;
	(void)class;
	(void)instance;
	(void)bits;
}
