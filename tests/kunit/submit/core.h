/* SPDX-License-Identifier: MIT */
/* Of the DRM core, for files that it opens itself: there is no header of the kernel with them. */
#ifndef _XE_KUNIT_SUBMIT_CORE_H_
#define _XE_KUNIT_SUBMIT_CORE_H_

struct drm_file;

void drm_syncobj_open(struct drm_file *file);
void drm_syncobj_release(struct drm_file *file);

#endif
