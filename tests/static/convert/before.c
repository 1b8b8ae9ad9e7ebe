// SPDX-License-Identifier: MIT
/*
 * A small driver with the usual mistakes. It compiles, loads, works, and unloads, as long as nobody
 * has a file open then. after.c is the same driver with its two worlds apart.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/workqueue.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "edu.h"

/* [state] */
struct edu_stats {
	u64 computed;
};

struct edu {
	struct drm_device drm;
	void __iomem *regs;
	struct edu_stats *stats;
	struct mutex lock;	/* one computation at a time */
	struct completion done;
	struct workqueue_struct *wq;
	struct delayed_work watch;
};

/* [end] */

static struct edu *to_edu(struct drm_device *drm)
{
	return container_of(drm, struct edu, drm);
}

/* [ioctl] */
static int edu_factorial(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct edu *edu = to_edu(drm);
	struct drm_edu_factorial *args = data;

	guard(mutex)(&edu->lock);
	reinit_completion(&edu->done);
	writel(EDU_STATUS_IRQ, edu->regs + EDU_STATUS);
	writel(args->value, edu->regs + EDU_FACTORIAL);
	wait_for_completion(&edu->done);
	args->value = readl(edu->regs + EDU_FACTORIAL);
	edu->stats->computed++;
	return 0;
}

/* [irq] */
static irqreturn_t edu_irq(int irq, void *data)
{
	struct edu *edu = data;
	u32 status = readl(edu->regs + EDU_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;

	writel(status, edu->regs + EDU_IRQ_ACK);
	complete(&edu->done);
	return IRQ_HANDLED;
}

/* [work] */
static void edu_watch(struct work_struct *work)
{
	struct edu *edu = container_of(to_delayed_work(work), struct edu, watch);

	writel(0x12345678, edu->regs + EDU_LIVENESS);
	if (readl(edu->regs + EDU_LIVENESS) != ~0x12345678)
		drm_err(&edu->drm, "the device does not answer\n");
	queue_delayed_work(edu->wq, &edu->watch, HZ);
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

	return sysfs_emit(buf, "%llu\n", edu->stats->computed);
}
static DEVICE_ATTR_RO(computed);

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

/* [fini] */
static void edu_fini(struct drm_device *drm, void *unused)
{
	struct edu *edu = to_edu(drm);

	device_remove_file(drm->dev, &dev_attr_computed);
	cancel_delayed_work_sync(&edu->watch);
	destroy_workqueue(edu->wq);
	writel(0, edu->regs + EDU_STATUS);
	iounmap(edu->regs);
}

/* [probe] */
static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct edu *edu;
	int err;

	edu = devm_drm_dev_alloc(&pdev->dev, &edu_driver, struct edu, drm);
	if (IS_ERR(edu))
		return PTR_ERR(edu);

	pci_set_drvdata(pdev, edu);
	mutex_init(&edu->lock);
	init_completion(&edu->done);
	INIT_DELAYED_WORK(&edu->watch, edu_watch);

	edu->stats = devm_kzalloc(&pdev->dev, sizeof(*edu->stats), GFP_KERNEL);
	if (!edu->stats)
		return -ENOMEM;

	err = pcim_enable_device(pdev);
	if (err)
		return err;

	pci_set_master(pdev);
	edu->regs = ioremap(pci_resource_start(pdev, 0), pci_resource_len(pdev, 0));
	if (!edu->regs)
		return -ENOMEM;

	edu->wq = alloc_ordered_workqueue("edu", 0);
	if (!edu->wq)
		return -ENOMEM;

	err = drmm_add_action_or_reset(&edu->drm, edu_fini, NULL);
	if (err)
		return err;

	err = drm_dev_register(&edu->drm, 0);
	if (err)
		return err;

	err = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_ALL_TYPES);
	if (err < 0)
		return err;

	err = devm_request_irq(&pdev->dev, pci_irq_vector(pdev, 0), edu_irq, 0, "edu", edu);
	if (err)
		return err;

	return device_create_file(&pdev->dev, &dev_attr_computed);
}

static void edu_remove(struct pci_dev *pdev)
{
	struct edu *edu = pci_get_drvdata(pdev);

	drm_dev_unregister(&edu->drm);
}

/* [end] */

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{ }
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static struct pci_driver edu_pci_driver = {
	.name = "edu",
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
};
module_pci_driver(edu_pci_driver);

MODULE_DESCRIPTION("QEMU's edu device, with the usual mistakes");
MODULE_LICENSE("Dual MIT/GPL");
