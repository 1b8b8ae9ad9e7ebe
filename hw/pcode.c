// SPDX-License-Identifier: MIT
/*
 * PCODE: the mailbox of the power controller.
 */

#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/error-injection.h>
#include <linux/iopoll.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "hw/pcode.h"
#include "hw/state.h"
#include "regs/soc.h"
#include "xe_device.h"
#include "xe_mmio.h"

#define PCODE_TIMEOUT_US	10000	/* it takes microseconds */

#define PCODE_GET_INIT_STATUS	0x7e
#define   PCODE_INIT_DONE	BIT(0)

static int pcode_error(u32 code)
{
	switch (code) {
	case 0x00: return 0;
	case 0x01: return -ENXIO;	/* illegal command */
	case 0x02: return -ETIMEDOUT;
	case 0x03: return -EINVAL;	/* illegal data */
	case 0x04: return -ENXIO;	/* illegal subcommand */
	case 0x06: return -EBUSY;	/* locked */
	case 0x10: return -EOVERFLOW;	/* ratio out of range */
	case 0x11: return -EACCES;	/* rejected */
	default:   return -EPROTO;
	}
}

static int transfer(struct xe_hw hw, u32 mailbox, u32 *data0, u32 *data1)
{
	struct xe_hw_state *state = xe_hw_state(hw);
	u32 status;
	int err;

	lockdep_assert_held(&state->pcode_lock);

	if (xe_read32(hw, PCODE_MAILBOX) & PCODE_READY)
		return xe_hw_is_lost(hw) ? -ENODEV : -EAGAIN;

	xe_write32(hw, PCODE_DATA0, *data0);
	xe_write32(hw, PCODE_DATA1, data1 ? *data1 : 0);
	xe_write32(hw, PCODE_MAILBOX, PCODE_READY | mailbox);

	err = xe_wait32(hw, PCODE_MAILBOX, PCODE_READY, 0, PCODE_TIMEOUT_US, &status);
	if (err)
		return err;

	err = pcode_error(FIELD_GET(PCODE_MB_COMMAND, status));
	if (err)
		return err;

	*data0 = xe_read32(hw, PCODE_DATA0);
	if (data1)
		*data1 = xe_read32(hw, PCODE_DATA1);
	return 0;
}

/**
 * xe_pcode_read - ask PCODE
 * @hw: the token
 * @mailbox: command and parameters, PCODE_MAILBOX_*
 * @data0: in and out
 * @data1: in and out, may be NULL
 *
 * Context: bound, may sleep, up to 10 ms.
 * Return: 0; -EAGAIN if the mailbox is busy, -ETIMEDOUT, -ENODEV, or what PCODE answered.
 */
noinline __noipa int xe_pcode_read(struct xe_hw hw, u32 mailbox, u32 *data0, u32 *data1)
{
	xe_hw_may_take_long(hw);
	guard(mutex)(&xe_hw_state(hw)->pcode_lock);
	return transfer(hw, mailbox, data0, data1);
}
ALLOW_ERROR_INJECTION(xe_pcode_read, ERRNO);

/**
 * xe_pcode_write - tell PCODE
 * @hw: the token
 * @mailbox: command and parameters, PCODE_MAILBOX_*
 * @data0: the value
 *
 * Context: bound, may sleep, up to 10 ms.
 * Return: as xe_pcode_read().
 */
int xe_pcode_write(struct xe_hw hw, u32 mailbox, u32 data0)
{
	return xe_pcode_read(hw, mailbox, &data0, NULL);
}

/**
 * xe_pcode_wait_ready - wait until PCODE has initialised the card
 * @hw: the token
 * @timeout_s: bound, in seconds
 *
 * Context: bound, may sleep.
 * Return: 0, -ETIMEDOUT, -ENODEV, or what PCODE answered last.
 */
noinline __noipa int xe_pcode_wait_ready(struct xe_hw hw, unsigned int timeout_s)
{
	struct xe_device *xe = xe_hw_device(hw);
	ktime_t end = ktime_add_ms(ktime_get(), timeout_s * MSEC_PER_SEC);
	u32 status;
	int err;

	if (!xe->platform->is_discrete)
		return 0;

	xe_hw_may_take_long(hw);
	do {
		status = 0;
		err = xe_pcode_read(hw, FIELD_PREP(PCODE_MB_COMMAND, PCODE_GET_INIT_STATUS),
				    &status, NULL);
		if (err == -ENODEV || (!err && (status & PCODE_INIT_DONE)))
			return err;
		msleep(20);
	} while (ktime_before(ktime_get(), end));

	drm_err(&xe->drm, "PCODE did not initialise the card within %u s (%pe, status %#x); power cycle it\n",
		timeout_s, ERR_PTR(err), status);
	return err ?: -ETIMEDOUT;
}
ALLOW_ERROR_INJECTION(xe_pcode_wait_ready, ERRNO);

/**
 * xe_pcode_wait_memory - wait until VRAM is initialised, after power-on
 * @hw: the token
 * @timeout_s: bound, in seconds
 *
 * Context: bound, may sleep.
 * Return: 0, -ETIMEDOUT, or -ENODEV.
 */
noinline __noipa int xe_pcode_wait_memory(struct xe_hw hw, unsigned int timeout_s)
{
	ktime_t end = ktime_add_ms(ktime_get(), timeout_s * MSEC_PER_SEC);
	int err;

	if (!xe_hw_device(hw)->platform->is_discrete)
		return 0;

	xe_hw_may_take_long(hw);
	do {
		err = xe_wait32(hw, GU_CNTL, LMEM_INIT, LMEM_INIT, 0, NULL);
		if (err != -ETIMEDOUT)
			return err;
		msleep(20);
	} while (ktime_before(ktime_get(), end));
	return err;
}
ALLOW_ERROR_INJECTION(xe_pcode_wait_memory, ERRNO);

/**
 * xe_pcode_wait_power_on - wait until a card that may have lost its power is initialised
 * @hw: the token
 * @timeout_s: bound for all of it, in seconds: XE_PCODE_COLD_S or XE_PCODE_RESUME_S
 *
 * Context: bound, may sleep.
 * Return: as xe_pcode_wait_ready() and xe_pcode_wait_memory().
 */
int xe_pcode_wait_power_on(struct xe_hw hw, unsigned int timeout_s)
{
	ktime_t start = ktime_get();
	int err = xe_pcode_wait_ready(hw, timeout_s);
	unsigned int taken_s;

	if (err)
		return err;

	taken_s = ktime_ms_delta(ktime_get(), start) / MSEC_PER_SEC;
	return xe_pcode_wait_memory(hw, timeout_s - min(timeout_s, taken_s));
}

/**
 * xe_pcode_start - probe step: the power controller is up and so is the memory
 * @bind: the token of a probe step
 *
 * Context: bound.
 * Return: 0; -EPROBE_DEFER if memory is not initialised yet; else as xe_pcode_wait_ready().
 */
int xe_pcode_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_device *xe = xe_hw_device(hw);
	int err;

	err = drmm_mutex_init(&xe->drm, &xe_hw_state(hw)->pcode_lock);
	if (err)
		return err;

	err = xe_pcode_wait_ready(hw, XE_PCODE_COLD_S);
	if (err)
		return err;

	/* A time of its own: a probe that is deferred is made again, and nobody waits for it. */
	err = xe_pcode_wait_memory(hw, 60);
	if (err == -ETIMEDOUT) {
		drm_dbg(&xe->drm, "VRAM is not initialised yet, deferring probe\n");
		return -EPROBE_DEFER;
	}
	return err;
}
ALLOW_ERROR_INJECTION(xe_pcode_start, ERRNO);
