// SPDX-License-Identifier: MIT
/*
 * The device and the PM core: sleep, and what keeps it away.
 */

#include <linux/error-injection.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>

#include <drm/drm_print.h>

#include "xe_hw_private.h"

/**
 * DOC: Sleep and the PM core
 *
 * An idle device sleeps when nobody has a runtime PM reference: no section is open, no work runs,
 * and the count of xe_hw_awake_get() is 0. Nor does it while somebody waits for it to wake up, who
 * gets a reference when it is awake. The system sleeps whatever these are. It *parks* the
 * driver first: from then on no section opens and no work begins, and those under way are waited
 * for. Who is refused is not refused for good: works are asked for again when the system is awake.
 * Works are not frozen, as others may wait for what they do until the very end. What is done in
 * between is the business of xe_pm.c.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * count that keeps awake   bound side    xe_hw_awake_put(), or the end of unbind
 * "parked"                 bound side    system resume, or sleep was called off
 * ======================== ============= ==========================================
 */

/* A reset of a GT that is under way takes seconds. */
#define XE_PARK_TIMEOUT_S	20
/* A sleep that was put off is tried again behind this. */
#define XE_AGAIN_MS		1000

static void set_awake(struct xe_hw_private *priv, bool awake)
{
	WRITE_ONCE(priv->awake, awake);
	wake_up_all(&priv->changed);
}

/*
 * An error would be kept by the PM core beyond unbind, and no driver could resume the device any
 * more. So there is none: a device that does not come back was declared lost or wedged, and is
 * awake for the PM core.
 */
static void resume(struct xe_hw_private *priv, bool system)
{
	guard(xe_hw_power)(priv);
	/*
	 * A device that was pulled while it slept is still in D3 for the bridge, which may answer
	 * for it with anything. Configuration space can be asked whatever the state.
	 */
	if (!pci_device_is_present(priv->pdev))
		xe_hw_declare_lost(xe_hw_token(priv),
				   "it does not answer when it is to be resumed");
	if (!READ_ONCE(priv->lost))
		priv->ops->resume(xe_hw_token(priv), system);
	else
		xe_hw_silence(priv);
}

/* The PCI core saves the configuration behind this, and at resume bus mastering is as it was. */
static int suspend(struct xe_hw_private *priv, bool system)
{
	guard(xe_hw_power)(priv);
	xe_hw_silence_lost(&priv->device);
	return priv->ops->suspend(xe_hw_token(priv), system);
}

/*
 * An idle device is not put to sleep yet. The PM core tries again by itself when it was idle once
 * more, unless the user lets it sleep at once (autosuspend_delay_ms is 0): then it is asked to.
 */
static int not_now(struct device *dev)
{
	pm_runtime_mark_last_busy(dev);
	if (!pm_runtime_autosuspend_expiration(dev))
		pm_schedule_suspend(dev, XE_AGAIN_MS);
	return -EBUSY;
}

static int runtime_suspend(struct device *dev)
{
	struct xe_hw_private *priv = dev_get_drvdata(dev);
	int err;

	/* Who waits for a resume has no reference yet, and would wait for the next one. */
	if (time_before(jiffies, READ_ONCE(priv->awake_until)) || atomic_read(&priv->waiters))
		return not_now(dev);

	/* Before, as the PM core may have been asked to resume it again when this returns. */
	set_awake(priv, false);
	err = suspend(priv, false);
	if (err)
		set_awake(priv, true);
	return err;
}

static int runtime_resume(struct device *dev)
{
	struct xe_hw_private *priv = dev_get_drvdata(dev);

	resume(priv, false);
	set_awake(priv, true);
	return 0;
}

/* The queue of runtime PM stands still: what sections would wait for is done here. */
static int system_prepare(struct device *dev)
{
	struct xe_hw_private *priv = dev_get_drvdata(dev);

	pm_runtime_resume(dev);
	return priv->ops->prepare(&priv->device);
}

/*
 * From here on no section opens and no work begins, see xe_hw_count_in(). Who is refused now is not
 * refused for good.
 */
static int park(struct xe_hw_private *priv)
{
	WRITE_ONCE(priv->asleep_system, true);
	smp_mb();	/* pairs with the one in xe_hw_count_in() */
	if (wait_event_timeout(priv->changed, !atomic_read(&priv->sections),
			       XE_PARK_TIMEOUT_S * HZ))
		return 0;

	drm_err(&priv->device.drm,
		"it is busy for more than %u s, so the system cannot sleep; try again\n",
		XE_PARK_TIMEOUT_S);
	return -EBUSY;
}

static void unpark(struct xe_hw_private *priv)
{
	WRITE_ONCE(priv->asleep_system, false);
	set_awake(priv, true);
	xe_hw_works_queue(priv);
}

static int system_suspend(struct device *dev)
{
	struct xe_hw_private *priv = dev_get_drvdata(dev);
	int err = park(priv);

	if (!err)
		err = suspend(priv, true);
	if (err)
		unpark(priv);
	WRITE_ONCE(priv->off_system, !err);
	return err;
}

static int system_resume(struct device *dev)
{
	struct xe_hw_private *priv = dev_get_drvdata(dev);

	WRITE_ONCE(priv->off_system, false);
	smp_mb();	/* pairs with the one in xe_hw_is_off() */
	resume(priv, true);
	unpark(priv);
	return 0;
}

const struct dev_pm_ops xe_hw_pm_ops = {
	.prepare = pm_sleep_ptr(system_prepare),
	SYSTEM_SLEEP_PM_OPS(system_suspend, system_resume)
	RUNTIME_PM_OPS(runtime_suspend, runtime_resume, NULL)
};

/**
 * xe_hw_is_off - does nothing of the card run, because the system sleeps?
 * @xe: the device
 *
 * Who has said of something before that it is not to run any more, in memory that resume reads,
 * need not wait for it: it does not run afterwards either.
 *
 * Context: any.
 */
bool xe_hw_is_off(struct xe_device *xe)
{
	smp_mb();	/* pairs with the one in system_resume() */
	return READ_ONCE(xe_hw_of(xe)->off_system);
}

/**
 * xe_hw_d3cold_possible - can the platform take the power from an idle card, and give it back?
 * @hw: the token
 *
 * It takes a power resource of the slot, and a port that can signal an event without power.
 *
 * Context: bound.
 */
bool xe_hw_d3cold_possible(struct xe_hw hw)
{
	struct pci_dev *port = pcie_find_root_port(xe_hw_priv(hw)->pdev);

	return port && pci_pme_capable(port, PCI_D3cold) && pci_pr3_present(port);
}
ALLOW_ERROR_INJECTION(xe_hw_d3cold_possible, TRUE);

/**
 * xe_hw_allow_d3cold - say whether the sleep that begins may take the power from the card
 * @hw: the token
 * @allow: true if nothing is lost by it
 *
 * Context: bound, power management callback.
 */
void xe_hw_allow_d3cold(struct xe_hw hw, bool allow)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	if (allow)
		pci_d3cold_enable(priv->pdev);
	else
		pci_d3cold_disable(priv->pdev);
}

/**
 * xe_hw_stay_awake - an idle device does not go to sleep for a while
 * @hw: the token
 * @ms: for how long from now on; 0 for no longer than usual
 *
 * For who knows that it will be wanted soon. System sleep is not held up.
 *
 * Context: bound or in a section.
 */
void xe_hw_stay_awake(struct xe_hw hw, unsigned int ms)
{
	xe_hw_assert_held(hw);
	WRITE_ONCE(xe_hw_priv(hw)->awake_until, jiffies + msecs_to_jiffies(ms));
}

/**
 * xe_hw_awake_get - an idle device does not go to sleep until xe_hw_awake_put()
 * @hw: the token
 *
 * For what the device does for itself when no section is open: a count. System sleep is not held up
 * by it; the count goes on afterwards.
 *
 * Context: bound or in a section; any, otherwise.
 * Return: whether it was counted; false if unbind has ended the count.
 */
bool xe_hw_awake_get(struct xe_hw hw)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	xe_hw_assert_held(hw);
	guard(spinlock_irqsave)(&priv->keep_awake_lock);
	if (priv->keep_awake_over)
		return false;

	/* Who has the token has a reference of his own: the device is awake. */
	if (!priv->keep_awake++)
		pm_runtime_get_noresume(&priv->pdev->dev);
	return true;
}

/**
 * xe_hw_awake_put - undo xe_hw_awake_get()
 * @xe: the device
 *
 * Unbind undoes what is left of the count, as behind it the reference would be another driver's;
 * nothing happens from then on.
 *
 * Context: any.
 */
void xe_hw_awake_put(struct xe_device *xe)
{
	struct xe_hw_private *priv = xe_hw_of(xe);

	guard(spinlock_irqsave)(&priv->keep_awake_lock);
	if (priv->keep_awake_over || drm_WARN_ON(&xe->drm, !priv->keep_awake))
		return;
	if (--priv->keep_awake)
		return;

	pm_runtime_mark_last_busy(&priv->pdev->dev);
	pm_runtime_put_autosuspend(&priv->pdev->dev);
}

/* Nobody else's count is known any more: one reference stands for all of them. */
void xe_hw_end_keep_awake(struct xe_hw_private *priv)
{
	guard(spinlock_irqsave)(&priv->keep_awake_lock);
	if (priv->keep_awake)
		pm_runtime_put_noidle(&priv->pdev->dev);
	priv->keep_awake = 0;
	priv->keep_awake_over = true;
}
