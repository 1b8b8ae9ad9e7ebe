/* SPDX-License-Identifier: MIT */
/*
 * SLPC, the frequency control of the GuC.
 * Source: Linux 6.12 drivers/gpu/drm/xe/abi/guc_actions_slpc_abi.h, hardware.rst xe-hw-guc-slpc.
 */
#ifndef _XE_ABI_GUC_SLPC_H_
#define _XE_ABI_GUC_SLPC_H_

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/sizes.h>
#include <linux/stddef.h>
#include <linux/types.h>

/* Second word of a request */
#define SLPC_EVENT_ID			GENMASK(15, 8)
#define SLPC_EVENT_WORDS		GENMASK(7, 0)	/* that follow */

enum xe_slpc_event {
	SLPC_EVENT_RESET	= 0,	/* address of the shared data, 0 */
	SLPC_EVENT_QUERY	= 5,	/* address of the shared data, 0 */
	SLPC_EVENT_SET		= 6,	/* parameter, value */
};

enum xe_slpc_param {
	SLPC_PARAM_MIN_MHZ		= 6,
	SLPC_PARAM_MAX_MHZ		= 7,
	SLPC_PARAM_IGNORE_EFFICIENT	= 28,
};

#define SLPC_STATE_RUNNING		3

/* Shared data. Frequencies are in units of 50/3 MHz. */
struct xe_slpc_shared {
	u32 bytes;
	u32 state;
	u32 reserved0[30];
	u32 task_status;
	u32 frequency;
	u32 reserved1[14];
	u32 override_valid[8];
	u32 override[256];
};

static_assert(offsetof(struct xe_slpc_shared, task_status) == 128);
static_assert(offsetof(struct xe_slpc_shared, override_valid) == 192);

#define SLPC_SHARED_BYTES		SZ_8K

#define SLPC_FREQUENCY_MIN		GENMASK(15, 8)
#define SLPC_FREQUENCY_MAX		GENMASK(7, 0)

#endif
