// SPDX-License-Identifier: MIT
/*
 * GT-level hardware: forcewake, GDRST, the steering semaphore, the WOPCM lock, bits that clear
 * themselves, and what changes while a GT sleeps.  Values live in the register file; struct gt_hw
 * holds only what no register shows.
 */
#include <stdlib.h>

#include "clk.h"
#include "cs.h"
#include "display.h"
#include "fault.h"
#include "gt.h"
#include "guc.h"
#include "irq.h"
#include "journal.h"
#include "mem.h"
#include "platform.h"

#define FW_SET			GENMASK(15, 0)
#define MTL_CAGF_MASK		GENMASK(8, 0)
#define MTL_CC_MASK		GENMASK(12, 9)
#define   MTL_CC6		3u
#define RPNSWREQ		0xa008
#define   REQ_RATIO_MASK	GENMASK(31, 23)
#define MTL_GT_RPE_FREQUENCY	0x13800c
#define MTL_MPE_FREQUENCY	0x13802c
#define MTL_MEDIA_MC6		0x138048
#define RESIDENCY_NS		1280u
#define LATE_POLL_NS		1000000u	/* what a poll of a late acknowledgment stands for */
#define WOPCM_ADDR		GENMASK(31, 14)
#define WOPCM_LEN		GENMASK(31, 12)
#define WOPCM_TOTAL		MIB(8)

struct gt_state {
	bool mcr_held;
	u64 late_ack[FW_COUNT];		/* polls until a wake request is acknowledged, 0: it is not late; */
	u64 late_end[FW_COUNT];		/* or the time when it is */
	bool asleep;
	u64 sleep_since, slept;
};

struct gt_hw {
	struct gt_state gt[GPU_MAX_GTS];
};

static const struct fw_regs {
	enum fw_domain domain;
	u32 req, ack;
} fw_regs[] = {
	{ FW_GT, FORCEWAKE_GT, FORCEWAKE_ACK_GT_MTL },
	{ FW_RENDER, FORCEWAKE_RENDER, FORCEWAKE_ACK_RENDER },
	{ FW_VDBOX0, FORCEWAKE_MEDIA_VDBOX(0), FORCEWAKE_ACK_MEDIA_VDBOX(0) },
	{ FW_VDBOX0 + 1, FORCEWAKE_MEDIA_VDBOX(1), FORCEWAKE_ACK_MEDIA_VDBOX(1) },
	{ FW_VDBOX0 + 2, FORCEWAKE_MEDIA_VDBOX(2), FORCEWAKE_ACK_MEDIA_VDBOX(2) },
	{ FW_VDBOX0 + 3, FORCEWAKE_MEDIA_VDBOX(3), FORCEWAKE_ACK_MEDIA_VDBOX(3) },
	{ FW_VDBOX0 + 4, FORCEWAKE_MEDIA_VDBOX(4), FORCEWAKE_ACK_MEDIA_VDBOX(4) },
	{ FW_VDBOX0 + 5, FORCEWAKE_MEDIA_VDBOX(5), FORCEWAKE_ACK_MEDIA_VDBOX(5) },
	{ FW_VDBOX0 + 6, FORCEWAKE_MEDIA_VDBOX(6), FORCEWAKE_ACK_MEDIA_VDBOX(6) },
	{ FW_VDBOX0 + 7, FORCEWAKE_MEDIA_VDBOX(7), FORCEWAKE_ACK_MEDIA_VDBOX(7) },
	{ FW_VEBOX0, FORCEWAKE_MEDIA_VEBOX(0), FORCEWAKE_ACK_MEDIA_VEBOX(0) },
	{ FW_VEBOX0 + 1, FORCEWAKE_MEDIA_VEBOX(1), FORCEWAKE_ACK_MEDIA_VEBOX(1) },
	{ FW_VEBOX0 + 2, FORCEWAKE_MEDIA_VEBOX(2), FORCEWAKE_ACK_MEDIA_VEBOX(2) },
	{ FW_VEBOX0 + 3, FORCEWAKE_MEDIA_VEBOX(3), FORCEWAKE_ACK_MEDIA_VEBOX(3) },
	{ FW_GSC, FORCEWAKE_GSC, FORCEWAKE_ACK_GSC },
};

struct gt_hw *gt_hw_create(struct gpu *gpu)
{
	struct gt_hw *hw = calloc(1, sizeof(*hw));

	if (!hw)
		abort();
	return hw;
}

void gt_hw_destroy(struct gt_hw *hw)
{
	free(hw);
}

void gt_hw_reset(struct gpu *gpu)
{
	unsigned int i;

	*gpu->gt_hw = (struct gt_hw){ 0 };
	for (i = 0; i < GPU_MAX_GTS; i++) {
		gpu->gt_hw->gt[i].asleep = true;
		gpu->gt_hw->gt[i].sleep_since = clk_ns(gpu->clk);
	}
}

static struct gt_state *state(struct gt *gt)
{
	return &gt->gpu->gt_hw->gt[gt->id];
}

/* ---- forcewake ---- */

static const struct fw_regs *fw_by_domain(enum fw_domain domain)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fw_regs); i++)
		if (fw_regs[i].domain == domain)
			return &fw_regs[i];
	return NULL;
}

static const struct fw_regs *fw_by_offset(const struct gt *gt, u32 off)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fw_regs); i++)
		if (gt->window + fw_regs[i].req == off || gt->window + fw_regs[i].ack == off)
			return &fw_regs[i];
	return NULL;
}

bool fw_awake(struct gt *gt, enum fw_domain domain)
{
	const struct fw_regs *fw;

	if (domain == FW_NONE)
		return true;
	fw = fw_by_domain(domain);
	return fw && reg_peek(gt->gpu, gt->window + fw->ack);
}

/* The GT itself sleeps when nobody wants it awake. */
static void note_sleep(struct gt *gt)
{
	struct gt_state *s = state(gt);
	bool asleep = !fw_awake(gt, FW_GT);
	u64 now = clk_ns(gt->gpu->clk);

	if (asleep == s->asleep)
		return;
	if (!asleep)
		s->slept += now - s->sleep_since;
	s->sleep_since = now;
	s->asleep = asleep;
}

u64 gt_sleep_ns(struct gt *gt)
{
	const struct gt_state *s = state(gt);

	return s->slept + (s->asleep ? clk_ns(gt->gpu->clk) - s->sleep_since : 0);
}

static void fw_show(struct gt *gt, const struct fw_regs *fw, u32 bits)
{
	reg_poke(gt->gpu, gt->window + fw->ack, bits & FW_SET);
	note_sleep(gt);
}

void gt_fw_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	struct gt *gt = reg_gt(gpu, off);
	const struct fw_regs *fw = fw_by_offset(gt, off);
	u64 polls = 100;

	if (!fw)
		return;
	state(gt)->late_ack[fw->domain] = 0;
	if (raw & ~(raw >> 16) & FW_SET)
		violation(gpu, V_FORCEWAKE_REQUEST, "0x%08x to %s: bits without their mask", raw,
			  reg->name);
	if (value && fault_take(gpu, FAULT_FW_NO_ACK, &polls))
		return;
	if (value && fault_take(gpu, FAULT_FW_LATE_ACK, &polls)) {
		state(gt)->late_ack[fw->domain] = polls + 1;
		state(gt)->late_end[fw->domain] = clk_ns(gpu->clk) + polls * LATE_POLL_NS;
		return;
	}
	fw_show(gt, fw, value);
}

u32 gt_fw_ack_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	struct gt *gt = reg_gt(gpu, off);
	const struct fw_regs *fw = fw_by_offset(gt, off);
	u64 *late;

	if (!fw)
		return value;
	late = &state(gt)->late_ack[fw->domain];
	if (*late && (!--*late || clk_ns(gpu->clk) >= state(gt)->late_end[fw->domain])) {
		*late = 0;
		fw_show(gt, fw, reg_peek(gpu, gt->window + fw->req));
		return reg_peek(gpu, off);
	}
	return value;
}

/* Frequency and C-state as they are right now */
u32 gt_workpoint_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	struct gt *gt = reg_gt(gpu, off);
	u32 ratio = FIELD_GET(MTL_CAGF_MASK, value);

	if (!fw_awake(gt, FW_GT))
		return FIELD_PREP(MTL_CC_MASK, MTL_CC6);
	if (!ratio)
		ratio = FIELD_GET(REQ_RATIO_MASK, reg_peek(gpu, gt->window + RPNSWREQ));
	if (!ratio)
		ratio = reg_peek(gpu, gt->window ? MTL_MPE_FREQUENCY : MTL_GT_RPE_FREQUENCY);
	return ratio & MTL_CAGF_MASK;
}

u32 gt_residency_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	unsigned int id = off == MTL_MEDIA_MC6;

	return id < gpu->num_gts ? (u32)(gt_sleep_ns(&gpu->gts[id]) / RESIDENCY_NS) : value;
}

u32 gt_gmd_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	return gpu->platform->gt[reg_gt(gpu, off)->id].gmd_id;
}

/* ---- steering ---- */

bool gt_mcr_held(struct gt *gt)
{
	return state(gt)->mcr_held;
}

/* A read that returns 1 takes the semaphore. */
u32 gt_semaphore_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	struct gt_state *s = state(reg_gt(gpu, off));
	u64 unused;

	if (fault_take(gpu, FAULT_MCR_BUSY, &unused))
		return 0;
	if (s->mcr_held)
		return 0;
	s->mcr_held = true;
	return 1;
}

void gt_semaphore_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	struct gt *gt = reg_gt(gpu, off);
	struct gt_state *s = state(gt);

	if (!(raw & BIT(0)))
		violation(gpu, V_MCR_SEMAPHORE, "0x%08x written: not a release", raw);
	/* Else it did not hear, perhaps, who took it or what was selected. */
	else if (!unheard(gpu) && !s->mcr_held)
		violation(gpu, V_MCR_SEMAPHORE, "released but not held");
	else if (!unheard(gpu) && !(reg_peek(gpu, gt->window + MTL_MCR_SELECTOR) & MCR_MULTICAST))
		violation(gpu, V_MCR_LEFT_UNICAST, "selector 0x%08x at release",
			  reg_peek(gpu, gt->window + MTL_MCR_SELECTOR));
	if (raw & BIT(0))
		s->mcr_held = false;
}

void gt_selector_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	if (!gt_mcr_held(reg_gt(gpu, off)) && !unheard(gpu))
		violation(gpu, V_MCR_SELECTOR, "0x%08x without the semaphore", raw);
}

/* ---- reset ---- */

static void reset_engines(struct gt *gt)
{
	unsigned int i;

	for (i = 0; gt->engines && i < gt->num_engines; i++)
		cs_power_reset(gt->engines[i]);
}

void gt_gdrst_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	struct gt *gt = reg_gt(gpu, off);
	u64 unused;

	if (raw & ~(GRDOM_FULL | GRDOM_GUC))
		violation(gpu, V_GDRST_DOMAIN, "0x%08x", raw);
	if (fault_take(gpu, FAULT_RESET_STUCK, &unused))
		return;
	journal_add(gpu, J_NOTE, "gt%u reset 0x%08x", gt->id, raw);
	unheard_set(gpu, false);
	ggtt_invalidate(gpu);
	if (raw & GRDOM_FULL) {
		count(gpu, CNT_GT_RESET);
		regs_reset_gt(gt);
		reset_engines(gt);
	}
	if (raw & (GRDOM_FULL | GRDOM_GUC) && gt->guc)
		guc_reset(gt);
	reg_poke(gpu, off, 0);
}

u32 gt_cntl_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	u64 unused;

	return fault_take(gpu, FAULT_LMEM_NOT_READY, &unused) ? value & ~LMEM_INIT : value;
}

/*
 * The reset that the driver itself asks for: all GTs, but neither PCI configuration nor the
 * link.
 */
void gt_flr_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	unsigned int i;

	if (!(raw & DRIVERFLR))
		return;
	journal_add(gpu, J_NOTE, "driver FLR");
	unheard_set(gpu, false);
	regs_reset(gpu, GPU_RESET_FLR);
	irq_reset(gpu);
	display_reset(gpu);
	for (i = 0; i < gpu->num_gts; i++) {
		reset_engines(&gpu->gts[i]);
		if (gpu->gts[i].guc)
			guc_reset(&gpu->gts[i]);
	}
	mem_reset(gpu, GPU_RESET_FLR);
	if (!fault_take(gpu, FAULT_FLR_STUCK, NULL))
		reg_poke(gpu, GU_DEBUG, reg_peek(gpu, GU_DEBUG) | DRIVERFLR_STATUS);
}

/* ---- WOPCM ---- */

static void check_wopcm(struct gpu *gpu, u32 window)
{
	u32 size = reg_peek(gpu, window + GUC_WOPCM_SIZE), base = reg_peek(gpu, window + DMA_GUC_WOPCM_OFFSET);

	if (!(size & GUC_WOPCM_SIZE_LOCKED) || !(base & GUC_WOPCM_OFFSET_VALID))
		return;
	if ((u64)(base & WOPCM_ADDR) + (size & WOPCM_LEN) > WOPCM_TOTAL)
		violation(gpu, V_WOPCM_RANGE, "base 0x%08x size 0x%08x", base, size);
}

/*
 * Both registers can be written once; the lock falls with an FLR only.  All bits are
 * read-only in the table.
 */
void gt_wopcm_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	struct gt *gt = reg_gt(gpu, off);
	bool size = off - gt->window == GUC_WOPCM_SIZE;
	u32 keep = size ? WOPCM_LEN : WOPCM_ADDR | HUC_LOADING_AGENT_GUC;
	u32 lock = BIT(0);	/* GUC_WOPCM_SIZE_LOCKED and GUC_WOPCM_OFFSET_VALID */

	if (value & lock) {
		if ((raw ^ value) & keep)
			violation(gpu, V_WOPCM_LOCKED, "0x%08x to %s, which holds 0x%08x", raw,
				  reg->name, value);
		return;
	}
	reg_poke(gpu, off, (raw & keep) | lock);
	check_wopcm(gpu, gt->window);
}

/* ---- small things ---- */

/* A request bit that is done at once: flushes and invalidations have nothing to flush here. */
void gt_self_clear(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	if (!(value & BIT(0)) || !fault_take(gpu, FAULT_SELF_CLEAR, NULL))
		reg_poke(gpu, off, value & ~BIT(0));
}

/* The GGTT's, asked for by register. */
void gt_tlb_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	u32 how = reg_peek(gpu, reg_gt(gpu, off)->window + PVC_GUC_TLB_INV_DESC1);

	if (value & PVC_GUC_TLB_INV_DESC0_VALID && how & PVC_GUC_TLB_INV_DESC1_INVALIDATE)
		ggtt_invalidate(gpu);
	gt_self_clear(gpu, reg, off, value, raw);
}

void gt_doorbell_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	unsigned int id = off == 0x190304;

	if (id < gpu->num_gts && gpu->gts[id].guc)
		guc_doorbell(&gpu->gts[id]);
}

void gt_dma_ctrl_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	/* A write that does not name the start bit leaves alone a transfer that is stuck. */
	if (raw & BIT(16) && raw & BIT(0) && reg_gt(gpu, off)->guc)
		guc_dma_ctrl(reg_gt(gpu, off), value);
}
