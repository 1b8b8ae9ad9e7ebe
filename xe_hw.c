// SPDX-License-Identifier: MIT
/*
 * The door between the software world and the hardware world: sections, binding, power, what the
 * bus tells. See "DOC: The hardware token" in xe_hw.h. Accesses are made in xe_mmio.c.
 */

#include <linux/aperture.h>
#include <linux/dma-mapping.h>
#include <linux/error-injection.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>

#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "xe_hw_private.h"

#define XE_AUTOSUSPEND_MS	1000

/* A teardown action. Its memory is a devres node and goes with the registration. */
struct xe_hw_action {
	struct xe_hw_private *priv;
	xe_hw_stop_t stop;
	void *data;
};

static struct xe_hw_private *device_to_priv(struct xe_device *xe)
{
	return container_of(xe, struct xe_hw_private, device);
}

static struct xe_hw make_token(struct xe_hw_private *priv)
{
	return (struct xe_hw){ .priv = priv };
}

/*
 * The token is held: lockdep sees sections and callbacks of the bound side as a read lock.
 * Accessors assert that, and sections the opposite.
 */
static void token_hold(struct xe_hw_private *priv)
{
#ifdef CONFIG_LOCKDEP
	lock_map_acquire_read(&priv->held);
#endif
}

static void token_release(struct xe_hw_private *priv)
{
#ifdef CONFIG_LOCKDEP
	lock_map_release(&priv->held);
#endif
}

/* Do not open a section while holding the token: the inner one is skipped once unplug has begun. */
static void token_assert_none(struct xe_hw_private *priv)
{
#ifdef CONFIG_LOCKDEP
	lockdep_assert(!lock_is_held(&priv->held));
#endif
}

DEFINE_GUARD(token, struct xe_hw_private *, token_hold(_T), token_release(_T))

/*
 * Sections
 */

/**
 * xe_hw_enter - open a section, resuming the device; for xe_hw_scoped() only
 * @xe: &struct xe_device
 *
 * Context: process context, may sleep.
 * Return: the section; its token is empty if there is no hardware to be had.
 */
struct xe_hw_section xe_hw_enter(struct xe_device *xe)
{
	struct xe_hw_private *priv = device_to_priv(xe);
	int idx;

	token_assert_none(priv);
	if (!drm_dev_enter(&xe->drm, &idx))
		return (struct xe_hw_section){};

	/* drm_dev_enter() says yes during a probe that may still fail. */
	if (!READ_ONCE(priv->published) || READ_ONCE(priv->lost))
		goto closed;

	/* Only now: before the test above the reference might be another driver's to drop. */
	if (pm_runtime_resume_and_get(&priv->pdev->dev))
		goto closed;

	/* power_resume() returns 0 for a device that is gone, so check again. */
	if (READ_ONCE(priv->lost)) {
		pm_runtime_put_autosuspend(&priv->pdev->dev);
		goto closed;
	}

	token_hold(priv);
	return (struct xe_hw_section){ .token = { priv }, .idx = idx, .open = true };

closed:
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

	token_release(priv);
	pm_runtime_mark_last_busy(&priv->pdev->dev);
	pm_runtime_put_autosuspend(&priv->pdev->dev);
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
	struct xe_hw_private *priv = device_to_priv(xe);

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
 * xe_hw_seal_dma - no section of xe_hw_scoped_dma() opens any more
 * @hw: the token
 *
 * For the one who undoes all DMA mappings of software: waits for sections that are open.
 *
 * Context: bound, may sleep.
 */
void xe_hw_seal_dma(struct xe_hw hw)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	down_write(&priv->dma_gate);
	priv->dma_open = false;
	up_write(&priv->dma_gate);
}

/*
 * The bound side
 */

static void action_release(struct device *dev, void *res)
{
	struct xe_hw_action *action = res;

	guard(token)(action->priv);
	action->stop(make_token(action->priv), action->data);
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
		stop(make_token(priv), data);
		return -ENOMEM;
	}

	action->priv = priv;
	action->stop = stop;
	action->data = data;
	devres_add(&priv->pdev->dev, action);
	return 0;
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
	return 0;
}
ALLOW_ERROR_INJECTION(map_registers, ERRNO);

static void bus_master_off(struct xe_hw hw, void *unused)
{
	xe_hw_seal_dma(hw);
	if (!xe_hw_is_lost(hw))
		pci_clear_master(xe_hw_priv(hw)->pdev);
}

/**
 * xe_hw_clear_master - the card does not reach memory any more, whatever it does
 * @hw: the token
 *
 * For unbind, when something of the card could not be stopped and memory is about to be unmapped.
 *
 * Context: bound.
 */
void xe_hw_clear_master(struct xe_hw hw)
{
	xe_hw_assert_held(hw);
	pci_clear_master(xe_hw_priv(hw)->pdev);
}

/**
 * xe_hw_enable_dma - probe step: the card may reach memory
 * @bind: the token of a probe step
 *
 * Context: bound, when nothing of an earlier life of the card runs any more.
 * Return: 0 or a negative error code.
 */
int xe_hw_enable_dma(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	int err;

	err = dma_set_mask_and_coherent(&xe_hw_priv(hw)->pdev->dev,
					DMA_BIT_MASK(xe_hw_device(hw)->platform->dma_mask_bits));
	if (err)
		return err;

	dma_set_max_seg_size(&xe_hw_priv(hw)->pdev->dev, UINT_MAX);
	pci_set_master(xe_hw_priv(hw)->pdev);
	xe_hw_priv(hw)->dma_open = true;
	return xe_hw_on_unbind(bind, bus_master_off, NULL);
}
ALLOW_ERROR_INJECTION(xe_hw_enable_dma, ERRNO);

static irqreturn_t irq_hard(int irq, void *cookie)
{
	struct xe_hw_private *priv = cookie;

	guard(token)(priv);
	return priv->irq_hard(make_token(priv));
}

static irqreturn_t irq_thread(int irq, void *cookie)
{
	struct xe_hw_private *priv = cookie;

	guard(token)(priv);
	return priv->irq_thread(make_token(priv));
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

static void unpublish(struct xe_hw hw, void *unused)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	if (!priv->published)	/* by xe_hw_shutdown() */
		return;

	/* Marks the device unplugged and waits for the sections, then removes the nodes. */
	drm_dev_unplug(&priv->device.drm);
	WRITE_ONCE(priv->published, false);
}

static noinline __noipa int publish(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	int err;

	/* Before the nodes exist, so that the first open() finds sections to work. */
	WRITE_ONCE(xe_hw_priv(hw)->published, true);
	err = drm_dev_register(&xe_hw_priv(hw)->device.drm, 0);
	if (err) {
		unpublish(hw, NULL);
		return err;
	}

	return xe_hw_on_unbind(bind, unpublish, NULL);
}
ALLOW_ERROR_INJECTION(publish, ERRNO);

static void power_given_back(struct xe_hw hw, void *unused)
{
	pci_d3cold_enable(xe_hw_priv(hw)->pdev);
}

/*
 * The port must not cut the power while probe fails or unbind goes on, when nobody holds a runtime
 * PM reference any more; and later not until the suspend callback finds that nothing is lost by it.
 */
static noinline __noipa int keep_power(struct xe_hw_bind bind)
{
	struct xe_hw_private *priv = ACCESS_PRIVATE(&bind, priv);

	guard(token)(priv);
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

/* Of each part of probe; but not of -ENOMEM, of which the kernel has said enough. */
static int failed(struct pci_dev *pdev, const char *what, int err)
{
	return dev_err_probe(&pdev->dev, err, "%s: cannot be brought up\n", what);
}

static int probe_steps(struct xe_hw_private *priv, const struct xe_hw_step *steps,
		       unsigned int num_steps)
{
	struct xe_hw_bind bind = { priv };
	int err;

	guard(token)(priv);

	for (unsigned int i = 0; i < num_steps; i++) {
		err = steps[i].start(bind);
		if (!err && READ_ONCE(priv->lost))
			err = -ENODEV;
		if (err)
			return failed(priv->pdev, steps[i].name, err);
	}

	err = allow_runtime_pm(bind);
	if (err)
		return failed(priv->pdev, "runtime PM", err);

	err = publish(bind);
	return err ? failed(priv->pdev, "DRM device", err) : 0;
}

/**
 * xe_hw_probe - bind the driver: storage, PCI, the steps of the caller, registration
 * @pdev: the card
 * @driver: what to register
 * @platform: what the PCI ID says
 * @steps: run in order, each with the token; undone in reverse
 * @num_steps: how many
 * @power: power transitions, after probe
 *
 * Everything is undone by devm, on failure as on unbind. Registration is the last devm action and
 * so the first to be undone.
 *
 * Context: the probe callback of the PCI driver.
 * Return: 0 or a negative error code; the step that failed has been named in the log.
 */
int xe_hw_probe(struct pci_dev *pdev, const struct drm_driver *driver,
		const struct xe_platform *platform,
		const struct xe_hw_step *steps, unsigned int num_steps,
		const struct xe_hw_power_ops *power)
{
	static struct lock_class_key held_key;
	struct xe_hw_private *priv;
	int err;

	priv = devm_drm_dev_alloc(&pdev->dev, driver, struct xe_hw_private, device.drm);
	if (IS_ERR(priv))
		return PTR_ERR(priv);

	lockdep_init_map(&priv->held, "xe_hw", &held_key, 0);
	priv->pdev = pdev;
	priv->power = power;
	priv->irq = -1;
	init_rwsem(&priv->dma_gate);
	priv->device.pci_device = pdev->device;
	priv->device.pci_revision = pdev->revision;

	err = xe_device_init(&priv->device, platform);
	if (err)
		return failed(pdev, "software state", err);

	/* What the platform's firmware shows on the screen is in VRAM, which we give to buffers. */
	err = aperture_remove_conflicting_pci_devices(pdev, driver->name);
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
	err = probe_steps(priv, steps, num_steps);
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
 * This is no unbind: software stays as it is until it is no more. But the card must not reach into
 * memory that belongs to the next kernel. Software may still run, so it is shut out first, and then
 * the card is silenced. It is out of reach from then on, as if it were lost.
 *
 * Context: the shutdown callback of the PCI driver; the card is in D0.
 */
void xe_hw_shutdown(struct pci_dev *pdev)
{
	struct xe_hw_private *priv = pci_get_drvdata(pdev);

	unpublish(make_token(priv), NULL);

	guard(token)(priv);
	if (!READ_ONCE(priv->lost))
		priv->power->shutdown(make_token(priv));
	WRITE_ONCE(priv->lost, true);
	pci_clear_master(pdev);
}

static int power_suspend(struct device *dev, bool system)
{
	struct xe_hw_private *priv = dev_get_drvdata(dev);

	guard(token)(priv);
	return priv->power->suspend(make_token(priv), system);
}

/*
 * An error would be kept by the PM core beyond unbind, and no driver could resume the card any
 * more. So there is none: a card that does not come back was declared lost or wedged, and is awake
 * for the PM core.
 */
static int power_resume(struct device *dev, bool system)
{
	struct xe_hw_private *priv = dev_get_drvdata(dev);

	guard(token)(priv);
	/*
	 * A card that was pulled while it slept is still in D3 for the bridge, which may answer
	 * for it with anything. Configuration space can be asked whatever the state.
	 */
	if (!pci_device_is_present(priv->pdev))
		xe_hw_declare_lost(make_token(priv), "it does not answer when it is to be resumed");
	if (!READ_ONCE(priv->lost))
		priv->power->resume(make_token(priv), system);
	return 0;
}

static int runtime_suspend(struct device *dev)
{
	return power_suspend(dev, false);
}

static int runtime_resume(struct device *dev)
{
	return power_resume(dev, false);
}

static int system_prepare(struct device *dev)
{
	struct xe_hw_private *priv = dev_get_drvdata(dev);

	return priv->power->prepare(&priv->device);
}

static int system_suspend(struct device *dev)
{
	return power_suspend(dev, true);
}

static int system_resume(struct device *dev)
{
	return power_resume(dev, true);
}

const struct dev_pm_ops xe_hw_pm_ops = {
	.prepare = pm_sleep_ptr(system_prepare),
	SYSTEM_SLEEP_PM_OPS(system_suspend, system_resume)
	RUNTIME_PM_OPS(runtime_suspend, runtime_resume, NULL)
};

static pci_ers_result_t error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
	struct xe_hw_private *priv = pci_get_drvdata(pdev);

	if (state == pci_channel_io_normal)
		return PCI_ERS_RESULT_CAN_RECOVER;

	xe_hw_declare_lost(make_token(priv), state == pci_channel_io_perm_failure ?
			   "the PCI core reports permanent failure" : "its PCI channel is frozen");
	return PCI_ERS_RESULT_DISCONNECT;
}

/* Software still believes in what the card forgets by it: buffers, the GGTT, running firmware. */
static void reset_prepare(struct pci_dev *pdev)
{
	xe_hw_declare_lost(make_token(pci_get_drvdata(pdev)), "somebody resets it");
}

const struct pci_error_handlers xe_hw_error_handlers = {
	.error_detected = error_detected,
	.reset_prepare = reset_prepare,
};

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
 * xe_hw_bound - the hardware token of a probe step
 * @bind: the token of the step
 *
 * Context: bound.
 */
struct xe_hw xe_hw_bound(struct xe_hw_bind bind)
{
	return make_token(ACCESS_PRIVATE(&bind, priv));
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
 * xe_hw_is_lost - has the card been declared lost?
 * @hw: the token
 *
 * Context: any.
 */
bool xe_hw_is_lost(struct xe_hw hw)
{
	return READ_ONCE(xe_hw_priv(hw)->lost);
}

/**
 * xe_hw_declare_lost - the card does not answer any more
 * @hw: the token
 * @reason: for the log
 *
 * From now on no access reaches the bus and no section opens. The state ends with unbind.
 *
 * Context: any.
 */
void xe_hw_declare_lost(struct xe_hw hw, const char *reason)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	if (xchg(&priv->lost, true))
		return;

	drm_err(&priv->device.drm,
		"the card is lost: %s; remove it (/sys/bus/pci/devices/%s/remove), check it, rescan\n",
		reason, pci_name(priv->pdev));
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

/*
 * DMA mappings
 */

/**
 * xe_dma_map - map a scatter list for the card
 * @hw: the token
 * @sgt: the list; its DMA addresses are filled in
 * @dir: direction
 *
 * The mapping has to be undone before unbind ends.
 *
 * Context: bound or in a section, may sleep.
 * Return: 0 or a negative error code.
 */
int xe_dma_map(struct xe_hw hw, struct sg_table *sgt, enum dma_data_direction dir)
{
	xe_hw_assert_held(hw);
	return dma_map_sgtable(&xe_hw_priv(hw)->pdev->dev, sgt, dir, 0);
}
ALLOW_ERROR_INJECTION(xe_dma_map, ERRNO);

/**
 * xe_hw_dma - what xe_dma_unmap() takes, for who has the whole token
 * @hw: the token
 *
 * Context: bound or in a section.
 */
struct xe_dma xe_hw_dma(struct xe_hw hw)
{
	xe_hw_assert_held(hw);
	return (struct xe_dma){ .priv = xe_hw_priv(hw) };
}

/**
 * xe_dma_unmap - undo xe_dma_map()
 * @dma: from xe_hw_scoped_dma() or xe_hw_dma()
 * @sgt: the list
 * @dir: as it was mapped
 *
 * Also for a lost card: this is between the kernel and the IOMMU.
 *
 * Context: bound or in a section, may sleep.
 */
void xe_dma_unmap(struct xe_dma dma, struct sg_table *sgt, enum dma_data_direction dir)
{
	struct xe_hw_private *priv = ACCESS_PRIVATE(&dma, priv);

#ifdef CONFIG_LOCKDEP
	lockdep_assert(lock_is_held(&priv->held) || lockdep_is_held(&priv->dma_gate));
#endif
	dma_unmap_sgtable(&priv->pdev->dev, sgt, dir, 0);
}
