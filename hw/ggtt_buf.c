// SPDX-License-Identifier: MIT
/*
 * Buffers that firmware and engines see: firmware images, channels, logs, context images.
 */

#include <linux/error-injection.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "hw/ggtt.h"
#include "hw/ggtt_buf.h"
#include "hw/state.h"
#include "xe_device.h"
#include "xe_hw.h"

/**
 * DOC: Firmware-visible buffers
 *
 * Memory that the driver and the card work in together, at a GGTT address that does not change
 * while the driver is bound. It is system memory: coherent, there after D3cold, and readable when
 * the card is gone. What the card has to know by its address in VRAM, too, is a part of VRAM that
 * mm/vram.c left out; such a buffer is written through BAR 2.
 *
 * The mappings end in one action, registered before any user of a buffer: when it runs, everything
 * that could make the card use a buffer has been stopped. The memory stays until the last
 * reference to the drm_device goes, so that what a late reader finds is stale but there; but for
 * what its user is done with, see hw/lrc.c.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * GGTT entries             bound side    xe_ggtt_buf_unmap(), unbind
 * DMA mapping              bound side    likewise
 * memory                   drm_device    xe_ggtt_buf_release(), last reference is dropped
 * ======================== ============= ==========================================
 */

#define CHUNK_ORDER_MAX		(ilog2(SZ_2M) - PAGE_SHIFT)

static void chunks_free(struct sg_table *sgt)
{
	struct scatterlist *sg;
	int i;

	for_each_sgtable_sg(sgt, sg, i)
		__free_pages(sg_page(sg), get_order(sg->length));
	sg_free_table(sgt);
}

static struct page *chunk_alloc(size_t max_pages, unsigned int *order, gfp_t gfp)
{
	struct page *page;

	*order = min_t(unsigned int, *order, ilog2(max_pages));
	while (*order) {
		page = alloc_pages(gfp | __GFP_ZERO | __GFP_COMP | __GFP_NORETRY | __GFP_NOWARN,
				   *order);
		if (page)
			return page;
		--*order;
	}
	return alloc_page(gfp | __GFP_ZERO);
}

/* In few large chunks where they can be had: some buffers have thousands of pages. */
static int chunks_alloc(struct sg_table *sgt, size_t pages, gfp_t gfp)
{
	unsigned int order = CHUNK_ORDER_MAX, count = 0;
	struct scatterlist *sg;
	struct page *page, *next;
	LIST_HEAD(chunks);
	int err = -ENOMEM;

	for (; pages; pages -= BIT(order)) {
		page = chunk_alloc(pages, &order, gfp);
		if (!page)
			goto free;
		list_add_tail(&page->lru, &chunks);
		count++;
	}

	err = sg_alloc_table(sgt, count, GFP_KERNEL);
	if (err)
		goto free;

	sg = sgt->sgl;
	list_for_each_entry_safe(page, next, &chunks, lru) {
		list_del(&page->lru);
		sg_set_page(sg, page, page_size(page), 0);
		sg = sg_next(sg);
	}
	return 0;

free:
	list_for_each_entry_safe(page, next, &chunks, lru)
		__free_pages(page, compound_order(page));
	return err;
}

static void *chunks_vmap(struct sg_table *sgt, size_t count)
{
	struct page **pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL);
	struct sg_page_iter iter;
	size_t i = 0;
	void *cpu;

	if (!pages)
		return NULL;

	for_each_sgtable_page(sgt, &iter, 0)
		pages[i++] = sg_page_iter_page(&iter);
	cpu = vmap(pages, count, VM_MAP, PAGE_KERNEL);
	kvfree(pages);
	return cpu;
}

static void memory_free(struct drm_device *drm, void *data)
{
	struct xe_ggtt_buf *buf = data;

	vunmap(buf->cpu);
	buf->cpu = NULL;
	chunks_free(&buf->sgt);
}

/**
 * xe_ggtt_buf_alloc - allocate the memory of a buffer
 * @xe: the device
 * @buf: zeroed
 * @size: in bytes, rounded up to whole pages; the memory is zeroed
 * @gfp: GFP_KERNEL, or GFP_KERNEL_ACCOUNT to charge the caller
 * @name: for debugfs, constant
 *
 * For what a user may have: the memory is charged to who asks, and mapped on the bound side. It is
 * freed with the drm_device, or by xe_ggtt_buf_release().
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int xe_ggtt_buf_alloc(struct xe_device *xe, struct xe_ggtt_buf *buf, size_t size, gfp_t gfp,
		      const char *name)
{
	size_t pages = PAGE_ALIGN(size) / PAGE_SIZE;
	int err;

	buf->name = name;
	buf->size = PAGE_ALIGN(size);
	err = chunks_alloc(&buf->sgt, pages, gfp);
	if (err)
		return err;

	buf->cpu = chunks_vmap(&buf->sgt, pages);
	if (!buf->cpu) {
		chunks_free(&buf->sgt);
		return -ENOMEM;
	}

	return drmm_add_action_or_reset(&xe->drm, memory_free, buf);
}

/**
 * xe_ggtt_buf_release - undo xe_ggtt_buf_alloc()
 * @xe: the device
 * @buf: not mapped
 *
 * Context: process context, may sleep.
 */
void xe_ggtt_buf_release(struct xe_device *xe, struct xe_ggtt_buf *buf)
{
	drmm_release_action(&xe->drm, memory_free, buf);
}

/**
 * xe_ggtt_buf_map - give a buffer its address
 * @hw: the token
 * @buf: from xe_ggtt_buf_alloc()
 *
 * There is nothing that has to be undone: what the card sees ends with unbind.
 *
 * Context: bound, may sleep.
 * Return: 0; -ENOMEM, -ENOSPC if the GGTT is full.
 */
int xe_ggtt_buf_map(struct xe_hw hw, struct xe_ggtt_buf *buf)
{
	struct xe_hw_state *state = xe_hw_state(hw);
	int err;

	err = xe_dma_map(hw, &buf->sgt, DMA_BIDIRECTIONAL);
	if (err)
		return err;

	err = xe_ggtt_map(hw, &buf->node, &buf->sgt, buf->size);
	if (err) {
		xe_dma_unmap(xe_hw_dma(hw), &buf->sgt, DMA_BIDIRECTIONAL);
		return err;
	}

	guard(mutex)(&state->ggtt_bufs_lock);
	list_add(&buf->link, &state->ggtt_bufs);
	return 0;
}

/**
 * xe_ggtt_buf_create - allocate a buffer and map it
 * @hw: the token
 * @buf: zeroed
 * @size: in bytes, rounded up to whole pages; the memory is zeroed
 * @name: for debugfs, constant
 *
 * There is nothing to undo: what the card sees ends with unbind, the memory with the drm_device.
 *
 * Context: bound, may sleep.
 * Return: 0; -ENOMEM, -ENOSPC if the GGTT is full.
 */
int xe_ggtt_buf_create(struct xe_hw hw, struct xe_ggtt_buf *buf, size_t size, const char *name)
{
	struct xe_device *xe = xe_hw_device(hw);
	int err;

	err = xe_ggtt_buf_alloc(xe, buf, size, GFP_KERNEL, name);
	if (err)
		return err;

	err = xe_ggtt_buf_map(hw, buf);
	if (err)
		xe_ggtt_buf_release(xe, buf);
	return err;
}
ALLOW_ERROR_INJECTION(xe_ggtt_buf_create, ERRNO);

/**
 * xe_ggtt_buf_create_vram - map a part of VRAM
 * @hw: the token
 * @buf: zeroed
 * @offset: of the part, not 0; it belongs to nobody else
 * @size: in bytes, whole pages
 * @name: for debugfs, constant
 *
 * There is nothing to undo: see xe_ggtt_buf_create(). What is in it is lost with the card's power.
 *
 * Context: bound, may sleep.
 * Return: 0; -ENOSPC if the GGTT is full.
 */
int xe_ggtt_buf_create_vram(struct xe_hw hw, struct xe_ggtt_buf *buf, u64 offset, size_t size,
			    const char *name)
{
	struct xe_hw_state *state = xe_hw_state(hw);
	int err;

	buf->name = name;
	buf->size = size;
	buf->vram = offset;
	err = xe_ggtt_map_vram(hw, &buf->node, offset, size);
	if (err)
		return err;

	guard(mutex)(&state->ggtt_bufs_lock);
	list_add(&buf->link, &state->ggtt_bufs);
	return 0;
}

static void buf_unmap(struct xe_hw hw, struct xe_ggtt_buf *buf)
{
	list_del_init(&buf->link);
	xe_ggtt_unmap(hw, &buf->node);
	if (!buf->vram)
		xe_dma_unmap(xe_hw_dma(hw), &buf->sgt, DMA_BIDIRECTIONAL);
}

/**
 * xe_ggtt_buf_unmap - undo xe_ggtt_buf_map() before unbind does
 * @hw: the token
 * @buf: mapped; neither firmware nor an engine uses it
 *
 * Context: bound, may sleep.
 */
void xe_ggtt_buf_unmap(struct xe_hw hw, struct xe_ggtt_buf *buf)
{
	guard(mutex)(&xe_hw_state(hw)->ggtt_bufs_lock);
	buf_unmap(hw, buf);
}

static bool within(struct xe_hw hw, const struct xe_ggtt_buf *buf, size_t offset, size_t len)
{
	return !drm_WARN_ON_ONCE(&xe_hw_device(hw)->drm, !buf->cpu || offset > buf->size ||
				 len > buf->size - offset);
}

/**
 * xe_ggtt_buf_read32 - read a word that the card may be writing
 * @hw: the token
 * @buf: the buffer
 * @offset: in bytes, a multiple of 4
 *
 * What the card wrote before the word is visible to reads that follow.
 *
 * Context: bound or in a section; any.
 * Return: the word; 0 outside of the buffer.
 */
u32 xe_ggtt_buf_read32(struct xe_hw hw, const struct xe_ggtt_buf *buf, size_t offset)
{
	u32 value;

	if (!within(hw, buf, offset, sizeof(value)))
		return 0;

	value = READ_ONCE(*(u32 *)(buf->cpu + offset));
	dma_rmb();
	return value;
}

/**
 * xe_ggtt_buf_write32 - write a word that the card may be reading
 * @hw: the token
 * @buf: the buffer
 * @offset: in bytes, a multiple of 4
 * @value: to write
 *
 * The card sees it after everything that was written before.
 *
 * Context: bound or in a section; any.
 */
void xe_ggtt_buf_write32(struct xe_hw hw, struct xe_ggtt_buf *buf, size_t offset, u32 value)
{
	if (!within(hw, buf, offset, sizeof(value)))
		return;

	dma_wmb();
	WRITE_ONCE(*(u32 *)(buf->cpu + offset), value);
}

/**
 * xe_ggtt_buf_read - copy out of a buffer
 * @hw: the token
 * @buf: the buffer
 * @offset: in bytes
 * @to: where to
 * @len: in bytes
 *
 * Copy once and look at the copy: the card may change the buffer at any time.
 *
 * Context: bound or in a section; any.
 */
void xe_ggtt_buf_read(struct xe_hw hw, const struct xe_ggtt_buf *buf, size_t offset, void *to,
		      size_t len)
{
	if (within(hw, buf, offset, len))
		memcpy(to, buf->cpu + offset, len);
	else
		memset(to, 0, len);
}

/**
 * xe_ggtt_buf_write - copy into a buffer
 * @hw: the token
 * @buf: the buffer
 * @offset: in bytes
 * @from: where from
 * @len: in bytes
 *
 * Context: bound or in a section; any.
 */
void xe_ggtt_buf_write(struct xe_hw hw, struct xe_ggtt_buf *buf, size_t offset, const void *from,
		       size_t len)
{
	if (within(hw, buf, offset, len))
		memcpy(buf->cpu + offset, from, len);
}

/**
 * xe_ggtt_buf_fill - set bytes of a buffer
 * @hw: the token
 * @buf: the buffer
 * @offset: in bytes
 * @byte: the value
 * @len: in bytes
 *
 * Context: bound or in a section; any.
 */
void xe_ggtt_buf_fill(struct xe_hw hw, struct xe_ggtt_buf *buf, size_t offset, u8 byte, size_t len)
{
	if (within(hw, buf, offset, len))
		memset(buf->cpu + offset, byte, len);
}

/**
 * xe_ggtt_buf_restore - write the GGTT entries of all buffers again, after xe_ggtt_restore()
 * @hw: the token
 *
 * Context: bound, may sleep.
 */
void xe_ggtt_buf_restore(struct xe_hw hw)
{
	struct xe_hw_state *state = xe_hw_state(hw);
	struct xe_ggtt_buf *buf;

	guard(mutex)(&state->ggtt_bufs_lock);
	list_for_each_entry(buf, &state->ggtt_bufs, link) {
		if (buf->vram)
			xe_ggtt_rewrite_vram(hw, &buf->node, buf->vram);
		else
			xe_ggtt_rewrite(hw, &buf->node, &buf->sgt);
	}
}

static void bufs_stop(struct xe_hw hw, void *unused)
{
	struct xe_hw_state *state = xe_hw_state(hw);
	struct xe_ggtt_buf *buf, *next;

	guard(mutex)(&state->ggtt_bufs_lock);
	list_for_each_entry_safe(buf, next, &state->ggtt_bufs, link)
		buf_unmap(hw, buf);
}

/**
 * xe_ggtt_buf_start - probe step: firmware-visible buffers can be created
 * @bind: the token of a probe step
 *
 * Context: bound; after xe_ggtt_start().
 * Return: 0 or -ENOMEM.
 */
int xe_ggtt_buf_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_hw_state *state = xe_hw_state(hw);
	int err;

	err = drmm_mutex_init(&xe_hw_device(hw)->drm, &state->ggtt_bufs_lock);
	if (err)
		return err;

	INIT_LIST_HEAD(&state->ggtt_bufs);
	return xe_hw_on_unbind(bind, bufs_stop, NULL);
}
ALLOW_ERROR_INJECTION(xe_ggtt_buf_start, ERRNO);
