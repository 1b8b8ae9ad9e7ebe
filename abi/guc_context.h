/* SPDX-License-Identifier: MIT */
/*
 * Contexts, as host and GuC speak of them.
 * Source: Linux 6.12 drivers/gpu/drm/xe/abi/, xe_guc_fwif.h, xe_guc_submit_types.h; hardware.rst
 * xe-hw-guc-actions.
 */
#ifndef _XE_ABI_GUC_CONTEXT_H_
#define _XE_ABI_GUC_CONTEXT_H_

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

#define GUC_CONTEXT_IDS			65535	/* 0 to 65534 */

/* Register a context: flags, id, class, mask, work queue (5 words), descriptor (2 words) */
#define GUC_CONTEXT_OF_KERNEL_DRIVER	BIT(0)

/* Descriptor of an image: its GGTT address, and */
#define GUC_LRC_VALID			BIT(0)
#define GUC_LRC_ADDRESSING		GENMASK(4, 3)
#define   GUC_LRC_ADDRESSING_64		3
#define GUC_LRC_PPGTT			BIT(8)

/* Set the mode of a context: id, 1 to schedule it; the event has the same two words */
#define GUC_MODE_OFF			0
#define GUC_MODE_ON			1

/* Policies of a context: id, then words of key and value */
#define GUC_POLICY_KEY			GENMASK(31, 16)
#define GUC_POLICY_LENGTH		GENMASK(15, 0)
#define GUC_POLICY_QUANTUM_US		0x2001
#define GUC_POLICY_PREEMPT_US		0x2002
#define GUC_POLICY_PRIORITY		0x2003

enum xe_guc_priority {
	GUC_PRIORITY_KERNEL_HIGH,
	GUC_PRIORITY_HIGH,
	GUC_PRIORITY_KERNEL_NORMAL,
	GUC_PRIORITY_NORMAL,
};

/* A memory error that the GuC can lay to no context */
#define GUC_CONTEXT_UNKNOWN		0xffffffff

/*
 * What a parallel context and the GuC share: in the upper half of the status page of its first
 * image.
 */
#define GUC_PARALLEL_OFFSET		2048
#define GUC_PARALLEL_BYTES		2048
#define GUC_WORK_QUEUE_OFFSET		1024	/* of the queue in it */
#define GUC_WORK_QUEUE_BYTES		1024

struct xe_guc_work_queue_descriptor {
	u32 head;	/* in bytes, of the GuC */
	u32 tail;	/* in bytes, of the host */
	u32 error_offset;
	u32 status;
	u32 reserved[28];
};

static_assert(sizeof(struct xe_guc_work_queue_descriptor) == 128);

#define GUC_WORK_QUEUE_ACTIVE		1

/* First word of an item */
#define GUC_ITEM_LENGTH			GENMASK(26, 16)	/* words that follow */
#define GUC_ITEM_TYPE			GENMASK(7, 0)
#define   GUC_ITEM_NOOP			4
#define   GUC_ITEM_PARALLEL		5

/* A parallel item: descriptor of image 0, id and tail of ring 0, 0, tails of the other rings */
#define GUC_ITEM_ID			GENMASK(15, 0)
#define GUC_ITEM_TAIL			GENMASK(28, 18)	/* in units of 8 bytes */

#endif
