// SPDX-License-Identifier: MIT
/*
 * What a GuC is told later, and answers that are waited for without a thread that waits.
 */

#include <linux/jiffies.h>

#include <drm/drm_managed.h>

#include "guc/owed.h"
#include "xe_device.h"

/**
 * DOC: What is owed to a GuC
 *
 * Contexts (guc/context.c) and invalidations (guc/tlb.c) go on by events, and page faults are
 * answered (guc/page_fault.c). An event is handled where nothing may be sent, and a message may
 * find no room where nobody may wait: then it is owed, and one work of the bound side sends it. The
 * same work sees to answers that are overdue.
 *
 * A timer asks for the work: when the first answer is overdue, or soon, if something found no room.
 * It looks at the count before it asks, since the work would wake a card that sleeps.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * work                     bound side    see struct xe_hw_work
 * timer                    drm_device    last reference to it is dropped
 * an entry of the count    bound side    answered, forgotten, dropped or killed
 * ======================== ============= ==========================================
 */

static void ask(struct timer_list *timer)
{
	struct xe_guc_owed *owed = container_of(timer, struct xe_guc_owed, timer);

	if (atomic_read(&owed->count))
		xe_hw_work_queue(&owed->work);
}

static void timer_end(struct drm_device *drm, void *data)
{
	struct xe_guc_owed *owed = data;

	timer_shutdown_sync(&owed->timer);
}

/**
 * xe_guc_owed_init - before anything can be owed
 * @xe: the device
 * @run: the work: sends what is owed, and sees to what is overdue
 *
 * Context: a software step.
 * Return: 0 or -ENOMEM.
 */
int xe_guc_owed_init(struct xe_device *xe, void (*run)(struct xe_hw hw, struct xe_hw_work *work))
{
	struct xe_guc_owed *owed = &xe->guc_owed;

	xe_hw_work_init(xe, &owed->work, run);
	timer_setup(&owed->timer, ask, 0);
	return drmm_add_action_or_reset(&xe->drm, timer_end, owed);
}

/**
 * xe_guc_owed_add - something waits for a GuC, or for its turn
 * @hw: the token
 *
 * It keeps the device awake.
 *
 * Context: bound or in a section; any.
 */
void xe_guc_owed_add(struct xe_hw hw)
{
	atomic_inc(&xe_hw_device(hw)->guc_owed.count);
	xe_hw_awake_get(hw);
}

/**
 * xe_guc_owed_remove - it does not any more
 * @hw: the token
 *
 * Context: bound or in a section; any.
 */
void xe_guc_owed_remove(struct xe_hw hw)
{
	atomic_dec(&xe_hw_device(hw)->guc_owed.count);
	xe_hw_awake_put(xe_hw_device(hw));
}

/**
 * xe_guc_owed_now - have the work run
 * @hw: the token
 *
 * Context: bound or in a section; any.
 */
void xe_guc_owed_now(struct xe_hw hw)
{
	xe_hw_work_queue(&xe_hw_device(hw)->guc_owed.work);
}

/**
 * xe_guc_owed_by - have the work run at a time, or earlier
 * @hw: the token
 * @when: in jiffies
 *
 * Context: bound or in a section; any.
 */
void xe_guc_owed_by(struct xe_hw hw, unsigned long when)
{
	timer_reduce(&xe_hw_device(hw)->guc_owed.timer, when);
}
