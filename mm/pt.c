// SPDX-License-Identifier: MIT
/*
 * Page tables as data: what a VM maps where, and which entries have to be written to get there.
 */

#include <linux/bitmap.h>
#include <linux/bug.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include <drm/drm_print.h>

#include "mm/pt.h"
#include "mm/pt_pool.h"
#include "mm/vram_alloc.h"
#include "xe_device.h"
#include "xe_usage.h"

/**
 * DOC: Page tables
 *
 * The tree of a VM is software. Each of its tables has one page of the pool, and a copy of its
 * entries in groups of 32, of which there are those that are not empty. So nothing is ever read
 * from the device: a large page is split from what the copy says, and a tree outlives the device.
 *
 * A change is a plan. While it is made the tree changes at once, so that each step of it sees those
 * before, and the groups that change are replaced by copies: to undo the plan is to put the old
 * groups back. What hardware has to do is two lists of runs of entries. Those of tables that were
 * made by the plan come first, in any order that keeps the last write of an entry the last. Those
 * of tables that may be in use come when the others have arrived. So a page that is split, or a
 * compact table that is made anew with 4 KiB pages, is one write for an engine that uses what is
 * beside the change.
 *
 * Pages are as large as the mapping allows: an entry covers 1 GiB, 2 MiB, 64 KiB or 4 KiB that are
 * adjacent, aligned and of one mapping. There are two kinds of 64 KiB pages: a compact table, if
 * all of 2 MiB consists of them, and 16 entries with a hint among others of 4 KiB. A hinted page of
 * which a part changes is written again without the hint. All 16 entries translate to the same as
 * before while that goes on.
 *
 * A table in which nothing is left is unlinked, if it is one of the lowest, or something larger
 * takes its place. xe_pt_plan_free() gives back its page, when no engine remembers it. Other tables
 * stay: a GiB of addresses costs a page once, and what is mapped there next writes one entry.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_pt_tree        VM            last reference to the VM is dropped
 * table, its page          tree          tree goes; a plan that retired it is freed;
 *                                        a plan that made it is undone
 * group of entries         table         with it; replaced by a plan that commits
 * lists of runs            plan          it is freed, dropped or undone
 * ======================== ============= ==========================================
 */

#define GROUPS		XE_PT_PARTS
#define GROUP		(XE_PT_ENTRIES / GROUPS)
#define HINTED		(SZ_64K / SZ_4K)	/* entries that are one 64 KiB page */

#define COUNTED_AT_ONCE	16u	/* tables, if there are not less */

#define FEW_RUNS	4u	/* what most plans need */
#define MANY_RUNS	169u	/* a page */

/* An entry of the copy is 0, an entry that maps a page, or the address of the table below. */
struct xe_pt_table {
	/* On the list of fresh or retired tables of a plan, or of dropped ones */
	struct list_head link;
	struct xe_pt_page page;
	/* The first address that it translates */
	u64 base;
	u64 *group[GROUPS];
	/* Entries that are not empty */
	u16 used;
	/* Bits of the groups that are copies made by the plan that is being made */
	u16 copied;
	u8 level;
	bool compact;
	/* Made by the plan that is being made: no engine sees it yet */
	bool fresh;
	/* A plan that is not freed yet has unlinked it */
	bool retired;
};

/* A group that was replaced, on &xe_pt_plan.before */
struct replaced {
	struct hlist_node link;
	struct xe_pt_table *table;
	u64 *old;
	u16 used;
	u8 index;
};

/*
 * Tables
 */

static unsigned int entry_shift(const struct xe_pt_table *table)
{
	return table->compact ? ilog2(SZ_64K) : XE_PT_SHIFT(table->level);
}

static unsigned int index_of(const struct xe_pt_table *table, u64 va)
{
	return (va - table->base) >> entry_shift(table);
}

static u64 va_of(const struct xe_pt_table *table, unsigned int index)
{
	return table->base + ((u64)index << entry_shift(table));
}

static u64 entry(const struct xe_pt_table *table, unsigned int index)
{
	const u64 *group = table->group[index / GROUP];

	return group ? group[index % GROUP] : 0;
}

static struct xe_pt_table *child_of(u64 value)
{
	return value & XE_PTE_PRESENT ? NULL : (struct xe_pt_table *)(uintptr_t)value;
}

static u64 pointer_to(const struct xe_pt_table *table)
{
	return table->page.address | XE_PDE_BITS | (table->compact ? XE_PDE_COMPACT : 0);
}

/* Many are counted together: shares of all clients are looked at for it. */
static bool count_in(struct xe_pt_tree *tree)
{
	unsigned int n;

	guard(spinlock)(&tree->lock);
	if (tree->tables == tree->counted) {
		n = tree->tables < COUNTED_AT_ONCE ? 1 : COUNTED_AT_ONCE;
		if (!xe_usage_take(tree->usage, XE_USAGE_TABLES, n))
			return false;
		tree->counted += n;
	}
	tree->tables++;
	return true;
}

static void count_out(struct xe_pt_tree *tree)
{
	unsigned int n;

	guard(spinlock)(&tree->lock);
	n = tree->counted - --tree->tables;
	if (tree->tables >= COUNTED_AT_ONCE)
		n = n >= 2 * COUNTED_AT_ONCE ? COUNTED_AT_ONCE : 0;
	tree->counted -= n;
	if (n)
		xe_usage_give(tree->usage, XE_USAGE_TABLES, n);
}

static struct xe_pt_table *table_alloc(struct xe_pt_tree *tree)
{
	struct xe_pt_table *table = xe_mm_object(sizeof(*table));
	int err;

	if (!table)
		return ERR_PTR(-ENOMEM);

	err = xe_pt_pool_take(tree->xe, &table->page);
	if (err) {
		kfree(table);
		return ERR_PTR(err);
	}
	return table;
}

static struct xe_pt_table *table_new(struct xe_pt_plan *plan, unsigned int level, bool compact,
				     u64 base)
{
	struct xe_pt_table *table;

	if (!count_in(plan->tree)) {
		drm_dbg(&plan->tree->xe->drm,
			"the client, or its user, has as many page tables as are left\n");
		return ERR_PTR(-ENOBUFS);
	}

	table = table_alloc(plan->tree);
	if (IS_ERR(table)) {
		count_out(plan->tree);
		return table;
	}

	table->level = level;
	table->compact = compact;
	table->base = base;
	table->fresh = true;
	list_add_tail(&table->link, &plan->fresh);
	return table;
}

/* Of a page that goes back to the pool: a table that was never written has left it as it was. */
static u16 dirty_parts(const struct xe_pt_tree *tree, const struct xe_pt_table *table)
{
	u16 dirty = table->fresh || table->compact ? table->page.dirty : 0;

	if (table->fresh)
		return dirty;
	if (tree->empty[0] || READ_ONCE(tree->unwritten))
		return XE_PT_DIRTY;
	for (unsigned int i = 0; i < GROUPS; i++)
		dirty |= table->group[i] ? BIT(i) : 0;
	return dirty;
}

static void table_free(struct xe_pt_tree *tree, struct xe_pt_table *table)
{
	table->page.dirty = dirty_parts(tree, table);
	for (unsigned int i = 0; i < GROUPS; i++)
		kfree(table->group[i]);
	xe_pt_pool_give(tree->xe, &table->page);
	count_out(tree);
	kfree(table);
}

static void tables_free(struct xe_pt_tree *tree, struct list_head *tables)
{
	struct xe_pt_table *table, *next;

	list_for_each_entry_safe(table, next, tables, link)
		table_free(tree, table);
	INIT_LIST_HEAD(tables);
}

/* Call @fn for all tables below one, those further below first. */
static void visit_below(const struct xe_pt_table *table,
			void (*fn)(struct xe_pt_table *below, void *data), void *data)
{
	if (!table->level)
		return;

	for (unsigned int i = 0; i < XE_PT_ENTRIES; i++) {
		struct xe_pt_table *below;

		if (!table->group[i / GROUP]) {
			i |= GROUP - 1;
			continue;
		}
		below = child_of(entry(table, i));
		if (below) {
			visit_below(below, fn, data);
			fn(below, data);
		}
	}
}

/*
 * Runs of entries
 */

static struct xe_pt_run *run_new(struct list_head *list)
{
	struct xe_pt_runs *runs = list_last_entry(list, struct xe_pt_runs, link);
	unsigned int size = list_empty(list) ? FEW_RUNS : min(FEW_RUNS * runs->size, MANY_RUNS);

	if (list_empty(list) || runs->used == runs->size) {
		runs = kmalloc(struct_size(runs, run, size), GFP_KERNEL | XE_GFP_CAREFUL);
		if (!runs)
			return NULL;
		runs->size = size;
		runs->used = 0;
		list_add_tail(&runs->link, list);
	}
	return &runs->run[runs->used++];
}

/* Within a table; and behind the last one, so that the order stays as it is. */
static bool run_extend(struct list_head *list, const struct xe_pt_run *by)
{
	struct xe_pt_runs *runs = list_last_entry(list, struct xe_pt_runs, link);
	struct xe_pt_run *last;

	if (list_empty(list) || IS_ALIGNED(by->at, XE_PT_TABLE_SIZE))
		return false;

	last = &runs->run[runs->used - 1];
	if (by->at != last->at + last->count * sizeof(u64) || by->step != last->step ||
	    by->pte != last->pte + (u64)last->step * last->count)
		return false;
	last->count += by->count;
	return true;
}

static int run_add(struct xe_pt_plan *plan, const struct xe_pt_table *table, unsigned int first,
		   struct xe_pt_run run)
{
	struct list_head *list = table->fresh ? &plan->offline : &plan->online;
	struct xe_pt_run *added;

	run.at = table->page.address + first * sizeof(u64);
	if (!run_extend(list, &run)) {
		added = run_new(list);
		if (!added)
			return -ENOMEM;
		*added = run;
	}
	plan->entries += run.count;
	return 0;
}

static void runs_free(struct list_head *list)
{
	struct xe_pt_runs *runs, *next;

	list_for_each_entry_safe(runs, next, list, link)
		kfree(runs);
	INIT_LIST_HEAD(list);
}

/*
 * Changes of entries
 */

/* A group that can be written, and can be had back as it was. A fresh table goes as a whole. */
static int group_own(struct xe_pt_plan *plan, struct xe_pt_table *table, unsigned int index,
		     bool empty)
{
	u64 *old = table->group[index], *group;
	bool owned = table->fresh ? !!old : !!(table->copied & BIT(index));
	struct replaced *replaced = NULL;

	if (owned)
		return 0;

	group = xe_mm_object(GROUP * sizeof(*group));
	/* Who unmaps gives back, and is not refused for what his cgroup has. */
	if (!group && empty)
		group = kcalloc(GROUP, sizeof(*group), GFP_KERNEL | XE_GFP_CAREFUL);
	if (group && !table->fresh)
		replaced = kmalloc(sizeof(*replaced), GFP_KERNEL | XE_GFP_CAREFUL);
	if (!group || (!replaced && !table->fresh)) {
		kfree(group);
		return -ENOMEM;
	}

	if (old)
		memcpy(group, old, GROUP * sizeof(*group));
	table->group[index] = group;
	if (replaced) {
		table->copied |= BIT(index);
		*replaced = (struct replaced){
			.table = table, .old = old, .used = table->used, .index = index,
		};
		hlist_add_head(&replaced->link, &plan->before);
	}
	return 0;
}

/* What is going to be empty needs no group. */
static int groups_own(struct xe_pt_plan *plan, struct xe_pt_table *table, unsigned int first,
		      unsigned int count, bool empty)
{
	for (unsigned int i = first / GROUP; i <= (first + count - 1) / GROUP; i++) {
		int err = empty && !table->group[i] ? 0 : group_own(plan, table, i, empty);

		if (err)
			return err;
	}
	return 0;
}

/* Return: how many of them were not empty before. */
static unsigned int change(struct xe_pt_table *table, unsigned int first, unsigned int count,
			   u64 value, u32 step)
{
	unsigned int used = 0;

	for (unsigned int i = first; i < first + count; i++, value += step) {
		u64 *group = table->group[i / GROUP];

		if (!group) {	/* and it stays empty */
			i |= GROUP - 1;
			continue;
		}
		used += !!group[i % GROUP];
		group[i % GROUP] = value;
	}
	table->used += (value ? count : 0) - used;
	return used;
}

static void extend_hull(u64 *start, u64 *end, u64 va, u64 size)
{
	*start = min(*start, va);
	*end = max(*end, va + size);
}

static void note_change(struct xe_pt_plan *plan, const struct xe_pt_table *table,
			unsigned int first, unsigned int count, unsigned int were_used)
{
	u64 va = va_of(table, first), size = (u64)count << entry_shift(table);

	extend_hull(&plan->start, &plan->end, va, size);
	if (were_used) {
		plan->invalidate = true;
		extend_hull(&plan->invalidate_start, &plan->invalidate_end, va, size);
	}
	if (were_used < count && plan->tree->empty[0])
		plan->over_scratch = true;
}

/* Hardware is told @run; @value is the first entry of the copy, and the others are as in @run. */
static int set_run(struct xe_pt_plan *plan, struct xe_pt_table *table, unsigned int first,
		   struct xe_pt_run run, u64 value)
{
	int err = groups_own(plan, table, first, run.count, !value);
	unsigned int were_used;

	if (!err)
		err = run_add(plan, table, first, run);
	if (err)
		return err;

	were_used = change(table, first, run.count, value, value ? run.step : 0);
	if (!table->fresh)
		note_change(plan, table, first, run.count, were_used);
	return 0;
}

static int set_leafs(struct xe_pt_plan *plan, struct xe_pt_table *table, unsigned int first,
		     unsigned int count, u64 pte)
{
	u32 step = pte & XE_PTE_NULL ? 0 : 1u << entry_shift(table);

	return set_run(plan, table, first,
		       (struct xe_pt_run){ .pte = pte, .step = step, .count = count }, pte);
}

static int set_empty(struct xe_pt_plan *plan, struct xe_pt_table *table, unsigned int first,
		     unsigned int count)
{
	u64 pte = plan->tree->empty[table->level];

	return set_run(plan, table, first, (struct xe_pt_run){ .pte = pte, .count = count }, 0);
}

/* All of a table that was just made; what is known to be zero needs not be written. */
static int make_empty(struct xe_pt_plan *plan, struct xe_pt_table *table)
{
	unsigned long dirty = plan->tree->empty[table->level] ? XE_PT_DIRTY : table->page.dirty;
	unsigned long from, to;
	int err = 0;

	for_each_set_bitrange(from, to, &dirty, GROUPS)
		err = err ?: set_empty(plan, table, from * GROUP, (to - from) * GROUP);
	return err;
}

static int set_child(struct xe_pt_plan *plan, struct xe_pt_table *table, unsigned int index,
		     struct xe_pt_table *child)
{
	/* Pages are often taken one after the other. */
	return set_run(plan, table, index,
		       (struct xe_pt_run){
			       .pte = pointer_to(child), .step = XE_PT_TABLE_SIZE, .count = 1,
		       }, (uintptr_t)child);
}

static bool is_hinted(const struct xe_pt_table *table, unsigned int index)
{
	u64 value = entry(table, index);

	return value & XE_PTE_PRESENT && value & XE_PTE_HINT_64K;
}

/* The 64 KiB page that an entry is a part of, if it is, becomes 16 of 4 KiB. */
static int break_hint(struct xe_pt_plan *plan, struct xe_pt_table *table, unsigned int index)
{
	unsigned int first = round_down(index, HINTED);

	if (IS_ALIGNED(index, HINTED) || !is_hinted(table, first))
		return 0;
	return set_leafs(plan, table, first, HINTED, entry(table, first) & ~XE_PTE_HINT_64K);
}

/* At both ends of what changes. */
static int break_hints(struct xe_pt_plan *plan, struct xe_pt_table *table, unsigned int first,
		       unsigned int count)
{
	int err;

	if (table->level || table->compact)
		return 0;

	err = break_hint(plan, table, first);
	return err ?: break_hint(plan, table, first + count);
}

/* 4 KiB pages that are adjacent, with the hint where it is allowed. */
static int set_pages(struct xe_pt_plan *plan, struct xe_pt_table *table, unsigned int first,
		     unsigned int count, u64 pte)
{
	bool aligned = !(pte & XE_PTE_NULL) &&
		       !((pte / SZ_4K ^ first) % HINTED);
	unsigned int n, end = first + count;
	int err = 0;

	for (; !err && first < end; first += n, pte += (u64)n * SZ_4K) {
		u64 hint = 0;

		if (!aligned) {
			n = end - first;
		} else if (!IS_ALIGNED(first, HINTED) || end - first < HINTED) {
			n = min(end, round_down(first, HINTED) + HINTED) - first;
		} else {
			n = round_down(end - first, HINTED);
			hint = XE_PTE_HINT_64K;
		}
		err = set_leafs(plan, table, first, n, pte | hint);
	}
	return err;
}

/*
 * Splits
 */

/* The entry of a page as it is in the table below. */
static u64 lower(u64 pte, unsigned int level)
{
	if (level)
		return pte;

	/* The same bit is the size above, and a part of the row here. */
	pte &= ~XE_PTE_LARGE;
	if (pte & XE_PTE_LARGE_PAT2)
		pte ^= XE_PTE_LARGE_PAT2 | XE_PTE_PAT2;
	return pte;
}

static int split_leaf(struct xe_pt_plan *plan, struct xe_pt_table *to, u64 pte)
{
	pte = lower(pte, to->level);
	return to->level ? set_leafs(plan, to, 0, XE_PT_ENTRIES, pte) :
			   set_pages(plan, to, 0, XE_PT_ENTRIES, pte);
}

static int split_compact(struct xe_pt_plan *plan, struct xe_pt_table *to,
			 const struct xe_pt_table *from)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < XE_PT_COMPACT_ENTRIES; i++) {
		u64 pte = entry(from, i);

		err = pte ? set_pages(plan, to, i * HINTED, HINTED, pte) :
			    set_empty(plan, to, i * HINTED, HINTED);
	}
	return err;
}

/* A table in the place of an entry, translating to the same. */
static struct xe_pt_table *make_same(struct xe_pt_plan *plan, const struct xe_pt_table *table,
				     unsigned int index)
{
	struct xe_pt_table *to = table_new(plan, table->level - 1, false, va_of(table, index));
	u64 value = entry(table, index);
	int err;

	if (IS_ERR(to))
		return to;

	if (!value)
		err = make_empty(plan, to);
	else if (child_of(value))
		err = split_compact(plan, to, child_of(value));
	else
		err = split_leaf(plan, to, value);
	return err ? ERR_PTR(err) : to;
}

/*
 * What is mapped
 */

struct cursor {
	const struct xe_pt_source *source;
	/* The address that is the beginning of it */
	u64 va;
	/* The segment that was asked for last, and where it begins in the table of them */
	struct scatterlist *sg;
	u64 sg_start;
	/* What entries have beside the address, by level */
	u64 bits[XE_PT_LARGEST_PAGE + 1];
};

/* Not before what was asked for last. Adjacent segments are one, up to what is of interest. */
static u64 sg_at(struct cursor *cursor, u64 offset, u64 wanted, u64 *len)
{
	struct scatterlist *sg;
	u64 addr, end;

	while (cursor->sg && offset - cursor->sg_start >= sg_dma_len(cursor->sg)) {
		cursor->sg_start += sg_dma_len(cursor->sg);
		cursor->sg = sg_next(cursor->sg);
	}
	*len = 0;
	if (!cursor->sg)
		return 0;

	addr = sg_dma_address(cursor->sg) + offset - cursor->sg_start;
	end = sg_dma_address(cursor->sg) + sg_dma_len(cursor->sg);
	for (sg = sg_next(cursor->sg); sg && end - addr < wanted; sg = sg_next(sg)) {
		if (!sg_dma_len(sg) || sg_dma_address(sg) != end)
			break;
		end += sg_dma_len(sg);
	}
	*len = end - addr;
	return addr;
}

/* What an address is to lead to, and how much from there on is adjacent, at most to @end. */
static u64 source_at(struct cursor *cursor, u64 va, u64 end, u64 *len)
{
	const struct xe_pt_source *source = cursor->source;
	u64 offset = source->offset + va - cursor->va, addr = 0;

	*len = end - va;
	if (source->vram)
		addr = xe_vram_at(source->vram, offset, len);
	else if (source->sgt)
		addr = sg_at(cursor, offset, end - va, len);
	*len = min(*len, end - va);
	return addr;
}

/* Does the source consist of whole pages of a size? */
static bool consists_of(const struct cursor *cursor, u64 va, u64 end, u64 size)
{
	struct cursor ahead = *cursor;
	u64 addr, len;

	for (; va < end; va += len) {
		addr = source_at(&ahead, va, end, &len);
		if (!len || !IS_ALIGNED(addr | len, size))
			return false;
	}
	return true;
}

static u64 leaf_bits(const struct xe_pt_source *source, unsigned int level)
{
	return XE_PTE_PRESENT | XE_PTE_ATOMIC | xe_pte_pat(source->pat, level) |
	       (source->read_only ? 0 : XE_PTE_WRITE) | (level ? XE_PTE_LARGE : 0) |
	       (source->vram ? XE_PTE_VRAM : source->sgt ? 0 : XE_PTE_NULL);
}

static void cursor_init(struct cursor *cursor, const struct xe_pt_source *source, u64 va)
{
	*cursor = (struct cursor){ .source = source, .va = va };
	if (source->sgt)
		cursor->sg = source->sgt->sgl;
	for (unsigned int level = 0; level < ARRAY_SIZE(cursor->bits); level++)
		cursor->bits[level] = leaf_bits(source, level);
}

/*
 * The walk. @cursor is NULL where something is unmapped.
 */

static void retire(struct xe_pt_table *table, void *data)
{
	struct xe_pt_plan *plan = data;

	table->retired = true;
	if (!table->fresh)
		list_add_tail(&table->link, &plan->retired);
}

static void retire_all(struct xe_pt_plan *plan, struct xe_pt_table *table)
{
	visit_below(table, retire, plan);
	retire(table, plan);
}

static int walk_pages(struct xe_pt_plan *plan, struct xe_pt_table *table, struct cursor *cursor,
		      u64 va, u64 end)
{
	unsigned int first = index_of(table, va), count;
	int err = break_hints(plan, table, first, index_of(table, end - 1) + 1 - first);
	u64 pte, len;

	for (; !err && va < end; va += len, first += count) {
		pte = source_at(cursor, va, end, &len) | cursor->bits[0];
		if (WARN_ON_ONCE(!len))
			return -EINVAL;

		count = len >> entry_shift(table);
		err = table->compact ? set_leafs(plan, table, first, count, pte) :
				       set_pages(plan, table, first, count, pte);
	}
	return err;
}

static int walk_empty(struct xe_pt_plan *plan, struct xe_pt_table *table, u64 va, u64 end)
{
	unsigned int first = index_of(table, va), count = index_of(table, end - 1) + 1 - first;
	bool used = false;
	int err;

	for (unsigned int i = first; !used && i < first + count; i++)
		used = entry(table, i);
	if (!used)
		return 0;

	err = break_hints(plan, table, first, count);
	return err ?: set_empty(plan, table, first, count);
}

static int walk_table(struct xe_pt_plan *plan, struct xe_pt_table *table, struct cursor *cursor,
		      u64 va, u64 end);

/* All that an entry covers is mapped, and not as one page. */
static int replace_by_table(struct xe_pt_plan *plan, struct xe_pt_table *table, unsigned int index,
			    struct cursor *cursor, u64 va, u64 end)
{
	bool compact = table->level == 1 && consists_of(cursor, va, end, SZ_64K);
	struct xe_pt_table *child = table_new(plan, table->level - 1, compact, va);
	int err;

	if (IS_ERR(child))
		return PTR_ERR(child);

	/* Each of its entries is written. */
	err = walk_table(plan, child, cursor, va, end);
	return err ?: set_child(plan, table, index, child);
}

static int walk_whole(struct xe_pt_plan *plan, struct xe_pt_table *table, unsigned int index,
		      struct cursor *cursor, u64 va, u64 end)
{
	struct xe_pt_table *child = child_of(entry(table, index));
	u64 addr, len;
	int err;

	if (!cursor) {
		err = entry(table, index) ? set_empty(plan, table, index, 1) : 0;
	} else {
		addr = source_at(cursor, va, end, &len);
		if (table->level <= XE_PT_LARGEST_PAGE && len == end - va &&
		    IS_ALIGNED(addr, end - va))
			err = set_leafs(plan, table, index, 1, addr | cursor->bits[table->level]);
		else
			err = replace_by_table(plan, table, index, cursor, va, end);
	}
	if (!err && child)
		retire_all(plan, child);
	return err;
}

/* Can a compact table stay one? */
static bool stays_compact(struct cursor *cursor, u64 va, u64 end)
{
	return IS_ALIGNED(va | end, SZ_64K) && (!cursor || consists_of(cursor, va, end, SZ_64K));
}

static int walk_child(struct xe_pt_plan *plan, struct xe_pt_table *table, unsigned int index,
		      struct cursor *cursor, u64 va, u64 end)
{
	struct xe_pt_table *child = child_of(entry(table, index));
	int err = walk_table(plan, child, cursor, va, end);

	if (err || child->used || child->level)
		return err;

	err = set_empty(plan, table, index, 1);
	if (!err)
		retire(child, plan);
	return err;
}

static int walk_part(struct xe_pt_plan *plan, struct xe_pt_table *table, unsigned int index,
		     struct cursor *cursor, u64 va, u64 end)
{
	struct xe_pt_table *child = child_of(entry(table, index)), *same;
	int err;

	if (!cursor && !entry(table, index))
		return 0;
	if (child && (!child->compact || stays_compact(cursor, va, end)))
		return walk_child(plan, table, index, cursor, va, end);

	same = make_same(plan, table, index);
	if (IS_ERR(same))
		return PTR_ERR(same);

	err = walk_table(plan, same, cursor, va, end);
	if (!err)
		err = set_child(plan, table, index, same);
	if (!err && child)
		retire(child, plan);
	return err;
}

static int walk_table(struct xe_pt_plan *plan, struct xe_pt_table *table, struct cursor *cursor,
		      u64 va, u64 end)
{
	u64 span = 1ull << entry_shift(table), next;
	int err = 0;

	if (!table->level)
		return cursor ? walk_pages(plan, table, cursor, va, end) :
				walk_empty(plan, table, va, end);

	for (; !err && va < end; va = next) {
		next = min(end, (va | (span - 1)) + 1);
		err = next - va == span ?
			walk_whole(plan, table, index_of(table, va), cursor, va, next) :
			walk_part(plan, table, index_of(table, va), cursor, va, next);
	}
	return err;
}

static bool is_range(u64 va, u64 size)
{
	return size && IS_ALIGNED(va | size, SZ_4K) && va < BIT_ULL(XE_PT_VA_BITS) &&
	       size <= BIT_ULL(XE_PT_VA_BITS) - va;
}

/*
 * Plans
 */

/**
 * xe_pt_plan_init - begin to plan changes
 * @plan: memory for the plan
 * @tree: what is to be changed
 *
 * Nothing has to be undone if nothing else is called.
 *
 * Context: the lock of the VM is held, until the plan is undone or committed.
 */
void xe_pt_plan_init(struct xe_pt_plan *plan, struct xe_pt_tree *tree)
{
	*plan = (struct xe_pt_plan){
		.tree = tree,
		.start = U64_MAX,
		.invalidate_start = U64_MAX,
	};
	INIT_LIST_HEAD(&plan->offline);
	INIT_LIST_HEAD(&plan->online);
	INIT_LIST_HEAD(&plan->fresh);
	INIT_LIST_HEAD(&plan->retired);
}

/**
 * xe_pt_plan_map - map something, in the place of what is mapped there
 * @plan: the plan
 * @va: address, of a whole page
 * @size: in bytes, whole pages, up to 256 TiB from address 0
 * @source: what is mapped; as long as that, from its offset on
 *
 * Context: process context, outside of sections; the lock of the VM, and the reservation of what is
 * mapped are held; may make room in VRAM for tables.
 * Return: 0; -EINVAL for a range that is none; -ENOMEM; -ENOBUFS if the client has as many tables
 * as are left; -ENOSPC, -ENODEV, -EBUSY or -EINTR if tables cannot be had. The plan has to be
 * undone then.
 */
int xe_pt_plan_map(struct xe_pt_plan *plan, u64 va, u64 size, const struct xe_pt_source *source)
{
	struct cursor cursor;

	if (WARN_ON_ONCE(!is_range(va, size)))
		return -EINVAL;

	cursor_init(&cursor, source, va);
	return walk_table(plan, plan->tree->root, &cursor, va, va + size);
}

/**
 * xe_pt_plan_unmap - have nothing mapped
 * @plan: the plan
 * @va: address, of a whole page
 * @size: in bytes, whole pages, up to 256 TiB from address 0
 *
 * What is mapped beside it stays as it is, also if it was mapped together with it.
 *
 * Context: as xe_pt_plan_map(), without a reservation.
 * Return: as xe_pt_plan_map().
 */
int xe_pt_plan_unmap(struct xe_pt_plan *plan, u64 va, u64 size)
{
	if (WARN_ON_ONCE(!is_range(va, size)))
		return -EINVAL;
	return walk_table(plan, plan->tree->root, NULL, va, va + size);
}

static void put_back(struct xe_pt_plan *plan)
{
	struct replaced *replaced;
	struct hlist_node *next;

	hlist_for_each_entry_safe(replaced, next, &plan->before, link) {
		struct xe_pt_table *table = replaced->table;

		kfree(table->group[replaced->index]);
		table->group[replaced->index] = replaced->old;
		table->used = replaced->used;
		table->copied = 0;
		kfree(replaced);
	}
}

/**
 * xe_pt_plan_undo - undo all of a plan
 * @plan: the plan, not committed; as after xe_pt_plan_init() when it returns
 *
 * Context: process context, outside of sections; the lock of the VM is held.
 */
void xe_pt_plan_undo(struct xe_pt_plan *plan)
{
	struct xe_pt_table *table;

	put_back(plan);
	list_for_each_entry(table, &plan->retired, link)
		table->retired = false;
	tables_free(plan->tree, &plan->fresh);
	runs_free(&plan->offline);
	runs_free(&plan->online);
	xe_pt_plan_init(plan, plan->tree);
}

/**
 * xe_pt_plan_commit - changes stand
 * @plan: the plan; nothing is planned with it any more
 *
 * From now on nothing can fail: the plan is written, or the VM is dead.
 *
 * Context: any where the lock of the VM is held.
 */
void xe_pt_plan_commit(struct xe_pt_plan *plan)
{
	struct replaced *replaced;
	struct hlist_node *next;
	struct xe_pt_table *table, *after;

	hlist_for_each_entry_safe(replaced, next, &plan->before, link) {
		replaced->table->copied = 0;
		kfree(replaced->old);
		kfree(replaced);
	}
	INIT_HLIST_HEAD(&plan->before);

	list_for_each_entry_safe(table, after, &plan->fresh, link) {
		table->fresh = false;
		if (table->retired)
			list_move_tail(&table->link, &plan->retired);
		else
			list_del_init(&table->link);
	}
}

/**
 * xe_pt_plan_drop - a committed plan is not going to be written, or not to be answered
 * @plan: the plan
 *
 * An engine may still find the tables that it retired, and they are kept until the tree goes.
 *
 * Context: any where memory can be freed; the VM is dead, which the caller sees to.
 */
void xe_pt_plan_drop(struct xe_pt_plan *plan)
{
	struct xe_pt_tree *tree = plan->tree;

	if (plan->entries && !plan->written)
		WRITE_ONCE(tree->unwritten, true);
	if (!list_empty(&plan->retired)) {
		guard(spinlock)(&tree->lock);
		list_splice_tail_init(&plan->retired, &tree->dropped);
	}
	runs_free(&plan->offline);
	runs_free(&plan->online);
}

/**
 * xe_pt_plan_free - a committed plan is done
 * @plan: the plan; it was written, and if it says so TLBs were invalidated
 *
 * Context: process context; the tree lives.
 */
void xe_pt_plan_free(struct xe_pt_plan *plan)
{
	if (!WARN_ON_ONCE(plan->entries && !plan->written))
		tables_free(plan->tree, &plan->retired);
	xe_pt_plan_drop(plan);
}

/*
 * Trees
 */

static int make_scratch(struct xe_pt_plan *plan)
{
	struct xe_pt_tree *tree = plan->tree;
	u64 bits = XE_PDE_BITS | XE_PTE_NULL |
		   (tree->xe->platform->is_discrete ? XE_PTE_VRAM : 0);
	unsigned int level;
	int err = 0;

	for (level = 0; level <= XE_PT_LARGEST_PAGE; level++)
		tree->empty[level] = bits | (level ? XE_PTE_LARGE : 0);

	for (level = XE_PT_LARGEST_PAGE; !err && level < XE_PT_LEVELS - 1; level++) {
		struct xe_pt_table *table = table_new(plan, level, false, 0);

		if (IS_ERR(table))
			return PTR_ERR(table);
		err = make_empty(plan, table);
		tree->empty[level + 1] = pointer_to(table);
		tree->scratch[level] = table;
	}
	return err;
}

static int make_root(struct xe_pt_plan *plan)
{
	struct xe_pt_table *root = table_new(plan, XE_PT_LEVELS - 1, false, 0);

	if (IS_ERR(root))
		return PTR_ERR(root);

	plan->tree->root = root;
	return make_empty(plan, root);
}

/**
 * xe_pt_tree_init - page tables of a VM in which nothing is mapped
 * @xe: the device, which lives as long as the tree
 * @tree: memory for the tree
 * @usage: of the client, whose share of tables they are of; a reference is taken; or NULL
 * @scratch: where nothing is mapped engines read zero, and what they write is dropped; else they
 *           fault
 * @first: memory for the plan that brings it to the hardware, committed
 *
 * Context: process context, outside of sections.
 * Return: 0, then xe_pt_tree_fini() undoes it, when @first was freed or dropped; -ENOMEM;
 * -EOPNOTSUPP on a part without VRAM; -ENOBUFS if the client has as many tables as are left;
 * -ENOSPC, -ENODEV, -EBUSY or -EINTR if tables cannot be had.
 */
int xe_pt_tree_init(struct xe_device *xe, struct xe_pt_tree *tree, struct xe_usage *usage,
		    bool scratch, struct xe_pt_plan *first)
{
	int err;

	*tree = (struct xe_pt_tree){ .xe = xe, .usage = usage };
	INIT_LIST_HEAD(&tree->dropped);
	spin_lock_init(&tree->lock);

	xe_pt_plan_init(first, tree);
	err = scratch ? make_scratch(first) : 0;
	if (!err)
		err = make_root(first);
	if (err) {
		xe_pt_plan_undo(first);
		return err;
	}
	xe_pt_plan_commit(first);
	xe_usage_get(usage);
	return 0;
}

static void free_below(struct xe_pt_table *table, void *data)
{
	table_free(data, table);
}

/**
 * xe_pt_tree_fini - give back all tables
 * @tree: the tree; no engine uses it, and there is no plan
 *
 * Context: process context, outside of sections; also without a device.
 */
void xe_pt_tree_fini(struct xe_pt_tree *tree)
{
	visit_below(tree->root, free_below, tree);
	table_free(tree, tree->root);
	for (unsigned int level = 0; level < ARRAY_SIZE(tree->scratch); level++)
		if (tree->scratch[level])
			table_free(tree, tree->scratch[level]);
	tables_free(tree, &tree->dropped);
	xe_usage_put(tree->usage);
}

/**
 * xe_pt_tree_root - what a context image says of the page tables
 * @tree: the tree
 *
 * Context: any; constant.
 */
u64 xe_pt_tree_root(const struct xe_pt_tree *tree)
{
	return pointer_to(tree->root);
}
