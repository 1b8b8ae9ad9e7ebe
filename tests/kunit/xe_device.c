// SPDX-License-Identifier: MIT
/*
 * Counters of the card, continued.
 */

#include "../../xe_device.c"

#include <kunit/test.h>

struct counter_case {
	const char *name;
	u32 now;
	unsigned int power_losses;
	u64 total;
};

/* One counter, read again and again. */
static const struct counter_case counter_cases[] = {
	{ "counts", 0xfffffff0, 0, 0xfffffff0 },
	{ "goes round", 0x10, 0, 0x100000010 },
	{ "stands still", 0x10, 0, 0x100000010 },
	{ "may have lost its power, but has not", 0x20, 1, 0x100000020 },
	{ "began anew", 0x8, 2, 0x100000028 },
	{ "goes on from there", 0x9, 2, 0x100000029 },
	{ "goes round, in the same power cycle", 0x8, 2, 0x200000028 },
};

static void test_counter(struct kunit *test)
{
	struct xe_counter counter = {};

	for (unsigned int i = 0; i < ARRAY_SIZE(counter_cases); i++) {
		const struct counter_case *c = &counter_cases[i];

		KUNIT_EXPECT_EQ_MSG(test, xe_counter_advance(&counter, c->now, c->power_losses),
				    c->total, "%s", c->name);
	}
}

static struct kunit_case device_cases[] = {
	KUNIT_CASE(test_counter),
	{ }
};

static struct kunit_suite device_suite = {
	.name = "xe_device",
	.test_cases = device_cases,
};

kunit_test_suite(device_suite);
