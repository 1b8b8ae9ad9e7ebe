/* SPDX-License-Identifier: MIT */
/*
 * The door between the software world and the hardware world.
 */
#ifndef _XE_HW_H_
#define _XE_HW_H_

#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/dma-direction.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct dev_pm_ops;
struct drm_driver;
struct pci_dev;
struct pci_error_handlers;
struct sg_table;
struct xe_hw_private;
struct xe_hw_state;
struct xe_device;
struct xe_platform;

/**
 * DOC: The hardware token
 *
 * There are two worlds in this driver.
 *
 * The *hardware world* exists while the driver is bound to the PCI device: BAR
 * mappings, interrupts, the firmware and its channel, GGTT entries, DMA
 * mappings, runtime PM. It is managed by devm and is torn down in one way, by
 * unwinding devm, whatever the reason.
 *
 * The *software world* exists until the last reference to the &drm_device is
 * dropped: struct xe_device, buffer objects, files, IDs, locks. It is managed by
 * drmm and by reference counts below it.
 *
 * Everything that touches hardware takes a &struct xe_hw, the *token*. It is passed by value, it
 * cannot be assigned or converted, and what is in it is private to xe_hw*.c and xe_mmio.c: code
 * that was not handed a token cannot name the hardware, it does not compile. There are two ways to
 * be handed one:
 *
 * - the *bound side*: probe steps, teardown actions registered with xe_hw_on_unbind(), interrupt
 *   handlers, the works of &struct xe_hw_work, power management, error recovery and shutdown
 *   callbacks. The device is bound as long as they run, for unbind waits for them; all of these get
 *   the token as an argument.
 * - a *section*: software that wants to reach the hardware opens one with
 *   xe_hw_scoped(). It wraps drm_dev_enter()/drm_dev_exit() and a runtime PM
 *   reference, and it is skipped if the device is gone, lost, or not yet (or no
 *   longer) published.
 *
 * A section looks like this::
 *
 *	int err = -EAGAIN;
 *
 *	xe_hw_scoped(hw, xe) {
 *		value = xe_read32(hw, REG);
 *		err = xe_hw_is_lost(hw) ? -ENODEV : 0;
 *	}
 *	return xe_hw_error(xe, err);
 *
 * What was mapped for DMA has to be unmapped when its memory is freed, which may be between the
 * start of unplug and the end of unbind, while the card sleeps, or after all of it.
 * xe_hw_scoped_dma() is the section for that: open until unbind has undone every DMA mapping,
 * closed for good afterwards. Its token is a &struct xe_dma, with which nothing else can be done.
 *
 * A token is a key on loan. It is never stored, returned, cast or passed to a worker; a worker
 * opens a section of its own. All DRM drivers share one SRCU domain, and unplug of any device waits
 * for all sections of all of them. So nothing inside of a section waits for user space, for a
 * fence, for firmware or for reclaim, and a section does not wait for the device to wake up: that
 * is waited for before it opens. What has to wait for firmware is the bound side's business, which
 * may wait with a bound: xe_hw_call() asks it to, and waits for it in software.
 *
 * Not everybody may wait for the device to wake up: not who is on the way to signalling a fence,
 * nor reclaim, nor an MMU notifier. xe_hw_scoped_awake() is the section for them. It is skipped if
 * the device sleeps, and who uses it knows what that means: no context is registered then, nothing
 * is cached, and software notes alone what it would have said. Work that the device does for itself
 * keeps it awake by a count, which is taken in a section with xe_hw_awake_get() and given back
 * where the work ends.
 *
 * Unbind begins in the driver core, which wakes the device up before it calls the driver: a resume
 * is waited for, see hw/pcode.h. The driver begins, behind its remove callback, with a flag. From
 * then on no section opens, waits of works and of xe_hw_call() end with -ENODEV, and only then the
 * device is unplugged. So neither the number of those who wait nor the firmware that they wait for
 * delays unplug, of this device or another.
 *
 * No section of a device is opened where its token is at hand: unplug may have begun since, the
 * second one is skipped, and half of a step is done. Callees take the token. For callbacks of a
 * library that do not pass it on, have done beforehand what they would need it for.
 *
 * A card that was pulled answers every read with all ones. The read accessors notice this, make
 * sure with a register that can never read so, and declare the device *lost*. From then on
 * accessors do not touch the bus, polls end at once with -ENODEV, no section opens, and the rest of
 * the teardown runs as usual but without a single timeout. The device may be alive all the same,
 * behind a bridge that was busy for a moment: it is kept from memory by its bus mastering, in
 * configuration space, before the first page that it may know of is given back. It stays lost until
 * the driver is bound anew.
 *
 * ============================ ============= ====================================
 * object                       owner         released when
 * ============================ ============= ====================================
 * what the token leads to      drm_device    last reference to it is dropped
 * BAR mappings, IRQ vectors    devm          unbind, last
 * teardown actions             devm          unbind, in reverse order
 * DRM registration             devm          unbind, first
 * works, calls                 bound side    unbind, behind unplug; see struct xe_hw_work
 * section                      caller        end of its scope
 * count that keeps awake        bound side    xe_hw_awake_put(), or unbind
 * ============================ ============= ====================================
 */
struct xe_hw {
	struct xe_hw_private *const __private priv;
};

/* The part of the token that xe_dma_unmap() takes: there also during sleep and unplug. */
struct xe_dma {
	struct xe_hw_private *const __private priv;
};

/* What only a probe step has: the token, and the right to register what is undone at unbind. */
struct xe_hw_bind {
	struct xe_hw_private *const __private priv;
};

/*
 * Sections. Only xe_hw_scoped() and xe_hw_scoped_dma() use these.
 */
struct xe_hw_section {
	struct xe_hw token;
	int idx;
	bool open;
#ifdef CONFIG_LOCKDEP
	ktime_t opened;
#endif
};

struct xe_dma_section {
	struct xe_dma token;
	bool open;
};

struct xe_hw_section xe_hw_enter(struct xe_device *xe);
struct xe_hw_section xe_hw_enter_awake(struct xe_device *xe);
void xe_hw_exit(struct xe_hw_section *section);
struct xe_dma_section xe_hw_enter_dma(struct xe_device *xe);
void xe_hw_exit_dma(struct xe_dma_section *section);

DEFINE_CLASS(xe_hw_section, struct xe_hw_section, xe_hw_exit(&_T),
	     xe_hw_enter(xe), struct xe_device *xe)

DEFINE_CLASS(xe_hw_awake_section, struct xe_hw_section, xe_hw_exit(&_T),
	     xe_hw_enter_awake(xe), struct xe_device *xe)

DEFINE_CLASS(xe_dma_section, struct xe_dma_section, xe_hw_exit_dma(&_T),
	     xe_hw_enter_dma(xe), struct xe_device *xe)

#define __xe_hw_scoped(class, name, xe)				\
	for (CLASS(class, __xe_section)(xe); __xe_section.open;		\
	     __xe_section.open = false)					\
		for (typeof(__xe_section.token) const name __maybe_unused = __xe_section.token; \
		     __xe_section.open; __xe_section.open = false)

/**
 * xe_hw_scoped - run the following statement with a token, if there is hardware
 * @token: name of the token within the statement
 * @xe: &struct xe_device
 *
 * The statement is skipped if the device is unplugged, lost, not published, or
 * cannot be resumed. It is left exactly once on ``break``, ``continue``,
 * ``return`` and ``goto``; the first two leave the section, not a loop around it.
 *
 * Context: process context, may sleep until the device is awake; not where there is a token, not on
 * the way to signalling a fence, not in reclaim, and not under a lock that a power callback takes.
 */
#define xe_hw_scoped(token, xe)		__xe_hw_scoped(xe_hw_section, token, xe)

/**
 * xe_hw_scoped_awake - run the following statement with a token, if the hardware is awake
 * @token: name of the token within the statement
 * @xe: &struct xe_device
 *
 * As xe_hw_scoped(), but the statement is also skipped while the device sleeps or is about to: it
 * is not woken up, and nothing is waited for. What is in the statement may not wait for fences or
 * reclaim either.
 *
 * Context: process context without spinlocks; also on the way to signalling a fence, and in
 * reclaim. Not where there is a token.
 */
#define xe_hw_scoped_awake(token, xe)	__xe_hw_scoped(xe_hw_awake_section, token, xe)

/**
 * xe_hw_scoped_dma - run the following statement with a token that is good for xe_dma_unmap() only
 * @token: name of the token within the statement
 * @xe: &struct xe_device
 *
 * Also runs while the device is being unplugged, and does not wake it. The statement is skipped
 * when unbind has undone all DMA mappings.
 *
 * Context: process context, may sleep. Not within itself.
 */
#define xe_hw_scoped_dma(token, xe)	__xe_hw_scoped(xe_dma_section, token, xe)

/*
 * The bound side.
 */

/**
 * typedef xe_hw_stop_t - what undoes an acquisition at unbind
 * @hw: the token; accesses are silent no-ops if the device is lost
 * @data: as given to xe_hw_on_unbind()
 */
typedef void (*xe_hw_stop_t)(struct xe_hw hw, void *data);

/**
 * struct xe_sw_step - one step of bringing up the software world, before there is any hardware
 * @name: what it brings up, for the message if it fails
 * @init: acquires, and has drmm release it
 */
struct xe_sw_step {
	const char *name;
	int (*init)(struct xe_device *xe);
};

/**
 * struct xe_hw_step - one step of probe
 * @name: what it brings up, for the message if it fails
 * @start: acquires, and registers with xe_hw_on_unbind() what undoes it, before it returns
 */
struct xe_hw_step {
	const char *name;
	int (*start)(struct xe_hw_bind bind);
};

/**
 * struct xe_hw_ops - what the driver does when the state of the device changes
 * @prepare: before system sleep, user space stands still; opens sections where it needs hardware
 * @suspend: about to leave D0; @system: system sleep rather than runtime PM
 * @resume: back in D0, configuration space is restored and nothing else; if it fails the device has
 *	been declared wedged or lost
 * @shutdown: the system is going down; nothing of the device may reach memory when it returns
 * @wake: software that waits for the device is to look again whether it is gone, lost or wedged:
 *	called when unbind begins, when no section is open any more, and when the device is declared
 *	lost or given up; in any context. May be missing
 * @lost: the device was declared lost, and does not reach memory any more; in software, from a
 *	worker, or at shutdown, then possibly once more: all that software waits for is to be ended.
 *	May be missing
 * @wedged: the device was given up, and its engines do not reach memory any more: likewise. May be
 *	missing
 */
struct xe_hw_ops {
	int (*prepare)(struct xe_device *xe);
	int (*suspend)(struct xe_hw hw, bool system);
	int (*resume)(struct xe_hw hw, bool system);
	void (*shutdown)(struct xe_hw hw);
	void (*wake)(struct xe_device *xe);
	void (*lost)(struct xe_device *xe);
	void (*wedged)(struct xe_device *xe);
};

/**
 * struct xe_hw_driver - what xe_hw_probe() binds
 * @drm: what to register
 * @sw_steps: run in order, released by drmm in reverse
 * @num_sw_steps: how many
 * @steps: run in order, each with the token; undone by devm in reverse
 * @num_steps: how many
 * @ops: changes of state, after probe
 */
struct xe_hw_driver {
	const struct drm_driver *drm;
	const struct xe_sw_step *sw_steps;
	unsigned int num_sw_steps;
	const struct xe_hw_step *steps;
	unsigned int num_steps;
	const struct xe_hw_ops *ops;
};

int xe_hw_probe(struct pci_dev *pdev, const struct xe_platform *platform,
		const struct xe_hw_driver *driver);
void xe_hw_remove(struct pci_dev *pdev);
void xe_hw_shutdown(struct pci_dev *pdev);
int __must_check xe_hw_on_unbind(struct xe_hw_bind bind, xe_hw_stop_t stop, void *data);
int xe_hw_enable_dma(struct xe_hw_bind bind);
void xe_hw_clear_master(struct xe_hw hw);
void xe_hw_allow_master(struct xe_hw hw);
int __must_check xe_hw_request_irq(struct xe_hw hw, irqreturn_t (*hard)(struct xe_hw hw),
				   irqreturn_t (*thread)(struct xe_hw hw));
void xe_hw_wait_irq_idle(struct xe_hw hw);

struct xe_hw xe_hw_bound(struct xe_hw_bind bind);
/* Of a token it is always the same: asked for often, it is called once. */
struct xe_device *xe_hw_device(struct xe_hw hw) __attribute_const__;
struct xe_hw_state *xe_hw_state(struct xe_hw hw) __attribute_const__;

/*
 * Work of the bound side, asked for by software.
 */

/**
 * struct xe_hw_work - something that the bound side does when it is asked to
 *
 * A member of the software device, so that it can be asked for at any time. It runs while the
 * device is bound and published, awake; unbind ends its waits and waits for it. Not while the
 * system sleeps, which waits for it, too: it runs again behind that.
 */
struct xe_hw_work {
	/** @work: disabled while the device is not published */
	struct work_struct work;
	/** @link: works of the device, constant */
	struct list_head link;
	/** @xe: the device */
	struct xe_device *xe;
	/** @queue: where it runs */
	struct workqueue_struct *queue;
	/** @run: what to do; also called when published, and behind system sleep */
	void (*run)(struct xe_hw hw, struct xe_hw_work *work);
};

void xe_hw_work_init(struct xe_device *xe, struct xe_hw_work *work,
		     void (*run)(struct xe_hw hw, struct xe_hw_work *work));
void xe_hw_reset_work_init(struct xe_device *xe, struct xe_hw_work *work,
			   void (*run)(struct xe_hw hw, struct xe_hw_work *work));
void xe_hw_work_queue(struct xe_hw_work *work);
void xe_hw_work_flush(struct xe_hw_work *work);
int xe_hw_call(struct xe_device *xe, int (*fn)(struct xe_hw hw, void *data), void *data);
bool xe_hw_is_going(struct xe_hw hw);
void xe_hw_may_take_long(struct xe_hw hw);

bool xe_hw_is_gone(struct xe_device *xe);
bool xe_hw_is_off(struct xe_device *xe);

/**
 * xe_hw_error - what has failed on a device that is gone fails for that
 * @xe: the device
 * @err: an error, as of a section that was skipped; or 0
 *
 * To be asked behind the section: it may have gone meanwhile.
 *
 * Context: any.
 */
static inline int xe_hw_error(struct xe_device *xe, int err)
{
	return err && xe_hw_is_gone(xe) ? -ENODEV : err;
}

void xe_hw_silence_lost(struct xe_device *xe);
bool xe_hw_is_lost(struct xe_hw hw);
void xe_hw_wake_waiters(struct xe_device *xe);
void xe_hw_tell_wedged(struct xe_hw hw);
void xe_hw_stay_awake(struct xe_hw hw, unsigned int ms);
bool xe_hw_awake_get(struct xe_hw hw);
void xe_hw_awake_put(struct xe_device *xe);
void xe_hw_declare_lost(struct xe_hw hw, const char *reason);

u16 xe_hw_config_read16(struct xe_hw hw, int where);
bool xe_hw_d3cold_possible(struct xe_hw hw);
void xe_hw_allow_d3cold(struct xe_hw hw, bool allow);
void xe_hw_seal_dma(struct xe_hw hw);

extern const struct dev_pm_ops xe_hw_pm_ops;
extern const struct pci_error_handlers xe_hw_error_handlers;

/* DMA mappings */
int __must_check xe_dma_map(struct xe_hw hw, struct sg_table *sgt, enum dma_data_direction dir);
void xe_dma_unmap(struct xe_dma dma, struct sg_table *sgt, enum dma_data_direction dir);
struct xe_dma xe_hw_dma(struct xe_hw hw);

#endif
