// SPDX-License-Identifier: MIT
/*
 * The module and its DRM driver.
 */

#include <linux/module.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_module.h>
#include <uapi/drm/xe_drm.h>

#include "xe_device.h"
#include "xe_module.h"

#ifndef CONFIG_DRM_XE_FORCE_PROBE	/* built out of tree */
#define CONFIG_DRM_XE_FORCE_PROBE ""
#endif

struct xe_params xe_params = {
	.guc_log_level = 5,
	.force_probe = CONFIG_DRM_XE_FORCE_PROBE,
	.wedged_mode = 1,
};

module_param_named(guc_log_level, xe_params.guc_log_level, int, 0600);
MODULE_PARM_DESC(guc_log_level, "Verbosity of the GuC log (0 = none, 1..5 = least..most)");

module_param_named_unsafe(guc_firmware_path, xe_params.guc_firmware_path, charp, 0400);
MODULE_PARM_DESC(guc_firmware_path, "GuC firmware file to load instead of the default one");

module_param_named_unsafe(huc_firmware_path, xe_params.huc_firmware_path, charp, 0400);
MODULE_PARM_DESC(huc_firmware_path,
		 "HuC firmware file to load instead of the default one (empty = none)");

module_param_named_unsafe(force_probe, xe_params.force_probe, charp, 0400);
MODULE_PARM_DESC(force_probe,
		 "Comma separated PCI device IDs to bind although unsupported; * for all, !ID for none");

module_param_named(vram_bar_size, xe_params.vram_bar_size, uint, 0600);
MODULE_PARM_DESC(vram_bar_size, "Wanted size of the VRAM BAR in MiB (0 = largest possible)");

module_param_named_unsafe(wedged_mode, xe_params.wedged_mode, int, 0600);
MODULE_PARM_DESC(wedged_mode,
		 "Declare the device wedged: 0 = never, 1 = after critical errors, 2 = after any hang");

DEFINE_DRM_GEM_FOPS(xe_fops);

const struct drm_driver xe_drm_driver = {
	.driver_features = DRIVER_GEM | DRIVER_RENDER,
	.fops = &xe_fops,
	.name = "xe",
	.desc = "Intel Xe Graphics",
	.date = "20201103",
	.major = 1,
	.minor = 1,
};

static int __init xe_init(void)
{
	if (drm_firmware_drivers_only())
		return -ENODEV;

	return xe_pci_register();
}

static void __exit xe_exit(void)
{
	xe_pci_unregister();
}

module_init(xe_init);
module_exit(xe_exit);

MODULE_AUTHOR("The Xe lifetimes project");
MODULE_DESCRIPTION("Intel Xe Graphics");
MODULE_LICENSE("Dual MIT/GPL");
