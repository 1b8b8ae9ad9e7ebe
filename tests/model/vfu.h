/* SPDX-License-Identifier: MIT */
/* vfio-user server: one client (QEMU) at a time, reconnect after the client has gone. */
#ifndef XE_MODEL_VFU_H
#define XE_MODEL_VFU_H

#include "gpu.h"

struct vfu *vfu_create(struct gpu *gpu, const char *path);
void vfu_destroy(struct vfu *vfu);
int vfu_poll_fd(struct vfu *vfu);		/* fd to poll for POLLIN */
/* Handle what can be read now.  0, or -errno if the session was dropped (the server goes on listening). */
int vfu_handle(struct vfu *vfu);

/* Fire MSI or MSI-X vector @index; false if the client set no trigger. */
bool vfu_trigger(struct gpu *gpu, unsigned int vector);

/* bar.c: an access of the CPU to a BAR, of any size; registers are served in 32-bit parts. */
void bar_read(struct gpu *gpu, unsigned int bar, u64 offset, void *buf, size_t len);
void bar_write(struct gpu *gpu, unsigned int bar, u64 offset, const void *buf, size_t len);

#endif
