/* SPDX-License-Identifier: MIT */
/*
 * Registers of the "edu" device of QEMU (docs/specs/edu.rst there), and the one ioctl that both
 * drivers of it in this folder have.
 */
#ifndef _EDU_H_
#define _EDU_H_

#include <linux/bits.h>
#include <drm/drm.h>

#define EDU_LIVENESS		0x04	/* reads as the inverse of what was written */
#define EDU_FACTORIAL		0x08	/* a number is written, its factorial is read */
#define EDU_STATUS		0x20
#define   EDU_STATUS_IRQ	BIT(7)	/* interrupt when the factorial is there */
#define EDU_IRQ_STATUS		0x24
#define EDU_IRQ_ACK		0x64

struct drm_edu_factorial {
	__u32 value;	/* in: a number; out: its factorial */
	__u32 pad;
};

#define DRM_EDU_FACTORIAL		0
#define DRM_IOCTL_EDU_FACTORIAL		DRM_IOWR(DRM_COMMAND_BASE + DRM_EDU_FACTORIAL, \
						 struct drm_edu_factorial)

#endif
