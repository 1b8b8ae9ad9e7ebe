// SPDX-License-Identifier: MIT
/*
 * What an engine may still know of page tables: leaf entries, and those above them (paging-structure caches),
 * by address space (ASID).
 *
 * Every access walks the tables, so nothing stale is ever used here.  But each entry that a walk passed is
 * remembered as it was, until the driver invalidates it or the engine flushes; one that has changed or gone when
 * it is passed again is what silicon would have used in its old form: a violation.  Entries that were not
 * present are not remembered, as on silicon.
 *
 * A driver may split a page that is in use, or put another table in the place of one: it writes the entry, and
 * then has it invalidated.  In between both forms lead to the same, and what is remembered stays as it was.  So
 * that is no violation for GRACE_NS, as long as the old form does lead to the same.
 *
 * The cache is direct mapped: what is displaced is forgotten, and then not noticed.
 */
#include <stdlib.h>
#include <string.h>

#include "clk.h"
#include "journal.h"
#include "mem_internal.h"
#include "oracle.h"

#define TLB_ENTRIES	8192u
#define VA_BITS		48
#define GRACE_NS	(5ull * 1000 * 1000 * 1000)	/* drivers give up on an invalidation before */
#define LEVEL_ROOT	7u		/* the pointer in the context image */
#define KEY_VALID	BIT64(63)
#define KEY_ASID	GENMASK64(62, 43)
#define KEY_LEVEL	GENMASK64(42, 40)
#define KEY_PREFIX	GENMASK64(39, 0)

struct ppgtt_tlb {
	const char *name;	/* of the engine */
	unsigned int used;	/* entries that are there */
	struct {
		u64 key, entry;
		u64 changed;	/* when it was first seen to have another form; 0 if it was not */
		u32 epoch;	/* of the page that it leads to */
	} entry[TLB_ENTRIES];
};

struct walker {
	struct gpu *gpu;
	struct ppgtt_tlb *tlb;
	u32 asid;
	u64 va;
	/* The topmost entry that is not as it is remembered; what is below it is not looked at. */
	bool differs;
	unsigned int level, slot;
	u64 entry;
};

struct ppgtt_tlb *ppgtt_tlb_create(const char *name)
{
	struct ppgtt_tlb *tlb = calloc(1, sizeof(*tlb));

	if (!tlb)
		abort();
	tlb->name = name;
	return tlb;
}

void ppgtt_tlb_destroy(struct ppgtt_tlb *tlb)
{
	free(tlb);
}

static unsigned int level_shift(unsigned int level)
{
	return level == LEVEL_ROOT ? VA_BITS : 12 + 9 * level;
}

static u64 key_of(u32 asid, unsigned int level, u64 va)
{
	return KEY_VALID | FIELD_PREP(KEY_ASID, (u64)asid) | FIELD_PREP(KEY_LEVEL, (u64)level) |
	       va >> level_shift(level);
}

static unsigned int slot_of(u64 key)
{
	return (unsigned int)((key * 0x9e3779b97f4a7c15ull) >> 51);
}

/* Leafs lead to VRAM or not, tables always do on a discrete card. */
static u32 epoch_of(struct gpu *gpu, unsigned int level, u64 entry)
{
	bool leaf = !level || (level <= 2 && entry & BIT64(7));

	if (!(entry & PTE_PRESENT) || (leaf && !(entry & BIT64(11))))
		return 0;
	return oracle_epoch(gpu, entry & PTE_ADDR & (leaf && level ? ~BIT64(12) : ~0ull));
}

static void remember(struct walker *w, unsigned int level, unsigned int slot, u64 entry)
{
	w->tlb->used += !w->tlb->entry[slot].key;
	w->tlb->entry[slot].key = entry & PTE_PRESENT ? key_of(w->asid, level, w->va) : 0;
	w->tlb->used -= !w->tlb->entry[slot].key;
	w->tlb->entry[slot].entry = entry;
	w->tlb->entry[slot].changed = 0;
	w->tlb->entry[slot].epoch = epoch_of(w->gpu, level, entry);
}

static void visit(void *arg, unsigned int level, u64 table, unsigned int index, u64 entry)
{
	struct walker *w = arg;
	u64 key = key_of(w->asid, level, w->va);
	unsigned int slot = slot_of(key);
	bool known = w->tlb->entry[slot].key == key;
	u32 epoch, old = w->tlb->entry[slot].epoch;

	if (w->differs)
		return;
	if (known && w->tlb->entry[slot].entry == entry) {
		epoch = epoch_of(w->gpu, level, entry);
		w->tlb->entry[slot].epoch = epoch;
		w->tlb->entry[slot].changed = 0;
		if (epoch != old && old)
			violation(w->gpu, V_FREED_MEMORY,
				  "%s asid %u va %#llx level %u: entry %#llx is of its page's last owner", w->tlb->name,
				  w->asid, (unsigned long long)w->va, level, (unsigned long long)entry);
	} else if (known) {
		w->differs = true;
		w->level = level;
		w->slot = slot;
		w->entry = entry;
	} else if (entry & PTE_PRESENT) {
		remember(w, level, slot, entry);
	}
}

/* Does what is remembered still lead to where the tables do, which is @x or @err? */
static bool leads_to(const struct walker *w, bool write, int err, const struct xlat *x)
{
	u64 was = w->tlb->entry[w->slot].entry;
	struct xlat old;

	if (!w->level || w->level == LEVEL_ROOT)
		return false;
	return !err && !ppgtt_walk_on(w->gpu, was, w->level, w->va, write, &old) &&
	       old.space == x->space && old.addr == x->addr && old.writable == x->writable && old.pat == x->pat;
}

static bool within_grace(const struct walker *w)
{
	u64 now = clk_ns(w->gpu->clk) + 1, *changed = &w->tlb->entry[w->slot].changed;

	if (!*changed)
		*changed = now;
	return now - *changed < GRACE_NS;
}

int ppgtt_xlate_tlb(struct gpu *gpu, struct ppgtt_tlb *tlb, u32 asid, u64 root, u64 va, bool write, struct xlat *x)
{
	struct walker w = { .gpu = gpu, .tlb = tlb, .asid = asid, .va = va & (BIT64(VA_BITS) - 1) };
	int err;

	visit(&w, LEVEL_ROOT, 0, 0, root);
	err = ppgtt_walk(gpu, root, va, write, x, visit, &w);
	if (!w.differs || (leads_to(&w, write, err, x) && within_grace(&w)))
		return err;

	violation(gpu, V_PPGTT_STALE, "%s asid %u va %#llx level %u: entry %#llx, but %#llx was not invalidated",
		  tlb->name, asid, (unsigned long long)w.va, w.level, (unsigned long long)w.entry,
		  (unsigned long long)tlb->entry[w.slot].entry);
	remember(&w, w.level, w.slot, w.entry);
	return err;
}

void ppgtt_tlb_flush(struct ppgtt_tlb *tlb)
{
	if (tlb->used)
		memset(tlb->entry, 0, sizeof(tlb->entry));
	tlb->used = 0;
}

void ppgtt_tlb_flush_range(struct ppgtt_tlb *tlb, u32 asid, u64 start, u64 last)
{
	u64 first, end;

	for (unsigned int i = 0; i < TLB_ENTRIES && tlb->used; i++) {
		u64 key = tlb->entry[i].key;
		unsigned int shift = level_shift((unsigned int)FIELD_GET(KEY_LEVEL, key));

		if (!key || FIELD_GET(KEY_ASID, key) != asid)
			continue;
		first = FIELD_GET(KEY_PREFIX, key) << shift;
		end = first + (BIT64(shift) - 1);
		if (first > last || end < start)
			continue;
		tlb->entry[i].key = 0;
		tlb->used--;
	}
}
