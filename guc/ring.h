/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic of a ring of words: pure functions.
 *
 * Positions count words and are less than the size. Head is where the reader goes on, tail is where
 * the writer goes on; equal means empty, so one word always stays free.
 */
#ifndef _XE_GUC_RING_H_
#define _XE_GUC_RING_H_

#include <linux/types.h>

/* Words between head and tail. */
static inline u32 xe_ring_used(u32 head, u32 tail, u32 size)
{
	return tail >= head ? tail - head : size - head + tail;
}

/* Words that can be written before the tail would meet the head. */
static inline u32 xe_ring_free(u32 head, u32 tail, u32 size)
{
	return size - 1 - xe_ring_used(head, tail, size);
}

/* Words to skip, up to the end of the ring, so that @len words are not split by it. */
static inline u32 xe_ring_padding(u32 tail, u32 len, u32 size)
{
	return len > size - tail ? size - tail : 0;
}

/* The position @len words further; @len is at most @size. */
static inline u32 xe_ring_advance(u32 pos, u32 len, u32 size)
{
	pos += len;
	return pos < size ? pos : pos - size;
}

#endif
