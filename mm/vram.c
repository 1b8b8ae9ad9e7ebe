// SPDX-License-Identifier: MIT
/*
 * VRAM: how much there is, and the ways of the CPU to it.
 */

#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/dma-fence.h>
#include <linux/error-injection.h>
#include <linux/highmem.h>
#include <linux/sched/signal.h>

#include <drm/drm_print.h>

#include "abi/guc_ads.h"
#include "hw/state.h"
#include "hw/steering.h"
#include "mm/vram.h"
#include "mm/vram_alloc.h"
#include "regs/mem.h"
#include "xe_device.h"
#include "xe_mmio.h"

/**
 * DOC: VRAM
 *
 * The card says how much VRAM it has; the top of it belongs to the platform: GGTT entries, the
 * metadata of compression, stolen memory. The CPU has to be able to copy, through BAR 2, so the
 * part that the BAR does not show is not used for now. The end of what is left has no buffers: the
 * GuCs have their queues for page faults there, see guc/ads.c.
 *
 * What copy engines do not copy, see submit/copy.c, the CPU does in pieces of 1 MiB, each in a
 * section of its own: a large buffer does not hold up unplug, and a process that copies one can be
 * killed. Whether the card was there is asked after each piece: writes to a card that was pulled
 * vanish with it, and what is read may be data.
 *
 * What an engine writes may be compressed, if its client asked for that: the CPU does not see
 * through the BAR what it was, and what the CPU writes does not reset the metadata of compression.
 * Copy engines do both right, so the CPU is asked for it only where they fail.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * BAR mapping              bound side    unbind
 * allocator                drm_device    see mm/vram_alloc.c
 * contents                 the card      unbind; a buffer that was in VRAM reads zero
 * ======================== ============= ==========================================
 */

#define SETTLE_TIMEOUT	(15 * HZ)	/* as TTM waits */
#define COPY_PAGES	(SZ_1M / (u64)PAGE_SIZE)	/* in one section */
#define CCS_ALIGN	SZ_128K		/* hardware.rst xe-hw-vram */

/* Where the part ends that is ours. */
static u64 usable_end(struct xe_hw hw, struct xe_device *xe, struct xe_gt *gt)
{
	u32 low = xe_mcr_read32(hw, gt, XE2_FLAT_CCS_BASE_RANGE_LOWER), high;
	u64 base;

	xe->mm.compresses = low & XE2_FLAT_CCS_ENABLE;
	if (!xe->mm.compresses)
		return xe_read64(hw, GSMBASE);

	/* Counted per node of the memory fabric. */
	high = xe_mcr_read32(hw, gt, XE2_FLAT_CCS_BASE_RANGE_UPPER);
	base = (u64)FIELD_GET(XE2_FLAT_CCS_BASE_UPPER_ADDR_MASK, high) << 32;
	base |= low & XE2_FLAT_CCS_BASE_LOWER_ADDR_MASK;
	return round_up(base * hweight16(xe->gt[0].nodes), CCS_ALIGN);
}

static int find_size(struct xe_hw hw, struct xe_device *xe)
{
	u64 base, total, end, size, queues, bar = xe_vram_bar_size(hw);
	struct xe_hw_state *state = xe_hw_state(hw);
	struct xe_gt *gt = &state->gt[0];
	u32 range;

	CLASS(xe_forcewake, fw)(hw, gt, BIT(XE_FW_GT));
	if (fw.err)
		return fw.err;

	range = xe_mcr_read32(hw, gt, XEHP_TILE_ADDR_RANGE(0));
	base = FIELD_GET(XEHP_TILE_ADDR_RANGE_BASE, range) * (u64)SZ_1G;
	total = FIELD_GET(XEHP_TILE_ADDR_RANGE_SIZE, range) * (u64)SZ_1G;
	end = usable_end(hw, xe, gt);
	if (xe_hw_is_lost(hw))
		return -ENODEV;

	queues = state->num_gts * GUC_FAULT_QUEUES * (u64)GUC_FAULT_QUEUE_BYTES;
	size = end > base ? min(end - base, bar) : 0;
	if (base || !total || size < queues + SZ_2M || end > base + total) {
		drm_err(&xe->drm,
			"VRAM of %llu MiB at %#llx with its usable part ending at %#llx makes no sense; power cycle the card\n",
			total / SZ_1M, base, end);
		return -EIO;
	}

	xe->mm.vram_total = total;
	/* The driver's own address space has VRAM in pages of 2 MiB, and nothing behind it. */
	xe->mm.vram_size = round_down(size - queues, SZ_2M);
	state->fault_queues = xe->mm.vram_size;
	if (bar < end - base)
		drm_info(&xe->drm,
			 "%llu of %llu MiB of VRAM are visible through the BAR and used; enable 'Resizable BAR' in the firmware set-up\n",
			 bar / SZ_1M, (end - base) / SZ_1M);
	return 0;
}

/**
 * xe_vram_start - probe step: how much VRAM is there, and where
 * @bind: the token of a probe step
 *
 * Context: bound; after the fuses were read.
 * Return: 0, also for a card that has none; -EIO if what the card says makes no sense; -ENXIO.
 */
int xe_vram_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_device *xe = xe_hw_device(hw);
	int err;

	if (!xe->platform->is_discrete)
		return 0;

	err = xe_vram_bar_map(hw);
	if (err) {
		drm_err(&xe->drm, "VRAM cannot be mapped (%pe); check how the platform firmware set up BAR 2\n",
			ERR_PTR(err));
		return err;
	}

	err = find_size(hw, xe);
	if (err)
		return err;

	/* Software: it is taken down with the rest of TTM, see xe_mm_init(). */
	err = xe_vram_alloc_init(xe, xe->mm.vram_size);
	if (err)
		return err;

	xe->mm.regions |= XE_REGION_VRAM;
	return 0;
}
ALLOW_ERROR_INJECTION(xe_vram_start, ERRNO);

/* What is to be done to a buffer in VRAM; @copy is called for each part of it that is adjacent. */
struct copy {
	const struct ttm_resource *res;
	void (*copy)(struct xe_hw hw, u64 at, struct page **pages, u64 count);
	struct page **pages;
};

static void copy_extents(struct xe_hw hw, const struct copy *copy, u64 first, u64 count)
{
	u64 n, len, at;

	for (u64 i = first; i < first + count; i += n) {
		at = xe_vram_at(copy->res, i << PAGE_SHIFT, &len);
		n = min(len >> PAGE_SHIFT, first + count - i);
		if (WARN_ON_ONCE(!n))
			return;
		copy->copy(hw, at, copy->pages ? copy->pages + i : NULL, n);
	}
}

/* A device that is there but cannot be had now keeps what is in its VRAM: that is not -ENODEV. */
static int copy_piece(struct xe_device *xe, const struct copy *copy, u64 first, u64 count)
{
	if (fatal_signal_pending(current))
		return -EINTR;

	xe_hw_scoped(hw, xe) {
		copy_extents(hw, copy, first, count);
		return xe_hw_answers(hw) ? 0 : -ENODEV;
	}
	return xe_hw_error(xe, -EBUSY);
}

static int copy_all(struct xe_device *xe, const struct copy *copy, u64 count)
{
	int err = 0;

	for (u64 done = 0; done < count && !err; done += COPY_PAGES) {
		err = copy_piece(xe, copy, done, min(count - done, COPY_PAGES));
		cond_resched();
	}
	return err;
}

static void fill_with_zeroes(struct xe_hw hw, u64 at, struct page **unused, u64 count)
{
	xe_vram_bar_fill(hw, at, 0, count << PAGE_SHIFT);
}

static void write_from_pages(struct xe_hw hw, u64 at, struct page **pages, u64 count)
{
	for (u64 i = 0; i < count; i++) {
		void *from = kmap_local_page(pages[i] ?: ZERO_PAGE(0));

		xe_vram_bar_write(hw, at + (i << PAGE_SHIFT), from, PAGE_SIZE);
		kunmap_local(from);
	}
}

static void read_to_pages(struct xe_hw hw, u64 at, struct page **pages, u64 count)
{
	for (u64 i = 0; i < count; i++) {
		void *to = kmap_local_page(pages[i]);

		xe_vram_bar_read(hw, at + (i << PAGE_SHIFT), to, PAGE_SIZE);
		kunmap_local(to);
	}
}

/**
 * xe_vram_clear - fill a buffer in VRAM with zeroes
 * @xe: the device
 * @res: where it is
 * @size: in bytes
 *
 * Context: process context, the buffer is reserved; enters.
 * Return: 0; -ENODEV if there is no hardware; -EBUSY if it cannot be had now; -EINTR if the process
 * is being killed.
 */
int xe_vram_clear(struct xe_device *xe, const struct ttm_resource *res, u64 size)
{
	const struct copy copy = { .res = res, .copy = fill_with_zeroes };

	return copy_all(xe, &copy, size >> PAGE_SHIFT);
}

/**
 * xe_vram_clear_part - as xe_vram_clear(), where fences wait for it
 * @xe: the device, which is kept awake
 * @res: where it is
 * @offset: of the part, in bytes, whole pages
 * @size: of the part
 *
 * Context: process context, also on the way to fences; opens sections if the device is awake.
 * Return: as xe_vram_clear().
 */
int xe_vram_clear_part(struct xe_device *xe, const struct ttm_resource *res, u64 offset, u64 size)
{
	const struct copy copy = { .res = res, .copy = fill_with_zeroes };
	u64 end = (offset + size) >> PAGE_SHIFT, n;
	int err = 0;

	for (u64 at = offset >> PAGE_SHIFT; at < end && !err; at += n) {
		n = min(end - at, COPY_PAGES);
		err = -EBUSY;
		xe_hw_scoped_awake(hw, xe) {
			copy_extents(hw, &copy, at, n);
			err = xe_hw_answers(hw) ? 0 : -ENODEV;
		}
		cond_resched();
	}
	return xe_hw_error(xe, err);
}

/**
 * xe_vram_settle - have a buffer in VRAM hold zeroes, or what its owner wrote
 * @xe: the device
 * @res: where it is
 *
 * Before the CPU looks at it. What engines did not clear, because the device was given up, is
 * cleared now. Only for fences of our own is waited, which come to an end with the device.
 *
 * Context: process context, the buffer is reserved; enters.
 * Return: 0; -ENODEV if there is no hardware; -EBUSY if it cannot be had now; -ERESTARTSYS, -EINTR.
 */
int xe_vram_settle(struct xe_device *xe, struct ttm_resource *res)
{
	struct dma_fence *clearing = xe_vram_clearing(res);
	long left = 1;
	int err;

	if (!clearing || xe_vram_is_zero(res))
		return 0;

	left = dma_fence_wait_timeout(clearing, true, SETTLE_TIMEOUT);
	if (left <= 0)
		return left ?: -EBUSY;

	err = dma_fence_get_status(clearing) < 0 ? xe_vram_clear(xe, res, res->size) : 0;
	if (!err)
		xe_vram_set_zero(res);
	return err;
}

/**
 * xe_vram_from_pages - copy pages to a buffer in VRAM
 * @xe: the device
 * @res: where it is
 * @pages: where from; a missing one counts as zero
 * @count: how many
 *
 * Context: process context, the buffer is reserved; enters.
 * Return: as xe_vram_clear().
 */
int xe_vram_from_pages(struct xe_device *xe, const struct ttm_resource *res, struct page **pages,
		       u64 count)
{
	const struct copy copy = { .res = res, .copy = write_from_pages, .pages = pages };

	return copy_all(xe, &copy, count);
}

/**
 * xe_vram_to_pages - copy a buffer in VRAM to pages
 * @xe: the device
 * @res: where it is
 * @pages: where to
 * @count: how many
 *
 * What is lost with the card reads as zero.
 *
 * Context: process context, the buffer is reserved; enters.
 * Return: 0, also if there is no hardware; -EBUSY if it cannot be had now; -EINTR if the process is
 * being killed.
 */
int xe_vram_to_pages(struct xe_device *xe, const struct ttm_resource *res, struct page **pages,
		     u64 count)
{
	const struct copy copy = { .res = res, .copy = read_to_pages, .pages = pages };
	u64 len;
	int err;

	for (u64 done = 0; done < count; done += len) {
		len = min(count - done, COPY_PAGES);
		err = copy_piece(xe, &copy, done, len);
		if (err && err != -ENODEV)
			return err;
		for (u64 i = 0; err && i < len; i++)
			clear_highpage(pages[done + i]);
		cond_resched();
	}
	return 0;
}
