// SPDX-License-Identifier: MIT
/*
 * Context image layout of Xe2.  The first two lists are common to all engines; the driver writes
 * the same headers and offsets into a new image, and the lists marked below exist on one class
 * only. The last list is the model's: what it needs to continue in the middle of a batch.
 */
#include "lrc.h"
#include "platform.h"

static const u16 ring_regs[] = {
	RING_CONTEXT_CONTROL, RING_HEAD, RING_TAIL, RING_START, RING_CTL, RING_BBADDR_UDW,
	RING_BBADDR, RING_BBSTATE, RING_BB_PER_CTX_PTR, RING_INDIRECT_CTX, 0x1c8, 0x180, 0x2b4, 0x120, 0x124,
};

static const u16 space_regs[] = {
	RING_CTX_TIMESTAMP, RING_CTX_TIMESTAMP_UDW, 0x108, 0x284, 0x280, 0x27c, 0x278, RING_PDP0_UDW,
	RING_PDP0_LDW,
};

static const u16 sched_regs[] = { 0x5a8, 0x5ac };
static const u16 power_regs[] = { 0x0c8 };
static const u16 copy_regs[] = { BCS_SWCTRL, 0x204 };

#define GPR(i) CS_GPR(i), CS_GPR(i) + 4

/* MI_MODE lands on word 0x70, where the driver expects it. */
static const u16 engine_regs[] = {
	RING_BB_STACK, RING_BB_STACK, RING_BB_STACK, RING_BB_STACK, RING_BB_STACK, RING_BB_STACK,
	RING_NOPID, RING_MI_MODE, MI_SET_PREDICATE_RESULT, MI_PREDICATE_RESULT_2,
	MI_PREDICATE_SRC0, MI_PREDICATE_SRC0 + 4, MI_PREDICATE_SRC1, MI_PREDICATE_SRC1 + 4,
	MI_PREDICATE_RESULT,
	GPR(0), GPR(1), GPR(2), GPR(3), GPR(4), GPR(5), GPR(6), GPR(7),
	GPR(8), GPR(9), GPR(10), GPR(11), GPR(12), GPR(13), GPR(14), GPR(15),
};

#define LIST(word, posted, regs)	{ word, ARRAY_SIZE(regs), posted, regs }
#define COMMON				LIST(0x01, true, ring_regs), LIST(0x21, true, space_regs)
#define ENGINE				LIST(0x61, true, engine_regs)

static const struct lrc_list render_layout[] = {
	COMMON, LIST(0x36, true, sched_regs), LIST(0x41, false, power_regs), ENGINE, { 0 }
};

static const struct lrc_list copy_layout[] = {
	COMMON, LIST(0x41, true, copy_regs), ENGINE, { 0 }
};

static const struct lrc_list other_layout[] = { COMMON, ENGINE, { 0 } };

const struct lrc_list *lrc_layout(unsigned int guc_class)
{
	switch (guc_class) {
	case GUC_RENDER:
		return render_layout;
	case GUC_BLITTER:
		return copy_layout;
	default:
		return other_layout;
	}
}
