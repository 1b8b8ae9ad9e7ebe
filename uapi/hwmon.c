// SPDX-License-Identifier: MIT
/*
 * hwmon: names and formats of the sensors in hw/sensors.c.
 */

#include <linux/error-injection.h>
#include <linux/hwmon-sysfs.h>
#include <linux/hwmon.h>
#include <linux/kstrtox.h>
#include <linux/sysfs.h>

#include <drm/drm_print.h>

#include "hw/sensors.h"
#include "uapi/hwmon.h"
#include "xe_device.h"
#include "xe_hw.h"

/**
 * DOC: Sensors
 *
 * The hwmon device is a child of the PCI device and uapi of the bound side: it is unregistered at
 * unbind, which waits for its readers. Its files open a section each. Names and units are in
 * Documentation/ABI/testing/sysfs-driver-intel-xe-hwmon.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * hwmon device             bound side    hwmon_stop() at unbind
 * struct xe_hwmon          drm_device    last reference to it is dropped
 * ======================== ============= ==========================================
 */

/* What a file of the hwmon core is about. */
static enum xe_sensor sensor_of(enum hwmon_sensor_types type, u32 attr)
{
	if (type == hwmon_energy)
		return XE_SENSOR_ENERGY;
	if (type == hwmon_curr || attr == hwmon_power_crit)
		return XE_SENSOR_CRITICAL;
	return attr == hwmon_power_max ? XE_SENSOR_LIMIT : XE_SENSOR_RATED;
}

struct access {
	enum xe_sensor what;
	int channel;
	u64 value;
};

static int read_critical(struct xe_hw hw, void *value)
{
	return xe_sensor_read_critical(hw, value);
}

static int write_call(struct xe_hw hw, void *data)
{
	struct access *access = data;

	return xe_sensor_write(hw, access->what, access->channel, access->value);
}

/* PCODE, which knows the critical limit, is firmware: it is not waited for in a section. */
static int hwmon_get(struct device *dev, enum xe_sensor what, int channel, u64 *value)
{
	struct xe_device *xe = dev_get_drvdata(dev);
	int err = -EAGAIN;

	if (what == XE_SENSOR_CRITICAL)
		return xe_hw_call(xe, read_critical, value);
	xe_hw_scoped(hw, xe)
		err = xe_sensor_read(hw, what, channel, value);
	return xe_hw_error(xe, err);
}

static int hwmon_set(struct device *dev, enum xe_sensor what, int channel, u64 value)
{
	struct access access = { .what = what, .channel = channel, .value = value };

	return xe_hw_call(dev_get_drvdata(dev), write_call, &access);
}

static int sensor_read(struct device *dev, enum hwmon_sensor_types type, u32 attr, int channel,
		       long *out)
{
	u64 value = 0;
	int err = hwmon_get(dev, sensor_of(type, attr), channel, &value);

	if (!err)
		*out = value;
	return err;
}

static int sensor_write(struct device *dev, enum hwmon_sensor_types type, u32 attr, int channel,
			long value)
{
	return value < 0 ? -EINVAL : hwmon_set(dev, sensor_of(type, attr), channel, value);
}

static int sensor_label(struct device *dev, enum hwmon_sensor_types type, u32 attr, int channel,
			const char **label)
{
	*label = channel == XE_SENSOR_CARD ? "card" : "pkg";
	return 0;
}

static umode_t sensor_mode(const void *data, enum hwmon_sensor_types type, u32 attr, int channel)
{
	const struct xe_hwmon *hwmon = &((const struct xe_device *)data)->hwmon;

	switch (type) {
	case hwmon_power:
		if (attr == hwmon_power_max)
			return 0664;
		if (attr == hwmon_power_crit)
			return hwmon->has_critical && hwmon->critical_is_power ? 0644 : 0;
		return 0444;
	case hwmon_curr:
		if (channel == XE_SENSOR_CARD || !hwmon->has_critical || hwmon->critical_is_power)
			return 0;
		return attr == hwmon_curr_crit ? 0644 : 0444;
	default:
		return 0444;
	}
}

static const struct hwmon_ops ops = {
	.is_visible = sensor_mode,
	.read = sensor_read,
	.read_string = sensor_label,
	.write = sensor_write,
};

static const struct hwmon_channel_info * const channels[] = {
	HWMON_CHANNEL_INFO(power, HWMON_P_MAX | HWMON_P_RATED_MAX | HWMON_P_LABEL,
			   HWMON_P_MAX | HWMON_P_RATED_MAX | HWMON_P_CRIT | HWMON_P_LABEL),
	HWMON_CHANNEL_INFO(curr, HWMON_C_LABEL, HWMON_C_CRIT | HWMON_C_LABEL),
	HWMON_CHANNEL_INFO(energy, HWMON_E_INPUT | HWMON_E_LABEL, HWMON_E_INPUT | HWMON_E_LABEL),
	NULL
};

static const struct hwmon_chip_info chip = {
	.ops = &ops,
	.info = channels,
};

/* Interval over which the limit is averaged; the hwmon core has no such attribute. */
static ssize_t interval_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	u64 ms;
	int err = hwmon_get(dev, XE_SENSOR_INTERVAL, to_sensor_dev_attr(attr)->index, &ms);

	return err ?: sysfs_emit(buf, "%llu\n", ms);
}

static ssize_t interval_store(struct device *dev, struct device_attribute *attr, const char *buf,
			      size_t count)
{
	u32 ms;

	if (kstrtou32(buf, 0, &ms))
		return -EINVAL;
	return hwmon_set(dev, XE_SENSOR_INTERVAL, to_sensor_dev_attr(attr)->index, ms) ?: count;
}

static SENSOR_DEVICE_ATTR(power1_max_interval, 0664, interval_show, interval_store,
			  XE_SENSOR_CARD);
static SENSOR_DEVICE_ATTR(power2_max_interval, 0664, interval_show, interval_store,
			  XE_SENSOR_PACKAGE);

static struct attribute *interval_attrs[] = {
	&sensor_dev_attr_power1_max_interval.dev_attr.attr,
	&sensor_dev_attr_power2_max_interval.dev_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(interval);

static void hwmon_stop(struct xe_hw hw, void *data)
{
	hwmon_device_unregister(data);
}

/**
 * xe_hwmon_start - probe step: sensors of discrete parts
 * @bind: the token of a probe step
 *
 * A card works without: if the sensors cannot be registered, that is said and probe goes on.
 *
 * Context: bound, one of the last steps, after xe_sysfs_start().
 * Return: 0 or -ENOMEM.
 */
int xe_hwmon_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_device *xe = xe_hw_device(hw);
	struct device *dev;

	if (!IS_REACHABLE(CONFIG_HWMON) || !xe->platform->is_discrete)
		return 0;

	xe_sensors_find(hw);
	dev = hwmon_device_register_with_info(xe->drm.dev, "xe", xe, &chip, interval_groups);
	if (IS_ERR(dev)) {
		drm_warn(&xe->drm, "no sensors (%pe); going on without\n", dev);
		return 0;
	}
	return xe_hw_on_unbind(bind, hwmon_stop, dev);
}
ALLOW_ERROR_INJECTION(xe_hwmon_start, ERRNO);
