/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_PCODE_H_
#define _XE_HW_PCODE_H_

#include <linux/types.h>

#include "xe_hw.h"

/*
 * How long the card may take to initialise itself, in seconds. A cold one trains its memory, which
 * may take minutes (hardware.rst), and so may one that comes back from D3cold. But runtime resume
 * is waited for: by who wants a section, who may give up, and by the driver core before it unbinds
 * the driver, puts the system to sleep or reboots it. Nothing but a lost card ends the wait then.
 */
#define XE_PCODE_COLD_S		180
#define XE_PCODE_RESUME_S	60

int xe_pcode_start(struct xe_hw_bind bind);
int xe_pcode_read(struct xe_hw hw, u32 mailbox, u32 *data0, u32 *data1);
int xe_pcode_write(struct xe_hw hw, u32 mailbox, u32 data0);
int xe_pcode_wait_ready(struct xe_hw hw, unsigned int timeout_s);
int xe_pcode_wait_memory(struct xe_hw hw, unsigned int timeout_s);
int xe_pcode_wait_power_on(struct xe_hw hw, unsigned int timeout_s);

#endif
