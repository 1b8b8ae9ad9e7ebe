// SPDX-License-Identifier: MIT
/*
 * Sensors: power limits and energy of the card and of the package on it.
 */

#include <linux/bitfield.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>
#include <linux/units.h>

#include <drm/drm_print.h>

#include "hw/pcode.h"
#include "hw/sensors.h"
#include "hw/state.h"
#include "regs/soc.h"
#include "xe_device.h"
#include "xe_mmio.h"

/**
 * DOC: Power limits
 *
 * Limits are kept by the power controller, which works with the nearest that it can. It forgets
 * them when the power goes. What a user set is therefore noted in &xe_hwmon.user, and
 * xe_sensors_restore() sets it again; what nobody set is left as the device has it.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * limits in force          device        it loses power; an unbind leaves them
 * what the user set        drm_device    last reference to it is dropped
 * ======================== ============= ==========================================
 */

#define I1_FRACTION_BITS	6
#define TIME_EXPONENT_MAX	0x12	/* what existing cards take */

static struct xe_reg limit_reg(int channel)
{
	return channel == XE_SENSOR_CARD ? BMG_PLATFORM_POWER_LIMIT : BMG_PACKAGE_RAPL_LIMIT;
}

static u32 i1_mailbox(u32 subcommand)
{
	return FIELD_PREP(PCODE_MB_COMMAND, PCODE_POWER_SETUP) |
	       FIELD_PREP(PCODE_MB_PARAM1, subcommand);
}

/*
 * What the user set, in the form of the register
 */

static int apply(struct xe_hw hw, enum xe_user_limit which)
{
	const struct xe_user_value *user = &xe_hw_device(hw)->hwmon.user[which];

	if (!user->mask)
		return 0;
	if (which == XE_USER_CRITICAL)
		return xe_pcode_write(hw, i1_mailbox(POWER_SETUP_SUBCOMMAND_WRITE_I1), user->value);

	xe_rmw32(hw, limit_reg(which), user->mask, user->value);
	return 0;
}

static int set(struct xe_hw hw, enum xe_user_limit which, u32 mask, u32 value)
{
	struct xe_user_value *user = &xe_hw_device(hw)->hwmon.user[which], before = *user;
	int err;

	lockdep_assert_held(&xe_hw_device(hw)->sysfs_lock);

	user->mask |= mask;
	user->value = (user->value & ~mask) | value;
	err = apply(hw, which);
	if (err)
		*user = before;
	return err;
}

/**
 * xe_sensors_restore - the device lost power, and with it what the user set
 * @hw: the token
 *
 * Context: bound, resume: no section is open.
 */
void xe_sensors_restore(struct xe_hw hw)
{
	int err;

	for (unsigned int which = 0; which < XE_USER_LIMITS; which++) {
		err = apply(hw, which);
		if (err && !xe_hw_is_lost(hw))
			drm_warn(&xe_hw_device(hw)->drm,
				 "a limit that was set in hwmon is lost in sleep (%pe); set it again\n",
				 ERR_PTR(err));
	}
}

/*
 * Units
 */

static u64 microwatts(const struct xe_hwmon *hwmon, u64 value)
{
	return mul_u64_u32_shr(value, MICROWATT_PER_MILLIWATT * 1000, hwmon->power_shift);
}

static u32 critical_unit(const struct xe_hwmon *hwmon)
{
	return hwmon->critical_is_power ? MEGA : KILO;
}

/*
 * Reading
 */

static u64 read_limit(struct xe_hw hw, int channel)
{
	struct xe_hwmon *hwmon = &xe_hw_device(hw)->hwmon;
	u32 limit = xe_read32(hw, limit_reg(channel));
	u64 rating, value, min, max;

	if (!(limit & PKG_PWR_LIM_1_EN))
		return 0;

	rating = xe_read64(hw, BMG_PACKAGE_POWER_SKU);
	value = microwatts(hwmon, FIELD_GET(PKG_PWR_LIM_1, limit));
	min = microwatts(hwmon, FIELD_GET(PKG_MIN_PWR, rating));
	max = microwatts(hwmon, FIELD_GET(PKG_MAX_PWR, rating));

	/* The device takes any limit and works with the nearest that it can. */
	return min && max && min <= max ? clamp(value, min, max) : value;
}

/* (1 + fraction / 4) << exponent, in units of time. */
static u64 read_interval(struct xe_hw hw, int channel)
{
	u32 limit = xe_read32(hw, limit_reg(channel));
	u64 quarters = (4ull + FIELD_GET(PKG_PWR_LIM_1_TIME_X, limit)) <<
		       FIELD_GET(PKG_PWR_LIM_1_TIME_Y, limit);

	return mul_u64_u32_shr(quarters, MSEC_PER_SEC, xe_hw_device(hw)->hwmon.time_shift + 2);
}

/**
 * xe_sensor_read_critical - the critical limit of the package, which the power controller knows
 * @hw: the token
 * @value: in uW or mA, see &xe_hwmon.critical_is_power
 *
 * Context: bound, may sleep.
 * Return: 0; -ENODEV if the device is lost; errors of the power controller.
 */
int xe_sensor_read_critical(struct xe_hw hw, u64 *value)
{
	u32 i1 = 0;
	int err;

	err = xe_pcode_read(hw, i1_mailbox(POWER_SETUP_SUBCOMMAND_READ_I1), &i1, NULL);
	if (!err)
		*value = mul_u64_u32_shr(FIELD_GET(POWER_SETUP_I1_DATA_MASK, i1),
					 critical_unit(&xe_hw_device(hw)->hwmon), I1_FRACTION_BITS);
	return xe_hw_is_lost(hw) ? -ENODEV : err;
}

/* The counters have 32 bits; the sum goes on as long as somebody looks before they go round. */
static u64 read_energy(struct xe_hw hw, int channel)
{
	struct xe_device *xe = xe_hw_device(hw);
	struct xe_reg reg = channel == XE_SENSOR_CARD ?
			    BMG_PLATFORM_ENERGY_STATUS : BMG_PACKAGE_ENERGY_STATUS;
	u64 ticks;

	guard(mutex)(&xe->counters_lock);
	ticks = xe_counter_advance(&xe->hwmon.energy[channel], xe_read32(hw, reg),
				   xe_hw_state(hw)->power_losses);
	return mul_u64_u32_shr(ticks, MEGA, xe->hwmon.energy_shift);
}

/**
 * xe_sensor_read - read a sensor
 * @hw: the token
 * @what: which; not XE_SENSOR_CRITICAL
 * @channel: XE_SENSOR_CARD or XE_SENSOR_PACKAGE, for those that both have
 * @value: in the unit of @what
 *
 * Context: bound or in a section, may sleep.
 * Return: 0; -ENODEV if the device is lost.
 */
int xe_sensor_read(struct xe_hw hw, enum xe_sensor what, int channel, u64 *value)
{
	struct xe_hwmon *hwmon = &xe_hw_device(hw)->hwmon;

	switch (what) {
	case XE_SENSOR_LIMIT:
		*value = read_limit(hw, channel);
		break;
	case XE_SENSOR_INTERVAL:
		*value = read_interval(hw, channel);
		break;
	case XE_SENSOR_RATED:
		*value = microwatts(hwmon, FIELD_GET(PKG_TDP,
						     xe_read32(hw, BMG_PACKAGE_POWER_SKU)));
		break;
	case XE_SENSOR_ENERGY:
		*value = read_energy(hw, channel);
		break;
	case XE_SENSOR_CRITICAL:
		return -EINVAL;
	}
	return xe_hw_is_lost(hw) ? -ENODEV : 0;
}

/*
 * Setting
 */

/* In parts of @unit, 2^@shift of them, the nearest. Return: 0, or -EINVAL for more than @max. */
static int to_parts(u64 value, unsigned int shift, u32 unit, u32 max, u32 *parts)
{
	u64 n;

	/* Before it is shifted, and might be small again. */
	if (value > ((u64)max + 1) * unit >> shift)
		return -EINVAL;
	n = DIV_ROUND_CLOSEST_ULL(value << shift, unit);
	if (n > max)
		return -EINVAL;
	*parts = n;
	return 0;
}

static int write_limit(struct xe_hw hw, int channel, u64 value)
{
	u32 units;

	if (!value) {
		xe_rmw32(hw, limit_reg(channel), PKG_PWR_LIM_1_EN, 0);
		/* Not every device can do without. */
		if (xe_read32(hw, limit_reg(channel)) & PKG_PWR_LIM_1_EN)
			return -EOPNOTSUPP;
		return set(hw, channel, PKG_PWR_LIM_1_EN, 0);
	}

	if (to_parts(value, xe_hw_device(hw)->hwmon.power_shift, MEGA, FIELD_MAX(PKG_PWR_LIM_1),
		     &units))
		return -EINVAL;
	return set(hw, channel, PKG_PWR_LIM_1_EN | PKG_PWR_LIM_1,
		   PKG_PWR_LIM_1_EN | FIELD_PREP(PKG_PWR_LIM_1, units));
}

static int write_interval(struct xe_hw hw, int channel, u64 ms)
{
	u32 exponent = 0, fraction = 0, units;

	if (to_parts(ms, xe_hw_device(hw)->hwmon.time_shift, MSEC_PER_SEC, BIT(TIME_EXPONENT_MAX),
		     &units))
		return -EINVAL;
	if (units) {
		exponent = ilog2(units);
		fraction = (((u64)units << 2) >> exponent) & 3;
	}
	return set(hw, channel, PKG_PWR_LIM_1_TIME_X | PKG_PWR_LIM_1_TIME_Y,
		   FIELD_PREP(PKG_PWR_LIM_1_TIME_X, fraction) |
		   FIELD_PREP(PKG_PWR_LIM_1_TIME_Y, exponent));
}

static int write_critical(struct xe_hw hw, u64 value)
{
	u32 units;

	if (to_parts(value, I1_FRACTION_BITS, critical_unit(&xe_hw_device(hw)->hwmon),
		     FIELD_MAX(POWER_SETUP_I1_DATA_MASK), &units))
		return -EINVAL;
	return set(hw, XE_USER_CRITICAL, POWER_SETUP_I1_DATA_MASK, units);
}

/**
 * xe_sensor_write - set a limit, also for after a loss of power
 * @hw: the token
 * @what: which; one that can be set
 * @channel: XE_SENSOR_CARD or XE_SENSOR_PACKAGE, for those that both have
 * @value: in the unit of @what; 0 switches a power limit off
 *
 * Context: bound, may sleep.
 * Return: 0; -EINVAL if the device has no such value; -EOPNOTSUPP if the limit cannot be switched
 * off; -ENODEV if the device is lost; errors of the power controller.
 */
int xe_sensor_write(struct xe_hw hw, enum xe_sensor what, int channel, u64 value)
{
	int err = -EOPNOTSUPP;

	guard(mutex)(&xe_hw_device(hw)->sysfs_lock);

	if (what == XE_SENSOR_LIMIT)
		err = write_limit(hw, channel, value);
	else if (what == XE_SENSOR_INTERVAL)
		err = write_interval(hw, channel, value);
	else if (what == XE_SENSOR_CRITICAL)
		err = write_critical(hw, value);
	return xe_hw_is_lost(hw) ? -ENODEV : err;
}

/**
 * xe_sensors_find - read once what it takes to convert values
 * @hw: the token
 *
 * Context: probe.
 */
void xe_sensors_find(struct xe_hw hw)
{
	struct xe_hwmon *hwmon = &xe_hw_device(hw)->hwmon;
	u32 units = xe_read32(hw, BMG_PACKAGE_POWER_SKU_UNIT), i1 = 0;

	hwmon->power_shift = FIELD_GET(PKG_PWR_UNIT, units);
	hwmon->energy_shift = FIELD_GET(PKG_ENERGY_UNIT, units);
	hwmon->time_shift = FIELD_GET(PKG_TIME_UNIT, units);
	hwmon->has_critical = !xe_pcode_read(hw, i1_mailbox(POWER_SETUP_SUBCOMMAND_READ_I1), &i1,
					     NULL);
	hwmon->critical_is_power = i1 & POWER_SETUP_I1_WATTS;
	hwmon->energy[XE_SENSOR_CARD].last = xe_read32(hw, BMG_PLATFORM_ENERGY_STATUS);
	hwmon->energy[XE_SENSOR_PACKAGE].last = xe_read32(hw, BMG_PACKAGE_ENERGY_STATUS);
}
