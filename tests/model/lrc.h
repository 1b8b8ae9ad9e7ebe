/* SPDX-License-Identifier: MIT */
/*
 * The context image (LRC) as data: where what stands, and which registers an engine saves.
 *
 * The descriptor names the GGTT address of the status page; the register page follows it.  It is a
 * program of load-register commands: a header, then pairs of register offset and value.  Word
 * numbers below count from the start of the register page.
 */
#ifndef XE_MODEL_LRC_H
#define XE_MODEL_LRC_H

#include "util.h"

/* Descriptor */
#define LRC_DESC_VALID		BIT64(0)
#define LRC_DESC_MODE		GENMASK64(4, 3)
#define   LRC_MODE_64BIT	3
#define LRC_DESC_PPGTT		BIT64(8)
#define LRC_DESC_ADDR		GENMASK64(31, 12)

#define LRC_REGS_OFFSET		4096u	/* register page, behind the status page */
#define LRC_REGS_WORDS		1024u

/* Words of the register page (values) */
#define LRC_CONTROL		0x03
#define   LRC_CONTROL_INHIBIT	BIT(0)	/* restore inhibit: load the ring and page tables only */
#define LRC_HEAD		0x05
#define LRC_TAIL		0x07
#define LRC_START		0x09
#define LRC_CTL			0x0b
#define   LRC_CTL_VALID		BIT(0)
#define   LRC_CTL_SIZE		GENMASK(20, 12)
#define LRC_BB_ADDR_HI		0x0d
#define LRC_BB_ADDR		0x0f
#define LRC_BB_STATE		0x11
#define LRC_TIMESTAMP		0x23
#define LRC_TIMESTAMP_HI	0x25
#define LRC_ASID		0x2f
#define   LRC_ASID_BITS		GENMASK(19, 0)
#define LRC_PDP0_HI		0x31
#define LRC_PDP0_LO		0x33

#define LRC_RING_CONTEXT_WORDS	0x34	/* loaded even with restore inhibit */

/* Registers of an engine that the parts of the command streamer name, relative to its base */
#define RING_TAIL			0x030
#define RING_HEAD			0x034
#define RING_START			0x038
#define RING_CTL			0x03c
#define RING_ACTHD_UDW			0x05c
#define RING_IPEHR			0x068
#define RING_INSTDONE			0x06c
#define RING_ACTHD			0x074
#define RING_NOPID			0x094
#define RING_MI_MODE			0x09c
#define   STOP_RING			BIT(8)
#define   MODE_IDLE			BIT(9)
#define RING_BBSTATE			0x110
#define RING_BBADDR			0x140
#define RING_BBADDR_UDW			0x168
#define RING_BB_PER_CTX_PTR		0x1c0
#define   PER_CTX_BB_ADDR		GENMASK(31, 12)
#define   PER_CTX_BB_VALID		BIT(0)
#define RING_INDIRECT_CTX		0x1c4
#define   INDIRECT_CTX_ADDR		GENMASK(31, 6)
#define   INDIRECT_CTX_LINES		GENMASK(5, 0)	/* of 64 bytes */
#define BCS_SWCTRL			0x200
#define RING_CONTEXT_CONTROL		0x244
#define RING_PDP0_LDW			0x270
#define RING_PDP0_UDW			0x274
#define RING_MODE			0x29c
#define   GFX_DISABLE_LEGACY_MODE	BIT(3)
#define RING_TIMESTAMP			0x358
#define RING_TIMESTAMP_UDW		0x35c
#define RING_CTX_TIMESTAMP		0x3a8
#define RING_CTX_TIMESTAMP_UDW		0x3ac
#define MI_SET_PREDICATE_RESULT		0x3b8	/* bit 0: what follows is skipped */
#define MI_PREDICATE_RESULT_2		0x3bc
#define MI_PREDICATE_SRC0		0x400
#define MI_PREDICATE_SRC1		0x408
#define MI_PREDICATE_RESULT		0x418
#define RING_FORCE_TO_NONPRIV(i)	(0x4d0 + 4 * (i))
#define RING_MAX_NONPRIV_SLOTS		12
#define RING_BB_STACK			0x588	/* write port: pushes one word of the batch stack */
#define CS_GPR(i)			(0x600 + 8 * (i))
#define CS_GPR_COUNT			16
#define RCU_MODE			0x14800		/* of the GT */
#define   RCU_MODE_CCS_ENABLE		BIT(0)
#define   RCU_MODE_FIXED_SLICES		BIT(1)
#define CCS_MODE			0x14804		/* which engine has a slice, 3 bits each; 7: none */
#define ENGINE_BLOCK			0x2000u	/* bytes of an engine's register block */

/* One load-register command of the image */
struct lrc_list {
	u16 word;	/* of its header */
	u8 count;	/* registers */
	bool posted;
	const u16 *regs;
};

/* The lists that an engine of this GuC class saves, ended by count == 0. */
const struct lrc_list *lrc_layout(unsigned int guc_class);

#endif
