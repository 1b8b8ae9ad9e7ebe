// SPDX-License-Identifier: MIT
/*
 * Messages of a GuC: read, checked, and given to whom they concern. See "DOC: GuC channel".
 *
 * Nothing in a message is trusted. It is copied out of the ring once, and the copy is looked at.
 */

#include <linux/bitfield.h>

#include <drm/drm_print.h>

#include "guc/ct.h"
#include "guc/ct_layout.h"
#include "guc/owed.h"
#include "guc/ring.h"
#include "hw/state.h"
#include "xe_device.h"
#include "xe_guc.h"
#include "xe_trace.h"

#define ROUNDS	16u	/* of looks at what has come while others were handled */

/*
 * Events
 */

static int ignore(struct xe_hw hw, struct xe_gt *gt, const u32 *payload)
{
	return 0;
}

static int engine_reset_failed(struct xe_hw hw, struct xe_gt *gt, const u32 *payload)
{
	return xe_guc_ct_break(hw, gt, "engine %u of class %u could not be reset (reason %#x)",
			       payload[1], payload[0], payload[2]);
}

static int firmware_died(struct xe_hw hw, struct xe_gt *gt, const u32 *payload)
{
	return xe_guc_ct_break(hw, gt, "the firmware has crashed");
}

/* Events that concern the channel; the others were registered with xe_guc_ct_handle(). */
static const struct xe_ct_event own_events[] = {
	{ GUC_EVENT_ENGINE_RESET_FAILED, 3, 3,   0, engine_reset_failed },
	{ GUC_EVENT_ACCESS_COUNT,	 4, 4,   0, ignore },
	{ GUC_EVENT_STATE_CAPTURED,	 0, 254, 0, ignore },
	{ GUC_EVENT_LOG_FLUSHED,	 0, 254, 0, ignore },
	{ GUC_EVENT_CRASH_DUMPED,	 0, 254, 0, firmware_died },
	{ GUC_EVENT_EXCEPTION,		 0, 254, 0, firmware_died },
};

static const struct xe_ct_event *find_event(const struct xe_guc_ct *ct, u32 code)
{
	for (size_t i = 0; i < ARRAY_SIZE(own_events); i++)
		if (own_events[i].event == code)
			return &own_events[i];
	for (unsigned int i = 0; i < ct->num_events; i++)
		if (ct->events[i]->event == code)
			return ct->events[i];
	return NULL;
}

/* What was reserved is free again; more than there is was never reserved. */
static bool return_credits(struct xe_guc_ct *ct, u32 words)
{
	guard(spinlock)(&ct->lock);
	if (words > CT_CREDITS - ct->credits)
		return false;
	ct->credits += words;
	return true;
}

/* Once: the more of them, the less there is to be learnt. */
static int unknown_event(struct xe_hw hw, struct xe_gt *gt, u32 event)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;

	if (!ct->unknown_event_seen)
		drm_notice(&xe_hw_device(hw)->drm,
			   "GT%u: this driver does not know event %#x of the GuC, and ignores what it does not know\n",
			   gt->id, event);
	ct->unknown_event_seen = true;
	return 0;
}

static int handle_event(struct xe_hw hw, struct xe_gt *gt, const u32 *hxg, u32 len)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
	u32 code = FIELD_GET(HXG_ACTION, hxg[0]);
	const struct xe_ct_event *event = find_event(ct, code);

	if (!event)
		return unknown_event(hw, gt, code);
	if (len - 1 < event->min || len - 1 > event->max)
		return xe_guc_ct_break(hw, gt, "event %#x has %u words behind its header", code,
				       len - 1);
	if (!return_credits(ct, event->reserved))
		return xe_guc_ct_break(hw, gt, "event %#x that nobody waits for", code);
	return event->handle(hw, gt, hxg + 1);
}

/*
 * Answers
 */

static int handle_answer(struct xe_hw hw, struct xe_gt *gt, u32 fence, const u32 *hxg)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
	u32 type = FIELD_GET(HXG_TYPE, hxg[0]);
	int err = type == HXG_SUCCESS ? 0 : type == HXG_RETRY ? -EAGAIN : -EIO;

	if (fence & CT_FENCE_UNANSWERED)
		return xe_guc_ct_break(hw, gt, "message %#x was refused (%#010x)", fence,
				       hxg[0]);
	if (!xe_guc_ct_finish_answer(ct, fence, err, hxg[0]))
		return xe_guc_ct_break(hw, gt, "answer %#010x with fence %#x that nobody waits for",
				       hxg[0], fence);
	if (!return_credits(ct, CT_MAX_WORDS))
		return xe_guc_ct_break(hw, gt, "more answers than requests");
	return 0;
}

static int handle_message(struct xe_hw hw, struct xe_gt *gt, const u32 *msg)
{
	u32 fence = FIELD_GET(CT_FENCE, msg[0]), len = FIELD_GET(CT_LENGTH, msg[0]);
	const u32 *hxg = msg + 1;
	bool event;

	if (!len || (msg[0] & (CT_FORMAT | CT_RESERVED)))
		return xe_guc_ct_break(hw, gt, "malformed message, header %#010x", msg[0]);
	if (!(hxg[0] & HXG_FROM_GUC))
		return xe_guc_ct_break(hw, gt, "message %#010x is our own", hxg[0]);

	event = FIELD_GET(HXG_TYPE, hxg[0]) == HXG_EVENT;
	trace_xe_ct_receive(xe_hw_device(hw)->drm.dev, gt->id,
			    event ? FIELD_GET(HXG_ACTION, hxg[0]) : 0, fence, len);
	switch (FIELD_GET(HXG_TYPE, hxg[0])) {
	case HXG_EVENT:
		return handle_event(hw, gt, hxg, len);
	case HXG_SUCCESS:
	case HXG_FAILURE:
	case HXG_RETRY:
		return handle_answer(hw, gt, fence, hxg);
	default:
		return xe_guc_ct_break(hw, gt, "message %#010x of unknown type", hxg[0]);
	}
}

/*
 * The ring
 */

static void read_words(struct xe_hw hw, struct xe_guc_ct *ct, u32 *to, u32 len)
{
	u32 first = min(len, CT_G2H_WORDS - ct->head);

	xe_ggtt_buf_read(hw, &ct->buf, CT_G2H_OFFSET + ct->head * sizeof(u32), to,
			 first * sizeof(u32));
	xe_ggtt_buf_read(hw, &ct->buf, CT_G2H_OFFSET, to + first, (len - first) * sizeof(u32));
	ct->head = xe_ring_advance(ct->head, len, CT_G2H_WORDS);
}

/* Up to where the GuC has written; negative if there is nothing sensible to be read. */
static int read_tail(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
	u32 tail = xe_ggtt_buf_read32(hw, &ct->buf, CT_G2H_DESC + CT_DESC_TAIL);
	u32 status = xe_ggtt_buf_read32(hw, &ct->buf, CT_G2H_DESC + CT_DESC_STATUS);

	if (status)
		xe_guc_ct_break(hw, gt, "status %#x of the ring from the GuC", status);
	else if (tail >= CT_G2H_WORDS)
		xe_guc_ct_break(hw, gt, "the GuC wrote up to word %u of %u", tail, CT_G2H_WORDS);
	else
		return tail;
	return -EPIPE;
}

static bool receive_one(struct xe_hw hw, struct xe_gt *gt, u32 tail)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
	u32 avail = xe_ring_used(ct->head, tail, CT_G2H_WORDS);
	u32 len;

	if (!avail)
		return false;

	read_words(hw, ct, ct->msg, 1);
	len = FIELD_GET(CT_LENGTH, ct->msg[0]);
	if (len >= avail) {
		xe_guc_ct_break(hw, gt, "message of %u words, %u were written", len + 1, avail);
		return false;
	}

	read_words(hw, ct, ct->msg + 1, len);
	/* The GuC may write over the words as soon as it sees the new head. */
	dma_mb();
	xe_ggtt_buf_write32(hw, &ct->buf, CT_G2H_DESC + CT_DESC_HEAD, ct->head);
	ct->received++;
	return !handle_message(hw, gt, ct->msg);
}

/* All that stands in the ring now. Return: whether there was anything. */
static bool receive_all(struct xe_hw hw, struct xe_gt *gt)
{
	bool any = false;
	int tail;

	if (!xe_guc_ct_is_up(hw, gt))
		return false;

	tail = read_tail(hw, gt);
	while (tail >= 0 && xe_guc_ct_is_up(hw, gt) && receive_one(hw, gt, tail))
		any = true;
	return any;
}

/**
 * xe_guc_ct_receive - handle what the GuC sent
 * @hw: the token
 * @gt: its GT
 *
 * What comes meanwhile is handled as well, as there may be one interrupt for all of it; but not for
 * ever, so that a firmware that never stops talking does not keep the thread. A work goes on then.
 *
 * Context: bound or in a section, may sleep; the thread of the interrupt, a waiter, or a work.
 */
void xe_guc_ct_receive(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
	bool more = true;

	guard(mutex)(&ct->receive_lock);
	for (unsigned int i = 0; i < ROUNDS && more; i++)
		more = receive_all(hw, gt);
	if (!more)
		return;
	WRITE_ONCE(ct->unread, true);
	xe_guc_owed_now(hw);
}

/**
 * xe_guc_ct_catch_up - go on where xe_guc_ct_receive() has let others have their turn
 * @hw: the token
 * @gt: its GT
 *
 * Context: as xe_guc_ct_receive(); the work of guc/owed.c.
 */
void xe_guc_ct_catch_up(struct xe_hw hw, struct xe_gt *gt)
{
	if (xchg(&xe_guc(hw, gt)->ct.unread, false))
		xe_guc_ct_receive(hw, gt);
}
