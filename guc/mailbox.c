// SPDX-License-Identifier: MIT
/*
 * The mailbox of a GuC: four words, for when the channel is not up.
 */

#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/error-injection.h>

#include <drm/drm_print.h>

#include "abi/guc_messages.h"
#include "guc/mailbox.h"
#include "hw/state.h"
#include "regs/guc.h"
#include "xe_device.h"
#include "xe_guc.h"

/**
 * DOC: GuC mailbox
 *
 * The host writes a request and rings the bell; the GuC overwrites the first word with an answer,
 * which bit 31 tells from a request. "Busy" asks for patience, "retry" for the same request again.
 * Both are granted for a second in all: a mailbox that is not done by then is an error, and the
 * firmware has to be reset.
 *
 * The bell is the same for the channel. Before it is rung the last word is read back, as upstream
 * does.
 *
 * Nothing is allocated here.
 */

#define MAILBOX_WORDS		4
#define MAILBOX_ANSWER_US	(50 * USEC_PER_MSEC)
#define MAILBOX_TIMEOUT_US	(1000 * USEC_PER_MSEC)	/* busy and retries included */

/* What "busy" lacks and "retry", "failure" and "success" have. */
#define HXG_TYPE_FINAL		FIELD_PREP(HXG_TYPE, 4u)

static struct xe_reg word(const struct xe_gt *gt, unsigned int n)
{
	return gt->window ? MED_VF_SW_FLAG(n) : VF_SW_FLAG(n);
}

/**
 * xe_guc_notify - tell the GuC that there is something in the mailbox or the channel
 * @hw: the token
 * @gt: its GT
 *
 * Context: bound or in a section; any interrupt state.
 */
void xe_guc_notify(struct xe_hw hw, const struct xe_gt *gt)
{
	xe_write32(hw, gt->window ? MED_GUC_HOST_INTERRUPT : GUC_HOST_INTERRUPT, 0);
}

static int wait_answer(struct xe_hw hw, struct xe_gt *gt, ktime_t end, u32 *answer)
{
	s64 left;
	int err;

	err = xe_wait32(hw, word(gt, 0), HXG_FROM_GUC, HXG_FROM_GUC, MAILBOX_ANSWER_US, answer);
	if (err || FIELD_GET(HXG_TYPE, *answer) != HXG_BUSY)
		return err;

	left = ktime_us_delta(end, ktime_get());
	return xe_wait32(hw, word(gt, 0), HXG_FROM_GUC | HXG_TYPE_FINAL,
			 HXG_FROM_GUC | HXG_TYPE_FINAL, max(left, 0), answer);
}

static int exchange(struct xe_hw hw, struct xe_gt *gt, const u32 *request, unsigned int len,
		    u32 *answer)
{
	ktime_t end = ktime_add_us(ktime_get(), MAILBOX_TIMEOUT_US);
	int err;

	xe_hw_may_take_long(hw);
	/* Each request ends the one before it, so a wait for "retry" is all that is left of it. */
	do {
		for (unsigned int n = 0; n < len; n++)
			xe_write32(hw, word(gt, n), request[n]);
		/* So that they have arrived when the bell rings. */
		xe_read32(hw, word(gt, len - 1));
		xe_guc_notify(hw, gt);

		err = wait_answer(hw, gt, end, answer);
		if (err || FIELD_GET(HXG_TYPE, *answer) != HXG_RETRY)
			return err;
		if (xe_hw_is_going(hw))
			return -ENODEV;
		usleep_range(1000, 2000);
	} while (ktime_before(ktime_get(), end));
	return -EBUSY;
}

/**
 * xe_guc_mailbox_send - ask the GuC for something, and wait for the answer
 * @hw: the token
 * @gt: its GT
 * @request: the action, and what belongs to it
 * @len: in words, at most 4
 * @data0: if not NULL, the data of the answer
 *
 * Source: hardware.rst xe-hw-guc-mailbox.
 *
 * Context: bound, may sleep up to 50 ms, or about 1 s if the firmware wants time.
 * Return: 0; -ETIMEDOUT if there was no answer, -EBUSY if it wanted to be asked for too long, -EIO
 * if it refused, -EPROTO if the answer makes no sense, -ENODEV if the card is lost. Logged.
 */
noinline __noipa int xe_guc_mailbox_send(struct xe_hw hw, struct xe_gt *gt, const u32 *request,
					 unsigned int len, u32 *data0)
{
	struct drm_device *drm = &xe_hw_device(hw)->drm;
	u32 answer = 0;
	int err;

	if (drm_WARN_ON(drm, !len || len > MAILBOX_WORDS))
		return -EINVAL;

	guard(mutex)(&xe_guc(hw, gt)->mailbox_lock);
	err = exchange(hw, gt, request, len, &answer);
	if (err == -ENODEV)
		return err;

	if (err) {
		drm_err(drm, "GT%u: GuC does not %s mailbox request %#x (%#010x); reset the GT\n",
			gt->id, err == -EBUSY ? "want to answer" : "answer", request[0], answer);
		return err;
	}

	switch (FIELD_GET(HXG_TYPE, answer)) {
	case HXG_SUCCESS:
		if (data0)
			*data0 = FIELD_GET(HXG_DATA0, answer);
		return 0;
	case HXG_FAILURE:
		drm_err(drm,
			"GT%u: GuC refuses mailbox request %#x: error %#x, hint %#x; try another version of it\n",
			gt->id, request[0], xe_hxg_error(answer), xe_hxg_hint(answer));
		return -EIO;
	default:
		drm_err(drm, "GT%u: GuC answers mailbox request %#x with nonsense (%#010x)\n",
			gt->id, request[0], answer);
		return -EPROTO;
	}
}
ALLOW_ERROR_INJECTION(xe_guc_mailbox_send, ERRNO);

/**
 * xe_guc_mailbox_config - tell the GuC one thing about the host
 * @hw: the token
 * @gt: its GT
 * @key: GUC_KEY_*
 * @words: size of the value, 1 or 2
 * @value: the value
 *
 * Context: as xe_guc_mailbox_send().
 * Return: 0; -ENOKEY if the firmware does not know the key; errors of xe_guc_mailbox_send().
 */
int xe_guc_mailbox_config(struct xe_hw hw, struct xe_gt *gt, u16 key, unsigned int words,
			  u64 value)
{
	const u32 request[] = {
		GUC_ACTION_SELF_CONFIG,
		FIELD_PREP(GUC_SELF_CONFIG_KEY, key) | FIELD_PREP(GUC_SELF_CONFIG_LENGTH, words),
		lower_32_bits(value),
		upper_32_bits(value),
	};
	u32 taken;
	int err;

	err = xe_guc_mailbox_send(hw, gt, request, ARRAY_SIZE(request), &taken);
	if (err || taken == 1)
		return err;

	drm_err(&xe_hw_device(hw)->drm,
		"GT%u: GuC takes %u settings for key %#x; try another firmware version\n",
		gt->id, taken, key);
	return taken ? -EPROTO : -ENOKEY;
}
ALLOW_ERROR_INJECTION(xe_guc_mailbox_config, ERRNO);
