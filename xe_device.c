// SPDX-License-Identifier: MIT
/*
 * The software world of one card.
 */

#include <linux/jiffies.h>

#include <drm/drm_print.h>

#include "xe_device.h"

/*
 * No work begins while the system sleeps: a reset neither meets the callbacks of sleep nor a card
 * in D3. Resume starts the firmware anyway, so what was asked for by then is done.
 */
static void ask(struct xe_device *xe, unsigned long *gts, unsigned int gt_id)
{
	set_bit(gt_id, gts);
	xe_hw_work_queue(&xe->recovery.work);
}

/**
 * xe_device_reset_broken - ask for a reset of a GT whose GuC does not work any more
 * @xe: the device
 * @gt_id: which GT
 *
 * Too many of these in a short time, and the device is declared wedged. One that is asked for
 * during probe is done by probe itself, which starts the firmware or fails, or else behind it.
 *
 * Context: any.
 */
void xe_device_reset_broken(struct xe_device *xe, unsigned int gt_id)
{
	ask(xe, &xe->recovery.broken, gt_id);
}

/**
 * xe_device_reset_later - ask for a reset of a GT because a user wants it
 * @xe: the device
 * @gt_id: which GT
 *
 * Context: any.
 */
void xe_device_reset_later(struct xe_device *xe, unsigned int gt_id)
{
	ask(xe, &xe->recovery.wanted, gt_id);
}

/**
 * xe_fails_too_often - something has failed once more
 * @failures: how often it did so far, zeroed before the first time
 * @max: how often it may
 * @time: within so many jiffies
 *
 * Context: any; the caller has @failures for itself.
 * Return: true if that is too often for another try.
 */
bool xe_fails_too_often(struct xe_failures *failures, unsigned int max, unsigned long time)
{
	if (!failures->count || time_after(jiffies, failures->since + time)) {
		failures->since = jiffies;
		failures->count = 0;
	}
	return ++failures->count > max;
}

/**
 * xe_counter_advance - continue a counter that has 32 bits
 * @counter: what it came to so far
 * @now: what the card says
 * @power_losses: how often the card may have lost its power, and then the counter began anew
 *
 * Somebody has to look before it goes round.
 *
 * Context: &xe_device.counters_lock is held.
 * Return: what it has come to.
 */
u64 xe_counter_advance(struct xe_counter *counter, u32 now, unsigned int power_losses)
{
	if (power_losses != counter->power_losses && now < counter->last)
		counter->last = 0;
	counter->power_losses = power_losses;
	counter->total += (u32)(now - counter->last);
	counter->last = now;
	return counter->total;
}

/**
 * xe_device_declare_wedged - give the card up
 * @xe: the device
 * @reason: for the log
 *
 * New buffers are refused with -ECANCELED. No GT is reset any more; what needs the GuC fails, as
 * its channel stays down or broken. What exists can be read, closed and unbound; at unbind the card
 * is reset. The state ends with the device, so that a new bind starts afresh.
 *
 * What was under way ends with an error, on the bound side: when the engines have been stopped.
 *
 * Context: any.
 */
void xe_device_declare_wedged(struct xe_device *xe, const char *reason)
{
	if (atomic_xchg(&xe->wedged, 1))
		return;

	WRITE_ONCE(xe->recovery.given_up, true);
	xe_hw_work_queue(&xe->recovery.give_up);
	xe_hw_wake_waiters(xe);
	drm_err(&xe->drm,
		"the card is given up: %s; unbind and bind the driver again to recover (/sys/bus/pci/drivers/xe)\n",
		reason);
}
