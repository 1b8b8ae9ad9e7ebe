// SPDX-License-Identifier: MIT
/*
 * Page faults that the GuC reports.
 */

#include <linux/bitfield.h>
#include <linux/error-injection.h>
#include <linux/jiffies.h>
#include <linux/mm.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "guc/ct.h"
#include "guc/owed.h"
#include "guc/page_fault.h"
#include "hw/state.h"
#include "xe_device.h"
#include "xe_guc.h"

/**
 * DOC: Page faults
 *
 * An access without a page can be reported to the host, to be repeated once there is one; until the
 * host has answered, what made the access stands still. No address space of this driver repairs
 * faults, so the answer is always that it did not work, and the access fails. What becomes of the
 * context is then told by events of its own (guc/context.c).
 *
 * A handler of the channel does not send, so an answer is owed (guc/owed.c). It is made when the
 * fault is reported and kept in a ring of fixed size, in order. If the ring is full the channel
 * breaks: a fault without an answer would stop its engine.
 *
 * A GuC that is stopped forgets its faults, and so do we: xe_guc_faults_forget().
 *
 * Nothing is allocated here but the ring, at probe.
 *
 * ======================== ============= ====================================================
 * object                   owner         released when
 * ======================== ============= ====================================================
 * an answer in the ring    bound side    sent, or the channel was taken down
 * the ring                 drm_device    last reference to it is dropped
 * ======================== ============= ====================================================
 */

static struct xe_guc_faults *faults_of(struct xe_hw hw, struct xe_gt *gt)
{
	return &xe_guc(hw, gt)->faults;
}

static void print(struct xe_hw hw, struct xe_gt *gt, const u32 *fault)
{
	drm_dbg(&xe_hw_device(hw)->drm,
		"GT%u: page fault at %#llx of ASID %lu, engine %lu of class %lu, access %lu, type %lu\n",
		gt->id, (u64)fault[3] << 32 | (fault[2] & GUC_FAULT_2_ADDRESS),
		FIELD_GET(GUC_FAULT_1_ASID, fault[1]), FIELD_GET(GUC_FAULT_0_INSTANCE, fault[0]),
		FIELD_GET(GUC_FAULT_0_CLASS, fault[0]), FIELD_GET(GUC_FAULT_2_ACCESS, fault[2]),
		FIELD_GET(GUC_FAULT_2_TYPE, fault[2]));
}

/* Source: hardware.rst xe-hw-guc-faults. */
static void compose(const u32 *fault, u32 *answer)
{
	u32 data = FIELD_GET(GUC_FAULT_0_DATA_LOW, fault[0]) |
		   FIELD_GET(GUC_FAULT_1_DATA_HIGH, fault[1]) << 4;

	answer[0] = GUC_FAULT_ANSWER_0_VALID | GUC_FAULT_ANSWER_0_UNSUCCESSFUL |
		    FIELD_PREP(GUC_FAULT_ANSWER_0_DESCRIPTOR, GUC_FAULT_ANSWER) |
		    FIELD_PREP(GUC_FAULT_ANSWER_0_ASID, FIELD_GET(GUC_FAULT_1_ASID, fault[1]));
	answer[1] = FIELD_PREP(GUC_FAULT_ANSWER_1_VF, FIELD_GET(GUC_FAULT_2_VF, fault[2])) |
		    FIELD_PREP(GUC_FAULT_ANSWER_1_INSTANCE,
			       FIELD_GET(GUC_FAULT_0_INSTANCE, fault[0])) |
		    FIELD_PREP(GUC_FAULT_ANSWER_1_CLASS, FIELD_GET(GUC_FAULT_0_CLASS, fault[0])) |
		    FIELD_PREP(GUC_FAULT_ANSWER_1_DATA, data);
}

/* Return: whether there was room. */
static bool owe(struct xe_hw hw, struct xe_guc_faults *faults, const u32 *fault)
{
	guard(spinlock)(&faults->lock);
	if (faults->count == XE_GUC_MAX_FAULTS)
		return false;

	compose(fault, faults->answers[(faults->first + faults->count) % XE_GUC_MAX_FAULTS]);
	if (!faults->count++)
		xe_guc_owed_add(hw);
	return true;
}

static void paid(struct xe_hw hw, struct xe_guc_faults *faults, unsigned int count)
{
	lockdep_assert_held(&faults->lock);

	faults->first = (faults->first + count) % XE_GUC_MAX_FAULTS;
	faults->count -= count;
	if (count && !faults->count)
		xe_guc_owed_remove(hw);
}

static int page_fault(struct xe_hw hw, struct xe_gt *gt, const u32 *payload)
{
	print(hw, gt, payload);
	if (!owe(hw, faults_of(hw, gt), payload))
		return xe_guc_ct_break(hw, gt, "more than %u page faults wait for their answers",
				       XE_GUC_MAX_FAULTS);
	xe_guc_owed_now(hw);
	return 0;
}

/**
 * xe_guc_faults_catch_up - answer page faults
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound, may sleep for a lock that is held briefly.
 */
void xe_guc_faults_catch_up(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_faults *faults = faults_of(hw, gt);
	u32 message[1 + GUC_FAULT_ANSWER_WORDS] = { GUC_ACTION_ANSWER_PAGE_FAULT };
	int err;

	if (!xe_guc_ct_is_up(hw, gt))
		return;

	guard(mutex)(&xe_guc(hw, gt)->ct.send_lock);
	guard(spinlock)(&faults->lock);
	while (faults->count) {
		memcpy(message + 1, faults->answers[faults->first], sizeof(*faults->answers));
		err = xe_guc_ct_post(hw, gt, message, ARRAY_SIZE(message), NULL, 0);
		if (err == -EBUSY)
			xe_guc_owed_by(hw, jiffies + msecs_to_jiffies(XE_GUC_RETRY_MS));
		if (err)
			return;
		paid(hw, faults, 1);
	}
}

/**
 * xe_guc_faults_forget - the channel is down: what was reported by it is void
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound or in a section, any; no handler of the channel runs.
 */
void xe_guc_faults_forget(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_faults *faults = faults_of(hw, gt);

	guard(spinlock)(&faults->lock);
	paid(hw, faults, faults->count);
}

static void free_answers(struct drm_device *drm, void *answers)
{
	kvfree(answers);
}

/**
 * xe_guc_faults_init - before the first page fault
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound, before the channel is enabled for the first time.
 * Return: 0, -ENOMEM, or errors of xe_guc_ct_handle().
 */
int xe_guc_faults_init(struct xe_hw hw, struct xe_gt *gt)
{
	static const struct xe_ct_event event = {
		GUC_EVENT_PAGE_FAULT, GUC_FAULT_WORDS, GUC_FAULT_WORDS, 0, page_fault
	};

	struct xe_guc_faults *faults = faults_of(hw, gt);
	int err;

	spin_lock_init(&faults->lock);
	faults->answers = kvcalloc(XE_GUC_MAX_FAULTS, sizeof(*faults->answers), GFP_KERNEL);
	if (!faults->answers)
		return -ENOMEM;

	err = drmm_add_action_or_reset(&xe_hw_device(hw)->drm, free_answers, faults->answers);
	return err ?: xe_guc_ct_handle(hw, gt, &event);
}
ALLOW_ERROR_INJECTION(xe_guc_faults_init, ERRNO);
