/* SPDX-License-Identifier: MIT */
/*
 * A display that the system's firmware left on: pipe A with its primary plane, as a driver finds it that does
 * no display.  The plane fetches its frame through the GGTT, whatever lies there by then.
 *
 * There only with the option --plane; without, the display reads as fused off.  What is modelled is what can
 * be looked at and switched off: planes 1 to 5 of four pipes, their double buffering, and the power wells.
 */
#ifndef XE_MODEL_DISPLAY_H
#define XE_MODEL_DISPLAY_H

#include "reg.h"

#define PLANE_PIPES		4u
#define PLANE_COUNT		5u		/* of a pipe */
#define PLANE_BASE(pipe, plane)	(0x70180 + (pipe) * 0x1000 + (plane) * 0x100)	/* counted from 0 */
#define PLANE_CTL		0x00		/* offsets within a plane */
#define   PLANE_CTL_ENABLE	BIT(31)
#define   PLANE_CTL_XRGB8888	(4u << 24)
#define PLANE_STRIDE		0x08		/* in 64 bytes, linear */
#define PLANE_SIZE		0x10		/* height - 1 in 31:16, width - 1 in 15:0 */
#define PLANE_SURF		0x1c		/* GGTT address; to write it arms what was written before */
#define   PLANE_SURF_ADDR	GENMASK(31, 12)
#define PLANE_SURFLIVE		0x2c
#define PIPESRC(pipe)		(0x6001c + (pipe) * 0x1000)
#define TRANSCONF(pipe)		(0x70008 + (pipe) * 0x1000)
#define   TRANSCONF_ENABLE	BIT(31)
#define   TRANSCONF_STATE	BIT(30)
#define PIPE_FRMCOUNT(pipe)	(0x70040 + (pipe) * 0x1000)
#define PWR_WELL_CTL(who)	(0x45400 + 4 * (who))	/* who asks: firmware, driver, KVMR, debugger */
#define   PWR_WELL_REQ(i)	(2u << 2 * (i))
#define   PWR_WELL_STATE(i)	(1u << 2 * (i))
#define   PW_1			0u
#define   PW_2			1u
#define   PW_PIPE(pipe)		(5u + (pipe))

/* False, after a message, if the options put a plane where nothing is. */
bool display_options_ok(const struct gpu *gpu);
struct display *display_create(struct gpu *gpu);
void display_destroy(struct display *display);
/* FLR, power: everything is off. */
void display_reset(struct gpu *gpu);
/* What the system's firmware does at boot, if the options have a plane. */
void display_boot(struct gpu *gpu);
/* The card goes into D3. */
void display_check_sleep(struct gpu *gpu);

/* Hooks */
reg_read_fn display_read, display_power_read, display_version_read;
reg_write_fn display_write;

#endif
