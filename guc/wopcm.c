// SPDX-License-Identifier: MIT
/*
 * The WOPCM: how GuC and HuC share the memory that they run from.
 */

#include <linux/error-injection.h>

#include <drm/drm_print.h>

#include "abi/guc_firmware.h"
#include "guc/wopcm.h"
#include "hw/state.h"
#include "regs/guc.h"
#include "xe_device.h"
#include "xe_guc.h"

/**
 * DOC: WOPCM
 *
 * The firmware runs from a protected memory, the WOPCM, that the CPU cannot reach. Its partition
 * into a part for the HuC and one for the GuC is written once and is then locked until the card is
 * power cycled; a driver that binds later takes what it finds, if its own images fit.
 *
 * ===================== ============== ==================================
 * object                owner          released when
 * ===================== ============== ==================================
 * WOPCM partition       the card       power cycle
 * ===================== ============== ==================================
 */

/* What is kept for a HuC that is not there (yet): the partition outlives this driver. */
#define HUC_ROOM		SZ_1M

struct wopcm_part {
	u32 base, size;
};

static int check_part(struct xe_hw hw, struct xe_gt *gt, struct wopcm_part part, bool locked)
{
	struct xe_device *xe = xe_hw_device(hw);
	struct xe_hw_state *state = xe_hw_state(hw);
	u32 guc = state->guc_fw.image.upload + GUC_WOPCM_START_RESERVED + GUC_WOPCM_STACK;
	u32 huc = xe_guc(hw, gt)->huc.fw.image.upload + WOPCM_START_RESERVED;
	u32 end = xe->platform->wopcm_size - WOPCM_END_RESERVED;

	if (part.base < end && part.size <= end - part.base && part.size >= guc && part.base >= huc)
		return 0;

	drm_err(&xe->drm,
		"GT%u: firmware does not fit: GuC has %u KiB at %u KiB of WOPCM, needs %u, HuC %u; %s\n",
		gt->id, part.size / SZ_1K, part.base / SZ_1K, guc / SZ_1K, huc / SZ_1K,
		locked ? "it was shared out for others, power cycle the card" :
			 "try another version of it");
	return -E2BIG;
}

/* Bits that are neither asked for nor part of the field are the card's business. */
static int lock_register(struct xe_hw hw, const struct xe_gt *gt, struct xe_gt_reg reg, u32 field,
			 u32 value, u32 lock)
{
	u32 got;

	xe_gt_write32(hw, gt, reg, value);
	got = xe_gt_read32(hw, gt, reg);
	if (xe_hw_is_lost(hw))
		return -ENODEV;
	if ((got & (field | value | lock)) == (value | lock))
		return 0;

	drm_err(&xe_hw_device(hw)->drm,
		"GT%u: WOPCM register %#x does not take %#x (%#x); power cycle the card\n",
		gt->id, reg.reg.offset, value, got);
	return -EIO;
}

static struct wopcm_part choose_part(struct xe_hw hw, struct xe_gt *gt)
{
	u32 end = xe_hw_device(hw)->platform->wopcm_size - WOPCM_END_RESERVED;
	u32 huc = xe_guc(hw, gt)->huc.fw.image.upload;
	u32 base;

	if (!huc && xe_huc_is_of(hw, gt))
		huc = HUC_ROOM;
	base = ALIGN(huc + WOPCM_START_RESERVED, BIT(__ffs(GUC_WOPCM_OFFSET_MASK)));
	return (struct wopcm_part){
		.base = base,
		.size = base < end ? (end - base) & GUC_WOPCM_SIZE_MASK : 0,
	};
}

/**
 * xe_guc_wopcm_partition - share the WOPCM out, or take it as it is
 * @hw: the token
 * @gt: the GT
 *
 * Source: hardware.rst xe-hw-guc-wopcm.
 *
 * Context: bound or in a section; GT forcewake is held, firmware files are loaded.
 * Return: 0; -E2BIG if the images do not fit; -EIO if the registers do not take it; -ENODEV.
 */
int xe_guc_wopcm_partition(struct xe_hw hw, struct xe_gt *gt)
{
	u32 base = xe_gt_read32(hw, gt, DMA_GUC_WOPCM_OFFSET);
	u32 size = xe_gt_read32(hw, gt, GUC_WOPCM_SIZE);
	bool loads_huc = base & HUC_LOADING_AGENT_GUC;
	struct wopcm_part part;
	int err;

	if (xe_hw_is_lost(hw))
		return -ENODEV;

	if ((base & GUC_WOPCM_OFFSET_VALID) && (size & GUC_WOPCM_SIZE_LOCKED)) {
		part.base = base & GUC_WOPCM_OFFSET_MASK;
		part.size = size & GUC_WOPCM_SIZE_MASK;
		xe_huc_fit(hw, gt, loads_huc ? part.base : 0);
		return check_part(hw, gt, part, true);
	}

	part = choose_part(hw, gt);
	err = check_part(hw, gt, part, false);
	if (err)
		return err;

	err = lock_register(hw, gt, GUC_WOPCM_SIZE, GUC_WOPCM_SIZE_MASK, part.size,
			    GUC_WOPCM_SIZE_LOCKED);
	if (err)
		return err;
	return lock_register(hw, gt, DMA_GUC_WOPCM_OFFSET, GUC_WOPCM_OFFSET_MASK,
			     part.base | (xe_huc_is_of(hw, gt) ? HUC_LOADING_AGENT_GUC : 0),
			     GUC_WOPCM_OFFSET_VALID);
}
ALLOW_ERROR_INJECTION(xe_guc_wopcm_partition, ERRNO);
