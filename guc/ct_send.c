// SPDX-License-Identifier: MIT
/*
 * Messages to a GuC, and waiting for what comes of them. See "DOC: GuC channel".
 */

#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/error-injection.h>
#include <linux/jiffies.h>

#include <drm/drm_print.h>

#include "guc/ct.h"
#include "guc/ct_layout.h"
#include "guc/mailbox.h"
#include "guc/ring.h"
#include "hw/state.h"
#include "xe_device.h"
#include "xe_guc.h"
#include "xe_trace.h"

#define SPACE_WAIT_MAX_MS	64
#define POLL_MS			20

static int state_error(struct xe_hw hw, const struct xe_guc_ct *ct)
{
	if (xe_hw_is_lost(hw))
		return -ENODEV;

	switch (READ_ONCE(ct->state)) {
	case XE_CT_UP:
		return 0;
	case XE_CT_BROKEN:
		return -EPIPE;
	default:
		return -ECANCELED;
	}
}

/* A card that is gone raises no interrupt, so who waits has to look. */
static void poll(struct xe_hw hw, struct xe_gt *gt)
{
	bool answers = xe_hw_answers(hw);

	if (xe_hw_is_going(hw))
		xe_guc_ct_abandon(hw, gt);
	else if (!answers)
		xe_guc_ct_break(hw, gt, "the card is lost");
	else
		xe_guc_ct_receive(hw, gt);
}

/*
 * Room in the H2G ring
 */

static void saw_head(struct xe_guc_ct *ct, u32 head)
{
	ct->head_seen = head;
	ct->head_moved = jiffies;
}

static int read_head(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
	u32 status = xe_ggtt_buf_read32(hw, &ct->buf, CT_H2G_DESC + CT_DESC_STATUS);
	u32 head = xe_ggtt_buf_read32(hw, &ct->buf, CT_H2G_DESC + CT_DESC_HEAD);

	lockdep_assert_held(&ct->send_lock);

	if (status)
		xe_guc_ct_break(hw, gt, "status %#x of the ring to the GuC", status);
	else if (head >= CT_H2G_WORDS)
		xe_guc_ct_break(hw, gt, "the GuC read up to word %u of %u", head, CT_H2G_WORDS);
	else if (xe_ring_used(head, ct->tail, CT_H2G_WORDS) >
		 xe_ring_used(ct->head_seen, ct->tail, CT_H2G_WORDS))
		xe_guc_ct_break(hw, gt, "the GuC read word %u before it was written (%u to %u)",
				head, ct->head_seen, ct->tail);
	else if (head != ct->head_seen)
		saw_head(ct, head);
	return state_error(hw, ct);
}

/* A GuC that works reads what is there; the wait for one that does not has an end. */
static int find_room(struct xe_hw hw, struct xe_gt *gt, u32 words)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
	int err;

	err = read_head(hw, gt);
	if (err || xe_ring_free(ct->head_seen, ct->tail, CT_H2G_WORDS) >= words)
		return err;
	if (time_before(jiffies, ct->head_moved + msecs_to_jiffies(XE_CT_TIMEOUT_MS)))
		return -EBUSY;

	xe_guc_ct_break(hw, gt, "the GuC does not read messages");
	return state_error(hw, ct);
}

/*
 * Reserve G2H space for the reply. Half of that ring is never reserved, but kept for events that
 * nobody asked for. Senders that do not wait, of which there may be thousands, leave some of it to
 * those that do.
 */
static int take_credits(struct xe_guc_ct *ct, u32 words, bool waits)
{
	guard(spinlock)(&ct->lock);
	if (words && ct->credits < words + (waits ? 0 : CT_CREDITS_OF_WAITERS))
		return -EBUSY;
	ct->credits -= words;
	return 0;
}

static void give_credits(struct xe_guc_ct *ct, u32 words)
{
	guard(spinlock)(&ct->lock);
	ct->credits += words;
}

/*
 * Messages
 */

static void write_words(struct xe_hw hw, struct xe_guc_ct *ct, const u32 *words, u32 len)
{
	xe_ggtt_buf_write(hw, &ct->buf, CT_H2G_OFFSET + ct->tail * sizeof(u32), words,
			  len * sizeof(u32));
	ct->tail = xe_ring_advance(ct->tail, len, CT_H2G_WORDS);
}

static void write_message(struct xe_hw hw, struct xe_gt *gt, const u32 *action,
			  unsigned int len, u32 padding, bool answered)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
	const u32 header[] = {
		FIELD_PREP(CT_FENCE, ct->fence) | FIELD_PREP(CT_LENGTH, len),
		FIELD_PREP(HXG_TYPE, answered ? HXG_REQUEST : HXG_FAST_REQUEST) |
		FIELD_PREP(HXG_ACTION, action[0]),
	};

	if (padding) {
		xe_ggtt_buf_fill(hw, &ct->buf, CT_H2G_OFFSET + ct->tail * sizeof(u32), 0,
				 padding * sizeof(u32));
		ct->tail = 0;
	}
	write_words(hw, ct, header, ARRAY_SIZE(header));
	write_words(hw, ct, action + 1, len - 1);
	xe_ggtt_buf_write32(hw, &ct->buf, CT_H2G_DESC + CT_DESC_TAIL, ct->tail);
	ct->sent++;
	trace_xe_ct_send(xe_hw_device(hw)->drm.dev, gt->id, action[0], ct->fence, len);
	xe_guc_notify(hw, gt);
}

/* Waiters are known to the channel before the GuC can answer them. */
static int add_wait(struct xe_hw hw, struct xe_guc_ct *ct, struct xe_ct_wait *wait)
{
	int err;

	guard(spinlock)(&ct->lock);
	err = state_error(hw, ct);
	if (!err)
		list_add_tail(&wait->link, &ct->waits);
	return err;
}

static int fill_and_write(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len,
			  struct xe_ct_wait *wait, u32 padding)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
	bool answered = wait && wait->what == XE_CT_ANSWER;
	int err;

	ct->fence = (ct->fence + 1) & ~CT_FENCE_UNANSWERED;
	if (answered)
		wait->id = ct->fence;
	else
		ct->fence |= CT_FENCE_UNANSWERED;

	err = wait ? add_wait(hw, ct, wait) : 0;
	if (err)
		return err;

	if (ct->head_seen == ct->tail)
		saw_head(ct, ct->tail);
	write_message(hw, gt, action, len, padding, answered);
	return 0;
}

/**
 * xe_guc_ct_post - send a message if it can be sent now
 * @hw: the token
 * @gt: its GT
 * @action: code of the action, and what belongs to it
 * @len: in words
 * @wait: as for xe_guc_ct_send_for(), its completion initialised; NULL if nobody waits
 * @words: room to reserve for what comes back, XE_CT_WORDS_*
 *
 * For those who decide what they send with the order of messages in their hands.
 *
 * Context: bound or in a section; &xe_guc_ct.send_lock is held, a spinlock may be.
 * Return: 0; -EBUSY if there is no room in either ring, which is no fault of anybody; else as
 * xe_guc_ct_send().
 */
int xe_guc_ct_post(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len,
		   struct xe_ct_wait *wait, u32 words)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
	u32 padding = xe_ring_padding(ct->tail, len + 1, CT_H2G_WORDS);
	int err;

	lockdep_assert_held(&ct->send_lock);
	if (drm_WARN_ON(&xe_hw_device(hw)->drm, !len || len >= CT_MAX_WORDS))
		return -EINVAL;

	err = state_error(hw, ct);
	if (!err)
		err = find_room(hw, gt, padding + len + 1);
	if (!err)
		err = take_credits(ct, words, wait);
	if (err)
		return err;

	err = fill_and_write(hw, gt, action, len, wait, padding);
	if (err)
		give_credits(ct, words);
	return err;
}

/**
 * xe_guc_ct_wait_room - wait a while before xe_guc_ct_post() is tried again
 * @hw: the token
 * @gt: its GT
 * @waited: by whom, and how long in all; zeroed before the first time
 *
 * Context: bound, may sleep, 64 ms at a time and 1 s in all; no lock of the channel is held.
 * Return: 0; -EBUSY if it has been tried for long enough.
 */
int xe_guc_ct_wait_room(struct xe_hw hw, struct xe_gt *gt, struct xe_ct_patience *waited)
{
	xe_hw_may_take_long(hw);
	if (waited->ms > XE_CT_TIMEOUT_MS)
		return -EBUSY;

	waited->pause_ms = clamp(2 * waited->pause_ms, 1, SPACE_WAIT_MAX_MS);
	msleep(waited->pause_ms);
	waited->ms += waited->pause_ms;
	poll(hw, gt);
	return 0;
}

static int send(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len,
		struct xe_ct_wait *wait, u32 words)
{
	struct xe_ct_patience waited = { };
	int err;

	xe_hw_may_take_long(hw);	/* there may be no room */
	for (;;) {
		scoped_guard(mutex, &xe_guc(hw, gt)->ct.send_lock)
			err = xe_guc_ct_post(hw, gt, action, len, wait, words);
		if (err != -EBUSY)
			return err;
		err = xe_guc_ct_wait_room(hw, gt, &waited);
		if (err)
			return err;
	}
}

/**
 * xe_guc_ct_send - tell the GuC something that it does not answer
 * @hw: the token
 * @gt: its GT
 * @action: code of the action, and what belongs to it
 * @len: in words
 *
 * Should the GuC refuse, the channel breaks: see "DOC: GuC channel".
 *
 * Context: bound, may sleep up to 1 s if the ring is full.
 * Return: 0; -EBUSY if there was no room for it for 1 s; -EPIPE if the channel is broken,
 * -ECANCELED if it is down, -ENODEV if the card is lost.
 */
int xe_guc_ct_send(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len)
{
	return send(hw, gt, action, len, NULL, 0);
}
ALLOW_ERROR_INJECTION(xe_guc_ct_send, ERRNO);

/**
 * xe_guc_ct_send_for - send, for a waiter
 * @hw: the token
 * @gt: its GT
 * @action: code of the action, and what belongs to it
 * @len: in words
 * @wait: what is filled in; id, too, unless it is XE_CT_ANSWER
 * @words: room to reserve for what comes back, XE_CT_WORDS_*
 *
 * If it succeeds xe_guc_ct_wait() has to follow, since the channel points to @wait until then.
 *
 * Context: as xe_guc_ct_send().
 * Return: as xe_guc_ct_send().
 */
int xe_guc_ct_send_for(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len,
		       struct xe_ct_wait *wait, u32 words)
{
	init_completion(&wait->done);
	return send(hw, gt, action, len, wait, words);
}

/**
 * xe_guc_ct_wait - wait for what was asked for with xe_guc_ct_send_for()
 * @hw: the token
 * @gt: its GT
 * @wait: the waiter
 * @action: code of the action, for the log
 *
 * Context: bound, may sleep up to 1 s, for an invalidation 2.5 s; not from a handler of the
 * channel.
 * Return: what @wait was completed with; -EPIPE if that did not come in time, the channel is then
 * broken; -ENODEV if the card is lost.
 */
int xe_guc_ct_wait(struct xe_hw hw, struct xe_gt *gt, struct xe_ct_wait *wait, u32 action)
{
	unsigned int ms = wait->what == XE_CT_TLB ? XE_CT_TLB_TIMEOUT_MS : XE_CT_TIMEOUT_MS;
	unsigned long end = jiffies + msecs_to_jiffies(ms);

	xe_hw_may_take_long(hw);
	while (!wait_for_completion_timeout(&wait->done, msecs_to_jiffies(POLL_MS))) {
		poll(hw, gt);
		if (!time_after(jiffies, end))
			continue;
		/*
		 * The look may have found the answer. A break completes the waiter, too; and so
		 * does a reset, which does not end while the lock is held.
		 */
		guard(mutex)(&xe_guc(hw, gt)->ct.send_lock);
		if (!completion_done(&wait->done))
			xe_guc_ct_break(hw, gt, "no answer to request %#x within %u ms", action,
					ms);
	}
	return wait->err;
}

/**
 * xe_guc_ct_request - ask the GuC for something, and wait for the answer
 * @hw: the token
 * @gt: its GT
 * @action: code of the action, and what belongs to it
 * @len: in words
 * @data: if not NULL, the data of the answer
 *
 * A GuC that wants to be asked again is asked for a second, and once more at its end.
 *
 * Context: bound, may sleep up to 2 s: 1 for room in the ring, 1 for the answer. Where the GuC
 * wanted to be asked again it may be 3 s. Not from a handler of the channel.
 * Return: 0; -EIO if the GuC refuses, which is logged; -EAGAIN if it still wants to be asked again;
 * else as xe_guc_ct_send().
 */
int xe_guc_ct_request(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len,
		      u32 *data)
{
	unsigned long end = jiffies + msecs_to_jiffies(XE_CT_TIMEOUT_MS);
	struct xe_ct_wait wait = { .what = XE_CT_ANSWER };
	unsigned int pause_ms = 5;
	int err;

	for (;;) {
		err = xe_guc_ct_send_for(hw, gt, action, len, &wait, CT_MAX_WORDS);
		if (!err)
			err = xe_guc_ct_wait(hw, gt, &wait, action[0]);
		if (err != -EAGAIN || time_after(jiffies, end))
			break;
		msleep(pause_ms);
		pause_ms = min(2 * pause_ms, SPACE_WAIT_MAX_MS);
		if (xe_hw_is_going(hw))
			return -ENODEV;
	}

	if (err == -EIO)
		drm_err(&xe_hw_device(hw)->drm,
			"GT%u: GuC refuses request %#x: error %#x, hint %#x; see its log\n", gt->id,
			action[0], xe_hxg_error(wait.data), xe_hxg_hint(wait.data));
	if (!err && data)
		*data = FIELD_GET(HXG_DATA0, wait.data);
	return err;
}
ALLOW_ERROR_INJECTION(xe_guc_ct_request, ERRNO);
