// SPDX-License-Identifier: MIT
/*
 * TLB invalidation through the GuC.
 */

#include <linux/bitfield.h>
#include <linux/error-injection.h>
#include <linux/jiffies.h>
#include <linux/log2.h>

#include "guc/ct.h"
#include "guc/ct_layout.h"
#include "guc/owed.h"
#include "guc/tlb.h"
#include "hw/state.h"
#include "xe_device.h"
#include "xe_guc.h"

/**
 * DOC: TLB invalidation
 *
 * The GuC invalidates on request and answers with an event that names the sequence number of the
 * request. It works in order, so an event also stands for every request before it. Numbers run from
 * 1 to 0xfffff and start over; "before" is taken on the circle. A number is taken when its request
 * is written, with the channel's send_lock held, so that numbers are in the order of requests.
 *
 * As long as there is no channel the GGTT invalidates by register (hw/ggtt.c). By message is the
 * way while the GuC works: it then knows of it, and the host learns when it is done. Who waits for
 * that is on the channel's list, and fails with the channel; the caller then does it by register.
 *
 * An invalidation of a VM is not waited for by a thread, and does not fail with the channel: its
 * end means that memory may be given back, and an engine may go on while the channel is broken. It
 * is on a list of the GT until one of these has happened:
 *
 * - the GuC answered;
 * - the GT was reset, which empties its TLBs (a reset of the GuC alone does not), or it lost its
 *   power, or it was given up and reaches no memory: xe_guc_tlb_reset_done();
 * - the device goes, and its engines are at rest or reach no memory: xe_guc_tlb_kill().
 *
 * One that finds no room in the channel is owed, as is one that a GuC did not answer before it was
 * started again. An answer that is overdue breaks the channel, and the reset is what ends the wait.
 *
 * Nothing is allocated here.
 *
 * ======================== ============= ====================================================
 * object                   owner         released when
 * ======================== ============= ====================================================
 * struct xe_tlb_wait       software      done() was called
 * its place on a list      bound side    answered, reset, killed
 * struct xe_ct_wait        the waiter    see "DOC: GuC channel"
 * ======================== ============= ====================================================
 */

#define WHOLE_VM	36	/* order of 48 bits in pages */

static u32 next_sequence(const struct xe_guc_tlb *tlb)
{
	return tlb->sequence + 1 == GUC_TLB_SEQUENCE_END ? 1 : tlb->sequence + 1;
}

/* Not later on the circle. */
static bool is_by(u32 earlier, u32 later)
{
	return ((later - earlier) & (GUC_TLB_SEQUENCE_END - 1)) < GUC_TLB_SEQUENCE_END / 2;
}

static void count(struct xe_guc_tlb *tlb, u32 sequence)
{
	tlb->sequence = sequence;
	WRITE_ONCE(tlb->asked_for, tlb->asked_for + 1);
}

static bool is_done(const struct xe_ct_wait *wait, u32 sequence)
{
	return wait->what == XE_CT_TLB && is_by(wait->id, sequence);
}

/*
 * GGTT
 */

static int post_ggtt(struct xe_hw hw, struct xe_gt *gt, struct xe_ct_wait *wait)
{
	struct xe_guc_tlb *tlb = &xe_guc(hw, gt)->tlb;
	u32 request[] = {
		GUC_ACTION_INVALIDATE_TLB,
		0,
		FIELD_PREP(GUC_TLB_TYPE, GUC_TLB_GGTT) | GUC_TLB_FLUSH_CACHES,
	};
	int err;

	guard(mutex)(&xe_guc(hw, gt)->ct.send_lock);
	guard(spinlock)(&tlb->lock);
	wait->id = next_sequence(tlb);
	request[1] = wait->id;
	err = xe_guc_ct_post(hw, gt, request, ARRAY_SIZE(request), wait, XE_CT_WORDS_TLB);
	if (!err)
		count(tlb, wait->id);
	return err;
}

/**
 * xe_guc_tlb_invalidate_ggtt - have the GuC forget what it caches of the GGTT
 * @hw: the token
 * @gt: its GT
 *
 * Context: bound, may sleep up to 3.5 s if the GuC does not work; not from a handler of the
 * channel.
 * Return: 0, or errors of xe_guc_ct_send(); -ECANCELED if there is no channel.
 */
int xe_guc_tlb_invalidate_ggtt(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_ct_wait wait = { .what = XE_CT_TLB };
	struct xe_ct_patience waited = { };
	int err;

	xe_hw_may_take_long(hw);
	init_completion(&wait.done);
	for (;;) {
		err = post_ggtt(hw, gt, &wait);
		if (err != -EBUSY)
			break;
		err = xe_guc_ct_wait_room(hw, gt, &waited);
		if (err)
			break;
	}
	return err ?: xe_guc_ct_wait(hw, gt, &wait, GUC_ACTION_INVALIDATE_TLB);
}

/*
 * VMs
 */

/* The order of the smallest range that the GuC knows and that has all of it, from 4 KiB on. */
static unsigned int order_of(u64 start, u64 size)
{
	u64 last = start + size - 1;
	unsigned int order = size ? fls64((start ^ last) >> 12) : WHOLE_VM;

	if (order >= ilog2(SZ_2M / SZ_4K))
		order = max_t(unsigned int, order, ilog2(SZ_16M / SZ_4K));
	return min_t(unsigned int, order, WHOLE_VM);
}

static void set_range(struct xe_tlb_wait *wait, u64 start, u64 size)
{
	wait->order = order_of(start, size);
	wait->start = round_down(start, (u64)SZ_4K << wait->order);
}

static int post_vm(struct xe_hw hw, struct xe_gt *gt, struct xe_tlb_wait *wait)
{
	struct xe_guc_tlb *tlb = &xe_guc(hw, gt)->tlb;
	u32 sequence = next_sequence(tlb);
	const u32 request[] = {
		GUC_ACTION_INVALIDATE_TLB,
		sequence,
		FIELD_PREP(GUC_TLB_TYPE, GUC_TLB_RANGE) | GUC_TLB_FLUSH_CACHES,
		wait->asid,
		lower_32_bits(wait->start),
		upper_32_bits(wait->start),
		wait->order,
	};
	int err;

	err = xe_guc_ct_post(hw, gt, request, ARRAY_SIZE(request), NULL, XE_CT_WORDS_TLB);
	if (err)
		return err;

	count(tlb, sequence);
	wait->sequence = sequence;
	wait->deadline = jiffies + msecs_to_jiffies(XE_CT_TLB_TIMEOUT_MS);
	xe_guc_owed_by(hw, wait->deadline);
	return 0;
}

static void send_owed(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_tlb *tlb = &xe_guc(hw, gt)->tlb;
	struct xe_tlb_wait *wait;
	int err;

	lockdep_assert_held(&tlb->lock);

	while ((wait = list_first_entry_or_null(&tlb->owed, struct xe_tlb_wait, link))) {
		err = post_vm(hw, gt, wait);
		if (err == -EBUSY)
			xe_guc_owed_by(hw, jiffies + msecs_to_jiffies(XE_GUC_RETRY_MS));
		if (err)
			return;
		list_move_tail(&wait->link, &tlb->asked);
	}
}

static void finish(struct xe_hw hw, struct xe_tlb_wait *wait, int err)
{
	list_del(&wait->link);
	xe_guc_owed_remove(hw);
	/* Its memory may be gone behind this. */
	wait->done(wait, err);
}

static void finish_all(struct xe_hw hw, struct xe_guc_tlb *tlb, int err)
{
	struct xe_tlb_wait *wait, *next;

	lockdep_assert_held(&tlb->lock);

	list_splice_tail_init(&tlb->owed, &tlb->asked);
	list_for_each_entry_safe(wait, next, &tlb->asked, link)
		finish(hw, wait, err);
}

/**
 * xe_guc_tlb_invalidate_vm - have a GT forget what it caches of a VM
 * @hw: the token
 * @gt: the GT
 * @asid: of the VM
 * @start: address of what has changed
 * @size: its size in bytes; 0 if it is all of the VM
 * @wait: whose done() is called when that has happened, or cannot any more
 *
 * More may be invalidated than was asked for. What changed has to have reached memory.
 *
 * Context: bound or in a section; may sleep for a lock that is held briefly. Not under a lock that
 * done() takes.
 */
void xe_guc_tlb_invalidate_vm(struct xe_hw hw, struct xe_gt *gt, u32 asid, u64 start, u64 size,
			      struct xe_tlb_wait *wait)
{
	struct xe_guc_tlb *tlb = &xe_guc(hw, gt)->tlb;

	wait->asid = asid;
	set_range(wait, start, size);

	guard(mutex)(&xe_guc(hw, gt)->ct.send_lock);
	guard(spinlock)(&tlb->lock);
	xe_guc_owed_add(hw);
	list_add_tail(&wait->link, &tlb->owed);
	if (tlb->killed)
		finish(hw, wait, tlb->killed);
	else
		send_owed(hw, gt);
}

/**
 * xe_guc_tlb_reset_done - the GT was reset, or lost its power: it caches nothing any more
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound, may sleep; the reset has succeeded and the GuC is not started again yet, or the
 * GT is given up and reaches no memory.
 */
void xe_guc_tlb_reset_done(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_tlb *tlb = &xe_guc(hw, gt)->tlb;

	guard(mutex)(&xe_guc(hw, gt)->ct.send_lock);
	guard(spinlock)(&tlb->lock);
	finish_all(hw, tlb, 0);
}

/**
 * xe_guc_tlb_kill - no GuC will answer any more
 * @hw: the token
 * @gt: the GT
 * @err: what who waits is told, now and from now on
 *
 * Context: bound; GuC and engines are at rest, or reach no memory any more.
 */
void xe_guc_tlb_kill(struct xe_hw hw, struct xe_gt *gt, int err)
{
	struct xe_guc_tlb *tlb = &xe_guc(hw, gt)->tlb;

	guard(spinlock)(&tlb->lock);
	tlb->killed = err;
	finish_all(hw, tlb, err);
}

/**
 * xe_guc_tlb_ask_again - the GuC was started: it knows of no request
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound or in a section, may sleep.
 */
void xe_guc_tlb_ask_again(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_tlb *tlb = &xe_guc(hw, gt)->tlb;

	guard(mutex)(&xe_guc(hw, gt)->ct.send_lock);
	guard(spinlock)(&tlb->lock);
	list_splice_init(&tlb->asked, &tlb->owed);
	send_owed(hw, gt);
}

static bool is_overdue(struct xe_hw hw, struct xe_guc_tlb *tlb)
{
	struct xe_tlb_wait *wait;

	guard(spinlock)(&tlb->lock);
	wait = list_first_entry_or_null(&tlb->asked, struct xe_tlb_wait, link);
	if (!wait)
		return false;
	if (time_after_eq(jiffies, wait->deadline))
		return true;

	xe_guc_owed_by(hw, wait->deadline);
	return false;
}

/**
 * xe_guc_tlb_catch_up - send what is owed, and see to answers that are overdue
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound, may sleep for a lock that is held briefly.
 */
void xe_guc_tlb_catch_up(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_tlb *tlb = &xe_guc(hw, gt)->tlb;

	if (!xe_guc_ct_is_up(hw, gt))
		return;

	scoped_guard(mutex, &xe_guc(hw, gt)->ct.send_lock)
		scoped_guard(spinlock, &tlb->lock)
			send_owed(hw, gt);
	if (!is_overdue(hw, tlb))
		return;

	/* As in xe_contexts_catch_up(). */
	xe_guc_ct_receive(hw, gt);
	guard(mutex)(&xe_guc(hw, gt)->ct.send_lock);
	if (is_overdue(hw, tlb))
		xe_guc_ct_break(hw, gt, "no answer to an invalidation within %u ms",
				XE_CT_TLB_TIMEOUT_MS);
}

/*
 * Answers
 */

/* Who waits for a number that has been used, or for one before it. */
static bool finish_by(struct xe_hw hw, struct xe_guc_tlb *tlb, u32 sequence)
{
	struct xe_tlb_wait *wait, *next;

	guard(spinlock)(&tlb->lock);
	if (!is_by(sequence, tlb->sequence))
		return false;

	list_for_each_entry_safe(wait, next, &tlb->asked, link) {
		if (!is_by(wait->sequence, sequence))
			break;
		finish(hw, wait, 0);
	}
	/* What found no room has it now. */
	if (!list_empty(&tlb->owed))
		xe_guc_owed_now(hw);
	return true;
}

static int invalidated(struct xe_hw hw, struct xe_gt *gt, const u32 *payload)
{
	if (!payload[0] || payload[0] >= GUC_TLB_SEQUENCE_END ||
	    !finish_by(hw, &xe_guc(hw, gt)->tlb, payload[0]))
		return xe_guc_ct_break(hw, gt, "invalidation %#x was never asked for", payload[0]);

	xe_guc_ct_complete(hw, gt, is_done, payload[0]);
	return 0;
}

/**
 * xe_guc_tlb_init - before the first invalidation
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound, before the channel is enabled for the first time.
 * Return: 0, or errors of xe_guc_ct_handle().
 */
int xe_guc_tlb_init(struct xe_hw hw, struct xe_gt *gt)
{
	static const struct xe_ct_event event = {
		GUC_EVENT_TLB_INVALIDATED, 1, 1, XE_CT_WORDS_TLB, invalidated
	};
	struct xe_guc_tlb *tlb = &xe_guc(hw, gt)->tlb;

	spin_lock_init(&tlb->lock);
	INIT_LIST_HEAD(&tlb->owed);
	INIT_LIST_HEAD(&tlb->asked);
	return xe_guc_ct_handle(hw, gt, &event);
}
ALLOW_ERROR_INJECTION(xe_guc_tlb_init, ERRNO);

static void by_register_again(struct xe_hw hw, void *unused)
{
	xe_ggtt_set_invalidate(hw, NULL);
}

/**
 * xe_guc_tlb_start - probe step: invalidations of the GGTT go by message
 * @bind: the token of a probe step
 *
 * Not before: probe has many of these and nothing that runs meanwhile, so that they were cheaper by
 * register.
 *
 * Context: bound, the channels are up.
 * Return: 0 or -ENOMEM.
 */
int xe_guc_tlb_start(struct xe_hw_bind bind)
{
	xe_ggtt_set_invalidate(xe_hw_bound(bind), xe_guc_tlb_invalidate_ggtt);
	return xe_hw_on_unbind(bind, by_register_again, NULL);
}
ALLOW_ERROR_INJECTION(xe_guc_tlb_start, ERRNO);
