// SPDX-License-Identifier: MIT
/*
 * Steering: registers that a GT has several times at the same offset.
 */

#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/error-injection.h>

#include <drm/drm_print.h>

#include "hw/gt.h"
#include "hw/state.h"
#include "hw/steering.h"
#include "regs/gt.h"
#include "xe_device.h"

/**
 * DOC: Steering
 *
 * A replicated register has a copy in each subslice, L3 node and so on. The selector of the GT says
 * which copy the next access is for: one copy by group and instance, or all of them, which is good
 * for writes only. A copy that is fused off reads as zero, so a read has to be steered to one that
 * is there.
 *
 * The selector rests at "all copies": a write needs no more than the semaphore, which keeps the
 * firmware from steering elsewhere meanwhile. Tables are written under one hold of it.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * semaphore                an access     end of the access
 * ======================== ============= ==========================================
 */

#define SEMAPHORE_TIMEOUT_US	100

/* What decides which copies are there. */
enum kind {
	/* the first one always is */
	FIRST,
	/* subslices */
	DSS,
	/* nodes of the memory fabric */
	NODE,
	/* media slices: the first, unless all of it is fused off */
	MEDIA_SLICE,
};

struct copies {
	u32 start, end;
	enum kind kind;
};

/* Offsets are relative to the window of the GT. Source: Linux 6.12 xe_gt_mcr.c. */
static const struct copies xe2_graphics[] = {
	{ 0x000b00, 0x000bff, NODE },
	{ 0x001000, 0x001fff, NODE },
	{ 0x004000, 0x004aff, FIRST },
	{ 0x005200, 0x0052ff, DSS },
	{ 0x005500, 0x007fff, DSS },
	{ 0x008140, 0x00815f, DSS },
	{ 0x008700, 0x00887f, FIRST },
	{ 0x0094d0, 0x00955f, DSS },
	{ 0x009680, 0x0096ff, DSS },
	{ 0x00b000, 0x00b3ff, FIRST },
	{ 0x00c800, 0x00cfff, FIRST },
	{ 0x00d800, 0x00d87f, DSS },
	{ 0x00d880, 0x00d8ff, FIRST },
	{ 0x00dc00, 0x00dcff, DSS },
	{ 0x00dd00, 0x00ddff, FIRST },
	{ 0x00de80, 0x00e8ff, DSS },
	{ 0x00e900, 0x00e97f, FIRST },
	{ 0x00e980, 0x00e9ff, DSS },
	{ 0x00f000, 0x00ffff, FIRST },
	{ 0x013000, 0x0133ff, DSS },
	{ 0x013400, 0x0135ff, FIRST },
};

static const struct copies xe2_media[] = {
	{ 0x004000, 0x0047df, FIRST },
	{ 0x004900, 0x004aff, FIRST },
	{ 0x008160, 0x00817f, MEDIA_SLICE },
	{ 0x009480, 0x0094cf, MEDIA_SLICE },
	{ 0x009560, 0x0095ff, FIRST },
	{ 0x00b600, 0x00b8ff, FIRST },
	{ 0x00c800, 0x00d07f, FIRST },
	{ 0x00f000, 0x00f0ff, FIRST },
	{ 0x013c00, 0x013c7f, FIRST },
};

static const struct steering_table {
	u16 version;
	const struct copies *ranges;
	unsigned int count;
} tables[] = {
	{ 2001, xe2_graphics, ARRAY_SIZE(xe2_graphics) },
	{ 2004, xe2_graphics, ARRAY_SIZE(xe2_graphics) },
	{ 1301, xe2_media, ARRAY_SIZE(xe2_media) },
	{ 2000, xe2_media, ARRAY_SIZE(xe2_media) },
};

static const struct copies *find_copies(const struct xe_gt *gt, u32 offset)
{
	for (unsigned int t = 0; t < ARRAY_SIZE(tables); t++) {
		const struct copies *range = tables[t].ranges;

		if (tables[t].version != gt->version)
			continue;
		for (unsigned int r = 0; r < tables[t].count; r++, range++)
			if (offset >= range->start && offset <= range->end)
				return range;
	}
	return NULL;
}

/* Selector value of an instance that is not fused off. */
static u32 some_copy(struct xe_hw hw, struct xe_gt *gt, u32 offset)
{
	const struct xe_gt_info *info = &xe_hw_device(hw)->gt[gt->id];
	const struct copies *range = find_copies(gt, offset);
	unsigned int per_group = gt->steering.dss_per_group;
	unsigned int group = 0, instance = 0, first;

	if (drm_WARN_ONCE(&xe_hw_device(hw)->drm, !range,
			  "GT%u: %#x is not known to be replicated\n", gt->id, offset))
		return 0;

	switch (range->kind) {
	case FIRST:
		break;
	case DSS:
		first = __ffs(info->geometry_dss | info->compute_dss);
		group = first / per_group;
		instance = first % per_group;
		break;
	case NODE:
		first = __ffs(info->nodes);
		group = first / 2;
		instance = first % 2;
		break;
	case MEDIA_SLICE:
		group = !(xe_engine_mask(&gt->engines, XE_ENGINE_VIDEO_DECODE) & BIT(0)) &&
			!(xe_engine_mask(&gt->engines, XE_ENGINE_VIDEO_ENHANCE) & BIT(0));
		break;
	}
	return FIELD_PREP(MTL_MCR_GROUPID, group) | FIELD_PREP(MTL_MCR_INSTANCEID, instance);
}

static bool take_semaphore(struct xe_hw hw, struct xe_gt *gt)
{
	int err;

	err = xe_wait32_atomic(hw, xe_gt_reg(gt, STEER_SEMAPHORE), STEER_SEMAPHORE_GRANTED,
			       STEER_SEMAPHORE_GRANTED, SEMAPHORE_TIMEOUT_US, NULL);
	if (err == -ETIMEDOUT)
		drm_err_once(&xe_hw_device(hw)->drm,
			     "GT%u: firmware does not let go of steering; reset the card if it misbehaves\n",
			     gt->id);
	return !err;
}

/* Going on without it is no worse than not going on: who holds it has most likely crashed. */
static void give_semaphore(struct xe_hw hw, struct xe_gt *gt, bool taken)
{
	if (taken)
		xe_gt_write32(hw, gt, STEER_SEMAPHORE, STEER_SEMAPHORE_GRANTED);
}

static void select_all(struct xe_hw hw, struct xe_gt *gt)
{
	xe_gt_write32(hw, gt, MTL_MCR_SELECTOR, MCR_MULTICAST);
}

static u32 read_steered(struct xe_hw hw, struct xe_gt *gt, u32 offset, u32 selector)
{
	u32 value;

	xe_gt_write32(hw, gt, MTL_MCR_SELECTOR, selector);
	value = xe_gt_read32(hw, gt, XE_GT_REG(offset));
	select_all(hw, gt);
	return value;
}

/**
 * xe_mcr_read32_at - read one copy of a replicated register
 * @hw: the token
 * @gt: the GT
 * @reg: the register
 * @group: which group of copies
 * @instance: which copy in it
 *
 * Context: bound or in a section; any interrupt state but hard; the register's domain is held.
 * Return: the value; zero if that copy is fused off, all ones if the card is lost.
 */
u32 xe_mcr_read32_at(struct xe_hw hw, struct xe_gt *gt, struct xe_mcr_reg reg,
		     u8 group, u8 instance)
{
	u32 selector = FIELD_PREP(MTL_MCR_GROUPID, group) |
		       FIELD_PREP(MTL_MCR_INSTANCEID, instance);
	u32 value;
	bool taken;

	guard(spinlock)(&gt->steering.lock);
	taken = take_semaphore(hw, gt);
	value = read_steered(hw, gt, reg.reg.offset, selector);
	give_semaphore(hw, gt, taken);
	return value;
}

/**
 * xe_mcr_read32 - read a replicated register, of which all copies have the same value
 * @hw: the token
 * @gt: the GT
 * @reg: the register
 *
 * Context: bound or in a section; any interrupt state but hard; the register's domain is held.
 * Return: the value of a copy that is not fused off; all ones if the card is lost.
 */
u32 xe_mcr_read32(struct xe_hw hw, struct xe_gt *gt, struct xe_mcr_reg reg)
{
	u32 copy = some_copy(hw, gt, reg.reg.offset);

	return xe_mcr_read32_at(hw, gt, reg, FIELD_GET(MTL_MCR_GROUPID, copy),
				FIELD_GET(MTL_MCR_INSTANCEID, copy));
}

static u32 new_value(struct xe_hw hw, struct xe_gt *gt, const struct xe_reg_write *write)
{
	u32 old = 0;

	if (write->flags & XE_WRITE_MASKED)
		return XE_MASKED_FIELD(write->clear | write->set, write->set);

	/* What is replaced as a whole need not be read. */
	if ((write->clear | write->set) != ~0u) {
		if (write->flags & XE_WRITE_MCR)
			old = read_steered(hw, gt, write->offset, some_copy(hw, gt, write->offset));
		else
			old = xe_gt_read32(hw, gt, XE_GT_REG(write->offset));
	}
	return (old & ~write->clear) | write->set;
}

static bool any_replicated(const struct xe_reg_write *writes, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (writes[i].flags & XE_WRITE_MCR)
			return true;
	return false;
}

/**
 * xe_gt_compose - what xe_gt_apply() would write
 * @hw: the token
 * @gt: the GT
 * @writes: the table
 * @count: its length
 * @values: filled in, one for each
 *
 * For registers that are part of contexts, which an engine writes.
 *
 * Context: bound or in a section; any interrupt state but hard; all forcewake domains are held.
 */
void xe_gt_compose(struct xe_hw hw, struct xe_gt *gt, const struct xe_reg_write *writes,
		   unsigned int count, u32 *values)
{
	bool taken = false;

	guard(spinlock)(&gt->steering.lock);
	if (any_replicated(writes, count))
		taken = take_semaphore(hw, gt);
	for (unsigned int i = 0; i < count; i++)
		values[i] = new_value(hw, gt, &writes[i]);
	give_semaphore(hw, gt, taken);
}

/**
 * xe_gt_apply - write a table of registers
 * @hw: the token
 * @gt: the GT
 * @writes: the table
 * @count: its length
 *
 * Context: bound or in a section; any interrupt state but hard; all forcewake domains are held.
 */
void xe_gt_apply(struct xe_hw hw, struct xe_gt *gt, const struct xe_reg_write *writes,
		 unsigned int count)
{
	bool taken = false;

	guard(spinlock)(&gt->steering.lock);
	if (any_replicated(writes, count))
		taken = take_semaphore(hw, gt);
	for (unsigned int i = 0; i < count; i++) {
		u32 value = new_value(hw, gt, &writes[i]);

		xe_gt_write32(hw, gt, XE_GT_REG(writes[i].offset), value);
	}
	give_semaphore(hw, gt, taken);
}

/**
 * xe_gt_print_writes - what registers of a table read now, and which do not read as written
 * @hw: the token
 * @gt: the GT
 * @writes: the table
 * @count: its length
 * @p: where to print
 *
 * Context: bound or in a section, may sleep; all forcewake domains are held.
 */
void xe_gt_print_writes(struct xe_hw hw, struct xe_gt *gt, const struct xe_reg_write *writes,
			unsigned int count, struct drm_printer *p)
{
	for (unsigned int i = 0; i < count; i++) {
		const struct xe_reg_write *write = &writes[i];
		bool replicated = write->flags & XE_WRITE_MCR;
		u32 value = replicated ? xe_mcr_read32(hw, gt, XE_MCR_REG(write->offset)) :
					 xe_gt_read32(hw, gt, XE_GT_REG(write->offset));
		bool same = (value & (write->clear | write->set)) == write->set;

		drm_printf(p, "  %#08x %#010x%s\n", write->offset, value,
			   same ? "" : ", not as written");
	}
}

/* Whatever ran before us may have left the selector at one copy, and the semaphore taken. */
static int rest(struct xe_hw hw, struct xe_gt *gt)
{
	CLASS(xe_forcewake, fw)(hw, gt, BIT(XE_FW_GT));
	if (fw.err)
		return fw.err;

	guard(spinlock)(&gt->steering.lock);
	take_semaphore(hw, gt);
	select_all(hw, gt);
	give_semaphore(hw, gt, true);
	return 0;
}

/**
 * xe_steering_start - probe step: replicated registers can be accessed
 * @bind: the token of a probe step
 *
 * Context: bound, after xe_topology_start().
 * Return: 0; -ETIMEDOUT or -ENODEV if a GT does not wake up.
 */
int xe_steering_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_hw_state *state = xe_hw_state(hw);
	int err;

	xe_for_each_gt(gt, state) {
		spin_lock_init(&gt->steering.lock);
		/* As the firmware's table of the hardware has it for all of version 20. */
		gt->steering.dss_per_group = 4;
		err = rest(hw, gt);
		if (err)
			return err;
	}
	return 0;
}
ALLOW_ERROR_INJECTION(xe_steering_start, ERRNO);
