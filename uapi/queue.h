/* SPDX-License-Identifier: MIT */
#ifndef _XE_UAPI_QUEUE_H_
#define _XE_UAPI_QUEUE_H_

struct drm_device;
struct drm_file;

int xe_exec_queue_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int xe_exec_queue_destroy_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int xe_exec_queue_get_property_ioctl(struct drm_device *drm, void *data, struct drm_file *file);

#endif
