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
#include "regs/wa.h"
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
	GT_ROW(GRAPHICS_GT, XEHP_L3SQCREG5, MCR, L3_PWM_TIMER_INIT_VAL_MASK, 0x7f,
	       "tuning: longer time to gather partial writes in L3"),
	GT_ROW(LUNARLAKE_MEDIA, XE2LPM_L3SQCREG5, MCR, L3_PWM_TIMER_INIT_VAL_MASK, 0x7f,
	       "tuning: longer time to gather partial writes in L3"),
	GT_ROW(GRAPHICS_GT, CCCHKNREG1, MCR, ENCOMPPERFFIX, L3CMPCTRL,
	       "tuning: fetch ahead of compressed data under control of L3"),
	GT_ROW(LUNARLAKE_MEDIA, XE2LPM_CCCHKNREG1, 0, ENCOMPPERFFIX, L3CMPCTRL,
	       "tuning: fetch ahead of compressed data under control of L3"),
	GT_ROW(GRAPHICS_GT, L3SQCREG3, MCR, 0, COMPPWOVERFETCHEN,
	       "tuning: fetch ahead on partial writes of compressible data"),
	GT_ROW(LUNARLAKE_MEDIA, XE2LPM_L3SQCREG3, MCR, 0, COMPPWOVERFETCHEN,
	       "tuning: fetch ahead on partial writes of compressible data"),
	GT_ROW(GRAPHICS_GT, L3SQCREG2, MCR, 0, COMPMEMRD256BOVRFETCHEN,
	       "tuning: fetch 256 bytes ahead for compressible data only"),
	GT_ROW(LUNARLAKE_MEDIA, XE2LPM_L3SQCREG2, MCR, 0, COMPMEMRD256BOVRFETCHEN,
	       "tuning: fetch 256 bytes ahead for compressible data only"),
	GT_ROW(GRAPHICS_GT, STATELESS_COMPRESSION_CTRL, MCR, UNIFIED_COMPRESSION_FORMAT, 0,
	       "tuning: one format of compression for stateless accesses"),
	GT_ROW(BATTLEMAGE_MEDIA, STATELESS_COMPRESSION_CTRL, MCR, UNIFIED_COMPRESSION_FORMAT, 0,
	       "tuning: one format of compression for stateless accesses"),
	GT_ROW(LUNARLAKE_MEDIA, STATELESS_COMPRESSION_CTRL, MCR, UNIFIED_COMPRESSION_FORMAT, 0,
	       "tuning: one format of compression for stateless accesses"),
	GT_ROW(LUNARLAKE_GT, SCRATCH3_LBCF, MCR, 0, RWFLUSHALLEN,
	       "tuning: a flush of L3 covers reads and writes of all clients"),
	GT_ROW(LUNARLAKE_MEDIA, XE2LPM_SCRATCH3_LBCF, MCR, 0, RWFLUSHALLEN,
	       "tuning: a flush of L3 covers reads and writes of all clients"),

	/* Workarounds of the GT */
	GT_ROW_A(LUNARLAKE_GT, XEHP_SLICE_UNIT_LEVEL_CLKGATE, MCR, 0, SBEUNIT_CLKGATE_DIS,
		 "16020975621: clock of the setup backend stays on"),
	GT_ROW_A(LUNARLAKE_GT, XEHPC_L3CLOS_MASK(0), MCR, ~0u, ~0u,
		 "14018157293: all ways of L3 for class 0"),
	GT_ROW_A(LUNARLAKE_GT, XEHPC_L3CLOS_MASK(1), MCR, ~0u, ~0u,
		 "14018157293: all ways of L3 for class 1"),
	GT_ROW_A(LUNARLAKE_GT, XEHPC_L3CLOS_MASK(2), MCR, ~0u, ~0u,
		 "14018157293: all ways of L3 for class 2"),
	GT_ROW_A(LUNARLAKE_GT, XEHPC_L3CLOS_MASK(3), MCR, ~0u, ~0u,
		 "14018157293: all ways of L3 for class 3"),
	GT_ROW(BATTLEMAGE_GT, XE2_GAMREQSTRM_CTRL, MCR, 0, CG_DIS_CNTLBUS,
	       "16023588340: host accesses to VRAM go through L2"),
	GT_ROW(BATTLEMAGE_GT, XEHPC_L3CLOS_MASK(3), MCR, ~0u, 0xf,
	       "16023588340: L3 ways of class 3 are for host accesses to VRAM"),
	DECODER_ROW(LUNARLAKE_MEDIA, VDBOX_CGCTL3F10(0), IECPUNIT_CLKGATE_DIS,
		    "14017421178: clock of the decoder's IEC unit stays on"),
	DECODER_ROW(LUNARLAKE_MEDIA, VDBOX_CGCTL3F1C(0), MFXPIPE_CLKGATE_DIS,
		    "16021867713: clock of the decoder's pipe stays on"),
	DECODER_ROW(BATTLEMAGE_MEDIA, VDBOX_CGCTL3F1C(0), MFXPIPE_CLKGATE_DIS,
		    "16021867713: clock of the decoder's pipe stays on"),
	DECODER_ROW(LUNARLAKE_MEDIA, VDBOX_CGCTL3F08(0), CG3DDISHRS_CLKGATE_DIS,
		    "14019449301: clock of the decoder's HRS unit stays on"),
	DECODER_ROW(BATTLEMAGE_MEDIA, VDBOX_CGCTL3F08(0), CG3DDISHRS_CLKGATE_DIS,
		    "14019449301: clock of the decoder's HRS unit stays on"),

	/* Defaults of engines; those of media GTs are good as they are. */
	ENGINE_ROW(GRAPHICS_GT, RENDER | COPY, RING_CMD_CCTL(0), OF_ENGINE | MASKED,
		   CMD_CCTL_WRITE_OVERRIDE_MASK | CMD_CCTL_READ_OVERRIDE_MASK,
		   FIELD_PREP_CONST(CMD_CCTL_WRITE_OVERRIDE_MASK, XE_MOCS_UNCACHED) |
		   FIELD_PREP_CONST(CMD_CCTL_READ_OVERRIDE_MASK, XE_MOCS_UNCACHED),
		   "default: commands that do not name a MOCS entry bypass caches"),
	ENGINE_ROW(BATTLEMAGE_GT, COMPUTE, RING_CMD_CCTL(0), OF_ENGINE | MASKED,
		   CMD_CCTL_WRITE_OVERRIDE_MASK | CMD_CCTL_READ_OVERRIDE_MASK,
		   FIELD_PREP_CONST(CMD_CCTL_WRITE_OVERRIDE_MASK, XE_MOCS_UNCACHED) |
		   FIELD_PREP_CONST(CMD_CCTL_READ_OVERRIDE_MASK, XE_MOCS_CACHED),
		   "default: on discrete parts, commands of compute are read through caches"),
	ENGINE_ROW(LUNARLAKE_GT, COMPUTE, RING_CMD_CCTL(0), OF_ENGINE | MASKED,
		   CMD_CCTL_WRITE_OVERRIDE_MASK | CMD_CCTL_READ_OVERRIDE_MASK,
		   FIELD_PREP_CONST(CMD_CCTL_WRITE_OVERRIDE_MASK, XE_MOCS_UNCACHED) |
		   FIELD_PREP_CONST(CMD_CCTL_READ_OVERRIDE_MASK, XE_MOCS_UNCACHED),
		   "default: commands that do not name a MOCS entry bypass caches"),
	ENGINE_ROW(GRAPHICS_GT, ANY_ENGINE, CSFE_CHICKEN1(0), OF_ENGINE | MASKED, 0,
		   CS_PRIORITY_MEM_READ, "default: command streamers read memory with priority"),

	/* Workarounds of engines */
	ENGINE_ROW(GRAPHICS_GT, ANY_ENGINE, CSFE_CHICKEN1(0), OF_ENGINE | MASKED, 0,
		   GHWSP_CSB_REPORT_DIS | PPHWSP_CSB_AND_TIMESTAMP_REPORT_DIS,
		   "16021639441, 18032095049: no reports of context switches to memory"),
	ENGINE_ROW(BATTLEMAGE_MEDIA, ANY_ENGINE, CSFE_CHICKEN1(0), OF_ENGINE | MASKED, 0,
		   GHWSP_CSB_REPORT_DIS | PPHWSP_CSB_AND_TIMESTAMP_REPORT_DIS,
		   "16021639441: no reports of context switches to memory"),
	ENGINE_ROW(LUNARLAKE_MEDIA, ANY_ENGINE, CSFE_CHICKEN1(0), OF_ENGINE | MASKED, 0,
		   GHWSP_CSB_REPORT_DIS | PPHWSP_CSB_AND_TIMESTAMP_REPORT_DIS,
		   "16021639441: no reports of context switches to memory"),
	ENGINE_ROW(GRAPHICS_GT, RENDER, LSC_CHICKEN_BIT_0, MCR, 0,
		   SEQUENTIAL_ACCESS_UPGRADE_DISABLE,
		   "18032247524: sequential accesses are not upgraded"),
	ENGINE_ROW(BATTLEMAGE_GT, RENDER, LSC_CHICKEN_BIT_0, MCR, 0, WR_REQ_CHAINING_DIS,
		   "14019811474: write requests are not chained"),
	ENGINE_ROW_A(LUNARLAKE_GT, RENDER, LSC_CHICKEN_BIT_0, MCR, 0, TGM_WRITE_EOM_FORCE,
		     "14019322943: typed writes force an end of message"),
	ENGINE_ROW(GRAPHICS_GT, RENDER, LSC_CHICKEN_BIT_0_UDW, MCR, 0, XE2_ALLOC_DPA_STARVE_FIX_DIS,
		   "16018712365: fix against starvation of the allocator is off"),
	ENGINE_ROW(GRAPHICS_GT, RENDER, LSC_CHICKEN_BIT_0_UDW, MCR, 0,
		   ENABLE_SMP_LD_RENDER_SURFACE_CONTROL,
		   "14018471104: surface control for sampled loads and render targets"),
	ENGINE_ROW_A(LUNARLAKE_GT, RENDER, HALF_SLICE_CHICKEN5, MCR | MASKED, 0,
		     DISABLE_SAMPLE_G_PERFORMANCE,
		     "14018957109: fast path of the sampler's gathers is off"),
	ENGINE_ROW(GRAPHICS_GT, RENDER, ROW_CHICKEN3, MCR | MASKED, 0, XE2_EUPEND_CHK_FLUSH_DIS,
		   "14020338487: no check for a flush when EUs suspend"),
	ENGINE_ROW(GRAPHICS_GT, RENDER, ROW_CHICKEN4, MCR | MASKED, 0, DISABLE_TDL_PUSH,
		   "18034896535, 16021540221: thread dispatch does not push"),
	ENGINE_ROW(GRAPHICS_GT, RENDER, ROW_CHICKEN, MCR | MASKED, 0, EARLY_EOT_DIS,
		   "16018737384: no early end of thread"),
	ENGINE_ROW(LUNARLAKE_GT, RENDER, TDL_TSL_CHICKEN, MCR | MASKED, 0, SLM_WMTP_RESTORE,
		   "16018610683: shared memory is restored after mid-thread preemption"),
	ENGINE_ROW(BATTLEMAGE_GT, RENDER, TDL_TSL_CHICKEN, MCR | MASKED, 0, STK_ID_RESTRICT,
		   "14021821874, 14022954250: fewer stack ids for ray tracing"),
	ENGINE_ROW(GRAPHICS_GT, RENDER, HALF_SLICE_CHICKEN7, MCR | MASKED, 0,
		   CLEAR_OPTIMIZATION_DISABLE, "14021402888: clears are not optimised"),

	/* Defaults of contexts */
	ROW(XE_WA_CONTEXT, GRAPHICS_GT, EVERY_STEP, COPY, BLIT_CCTL(0), OF_ENGINE,
	    BLIT_CCTL_DST_MOCS_MASK | BLIT_CCTL_SRC_MOCS_MASK,
	    FIELD_PREP_CONST(BLIT_CCTL_DST_MOCS_MASK, XE_MOCS_UNCACHED) |
	    FIELD_PREP_CONST(BLIT_CCTL_SRC_MOCS_MASK, XE_MOCS_UNCACHED),
	    "default: blits that do not name a MOCS entry bypass caches"),

	/* Tunings and workarounds of contexts */
	CONTEXT_ROW(BATTLEMAGE_GT, FF_MODE, MCR, VS_HIT_MAX_VALUE_MASK, VS_HIT_MAX_VALUE_MASK,
		    "tuning: most hits of the vertex cache"),
	CONTEXT_ROW(GRAPHICS_GT, CHICKEN_RASTER_2, MCR | MASKED, 0, TBIMR_FAST_CLIP,
		    "14021567978: fast clipping of tiles is on"),
	CONTEXT_ROW_A(LUNARLAKE_GT, FF_MODE, MCR, 0, DIS_TE_AUTOSTRIP,
		      "16020518922: no automatic strips in tessellation"),
	CONTEXT_ROW(GRAPHICS_GT, FF_MODE, MCR, 0, DIS_MESH_PARTIAL_AUTOSTRIP | DIS_MESH_AUTOSTRIP,
		    "14021490052: no automatic strips in mesh shaders"),
	CONTEXT_ROW(GRAPHICS_GT, VFLSKPD, MCR | MASKED, 0, DIS_PARTIAL_AUTOSTRIP | DIS_AUTOSTRIP,
		    "14021490052: no automatic strips in vertex fetch"),
	CONTEXT_ROW(GRAPHICS_GT, VF_SCRATCHPAD, MASKED, 0, XE2_VFG_TED_CREDIT_INTERFACE_DISABLE,
		    "14019386621: no credits between vertex fetch and tessellation"),
	CONTEXT_ROW(GRAPHICS_GT, XEHP_PSS_CHICKEN, MCR | MASKED, 0, FD_END_COLLECT,
		    "14019877138: pixel shader dispatch collects its ends"),
	CONTEXT_ROW(GRAPHICS_GT, XEHP_PSS_CHICKEN, MCR | MASKED, 0, FLSH_IGNORES_PSD,
		    "14019988906: flush does not wait for pixel shader dispatch"),
	CONTEXT_ROW(GRAPHICS_GT, WM_CHICKEN3, MCR | MASKED, 0, HIZ_PLANE_COMPRESSION_DIS,
		    "14020756599, 14020013138: no plane compression of depth"),
	CONTEXT_ROW_A(LUNARLAKE_GT, INSTPM(RENDER_RING_BASE), MASKED, 0, ENABLE_SEMAPHORE_POLL_BIT,
		      "16020183090: semaphores are polled"),
	CONTEXT_ROW(GRAPHICS_GT, COMMON_SLICE_CHICKEN1, MASKED, 0,
		    DISABLE_BOTTOM_CLIP_RECTANGLE_TEST,
		    "18033852989: no test of clip rectangles at the bottom"),
	CONTEXT_ROW(GRAPHICS_GT, CHICKEN_RASTER_1, MCR | MASKED, 0, DIS_CLIP_NEGATIVE_BOUNDING_BOX,
		    "15016589081: negative bounding boxes are not clipped"),
	CONTEXT_ROW(BATTLEMAGE_GT, CHICKEN_RASTER_1, MCR | MASKED, 0, DIS_SF_ROUND_NEAREST_EVEN,
		    "15010599737: setup does not round to nearest even"),
	CONTEXT_ROW(BATTLEMAGE_GT, COMMON_SLICE_CHICKEN4, MASKED, 0,
		    SBE_PUSH_CONSTANT_BEHIND_FIX_ENABLE,
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
		.offset = CS_CHICKEN1(0), .flags = MASKED,
		.clear = PREEMPT_GPGPU_LEVEL_MASK, .set = PREEMPT_GPGPU_THREAD_GROUP_LEVEL,
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
