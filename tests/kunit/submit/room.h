/* SPDX-License-Identifier: MIT */
/* Somebody waits for room in a queue. */
#ifndef _XE_KUNIT_SUBMIT_ROOM_H_
#define _XE_KUNIT_SUBMIT_ROOM_H_

#include <linux/delay.h>
#include <linux/workqueue.h>

#include <kunit/test.h>

#include "submit/queue.h"
#include "xe_device.h"

struct xe_fake_room {
	struct work_struct work;
	int (*submit)(void *data);
	void *data;
	int ret;
};

static inline void xe_fake_room_work(struct work_struct *work)
{
	struct xe_fake_room *room = container_of(work, struct xe_fake_room, work);

	room->ret = room->submit(room->data);
}

/*
 * The queue is full: who waits has not woken the device, nor made a job that would hold the queue,
 * nor locked anything. Others may need all of that to make room.
 */
static inline int xe_fake_wait_for_room(struct kunit *test, struct xe_queue *q,
					int (*submit)(void *data), void *data)
{
	struct xe_fake_room room = { .submit = submit, .data = data };
	atomic_t *awake = &q->xe->drm.dev->power.usage_count;
	int before = atomic_read(awake);
	unsigned int refs = kref_read(&q->ref);

	atomic_add(XE_QUEUE_MAX_PENDING, &q->dep.pending);
	INIT_WORK_ONSTACK(&room.work, xe_fake_room_work);
	queue_work(system_unbound_wq, &room.work);
	for (int i = 0; i < 500 && !wq_has_sleeper(&q->dep.room); i++)
		fsleep(10000);
	KUNIT_EXPECT_TRUE(test, wq_has_sleeper(&q->dep.room));
	KUNIT_EXPECT_EQ(test, atomic_read(awake), before);
	KUNIT_EXPECT_EQ(test, kref_read(&q->ref), refs);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&q->dep.lock));

	atomic_sub(XE_QUEUE_MAX_PENDING, &q->dep.pending);
	wake_up_all(&q->dep.room);
	flush_work(&room.work);
	destroy_work_on_stack(&room.work);
	return room.ret;
}

#endif
