/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_IRQ_H_
#define _XE_HW_IRQ_H_

#include <linux/spinlock.h>
#include <linux/types.h>

#include "xe_hw.h"

struct xe_engine;
struct xe_gt;

/**
 * typedef xe_irq_engine_t - an engine reached a point at which it was told to interrupt
 * @hw: the token
 * @gt: its GT
 * @engine: the engine
 * @events: bits as in regs/irq.h
 *
 * Called in the thread of the interrupt, may sleep.
 */
typedef void (*xe_irq_engine_t)(struct xe_hw hw, struct xe_gt *gt, struct xe_engine *engine,
				u16 events);

/**
 * typedef xe_irq_guc_t - the GuC of a GT interrupts the host
 * @hw: the token
 * @gt: the GT
 *
 * Called in the thread of the interrupt, may sleep.
 */
typedef void (*xe_irq_guc_t)(struct xe_hw hw, struct xe_gt *gt);

/**
 * struct xe_irq - the interrupt of the card
 */
struct xe_irq {
	/** @lock: protects @on, what is pending, and the order of accesses to the tree */
	spinlock_t lock;
	/** @on: the tree may be switched on; false while suspended */
	bool on;
	/** @guc_pending: GTs whose GuC waits for the thread */
	u32 guc_pending;
	/** @guc: what to tell of GuCs; NULL until one starts */
	xe_irq_guc_t guc;
	/** @engine: what to tell of engines; NULL until there is submission */
	xe_irq_engine_t engine;
	/** @count: interrupts since probe */
	u64 count;
};

int xe_irq_start(struct xe_hw_bind bind);
void xe_irq_suspend(struct xe_hw hw);
void xe_irq_resume(struct xe_hw hw);
void xe_irq_handle_gucs(struct xe_hw hw, xe_irq_guc_t guc);
void xe_irq_handle_engines(struct xe_hw hw, xe_irq_engine_t engine);

#endif
