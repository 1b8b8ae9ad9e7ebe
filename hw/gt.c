// SPDX-License-Identifier: MIT
/*
 * GTs: which there are, and their registers.
 */

#include <linux/bitfield.h>
#include <linux/error-injection.h>

#include <drm/drm_print.h>

#include "hw/gt.h"
#include "hw/state.h"
#include "regs/gt.h"
#include "regs/guc.h"
#include "xe_device.h"

/**
 * xe_gt_reg - where a GT has a register
 * @gt: the GT
 * @reg: the register
 *
 * Context: any.
 * Return: the register with its offset in BAR 0.
 */
struct xe_reg xe_gt_reg(const struct xe_gt *gt, struct xe_gt_reg reg)
{
	u32 offset = reg.reg.offset;

	return XE_REG(offset < MEDIA_GT_GSI_LENGTH ? offset + gt->window : offset);
}

/**
 * xe_gt_read32 - xe_read32() of a register that each GT has
 * @hw: the token
 * @gt: the GT
 * @reg: the register
 *
 * Context: bound or in a section; the register's forcewake domain is held.
 * Return: the value; all ones if the card is lost.
 */
u32 xe_gt_read32(struct xe_hw hw, const struct xe_gt *gt, struct xe_gt_reg reg)
{
	return xe_read32(hw, xe_gt_reg(gt, reg));
}

/**
 * xe_gt_write32 - xe_write32() of a register that each GT has
 * @hw: the token
 * @gt: the GT
 * @reg: the register
 * @value: to write
 *
 * Context: bound or in a section; the register's forcewake domain is held.
 */
void xe_gt_write32(struct xe_hw hw, const struct xe_gt *gt, struct xe_gt_reg reg, u32 value)
{
	xe_write32(hw, xe_gt_reg(gt, reg), value);
}

/**
 * xe_gt_rmw32 - xe_rmw32() of a register that each GT has
 * @hw: the token
 * @gt: the GT
 * @reg: the register
 * @clear: bits to clear
 * @set: bits to set
 *
 * Context: bound or in a section; the register's forcewake domain is held.
 * Return: the value before.
 */
u32 xe_gt_rmw32(struct xe_hw hw, const struct xe_gt *gt, struct xe_gt_reg reg, u32 clear, u32 set)
{
	return xe_rmw32(hw, xe_gt_reg(gt, reg), clear, set);
}

/**
 * xe_gt_wait32 - xe_wait32() on a register that each GT has
 * @hw: the token
 * @gt: the GT
 * @reg: the register
 * @mask: the field
 * @value: what (register & @mask) has to be
 * @timeout_us: bound, in microseconds
 * @last: if not NULL, the last value read
 *
 * Context: bound or in a section, may sleep; the register's forcewake domain is held.
 * Return: 0, -ETIMEDOUT, or at once -ENODEV if the card is lost.
 */
int xe_gt_wait32(struct xe_hw hw, const struct xe_gt *gt, struct xe_gt_reg reg,
		 u32 mask, u32 value, unsigned int timeout_us, u32 *last)
{
	return xe_wait32(hw, xe_gt_reg(gt, reg), mask, value, timeout_us, last);
}

/**
 * xe_gt_throttled - why a GT runs slower than it could
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound or in a section.
 * Return: bits of GT0_PERF_LIMIT_REASONS.
 */
u32 xe_gt_throttled(struct xe_hw hw, const struct xe_gt *gt)
{
	return xe_read32(hw, gt->id ? MTL_MEDIA_PERF_LIMIT_REASONS : GT0_PERF_LIMIT_REASONS);
}

#define C_STATE_0	0
#define C_STATE_6	3

/**
 * xe_gt_sleep_state - does a GT sleep just now?
 * @hw: the token
 * @gt: the GT
 *
 * Awake parts of the register file say so: it is not woken up.
 *
 * Context: bound or in a section.
 */
enum xe_gt_sleep xe_gt_sleep_state(struct xe_hw hw, const struct xe_gt *gt)
{
	switch (FIELD_GET(MTL_CC_MASK, xe_gt_read32(hw, gt, MTL_MIRROR_TARGET_WP1))) {
	case C_STATE_0:
		return XE_GT_AWAKE;
	case C_STATE_6:
		return XE_GT_ASLEEP;
	default:
		return XE_GT_BETWEEN;
	}
}

/**
 * xe_gt_idle_ticks - how long a GT has slept
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound or in a section.
 * Return: in units of 1.28 us, modulo 2^32; for xe_counter_advance().
 */
u32 xe_gt_idle_ticks(struct xe_hw hw, const struct xe_gt *gt)
{
	return xe_read32(hw, gt->id ? MTL_MEDIA_MC6 : GT_GFX_RC6);
}

static void identify(struct xe_hw hw, struct xe_gt *gt)
{
	u32 id = xe_gt_read32(hw, gt, GMD_ID);

	gt->version = FIELD_GET(GMD_ID_ARCH_MASK, id) * 100 + FIELD_GET(GMD_ID_RELEASE_MASK, id);
	gt->step = FIELD_GET(GMD_ID_REVID, id);
}

/**
 * xe_gt_start - probe step: find the GTs
 * @bind: the token of a probe step
 *
 * A media GT may be fused off; its ID then reads 0.
 *
 * Context: bound.
 * Return: 0; -ENODEV if the graphics version is none that this driver knows.
 */
int xe_gt_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_device *xe = xe_hw_device(hw);
	struct xe_hw_state *state = xe_hw_state(hw);
	struct xe_gt *gt = &state->gt[0];

	identify(hw, gt);
	if (gt->version != 2001 && gt->version != 2004) {
		drm_err(&xe->drm, "graphics version %u.%02u is unknown; a newer driver is needed\n",
			gt->version / 100, gt->version % 100);
		return -ENODEV;
	}
	state->num_gts = 1;

	gt = &state->gt[1];
	gt->id = 1;
	gt->window = MEDIA_GT_GSI_OFFSET;
	identify(hw, gt);
	if (gt->version == 1301 || gt->version == 2000)
		state->num_gts = 2;
	else if (gt->version)
		drm_err(&xe->drm, "media version %u.%02u is unknown; going on without media\n",
			gt->version / 100, gt->version % 100);
	return 0;
}
ALLOW_ERROR_INJECTION(xe_gt_start, ERRNO);
