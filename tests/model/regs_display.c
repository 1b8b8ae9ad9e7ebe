// SPDX-License-Identifier: MIT
/* Registers of the display that a driver without display may have to look at; only with --plane. */
#include "display.h"
#include "regs_tables.h"

#define D(off, what, ...) \
	{ .offset = (off), .name = (what), .read = display_read, .write = display_write, ##__VA_ARGS__ }

#define PLANE(pipe, plane, name) \
	D(PLANE_BASE(pipe, plane) + PLANE_CTL, "PLANE_CTL_" name), \
	D(PLANE_BASE(pipe, plane) + PLANE_STRIDE, "PLANE_STRIDE_" name), \
	D(PLANE_BASE(pipe, plane) + 0x0c, "PLANE_POS_" name), \
	D(PLANE_BASE(pipe, plane) + PLANE_SIZE, "PLANE_SIZE_" name), \
	D(PLANE_BASE(pipe, plane) + PLANE_SURF, "PLANE_SURF_" name), \
	D(PLANE_BASE(pipe, plane) + 0x24, "PLANE_OFFSET_" name), \
	D(PLANE_BASE(pipe, plane) + PLANE_SURFLIVE, "PLANE_SURFLIVE_" name, .ro = ALL_ONES), \
	D(PLANE_BASE(pipe, plane) + 0x4c, "PLANE_COLOR_CTL_" name)

#define PIPE(pipe, name) \
	D(PIPESRC(pipe), "PIPESRC_" name), \
	D(TRANSCONF(pipe), "TRANSCONF_" name, .ro = TRANSCONF_STATE), \
	D(PIPE_FRMCOUNT(pipe), "PIPE_FRMCOUNT_" name, .ro = ALL_ONES), \
	D(0x70080 + (pipe) * 0x1000, "CURCNTR_" name), \
	D(0x70084 + (pipe) * 0x1000, "CURBASE_" name), \
	PLANE(pipe, 0, "1_" name), \
	PLANE(pipe, 1, "2_" name), \
	PLANE(pipe, 2, "3_" name), \
	PLANE(pipe, 3, "4_" name), \
	PLANE(pipe, 4, "5_" name)

#define WELLS	(PWR_WELL_REQ(PW_1) | PWR_WELL_REQ(PW_2) | PWR_WELL_REQ(PW_PIPE(0)) | PWR_WELL_REQ(PW_PIPE(1)) | \
		 PWR_WELL_REQ(PW_PIPE(2)) | PWR_WELL_REQ(PW_PIPE(3)))

const struct reg regs_display[] = {
	{ .offset = PWR_WELL_CTL(0), .count = 4, .name = "PWR_WELL_CTL", .ro = ~WELLS, .read = display_power_read },
	PIPE(0, "A"),
	PIPE(1, "B"),
	PIPE(2, "C"),
	PIPE(3, "D"),
	{ 0 }
};
