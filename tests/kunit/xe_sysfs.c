// SPDX-License-Identifier: MIT
/*
 * Files below the PCI device: what may be written, and what they say while the card does not wake
 * up, and when it is gone.
 */

#include "submit/submit.h"
#include "xe_recovery.h"

static void fake_reset(struct xe_device *xe);

#define xe_recovery_reset_now(xe, gt)	fake_reset(xe)
#define xe_submit_has_contexts(...)	false

#include "../../xe_sysfs.c"

#undef xe_recovery_reset_now
#undef xe_submit_has_contexts

#include <kunit/test.h>

#include "tests/kunit/fake.h"

struct world {
	struct xe_device *xe;
	struct dir dir;
	char *buf;
};

static struct world *make_world(struct kunit *test)
{
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->xe = xe_fake_device(test);
	w->dir.xe = w->xe;
	KUNIT_ASSERT_EQ(test, drmm_mutex_init(&w->xe->drm, &w->xe->sysfs_lock), 0);
	KUNIT_ASSERT_EQ(test, drmm_mutex_init(&w->xe->drm, &w->xe->counters_lock), 0);
	ship_settings(w->xe);
	w->buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, w->buf);
	return w;
}

static ssize_t read_file(struct world *w, struct entry *file)
{
	return show(&w->dir.kobj, &file->attr, w->buf);
}

static ssize_t write_file(struct world *w, struct entry *file, const char *text)
{
	return store(&w->dir.kobj, &file->attr, text, strlen(text));
}

struct card_case {
	const char *name;
	struct entry *file;
};

static const struct card_case card_cases[] = {
	{ "act_freq", &freq_files[ACT] },
	{ "throttle/status", &throttle_files[0] },
	{ "gtidle/idle_status", &idle_files[IDLE_STATUS] },
	{ "gtidle/idle_residency_ms", &idle_files[IDLE_RESIDENCY] },
};

KUNIT_ARRAY_PARAM_DESC(card, card_cases, name);

/* Nothing is read of a card that does not wake up now, or is gone; and neither is what it was. */
static void test_asleep(struct kunit *test)
{
	const struct card_case *c = test->param_value;
	struct world *w = make_world(test);

	xe_fake_set_asleep(w->xe, true);
	KUNIT_EXPECT_EQ(test, read_file(w, c->file), -EAGAIN);
	xe_fake_set_asleep(w->xe, false);
	KUNIT_EXPECT_GT(test, read_file(w, c->file), 0);
	/* It goes while it is asked. */
	xe_fake_vanish(0);
	KUNIT_EXPECT_EQ(test, read_file(w, c->file), -ENODEV);
	KUNIT_EXPECT_EQ(test, read_file(w, c->file), -ENODEV);
}

struct sched_case {
	const char *text;
	u32 bound;
	int err;
};

/* Of the timeslice, in this order; what is refused changes nothing. */
static const struct sched_case sched_cases[] = {
	{ "2000", XE_SCHED_VALUE },
	{ "0", XE_SCHED_VALUE, -EINVAL },
	{ "10000001", XE_SCHED_VALUE, -EINVAL },
	{ "4294967296", XE_SCHED_VALUE, -EINVAL },
	{ "-1", XE_SCHED_VALUE, -EINVAL },
	{ "", XE_SCHED_VALUE, -EINVAL },
	{ "2000 us", XE_SCHED_VALUE, -EINVAL },
	{ "0", XE_SCHED_MIN, -EINVAL },
	{ "1000", XE_SCHED_MIN },
	{ "999", XE_SCHED_VALUE, -EINVAL },
	{ "999", XE_SCHED_MAX, -EINVAL },
	{ "10000001", XE_SCHED_MAX, -EINVAL },
	{ "3000", XE_SCHED_MAX },
	{ "3001", XE_SCHED_VALUE, -EINVAL },
	{ "3001", XE_SCHED_MIN, -EINVAL },
	{ "0xbb8\n", XE_SCHED_VALUE },
};

static void test_bounds(struct kunit *test)
{
	static_assert(XE_SCHED_MAX_US == 10000000);
	struct world *w = make_world(test);

	for (size_t i = 0; i < ARRAY_SIZE(sched_cases); i++) {
		const struct sched_case *c = &sched_cases[i];
		struct entry *file = &sched_files[WHAT(XE_SCHED_TIMESLICE_US, c->bound)];
		u32 now = setting(&w->dir, file->what)[c->bound];
		ssize_t ret = write_file(w, file, c->text);

		KUNIT_EXPECT_EQ_MSG(test, ret, c->err ?: (ssize_t)strlen(c->text), "%s", c->text);
		if (c->err)
			KUNIT_EXPECT_EQ_MSG(test, setting(&w->dir, file->what)[c->bound], now, "%s",
					    c->text);
	}
	read_file(w, &sched_files[WHAT(XE_SCHED_TIMESLICE_US, XE_SCHED_VALUE)]);
	KUNIT_EXPECT_STREQ(test, w->buf, "3000\n");
	read_file(w, &shipped_files[WHAT(XE_SCHED_TIMESLICE_US, XE_SCHED_VALUE)]);
	KUNIT_EXPECT_STREQ(test, w->buf, "1000\n");
	/* What is next to it. */
	read_file(w, &sched_files[WHAT(XE_SCHED_JOB_TIMEOUT_MS, XE_SCHED_MAX)]);
	KUNIT_EXPECT_STREQ(test, w->buf, "10000\n");
	read_file(w, &sched_files[WHAT(XE_SCHED_PREEMPT_TIMEOUT_US, XE_SCHED_VALUE)]);
	KUNIT_EXPECT_STREQ(test, w->buf, "640000\n");
}

/* The table is in the order of the settings, which the test above counts on. */
static void test_files(struct kunit *test)
{
	for (u32 i = 0; i < ARRAY_SIZE(sched_files); i++) {
		KUNIT_EXPECT_EQ(test, sched_files[i].what, i);
		KUNIT_EXPECT_EQ(test, shipped_files[i].what, i);
		KUNIT_EXPECT_STREQ(test, shipped_files[i].attr.name, sched_files[i].attr.name);
	}
	for (u32 i = 0; i < ARRAY_SIZE(freq_files); i++)
		KUNIT_EXPECT_EQ(test, freq_files[i].what, i);
}

/* The counter of 32 bits goes round, and the sum goes on. */
static void test_residency(struct kunit *test)
{
	struct world *w = make_world(test);

	w->xe->residency[0].last = -781250;
	xe_fake_poke(GT_GFX_RC6.offset, 781250);
	KUNIT_EXPECT_GT(test, read_file(w, &idle_files[IDLE_RESIDENCY]), 0);
	KUNIT_EXPECT_STREQ(test, w->buf, "2000\n");
}

/*
 * The number of compute engines
 */

static struct {
	unsigned int resets;
	bool lost, wedged;	/* what becomes of the card in one */
} reset;

static void fake_reset(struct xe_device *xe)
{
	reset.resets++;
	if (reset.wedged)
		atomic_set(&xe->wedged, 1);
	if (reset.lost)
		xe_fake_scoped(hw, xe)
			xe_hw_declare_lost(hw, "for the test");
}

static struct entry *ccs_mode(void)
{
	return &ccs_files[ARRAY_SIZE(ccs_files) - 1];
}

static struct world *make_slices(struct kunit *test)
{
	struct world *w = make_world(test);

	memset(&reset, 0, sizeof(reset));
	w->xe->gt[0].cslices = 4;
	w->xe->gt[0].ccs_mode = 1;
	return w;
}

static void test_engines(struct kunit *test)
{
	struct world *w = make_slices(test);

	KUNIT_EXPECT_EQ(test, write_file(w, ccs_mode(), "3"), -EINVAL);
	KUNIT_EXPECT_EQ(test, write_file(w, ccs_mode(), "0"), -EINVAL);
	KUNIT_EXPECT_EQ(test, write_file(w, ccs_mode(), "1"), 1);
	KUNIT_EXPECT_EQ(test, reset.resets, 0);
	KUNIT_EXPECT_EQ(test, write_file(w, ccs_mode(), "2"), 1);
	KUNIT_EXPECT_EQ(test, reset.resets, 1);
	KUNIT_EXPECT_GT(test, read_file(w, ccs_mode()), 0);
	KUNIT_EXPECT_STREQ(test, w->buf, "2\n");
}

static void test_engines_asleep(struct kunit *test)
{
	struct world *w = make_slices(test);

	xe_fake_set_asleep(w->xe, true);
	KUNIT_EXPECT_EQ(test, write_file(w, ccs_mode(), "2"), -EAGAIN);
	xe_fake_set_asleep(w->xe, false);
	KUNIT_EXPECT_EQ(test, reset.resets, 0);
	KUNIT_EXPECT_EQ(test, w->xe->gt[0].ccs_mode, 1);
}

/* It is told that the card does not have what was written. */
static void test_engines_wedged(struct kunit *test)
{
	struct world *w = make_slices(test);

	reset.wedged = true;
	KUNIT_EXPECT_EQ(test, write_file(w, ccs_mode(), "2"), -ECANCELED);
	KUNIT_EXPECT_EQ(test, write_file(w, ccs_mode(), "2"), -ECANCELED);
}

static void test_engines_lost(struct kunit *test)
{
	struct world *w = make_slices(test);

	reset.lost = true;
	KUNIT_EXPECT_EQ(test, write_file(w, ccs_mode(), "2"), -ENODEV);
	KUNIT_EXPECT_EQ(test, write_file(w, ccs_mode(), "2"), -ENODEV);
}

static struct kunit_case sysfs_cases[] = {
	KUNIT_CASE_PARAM(test_asleep, card_gen_params),
	KUNIT_CASE(test_bounds),
	KUNIT_CASE(test_files),
	KUNIT_CASE(test_residency),
	KUNIT_CASE(test_engines),
	KUNIT_CASE(test_engines_asleep),
	KUNIT_CASE(test_engines_wedged),
	KUNIT_CASE(test_engines_lost),
	{ }
};

static struct kunit_suite sysfs_suite = {
	.name = "xe_sysfs",
	.test_cases = sysfs_cases,
};

kunit_test_suite(sysfs_suite);
