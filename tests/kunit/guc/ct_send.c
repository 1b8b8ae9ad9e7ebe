// SPDX-License-Identifier: MIT
/*
 * The sending half of the channel: a ring that wraps and fills up, a GuC that does not read or
 * answer, and one that says that it read what it cannot have read.
 */

#include "guc/ct.h"
#include "xe_guc.h"

static void fake_receive(struct xe_hw hw, struct xe_gt *gt);

#define xe_guc_ct_receive	fake_receive

#include "../../../guc/ct_send.c"

#undef xe_guc_ct_receive

#include <kunit/test.h>

#include "regs/guc.h"
#include "tests/kunit/fake.h"

#define CANARY	0x5a5a5a5a

/*
 * A GuC that reads at the bell, and looks at what it reads
 */

static struct {
	struct xe_guc_ct *ct;
	bool reads;
	u32 head;
	unsigned int messages;
	const char *wrong;
} reader;

static u32 *desc_word(struct xe_guc_ct *ct, size_t offset)
{
	return ct->buf.cpu + CT_H2G_DESC + offset;
}

/* Messages of the test say in each word but the first which word of which message it is. */
static const char *look_at(const u32 *ring, u32 head, u32 len)
{
	if (head + 1 + len > CT_H2G_WORDS)
		return "a message is split by the end of the ring";
	if (FIELD_GET(HXG_ACTION, ring[head + 1]) != 0x42)
		return "an action came that was not sent";
	for (u32 i = 1; i < len; i++)
		if (ring[head + 1 + i] != (reader.messages << 8 | i))
			return "a word is not what was sent";
	return NULL;
}

static void read_all(u32 offset, u32 value)
{
	const u32 *ring = reader.ct->buf.cpu + CT_H2G_OFFSET;
	u32 tail = *desc_word(reader.ct, CT_DESC_TAIL);

	if (offset != GUC_HOST_INTERRUPT.offset || !reader.reads)
		return;
	while (reader.head != tail && !reader.wrong) {
		u32 len = FIELD_GET(CT_LENGTH, ring[reader.head]);

		if (len) {
			reader.wrong = look_at(ring, reader.head, len);
			reader.messages++;
		}
		reader.head = (reader.head + 1 + len) % CT_H2G_WORDS;
	}
	*desc_word(reader.ct, CT_DESC_HEAD) = reader.head;
}

static struct xe_guc_ct *channel(struct kunit *test, struct xe_device *xe, struct xe_hw hw,
				 bool reads)
{
	struct xe_guc_ct *ct = xe_fake_channel(test, xe, hw);

	memset(&reader, 0, sizeof(reader));
	reader.ct = ct;
	reader.reads = reads;
	*(u32 *)(ct->buf.cpu + CT_G2H_OFFSET) = CANARY;
	xe_fake_on_write(read_all);
	return ct;
}

static void channel_end(struct kunit *test, struct xe_guc_ct *ct)
{
	KUNIT_EXPECT_NULL_MSG(test, reader.wrong, "message %u: %s", reader.messages, reader.wrong);
	KUNIT_EXPECT_EQ_MSG(test, *(u32 *)(ct->buf.cpu + CT_G2H_OFFSET), CANARY,
			    "written behind the ring");
	xe_fake_on_write(NULL);
	memset(&ct->buf, 0, sizeof(ct->buf));
}

static int say(struct xe_hw hw, unsigned int number, unsigned int len)
{
	u32 action[CT_MAX_WORDS] = { 0x42 };

	for (unsigned int i = 1; i < len; i++)
		action[i] = number << 8 | i;
	return xe_guc_ct_send(hw, &xe_hw_state(hw)->gt[0], action, len);
}

/* All lengths, many times around: each message arrives once, whole and in order. */
static void test_wraps(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	unsigned int sent = 0;

	xe_fake_scoped(hw, xe) {
		struct xe_guc_ct *ct = channel(test, xe, hw, true);

		for (unsigned int round = 0; round < 3; round++)
			for (unsigned int len = 1; len < CT_MAX_WORDS; len++)
				KUNIT_ASSERT_EQ(test, say(hw, sent++, len), 0);
		KUNIT_EXPECT_EQ(test, reader.messages, sent);
		KUNIT_EXPECT_EQ(test, ct->sent, sent);
		KUNIT_EXPECT_EQ(test, ct->state, XE_CT_UP);
		channel_end(test, ct);
	}
	KUNIT_EXPECT_EQ(test, xe_fake_resets(xe), 0);
}

/*
 * It does not read: what fits goes in and nothing of it is overwritten, then the channel breaks.
 * Who found no room leaves nothing behind.
 */
static void test_overflow(struct kunit *test)
{
	const unsigned int fit = (CT_H2G_WORDS - 1) / 100;
	struct xe_device *xe = xe_fake_device(test);
	const u32 action[99] = { 0x42 };

	xe_fake_scoped(hw, xe) {
		struct xe_guc_ct *ct = channel(test, xe, hw, false);
		struct xe_ct_wait wait = { .what = XE_CT_TLB };

		for (unsigned int i = 0; i < fit; i++)
			KUNIT_EXPECT_EQ(test, say(hw, i, 99), 0);
		KUNIT_EXPECT_EQ(test, xe_guc_ct_send_for(hw, &xe_hw_state(hw)->gt[0], action, 99,
							 &wait, 7), -EPIPE);
		KUNIT_EXPECT_EQ(test, ct->credits, CT_CREDITS);
		KUNIT_EXPECT_TRUE(test, list_empty(&ct->waits));
		KUNIT_EXPECT_EQ(test, ct->state, XE_CT_BROKEN);
		KUNIT_EXPECT_EQ(test, say(hw, fit, 1), -EPIPE);

		reader.reads = true;
		read_all(GUC_HOST_INTERRUPT.offset, 0);
		KUNIT_EXPECT_EQ(test, reader.messages, fit);
		channel_end(test, ct);
	}
	KUNIT_EXPECT_EQ(test, xe_fake_resets(xe), 1);
}

/* As one who must not wait. */
static int try_send(struct xe_hw hw, struct xe_gt *gt, const u32 *action, unsigned int len,
		    u32 words)
{
	guard(mutex)(&xe_guc(hw, gt)->ct.send_lock);
	return xe_guc_ct_post(hw, gt, action, len, NULL, words);
}

/*
 * What happens while somebody waits. A waiter may be kept from looking until its time is over; then
 * the answer is there.
 */
static struct {
	unsigned int keep_ms;
	u32 fence;
	bool try_while_waiting;	/* to send something else */
	int tried;
} late;

static void fake_receive(struct xe_hw hw, struct xe_gt *gt)
{
	const u32 action[99] = { 0x42 };

	if (late.try_while_waiting && !late.tried)
		late.tried = try_send(hw, gt, action, ARRAY_SIZE(action), 0);
	if (late.keep_ms) {
		msleep(late.keep_ms);
		xe_guc_ct_finish_answer(&xe_guc(hw, gt)->ct, late.fence, 0, 0);
		late.keep_ms = 0;
	}
	xe_guc_ct_receive(hw, gt);
}

/*
 * Who must not wait is told so, whatever others wait for; nothing breaks by that. He leaves those
 * who wait the credits that they need.
 */
static void test_try(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	const u32 action[99] = { 0x42 };

	xe_fake_scoped(hw, xe) {
		struct xe_guc_ct *ct = channel(test, xe, hw, false);
		struct xe_gt *gt = &xe_hw_state(hw)->gt[0];

		KUNIT_EXPECT_EQ(test, try_send(hw, gt, action, 1,
					       CT_CREDITS - CT_CREDITS_OF_WAITERS), 0);
		KUNIT_EXPECT_EQ(test, try_send(hw, gt, action, 1, 1), -EBUSY);
		KUNIT_EXPECT_EQ(test, ct->credits, CT_CREDITS_OF_WAITERS);
		while (!try_send(hw, gt, action, 99, 0))
			KUNIT_ASSERT_LT(test, ct->sent, CT_H2G_WORDS);
		KUNIT_EXPECT_EQ(test, try_send(hw, gt, action, 99, 0), -EBUSY);
		KUNIT_EXPECT_EQ(test, ct->state, XE_CT_UP);

		late.try_while_waiting = true;
		late.tried = 0;
		KUNIT_EXPECT_EQ(test, xe_guc_ct_send(hw, gt, action, 99), -EPIPE);
		KUNIT_EXPECT_EQ(test, late.tried, -EBUSY);
		late.try_while_waiting = false;
		channel_end(test, ct);
	}
	KUNIT_EXPECT_EQ(test, xe_fake_resets(xe), 1);
}

/* A GuC that reads slowly is no fault, however long its ring is full. */
static void test_slow(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	const u32 action[99] = { 0x42 };

	xe_fake_scoped(hw, xe) {
		struct xe_guc_ct *ct = channel(test, xe, hw, false);
		struct xe_gt *gt = &xe_hw_state(hw)->gt[0];

		while (!try_send(hw, gt, action, 99, 0))
			KUNIT_ASSERT_LT(test, ct->sent, CT_H2G_WORDS);
		for (u32 read = 1; read < 4; read++) {
			ct->head_moved -= msecs_to_jiffies(XE_CT_TIMEOUT_MS);
			*desc_word(ct, CT_DESC_HEAD) = read;
			KUNIT_EXPECT_EQ(test, try_send(hw, gt, action, 99, 0), -EBUSY);
		}
		KUNIT_EXPECT_EQ(test, ct->state, XE_CT_UP);

		ct->head_moved -= msecs_to_jiffies(XE_CT_TIMEOUT_MS);
		KUNIT_EXPECT_EQ(test, try_send(hw, gt, action, 99, 0), -EPIPE);
		channel_end(test, ct);
	}
	KUNIT_EXPECT_EQ(test, xe_fake_resets(xe), 1);
}

/* It reads and never answers: room for answers runs out, and is not lost by that. */
static void test_no_answer(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	const u32 action[] = { 0x42 };

	xe_fake_scoped(hw, xe) {
		struct xe_guc_ct *ct = channel(test, xe, hw, true);
		struct xe_ct_wait fits = { .what = XE_CT_TLB }, too_much = { .what = XE_CT_TLB };
		struct xe_gt *gt = &xe_hw_state(hw)->gt[0];

		KUNIT_EXPECT_EQ(test, xe_guc_ct_send_for(hw, gt, action, 1, &fits, CT_CREDITS), 0);
		KUNIT_EXPECT_EQ(test, ct->credits, 0);
		KUNIT_EXPECT_EQ(test, xe_guc_ct_send_for(hw, gt, action, 1, &too_much, 1), -EBUSY);
		KUNIT_EXPECT_EQ(test, ct->state, XE_CT_UP);
		KUNIT_EXPECT_EQ(test, ct->credits, 0);
		KUNIT_EXPECT_TRUE(test, list_is_singular(&ct->waits));
		KUNIT_EXPECT_EQ(test, xe_guc_ct_wait(hw, gt, &fits, action[0]), -EPIPE);
		KUNIT_EXPECT_EQ(test, reader.messages, 1);
		channel_end(test, ct);
	}
}

static void test_last_look(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	const u32 action[] = { 0x42 };

	xe_fake_scoped(hw, xe) {
		struct xe_guc_ct *ct = channel(test, xe, hw, true);

		late.keep_ms = XE_CT_TIMEOUT_MS + 100;
		late.fence = ct->fence + 1;
		KUNIT_EXPECT_EQ(test, xe_guc_ct_request(hw, &xe_hw_state(hw)->gt[0], action, 1,
							NULL), 0);
		KUNIT_EXPECT_EQ(test, ct->state, XE_CT_UP);
		channel_end(test, ct);
	}
	KUNIT_EXPECT_EQ(test, xe_fake_resets(xe), 0);
}

static void test_request_times_out(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	const u32 action[] = { 0x42 };

	xe_fake_scoped(hw, xe) {
		struct xe_guc_ct *ct = channel(test, xe, hw, true);

		KUNIT_EXPECT_EQ(test, xe_guc_ct_request(hw, &xe_hw_state(hw)->gt[0], action, 1,
							NULL), -EPIPE);
		KUNIT_EXPECT_EQ(test, ct->state, XE_CT_BROKEN);
		channel_end(test, ct);
	}
	KUNIT_EXPECT_EQ(test, xe_fake_resets(xe), 1);
}

struct garbage_case {
	const char *name;
	u32 head, status;
	int err;
};

/* Behind one message of 10 words. */
static const struct garbage_case garbage_cases[] = {
	{ "not read yet", 0, 0, 0 },
	{ "half read", 5, 0, 0 },
	{ "read", 11, 0, 0 },
	{ "read too far", 12, 0, -EPIPE },
	{ "last word of the ring", CT_H2G_WORDS - 1, 0, -EPIPE },
	{ "beyond the ring", CT_H2G_WORDS, 0, -EPIPE },
	{ "all ones", ~0u, 0, -EPIPE },
	{ "status", 0, 1, -EPIPE },
};

KUNIT_ARRAY_PARAM_DESC(garbage, garbage_cases, name);

static void test_garbage(struct kunit *test)
{
	const struct garbage_case *c = test->param_value;
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_guc_ct *ct = channel(test, xe, hw, false);

		KUNIT_EXPECT_EQ(test, say(hw, 0, 10), 0);
		*desc_word(ct, CT_DESC_HEAD) = c->head;
		*desc_word(ct, CT_DESC_STATUS) = c->status;
		KUNIT_EXPECT_EQ(test, say(hw, 1, 10), c->err);
		KUNIT_EXPECT_EQ(test, ct->state, c->err ? XE_CT_BROKEN : XE_CT_UP);
		channel_end(test, ct);
	}
	KUNIT_EXPECT_EQ(test, xe_fake_resets(xe), !!c->err);
}

/* Whoever waits is woken, and whoever comes later is told why. */
static void test_taken_down(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	const u32 action[] = { 0x42 };

	xe_fake_scoped(hw, xe) {
		struct xe_guc_ct *ct = channel(test, xe, hw, true);
		struct xe_ct_wait wait = { .what = XE_CT_TLB };
		struct xe_gt *gt = &xe_hw_state(hw)->gt[0];

		KUNIT_EXPECT_EQ(test, xe_guc_ct_send_for(hw, gt, action, 1, &wait, 3), 0);
		xe_guc_ct_disable(hw, gt, -ECANCELED);
		KUNIT_EXPECT_EQ(test, xe_guc_ct_wait(hw, gt, &wait, action[0]), -ECANCELED);
		KUNIT_EXPECT_EQ(test, say(hw, 1, 1), -ECANCELED);
		KUNIT_EXPECT_FALSE(test, xe_guc_ct_is_up(hw, gt));

		xe_hw_declare_lost(hw, "for the test");
		KUNIT_EXPECT_EQ(test, say(hw, 1, 1), -ENODEV);
		channel_end(test, ct);
	}
	KUNIT_EXPECT_EQ(test, xe_fake_resets(xe), 0);
}

static struct kunit_case send_cases[] = {
	KUNIT_CASE(test_wraps),
	KUNIT_CASE(test_overflow),
	KUNIT_CASE(test_try),
	KUNIT_CASE(test_slow),
	KUNIT_CASE(test_no_answer),
	KUNIT_CASE(test_last_look),
	KUNIT_CASE(test_request_times_out),
	KUNIT_CASE_PARAM(test_garbage, garbage_gen_params),
	KUNIT_CASE(test_taken_down),
	{ }
};

static struct kunit_suite send_suite = {
	.name = "xe_ct_send",
	.test_cases = send_cases,
};

kunit_test_suite(send_suite);
