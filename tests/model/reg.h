/* SPDX-License-Identifier: MIT */
/*
 * The register file of BAR 0 (0 .. 4 MiB): a table of ranges, a backing array, hooks for side
 * effects.
 */
#ifndef XE_MODEL_REG_H
#define XE_MODEL_REG_H

#include "gpu.h"

enum fw_domain {	/* forcewake domain a register sleeps in */
	FW_NONE,	/* always awake */
	FW_GT, FW_RENDER,
	FW_VDBOX0, FW_VDBOX7 = FW_VDBOX0 + 7,
	FW_VEBOX0, FW_VEBOX3 = FW_VEBOX0 + 3,
	FW_GSC,
	FW_COUNT
};

#define REG_MASKED	BIT(0)	/* bits 31:16 are the write mask of 15:0 */
#define REG_MCR		BIT(1)	/* replicated; one stored copy */
#define REG_GT		BIT(2)	/* also at +0x380000 for the media GT */
#define REG_ENGINE	BIT(3)	/* offset is relative to each engine's base */
#define REG_KEEP_GT	BIT(4)	/* keeps its value over a GT reset (GDRST) */
#define REG_KEEP_FLR	BIT(5)	/* keeps its value over an FLR */
#define REG_SHADOW	BIT(6)	/* writes reach it although its domain sleeps */
#define REG_MEDIA	BIT(8)	/* at +0x380000 only */
#define REG_DUMMY	BIT(7)	/* read-only, but a write is no fault: drivers post or delay with it */

struct reg;
/* @off: the offset that was accessed (absolute); @value: what is stored / what was written. */
typedef u32 reg_read_fn(struct gpu *gpu, const struct reg *reg, u32 off, u32 value);
/*
 * Called after the value was stored (after RO, W1C and mask handling); @value as stored, @raw as
 * written.
 */
typedef void reg_write_fn(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw);

struct reg {
	u32 offset;
	u32 count;		/* registers in the range (0 means 1), 4 bytes apart unless stride says else */
	u32 stride;
	const char *name;
	u32 reset;
	u32 ro;			/* bits that writes do not change */
	u32 w1c;		/* bits that a written 1 clears */
	u32 flags;
	u16 classes;		/* REG_ENGINE: mask of the GuC classes that have it; 0: all */
	u8 fw;			/* enum fw_domain; REG_ENGINE rows: that of the engine */
	reg_read_fn *read;
	reg_write_fn *write;
};

struct regs *regs_create(struct gpu *gpu);	/* expands the platform's table; aborts on overlap */
void regs_destroy(struct regs *regs);
void regs_reset(struct gpu *gpu, enum gpu_reset depth);
void regs_reset_gt(struct gt *gt);		/* what GDRST bit 0 resets */

/* CPU accesses: checks, journal, counters, violations, hooks. */
u32 reg_cpu_read(struct gpu *gpu, u32 off);
void reg_cpu_write(struct gpu *gpu, u32 off, u32 value);

/*
 * Accesses of the card itself: command streamer (MI_LRI, SRM, ...); hooks run, masked semantics
 * apply.  -EINVAL (and violation "cs-unknown-register") for an offset that is no register.
 */
int reg_cs_read(struct gpu *gpu, u32 off, u32 *value);
int reg_cs_write(struct gpu *gpu, u32 off, u32 value);

/* Stored value, no side effects, no checks (the part that owns a register uses these). */
u32 reg_peek(struct gpu *gpu, u32 off);
void reg_poke(struct gpu *gpu, u32 off, u32 value);

const struct reg *reg_find(struct gpu *gpu, u32 off);
/* The GT that the register at @off belongs to (the primary one for what both share). */
struct gt *reg_gt(struct gpu *gpu, u32 off);

/* Visit each register there is, by offset.  @name: "NAME", "NAME[i]", with the engine in front. */
typedef void reg_visit_fn(void *arg, const struct reg *reg, u32 off, const char *name);
void regs_for_each(struct gpu *gpu, reg_visit_fn *fn, void *arg);
/* Visit each unknown offset that the CPU touched (as many as are remembered). */
typedef void reg_unknown_fn(void *arg, u32 off, u64 reads, u64 writes);
void regs_unknown(struct gpu *gpu, reg_unknown_fn *fn, void *arg);
/* How often CPU and command streamers accessed it, since start. */
u32 reg_accesses(struct gpu *gpu, u32 off);
void reg_ctl_init(struct gpu *gpu);	/* reg_ctl.c: control commands */

/* True if the domain of @gt is awake (requested by the driver). */
bool fw_awake(struct gt *gt, enum fw_domain domain);

#endif
