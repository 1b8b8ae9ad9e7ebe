// SPDX-License-Identifier: MIT
/*
 * PCODE: what it answers, and how the driver waits for a card that initialises itself.
 */

#include "../../../hw/pcode.c"

#include <kunit/test.h>

#include "tests/kunit/fake.h"
#include "xe_platform.h"

#define COMMAND	PCODE_POWER_SETUP	/* one as any other */

static struct {
	u32 code, data;
	bool never;
	unsigned int not_yet;	/* requests */
	unsigned long not_before;	/* jiffies */
} power;

static void answer(u32 offset, u32 value)
{
	if (offset != PCODE_MAILBOX.offset || !(value & PCODE_READY) || power.never)
		return;
	xe_fake_poke(PCODE_DATA0.offset, power.not_yet || time_before(jiffies, power.not_before) ?
		     0 : power.data);
	xe_fake_poke(PCODE_MAILBOX.offset, power.code);
	power.not_yet -= !!power.not_yet;
}

static struct xe_device *card(struct kunit *test)
{
	static const struct xe_platform discrete = { .is_discrete = true };
	struct xe_device *xe = xe_fake_device(test);

	xe->platform = &discrete;
	memset(&power, 0, sizeof(power));
	power.not_before = jiffies;
	xe_fake_on_write(answer);
	xe_fake_scoped(hw, xe)
		mutex_init(&xe_hw_state(hw)->pcode_lock);
	return xe;
}

struct answer_case {
	const char *name;
	u32 code;
	int err;
};

static const struct answer_case answer_cases[] = {
	{ "done", 0, 0 },
	{ "illegal command", 1, -ENXIO },
	{ "illegal data", 3, -EINVAL },
	{ "locked", 6, -EBUSY },
	{ "rejected", 0x11, -EACCES },
	{ "nonsense", 0x55, -EPROTO },
};

KUNIT_ARRAY_PARAM_DESC(answer, answer_cases, name);

static void test_answer(struct kunit *test)
{
	const struct answer_case *c = test->param_value;
	struct xe_device *xe = card(test);
	u32 data = 3;

	power.code = c->code;
	power.data = 77;
	xe_fake_scoped(hw, xe)
		KUNIT_EXPECT_EQ(test, xe_pcode_read(hw, COMMAND, &data, NULL), c->err);
	KUNIT_EXPECT_EQ(test, data, c->err ? 3 : 77);
}

/* It is busy, it never answers, it is gone. */
static void test_no_answer(struct kunit *test)
{
	struct xe_device *xe = card(test);
	ktime_t start = ktime_get();
	u32 data = 3;

	xe_fake_scoped(hw, xe) {
		power.never = true;
		KUNIT_EXPECT_EQ(test, xe_pcode_read(hw, COMMAND, &data, NULL), -ETIMEDOUT);
		KUNIT_EXPECT_EQ(test, xe_pcode_read(hw, COMMAND, &data, NULL), -EAGAIN);
		xe_fake_vanish(0);
		KUNIT_EXPECT_EQ(test, xe_pcode_read(hw, COMMAND, &data, NULL), -ENODEV);
	}
	KUNIT_EXPECT_EQ(test, data, 3);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), start), 1000);
}

static void test_ready(struct kunit *test)
{
	struct xe_device *xe = card(test);

	power.data = PCODE_INIT_DONE;
	power.not_yet = 4;
	xe_fake_scoped(hw, xe) {
		KUNIT_EXPECT_EQ(test, xe_pcode_wait_ready(hw, 10), 0);
		KUNIT_EXPECT_EQ(test, power.not_yet, 0);
		power.not_yet = UINT_MAX;
		KUNIT_EXPECT_EQ(test, xe_pcode_wait_ready(hw, 0), -ETIMEDOUT);
		power.code = 6;
		KUNIT_EXPECT_EQ(test, xe_pcode_wait_ready(hw, 0), -EBUSY);
		xe_fake_vanish(0);
		KUNIT_EXPECT_EQ(test, xe_pcode_wait_ready(hw, 10), -ENODEV);
	}
}

/* A minute of it is no burden: the card is asked 50 times a second. */
static void test_memory(struct kunit *test)
{
	struct xe_device *xe = card(test);
	u32 before;

	xe_fake_scoped(hw, xe) {
		before = xe_fake_accesses();
		KUNIT_EXPECT_EQ(test, xe_pcode_wait_memory(hw, 1), -ETIMEDOUT);
		KUNIT_EXPECT_LE(test, xe_fake_accesses() - before, 110);
		xe_fake_poke(GU_CNTL.offset, LMEM_INIT);
		KUNIT_EXPECT_EQ(test, xe_pcode_wait_memory(hw, 0), 0);
		xe_fake_vanish(0);
		KUNIT_EXPECT_EQ(test, xe_pcode_wait_memory(hw, 10), -ENODEV);
	}
}

/* A section may be waiting for it, and who unbinds the driver: PCODE and memory have one time. */
static void test_power_on(struct kunit *test)
{
	struct xe_device *xe = card(test);
	ktime_t start = ktime_get();

	power.data = PCODE_INIT_DONE;
	power.not_before = jiffies + 2 * HZ;
	xe_fake_scoped(hw, xe) {
		KUNIT_EXPECT_EQ(test, xe_pcode_wait_power_on(hw, 3), -ETIMEDOUT);
		KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), start), 2500);
		KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), start), 4500);
		xe_fake_poke(GU_CNTL.offset, LMEM_INIT);
		KUNIT_EXPECT_EQ(test, xe_pcode_wait_power_on(hw, 0), 0);
		xe_fake_vanish(0);
		KUNIT_EXPECT_EQ(test, xe_pcode_wait_power_on(hw, 10), -ENODEV);
	}
}

static void leave(struct kunit *test)
{
	xe_fake_on_write(NULL);
}

static struct kunit_case pcode_cases[] = {
	KUNIT_CASE_PARAM(test_answer, answer_gen_params),
	KUNIT_CASE(test_no_answer),
	KUNIT_CASE(test_ready),
	KUNIT_CASE(test_memory),
	KUNIT_CASE_SLOW(test_power_on),
	{ }
};

static struct kunit_suite pcode_suite = {
	.name = "xe_pcode",
	.exit = leave,
	.test_cases = pcode_cases,
};

kunit_test_suite(pcode_suite);
