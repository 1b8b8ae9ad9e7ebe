/* SPDX-License-Identifier: MIT */
/*
 * Messages between host and GuC.
 * Source: Linux 6.12 drivers/gpu/drm/xe/abi/, hardware.rst xe-hw-guc-messages.
 */
#ifndef _XE_ABI_GUC_MESSAGES_H_
#define _XE_ABI_GUC_MESSAGES_H_

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

/* First word of a message, in the mailbox as in the channel */
#define HXG_FROM_GUC			BIT(31)
#define HXG_TYPE			GENMASK(30, 28)
#define HXG_DATA0			GENMASK(27, 0)	/* of a success answer */
#define HXG_HINT			GENMASK(27, 16)	/* of a failure answer */
#define HXG_ERROR			GENMASK(15, 0)	/* of a failure answer */
#define HXG_ACTION			GENMASK(15, 0)	/* of a request or an event */

enum xe_hxg_type {
	HXG_REQUEST		= 0,
	HXG_EVENT		= 1,
	HXG_FAST_REQUEST	= 2,	/* a request that is not answered */
	HXG_BUSY		= 3,
	HXG_RETRY		= 5,
	HXG_FAILURE		= 6,
	HXG_SUCCESS		= 7,
};

/* Why a request failed: one number for the kind, one for the detail */
static inline u32 xe_hxg_error(u32 header)
{
	return FIELD_GET(HXG_ERROR, header);
}

static inline u32 xe_hxg_hint(u32 header)
{
	return FIELD_GET(HXG_HINT, header);
}

/* What the host can ask for */
enum xe_guc_action {
	GUC_ACTION_READ_POLICIES	= 0x0506,
	GUC_ACTION_SELF_CONFIG		= 0x0508,	/* mailbox */
	GUC_ACTION_SCHEDULE		= 0x1000,
	GUC_ACTION_SET_MODE		= 0x1001,
	GUC_ACTION_SET_POLICIES		= 0x100b,
	GUC_ACTION_SLPC			= 0x3003,
	GUC_ACTION_RC_CONTROL		= 0x3004,
	GUC_ACTION_AUTHENTICATE_HUC	= 0x4000,
	GUC_ACTION_GET_HWCONFIG		= 0x4100,	/* mailbox */
	GUC_ACTION_REGISTER_CONTEXT	= 0x4502,
	GUC_ACTION_DEREGISTER_CONTEXT	= 0x4503,
	GUC_ACTION_CONTROL_CHANNEL	= 0x4509,	/* mailbox */
	GUC_ACTION_REGISTER_PARALLEL	= 0x4601,
	GUC_ACTION_SOFT_RESET		= 0x5507,	/* mailbox */
	GUC_ACTION_ANSWER_PAGE_FAULT	= 0x6003,
	GUC_ACTION_INVALIDATE_TLB	= 0x7000,
};

/* What the GuC tells without being asked, or when something long has ended */
enum xe_guc_event {
	GUC_EVENT_MODE_CHANGED		= 0x1002,
	GUC_EVENT_CONTEXT_RESET		= 0x1008,
	GUC_EVENT_ENGINE_RESET_FAILED	= 0x1009,
	GUC_EVENT_DEREGISTERED		= 0x4600,
	GUC_EVENT_MEMORY_ERROR		= 0x6000,
	GUC_EVENT_PAGE_FAULT		= 0x6002,
	GUC_EVENT_ACCESS_COUNT		= 0x6004,
	GUC_EVENT_TLB_INVALIDATED	= 0x7001,
	GUC_EVENT_STATE_CAPTURED	= 0x8002,
	GUC_EVENT_LOG_FLUSHED		= 0x8003,
	GUC_EVENT_CRASH_DUMPED		= 0x8004,
	GUC_EVENT_EXCEPTION		= 0x8005,
};

/* Self config: one key with its length in words, then a value of 64 bits */
#define GUC_SELF_CONFIG_KEY		GENMASK(31, 16)
#define GUC_SELF_CONFIG_LENGTH		GENMASK(15, 0)
#define GUC_KEY_H2G_BUFFER		0x0902
#define GUC_KEY_H2G_DESCRIPTOR		0x0903
#define GUC_KEY_H2G_SIZE		0x0904
#define GUC_KEY_G2H_BUFFER		0x0905
#define GUC_KEY_G2H_DESCRIPTOR		0x0906
#define GUC_KEY_G2H_SIZE		0x0907

/* First word of a message in a ring of the channel */
#define CT_FENCE			GENMASK(31, 16)
#define   CT_FENCE_UNANSWERED		BIT(15)	/* of a fast request: no answer is expected */
#define CT_FORMAT			GENMASK(15, 12)
#define CT_RESERVED			GENMASK(11, 8)
#define CT_LENGTH			GENMASK(7, 0)	/* words that follow */
#define CT_MAX_WORDS			256		/* of a message, this word included */

/* One ring of the channel, as host and GuC share it. Head and tail count words. */
struct xe_guc_ring_descriptor {
	u32 head;
	u32 tail;
	u32 status;
	u32 reserved[13];
};

static_assert(sizeof(struct xe_guc_ring_descriptor) == 64);

/*
 * TLB invalidation: sequence number, operation; of a range also ASID, address (2 words) and size,
 * which is a power of two of pages. The address is a multiple of the size; 4 and 8 MiB do not
 * exist.
 */
#define GUC_TLB_TYPE			GENMASK(7, 0)
#define   GUC_TLB_RANGE			1
#define   GUC_TLB_GGTT			3
#define GUC_TLB_FLUSH_CACHES		BIT(31)
#define GUC_TLB_SEQUENCE_END		0x100000	/* 1 follows on the number before it */

/* Page fault: four words */
#define GUC_FAULT_WORDS			4
#define GUC_FAULT_0_INSTANCE		GENMASK(24, 19)
#define GUC_FAULT_0_CLASS		GENMASK(27, 25)
#define GUC_FAULT_0_DATA_LOW		GENMASK(31, 28)
#define GUC_FAULT_1_DATA_HIGH		GENMASK(11, 0)
#define GUC_FAULT_1_ASID		GENMASK(31, 12)
#define GUC_FAULT_2_ACCESS		GENMASK(1, 0)
#define GUC_FAULT_2_TYPE		GENMASK(3, 2)
#define GUC_FAULT_2_VF			GENMASK(9, 4)
#define GUC_FAULT_2_ADDRESS		GENMASK(31, 12)	/* word 3: its upper half */

/* Answer to a page fault: two words */
#define GUC_FAULT_ANSWER_WORDS		2
#define GUC_FAULT_ANSWER_0_VALID	BIT(0)
#define GUC_FAULT_ANSWER_0_UNSUCCESSFUL	BIT(1)
#define GUC_FAULT_ANSWER_0_TYPE		GENMASK(4, 2)	/* 0: this access */
#define GUC_FAULT_ANSWER_0_DESCRIPTOR	GENMASK(11, 10)
#define   GUC_FAULT_ANSWER		1
#define GUC_FAULT_ANSWER_0_ASID		GENMASK(31, 12)
#define GUC_FAULT_ANSWER_1_VF		GENMASK(5, 0)
#define GUC_FAULT_ANSWER_1_INSTANCE	GENMASK(12, 7)
#define GUC_FAULT_ANSWER_1_CLASS	GENMASK(15, 13)
#define GUC_FAULT_ANSWER_1_DATA		GENMASK(31, 16)

/* RC control */
#define GUC_RC_HOST			0
#define GUC_RC_FIRMWARE			1

#endif
