// SPDX-License-Identifier: MIT
/*
 * The door between the software world and the hardware world: how the driver is bound to a device,
 * and how that is undone. See "DOC: The hardware token" in xe_hw.h.
 */

#include <linux/aperture.h>
#include <linux/error-injection.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>

#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "xe_hw_private.h"
#include "xe_module.h"

#define XE_AUTOSUSPEND_MS	1000

/* A teardown action. Its memory is a devres node and goes with the registration. */
struct xe_hw_action {
	struct xe_hw_private *priv;
	xe_hw_stop_t stop;
	void *data;
};

static void action_release(struct device *dev, void *res)
{
	struct xe_hw_action *action = res;

	guard(xe_hw_token)(action->priv);
	action->stop(xe_hw_token(action->priv), action->data);
}

/**
 * xe_hw_on_unbind - register what undoes an acquisition at unbind or failed probe
 * @bind: the token of a probe step
 * @stop: called with the token, in reverse order of registration
 * @data: passed to @stop
 *
 * Call it right after the acquisition. If it fails, @stop has been called.
 *
 * Context: bound, may sleep.
 * Return: 0 or -ENOMEM.
 */
int xe_hw_on_unbind(struct xe_hw_bind bind, xe_hw_stop_t stop, void *data)
{
	struct xe_hw_private *priv = ACCESS_PRIVATE(&bind, priv);
	struct xe_hw_action *action;

	action = devres_alloc(action_release, sizeof(*action), GFP_KERNEL);
	if (!action) {
		stop(xe_hw_token(priv), data);
		return -ENOMEM;
	}

	action->priv = priv;
	action->stop = stop;
	action->data = data;
	devres_add(&priv->pdev->dev, action);
	return 0;
}

/*
 * Last of all that is undone: a token that somebody kept leads nowhere. The work has references to
 * drop, and must not drop the last one, which takes down the queue that it runs on.
 */
static void out_of_reach(struct xe_hw hw, void *unused)
{
	WRITE_ONCE(xe_hw_priv(hw)->lost, true);
	flush_work(&xe_hw_priv(hw)->lost_work);
}

static noinline __noipa int map_registers(struct xe_hw_private *priv)
{
	resource_size_t size = pci_resource_len(priv->pdev, XE_BAR_REGS);
	void __iomem *bar;

	if (size < XE_GSM_OFFSET + XE_GSM_SIZE) {
		drm_err(&priv->device.drm,
			"BAR 0 is %pa bytes, need 16 MiB; check how the platform firmware set up PCI\n",
			&size);
		return -ENXIO;
	}

	bar = pcim_iomap_region(priv->pdev, XE_BAR_REGS, KBUILD_MODNAME);
	if (IS_ERR(bar))
		return PTR_ERR(bar);

	priv->regs = bar;
	priv->gsm = bar + XE_GSM_OFFSET;
	return xe_hw_on_unbind((struct xe_hw_bind){ priv }, out_of_reach, NULL);
}
ALLOW_ERROR_INJECTION(map_registers, ERRNO);

static irqreturn_t irq_hard(int irq, void *cookie)
{
	struct xe_hw_private *priv = cookie;

	guard(xe_hw_token)(priv);
	return priv->irq_hard(xe_hw_token(priv));
}

static irqreturn_t irq_thread(int irq, void *cookie)
{
	struct xe_hw_private *priv = cookie;

	guard(xe_hw_token)(priv);
	return priv->irq_thread(xe_hw_token(priv));
}

/**
 * xe_hw_request_irq - take the interrupt of the card
 * @hw: the token
 * @hard: in hard interrupt context
 * @thread: in the interrupt's thread, when @hard returned IRQ_WAKE_THREAD
 *
 * Both run on the bound side: the interrupt is freed, and its thread waited for, by devm.
 *
 * Context: bound, may sleep.
 * Return: 0 or a negative error code; -ENOSPC if the platform has no MSI for the card.
 */
int xe_hw_request_irq(struct xe_hw hw, irqreturn_t (*hard)(struct xe_hw hw),
		      irqreturn_t (*thread)(struct xe_hw hw))
{
	struct xe_hw_private *priv = xe_hw_priv(hw);
	int err;

	/* One vector is enough; the PCI core gives it back, by devm and behind our actions. */
	err = pci_alloc_irq_vectors(priv->pdev, 1, 1, PCI_IRQ_MSIX | PCI_IRQ_MSI);
	if (err < 0)
		return err;

	priv->irq = pci_irq_vector(priv->pdev, 0);
	priv->irq_hard = hard;
	priv->irq_thread = thread;
	return devm_request_threaded_irq(&priv->pdev->dev, priv->irq, irq_hard, irq_thread, 0,
					 KBUILD_MODNAME, xe_hw_priv(hw));
}
ALLOW_ERROR_INJECTION(xe_hw_request_irq, ERRNO);

/**
 * xe_hw_wait_irq_idle - wait until a running interrupt handler and its thread have ended
 * @hw: the token
 *
 * Context: bound, may sleep; not from the handler itself.
 */
void xe_hw_wait_irq_idle(struct xe_hw hw)
{
	synchronize_irq(xe_hw_priv(hw)->irq);
}

static void works_stop(struct xe_hw hw, void *unused)
{
	xe_hw_works_end(xe_hw_priv(hw));
}

static void unpublish(struct xe_hw hw, void *unused)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	if (!priv->published)	/* by xe_hw_shutdown() */
		return;

	/* Marks the device unplugged and waits for the sections, then removes the nodes. */
	xe_hw_works_end_waits(priv);
	drm_dev_unplug(&priv->device.drm);
	WRITE_ONCE(priv->published, false);
	xe_hw_wake_waiters(&priv->device);
	if (READ_ONCE(priv->lost))
		xe_hw_silence(priv);
}

static noinline __noipa int publish(struct xe_hw_bind bind)
{
	struct xe_hw_private *priv = ACCESS_PRIVATE(&bind, priv);
	int err;

	err = xe_hw_on_unbind(bind, works_stop, NULL);
	if (err)
		return err;

	/* Before the nodes exist, so that the first open() finds sections and calls to work. */
	WRITE_ONCE(priv->published, true);
	xe_hw_works_start(priv);
	err = drm_dev_register(&priv->device.drm, 0);
	if (err) {
		unpublish(xe_hw_token(priv), NULL);
		return err;
	}

	return xe_hw_on_unbind(bind, unpublish, NULL);
}
ALLOW_ERROR_INJECTION(publish, ERRNO);

static void power_given_back(struct xe_hw hw, void *unused)
{
	xe_hw_end_keep_awake(xe_hw_priv(hw));
	pci_d3cold_enable(xe_hw_priv(hw)->pdev);
}

/*
 * The port must not cut the power while probe fails or unbind goes on, when nobody holds a runtime
 * PM reference any more; and later not until the suspend callback finds that nothing is lost by it.
 */
static noinline __noipa int keep_power(struct xe_hw_bind bind)
{
	struct xe_hw_private *priv = ACCESS_PRIVATE(&bind, priv);

	guard(xe_hw_token)(priv);
	pci_d3cold_disable(priv->pdev);
	return xe_hw_on_unbind(bind, power_given_back, NULL);
}
ALLOW_ERROR_INJECTION(keep_power, ERRNO);

static void forbid_runtime_pm(struct xe_hw hw, void *unused)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	pm_runtime_forbid(&priv->pdev->dev);
	pm_runtime_dont_use_autosuspend(&priv->pdev->dev);
	pci_d3cold_disable(priv->pdev);
}

static noinline __noipa int allow_runtime_pm(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct device *dev = &xe_hw_priv(hw)->pdev->dev;

	/* Asleep is not yet ready to lose power: system sleep is to wake it up first. */
	dev_pm_set_driver_flags(dev, DPM_FLAG_NO_DIRECT_COMPLETE);
	pm_runtime_set_autosuspend_delay(dev, XE_AUTOSUSPEND_MS);
	pm_runtime_use_autosuspend(dev);
	pm_runtime_allow(dev);
	return xe_hw_on_unbind(bind, forbid_runtime_pm, NULL);
}
ALLOW_ERROR_INJECTION(allow_runtime_pm, ERRNO);

/* Names the part of probe that failed; silent on -ENOMEM, which the allocator has reported. */
static int failed(struct pci_dev *pdev, const char *what, int err)
{
	return dev_err_probe(&pdev->dev, err, "%s: cannot be brought up\n", what);
}

static int probe_steps(struct xe_hw_private *priv, const struct xe_hw_driver *driver)
{
	struct xe_hw_bind bind = { priv };
	int err;

	guard(xe_hw_token)(priv);

	for (unsigned int i = 0; i < driver->num_steps; i++) {
		err = driver->steps[i].start(bind);
		if (!err && READ_ONCE(priv->lost))
			err = -ENODEV;
		if (err)
			return failed(priv->pdev, driver->steps[i].name, err);
	}

	err = allow_runtime_pm(bind);
	if (err)
		return failed(priv->pdev, "runtime PM", err);

	err = publish(bind);
	return err ? failed(priv->pdev, "DRM device", err) : 0;
}

static void private_fini(struct drm_device *drm, void *data)
{
	struct xe_hw_private *priv = data;

	door_works_fini(priv);
	door_lost_fini(priv);
	xe_module_remove_device();
}

static int private_init(struct xe_hw_private *priv, struct pci_dev *pdev,
			const struct xe_hw_ops *ops)
{
	int err;

	xe_module_add_device();
	xe_hw_sections_init(priv);
	xe_hw_lost_init(priv);
	priv->pdev = pdev;
	priv->ops = ops;
	priv->irq = -1;
	priv->awake = true;
	priv->awake_until = jiffies;
	spin_lock_init(&priv->keep_awake_lock);
	init_rwsem(&priv->dma_gate);
	err = drmm_add_action_or_reset(&priv->device.drm, private_fini, priv);
	return err ?: xe_hw_works_init(priv);
}

static int software_steps(struct xe_hw_private *priv, const struct xe_platform *platform,
			  const struct xe_hw_driver *driver)
{
	struct xe_device *xe = &priv->device;
	int err;

	xe->platform = platform;
	xe->pci_device = priv->pdev->device;
	xe->pci_revision = priv->pdev->revision;
	for (unsigned int i = 0; i < driver->num_sw_steps; i++) {
		err = driver->sw_steps[i].init(xe);
		if (err)
			return failed(priv->pdev, driver->sw_steps[i].name, err);
	}
	return 0;
}

/**
 * xe_hw_probe - bind the driver: storage, PCI, the steps of the caller, registration
 * @pdev: the device
 * @platform: what the PCI ID says
 * @driver: what to bring up
 *
 * Everything is undone by devm, on failure as on unbind. Registration is the last devm action and
 * so the first to be undone.
 *
 * Context: the probe callback of the PCI driver.
 * Return: 0 or a negative error code; the step that failed has been named in the log.
 */
int xe_hw_probe(struct pci_dev *pdev, const struct xe_platform *platform,
		const struct xe_hw_driver *driver)
{
	struct xe_hw_private *priv;
	int err;

	priv = devm_drm_dev_alloc(&pdev->dev, driver->drm, struct xe_hw_private, device.drm);
	if (IS_ERR(priv))
		return PTR_ERR(priv);

	err = private_init(priv, pdev, driver->ops);
	if (err)
		return failed(pdev, "device", err);

	err = software_steps(priv, platform, driver);
	if (err)
		return err;

	/* What the platform's firmware shows on the screen is in VRAM, which we give to buffers. */
	err = aperture_remove_conflicting_pci_devices(pdev, driver->drm->name);
	if (err)
		return failed(pdev, "framebuffer of the firmware", err);

	/* First, so that MSI vectors and the device itself are switched off last. */
	err = pcim_enable_device(pdev);
	if (err)
		return failed(pdev, "PCI device", err);

	err = keep_power((struct xe_hw_bind){ priv });
	if (err)
		return failed(pdev, "power", err);

	err = map_registers(priv);
	if (err)
		return failed(pdev, "registers", err);

	pci_set_drvdata(pdev, priv);
	err = probe_steps(priv, driver);
	if (err)
		return err;

	/* Cannot fail from here: give back the reference that the PCI core took for probe. */
	pm_runtime_mark_last_busy(&pdev->dev);
	pm_runtime_put_autosuspend(&pdev->dev);
	return 0;
}

/**
 * xe_hw_remove - the runtime PM contract of the PCI core, and nothing else
 * @pdev: the card
 *
 * A driver that drops the core's runtime PM reference in probe takes it back in its remove
 * callback; the core drops it before devm unwinds. That the card stays in D0 then is the core's
 * doing, which leaves a device without a driver alone, and keep_power()'s, for the port.
 *
 * Context: the remove callback of the PCI driver.
 */
void xe_hw_remove(struct pci_dev *pdev)
{
	pm_runtime_get_noresume(&pdev->dev);
}

/**
 * xe_hw_shutdown - the system is going down, or another kernel is about to be started
 * @pdev: the card
 *
 * This is no unbind: software stays until it is no more. But the card must not reach into memory
 * that belongs to the next kernel. Software may still run, so it is shut out first, and then the
 * card is silenced. It is out of reach from then on, and lost as software sees it: what waits for
 * it, the shutdown of another driver maybe, does not wait any longer.
 *
 * Context: the shutdown callback of the PCI driver; the card is in D0.
 */
void xe_hw_shutdown(struct pci_dev *pdev)
{
	struct xe_hw_private *priv = pci_get_drvdata(pdev);

	unpublish(xe_hw_token(priv), NULL);
	xe_hw_works_end(priv);

	scoped_guard(xe_hw_token, priv) {
		if (!READ_ONCE(priv->lost))
			priv->ops->shutdown(xe_hw_token(priv));
		WRITE_ONCE(priv->lost, true);
	}
	xe_hw_tell_lost(priv);
}

/**
 * xe_hw_bound - the hardware token of a probe step
 * @bind: the token of the step
 *
 * Context: bound.
 */
struct xe_hw xe_hw_bound(struct xe_hw_bind bind)
{
	return xe_hw_token(ACCESS_PRIVATE(&bind, priv));
}

/**
 * xe_hw_device - the software side of a card
 * @hw: the token
 *
 * Context: any.
 */
struct xe_device *xe_hw_device(struct xe_hw hw)
{
	return &xe_hw_priv(hw)->device;
}

/**
 * xe_hw_state - the state of the hardware world: what each block keeps between accesses
 * @hw: the token
 *
 * Context: bound or in a section.
 */
struct xe_hw_state *xe_hw_state(struct xe_hw hw)
{
	return &xe_hw_priv(hw)->state;
}

/**
 * xe_hw_config_read16 - read a word of PCI configuration space
 * @hw: the token
 * @where: offset
 *
 * Context: bound or in a section.
 * Return: the word; all ones if the card is lost.
 */
u16 xe_hw_config_read16(struct xe_hw hw, int where)
{
	u16 value = 0xffff;

	xe_hw_assert_held(hw);
	pci_read_config_word(xe_hw_priv(hw)->pdev, where, &value);
	return value;
}
