/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_IMPORT_H_
#define _XE_MM_IMPORT_H_

#include "xe_hw.h"

struct dma_buf;
struct dma_resv;
struct drm_gem_object;
struct sg_table;
struct vm_area_struct;
struct xe_device;
struct xe_import;

struct xe_import *xe_import_create(struct xe_device *xe, struct dma_buf *dma_buf);
void xe_import_destroy(struct xe_device *xe, struct xe_import *import);

struct dma_resv *xe_import_resv(const struct xe_import *import);
void xe_import_set_buffer(struct xe_import *import, struct drm_gem_object *obj);
int xe_import_map(struct xe_import *import);
const struct sg_table *xe_import_sgt(const struct xe_import *import);
void xe_import_unmap(struct xe_import *import);
int xe_import_mmap(struct xe_import *import, struct vm_area_struct *vma);

void xe_import_stop(struct xe_hw hw);

#endif
