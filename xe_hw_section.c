// SPDX-License-Identifier: MIT
/*
 * Sections: how software gets the token, and what keeps the device there as long as it has it.
 */

#include <linux/delay.h>
#include <linux/dma-fence.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/sched/mm.h>

#include <drm/drm_drv.h>
#include <drm/drm_print.h>

#include "xe_hw_private.h"

/**
 * DOC: Sections
 *
 * See "DOC: The hardware token" for what sections are for. What keeps unplug, runtime PM and system
 * sleep away while one is open, in the order in which it is taken:
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * drm_dev_enter()          section       end of its scope; unplug waits for it
 * count of sections        section       likewise; system sleep waits for it
 * runtime PM reference     section       likewise; a runtime suspend waits for it
 * count of waiters         xe_hw_enter() it returns; a runtime suspend is put off for it
 * DMA gate, for reading    DMA section   end of its scope; unbind waits for it
 * ======================== ============= ==========================================
 */

/*
 * A resume may wait longer than this for memory training. Who waits for it keeps no unplug waiting,
 * and can be killed, but may have locks of software: he is told to ask again, which libdrm does.
 */
#define XE_RESUME_TIMEOUT_S	30
/* Unplug of every DRM device waits for every section: a longer one is reported in debug builds. */
#define XE_SECTION_MAX_MS	100

#ifdef CONFIG_LOCKDEP
void xe_hw_sections_init(struct xe_hw_private *priv)
{
	static struct lock_class_key held_key, section_key, power_key;
	bool signalling;

	lockdep_init_map(&priv->held, "xe_hw", &held_key, 0);
	lockdep_init_map(&priv->section, "xe_hw_section", &section_key, 0);
	lockdep_init_map(&priv->power, "xe_hw_power", &power_key, 0);

	/* Not for reading: lockdep sees no cycle of two readers. */
	fs_reclaim_acquire(GFP_KERNEL);
	lock_map_acquire(&priv->section);
	lock_map_release(&priv->section);
	fs_reclaim_release(GFP_KERNEL);

	/* Nor may a section wait for a fence: some are signalled in sections. */
	signalling = dma_fence_begin_signalling();
	lock_map_acquire(&priv->section);
	lock_map_release(&priv->section);
	dma_fence_end_signalling(signalling);
}

static void section_opened(struct xe_hw_private *priv, struct xe_hw_section *section)
{
	lock_map_acquire_read(&priv->section);
	section->opened = ktime_get();
}

static void section_closed(struct xe_hw_private *priv, struct xe_hw_section *section)
{
	s64 ms = ktime_ms_delta(ktime_get(), section->opened);

	lock_map_release(&priv->section);
	if (ms > XE_SECTION_MAX_MS)
		drm_warn(&priv->device.drm, "a section took %lld ms; it ends in %ps()\n", ms,
			 __builtin_return_address(0));
}
#else
void xe_hw_sections_init(struct xe_hw_private *priv) { }
static void section_opened(struct xe_hw_private *priv, struct xe_hw_section *section) { }
static void section_closed(struct xe_hw_private *priv, struct xe_hw_section *section) { }
#endif

/* Neither unplugged nor lost nor in system sleep; drm_dev_enter() says nothing of the others. */
static bool may_open(struct xe_hw_private *priv)
{
	return READ_ONCE(priv->published) && !READ_ONCE(priv->going) &&
	       !READ_ONCE(priv->asleep_system) && !READ_ONCE(priv->lost);
}

/*
 * Take a runtime PM reference if the device is awake. That is done behind drm_dev_enter(): before
 * it the reference might be another driver's to drop.
 */
static bool hold_if_awake(struct xe_hw_private *priv)
{
	struct device *dev = &priv->pdev->dev;
	int ret = pm_runtime_get_if_active(dev);

	if (ret == -EINVAL)	/* runtime PM is disabled, so the device does not sleep */
		pm_runtime_get_noresume(dev);
	return ret > 0 || ret == -EINVAL;
}

/*
 * The same; else ask for a resume, which is not waited for here: drm_dev_enter() has been called.
 * The caller has no reference then, and is counted once: the device does not sleep again before he
 * has looked.
 *
 * Return: 1 with a reference, 0 if a resume was asked for, or a negative error code.
 */
static int hold_awake(struct xe_hw_private *priv, bool *waits)
{
	int ret;

	if (hold_if_awake(priv))
		return 1;

	if (!*waits)
		atomic_inc(&priv->waiters);
	*waits = true;
	ret = pm_request_resume(&priv->pdev->dev);
	return ret < 0 && ret != -EINPROGRESS ? ret : 0;
}

static struct xe_hw_section opened(struct xe_hw_private *priv, int idx)
{
	struct xe_hw_section section = { .token = { priv }, .idx = idx, .open = true };

	xe_hw_hold(priv);
	section_opened(priv, &section);
	return section;
}

static bool resume_is_over(struct xe_hw_private *priv)
{
	return READ_ONCE(priv->awake) || !may_open(priv);
}

/* The PM core calls the device active a moment behind our callback: hence the pause. */
static bool wait_awake(struct xe_hw_private *priv, unsigned long end)
{
	if (wait_event_killable_timeout(priv->changed, resume_is_over(priv), HZ) < 0)
		return false;
	usleep_range(20, 100);
	return may_open(priv) && time_before(jiffies, end);
}

/* A sleep that was refused for who gives up is tried again by itself. */
static void stop_waiting(struct xe_hw_private *priv, bool waits)
{
	if (waits)
		atomic_dec(&priv->waiters);
}

/**
 * xe_hw_enter - open a section when the device is awake; for xe_hw_scoped() only
 * @xe: &struct xe_device
 *
 * Context: process context, may sleep and allocate (a resume does), where no token is held.
 * Return: the section; its token is empty if there is no hardware to be had.
 */
struct xe_hw_section xe_hw_enter(struct xe_device *xe)
{
	struct xe_hw_private *priv = xe_hw_of(xe);
	unsigned long end = jiffies + XE_RESUME_TIMEOUT_S * HZ;
	int idx, awake = -ENODEV;
	bool waits = false;

	might_sleep();
	might_alloc(GFP_KERNEL);
	xe_hw_may_wait(priv);
	do {
		if (!drm_dev_enter(&xe->drm, &idx))
			break;

		awake = xe_hw_count_in(priv) && may_open(priv) ? hold_awake(priv, &waits) : -ENODEV;
		if (awake > 0) {
			stop_waiting(priv, waits);
			return opened(priv, idx);
		}
		xe_hw_count_out(priv);
		drm_dev_exit(idx);
	} while (!awake && wait_awake(priv, end));

	stop_waiting(priv, waits);
	return (struct xe_hw_section){};
}

/**
 * xe_hw_enter_awake - open a section if the device is awake; for xe_hw_scoped_awake() only
 * @xe: &struct xe_device
 *
 * Context: process context, where no token is held; waits for nothing and allocates nothing.
 * Return: the section; its token is empty if there is no hardware to be had without waiting.
 */
struct xe_hw_section xe_hw_enter_awake(struct xe_device *xe)
{
	struct xe_hw_private *priv = xe_hw_of(xe);
	int idx;

	might_sleep();
	xe_hw_assert_not_held(priv);
	if (!drm_dev_enter(&xe->drm, &idx))
		return (struct xe_hw_section){};

	if (xe_hw_count_in(priv) && may_open(priv) && hold_if_awake(priv))
		return opened(priv, idx);

	xe_hw_count_out(priv);
	drm_dev_exit(idx);
	return (struct xe_hw_section){};
}

/**
 * xe_hw_exit - close a section; for the section macros only
 * @section: as returned by xe_hw_enter()
 *
 * Context: any.
 */
void xe_hw_exit(struct xe_hw_section *section)
{
	struct xe_hw_private *priv = xe_hw_priv(section->token);

	if (!priv)
		return;

	section_closed(priv, section);
	xe_hw_release(priv);
	pm_runtime_mark_last_busy(&priv->pdev->dev);
	pm_runtime_put_autosuspend(&priv->pdev->dev);
	xe_hw_count_out(priv);
	drm_dev_exit(section->idx);
}

/**
 * xe_hw_enter_dma - open a section to undo a DMA mapping; for xe_hw_scoped_dma() only
 * @xe: &struct xe_device
 *
 * Context: process context, may sleep.
 * Return: the section; its token is empty if unbind has undone all mappings.
 */
struct xe_dma_section xe_hw_enter_dma(struct xe_device *xe)
{
	struct xe_hw_private *priv = xe_hw_of(xe);

	might_sleep();
	down_read(&priv->dma_gate);
	if (priv->dma_open)
		return (struct xe_dma_section){ .token = { priv }, .open = true };

	up_read(&priv->dma_gate);
	return (struct xe_dma_section){};
}

/**
 * xe_hw_exit_dma - close a section; for xe_hw_scoped_dma() only
 * @section: as returned by xe_hw_enter_dma()
 *
 * Context: process context.
 */
void xe_hw_exit_dma(struct xe_dma_section *section)
{
	struct xe_hw_private *priv = ACCESS_PRIVATE(&section->token, priv);

	if (priv)
		up_read(&priv->dma_gate);
}

/**
 * xe_hw_is_gone - is there no hardware any more, for good?
 * @xe: the device
 *
 * Tells a section that was skipped because the device is unplugged or lost from one that was
 * skipped for now: in system sleep, because it takes long to wake up, or because the caller is
 * being killed.
 *
 * Context: any.
 */
bool xe_hw_is_gone(struct xe_device *xe)
{
	struct xe_hw_private *priv = xe_hw_of(xe);

	/* Unbind says that it is going before it unplugs, and nothing else unplugs. */
	return READ_ONCE(priv->lost) || READ_ONCE(priv->going);
}
