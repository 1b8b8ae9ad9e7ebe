// SPDX-License-Identifier: MIT
/*
 * Units of sensors.
 */

#include "../../../hw/sensors.c"

#include <kunit/test.h>

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

static struct kunit_case sensors_cases[] = {
	KUNIT_CASE_PARAM(test_parts, part_gen_params),
	{ }
};

static struct kunit_suite sensors_suite = {
	.name = "xe_sensors",
	.test_cases = sensors_cases,
};

kunit_test_suite(sensors_suite);
