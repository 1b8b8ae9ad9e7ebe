/* SPDX-License-Identifier: MIT */
/*
 * Where what lies in the buffer of a channel. For ct.c, ct_send.c and ct_receive.c.
 */
#ifndef _XE_GUC_CT_LAYOUT_H_
#define _XE_GUC_CT_LAYOUT_H_

#include <linux/sizes.h>
#include <linux/stddef.h>

#include "abi/guc_messages.h"

struct xe_guc_ct;

#define XE_CT_TIMEOUT_MS	1000
#define XE_CT_TLB_TIMEOUT_MS	2500	/* the GuC's are 2.25 s, hardware.rst xe-hw-guc-actions */

#define CT_H2G_DESC		0
#define CT_G2H_DESC		SZ_2K
#define CT_H2G_OFFSET		SZ_4K
#define CT_H2G_BYTES		SZ_4K
#define CT_G2H_OFFSET		(CT_H2G_OFFSET + CT_H2G_BYTES)
#define CT_G2H_BYTES		SZ_128K
#define CT_BYTES		(CT_G2H_OFFSET + CT_G2H_BYTES)

#define CT_H2G_WORDS		((u32)(CT_H2G_BYTES / sizeof(u32)))
#define CT_G2H_WORDS		((u32)(CT_G2H_BYTES / sizeof(u32)))

/* Half of the G2H ring is for what nobody asked for. */
#define CT_CREDITS		(CT_G2H_WORDS / 2)
#define CT_CREDITS_OF_WAITERS	(4 * CT_MAX_WORDS)

#define CT_DESC_HEAD		offsetof(struct xe_guc_ring_descriptor, head)
#define CT_DESC_TAIL		offsetof(struct xe_guc_ring_descriptor, tail)
#define CT_DESC_STATUS		offsetof(struct xe_guc_ring_descriptor, status)

bool xe_guc_ct_finish_answer(struct xe_guc_ct *ct, u32 fence, int err, u32 header);

#endif
