/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_ENGINE_H_
#define _XE_HW_ENGINE_H_

#include <linux/types.h>

#include "abi/guc_ads.h"
#include "hw/ggtt_buf.h"
#include "hw/wa.h"
#include "xe_hw.h"
#include "xe_info.h"

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
	/** @saved: registers that the GuC restores after it has reset the engine */
	struct xe_guc_saved_reg saved[XE_WA_MAX_WRITES + 4];
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

int xe_engine_start(struct xe_hw_bind bind);
void xe_engine_program(struct xe_hw hw, struct xe_gt *gt);
void xe_engine_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p);
u32 xe_engine_status_page(const struct xe_gt *gt, const struct xe_engine *engine);
void xe_engine_list(struct xe_gt *gt, u32 decode, u32 enhance, u32 compute);
u32 xe_engine_mask(const struct xe_gt *gt, enum xe_engine_class class);
struct xe_engine *xe_engine_find(struct xe_gt *gt, enum xe_engine_class class,
				 unsigned int instance);

#endif
