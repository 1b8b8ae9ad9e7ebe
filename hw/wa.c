// SPDX-License-Identifier: MIT
/*
 * Workarounds, tunings and defaults: bits of registers that have to differ from what they are after
 * a reset, and why.
 */

#include <linux/bitfield.h>

#include <drm/drm_print.h>

#include "hw/cache.h"
#include "hw/engine.h"
#include "hw/gt.h"
#include "hw/state.h"
#include "hw/wa.h"
#include "regs/engine.h"
#include "xe_device.h"

/**
 * DOC: Workarounds and tunings
 *
 * The table below has a row for each reason. A row says for which GT versions, steppings and
 * engines it holds, and who loses the bits. For a GT, an engine or a context the rows that hold are
 * merged into a list with each register once; a register is read and written once, however many
 * reasons there are.
 *
 * Versions of graphics (20.01, 20.04) and media (13.01, 20.00) do not overlap, so a version also
 * says which GT is meant.
 *
 * What goes wrong without a workaround is known to those who can look up its number; a row says
 * what its bits do. Source of the facts: Linux 6.12 xe_wa.c, xe_tuning.c, xe_hw_engine.c.
 */

#define STEP_B0			4
#define EVERY_STEP		0xff

#define BATTLEMAGE_GT		BIT(0)
#define LUNARLAKE_GT		BIT(1)
#define BATTLEMAGE_MEDIA	BIT(2)
#define LUNARLAKE_MEDIA		BIT(3)
#define GRAPHICS_GT		(BATTLEMAGE_GT | LUNARLAKE_GT)

/* Flags of rows beside XE_WRITE_*. */
#define OF_ENGINE		BIT(8)	/* the offset is relative to the engine */
#define WHOLE_ENGINE_GT		BIT(9)	/* a GT's row that is for each engine of a class */
#define FLAGS_OF_WRITE		(XE_WRITE_MASKED | XE_WRITE_MCR)

#define ANY_ENGINE		GENMASK(XE_ENGINE_CLASSES - 1, 0)
#define RENDER			BIT(XE_ENGINE_RENDER)
#define COPY			BIT(XE_ENGINE_COPY)
#define COMPUTE			BIT(XE_ENGINE_COMPUTE)
#define DECODE			BIT(XE_ENGINE_VIDEO_DECODE)

#define MCR			XE_WRITE_MCR
#define MASKED			XE_WRITE_MASKED

struct row {
	enum xe_wa_scope scope;
	u8 versions;
	u8 before_step;		/* does not hold from this stepping on */
	u8 classes;
	u32 offset;
	u32 flags;
	u32 clear, set;
	const char *reason;	/* number of the workaround, if it has one; what the bits do */
};

#define ROW(scope_, versions_, step, classes_, reg, flags_, clear_, set_, reason_)	\
	{ .scope = (scope_), .versions = (versions_), .before_step = (step),		\
	  .classes = (classes_), .offset = (reg), .flags = (flags_), .clear = (clear_),	\
	  .set = (set_), .reason = (reason_) }

/* Rows with _A are for steppings before B0. */
#define GT_ROW(versions, reg, flags, clear, set, reason)			\
	ROW(XE_WA_GT, versions, EVERY_STEP, 0, reg, flags, clear, set, reason)
#define GT_ROW_A(versions, reg, flags, clear, set, reason)			\
	ROW(XE_WA_GT, versions, STEP_B0, 0, reg, flags, clear, set, reason)
#define DECODER_ROW(versions, reg, set, reason)					\
	ROW(XE_WA_GT, versions, EVERY_STEP, DECODE, reg,			\
	    OF_ENGINE | WHOLE_ENGINE_GT, 0, set, reason)
#define ENGINE_ROW(versions, classes, reg, flags, clear, set, reason)		\
	ROW(XE_WA_ENGINE, versions, EVERY_STEP, classes, reg, flags, clear, set, reason)
#define ENGINE_ROW_A(versions, classes, reg, flags, clear, set, reason)		\
	ROW(XE_WA_ENGINE, versions, STEP_B0, classes, reg, flags, clear, set, reason)
#define CONTEXT_ROW(versions, reg, flags, clear, set, reason)			\
	ROW(XE_WA_CONTEXT, versions, EVERY_STEP, RENDER, reg, flags, clear, set, reason)
#define CONTEXT_ROW_A(versions, reg, flags, clear, set, reason)			\
	ROW(XE_WA_CONTEXT, versions, STEP_B0, RENDER, reg, flags, clear, set, reason)

/*
 * Rows with RENDER in ENGINE_ROW() are of registers that render and compute engines share; they are
 * written once, with the render engine, which every graphics GT has.
 */
static const struct row rows[] = {
	/* Tunings of the GT */
	GT_ROW(GRAPHICS_GT, 0xb158, MCR, GENMASK(9, 0), 0x7f,
	       "tuning: longer time to gather partial writes in L3"),
	GT_ROW(LUNARLAKE_MEDIA, 0xb658, MCR, GENMASK(9, 0), 0x7f,
	       "tuning: longer time to gather partial writes in L3"),
	GT_ROW(GRAPHICS_GT, 0x8828, MCR, BIT(18), BIT(23),
	       "tuning: fetch ahead of compressed data under control of L3"),
	GT_ROW(LUNARLAKE_MEDIA, 0x82a8, 0, BIT(18), BIT(23),
	       "tuning: fetch ahead of compressed data under control of L3"),
	GT_ROW(GRAPHICS_GT, 0xb108, MCR, 0, BIT(28),
	       "tuning: fetch ahead on partial writes of compressible data"),
	GT_ROW(LUNARLAKE_MEDIA, 0xb608, MCR, 0, BIT(28),
	       "tuning: fetch ahead on partial writes of compressible data"),
	GT_ROW(GRAPHICS_GT, 0xb104, MCR, 0, BIT(20),
	       "tuning: fetch 256 bytes ahead for compressible data only"),
	GT_ROW(LUNARLAKE_MEDIA, 0xb604, MCR, 0, BIT(20),
	       "tuning: fetch 256 bytes ahead for compressible data only"),
	GT_ROW(GRAPHICS_GT, 0x4148, MCR, GENMASK(3, 0), 0,
	       "tuning: one format of compression for stateless accesses"),
	GT_ROW(BATTLEMAGE_MEDIA, 0x4148, MCR, GENMASK(3, 0), 0,
	       "tuning: one format of compression for stateless accesses"),
	GT_ROW(LUNARLAKE_MEDIA, 0x4148, MCR, GENMASK(3, 0), 0,
	       "tuning: one format of compression for stateless accesses"),
	GT_ROW(LUNARLAKE_GT, 0xb154, MCR, 0, BIT(17),
	       "tuning: a flush of L3 covers reads and writes of all clients"),
	GT_ROW(LUNARLAKE_MEDIA, 0xb654, MCR, 0, BIT(17),
	       "tuning: a flush of L3 covers reads and writes of all clients"),

	/* Workarounds of the GT */
	GT_ROW_A(LUNARLAKE_GT, 0x94d4, MCR, 0, BIT(4),
		 "16020975621: clock of the setup backend stays on"),
	GT_ROW_A(LUNARLAKE_GT, 0xb194, MCR, ~0u, ~0u, "14018157293: all ways of L3 for class 0"),
	GT_ROW_A(LUNARLAKE_GT, 0xb19c, MCR, ~0u, ~0u, "14018157293: all ways of L3 for class 1"),
	GT_ROW_A(LUNARLAKE_GT, 0xb1a4, MCR, ~0u, ~0u, "14018157293: all ways of L3 for class 2"),
	GT_ROW_A(LUNARLAKE_GT, 0xb1ac, MCR, ~0u, ~0u, "14018157293: all ways of L3 for class 3"),
	GT_ROW(BATTLEMAGE_GT, 0x4194, MCR, 0, BIT(6),
	       "16023588340: host accesses to VRAM go through L2"),
	GT_ROW(BATTLEMAGE_GT, 0xb1ac, MCR, ~0u, 0xf,
	       "16023588340: L3 ways of class 3 are for host accesses to VRAM"),
	DECODER_ROW(LUNARLAKE_MEDIA, 0x3f10, BIT(22),
		    "14017421178: clock of the decoder's IEC unit stays on"),
	DECODER_ROW(LUNARLAKE_MEDIA, 0x3f1c, BIT(3),
		    "16021867713: clock of the decoder's pipe stays on"),
	DECODER_ROW(BATTLEMAGE_MEDIA, 0x3f1c, BIT(3),
		    "16021867713: clock of the decoder's pipe stays on"),
	DECODER_ROW(LUNARLAKE_MEDIA, 0x3f08, BIT(5),
		    "14019449301: clock of the decoder's HRS unit stays on"),
	DECODER_ROW(BATTLEMAGE_MEDIA, 0x3f08, BIT(5),
		    "14019449301: clock of the decoder's HRS unit stays on"),

	/* Defaults of engines; those of media GTs are good as they are. */
	ENGINE_ROW(GRAPHICS_GT, RENDER | COPY, 0xc4, OF_ENGINE | MASKED,
		   ENGINE_CMD_CCTL_WRITE | ENGINE_CMD_CCTL_READ,
		   FIELD_PREP_CONST(ENGINE_CMD_CCTL_WRITE, XE_MOCS_UNCACHED) |
		   FIELD_PREP_CONST(ENGINE_CMD_CCTL_READ, XE_MOCS_UNCACHED),
		   "default: commands that do not name a MOCS entry bypass caches"),
	ENGINE_ROW(BATTLEMAGE_GT, COMPUTE, 0xc4, OF_ENGINE | MASKED,
		   ENGINE_CMD_CCTL_WRITE | ENGINE_CMD_CCTL_READ,
		   FIELD_PREP_CONST(ENGINE_CMD_CCTL_WRITE, XE_MOCS_UNCACHED) |
		   FIELD_PREP_CONST(ENGINE_CMD_CCTL_READ, XE_MOCS_CACHED),
		   "default: on discrete parts, commands of compute are read through caches"),
	ENGINE_ROW(LUNARLAKE_GT, COMPUTE, 0xc4, OF_ENGINE | MASKED,
		   ENGINE_CMD_CCTL_WRITE | ENGINE_CMD_CCTL_READ,
		   FIELD_PREP_CONST(ENGINE_CMD_CCTL_WRITE, XE_MOCS_UNCACHED) |
		   FIELD_PREP_CONST(ENGINE_CMD_CCTL_READ, XE_MOCS_UNCACHED),
		   "default: commands that do not name a MOCS entry bypass caches"),
	ENGINE_ROW(GRAPHICS_GT, ANY_ENGINE, 0xd4, OF_ENGINE | MASKED, 0, BIT(7),
		   "default: command streamers read memory with priority"),

	/* Workarounds of engines */
	ENGINE_ROW(GRAPHICS_GT, ANY_ENGINE, 0xd4, OF_ENGINE | MASKED, 0, BIT(15) | BIT(14),
		   "16021639441, 18032095049: no reports of context switches to memory"),
	ENGINE_ROW(BATTLEMAGE_MEDIA, ANY_ENGINE, 0xd4, OF_ENGINE | MASKED, 0, BIT(15) | BIT(14),
		   "16021639441: no reports of context switches to memory"),
	ENGINE_ROW(LUNARLAKE_MEDIA, ANY_ENGINE, 0xd4, OF_ENGINE | MASKED, 0, BIT(15) | BIT(14),
		   "16021639441: no reports of context switches to memory"),
	ENGINE_ROW(GRAPHICS_GT, RENDER, 0xe7c8, MCR, 0, BIT(13),
		   "18032247524: sequential accesses are not upgraded"),
	ENGINE_ROW(BATTLEMAGE_GT, RENDER, 0xe7c8, MCR, 0, BIT(26),
		   "14019811474: write requests are not chained"),
	ENGINE_ROW_A(LUNARLAKE_GT, RENDER, 0xe7c8, MCR, 0, BIT(17),
		     "14019322943: typed writes force an end of message"),
	ENGINE_ROW(GRAPHICS_GT, RENDER, 0xe7cc, MCR, 0, BIT(15),
		   "16018712365: fix against starvation of the allocator is off"),
	ENGINE_ROW(GRAPHICS_GT, RENDER, 0xe7cc, MCR, 0, BIT(12),
		   "14018471104: surface control for sampled loads and render targets"),
	ENGINE_ROW_A(LUNARLAKE_GT, RENDER, 0xe188, MCR | MASKED, 0, BIT(0),
		     "14018957109: fast path of the sampler's gathers is off"),
	ENGINE_ROW(GRAPHICS_GT, RENDER, 0xe49c, MCR | MASKED, 0, BIT(14),
		   "14020338487: no check for a flush when EUs suspend"),
	ENGINE_ROW(GRAPHICS_GT, RENDER, 0xe48c, MCR | MASKED, 0, BIT(9),
		   "18034896535, 16021540221: thread dispatch does not push"),
	ENGINE_ROW(GRAPHICS_GT, RENDER, 0xe4f0, MCR | MASKED, 0, BIT(1),
		   "16018737384: no early end of thread"),
	ENGINE_ROW(LUNARLAKE_GT, RENDER, 0xe4c4, MCR | MASKED, 0, BIT(11),
		   "16018610683: shared memory is restored after mid-thread preemption"),
	ENGINE_ROW(BATTLEMAGE_GT, RENDER, 0xe4c4, MCR | MASKED, 0, BIT(12),
		   "14021821874, 14022954250: fewer stack ids for ray tracing"),
	ENGINE_ROW(GRAPHICS_GT, RENDER, 0xe194, MCR | MASKED, 0, BIT(6),
		   "14021402888: clears are not optimised"),

	/* Defaults of contexts */
	ROW(XE_WA_CONTEXT, GRAPHICS_GT, EVERY_STEP, COPY, 0x204, OF_ENGINE,
	    ENGINE_BLIT_CCTL_WRITE | ENGINE_BLIT_CCTL_READ,
	    FIELD_PREP_CONST(ENGINE_BLIT_CCTL_WRITE, XE_MOCS_UNCACHED) |
	    FIELD_PREP_CONST(ENGINE_BLIT_CCTL_READ, XE_MOCS_UNCACHED),
	    "default: blits that do not name a MOCS entry bypass caches"),

	/* Tunings and workarounds of contexts */
	CONTEXT_ROW(BATTLEMAGE_GT, 0x6210, MCR, GENMASK(25, 20), GENMASK(25, 20),
		    "tuning: most hits of the vertex cache"),
	CONTEXT_ROW(GRAPHICS_GT, 0x6208, MCR | MASKED, 0, BIT(5),
		    "14021567978: fast clipping of tiles is on"),
	CONTEXT_ROW_A(LUNARLAKE_GT, 0x6210, MCR, 0, BIT(31),
		      "16020518922: no automatic strips in tessellation"),
	CONTEXT_ROW(GRAPHICS_GT, 0x6210, MCR, 0, BIT(16) | BIT(15),
		    "14021490052: no automatic strips in mesh shaders"),
	CONTEXT_ROW(GRAPHICS_GT, 0x62a8, MCR | MASKED, 0, BIT(9) | BIT(6),
		    "14021490052: no automatic strips in vertex fetch"),
	CONTEXT_ROW(GRAPHICS_GT, 0x83a8, MASKED, 0, BIT(13),
		    "14019386621: no credits between vertex fetch and tessellation"),
	CONTEXT_ROW(GRAPHICS_GT, 0x7044, MCR | MASKED, 0, BIT(5),
		    "14019877138: pixel shader dispatch collects its ends"),
	CONTEXT_ROW(GRAPHICS_GT, 0x7044, MCR | MASKED, 0, BIT(10),
		    "14019988906: flush does not wait for pixel shader dispatch"),
	CONTEXT_ROW(GRAPHICS_GT, 0x5588, MCR | MASKED, 0, BIT(10),
		    "14020756599, 14020013138: no plane compression of depth"),
	CONTEXT_ROW_A(LUNARLAKE_GT, 0x20c0, MASKED, 0, BIT(13),
		      "16020183090: semaphores are polled"),
	CONTEXT_ROW(GRAPHICS_GT, 0x7010, MASKED, 0, BIT(14),
		    "18033852989: no test of clip rectangles at the bottom"),
	CONTEXT_ROW(GRAPHICS_GT, 0x6204, MCR | MASKED, 0, BIT(6),
		    "15016589081: negative bounding boxes are not clipped"),
	CONTEXT_ROW(BATTLEMAGE_GT, 0x6204, MCR | MASKED, 0, BIT(8),
		    "15010599737: setup does not round to nearest even"),
	CONTEXT_ROW(BATTLEMAGE_GT, 0x7300, MASKED, 0, BIT(12),
		    "22021007897: push constants stay behind state"),
};

static u8 version_bit(const struct xe_gt *gt)
{
	switch (gt->version) {
	case 2001: return BATTLEMAGE_GT;
	case 2004: return LUNARLAKE_GT;
	case 1301: return BATTLEMAGE_MEDIA;
	case 2000: return LUNARLAKE_MEDIA;
	default:   return 0;
	}
}

static bool version_holds(const struct row *row, const struct xe_gt *gt)
{
	return row->versions & version_bit(gt) && gt->step < row->before_step;
}

static bool holds(const struct row *row, const struct xe_gt *gt, const struct xe_engine *engine,
		  enum xe_wa_scope scope)
{
	if (row->scope != scope || !version_holds(row, gt))
		return false;
	return !engine || row->classes & BIT(engine->row->class);
}

static int add(struct xe_wa_list *list, const struct row *row, u32 base)
{
	struct xe_reg_write write = {
		.offset = row->offset + base,
		.clear = row->clear | row->set,
		.set = row->set,
		.flags = row->flags & FLAGS_OF_WRITE,
	};

	for (unsigned int i = 0; i < list->count; i++) {
		struct xe_reg_write *have = &list->writes[i];

		if (have->offset != write.offset)
			continue;
		have->set = (have->set & ~write.clear) | write.set;
		have->clear |= write.clear;
		return 0;
	}

	if (list->count == XE_WA_MAX_WRITES)
		return -ENOSPC;
	list->writes[list->count++] = write;
	return 0;
}

/* A row of the GT that is for each engine of a class. */
static int add_for_engines(struct xe_wa_list *list, const struct row *row, const struct xe_gt *gt)
{
	int err = 0;

	for (unsigned int i = 0; i < gt->engines.count && !err; i++) {
		const struct xe_engine_row *engine = gt->engines.list[i].row;

		if (row->classes & BIT(engine->class))
			err = add(list, row, engine->base);
	}
	return err;
}

/* What the fuses and not the version decides. */
static int add_fused(struct xe_wa_list *list, const struct xe_gt *gt,
		     const struct xe_engine *engine)
{
	static const struct row no_mid_thread = {
		/* level of preemption: 2 bits, which are 2 and 1 in the register */
		.offset = 0x580, .flags = MASKED, .clear = BIT(2) | BIT(1), .set = BIT(1),
	};

	if (!gt->no_mid_thread_preempt || !((RENDER | COMPUTE) & BIT(engine->row->class)))
		return 0;
	return add(list, &no_mid_thread, engine->row->base);
}

/**
 * xe_wa_list - the registers that the table changes
 * @hw: the token
 * @gt: the GT
 * @engine: the engine; NULL with XE_WA_GT
 * @scope: who loses them
 * @list: filled in, each register once
 *
 * Context: bound or in a section, after xe_topology_start().
 * Return: 0; -ENOSPC if the table outgrew XE_WA_MAX_WRITES, which was logged.
 */
int xe_wa_list(struct xe_hw hw, const struct xe_gt *gt, const struct xe_engine *engine,
	       enum xe_wa_scope scope, struct xe_wa_list *list)
{
	int err = 0;

	list->count = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows) && !err; i++) {
		const struct row *row = &rows[i];

		if (!holds(row, gt, engine, scope))
			continue;
		if (row->flags & WHOLE_ENGINE_GT)
			err = add_for_engines(list, row, gt);
		else
			err = add(list, row, row->flags & OF_ENGINE ? engine->row->base : 0);
	}
	if (!err && scope == XE_WA_CONTEXT)
		err = add_fused(list, gt, engine);

	drm_WARN_ON_ONCE(&xe_hw_device(hw)->drm, err);
	return err;
}

/**
 * xe_wa_print - which rows of the table hold for a GT, for debugfs
 * @hw: the token
 * @gt: the GT
 * @p: where to print
 *
 * Context: bound or in a section.
 */
void xe_wa_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p)
{
	static const char * const scopes[] = { "GT", "engine", "context" };

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
		if (version_holds(&rows[i], gt))
			drm_printf(p, "%-8s %#06x %s\n", scopes[rows[i].scope], rows[i].offset,
				   rows[i].reason);
}
