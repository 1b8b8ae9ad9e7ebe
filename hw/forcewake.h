/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_FORCEWAKE_H_
#define _XE_HW_FORCEWAKE_H_

#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "xe_hw.h"

struct xe_gt;

/* Power domains of a GT. Registers of a domain that sleeps read as zero and ignore writes. */
enum xe_forcewake_domain {
	XE_FW_GT,
	XE_FW_RENDER,
	XE_FW_VDBOX0,
	XE_FW_VDBOX7 = XE_FW_VDBOX0 + 7,
	XE_FW_VEBOX0,
	XE_FW_VEBOX3 = XE_FW_VEBOX0 + 3,
	XE_FW_GSC,
	XE_FW_COUNT
};

#define XE_FW_ALL	GENMASK(XE_FW_COUNT - 1, 0)

/**
 * struct xe_forcewake - which domains of a GT are held awake
 */
struct xe_forcewake {
	/** @lock: protects @users and the order of requests; taken in interrupt context */
	spinlock_t lock;
	/** @present: domains that the GT has; the GT domain only, until its fuses were read */
	u32 present;
	/** @stuck: domains that did not go to sleep, or wake up, which was logged; under @lock */
	u32 stuck[2];
	/** @users: holders of each domain, under @lock */
	u16 users[XE_FW_COUNT];
};

int xe_forcewake_start(struct xe_hw_bind bind);
void xe_forcewake_let_go(struct xe_hw hw, struct xe_gt *gt);
int xe_forcewake_get(struct xe_hw hw, struct xe_gt *gt, u32 domains);
void xe_forcewake_put(struct xe_hw hw, struct xe_gt *gt, u32 domains);

/* One hold, for CLASS(): let go at the end of the scope. */
struct xe_forcewake_hold {
	struct xe_hw hw;
	struct xe_gt *gt;
	u32 domains;
	int err;
};

static inline struct xe_forcewake_hold
xe_forcewake_hold(struct xe_hw hw, struct xe_gt *gt, u32 domains)
{
	return (struct xe_forcewake_hold){
		.hw = hw, .gt = gt, .domains = domains,
		.err = xe_forcewake_get(hw, gt, domains),
	};
}

static inline void xe_forcewake_release(struct xe_forcewake_hold *hold)
{
	if (!hold->err)
		xe_forcewake_put(hold->hw, hold->gt, hold->domains);
}

/*
 * CLASS(xe_forcewake, fw)(hw, gt, BIT(XE_FW_GT));
 * if (fw.err)
 *	return fw.err;
 */
DEFINE_CLASS(xe_forcewake, struct xe_forcewake_hold, xe_forcewake_release(&_T),
	     xe_forcewake_hold(hw, gt, domains),
	     struct xe_hw hw, struct xe_gt *gt, u32 domains)

#endif
