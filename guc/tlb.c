// SPDX-License-Identifier: MIT
/*
 * TLB invalidation through the GuC.
 */

#include <linux/bitfield.h>
#include <linux/error-injection.h>

#include <drm/drm_managed.h>

#include "guc/ct.h"
#include "guc/tlb.h"
#include "hw/state.h"
#include "xe_device.h"
#include "xe_guc.h"

/**
 * DOC: TLB invalidation
 *
 * The GuC invalidates on request and answers with an event that names the sequence number of the
 * request. It works in order, so an event also stands for every request before it. Numbers run from
 * 1 to 0xfffff and start over; "before" is taken on the circle.
 *
 * As long as there is no channel the GGTT invalidates by register (hw/ggtt.c). By message is the
 * way while the GuC works: it then knows of it, and the host learns when it is done.
 *
 * Nothing is allocated here; a waiter is on the stack of who waits, see "DOC: GuC channel".
 */

/**
 * xe_guc_tlb_init - before the first invalidation
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound.
 * Return: 0 or -ENOMEM.
 */
int xe_guc_tlb_init(struct xe_hw hw, struct xe_gt *gt)
{
	return drmm_mutex_init(&xe_hw_device(hw)->drm, &xe_guc(hw, gt)->tlb.lock);
}
ALLOW_ERROR_INJECTION(xe_guc_tlb_init, ERRNO);

static u32 next_sequence(struct xe_guc_tlb *tlb)
{
	lockdep_assert_held(&tlb->lock);

	if (++tlb->sequence == GUC_TLB_SEQUENCE_END)
		tlb->sequence = 1;
	return tlb->sequence;
}

static bool is_done(const struct xe_ct_wait *wait, u32 sequence)
{
	u32 distance = (sequence - wait->id) & (GUC_TLB_SEQUENCE_END - 1);

	return wait->what == XE_CT_TLB && distance < GUC_TLB_SEQUENCE_END / 2;
}

/**
 * xe_guc_tlb_invalidate_ggtt - have the GuC forget what it caches of the GGTT
 * @hw: the token
 * @gt: its GT
 *
 * Context: bound or in a section, may sleep up to 3.5 s if the GuC does not work; not from a
 * handler of the channel.
 * Return: 0, or errors of xe_guc_ct_send(); -ECANCELED if there is no channel.
 */
int xe_guc_tlb_invalidate_ggtt(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_tlb *tlb = &xe_guc(hw, gt)->tlb;
	struct xe_ct_wait wait = { .what = XE_CT_TLB };
	u32 request[] = {
		GUC_ACTION_INVALIDATE_TLB,
		0,
		FIELD_PREP(GUC_TLB_TYPE, GUC_TLB_GGTT) | GUC_TLB_FLUSH_CACHES,
	};
	int err;

	scoped_guard(mutex, &tlb->lock) {
		wait.id = next_sequence(tlb);
		request[1] = wait.id;
		err = xe_guc_ct_send_for(hw, gt, request, ARRAY_SIZE(request), &wait,
					 XE_CT_WORDS_TLB);
	}
	return err ?: xe_guc_ct_wait(hw, gt, &wait, request[0]);
}

/**
 * xe_guc_tlb_invalidated - an invalidation is done
 * @hw: the token
 * @gt: the GT
 * @payload: of the event, one word
 *
 * Context: a handler of the channel.
 * Return: 0; errors of xe_guc_ct_break() for a number that cannot be.
 */
int xe_guc_tlb_invalidated(struct xe_hw hw, struct xe_gt *gt, const u32 *payload)
{
	if (!payload[0] || payload[0] >= GUC_TLB_SEQUENCE_END)
		return xe_guc_ct_break(hw, gt, "invalidation %#x was never asked for", payload[0]);

	xe_guc_ct_complete(hw, gt, is_done, payload[0]);
	return 0;
}
