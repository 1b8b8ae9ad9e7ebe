// SPDX-License-Identifier: MIT
/*
 * The work queue of a parallel context. In memory that the GuC sees; nothing here touches the card.
 */

#include <linux/bitfield.h>
#include <linux/string.h>

#include "guc/ring.h"
#include "guc/work_queue.h"

/**
 * DOC: Work queue
 *
 * A single context has its tail in its image. The rings of a parallel one have to go on at the same
 * time, so their tails are given to the GuC together, in an item of a queue that is a ring itself.
 * An item has all tails, so the last one says everything: if there is no room, the next item makes
 * up for those that were never written.
 *
 * ======================== ============= ====================================
 * object                   owner         released when
 * ======================== ============= ====================================
 * struct xe_work_queue     its context   with it
 * what it points to        software      behind gone() of the context's owner
 * ======================== ============= ====================================
 */

#define QUEUE_WORDS	((u32)(GUC_WORK_QUEUE_BYTES / sizeof(u32)))
#define ITEM_WORDS	3	/* besides one for each ring */

static struct xe_guc_work_queue_descriptor *shared(const struct xe_work_queue *queue)
{
	return queue->area;
}

/**
 * xe_work_queue_init - before anything is queued
 * @queue: the queue
 * @area: GUC_PARALLEL_BYTES that the GuC sees as well; NULL if the context is single
 * @width: number of rings, up to XE_CONTEXT_MAX_WIDTH
 *
 * Context: any; software.
 */
void xe_work_queue_init(struct xe_work_queue *queue, void *area, unsigned int width)
{
	*queue = (struct xe_work_queue){ .area = area, .width = width };
}

/**
 * xe_work_queue_reset - the GuC is about to be told of it
 * @queue: the queue
 *
 * Context: any; software.
 */
void xe_work_queue_reset(struct xe_work_queue *queue)
{
	memset(queue->area, 0, GUC_PARALLEL_BYTES);
	shared(queue)->status = GUC_WORK_QUEUE_ACTIVE;
	queue->tail = 0;
}

/**
 * xe_work_queue_set_ends - what the next item says
 * @queue: the queue
 * @ends: where each ring ends, in bytes
 *
 * Context: any; software.
 */
void xe_work_queue_set_ends(struct xe_work_queue *queue, const u32 *ends)
{
	memcpy(queue->ends, ends, queue->width * sizeof(*ends));
	queue->behind = true;
}

/**
 * xe_work_queue_head - up to where the GuC says that it has read
 * @queue: the queue
 *
 * Context: any; software.
 * Return: in bytes; not to be trusted.
 */
u32 xe_work_queue_head(const struct xe_work_queue *queue)
{
	return READ_ONCE(shared(queue)->head);
}

static void put(struct xe_work_queue *queue, u32 word)
{
	u32 *ring = queue->area + GUC_WORK_QUEUE_OFFSET;

	ring[queue->tail] = word;
	queue->tail = xe_ring_advance(queue->tail, 1, QUEUE_WORDS);
}

static void put_item(struct xe_work_queue *queue, u32 descriptor, u32 id)
{
	put(queue, FIELD_PREP(GUC_ITEM_TYPE, GUC_ITEM_PARALLEL) |
		   FIELD_PREP(GUC_ITEM_LENGTH, ITEM_WORDS + queue->width - 1));
	put(queue, descriptor);
	put(queue, FIELD_PREP(GUC_ITEM_ID, id) |
		   FIELD_PREP(GUC_ITEM_TAIL, queue->ends[0] / sizeof(u64)));
	put(queue, 0);
	for (unsigned int ring = 1; ring < queue->width; ring++)
		put(queue, queue->ends[ring] / sizeof(u64));
}

/* An item is not split by the end of the queue. */
static void skip(struct xe_work_queue *queue, u32 words)
{
	put(queue, FIELD_PREP(GUC_ITEM_TYPE, GUC_ITEM_NOOP) |
		   FIELD_PREP(GUC_ITEM_LENGTH, words - 1));
	queue->tail = 0;
}

/**
 * xe_work_queue_append - write an item, if it can be written now
 * @queue: the queue
 * @descriptor: of the image of ring 0
 * @id: of the context
 *
 * Context: any; software.
 * Return: 0; -EAGAIN if the GuC has to read on first; -EPROTO if it has read what does not exist.
 */
int xe_work_queue_append(struct xe_work_queue *queue, u32 descriptor, u32 id)
{
	u32 len = ITEM_WORDS + queue->width;
	u32 padding = xe_ring_padding(queue->tail, len, QUEUE_WORDS);
	u32 head = xe_work_queue_head(queue);

	if (head % sizeof(u32) || head >= GUC_WORK_QUEUE_BYTES)
		return -EPROTO;
	if (xe_ring_free(head / sizeof(u32), queue->tail, QUEUE_WORDS) < padding + len)
		return -EAGAIN;

	if (padding)
		skip(queue, padding);
	put_item(queue, descriptor, id);
	/* The GuC reads what is in front of the tail. */
	dma_wmb();
	WRITE_ONCE(shared(queue)->tail, queue->tail * sizeof(u32));
	queue->behind = false;
	return 0;
}
