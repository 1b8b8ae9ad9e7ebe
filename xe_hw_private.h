/* SPDX-License-Identifier: MIT */
/*
 * What is behind the token: for xe_hw.c and xe_mmio.c only.
 */
#ifndef _XE_HW_PRIVATE_H_
#define _XE_HW_PRIVATE_H_

#include <linux/lockdep.h>
#include <linux/rwsem.h>

#include "hw/state.h"
#include "xe_device.h"
#include "xe_hw.h"

#define XE_BAR_REGS		0
#define XE_BAR_VRAM		2
#define XE_REGS_SIZE		SZ_4M		/* registers at the start of BAR 0 */
#define XE_GSM_OFFSET		SZ_8M		/* GGTT entries in its upper half */
#define XE_GSM_SIZE		SZ_8M

/*
 * The software device is embedded, so that there is a way from the device to the token in xe_hw.c
 * and nowhere else. @device is not the first member on purpose; a cast is not a door.
 */
struct xe_hw_private {
	/* Valid from bind to the last devm action. */
	struct pci_dev *pdev;
	void __iomem *regs;
	void __iomem *gsm;
	void __iomem *vram;
	resource_size_t vram_size;
	const struct xe_hw_power_ops *power;
	irqreturn_t (*irq_hard)(struct xe_hw hw);
	irqreturn_t (*irq_thread)(struct xe_hw hw);
	int irq;

	/* Set while the DRM device is registered: a failed probe never gets there. */
	bool published;
	/* Once true it stays so: this card is not coming back under this device. */
	bool lost;

	/* DMA mappings can be undone; cleared when unbind has undone them, under @dma_gate. */
	bool dma_open;
	struct rw_semaphore dma_gate;

	/* Register accesses, for figures; not exact when accesses race. */
	u64 accesses;

#ifdef CONFIG_LOCKDEP
	struct lockdep_map held;
#endif
	struct xe_hw_state state;
	struct xe_device device;
};

static inline struct xe_hw_private *xe_hw_priv(struct xe_hw hw)
{
	return ACCESS_PRIVATE(&hw, priv);
}

static inline void xe_hw_assert_held(struct xe_hw hw)
{
#ifdef CONFIG_LOCKDEP
	lockdep_assert(lock_is_held(&xe_hw_priv(hw)->held));
#endif
}

#endif
