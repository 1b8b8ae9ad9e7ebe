// SPDX-License-Identifier: MIT
/*
 * The door between the software world and the hardware world: sections, binding, power, what the
 * bus tells. See "DOC: The hardware token" in xe_hw.h. Accesses are made in xe_mmio.c.
 */

#include <linux/aperture.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/error-injection.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/sched/mm.h>

#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "xe_hw_private.h"

#define XE_AUTOSUSPEND_MS	1000
/* A resume may wait for memory training; who waits for it holds nothing up, and can be killed. */
#define XE_RESUME_TIMEOUT_S	30
#define XE_PENDING_TIMEOUT_MS	100
/* A reset of a GT that is under way takes seconds. */
#define XE_PARK_TIMEOUT_S	20
/* Unplug of every DRM device waits for every section: a longer one is reported in debug builds. */
#define XE_SECTION_MAX_MS	100

/* A teardown action. Its memory is a devres node and goes with the registration. */
struct xe_hw_action {
	struct xe_hw_private *priv;
	xe_hw_stop_t stop;
	void *data;
};

/*
 * Sections
 */

#ifdef CONFIG_LOCKDEP
static void door_lockdep_init(struct xe_hw_private *priv)
{
	static struct lock_class_key held_key, section_key, power_key;

	lockdep_init_map(&priv->held, "xe_hw", &held_key, 0);
	lockdep_init_map(&priv->section, "xe_hw_section", &section_key, 0);
	lockdep_init_map(&priv->power, "xe_hw_power", &power_key, 0);

	/* Not for reading: lockdep sees no cycle of two readers. */
	fs_reclaim_acquire(GFP_KERNEL);
	lock_map_acquire(&priv->section);
	lock_map_release(&priv->section);
	fs_reclaim_release(GFP_KERNEL);
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
static void door_lockdep_init(struct xe_hw_private *priv) { }
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
 *
 * Return: 1 with a reference, 0 if a resume was asked for, or a negative error code.
 */
static int hold_awake(struct xe_hw_private *priv)
{
	int ret;

	if (hold_if_awake(priv))
		return 1;

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

	might_sleep();
	might_alloc(GFP_KERNEL);
	xe_hw_may_wait(priv);
	do {
		if (!drm_dev_enter(&xe->drm, &idx))
			break;

		awake = xe_hw_count_in(priv) && may_open(priv) ? hold_awake(priv) : -ENODEV;
		if (awake > 0)
			return opened(priv, idx);
		xe_hw_count_out(priv);
		drm_dev_exit(idx);
	} while (!awake && wait_awake(priv, end));

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

/*
 * A device that was declared lost may be alive, and in the middle of a write to memory. With its
 * bus mastering off it begins no other; what is under way has a moment to end.
 */
static void silence(struct xe_hw_private *priv)
{
	u16 command = 0, status;

	guard(mutex)(&priv->silence_lock);
	if (priv->silenced)
		return;

	pci_clear_master(priv->pdev);
	pci_read_config_word(priv->pdev, PCI_COMMAND, &command);
	for (unsigned int ms = 0; ms < XE_PENDING_TIMEOUT_MS; ms += 10) {
		/* All ones, or an error: it is gone. */
		if (pcie_capability_read_word(priv->pdev, PCI_EXP_DEVSTA, &status) ||
		    PCI_POSSIBLE_ERROR(status) || !(status & PCI_EXP_DEVSTA_TRPND))
			break;
		usleep_range(10000, 11000);
	}
	priv->silenced = true;

	if (!PCI_POSSIBLE_ERROR(command) && (command & PCI_COMMAND_MASTER))
		drm_err(&priv->device.drm,
			"bus mastering of the lost device cannot be cleared; power it off before memory is reused\n");
}

/**
 * xe_hw_silence_lost - a lost device does not reach memory any more when this returns
 * @xe: the device
 *
 * For software that gives memory back which the device may know of, without xe_dma_unmap(). Nothing
 * happens unless the device was declared lost.
 *
 * Context: process context, may sleep, up to 100 ms the first time; while the driver is bound.
 */
void xe_hw_silence_lost(struct xe_device *xe)
{
	struct xe_hw_private *priv = xe_hw_of(xe);

	if (READ_ONCE(priv->lost))
		silence(priv);
}

static void bus_master_off(struct xe_hw hw, void *unused)
{
	xe_hw_seal_dma(hw);
	pci_clear_master(xe_hw_priv(hw)->pdev);
}

/**
 * xe_hw_clear_master - the device does not reach memory any more, whatever it does
 * @hw: the token
 *
 * For unbind, when something of the device could not be stopped and memory is about to be unmapped.
 *
 * Context: bound, may sleep up to 100 ms.
 */
void xe_hw_clear_master(struct xe_hw hw)
{
	xe_hw_assert_held(hw);
	silence(xe_hw_priv(hw));
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
	if (xe_hw_is_lost(hw))
		return -ENODEV;
	pci_set_master(xe_hw_priv(hw)->pdev);
	xe_hw_priv(hw)->dma_open = true;
	return xe_hw_on_unbind(bind, bus_master_off, NULL);
}
ALLOW_ERROR_INJECTION(xe_hw_enable_dma, ERRNO);

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

/*
 * Publishing
 */

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
		silence(priv);
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

/* Nobody else's count is known any more: one reference stands for all of them. */
static void end_keep_awake(struct xe_hw_private *priv)
{
	guard(spinlock_irqsave)(&priv->keep_awake_lock);
	if (priv->keep_awake)
		pm_runtime_put_noidle(&priv->pdev->dev);
	priv->keep_awake = 0;
	priv->keep_awake_over = true;
}

static void power_given_back(struct xe_hw hw, void *unused)
{
	end_keep_awake(xe_hw_priv(hw));
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

/* Of each part of probe; but not of -ENOMEM, of which the kernel has said enough. */
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

static void lost_work(struct work_struct *work)
{
	struct xe_hw_private *priv = container_of(work, struct xe_hw_private, lost_work);

	if (priv->ops->lost)
		priv->ops->lost(&priv->device);
}

static void private_fini(struct drm_device *drm, void *data)
{
	struct xe_hw_private *priv = data;

	xe_hw_works_fini(priv);
	mutex_destroy(&priv->silence_lock);
}

static int private_init(struct xe_hw_private *priv, struct pci_dev *pdev,
			const struct xe_hw_ops *ops)
{
	int err;

	door_lockdep_init(priv);
	priv->pdev = pdev;
	priv->ops = ops;
	priv->irq = -1;
	priv->awake = true;
	priv->awake_until = jiffies;
	spin_lock_init(&priv->keep_awake_lock);
	init_rwsem(&priv->dma_gate);
	mutex_init(&priv->silence_lock);
	init_waitqueue_head(&priv->changed);
	INIT_WORK(&priv->lost_work, lost_work);
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
 * This is no unbind: software stays as it is until it is no more. But the card must not reach into
 * memory that belongs to the next kernel. Software may still run, so it is shut out first, and then
 * the card is silenced. It is out of reach from then on, as if it were lost.
 *
 * Context: the shutdown callback of the PCI driver; the card is in D0.
 */
void xe_hw_shutdown(struct pci_dev *pdev)
{
	struct xe_hw_private *priv = pci_get_drvdata(pdev);

	unpublish(xe_hw_token(priv), NULL);
	xe_hw_works_end(priv);

	guard(xe_hw_token)(priv);
	if (!READ_ONCE(priv->lost))
		priv->ops->shutdown(xe_hw_token(priv));
	WRITE_ONCE(priv->lost, true);
	silence(priv);
}

/*
 * Sleep
 */

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
}

static int runtime_suspend(struct device *dev)
{
	struct xe_hw_private *priv = dev_get_drvdata(dev);
	int err;

	/* This has the PM core try again when the device was idle once more. */
	if (time_before(jiffies, READ_ONCE(priv->awake_until))) {
		pm_runtime_mark_last_busy(dev);
		return -EBUSY;
	}

	/* Before, as the PM core may have been asked to resume it again when this returns. */
	set_awake(priv, false);
	scoped_guard(xe_hw_power, priv)
		err = priv->ops->suspend(xe_hw_token(priv), false);
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

	if (!err) {
		guard(xe_hw_power)(priv);
		err = priv->ops->suspend(xe_hw_token(priv), true);
	}
	if (err)
		unpark(priv);
	return err;
}

static int system_resume(struct device *dev)
{
	struct xe_hw_private *priv = dev_get_drvdata(dev);

	resume(priv, true);
	unpark(priv);
	return 0;
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

	xe_hw_declare_lost(xe_hw_token(priv), state == pci_channel_io_perm_failure ?
			   "the PCI core reports permanent failure" : "its PCI channel is frozen");
	return PCI_ERS_RESULT_DISCONNECT;
}

/* Software still believes in what the card forgets by it: buffers, the GGTT, running firmware. */
static void reset_prepare(struct pci_dev *pdev)
{
	xe_hw_declare_lost(xe_hw_token(pci_get_drvdata(pdev)), "somebody resets it");
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
 * xe_hw_declare_lost - the device does not answer any more, or must not be reached any more
 * @hw: the token
 * @reason: for the log
 *
 * From now on no access reaches the bus and no section opens. The device may be alive, so that its
 * bus mastering is cleared: a write to configuration space, which does no harm to one that is gone.
 * The state ends with unbind.
 *
 * Context: any.
 */
void xe_hw_declare_lost(struct xe_hw hw, const char *reason)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	if (xchg(&priv->lost, true))
		return;

	pci_clear_master(priv->pdev);
	xe_hw_wake_waiters(&priv->device);
	queue_work(priv->works_wq, &priv->lost_work);
	xe_hw_work_queue(&priv->call_work);
	drm_err(&priv->device.drm,
		"the device is lost: %s; remove it (/sys/bus/pci/devices/%s/remove), check it, rescan\n",
		reason, pci_name(priv->pdev));
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

/**
 * xe_hw_wake_waiters - those who wait for the device look again whether it is still there
 * @xe: the device
 *
 * Context: any.
 */
void xe_hw_wake_waiters(struct xe_device *xe)
{
	struct xe_hw_private *priv = xe_hw_of(xe);

	wake_up_all(&priv->changed);
	if (priv->ops->wake)
		priv->ops->wake(xe);
}

/**
 * xe_hw_tell_wedged - software is told that the device was given up
 * @hw: the token
 *
 * Context: bound, may sleep; when nothing of the device reaches memory any more.
 */
void xe_hw_tell_wedged(struct xe_hw hw)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	if (priv->ops->wedged)
		priv->ops->wedged(&priv->device);
}

/**
 * xe_hw_is_gone - is there no hardware any more, for good?
 * @xe: the device
 *
 * Tells a section that was skipped because the device is unplugged or lost from one that was
 * skipped for now: in system sleep, or because the caller is being killed.
 *
 * Context: any.
 */
bool xe_hw_is_gone(struct xe_device *xe)
{
	struct xe_hw_private *priv = xe_hw_of(xe);

	return READ_ONCE(priv->lost) || READ_ONCE(priv->going) || drm_dev_is_unplugged(&xe->drm);
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
 * Also for a lost device, which is kept from memory first: it may be alive.
 *
 * Context: bound or in a section, may sleep.
 */
void xe_dma_unmap(struct xe_dma dma, struct sg_table *sgt, enum dma_data_direction dir)
{
	struct xe_hw_private *priv = ACCESS_PRIVATE(&dma, priv);

#ifdef CONFIG_LOCKDEP
	lockdep_assert(lock_is_held(&priv->held) || lockdep_is_held(&priv->dma_gate));
#endif
	if (READ_ONCE(priv->lost))
		silence(priv);
	dma_unmap_sgtable(&priv->pdev->dev, sgt, dir, 0);
}
