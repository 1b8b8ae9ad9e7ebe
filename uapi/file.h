/* SPDX-License-Identifier: MIT */
#ifndef _XE_UAPI_FILE_H_
#define _XE_UAPI_FILE_H_

#include <linux/xarray.h>

#include <drm/drm_file.h>

#include "xe_info.h"

struct xe_usage;

/**
 * struct xe_file - what a client has: an open file of a DRM node
 */
struct xe_file {
	/** @vms: &struct xe_vm by ID, from 1; each entry is a reference */
	struct xarray vms;
	/** @queues: &struct xe_queue by ID, from 1; each entry is a reference */
	struct xarray queues;
	/** @usage: time of engines that its queues have used; a reference */
	struct xe_usage *usage;
	/** @total_cycles: time of an engine of each class, as of the last look */
	u64 total_cycles[XE_ENGINE_CLASSES];
};

static inline struct xe_file *to_xe_file(const struct drm_file *file)
{
	return file->driver_priv;
}

int xe_file_open(struct drm_device *drm, struct drm_file *file);
void xe_file_close(struct drm_device *drm, struct drm_file *file);

#endif
