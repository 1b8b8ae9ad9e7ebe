// SPDX-License-Identifier: MIT
/*
 * Invalidations: the ranges that a GuC knows, and what ends one that was asked for.
 */

#include "guc/ct.h"
#include "xe_guc.h"

static int fake_post(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len,
		     struct xe_ct_wait *wait, u32 words);

static void fake_receive(struct xe_hw hw, struct xe_gt *gt);

#define xe_guc_ct_post			fake_post
#define xe_guc_ct_receive(hw, gt)	fake_receive(hw, gt)

#include "../../../guc/tlb.c"

#undef xe_guc_ct_post
#undef xe_guc_ct_receive

#include <linux/prandom.h>

#include <kunit/test.h>

#include "tests/kunit/fake.h"
#include "xe_hw_private.h"

/*
 * Ranges
 */

struct range_case {
	const char *name;
	u64 start, size;
	u64 from;
	unsigned int order;
};

static const struct range_case range_cases[] = {
	{ "a page", SZ_4K, SZ_4K, SZ_4K, 0 },
	{ "less than a page", SZ_4K + 8, 8, SZ_4K, 0 },
	{ "two pages", SZ_8K, SZ_8K, SZ_8K, 1 },
	{ "two pages that are not aligned", SZ_4K, SZ_8K, 0, 2 },
	{ "over a boundary of 1 MiB", SZ_1M - SZ_4K, SZ_8K, 0, 12 },
	{ "1 MiB", SZ_1M, SZ_1M, SZ_1M, 8 },
	{ "more than 1 MiB", SZ_16M, SZ_1M + 1, SZ_16M, 12 },
	{ "2 MiB", SZ_32M + SZ_2M, SZ_2M, SZ_32M, 12 },
	{ "4 MiB", SZ_4M, SZ_4M, 0, 12 },
	{ "8 MiB", SZ_8M, SZ_8M, 0, 12 },
	{ "16 MiB", SZ_16M, SZ_16M, SZ_16M, 12 },
	{ "32 MiB", SZ_32M, SZ_32M, SZ_32M, 13 },
	{ "over half of the space", (1ull << 47) - SZ_4K, SZ_8K, 0, 36 },
	{ "the last page", (1ull << 48) - SZ_4K, SZ_4K, (1ull << 48) - SZ_4K, 0 },
	{ "all", 0, 1ull << 48, 0, 36 },
	{ "the VM", SZ_1G, 0, 0, 36 },
};

KUNIT_ARRAY_PARAM_DESC(range, range_cases, name);

static void test_range(struct kunit *test)
{
	const struct range_case *c = test->param_value;
	struct xe_tlb_wait wait;

	set_range(&wait, c->start, c->size);
	KUNIT_EXPECT_EQ(test, wait.start, c->from);
	KUNIT_EXPECT_EQ(test, wait.order, c->order);
}

/* Of 48 bits, small ones as often as large ones. */
static u64 random_address(struct rnd_state *rnd)
{
	u64 address = (u64)prandom_u32_state(rnd) << 16;

	return address >> prandom_u32_state(rnd) % 48;
}

/* Whatever it is: legal, and nothing is left out. */
static void test_range_random(struct kunit *test)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 4711);
	for (unsigned int i = 0; i < 100000; i++) {
		u64 start = random_address(&rnd), size = 1 + random_address(&rnd), length;
		struct xe_tlb_wait wait;

		size = min(size, (1ull << 48) - start);
		set_range(&wait, start, size);
		length = (u64)SZ_4K << wait.order;
		KUNIT_ASSERT_LE(test, wait.order, 36);
		KUNIT_ASSERT_TRUE(test, wait.order < 9 || wait.order > 11);
		KUNIT_ASSERT_EQ(test, wait.start & (length - 1), 0);
		KUNIT_ASSERT_LE(test, wait.start, start);
		KUNIT_ASSERT_GE(test, wait.start + length, start + size);
	}
}

/*
 * A GuC that listens
 */

static struct {
	u32 request[8];
	unsigned int requests;
	u32 first, last;	/* numbers of requests */
	int err;
	unsigned int room;
} guc;

static int fake_post(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len,
		     struct xe_ct_wait *wait, u32 words)
{
	struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;

	lockdep_assert_held(&ct->send_lock);
	if (guc.err)
		return guc.err;
	if (!guc.room)
		return -EBUSY;
	guc.room--;
	memcpy(guc.request, action, len * sizeof(u32));
	if (!guc.requests++)
		guc.first = action[1];
	guc.last = action[1];
	if (wait)
		list_add_tail(&wait->link, &ct->waits);
	return 0;
}

struct asker {
	struct xe_tlb_wait wait;
	unsigned int done;
	int err;
};

static void asker_done(struct xe_tlb_wait *wait, int err)
{
	struct asker *user = container_of(wait, struct asker, wait);

	user->done++;
	user->err = err;
}

static void ask(struct xe_hw hw, struct asker *user)
{
	*user = (struct asker){ .wait.done = asker_done, .err = 1 };
	xe_guc_tlb_invalidate_vm(hw, &xe_hw_state(hw)->gt[0], 7, SZ_4K, SZ_4K, &user->wait);
}

static struct xe_gt *begin(struct kunit *test, struct xe_device *xe, struct xe_hw hw)
{
	struct xe_hw_state *state = xe_hw_state(hw);

	xe_fake_channel(test, xe, hw);
	state->num_gts = 1;
	xe_guc(hw, &state->gt[0])->tlb.killed = 0;
	xe_guc(hw, &state->gt[0])->tlb.sequence = 0;
	disable_work_sync(&xe->guc_owed.work.work);
	memset(&guc, 0, sizeof(guc));
	guc.room = UINT_MAX;
	return &state->gt[0];
}

static void end(struct kunit *test, struct xe_device *xe, struct xe_hw hw)
{
	struct xe_guc *of_gt = xe_guc(hw, &xe_hw_state(hw)->gt[0]);

	KUNIT_EXPECT_TRUE(test, list_empty(&of_gt->tlb.owed));
	KUNIT_EXPECT_TRUE(test, list_empty(&of_gt->tlb.asked));
	KUNIT_EXPECT_EQ(test, atomic_read(&xe->guc_owed.count), 0);
	KUNIT_EXPECT_EQ(test, xe_hw_of(xe)->keep_awake, 0);
	memset(&of_gt->ct.buf, 0, sizeof(of_gt->ct.buf));
}

static void expect(struct kunit *test, const struct asker *users, unsigned int num,
		   unsigned int done, int err)
{
	for (unsigned int i = 0; i < num; i++) {
		KUNIT_EXPECT_EQ_MSG(test, users[i].done, i < done, "user %u", i);
		KUNIT_EXPECT_EQ_MSG(test, users[i].err, i < done ? err : 1, "user %u", i);
	}
}

/* An answer ends what was asked for up to it; one to what was not asked for breaks the channel. */
static void test_answers(struct kunit *test)
{
	static const u32 words[] = { 0x7000, 1, 1 | BIT(31), 7, SZ_4K, 0, 0 };
	struct xe_device *xe = xe_fake_device(test);
	struct asker users[4];

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = begin(test, xe, hw);
		u32 number;

		ask(hw, &users[0]);
		KUNIT_EXPECT_MEMEQ(test, guc.request, words, sizeof(words));
		for (unsigned int i = 1; i < 4; i++)
			ask(hw, &users[i]);
		KUNIT_EXPECT_EQ(test, guc.last, 4);
		expect(test, users, 4, 0, 0);
		number = 1;
		KUNIT_EXPECT_EQ(test, invalidated(hw, gt, &number), 0);
		expect(test, users, 4, 1, 0);
		KUNIT_EXPECT_EQ(test, invalidated(hw, gt, &number), 0);
		expect(test, users, 4, 1, 0);
		number = 3;
		KUNIT_EXPECT_EQ(test, invalidated(hw, gt, &number), 0);
		expect(test, users, 4, 3, 0);
		number = 5;
		KUNIT_EXPECT_EQ(test, invalidated(hw, gt, &number), -EPIPE);
		expect(test, users, 4, 3, 0);
		xe_guc_tlb_reset_done(hw, gt);
		expect(test, users, 4, 4, 0);
		end(test, xe, hw);
	}
	KUNIT_EXPECT_EQ(test, xe_fake_resets(xe), 1);
}

static void test_nonsense(struct kunit *test)
{
	static const u32 numbers[] = { 0, 2, GUC_TLB_SEQUENCE_END, ~0u };
	struct xe_device *xe = xe_fake_device(test);
	struct asker user;

	for (unsigned int i = 0; i < ARRAY_SIZE(numbers); i++) {
		xe_fake_scoped(hw, xe) {
			struct xe_gt *gt = begin(test, xe, hw);

			ask(hw, &user);
			KUNIT_EXPECT_EQ(test, invalidated(hw, gt, &numbers[i]), -EPIPE);
			KUNIT_EXPECT_EQ(test, user.done, 0);
			xe_guc_tlb_reset_done(hw, gt);
			end(test, xe, hw);
		}
		KUNIT_EXPECT_EQ(test, xe_fake_resets(xe), 1);
	}
}

/* Numbers start over, those of the GGTT among them, and none is left out. */
static void test_starts_over(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct asker users[3];

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = begin(test, xe, hw);
		struct xe_ct_wait wait = { .what = XE_CT_TLB };
		u32 number = 1;

		xe_guc(hw, gt)->tlb.sequence = GUC_TLB_SEQUENCE_END - 3;
		init_completion(&wait.done);
		ask(hw, &users[0]);
		KUNIT_EXPECT_EQ(test, post_ggtt(hw, gt, &wait), 0);
		ask(hw, &users[1]);
		guc.room = 0;
		ask(hw, &users[2]);
		KUNIT_EXPECT_EQ(test, guc.first, GUC_TLB_SEQUENCE_END - 2);
		KUNIT_EXPECT_EQ(test, wait.id, GUC_TLB_SEQUENCE_END - 1);
		KUNIT_EXPECT_EQ(test, guc.last, 1);
		KUNIT_EXPECT_EQ(test, invalidated(hw, gt, &number), 0);
		KUNIT_EXPECT_TRUE(test, completion_done(&wait.done));
		expect(test, users, 3, 2, 0);
		guc.room = 1;
		xe_guc_tlb_catch_up(hw, gt);
		KUNIT_EXPECT_EQ(test, guc.last, 2);
		number = 2;
		KUNIT_EXPECT_EQ(test, invalidated(hw, gt, &number), 0);
		expect(test, users, 3, 3, 0);
		end(test, xe, hw);
	}
}

/* Room that an answer has made is used at once, not when somebody comes by or a timer ends. */
static void test_room(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct work_struct *work = &xe->guc_owed.work.work;
	struct asker users[3];

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = begin(test, xe, hw);
		u32 number = 1;

		timer_delete_sync(&xe->guc_owed.timer);
		guc.room = 2;
		for (unsigned int i = 0; i < 3; i++)
			ask(hw, &users[i]);
		timer_delete_sync(&xe->guc_owed.timer);
		KUNIT_EXPECT_EQ(test, guc.requests, 2);

		/* The work that is asked for now has to wait until it was looked at. */
		enable_work(work);
		KUNIT_EXPECT_FALSE(test, work_pending(work));
		KUNIT_EXPECT_EQ(test, invalidated(hw, gt, &number), 0);
		KUNIT_EXPECT_TRUE(test, cancel_work_sync(work));
		guc.room = 1;
		xe_guc_tlb_catch_up(hw, gt);
		KUNIT_EXPECT_EQ(test, guc.requests, 3);

		/* With nothing owed there is nothing to be done. */
		number = 2;
		KUNIT_EXPECT_EQ(test, invalidated(hw, gt, &number), 0);
		KUNIT_EXPECT_FALSE(test, cancel_work_sync(work));
		disable_work_sync(work);
		number = 3;
		KUNIT_EXPECT_EQ(test, invalidated(hw, gt, &number), 0);
		expect(test, users, 3, 3, 0);
		end(test, xe, hw);
	}
}

/* A channel that is broken, down and up again ends nothing; what was asked is asked again. */
static void test_channel_lost(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct asker users[4];

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = begin(test, xe, hw);
		struct xe_guc_ct *ct = &xe_guc(hw, gt)->ct;
		u32 number = 7;

		for (unsigned int i = 0; i < 3; i++)
			ask(hw, &users[i]);
		guc.err = -EPIPE;
		xe_guc_ct_break(hw, gt, "as the test wants it");
		ask(hw, &users[3]);
		xe_guc_tlb_catch_up(hw, gt);
		xe_guc_ct_disable(hw, gt, -ECANCELED);
		expect(test, users, 4, 0, 0);

		guc.err = 0;
		ct->state = XE_CT_UP;
		xe_guc_tlb_ask_again(hw, gt);
		KUNIT_EXPECT_EQ(test, guc.requests, 7);
		KUNIT_EXPECT_EQ(test, guc.last, 7);
		KUNIT_EXPECT_PTR_EQ(test, list_first_entry(&xe_guc(hw, gt)->tlb.asked,
							   struct xe_tlb_wait, link),
				    &users[0].wait);
		KUNIT_EXPECT_EQ(test, invalidated(hw, gt, &number), 0);
		expect(test, users, 4, 4, 0);
		end(test, xe, hw);
	}
}

/* A reset ends all, asked for or owed. */
static void test_reset(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct asker users[4];

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = begin(test, xe, hw);

		guc.room = 2;
		for (unsigned int i = 0; i < 4; i++)
			ask(hw, &users[i]);
		KUNIT_EXPECT_EQ(test, guc.requests, 2);
		expect(test, users, 4, 0, 0);
		xe_guc_tlb_reset_done(hw, gt);
		expect(test, users, 4, 4, 0);
		end(test, xe, hw);
	}
}

/* At the end all are told so, and who comes later as well. */
static void test_kill(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct asker users[4];

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = begin(test, xe, hw);

		guc.room = 2;
		for (unsigned int i = 0; i < 3; i++)
			ask(hw, &users[i]);
		xe_guc_tlb_kill(hw, gt, -ENODEV);
		expect(test, users, 3, 3, -ENODEV);
		ask(hw, &users[3]);
		expect(test, users, 4, 4, -ENODEV);
		end(test, xe, hw);
	}
}

static void test_overdue(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct asker user;

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = begin(test, xe, hw);

		ask(hw, &user);
		xe_guc_tlb_catch_up(hw, gt);
		KUNIT_EXPECT_TRUE(test, xe_guc_ct_is_up(hw, gt));
		user.wait.deadline = jiffies;
		xe_guc_tlb_catch_up(hw, gt);
		KUNIT_EXPECT_FALSE(test, xe_guc_ct_is_up(hw, gt));
		KUNIT_EXPECT_EQ(test, user.done, 0);
		xe_guc_tlb_reset_done(hw, gt);
		end(test, xe, hw);
	}
	KUNIT_EXPECT_EQ(test, xe_fake_resets(xe), 1);
}

/* The number that is in the ring, of which no interrupt said anything. */
static u32 answered;

static void fake_receive(struct xe_hw hw, struct xe_gt *gt)
{
	if (answered)
		invalidated(hw, gt, &answered);
}

/*
 * The answer is there, and the interrupt was lost: nothing is overdue.
 *
 * Seen to fail: the GT was reset.
 */
static void test_not_overdue(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct asker user;

	xe_fake_scoped(hw, xe) {
		struct xe_gt *gt = begin(test, xe, hw);

		ask(hw, &user);
		user.wait.deadline = jiffies;
		answered = guc.last;
		xe_guc_tlb_catch_up(hw, gt);
		answered = 0;
		KUNIT_EXPECT_TRUE(test, xe_guc_ct_is_up(hw, gt));
		KUNIT_EXPECT_EQ(test, user.done, 1);
		end(test, xe, hw);
	}
	KUNIT_EXPECT_EQ(test, xe_fake_resets(xe), 0);
}

static struct kunit_case tlb_cases[] = {
	KUNIT_CASE_PARAM(test_range, range_gen_params),
	KUNIT_CASE(test_range_random),
	KUNIT_CASE(test_answers),
	KUNIT_CASE(test_nonsense),
	KUNIT_CASE(test_starts_over),
	KUNIT_CASE(test_room),
	KUNIT_CASE(test_channel_lost),
	KUNIT_CASE(test_reset),
	KUNIT_CASE(test_kill),
	KUNIT_CASE(test_overdue),
	KUNIT_CASE(test_not_overdue),
	{ }
};

static struct kunit_suite tlb_suite = {
	.name = "xe_tlb",
	.test_cases = tlb_cases,
};

kunit_test_suite(tlb_suite);
