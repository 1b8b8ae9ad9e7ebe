// SPDX-License-Identifier: MIT
/*
 * GGTT: the address space that firmware and engines share.
 */

#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/error-injection.h>
#include <linux/gfp.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "hw/ggtt.h"
#include "hw/state.h"
#include "regs/gt.h"
#include "regs/mem.h"
#include "xe_device.h"

/**
 * DOC: GGTT
 *
 * One table of 64-bit entries, in the upper half of BAR 0, gives each 4 KiB page of a space of up
 * to 4 GiB a page of system memory or VRAM. Firmware, rings and context images live in it; batches
 * of userspace cannot address it.
 *
 * At bind the entries hold whatever ran before us left there. An engine fetches ahead of what it
 * was asked for, and an absent entry turns a harmless prefetch into a fault, so what surrounds a
 * mapping has to lead to a scratch page. It is enough to see to this where something is mapped:
 * the first mapping in (or next to) a chunk of 2 MiB puts the entries of the chunk in order, and
 * the allocator fills the space from below. A probe so writes some thousand entries, not the
 * million that a table of 4 GiB has. What nothing was ever mapped near to is never addressed.
 *
 * At unbind every chunk that we ever used is made absent, before the scratch page is unmapped:
 * nothing in the table leads to memory that is not ours any more.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * allocator, entries       bound side    unbind, after everything mapped in it
 * node (address range)     its user      xe_ggtt_unmap(), by unbind at the latest
 * scratch page, mapping    bound side    unbind, after the entries
 * scratch page, memory     drm_device    last reference to it is dropped
 * ======================== ============= ==========================================
 */

#define GGTT_END_MAX		0xfee00000ull	/* above is the GuC's, hardware.rst xe-hw-ggtt */
#define GGTT_PAT_WB		2		/* write-back, hardware.rst xe-hw-cache */

/* Of system memory. */
static u64 encode(u64 address)
{
	return (address & GGTT_PTE_ADDRESS) | GGTT_PTE_PRESENT |
	       FIELD_PREP(GGTT_PTE_PAT, GGTT_PAT_WB);
}

static u64 encode_vram(u64 offset)
{
	return encode(offset) | GGTT_PTE_DM;
}

/*
 * The path from the CPU to the table takes a limited number of writes at a time: a write to a
 * register that ignores it waits for them. Source: hardware.rst xe-hw-ggtt (Wa_22019338487).
 */
static void wrote(struct xe_hw hw, struct xe_ggtt *ggtt, unsigned int entries)
{
	const struct xe_platform *platform = xe_hw_device(hw)->platform;
	struct xe_hw_state *state = xe_hw_state(hw);

	lockdep_assert_held(&ggtt->lock);

	ggtt->writes += entries;
	if (ggtt->writes < platform->ggtt_burst)
		return;

	xe_gt_write32(hw, &state->gt[platform->is_discrete ? 0 : state->num_gts - 1], GMD_ID, 0);
	ggtt->writes = 0;
}

static void write_entry(struct xe_hw hw, struct xe_ggtt *ggtt, u64 address, u64 pte)
{
	xe_gsm_fill(hw, address / SZ_4K, 1, pte);
	wrote(hw, ggtt, 1);
}

static void fill(struct xe_hw hw, struct xe_ggtt *ggtt, u64 from, u64 to, u64 pte)
{
	unsigned int burst = xe_hw_device(hw)->platform->ggtt_burst;

	while (from < to) {
		unsigned int entries = min_t(u64, (to - from) / SZ_4K, burst - ggtt->writes);

		xe_gsm_fill(hw, from / SZ_4K, entries, pte);
		wrote(hw, ggtt, entries);
		from += (u64)entries * SZ_4K;
	}
}

/*
 * During probe, while the GuC does not run, or when its channel is broken. No register says when it
 * is done, so the read behind it only makes sure that the device has been told. Memory may be given
 * back because nothing uses the addresses: what probe gives back the GuC was not told of, at unbind
 * GuC and engines are in reset, and a broken channel is followed by one.
 */
static void invalidate_by_register(struct xe_hw hw, struct xe_gt *gt)
{
	CLASS(xe_forcewake, fw)(hw, gt, BIT(XE_FW_GT));
	if (fw.err)
		return;

	xe_gt_write32(hw, gt, PVC_GUC_TLB_INV_DESC1, PVC_GUC_TLB_INV_DESC1_INVALIDATE);
	xe_gt_write32(hw, gt, PVC_GUC_TLB_INV_DESC0, PVC_GUC_TLB_INV_DESC0_VALID);
	xe_gt_read32(hw, gt, PVC_GUC_TLB_INV_DESC0);
}

static void invalidate(struct xe_hw hw, struct xe_ggtt *ggtt)
{
	struct xe_hw_state *state = xe_hw_state(hw);

	lockdep_assert_held(&ggtt->lock);

	/* Since xe_gt_sanitize() nothing has read an entry that it could have kept. */
	if (!ggtt->in_use)
		return;

	/* Without it the GuC was seen to read an old entry: hardware.rst xe-hw-pci, "posting". */
	xe_read32(hw, VF_CAP_REG);

	/* A channel that is broken has said so itself. */
	xe_for_each_gt(gt, state)
		if (!ggtt->invalidate || ggtt->invalidate(hw, gt))
			invalidate_by_register(hw, gt);
}

/* Put the entries in order that an access to the node may touch, except the node's own. */
static void make_ready(struct xe_hw hw, struct xe_ggtt *ggtt, u64 start, u64 size)
{
	u64 first = (start - SZ_4K) / XE_GGTT_CHUNK, last = (start + size) / XE_GGTT_CHUNK;

	for (u64 chunk = first; chunk <= last; chunk++) {
		u64 from = max(chunk * XE_GGTT_CHUNK, ggtt->start);
		u64 to = min((chunk + 1) * XE_GGTT_CHUNK, ggtt->end);

		if (from >= to)
			continue;
		__set_bit(chunk, ggtt->written);
		if (__test_and_set_bit(chunk, ggtt->ready))
			continue;
		fill(hw, ggtt, from, min(to, start), ggtt->scratch_pte);
		fill(hw, ggtt, max(from, start + size), to, ggtt->scratch_pte);
	}
}

static void write_sgt(struct xe_hw hw, struct xe_ggtt *ggtt, struct drm_mm_node *node,
		      struct sg_table *sgt)
{
	struct sg_dma_page_iter iter;
	u64 address = node->start;

	for_each_sgtable_dma_page(sgt, &iter, 0) {
		dma_addr_t dma = sg_page_iter_dma_address(&iter);

		for (u64 i = 0; i < PAGE_SIZE && address < node->start + node->size; i += SZ_4K) {
			write_entry(hw, ggtt, address, encode(dma + i));
			address += SZ_4K;
		}
	}
}

static void write_vram(struct xe_hw hw, struct xe_ggtt *ggtt, struct drm_mm_node *node, u64 offset)
{
	for (u64 i = 0; i < node->size; i += SZ_4K)
		write_entry(hw, ggtt, node->start + i, encode_vram(offset + i));
}

static int insert(struct xe_hw hw, struct xe_ggtt *ggtt, struct drm_mm_node *node, u64 size)
{
	int err;

	lockdep_assert_held(&ggtt->lock);

	err = drm_mm_insert_node_in_range(&ggtt->mm, node, ALIGN(size, SZ_4K), SZ_4K, 0,
					  ggtt->start, ggtt->end, DRM_MM_INSERT_LOW);
	if (err) {
		drm_err(&xe_hw_device(hw)->drm,
			"no room for %llu KiB in the GGTT (%pe); close some users of the card\n",
			size / SZ_1K, ERR_PTR(err));
		return err;
	}

	make_ready(hw, ggtt, node->start, node->size);
	return 0;
}

/**
 * xe_ggtt_map - give system memory an address that firmware and engines can use
 * @hw: the token
 * @node: zeroed, or used before and unmapped; its start is the address
 * @sgt: mapped by xe_dma_map(), at least @size bytes
 * @size: in bytes
 *
 * Context: bound, may sleep as long as the GuC takes.
 * Return: 0; -ENOSPC if the space is full.
 */
int xe_ggtt_map(struct xe_hw hw, struct drm_mm_node *node, struct sg_table *sgt, u64 size)
{
	struct xe_ggtt *ggtt = &xe_hw_state(hw)->ggtt;
	int err;

	guard(mutex)(&ggtt->lock);
	err = insert(hw, ggtt, node, size);
	if (err)
		return err;

	write_sgt(hw, ggtt, node, sgt);
	invalidate(hw, ggtt);
	return 0;
}
ALLOW_ERROR_INJECTION(xe_ggtt_map, ERRNO);

/**
 * xe_ggtt_map_vram - give a part of VRAM an address that firmware and engines can use
 * @hw: the token
 * @node: zeroed, or used before and unmapped; its start is the address
 * @offset: of the part in VRAM, a multiple of 4 KiB
 * @size: in bytes
 *
 * Context: bound, may sleep as long as the GuC takes.
 * Return: 0; -ENOSPC if the space is full.
 */
int xe_ggtt_map_vram(struct xe_hw hw, struct drm_mm_node *node, u64 offset, u64 size)
{
	struct xe_ggtt *ggtt = &xe_hw_state(hw)->ggtt;
	int err;

	guard(mutex)(&ggtt->lock);
	err = insert(hw, ggtt, node, size);
	if (err)
		return err;

	write_vram(hw, ggtt, node, offset);
	invalidate(hw, ggtt);
	return 0;
}
ALLOW_ERROR_INJECTION(xe_ggtt_map_vram, ERRNO);

/**
 * xe_ggtt_rewrite - write the entries of a mapping again, after xe_ggtt_restore()
 * @hw: the token
 * @node: as given to xe_ggtt_map()
 * @sgt: as given to xe_ggtt_map()
 *
 * Context: bound, may sleep.
 */
void xe_ggtt_rewrite(struct xe_hw hw, struct drm_mm_node *node, struct sg_table *sgt)
{
	struct xe_ggtt *ggtt = &xe_hw_state(hw)->ggtt;

	guard(mutex)(&ggtt->lock);
	make_ready(hw, ggtt, node->start, node->size);
	write_sgt(hw, ggtt, node, sgt);
	invalidate(hw, ggtt);
}

/**
 * xe_ggtt_rewrite_vram - as xe_ggtt_rewrite(), of a part of VRAM
 * @hw: the token
 * @node: as given to xe_ggtt_map_vram()
 * @offset: as given to xe_ggtt_map_vram()
 *
 * Context: bound, may sleep.
 */
void xe_ggtt_rewrite_vram(struct xe_hw hw, struct drm_mm_node *node, u64 offset)
{
	struct xe_ggtt *ggtt = &xe_hw_state(hw)->ggtt;

	guard(mutex)(&ggtt->lock);
	make_ready(hw, ggtt, node->start, node->size);
	write_vram(hw, ggtt, node, offset);
	invalidate(hw, ggtt);
}

/**
 * xe_ggtt_unmap - undo xe_ggtt_map() or xe_ggtt_map_vram()
 * @hw: the token
 * @node: what to unmap; nothing happens if it is not mapped
 *
 * When it returns nothing reaches the memory through this address any more. Without a GuC that
 * answers that takes a caller who has stopped what used it, see invalidate_by_register().
 *
 * Context: bound, may sleep as long as the GuC takes.
 */
void xe_ggtt_unmap(struct xe_hw hw, struct drm_mm_node *node)
{
	struct xe_ggtt *ggtt = &xe_hw_state(hw)->ggtt;

	if (!drm_mm_node_allocated(node))
		return;

	guard(mutex)(&ggtt->lock);
	fill(hw, ggtt, node->start, node->start + node->size, ggtt->scratch_pte);
	invalidate(hw, ggtt);
	drm_mm_remove_node(node);
}

/**
 * xe_ggtt_put_to_use - a GuC is about to be booted
 * @hw: the token
 *
 * It sees what is mapped by now, and from now on is told of each change: by register first.
 *
 * Context: bound, may sleep.
 */
void xe_ggtt_put_to_use(struct xe_hw hw)
{
	struct xe_ggtt *ggtt = &xe_hw_state(hw)->ggtt;

	guard(mutex)(&ggtt->lock);
	ggtt->in_use = true;
	invalidate(hw, ggtt);
}

/**
 * xe_ggtt_set_invalidate - choose how the GuC is told of changed entries
 * @hw: the token
 * @how: by message; NULL for by register, as long as there is no channel
 *
 * Context: bound, may sleep. When it returns, the previous way is not in use any more.
 */
void xe_ggtt_set_invalidate(struct xe_hw hw, xe_ggtt_invalidate_t how)
{
	struct xe_ggtt *ggtt = &xe_hw_state(hw)->ggtt;

	guard(mutex)(&ggtt->lock);
	ggtt->invalidate = how;
}

/**
 * xe_ggtt_restore - the card may have lost its entries (D3cold, power cycle)
 * @hw: the token
 *
 * Mappings are written again by their owners, with xe_ggtt_rewrite(). Or the card did not lose
 * them: what was written where nothing is mapped any more is there until unbind.
 *
 * Context: bound, may sleep.
 */
void xe_ggtt_restore(struct xe_hw hw)
{
	struct xe_ggtt *ggtt = &xe_hw_state(hw)->ggtt;

	guard(mutex)(&ggtt->lock);
	bitmap_zero(ggtt->ready, XE_GGTT_MAX_CHUNKS);
}

/**
 * xe_ggtt_print - what is mapped where
 * @hw: the token
 * @p: where to print
 *
 * Context: bound, may sleep as long as an invalidation takes.
 */
void xe_ggtt_print(struct xe_hw hw, struct drm_printer *p)
{
	struct xe_ggtt *ggtt = &xe_hw_state(hw)->ggtt;
	struct drm_mm_node *node;

	guard(mutex)(&ggtt->lock);
	drm_printf(p, "ours: %#llx - %#llx, chunks in use: %u\n", ggtt->start, ggtt->end - 1,
		   bitmap_weight(ggtt->ready, XE_GGTT_MAX_CHUNKS));
	drm_mm_for_each_node(node, &ggtt->mm)
		drm_printf(p, "%#010llx - %#010llx: %6llu KiB, first entry %#018llx\n", node->start,
			   node->start + node->size - 1, node->size / SZ_1K,
			   xe_gsm_read(hw, node->start / SZ_4K));
}

static int find_range(struct xe_hw hw, struct xe_ggtt *ggtt)
{
	struct xe_device *xe = xe_hw_device(hw);
	u16 ggms = FIELD_GET(GGMS_MASK, xe_hw_config_read16(hw, SNB_GMCH_CTRL));
	u64 size = (u64)(SZ_1M << ggms) / sizeof(u64) * SZ_4K;

	ggtt->start = xe->platform->wopcm_size;
	ggtt->end = min(size, GGTT_END_MAX);
	if (ggms && ggtt->start < ggtt->end)
		return 0;

	drm_err(&xe->drm, "no memory was set aside for the GGTT (GGMS %u); update the firmware of the platform\n",
		ggms);
	return -ENXIO;
}

static void scratch_free(struct drm_device *drm, void *data)
{
	struct xe_ggtt *ggtt = data;

	sg_free_table(&ggtt->scratch_sgt);
	__free_page(ggtt->scratch);
}

static void scratch_stop(struct xe_hw hw, void *data)
{
	struct xe_ggtt *ggtt = data;

	xe_dma_unmap(xe_hw_dma(hw), &ggtt->scratch_sgt, DMA_BIDIRECTIONAL);
}

static int scratch_start(struct xe_hw_bind bind, struct xe_ggtt *ggtt)
{
	struct xe_hw hw = xe_hw_bound(bind);
	int err;

	ggtt->scratch = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!ggtt->scratch)
		return -ENOMEM;

	err = sg_alloc_table_from_pages(&ggtt->scratch_sgt, &ggtt->scratch, 1, 0, PAGE_SIZE,
					GFP_KERNEL);
	if (err) {
		__free_page(ggtt->scratch);
		return err;
	}

	err = drmm_add_action_or_reset(&xe_hw_device(hw)->drm, scratch_free, ggtt);
	if (err)
		return err;

	err = xe_dma_map(hw, &ggtt->scratch_sgt, DMA_BIDIRECTIONAL);
	if (err)
		return err;

	ggtt->scratch_pte = encode(sg_dma_address(ggtt->scratch_sgt.sgl));
	return xe_hw_on_unbind(bind, scratch_stop, ggtt);
}

static void ggtt_stop(struct xe_hw hw, void *data)
{
	struct xe_ggtt *ggtt = data;
	unsigned int chunk;

	guard(mutex)(&ggtt->lock);
	for_each_set_bit(chunk, ggtt->written, XE_GGTT_MAX_CHUNKS)
		fill(hw, ggtt, max((u64)chunk * XE_GGTT_CHUNK, ggtt->start),
		     min((u64)(chunk + 1) * XE_GGTT_CHUNK, ggtt->end), 0);
	invalidate(hw, ggtt);
	drm_mm_takedown(&ggtt->mm);
}

/**
 * xe_ggtt_start - probe step: firmware-visible addresses can be had
 * @bind: the token of a probe step
 *
 * Context: bound.
 * Return: 0; -ENXIO if the platform set no table aside; -ENOMEM.
 */
int xe_ggtt_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_ggtt *ggtt = &xe_hw_state(hw)->ggtt;
	int err;

	err = drmm_mutex_init(&xe_hw_device(hw)->drm, &ggtt->lock);
	if (err)
		return err;

	err = find_range(hw, ggtt);
	if (err)
		return err;

	err = scratch_start(bind, ggtt);
	if (err)
		return err;

	drm_mm_init(&ggtt->mm, ggtt->start, ggtt->end - ggtt->start);
	return xe_hw_on_unbind(bind, ggtt_stop, ggtt);
}
ALLOW_ERROR_INJECTION(xe_ggtt_start, ERRNO);
