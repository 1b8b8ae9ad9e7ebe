// SPDX-License-Identifier: MIT
/*
 * The door of after.c. No other file knows where the registers are.
 */
#include <linux/pci.h>

#include <drm/drm_drv.h>

#include "edu_hw.h"

/* [hw] */
struct edu_hw {
	struct pci_dev *pdev;
	void __iomem *regs;
	irqreturn_t (*handler)(struct edu_hw *hw);
	bool published;
	struct edu edu;
};

/* [section] */
struct edu_section edu_enter(struct edu *edu)
{
	struct edu_hw *hw = container_of(edu, struct edu_hw, edu);
	struct edu_section section = {};

	if (!drm_dev_enter(&edu->drm, &section.idx))
		return section;

	/* drm_dev_enter() says yes during a probe that may still fail. */
	if (!READ_ONCE(hw->published)) {
		drm_dev_exit(section.idx);
		return section;
	}

	section.token = hw;
	section.open = true;
	return section;
}

void edu_exit(struct edu_section *section)
{
	if (section->token)
		drm_dev_exit(section->idx);
}

/* [end] */

u32 edu_read(struct edu_hw *hw, u32 reg)
{
	return readl(hw->regs + reg);
}

void edu_write(struct edu_hw *hw, u32 reg, u32 value)
{
	writel(value, hw->regs + reg);
}

struct edu *edu_hw_device(struct edu_hw *hw)
{
	return &hw->edu;
}

/* [defer] */
struct action {
	struct edu_hw *hw;
	void (*stop)(struct edu_hw *hw);
};

static void action_release(struct device *dev, void *res)
{
	struct action *action = res;

	action->stop(action->hw);
}

int edu_hw_defer(struct edu_hw *hw, void (*stop)(struct edu_hw *hw))
{
	struct action *action = devres_alloc(action_release, sizeof(*action), GFP_KERNEL);

	if (!action) {
		stop(hw);
		return -ENOMEM;
	}

	action->hw = hw;
	action->stop = stop;
	devres_add(&hw->pdev->dev, action);
	return 0;
}

/* [end] */

static irqreturn_t irq_handler(int irq, void *data)
{
	struct edu_hw *hw = data;

	return hw->handler(hw);
}

int edu_hw_request_irq(struct edu_hw *hw, irqreturn_t (*handler)(struct edu_hw *hw))
{
	int err = pci_alloc_irq_vectors(hw->pdev, 1, 1, PCI_IRQ_ALL_TYPES);

	if (err < 0)
		return err;

	hw->handler = handler;
	return devm_request_irq(&hw->pdev->dev, pci_irq_vector(hw->pdev, 0), irq_handler, 0,
				"edu", hw);
}

int edu_hw_add_sysfs(struct edu_hw *hw, const struct attribute_group *group)
{
	return devm_device_add_group(&hw->pdev->dev, group);
}

/* [probe] */
static void unpublish(struct edu_hw *hw)
{
	drm_dev_unplug(&hw->edu.drm);
}

static int publish(struct edu_hw *hw)
{
	int err;

	/* Before there are nodes, so that the first open() finds sections to work. */
	WRITE_ONCE(hw->published, true);
	err = drm_dev_register(&hw->edu.drm, 0);
	if (err) {
		unpublish(hw);
		return err;
	}

	return edu_hw_defer(hw, unpublish);
}

int edu_hw_probe(struct pci_dev *pdev, const struct drm_driver *driver,
		 int (*init)(struct edu *edu), int (*start)(struct edu_hw *hw))
{
	struct edu_hw *hw;
	int err;

	hw = devm_drm_dev_alloc(&pdev->dev, driver, struct edu_hw, edu.drm);
	if (IS_ERR(hw))
		return PTR_ERR(hw);

	hw->pdev = pdev;
	pci_set_drvdata(pdev, &hw->edu);
	err = init(&hw->edu);
	if (err)
		return err;

	err = pcim_enable_device(pdev);
	if (err)
		return err;

	hw->regs = pcim_iomap_region(pdev, 0, "edu");
	if (IS_ERR(hw->regs))
		return PTR_ERR(hw->regs);

	pci_set_master(pdev);
	err = start(hw);
	if (err)
		return err;

	return publish(hw);
}

/* [end] */
