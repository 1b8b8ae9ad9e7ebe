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
#include <linux/types.h>

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
 * Everything that touches hardware takes a &struct xe_hw, the *token*. The type is
 * incomplete outside xe_hw.c and xe_mmio.c, so code that was not handed a token cannot
 * name the hardware: it does not compile. There are two ways to be handed one:
 *
 * - the *bound side*: probe steps, teardown actions registered with
 *   xe_hw_on_unbind(), interrupt handlers, power management, error recovery and
 *   shutdown callbacks. The driver core guarantees that the device is bound; all of these
 *   get the token as an argument.
 * - a *section*: software that wants to reach the hardware opens one with
 *   xe_hw_scoped(). It wraps drm_dev_enter()/drm_dev_exit() and a runtime PM
 *   reference, and it is skipped if the device is gone, lost, or not yet (or no
 *   longer) published.
 *
 * A section looks like this::
 *
 *	int err = -ENODEV;
 *
 *	xe_hw_scoped(hw, xe)
 *		err = xe_pcode_read(hw, cmd, &value);
 *	return err;
 *
 * What was mapped for DMA has to be unmapped when its memory is freed, which may be between the
 * start of unplug and the end of unbind, while the card sleeps, or after all of it.
 * xe_hw_scoped_dma() is the section for that: open until unbind has undone every DMA mapping,
 * closed for good afterwards. Its token is a &struct xe_dma, with which nothing else can be done.
 *
 * A token is a key on loan. It is never stored, returned, cast or passed to a
 * worker; a worker opens a section of its own. Nothing inside a section waits for
 * userspace, for a fence, or for anything without a short bound: all DRM
 * drivers share one SRCU domain, and unplug waits for it.
 *
 * No section of a device is opened where its token is at hand: unplug may have begun since, the
 * second one is skipped, and half of a step is done. Callees take the token. For callbacks of a
 * library that do not pass it on, have done beforehand what they would need it for.
 *
 * A card that was pulled answers every read with all ones. The read accessors
 * notice this, make sure with a register that can never read so, and declare the
 * device *lost*. From then on accessors do not touch the bus, polls end at
 * once with -ENODEV, no section opens, and the rest of the teardown runs as usual
 * but without a single timeout.
 *
 * ============================ ============= ====================================
 * object                       owner         released when
 * ============================ ============= ====================================
 * what the token leads to      drm_device    last reference to it is dropped
 * BAR mappings, IRQ vectors    devm          unbind, last
 * teardown actions             devm          unbind, in reverse order
 * DRM registration             devm          unbind, first
 * section                      caller        end of its scope
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
};

struct xe_dma_section {
	struct xe_dma token;
	bool open;
};

struct xe_hw_section xe_hw_enter(struct xe_device *xe);
void xe_hw_exit(struct xe_hw_section *section);
struct xe_dma_section xe_hw_enter_dma(struct xe_device *xe);
void xe_hw_exit_dma(struct xe_dma_section *section);

DEFINE_CLASS(xe_hw_section, struct xe_hw_section, xe_hw_exit(&_T),
	     xe_hw_enter(xe), struct xe_device *xe)

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
 * Context: process context, may sleep (resumes the device). Not where there is a token.
 */
#define xe_hw_scoped(token, xe)		__xe_hw_scoped(xe_hw_section, token, xe)

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
 * struct xe_hw_step - one step of probe
 * @name: what it brings up, for the message if it fails
 * @start: acquires, and registers with xe_hw_on_unbind() what undoes it, before it returns
 */
struct xe_hw_step {
	const char *name;
	int (*start)(struct xe_hw_bind bind);
};

/**
 * struct xe_hw_power_ops - what power transitions have to do
 * @prepare: before system sleep, user space stands still; opens sections where it needs hardware
 * @suspend: about to leave D0; @system: system sleep rather than runtime PM
 * @resume: back in D0, configuration space is restored and nothing else; if it fails the card has
 *	been declared wedged or lost
 * @shutdown: the system is going down; nothing of the card may reach memory when it returns
 */
struct xe_hw_power_ops {
	int (*prepare)(struct xe_device *xe);
	int (*suspend)(struct xe_hw hw, bool system);
	int (*resume)(struct xe_hw hw, bool system);
	void (*shutdown)(struct xe_hw hw);
};

int xe_hw_probe(struct pci_dev *pdev, const struct drm_driver *driver,
		const struct xe_platform *platform,
		const struct xe_hw_step *steps, unsigned int num_steps,
		const struct xe_hw_power_ops *power);
void xe_hw_remove(struct pci_dev *pdev);
void xe_hw_shutdown(struct pci_dev *pdev);
int __must_check xe_hw_on_unbind(struct xe_hw_bind bind, xe_hw_stop_t stop, void *data);
int xe_hw_enable_dma(struct xe_hw_bind bind);
void xe_hw_clear_master(struct xe_hw hw);
int __must_check xe_hw_request_irq(struct xe_hw hw, irqreturn_t (*hard)(struct xe_hw hw),
				   irqreturn_t (*thread)(struct xe_hw hw));
void xe_hw_wait_irq_idle(struct xe_hw hw);

struct xe_hw xe_hw_bound(struct xe_hw_bind bind);
struct xe_device *xe_hw_device(struct xe_hw hw);
struct xe_hw_state *xe_hw_state(struct xe_hw hw);

bool xe_hw_is_lost(struct xe_hw hw);
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
