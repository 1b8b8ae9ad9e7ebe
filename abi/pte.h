/* SPDX-License-Identifier: MIT */
/*
 * Entries of page tables, as the walker of the engines reads them.
 *
 * Source: Linux 6.12 regs/xe_gtt_defs.h, xe_vm.c (encoding), xe_pt.c (levels).
 */
#ifndef _XE_ABI_PTE_H_
#define _XE_ABI_PTE_H_

#include <linux/bits.h>
#include <linux/sizes.h>
#include <linux/types.h>

/*
 * A table of 4 KiB has 512 entries. Level 0 is that of 4 KiB pages; each level above covers 512
 * times as much. A compact table of level 0 has 32 entries of 64 KiB, and may not be mixed with the
 * other kind: the entry that points to it says which it is.
 */
#define XE_PT_TABLE_SIZE	SZ_4K
#define XE_PT_ENTRIES		512u
#define XE_PT_COMPACT_ENTRIES	32u
#define XE_PT_MAX_LEVELS	5u
#define XE_PT_LEVELS		5u		/* Xe2: a root of 256 TiB per entry, one is used */
#define XE_PT_VA_BITS		48u

#define XE_PT_SHIFT(level)	(12u + 9u * (level))	/* of what one entry covers */
#define XE_PT_SPAN(level)	(1ull << XE_PT_SHIFT(level))

/* Bits of all entries */
#define XE_PTE_PRESENT		BIT_ULL(0)
#define XE_PTE_WRITE		BIT_ULL(1)
#define XE_PTE_PAT0		BIT_ULL(3)
#define XE_PTE_PAT1		BIT_ULL(4)
#define XE_PTE_ADDRESS		GENMASK_ULL(45, 12)

/* An entry that points to a table; it has no other bit of PAT than the two above. */
#define   XE_PDE_COMPACT	BIT_ULL(6)	/* level 1: to a compact table */

/* An entry that maps a page */
#define   XE_PTE_PAT2		BIT_ULL(7)	/* level 0 */
#define   XE_PTE_LARGE		BIT_ULL(7)	/* levels 1 and 2: 2 MiB, 1 GiB */
#define   XE_PTE_HINT_64K	BIT_ULL(8)	/* level 0: 16 of them are one 64 KiB page */
#define   XE_PTE_NULL		BIT_ULL(9)	/* reads as zero, writes are dropped; no address */
#define   XE_PTE_ATOMIC		BIT_ULL(10)	/* engines may do atomic operations */
#define   XE_PTE_VRAM		BIT_ULL(11)
#define   XE_PTE_LARGE_PAT2	BIT_ULL(12)	/* levels 1 and 2 */
#define   XE_PTE_PAT4		BIT_ULL(61)
#define   XE_PTE_PAT3		BIT_ULL(62)

#define XE_PT_LARGEST_PAGE	2u		/* highest level with entries that map a page */

/* The PAT row of tables, the root included: write back, the engines see what the CPU wrote. */
#define XE_PDE_BITS		(XE_PTE_PRESENT | XE_PTE_WRITE | XE_PTE_PAT1)

/**
 * xe_pte_pat - the bits that choose a row of the PAT table
 * @row: the row, 0 to 31
 * @level: of the table that the entry is in
 *
 * Context: any.
 */
static inline u64 xe_pte_pat(unsigned int row, unsigned int level)
{
	return (row & BIT(0) ? XE_PTE_PAT0 : 0) | (row & BIT(1) ? XE_PTE_PAT1 : 0) |
	       (row & BIT(2) ? (level ? XE_PTE_LARGE_PAT2 : XE_PTE_PAT2) : 0) |
	       (row & BIT(3) ? XE_PTE_PAT3 : 0) | (row & BIT(4) ? XE_PTE_PAT4 : 0);
}

#endif
