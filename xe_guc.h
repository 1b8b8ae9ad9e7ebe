/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_H_
#define _XE_GUC_H_

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "guc/ads.h"
#include "guc/context.h"
#include "guc/ct.h"
#include "guc/huc.h"
#include "guc/log.h"
#include "guc/page_fault.h"
#include "guc/slpc.h"
#include "guc/tlb.h"
#include "xe_hw.h"

struct drm_printer;
struct xe_device;
struct xe_gt;

/**
 * struct xe_guc - the GuC of a GT: what the driver keeps while it is bound
 */
struct xe_guc {
	/** @ads: what it is told at boot */
	struct xe_guc_ads ads;
	/** @log: what it writes about itself */
	struct xe_guc_log log;
	/** @mailbox_lock: one request at a time in the mailbox */
	struct mutex mailbox_lock;
	/** @ct: the channel */
	struct xe_guc_ct ct;
	/** @contexts: what it schedules */
	struct xe_contexts contexts;
	/** @tlb: invalidations */
	struct xe_guc_tlb tlb;
	/** @faults: page faults that it was not answered yet */
	struct xe_guc_faults faults;
	/** @slpc: frequency control */
	struct xe_slpc slpc;
	/** @huc: the HuC that it authenticates */
	struct xe_huc huc;
	/** @booted: the firmware runs, as far as the driver knows */
	bool booted;
};

/**
 * struct xe_hwconfig - the table that describes the hardware, as the GuC of the primary GT has it
 *
 * In the software world: a member of struct xe_device.
 */
struct xe_hwconfig {
	/** @data: written once at probe; NULL if there is none */
	void *data;
	/** @bytes: its size */
	u32 bytes;
};

/* Software step */
int xe_guc_init(struct xe_device *xe);

/* Probe steps */
int xe_guc_contexts_start(struct xe_hw_bind bind);
int xe_guc_start(struct xe_hw_bind bind);
int xe_guc_uncap(struct xe_hw_bind bind);

/* For reset of a GT, suspend, resume */
void xe_guc_reset_prepare(struct xe_hw hw, struct xe_gt *gt);
int xe_guc_restart(struct xe_hw hw, struct xe_gt *gt);
int xe_guc_suspend(struct xe_hw hw, bool system);
int xe_guc_resume(struct xe_hw hw);

void xe_guc_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p);

#endif
