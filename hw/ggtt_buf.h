/* SPDX-License-Identifier: MIT */
#ifndef _XE_HW_GGTT_BUF_H_
#define _XE_HW_GGTT_BUF_H_

#include <linux/list.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

#include <drm/drm_mm.h>

#include "xe_hw.h"

/**
 * struct xe_ggtt_buf - memory that firmware and engines see through the GGTT
 *
 * Embedded, zeroed, in the state of the block that uses it: &struct xe_hw_state or below.
 */
struct xe_ggtt_buf {
	/** @name: for debugfs */
	const char *name;
	/** @size: in bytes, whole pages */
	size_t size;
	/** @vram: its offset in VRAM; 0 if it is in system memory */
	u64 vram;
	/** @cpu: the memory; system memory, coherent; NULL in VRAM */
	void *cpu;
	/** @sgt: its pages and their DMA addresses */
	struct sg_table sgt;
	/** @node: its GGTT addresses */
	struct drm_mm_node node;
	/** @link: on the list of struct xe_hw_state; empty when there is no mapping */
	struct list_head link;
};

int xe_ggtt_buf_start(struct xe_hw_bind bind);
void xe_ggtt_buf_restore(struct xe_hw hw);
int __must_check xe_ggtt_buf_create(struct xe_hw hw, struct xe_ggtt_buf *buf, size_t size,
				    const char *name);
int __must_check xe_ggtt_buf_create_vram(struct xe_hw hw, struct xe_ggtt_buf *buf, u64 offset,
					 size_t size, const char *name);
int __must_check xe_ggtt_buf_alloc(struct xe_device *xe, struct xe_ggtt_buf *buf, size_t size,
				   gfp_t gfp, const char *name);
void xe_ggtt_buf_release(struct xe_device *xe, struct xe_ggtt_buf *buf);
int __must_check xe_ggtt_buf_map(struct xe_hw hw, struct xe_ggtt_buf *buf);
void xe_ggtt_buf_unmap(struct xe_hw hw, struct xe_ggtt_buf *buf);

/**
 * xe_ggtt_buf_ggtt - the address of a buffer for firmware and engines
 * @buf: the buffer
 *
 * Context: any; the same from xe_ggtt_buf_map() on, although nothing is there behind unbind.
 */
static inline u32 xe_ggtt_buf_ggtt(const struct xe_ggtt_buf *buf)
{
	return buf->node.start;
}

u32 xe_ggtt_buf_read32(struct xe_hw hw, const struct xe_ggtt_buf *buf, size_t offset);
void xe_ggtt_buf_write32(struct xe_hw hw, struct xe_ggtt_buf *buf, size_t offset, u32 value);
void xe_ggtt_buf_read(struct xe_hw hw, const struct xe_ggtt_buf *buf, size_t offset, void *to,
		      size_t len);
void xe_ggtt_buf_write(struct xe_hw hw, struct xe_ggtt_buf *buf, size_t offset, const void *from,
		       size_t len);
void xe_ggtt_buf_fill(struct xe_hw hw, struct xe_ggtt_buf *buf, size_t offset, u8 byte,
		      size_t len);

#endif
