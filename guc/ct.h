/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_CT_H_
#define _XE_GUC_CT_H_

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "abi/guc_messages.h"
#include "hw/ggtt_buf.h"
#include "xe_hw.h"

struct drm_printer;
struct xe_gt;

/* What the channel reserves for an event that a request brings about, in words. */
#define XE_CT_WORDS_TLB		3
#define XE_CT_WORDS_MODE	4
#define XE_CT_WORDS_LEFT	3

/* Events that are none of the channel's own business. */
#define XE_CT_MAX_EVENTS	16

enum xe_ct_state {
	/* not set up, or taken down */
	XE_CT_DOWN,
	/* messages flow */
	XE_CT_UP,
	/* something came that must not come; only a reset helps */
	XE_CT_BROKEN,
};

/* What a &struct xe_ct_wait waits for. */
enum xe_ct_what {
	XE_CT_ANSWER,
	XE_CT_TLB,
};

/**
 * struct xe_ct_wait - somebody waits for the GuC
 *
 * On the stack of who waits; on the list of the channel until it is completed.
 */
struct xe_ct_wait {
	/** @link: on &xe_guc_ct.waits */
	struct list_head link;
	/** @done: completed with @err and @data filled in */
	struct completion done;
	/** @what: an answer, or an event */
	enum xe_ct_what what;
	/** @id: fence of the request, or sequence number */
	u32 id;
	/** @err: 0, or why there is no good answer */
	int err;
	/** @data: of the answer */
	u32 data;
};

/**
 * struct xe_ct_patience - how long a sender has waited for room
 */
struct xe_ct_patience {
	/** @ms: in all */
	unsigned int ms;
	/** @pause_ms: the last time */
	unsigned int pause_ms;
};

/**
 * struct xe_ct_event - an event of the GuC, and who is told of it
 */
struct xe_ct_event {
	/** @event: its code */
	u16 event;
	/** @min: how many words it has at least, behind its header */
	u8 min;
	/** @max: and at most */
	u8 max;
	/** @reserved: words of the ring that the request for it reserved, XE_CT_WORDS_*, or 0 */
	u8 reserved;
	/**
	 * @handle: called where messages are received, which may be a waiter that holds mutexes: it
	 * takes spinlocks only, and does not send; 0 or an error
	 */
	int (*handle)(struct xe_hw hw, struct xe_gt *gt, const u32 *payload);
};

/**
 * struct xe_guc_ct - the channel to the GuC of a GT
 */
struct xe_guc_ct {
	/** @buf: descriptors and rings */
	struct xe_ggtt_buf buf;
	/** @send_lock: protects the H2G ring and what follows up to @fence; nobody waits with it */
	struct mutex send_lock;
	/** @tail: where the next message to the GuC goes, in words */
	u32 tail;
	/** @head_seen: what the GuC was last seen to have read up to */
	u32 head_seen;
	/** @head_moved: when it was last seen to read on, or found an empty ring filled; jiffies */
	unsigned long head_moved;
	/** @fence: of the last message */
	u16 fence;
	/** @receive_lock: protects the G2H ring, @head and @msg */
	struct mutex receive_lock;
	/** @head: where the next message of the GuC is, in words */
	u32 head;
	/** @msg: the message being handled */
	u32 msg[CT_MAX_WORDS];
	/** @lock: protects @state, @waits and @credits; inside the two above */
	spinlock_t lock;
	/** @events: those that others handle; constant while the channel is up */
	const struct xe_ct_event *events[XE_CT_MAX_EVENTS];
	/** @num_events: how many */
	unsigned int num_events;
	/** @unread: there may be more in the ring, of which no interrupt is going to tell */
	bool unread;
	/** @unknown_event_seen: an event of unknown kind has come, and was said; for handlers */
	bool unknown_event_seen;
	/** @state: see enum xe_ct_state */
	enum xe_ct_state state;
	/** @waits: &xe_ct_wait.link */
	struct list_head waits;
	/** @credits: words of the G2H ring that are not reserved */
	u32 credits;
	/** @sent: messages to the GuC since probe */
	u64 sent;
	/** @received: messages from it */
	u64 received;
};

int xe_guc_ct_init(struct xe_hw hw, struct xe_gt *gt);
int xe_guc_ct_handle(struct xe_hw hw, struct xe_gt *gt, const struct xe_ct_event *event);
int xe_guc_ct_enable(struct xe_hw hw, struct xe_gt *gt);
void xe_guc_ct_disable(struct xe_hw hw, struct xe_gt *gt, int err);
void xe_guc_ct_abandon(struct xe_hw hw, struct xe_gt *gt);
bool xe_guc_ct_is_up(struct xe_hw hw, struct xe_gt *gt);
void xe_guc_ct_catch_up(struct xe_hw hw, struct xe_gt *gt);
void xe_guc_ct_complete(struct xe_hw hw, struct xe_gt *gt,
			bool (*match)(const struct xe_ct_wait *wait, u32 id), u32 id);

__printf(3, 4)
int xe_guc_ct_break(struct xe_hw hw, struct xe_gt *gt, const char *format, ...);

void xe_guc_ct_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p);

/* ct_receive.c */
void xe_guc_ct_receive(struct xe_hw hw, struct xe_gt *gt);

/* ct_send.c */
int xe_guc_ct_send(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len);
int xe_guc_ct_request(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len,
		      u32 *data);
int xe_guc_ct_send_for(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len,
		       struct xe_ct_wait *wait, u32 words);
int xe_guc_ct_post(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len,
		   struct xe_ct_wait *wait, u32 words);
int xe_guc_ct_wait_room(struct xe_hw hw, struct xe_gt *gt, struct xe_ct_patience *waited);
int xe_guc_ct_wait(struct xe_hw hw, struct xe_gt *gt, struct xe_ct_wait *wait, u32 action);

#endif
