// SPDX-License-Identifier: MIT
/*
 * The pages of buffers, and their DMA mappings.
 */

#include <linux/slab.h>

#include <drm/drm_print.h>
#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_pool.h>
#include <uapi/drm/xe_drm.h>

#include "mm/bo.h"
#include "mm/import.h"
#include "mm/tt.h"
#include "xe_device.h"
#include "xe_hw.h"

/**
 * DOC: Pages and their DMA mappings
 *
 * Pages are software: a buffer keeps them as long as it likes. Their DMA mapping is hardware: it
 * is made in a section, and it is undone when the buffer moves or dies, or at unbind, whichever
 * comes first. For this every mapped page list is on a list of the device. Unbind walks it when no
 * section can open any more and so nothing new is mapped.
 *
 * The list of DMA addresses is the buffer's, as whoever has it reserved may be reading it when
 * unbind undoes the mapping. The addresses are of no use then, but there is no way to hand them to
 * a card.
 *
 * The pages of an imported buffer are another driver's, and so is their mapping: see mm/import.c.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_tt, pages      buffer        it dies, is moved to VRAM, is swapped out
 * DMA mapping              bound side    the above, or unbind
 * list of its addresses    buffer        the above
 * ======================== ============= ==========================================
 */

static struct xe_tt *to_xe_tt(struct ttm_tt *ttm)
{
	return container_of(ttm, struct xe_tt, ttm);
}

static struct xe_device *ttm_to_xe(struct ttm_device *bdev)
{
	return container_of(bdev, struct xe_device, mm.ttm);
}

static bool is_mapped(struct xe_mm *mm, const struct xe_tt *tt)
{
	guard(mutex)(&mm->lock);
	return !list_empty(&tt->link);
}

static int tt_map(struct xe_hw hw, struct xe_mm *mm, struct xe_tt *tt)
{
	int err = xe_dma_map(hw, &tt->sgt, DMA_BIDIRECTIONAL);

	if (err)
		return err;

	guard(mutex)(&mm->lock);
	list_add_tail(&tt->link, &mm->mapped);
	return 0;
}

static void tt_unmap(struct xe_dma dma, struct xe_mm *mm, struct xe_tt *tt)
{
	lockdep_assert_held(&mm->lock);

	list_del_init(&tt->link);
	xe_dma_unmap(dma, &tt->sgt, DMA_BIDIRECTIONAL);
}

/**
 * xe_tt_map_dma - let the card reach the pages
 * @xe: the device
 * @ttm: populated; nothing happens if it is mapped
 *
 * Context: the buffer is reserved; enters.
 * Return: 0; -ENODEV if there is no hardware; -EBUSY if it cannot be had now; -ENOMEM; for an
 * import, what its exporter returns.
 */
int xe_tt_map_dma(struct xe_device *xe, struct ttm_tt *ttm)
{
	struct xe_tt *tt = to_xe_tt(ttm);
	int err;

	if (tt->import)
		return xe_import_map(tt->import);
	if (is_mapped(&xe->mm, tt))
		return 0;
	if (tt->sgt.sgl)
		return -ENODEV;	/* it was mapped until unbind */

	/* Not in the section: it may wait for memory. Nobody else maps a reserved buffer. */
	err = sg_alloc_table_from_pages(&tt->sgt, ttm->pages, ttm->num_pages, 0,
					(u64)ttm->num_pages << PAGE_SHIFT, GFP_KERNEL);
	if (err)
		return err;

	err = -EBUSY;
	xe_hw_scoped(hw, xe)
		err = tt_map(hw, &xe->mm, tt);
	err = xe_hw_error(xe, err);
	if (err)
		sg_free_table(&tt->sgt);
	return err;
}

/**
 * xe_tt_unmap_dma - undo xe_tt_map_dma()
 * @xe: the device
 * @ttm: nothing happens if it is not mapped, or not any more
 *
 * When it returns the card cannot reach the pages, also if it is gone.
 *
 * Context: the buffer is reserved or nobody else has it, may sleep; enters, also during unplug.
 */
void xe_tt_unmap_dma(struct xe_device *xe, struct ttm_tt *ttm)
{
	struct xe_tt *tt = to_xe_tt(ttm);

	if (tt->import) {
		xe_import_unmap(tt->import);
		return;
	}

	xe_hw_scoped_dma(dma, xe) {
		guard(mutex)(&xe->mm.lock);
		if (!list_empty(&tt->link))
			tt_unmap(dma, &xe->mm, tt);
	}
	sg_free_table(&tt->sgt);
}

/**
 * xe_tt_sgt - the DMA addresses of the pages
 * @ttm: mapped by xe_tt_map_dma()
 *
 * Context: the buffer is reserved.
 * Return: valid as long as it is reserved; NULL for an import that its exporter is about to move.
 */
const struct sg_table *xe_tt_sgt(struct ttm_tt *ttm)
{
	struct xe_tt *tt = to_xe_tt(ttm);

	return tt->import ? xe_import_sgt(tt->import) : &tt->sgt;
}

/**
 * xe_tt_stop - undo every DMA mapping of buffers
 * @hw: the token
 *
 * Context: bound, when no section opens any more; may sleep.
 */
void xe_tt_stop(struct xe_hw hw)
{
	struct xe_mm *mm = &xe_hw_device(hw)->mm;
	struct xe_tt *tt, *next;

	mutex_lock(&mm->lock);
	list_for_each_entry_safe(tt, next, &mm->mapped, link)
		tt_unmap(xe_hw_dma(hw), mm, tt);
	mutex_unlock(&mm->lock);

	xe_hw_seal_dma(hw);
}

/* Where a buffer is that is mapped for DMA. */
struct pages {
	struct ttm_resource base;
	u64 imported;		/* bytes of another driver's, which take none of our room */
};

static atomic64_t *imported_of(struct ttm_resource_manager *man)
{
	return &container_of(man, struct xe_mm, tt)->imported;
}

/**
 * xe_tt_used - how much of &xe_mm.system_size is mapped for DMA
 * @mm: memory of buffers
 *
 * Context: any.
 * Return: bytes, without what was imported.
 */
u64 xe_tt_used(struct xe_mm *mm)
{
	/* Read with the lock that it is counted under: what is in it is known of as imported. */
	s64 used = ttm_resource_manager_usage(&mm->tt);

	return max(used - atomic64_read(&mm->imported), 0);
}

static void pages_free(struct ttm_resource_manager *man, struct ttm_resource *res)
{
	struct pages *pages = container_of(res, struct pages, base);

	ttm_resource_fini(man, res);
	atomic64_sub(pages->imported, imported_of(man));
	kfree(pages);
}

static int pages_alloc(struct ttm_resource_manager *man, struct ttm_buffer_object *bo,
		       const struct ttm_place *place, struct ttm_resource **res)
{
	struct pages *found = kzalloc(sizeof(*found), GFP_KERNEL);

	if (!found)
		return -ENOMEM;

	/* Known before it is counted, and until it is not any more: it may look like less. */
	if (bo->type == ttm_bo_type_sg)
		found->imported = bo->base.size;
	atomic64_add(found->imported, imported_of(man));
	ttm_resource_init(bo, place, &found->base);
	if (!found->imported && xe_tt_used(container_of(man, struct xe_mm, tt)) > man->size) {
		pages_free(man, &found->base);
		return -ENOSPC;
	}

	*res = &found->base;
	return 0;
}

static const struct ttm_resource_manager_func manager_funcs = {
	.alloc = pages_alloc,
	.free = pages_free,
};

/**
 * xe_tt_alloc_init - have TTM know how much can be mapped for DMA
 * @xe: the device
 * @size: in bytes
 *
 * There is nothing to choose, as pages are where they are: it is counted.
 *
 * Context: probe, before there is any hardware; xe_tt_alloc_fini() undoes it.
 */
void xe_tt_alloc_init(struct xe_device *xe, u64 size)
{
	struct ttm_resource_manager *man = &xe->mm.tt;

	man->use_tt = true;
	man->func = &manager_funcs;
	ttm_resource_manager_init(man, &xe->mm.ttm, size);
	ttm_set_driver_manager(&xe->mm.ttm, XE_MEM_TT, man);
	ttm_resource_manager_set_used(man, true);
}

/**
 * xe_tt_alloc_fini - undo xe_tt_alloc_init()
 * @xe: the device
 *
 * Context: last reference to the device; there are no buffers any more.
 */
void xe_tt_alloc_fini(struct xe_device *xe)
{
	struct ttm_resource_manager *man = &xe->mm.tt;

	ttm_resource_manager_set_used(man, false);
	if (ttm_resource_manager_evict_all(&xe->mm.ttm, man))
		return;

	ttm_resource_manager_cleanup(man);
	ttm_set_driver_manager(&xe->mm.ttm, XE_MEM_TT, NULL);
}

/* A discrete card reads system memory through the caches of the CPU, whatever was asked. */
static enum ttm_caching caching(struct ttm_buffer_object *bo)
{
	if (ttm_to_xe(bo->bdev)->platform->is_discrete ||
	    ttm_to_xe_bo(bo)->caching != DRM_XE_GEM_CPU_CACHING_WC)
		return ttm_cached;
	return ttm_write_combined;
}

/**
 * xe_tt_create - &ttm_device_funcs.ttm_tt_create
 * @bo: the buffer
 * @page_flags: from TTM
 *
 * Context: the buffer is reserved.
 * Return: the page list, without pages; NULL if there is no memory.
 */
struct ttm_tt *xe_tt_create(struct ttm_buffer_object *bo, u32 page_flags)
{
	struct xe_tt *tt = kzalloc(sizeof(*tt), GFP_KERNEL);

	if (!tt)
		return NULL;

	/* An engine may fill them, or die before: nobody shall see what was there before. */
	if (ttm_to_xe_bo(bo)->regions & XE_REGION_VRAM)
		page_flags |= TTM_TT_FLAG_ZERO_ALLOC;
	INIT_LIST_HEAD(&tt->link);
	tt->import = ttm_to_xe_bo(bo)->import;
	if (ttm_tt_init(&tt->ttm, bo, page_flags, caching(bo), 0)) {
		kfree(tt);
		return NULL;
	}
	return &tt->ttm;
}

/**
 * xe_tt_populate - &ttm_device_funcs.ttm_tt_populate
 * @bdev: the TTM device
 * @ttm: the page list
 * @ctx: how to wait
 *
 * Context: the buffer is reserved.
 * Return: 0 or -ENOMEM.
 */
int xe_tt_populate(struct ttm_device *bdev, struct ttm_tt *ttm, struct ttm_operation_ctx *ctx)
{
	atomic_t *busy = &ttm_to_xe(bdev)->mm.busy;
	int err;

	if (ttm->page_flags & TTM_TT_FLAG_EXTERNAL)
		return 0;

	/* Who finds no room in VRAM may be waiting for what its caller holds, too. */
	atomic_inc(busy);
	err = ttm_pool_alloc(&bdev->pool, ttm, ctx);
	atomic_dec(busy);
	return err;
}

/**
 * xe_tt_unpopulate - &ttm_device_funcs.ttm_tt_unpopulate
 * @bdev: the TTM device
 * @ttm: the page list
 *
 * Context: the buffer is reserved or dying; at any time, also long after unbind.
 */
void xe_tt_unpopulate(struct ttm_device *bdev, struct ttm_tt *ttm)
{
	xe_tt_unmap_dma(ttm_to_xe(bdev), ttm);
	if (!(ttm->page_flags & TTM_TT_FLAG_EXTERNAL))
		ttm_pool_free(&bdev->pool, ttm);
}

/**
 * xe_tt_destroy - &ttm_device_funcs.ttm_tt_destroy
 * @bdev: the TTM device
 * @ttm: the page list, without pages
 *
 * Context: as xe_tt_unpopulate().
 */
void xe_tt_destroy(struct ttm_device *bdev, struct ttm_tt *ttm)
{
	ttm_tt_fini(ttm);
	kfree(to_xe_tt(ttm));
}
