/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_ADS_H_
#define _XE_GUC_ADS_H_

#include <linux/types.h>

#include "abi/guc_ads.h"
#include "hw/engine.h"
#include "hw/ggtt_buf.h"
#include "xe_hw.h"
#include "xe_info.h"

struct xe_gt;

/**
 * struct xe_ads_sizes - how much room the parts of an ADS need, in bytes
 */
struct xe_ads_sizes {
	/** @reg_lists: registers that are saved and restored, of all engines */
	u32 reg_lists;
	/** @golden: context images, of all classes, each in whole pages */
	u32 golden;
	/** @private: what the firmware wants for itself */
	u32 private;
};

/**
 * struct xe_ads_layout - where the parts of an ADS are, in bytes
 *
 * The fixed part, &struct xe_guc_ads_blob, is at 0.
 */
struct xe_ads_layout {
	/** @reg_lists: directly behind the fixed part */
	u32 reg_lists;
	/** @golden: context images, page aligned as all that follow */
	u32 golden;
	/** @workarounds: a page of keys and values */
	u32 workarounds;
	/** @capture: a page of zeroes, which is an empty list of registers to capture */
	u32 capture;
	/** @private: the firmware's own memory */
	u32 private;
	/** @end: size of it all */
	u32 end;
};

/**
 * struct xe_ads_engine - what the GuC has to know of an engine
 */
struct xe_ads_engine {
	/** @class: as the GuC numbers it */
	enum xe_guc_class class;
	/** @instance: the physical one */
	u8 instance;
	/** @logical: its number among those of its class that are there */
	u8 logical;
	/** @num_regs: how many @regs there are */
	u16 num_regs;
	/** @regs: that it restores after a reset of the engine */
	struct xe_guc_saved_reg regs[XE_ENGINE_MAX_REGS];
};

/**
 * struct xe_guc_ads - what the GuC of a GT is told of it
 */
struct xe_guc_ads {
	/** @buf: where it is told */
	struct xe_ggtt_buf buf;
	/** @fault_queues: queues for page faults, in VRAM; zeroed if there are none */
	struct xe_ggtt_buf fault_queues;
	/** @layout: of @buf */
	struct xe_ads_layout layout;
	/** @engines: of the GT, as its list has them */
	struct xe_ads_engine engines[XE_MAX_ENGINES];
	/** @num_engines: how many */
	unsigned int num_engines;
};

enum xe_guc_class xe_guc_class(enum xe_engine_class class);
struct xe_ads_layout xe_guc_ads_layout(const struct xe_ads_sizes *sizes);
int xe_guc_ads_init(struct xe_hw hw, struct xe_gt *gt);
void xe_guc_ads_fill(struct xe_hw hw, struct xe_gt *gt);
int xe_guc_ads_set_policies(struct xe_hw hw, struct xe_gt *gt);
void xe_guc_ads_fill_golden(struct xe_hw hw, struct xe_gt *gt, enum xe_engine_class class);

#endif
