/* SPDX-License-Identifier: MIT */
/*
 * Registers that each GT has.
 * Source: Linux 6.12 drivers/gpu/drm/xe/regs/, fact sheet sections 3 to 5.
 */
#ifndef _XE_REGS_GT_H_
#define _XE_REGS_GT_H_

#include <linux/bits.h>

#include "xe_mmio.h"

/* Offsets below this one are relative to the window of a GT. */
#define XE_GT_WINDOW_END		0x40000
#define XE_GT_MEDIA_WINDOW		0x380000

#define GMD_ID				XE_GT_REG(0xd8c)
#define   GMD_ID_ARCH			GENMASK(31, 22)
#define   GMD_ID_RELEASE		GENMASK(21, 14)
#define   GMD_ID_STEP			GENMASK(5, 0)

/* Forcewake: a request is masked, bit 0 is the kernel's. */
#define FORCEWAKE_GT			XE_GT_REG(0xa188)
#define FORCEWAKE_GT_ACK		XE_GT_REG(0xdfc)
#define FORCEWAKE_RENDER		XE_GT_REG(0xa278)
#define FORCEWAKE_RENDER_ACK		XE_GT_REG(0xd84)
#define FORCEWAKE_VDBOX(n)		XE_GT_REG(0xa540 + 4 * (n))
#define FORCEWAKE_VDBOX_ACK(n)		XE_GT_REG(0xd50 + 4 * (n))
#define FORCEWAKE_VEBOX(n)		XE_GT_REG(0xa560 + 4 * (n))
#define FORCEWAKE_VEBOX_ACK(n)		XE_GT_REG(0xd70 + 4 * (n))
#define FORCEWAKE_GSC			XE_GT_REG(0xa618)
#define FORCEWAKE_GSC_ACK		XE_GT_REG(0xdf8)
#define   FORCEWAKE_KERNEL		BIT(0)

#endif
