/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_PT_H_
#define _XE_MM_PT_H_

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "abi/pte.h"

struct sg_table;
struct ttm_resource;
struct xe_device;
struct xe_pt_table;
struct xe_usage;

/**
 * struct xe_pt_tree - the page tables of one VM, as they are planned
 *
 * What is in it is what the tables hold when all committed plans have been written. It is all
 * software, and protected by the caller: one plan at a time is made, from xe_pt_plan_init() to
 * xe_pt_plan_commit() or xe_pt_plan_undo(), under the lock of the VM.
 */
struct xe_pt_tree {
	/** @xe: the device, for its pool; the VM holds it */
	struct xe_device *xe;
	/** @usage: whose share of tables they are of; a reference, or NULL for the driver's own */
	struct xe_usage *usage;
	/** @root: the table that the context image names; constant */
	struct xe_pt_table *root;
	/** @scratch: tables that @empty points to, by level; NULL without scratch; constant */
	struct xe_pt_table *scratch[XE_PT_MAX_LEVELS];
	/** @empty: an entry where nothing is mapped, by level; 0 without scratch; constant */
	u64 empty[XE_PT_MAX_LEVELS];
	/** @unwritten: a plan was dropped unwritten: nothing is known of the tables */
	bool unwritten;
	/** @tables: how many there are, of 4 KiB; under @lock */
	unsigned int tables;
	/** @counted: how many are known to @usage, so many or a few more; under @lock */
	unsigned int counted;
	/** @dropped: tables of plans that were dropped: they may still be linked; under @lock */
	struct list_head dropped;
	/** @lock: protects the three; before &xe_usages.lock alone */
	spinlock_t lock;
};

/**
 * struct xe_pt_source - what is to be mapped
 *
 * One of @vram and @sgt is set, or none for a mapping that reads as zero and drops writes (NULL in
 * the interface to userspace). Both are looked at in xe_pt_plan_map() only.
 */
struct xe_pt_source {
	/** @vram: a buffer's place in VRAM; it is reserved */
	const struct ttm_resource *vram;
	/** @sgt: pages that are mapped for DMA, each segment of whole pages; they stay mapped */
	const struct sg_table *sgt;
	/** @offset: where in it the mapping begins, in bytes, whole pages */
	u64 offset;
	/** @pat: row of the PAT table */
	u8 pat;
	/** @read_only: engines may not write */
	bool read_only;
};

/**
 * struct xe_pt_run - entries that are next to each other in a table, to be written
 */
struct xe_pt_run {
	/** @at: of the first entry, in bytes; in VRAM on discrete parts */
	u64 at;
	/** @pte: the first entry */
	u64 pte;
	/** @step: what each one is more than the one before */
	u32 step;
	/** @count: how many, at least 1, none beyond the end of the table */
	u32 count;
};

/**
 * struct xe_pt_runs - a list of runs, in the order in which they are written
 */
struct xe_pt_runs {
	/** @link: to the next part of the list */
	struct list_head link;
	/** @used: how many of @run there are */
	unsigned int used;
	/** @size: how many there is room for */
	unsigned int size;
	/** @run: the runs */
	struct xe_pt_run run[] __counted_by(size);
};

/**
 * struct xe_pt_plan - changes to a tree that are made together
 *
 * Made by the caller of xe_pt_plan_init(), who has the memory. Then xe_pt_plan_map() and
 * xe_pt_plan_unmap() any number of times, each of which sees what those before it did; if one fails
 * xe_pt_plan_undo(), else xe_pt_plan_commit(). From then on nothing can fail: xe_ppgtt_write()
 * until it is done, invalidation of TLBs if @invalidate, xe_pt_plan_free() when that was answered.
 *
 * Plans of a tree whose spans (@start to @end) have a part in common are written in the order in
 * which they were made. Others may be written in any order.
 */
struct xe_pt_plan {
	/** @tree: what it is a change of */
	struct xe_pt_tree *tree;

	/** @start: of the span: addresses whose translation passes through an entry written here */
	u64 start;
	/** @end: of the span, not part of it; not above @start if nothing is to be written */
	u64 end;
	/** @entries: how many entries are written */
	u64 entries;
	/** @invalidate_start: of the addresses that valid entries translate which change */
	u64 invalidate_start;
	/** @invalidate_end: of the same; not part of it */
	u64 invalidate_end;
	/** @invalidate: entries that were valid change, so engines may have to forget them */
	bool invalidate;
	/** @over_scratch: entries that led to scratch change, within the span */
	bool over_scratch;
	/** @written: both lists have been; for xe_ppgtt_write() and who frees the plan */
	bool written;

	/** @offline: &struct xe_pt_runs, written first: entries of tables that nothing leads to */
	struct list_head offline;
	/** @online: &struct xe_pt_runs, written when @offline has arrived */
	struct list_head online;
	/** @next_run: of the first part of the list that is left, which is next to be written */
	u32 next_run;
	/** @next_entry: of it, which is next */
	u32 next_entry;

	/** @before: what the entries that changed were, latest first; until commit */
	struct hlist_head before;
	/** @fresh: tables that were made; until commit */
	struct list_head fresh;
	/** @retired: tables that nothing leads to any more */
	struct list_head retired;
};

int xe_pt_tree_init(struct xe_device *xe, struct xe_pt_tree *tree, struct xe_usage *usage,
		    bool scratch, struct xe_pt_plan *first);
void xe_pt_tree_fini(struct xe_pt_tree *tree);
u64 xe_pt_tree_root(const struct xe_pt_tree *tree);

void xe_pt_plan_init(struct xe_pt_plan *plan, struct xe_pt_tree *tree);
int __must_check xe_pt_plan_map(struct xe_pt_plan *plan, u64 va, u64 size,
				const struct xe_pt_source *source);
int __must_check xe_pt_plan_unmap(struct xe_pt_plan *plan, u64 va, u64 size);
void xe_pt_plan_undo(struct xe_pt_plan *plan);
void xe_pt_plan_commit(struct xe_pt_plan *plan);
void xe_pt_plan_free(struct xe_pt_plan *plan);
void xe_pt_plan_drop(struct xe_pt_plan *plan);

/**
 * xe_pt_plan_is_empty - is there nothing to be written?
 * @plan: the plan
 *
 * Context: as the plan.
 */
static inline bool xe_pt_plan_is_empty(const struct xe_pt_plan *plan)
{
	return !plan->entries;
}

#endif
