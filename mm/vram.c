// SPDX-License-Identifier: MIT
/*
 * VRAM: how much there is, and the ways of the CPU to it.
 */

#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/error-injection.h>
#include <linux/highmem.h>
#include <linux/sched.h>

#include <drm/drm_print.h>
#include <drm/ttm/ttm_range_manager.h>

#include "hw/card.h"
#include "hw/steering.h"
#include "mm/vram.h"
#include "regs/mem.h"
#include "xe_device.h"
#include "xe_mmio.h"

/**
 * DOC: VRAM
 *
 * The card says how much VRAM it has; the top of it belongs to the platform: GGTT entries, the
 * metadata of compression, stolen memory. Copies are made by the CPU through BAR 2, so the part
 * that the BAR does not show is not used for now.
 *
 * Copies are made in pieces, each in a section of its own: a large buffer does not hold up unplug.
 *
 * The allocator is TTM's range manager, which gives out contiguous ranges only. The buddy allocator
 * is not used yet: some 6.12 headers call it gpu_buddy, and the driver is built for those too.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * BAR mapping              bound side    unbind
 * allocator                drm_device    last reference to it is dropped
 * contents                 the card      unbind; a buffer that was in VRAM reads zero
 * ======================== ============= ==========================================
 */

#define COPY_PAGES	256ul		/* of a piece */
#define CCS_ALIGN	SZ_128K		/* fact sheet, section 8.1 */

/* Where the part ends that is ours. */
static u64 usable_end(struct xe_hw *hw, struct xe_device *xe, struct xe_gt *gt)
{
	u32 low = xe_mcr_read32(hw, gt, FLAT_CCS_BASE_LO), high;
	u64 base;

	if (!(low & FLAT_CCS_ENABLE))
		return xe_read64(hw, GSM_BASE);

	/* Counted per node of the memory fabric. */
	high = xe_mcr_read32(hw, gt, FLAT_CCS_BASE_HI);
	base = (u64)FIELD_GET(FLAT_CCS_BASE_HI_ADDR, high) << 32;
	base |= low & FLAT_CCS_BASE_LO_ADDR;
	return round_up(base * hweight16(xe->gt[0].nodes), CCS_ALIGN);
}

static int find_size(struct xe_hw *hw, struct xe_device *xe)
{
	u64 base, total, end, bar = xe_hw_vram_bar_size(hw);
	struct xe_gt *gt = &xe_hw_card(hw)->gt[0];
	u32 range;

	CLASS(xe_forcewake, fw)(hw, gt, BIT(XE_FW_GT));
	if (fw.err)
		return fw.err;

	range = xe_mcr_read32(hw, gt, TILE0_ADDR_RANGE);
	base = FIELD_GET(TILE_ADDR_RANGE_BASE, range) * (u64)SZ_1G;
	total = FIELD_GET(TILE_ADDR_RANGE_SIZE, range) * (u64)SZ_1G;
	end = usable_end(hw, xe, gt);
	if (xe_hw_is_lost(hw))
		return -ENODEV;

	if (base || !total || end <= base || end > base + total) {
		drm_err(&xe->drm,
			"VRAM of %llu MiB at %#llx with its usable part ending at %#llx makes no sense; power cycle the card\n",
			total / SZ_1M, base, end);
		return -EIO;
	}

	xe->mm.vram_total = total;
	xe->mm.vram_size = round_down(min(end - base, bar), SZ_64K);
	if (bar < end - base)
		drm_info(&xe->drm,
			 "%llu of %llu MiB of VRAM are visible through the BAR and used; enable 'Resizable BAR' in the firmware set-up\n",
			 bar / SZ_1M, (end - base) / SZ_1M);
	return 0;
}

/**
 * xe_vram_start - probe step: how much VRAM is there, and where
 * @hw: the token
 *
 * Context: bound; after the fuses were read.
 * Return: 0, also for a card that has none; -EIO if what the card says makes no sense; -ENXIO.
 */
int xe_vram_start(struct xe_hw *hw)
{
	struct xe_device *xe = xe_hw_device(hw);
	int err;

	if (!xe->platform->is_discrete)
		return 0;

	err = xe_hw_map_vram(hw);
	if (err) {
		drm_err(&xe->drm, "VRAM cannot be mapped (%pe); check how the platform firmware set up BAR 2\n",
			ERR_PTR(err));
		return err;
	}

	err = find_size(hw, xe);
	if (err)
		return err;

	/* Software: it is taken down with the rest of TTM, see xe_mm_init(). */
	err = ttm_range_man_init(&xe->mm.ttm, XE_MEM_VRAM, false, xe->mm.vram_size >> PAGE_SHIFT);
	if (err)
		return err;

	xe->mm.regions |= XE_REGION_VRAM;
	return 0;
}
ALLOW_ERROR_INJECTION(xe_vram_start, ERRNO);

/**
 * xe_vram_clear - fill a range of VRAM with zeroes
 * @xe: the device
 * @offset: in VRAM
 * @size: in bytes
 *
 * Context: process context; enters.
 * Return: 0; -ENODEV if there is no hardware.
 */
int xe_vram_clear(struct xe_device *xe, u64 offset, u64 size)
{
	while (size) {
		u64 len = min(size, COPY_PAGES << PAGE_SHIFT);
		int err = -ENODEV;

		xe_hw_scoped(hw, xe) {
			xe_vram_fill(hw, offset, 0, len);
			err = 0;
		}
		if (err)
			return err;

		offset += len;
		size -= len;
		cond_resched();
	}
	return 0;
}

/**
 * xe_vram_from_pages - copy pages to VRAM
 * @xe: the device
 * @offset: in VRAM
 * @pages: where from; a missing one counts as zero
 * @count: how many
 *
 * Context: process context; enters.
 * Return: 0; -ENODEV if there is no hardware.
 */
int xe_vram_from_pages(struct xe_device *xe, u64 offset, struct page **pages, u64 count)
{
	u64 done = 0;

	while (done < count) {
		u64 end = min(count, done + COPY_PAGES);
		int err = -ENODEV;

		xe_hw_scoped(hw, xe) {
			for (; done < end; done++) {
				void *from = kmap_local_page(pages[done] ?: ZERO_PAGE(0));

				xe_vram_write(hw, offset + (done << PAGE_SHIFT), from, PAGE_SIZE);
				kunmap_local(from);
			}
			err = 0;
		}
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

/**
 * xe_vram_to_pages - copy VRAM to pages
 * @xe: the device
 * @offset: in VRAM
 * @pages: where to
 * @count: how many
 *
 * What is lost with the card reads as zero.
 *
 * Context: process context; enters.
 */
void xe_vram_to_pages(struct xe_device *xe, u64 offset, struct page **pages, u64 count)
{
	u64 done = 0;

	while (done < count) {
		u64 end = min(count, done + COPY_PAGES);

		xe_hw_scoped(hw, xe) {
			for (; done < end; done++) {
				void *to = kmap_local_page(pages[done]);

				xe_vram_read(hw, offset + (done << PAGE_SHIFT), to, PAGE_SIZE);
				kunmap_local(to);
			}
		}
		for (; done < end; done++)
			clear_highpage(pages[done]);
		cond_resched();
	}
}
