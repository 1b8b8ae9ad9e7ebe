/* SPDX-License-Identifier: MIT */
#ifndef _XE_UAPI_VM_H_
#define _XE_UAPI_VM_H_

struct drm_device;
struct drm_file;

int xe_vm_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int xe_vm_destroy_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int xe_vm_bind_ioctl(struct drm_device *drm, void *data, struct drm_file *file);

#endif
