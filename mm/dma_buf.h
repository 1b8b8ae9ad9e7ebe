/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_DMA_BUF_H_
#define _XE_MM_DMA_BUF_H_

struct dma_buf;
struct drm_device;
struct drm_gem_object;
struct sg_table;

struct sg_table *xe_gem_prime_pages(struct drm_gem_object *obj);
struct dma_buf *xe_gem_prime_export(struct drm_gem_object *obj, int flags);
struct drm_gem_object *xe_gem_prime_import(struct drm_device *drm, struct dma_buf *dma_buf);

#endif
