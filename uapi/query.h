/* SPDX-License-Identifier: MIT */
#ifndef _XE_UAPI_QUERY_H_
#define _XE_UAPI_QUERY_H_

#include "xe_hw.h"

struct drm_device;
struct drm_file;

int xe_query_start(struct xe_hw_bind bind);
int xe_query_ioctl(struct drm_device *drm, void *data, struct drm_file *file);

#endif
