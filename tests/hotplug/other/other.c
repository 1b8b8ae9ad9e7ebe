// SPDX-License-Identifier: MIT
/*
 * A DRM device of another driver, which is unplugged when the module goes: that waits for the sections of
 * all DRM devices (drm_dev_unplug()). See tests/hotplug/late.sh.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_ioctl.h>

static struct platform_device *parent;
static struct drm_device *drm;

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.open = drm_open,
	.release = drm_release,
	.unlocked_ioctl = drm_ioctl,
};

static const struct drm_driver driver = {
	.name = "other",
	.desc = "A device beside ours",
	.fops = &fops,
};

static int __init other_init(void)
{
	int err;

	parent = platform_device_register_simple("other", -1, NULL, 0);
	if (IS_ERR(parent))
		return PTR_ERR(parent);

	drm = drm_dev_alloc(&driver, &parent->dev);
	err = PTR_ERR_OR_ZERO(drm);
	if (err)
		goto unregister;

	err = drm_dev_register(drm, 0);
	if (err)
		goto put;
	return 0;

put:
	drm_dev_put(drm);
unregister:
	platform_device_unregister(parent);
	return err;
}

static void __exit other_exit(void)
{
	drm_dev_unplug(drm);
	drm_dev_put(drm);
	platform_device_unregister(parent);
}

module_init(other_init);
module_exit(other_exit);
MODULE_DESCRIPTION("A DRM device beside ours");
MODULE_LICENSE("Dual MIT/GPL");
