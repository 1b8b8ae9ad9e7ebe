/* SPDX-License-Identifier: MIT */
#ifndef _XE_UAPI_EXEC_H_
#define _XE_UAPI_EXEC_H_

struct drm_device;
struct drm_file;

int xe_exec_ioctl(struct drm_device *drm, void *data, struct drm_file *file);

#endif
