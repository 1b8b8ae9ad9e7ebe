// SPDX-License-Identifier: MIT
/*
 * The register file.  The rows of the platform's tables are expanded once: a row of a GT exists in
 * each GT's window, a row of an engine for each engine.  An array then gives for each offset the
 * row it belongs to, so that an access is a look-up.  The rows are in regs_*.c, the hooks in the
 * parts that own the behaviour.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clk.h"
#include "fault.h"
#include "gt.h"
#include "irq.h"
#include "journal.h"
#include "pci.h"
#include "pcode.h"
#include "platform.h"
#include "reg.h"
#include "regs_tables.h"

#define REG_SPACE	0x400000u
#define REG_WORDS	(REG_SPACE / 4)
#define GSI_END		0x40000u
#define MEDIA_WINDOW	0x380000u
#define ACCESS_NS	500u	/* a CPU access, when the clock counts steps */
#define UNKNOWN_MAX	1024u

/* A row at one place */
struct place {
	const struct reg *reg;
	const struct engine_info *engine;
	u32 offset;
	u8 gt, fw;
};

struct unknown {
	u32 off;
	u64 reads, writes;
};

struct regs {
	struct gpu *gpu;
	u32 value[REG_WORDS];
	u32 accesses[REG_WORDS];
	u16 index[REG_WORDS];	/* of the place, plus one; 0: no register */
	struct place *places;
	unsigned int num_places;
	struct unknown unknown[UNKNOWN_MAX];
	unsigned int num_unknown;
};

static u32 row_stride(const struct reg *reg)
{
	return reg->stride ? reg->stride : 4;
}

static u32 row_count(const struct reg *reg)
{
	return reg->count ? reg->count : 1;
}

static void bad_table(const struct place *p, u32 off, const char *what)
{
	fprintf(stderr, "register table: %s at 0x%06x: %s\n", p->reg->name, off, what);
	abort();
}

static void add_place(struct regs *regs, const struct reg *reg, u32 offset,
		      const struct engine_info *engine, unsigned int gt)
{
	struct place *p;
	u32 i, off;

	regs->places = reallocarray(regs->places, regs->num_places + 1, sizeof(*regs->places));
	if (!regs->places)
		abort();
	p = &regs->places[regs->num_places++];
	*p = (struct place){ reg, engine, offset, (u8)gt, engine ? engine->fw : reg->fw };
	for (i = 0; i < row_count(reg); i++) {
		off = offset + i * row_stride(reg);
		if (off & 3 || off >= REG_SPACE)
			bad_table(p, off, "not an offset of a register");
		if (regs->index[off / 4])
			bad_table(p, off, regs->places[regs->index[off / 4] - 1].reg->name);
		regs->index[off / 4] = (u16)regs->num_places;
	}
}

static void add_row(struct regs *regs, const struct reg *reg)
{
	const struct platform *platform = regs->gpu->platform;
	unsigned int g, e;

	if (!(reg->flags & (REG_GT | REG_MEDIA | REG_ENGINE))) {
		add_place(regs, reg, reg->offset, NULL, 0);
		return;
	}
	for (g = 0; g < platform->num_gts; g++) {
		const struct gt_info *gt = &platform->gt[g];

		if (reg->flags & REG_GT || (reg->flags & REG_MEDIA && g == 1)) {
			add_place(regs, reg, reg->offset + g * MEDIA_WINDOW, NULL, g);
			continue;
		}
		if (!(reg->flags & REG_ENGINE))
			continue;
		for (e = 0; e < platform_engines(regs->gpu, g); e++)
			if (!reg->classes || reg->classes & BIT(gt->engines[e].class))
				add_place(regs, reg, gt->engines[e].base + reg->offset,
					  &gt->engines[e], g);
	}
}

struct regs *regs_create(struct gpu *gpu)
{
	struct regs *regs = calloc(1, sizeof(*regs));
	const struct reg *const *table;
	const struct reg *reg;

	if (!regs)
		abort();
	regs->gpu = gpu;
	for (table = gpu->platform->tables; *table; table++)
		for (reg = *table; reg->name; reg++)
			add_row(regs, reg);
	for (reg = gpu->opt.plane ? regs_display : NULL; reg && reg->name; reg++)
		add_row(regs, reg);
	for (reg = gpu->opt.oracle ? regs_oracle : NULL; reg && reg->name; reg++)
		add_row(regs, reg);
	gpu->regs = regs;
	gpu->gt_hw = gt_hw_create(gpu);
	gpu->pcode = pcode_create(gpu);
	regs_reset(gpu, GPU_RESET_POWER);
	reg_ctl_init(gpu);
	return regs;
}

void regs_destroy(struct regs *regs)
{
	if (!regs)
		return;
	gt_hw_destroy(regs->gpu->gt_hw);
	pcode_destroy(regs->gpu->pcode);
	regs->gpu->gt_hw = NULL;
	regs->gpu->pcode = NULL;
	free(regs->places);
	free(regs);
}

static void reset_place(struct regs *regs, const struct place *p)
{
	u32 i;

	for (i = 0; i < row_count(p->reg); i++)
		regs->value[(p->offset + i * row_stride(p->reg)) / 4] = p->reg->reset;
}

void regs_reset(struct gpu *gpu, enum gpu_reset depth)
{
	struct regs *regs = gpu->regs;
	unsigned int i;

	for (i = 0; i < regs->num_places; i++) {
		if (depth == GPU_RESET_FLR && regs->places[i].reg->flags & REG_KEEP_FLR)
			continue;
		reset_place(regs, &regs->places[i]);
	}
	gt_hw_reset(gpu);
	pcode_reset(gpu);
}

/* What lies outside the GTs' windows and the engines is not part of a GT. */
static bool in_gt(const struct place *p)
{
	return p->engine || (p->reg->flags & (REG_GT | REG_MEDIA)) || p->offset < GSI_END;
}

void regs_reset_gt(struct gt *gt)
{
	struct regs *regs = gt->gpu->regs;
	unsigned int i;

	for (i = 0; i < regs->num_places; i++) {
		const struct place *p = &regs->places[i];

		if (p->gt == gt->id && in_gt(p) && !(p->reg->flags & REG_KEEP_GT))
			reset_place(regs, p);
	}
}

static const struct place *find_place(struct gpu *gpu, u32 off)
{
	u16 index;

	if (off >= REG_SPACE || off & 3)
		return NULL;
	index = gpu->regs->index[off / 4];
	return index ? &gpu->regs->places[index - 1] : NULL;
}

const struct reg *reg_find(struct gpu *gpu, u32 off)
{
	const struct place *p = find_place(gpu, off);

	return p ? p->reg : NULL;
}

struct gt *reg_gt(struct gpu *gpu, u32 off)
{
	const struct place *p = find_place(gpu, off);

	return &gpu->gts[p ? p->gt : 0];
}

u32 reg_peek(struct gpu *gpu, u32 off)
{
	return off < REG_SPACE ? gpu->regs->value[off / 4] : 0;
}

void reg_poke(struct gpu *gpu, u32 off, u32 value)
{
	if (off < REG_SPACE)
		gpu->regs->value[off / 4] = value;
}

static void unknown(struct gpu *gpu, u32 off, bool write, u32 value)
{
	struct regs *regs = gpu->regs;
	struct unknown *u = regs->unknown;
	unsigned int i;

	count(gpu, CNT_UNKNOWN_REG);
	if (write)
		violation(gpu, V_UNKNOWN_REGISTER, "write of 0x%08x to 0x%06x", value, off);
	else
		violation(gpu, V_UNKNOWN_REGISTER, "read of 0x%06x", off);
	for (i = 0; i < regs->num_unknown && u[i].off != off; i++)
		;
	if (i == UNKNOWN_MAX)
		return;
	if (i == regs->num_unknown)
		u[regs->num_unknown++] = (struct unknown){ .off = off };
	u[i].reads += !write;
	u[i].writes += write;
}

/* Checks that concern the CPU only.  False: the access has no effect. */
static bool cpu_may(struct gpu *gpu, const struct place *p, u32 off, bool write)
{
	struct gt *gt = &gpu->gts[p->gt];

	if (!fw_awake(gt, p->fw) && !(write && p->reg->flags & REG_SHADOW)) {
		violation(gpu, V_FORCEWAKE_ASLEEP, "%s of %s at 0x%06x", write ? "write" : "read",
			  p->reg->name, off);
		return false;
	}
	/* Only the primary GT's are replicated as the table says; the media GT's differ. */
	if (p->reg->flags & REG_MCR && !gt->id && !gt_mcr_held(gt))
		violation(gpu, V_MCR_UNLOCKED, "%s of %s at 0x%06x without the semaphore",
			  write ? "write" : "read", p->reg->name, off);
	return true;
}

/* In D3hot the device does not decode its BARs. */
static bool powered(struct gpu *gpu, u32 off, bool write)
{
	unsigned int d = pci_power_state(gpu);

	if (d)
		violation(gpu, V_ACCESS_WHILE_OFF, "%s of 0x%06x in D%u", write ? "write" : "read",
			  off, d);
	return !d;
}

static u32 do_read(struct gpu *gpu, const struct reg *reg, u32 off)
{
	u32 value = gpu->regs->value[off / 4];

	gpu->regs->accesses[off / 4]++;
	return reg->read ? reg->read(gpu, reg, off, value) : value;
}

static void do_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 raw)
{
	u32 old = gpu->regs->value[off / 4], mask = ~(reg->ro | reg->w1c), value = raw;

	gpu->regs->accesses[off / 4]++;
	if (reg->flags & REG_MASKED)
		mask &= raw >> 16;
	value = (old & ~mask) | (value & mask);
	value &= ~(raw & reg->w1c);
	gpu->regs->value[off / 4] = value;
	if (reg->write)
		reg->write(gpu, reg, off, value, raw);
}

static u32 cpu_read(struct gpu *gpu, u32 off)
{
	const struct place *p;
	u32 forced;

	if (off & 3) {
		violation(gpu, V_UNALIGNED, "read of 0x%06x", off);
		return 0;
	}
	p = find_place(gpu, off);
	if (!p) {
		unknown(gpu, off, false, 0);
		return 0;
	}
	if (!cpu_may(gpu, p, off, false))
		return 0;
	if (fault_take_at(gpu, FAULT_REG_VALUE, off, &forced))
		return forced;
	return do_read(gpu, p->reg, off);
}

u32 reg_cpu_read(struct gpu *gpu, u32 off)
{
	u32 value;

	if (gone(gpu, VANISH_READ))
		return ALL_ONES;
	clk_step(gpu->clk, ACCESS_NS);
	count(gpu, CNT_MMIO_READ);
	irq_access(gpu);
	value = powered(gpu, off, false) ? cpu_read(gpu, off) : ALL_ONES;
	journal_access(gpu, false, off, 4, value);
	return value;
}

static void cpu_write(struct gpu *gpu, u32 off, u32 value)
{
	const struct place *p;

	if (off & 3) {
		violation(gpu, V_UNALIGNED, "write of 0x%08x to 0x%06x", value, off);
		return;
	}
	p = find_place(gpu, off);
	if (!p) {
		unknown(gpu, off, true, value);
		return;
	}
	if (!cpu_may(gpu, p, off, true))
		return;
	if (p->reg->ro == ALL_ONES && !p->reg->write && !(p->reg->flags & REG_DUMMY))
		violation(gpu, V_WRITE_READ_ONLY, "0x%08x to %s at 0x%06x", value, p->reg->name,
			  off);
	if (p->reg->flags & REG_MASKED && !(value >> 16))
		violation(gpu, V_MASKED_WRITE, "0x%08x to %s at 0x%06x", value,
			  p->reg->name, off);
	do_write(gpu, p->reg, off, value);
}

void reg_cpu_write(struct gpu *gpu, u32 off, u32 value)
{
	if (gone(gpu, VANISH_WRITE))
		return;
	clk_step(gpu->clk, ACCESS_NS);
	count(gpu, CNT_MMIO_WRITE);
	journal_access(gpu, true, off, 4, value);
	irq_access(gpu);
	if (powered(gpu, off, true))
		cpu_write(gpu, off, value);
}

static const struct reg *cs_find(struct gpu *gpu, u32 off, const char *how)
{
	const struct reg *reg = reg_find(gpu, off);

	if (!reg)
		violation(gpu, V_CS_REGISTER, "%s of 0x%06x", how, off);
	return reg;
}

int reg_cs_read(struct gpu *gpu, u32 off, u32 *value)
{
	const struct reg *reg = cs_find(gpu, off, "read");

	*value = reg ? do_read(gpu, reg, off) : 0;
	return reg ? 0 : -EINVAL;
}

int reg_cs_write(struct gpu *gpu, u32 off, u32 value)
{
	const struct reg *reg = cs_find(gpu, off, "write");

	if (!reg)
		return -EINVAL;
	do_write(gpu, reg, off, value);
	return 0;
}

void regs_for_each(struct gpu *gpu, reg_visit_fn *fn, void *arg)
{
	const struct place *p;
	char name[80], index[16];
	u32 off;

	for (off = 0; off < REG_SPACE; off += 4) {
		p = find_place(gpu, off);
		if (!p)
			continue;
		index[0] = '\0';
		if (row_count(p->reg) > 1)
			snprintf(index, sizeof(index), "[%u]", (off - p->offset) / row_stride(p->reg));
		snprintf(name, sizeof(name), "%s%s%s%s", p->engine ? p->engine->name : "",
			 p->engine ? "." : "", p->reg->name, index);
		fn(arg, p->reg, off, name);
	}
}

u32 reg_accesses(struct gpu *gpu, u32 off)
{
	return off < REG_SPACE ? gpu->regs->accesses[off / 4] : 0;
}

void regs_unknown(struct gpu *gpu, reg_unknown_fn *fn, void *arg)
{
	const struct unknown *u = gpu->regs->unknown;
	unsigned int i;

	for (i = 0; i < gpu->regs->num_unknown; i++)
		fn(arg, u[i].off, u[i].reads, u[i].writes);
}
