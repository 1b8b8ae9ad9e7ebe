// SPDX-License-Identifier: MIT
/* Skeleton: replaced soon. */
#include <stdlib.h>

#include "platform.h"
#include "reg.h"

struct regs {
	u32 value[0x400000 / 4];
};

struct regs *regs_create(struct gpu *gpu)
{
	(void)gpu;
	return calloc(1, sizeof(struct regs));
}

void regs_destroy(struct regs *regs)
{
	free(regs);
}

void regs_reset(struct gpu *gpu, enum gpu_reset depth)
{
	(void)gpu;
	(void)depth;
}

void regs_reset_gt(struct gt *gt)
{
	(void)gt;
}

u32 reg_cpu_read(struct gpu *gpu, u32 off)
{
	return reg_peek(gpu, off);
}

void reg_cpu_write(struct gpu *gpu, u32 off, u32 value)
{
	reg_poke(gpu, off, value);
}

int reg_cs_read(struct gpu *gpu, u32 off, u32 *value)
{
	*value = reg_peek(gpu, off);
	return 0;
}

int reg_cs_write(struct gpu *gpu, u32 off, u32 value)
{
	reg_poke(gpu, off, value);
	return 0;
}

u32 reg_peek(struct gpu *gpu, u32 off)
{
	return gpu->regs->value[(off & 0x3fffff) / 4];
}

void reg_poke(struct gpu *gpu, u32 off, u32 value)
{
	gpu->regs->value[(off & 0x3fffff) / 4] = value;
}

const struct reg *reg_find(struct gpu *gpu, u32 off)
{
	(void)gpu;
	(void)off;
	return NULL;
}

bool fw_awake(struct gt *gt, enum fw_domain domain)
{
	(void)gt;
	(void)domain;
	return true;
}
