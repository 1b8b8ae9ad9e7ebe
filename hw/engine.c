// SPDX-License-Identifier: MIT
/*
 * Engines: which a GT can have, and what each needs before the GuC can run contexts on it.
 */

#include <linux/error-injection.h>
#include <linux/sched/clock.h>
#include <linux/sizes.h>

#include <drm/drm_print.h>

#include "hw/engine.h"
#include "hw/gt.h"
#include "hw/state.h"
#include "regs/engine.h"
#include "xe_device.h"

/**
 * DOC: Engines
 *
 * An engine fetches commands from the ring of the context that the GuC gave it. The driver tells it
 * once where to report its status and in which mode to run; everything else is in the context.
 * These registers are lost by a GT reset, by suspend, and (but for the list that the GuC got) by
 * an engine reset; xe_engine_program() writes them again.
 *
 * Compute engines share the compute slices of their GT, of which there are as many. How many take
 * part is a setting, &xe_gt_info.ccs_mode: with one it has all slices, and nobody else may be given
 * a context, who would wait for ever.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * list of engines          bound side    constant after xe_topology_start()
 * status pages             bound side    unbind (xe_ggtt_buf), behind engine_stop()
 * registers                bound side    engine_stop() at unbind
 * ======================== ============= ==========================================
 */

#define STOP_TIMEOUT_US		1000	/* an engine that runs nothing is at rest at once */

#define E(name_, class_, instance_, base_, domain_)		\
	{ .name = (name_), .class = XE_ENGINE_##class_,		\
	  .instance = (instance_), .base = (base_), .domain = (domain_) }

/*
 * See hardware.rst xe-hw-engines. Copy engines 1 to 7 exist in no GT of version 20. The highest is
 * kept for the driver's own copies, as upstream keeps it: userspace shall find the same engines
 * with both.
 */
static const struct xe_engine_row xe2_graphics[] = {
	E("rcs0", RENDER, 0, 0x002000, XE_FW_RENDER),
	E("bcs0", COPY, 0, 0x022000, XE_FW_RENDER),
	{ .name = "bcs8", .class = XE_ENGINE_COPY, .instance = 8, .base = 0x3ee000,
	  .domain = XE_FW_RENDER, .reserved = true },
	E("ccs0", COMPUTE, 0, 0x01a000, XE_FW_RENDER),
	E("ccs1", COMPUTE, 1, 0x01c000, XE_FW_RENDER),
	E("ccs2", COMPUTE, 2, 0x01e000, XE_FW_RENDER),
	E("ccs3", COMPUTE, 3, 0x026000, XE_FW_RENDER),
};

static const struct xe_engine_row xe2_media[] = {
	E("vcs0", VIDEO_DECODE, 0, 0x1c0000, XE_FW_VDBOX0 + 0),
	E("vcs1", VIDEO_DECODE, 1, 0x1c4000, XE_FW_VDBOX0 + 1),
	E("vcs2", VIDEO_DECODE, 2, 0x1d0000, XE_FW_VDBOX0 + 2),
	E("vcs3", VIDEO_DECODE, 3, 0x1d4000, XE_FW_VDBOX0 + 3),
	E("vcs4", VIDEO_DECODE, 4, 0x1e0000, XE_FW_VDBOX0 + 4),
	E("vcs5", VIDEO_DECODE, 5, 0x1e4000, XE_FW_VDBOX0 + 5),
	E("vcs6", VIDEO_DECODE, 6, 0x1f0000, XE_FW_VDBOX0 + 6),
	E("vcs7", VIDEO_DECODE, 7, 0x1f4000, XE_FW_VDBOX0 + 7),
	E("vecs0", VIDEO_ENHANCE, 0, 0x1c8000, XE_FW_VEBOX0 + 0),
	E("vecs1", VIDEO_ENHANCE, 1, 0x1d8000, XE_FW_VEBOX0 + 1),
	E("vecs2", VIDEO_ENHANCE, 2, 0x1e8000, XE_FW_VEBOX0 + 2),
	E("vecs3", VIDEO_ENHANCE, 3, 0x1f8000, XE_FW_VEBOX0 + 3),
};

static_assert(ARRAY_SIZE(xe2_graphics) <= XE_MAX_ENGINES);
static_assert(ARRAY_SIZE(xe2_media) <= XE_MAX_ENGINES);

static bool fused_off(const struct xe_engine_row *row, u32 decode, u32 enhance, u32 compute)
{
	switch (row->class) {
	case XE_ENGINE_VIDEO_DECODE:
		return !(decode & BIT(row->instance));
	case XE_ENGINE_VIDEO_ENHANCE:
		return !(enhance & BIT(row->instance));
	case XE_ENGINE_COMPUTE:
		return !(compute & BIT(row->instance));
	default:
		return false;
	}
}

/**
 * xe_engine_list - make the list of engines of a GT
 * @gt: the GT
 * @decode: video decoders that the fuses left, by instance
 * @enhance: video enhancers that they left
 * @compute: compute engines that they left
 *
 * Also tells which power domains the GT has beside its own.
 *
 * Context: probe.
 */
void xe_engine_list(struct xe_gt *gt, u32 decode, u32 enhance, u32 compute)
{
	const struct xe_engine_row *rows = gt->id ? xe2_media : xe2_graphics;
	unsigned int num_rows = gt->id ? ARRAY_SIZE(xe2_media) : ARRAY_SIZE(xe2_graphics);
	struct xe_engines *engines = &gt->engines;
	u8 logical[XE_ENGINE_CLASSES] = {};

	engines->count = 0;
	for (unsigned int i = 0; i < num_rows; i++) {
		const struct xe_engine_row *row = &rows[i];

		if (fused_off(row, decode, enhance, compute))
			continue;
		engines->list[engines->count++] = (struct xe_engine){
			.row = row,
			.logical = logical[row->class]++,
		};
		gt->forcewake.present |= BIT(row->domain);
	}
}

/**
 * xe_engine_find - an engine by its number
 * @gt: the GT
 * @class: the class
 * @instance: its number in the class
 *
 * Context: any, after xe_topology_start().
 * Return: the engine, NULL if the GT has no such one.
 */
struct xe_engine *xe_engine_find(struct xe_gt *gt, enum xe_engine_class class,
				 unsigned int instance)
{
	xe_for_each_engine(engine, gt)
		if (engine->row->class == class && engine->row->instance == instance)
			return engine;
	return NULL;
}

/**
 * xe_engine_status_page - where an engine reports its status
 * @gt: the GT
 * @engine: the engine
 *
 * Context: any, after xe_engine_start().
 * Return: a GGTT address.
 */
u32 xe_engine_status_page(const struct xe_gt *gt, const struct xe_engine *engine)
{
	return xe_ggtt_buf_ggtt(&gt->engines.status) + (engine - gt->engines.list) * SZ_4K;
}

/* With a single compute engine there is nothing to share. */
static bool shares_slices(struct xe_hw hw, const struct xe_gt *gt)
{
	return xe_hw_device(hw)->gt[gt->id].cslices > 1;
}

static struct xe_engine *nth_compute(struct xe_gt *gt, unsigned int n)
{
	xe_for_each_engine(engine, gt)
		if (engine->row->class == XE_ENGINE_COMPUTE && engine->logical == n)
			return engine;
	return NULL;
}

/**
 * xe_engine_regs - which registers of an engine somebody has to restore after a reset of it
 * @hw: the token
 * @gt: its GT
 * @engine: the engine
 * @regs: filled in; as xe_engine_program() wrote them
 *
 * Context: bound or in a section.
 * Return: how many there are, or an error of xe_wa_list().
 */
int xe_engine_regs(struct xe_hw hw, struct xe_gt *gt, const struct xe_engine *engine,
		   struct xe_engine_reg regs[XE_ENGINE_MAX_REGS])
{
	u32 base = engine->row->base;
	const struct xe_engine_reg others[] = {
		{ RING_MODE(base).reg.offset, true },
		{ RING_HWS_PGA(base).reg.offset, false },
		{ RING_IMR(base).reg.offset, false },
		{ RCU_MODE.reg.offset, true },
		{ CCS_MODE.reg.offset, true },
	};
	/* The last two are of the whole GT: the render engine takes along those that are there. */
	int num_others = ARRAY_SIZE(others) - 2 +
			 (engine->row->class == XE_ENGINE_RENDER ? 1 + shares_slices(hw, gt) : 0);
	struct xe_wa_list list;
	int count = 0, err;

	err = xe_wa_list(hw, gt, engine, XE_WA_ENGINE, &list);
	if (err)
		return err;

	xe_wa_for_each_write(write, &list)
		regs[count++] = (struct xe_engine_reg){
			.offset = write->offset,
			.masked = write->flags & XE_WRITE_MASKED,
		};
	for (int i = 0; i < num_others; i++)
		regs[count++] = others[i];
	return count;
}

/* A slice that the fuses took is nobody's; others are dealt out in turn to the first @engines. */
static u32 slice_owners(struct xe_gt *gt, unsigned int engines)
{
	u32 slices = xe_engine_mask(&gt->engines, XE_ENGINE_COMPUTE), owners = 0;
	unsigned int next = 0;

	for (unsigned int slice = 0; slice < CCS_MODE_SLICES; slice++) {
		u32 owner = CCS_MODE_NOBODY;

		if (slices & BIT(slice))
			owner = nth_compute(gt, next++ % engines)->row->instance;
		owners |= owner << slice * CCS_MODE_BITS;
	}
	return owners;
}

static void share_slices(struct xe_hw hw, struct xe_gt *gt)
{
	u32 mask = GENMASK(CCS_MODE_SLICES * CCS_MODE_BITS - 1, 0);
	unsigned int engines = xe_hw_device(hw)->gt[gt->id].ccs_mode;

	xe_gt_write32(hw, gt, RCU_MODE, XE_MASKED_ENABLE(RCU_MODE_FIXED_SLICE_CCS_MODE));
	xe_gt_write32(hw, gt, CCS_MODE, XE_MASKED_FIELD(mask, slice_owners(gt, engines)));
}

/**
 * xe_engine_program - write the registers of all engines of a GT
 * @hw: the token
 * @gt: the GT
 *
 * At probe, after a GT reset and at resume; before the GuC starts.
 *
 * Context: bound or in a section; all forcewake domains are held.
 */
void xe_engine_program(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_wa_list list;

	if (xe_engine_mask(&gt->engines, XE_ENGINE_COMPUTE))
		xe_gt_write32(hw, gt, RCU_MODE, XE_MASKED_ENABLE(RCU_MODE_CCS_ENABLE));
	if (shares_slices(hw, gt))
		share_slices(hw, gt);

	xe_for_each_engine(engine, gt) {
		u32 base = engine->row->base;

		/* No interrupts by memory write: those go through the interrupt tree. */
		xe_gt_write32(hw, gt, RING_HWSTAM(base), ~0);
		xe_gt_write32(hw, gt, RING_HWS_PGA(base), xe_engine_status_page(gt, engine));
		xe_gt_write32(hw, gt, RING_MODE(base), XE_MASKED_ENABLE(GFX_DISABLE_LEGACY_MODE));
		xe_gt_write32(hw, gt, RING_MI_MODE(base), XE_MASKED_DISABLE(STOP_RING));
		if (!xe_wa_list(hw, gt, engine, XE_WA_ENGINE, &list))
			xe_gt_apply(hw, gt, list.writes, list.count);
	}
}

/**
 * xe_engine_read_time - read the time of an engine, and a clock of the CPU beside it
 * @hw: the token
 * @gt: its GT
 * @engine: the engine
 * @cpu_ns: reads a clock of the CPU
 * @id: which one; @cpu_ns knows it
 * @time: filled in
 *
 * The two halves of the counter fit together unless it is read for the third time in vain.
 *
 * Context: bound or in a section, may sleep.
 * Return: 0, -ETIMEDOUT if a power domain does not wake up, -ENODEV.
 */
int xe_engine_read_time(struct xe_hw hw, struct xe_gt *gt, const struct xe_engine *engine,
			int (*cpu_ns)(clockid_t id, u64 *ns), clockid_t id,
			struct xe_engine_time *time)
{
	u32 base = engine->row->base, low, high, before;
	u64 start;

	CLASS(xe_forcewake, fw)(hw, gt, BIT(XE_FW_GT) | BIT(engine->row->domain));
	if (fw.err)
		return fw.err;

	high = xe_gt_read32(hw, gt, RING_TIMESTAMP_UDW(base));
	for (int tries = 0; tries < 3; tries++) {
		before = high;
		start = local_clock();
		cpu_ns(id, &time->cpu_ns);
		low = xe_gt_read32(hw, gt, RING_TIMESTAMP(base));
		time->delta_ns = local_clock() - start;
		high = xe_gt_read32(hw, gt, RING_TIMESTAMP_UDW(base));
		if (high == before)
			break;
	}
	time->cycles = (u64)high << 32 | low;
	return xe_hw_is_lost(hw) ? -ENODEV : 0;
}

/**
 * xe_engine_class_name - as the log, sysfs and other drivers name a class of engines
 * @class: the class
 *
 * Context: any.
 */
const char *xe_engine_class_name(enum xe_engine_class class)
{
	static const char *const names[XE_ENGINE_CLASSES] = {
		[XE_ENGINE_RENDER] = "rcs",
		[XE_ENGINE_VIDEO_DECODE] = "vcs",
		[XE_ENGINE_VIDEO_ENHANCE] = "vecs",
		[XE_ENGINE_COPY] = "bcs",
		[XE_ENGINE_COMPUTE] = "ccs",
	};

	return names[class];
}

#define ONE_WORD(name, reg)		{ name, reg(0) }
#define TWO_WORDS(name, low, high)	{ name, low(0), high(0), true }

/* As decoders of dumps know them. */
static const struct {
	const char *name;
	struct xe_gt_reg low, high;
	bool wide;	/* @high is there */
} state_regs[XE_ENGINE_STATE_VALUES] = {
	ONE_WORD("HWSTAM", RING_HWSTAM),
	ONE_WORD("RING_HWS_PGA", RING_HWS_PGA),
	TWO_WORDS("RING_EXECLIST_STATUS", RING_EXECLIST_STATUS_LO, RING_EXECLIST_STATUS_HI),
	TWO_WORDS("RING_EXECLIST_SQ_CONTENTS", RING_EXECLIST_SQ_CONTENTS_LO,
		  RING_EXECLIST_SQ_CONTENTS_HI),
	TWO_WORDS("RING_START", RING_START, RING_START_UDW),
	ONE_WORD("RING_HEAD", RING_HEAD),
	ONE_WORD("RING_TAIL", RING_TAIL),
	ONE_WORD("RING_CTL", RING_CTL),
	ONE_WORD("RING_MI_MODE", RING_MI_MODE),
	ONE_WORD("RING_MODE", RING_MODE),
	ONE_WORD("RING_IMR", RING_IMR),
	ONE_WORD("RING_ESR", RING_ESR),
	ONE_WORD("RING_EMR", RING_EMR),
	ONE_WORD("RING_EIR", RING_EIR),
	TWO_WORDS("ACTHD", RING_ACTHD, RING_ACTHD_UDW),
	TWO_WORDS("BBADDR", RING_BBADDR, RING_BBADDR_UDW),
	TWO_WORDS("DMA_FADDR", RING_DMA_FADD, RING_DMA_FADD_UDW),
	ONE_WORD("IPEHR", RING_IPEHR),
	ONE_WORD("RING_INSTDONE", RING_INSTDONE),
};

static u32 read_of(struct xe_hw hw, struct xe_gt *gt, const struct xe_engine *engine,
		   struct xe_gt_reg reg)
{
	reg.reg.offset += engine->row->base;
	return xe_gt_read32(hw, gt, reg);
}

static int read_state(struct xe_hw hw, struct xe_gt *gt, const struct xe_engine *engine,
		      struct xe_engine_state *state)
{
	CLASS(xe_forcewake, fw)(hw, gt, BIT(XE_FW_GT) | BIT(engine->row->domain));
	if (fw.err)
		return fw.err;

	state->name = engine->row->name;
	state->logical = engine->logical;
	for (size_t i = 0; i < ARRAY_SIZE(state_regs); i++) {
		state->value[i] = read_of(hw, gt, engine, state_regs[i].low);
		if (state_regs[i].wide)
			state->value[i] |= (u64)read_of(hw, gt, engine, state_regs[i].high) << 32;
	}
	return xe_hw_is_lost(hw) ? -ENODEV : 0;
}

/**
 * xe_engine_read_states - what engines are doing, for people
 * @hw: the token
 * @gt: their GT
 * @class: their class
 * @mask: a bit for each, by logical instance
 * @states: filled in
 *
 * Context: bound or in a section, may sleep; allocates nothing.
 * Return: how many of @states; none of those whose power domain does not wake up.
 */
unsigned int xe_engine_read_states(struct xe_hw hw, struct xe_gt *gt, enum xe_engine_class class,
				   u32 mask, struct xe_engine_state states[XE_MAX_ENGINES])
{
	unsigned int n = 0;

	xe_for_each_engine(engine, gt)
		if (engine->row->class == class && mask & BIT(engine->logical))
			n += !read_state(hw, gt, engine, &states[n]);
	return n;
}

/**
 * xe_engine_print_state - what an engine was doing
 * @state: from xe_engine_read_states()
 * @p: where to print
 *
 * Context: any.
 */
void xe_engine_print_state(const struct xe_engine_state *state, struct drm_printer *p)
{
	drm_printf(p, "%s (physical), logical instance=%u\n", state->name, state->logical);
	for (size_t i = 0; i < ARRAY_SIZE(state_regs); i++)
		drm_printf(p, "\t%s: 0x%0*llx\n", state_regs[i].name,
			   state_regs[i].wide ? 16 : 8, state->value[i]);
}

/**
 * xe_engine_print - the engines of a GT, with the registers that the driver writes
 * @hw: the token
 * @gt: the GT
 * @p: where to print
 *
 * Context: bound or in a section, may sleep; all forcewake domains are held.
 */
void xe_engine_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p)
{
	struct xe_wa_list list;

	xe_for_each_engine(engine, gt) {
		u32 base = engine->row->base;

		drm_printf(p, "%s: logical %u, mode %#x, MI mode %#x, status at %#x, ",
			   engine->row->name, engine->logical,
			   xe_gt_read32(hw, gt, RING_MODE(base)),
			   xe_gt_read32(hw, gt, RING_MI_MODE(base)),
			   xe_gt_read32(hw, gt, RING_HWS_PGA(base)));
		drm_printf(p, "IMR %#x, HWSTAM %#x\n",
			   xe_gt_read32(hw, gt, RING_IMR(base)),
			   xe_gt_read32(hw, gt, RING_HWSTAM(base)));
		if (!xe_wa_list(hw, gt, engine, XE_WA_ENGINE, &list))
			xe_gt_print_writes(hw, gt, list.writes, list.count, p);
	}
}

/*
 * The GuC is gone by now and with it what fed the engines; they must not fetch on. One that does
 * not come to rest is ended by the reset of the function at the end of unbind.
 */
static void engine_stop(struct xe_hw hw, void *data)
{
	struct xe_gt *gt = data;

	CLASS(xe_forcewake, fw)(hw, gt, XE_FW_ALL);
	if (fw.err)
		return;

	xe_for_each_engine(engine, gt)
		xe_gt_write32(hw, gt, RING_MI_MODE(engine->row->base),
			      XE_MASKED_ENABLE(STOP_RING));
	xe_for_each_engine(engine, gt)
		if (xe_gt_wait32(hw, gt, RING_MI_MODE(engine->row->base), MODE_IDLE, MODE_IDLE,
				 STOP_TIMEOUT_US, NULL) == -ETIMEDOUT)
			xe_hw_state(hw)->needs_reset = true;
}

static int program(struct xe_hw hw, struct xe_gt *gt)
{
	CLASS(xe_forcewake, fw)(hw, gt, XE_FW_ALL);
	if (fw.err)
		return fw.err;

	xe_engine_program(hw, gt);
	return xe_hw_is_lost(hw) ? -ENODEV : 0;
}

static int gt_start(struct xe_hw_bind bind, struct xe_gt *gt)
{
	struct xe_hw hw = xe_hw_bound(bind);
	int err;

	err = xe_ggtt_buf_create(hw, &gt->engines.status, gt->engines.count * SZ_4K,
				 "engine status");
	if (err)
		return err;

	err = program(hw, gt);
	if (err)
		return err;
	return xe_hw_on_unbind(bind, engine_stop, gt);
}

/**
 * xe_engine_start - probe step: engines are ready to be given contexts
 * @bind: the token of a probe step
 *
 * Context: bound, may sleep.
 * Return: 0 or a negative error code.
 */
int xe_engine_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_hw_state *state = xe_hw_state(hw);
	int err;

	xe_for_each_gt(gt, state) {
		err = gt_start(bind, gt);
		if (err)
			return err;
	}
	return 0;
}
ALLOW_ERROR_INJECTION(xe_engine_start, ERRNO);
