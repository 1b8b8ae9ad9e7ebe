// SPDX-License-Identifier: MIT
//
// uapi_in_drmm: an entry point of userspace removed by drmm.
//
// sysfs files, hwmon, PMU and the like belong to the device, not to the drm_device. Removed by drmm,
// they stay while a file is open, and the same card plugged in again cannot have the name: the
// "kobject_add_internal failed for tile0 with -EEXIST" that this driver was started for.
virtual report

// Not =~: its syntax depends on how coccinelle was built.
@initialize:python@
@@
import re

@action@
identifier fn;
identifier add = {drmm_add_action, drmm_add_action_or_reset};
@@
 add(..., fn, ...)

@bad@
identifier action.fn;
identifier call : script:python() { re.fullmatch("sysfs_remove_.*|device_remove_(file|group|groups|bin_file)|kobject_(put|del)|debugfs_remove.*|hwmon_device_unregister|perf_pmu_unregister|drm_dev_(unregister|unplug)|backlight_device_unregister|misc_deregister|i2c_del_adapter|device_unregister|led_classdev_unregister", call) is not None };
position p;
@@
 fn(...)
 {
 <+...
 call@p(...)
 ...+>
 }

@script:python@
p << bad.p;
call << bad.call;
fn << action.fn;
@@
coccilib.report.print_report(p[0], "uapi_in_drmm: %s() is called in %s(), a drmm action: it stays while a file is open, the next probe finds its name taken or it reaches for hardware that is gone; use devm" % (call, fn))
