// SPDX-License-Identifier: MIT
/*
 * Units of sensors.
 */

#include "../../../hw/sensors.c"

#include <drm/drm_managed.h>
#include <kunit/test.h>

#include "tests/kunit/fake.h"

struct part_case {
	const char *name;
	u64 value;
	unsigned int shift;
	u32 unit, max;
	int err;
	u32 parts;
};

static const struct part_case part_cases[] = {
	{ "nothing", 0, 3, MEGA, 0x7fff, 0, 0 },
	{ "an eighth", 125000, 3, MEGA, 0x7fff, 0, 1 },
	{ "rounded down", 187499, 3, MEGA, 0x7fff, 0, 1 },
	{ "rounded up", 187500, 3, MEGA, 0x7fff, 0, 2 },
	{ "the most", 4095875000, 3, MEGA, 0x7fff, 0, 0x7fff },
	{ "rounded to the most", 4095937499, 3, MEGA, 0x7fff, 0, 0x7fff },
	{ "more", 4095937500, 3, MEGA, 0x7fff, -EINVAL },
	{ "as long as can be", U64_MAX, 0, MSEC_PER_SEC, U32_MAX, -EINVAL },
	{ "all that is shifted out", U64_MAX, 10, MSEC_PER_SEC, BIT(31), -EINVAL },
	{ "a sum that goes round", U64_MAX >> 3, 3, MEGA, 0x7fff, -EINVAL },
	{ "another", U64_MAX >> 6, 6, KILO, 0xffff, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(part, part_cases, name);

/* What is shifted out makes no small limit of a large one. */
static void test_parts(struct kunit *test)
{
	const struct part_case *c = test->param_value;
	u32 parts = 4711;

	KUNIT_EXPECT_EQ(test, to_parts(c->value, c->shift, c->unit, c->max, &parts), c->err);
	KUNIT_EXPECT_EQ(test, parts, c->err ? 4711 : c->parts);
}

static struct xe_device *make_device(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	KUNIT_ASSERT_EQ(test, drmm_mutex_init(&xe->drm, &xe->sysfs_lock), 0);
	xe->hwmon.power_shift = 3;
	return xe;
}

static u64 limit_of(struct kunit *test, struct xe_device *xe)
{
	u64 value = 4711;
	int err = -EIO;

	xe_fake_scoped(hw, xe)
		err = xe_sensor_read(hw, XE_SENSOR_LIMIT, XE_SENSOR_PACKAGE, &value);
	KUNIT_EXPECT_EQ(test, err, 0);
	return value;
}

static int set_limit(struct xe_device *xe, u64 value)
{
	int err = -EIO;

	xe_fake_scoped(hw, xe)
		err = xe_sensor_write(hw, XE_SENSOR_LIMIT, XE_SENSOR_PACKAGE, value);
	return err;
}

/* What is shown is what the card works with; the rest of the register is left as it is. */
static void test_limit(struct kunit *test)
{
	const u32 reg = BMG_PACKAGE_RAPL_LIMIT.offset, others = ~(PKG_PWR_LIM_1_EN | PKG_PWR_LIM_1);
	struct xe_device *xe = make_device(test);

	xe_fake_poke(reg, others);
	KUNIT_EXPECT_EQ(test, limit_of(test, xe), 0);
	KUNIT_EXPECT_EQ(test, set_limit(xe, 150 * MEGA), 0);
	KUNIT_EXPECT_EQ(test, limit_of(test, xe), 150 * MEGA);
	KUNIT_EXPECT_EQ(test, xe_fake_peek(reg) & others, others);
	KUNIT_EXPECT_EQ(test, set_limit(xe, U64_MAX), -EINVAL);
	KUNIT_EXPECT_EQ(test, limit_of(test, xe), 150 * MEGA);

	/* From 50 to 120 W. */
	xe_fake_poke(BMG_PACKAGE_POWER_SKU.offset, FIELD_PREP(PKG_MIN_PWR, 50 << 3));
	xe_fake_poke(BMG_PACKAGE_POWER_SKU.offset + 4, FIELD_PREP(PKG_MAX_PWR, 120ull << 3) >> 32);
	KUNIT_EXPECT_EQ(test, limit_of(test, xe), 120 * MEGA);
	KUNIT_EXPECT_EQ(test, set_limit(xe, 10 * MEGA), 0);
	KUNIT_EXPECT_EQ(test, limit_of(test, xe), 50 * MEGA);

	KUNIT_EXPECT_EQ(test, set_limit(xe, 0), 0);
	KUNIT_EXPECT_EQ(test, limit_of(test, xe), 0);
	KUNIT_EXPECT_EQ(test, xe_fake_peek(reg) & others, others);
}

/* The power goes, and with it the limits: what a user set comes back, and nothing else. */
static void test_restore(struct kunit *test)
{
	const u32 reg = BMG_PACKAGE_RAPL_LIMIT.offset;
	struct xe_device *xe = make_device(test);

	KUNIT_EXPECT_EQ(test, set_limit(xe, 150 * MEGA), 0);
	xe_fake_poke(reg, 0);
	xe_fake_scoped(hw, xe)
		xe_sensors_restore(hw);
	KUNIT_EXPECT_EQ(test, limit_of(test, xe), 150 * MEGA);
	KUNIT_EXPECT_EQ(test, xe_fake_peek(reg) & ~(PKG_PWR_LIM_1_EN | PKG_PWR_LIM_1), 0);
	KUNIT_EXPECT_EQ(test, xe_fake_peek(BMG_PLATFORM_POWER_LIMIT.offset), 0);

	/* The other one in the same register, which is set later. */
	xe_fake_scoped(hw, xe)
		KUNIT_EXPECT_EQ(test, xe_sensor_write(hw, XE_SENSOR_INTERVAL, XE_SENSOR_PACKAGE,
						      28000), 0);
	xe_fake_poke(reg, 0);
	xe_fake_scoped(hw, xe)
		xe_sensors_restore(hw);
	KUNIT_EXPECT_EQ(test, limit_of(test, xe), 150 * MEGA);
	KUNIT_EXPECT_NE(test, xe_fake_peek(reg) & (PKG_PWR_LIM_1_TIME_X | PKG_PWR_LIM_1_TIME_Y), 0);
}

static void keep_it_on(u32 offset, u32 value)
{
	if (offset == BMG_PACKAGE_RAPL_LIMIT.offset)
		xe_fake_poke(offset, value | PKG_PWR_LIM_1_EN);
}

/* Not every card can do without: then the limit stays as it is, also behind a loss of power. */
static void test_stays_on(struct kunit *test)
{
	struct xe_device *xe = make_device(test);

	KUNIT_EXPECT_EQ(test, set_limit(xe, 150 * MEGA), 0);
	xe_fake_on_write(keep_it_on);
	KUNIT_EXPECT_EQ(test, set_limit(xe, 0), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, limit_of(test, xe), 150 * MEGA);
	xe_fake_scoped(hw, xe)
		xe_sensors_restore(hw);
	KUNIT_EXPECT_EQ(test, limit_of(test, xe), 150 * MEGA);
}

static struct kunit_case sensors_cases[] = {
	KUNIT_CASE_PARAM(test_parts, part_gen_params),
	KUNIT_CASE(test_limit),
	KUNIT_CASE(test_restore),
	KUNIT_CASE(test_stays_on),
	{ }
};

static struct kunit_suite sensors_suite = {
	.name = "xe_sensors",
	.test_cases = sensors_cases,
};

kunit_test_suite(sensors_suite);
