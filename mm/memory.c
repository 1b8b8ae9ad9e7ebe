// SPDX-License-Identifier: MIT
/*
 * System memory that clients can want any amount of.
 */

#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/swap.h>

#include "mm/mm.h"

#define SPARE_PART		32u	/* of memory, is not filled with what was in VRAM */
#define LARGE_ARRAY		SZ_1M
#define ARRAY_PART		8u	/* of memory, is as much as an array may have */

/* Bytes of large arrays that are being allocated: free memory may have them still. */
static atomic64_t promised;

/**
 * xe_mm_has_memory - is there room in system memory, with nobody killed for it?
 * @size: in bytes
 *
 * What the page allocator would find by killing processes is not asked for: moving a buffer can
 * fail instead. A part of memory is left to others.
 *
 * Context: process context; as of now.
 */
bool xe_mm_has_memory(u64 size)
{
	u64 available = (u64)(si_mem_available() + get_nr_swap_pages()) << PAGE_SHIFT;
	u64 spare = (u64)totalram_pages() / SPARE_PART << PAGE_SHIFT;

	return available >= spare && available - spare >= size;
}

/* No lock is held: a process above its memory.high is made to sleep where it allocates. */
static void *large_array(size_t count, size_t size)
{
	size_t bytes = array_size(count, size);
	void *array = NULL;

	if (bytes >> PAGE_SHIFT > totalram_pages() / ARRAY_PART)
		return NULL;
	if (xe_mm_has_memory(atomic64_add_return(bytes, &promised)))
		array = kvcalloc(count, size, GFP_KERNEL_ACCOUNT | XE_GFP_CAREFUL);
	atomic64_sub(bytes, &promised);
	return array;
}

/**
 * xe_mm_object - memory for somebody who holds what others wait for
 * @size: in bytes, a few
 *
 * It is charged. Whoever is above his memory.high by that sleeps on the way back to user space, and
 * not here, as an allocation that may wait does.
 *
 * Context: process context, reservations may be held.
 * Return: zeroes, or NULL; kfree() gives it back.
 */
void *xe_mm_object(size_t size)
{
	return kzalloc(size, GFP_NOWAIT | __GFP_ACCOUNT) ?:
	       kzalloc(size, GFP_KERNEL_ACCOUNT | XE_GFP_CAREFUL);
}

/**
 * xe_mm_array - memory for as many elements as a client says
 * @count: of elements
 * @size: of one, in bytes
 *
 * No process is killed so that others have large arrays, and none has more than an eighth of all
 * memory. kvfree() gives it back.
 *
 * Context: process context; a small one as xe_mm_object().
 * Return: zeroes, or NULL.
 */
void *xe_mm_array(size_t count, size_t size)
{
	if (array_size(count, size) >= LARGE_ARRAY)
		return large_array(count, size);
	return kcalloc(count, size, GFP_NOWAIT | __GFP_ACCOUNT) ?:
	       kvcalloc(count, size, GFP_KERNEL_ACCOUNT | XE_GFP_CAREFUL);
}
