/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_CONTEXT_H_
#define _XE_GUC_CONTEXT_H_

#include <linux/gfp_types.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "abi/guc_context.h"
#include "xe_hw.h"
#include "xe_info.h"

struct drm_printer;
struct xe_context;
struct xe_context_owner;
struct xe_gt;

#define XE_CONTEXT_MAX_WIDTH	8	/* rings of a parallel context */
#define XE_CONTEXT_HASH_BITS	10

/**
 * struct xe_context_desc - what the GuC is told of a context
 */
struct xe_context_desc {
	/** @class: of the engines that it may run on */
	enum xe_engine_class class;
	/** @mask: of those engines, a bit for each logical instance; the first ring's */
	u32 mask;
	/** @width: how many rings run at the same time; 1 unless it is parallel */
	unsigned int width;
	/** @lrca: of each ring: GGTT address of its image, a multiple of 4 KiB */
	u32 lrca[XE_CONTEXT_MAX_WIDTH];
	/** @ppgtt: its image names a VM */
	bool ppgtt;
	/** @priority: of its rings among those of its class */
	enum xe_guc_priority priority;
	/** @quantum_us: how long it runs while another of its priority waits; 0: without end */
	u32 quantum_us;
	/** @preempt_us: how long it may take to let go of its engine, before that is reset */
	u32 preempt_us;
	/**
	 * @work_queue: only of a parallel context: CPU address of the GUC_PARALLEL_BYTES that are
	 * at @lrca[0] + GUC_PARALLEL_OFFSET; valid until xe_context_owner_ops.gone()
	 */
	void *work_queue;
};

/**
 * struct xe_context_owner_ops - what the owner of a context is told
 *
 * Under a spinlock that is innermost but for those that the owner takes here: it may take spinlocks
 * that are taken with interrupts disabled, signal what is its own, and queue works; it calls
 * nothing of this file. It may be told from within a call that it makes itself.
 */
struct xe_context_owner_ops {
	/**
	 * @banned: the GuC took it off its engine, by a reset or, @faulted, because it accessed
	 * what is not mapped. The context ends as with xe_context_end(). May come more than once
	 */
	void (*banned)(struct xe_context_owner *owner, bool faulted);
	/**
	 * @stopped: nothing of it is on an engine, nor will be until xe_context_resume(). It
	 * follows on xe_context_suspend(), unless it is resumed before, and on the end of the
	 * context; one may stand for several
	 */
	void (*stopped)(struct xe_context_owner *owner);
	/**
	 * @forgotten: the GuC does not know it any more, since the GT was reset or lost its power,
	 * and it has not ended; nothing of it is on an engine. @saved: nor was it before, and its
	 * images have all of its state. See xe_context_revive(). May be missing
	 */
	void (*forgotten)(struct xe_context_owner *owner, bool saved);
	/**
	 * @gone: its end. Its number and its images are free, and the reference to the owner that
	 * the table had is given back. Behind stopped()
	 */
	void (*gone)(struct xe_context_owner *owner);
};

/**
 * struct xe_context_owner - who is told what becomes of a context; a member of software
 */
struct xe_context_owner {
	/** @ops: constant */
	const struct xe_context_owner_ops *ops;
};

/**
 * struct xe_contexts - the contexts of a GT
 */
struct xe_contexts {
	/** @lock: protects all of it, and what is in a context; inside the channel's send_lock */
	spinlock_t lock;
	/** @used: a bit for each number that is taken */
	unsigned long *used;
	/** @next: from where a free number is looked for */
	unsigned int next;
	/** @round: how often all numbers have been gone through, modulo 2^15 */
	u16 round;
	/** @table: contexts by number, &xe_context.node; one that is parallel is there once */
	DECLARE_HASHTABLE(table, XE_CONTEXT_HASH_BITS);
	/** @owing: those that the GuC has to be told something of, &xe_context.owing */
	struct list_head owing;
	/** @asked: those that the GuC has to answer, in order of time, &xe_context.asked */
	struct list_head asked;
	/** @count: how many contexts there are */
	unsigned int count;
	/** @closed: the device is going: no context can be made any more */
	bool closed;
};

/* Memory: software */
struct xe_context *xe_context_alloc(gfp_t gfp);
void xe_context_free(struct xe_context *ctx);

/* One context: bound or in a section */
int xe_context_create(struct xe_hw hw, struct xe_gt *gt, struct xe_context *ctx,
		      const struct xe_context_desc *desc, struct xe_context_owner *owner);
int xe_context_submit(struct xe_hw hw, struct xe_gt *gt, u32 number, const u32 *tails);
int xe_context_revive(struct xe_hw hw, struct xe_gt *gt, u32 number, const u32 *tails);
int xe_context_suspend(struct xe_hw hw, struct xe_gt *gt, u32 number);
int xe_context_resume(struct xe_hw hw, struct xe_gt *gt, u32 number);
int xe_context_end(struct xe_hw hw, struct xe_gt *gt, u32 number);

/* All of a GT: bound */
void xe_contexts_forget(struct xe_hw hw, struct xe_gt *gt);
void xe_contexts_drop(struct xe_hw hw, struct xe_gt *gt);
void xe_contexts_list(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p);
void xe_contexts_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p);

/* For xe_guc.c */
int xe_contexts_init(struct xe_hw hw, struct xe_gt *gt);
void xe_contexts_catch_up(struct xe_hw hw, struct xe_gt *gt);

#endif
