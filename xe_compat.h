/* SPDX-License-Identifier: MIT */
/*
 * The driver is written to the interfaces of Linux 7.3; this header gives them to Linux 6.12. It is
 * the only file of the driver that asks for the kernel's version, and goes when 6.12 does.
 */
#ifndef _XE_COMPAT_H_
#define _XE_COMPAT_H_

#include <linux/build_bug.h>
#include <linux/dma-buf.h>
#include <linux/module.h>
#include <linux/version.h>
#include <linux/workqueue.h>

#include <drm/drm_buddy.h>
#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_device.h>
#include <drm/ttm/ttm_tt.h>
#include <uapi/drm/xe_drm.h>

/* The allocator was renamed within 6.12's stable series. */
#ifndef GPU_BUDDY_RANGE_ALLOCATION
#define gpu_buddy		drm_buddy
#define gpu_buddy_block		drm_buddy_block
#define gpu_buddy_init		drm_buddy_init
#define gpu_buddy_fini		drm_buddy_fini
#define gpu_buddy_alloc_blocks	drm_buddy_alloc_blocks
#define gpu_buddy_free_list	drm_buddy_free_list
#define gpu_buddy_block_offset	drm_buddy_block_offset
#define gpu_buddy_block_order	drm_buddy_block_order
#define gpu_buddy_block_is_clear	drm_buddy_block_is_clear
/* Some of these have no such function: what is cleared stays so, see forget_zeroes(). */
#define gpu_buddy_reset_clear(buddy, clear)	do { } while (0)
#define GPU_BUDDY_CLEAR_ALLOCATION	DRM_BUDDY_CLEAR_ALLOCATION
#define GPU_BUDDY_CLEARED	DRM_BUDDY_CLEARED
#endif

#if KERNEL_VERSION(7, 0, 0) > LINUX_VERSION_CODE

#include <drm/intel/xe_pciids.h>
#define INTEL_BMG_IDS			XE_BMG_IDS
#define INTEL_LNL_IDS			XE_LNL_IDS

/* DRM_IOCTL_VERSION complains about a driver without a date. */
#define XE_COMPAT_DRM_DATE		.date = "20201103",

/* What is not unbound is this; some of these say so, too. */
#define WQ_PERCPU			0

#undef MODULE_IMPORT_NS
#define MODULE_IMPORT_NS(ns)		MODULE_INFO(import_ns, ns)

#define dma_fence_enable_signaling	dma_fence_enable_sw_signaling
#define dma_buf_invalidate_mappings	dma_buf_move_notify
#define invalidate_mappings		move_notify

#define drm_gpuvm_bo_obtain_locked	drm_gpuvm_bo_obtain

/* A mapping keeps a count of TTM's alone: GEM's is 0 when the handle was closed. */
#define ttm_bo_mapped_get		ttm_bo_get
#define ttm_bo_mapped_put		ttm_bo_put
#define ttm_bo_fini			ttm_bo_put
#define ttm_bo_populate(bo, ctx)	ttm_tt_populate((bo)->bdev, (bo)->ttm, ctx)
#define ttm_device_init(bdev, funcs, dev, mapping, offsets, alloc_flags)	\
	(ttm_device_init)(bdev, funcs, dev, mapping, offsets,			\
			  BUILD_BUG_ON_ZERO(alloc_flags), false)

#else

#include <drm/intel/pciids.h>
#define XE_COMPAT_DRM_DATE

#define ttm_bo_mapped_get(bo)		drm_gem_object_get(&(bo)->base)
#define ttm_bo_mapped_put(bo)		drm_gem_object_put(&(bo)->base)

/* No driver has to say it any more. */
#define DRIVER_GEM_GPUVA		0

#endif

/* The ioctls that are newer than 6.12. */
#ifdef DRM_IOCTL_XE_MADVISE
#define XE_COMPAT_IOCTLS				\
	XE_IOCTL_LATER(XE_MADVISE),			\
	XE_IOCTL_LATER(XE_VM_QUERY_MEM_RANGE_ATTRS),	\
	XE_IOCTL_LATER(XE_EXEC_QUEUE_SET_PROPERTY),	\
	XE_IOCTL_LATER(XE_VM_GET_PROPERTY),
#else
#define XE_COMPAT_IOCTLS
#endif

#endif
