/* SPDX-License-Identifier: MIT */
/*
 * Accesses to the BARs, with the token.
 */
#ifndef _XE_MMIO_H_
#define _XE_MMIO_H_

#include <linux/mm_types.h>

#include "xe_hw.h"

/**
 * struct xe_reg - a register of BAR 0 that exists once per card
 * @offset: in bytes
 */
struct xe_reg {
	u32 offset;
};

/**
 * struct xe_gt_reg - a register that each GT has; see xe_gt_read32()
 * @reg: where the primary GT has it
 */
struct xe_gt_reg {
	struct xe_reg reg;
};

/**
 * struct xe_mcr_reg - a register that each GT has several times; see xe_mcr_read32()
 * @reg: where the primary GT has it
 */
struct xe_mcr_reg {
	struct xe_reg reg;
};

#define XE_REG(o)	((const struct xe_reg){ (o) })
#define XE_GT_REG(o)	((const struct xe_gt_reg){ { (o) } })
#define XE_MCR_REG(o)	((const struct xe_mcr_reg){ { (o) } })

/* What to write to a masked register (upper half: which bits of the lower half change). */
#define XE_MASKED_FIELD(mask, value)	((u32)(mask) << 16 | (value))
#define XE_MASKED_ENABLE(bits)		XE_MASKED_FIELD(bits, bits)
#define XE_MASKED_DISABLE(bits)		XE_MASKED_FIELD(bits, 0)

/* Registers */
u32 xe_read32(struct xe_hw hw, struct xe_reg reg);
void xe_write32(struct xe_hw hw, struct xe_reg reg, u32 value);
u32 xe_rmw32(struct xe_hw hw, struct xe_reg reg, u32 clear, u32 set);
u64 xe_read64(struct xe_hw hw, struct xe_reg reg);
int xe_wait32(struct xe_hw hw, struct xe_reg reg, u32 mask, u32 value,
	      unsigned int timeout_us, u32 *last);
int xe_wait32_atomic(struct xe_hw hw, struct xe_reg reg, u32 mask, u32 value,
		     unsigned int timeout_us, u32 *last);
bool xe_hw_answers(struct xe_hw hw);
u64 xe_hw_accesses(struct xe_hw hw);

/* GGTT entries (the upper half of BAR 0) */
void xe_gsm_fill(struct xe_hw hw, u32 entry, u32 count, u64 pte);
u64 xe_gsm_read(struct xe_hw hw, u32 entry);

/* VRAM through BAR 2; the range must lie within xe_vram_bar_size() */
int __must_check xe_vram_bar_map(struct xe_hw hw);
u64 xe_vram_bar_size(struct xe_hw hw);
vm_fault_t xe_vram_bar_insert_pfn(struct xe_hw hw, struct vm_area_struct *vma,
				  unsigned long address, u64 offset);
void xe_vram_bar_read(struct xe_hw hw, u64 offset, void *buf, size_t len);
void xe_vram_bar_write(struct xe_hw hw, u64 offset, const void *buf, size_t len);
void xe_vram_bar_fill(struct xe_hw hw, u64 offset, u8 byte, size_t len);
void xe_vram_bar_write64(struct xe_hw hw, u64 offset, u64 value, u64 step, u32 count);
void xe_vram_bar_flush(struct xe_hw hw);

#endif
