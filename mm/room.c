// SPDX-License-Identifier: MIT
/*
 * How long those wait who make room.
 */

#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "mm/mm.h"
#include "mm/room.h"

/**
 * DOC: Making room
 *
 * Who makes room waits for those who use what he wants to move, with its reservation held: so
 * nobody can add work meanwhile, and it gets idle. TTM looks at one buffer after the other, and has
 * 15 seconds for each, though all may be in use by one job. Here the call has 15 seconds. After
 * that, and once a wait has come to nothing, it takes only what is idle; and what finds no room so
 * lets go of everything, and tries again as xe_vm_try_again() says.
 *
 * TTM's list has buffers in the order in which they came to VRAM. To know who used what when would
 * cost each job something. So that is found out from fences, which keep the time: at first only
 * what no fence has been for within the last second is taken, and that is in nobody's way either.
 * If it is not enough, anything is.
 *
 * The same holds for pages, where as many are mapped for DMA, or have been given to TTM's drivers,
 * as may be: others are unmapped, or swapped out, and were a job's as well.
 *
 * TTM hands a driver nothing of its own through such a call. So the task is what it is known by.
 */

#define PATIENCE	(15 * HZ)

static struct xe_room *room_of(struct xe_mm *mm)
{
	struct xe_room *room;

	lockdep_assert_held(&mm->rooms_lock);
	list_for_each_entry(room, &mm->rooms, link)
		if (room->task == current)
			return room;
	return NULL;
}

/**
 * xe_room_begin - before a call of TTM that may make room
 * @mm: memory of buffers
 * @room: filled in; in use until xe_room_end()
 *
 * Context: process context.
 */
void xe_room_begin(struct xe_mm *mm, struct xe_room *room)
{
	room->task = current;
	room->until = jiffies + PATIENCE;
	guard(spinlock)(&mm->rooms_lock);
	list_add(&room->link, &mm->rooms);
}

/**
 * xe_room_end - behind such a call
 * @mm: memory of buffers
 * @room: as for xe_room_begin()
 *
 * Context: process context.
 */
void xe_room_end(struct xe_mm *mm, struct xe_room *room)
{
	guard(spinlock)(&mm->rooms_lock);
	list_del(&room->link);
}

/**
 * xe_room_is_made - is this within such a call?
 * @mm: memory of buffers
 *
 * Context: process context.
 */
bool xe_room_is_made(struct xe_mm *mm)
{
	guard(spinlock)(&mm->rooms_lock);
	return room_of(mm);
}

/**
 * xe_room_may_wait - may it wait for those who use a buffer?
 * @mm: memory of buffers
 *
 * Context: process context.
 * Return: false if this is within such a call, and it has waited as long as it may.
 */
bool xe_room_may_wait(struct xe_mm *mm)
{
	struct xe_room *room;

	guard(spinlock)(&mm->rooms_lock);
	room = room_of(mm);
	return !room || time_before(jiffies, room->until);
}

/**
 * xe_room_waited - somebody was waited for, and is not done
 * @mm: memory of buffers
 *
 * Context: process context.
 */
void xe_room_waited(struct xe_mm *mm)
{
	struct xe_room *room;

	guard(spinlock)(&mm->rooms_lock);
	room = room_of(mm);
	if (room)
		room->until = jiffies;
}
