/* SPDX-License-Identifier: MIT */
/*
 * The GuC of one GT as the host sees it: reset, boot by DMA, mailbox, command channel, contexts and
 * their scheduling on the engines, SLPC, TLB invalidation.
 */
#ifndef XE_MODEL_GUC_H
#define XE_MODEL_GUC_H

#include "gpu.h"

struct guc *guc_create(struct gt *gt);
void guc_destroy(struct guc *guc);

/* Called by register hooks (regs_*.c, gt.c). */
void guc_reset(struct gt *gt);			/* core in reset, all forgotten; engines run on */
void guc_dma_ctrl(struct gt *gt, u32 value);	/* 0xc314 written with bit 0 set; clears the bit when done */
void guc_doorbell(struct gt *gt);		/* 0x1901f0 / 0x190304 */
/* Run contexts for at most @budget commands.  True if runnable work is left. */
bool guc_run(struct gt *gt, unsigned int budget);
/* The driver said that it is unbound: no engine may execute. */
void guc_check_quiet(struct gt *gt);
/* The value of GUC_STATUS is kept in the register file with reg_poke(); so are scratch registers. */

#endif
