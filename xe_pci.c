// SPDX-License-Identifier: MIT
/*
 * PCI IDs, and probe as a list of steps.
 */

#define pr_fmt(fmt)	KBUILD_MODNAME ": " fmt

#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/string.h>

#include <drm/drm_drv.h>

#include "hw/display.h"
#include "hw/engine.h"
#include "hw/flr.h"
#include "hw/forcewake.h"
#include "hw/ggtt.h"
#include "hw/ggtt_buf.h"
#include "hw/gt.h"
#include "hw/gt_reset.h"
#include "hw/irq.h"
#include "hw/lrc.h"
#include "hw/pcode.h"
#include "hw/steering.h"
#include "hw/topology.h"
#include "mm/mm.h"
#include "mm/vm.h"
#include "mm/vram.h"
#include "submit/copy.h"
#include "submit/submit.h"
#include "uapi/hwmon.h"
#include "uapi/query.h"
#include "xe_compat.h"
#include "xe_guc.h"
#include "xe_hw.h"
#include "xe_module.h"
#include "xe_platform.h"
#include "xe_recovery.h"
#include "xe_pm.h"
#include "xe_sysfs.h"

/**
 * DOC: Probe and unwind
 *
 * There is a list for each world. xe_software_steps are first: what they acquire is released by
 * drmm, with the last reference to the drm_device.
 *
 * xe_probe_steps is the order in which a card is brought up. Each step registers what undoes it
 * with xe_hw_on_unbind() as soon as it has acquired something; the reverse of the list is therefore
 * the order of teardown, and there is no other: failed probe, unbind, a pulled card and module
 * unload all unwind it. The DRM device is registered after the last step and unregistered before
 * the first undo.
 */
static const struct xe_sw_step xe_software_steps[] = {
	{ "memory",		xe_mm_init },
	{ "context slots",	xe_lrcs_init },
	{ "recovery",		xe_recovery_init },
	{ "GuC",		xe_guc_init },
	{ "address spaces",	xe_vms_init },
	{ "submission",		xe_submit_init },
	{ "copies",		xe_copy_init },
};

static const struct xe_hw_step xe_probe_steps[] = {
	{ "reset",		xe_flr_start },
	{ "power controller",	xe_pcode_start },
	{ "GT",			xe_gt_start },
	{ "forcewake",		xe_forcewake_start },
	{ "fuses",		xe_topology_start },
	{ "sanitize",		xe_gt_sanitize },
	{ "DMA",		xe_hw_enable_dma },
	{ "steering",		xe_steering_start },
	{ "display",		xe_display_start },
	{ "VRAM",		xe_vram_start },
	{ "interrupts",		xe_irq_start },
	{ "GGTT",		xe_ggtt_start },
	{ "firmware buffers",	xe_ggtt_buf_start },
	{ "buffers",		xe_mm_start },
	{ "GuC contexts",	xe_guc_contexts_start },
	{ "copies",		xe_copy_start },
	{ "contexts",		xe_submit_contexts_start },
	{ "GT registers",	xe_gt_registers_start },
	{ "engines",		xe_engine_start },
	{ "GuC",		xe_guc_start },
	{ "submission",		xe_submit_start },
	{ "frequency limits",	xe_guc_uncap },
	{ "TLB invalidation",	xe_guc_tlb_start },
	{ "queries",		xe_query_start },
	{ "sysfs",		xe_sysfs_start },
	{ "sensors",		xe_hwmon_start },
};

/* In a work, or at shutdown, when nobody else ends what waits: it may never be unbound. */
static void lost(struct xe_device *xe)
{
	xe_submit_kill(xe, -ENODEV);
	xe_mm_lost(xe);
}

static void wedged(struct xe_device *xe)
{
	xe_submit_kill(xe, -EIO);
}

static const struct xe_hw_ops xe_ops = {
	.prepare = xe_mm_evict,
	.suspend = xe_power_suspend,
	.resume = xe_power_resume,
	.shutdown = xe_power_shutdown,
	.wake = xe_submit_wake,
	.lost = lost,
	.wedged = wedged,
};

static const struct xe_hw_driver xe_driver = {
	.drm = &xe_drm_driver,
	.sw_steps = xe_software_steps,
	.num_sw_steps = ARRAY_SIZE(xe_software_steps),
	.steps = xe_probe_steps,
	.num_steps = ARRAY_SIZE(xe_probe_steps),
	.ops = &xe_ops,
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

/* An entry of force_probe: "e20b", "0xe20b" or "*" asks for a device, "!" before it to leave it. */
struct force_probe {
	bool negated, all;
	u16 device;
};

static bool parse_entry(const char *text, size_t len, struct force_probe *entry)
{
	char id[16];

	entry->negated = *text == '!';
	text += entry->negated;
	len -= entry->negated;
	entry->all = len == 1 && *text == '*';
	if (entry->all)
		return true;
	if (len >= sizeof(id))
		return false;

	strscpy(id, text, len + 1);
	return !kstrtou16(id, 16, &entry->device);
}

/* The next entry of a list that is separated by commas, which may be NULL; NULL after the last. */
static const char *next_entry(const char **list, size_t *len)
{
	const char *entry = *list ?: "";

	entry += strspn(entry, ",\n");
	*len = strcspn(entry, ",\n");
	*list = entry + *len;
	return *len ? entry : NULL;
}

static bool id_listed(const char *list, u16 device, bool negated)
{
	struct force_probe entry;
	const char *text;
	size_t len;

	while ((text = next_entry(&list, &len)))
		if (parse_entry(text, len, &entry) && entry.negated == negated &&
		    (entry.all || entry.device == device))
			return true;
	return false;
}

/* Say which entries have no effect. Returns how many. */
static unsigned int check_list(const char *list)
{
	struct force_probe entry;
	unsigned int wrong = 0;
	const char *text;
	size_t len;

	while ((text = next_entry(&list, &len))) {
		if (parse_entry(text, len, &entry))
			continue;
		pr_warn("force_probe: \"%.*s\" is ignored: it is neither a PCI device ID in hexadecimal nor *, with or without a ! before it\n",
			(int)len, text);
		wrong++;
	}
	return wrong;
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

	return xe_hw_probe(pdev, platform, &xe_driver);
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
	check_list(xe_params.force_probe);
	return pci_register_driver(&xe_pci_driver);
}

void xe_pci_unregister(void)
{
	pci_unregister_driver(&xe_pci_driver);
}
