/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_ROOM_H_
#define _XE_MM_ROOM_H_

#include <linux/list.h>
#include <linux/types.h>

struct task_struct;
struct xe_mm;

/**
 * struct xe_room - a call of TTM that may make room in VRAM, on the stack of who makes it
 */
struct xe_room {
	/** @link: in &xe_mm.rooms */
	struct list_head link;
	/** @task: who makes it */
	struct task_struct *task;
	/** @until: in jiffies, until then it waits for those who use what it wants to move */
	unsigned long until;
};

void xe_room_begin(struct xe_mm *mm, struct xe_room *room);
void xe_room_end(struct xe_mm *mm, struct xe_room *room);
bool xe_room_is_made(struct xe_mm *mm);
bool xe_room_may_wait(struct xe_mm *mm);
void xe_room_waited(struct xe_mm *mm);

#endif
