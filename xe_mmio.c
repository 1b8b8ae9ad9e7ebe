// SPDX-License-Identifier: MIT
/*
 * Accesses to the BARs: registers, GGTT entries, VRAM. Each takes the token.
 */

#include <linux/delay.h>
#include <linux/error-injection.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/iopoll.h>
#include <linux/iosys-map.h>
#include <linux/pci.h>

#include <drm/drm_cache.h>
#include <drm/drm_print.h>

#include "regs/mem.h"
#include "regs/soc.h"
#include "xe_hw_private.h"
#include "xe_mmio.h"
#include "xe_module.h"

#define XE_ALL_ONES		0xffffffffu

/*
 * Registers
 */

/*
 * The one place that looks at all ones. Many registers can read so by right; GU_CNTL cannot, most
 * of its bits are reserved and read as zero. If that answers, the register is asked once more: a
 * read of which the answer was lost is no value, and has had no effect.
 */
static u32 read_all_ones(struct xe_hw hw, struct xe_reg reg)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	if (readl(priv->regs + GU_CNTL.offset) != XE_ALL_ONES)
		return readl(priv->regs + reg.offset);

	xe_hw_declare_lost(hw, pci_device_is_present(priv->pdev) ?
			   "registers read as all ones, although its configuration space answers" :
			   "registers read as all ones");
	return XE_ALL_ONES;
}

/* 15015404425: a read can overtake writes; four more, to where nothing is, hold it back. */
static void flush_writes(struct xe_hw hw)
{
	for (unsigned int i = 0; i < 4; i++)
		writel(0, xe_hw_priv(hw)->regs + DUMMY_REG.offset);
}

/**
 * xe_read32 - read a register
 * @hw: the token
 * @reg: the register
 *
 * Context: bound or in a section; any interrupt state.
 * Return: the value; all ones if the card is lost.
 */
u32 xe_read32(struct xe_hw hw, struct xe_reg reg)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);
	u32 value;

	xe_hw_assert_held(hw);
	if (xe_hw_is_lost(hw))
		return XE_ALL_ONES;

	if (priv->device.platform->flush_before_read)
		flush_writes(hw);
	priv->accesses++;
	value = readl(priv->regs + reg.offset);
	if (unlikely(value == XE_ALL_ONES))
		value = read_all_ones(hw, reg);
	return value;
}

/**
 * xe_write32 - write a register
 * @hw: the token
 * @reg: the register; a masked one takes XE_MASKED_FIELD()
 * @value: to write; dropped if the card is lost
 *
 * Context: bound or in a section; any interrupt state.
 */
void xe_write32(struct xe_hw hw, struct xe_reg reg, u32 value)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	xe_hw_assert_held(hw);
	if (xe_hw_is_lost(hw))
		return;

	priv->accesses++;
	writel(value, priv->regs + reg.offset);
}

/**
 * xe_rmw32 - read, modify and write a register
 * @hw: the token
 * @reg: the register
 * @clear: bits to clear
 * @set: bits to set
 *
 * Not atomic: the caller owns the register. Nothing is written where nothing changes.
 *
 * Context: bound or in a section.
 * Return: the value before.
 */
u32 xe_rmw32(struct xe_hw hw, struct xe_reg reg, u32 clear, u32 set)
{
	u32 old = xe_read32(hw, reg);
	u32 new = (old & ~clear) | set;

	if (new != old)
		xe_write32(hw, reg, new);
	return old;
}

/**
 * xe_read64 - read a 64-bit register as two halves
 * @hw: the token
 * @reg: the lower half
 *
 * For counters: the upper half is read on both sides of the lower one until it stands still.
 *
 * Context: bound or in a section.
 * Return: the value; all ones if the card is lost.
 */
u64 xe_read64(struct xe_hw hw, struct xe_reg reg)
{
	struct xe_reg upper = { .offset = reg.offset + 4 };
	u32 low, high = xe_read32(hw, upper), before;

	for (int tries = 0; tries < 4; tries++) {
		before = high;
		low = xe_read32(hw, reg);
		high = xe_read32(hw, upper);
		if (high == before)
			break;
	}
	return (u64)high << 32 | low;
}

static int wait32(struct xe_hw hw, struct xe_reg reg, u32 mask, u32 value,
		  unsigned int timeout_us, u32 *last, bool atomic)
{
	ktime_t end = ktime_add_us(ktime_get(), timeout_us);
	unsigned int pause_us = 1;
	bool expired;
	u32 now;

	for (;;) {
		/* Before the read: a caller that was scheduled away still gets a last look. */
		expired = ktime_after(ktime_get(), end);
		now = xe_read32(hw, reg);
		if (last)
			*last = now;
		if (xe_hw_is_lost(hw))
			return -ENODEV;
		if ((now & mask) == value)
			return 0;
		if (expired)
			return -ETIMEDOUT;

		if (atomic || pause_us < 10)
			udelay(atomic ? 1 : pause_us);
		else
			usleep_range(pause_us, 2 * pause_us);
		pause_us = min(2 * pause_us, 1000u);
	}
}

/**
 * xe_wait32 - poll a register until a field has a value
 * @hw: the token
 * @reg: the register
 * @mask: the field
 * @value: what (register & @mask) has to be
 * @timeout_us: bound, in microseconds
 * @last: if not NULL, the last value read
 *
 * Context: bound or in a section, may sleep.
 * Return: 0, -ETIMEDOUT, or at once -ENODEV if the card is lost.
 */
int xe_wait32(struct xe_hw hw, struct xe_reg reg, u32 mask, u32 value,
	      unsigned int timeout_us, u32 *last)
{
	might_sleep();
	return wait32(hw, reg, mask, value, timeout_us, last, false);
}

/**
 * xe_wait32_atomic - xe_wait32() for callers that cannot sleep
 * @hw: the token
 * @reg: the register
 * @mask: the field
 * @value: what (register & @mask) has to be
 * @timeout_us: bound, in microseconds; keep it short
 * @last: if not NULL, the last value read
 *
 * Context: bound or in a section; any interrupt state.
 * Return: 0, -ETIMEDOUT, or at once -ENODEV if the card is lost.
 */
int xe_wait32_atomic(struct xe_hw hw, struct xe_reg reg, u32 mask, u32 value,
		     unsigned int timeout_us, u32 *last)
{
	return wait32(hw, reg, mask, value, timeout_us, last, true);
}

/**
 * xe_hw_answers - is the device still there?
 * @hw: the token
 *
 * For who has only written, or looked at memory: that a device is gone shows where it is read.
 *
 * Context: bound or in a section; any interrupt state.
 * Return: false if it is lost.
 */
bool xe_hw_answers(struct xe_hw hw)
{
	xe_read32(hw, GU_CNTL);
	return !xe_hw_is_lost(hw);
}

/**
 * xe_hw_accesses - register accesses since bind
 * @hw: the token
 */
u64 xe_hw_accesses(struct xe_hw hw)
{
	return xe_hw_priv(hw)->accesses;
}

/*
 * GGTT entries
 */

/**
 * xe_gsm_fill - write GGTT entries
 * @hw: the token
 * @entry: index of the first
 * @count: how many; they end within XE_GSM_SIZE / 8
 * @pte: what each of them becomes
 *
 * Context: bound or in a section.
 */
void xe_gsm_fill(struct xe_hw hw, u32 entry, u32 count, u64 pte)
{
	xe_hw_assert_held(hw);
	if (WARN_ON_ONCE(entry + (u64)count > XE_GSM_SIZE / sizeof(u64)) || xe_hw_is_lost(hw))
		return;

	for (u32 i = 0; i < count; i++)
		writeq(pte, xe_hw_priv(hw)->gsm + (entry + i) * sizeof(u64));
}

/**
 * xe_gsm_read - read one GGTT entry
 * @hw: the token
 * @entry: index
 *
 * Context: bound or in a section.
 * Return: the entry; all ones if the card is lost.
 */
u64 xe_gsm_read(struct xe_hw hw, u32 entry)
{
	xe_hw_assert_held(hw);
	if (WARN_ON_ONCE(entry >= XE_GSM_SIZE / sizeof(u64)) || xe_hw_is_lost(hw))
		return ~0ull;

	return readq(xe_hw_priv(hw)->gsm + entry * sizeof(u64));
}

/*
 * VRAM
 */

/* Firmware without "Above 4G decoding" offers only what is below, where VRAM does not fit. */
static bool has_high_window(struct pci_bus *bus)
{
	struct resource *window;

	while (bus->parent)
		bus = bus->parent;
	pci_bus_for_each_resource(bus, window)
		if (window && resource_type(window) == IORESOURCE_MEM && window->end >= SZ_4G)
			return true;
	return false;
}

/*
 * The PCI core releases the BAR, moves windows of bridges, and puts all of it back if that fails.
 * It must not move BAR 0, which is mapped. The memory decoder is off meanwhile.
 */
static int set_vram_bar_size(struct pci_dev *pdev, u64 size)
{
	u16 command;
	int err;

	pci_read_config_word(pdev, PCI_COMMAND, &command);
	pci_write_config_word(pdev, PCI_COMMAND, command & ~PCI_COMMAND_MEMORY);
	err = pci_resize_resource(pdev, XE_BAR_VRAM, pci_rebar_bytes_to_size(size),
				  BIT(XE_BAR_REGS));
	pci_write_config_word(pdev, PCI_COMMAND, command);
	return err;
}

/* Give BAR 2 a size that the device offers. */
static void resize_vram_bar(struct xe_hw hw)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);
	u32 sizes = pci_rebar_get_possible_sizes(priv->pdev, XE_BAR_VRAM);	/* bits, in MiB */
	u64 wanted = (u64)xe_params.vram_bar_size * SZ_1M;
	u64 now = pci_resource_len(priv->pdev, XE_BAR_VRAM);
	int err = -ENOSPC;

	if (xe_params.vram_bar_size < 0)
		return;
	if (!wanted)
		wanted = sizes ? max_t(u64, now, SZ_1M * (1ull << __fls(sizes))) : now;
	if (wanted == now)
		return;

	if (!is_power_of_2(wanted) || !(sizes & BIT(pci_rebar_bytes_to_size(wanted)))) {
		drm_warn(&priv->device.drm,
			 "the VRAM BAR cannot have %d MiB (mask of possible sizes %#x); left at %llu MiB\n",
			 xe_params.vram_bar_size, sizes, now / SZ_1M);
		return;
	}

	if (wanted < now || has_high_window(priv->pdev->bus))
		err = set_vram_bar_size(priv->pdev, wanted);
	if (err)
		drm_info(&priv->device.drm,
			 "the VRAM BAR stays at %llu MiB (%pe); enable 'Above 4G decoding' and 'Resizable BAR' in the firmware set-up\n",
			 now / SZ_1M, ERR_PTR(err));
}

/**
 * xe_vram_bar_map - map the VRAM BAR
 * @hw: the token
 *
 * Makes it as large as it can be first, or as module parameter vram_bar_size asks.
 *
 * Context: bound, may sleep.
 * Return: 0, -ENXIO if the card has no such BAR, -ENOMEM.
 */
int xe_vram_bar_map(struct xe_hw hw)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);
	resource_size_t size;

	resize_vram_bar(hw);
	size = pci_resource_len(priv->pdev, XE_BAR_VRAM);
	if (!size || !pci_resource_start(priv->pdev, XE_BAR_VRAM))
		return -ENXIO;

	priv->vram = devm_ioremap_wc(&priv->pdev->dev, pci_resource_start(priv->pdev, XE_BAR_VRAM),
				     size);
	if (!priv->vram)
		return -ENOMEM;

	priv->vram_size = size;
	return 0;
}
ALLOW_ERROR_INJECTION(xe_vram_bar_map, ERRNO);

/**
 * xe_vram_bar_size - how much of VRAM the CPU can reach, in bytes
 * @hw: the token
 */
u64 xe_vram_bar_size(struct xe_hw hw)
{
	return xe_hw_priv(hw)->vram_size;
}

/**
 * xe_vram_bar_insert_pfn - map a page of VRAM into the address space of a process
 * @hw: the token
 * @vma: where; its page tables are there, so that no memory is needed
 * @address: in @vma
 * @offset: in VRAM, below xe_vram_bar_size()
 *
 * The mapping has to be taken away before the device sleeps and when it is gone; unplug does so.
 *
 * Context: bound or in a section, the fault handler of @vma.
 * Return: VM_FAULT_NOPAGE, also if something is mapped there; an error of vmf_insert_pfn_prot().
 */
vm_fault_t xe_vram_bar_insert_pfn(struct xe_hw hw, struct vm_area_struct *vma,
				  unsigned long address, u64 offset)
{
	pgprot_t prot = pgprot_decrypted(pgprot_writecombine(vma->vm_page_prot));
	struct xe_hw_private *priv = xe_hw_priv(hw);

	xe_hw_assert_held(hw);
	if (WARN_ON_ONCE(offset >= priv->vram_size))
		return VM_FAULT_SIGBUS;
	return vmf_insert_pfn_prot(vma, address,
				   PHYS_PFN(pci_resource_start(priv->pdev, XE_BAR_VRAM) + offset),
				   prot);
}

static void __iomem *vram_range(struct xe_hw hw, u64 offset, size_t len)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	xe_hw_assert_held(hw);
	if (WARN_ON_ONCE(offset > priv->vram_size || len > priv->vram_size - offset))
		return NULL;
	return xe_hw_is_lost(hw) ? NULL : priv->vram + offset;
}

/**
 * xe_vram_bar_read - copy from VRAM through the BAR
 * @hw: the token
 * @offset: in VRAM; the range has to lie within xe_vram_bar_size()
 * @buf: where to
 * @len: bytes
 *
 * Context: bound or in a section, not in an interrupt. All ones are copied if the card is lost.
 */
void xe_vram_bar_read(struct xe_hw hw, u64 offset, void *buf, size_t len)
{
	void __iomem *from = vram_range(hw, offset, len);
	struct iosys_map to, src;

	if (!from) {
		memset(buf, 0xff, len);
	} else if (IS_ALIGNED((uintptr_t)buf | offset | len, 16)) {
		/* The mapping is write-combined: plain reads of it are slow. */
		iosys_map_set_vaddr(&to, buf);
		iosys_map_set_vaddr_iomem(&src, from);
		drm_memcpy_from_wc(&to, &src, len);
	} else {
		memcpy_fromio(buf, from, len);
	}
}

/**
 * xe_vram_bar_write - copy to VRAM through the BAR
 * @hw: the token
 * @offset: in VRAM; the range has to lie within xe_vram_bar_size()
 * @buf: where from
 * @len: bytes
 *
 * Context: bound or in a section.
 */
void xe_vram_bar_write(struct xe_hw hw, u64 offset, const void *buf, size_t len)
{
	void __iomem *to = vram_range(hw, offset, len);

	if (to)
		memcpy_toio(to, buf, len);
}

/**
 * xe_vram_bar_fill - set bytes of VRAM through the BAR
 * @hw: the token
 * @offset: in VRAM; the range has to lie within xe_vram_bar_size()
 * @byte: the value
 * @len: bytes
 *
 * Context: bound or in a section.
 */
void xe_vram_bar_fill(struct xe_hw hw, u64 offset, u8 byte, size_t len)
{
	void __iomem *to = vram_range(hw, offset, len);

	if (to)
		memset_io(to, byte, len);
}

/**
 * xe_vram_bar_write64 - write words of 64 bits to VRAM through the BAR, each in one access
 * @hw: the token
 * @offset: in VRAM, a multiple of 8; the range has to lie within xe_vram_bar_size()
 * @value: the first one
 * @step: what each one is more than the one before
 * @count: how many
 *
 * Context: bound or in a section.
 */
void xe_vram_bar_write64(struct xe_hw hw, u64 offset, u64 value, u64 step, u32 count)
{
	void __iomem *to = vram_range(hw, offset, count * sizeof(u64));

	if (!to)
		return;
	for (; count; count--, to += sizeof(u64), value += step)
		__raw_writeq(value, to);
}

/**
 * xe_vram_bar_flush - what was written to VRAM has arrived there for all that reads from now on
 * @hw: the token
 *
 * Writes through the BAR are collected by the CPU, and may be overtaken by those to registers and
 * by what the device does on its own. A write to a register that has no effect comes behind them.
 *
 * Context: bound or in a section.
 */
void xe_vram_bar_flush(struct xe_hw hw)
{
	wmb();	/* the CPU's own buffers first */
	xe_write32(hw, VF_CAP_REG, 0);
}
