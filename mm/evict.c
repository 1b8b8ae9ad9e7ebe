// SPDX-License-Identifier: MIT
/*
 * VRAM is emptied before it loses its power.
 */

#include <linux/dmi.h>
#include <linux/error-injection.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/suspend.h>
#include <linux/workqueue.h>

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
 * reservation of the buffer, and waits for a copy engine, or copies with the CPU. So it is never
 * done with the token held, nor in a callback that runtime PM waits for: sections resume the card.
 *
 * System sleep, in three passes over the same function:
 *
 * 1. The PM notifier moves all, while user space still runs. Only now can memory be had by
 *    swapping and by writing files back. From here to wake-up nothing gets into VRAM: new buffers
 *    are in system memory, and nothing is moved back. So the pass ends, however busy user space is.
 *    It ends early, and calls the sleep off, when memory is short or its process is killed; nobody
 *    is killed to make room.
 * 2. The prepare callback moves what was about to be created then. User space stands still.
 * 3. The suspend callback of the card then finds VRAM empty; see xe_pm.c.
 *
 * An idle card: the runtime suspend callback cannot move anything, for a section would wait for it.
 * If less VRAM is in use than vram_d3cold_threshold, it is put off once and the worker here empties
 * VRAM; the next attempt finds it so, and allows D3cold. If a process puts a buffer into VRAM
 * before that, the card was not idle, and the worker gives up.
 *
 * Nothing is moved back as such. A buffer that may be in VRAM goes back there when a process
 * touches it and there is room; see xe_bo_validate(). What nobody touches costs no time at
 * resume.
 *
 * What the driver itself needs is not in VRAM: firmware buffers are in system memory, the GGTT and
 * the firmware are set up anew, and so are the queues for page faults, which are empty at each boot
 * of a GuC. Page tables are the exception, and are copied; see mm/pt_save.c.
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
#define NOT_STUCK		U64_MAX

/* Page tables stay where they are, see mm/pt_save.c. */
static u64 in_use(struct xe_device *xe)
{
	struct ttm_resource_manager *vram = ttm_manager_type(&xe->mm.ttm, XE_MEM_VRAM);
	u64 used = vram ? ttm_resource_manager_usage(vram) : 0;

	return used - min(used, xe_pt_pool_size(&xe->mm.pt_pool));
}

/*
 * A buffer that was just pinned says -ERESTARTSYS, and is not on TTM's list any more. If the card
 * goes meanwhile none is moved any more, and that is said as if it was interrupted.
 */
static int evict_all(struct xe_device *xe)
{
	struct ttm_resource_manager *vram = ttm_manager_type(&xe->mm.ttm, XE_MEM_VRAM);
	int err;

	if (xe_hw_is_gone(xe))
		return 0;
	if (!xe_mm_has_memory(in_use(xe)))
		return -ENOMEM;
	do
		err = ttm_resource_manager_evict_all(&xe->mm.ttm, vram);
	while (err == -ERESTARTSYS && !signal_pending(current));
	return xe_hw_is_gone(xe) ? 0 : err;
}

static void complain(struct xe_device *xe, int err)
{
	drm_err(&xe->drm,
		"%llu MiB of VRAM cannot be moved to system memory (%pe), so the card has to keep its power; close what uses it\n",
		in_use(xe) / SZ_1M, ERR_PTR(err));
}

/**
 * xe_mm_evict - move everything that is in VRAM to system memory
 * @xe: the device
 *
 * Of a card that is gone nothing is moved: its contents are lost. Page tables stay, and there is
 * memory for a copy of them when it returns 0.
 *
 * Context: process context, outside of any section and of PM callbacks of the card, while nothing
 * gets into VRAM, or it may not end; enters.
 * Return: 0; -ENOMEM if it does not fit; -EBUSY if a fence on a buffer takes 15 seconds, or the
 * card cannot be had now; -EINTR if the process is being killed; -ERESTARTSYS on another signal.
 */
int xe_mm_evict(struct xe_device *xe)
{
	int err = in_use(xe) ? evict_all(xe) : 0;

	if (!err && !xe_hw_is_gone(xe))
		err = xe_pt_pool_prepare(xe);
	if (err && err != -EINTR && err != -ERESTARTSYS)
		complain(xe, err);
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
		xe_pt_pool_forget(container_of(mm, struct xe_device, mm));
	}
	return notifier_from_errno(err);
}

/*
 * Who wants room in VRAM calls it off, see xe_mm_stop_evicting(). A failure is told once, and not
 * tried again before something has changed.
 */
static void evict_work(struct work_struct *work)
{
	struct xe_mm *mm = container_of(work, struct xe_mm, evict);
	struct xe_device *xe = container_of(mm, struct xe_device, mm);
	int err;

	WRITE_ONCE(mm->evicting, true);
	err = evict_all(xe);
	if (!err)
		err = xe_pt_pool_prepare(xe);
	if (err && READ_ONCE(mm->evicting)) {
		if (mm->stuck == NOT_STUCK)
			complain(xe, err);
		WRITE_ONCE(mm->stuck, in_use(xe));
	} else if (!err) {
		WRITE_ONCE(mm->stuck, NOT_STUCK);
	}
	WRITE_ONCE(mm->evicting, false);

	/* However it went: the end of a section is what has an idle card try again to sleep. */
	xe_hw_scoped(hw, xe)
		continue;
}

/**
 * xe_mm_stop_evicting - is the worker that empties VRAM to give up?
 * @mm: memory of buffers
 *
 * Context: a move out of VRAM.
 * Return: true in the worker, when somebody has put a buffer into VRAM since it began.
 */
bool xe_mm_stop_evicting(struct xe_mm *mm)
{
	return current_work() == &mm->evict && !READ_ONCE(mm->evicting);
}

/**
 * xe_mm_may_lose_power - may VRAM lose its contents while the card is idle?
 * @xe: the device
 *
 * Whatever is in VRAM has an owner first, and is written later, in a section or through a mapping
 * of its owner; if only to be cleared. So with no section open, nothing in use means that there is
 * nothing to be kept but page tables, which are copied if there is memory for it.
 *
 * Context: runtime suspend callback of the card.
 * Return: 1 if there is nothing in it; 0 if there is too much in it; -EAGAIN if it is going to be
 * emptied.
 */
int xe_mm_may_lose_power(struct xe_device *xe)
{
	struct xe_mm *mm = &xe->mm;
	u64 used = in_use(xe);

	/* Tables are copied as well, by the callback, and by the CPU. */
	if (used + xe_pt_pool_size(&mm->pt_pool) >= (u64)READ_ONCE(mm->d3cold_threshold) * SZ_1M)
		return 0;
	if (!used && xe_pt_pool_is_prepared(xe)) {
		/* Who gets VRAM from here on has to clear it, in a section; unless he was first. */
		xe_vram_forget(&mm->vram);
		used = in_use(xe);
		if (!used)
			return 1;
	}
	if (used == READ_ONCE(mm->stuck))
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

/* A machine in which Battlemage does not come back from it. Source: upstream's xe_pm.c. */
static bool is_excluded(const struct xe_device *xe)
{
	const char *product = dmi_get_system_info(DMI_PRODUCT_NAME);

	return xe->platform->id == XE_PLATFORM_BATTLEMAGE && product && strstr(product, "NUC13RNG");
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
	mm->stuck = NOT_STUCK;
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

	xe->can_d3cold = xe_hw_d3cold_possible(hw) && !is_excluded(xe);
	mm->d3cold_threshold = min(D3COLD_THRESHOLD_MIB, mm->vram_size / SZ_1M);
	err = register_pm_notifier(&mm->sleep_notifier);
	return err ?: xe_hw_on_unbind(bind, xe_mm_evict_stop, mm);
}
ALLOW_ERROR_INJECTION(xe_mm_evict_start, ERRNO);
