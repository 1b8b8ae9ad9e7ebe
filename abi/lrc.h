/* SPDX-License-Identifier: MIT */
/*
 * Context images of Xe2: what an engine loads and saves when it switches contexts.
 * Source: Linux 6.12 drivers/gpu/drm/xe/xe_lrc.c, regs/xe_lrc_layout.h; hardware.rst xe-hw-context.
 */
#ifndef _XE_ABI_LRC_H_
#define _XE_ABI_LRC_H_

#include <linux/bits.h>
#include <linux/sizes.h>

/* The status page. What is below 512 is the hardware's; the upper half is for work queues. */
#define LRC_STATUS_BYTES		SZ_4K
#define LRC_STATUS_SCRATCH		0xd0	/* where flushes write that nobody looks at */
#define LRC_STATUS_SEQUENCE		512	/* of the last job that is done; 32 bits count */
#define LRC_STATUS_STARTED		520	/* of the last job that began */
#define LRC_STATUS_JOB_TIMESTAMP	528	/* LRC_TIMESTAMP when it began */
#define LRC_STATUS_JOINED		2048	/* of a child but the first: numbers of jobs */
#define LRC_JOINED_WORDS		256	/* how many; more than a ring has jobs */

/*
 * The register pages, behind it: a program of load-register commands. Words below are values, with
 * the register's offset in the word before.
 */
#define LRC_CONTROL			0x03	/* masked: the upper half says which bits count */
#define   LRC_CONTROL_RESTORE_INHIBIT	BIT(0)
#define   LRC_CONTROL_INHIBIT_SYNC	BIT(3)
#define LRC_RING_HEAD			0x05
#define LRC_RING_HEAD_OFFSET			GENMASK(20, 2)
#define LRC_RING_TAIL			0x07
#define LRC_RING_START			0x09
#define LRC_RING_CONTROL		0x0b
#define   LRC_RING_VALID		BIT(0)	/* size less 4096 is in bits 20:12 */
#define LRC_TIMESTAMP			0x23
#define LRC_TIMESTAMP_HI		0x25
#define LRC_ASID			0x2f
#define LRC_ROOT_HI			0x31
#define LRC_ROOT_LO			0x33
#define LRC_MI_MODE			0x71	/* masked */
#define   LRC_MI_MODE_STOP		BIT(8)

/* What the GuC leaves alone when it restores a context, behind the status page */
#define LRC_GUC_SKIP_WORDS		96

#define LRC_RING_BYTES			SZ_16K
#define LRC_RING_FIRST			8	/* where the first text goes, behind one of ours */

#endif
