/* SPDX-License-Identifier: MIT */
/*
 * What is behind the token: for the files of the door only, xe_hw*.c and xe_mmio.c.
 */
#ifndef _XE_HW_PRIVATE_H_
#define _XE_HW_PRIVATE_H_

#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "hw/state.h"
#include "xe_device.h"
#include "xe_hw.h"

#define XE_BAR_REGS		0
#define XE_BAR_VRAM		2
#define XE_GSM_OFFSET		SZ_8M		/* GGTT entries in its upper half */
#define XE_GSM_SIZE		SZ_8M

/*
 * The software device is embedded, so that there is a way from the device to the token in them
 * and nowhere else. @device is not the first member on purpose; a cast is not a door.
 */
struct xe_hw_private {
	/* Valid from bind to the last devm action. */
	struct pci_dev *pdev;
	void __iomem *regs;
	void __iomem *gsm;
	void __iomem *vram;
	resource_size_t vram_size;
	const struct xe_hw_ops *ops;
	irqreturn_t (*irq_hard)(struct xe_hw hw);
	irqreturn_t (*irq_thread)(struct xe_hw hw);
	int irq;

	/* Set while the DRM device is registered: a failed probe never gets there. */
	bool published;
	/* Unbind or shutdown has begun: no section opens, no work waits. */
	bool going;
	/* The works have ended: the waits of teardown have their time again. */
	bool works_ended;
	/* The system sleeps, from before the suspend callback until it is awake again. */
	bool asleep_system;
	/* From the end of the suspend callback to the resume callback: nothing of the card runs. */
	bool off_system;
	/* Between runtime resume and runtime suspend: for those who wait for the former. */
	bool awake;
	/* Once true it stays so: this device is not coming back, or must not be reached. */
	bool lost;
	struct work_struct lost_work;
	bool silenced;
	/* Protects @silenced: a device that is lost, or was not stopped, is kept from memory. */
	struct mutex silence_lock;

	/* Sections that are open, works that run. */
	atomic_t sections;
	/* Those who asked for a resume, and have not looked yet whether it is over. */
	atomic_t waiters;
	/* Those who wait for @awake, @going, @lost, or no @sections. */
	wait_queue_head_t changed;

	/*
	 * What signals fences must not wait for memory: rescuers of their own; and resets must not
	 * wait for those who wait for a reset.
	 */
	struct workqueue_struct *works_wq;
	struct workqueue_struct *resets_wq;
	/* Works of blocks; one of them makes the calls of xe_hw_call(). */
	struct list_head works;
	struct xe_hw_work call_work;
	struct list_head calls;
	bool calls_open;
	/* Protects @calls and @calls_open. */
	spinlock_t calls_lock;

	/* An idle device does not sleep before, in jiffies. */
	unsigned long awake_until;

	/* The device is kept awake by so many; behind unbind by none. */
	unsigned int keep_awake;
	bool keep_awake_over;
	/* Protects @keep_awake and @keep_awake_over. */
	spinlock_t keep_awake_lock;

	/* DMA mappings can be undone; cleared when unbind has undone them, under @dma_gate. */
	bool dma_open;
	struct rw_semaphore dma_gate;

	/* Register accesses, for figures; not exact when accesses race. */
	u64 accesses;

#ifdef CONFIG_LOCKDEP
	/* The token is held; a section is open; a power callback runs. See below. */
	struct lockdep_map held;
	struct lockdep_map section;
	struct lockdep_map power;
#endif
	struct xe_hw_state state;
	struct xe_device device;
};

static inline struct xe_hw_private *xe_hw_priv(struct xe_hw hw)
{
	return ACCESS_PRIVATE(&hw, priv);
}

static inline struct xe_hw_private *xe_hw_of(struct xe_device *xe)
{
	return container_of(xe, struct xe_hw_private, device);
}

static inline struct xe_hw xe_hw_token(struct xe_hw_private *priv)
{
	return (struct xe_hw){ .priv = priv };
}

/*
 * What lockdep knows: @held is held wherever there is a token, in sections and on the bound side;
 * accessors assert it, and sections the opposite. @section is held in sections, and stands behind
 * reclaim: who allocates in a section may wait for reclaim, and unplug of every DRM device for
 * that. So it does behind all locks under which somebody waits for firmware, who takes it for a
 * moment, see xe_hw_wait_long(). @power is held by power callbacks; before a section opens it was
 * waited for.
 *
 * @held is taken before the others: lockdep follows no chain through what is held for reading, so
 * that behind @held it would see no cycle.
 */
#ifdef CONFIG_LOCKDEP
static inline void xe_hw_hold(struct xe_hw_private *priv)
{
	lock_map_acquire_read(&priv->held);
}

static inline void xe_hw_release(struct xe_hw_private *priv)
{
	lock_map_release(&priv->held);
}

static inline void xe_hw_hold_power(struct xe_hw_private *priv)
{
	xe_hw_hold(priv);
	lock_map_acquire(&priv->power);
}

static inline void xe_hw_release_power(struct xe_hw_private *priv)
{
	lock_map_release(&priv->power);
	xe_hw_release(priv);
}

static inline void xe_hw_assert_not_held(struct xe_hw_private *priv)
{
	lockdep_assert(!lock_is_held(&priv->held));
}

/* Do not wait for the bound side while holding the token: it may wait back, or unplug has begun. */
static inline void xe_hw_may_wait(struct xe_hw_private *priv)
{
	xe_hw_assert_not_held(priv);
	lock_map_acquire(&priv->power);
	lock_map_release(&priv->power);
}

/* Whoever wants a lock that is held here waits as long: so no section may. */
static inline void xe_hw_wait_long(struct xe_hw_private *priv)
{
	lock_map_acquire(&priv->section);
	lock_map_release(&priv->section);
}

#else
static inline void xe_hw_hold(struct xe_hw_private *priv) { }
static inline void xe_hw_release(struct xe_hw_private *priv) { }
static inline void xe_hw_hold_power(struct xe_hw_private *priv) { }
static inline void xe_hw_release_power(struct xe_hw_private *priv) { }
static inline void xe_hw_assert_not_held(struct xe_hw_private *priv) { }
static inline void xe_hw_may_wait(struct xe_hw_private *priv) { }
static inline void xe_hw_wait_long(struct xe_hw_private *priv) { }
#endif

DEFINE_GUARD(xe_hw_token, struct xe_hw_private *, xe_hw_hold(_T), xe_hw_release(_T))
DEFINE_GUARD(xe_hw_power, struct xe_hw_private *, xe_hw_hold_power(_T), xe_hw_release_power(_T))

static inline void xe_hw_assert_held(struct xe_hw hw)
{
#ifdef CONFIG_LOCKDEP
	lockdep_assert(lock_is_held(&xe_hw_priv(hw)->held));
#endif
}

/*
 * System sleep waits for sections and works, as it does not ask whether there is a runtime PM
 * reference; none begins while it lasts. xe_hw_count_out() in either case.
 */
static inline bool xe_hw_count_in(struct xe_hw_private *priv)
{
	atomic_inc(&priv->sections);
	smp_mb__after_atomic();		/* pairs with the one in park() */
	return !READ_ONCE(priv->asleep_system);
}

static inline void xe_hw_count_out(struct xe_hw_private *priv)
{
	if (atomic_dec_and_test(&priv->sections) && READ_ONCE(priv->asleep_system))
		wake_up_all(&priv->changed);
}

/* xe_hw_section.c */
void xe_hw_sections_init(struct xe_hw_private *priv);

/* xe_hw_lost.c */
void xe_hw_lost_init(struct xe_hw_private *priv);
void door_lost_fini(struct xe_hw_private *priv);
void xe_hw_silence(struct xe_hw_private *priv);
void xe_hw_tell_lost(struct xe_hw_private *priv);

/* xe_hw_pm.c */
void xe_hw_end_keep_awake(struct xe_hw_private *priv);

/* xe_hw_work.c */
int xe_hw_works_init(struct xe_hw_private *priv);
void door_works_fini(struct xe_hw_private *priv);
void xe_hw_works_queue(struct xe_hw_private *priv);
void xe_hw_works_start(struct xe_hw_private *priv);
void xe_hw_works_end_waits(struct xe_hw_private *priv);
void xe_hw_works_end(struct xe_hw_private *priv);

#endif
