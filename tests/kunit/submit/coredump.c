// SPDX-License-Identifier: MIT
/*
 * Dumps: whose they are, what is in them, and that text stays in its bounds. The rest is in
 * tests/hotplug/dump.sh, where there are engines and mappings.
 */

#include <linux/delay.h>
#include <linux/devcoredump.h>
#include <linux/dma-fence.h>
#include <linux/sysfs.h>
#include <linux/vmalloc.h>

#include <kunit/test.h>

#include "guc/ct.h"
#include "hw/engine.h"
#include "submit/job.h"
#include "tests/kunit/fake.h"
#include "tests/kunit/mm/fake.h"
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
#define xe_engine_read_states(hw, gt, class, mask, engines) \
	((void)(gt), (void)(engines), seen_mask = (mask), 0)

static u32 seen_mask;

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

/*
 * While it is found to hang the GuC takes it off its engine: there is a dump, whatever becomes of
 * the first.
 *
 * Seen to fail: when what was seen could be dropped although a work was to write of it.
 */
static void test_taken(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = queue_with_job(test, xe, SZ_1M);
	struct xe_queue *other = queue_with_job(test, xe, SZ_2M);

	KUNIT_ASSERT_EQ(test, kunit_add_action(test, remove_dump, NULL), 0);
	disable_work_sync(&xe->coredump.work);
	xe_coredump_look(q);
	xe_coredump_take(q, "of a test");
	xe_coredump_drop(&xe->coredump, q);
	xe_coredump_look(other);
	KUNIT_EXPECT_PTR_NE(test, xe->coredump.owner, other);
	enable_work(&xe->coredump.work);
	xe_module_release(&xe->coredump.work);
	flush_work(&xe->coredump.work);
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

static struct xe_bo *buffer(struct kunit *test, struct xe_device *xe, u64 size, u32 fill)
{
	struct xe_bo_args args = { .size = size, .regions = XE_REGION_SYSTEM, .deferred = !fill };
	struct xe_bo *bo = xe_bo_create(xe, &args);

	KUNIT_ASSERT_FALSE(test, IS_ERR(bo));
	for (u64 page = 0; fill && page < size >> PAGE_SHIFT; page++)
		memset32(page_address(bo->ttm.ttm->pages[page]), fill + page,
			 PAGE_SIZE / sizeof(u32));
	return bo;
}

static void map_it(struct kunit *test, struct xe_vm *vm, const struct xe_vm_map *map)
{
	struct xe_vm_lock lock;
	struct xe_vm_log log;

	down_write(&vm->lock);
	KUNIT_ASSERT_EQ(test, xe_vm_lock_for(vm, &lock, 1, NULL, xe_fake_lock, map->bo), 0);
	xe_vm_log_init(&log, vm, NULL);
	KUNIT_ASSERT_EQ(test, xe_vm_map(&log, map), 0);
	xe_vm_log_commit(&log);
	xe_vm_unlock(&lock);
	up_write(&vm->lock);
}

static void map(struct kunit *test, struct xe_vm *vm, struct xe_bo *bo, u64 addr, bool dumpable)
{
	struct xe_vm_map map = {
		.addr = addr, .range = bo->ttm.base.size, .bo = bo, .dumpable = dumpable,
	};

	map_it(test, vm, &map);
	drm_gem_object_put(&bo->ttm.base);
}

static bool says_words(u32 word)
{
	char letters[ASCII85_BUFSZ], text[24];
	const char *one = ascii85_encode(word, letters);

	snprintf(text, sizeof(text), "%s%s%s%s", one, one, one, one);
	return says(text);
}

static struct xe_queue *queue_with_vm(struct kunit *test, struct xe_device *xe)
{
	static const struct xe_vm_ops ops = {};
	struct xe_queue_args args = {
		.ops = &xe_exec_queue_ops, .class = XE_ENGINE_COPY, .mask = BIT(0), .width = 1,
		.priority = XE_QUEUE_NORMAL, .vm = xe_fake_vm(test, xe, 0, &ops),
	};
	struct xe_queue *q = xe_queue_create(xe, &args);

	KUNIT_ASSERT_FALSE(test, IS_ERR(q));
	return q;
}

static void put_with_vm(struct xe_queue *q)
{
	struct xe_vm *vm = q->args.vm;

	xe_queue_kill(q);
	xe_fake_context_gone(q);
	flush_workqueue(q->xe->submit.wq);
	xe_queue_put(q);
	xe_vm_put(vm);
}

/*
 * A client may hold the lock of its VM as long as it likes: over memory of a process whose pages
 * somebody else has to bring.
 *
 * Seen to fail: until it was killed no other client's job was dumped.
 */
static void test_being_bound(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = queue_with_vm(test, xe);
	struct xe_vm *vm = q->args.vm;

	KUNIT_ASSERT_EQ(test, kunit_add_action(test, remove_dump, NULL), 0);
	map(test, vm, buffer(test, xe, SZ_16K, 0x11111110), SZ_1M, true);
	down_write(&vm->lock);
	xe_coredump_take(q, "of a test");
	for (unsigned int ms = 0; ms < 1000 && !kept; ms++)
		usleep_range(1000, 2000);
	KUNIT_EXPECT_NOT_NULL(test, kept);
	up_write(&vm->lock);
	flush_work(&xe->coredump.work);
	KUNIT_EXPECT_TRUE(test, says("**** VM mappings ****\nare being changed\n"));
	KUNIT_EXPECT_FALSE(test, says("000000100000-000000104000"));

	put_with_vm(q);
}

/* What was bound as DUMPABLE, page by page, and nothing else. */
static void test_contents(struct kunit *test)
{
	struct xe_device *xe = xe_fake_submit_device(test);
	struct xe_queue *q = queue_with_vm(test, xe);
	struct xe_vm *vm = q->args.vm;
	size_t contents;

	KUNIT_ASSERT_EQ(test, kunit_add_action(test, remove_dump, NULL), 0);
	map(test, vm, buffer(test, xe, SZ_16K, 0x11111110), SZ_1M, true);
	map(test, vm, buffer(test, xe, SZ_16K, 0x22222220), SZ_2M, false);
	take(q);
	KUNIT_EXPECT_TRUE(test, says("000000100000-000000104000"));
	KUNIT_EXPECT_TRUE(test, says("000000200000-"));
	KUNIT_EXPECT_TRUE(test, says("** VM state ****\n[100000].length: 0x4000\n[100000].data: "));
	KUNIT_EXPECT_FALSE(test, says("[200000]"));
	KUNIT_EXPECT_TRUE_MSG(test, says("**** Xe Device Coredump ****"), "the head is there, too");
	for (u32 page = 0; page < 4; page++) {
		KUNIT_EXPECT_TRUE(test, says_words(0x11111110 + page));
		KUNIT_EXPECT_FALSE_MSG(test, says_words(0x22222220 + page), "nobody allowed it");
	}

	remove_dump(NULL);
	for (u64 i = 0; i < MAPPINGS_MAX; i++)
		map_it(test, vm, &(struct xe_vm_map){ .addr = SZ_4G + i * SZ_4K, .range = SZ_4K });
	take(q);
	KUNIT_EXPECT_TRUE(test, says("000100ffd000-000100ffe000 null"));
	KUNIT_EXPECT_FALSE_MSG(test, says("000100ffe000-000100fff000"), "that is enough of it");

	map(test, vm, buffer(test, xe, SZ_64M, 0), SZ_64M, true);
	text_size(q, &contents);
	KUNIT_EXPECT_EQ_MSG(test, contents, WORDS_TEXT(CONTENTS_MAX), "no more than is good");
	put_with_vm(q);
}

/* What does not fit, or cannot be read, is left out, and there is an error in its place. */
static void test_errors(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct xe_bo *bo = buffer(test, xe, SZ_64K, 1);
	struct xe_vma vma = { .dumpable = true, .pages = (struct xe_user_pages *)1 };
	struct text text = { .size = SZ_16K };
	struct drm_printer p = { .printfn = text_printfn, .arg = &text };
	struct xe_coredump *dump = &xe->coredump;
	struct xe_queue q = { .xe = xe, .args = { .width = 2, .mask = BIT(0) } };

	vma.gpuva.va.addr = SZ_1M;
	vma.gpuva.va.range = SZ_64K;
	text.buf = kunit_kzalloc(test, SZ_16K + PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, text.buf);
	text.page = text.buf + SZ_16K;
	print_contents(&text, &p, &vma.gpuva);
	vma.gpuva.gem.obj = &bo->ttm.base;
	print_contents(&text, &p, &vma.gpuva);
	KUNIT_EXPECT_STREQ(test, text.buf, "[100000].length: 0x10000\n[100000].error: -95\n"
					   "[100000].length: 0x10000\n[100000].error: -27\n");
	drm_gem_object_put(&bo->ttm.base);

	/* Both children's engines; and of a device that is gone, none, whatever was seen before. */
	xe_coredump_look(&q);
	KUNIT_EXPECT_EQ(test, seen_mask, 3);
	xe_coredump_drop(dump, &q);
	dump->num_engines = 1;
	xe_hw_scoped(hw, xe)
		xe_hw_declare_lost(hw, "test");
	xe_coredump_look(&q);
	KUNIT_EXPECT_EQ(test, dump->num_engines, 0);
	xe_coredump_drop(dump, &q);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_text),
	KUNIT_CASE(test_one_at_a_time),
	KUNIT_CASE(test_taken),
	KUNIT_CASE(test_bounds),
	KUNIT_CASE(test_being_bound),
	KUNIT_CASE(test_contents),
	KUNIT_CASE(test_errors),
	{ }
};

static struct kunit_suite suite = {
	.name = "xe_submit_coredump",
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_LICENSE("Dual MIT/GPL");
