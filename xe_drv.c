// SPDX-License-Identifier: MIT
/*
 * The module and its DRM driver.
 */

#define pr_fmt(fmt)	KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_module.h>
#include <drm/drm_print.h>
#include <uapi/drm/xe_drm.h>

#include "dep/queue.h"
#include "mm/dma_buf.h"
#include "submit/user_fence.h"
#include "uapi/debugfs.h"
#include "uapi/exec.h"
#include "uapi/fdinfo.h"
#include "uapi/file.h"
#include "uapi/gem.h"
#include "uapi/query.h"
#include "uapi/queue.h"
#include "uapi/vm.h"
#include "uapi/wait.h"
#include "xe_compat.h"
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
MODULE_PARM_DESC(guc_log_level, "Verbosity of the GuC log (0, 1 = none, 2..5 = least..most)");

module_param_named_unsafe(guc_firmware_path, xe_params.guc_firmware_path, charp, 0400);
MODULE_PARM_DESC(guc_firmware_path, "GuC firmware file to load instead of the default one");

module_param_named_unsafe(huc_firmware_path, xe_params.huc_firmware_path, charp, 0400);
MODULE_PARM_DESC(huc_firmware_path,
		 "HuC firmware file to load instead of the default one (empty = none)");

module_param_named_unsafe(force_probe, xe_params.force_probe, charp, 0400);
MODULE_PARM_DESC(force_probe,
		 "Comma separated PCI device IDs to bind although unsupported; * for all, !ID for none");

module_param_named(vram_bar_size, xe_params.vram_bar_size, int, 0600);
MODULE_PARM_DESC(vram_bar_size,
		 "Wanted size of the VRAM BAR in MiB (0 = largest possible, < 0 = as it is)");

module_param_named_unsafe(wedged_mode, xe_params.wedged_mode, int, 0600);
MODULE_PARM_DESC(wedged_mode,
		 "Declare the device wedged: 0 = if it does not come back, 1 = after critical errors, 2 = after any hang");

/* What upstream's xe has and this driver has not: asking for it is no error, and is answered. */
static int absent_set(const char *value, const struct kernel_param *param)
{
	pr_warn("%s has no effect: %s\n", param->name, (const char *)param->arg);
	return 0;
}

/* One that upstream takes without a value is taken so. */
static const struct kernel_param_ops absent_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = absent_set,
};

#define XE_PARAM_ABSENT(name, reason)					\
	module_param_cb(name, &absent_ops, (void *)(reason), 0);	\
	MODULE_PARM_DESC(name, "No effect: " reason)

XE_PARAM_ABSENT(max_vfs, "there is no SR-IOV support");
XE_PARAM_ABSENT(gsc_firmware_path, "there is no GSC support");
XE_PARAM_ABSENT(force_execlist, "there is no submission without the GuC");
XE_PARAM_ABSENT(svm_notifier_size, "there is no shared virtual memory");

#define XE_PARAM_OF_DISPLAY(name)	XE_PARAM_ABSENT(name, "there is no display support")

XE_PARAM_OF_DISPLAY(disable_display);
XE_PARAM_OF_DISPLAY(disable_power_well);
XE_PARAM_OF_DISPLAY(dmc_firmware_path);
XE_PARAM_OF_DISPLAY(edp_vswing);
XE_PARAM_OF_DISPLAY(enable_dc);
XE_PARAM_OF_DISPLAY(enable_dc_balance);
XE_PARAM_OF_DISPLAY(enable_dmc_wl);
XE_PARAM_OF_DISPLAY(enable_dp_mst);
XE_PARAM_OF_DISPLAY(enable_dpcd_backlight);
XE_PARAM_OF_DISPLAY(enable_dpt);
XE_PARAM_OF_DISPLAY(enable_dsb);
XE_PARAM_OF_DISPLAY(enable_fbc);
XE_PARAM_OF_DISPLAY(enable_flipq);
XE_PARAM_OF_DISPLAY(enable_ips);
XE_PARAM_OF_DISPLAY(enable_panel_replay);
XE_PARAM_OF_DISPLAY(enable_psr);
XE_PARAM_OF_DISPLAY(enable_psr2_sel_fetch);
XE_PARAM_OF_DISPLAY(enable_sagv);
XE_PARAM_OF_DISPLAY(force_reset_modeset_test);
XE_PARAM_OF_DISPLAY(invert_brightness);
XE_PARAM_OF_DISPLAY(load_detect_test);
XE_PARAM_OF_DISPLAY(lvds_channel_mode);
XE_PARAM_OF_DISPLAY(nuclear_pageflip);
XE_PARAM_OF_DISPLAY(panel_use_ssc);
XE_PARAM_OF_DISPLAY(probe_display);
XE_PARAM_OF_DISPLAY(psr_safest_params);
XE_PARAM_OF_DISPLAY(vbt_firmware);
XE_PARAM_OF_DISPLAY(vbt_sdvo_panel_type);
XE_PARAM_OF_DISPLAY(verbose_state_checks);

/*
 * Which world an ioctl runs in. The DRM core refuses all of them with -ENODEV once the device is
 * unplugged, so this is about what may be under way at that moment.
 *
 * XE_IOCTL_OWN: opens its own sections around the parts that touch hardware, if there are any. This
 *	is for all that copy to or from userspace, wait, or look for memory: unplug must not wait
 *	for any of these. So far it is every ioctl.
 * XE_IOCTL_LATER: known to the header, not done yet.
 */
#define XE_IOCTL_OWN(name, handler)	DRM_IOCTL_DEF_DRV(name, handler, DRM_RENDER_ALLOW)
#define XE_IOCTL_LATER(name)		DRM_IOCTL_DEF_DRV(name, ioctl_later, DRM_RENDER_ALLOW)

static int ioctl_later(struct drm_device *drm, void *data, struct drm_file *file)
{
	drm_dbg(drm, "this ioctl is not implemented\n");
	return -EOPNOTSUPP;
}

/*
 * Locks that are waited for say -EINTR of any signal. Who has no handler for it is to notice
 * nothing: nothing was done, and the call is made again.
 */
static int or_again(int err)
{
	return err == -EINTR ? -ERESTARTSYS : err;
}

/*
 * What is about address spaces and work says of a lost device what it says behind unplug, though it
 * may be long until somebody removes it; and what fails meanwhile, fails for that.
 */
#define XE_WORK_IOCTL(handler)							\
	static int handler##_if_there(struct drm_device *drm, void *data,	\
				      struct drm_file *file)			\
	{									\
		struct xe_device *xe = to_xe_device(drm);			\
		int err = xe_hw_is_gone(xe) ? -ENODEV : handler(drm, data, file); \
										\
		return or_again(xe_hw_error(xe, err));				\
	}
#define XE_IOCTL_WORK(name, handler)	XE_IOCTL_OWN(name, handler##_if_there)

XE_WORK_IOCTL(xe_vm_create_ioctl)
XE_WORK_IOCTL(xe_vm_destroy_ioctl)
XE_WORK_IOCTL(xe_vm_bind_ioctl)
XE_WORK_IOCTL(xe_exec_ioctl)
XE_WORK_IOCTL(xe_exec_queue_create_ioctl)
XE_WORK_IOCTL(xe_exec_queue_destroy_ioctl)
XE_WORK_IOCTL(xe_exec_queue_get_property_ioctl)
XE_WORK_IOCTL(xe_wait_user_fence_ioctl)

static const struct drm_ioctl_desc xe_ioctls[] = {
	XE_IOCTL_OWN(XE_DEVICE_QUERY, xe_query_ioctl),
	XE_IOCTL_OWN(XE_GEM_CREATE, xe_gem_create_ioctl),
	XE_IOCTL_OWN(XE_GEM_MMAP_OFFSET, xe_gem_mmap_offset_ioctl),
	XE_IOCTL_WORK(XE_VM_CREATE, xe_vm_create_ioctl),
	XE_IOCTL_WORK(XE_VM_DESTROY, xe_vm_destroy_ioctl),
	XE_IOCTL_WORK(XE_VM_BIND, xe_vm_bind_ioctl),
	XE_IOCTL_WORK(XE_EXEC, xe_exec_ioctl),
	XE_IOCTL_WORK(XE_EXEC_QUEUE_CREATE, xe_exec_queue_create_ioctl),
	XE_IOCTL_WORK(XE_EXEC_QUEUE_DESTROY, xe_exec_queue_destroy_ioctl),
	XE_IOCTL_WORK(XE_EXEC_QUEUE_GET_PROPERTY, xe_exec_queue_get_property_ioctl),
	XE_IOCTL_WORK(XE_WAIT_USER_FENCE, xe_wait_user_fence_ioctl),
	XE_IOCTL_LATER(XE_OBSERVATION),
	XE_COMPAT_IOCTLS
};

static const struct file_operations xe_fops = {
	.owner = THIS_MODULE,
	.show_fdinfo = xe_show_fdinfo,
	DRM_GEM_FOPS,
};

const struct drm_driver xe_drm_driver = {
	.driver_features = DRIVER_GEM | DRIVER_GEM_GPUVA | DRIVER_RENDER | DRIVER_SYNCOBJ |
			   DRIVER_SYNCOBJ_TIMELINE,
	.fops = &xe_fops,
	.ioctls = xe_ioctls,
	.num_ioctls = ARRAY_SIZE(xe_ioctls),
	.open = xe_file_open,
	.postclose = xe_file_close,
	.gem_prime_import = xe_gem_prime_import,
	.debugfs_init = xe_debugfs_init,
	.name = "xe",
	.desc = "Intel Xe Graphics",
	XE_COMPAT_DRM_DATE
	.major = 1,
	.minor = 1,
};

static int __init xe_init(void)
{
	int err;

	if (drm_firmware_drivers_only())
		return -ENODEV;

	err = xe_module_init();
	if (err)
		return err;

	err = xe_user_fence_module_init();
	if (err)
		goto no_fences;

	err = xe_pci_register();
	if (err)
		goto no_devices;
	return 0;

no_devices:
	xe_user_fence_module_exit();
no_fences:
	xe_module_exit();
	return err;
}

/* In the order in which one hands on to the next: a job its queue, a queue its device. */
static void __exit xe_exit(void)
{
	xe_pci_unregister();
	dep_module_exit();
	xe_module_exit();
	xe_user_fence_module_exit();
}

module_init(xe_init);
module_exit(xe_exit);

MODULE_AUTHOR("The Xe lifetimes project");
MODULE_DESCRIPTION("Intel Xe Graphics");
MODULE_LICENSE("Dual MIT/GPL");
