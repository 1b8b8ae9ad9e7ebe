/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_STATE_H_
#define _XE_HW_STATE_H_

#include <linux/list.h>
#include <linux/mutex.h>

#include "guc/fw.h"
#include "hw/ggtt.h"
#include "hw/ggtt_buf.h"
#include "hw/gt.h"
#include "hw/gt_reset.h"
#include "hw/irq.h"
#include "xe_guc.h"
#include "xe_info.h"

/**
 * struct xe_hw_state - the state of the hardware world
 *
 * What the blocks of hw/ and guc/ keep between two accesses. It is reached with a token only,
 * by xe_hw_state(). Its memory goes with the drm_device, so a late reader finds stale values and
 * not a hole; but without a token there is no late reader.
 */
struct xe_hw_state {
	/** @gt: the GTs; [0] is the primary one */
	struct xe_gt gt[XE_MAX_GTS];
	/** @num_gts: how many there are */
	unsigned int num_gts;
	/** @irq: the interrupt of the card */
	struct xe_irq irq;
	/** @gt_handlers: who is told when a GT was reset */
	const struct xe_gt_handler *gt_handlers[XE_GT_MAX_HANDLERS];
	/** @num_gt_handlers: how many */
	unsigned int num_gt_handlers;
	/** @cold: in a sleep in which it may lose its power; PM callbacks only */
	bool cold;
	/** @needs_reset: unbind could not stop all of it, and ends with a reset of the function */
	bool needs_reset;
	/** @power_losses: how often it came back from such a sleep; constant in a section */
	unsigned int power_losses;
	/** @pcode_lock: one request at a time in the PCODE mailbox */
	struct mutex pcode_lock;
	/** @ggtt: the address space that firmware and engines share */
	struct xe_ggtt ggtt;
	/** @ggtt_bufs_lock: protects @ggtt_bufs */
	struct mutex ggtt_bufs_lock;
	/** @ggtt_bufs: buffers mapped in it, &xe_ggtt_buf.link */
	struct list_head ggtt_bufs;
	/** @fault_queues: where in VRAM the GuCs have queues for page faults; 0 without VRAM */
	u64 fault_queues;
	/** @guc_fw: the image that the GuCs of all GTs start from */
	struct xe_fw guc_fw;
	/** @guc: the GuC of each GT, as @gt */
	struct xe_guc guc[XE_MAX_GTS];
};

/**
 * xe_guc - the GuC of a GT
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound or in a section.
 */
static inline struct xe_guc *xe_guc(struct xe_hw hw, struct xe_gt *gt)
{
	return &xe_hw_state(hw)->guc[gt->id];
}

#endif
