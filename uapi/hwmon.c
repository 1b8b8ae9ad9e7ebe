// SPDX-License-Identifier: MIT
/*
 * Sensors: power limits and energy of the card and of the package on it.
 */

#include <linux/bitfield.h>
#include <linux/error-injection.h>
#include <linux/hwmon-sysfs.h>
#include <linux/hwmon.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/units.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "hw/pcode.h"
#include "hw/state.h"
#include "regs/soc.h"
#include "uapi/hwmon.h"
#include "xe_device.h"
#include "xe_mmio.h"

/**
 * DOC: Sensors
 *
 * The hwmon device is a child of the PCI device and uapi of the bound side: it is unregistered at
 * unbind, which waits for its readers. What it needs to convert values is read once; its files open
 * a section each. Names and units are in Documentation/ABI/testing/sysfs-driver-intel-xe-hwmon.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * hwmon device             bound side    hwmon_stop() at unbind
 * struct xe_hwmon          drm_device    last reference to it is dropped
 * ======================== ============= ==========================================
 */

enum channel {
	CARD,
	PACKAGE,
};

#define I1_FRACTION_BITS	6
#define TIME_EXPONENT_MAX	0x12	/* what existing cards take */

static struct xe_reg limit_reg(int channel)
{
	return channel == CARD ? BMG_PLATFORM_POWER_LIMIT : BMG_PACKAGE_RAPL_LIMIT;
}

static u64 microwatts(const struct xe_hwmon *hwmon, u64 value)
{
	return mul_u64_u32_shr(value, MICROWATT_PER_MILLIWATT * 1000, hwmon->power_shift);
}

static int read_limit(struct xe_hw hw, int channel, long *out)
{
	struct xe_hwmon *hwmon = &xe_hw_device(hw)->hwmon;
	u32 limit = xe_read32(hw, limit_reg(channel));
	u64 rating, value, min, max;

	if (!(limit & PKG_PWR_LIM_1_EN)) {
		*out = 0;
		return 0;
	}

	rating = xe_read64(hw, BMG_PACKAGE_POWER_SKU);
	value = microwatts(hwmon, FIELD_GET(PKG_PWR_LIM_1, limit));
	min = microwatts(hwmon, FIELD_GET(PKG_MIN_PWR, rating));
	max = microwatts(hwmon, FIELD_GET(PKG_MAX_PWR, rating));

	/* The card takes any limit and works with the nearest that it can. */
	if (min && max && min <= max)
		value = clamp(value, min, max);
	*out = value;
	return 0;
}

static int write_limit(struct xe_hw hw, int channel, long value)
{
	struct xe_hwmon *hwmon = &xe_hw_device(hw)->hwmon;
	struct xe_reg reg = limit_reg(channel);
	u64 units;

	if (value < 0)
		return -EINVAL;

	guard(mutex)(&xe_hw_device(hw)->sysfs_lock);

	if (!value) {
		xe_rmw32(hw, reg, PKG_PWR_LIM_1_EN, 0);
		/* Not every card can do without. */
		return xe_read32(hw, reg) & PKG_PWR_LIM_1_EN ? -EOPNOTSUPP : 0;
	}

	if (value > LONG_MAX >> hwmon->power_shift)
		return -EINVAL;
	units = DIV_ROUND_CLOSEST_ULL((u64)value << hwmon->power_shift, MEGA);
	if (units > FIELD_MAX(PKG_PWR_LIM_1))
		return -EINVAL;

	xe_rmw32(hw, reg, PKG_PWR_LIM_1,
		 PKG_PWR_LIM_1_EN | FIELD_PREP(PKG_PWR_LIM_1, units));
	return 0;
}

static u32 i1_mailbox(u32 subcommand)
{
	return FIELD_PREP(PCODE_MB_COMMAND, PCODE_POWER_SETUP) |
	       FIELD_PREP(PCODE_MB_PARAM1, subcommand);
}

static int read_critical(struct xe_hw hw, u32 per_unit, long *out)
{
	u32 i1 = 0;
	int err;

	err = xe_pcode_read(hw, i1_mailbox(POWER_SETUP_SUBCOMMAND_READ_I1), &i1, NULL);
	if (!err)
		*out = mul_u64_u32_shr(FIELD_GET(POWER_SETUP_I1_DATA_MASK, i1), per_unit,
				       I1_FRACTION_BITS);
	return err;
}

static int write_critical(struct xe_hw hw, u32 per_unit, long value)
{
	u64 units;

	if (value < 0 || value > LONG_MAX >> I1_FRACTION_BITS)
		return -EINVAL;
	units = DIV_ROUND_CLOSEST_ULL((u64)value << I1_FRACTION_BITS, per_unit);
	if (units > FIELD_MAX(POWER_SETUP_I1_DATA_MASK))
		return -EINVAL;
	return xe_pcode_write(hw, i1_mailbox(POWER_SETUP_SUBCOMMAND_WRITE_I1), units);
}

/* The counters have 32 bits; the sum goes on as long as somebody looks before they go round. */
static int read_energy(struct xe_hw hw, int channel, long *out)
{
	struct xe_hwmon *hwmon = &xe_hw_device(hw)->hwmon;
	struct xe_reg reg = channel == CARD ?
			    BMG_PLATFORM_ENERGY_STATUS : BMG_PACKAGE_ENERGY_STATUS;
	u64 ticks;

	guard(mutex)(&xe_hw_device(hw)->sysfs_lock);
	ticks = xe_counter_advance(&hwmon->energy[channel], xe_read32(hw, reg),
				   xe_hw_state(hw)->power_losses);
	*out = mul_u64_u32_shr(ticks, MEGA, hwmon->energy_shift);
	return 0;
}

static int read_power(struct xe_hw hw, u32 attr, int channel, long *out)
{
	struct xe_hwmon *hwmon = &xe_hw_device(hw)->hwmon;

	switch (attr) {
	case hwmon_power_max:
		return read_limit(hw, channel, out);
	case hwmon_power_rated_max:
		*out = microwatts(hwmon, FIELD_GET(PKG_TDP,
						   xe_read32(hw, BMG_PACKAGE_POWER_SKU)));
		return 0;
	case hwmon_power_crit:
		return read_critical(hw, MEGA, out);
	default:
		return -EOPNOTSUPP;
	}
}

static int sensor_read(struct device *dev, enum hwmon_sensor_types type, u32 attr, int channel,
		       long *out)
{
	struct xe_device *xe = dev_get_drvdata(dev);
	int err = -ENODEV;

	xe_hw_scoped(hw, xe) {
		if (type == hwmon_power)
			err = read_power(hw, attr, channel, out);
		else if (type == hwmon_energy)
			err = read_energy(hw, channel, out);
		else
			err = read_critical(hw, KILO, out);
		if (xe_hw_is_lost(hw))
			err = -ENODEV;
	}
	return err;
}

static int sensor_write(struct device *dev, enum hwmon_sensor_types type, u32 attr, int channel,
			long value)
{
	struct xe_device *xe = dev_get_drvdata(dev);
	int err = -ENODEV;

	xe_hw_scoped(hw, xe) {
		if (type == hwmon_curr)
			err = write_critical(hw, KILO, value);
		else if (attr == hwmon_power_crit)
			err = write_critical(hw, MEGA, value);
		else
			err = write_limit(hw, channel, value);
	}
	return err;
}

static int sensor_label(struct device *dev, enum hwmon_sensor_types type, u32 attr, int channel,
			const char **label)
{
	*label = channel == CARD ? "card" : "pkg";
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
		if (channel == CARD || !hwmon->has_critical || hwmon->critical_is_power)
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

/* Interval over which the limit is averaged: (1 + fraction / 4) << exponent, in units of time. */
static ssize_t interval_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct xe_device *xe = dev_get_drvdata(dev);
	int channel = to_sensor_dev_attr(attr)->index;
	ssize_t ret = -ENODEV;

	xe_hw_scoped(hw, xe) {
		u32 limit = xe_read32(hw, limit_reg(channel));
		u64 quarters = (4ull + FIELD_GET(PKG_PWR_LIM_1_TIME_X, limit)) <<
			       FIELD_GET(PKG_PWR_LIM_1_TIME_Y, limit);

		if (!xe_hw_is_lost(hw))
			ret = sysfs_emit(buf, "%llu\n", mul_u64_u32_shr(quarters, MSEC_PER_SEC,
									xe->hwmon.time_shift + 2));
	}
	return ret;
}

static ssize_t interval_store(struct device *dev, struct device_attribute *attr, const char *buf,
			      size_t count)
{
	struct xe_device *xe = dev_get_drvdata(dev);
	int channel = to_sensor_dev_attr(attr)->index;
	u32 exponent = 0, fraction = 0;
	ssize_t ret = -ENODEV;
	u64 units;
	u32 ms;

	if (kstrtou32(buf, 0, &ms))
		return -EINVAL;

	units = DIV_ROUND_CLOSEST_ULL((u64)ms << xe->hwmon.time_shift, MSEC_PER_SEC);
	if (units > BIT(TIME_EXPONENT_MAX))
		return -EINVAL;
	if (units) {
		exponent = ilog2(units);
		fraction = ((units << 2) >> exponent) & 3;
	}

	xe_hw_scoped(hw, xe) {
		guard(mutex)(&xe->sysfs_lock);
		xe_rmw32(hw, limit_reg(channel),
			 PKG_PWR_LIM_1_TIME_X | PKG_PWR_LIM_1_TIME_Y,
			 FIELD_PREP(PKG_PWR_LIM_1_TIME_X, fraction) |
			 FIELD_PREP(PKG_PWR_LIM_1_TIME_Y, exponent));
		ret = count;
	}
	return ret;
}

static SENSOR_DEVICE_ATTR(power1_max_interval, 0664, interval_show, interval_store, CARD);
static SENSOR_DEVICE_ATTR(power2_max_interval, 0664, interval_show, interval_store, PACKAGE);

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

static void read_units(struct xe_hw hw, struct xe_hwmon *hwmon)
{
	u32 units = xe_read32(hw, BMG_PACKAGE_POWER_SKU_UNIT), i1 = 0;

	hwmon->power_shift = FIELD_GET(PKG_PWR_UNIT, units);
	hwmon->energy_shift = FIELD_GET(PKG_ENERGY_UNIT, units);
	hwmon->time_shift = FIELD_GET(PKG_TIME_UNIT, units);
	hwmon->has_critical = !xe_pcode_read(hw, i1_mailbox(POWER_SETUP_SUBCOMMAND_READ_I1), &i1,
					     NULL);
	hwmon->critical_is_power = i1 & POWER_SETUP_I1_WATTS;
	hwmon->energy[CARD].last = xe_read32(hw, BMG_PLATFORM_ENERGY_STATUS);
	hwmon->energy[PACKAGE].last = xe_read32(hw, BMG_PACKAGE_ENERGY_STATUS);
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

	read_units(hw, &xe->hwmon);
	dev = hwmon_device_register_with_info(xe->drm.dev, "xe", xe, &chip, interval_groups);
	if (IS_ERR(dev)) {
		drm_warn(&xe->drm, "no sensors (%pe); going on without\n", dev);
		return 0;
	}
	return xe_hw_on_unbind(bind, hwmon_stop, dev);
}
ALLOW_ERROR_INJECTION(xe_hwmon_start, ERRNO);
