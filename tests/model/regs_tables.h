/* SPDX-License-Identifier: MIT */
/*
 * The register tables: one row a line, each ended by an empty row.  Which of them a card has:
 * platform.c.
 */
#ifndef XE_MODEL_REGS_TABLES_H
#define XE_MODEL_REGS_TABLES_H

#include "reg.h"

/* Rows: plain, array of @n registers, constant */
#define R(off, what, ...)	{ .offset = (off), .name = (what), ##__VA_ARGS__ }
#define RN(off, n, what, ...)	{ .offset = (off), .count = (n), .name = (what), ##__VA_ARGS__ }
#define RO(off, what, value, ...) \
	{ .offset = (off), .name = (what), .reset = (value), .ro = ALL_ONES, ##__VA_ARGS__ }
#define RON(off, n, what, value, ...) \
	{ .offset = (off), .count = (n), .name = (what), .reset = (value), .ro = ALL_ONES, ##__VA_ARGS__ }

extern const struct reg regs_gt_common[];	/* in every GT's window */
extern const struct reg regs_gt_guc[];		/* likewise: firmware */
extern const struct reg regs_gt_render[];	/* primary GT only */
extern const struct reg regs_gt_media[];	/* media GT only */
extern const struct reg regs_bmg_fuses[];
extern const struct reg regs_no_media[];	/* media GT fused off */
extern const struct reg regs_engine[];		/* every engine */
extern const struct reg regs_soc[];
extern const struct reg regs_soc_discrete[];
extern const struct reg regs_irq[];
extern const struct reg regs_oracle[];		/* with --oracle only */
extern const struct reg regs_display[];		/* with --plane only */

#endif
