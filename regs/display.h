/* SPDX-License-Identifier: MIT */
/*
 * Registers of the display, as far as it takes to switch it off.
 * Source: Linux 6.12 drivers/gpu/drm/i915/display/, hardware.rst xe-hw-display.
 */
#ifndef _XE_REGS_DISPLAY_H_
#define _XE_REGS_DISPLAY_H_

#include <linux/bits.h>

#include "xe_mmio.h"

#define GMD_ID_DISPLAY			XE_REG(0x510a0)		/* 0: there is no display */
#define DISPLAY_INT_CTL			XE_REG(0x44200)

/* A power well is on while anybody asks for it; the first of four registers is the firmware's. */
#define PWR_WELL_CTL1			XE_REG(0x45400)
#define   PWR_WELL_STATE_PIPE(pipe)	BIT(2 * (5 + (pipe)))

/* Registers of pipe and transcoder lie in the power well of the pipe. */
#define DISPLAY_PIPES			4
#define DISPLAY_PLANES			5			/* of a pipe, beside the cursor */
#define TRANSCONF(pipe)			XE_REG(0x70008 + 0x1000 * (pipe))
#define   TRANSCONF_ENABLE		BIT(31)
#define   TRANSCONF_STATE_ENABLE	BIT(30)
#define PIPE_FRMCOUNT(pipe)		XE_REG(0x70040 + 0x1000 * (pipe))
#define CURCNTR(pipe)			XE_REG(0x70080 + 0x1000 * (pipe))
#define CURBASE(pipe)			XE_REG(0x70084 + 0x1000 * (pipe))
#define PLANE_CTL(pipe, plane)		XE_REG(0x70180 + 0x1000 * (pipe) + 0x100 * (plane))
#define   PLANE_CTL_ENABLE		BIT(31)
#define PLANE_SURF(pipe, plane)		XE_REG(0x7019c + 0x1000 * (pipe) + 0x100 * (plane))

#endif
