/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_WA_H_
#define _XE_HW_WA_H_

#include <linux/types.h>

#include "hw/steering.h"
#include "xe_hw.h"

struct drm_printer;
struct xe_engine;
struct xe_gt;

/* Who loses what a row of the table writes, and so who writes it again. */
enum xe_wa_scope {
	/* the GT: written at probe, after a reset of the GT, at resume */
	XE_WA_GT,
	/* an engine: likewise, and after a reset of the engine by the GuC */
	XE_WA_ENGINE,
	/* a context: written into the first image of the class */
	XE_WA_CONTEXT,
};

#define XE_WA_MAX_WRITES	24	/* of a GT, of an engine, or of a context, merged */

/**
 * struct xe_wa_list - merged rows: each register once
 */
struct xe_wa_list {
	/** @writes: in the order of the table */
	struct xe_reg_write writes[XE_WA_MAX_WRITES];
	/** @count: how many */
	unsigned int count;
};

int xe_wa_list(struct xe_hw hw, const struct xe_gt *gt, const struct xe_engine *engine,
	       enum xe_wa_scope scope, struct xe_wa_list *list);
void xe_wa_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p);

/**
 * xe_wa_for_each_write - for each register of a list
 * @write: name of the &struct xe_reg_write
 * @list: from xe_wa_list()
 */
#define xe_wa_for_each_write(write, list)			\
	for (const struct xe_reg_write *write = (list)->writes;	\
	     write < (list)->writes + (list)->count; write++)

#endif
