// SPDX-License-Identifier: MIT
/*
 * Buffers.
 */

#include <linux/delay.h>
#include <linux/dma-buf.h>
#include <linux/gfp.h>
#include <linux/slab.h>

#include <drm/drm_gem_ttm_helper.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_tt.h>

#include "mm/bo.h"
#include "mm/copy.h"
#include "mm/dma_buf.h"
#include "mm/import.h"
#include "mm/preempt_fence.h"
#include "mm/pt.h"
#include "mm/room.h"
#include "mm/tt.h"
#include "mm/vma.h"
#include "mm/vram.h"
#include "mm/vram_alloc.h"
#include "xe_compat.h"
#include "xe_device.h"
#include "xe_mmio.h"

/**
 * DOC: Buffers
 *
 * A buffer is software. It is in one of three places: in pages that the card cannot reach, in pages
 * that are mapped for DMA, or in VRAM. TTM decides; the moves are made here, by a copy engine or by
 * the CPU, and are over when they return. To clear a new buffer in VRAM is not waited for: there is
 * a kernel fence on it until then, and before the CPU touches it comes xe_vram_settle().
 *
 * A buffer outlives the card. What is hardware about it is undone at unbind: DMA mappings by
 * xe_tt_stop(), mappings of VRAM in the address spaces of processes by drm_dev_unplug(). What
 * was in VRAM is lost; such a buffer still can be moved, and reads as zero then. Nothing of this
 * needs the card, and freeing a buffer never does.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_bo             references    last handle, mmap, dma-buf or user is gone
 * pages                    buffer        see mm/tt.c
 * struct xe_import         buffer        it is dead, by a work: see bo_destroy()
 * page in the place of     buffer        it dies; mappings hold it
 * VRAM that is gone
 * range of VRAM            buffer        it dies or is moved; the drm_device has the
 *                                        allocator
 * mapping of VRAM in an    bound side    unbind, move, suspend, loss
 * address space
 * ======================== ============= ==========================================
 */

#define ENGINE_MIN_SIZE	SZ_16K

static struct xe_device *bo_to_xe(const struct ttm_buffer_object *bo)
{
	return container_of(bo->bdev, struct xe_device, mm.ttm);
}

static bool has_data(struct ttm_tt *ttm)
{
	return ttm && (ttm_tt_is_populated(ttm) || (ttm->page_flags & TTM_TT_FLAG_SWAPPED));
}

/* What is copied or cleared here is small enough for the CPU to be quicker. */
static bool is_small(const struct ttm_buffer_object *bo)
{
	return bo->base.size < ENGINE_MIN_SIZE && !bo_to_xe(bo)->mm.compresses;
}

/*
 * By an engine, which is not waited for, or by the CPU. What is in a buffer of the driver's own is
 * anything: nobody else sees it.
 */
static int clear_vram(struct ttm_buffer_object *bo, struct ttm_resource *to)
{
	struct xe_device *xe = bo_to_xe(bo);
	struct dma_fence *fence = ERR_PTR(-EBUSY);
	int err;

	if (bo->type == ttm_bo_type_kernel) {
		xe_vram_touch(to);
		return 0;
	}
	/* Zero or not: there is nothing to have it in. */
	if (xe_hw_is_gone(xe))
		return -ENODEV;
	if (xe_vram_is_zero(to))
		return 0;

	if (xe->mm.copy && !is_small(bo))
		fence = xe->mm.copy->clear(xe, to, bo->base.size);
	if (!IS_ERR(fence)) {
		xe_vram_set_clearing(to, fence);
		dma_fence_put(fence);
		return 0;
	}

	err = xe_vram_clear(xe, to, bo->base.size);
	if (!err)
		xe_vram_set_zero(to);
	return err;
}

/* By an engine, if the pages are in its reach. */
static int copy_by_engine(struct ttm_buffer_object *bo, const struct ttm_resource *vram,
			  bool to_vram)
{
	struct xe_device *xe = bo_to_xe(bo);
	int err;

	if (!xe->mm.copy || is_small(bo))
		return -EBUSY;

	err = xe_tt_map_dma(xe, bo->ttm);
	return err ?: xe->mm.copy->copy(xe, vram, xe_tt_sgt(bo->ttm), bo->base.size, to_vram);
}

static int move_to_vram(struct ttm_buffer_object *bo, struct ttm_operation_ctx *ctx,
			struct ttm_resource *to)
{
	int err;

	if (!has_data(bo->ttm))
		return clear_vram(bo, to);

	err = ttm_bo_populate(bo, ctx);
	if (err)
		return err;

	xe_vram_touch(to);
	if (!copy_by_engine(bo, to, true))
		return 0;
	return xe_vram_from_pages(bo_to_xe(bo), to, bo->ttm->pages, bo->ttm->num_pages);
}

/*
 * Without a card it is as unbind leaves it, so that others can go on using the pages. A new buffer
 * is an error then.
 */
static int map_dma(struct ttm_buffer_object *bo)
{
	int err = xe_tt_map_dma(bo_to_xe(bo), bo->ttm);

	return err == -ENODEV && bo->resource ? 0 : err;
}

/* Of a card that is gone nothing is copied: what was in its VRAM reads as zero. */
static int copy_from_vram(struct ttm_buffer_object *bo)
{
	struct xe_device *xe = bo_to_xe(bo);
	int err = xe_vram_settle(xe, bo->resource);

	if (err && err != -ENODEV)
		return err;
	if (!err && !copy_by_engine(bo, bo->resource, false))
		return 0;
	return xe_vram_to_pages(xe, bo->resource, bo->ttm->pages, bo->ttm->num_pages);
}

/* Nobody is killed for the memory: the buffer can stay where it is. */
static bool has_memory_to_leave(const struct ttm_buffer_object *bo)
{
	return (bo->ttm && ttm_tt_is_populated(bo->ttm)) || xe_mm_has_memory(bo->base.size);
}

static int move_from_vram(struct ttm_buffer_object *bo, struct ttm_operation_ctx *ctx,
			  struct ttm_resource *to)
{
	struct ttm_operation_ctx careful = *ctx;
	int err;

	if (!has_memory_to_leave(bo))
		return -ENOMEM;
	careful.gfp_retry_mayfail = true;
	err = ttm_bo_populate(bo, &careful);
	if (!err && to->mem_type == XE_MEM_TT)
		err = map_dma(bo);
	if (!err)
		err = copy_from_vram(bo);
	if (to->mem_type != XE_MEM_TT)
		xe_tt_unmap_dma(bo_to_xe(bo), bo->ttm);
	return err;
}

static int move_pages(struct ttm_buffer_object *bo, struct ttm_resource *to)
{
	if (to->mem_type == XE_MEM_TT)
		return map_dma(bo);
	if (bo->ttm)
		xe_tt_unmap_dma(bo_to_xe(bo), bo->ttm);
	return 0;
}

static u32 place_of(const struct ttm_buffer_object *bo)
{
	return bo->resource ? bo->resource->mem_type : XE_MEM_SYSTEM;
}

/*
 * Fences on a buffer are of those who use its contents. A new buffer has none. Those of one that is
 * where no engine reaches it are of others that share its reservation, or will be done without it:
 * it came there when its users were done, and who uses it next has it moved first. Outside of any
 * section.
 */
static int wait_for_users(struct ttm_buffer_object *bo, struct ttm_operation_ctx *ctx)
{
	int err;

	if (place_of(bo) == XE_MEM_SYSTEM)
		return 0;
	err = ttm_bo_wait_ctx(bo, ctx);
	if (err == -EBUSY && !ctx->no_wait_gpu)
		xe_room_waited(&bo_to_xe(bo)->mm);
	return err;
}

/*
 * Importers have the pages mapped while it is here only. They are told before its users are waited
 * for: the one has fences that he adds then, the other has none, and writes until he is told.
 */
static void tell_importers(struct ttm_buffer_object *bo)
{
	struct dma_buf *exported = ttm_to_xe_bo(bo)->exported;

	if (exported && place_of(bo) == XE_MEM_TT)
		dma_buf_invalidate_mappings(exported);
}

/* A buffer has no VRAM any more that could be mapped; it is reserved, or nobody else has it. */
static void forget_mapping(struct xe_bo *bo)
{
	struct xe_mm *mm = &to_xe_device(bo->ttm.base.dev)->mm;

	guard(mutex)(&mm->lock);
	list_del_init(&bo->vram_link);
}

/* In VRAM it needs no list of pages, and TTM takes away one with its pages only. */
static void drop_empty_list(struct ttm_buffer_object *bo)
{
	if (bo->ttm)
		xe_tt_destroy(bo->bdev, bo->ttm);
	bo->ttm = NULL;
}

/*
 * TTM waits for all that has the reservation before it frees pages. Here they were copied, and
 * nobody is waited for: a ghost has them, and is done when that is, at once. It is no &xe_bo: were
 * they mapped for the card, TTM could come across it, and have it moved.
 */
static int leave_pages(struct ttm_buffer_object *bo, struct ttm_resource *to)
{
	struct dma_fence *copied = dma_fence_get_stub();
	int err = ttm_bo_move_accel_cleanup(bo, copied, false, false, to);

	dma_fence_put(copied);
	return err;
}

static int leave(struct ttm_buffer_object *bo, struct ttm_resource *to)
{
	bool pages = to->mem_type == XE_MEM_VRAM && has_data(bo->ttm);

	if (pages && place_of(bo) == XE_MEM_SYSTEM)
		return leave_pages(bo, to);
	if (pages || place_of(bo) == XE_MEM_VRAM) {
		ttm_bo_move_sync_cleanup(bo, to);
		return 0;
	}

	ttm_bo_move_null(bo, to);
	if (to->mem_type == XE_MEM_VRAM)
		drop_empty_list(bo);
	return 0;
}

static int finish_move(struct ttm_buffer_object *bo, struct ttm_resource *to)
{
	struct xe_bo *xe_bo = ttm_to_xe_bo(bo);
	int err;

	xe_vma_mark_stale(&bo->base);
	if (place_of(bo) == XE_MEM_VRAM)
		forget_mapping(xe_bo);
	err = leave(bo, to);
	if (err)
		return err;
	WRITE_ONCE(xe_bo->mem_type, to->mem_type);

	/* TTM has reserved room for it. From here on others wait for it. */
	if (to->mem_type == XE_MEM_VRAM && xe_vram_clearing(to))
		dma_resv_add_fence(bo->base.resv, xe_vram_clearing(to), DMA_RESV_USAGE_KERNEL);
	return 0;
}

/* Of a card that is gone nobody needs the room, and what was in it is lost. */
static bool is_pointless(const struct ttm_buffer_object *bo, bool evict)
{
	return evict && place_of(bo) == XE_MEM_VRAM && xe_hw_is_gone(bo_to_xe(bo));
}

static int move_buffer(struct ttm_buffer_object *bo, struct ttm_operation_ctx *ctx,
		       struct ttm_resource *to)
{
	bool from_vram = place_of(bo) == XE_MEM_VRAM;
	bool to_vram = to->mem_type == XE_MEM_VRAM;
	int err;

	if (from_vram && xe_mm_stop_evicting(&bo_to_xe(bo)->mm))
		return -EINTR;
	if (to_vram)	/* the card is not idle */
		WRITE_ONCE(bo_to_xe(bo)->mm.evicting, false);

	tell_importers(bo);
	err = wait_for_users(bo, ctx);
	if (err)
		return err;

	if (to_vram)
		err = move_to_vram(bo, ctx, to);
	else if (from_vram)
		err = move_from_vram(bo, ctx, to);
	else
		err = move_pages(bo, to);
	err = err ?: finish_move(bo, to);
	if (!err && to_vram)	/* one of two may be missed */
		WRITE_ONCE(bo_to_xe(bo)->mm.moves, bo_to_xe(bo)->mm.moves + 1);
	return err;
}

/* Those who wait for room are shown what gets there, and that somebody is at it. */
static int bo_move(struct ttm_buffer_object *bo, bool evict, struct ttm_operation_ctx *ctx,
		   struct ttm_resource *to, struct ttm_place *hop)
{
	atomic_t *busy = &bo_to_xe(bo)->mm.busy;
	bool from_vram = place_of(bo) == XE_MEM_VRAM;
	bool to_vram = to->mem_type == XE_MEM_VRAM;
	int err;

	/* Any place in VRAM is as good as another. */
	if (WARN_ON_ONCE(from_vram && to_vram))
		return -EINVAL;
	/* Who empties a place does not ask, and may have come to it before it was pinned. */
	if (bo->pin_count)
		return -ERESTARTSYS;
	/* TTM says nothing of this one. */
	if (is_pointless(bo, evict))
		return -EINTR;
	if (!from_vram && !to_vram)
		return move_buffer(bo, ctx, to);

	atomic_inc(busy);
	err = move_buffer(bo, ctx, to);
	atomic_dec(busy);
	/* Who makes room goes on with the next one; TTM says nothing else for that. */
	if (err == -ENOMEM && evict && xe_room_is_made(&bo_to_xe(bo)->mm))
		return -ENOSPC;
	return err;
}

static const struct ttm_place system_place = { .mem_type = XE_MEM_SYSTEM };

static void evict_flags(struct ttm_buffer_object *bo, struct ttm_placement *placement)
{
	/* Whoever wants the card to use it again moves it there, or maps it for DMA. */
	placement->placement = &system_place;
	placement->num_placement = 1;
}

#define OF_LATE_MS	1000

/* Jobs without an end have a fence that is not signalled as long as they run. */
static bool was_used_of_late(struct dma_resv *resv)
{
	ktime_t then = ktime_sub_ms(ktime_get(), OF_LATE_MS);
	struct dma_resv_iter at;
	struct dma_fence *fence;

	dma_resv_for_each_fence(&at, resv, DMA_RESV_USAGE_BOOKKEEP, fence)
		if (!dma_fence_is_signaled(fence) ||
		    ktime_after(dma_fence_timestamp(fence), then))
			return true;
	return false;
}

/*
 * At an error of a move TTM complains, and looks at no other buffer. So what cannot leave VRAM now
 * is not chosen: for it there is no memory, or its users were waited for long enough. What was used
 * of late is not what take_spare() is looking for.
 */
static bool eviction_valuable(struct ttm_buffer_object *bo, const struct ttm_place *place)
{
	bool spare = place->flags & TTM_PL_FLAG_FALLBACK;

	if (!ttm_bo_eviction_valuable(bo, place))
		return false;
	/* It takes no room, see mm/tt.c. */
	if (bo->type == ttm_bo_type_sg)
		return false;
	if (place_of(bo) != XE_MEM_VRAM)
		return xe_room_may_wait(&bo_to_xe(bo)->mm) ||
		       dma_resv_test_signaled(bo->base.resv, DMA_RESV_USAGE_BOOKKEEP);
	if (!bo->deleted && !has_memory_to_leave(bo))
		return false;
	if (spare && !bo->deleted)
		return !was_used_of_late(bo->base.resv);
	return (!spare && xe_room_may_wait(&bo_to_xe(bo)->mm)) ||
	       dma_resv_test_signaled(bo->base.resv, DMA_RESV_USAGE_BOOKKEEP);
}

static int access_memory(struct ttm_buffer_object *bo, unsigned long offset, void *buf, int len,
			 int write)
{
	struct xe_device *xe = bo_to_xe(bo);
	int done = -EIO;
	u64 at, adjacent;

	if (bo->resource->mem_type != XE_MEM_VRAM || xe_vram_settle(xe, bo->resource))
		return -EIO;
	if (write)
		xe_vram_touch(bo->resource);

	at = xe_vram_at(bo->resource, offset, &adjacent);
	if (!adjacent)
		return -EIO;

	xe_hw_scoped(hw, xe) {
		done = min3((u64)len, adjacent, (u64)SZ_1M);
		if (write)
			xe_vram_bar_write(hw, at, buf, done);
		else
			xe_vram_bar_read(hw, at, buf, done);
	}
	return done;
}

/* Where buffers of a VM had one reservation, this one has its own now, unless memory is short. */
static void release_notify(struct ttm_buffer_object *bo)
{
	if (bo->base.resv == &bo->base._resv)
		xe_preempt_fence_forget(bo->base.resv);
}

const struct ttm_device_funcs xe_ttm_funcs = {
	.ttm_tt_create = xe_tt_create,
	.ttm_tt_populate = xe_tt_populate,
	.ttm_tt_unpopulate = xe_tt_unpopulate,
	.ttm_tt_destroy = xe_tt_destroy,
	.eviction_valuable = eviction_valuable,
	.evict_flags = evict_flags,
	.move = bo_move,
	.access_memory = access_memory,
	.release_notify = release_notify,
};

static void bo_free(struct xe_bo *bo)
{
	forget_mapping(bo);
	if (bo->import)
		xe_import_destroy(bo_to_xe(&bo->ttm), bo->import);
	if (bo->vm_resv)
		drm_gem_object_put(bo->vm_resv);
	if (bo->dummy)
		__free_page(bo->dummy);
	drm_gem_object_release(&bo->ttm.base);
	kfree(bo);
}

static void import_free_work(struct work_struct *work)
{
	bo_free(container_of(work, struct xe_bo, free));
}

/*
 * The last reference may be one of TTM's, which is looking for room with reservations held. To
 * detach from a dma-buf takes its reservation, and its exporter may do anything when it goes.
 */
static void bo_destroy(struct ttm_buffer_object *ttm)
{
	struct xe_bo *bo = ttm_to_xe_bo(ttm);

	if (!bo->import) {
		bo_free(bo);
		return;
	}
	INIT_WORK(&bo->free, import_free_work);
	queue_work(ttm->bdev->wq, &bo->free);
}

static void gem_free(struct drm_gem_object *obj)
{
	ttm_bo_fini(&to_xe_bo(obj)->ttm);
}

static int gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	struct xe_import *import = to_xe_bo(obj)->import;
	int err;

	if (!import)
		return drm_gem_ttm_mmap(obj, vma);

	/* The mapping holds the dma-buf, and does not need the reference to the buffer. */
	err = xe_import_mmap(import, vma);
	if (!err)
		drm_gem_object_put(obj);
	return err;
}

const struct drm_gem_object_funcs xe_gem_funcs = {
	.free = gem_free,
	.export = xe_gem_prime_export,
	.get_sg_table = xe_gem_prime_pages,
	.mmap = gem_mmap,
	.vm_ops = &xe_bo_vm_ops,
};

/*
 * Where the card reaches a buffer, in order of preference, VRAM first. Sizes are checked here: TTM
 * would empty a place to find out that it is too small. Nothing gets into VRAM while it is emptied
 * for system sleep, but for pinned buffers: who owns them sees to what is in them.
 */
static unsigned int places(const struct xe_mm *mm, const struct xe_bo *bo, u64 size, bool pinned,
			   struct ttm_place place[2])
{
	bool vram = (bo->regions & XE_REGION_VRAM) && size <= mm->vram_size;
	bool system = (bo->regions & XE_REGION_SYSTEM) && (bo->import || size <= mm->system_size);
	unsigned int count = 0;

	if (vram && (pinned || !READ_ONCE(mm->sleeping)))
		place[count++] = (struct ttm_place){ .mem_type = XE_MEM_VRAM };
	if (system)
		place[count++] = (struct ttm_place){ .mem_type = XE_MEM_TT };
	return count;
}

/* Kernel's own buffers have no offset to be mapped at. */
static enum ttm_bo_type bo_type(const struct xe_bo_args *args)
{
	if (args->import)
		return ttm_bo_type_sg;
	return args->pinned ? ttm_bo_type_kernel : ttm_bo_type_device;
}

/**
 * xe_bo_alloc - the memory of a buffer object, for xe_bo_init()
 *
 * Context: process context.
 * Return: to be freed with kfree() if it is not passed to xe_bo_init(); NULL.
 */
struct xe_bo *xe_bo_alloc(void)
{
	return kzalloc(sizeof(struct xe_bo), GFP_KERNEL_ACCOUNT);
}

/* TTM says the same of VRAM and of pages; for what is_pointless(), see bo_move(). */
static int want_of_room(struct xe_device *xe, u32 regions, int err)
{
	if (err == -EINTR)
		return xe_hw_error(xe, err);
	if (err != -ENOMEM && err != -ENOSPC)
		return err;
	return regions & XE_REGION_SYSTEM ? -ENOMEM : -ENOSPC;
}

static struct dma_resv *shared_resv(const struct xe_bo_args *args)
{
	if (args->import)
		return xe_import_resv(args->import);
	return args->vm_resv ? args->vm_resv->resv : NULL;
}

/* Others have to leave for it. */
static bool wants_room(struct xe_mm *mm, const struct ttm_placement *placement, u64 size)
{
	return placement->num_placement == 1 && placement->placement->mem_type == XE_MEM_VRAM &&
	       !xe_vram_has_room(&mm->vram, size);
}

/*
 * The place of what nobody has used of late. Nobody is waited for, and no reservation: TTM would
 * wait for one of what is in use.
 */
static int take_spare(struct xe_bo *bo, const struct ttm_operation_ctx *ctx)
{
	const struct ttm_place place = {
		.mem_type = XE_MEM_VRAM, .flags = TTM_PL_FLAG_FALLBACK,
	};
	struct ttm_placement placement = { .placement = &place, .num_placement = 1 };
	struct ttm_operation_ctx now = *ctx;

	now.no_wait_gpu = true;
	return ttm_bo_validate(&bo->ttm, &placement, &now);
}

/* May make room. */
static int validate(struct xe_bo *bo, struct ttm_placement *placement,
		    struct ttm_operation_ctx *ctx)
{
	struct xe_mm *mm = &bo_to_xe(&bo->ttm)->mm;
	struct xe_room room;
	int err = -ENOSPC;

	xe_room_begin(mm, &room);
	if (wants_room(mm, placement, bo->ttm.base.size))
		err = take_spare(bo, ctx);
	if (err == -ENOSPC || err == -ENOMEM || err == -EBUSY)
		err = ttm_bo_validate(&bo->ttm, placement, ctx);
	xe_room_end(mm, &room);
	return err;
}

/**
 * xe_bo_init - make a buffer, filled with zeroes
 * @xe: the device
 * @bo: from xe_bo_alloc(); freed on failure
 * @args: what is wanted, not larger than each region that is allowed; the import is the buffer's
 *        from now on, also on failure
 *
 * Context: process context; the reservation of the import or the VM, if any, is held; enters.
 * Return: 0, then there is one reference for the caller; -ENOMEM; -ENOSPC as
 * xe_bo_make_reachable(); -ENODEV, -EBUSY, -ERESTARTSYS; or -EINTR if the process is being killed.
 */
int xe_bo_init(struct xe_device *xe, struct xe_bo *bo, const struct xe_bo_args *args)
{
	struct dma_resv *resv = shared_resv(args);
	struct ttm_operation_ctx ctx = {
		.interruptible = true,
		.resv = resv,
		.allow_res_evict = args->vm_resv,
	};
	struct ttm_place place[2] = { { .mem_type = XE_MEM_SYSTEM } };
	struct ttm_placement placement = { .placement = place, .num_placement = 1 };
	struct ttm_placement nowhere = { .placement = &system_place, .num_placement = 1 };
	struct xe_room room;
	bool full;
	int err;

	bo->regions = args->regions;
	bo->caching = args->caching;
	bo->ttm.base.funcs = &xe_gem_funcs;
	drm_gem_private_object_init(&xe->drm, &bo->ttm.base, args->size);
	bo->import = args->import;
	if (args->import)
		xe_import_set_buffer(args->import, &bo->ttm.base);
	if (args->vm_resv)
		drm_gem_object_get(args->vm_resv);
	bo->vm_resv = args->vm_resv;
	INIT_LIST_HEAD(&bo->vram_link);

	/* One that can be nowhere now begins as if it had been moved out already. */
	if (!args->deferred)
		placement.num_placement = places(&xe->mm, bo, args->size, args->pinned, place) ?: 1;

	full = wants_room(&xe->mm, &placement, args->size);

	/* May make room if others were quicker. On failure it calls bo_destroy(). */
	xe_room_begin(&xe->mm, &room);
	err = ttm_bo_init_reserved(&xe->mm.ttm, &bo->ttm, bo_type(args),
				   full ? &nowhere : &placement, args->align >> PAGE_SHIFT, &ctx,
				   NULL, resv, bo_destroy);
	xe_room_end(&xe->mm, &room);
	if (err)
		return want_of_room(xe, args->deferred ? XE_REGION_SYSTEM : args->regions, err);

	if (full)
		err = validate(bo, &placement, &ctx);
	if (!err && args->pinned)
		ttm_bo_pin(&bo->ttm);
	if (!resv)
		ttm_bo_unreserve(&bo->ttm);
	if (err)
		drm_gem_object_put(&bo->ttm.base);
	return want_of_room(xe, args->regions, err);
}

/**
 * xe_bo_create - xe_bo_alloc() and xe_bo_init()
 * @xe: the device
 * @args: what is wanted; no import
 *
 * Context: process context; enters.
 * Return: the buffer with one reference for the caller, or an error pointer as xe_bo_init().
 */
struct xe_bo *xe_bo_create(struct xe_device *xe, const struct xe_bo_args *args)
{
	struct xe_bo *bo = xe_bo_alloc();
	int err;

	if (!bo)
		return ERR_PTR(-ENOMEM);

	err = xe_bo_init(xe, bo, args);
	return err ? ERR_PTR(err) : bo;
}

/**
 * xe_bo_unpin - a buffer that was made with &xe_bo_args.pinned is about to go
 * @bo: the buffer
 *
 * Context: process context, reservations of others may be held.
 */
void xe_bo_unpin(struct xe_bo *bo)
{
	/*
	 * It has no handle, and is on no list of TTM. Who found it there before it was pinned may
	 * have it reserved until he sees that it is; with memory allocated, but nobody waited for.
	 */
	for (int tries = 0; ttm_bo_reserve(&bo->ttm, false, true, NULL); tries++) {
		if (WARN_ON_ONCE(tries == 1000))
			return;
		usleep_range(1000, 2000);
	}
	ttm_bo_unpin(&bo->ttm);
	ttm_bo_unreserve(&bo->ttm);
}

/**
 * xe_bo_can_be_in - did userspace allow a place?
 * @bo: the buffer
 * @region: one of XE_REGION_*
 *
 * Context: any.
 */
bool xe_bo_can_be_in(const struct xe_bo *bo, u32 region)
{
	return bo->regions & region;
}

static int move_to(struct xe_bo *bo, u32 mem_type, struct ttm_operation_ctx *ctx)
{
	struct ttm_place place = { .mem_type = mem_type };
	struct ttm_placement placement = { .placement = &place, .num_placement = 1 };

	return want_of_room(bo_to_xe(&bo->ttm),
			    mem_type == XE_MEM_VRAM ? XE_REGION_VRAM : XE_REGION_SYSTEM,
			    validate(bo, &placement, ctx));
}

/**
 * xe_bo_move_to - move a buffer
 * @bo: the buffer, reserved
 * @mem_type: XE_MEM_*
 *
 * Context: process context; enters.
 * Return: 0; -ENODEV if it is to be in VRAM and there is no hardware; -ENOMEM, or -ENOSPC if that
 * is VRAM; -EBUSY if a fence on it does not signal in 15 seconds, or the card cannot be had now;
 * -EINTR if the process is being killed while contents are copied; -ERESTARTSYS.
 */
int xe_bo_move_to(struct xe_bo *bo, u32 mem_type)
{
	struct ttm_operation_ctx ctx = { .interruptible = true };

	return move_to(bo, mem_type, &ctx);
}

/**
 * xe_bo_move_at_once - as xe_bo_move_to(), if nobody has to be waited for
 * @bo: the buffer, reserved
 * @mem_type: XE_MEM_*
 *
 * Context: process context; enters.
 * Return: as xe_bo_move_to(); -EBUSY if somebody uses it.
 */
int xe_bo_move_at_once(struct xe_bo *bo, u32 mem_type)
{
	struct ttm_operation_ctx ctx = { .interruptible = true, .no_wait_gpu = true };

	return move_to(bo, mem_type, &ctx);
}

/* TTM takes all mappings away before a move can be refused: so not if it is going to be. */
static bool wants_vram(struct xe_bo *bo)
{
	struct xe_device *xe = bo_to_xe(&bo->ttm);

	return xe_bo_can_be_in(bo, XE_REGION_VRAM) && !READ_ONCE(xe->mm.sleeping) &&
	       !READ_ONCE(xe->mm.evicting) && xe_vram_has_room(&xe->mm.vram, bo->ttm.base.size) &&
	       !xe_hw_is_gone(xe) &&
	       dma_resv_test_signaled(bo->ttm.base.resv, DMA_RESV_USAGE_BOOKKEEP);
}

/**
 * xe_bo_needs_validate - is there anything for xe_bo_validate() to do?
 * @bo: the buffer, reserved
 *
 * Context: process context.
 */
bool xe_bo_needs_validate(struct xe_bo *bo)
{
	if (bo->ttm.resource->mem_type == XE_MEM_VRAM)
		return xe_vram_clearing(bo->ttm.resource) && !xe_vram_is_zero(bo->ttm.resource);
	return bo->ttm.resource->mem_type == XE_MEM_SYSTEM &&
	       (wants_vram(bo) || !ttm_tt_is_populated(bo->ttm.ttm));
}

/**
 * xe_bo_populate - have a buffer outside of VRAM have its pages
 * @bo: the buffer, reserved; nothing happens if it has them
 * @interruptible: by any signal
 *
 * Where TTM's buffers have half of all memory, others are swapped out for it, and their users are
 * waited for as where room is made in VRAM.
 *
 * Context: process context.
 * Return: 0 or -ENOMEM; -ERESTARTSYS, -EINTR; what reading it back from swap returns.
 */
int xe_bo_populate(struct xe_bo *bo, bool interruptible)
{
	struct ttm_operation_ctx ctx = { .interruptible = interruptible };
	struct xe_mm *mm = &bo_to_xe(&bo->ttm)->mm;
	struct xe_room room;
	int err;

	if (ttm_tt_is_populated(bo->ttm.ttm))
		return 0;
	xe_room_begin(mm, &room);
	err = ttm_bo_populate(&bo->ttm, &ctx);
	xe_room_end(mm, &room);
	return err;
}

static int move_to_reach(struct xe_bo *bo)
{
	struct xe_device *xe = bo_to_xe(&bo->ttm);
	struct ttm_operation_ctx ctx = { .interruptible = true };
	struct ttm_place place[2] = {};
	struct ttm_placement placement = {
		.placement = place,
		.num_placement = places(&xe->mm, bo, bo->ttm.base.size, false, place),
	};

	if (!placement.num_placement)
		return READ_ONCE(xe->mm.sleeping) ? -EAGAIN : -ENOMEM;
	return want_of_room(xe, bo->regions, validate(bo, &placement, &ctx));
}

/**
 * xe_bo_make_reachable - have a buffer where engines can reach it
 * @bo: the buffer, reserved; nothing happens if it is there
 *
 * Others may have to make room for it, so this may wait for those who use them.
 *
 * Context: process context; enters.
 * Return: 0; -ENOMEM; -ENOSPC if there is no room in VRAM, and it can be nowhere else, see
 * xe_vm_try_again(); -ENODEV if there is no hardware; -EBUSY as xe_bo_move_to(); -EAGAIN while
 * the system is about to sleep; -EINTR, -ERESTARTSYS; what the exporter of an import returns.
 */
int xe_bo_make_reachable(struct xe_bo *bo)
{
	int err = 0;

	if (bo->ttm.resource->mem_type == XE_MEM_SYSTEM)
		err = move_to_reach(bo);
	else if (bo->import)
		err = xe_import_map(bo->import);
	/* Pages of one that was moved there without a card are mapped for nobody. */
	if (!err && !bo->import && bo->ttm.resource->mem_type == XE_MEM_TT &&
	    !xe_tt_sgt(bo->ttm.ttm)->sgl)
		err = -ENODEV;
	return err;
}

/**
 * xe_bo_pt_source - where page tables have to lead
 * @bo: the buffer, reserved, made reachable
 * @source: filled in, but for where in the buffer
 *
 * Context: any.
 */
void xe_bo_pt_source(struct xe_bo *bo, struct xe_pt_source *source)
{
	if (bo->ttm.resource->mem_type == XE_MEM_VRAM) {
		source->vram = bo->ttm.resource;
		xe_vram_touch(bo->ttm.resource);
	} else {
		source->sgt = xe_tt_sgt(bo->ttm.ttm);
	}
}

/**
 * xe_bo_read_page - read what is in a buffer, where it is
 * @bo: the buffer, reserved
 * @offset: of a page of it, in bytes
 * @to: where to, PAGE_SIZE
 *
 * Context: process context; enters.
 * Return: 0; -ENODATA if it has no memory, or is swapped out; -EOPNOTSUPP if the memory is somebody
 * else's; -EIO if it is in VRAM that cannot be reached.
 */
int xe_bo_read_page(struct xe_bo *bo, u64 offset, void *to)
{
	struct ttm_tt *tt = bo->ttm.ttm;

	if (bo->import)
		return -EOPNOTSUPP;
	if (place_of(&bo->ttm) == XE_MEM_VRAM)
		return access_memory(&bo->ttm, offset, to, PAGE_SIZE, 0) == PAGE_SIZE ? 0 : -EIO;
	if (!tt || !ttm_tt_is_populated(tt))
		return -ENODATA;
	memcpy_from_page(to, tt->pages[offset >> PAGE_SHIFT], 0, PAGE_SIZE);
	return 0;
}

/**
 * xe_bo_validate - move a buffer to where userspace wants it, if there is room
 * @bo: the buffer, reserved; nothing happens unless it was moved out of VRAM, or has no memory yet
 * @interruptible: by any signal, as far as others are waited for
 *
 * Nothing else has to make room for it, and nobody is waited for: where it cannot be moved at once,
 * or the card is gone, it stays where it is. All of it is copied, which takes its time for a large
 * one, so not with the lock of an address space held.
 *
 * Context: process context; enters.
 * Return: 0; as xe_bo_populate(); -EINTR if the process is being killed.
 */
int xe_bo_validate(struct xe_bo *bo, bool interruptible)
{
	static const struct ttm_place places[] = {
		{ .mem_type = XE_MEM_VRAM, .flags = TTM_PL_FLAG_DESIRED },
		{ .mem_type = XE_MEM_SYSTEM, .flags = TTM_PL_FLAG_FALLBACK },
	};
	struct ttm_placement placement = {
		.placement = places,
		.num_placement = ARRAY_SIZE(places),
	};
	struct ttm_operation_ctx ctx = { .no_wait_gpu = true };
	int err = 0;

	if (!xe_bo_needs_validate(bo))
		return 0;
	if (bo->ttm.resource->mem_type == XE_MEM_VRAM)
		return xe_vram_settle(bo_to_xe(&bo->ttm), bo->ttm.resource);
	if (wants_vram(bo))
		err = ttm_bo_validate(&bo->ttm, &placement, &ctx);
	if (err == -EINTR)
		return err;
	if (bo->ttm.resource->mem_type == XE_MEM_SYSTEM)
		return xe_bo_populate(bo, interruptible);
	return 0;
}
