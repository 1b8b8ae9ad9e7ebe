// SPDX-License-Identifier: MIT
/*
 * VRAM is emptied before it loses its power.
 */

#include <linux/error-injection.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/suspend.h>

#include <drm/drm_print.h>
#include <drm/ttm/ttm_resource.h>

#include "mm/bo.h"
#include "mm/mm.h"
#include "xe_device.h"
#include "xe_hw.h"

/**
 * DOC: VRAM and sleep
 *
 * System sleep may take the power from the card, and so may D3cold. Before that, what is in VRAM is
 * moved to system memory. To move a buffer is software's business: it allocates, takes the
 * reservation of the buffer, and copies with the CPU in pieces, each in a section of its own.
 * (There is no submission yet that the card could do it with.) So it is never done with the token
 * held, nor in a callback that runtime PM waits for: sections resume the card.
 *
 * System sleep, in three passes over the same function:
 *
 * 1. The PM notifier moves all, while user space still runs. Only now can memory be had by
 *    swapping and by writing files back; a failure calls the sleep off. From here to wake-up
 *    nothing is moved back to VRAM.
 * 2. The prepare callback moves what was created since. User space stands still.
 * 3. The suspend callback of the card then finds VRAM empty; see xe_pm.c.
 *
 * An idle card: the runtime suspend callback cannot move anything, for a section would wait for it.
 * If less VRAM is in use than vram_d3cold_threshold, it is put off once and the worker here empties
 * VRAM; the next attempt finds it so, and allows D3cold. If a process needs its buffer again before
 * that, the card was not idle.
 *
 * Nothing is moved back as such. A buffer that may be in VRAM goes back there when a process
 * touches it and there is room; see xe_bo_validate(). What nobody touches costs no time at
 * resume.
 *
 * What the driver itself needs is not in VRAM: firmware buffers are in system memory, the GGTT and
 * the firmware are set up anew.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * PM notifier              bound side    xe_mm_evict_stop() at unbind; waits for one
 *                                        that runs
 * worker                   drm_device    xe_mm_fini(); its sections do not open
 *                                        after unplug
 * copy of a buffer         the buffer    as its pages, see mm/tt.c
 * threshold                drm_device    last reference to it is dropped
 * ======================== ============= ==========================================
 */

#define D3COLD_THRESHOLD_MIB	300u	/* as upstream ships it */

static u64 in_use(struct xe_device *xe)
{
	struct ttm_resource_manager *vram = ttm_manager_type(&xe->mm.ttm, XE_MEM_VRAM);

	return vram ? ttm_resource_manager_usage(vram) : 0;
}

static bool has_hardware(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe)
		return true;
	return false;
}

/**
 * xe_mm_evict - move everything that is in VRAM to system memory
 * @xe: the device
 *
 * Of a card that is gone nothing is moved: its contents are lost.
 *
 * Context: process context, outside of any section and of PM callbacks of the card; enters.
 * Return: 0; -ENOMEM if it does not fit; -EBUSY if a fence on a buffer takes 15 seconds.
 */
int xe_mm_evict(struct xe_device *xe)
{
	int err;

	if (!in_use(xe) || !has_hardware(xe))
		return 0;

	err = ttm_resource_manager_evict_all(&xe->mm.ttm,
					     ttm_manager_type(&xe->mm.ttm, XE_MEM_VRAM));
	if (err)
		drm_err(&xe->drm,
			"%llu MiB of VRAM cannot be moved to system memory (%pe), so the card has to keep its power; close what uses it\n",
			in_use(xe) / SZ_1M, ERR_PTR(err));
	return err;
}

static int notify(struct notifier_block *nb, unsigned long event, void *unused)
{
	struct xe_mm *mm = container_of(nb, struct xe_mm, sleep_notifier);
	int err = 0;

	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
		WRITE_ONCE(mm->sleeping, true);
		err = xe_mm_evict(container_of(mm, struct xe_device, mm));
		if (!err)
			break;
		fallthrough;	/* nobody tells us that it was called off by ourselves */
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
		WRITE_ONCE(mm->sleeping, false);
	}
	return notifier_from_errno(err);
}

static void evict_work(struct work_struct *work)
{
	struct xe_mm *mm = container_of(work, struct xe_mm, evict);
	struct xe_device *xe = container_of(mm, struct xe_device, mm);

	WRITE_ONCE(mm->evicting, true);
	if (xe_mm_evict(xe))
		WRITE_ONCE(mm->evict_failed, true);
	WRITE_ONCE(mm->evicting, false);

	/* However it went: the end of a section is what has an idle card try again to sleep. */
	has_hardware(xe);
}

/**
 * xe_mm_may_lose_power - may VRAM lose its contents while the card is idle?
 * @xe: the device
 *
 * Whatever is in VRAM has an owner first, and is written later, in a section or through a mapping
 * of its owner. So with no section open, nothing in use means that there is nothing to be kept.
 *
 * Context: runtime suspend callback of the card.
 * Return: 1 if there is nothing in it; 0 if there is too much in it; -EAGAIN if it is going to be
 * emptied.
 */
int xe_mm_may_lose_power(struct xe_device *xe)
{
	struct xe_mm *mm = &xe->mm;
	u64 used = in_use(xe);

	if (used >= (u64)READ_ONCE(mm->d3cold_threshold) * SZ_1M)
		return 0;
	if (!used)
		return 1;
	if (xchg(&mm->evict_failed, false))
		return 0;

	/* Not while the system sleeps: the card is in D3 then, and was emptied before. */
	queue_work(system_freezable_wq, &mm->evict);
	return -EAGAIN;
}

/**
 * xe_mm_set_d3cold_threshold - set &xe_mm.d3cold_threshold
 * @xe: the device
 * @mib: the value in MiB; 0 for never
 *
 * Context: any.
 * Return: 0; -EINVAL if there is less VRAM.
 */
int xe_mm_set_d3cold_threshold(struct xe_device *xe, u32 mib)
{
	if (mib > xe->mm.vram_size / SZ_1M)
		return -EINVAL;

	WRITE_ONCE(xe->mm.d3cold_threshold, mib);
	return 0;
}

static void xe_mm_evict_stop(struct xe_hw hw, void *data)
{
	struct xe_mm *mm = data;

	unregister_pm_notifier(&mm->sleep_notifier);
}

/**
 * xe_mm_evict_init - software side of this file
 * @mm: its state
 *
 * Context: probe, before there is any hardware.
 */
void xe_mm_evict_init(struct xe_mm *mm)
{
	INIT_WORK(&mm->evict, evict_work);
	mm->sleep_notifier.notifier_call = notify;
}

/**
 * xe_mm_evict_start - part of a probe step: when is VRAM to be emptied?
 * @bind: the token of a probe step
 *
 * Context: bound; the size of VRAM is known.
 * Return: 0 or a negative error code.
 */
int xe_mm_evict_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_device *xe = xe_hw_device(hw);
	struct xe_mm *mm = &xe->mm;
	int err;

	xe->can_d3cold = xe_hw_d3cold_possible(hw);
	mm->d3cold_threshold = min(D3COLD_THRESHOLD_MIB, mm->vram_size / SZ_1M);
	err = register_pm_notifier(&mm->sleep_notifier);
	return err ?: xe_hw_on_unbind(bind, xe_mm_evict_stop, mm);
}
ALLOW_ERROR_INJECTION(xe_mm_evict_start, ERRNO);
