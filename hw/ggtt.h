/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_GGTT_H_
#define _XE_HW_GGTT_H_

#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include <drm/drm_mm.h>

#include "xe_hw.h"

struct drm_printer;
struct page;
struct xe_gt;

/**
 * typedef xe_ggtt_invalidate_t - make the GuC of a GT forget what it caches of the GGTT
 * @hw: the token
 * @gt: the GT
 *
 * Called under &xe_ggtt.lock, may sleep: as xe_guc_tlb_invalidate_ggtt(), whose waits are bounded.
 *
 * Return: 0, or a negative error code: it is done by register then.
 */
typedef int (*xe_ggtt_invalidate_t)(struct xe_hw hw, struct xe_gt *gt);

/* Part of the GGTT whose entries are put in order together, before its first use. */
#define XE_GGTT_CHUNK		SZ_2M
#define XE_GGTT_MAX_CHUNKS	(SZ_4G / XE_GGTT_CHUNK)

/**
 * struct xe_ggtt - the address space that firmware and engines share
 */
struct xe_ggtt {
	/** @lock: protects @mm, @ready, @written, @writes, @in_use and the order of entries */
	struct mutex lock;
	/** @mm: addresses in use */
	struct drm_mm mm;
	/** @start: first address that is ours; below are the firmware's own */
	u64 start;
	/** @end: first address that is not ours any more */
	u64 end;
	/** @scratch: what addresses that nothing is mapped to read from */
	struct page *scratch;
	/** @scratch_sgt: its DMA mapping */
	struct sg_table scratch_sgt;
	/** @scratch_pte: its entry */
	u64 scratch_pte;
	/** @ready: chunks in which every entry is known to be valid */
	DECLARE_BITMAP(ready, XE_GGTT_MAX_CHUNKS);
	/** @written: chunks that have entries of ours, from before the last sleep, too */
	DECLARE_BITMAP(written, XE_GGTT_MAX_CHUNKS);
	/** @writes: entries written since the last barrier */
	unsigned int writes;
	/** @in_use: a GuC was booted, and reads through it */
	bool in_use;
	/** @invalidate: by message, while the channels to the GuCs are up; else NULL */
	xe_ggtt_invalidate_t invalidate;
};

int xe_ggtt_start(struct xe_hw_bind bind);
void xe_ggtt_restore(struct xe_hw hw);
int __must_check xe_ggtt_map(struct xe_hw hw, struct drm_mm_node *node, struct sg_table *sgt,
			     u64 size);
void xe_ggtt_rewrite(struct xe_hw hw, struct drm_mm_node *node, struct sg_table *sgt);
int __must_check xe_ggtt_map_vram(struct xe_hw hw, struct drm_mm_node *node, u64 offset, u64 size);
void xe_ggtt_rewrite_vram(struct xe_hw hw, struct drm_mm_node *node, u64 offset);
void xe_ggtt_unmap(struct xe_hw hw, struct drm_mm_node *node);
void xe_ggtt_put_to_use(struct xe_hw hw);
void xe_ggtt_set_invalidate(struct xe_hw hw, xe_ggtt_invalidate_t how);
void xe_ggtt_print(struct xe_hw hw, struct drm_printer *p);

#endif
