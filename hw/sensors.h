/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_SENSORS_H_
#define _XE_HW_SENSORS_H_

#include <linux/types.h>

#include "xe_hw.h"

/* Channels: what is measured. */
#define XE_SENSOR_CARD		0
#define XE_SENSOR_PACKAGE	1

/**
 * enum xe_sensor - what can be read, and of some what can be set
 * @XE_SENSOR_LIMIT: power limit in uW, 0 for none; can be set
 * @XE_SENSOR_INTERVAL: over which the limit is averaged, in ms; can be set
 * @XE_SENSOR_RATED: power that the package is made for, in uW
 * @XE_SENSOR_CRITICAL: critical limit of the package in uW or mA, see
 *	&xe_hwmon.critical_is_power; can be set
 * @XE_SENSOR_ENERGY: used since probe, in uJ
 */
enum xe_sensor {
	XE_SENSOR_LIMIT,
	XE_SENSOR_INTERVAL,
	XE_SENSOR_RATED,
	XE_SENSOR_CRITICAL,
	XE_SENSOR_ENERGY,
};

void xe_sensors_find(struct xe_hw hw);
int xe_sensor_read(struct xe_hw hw, enum xe_sensor what, int channel, u64 *value);
int xe_sensor_read_critical(struct xe_hw hw, u64 *value);
int xe_sensor_write(struct xe_hw hw, enum xe_sensor what, int channel, u64 value);
void xe_sensors_restore(struct xe_hw hw);

#endif
