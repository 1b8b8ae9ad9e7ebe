// SPDX-License-Identifier: MIT
/*
 * PCI IDs, and probe as a list of steps.
 */

#include <linux/module.h>
#include <linux/pci.h>
#include <linux/string.h>

#include <drm/drm_drv.h>

#include "hw/engine.h"
#include "hw/forcewake.h"
#include "hw/ggtt.h"
#include "hw/ggtt_buf.h"
#include "hw/gt.h"
#include "hw/irq.h"
#include "hw/pcode.h"
#include "hw/reset.h"
#include "hw/steering.h"
#include "hw/topology.h"
#include "mm/mm.h"
#include "mm/vram.h"
#include "uapi/hwmon.h"
#include "xe_compat.h"
#include "xe_guc.h"
#include "xe_hw.h"
#include "xe_module.h"
#include "xe_platform.h"
#include "xe_pm.h"
#include "xe_sysfs.h"

/**
 * DOC: Probe and unwind
 *
 * xe_probe_steps is the order in which a card is brought up. Each step registers what undoes it
 * with xe_hw_on_unbind() as soon as it has acquired something; the reverse of the list is therefore
 * the order of teardown, and there is no other: failed probe, unbind, a pulled card and module
 * unload all unwind it. The DRM device is registered after the last step and unregistered before
 * the first undo.
 */
static const struct xe_hw_step xe_probe_steps[] = {
	{ "reset",		xe_reset_start },
	{ "power controller",	xe_pcode_start },
	{ "GT",			xe_gt_start },
	{ "forcewake",		xe_forcewake_start },
	{ "sanitize",		xe_gt_sanitize },
	{ "DMA",		xe_hw_enable_dma },
	{ "fuses",		xe_topology_start },
	{ "steering",		xe_steering_start },
	{ "VRAM",		xe_vram_start },
	{ "interrupts",		xe_irq_start },
	{ "GGTT",		xe_ggtt_start },
	{ "firmware buffers",	xe_ggtt_buf_start },
	{ "buffers",		xe_mm_start },
	{ "engines",		xe_engine_start },
	{ "GuC",		xe_guc_start },
	{ "settings",		xe_guc_settle },
	{ "sysfs",		xe_sysfs_start },
	{ "sensors",		xe_hwmon_start },
};

static const struct xe_hw_power_ops xe_power_ops = {
	.prepare = xe_mm_evict,
	.suspend = xe_power_suspend,
	.resume = xe_power_resume,
	.shutdown = xe_power_shutdown,
};

static const struct xe_platform battlemage = {
	.name = "Battlemage",
	.id = XE_PLATFORM_BATTLEMAGE,
	.guc_firmware = "xe/bmg_guc_70.bin",
	.huc_firmware = "xe/bmg_huc.bin",
	.dma_mask_bits = 46,
	.va_bits = 48,
	.wopcm_size = SZ_8M,
	.ggtt_burst = 1100,
	.is_discrete = true,
};

static const struct xe_platform lunarlake = {
	.name = "Lunar Lake",
	.id = XE_PLATFORM_LUNARLAKE,
	.guc_firmware = "xe/lnl_guc_70.bin",
	.huc_firmware = "xe/lnl_huc.bin",
	.dma_mask_bits = 46,
	.va_bits = 48,
	.wopcm_size = SZ_8M,
	.ggtt_burst = 63,
	.flush_before_read = true,
	.needs_force_probe = true,
};

#define XE_PCI_ID(id, platform)						\
	{								\
		PCI_DEVICE(PCI_VENDOR_ID_INTEL, id),			\
		.class = PCI_BASE_CLASS_DISPLAY << 16,			\
		.class_mask = 0xff << 16,				\
		.driver_data = (kernel_ulong_t)(platform),		\
	}

static const struct pci_device_id xe_pci_ids[] = {
	INTEL_BMG_IDS(XE_PCI_ID, &battlemage),
	INTEL_LNL_IDS(XE_PCI_ID, &lunarlake),
	{ }
};
MODULE_DEVICE_TABLE(pci, xe_pci_ids);

/*
 * Does the list name the ID? Entries are separated by commas: "e20b" or "*" asks for a device,
 * "!e20b" or "!*" asks to leave it alone.
 */
static bool id_listed(const char *list, u16 device, bool negated)
{
	char buf[5];

	snprintf(buf, sizeof(buf), "%04x", device);
	while (list && *list) {
		size_t len = strcspn(list, ",\n");
		bool bang = *list == '!';
		const char *id = list + bang;
		size_t id_len = len - bang;

		if (bang == negated &&
		    ((id_len == 1 && *id == '*') || (id_len == 4 && !strncasecmp(id, buf, 4))))
			return true;
		list += len;
		list += strspn(list, ",\n");
	}
	return false;
}

static int xe_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	const struct xe_platform *platform = (const void *)id->driver_data;

	if (id_listed(xe_params.force_probe, pdev->device, true)) {
		dev_info(&pdev->dev, "left alone as force_probe asks\n");
		return -ENODEV;
	}

	if (platform->needs_force_probe && !id_listed(xe_params.force_probe, pdev->device, false)) {
		dev_info(&pdev->dev, "%s is not supported yet; to try, load with xe.force_probe=%04x\n",
			 platform->name, pdev->device);
		return -ENODEV;
	}

	return xe_hw_probe(pdev, &xe_drm_driver, platform,
			   xe_probe_steps, ARRAY_SIZE(xe_probe_steps), &xe_power_ops);
}

static struct pci_driver xe_pci_driver = {
	.name = KBUILD_MODNAME,
	.id_table = xe_pci_ids,
	.probe = xe_pci_probe,
	.remove = xe_hw_remove,
	.shutdown = xe_hw_shutdown,
	.err_handler = &xe_hw_error_handlers,
	.driver.pm = pm_ptr(&xe_hw_pm_ops),
};

int xe_pci_register(void)
{
	return pci_register_driver(&xe_pci_driver);
}

void xe_pci_unregister(void)
{
	pci_unregister_driver(&xe_pci_driver);
}
