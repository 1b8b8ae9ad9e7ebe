/* SPDX-License-Identifier: MIT */
#ifndef _XE_UAPI_FDINFO_H_
#define _XE_UAPI_FDINFO_H_

struct drm_file;
struct drm_printer;

void xe_show_fdinfo(struct drm_printer *p, struct drm_file *file);

#endif
