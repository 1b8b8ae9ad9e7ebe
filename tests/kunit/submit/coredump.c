// SPDX-License-Identifier: MIT
/*
 * Dumps: whose they are, what is in them, and that text stays in its bounds. The rest is in
 * tests/hotplug/dump.sh, where there are engines and mappings.
 */

#include <linux/devcoredump.h>
#include <linux/dma-fence.h>
#include <linux/sysfs.h>
#include <linux/vmalloc.h>

#include <kunit/test.h>

#include "guc/ct.h"
#include "submit/job.h"
#include "tests/kunit/fake.h"
#include "tests/kunit/submit/fake.h"

/* What the kernel was given, and whether it still has it. */
static char *kept;
static size_t kept_len;

static void fake_coredumpv(void *text, size_t len)
{
	kept = text;
	kept_len = len;
}

static struct kernfs_node *fake_link(void)
{
	return (struct kernfs_node *)kept;
}

#define dev_coredumpv(dev, text, len, gfp)	fake_coredumpv(text, len)
#define sysfs_get_dirent(parent, name)		fake_link()
#define sysfs_put(link)				((void)(link))
#define xe_guc_ct_print(hw, gt, p)		drm_puts(p, "a channel\n")

#include "../../../submit/coredump.c"

static void remove_dump(void *unused)
{
	vfree(kept);
	kept = NULL;
}

static struct xe_queue *queue_with_job(struct kunit *test, struct xe_device *xe, u64 batch)
{
	struct xe_queue *q = xe_fake_queue(test, xe);

	KUNIT_ASSERT_EQ(test, xe_job_submit(q, &batch, 1, NULL, 0), 0);
	return q;
}

static bool says(const char *what)
{
	return kept && strnstr(kept, what, kept_len);
}

static void take(struct xe_queue *q)
{
	bool cookie = dma_fence_begin_signalling();

	xe_coredump_take(q, "of a test");
	dma_fence_end_signalling(cookie);
	flush_work(&q->xe->coredump.work);
}

static void test_text(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = queue_with_job(test, xe, 0x123456789000);
	unsigned int refs = kref_read(&q->ref);

	KUNIT_ASSERT_EQ(test, kunit_add_action(test, remove_dump, NULL), 0);
	take(q);
	KUNIT_EXPECT_TRUE(test, says("**** Xe Device Coredump ****\nReason: of a test\n"));
	KUNIT_EXPECT_TRUE(test, says("\n**** GuC CT ****\n"));
	KUNIT_EXPECT_TRUE(test, says("\na channel\n"));
	KUNIT_EXPECT_TRUE(test, says("\n\t[RING].length: 0x4000\n\t[RING].data: "));
	KUNIT_EXPECT_TRUE(test, says("\n**** Job ****\nbatch_addr[0]: 0x0000123456789000\n"));
	KUNIT_EXPECT_FALSE(test, says("**** VM state ****"));
	KUNIT_EXPECT_EQ(test, kref_read(&q->ref), refs);
}

/* The first counts: while it is looked at or written, and as long as its text is there. */
static void test_one_at_a_time(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *first = queue_with_job(test, xe, SZ_1M);
	struct xe_queue *second = queue_with_job(test, xe, SZ_2M);
	unsigned int refs = kref_read(&second->ref);

	KUNIT_ASSERT_EQ(test, kunit_add_action(test, remove_dump, NULL), 0);
	xe_coredump_look(first);
	take(second);
	KUNIT_EXPECT_NULL(test, kept);
	KUNIT_EXPECT_EQ(test, kref_read(&second->ref), refs);

	xe_coredump_drop(&xe->coredump, second);
	KUNIT_EXPECT_PTR_EQ(test, xe->coredump.owner, first);
	xe_coredump_drop(&xe->coredump, first);
	take(second);
	KUNIT_EXPECT_TRUE(test, says("batch_addr[0]: 0x0000000000200000\n"));
	take(first);
	KUNIT_EXPECT_TRUE(test, says("batch_addr[0]: 0x0000000000200000\n"));

	remove_dump(NULL);
	take(first);
	KUNIT_EXPECT_TRUE(test, says("batch_addr[0]: 0x0000000000100000\n"));
	KUNIT_EXPECT_NULL(test, xe->coredump.owner);
}

static void test_bounds(struct kunit *test)
{
	static const u32 words[] = { 0, 1, U32_MAX, 0x01020304 };
	char buf[32];
	struct text text = { .buf = buf, .size = sizeof(buf) };
	struct drm_printer p = { .printfn = text_printfn, .arg = &text };

	put_words(&text, words, sizeof(words));
	buf[text.len] = 0;
	KUNIT_EXPECT_STREQ(test, buf, "z!!!!\"s8W-!!<N?+");

	for (unsigned int i = 0; i < sizeof(buf); i++) {
		memset(buf, '#', sizeof(buf));
		text.size = i;
		text.len = 0;
		for (unsigned int n = 0; n < 3 && i; n++) {
			put_words(&text, words, sizeof(words));
			drm_puts(&p, "long enough");
		}
		KUNIT_EXPECT_LE(test, text.len, i);
		for (unsigned int n = i; n < sizeof(buf); n++)
			KUNIT_EXPECT_EQ(test, buf[n], '#');
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_text),
	KUNIT_CASE(test_one_at_a_time),
	KUNIT_CASE(test_bounds),
	{ }
};

static struct kunit_suite suite = {
	.name = "xe_submit_coredump",
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
