/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_VMA_H_
#define _XE_MM_VMA_H_

struct drm_gem_object;

void xe_vma_mark_stale(struct drm_gem_object *obj);

#endif
