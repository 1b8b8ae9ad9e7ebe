// SPDX-License-Identifier: MIT
/*
 * Hooks for the registers of an engine's block that show what the engine is doing.  All others are
 * plain storage in the register file (reg.c), which the context switch reads and writes.
 */
#include "clk.h"
#include "cs_internal.h"
#include "platform.h"
#include "reg.h"

static struct cs_engine *find_engine(struct gpu *gpu, u32 off)
{
	unsigned int g, e;

	for (g = 0; g < gpu->num_gts; g++) {
		for (e = 0; e < gpu->gts[g].num_engines; e++) {
			struct cs_engine *cs = gpu->gts[g].engines ? gpu->gts[g].engines[e] : NULL;

			if (cs && off - cs->info->base < ENGINE_BLOCK)
				return cs;
		}
	}
	return NULL;
}

/* What the loaded context lets show; everything else as stored. */
static u32 context_reg(const struct cs_engine *cs, u32 rel, u32 value)
{
	const struct cs_level *level = cs->depth ? &cs->bb[cs->depth - 1] : NULL;

	switch (rel) {
	case RING_TAIL:
		return cs->tail;
	case RING_HEAD:
		return cs->head;
	case RING_START:
		return cs->ring_start;
	case RING_CTL:
		return cs->ring_ctl;
	case RING_BBADDR:
		return level ? (u32)level->addr | BIT(0) : 0;
	case RING_BBADDR_UDW:
		return level ? (u32)(level->addr >> 32) : 0;
	case RING_CONTEXT_CONTROL:
		return cs->control & 0xffff;
	case RING_PDP0_LDW:
		return (u32)cs->root;
	case RING_PDP0_UDW:
		return (u32)(cs->root >> 32);
	default:
		return value;
	}
}

u32 cs_reg_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	struct cs_engine *cs = find_engine(gpu, off);
	u32 rel;

	if (!cs)
		return value;
	rel = off - cs->info->base;
	switch (rel) {
	case RING_TIMESTAMP:
		return (u32)cs_engine_time(cs);
	case RING_TIMESTAMP_UDW:
		return (u32)(cs_engine_time(cs) >> 32);
	case RING_CTX_TIMESTAMP:
		return (u32)cs_context_time(cs);
	case RING_CTX_TIMESTAMP_UDW:
		return (u32)(cs_context_time(cs) >> 32);
	case RING_ACTHD:
		return (u32)cs_position(cs);
	case RING_ACTHD_UDW:
		return (u32)(cs_position(cs) >> 32);
	case RING_IPEHR:
		return cs->ipehr;
	case RING_INSTDONE:
		return cs->loaded && cs->last != CS_IDLE ? ~BIT(0) : ALL_ONES;
	case RING_MI_MODE:
		return cs->loaded && cs->last != CS_IDLE ? value & ~MODE_IDLE : value | MODE_IDLE;
	default:
		return cs->loaded ? context_reg(cs, rel, value) : value;
	}
}

/*
 * With the firmware in charge of scheduling nobody but the context image moves ring or timestamp:
 * what is written is stored, shows while no context is loaded, and does nothing.
 */
void cs_reg_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	struct cs_engine *cs = find_engine(gpu, off);

	if (cs && cs->loaded && off - cs->info->base == RING_BB_STACK)
		cs_stack_push(cs, raw);
}
