/* SPDX-License-Identifier: MIT */
/*
 * The door of after.c: the token, and the two ways to be handed one.
 */
#ifndef _EDU_HW_H_
#define _EDU_HW_H_

#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include <drm/drm_device.h>

struct drm_driver;
struct pci_dev;

/* [state] */
/* The hardware world: complete in edu_hw.c only, so that nobody else can name it. */
struct edu_hw;

/* The software world: there until the last reference to @drm is dropped. */
struct edu {
	struct drm_device drm;
	struct mutex lock;	/* one computation at a time */
	struct completion done;
	u64 computed;
	struct workqueue_struct *wq;
	struct delayed_work watch;
};

/* [end] */

static inline struct edu *to_edu(struct drm_device *drm)
{
	return container_of(drm, struct edu, drm);
}

/* Sections */
struct edu_section {
	struct edu_hw *token;
	int idx;
	bool open;
};

struct edu_section edu_enter(struct edu *edu);
void edu_exit(struct edu_section *section);
DEFINE_CLASS(edu_section, struct edu_section, edu_exit(&_T), edu_enter(edu), struct edu *edu)

/* Run the following statement with a token; skip it if there is no hardware. */
#define edu_scoped(hw, edu)							\
	for (CLASS(edu_section, __section)(edu); __section.open; __section.open = false) \
		for (struct edu_hw *const hw = __section.token; __section.open;	\
		     __section.open = false)

/* The bound side */
int edu_hw_probe(struct pci_dev *pdev, const struct drm_driver *driver,
		 int (*init)(struct edu *edu), int (*start)(struct edu_hw *hw));
int __must_check edu_hw_defer(struct edu_hw *hw, void (*stop)(struct edu_hw *hw));
int __must_check edu_hw_request_irq(struct edu_hw *hw, irqreturn_t (*handler)(struct edu_hw *hw));
int __must_check edu_hw_add_sysfs(struct edu_hw *hw, const struct attribute_group *group);
struct edu *edu_hw_device(struct edu_hw *hw);

/* What needs a token */
u32 edu_read(struct edu_hw *hw, u32 reg);
void edu_write(struct edu_hw *hw, u32 reg, u32 value);

#endif
