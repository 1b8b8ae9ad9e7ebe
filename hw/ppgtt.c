// SPDX-License-Identifier: MIT
/*
 * Page tables of processes: the entries are written.
 */

#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "hw/ppgtt.h"
#include "mm/pt.h"
#include "xe_mmio.h"

/**
 * DOC: Writing page tables
 *
 * What is written, and where, was planned in software: see mm/pt.c. Here it is only written, by the
 * CPU through the BAR, in the order that a walker needs which may be under way: tables that nothing
 * leads to yet, a barrier, and then the entries that lead to them or that are in use.
 *
 * A section is to be short. A plan with many entries is written in parts, each in a section of its
 * own, and knows how far it is. Where one part ends makes no difference to a walker: between any
 * two entries it finds either what was there before or what comes.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_pt_plan        caller        see mm/pt.c; its runs as they are written
 * entries in VRAM          tree of a VM  see mm/pt_pool.c
 * ======================== ============= ==========================================
 */

#define MAX_ENTRIES	SZ_64K	/* in one section: half a MiB, less than a millisecond */

static u32 write_run(struct xe_hw hw, const struct xe_pt_run *run, u32 from, u32 max)
{
	u32 count = min(run->count - from, max);

	xe_vram_bar_write64(hw, run->at + from * sizeof(u64), run->pte + (u64)run->step * from,
			    run->step, count);
	return count;
}

static u32 write_runs(struct xe_hw hw, struct xe_pt_plan *plan, const struct xe_pt_runs *runs,
		      u32 room)
{
	while (room && plan->next_run < runs->used) {
		const struct xe_pt_run *run = &runs->run[plan->next_run];
		u32 count = write_run(hw, run, plan->next_entry, room);

		room -= count;
		plan->next_entry += count;
		if (plan->next_entry == run->count) {
			plan->next_run++;
			plan->next_entry = 0;
		}
	}
	return room;
}

/* Return: how many more entries may be written now; some, if it is the end of the list. */
static u32 write_list(struct xe_hw hw, struct xe_pt_plan *plan, struct list_head *list, u32 room)
{
	struct xe_pt_runs *runs, *next;

	list_for_each_entry_safe(runs, next, list, link) {
		room = write_runs(hw, plan, runs, room);
		if (plan->next_run < runs->used)
			break;
		list_del(&runs->link);
		kfree(runs);
		plan->next_run = 0;
	}
	return room;
}

/**
 * xe_ppgtt_write - write a plan, or the next part of it
 * @hw: the token
 * @plan: committed; calls for a plan, and for plans that depend on each other, are one at a time
 *
 * What has been written when it returns is what any walk finds that begins later.
 *
 * Context: bound or in a section; does not wait. A lost device is not written to, and nobody is
 * told.
 * Return: whether there is more to be written. If not, &xe_pt_plan.written is set.
 */
bool xe_ppgtt_write(struct xe_hw hw, struct xe_pt_plan *plan)
{
	u32 room = MAX_ENTRIES;

	if (!list_empty(&plan->offline)) {
		room = write_list(hw, plan, &plan->offline, room);
		xe_vram_bar_flush(hw);
	}
	if (list_empty(&plan->offline) && !list_empty(&plan->online)) {
		write_list(hw, plan, &plan->online, room);
		xe_vram_bar_flush(hw);
	}
	plan->written = list_empty(&plan->offline) && list_empty(&plan->online);
	return !plan->written;
}
