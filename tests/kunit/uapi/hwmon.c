// SPDX-License-Identifier: MIT
/*
 * hwmon: what its files say while the card does not wake up, and when it is gone.
 */

#include "../../../uapi/hwmon.c"

#include <linux/sizes.h>

#include <drm/drm_managed.h>
#include <kunit/device.h>
#include <kunit/test.h>

#include "tests/kunit/fake.h"

struct read_case {
	const char *name;
	enum hwmon_sensor_types type;
	u32 attr;
};

static const struct read_case read_cases[] = {
	{ "the limit", hwmon_power, hwmon_power_max },
	{ "what the card is rated for", hwmon_power, hwmon_power_rated_max },
	{ "energy", hwmon_energy, hwmon_energy_input },
};

KUNIT_ARRAY_PARAM_DESC(read, read_cases, name);

struct world {
	struct xe_device *xe;
	struct device *dev;
};

static struct world make_world(struct kunit *test)
{
	struct world w = { .xe = xe_fake_device(test) };

	KUNIT_ASSERT_EQ(test, drmm_mutex_init(&w.xe->drm, &w.xe->sysfs_lock), 0);
	KUNIT_ASSERT_EQ(test, drmm_mutex_init(&w.xe->drm, &w.xe->counters_lock), 0);
	w.dev = kunit_device_register(test, "xe-hwmon");
	KUNIT_ASSERT_FALSE(test, IS_ERR(w.dev));
	dev_set_drvdata(w.dev, w.xe);
	return w;
}

/* A number that is not read is not shown; who comes again when the card is awake has it. */
static void test_asleep(struct kunit *test)
{
	const struct read_case *c = test->param_value;
	struct world w = make_world(test);
	long value = 4711;

	xe_fake_set_asleep(w.xe, true);
	KUNIT_EXPECT_EQ(test, sensor_read(w.dev, c->type, c->attr, 0, &value), -EAGAIN);
	xe_fake_set_asleep(w.xe, false);
	KUNIT_EXPECT_EQ(test, value, 4711);
	KUNIT_EXPECT_EQ(test, sensor_read(w.dev, c->type, c->attr, 0, &value), 0);
	KUNIT_EXPECT_NE(test, value, 4711);

	value = 4711;
	xe_fake_scoped(hw, w.xe)
		xe_hw_declare_lost(hw, "for the test");
	KUNIT_EXPECT_EQ(test, sensor_read(w.dev, c->type, c->attr, 0, &value), -ENODEV);
	KUNIT_EXPECT_EQ(test, value, 4711);
}

/* The file that the hwmon core has not. */
static void test_interval(struct kunit *test)
{
	struct device_attribute *attr = &sensor_dev_attr_power2_max_interval.dev_attr;
	struct world w = make_world(test);
	char *buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	/* As the fuses of a Battlemage have it. */
	w.xe->hwmon.time_shift = 10;
	KUNIT_EXPECT_EQ(test, interval_store(w.dev, attr, "28\n", 3), 3);
	KUNIT_EXPECT_EQ(test, interval_show(w.dev, attr, buf), 3);
	KUNIT_EXPECT_STREQ(test, buf, "27\n");
	KUNIT_EXPECT_EQ(test, interval_store(w.dev, attr, "-1", 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, interval_store(w.dev, attr, "28 s", 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, interval_store(w.dev, attr, "4294967295", 10), -EINVAL);
	KUNIT_EXPECT_EQ(test, interval_show(w.dev, attr, buf), 3);
	KUNIT_EXPECT_STREQ(test, buf, "27\n");

	xe_fake_set_asleep(w.xe, true);
	KUNIT_EXPECT_EQ(test, interval_show(w.dev, attr, buf), -EAGAIN);
	xe_fake_set_asleep(w.xe, false);
	xe_fake_scoped(hw, w.xe)
		xe_hw_declare_lost(hw, "for the test");
	KUNIT_EXPECT_EQ(test, interval_show(w.dev, attr, buf), -ENODEV);
	KUNIT_EXPECT_EQ(test, interval_store(w.dev, attr, "28", 2), -ENODEV);
}

static struct kunit_case hwmon_cases[] = {
	KUNIT_CASE_PARAM(test_asleep, read_gen_params),
	KUNIT_CASE(test_interval),
	{ }
};

static struct kunit_suite hwmon_suite = {
	.name = "xe_hwmon",
	.test_cases = hwmon_cases,
};

kunit_test_suite(hwmon_suite);
