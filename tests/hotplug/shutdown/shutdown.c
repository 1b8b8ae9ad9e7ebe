// SPDX-License-Identifier: MIT
/*
 * Does to one PCI device what device_shutdown() does to all of them when the machine goes down, and
 * says how long that took; the machine stays, to be asked about it. See tests/hotplug/shutdown.sh.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>

static char *device;
module_param(device, charp, 0400);
MODULE_PARM_DESC(device, "PCI address");

static struct device *dev;

static int __init shutdown_init(void)
{
	ktime_t begin = ktime_get();

	dev = bus_find_device_by_name(&pci_bus_type, NULL, device);
	if (!dev)
		return -ENODEV;

	device_lock(dev->parent);
	device_lock(dev);
	pm_runtime_get_noresume(dev);
	pm_runtime_barrier(dev);
	dev->bus->shutdown(dev);
	device_unlock(dev);
	device_unlock(dev->parent);
	pr_info("%s was shut down in %lld ms\n", device, ktime_ms_delta(ktime_get(), begin));
	return 0;
}

static void __exit shutdown_exit(void)
{
	pm_runtime_put_noidle(dev);
	put_device(dev);
}

module_init(shutdown_init);
module_exit(shutdown_exit);
MODULE_DESCRIPTION("Shutdown of one device");
MODULE_LICENSE("Dual MIT/GPL");
