// SPDX-License-Identifier: MIT
/*
 * The channel to a GuC: its life, and messages to the GuC. Messages of the GuC: ct_receive.c.
 */

#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/error-injection.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "guc/ct.h"
#include "guc/ct_layout.h"
#include "guc/mailbox.h"
#include "guc/ring.h"
#include "hw/state.h"
#include "regs/soc.h"
#include "xe_device.h"
#include "xe_guc.h"

/**
 * DOC: GuC channel
 *
 * Two rings in shared memory: requests of the host (H2G), answers and events of the GuC (G2H). The
 * writer of a ring moves its tail, the reader its head; both stand in a descriptor of 64 bytes.
 *
 * A request carries a fence that its answer repeats. Who waits for an answer, or for the event that
 * ends an operation, puts a &struct xe_ct_wait on the channel's list; it lives on the waiter's
 * stack. Nothing is allocated to send or to receive, so both may be done on the way to signalling a
 * fence.
 *
 * Flow control: a request is sent when the H2G ring has room for it and when room in the G2H ring
 * is reserved for what it brings about. Half of the G2H ring is never promised: it is for events
 * that nobody asked for.
 *
 * Messages of the GuC are handled where the interrupt is: in its thread, on the bound side, with
 * the token that it was handed. There is no worker, so there is none to be waited for at unbind. A
 * handler must not send and wait: the thread would wait for itself.
 *
 * A wait for room or for an answer is bounded by XE_CT_TIMEOUT_MS, one for an invalidation by
 * XE_CT_TLB_TIMEOUT_MS. While it waits, a waiter looks now and then whether an interrupt was lost
 * (it then does the thread's work) and whether the card is still there.
 *
 * What must not come (a message of wrong length, an answer that nobody waits for, ring positions
 * out of range, a status that is not 0, no answer in time) ends in one place: xe_guc_ct_break(). It
 * says what was wrong, once, fails all waiters, and asks for a reset of the GT. Until that is done
 * every send fails with -EPIPE. An event of a kind that is not known is no fault: firmware that is
 * newer than the driver may send it.
 *
 * ==================== =========== ==================================================
 * object               owner       released when
 * ==================== =========== ==================================================
 * rings, descriptors   drm_device  as every xe_ggtt_buf
 * state "up"           bound side  guc_stop() of xe_guc.c, before the GuC is reset
 * struct xe_ct_wait    the waiter  answered, timed out, broken, lost or taken down
 * ==================== =========== ==================================================
 */

#define SPACE_WAIT_MAX_MS	64
#define POLL_MS			20

static struct xe_guc_ct *ct_of(struct xe_hw hw, struct xe_gt *gt)
{
	return &xe_guc(hw, gt)->ct;
}

/**
 * xe_guc_ct_init - allocate the channel of a GuC
 * @hw: the token
 * @gt: its GT
 *
 * Context: bound, may sleep.
 * Return: 0, -ENOMEM, -ENOSPC.
 */
int xe_guc_ct_init(struct xe_hw hw, struct xe_gt *gt)
{
	struct drm_device *drm = &xe_hw_device(hw)->drm;
	struct xe_guc_ct *ct = ct_of(hw, gt);
	int err;

	spin_lock_init(&ct->lock);
	INIT_LIST_HEAD(&ct->waits);
	err = drmm_mutex_init(drm, &ct->send_lock);
	if (err)
		return err;
	err = drmm_mutex_init(drm, &ct->receive_lock);
	if (err)
		return err;

	return xe_ggtt_buf_create(hw, &ct->buf, CT_BYTES, "GuC channel");
}
ALLOW_ERROR_INJECTION(xe_guc_ct_init, ERRNO);

static int register_ring(struct xe_hw hw, struct xe_gt *gt, u16 desc_key, u32 desc,
			 u16 buffer_key, u32 buffer, u16 size_key, u32 bytes)
{
	u32 base = xe_ggtt_buf_ggtt(&ct_of(hw, gt)->buf);
	int err;

	err = xe_guc_mailbox_config(hw, gt, desc_key, 2, base + desc);
	if (!err)
		err = xe_guc_mailbox_config(hw, gt, buffer_key, 2, base + buffer);
	if (!err)
		err = xe_guc_mailbox_config(hw, gt, size_key, 1, bytes);
	return err;
}

static int switch_on(struct xe_hw hw, struct xe_gt *gt)
{
	const u32 request[] = { GUC_ACTION_CONTROL_CHANNEL, 1 };
	u32 data0;
	int err;

	err = xe_guc_mailbox_send(hw, gt, request, ARRAY_SIZE(request), &data0);
	if (err || !data0)
		return err;

	drm_err(&xe_hw_device(hw)->drm, "GT%u: GuC answers %#x when its channel is switched on\n",
		gt->id, data0);
	return -EPROTO;
}

/**
 * xe_guc_ct_enable - set up the rings and tell the GuC of them
 * @hw: the token
 * @gt: its GT
 *
 * Context: bound or in a section, may sleep; the GuC has booted, the channel is down.
 * Return: 0, or errors of xe_guc_mailbox_send().
 */
int xe_guc_ct_enable(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_ct *ct = ct_of(hw, gt);
	int err;

	guard(mutex)(&ct->send_lock);
	guard(mutex)(&ct->receive_lock);

	xe_ggtt_buf_fill(hw, &ct->buf, 0, 0, CT_H2G_OFFSET);
	ct->tail = 0;
	ct->head_seen = 0;
	ct->head = 0;

	err = register_ring(hw, gt, GUC_KEY_H2G_DESCRIPTOR, CT_H2G_DESC,
			    GUC_KEY_H2G_BUFFER, CT_H2G_OFFSET, GUC_KEY_H2G_SIZE, CT_H2G_BYTES);
	if (!err)
		err = register_ring(hw, gt, GUC_KEY_G2H_DESCRIPTOR, CT_G2H_DESC,
				    GUC_KEY_G2H_BUFFER, CT_G2H_OFFSET,
				    GUC_KEY_G2H_SIZE, CT_G2H_BYTES);
	if (!err)
		err = switch_on(hw, gt);
	if (err)
		return err;

	guard(spinlock)(&ct->lock);
	ct->credits = CT_CREDITS;
	ct->state = XE_CT_UP;
	return 0;
}
ALLOW_ERROR_INJECTION(xe_guc_ct_enable, ERRNO);

static void complete_wait(struct xe_ct_wait *wait, int err, u32 data)
{
	wait->err = err;
	wait->data = data;
	list_del(&wait->link);
	/* The waiter's stack may be gone behind this. */
	complete(&wait->done);
}

static void fail_waiters(struct xe_guc_ct *ct, enum xe_ct_state state, int err)
{
	struct xe_ct_wait *wait, *next;

	lockdep_assert_held(&ct->lock);

	ct->state = state;
	list_for_each_entry_safe(wait, next, &ct->waits, link)
		complete_wait(wait, err, 0);
}

/**
 * xe_guc_ct_disable - no more messages, and nobody waits any more
 * @hw: the token
 * @gt: its GT
 * @err: what waiters are told
 *
 * The GuC is not asked: it is about to be reset, or it is gone. When this returns, senders and a
 * handler of the channel have ended and no other begins.
 *
 * Context: bound or in a section, may sleep, briefly; not from a handler of the channel.
 */
void xe_guc_ct_disable(struct xe_hw hw, struct xe_gt *gt, int err)
{
	struct xe_guc_ct *ct = ct_of(hw, gt);

	scoped_guard(spinlock, &ct->lock)
		fail_waiters(ct, XE_CT_DOWN, err);

	/* A sender that was past its look at the state, or waits for room and looks again. */
	mutex_lock(&ct->send_lock);
	mutex_unlock(&ct->send_lock);

	/* A handler sees the state before each message. */
	mutex_lock(&ct->receive_lock);
	mutex_unlock(&ct->receive_lock);
}

/**
 * xe_guc_ct_is_up - can messages be sent?
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound or in a section.
 */
bool xe_guc_ct_is_up(struct xe_hw hw, struct xe_gt *gt)
{
	return READ_ONCE(ct_of(hw, gt)->state) == XE_CT_UP;
}

/**
 * xe_guc_ct_break - the channel cannot be used any more
 * @hw: the token
 * @gt: its GT
 * @format: what is wrong; a part of a sentence
 *
 * The one way out of everything that must not happen. All waiters fail with -EPIPE, and a reset of
 * the GT is asked for. A card that is lost is not to blame: then nothing is said, and waiters are
 * told -ENODEV.
 *
 * Context: bound or in a section.
 * Return: -EPIPE; -ENODEV if the card is lost.
 */
int xe_guc_ct_break(struct xe_hw hw, struct xe_gt *gt, const char *format, ...)
{
	struct xe_guc_ct *ct = ct_of(hw, gt);
	int err = xe_hw_is_lost(hw) ? -ENODEV : -EPIPE;
	bool was_up;
	struct va_format vaf = { .fmt = format };
	va_list args;

	scoped_guard(spinlock, &ct->lock) {
		was_up = ct->state == XE_CT_UP;
		fail_waiters(ct, was_up ? XE_CT_BROKEN : ct->state, err);
	}
	if (!was_up || err == -ENODEV)
		return err;

	va_start(args, format);
	vaf.va = &args;
	drm_err(&xe_hw_device(hw)->drm,
		"GT%u: the channel to the GuC is broken: %pV; the GT has to be reset, the GuC log may say why\n",
		gt->id, &vaf);
	va_end(args);
	xe_guc_reset_broken(xe_hw_device(hw), gt->id);
	return err;
}

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
	xe_read32(hw, GU_CNTL);
	if (xe_hw_is_lost(hw))
		xe_guc_ct_break(hw, gt, "the card is lost");
	else
		xe_guc_ct_receive(hw, gt);
}

/*
 * Room in the H2G ring
 */

static int read_head(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_ct *ct = ct_of(hw, gt);
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
	else
		ct->head_seen = head;
	return state_error(hw, ct);
}

/* Reserve room for what comes back; the rest is the other half's, for events unasked for. */
static bool take_credits(struct xe_guc_ct *ct, u32 words)
{
	guard(spinlock)(&ct->lock);
	if (ct->credits < words)
		return false;
	ct->credits -= words;
	return true;
}

static void give_credits(struct xe_guc_ct *ct, u32 words)
{
	guard(spinlock)(&ct->lock);
	ct->credits += words;
}

static int wait_room(struct xe_hw hw, struct xe_gt *gt, u32 words, u32 back)
{
	struct xe_guc_ct *ct = ct_of(hw, gt);
	unsigned int pause_ms = 1, waited_ms = 0;
	bool credits = false;
	int err;

	for (;;) {
		err = read_head(hw, gt);
		if (err)
			break;
		credits = credits || take_credits(ct, back);
		if (credits && xe_ring_free(ct->head_seen, ct->tail, CT_H2G_WORDS) >= words)
			return 0;
		if (waited_ms >= XE_CT_TIMEOUT_MS) {
			xe_guc_ct_break(hw, gt, "the GuC does not %s messages",
					credits ? "read" : "answer");
			err = state_error(hw, ct);
			break;
		}

		msleep(pause_ms);
		waited_ms += pause_ms;
		pause_ms = min(2 * pause_ms, SPACE_WAIT_MAX_MS);
		poll(hw, gt);
	}

	if (credits)
		give_credits(ct, back);
	return err;
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
	struct xe_guc_ct *ct = ct_of(hw, gt);
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

static int send(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len,
		struct xe_ct_wait *wait, u32 back)
{
	struct xe_guc_ct *ct = ct_of(hw, gt);
	bool answered = wait && wait->what == XE_CT_ANSWER;
	u32 padding;
	int err;

	if (drm_WARN_ON(&xe_hw_device(hw)->drm, !len || len >= CT_MAX_WORDS))
		return -EINVAL;

	guard(mutex)(&ct->send_lock);
	err = state_error(hw, ct);
	if (err)
		return err;

	padding = xe_ring_padding(ct->tail, len + 1, CT_H2G_WORDS);
	err = wait_room(hw, gt, padding + len + 1, back);
	if (err)
		return err;

	ct->fence = (ct->fence + 1) & ~CT_FENCE_UNANSWERED;
	if (answered)
		wait->id = ct->fence;
	else
		ct->fence |= CT_FENCE_UNANSWERED;

	err = wait ? add_wait(hw, ct, wait) : 0;
	if (err)
		give_credits(ct, back);
	else
		write_message(hw, gt, action, len, padding, answered);
	return err;
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
 * Context: bound or in a section, may sleep up to 1 s if the ring is full.
 * Return: 0; -EPIPE if the channel is broken, -ECANCELED if it is down, -ENODEV if the card is
 * lost.
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
 * Context: bound or in a section, may sleep up to 1 s, for an invalidation 2.5 s; not from a
 * handler of the channel.
 * Return: what @wait was completed with; -EPIPE if that did not come in time, the channel is then
 * broken; -ENODEV if the card is lost.
 */
int xe_guc_ct_wait(struct xe_hw hw, struct xe_gt *gt, struct xe_ct_wait *wait, u32 action)
{
	unsigned int ms = wait->what == XE_CT_TLB ? XE_CT_TLB_TIMEOUT_MS : XE_CT_TIMEOUT_MS;
	unsigned long end = jiffies + msecs_to_jiffies(ms);

	while (!wait_for_completion_timeout(&wait->done, msecs_to_jiffies(POLL_MS))) {
		poll(hw, gt);
		/* The look may have found the answer. A break completes the waiter, too. */
		if (time_after(jiffies, end) && !completion_done(&wait->done))
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
 * Context: bound or in a section, may sleep up to 2 s: 1 for room in the ring, 1 for the answer.
 * Where the GuC wanted to be asked again it may be 3 s. Not from a handler of the channel.
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

/**
 * xe_guc_ct_finish_answer - an answer arrived
 * @ct: the channel
 * @fence: that it carries
 * @err: what it means
 * @header: its first word
 *
 * Context: a handler of the channel.
 * Return: whether somebody waited for it.
 */
bool xe_guc_ct_finish_answer(struct xe_guc_ct *ct, u32 fence, int err, u32 header)
{
	struct xe_ct_wait *wait;

	guard(spinlock)(&ct->lock);
	list_for_each_entry(wait, &ct->waits, link) {
		if (wait->what != XE_CT_ANSWER || wait->id != fence)
			continue;
		complete_wait(wait, err, header);
		return true;
	}
	return false;
}

/**
 * xe_guc_ct_complete - an event arrived that others wait for
 * @hw: the token
 * @gt: its GT
 * @match: does it mean this waiter?
 * @id: what the event says, passed to @match
 *
 * Context: a handler of the channel.
 */
void xe_guc_ct_complete(struct xe_hw hw, struct xe_gt *gt,
			bool (*match)(const struct xe_ct_wait *wait, u32 id), u32 id)
{
	struct xe_guc_ct *ct = ct_of(hw, gt);
	struct xe_ct_wait *wait, *next;

	guard(spinlock)(&ct->lock);
	list_for_each_entry_safe(wait, next, &ct->waits, link)
		if (match(wait, id))
			complete_wait(wait, 0, id);
}

/**
 * xe_guc_ct_print - the state of the channel
 * @hw: the token
 * @gt: its GT
 * @p: where to print
 *
 * Context: bound or in a section, may sleep.
 */
void xe_guc_ct_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p)
{
	static const char *const names[] = {
		[XE_CT_DOWN] = "down", [XE_CT_UP] = "up", [XE_CT_BROKEN] = "broken",
	};
	struct xe_guc_ct *ct = ct_of(hw, gt);
	struct xe_guc_ring_descriptor desc;

	drm_printf(p, "channel %s, credits %u of %u words, %llu sent, %llu received\n",
		   names[READ_ONCE(ct->state)], READ_ONCE(ct->credits), CT_CREDITS,
		   ct->sent, ct->received);
	xe_ggtt_buf_read(hw, &ct->buf, CT_H2G_DESC, &desc, sizeof(desc));
	drm_printf(p, "to the GuC: head %u, tail %u, status %#x\n", desc.head, desc.tail,
		   desc.status);
	xe_ggtt_buf_read(hw, &ct->buf, CT_G2H_DESC, &desc, sizeof(desc));
	drm_printf(p, "from the GuC: head %u, tail %u, status %#x\n", desc.head, desc.tail,
		   desc.status);
}
