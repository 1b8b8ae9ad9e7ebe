// SPDX-License-Identifier: MIT
/*
 * The channel to a GuC: its life, and who waits for it. Messages: ct_send.c, ct_receive.c.
 */

#include <linux/error-injection.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "guc/ct.h"
#include "guc/ct_layout.h"
#include "guc/mailbox.h"
#include "hw/state.h"
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
 * is reserved for what it brings about. Half of the G2H ring is never reserved: it is for events
 * that nobody asked for. Who finds no room comes back: one who waits tries again now and then and
 * holds no lock meanwhile, so that a sender that must not wait (xe_guc_ct_post()) is never
 * behind him. What runs out of room for events is busy and not broken; only a GuC that has messages
 * and does not read on for XE_CT_TIMEOUT_MS is.
 *
 * Messages of the GuC are handled where the interrupt is: in its thread, on the bound side, with
 * the token that it was handed. Or an interrupt was lost: then in one who waits, or in the work
 * that finds an answer overdue. A handler takes spinlocks and does not send: what follows from an
 * event is owed to the GuC, and is sent by a work (guc/owed.c).
 *
 * A wait for room or for an answer is bounded by XE_CT_TIMEOUT_MS, one for an invalidation by
 * XE_CT_TLB_TIMEOUT_MS. While it waits, a waiter looks now and then whether an interrupt was lost
 * (it then does the thread's work) and whether the card is still there.
 *
 * Who wants an event says so with xe_guc_ct_handle() before the channel is enabled for the first
 * time. Events that concern the channel itself are handled by ct_receive.c.
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
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
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

/**
 * xe_guc_ct_handle - say who handles an event
 * @hw: the token
 * @gt: its GT
 * @event: which, and how; static
 *
 * Context: bound, before the channel is enabled for the first time.
 * Return: 0; -ENOSPC if XE_CT_MAX_EVENTS are too few.
 */
int xe_guc_ct_handle(struct xe_hw hw, struct xe_gt *gt, const struct xe_ct_event *event)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;

	if (drm_WARN_ON(&xe_hw_device(hw)->drm, ct->num_events == XE_CT_MAX_EVENTS))
		return -ENOSPC;

	ct->events[ct->num_events++] = event;
	return 0;
}

static int register_ring(struct xe_hw hw, struct xe_gt *gt, u16 desc_key, u32 desc,
			 u16 buffer_key, u32 buffer, u16 size_key, u32 bytes)
{
	u32 base = xe_ggtt_buf_ggtt(&xe_guc(hw, gt)->ct.buf);
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
 * Context: bound, may sleep; the GuC has booted, the channel is down.
 * Return: 0, or errors of xe_guc_mailbox_send().
 */
int xe_guc_ct_enable(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
	int err;

	/* The mailbox takes too long to hold these; who gets them meanwhile finds it down. */
	scoped_guard(mutex, &ct->send_lock) {
		guard(mutex)(&ct->receive_lock);
		xe_ggtt_buf_fill(hw, &ct->buf, 0, 0, CT_H2G_OFFSET);
		ct->tail = 0;
		ct->head_seen = 0;
		ct->head = 0;
	}

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
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;

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
 * xe_guc_ct_abandon - unbind has begun: nobody waits any more
 * @hw: the token
 * @gt: its GT
 *
 * As xe_guc_ct_disable(), but for a waiter: it does not wait for the others. Nothing is said, as
 * nothing is wrong.
 *
 * Context: bound, may sleep.
 */
void xe_guc_ct_abandon(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;

	guard(spinlock)(&ct->lock);
	fail_waiters(ct, XE_CT_DOWN, -ENODEV);
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
	return READ_ONCE(xe_guc(hw, gt)->ct.state) == XE_CT_UP;
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
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
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
	xe_device_reset_broken(xe_hw_device(hw), gt->id);
	return err;
}

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
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
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
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
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
