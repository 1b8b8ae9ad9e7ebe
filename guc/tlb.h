/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_TLB_H_
#define _XE_GUC_TLB_H_

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "xe_hw.h"

struct xe_gt;

/**
 * struct xe_tlb_wait - an invalidation of a VM that is under way; a member of software
 *
 * One for each GT. The caller sets @done; the rest belongs to guc/tlb.c until @done was called.
 */
struct xe_tlb_wait {
	/** @link: on &xe_guc_tlb.asked or &xe_guc_tlb.owed */
	struct list_head link;
	/**
	 * @done: called once, from within xe_guc_tlb_invalidate_vm() or later: 0 if nothing of what
	 * was asked for is cached any more, else the error that xe_guc_tlb_kill() was given. Under
	 * a spinlock: it may signal fences, take spinlocks that are taken with interrupts disabled,
	 * queue works and give @wait back; it calls nothing of guc/
	 */
	void (*done)(struct xe_tlb_wait *wait, int err);
	/** @sequence: number of the request, once it is sent */
	u32 sequence;
	/** @asid: of the VM */
	u32 asid;
	/** @start: what is invalidated begins here */
	u64 start;
	/** @order: it is 4 KiB << @order long */
	unsigned int order;
	/** @deadline: when the GuC has to have answered, in jiffies, once it is sent */
	unsigned long deadline;
};

/**
 * struct xe_guc_tlb - invalidations that a GuC carries out
 */
struct xe_guc_tlb {
	/** @lock: protects all of it; inside the channel's send_lock */
	spinlock_t lock;
	/** @sequence: of the last request, 0 before the first; changed with send_lock held, too */
	u32 sequence;
	/** @asked_for: how many invalidations the GuC was asked for since probe */
	u32 asked_for;
	/** @owed: invalidations that the GuC was not asked for yet, in order */
	struct list_head owed;
	/** @asked: those that it was asked for and has not answered, in order */
	struct list_head asked;
	/** @killed: the error that ends every invalidation from now on, or 0 */
	int killed;
};

int xe_guc_tlb_start(struct xe_hw_bind bind);
int xe_guc_tlb_init(struct xe_hw hw, struct xe_gt *gt);
int xe_guc_tlb_invalidate_ggtt(struct xe_hw hw, struct xe_gt *gt);

void xe_guc_tlb_invalidate_vm(struct xe_hw hw, struct xe_gt *gt, u32 asid, u64 start, u64 size,
			      struct xe_tlb_wait *wait);
void xe_guc_tlb_reset_done(struct xe_hw hw, struct xe_gt *gt);
void xe_guc_tlb_kill(struct xe_hw hw, struct xe_gt *gt, int err);

/* For xe_guc.c */
void xe_guc_tlb_ask_again(struct xe_hw hw, struct xe_gt *gt);
void xe_guc_tlb_catch_up(struct xe_hw hw, struct xe_gt *gt);

#endif
