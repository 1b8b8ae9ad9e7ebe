// SPDX-License-Identifier: MIT
/*
 * The table of workarounds: what a row may not say, and what becomes of rows.
 */

#include "../../../hw/wa.c"

#include <kunit/test.h>

#include "tests/kunit/fake.h"

static void test_rows(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];

		KUNIT_EXPECT_NE_MSG(test, row->versions, 0, "row %u is for no version", i);
		KUNIT_EXPECT_TRUE_MSG(test, IS_ALIGNED(row->offset, 4), "row %u", i);
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(row->reason, ": "),
					  "row %u does not give its reason as 'what: why'", i);
		KUNIT_EXPECT_NE_MSG(test, row->clear | row->set, 0, "row %u changes nothing", i);
		KUNIT_EXPECT_EQ_MSG(test, !row->classes,
				    row->scope == XE_WA_GT && !(row->flags & WHOLE_ENGINE_GT),
				    "row %u: engine classes", i);
		if (row->flags & MASKED)
			KUNIT_EXPECT_EQ_MSG(test, (row->clear | row->set) >> 16, 0,
					    "row %u: a masked register has 16 bits", i);
	}
}

static bool overlap(const struct row *a, const struct row *b)
{
	if (a->scope != b->scope || a->offset != b->offset || !(a->versions & b->versions))
		return false;
	return !a->classes || a->classes & b->classes;
}

/* Two rows may share a register, but neither bits nor an opinion of what kind of register it is. */
static void test_duplicates(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
		for (unsigned int j = i + 1; j < ARRAY_SIZE(rows); j++) {
			const struct row *a = &rows[i], *b = &rows[j];

			if (!overlap(a, b))
				continue;
			KUNIT_EXPECT_EQ_MSG(test, a->flags & FLAGS_OF_WRITE,
					    b->flags & FLAGS_OF_WRITE, "'%s', '%s'", a->reason,
					    b->reason);
			KUNIT_EXPECT_EQ_MSG(test, (a->clear | a->set) & (b->clear | b->set), 0,
					    "'%s', '%s' change the same bits", a->reason,
					    b->reason);
		}
}

struct version_case {
	u16 version;
	u8 step;
};

static const struct version_case version_cases[] = {
	{ 2001, 0 }, { 2001, 4 }, { 2004, 0 }, { 2004, 4 }, { 1301, 0 }, { 2000, 0 }, { 2000, 4 },
};

static void check_list(struct kunit *test, const struct xe_wa_list *list)
{
	for (unsigned int i = 0; i < list->count; i++) {
		KUNIT_EXPECT_EQ(test, list->writes[i].set & ~list->writes[i].clear, 0);
		for (unsigned int j = 0; j < i; j++)
			KUNIT_EXPECT_NE(test, list->writes[i].offset, list->writes[j].offset);
	}
}

/* Each register once, and all of them fit, for every version and class that there is. */
static void test_lists(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct xe_wa_list *list = kunit_kzalloc(test, sizeof(*list), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, list);
	xe_fake_scoped(hw, xe)
		for (size_t i = 0; i < ARRAY_SIZE(version_cases); i++) {
			struct xe_gt *gt = &xe_hw_state(hw)->gt[0];

			gt->version = version_cases[i].version;
			gt->step = version_cases[i].step;
			KUNIT_EXPECT_EQ(test, xe_wa_list(hw, gt, NULL, XE_WA_GT, list), 0);
			KUNIT_EXPECT_NE(test, list->count, 0);
			check_list(test, list);
			for (int class = 0; class < XE_ENGINE_CLASSES; class++) {
				struct xe_engine_row row = { .class = class, .base = 0x2000 };
				struct xe_engine engine = { .row = &row };

				KUNIT_EXPECT_EQ(test, xe_wa_list(hw, gt, &engine, XE_WA_ENGINE,
								 list), 0);
				check_list(test, list);
				KUNIT_EXPECT_EQ(test, xe_wa_list(hw, gt, &engine, XE_WA_CONTEXT,
								 list), 0);
				check_list(test, list);
			}
		}
}

static void test_merge(struct kunit *test)
{
	static const struct row low = { .offset = 0x10, .clear = 0xf, .set = 0x1 };
	static const struct row high = { .offset = 0x10, .clear = 0x10, .set = 0x20 };
	struct xe_wa_list list = { };

	KUNIT_EXPECT_EQ(test, add(&list, &low, 0x1000), 0);
	KUNIT_EXPECT_EQ(test, add(&list, &high, 0x1000), 0);
	KUNIT_EXPECT_EQ(test, list.count, 1);
	KUNIT_EXPECT_EQ(test, list.writes[0].offset, 0x1010);
	KUNIT_EXPECT_EQ(test, list.writes[0].clear, 0x3f);
	KUNIT_EXPECT_EQ(test, list.writes[0].set, 0x21);

	for (u32 base = 0; list.count < XE_WA_MAX_WRITES; base += 4)
		KUNIT_EXPECT_EQ(test, add(&list, &low, base), 0);
	KUNIT_EXPECT_EQ(test, add(&list, &low, 0x8000), -ENOSPC);
}

static struct kunit_case wa_cases[] = {
	KUNIT_CASE(test_rows),
	KUNIT_CASE(test_duplicates),
	KUNIT_CASE(test_lists),
	KUNIT_CASE(test_merge),
	{ }
};

static struct kunit_suite wa_suite = {
	.name = "xe_wa",
	.test_cases = wa_cases,
};

kunit_test_suite(wa_suite);
