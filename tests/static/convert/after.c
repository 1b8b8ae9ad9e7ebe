// SPDX-License-Identifier: MIT
/*
 * The driver of before.c with its two worlds apart: what has a struct edu_hw * is hardware.
 */
#include <linux/module.h>
#include <linux/pci.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "edu.h"
#include "edu_hw.h"

/* [ioctl] */
static int edu_compute(struct edu *edu, u32 value)
{
	edu_scoped(hw, edu) {
		edu_write(hw, EDU_STATUS, EDU_STATUS_IRQ);
		edu_write(hw, EDU_FACTORIAL, value);
		return 0;
	}
	return -ENODEV;
}

static int edu_result(struct edu *edu, u32 *value)
{
	edu_scoped(hw, edu) {
		*value = edu_read(hw, EDU_FACTORIAL);
		return 0;
	}
	return -ENODEV;
}

static int edu_factorial(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct edu *edu = to_edu(drm);
	struct drm_edu_factorial *args = data;
	int err;

	guard(mutex)(&edu->lock);
	reinit_completion(&edu->done);
	err = edu_compute(edu, args->value);
	if (err)
		return err;

	/* In no section. Unbind completes it, too: see edu_stop(). */
	if (!wait_for_completion_timeout(&edu->done, HZ))
		return -ETIMEDOUT;

	err = edu_result(edu, &args->value);
	if (!err)
		edu->computed++;
	return err;
}

/* [irq] */
static irqreturn_t edu_irq(struct edu_hw *hw)
{
	u32 status = edu_read(hw, EDU_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;

	edu_write(hw, EDU_IRQ_ACK, status);
	complete(&edu_hw_device(hw)->done);
	return IRQ_HANDLED;
}

/* [work] */
static void edu_watch(struct work_struct *work)
{
	struct edu *edu = container_of(to_delayed_work(work), struct edu, watch);

	edu_scoped(hw, edu) {
		edu_write(hw, EDU_LIVENESS, 0x12345678);
		if (edu_read(hw, EDU_LIVENESS) != ~0x12345678)
			drm_err(&edu->drm, "the device does not answer\n");
		queue_delayed_work(edu->wq, &edu->watch, HZ);
	}
}

static void edu_watch_fini(struct drm_device *drm, void *unused)
{
	struct edu *edu = to_edu(drm);

	cancel_delayed_work_sync(&edu->watch);
	destroy_workqueue(edu->wq);
}

/* [end] */

static int edu_open(struct drm_device *drm, struct drm_file *file)
{
	struct edu *edu = to_edu(drm);

	queue_delayed_work(edu->wq, &edu->watch, HZ);
	return 0;
}

/* [sysfs] */
static ssize_t computed_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct edu *edu = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%llu\n", edu->computed);
}
static DEVICE_ATTR_RO(computed);

static struct attribute *edu_attrs[] = { &dev_attr_computed.attr, NULL };
static const struct attribute_group edu_group = { .attrs = edu_attrs };

/* [end] */

DEFINE_DRM_GEM_FOPS(edu_fops);

static const struct drm_ioctl_desc edu_ioctls[] = {
	DRM_IOCTL_DEF_DRV(EDU_FACTORIAL, edu_factorial, DRM_RENDER_ALLOW),
};

static const struct drm_driver edu_driver = {
	.driver_features = DRIVER_GEM | DRIVER_RENDER,
	.fops = &edu_fops,
	.open = edu_open,
	.ioctls = edu_ioctls,
	.num_ioctls = ARRAY_SIZE(edu_ioctls),
	.name = "edu",
	.desc = "QEMU's edu device",
	.date = "20260101",
	.major = 1,
};

/* [init] */
/* The software world: undone when the last reference is dropped. */
static int edu_init(struct edu *edu)
{
	int err;

	init_completion(&edu->done);
	INIT_DELAYED_WORK(&edu->watch, edu_watch);
	err = drmm_mutex_init(&edu->drm, &edu->lock);
	if (err)
		return err;

	edu->wq = alloc_ordered_workqueue("edu", 0);
	if (!edu->wq)
		return -ENOMEM;

	return drmm_add_action_or_reset(&edu->drm, edu_watch_fini, NULL);
}

/* The hardware world: undone at unbind, or when probe fails. */
static void edu_stop(struct edu_hw *hw)
{
	edu_write(hw, EDU_STATUS, 0);
	complete_all(&edu_hw_device(hw)->done);
}

static int edu_start(struct edu_hw *hw)
{
	int err;

	err = edu_hw_request_irq(hw, edu_irq);
	if (err)
		return err;

	err = edu_hw_defer(hw, edu_stop);
	if (err)
		return err;

	return edu_hw_add_sysfs(hw, &edu_group);
}

/* [probe] */
static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return edu_hw_probe(pdev, &edu_driver, edu_init, edu_start);
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{ }
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static struct pci_driver edu_pci_driver = {
	.name = "edu",
	.id_table = edu_ids,
	.probe = edu_probe,
};
module_pci_driver(edu_pci_driver);

/* [end] */

MODULE_DESCRIPTION("QEMU's edu device, with its two worlds apart");
MODULE_LICENSE("Dual MIT/GPL");
