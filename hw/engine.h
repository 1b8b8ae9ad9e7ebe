/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_ENGINE_H_
#define _XE_HW_ENGINE_H_

#include <linux/bits.h>
#include <linux/types.h>

#include "hw/ggtt_buf.h"
#include "hw/wa.h"
#include "xe_hw.h"
#include "xe_info.h"

struct drm_printer;
struct xe_gt;

/**
 * struct xe_engine_row - an engine that a GT may have, constant
 */
struct xe_engine_row {
	/** @name: as the log and sysfs name it */
	const char *name;
	/** @class: what it does */
	enum xe_engine_class class;
	/** @instance: its number in the class */
	u8 instance;
	/** @domain: power domain of its registers, enum xe_forcewake_domain */
	u8 domain;
	/** @reserved: userspace does not see it */
	bool reserved;
	/** @base: where its registers start */
	u32 base;
};

/**
 * struct xe_engine - one engine of a GT
 */
struct xe_engine {
	/** @row: what is known of it */
	const struct xe_engine_row *row;
	/** @logical: its number in the class, without those that are fused off */
	u8 logical;
	/** @events: interrupts that wait for the thread, under &xe_irq.lock */
	u16 events;
};

#define XE_ENGINE_MAX_REGS	(XE_WA_MAX_WRITES + 5)

/**
 * struct xe_engine_reg - a register that a reset of an engine loses
 */
struct xe_engine_reg {
	/** @offset: where it is */
	u32 offset;
	/** @masked: its upper half says which bits of the lower one are written */
	bool masked;
};

/**
 * struct xe_engine_time - time of an engine beside time of the CPU
 */
struct xe_engine_time {
	/** @cycles: of the engine, 64 bits */
	u64 cycles;
	/** @cpu_ns: the clock of the CPU that was asked for, before */
	u64 cpu_ns;
	/** @delta_ns: what reading both took */
	u64 delta_ns;
};

#define XE_ENGINE_STATE_VALUES	19

/**
 * struct xe_engine_state - what the registers of an engine said
 */
struct xe_engine_state {
	/** @name: of the engine */
	const char *name;
	/** @logical: its number in the class, without those that are fused off */
	u8 logical;
	/** @value: of the registers that xe_engine_print_state() names */
	u64 value[XE_ENGINE_STATE_VALUES];
};

/**
 * struct xe_engines - the engines of a GT
 */
struct xe_engines {
	/** @list: those that the fuses left */
	struct xe_engine list[XE_MAX_ENGINES];
	/** @count: how many */
	unsigned int count;
	/** @status: a page for each, in which it reports its status */
	struct xe_ggtt_buf status;
};

#define xe_for_each_engine(engine, gt)					\
	for (struct xe_engine *engine = (gt)->engines.list;		\
	     engine < (gt)->engines.list + (gt)->engines.count; engine++)

/**
 * xe_engine_mask - instances of a class that a GT has
 * @engines: of the GT
 * @class: the class
 *
 * Context: any, after xe_topology_start().
 * Return: a bit for each.
 */
static inline u32 xe_engine_mask(const struct xe_engines *engines, enum xe_engine_class class)
{
	u32 mask = 0;

	for (unsigned int i = 0; i < engines->count; i++)
		if (engines->list[i].row->class == class)
			mask |= BIT(engines->list[i].row->instance);
	return mask;
}

int xe_engine_start(struct xe_hw_bind bind);
void xe_engine_program(struct xe_hw hw, struct xe_gt *gt);
int xe_engine_regs(struct xe_hw hw, struct xe_gt *gt, const struct xe_engine *engine,
		   struct xe_engine_reg regs[XE_ENGINE_MAX_REGS]);
int xe_engine_read_time(struct xe_hw hw, struct xe_gt *gt, const struct xe_engine *engine,
			int (*cpu_ns)(clockid_t id, u64 *ns), clockid_t id,
			struct xe_engine_time *time);
unsigned int xe_engine_read_states(struct xe_hw hw, struct xe_gt *gt, enum xe_engine_class class,
				   u32 mask, struct xe_engine_state states[XE_MAX_ENGINES]);
void xe_engine_print_state(const struct xe_engine_state *state, struct drm_printer *p);
const char *xe_engine_class_name(enum xe_engine_class class);
void xe_engine_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p);
u32 xe_engine_status_page(const struct xe_gt *gt, const struct xe_engine *engine);
void xe_engine_list(struct xe_gt *gt, u32 decode, u32 enhance, u32 compute);
struct xe_engine *xe_engine_find(struct xe_gt *gt, enum xe_engine_class class,
				 unsigned int instance);

#endif
