// SPDX-License-Identifier: MIT
/*
 * Buffers shared with other drivers.
 */

#include <linux/dma-buf.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <drm/drm_gem.h>
#include <drm/drm_prime.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_tt.h>
#include <uapi/drm/xe_drm.h>

#include "mm/bo.h"
#include "mm/dma_buf.h"
#include "mm/import.h"
#include "mm/mm.h"
#include "xe_compat.h"
#include "xe_device.h"
#include "xe_mmio.h"

MODULE_IMPORT_NS("DMA_BUF");

/**
 * DOC: Sharing
 *
 * Both directions are dynamic: a buffer may move while it is shared, and whoever has mapped it is
 * told. A buffer is exported from system memory; it has to be allowed there.
 *
 * Exported pages are mapped for the device of the importer, which may well outlive our card, so
 * nothing of this is undone at unbind; but nobody can attach any more. What was imported is mapped
 * for our card, and that is undone at unbind: see mm/import.c. The buffer and the dma-buf stay
 * valid objects.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * exported dma-buf         its users     last reference; it keeps the buffer
 * mapping for an importer  importer      it gives it back
 * imported buffer          handles       last reference; it keeps the dma-buf
 * ======================== ============= ==========================================
 */

static struct xe_bo *dma_buf_to_bo(struct dma_buf *dma_buf)
{
	return to_xe_bo(dma_buf->priv);
}

/* What the DRM core knows of the dma-buf ends with the handle, and is under locks of its own. */
static void set_exported(struct xe_bo *bo, struct dma_buf *dma_buf)
{
	dma_resv_lock(bo->ttm.base.resv, NULL);
	bo->exported = dma_buf;
	dma_resv_unlock(bo->ttm.base.resv);
}

/*
 * From the first attachment on there is somebody to be told. Not from the export on: that is under
 * a lock which all need who open or close a handle, and a reservation may be held for long.
 */
static int export_attach(struct dma_buf *dma_buf, struct dma_buf_attachment *attach)
{
	struct xe_bo *bo = dma_buf_to_bo(dma_buf);
	int err = -ENODEV;

	/* Open until unbind has undone the mappings: nobody attaches after that. */
	xe_hw_scoped_dma(dma, to_xe_device(bo->ttm.base.dev))
		err = xe_bo_can_be_in(bo, XE_REGION_SYSTEM) ? 0 : -EOPNOTSUPP;
	if (!err)
		set_exported(bo, dma_buf);
	return err;
}

static int export_pin(struct dma_buf_attachment *attach)
{
	struct xe_bo *bo = dma_buf_to_bo(attach->dmabuf);
	int err = xe_bo_move_to(bo, XE_MEM_TT);

	if (!err)
		ttm_bo_pin(&bo->ttm);
	return err;
}

static void export_unpin(struct dma_buf_attachment *attach)
{
	ttm_bo_unpin(&dma_buf_to_bo(attach->dmabuf)->ttm);
}

static struct sg_table *export_map(struct dma_buf_attachment *attach, enum dma_data_direction dir)
{
	int err = xe_bo_move_to(dma_buf_to_bo(attach->dmabuf), XE_MEM_TT);

	return err ? ERR_PTR(err) : drm_gem_map_dma_buf(attach, dir);
}

/*
 * The CPU reads VRAM a word at a time and past its caches. Who is about to read has the buffer in
 * system memory, unless it is in use: those who write it are waited for by the core, behind this.
 * Where it cannot be moved it is read where it is.
 */
static int export_begin_cpu_access(struct dma_buf *dma_buf, enum dma_data_direction dir)
{
	struct xe_bo *bo = dma_buf_to_bo(dma_buf);
	struct dma_resv *resv = bo->ttm.base.resv;

	if (dir == DMA_TO_DEVICE || !xe_bo_can_be_in(bo, XE_REGION_SYSTEM))
		return 0;
	if (dma_resv_lock_interruptible(resv, NULL))
		return -ERESTARTSYS;
	if (bo->ttm.resource->mem_type == XE_MEM_VRAM)
		xe_bo_move_at_once(bo, XE_MEM_TT);
	dma_resv_unlock(resv);
	return 0;
}

static void export_release(struct dma_buf *dma_buf)
{
	set_exported(dma_buf_to_bo(dma_buf), NULL);
	drm_gem_dmabuf_release(dma_buf);
}

static const struct dma_buf_ops export_ops = {
	.attach = export_attach,
	.pin = export_pin,
	.unpin = export_unpin,
	.map_dma_buf = export_map,
	.unmap_dma_buf = drm_gem_unmap_dma_buf,
	.begin_cpu_access = export_begin_cpu_access,
	.release = export_release,
	.mmap = drm_gem_dmabuf_mmap,
};

/**
 * xe_gem_prime_pages - &drm_gem_object_funcs.get_sg_table
 * @obj: the buffer, in system memory
 *
 * Context: its reservation is held.
 * Return: its pages, or an error pointer.
 */
struct sg_table *xe_gem_prime_pages(struct drm_gem_object *obj)
{
	struct ttm_tt *tt = to_xe_bo(obj)->ttm.ttm;

	return drm_prime_pages_to_sg(obj->dev, tt->pages, tt->num_pages);
}

/**
 * xe_gem_prime_export - &drm_gem_object_funcs.export
 * @obj: the buffer
 * @flags: of the file
 *
 * Context: process context.
 * Return: the dma-buf, or an error pointer.
 */
struct dma_buf *xe_gem_prime_export(struct drm_gem_object *obj, int flags)
{
	struct dma_buf *dma_buf;

	if (to_xe_bo(obj)->vm_resv) {
		drm_dbg(obj->dev, "a buffer that was made for one VM cannot be exported\n");
		return ERR_PTR(-EPERM);
	}

	dma_buf = drm_gem_prime_export(obj, flags);
	if (IS_ERR(dma_buf))
		return dma_buf;

	dma_buf->ops = &export_ops;
	return dma_buf;
}

/**
 * xe_gem_prime_import - &drm_driver.gem_prime_import
 * @drm: the device
 * @dma_buf: what to import
 *
 * Context: process context; enters.
 * Return: the buffer, or an error pointer; -ENODEV if there is no hardware.
 */
struct drm_gem_object *xe_gem_prime_import(struct drm_device *drm, struct dma_buf *dma_buf)
{
	struct xe_bo_args args = {
		.size = PAGE_ALIGN(dma_buf->size),
		.regions = XE_REGION_SYSTEM,
		.caching = DRM_XE_GEM_CPU_CACHING_WB,
	};
	struct drm_gem_object *obj;
	struct xe_bo *bo;
	int err;

	if (dma_buf->ops == &export_ops) {
		obj = dma_buf->priv;
		if (obj->dev == drm) {
			drm_gem_object_get(obj);
			return obj;
		}
	}

	bo = xe_bo_alloc();
	if (!bo)
		return ERR_PTR(-ENOMEM);

	args.import = xe_import_create(to_xe_device(drm), dma_buf);
	if (IS_ERR(args.import)) {
		kfree(bo);
		return ERR_CAST(args.import);
	}

	dma_resv_lock(dma_buf->resv, NULL);
	err = xe_bo_init(to_xe_device(drm), bo, &args);
	dma_resv_unlock(dma_buf->resv);

	return err ? ERR_PTR(err) : &bo->ttm.base;
}
