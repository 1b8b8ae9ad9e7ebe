// SPDX-License-Identifier: MIT
/*
 * Who may have how many contexts, and keep others waiting for how long.
 */

#include <linux/jiffies.h>

#define get_jiffies_64	fake_jiffies

static u64 fake_jiffies(void);

#include "../../xe_usage.c"

#include <kunit/test.h>

#define FILES	12

static u64 now;		/* in jiffies */

static u64 fake_jiffies(void)
{
	return now;
}

struct world {
	struct xe_usages usages;
	struct xe_usage *file[FILES];
};

static struct world *new_world(struct kunit *test)
{
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	now = 1000;
	xe_usages_init(&w->usages);
	for (unsigned int i = 0; i < FILES; i++) {
		w->file[i] = xe_usage_create(&w->usages);
		KUNIT_ASSERT_NOT_NULL(test, w->file[i]);
		KUNIT_EXPECT_TRUE(test, uid_eq(w->file[i]->user->uid, current_euid()));
		KUNIT_EXPECT_PTR_EQ(test, w->file[i]->user, w->file[0]->user);
	}
	return w;
}

/* A file of another user in the place of one that has nothing. */
static void of_user(struct kunit *test, struct world *w, unsigned int file, unsigned int uid)
{
	xe_usage_put(w->file[file]);
	w->file[file] = create(&w->usages, KUIDT_INIT(uid));
	KUNIT_ASSERT_NOT_NULL(test, w->file[file]);
}

static void end_world(struct kunit *test, struct world *w)
{
	for (unsigned int i = 0; i < FILES; i++) {
		for (unsigned int what = 0; what < XE_USAGE_SHARES; what++)
			xe_usage_give(w->file[i], what, w->file[i]->share[what]);
		KUNIT_EXPECT_EQ(test, kref_read(&w->file[i]->ref), 1);
		xe_usage_put(w->file[i]);
	}
	for (unsigned int what = 0; what < XE_USAGE_SHARES; what++)
		KUNIT_EXPECT_EQ(test, w->usages.share[what], 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&w->usages.users));
}

static unsigned int take_all(struct world *w, unsigned int file, unsigned int slots)
{
	unsigned int n = 0;

	while (xe_usage_take(w->file[file], XE_USAGE_SLOTS, slots))
		n += slots;
	return n;
}

/* A file has a third, and one that comes later a third of what is left to its user. */
static void test_files(struct kunit *test)
{
	struct world *w = new_world(test);

	KUNIT_EXPECT_EQ(test, take_all(w, 0, 1), 5440);	/* IGT makes 4096 in one file */
	KUNIT_EXPECT_EQ(test, take_all(w, 1, 1), 1813);
	KUNIT_EXPECT_EQ(test, take_all(w, 2, 1), 604);
	KUNIT_EXPECT_EQ(test, take_all(w, 0, 1), 0);

	xe_usage_give(w->file[1], XE_USAGE_SLOTS, 1);
	KUNIT_EXPECT_EQ(test, w->file[1]->user->share[XE_USAGE_SLOTS], 5440 + 1812 + 604);

	/* What one gives back is there for all, but not all of it for one. */
	xe_usage_give(w->file[0], XE_USAGE_SLOTS, 5440);
	KUNIT_EXPECT_EQ(test, w->usages.share[XE_USAGE_SLOTS], 1812 + 604);
	KUNIT_EXPECT_EQ(test, take_all(w, 2, 1), (16320 - 2 * (1812 + 604) - 604) / 3);
	end_world(test, w);
}

/* Many files of a user have half, and those of another user half of what is left. */
static void test_users(struct kunit *test)
{
	struct world *w = new_world(test);
	unsigned int left = XE_USAGE_MAX_SLOTS;

	for (unsigned int user = 0; user < FILES / 4; user++) {
		unsigned int n = 0;

		for (unsigned int i = 4 * user; i < 4 * user + 4; i++) {
			of_user(test, w, i, 1000 + user);
			n += take_all(w, i, 1);
		}
		KUNIT_EXPECT_LE(test, n, left / 2);
		KUNIT_EXPECT_GE(test, n, left * 49 / 100);
		left -= n;
	}
	end_world(test, w);
}

/* Of a queue that has more than one all count, or none. */
static void test_width(struct kunit *test)
{
	struct world *w = new_world(test);

	KUNIT_EXPECT_EQ(test, take_all(w, 0, 9), 604 * 9);
	KUNIT_EXPECT_EQ(test, w->file[0]->share[XE_USAGE_SLOTS], 604 * 9);
	KUNIT_EXPECT_EQ(test, take_all(w, 0, 1), 5440 - 604 * 9);
	end_world(test, w);
}

/* What there is of one thing has nothing to do with what there is of another. */
static void test_starts(struct kunit *test)
{
	struct world *w = new_world(test);
	unsigned int n = 0, all = 0;

	KUNIT_EXPECT_EQ(test, take_all(w, 0, 1), 5440);
	while (xe_usage_take(w->file[0], XE_USAGE_STARTS, 1))
		n++;
	KUNIT_EXPECT_EQ(test, n, XE_USAGE_MAX_STARTS / 3);
	xe_usage_give(w->file[0], XE_USAGE_SLOTS, 5440);
	KUNIT_EXPECT_EQ(test, w->usages.share[XE_USAGE_STARTS], XE_USAGE_MAX_STARTS / 3);

	/* However many users there are, some are left for those who look whether they may. */
	for (unsigned int i = 0; i < FILES; i++) {
		if (i)
			of_user(test, w, i, 1000 + i);
		while (xe_usage_take(w->file[i], XE_USAGE_STARTS, 1))
			continue;
		all += w->file[i]->share[XE_USAGE_STARTS];
	}
	KUNIT_EXPECT_LT(test, all, XE_USAGE_MAX_STARTS);
	KUNIT_EXPECT_EQ(test, w->file[1]->share[XE_USAGE_STARTS], 57);
	end_world(test, w);
}

static void test_refused(struct kunit *test)
{
	static const unsigned int pauses[] = { 20, 40, 80, 160, 320, 640, 1000, 1000 };
	unsigned int refused = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(pauses); i++)
		KUNIT_EXPECT_EQ(test, xe_usage_refused(&refused), pauses[i]);
	refused = UINT_MAX;
	KUNIT_EXPECT_EQ(test, xe_usage_refused(&refused), 1000);
}

/* Whoever makes a user namespace has all users in it, but of those that the system makes. */
static void test_namespaces(struct kunit *test)
{
	static struct user_namespace outer = { .parent = &init_user_ns };
	static struct user_namespace inner = { .parent = &outer };
	struct cred cred = { .euid = KUIDT_INIT(101001), .user_ns = &init_user_ns };

	outer.owner = KUIDT_INIT(1000);
	inner.owner = KUIDT_INIT(101000);
	KUNIT_EXPECT_EQ(test, __kuid_val(who_pays(&cred)), 101001);
	cred.user_ns = &inner;
	KUNIT_EXPECT_EQ(test, __kuid_val(who_pays(&cred)), 1000);
	outer.owner = GLOBAL_ROOT_UID;
	KUNIT_EXPECT_EQ(test, __kuid_val(who_pays(&cred)), 101000);
	inner.owner = GLOBAL_ROOT_UID;
	KUNIT_EXPECT_EQ(test, __kuid_val(who_pays(&cred)), 101001);
}

/* The driver's own are few, and not counted. */
static void test_driver(struct kunit *test)
{
	struct world *w = new_world(test);

	KUNIT_EXPECT_EQ(test, take_all(w, 0, 1), 5440);
	KUNIT_EXPECT_TRUE(test, xe_usage_take(NULL, XE_USAGE_SLOTS, 1));
	xe_usage_give(NULL, XE_USAGE_SLOTS, 1);
	end_world(test, w);
}

/* What is lost is paid back in twenty times the time, and never more than all of it is lost. */
static void test_patience(struct kunit *test)
{
	struct world *w = new_world(test);
	struct xe_usage *usage = w->file[0];

	KUNIT_EXPECT_EQ(test, xe_usage_patience(usage), 30 * HZ);
	KUNIT_EXPECT_FALSE(test, xe_usage_lost_patience(usage, 10 * HZ));
	KUNIT_EXPECT_EQ(test, xe_usage_patience(usage), 20 * HZ);
	KUNIT_EXPECT_EQ_MSG(test, xe_usage_patience(w->file[1]), 30 * HZ, "another client");
	now += 100 * HZ;
	KUNIT_EXPECT_EQ(test, xe_usage_patience(usage), 25 * HZ);
	KUNIT_EXPECT_FALSE(test, xe_usage_lost_patience(usage, 25 * HZ));
	KUNIT_EXPECT_EQ(test, xe_usage_patience(usage), HZ / 10);
	KUNIT_EXPECT_TRUE(test, xe_usage_lost_patience(usage, HZ / 10));
	now += 200 * HZ;
	KUNIT_EXPECT_EQ(test, xe_usage_patience(usage), 10 * HZ);
	KUNIT_EXPECT_TRUE_MSG(test, xe_usage_lost_patience(usage, 10 * HZ), "it is hardly paid");

	for (int i = 0; i < 100; i++)
		xe_usage_lost_patience(usage, xe_usage_patience(usage));
	xe_usage_lost_patience(usage, 30 * HZ);
	KUNIT_EXPECT_EQ(test, xe_usage_patience(usage), HZ / 10);
	now += HZ;
	KUNIT_EXPECT_EQ_MSG(test, xe_usage_patience(usage), HZ / 10, "not a twentieth");
	now += 199 * HZ;
	KUNIT_EXPECT_EQ(test, xe_usage_patience(usage), 10 * HZ);
	now += 400 * HZ;
	KUNIT_EXPECT_EQ(test, xe_usage_patience(usage), 30 * HZ);
	now += 1000 * HZ;
	KUNIT_EXPECT_EQ_MSG(test, xe_usage_patience(usage), 30 * HZ, "none is saved up");

	xe_usage_lost_patience(NULL, 30 * HZ);
	KUNIT_EXPECT_EQ(test, xe_usage_patience(NULL), 30 * HZ);
	now += 6000 * HZ;
	end_world(test, w);
}

/* Ten clients have as much as all of a user, and others have theirs. */
static void test_patience_of_users(struct kunit *test)
{
	struct world *w = new_world(test);

	of_user(test, w, 11, 1000);
	for (unsigned int i = 0; i < 10; i++) {
		KUNIT_EXPECT_EQ(test, xe_usage_patience(w->file[i]), 30 * HZ);
		xe_usage_lost_patience(w->file[i], 30 * HZ);
	}
	KUNIT_EXPECT_EQ_MSG(test, xe_usage_patience(w->file[10]), HZ, "it was others");
	KUNIT_EXPECT_FALSE(test, xe_usage_lost_patience(w->file[10], HZ));
	KUNIT_EXPECT_EQ_MSG(test, xe_usage_patience(w->file[10]), HZ / 10, "once");
	KUNIT_EXPECT_TRUE(test, xe_usage_lost_patience(w->file[10], HZ / 10));
	KUNIT_EXPECT_EQ(test, xe_usage_patience(w->file[0]), HZ / 10);
	KUNIT_EXPECT_EQ(test, xe_usage_patience(w->file[11]), 30 * HZ);
	now += 100 * HZ;
	KUNIT_EXPECT_EQ(test, xe_usage_patience(w->file[10]), 5 * HZ);
	KUNIT_EXPECT_EQ(test, xe_usage_patience(w->file[0]), 5 * HZ);
	now += 500 * HZ;
	KUNIT_EXPECT_EQ(test, xe_usage_patience(w->file[0]), 30 * HZ);
	xe_usage_lost_patience(w->file[0], 30 * HZ);
	KUNIT_EXPECT_EQ(test, xe_usage_patience(w->file[1]), HZ);
	now += 6000 * HZ;
	end_world(test, w);
}

/* Who closes all his files has to pay back as well, and is forgotten then, or with the device. */
static void test_patience_of_gone(struct kunit *test)
{
	struct world *w = new_world(test);

	for (unsigned int i = 0; i < 10; i++) {
		of_user(test, w, 0, 1000);
		KUNIT_EXPECT_EQ(test, xe_usage_patience(w->file[0]), 30 * HZ);
		xe_usage_lost_patience(w->file[0], 30 * HZ);
	}
	of_user(test, w, 0, 1001);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&w->usages.users), 3);
	of_user(test, w, 0, 1000);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&w->usages.users), 2);
	KUNIT_EXPECT_EQ(test, xe_usage_patience(w->file[0]), HZ);

	of_user(test, w, 0, 1001);
	now += 6000 * HZ - 1;
	of_user(test, w, 1, 1001);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&w->usages.users), 3);
	now++;
	of_user(test, w, 2, 1001);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&w->usages.users), 2);

	for (unsigned int i = 0; i < FILES; i++) {
		xe_usage_lost_patience(w->file[i], 30 * HZ);
		xe_usage_put(w->file[i]);
	}
	KUNIT_EXPECT_EQ(test, list_count_nodes(&w->usages.users), 2);
	xe_usages_fini(&w->usages);
	KUNIT_EXPECT_TRUE(test, list_empty(&w->usages.users));
}

static struct kunit_case usage_cases[] = {
	KUNIT_CASE(test_files),
	KUNIT_CASE(test_users),
	KUNIT_CASE(test_width),
	KUNIT_CASE(test_starts),
	KUNIT_CASE(test_refused),
	KUNIT_CASE(test_patience),
	KUNIT_CASE(test_patience_of_users),
	KUNIT_CASE(test_patience_of_gone),
	KUNIT_CASE(test_namespaces),
	KUNIT_CASE(test_driver),
	{ }
};

static struct kunit_suite usage_suite = {
	.name = "xe_usage",
	.test_cases = usage_cases,
};

kunit_test_suite(usage_suite);
