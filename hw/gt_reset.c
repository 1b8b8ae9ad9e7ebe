// SPDX-License-Identifier: MIT
/*
 * Reset of a GT, and all registers that a GT loses by it.
 */

#include <linux/bits.h>
#include <linux/error-injection.h>

#include <drm/drm_print.h>

#include "hw/cache.h"
#include "hw/engine.h"
#include "hw/gt.h"
#include "hw/gt_reset.h"
#include "hw/state.h"
#include "hw/steering.h"
#include "hw/wa.h"
#include "regs/gt.h"
#include "regs/guc.h"
#include "regs/wa.h"
#include "xe_device.h"

/**
 * DOC: GT reset
 *
 * What a GT needs to have written is the same at probe, after a reset and at resume:
 * xe_gt_program() does all of it but for the GuC, which is started behind it, and the power gates,
 * which wait until the GuC runs: xe_gt_power_gate(). (At probe the two halves of xe_gt_program()
 * are a step each: engines report to pages that are there only when theirs begins.)
 * Interrupts, the GGTT and VRAM survive a reset of a GT.
 *
 * Engines use memory that software keeps for them: contexts, page tables, buffers. It is given back
 * when nothing of a GT can reach it any more, and a reset of its GuC is not enough for that:
 * engines go on without it, and keep what they cache. So &struct xe_gt_handler is told by
 * xe_gt_reset() itself, behind the reset; and where a GT is at rest already, or is given up and
 * reaches no memory.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * registers of a GT        bound side    registers_stop() at unbind
 * ======================== ============= ==========================================
 */

#define GT_RESET_TIMEOUT_US	5000

static u32 powergate(const struct xe_gt *gt)
{
	u32 decoders = xe_engine_mask(&gt->engines, XE_ENGINE_VIDEO_DECODE);
	u32 value = RENDER_POWERGATE_ENABLE | MEDIA_POWERGATE_ENABLE;

	/* 14020316580: these decoders of Battlemage do not come back. */
	if (gt->version == 1301)
		decoders &= ~(BIT(0) | BIT(2));

	for (unsigned int i = 0; i < 8; i++)
		if (decoders & BIT(i))
			value |= VDN_HCP_POWERGATE_ENABLE(i) | VDN_MFXVDENC_POWERGATE_ENABLE(i);
	return value;
}

/* All but the engines; all forcewake domains are held. */
static int program(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_wa_list list;
	int err;

	xe_cache_program(hw, gt);

	err = xe_wa_list(hw, gt, NULL, XE_WA_GT, &list);
	if (err)
		return err;
	xe_gt_apply(hw, gt, list.writes, list.count);
	return xe_hw_is_lost(hw) ? -ENODEV : 0;
}

/**
 * xe_gt_program - write what a GT loses by a reset, the GuC's own registers excepted
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound or in a section, may sleep; after xe_engine_start().
 * Return: 0, -ETIMEDOUT or -ENODEV.
 */
int xe_gt_program(struct xe_hw hw, struct xe_gt *gt)
{
	int err;

	CLASS(xe_forcewake, fw)(hw, gt, XE_FW_ALL);
	if (fw.err)
		return fw.err;

	/*
	 * Until its GuC runs nobody takes the GT out of C6, or a part of it from behind its gate,
	 * where what is written here is lost. At probe both are off since the reset.
	 */
	xe_gt_write32(hw, gt, RC_CONTROL, 0);
	xe_gt_write32(hw, gt, RC_STATE, 0);
	xe_gt_write32(hw, gt, POWERGATE_ENABLE, 0);

	err = program(hw, gt);
	if (err)
		return err;

	xe_engine_program(hw, gt);
	return xe_hw_is_lost(hw) ? -ENODEV : 0;
}

/**
 * xe_gt_power_gate - let parts of a GT that are idle lose their power
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound; the GuC runs, the GT domain is held.
 */
void xe_gt_power_gate(struct xe_hw hw, struct xe_gt *gt)
{
	xe_gt_write32(hw, gt, POWERGATE_ENABLE, powergate(gt));
}

/**
 * xe_gt_print - what xe_gt_program() wrote, as it is now; for debugfs
 * @hw: the token
 * @gt: the GT
 * @p: where to print
 *
 * Context: bound or in a section, may sleep.
 */
void xe_gt_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p)
{
	struct xe_wa_list list;

	CLASS(xe_forcewake, fw)(hw, gt, XE_FW_ALL);
	if (fw.err) {
		drm_printf(p, "GT%u does not wake up (%pe)\n", gt->id, ERR_PTR(fw.err));
		return;
	}

	xe_cache_print(hw, gt, p);
	drm_printf(p, "power gates %#x\n", xe_gt_read32(hw, gt, POWERGATE_ENABLE));
	if (!xe_wa_list(hw, gt, NULL, XE_WA_GT, &list)) {
		drm_puts(p, "workarounds and tuning of the GT\n");
		xe_gt_print_writes(hw, gt, list.writes, list.count, p);
	}
	xe_engine_print(hw, gt, p);
}

/**
 * xe_gt_quiesce - undo what keeps a GT busy on its own: at unbind and before it sleeps
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound; the GT domain is held.
 */
void xe_gt_quiesce(struct xe_hw hw, struct xe_gt *gt)
{
	const struct xe_reg_write no_host_l2 = {
		.offset = XE2_GAMREQSTRM_CTRL, .clear = CG_DIS_CNTLBUS,
		.flags = XE_WRITE_MCR,
	};

	xe_gt_write32(hw, gt, POWERGATE_ENABLE, 0);
	if (gt->version == 2001)	/* 16023588340 */
		xe_gt_apply(hw, gt, &no_host_l2, 1);
}

static void registers_stop(struct xe_hw hw, void *data)
{
	struct xe_gt *gt = data;

	CLASS(xe_forcewake, fw)(hw, gt, BIT(XE_FW_GT));
	if (!fw.err)
		xe_gt_quiesce(hw, gt);
}

static int registers_start(struct xe_hw_bind bind, struct xe_gt *gt)
{
	struct xe_hw hw = xe_hw_bound(bind);
	int err;

	CLASS(xe_forcewake, fw)(hw, gt, XE_FW_ALL);
	if (fw.err)
		return fw.err;

	err = program(hw, gt);
	if (err)
		return err;
	return xe_hw_on_unbind(bind, registers_stop, gt);
}

/**
 * xe_gt_registers_start - probe step: caches and workarounds of each GT
 * @bind: the token of a probe step
 *
 * What xe_gt_program() writes but for the engines, which have a step of their own.
 *
 * Context: bound, may sleep.
 * Return: 0, -ETIMEDOUT, -ENODEV or -ENOMEM.
 */
int xe_gt_registers_start(struct xe_hw_bind bind)
{
	struct xe_hw_state *state = xe_hw_state(xe_hw_bound(bind));
	int err;

	xe_for_each_gt(gt, state) {
		err = registers_start(bind, gt);
		if (err)
			return err;
	}
	return 0;
}
ALLOW_ERROR_INJECTION(xe_gt_registers_start, ERRNO);

static int reset_all(struct xe_hw hw, struct xe_gt *gt)
{
	int err;

	xe_gt_write32(hw, gt, GDRST, GRDOM_FULL);
	err = xe_gt_wait32(hw, gt, GDRST, GRDOM_FULL, 0, GT_RESET_TIMEOUT_US, NULL);
	if (err == -ETIMEDOUT)
		drm_err(&xe_hw_device(hw)->drm,
			"GT%u does not come out of reset; power cycle the card\n", gt->id);
	return err;
}

/**
 * xe_gt_handle - be told when a GT was reset, and when its GuC runs again
 * @hw: the token
 * @handler: what to call; static
 *
 * Context: probe, before the first context is there.
 * Return: 0; -ENOSPC if XE_GT_MAX_HANDLERS are too few.
 */
int xe_gt_handle(struct xe_hw hw, const struct xe_gt_handler *handler)
{
	struct xe_hw_state *state = xe_hw_state(hw);

	if (drm_WARN_ON(&xe_hw_device(hw)->drm, state->num_gt_handlers == XE_GT_MAX_HANDLERS))
		return -ENOSPC;

	state->gt_handlers[state->num_gt_handlers++] = handler;
	return 0;
}

#define tell(hw, gt, what)							\
	do {									\
		struct xe_hw_state *state = xe_hw_state(hw);			\
										\
		for (unsigned int i = 0; i < state->num_gt_handlers; i++)	\
			if (state->gt_handlers[i]->what)			\
				state->gt_handlers[i]->what(hw, gt);		\
	} while (0)

/**
 * xe_gt_tell_stopped - the GuC of a GT at rest has let go of all contexts
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound; its channel is down.
 */
void xe_gt_tell_stopped(struct xe_hw hw, struct xe_gt *gt)
{
	tell(hw, gt, stopped);
}

/**
 * xe_gt_tell_flushed - what a GT that is given up has cached leads nowhere
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound; its channel is down. It is at rest, or bus mastering is off.
 */
void xe_gt_tell_flushed(struct xe_hw hw, struct xe_gt *gt)
{
	tell(hw, gt, flushed);
}

/**
 * xe_gt_tell_running - the GuC of a GT runs again
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound; its channel is up.
 */
void xe_gt_tell_running(struct xe_hw hw, struct xe_gt *gt)
{
	tell(hw, gt, running);
}

/**
 * xe_gt_reset - reset a GT and write again what it lost
 * @hw: the token
 * @gt: the GT
 *
 * The GuC has to be told before (xe_guc_reset_prepare()) and started behind (xe_guc_restart()).
 *
 * When it has succeeded nothing of the GT runs and nothing is cached, and only then those are told
 * who keep memory for it. If it does not succeed, engines may go on: the card is kept from memory,
 * and the caller has to give it up, or have another reset succeed and then call
 * xe_hw_allow_master().
 *
 * Context: bound, may sleep.
 * Return: 0; -ETIMEDOUT, which was logged, or -ENODEV.
 */
int xe_gt_reset(struct xe_hw hw, struct xe_gt *gt)
{
	int err;

	CLASS(xe_forcewake, fw)(hw, gt, XE_FW_ALL);

	err = fw.err ?: reset_all(hw, gt);
	if (err) {
		xe_hw_clear_master(hw);
		return err;
	}

	tell(hw, gt, stopped);
	tell(hw, gt, flushed);
	return xe_gt_program(hw, gt);
}

/* Engines go on without their GuC, so that its state says nothing of theirs. */
static int quiet(struct xe_hw hw, struct xe_gt *gt)
{
	/* All that there are: a part that sleeps may not take note of the reset. */
	CLASS(xe_forcewake, fw)(hw, gt, XE_FW_ALL);

	return fw.err ?: reset_all(hw, gt);
}

/**
 * xe_gt_sanitize - probe step: nothing of an earlier life of the card runs any more
 * @bind: the token of a probe step
 *
 * A kernel that crashed, or boot firmware, may have left a GuC and engines that run, with a GGTT
 * that leads to memory which is somebody else's by now.
 *
 * Context: bound, before the card may reach memory; it is known what the GTs have.
 * Return: 0; -ETIMEDOUT, which was logged, or -ENODEV.
 */
int xe_gt_sanitize(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_hw_state *state = xe_hw_state(hw);
	int err;

	xe_for_each_gt(gt, state) {
		err = quiet(hw, gt);
		if (err)
			return err;
	}
	return 0;
}
ALLOW_ERROR_INJECTION(xe_gt_sanitize, ERRNO);
