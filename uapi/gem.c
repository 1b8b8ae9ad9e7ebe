// SPDX-License-Identifier: MIT
/*
 * Ioctls that make buffers and map them.
 */

#include <linux/sizes.h>

#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_print.h>
#include <drm/drm_vma_manager.h>
#include <uapi/drm/xe_drm.h>

#include "mm/bo.h"
#include "mm/vm.h"
#include "uapi/gem.h"
#include "xe_device.h"

/**
 * DOC: Buffer ioctls
 *
 * A buffer is created here and belongs to its handle; see mm/bo.c for what it is. No ioctl of this
 * file enters as a whole: memory may have to be found for a large buffer, which takes its time, and
 * the parts that touch VRAM or DMA mappings have sections of their own.
 */

#define CREATE_FLAGS	(DRM_XE_GEM_CREATE_FLAG_DEFER_BACKING |		\
			 DRM_XE_GEM_CREATE_FLAG_SCANOUT |		\
			 DRM_XE_GEM_CREATE_FLAG_NEEDS_VISIBLE_VRAM)

static int refuse(struct xe_device *xe, const char *ioctl, const char *why)
{
	drm_dbg(&xe->drm, "%s: %s\n", ioctl, why);
	return -EINVAL;
}

static const char *check_create(const struct xe_device *xe, const struct drm_xe_gem_create *args)
{
	bool vram = args->placement & XE_REGION_VRAM;

	if (args->extensions)
		return "there are no extensions";
	if (args->pad[0] || args->pad[1] || args->pad[2] || args->reserved[0] || args->reserved[1])
		return "reserved fields have to be zero";
	if (!args->placement || (args->placement & ~xe->mm.regions))
		return "no such memory region";
	if (args->flags & ~CREATE_FLAGS)
		return "unknown flags";
	if (args->handle)
		return "the handle is an output and has to be zero";
	if (!args->size || !PAGE_ALIGNED(args->size))
		return "the size has to be whole pages, at least one";
	if ((args->flags & DRM_XE_GEM_CREATE_FLAG_NEEDS_VISIBLE_VRAM) && !vram)
		return "visible VRAM is wanted, but not VRAM";
	if (args->cpu_caching != DRM_XE_GEM_CPU_CACHING_WB &&
	    args->cpu_caching != DRM_XE_GEM_CPU_CACHING_WC)
		return "unknown caching";
	if (vram && args->cpu_caching != DRM_XE_GEM_CPU_CACHING_WC)
		return "VRAM can only be mapped write-combined";
	if ((args->flags & DRM_XE_GEM_CREATE_FLAG_SCANOUT) &&
	    args->cpu_caching == DRM_XE_GEM_CPU_CACHING_WB)
		return "scanout cannot be mapped write-back";
	return NULL;
}

/* More than any region that is allowed can ever hold? TTM should not try. */
static int check_size(const struct xe_device *xe, const struct drm_xe_gem_create *args)
{
	if (args->size > BIT_ULL(xe->platform->va_bits))
		return -ENOSPC;
	if ((args->placement & XE_REGION_SYSTEM) && args->size <= xe->mm.system_size)
		return 0;
	if ((args->placement & XE_REGION_VRAM) && args->size <= xe->mm.vram_size)
		return 0;
	return -ENOMEM;
}

static bool wants_64k(const struct drm_xe_gem_create *args)
{
	return (args->placement & XE_REGION_VRAM) &&
	       (args->flags & DRM_XE_GEM_CREATE_FLAG_SCANOUT) && IS_ALIGNED(args->size, SZ_64K);
}

static struct xe_bo *create_private(struct xe_device *xe, const struct xe_bo_args *args)
{
	struct dma_resv *resv = args->vm_resv->resv;
	struct xe_bo *bo = xe_bo_alloc();
	int err;

	if (!bo)
		return ERR_PTR(-ENOMEM);

	if (dma_resv_lock_interruptible(resv, NULL)) {
		kfree(bo);
		return ERR_PTR(-ERESTARTSYS);
	}
	err = xe_bo_init(xe, bo, args);
	dma_resv_unlock(resv);
	return err ? ERR_PTR(err) : bo;
}

static int create(struct xe_device *xe, struct drm_xe_gem_create *args, struct drm_file *file,
		  struct xe_vm *vm)
{
	struct xe_bo_args bo_args = {
		.size = args->size,
		.align = wants_64k(args) ? SZ_64K : 0,
		.regions = args->placement,
		.caching = args->cpu_caching,
		.deferred = args->flags & DRM_XE_GEM_CREATE_FLAG_DEFER_BACKING,
		.vm_resv = vm ? vm->gpuvm.r_obj : NULL,
	};
	struct xe_bo *(*create_bo)(struct xe_device *xe, const struct xe_bo_args *args) =
		vm ? create_private : xe_bo_create;
	struct xe_bo *bo = create_bo(xe, &bo_args);
	int err;

	if (bo == ERR_PTR(-ENOSPC)) {
		/* As one that had to leave VRAM: who uses it waits until there is room. */
		bo_args.deferred = true;
		bo = create_bo(xe, &bo_args);
	}
	/* Nobody uses a new one: it is the card that cannot be had now, to map or to clear it. */
	if (bo == ERR_PTR(-EBUSY))
		return xe_hw_error(xe, -EAGAIN);
	if (IS_ERR(bo))
		return PTR_ERR(bo);

	err = drm_gem_handle_create(file, &bo->ttm.base, &args->handle);
	drm_gem_object_put(&bo->ttm.base);
	return err;
}

static int create_for_vm(struct xe_device *xe, struct drm_xe_gem_create *args,
			 struct drm_file *file)
{
	struct xe_vm *vm = xe_vm_lookup(file, args->vm_id);
	int err;

	if (!vm) {
		drm_dbg(&xe->drm, "GEM_CREATE: there is no VM %u\n", args->vm_id);
		return -ENOENT;
	}

	err = create(xe, args, file, vm);
	xe_vm_put(vm);
	return err;
}

/**
 * xe_gem_create_ioctl - DRM_IOCTL_XE_GEM_CREATE
 * @drm: the device
 * @data: &struct drm_xe_gem_create
 * @file: the caller
 *
 * Context: ioctl; enters in parts.
 * Return: 0; -EINVAL; -ENOENT if there is no such VM; -ENOSPC if no address space has room for the
 * size; -ENOMEM, -ENODEV, -ERESTARTSYS; -EAGAIN if the card does not wake up; -ECANCELED if it was
 * given up.
 */
int xe_gem_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct xe_device *xe = to_xe_device(drm);
	struct drm_xe_gem_create *args = data;
	const char *wrong = check_create(xe, args);
	int err;

	if (wrong)
		return refuse(xe, "GEM_CREATE", wrong);
	if (xe_device_is_wedged(xe)) {
		drm_dbg(drm, "GEM_CREATE: the card was given up\n");
		return -ECANCELED;
	}
	err = check_size(xe, args);
	if (err)
		return err;
	return args->vm_id ? create_for_vm(xe, args, file) : create(xe, args, file, NULL);
}

/**
 * xe_gem_mmap_offset_ioctl - DRM_IOCTL_XE_GEM_MMAP_OFFSET
 * @drm: the device
 * @data: &struct drm_xe_gem_mmap_offset
 * @file: the caller
 *
 * Context: ioctl; software only.
 * Return: 0, -EINVAL, or -ENOENT.
 */
int xe_gem_mmap_offset_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_xe_gem_mmap_offset *args = data;
	struct drm_gem_object *obj;

	if (args->extensions || args->flags || args->reserved[0] || args->reserved[1])
		return refuse(to_xe_device(drm), "GEM_MMAP_OFFSET",
			      "reserved fields have to be zero");

	obj = drm_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;

	args->offset = drm_vma_node_offset_addr(&obj->vma_node);
	drm_gem_object_put(obj);
	return 0;
}
