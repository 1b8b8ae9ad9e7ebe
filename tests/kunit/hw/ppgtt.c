// SPDX-License-Identifier: MIT
/*
 * Page tables are written: all of it, in order, and not too much at once.
 */

#include "../../../hw/ppgtt.c"

#include <kunit/test.h>

#include "regs/mem.h"
#include "tests/kunit/fake.h"

#define RUNS	170u
#define ENTRIES	512u
#define MANY	(RUNS * ENTRIES)	/* more than in one section, and half as much again */

static struct xe_device *device(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	int err = -ENODEV;

	xe_fake_scoped(hw, xe)
		err = xe_vram_bar_map(hw);
	KUNIT_ASSERT_EQ(test, err, 0);
	return xe;
}

static void add_runs(struct kunit *test, struct list_head *list, unsigned int count,
		     struct xe_pt_run run)
{
	struct xe_pt_runs *runs = kmalloc(struct_size(runs, run, count), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, runs);
	runs->size = count;
	for (runs->used = 0; runs->used < count; run.at += run.count * sizeof(u64))
		runs->run[runs->used++] = run;
	list_add_tail(&runs->link, list);
}

static void plan_init(struct xe_pt_plan *plan)
{
	*plan = (struct xe_pt_plan){};
	INIT_LIST_HEAD(&plan->offline);
	INIT_LIST_HEAD(&plan->online);
}

static bool write_part(struct xe_device *xe, struct xe_pt_plan *plan)
{
	bool more = false;

	xe_fake_scoped(hw, xe)
		more = xe_ppgtt_write(hw, plan);
	return more;
}

static u64 entry_at(struct xe_device *xe, u64 at)
{
	u64 value = 0;

	xe_fake_scoped(hw, xe)
		xe_vram_bar_read(hw, at, &value, sizeof(value));
	return value;
}

/* Tables, barrier, what leads to them, barrier. */
static void test_order(struct kunit *test)
{
	static const u32 expected[] = { 0x1901f8, 0x4000, 0x1901f8, 0x2008, 0x2000 };
	struct xe_device *xe = device(test);
	struct xe_pt_plan plan;
	u32 value;

	plan_init(&plan);
	add_runs(test, &plan.online, 1, (struct xe_pt_run){ .at = 0x4000, .pte = 5, .count = 1 });
	add_runs(test, &plan.offline, 1, (struct xe_pt_run){
		.at = 0x2000, .pte = BIT_ULL(61) + 7, .step = SZ_4K, .count = 2 });
	KUNIT_EXPECT_FALSE(test, write_part(xe, &plan));
	KUNIT_EXPECT_TRUE(test, plan.written);
	for (unsigned int i = 0; i < ARRAY_SIZE(expected); i++)
		KUNIT_EXPECT_EQ(test, xe_fake_written(i, &value), expected[i]);
	KUNIT_EXPECT_EQ(test, entry_at(xe, 0x2000), BIT_ULL(61) + 7);
	KUNIT_EXPECT_EQ(test, entry_at(xe, 0x2008), BIT_ULL(61) + 7 + SZ_4K);
	KUNIT_EXPECT_EQ(test, entry_at(xe, 0x4000), 5);
}

static void test_nothing(struct kunit *test)
{
	struct xe_device *xe = device(test);
	struct xe_pt_plan plan;

	plan_init(&plan);
	KUNIT_EXPECT_FALSE(test, write_part(xe, &plan));
	KUNIT_EXPECT_TRUE(test, plan.written);
}

static unsigned int count_written(struct xe_device *xe, u64 from, unsigned int count, u64 value)
{
	unsigned int written = 0;

	for (unsigned int i = 0; i < count; i++)
		written += entry_at(xe, from + i * sizeof(u64)) == value + i % ENTRIES;
	return written;
}

/* A part ends in the middle of a run, of a part of the list, or of the whole, and goes on there. */
static void test_parts(struct kunit *test)
{
	struct xe_device *xe = device(test);
	struct xe_pt_run run = { .pte = SZ_1M, .step = 1, .count = ENTRIES };
	u64 online = (MANY + 12) * sizeof(u64), second;
	struct xe_pt_plan plan;

	plan_init(&plan);
	add_runs(test, &plan.offline, RUNS / 2, run);
	run.at = RUNS / 2 * ENTRIES * sizeof(u64);
	add_runs(test, &plan.offline, RUNS / 2, run);
	run.at = online;
	run.pte = SZ_4M;
	add_runs(test, &plan.online, RUNS, run);

	KUNIT_EXPECT_TRUE(test, write_part(xe, &plan));
	KUNIT_EXPECT_EQ(test, count_written(xe, 0, MANY, SZ_1M), MAX_ENTRIES);
	KUNIT_EXPECT_EQ(test, count_written(xe, online, MANY, SZ_4M), 0);

	KUNIT_EXPECT_TRUE(test, write_part(xe, &plan));
	second = 2 * MAX_ENTRIES - MANY;
	KUNIT_EXPECT_EQ(test, count_written(xe, 0, MANY, SZ_1M), MANY);
	KUNIT_EXPECT_EQ(test, count_written(xe, online, MANY, SZ_4M), second);
	KUNIT_EXPECT_FALSE(test, plan.written);

	KUNIT_EXPECT_FALSE(test, write_part(xe, &plan));
	KUNIT_EXPECT_EQ(test, count_written(xe, online, MANY, SZ_4M), MANY);
	KUNIT_EXPECT_TRUE(test, plan.written);
}

static struct kunit_case ppgtt_cases[] = {
	KUNIT_CASE(test_order),
	KUNIT_CASE(test_nothing),
	KUNIT_CASE_SLOW(test_parts),
	{ }
};

static struct kunit_suite ppgtt_suite = {
	.name = "xe_ppgtt",
	.test_cases = ppgtt_cases,
};

kunit_test_suite(ppgtt_suite);
