// SPDX-License-Identifier: MIT
/*
 * Memory of buffers: bring-up of TTM, and its end.
 */

#include <linux/error-injection.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/workqueue.h>

#include <drm/drm_managed.h>

#include "mm/bo.h"
#include "mm/import.h"
#include "mm/mm.h"
#include "mm/tt.h"
#include "mm/userptr.h"
#include "xe_compat.h"
#include "xe_device.h"
#include "xe_mmio.h"

/**
 * DOC: Memory of buffers
 *
 * TTM and its allocators are software: buffers, and so the lists that they are on, outlive the
 * card. They are brought up before there is any hardware and taken down with the last reference to
 * the drm_device, when there are no buffers left. The hardware side is one action at unbind.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * TTM device, allocators   drm_device    last reference to it is dropped
 * DMA mappings             bound side    unbind, xe_tt_stop()
 * PM notifier              bound side    unbind, see mm/evict.c
 * ======================== ============= ==========================================
 */

static void xe_mm_stop(struct xe_hw hw, void *unused)
{
	xe_import_stop(hw);
	xe_userptr_stop(hw);
	xe_tt_stop(hw);
}

static void xe_mm_fini(struct drm_device *drm, void *data)
{
	struct xe_mm *mm = data;

	cancel_work_sync(&mm->evict);
	xe_pt_pool_fini(to_xe_device(drm));
	/* What TTM frees there, and then the imports that it let go of: see bo_destroy(). */
	flush_workqueue(mm->ttm.wq);
	flush_workqueue(mm->ttm.wq);
	if (ttm_manager_type(&mm->ttm, XE_MEM_VRAM))
		xe_vram_alloc_fini(to_xe_device(drm));
	if (ttm_manager_type(&mm->ttm, XE_MEM_TT))
		xe_tt_alloc_fini(to_xe_device(drm));
	ttm_device_fini(&mm->ttm);
}

/**
 * xe_mm_init - bring up the software side
 * @xe: the device
 *
 * Context: probe, before there is any hardware.
 * Return: 0 or a negative error code.
 */
int xe_mm_init(struct xe_device *xe)
{
	struct drm_device *drm = &xe->drm;
	struct xe_mm *mm = &xe->mm;
	struct sysinfo si;
	int err;

	INIT_LIST_HEAD(&mm->mapped);
	INIT_LIST_HEAD(&mm->vram_mapped);
	INIT_LIST_HEAD(&mm->imports);
	INIT_LIST_HEAD(&mm->userptrs);
	INIT_LIST_HEAD(&mm->rooms);
	spin_lock_init(&mm->rooms_lock);
	xe_mm_evict_init(mm);
	err = drmm_mutex_init(drm, &mm->lock);
	if (err)
		return err;
	err = drmm_mutex_init(drm, &mm->zap_lock);
	if (err)
		return err;
	err = drmm_mutex_init(drm, &mm->userptr_lock);
	if (err)
		return err;
	fs_reclaim_acquire(GFP_KERNEL);
	might_lock(&mm->userptr_lock);
	fs_reclaim_release(GFP_KERNEL);
	/* Before xe_mm_fini(), in which the last buffers are freed. */
	err = drmm_mutex_init(drm, &mm->vram.lock);
	if (err)
		return err;

	err = xe_pt_pool_init(xe);
	if (err)
		return err;

	/*
	 * The device says which memory is near; the drm_device holds a reference to it. TTM maps
	 * nothing for DMA, as no page list has room for addresses, see mm/tt.c.
	 */
	err = ttm_device_init(&mm->ttm, &xe_ttm_funcs, drm->dev, drm->anon_inode->i_mapping,
			      drm->vma_offset_manager, 0);
	if (err)
		return err;

	err = drmm_add_action_or_reset(drm, xe_mm_fini, mm);
	if (err)
		return err;

	/* TTM itself stops at half of it; what is said to userspace should be true. */
	si_meminfo(&si);
	mm->system_size = round_down((u64)si.totalram * si.mem_unit / 2, PAGE_SIZE);
	mm->regions = XE_REGION_SYSTEM;
	xe_tt_alloc_init(xe, mm->system_size);
	return 0;
}
ALLOW_ERROR_INJECTION(xe_mm_init, ERRNO);

/**
 * xe_mm_start - probe step: buffers can be mapped for DMA, and moved before sleep
 * @bind: the token of a probe step
 *
 * Context: bound.
 * Return: 0 or -ENOMEM.
 */
int xe_mm_start(struct xe_hw_bind bind)
{
	int err = xe_hw_on_unbind(bind, xe_mm_stop, NULL);

	return err ?: xe_mm_evict_start(bind);
}
ALLOW_ERROR_INJECTION(xe_mm_start, ERRNO);

/**
 * xe_mm_suspend - the card is about to leave D0: take VRAM away from processes
 * @hw: the token
 *
 * The next access faults, and wakes the card.
 *
 * Context: bound, power management callback; VRAM can still be reached.
 */
void xe_mm_suspend(struct xe_hw hw)
{
	xe_bo_zap_vram(xe_hw_device(hw));
}

/**
 * xe_mm_lost - the card was declared lost: take VRAM away from processes
 * @xe: the device
 *
 * They find dummy pages in its place from now on, as after unplug.
 *
 * Context: process context, when no section opens any more; may sleep.
 */
void xe_mm_lost(struct xe_device *xe)
{
	xe_bo_zap_vram(xe);
}
