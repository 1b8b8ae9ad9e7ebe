// SPDX-License-Identifier: MIT
/*
 * Display: this driver has none, and switches off what the system's firmware left on.
 */

#include <linux/delay.h>
#include <linux/error-injection.h>
#include <linux/time64.h>

#include <drm/drm_print.h>

#include "hw/display.h"
#include "regs/display.h"
#include "xe_device.h"
#include "xe_mmio.h"

/**
 * DOC: Display
 *
 * The boot firmware leaves a picture on the monitor. A plane of the display fetches it from VRAM,
 * frame by frame, through entries of the GGTT, and goes on when the kernel's framebuffer driver was
 * removed. Both would be given away by this driver: VRAM to buffers, which the monitor would show,
 * and the range of the GGTT to firmware buffers, which the plane would read, and would go on
 * reading after unbind.
 *
 * Nobody draws a picture any more, so the planes are switched off rather than their memory
 * reserved: in a probe step, before VRAM and GGTT are used, and after a loss of power, since the
 * firmware may have lit the monitor again (hibernation). A plane takes its new settings at the end
 * of a frame, which is waited for. Its transcoder follows, so nothing of the display runs when the
 * device goes into D3hot. Ports, clocks and power wells are left as the firmware set them up: they
 * fetch nothing.
 *
 * A display that does not go off fails the probe: its memory cannot be used.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * planes, transcoders      nobody        off from the probe step on
 * ======================== ============= ==========================================
 */

#define FRAME_MS	100	/* 42 at 23.976 Hz, the slowest that is usual */

/* Settings of a plane wait until its address is written, and then for the end of the frame. */
static void stop_planes(struct xe_hw hw, unsigned int pipe)
{
	for (unsigned int plane = 0; plane < DISPLAY_PLANES; plane++) {
		if (!(xe_read32(hw, PLANE_CTL(pipe, plane)) & PLANE_CTL_ENABLE))
			continue;
		xe_write32(hw, PLANE_CTL(pipe, plane), 0);
		xe_write32(hw, PLANE_SURF(pipe, plane), 0);
	}
	xe_write32(hw, CURCNTR(pipe), 0);
	xe_write32(hw, CURBASE(pipe), 0);
}

static void wait_frame(struct xe_hw hw, unsigned int pipe)
{
	u32 frame = xe_read32(hw, PIPE_FRMCOUNT(pipe));

	for (int ms = 0; ms < FRAME_MS; ms++) {
		if (xe_read32(hw, PIPE_FRMCOUNT(pipe)) != frame || xe_hw_is_lost(hw))
			return;
		usleep_range(1000, 2000);
	}
}

/* Planes without a transcoder fetch nothing; in a wide picture it may be that of another pipe. */
static int stop_transcoder(struct xe_hw hw, unsigned int pipe)
{
	struct xe_device *xe = xe_hw_device(hw);
	u32 config = xe_read32(hw, TRANSCONF(pipe));
	int err;

	if (xe_hw_is_lost(hw))
		return -ENODEV;
	if (!(config & TRANSCONF_ENABLE))
		return 0;

	drm_info(&xe->drm, "the monitor at pipe %c goes dark: this driver has no display\n",
		 'A' + pipe);
	wait_frame(hw, pipe);
	xe_rmw32(hw, TRANSCONF(pipe), TRANSCONF_ENABLE, 0);
	err = xe_wait32(hw, TRANSCONF(pipe), TRANSCONF_STATE_ENABLE, 0, FRAME_MS * USEC_PER_MSEC,
			NULL);
	if (err == -ETIMEDOUT)
		drm_err(&xe->drm,
			"pipe %c of the display does not go off, so its memory cannot be used; power cycle the device\n",
			'A' + pipe);
	return err;
}

/**
 * xe_display_off - switch off what the system's firmware, or another driver, left on
 * @hw: the token
 *
 * When it returns 0 the display fetches no memory, and does not interrupt.
 *
 * Context: bound, may sleep; up to 0.8 s for a display that is broken.
 * Return: 0; -ETIMEDOUT, which was logged, or -ENODEV.
 */
int xe_display_off(struct xe_hw hw)
{
	u32 wells;
	int err;

	if (!xe_read32(hw, GMD_ID_DISPLAY))
		return 0;

	xe_hw_may_take_long(hw);
	xe_write32(hw, DISPLAY_INT_CTL, 0);
	wells = xe_read32(hw, PWR_WELL_CTL1);

	/* All planes before the first transcoder: pipes may share one. */
	for (unsigned int pipe = 0; pipe < DISPLAY_PIPES; pipe++)
		if (wells & PWR_WELL_STATE_PIPE(pipe))
			stop_planes(hw, pipe);

	for (unsigned int pipe = 0; pipe < DISPLAY_PIPES; pipe++) {
		err = wells & PWR_WELL_STATE_PIPE(pipe) ? stop_transcoder(hw, pipe) : 0;
		if (err)
			return err;
	}
	return 0;
}

/**
 * xe_display_start - probe step: no display fetches from memory that is given away later
 * @bind: the token of a probe step
 *
 * Context: bound, before VRAM and the GGTT are used.
 * Return: 0; -ETIMEDOUT, which was logged, or -ENODEV.
 */
int xe_display_start(struct xe_hw_bind bind)
{
	return xe_display_off(xe_hw_bound(bind));
}
ALLOW_ERROR_INJECTION(xe_display_start, ERRNO);
