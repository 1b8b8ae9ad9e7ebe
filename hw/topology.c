// SPDX-License-Identifier: MIT
/*
 * Topology: what the fuses left of the GTs.
 */

#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/error-injection.h>

#include <drm/drm_print.h>

#include "hw/engine.h"
#include "hw/gt.h"
#include "hw/state.h"
#include "hw/topology.h"
#include "regs/gt.h"
#include "xe_device.h"

/**
 * DOC: Topology
 *
 * Parts of a GT are fused off at the factory. The fuses are read once. What they say goes to two
 * places: to the engine lists and power domains that the bound side works with, and to &struct
 * xe_gt_info, from which queries are answered when there may be no card any more.
 *
 * Fuses that leave nothing to work with (no execution units, no memory nodes, no clock) end the
 * probe: every later step would go wrong in a way that is harder to read.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_gt_info        drm_device    last reference to it is dropped
 * engine lists             bound side    constant until unbind
 * ======================== ============= ==========================================
 */

static u64 l3_banks(u32 fuse3)
{
	u64 banks = FIELD_GET(XE2_GT_L3_MODE_MASK, fuse3), all = 0;
	unsigned long nodes = FIELD_GET(XE2_NODE_ENABLE_MASK, fuse3);
	unsigned int node;

	for_each_set_bit(node, &nodes, 16)
		all |= banks << (4 * node);
	return all;
}

static int absurd(struct xe_hw hw, const struct xe_gt *gt, const char *what, u32 value)
{
	drm_err(&xe_hw_device(hw)->drm,
		"GT%u: fuses leave no %s (%#x); update the card's firmware or replace the card\n",
		gt->id, what, value);
	return -ENXIO;
}

/* The divider instead of the crystal: MHz and a fraction of one. */
static u32 divided_clock(struct xe_hw hw)
{
	u32 divider = xe_read32(hw, TIMESTAMP_OVERRIDE);

	return (FIELD_GET(TIMESTAMP_OVERRIDE_US_COUNTER_DIVIDER_MASK, divider) + 1) * 1000000 +
	       1000000 / (FIELD_GET(TIMESTAMP_OVERRIDE_US_COUNTER_DENOMINATOR_MASK, divider) + 1);
}

static u32 crystal_clock(struct xe_hw hw, const struct xe_gt *gt)
{
	static const u32 crystals[8] = { 24000000, 19200000, 38400000, 25000000 };
	u32 config = xe_gt_read32(hw, gt, RPM_CONFIG0);

	return crystals[FIELD_GET(RPM_CONFIG0_CRYSTAL_CLOCK_FREQ_MASK, config)] >>
	       (3 - FIELD_GET(RPM_CONFIG0_CTC_SHIFT_PARAMETER_MASK, config));
}

static int read_clock(struct xe_hw hw, const struct xe_gt *gt, struct xe_gt_info *info)
{
	if (xe_gt_read32(hw, gt, CTC_MODE) & CTC_SOURCE_DIVIDE_LOGIC)
		info->clock_hz = divided_clock(hw);
	else
		info->clock_hz = crystal_clock(hw, gt);

	return info->clock_hz ? 0 : absurd(hw, gt, "reference clock", 0);
}

static int read_graphics(struct xe_hw hw, struct xe_gt *gt, struct xe_gt_info *info)
{
	u32 fuse3 = xe_gt_read32(hw, gt, MIRROR_FUSE3);
	u32 fuse4 = xe_gt_read32(hw, gt, XEHP_FUSE4);

	info->nodes = FIELD_GET(XE2_NODE_ENABLE_MASK, fuse3);
	info->l3_banks = l3_banks(fuse3);
	info->geometry_dss = xe_gt_read32(hw, gt, XELP_GT_GEOMETRY_DSS_ENABLE);
	info->compute_dss = xe_gt_read32(hw, gt, XEHP_GT_COMPUTE_DSS_ENABLE);
	info->eus_per_dss = xe_gt_read32(hw, gt, XELP_EU_ENABLE);
	gt->no_mid_thread_preempt = fuse4 & CFEG_WMTP_DISABLE;

	if (!info->nodes)
		return absurd(hw, gt, "memory nodes", fuse3);
	if (!(info->geometry_dss | info->compute_dss))
		return absurd(hw, gt, "subslices", 0);
	if (!info->eus_per_dss)
		return absurd(hw, gt, "execution units", 0);

	xe_engine_list(gt, 0, 0, FIELD_GET(CCS_EN_MASK, fuse4));
	return 0;
}

/* Steering and L3 of the media GT are not ours to program; it has no execution units. */
static void read_media(struct xe_hw hw, struct xe_gt *gt, struct xe_gt_info *info)
{
	u32 fuse3 = xe_gt_read32(hw, gt, MIRROR_FUSE3);
	u32 media = xe_gt_read32(hw, gt, GT_VEBOX_VDBOX_DISABLE);

	info->nodes = FIELD_GET(XE2_NODE_ENABLE_MASK, fuse3);
	info->l3_banks = l3_banks(fuse3);
	xe_engine_list(gt, FIELD_GET(GT_VDBOX_DISABLE_MASK, media),
		       FIELD_GET(GT_VEBOX_DISABLE_MASK, media), 0);
}

/* Of compute engines only those that have slices. */
static void list_engines(const struct xe_gt *gt, struct xe_gt_info *info)
{
	info->num_engines = 0;
	for (unsigned int i = 0; i < gt->engines.count; i++) {
		const struct xe_engine *engine = &gt->engines.list[i];

		if (engine->row->reserved || (engine->row->class == XE_ENGINE_COMPUTE &&
					      engine->logical >= info->ccs_mode))
			continue;
		info->engines[info->num_engines++] = (struct xe_engine_info){
			.class = engine->row->class,
			.instance = engine->row->instance,
			.logical = engine->logical,
		};
	}
}

static void tell_queries(const struct xe_gt *gt, struct xe_gt_info *info)
{
	info->version = gt->version;
	info->step = gt->step;
	info->cslices = hweight32(xe_engine_mask(&gt->engines, XE_ENGINE_COMPUTE));
	info->ccs_mode = !!info->cslices;
	list_engines(gt, info);
}

/**
 * xe_topology_set_ccs_mode - have userspace see so many compute engines
 * @hw: the token
 * @gt: the GT
 * @engines: how many; a divisor of &xe_gt_info.cslices
 *
 * With the next reset of the GT they share its slices, see xe_engine_program().
 *
 * Context: bound or in a section; no file of the device is open, nor can be opened meanwhile.
 */
void xe_topology_set_ccs_mode(struct xe_hw hw, struct xe_gt *gt, unsigned int engines)
{
	struct xe_gt_info *info = &xe_hw_device(hw)->gt[gt->id];

	info->ccs_mode = engines;
	list_engines(gt, info);
}

static int read_fuses(struct xe_hw hw, struct xe_gt *gt, struct xe_gt_info *info)
{
	int err = 0;

	CLASS(xe_forcewake, fw)(hw, gt, BIT(XE_FW_GT));
	if (fw.err)
		return fw.err;

	if (gt->id)
		read_media(hw, gt, info);
	else
		err = read_graphics(hw, gt, info);

	if (err)
		return err;

	xe_forcewake_let_go(hw, gt);
	return read_clock(hw, gt, info);
}

/**
 * xe_topology_start - probe step: read the fuses
 * @bind: the token of a probe step
 *
 * Engines and power domains of the GTs are known from then on, and what queries tell of them.
 *
 * Context: bound.
 * Return: 0; -ENXIO if the fuses leave nothing to work with, -ENODEV, -ETIMEDOUT.
 */
int xe_topology_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_device *xe = xe_hw_device(hw);
	struct xe_hw_state *state = xe_hw_state(hw);
	int err;

	xe_for_each_gt(gt, state) {
		struct xe_gt_info *info = &xe->gt[gt->id];

		err = read_fuses(hw, gt, info);
		if (err)
			return err;
		if (xe_hw_is_lost(hw))
			return -ENODEV;

		if (gt->id && !gt->engines.count) {
			drm_warn(&xe->drm, "GT1: fuses leave no media engines; going on without\n");
			state->num_gts = 1;
			break;
		}
		tell_queries(gt, info);
		xe->num_gts = gt->id + 1;
		drm_dbg(&xe->drm, "GT%u: %u engines, DSS %#x (3D) %#x (compute), EUs %#x, L3 %#llx\n",
			gt->id, info->num_engines, info->geometry_dss, info->compute_dss,
			info->eus_per_dss, info->l3_banks);
	}
	return 0;
}
ALLOW_ERROR_INJECTION(xe_topology_start, ERRNO);
