/* SPDX-License-Identifier: MIT */
#ifndef _XE_UAPI_GEM_H_
#define _XE_UAPI_GEM_H_

struct drm_device;
struct drm_file;
struct drm_printer;

int xe_gem_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int xe_gem_mmap_offset_ioctl(struct drm_device *drm, void *data, struct drm_file *file);

#endif
