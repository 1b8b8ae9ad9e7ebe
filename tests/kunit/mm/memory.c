// SPDX-License-Identifier: MIT
/*
 * Memory that is refused before a process is killed for it.
 */

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <kunit/test.h>

#include "mm/mm.h"

static bool no_memory;

/* Of which arrays are made, in pages; each takes a while. */
static struct {
	bool watched;
	unsigned long free;
} memory;

static void *make_array(size_t count, size_t size, gfp_t flags)
{
	if (!memory.watched)
		return kvcalloc(count, size, flags);
	msleep(20);
	memory.free -= count * size >> PAGE_SHIFT;
	return kvcalloc(1, size, flags);
}

#define si_mem_available()		(no_memory ? 0 : memory.watched ? memory.free : \
					 si_mem_available())
#undef kvcalloc
#define kvcalloc(count, size, flags)	make_array(count, size, flags)

/* Without waiting there is nothing to be had, or there is. */
static bool none_at_once;
static unsigned int waited;

static void *make_object(size_t size, gfp_t flags)
{
	if (none_at_once && !gfpflags_allow_blocking(flags))
		return NULL;
	waited += gfpflags_allow_blocking(flags);
	return kzalloc(size, flags);
}

#undef kzalloc
#define kzalloc(size, flags)		make_object(size, flags)

#include "../../../mm/memory.c"

/* Rather an error than a process killed for its memory. */
static void test_memory(struct kunit *test)
{
	u64 available = (u64)si_mem_available() << PAGE_SHIFT;

	KUNIT_EXPECT_TRUE(test, xe_mm_has_memory(SZ_1M));
	KUNIT_EXPECT_FALSE_MSG(test, xe_mm_has_memory(available - SZ_1M), "a part is others'");
	KUNIT_EXPECT_FALSE(test, xe_mm_has_memory((u64)totalram_pages() << PAGE_SHIFT));
	KUNIT_EXPECT_FALSE(test, xe_mm_has_memory(U64_MAX));
	KUNIT_EXPECT_NULL(test, xe_mm_array(totalram_pages(), PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, xe_mm_array(SIZE_MAX, SZ_1M));
}

/* Where memory is short, a large array is refused; who wants a few bytes may have them. */
static void test_short_of_memory(struct kunit *test)
{
	void *few;

	no_memory = true;
	few = xe_mm_array(16, sizeof(u64));
	KUNIT_EXPECT_NOT_NULL(test, few);
	KUNIT_EXPECT_NULL(test, xe_mm_array(SZ_2M, sizeof(u64)));
	no_memory = false;
	kvfree(few);
}

static int want_array(void *array)
{
	*(void **)array = xe_mm_array(SZ_2M / sizeof(u64), sizeof(u64));
	return !*(void **)array;
}

/* Of two that want what is there for one, one is refused: else others are killed for both. */
static void test_two_large_arrays(struct kunit *test)
{
	void *here = NULL, *there = NULL;
	struct task_struct *other;

	memory.free = totalram_pages() / SPARE_PART + 3 * SZ_1M / PAGE_SIZE;
	memory.watched = true;
	other = kthread_run(want_array, &there, "xe-array");
	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	get_task_struct(other);
	want_array(&here);
	msleep(100);
	kthread_stop(other);
	put_task_struct(other);
	memory.watched = false;
	KUNIT_EXPECT_EQ(test, !here + !there, 1);
	kvfree(here);
	kvfree(there);
}

/* Who holds reservations does not wait for memory of his cgroup, unless there is none else. */
static void test_object(struct kunit *test)
{
	void *object;

	for (unsigned int i = 0; i < 2; i++) {
		none_at_once = i;
		waited = 0;
		object = xe_mm_object(64);
		KUNIT_EXPECT_NOT_NULL(test, object);
		KUNIT_EXPECT_EQ(test, waited, i);
		kfree(object);
	}
	none_at_once = false;
}

/* However much there is, one call is not to have most of it. */
static void test_largest_array(struct kunit *test)
{
	size_t part = (u64)totalram_pages() / ARRAY_PART << PAGE_SHIFT;
	void *array;

	memory.free = totalram_pages();
	memory.watched = true;
	array = xe_mm_array(part / PAGE_SIZE, PAGE_SIZE);
	KUNIT_EXPECT_NOT_NULL(test, array);
	kvfree(array);
	KUNIT_EXPECT_NULL(test, xe_mm_array(part / PAGE_SIZE + 1, PAGE_SIZE));
	memory.watched = false;
}

static struct kunit_case memory_cases[] = {
	KUNIT_CASE(test_memory),
	KUNIT_CASE(test_short_of_memory),
	KUNIT_CASE(test_two_large_arrays),
	KUNIT_CASE(test_largest_array),
	KUNIT_CASE(test_object),
	{ }
};

static struct kunit_suite memory_suite = {
	.name = "xe_memory",
	.test_cases = memory_cases,
};

kunit_test_suite(memory_suite);
