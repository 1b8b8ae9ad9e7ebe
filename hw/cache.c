// SPDX-License-Identifier: MIT
/*
 * Caching: the tables that page table entries (PAT) and commands (MOCS) choose from.
 */

#include <linux/bitfield.h>
#include <linux/nospec.h>

#include <drm/drm_print.h>

#include "hw/cache.h"
#include "hw/gt.h"
#include "hw/steering.h"
#include "regs/gt.h"
#include "xe_device.h"

/**
 * DOC: Caching
 *
 * An entry of a page table holds an index into the PAT table, a command or a state one into the
 * MOCS table; the rows say in which caches data may be, and how coherent it is with the CPU. Rows
 * are part of the interface to userspace, which chooses the PAT index of its mappings.
 *
 * Source: Linux 6.12 xe_pat.c (with the Bspec numbers there), xe_mocs.c.
 */

/* A row of the PAT table. L3 policy: 0 write back, 1 transient, 3 none. L4 policy: 0 write back,
 * 1 write through, 3 none. Coherency: 0 none, 2 one way, 3 two ways.
 */
#define PAT(promote, compress, class, l3, l4, coherency)			\
	((promote) | (compress) | FIELD_PREP_CONST(XE2_L3_CLOS, class) |	\
	 FIELD_PREP_CONST(XE2_L3_POLICY, l3) | FIELD_PREP_CONST(XE2_L4_POLICY, l4) |	\
	 FIELD_PREP_CONST(XE2_COH_MODE, coherency))
#define KEEP	XE2_NO_PROMOTE
#define COMP	XE2_COMP_EN

static const u16 xe2_pat[] = {
	/* The first class of L3: all data that asks for none. */
	[0] = PAT(0, 0, 0, 0, 3, 0), PAT(0, 0, 0, 0, 3, 2), PAT(0, 0, 0, 0, 3, 3),
	[3] = PAT(0, 0, 0, 3, 3, 0), PAT(0, 0, 0, 3, 0, 2), PAT(0, 0, 0, 3, 3, 2),
	[6] = PAT(KEEP, 0, 0, 1, 3, 0), PAT(0, 0, 0, 3, 0, 3), PAT(0, 0, 0, 3, 0, 0),
	[9] = PAT(0, COMP, 0, 0, 3, 0), PAT(0, COMP, 0, 3, 0, 0),
	[11] = PAT(KEEP, COMP, 0, 1, 3, 0), PAT(0, COMP, 0, 3, 3, 0),
	[13] = PAT(0, 0, 0, 0, 0, 0), PAT(0, COMP, 0, 0, 0, 0),
	[15] = PAT(KEEP, COMP, 0, 1, 1, 0),
	/* 16 to 19 are reserved, and zero. The other classes follow. */
	[20] = PAT(0, 0, 1, 0, 3, 0), PAT(0, COMP, 1, 0, 3, 0),
	[22] = PAT(0, 0, 1, 0, 3, 2), PAT(0, 0, 1, 0, 3, 3),
	[24] = PAT(0, 0, 2, 0, 3, 0), PAT(0, COMP, 2, 0, 3, 0),
	[26] = PAT(0, 0, 2, 0, 3, 2), PAT(0, 0, 2, 0, 3, 3),
	[28] = PAT(0, 0, 3, 0, 3, 0), PAT(0, COMP, 3, 0, 3, 0),
	[30] = PAT(0, 0, 3, 0, 3, 2), PAT(0, 0, 3, 0, 3, 3),
};

#define FIRST_RESERVED	16
#define LAST_RESERVED	19

/* What the card itself accesses: translations for other devices, and page tables. */
#define XE2_PAT_ATS	PAT(0, 0, 0, 0, 3, 3)
#define XE2_PAT_TABLES	PAT(0, 0, 0, 0, 3, 0)

static const u16 xe2_mocs[] = {
	L4_3_UC,					/* as the PAT row says */
	IG_PAT | L4_3_UC,				/* L3 */
	IG_PAT | XE2_L3_3_UC,				/* L4 */
	[XE_MOCS_UNCACHED] = IG_PAT | XE2_L3_3_UC | L4_3_UC,
	[XE_MOCS_CACHED] = IG_PAT,			/* L3 and L4 */
};

#define MAX_WRITES	(ARRAY_SIZE(xe2_pat) + XE2_NUM_MOCS_ENTRIES + 2)

struct writes {
	struct xe_reg_write list[MAX_WRITES];
	unsigned int count;
};

static void add(struct writes *writes, struct xe_gt_reg reg, u32 value, u32 flags)
{
	writes->list[writes->count++] = (struct xe_reg_write){
		.offset = reg.reg.offset, .clear = ~0u, .set = value, .flags = flags,
	};
}

/**
 * xe_pat_count - how many rows the PAT table has
 * @version: of the GT
 *
 * Context: any.
 */
unsigned int xe_pat_count(u16 version)
{
	/* 16023588340: the last class of L3 on Battlemage is for host accesses to VRAM. */
	return version == 2001 || version == 1301 ? 28 : ARRAY_SIZE(xe2_pat);
}

/**
 * xe_pat_is_valid - can a mapping name this row of the PAT table?
 * @version: of the primary GT
 * @index: the row
 *
 * Context: any.
 */
bool xe_pat_is_valid(u16 version, unsigned int index)
{
	return index < xe_pat_count(version) && (index < FIRST_RESERVED || index > LAST_RESERVED);
}

/**
 * xe_pat_is_coherent - does the card see what the CPU has in its caches?
 * @index: a row of the PAT table that is valid
 *
 * Context: any.
 */
bool xe_pat_is_coherent(unsigned int index)
{
	return FIELD_GET(XE2_COH_MODE, xe2_pat[array_index_nospec(index, ARRAY_SIZE(xe2_pat))]);
}

static void list_pat(struct xe_hw hw, const struct xe_gt *gt, struct writes *writes)
{
	u32 flags = gt->id ? 0 : XE_WRITE_MCR;

	for (unsigned int i = 0; i < xe_pat_count(gt->version); i++)
		add(writes, PAT_INDEX(i), xe2_pat[i], flags);
	add(writes, PAT_ATS, XE2_PAT_ATS, flags);
	if (xe_hw_device(hw)->platform->is_discrete)
		add(writes, PAT_PTA, XE2_PAT_TABLES, flags);
}

/* Rows that nobody asked for are cached: the most that can go wrong is coherency. */
static void list_mocs(const struct xe_gt *gt, struct writes *writes)
{
	u32 flags = gt->version >= 2000 ? XE_WRITE_MCR : 0;

	for (unsigned int i = 0; i < XE2_NUM_MOCS_ENTRIES; i++)
		add(writes, XEHP_GLOBAL_MOCS(i),
		    xe2_mocs[i < ARRAY_SIZE(xe2_mocs) ? i : XE_MOCS_CACHED], flags);
}

/**
 * xe_cache_program - write the PAT and MOCS tables of a GT
 * @hw: the token
 * @gt: the GT
 *
 * At probe, after a reset of the GT, and at resume.
 *
 * Context: bound or in a section; the GT domain is held.
 */
void xe_cache_program(struct xe_hw hw, struct xe_gt *gt)
{
	struct writes writes;

	writes.count = 0;
	list_pat(hw, gt, &writes);
	list_mocs(gt, &writes);
	xe_gt_apply(hw, gt, writes.list, writes.count);
}

/**
 * xe_cache_print - the PAT and MOCS tables of a GT as they are now
 * @hw: the token
 * @gt: the GT
 * @p: where to print
 *
 * Context: bound or in a section, may sleep; the GT domain is held.
 */
void xe_cache_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p)
{
	struct writes writes;

	drm_puts(p, "PAT\n");
	writes.count = 0;
	list_pat(hw, gt, &writes);
	xe_gt_print_writes(hw, gt, writes.list, writes.count, p);

	drm_puts(p, "MOCS\n");
	writes.count = 0;
	list_mocs(gt, &writes);
	xe_gt_print_writes(hw, gt, writes.list, writes.count, p);
}
