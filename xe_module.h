/* SPDX-License-Identifier: MIT */
#ifndef _XE_MODULE_H_
#define _XE_MODULE_H_

#include <linux/types.h>

struct drm_driver;
struct work_struct;

/**
 * struct xe_params - module parameters, under the names that upstream gave them
 */
struct xe_params {
	/** @guc_log_level: 0 and 1 disable the log, 2 to 5 is its verbosity */
	int guc_log_level;
	/** @guc_firmware_path: file to use instead of the platform's */
	char *guc_firmware_path;
	/** @huc_firmware_path: file to use instead of the platform's, empty for none */
	char *huc_firmware_path;
	/** @force_probe: IDs to bind although unsupported ("id", "*"), or not to bind ("!id") */
	char *force_probe;
	/** @vram_bar_size: wanted size of the VRAM BAR in MiB, 0 for the largest, < 0 as it is */
	int vram_bar_size;
	/** @wedged_mode: 0 if it does not come back, 1 after critical errors, 2 after any hang */
	int wedged_mode;
};

extern struct xe_params xe_params;
extern const struct drm_driver xe_drm_driver;

/* xe_module.c */
int xe_module_init(void);
void xe_module_exit(void);
void xe_module_add_device(void);
void xe_module_remove_device(void);
bool xe_module_release(struct work_struct *work);
bool xe_module_release_memory(struct work_struct *work);

/* xe_pci.c */
int xe_pci_register(void);
void xe_pci_unregister(void);

#endif
