// SPDX-License-Identifier: MIT
/*
 * Per-process translation: a tree of 4 or 5 levels below the root that the context image names.
 * Tables lie in VRAM on discrete parts and in system memory on integrated ones.
 *
 *	level	index bits	leaf
 *	4	56:48		-		(only with 5 levels; always entry 0)
 *	3	47:39		-
 *	2	38:30		1 GiB (bit 7)
 *	1	29:21		2 MiB (bit 7)
 *	0	20:12		4 KiB, or 64 KiB (bit 8 in 16 entries in a row)
 *	0	20:16		64 KiB: compact table of 32 entries (bit 6 of the entry above)
 *
 * There is no TLB here; what an engine may remember is in mem_tlb.c.  A malformed entry is something that no driver may write: a violation.
 */
#include <errno.h>

#include "journal.h"
#include "mem_internal.h"
#include "oracle.h"
#include "platform.h"

/*
 * An address has 48 bits, also where the tree has five levels.  The bits above do not take part; they
 * are 0, or copies of bit 47 (canonical form).
 */
#define VA_BITS		48

#define PT_RW		BIT64(1)
#define PT_PAT0		BIT64(3)
#define PT_PAT1		BIT64(4)
#define PT_COMPACT	BIT64(6)	/* level 1, pointing to a table of 64 KiB pages */
#define PT_LEAF		BIT64(7)	/* levels 1 and 2 */
#define PT_PAT2		BIT64(7)	/* level 0 */
#define PT_64K		BIT64(8)	/* level 0 */
#define PT_NULL		BIT64(9)
#define PT_ATOMIC	BIT64(10)
#define PT_DM		BIT64(11)
#define PT_PAT2_HUGE	BIT64(12)	/* levels 1 and 2 */
#define PT_PAT4		BIT64(61)
#define PT_PAT3		BIT64(62)

#define PDE_KNOWN	(PTE_PRESENT | PT_RW | PT_PAT0 | PT_PAT1 | PTE_ADDR)
#define LEAF_KNOWN	(PTE_PRESENT | PT_RW | PT_PAT0 | PT_PAT1 | PT_NULL | PT_ATOMIC | PT_DM | \
			 PTE_ADDR | PT_PAT3 | PT_PAT4)

static int malformed(struct gpu *gpu, u64 va, unsigned int level, u64 entry, const char *why)
{
	violation(gpu, V_PPGTT_ENTRY, "va 0x%llx, level %u, entry 0x%016llx: %s",
		  (unsigned long long)va, level, (unsigned long long)entry, why);
	return -EINVAL;
}

static u8 leaf_pat(u64 entry, bool huge)
{
	u8 pat = 0;

	if (entry & PT_PAT0)
		pat |= 1;
	if (entry & PT_PAT1)
		pat |= 2;
	if (entry & (huge ? PT_PAT2_HUGE : PT_PAT2))
		pat |= 4;
	if (entry & PT_PAT3)
		pat |= 8;
	if (entry & PT_PAT4)
		pat |= 16;
	return pat;
}

/* The leaf @entry of @level covers 1 << @shift bytes around @va. */
static int leaf(struct gpu *gpu, u64 va, unsigned int level, unsigned int shift, u64 entry,
		bool write, struct xlat *x)
{
	u64 known = LEAF_KNOWN | (level ? PT_LEAF : PT_PAT2 | PT_64K);
	u64 size = BIT64(shift), off = va & (size - 1);
	u64 base = entry & PTE_ADDR;

	if (level)
		base &= ~PT_PAT2_HUGE;
	if (entry & ~known)
		return malformed(gpu, va, level, entry, "reserved bits in a leaf");
	x->writable = entry & PT_RW;
	x->pat = leaf_pat(entry, level);
	x->level = (u8)level;
	x->len = size - off;
	if (entry & PT_NULL) {
		x->space = MEM_NULL;
		x->addr = 0;
	} else {
		if (base & (size - 1))
			return malformed(gpu, va, level, entry, "address not aligned to the page");
		if (shift == 12 && (entry & PT_64K) && (base ^ va) & 0xf000)
			return malformed(gpu, va, level, entry, "64 KiB page not aligned");
		x->space = entry & PT_DM ? MEM_VRAM : MEM_SYSTEM;
		x->addr = base + off;
		if (!mem_in_range(gpu, x->space, base, size))
			return malformed(gpu, va, level, entry, "beyond device memory");
	}
	return write && !x->writable ? -EPERM : 0;
}

static int load_entry(struct gpu *gpu, u64 va, unsigned int level, u64 addr, u64 *entry)
{
	if (!gpu->platform->discrete)
		return phys_read(gpu, MEM_SYSTEM, addr, entry, 8);
	if (!mem_in_range(gpu, MEM_VRAM, addr, 8))
		return malformed(gpu, va, level, addr, "table beyond device memory");
	oracle_check(gpu, addr, 8, false);
	*entry = load64(mem_vram(gpu) + addr);
	return 0;
}

/* On from @entry, which leads to a table of @level. */
static int walk(struct gpu *gpu, u64 entry, unsigned int level, u64 va, bool write, struct xlat *x,
		pt_visit_fn *fn, void *arg)
{
	bool compact = !level && entry & PT_COMPACT;
	unsigned int index, mask = compact ? 31 : 511, shift = compact ? 16 : 12 + 9 * level;
	u64 rights = PT_RW;	/* a read-only pointer makes all below it read-only */
	u64 table;
	int err;

	if (compact)
		entry &= ~PT_COMPACT;
	for (;; level--) {
		x->level = (u8)level;
		if (!(entry & PTE_PRESENT))
			return -EFAULT;
		if (entry & ~PDE_KNOWN)
			return malformed(gpu, va, level + 1, entry, "reserved bits in a pointer");
		rights &= entry;
		table = entry & PTE_ADDR;
		index = (unsigned int)(va >> shift) & mask;
		err = load_entry(gpu, va, level, table + 8ull * index, &entry);
		if (err)
			return err;
		if (fn)
			fn(arg, level, table, index, entry);
		if (!(entry & PTE_PRESENT))
			return -EFAULT;
		if (!level || (level <= 2 && entry & PT_LEAF))
			return leaf(gpu, va, level, shift, entry & (rights | ~PT_RW), write, x);
		shift -= 9;
		if (level == 1 && entry & PT_COMPACT) {
			entry &= ~PT_COMPACT;
			shift = 16;
			mask = 31;
		}
	}
}

int ppgtt_walk(struct gpu *gpu, u64 root, u64 va, bool write, struct xlat *x, pt_visit_fn *fn,
	       void *arg)
{
	unsigned int level = gpu->platform->ppgtt_levels - 1;

	x->level = (u8)level;
	if (va >> VA_BITS && va >> (VA_BITS - 1) != ~0ull >> (VA_BITS - 1))
		return -EFAULT;
	return walk(gpu, root, level, va & (BIT64(VA_BITS) - 1), write, x, fn, arg);
}

int ppgtt_walk_on(struct gpu *gpu, u64 entry, unsigned int level, u64 va, bool write, struct xlat *x)
{
	if (level <= 2 && entry & PT_LEAF)
		return leaf(gpu, va, level, 12 + 9 * level, entry, write, x);
	return walk(gpu, entry, level - 1, va, write, x, NULL, NULL);
}

int ppgtt_xlate(struct gpu *gpu, u64 root, u64 va, bool write, struct xlat *x)
{
	return ppgtt_walk(gpu, root, va, write, x, NULL, NULL);
}
