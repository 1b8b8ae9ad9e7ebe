/* SPDX-License-Identifier: MIT */
#ifndef _XE_UAPI_WAIT_H_
#define _XE_UAPI_WAIT_H_

struct drm_device;
struct drm_file;

int xe_wait_user_fence_ioctl(struct drm_device *drm, void *data, struct drm_file *file);

#endif
