/* SPDX-License-Identifier: MIT */
#ifndef _XE_UAPI_DEBUGFS_H_
#define _XE_UAPI_DEBUGFS_H_

struct drm_minor;

void xe_debugfs_init(struct drm_minor *minor);

#endif
