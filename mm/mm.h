/* SPDX-License-Identifier: MIT */
#ifndef _XE_MM_MM_H_
#define _XE_MM_MM_H_

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <drm/ttm/ttm_device.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_resource.h>

#include "mm/pt_pool.h"
#include "mm/vram_alloc.h"
#include "xe_hw.h"

struct xe_copy_ops;
struct xe_device;

/* Where a buffer can be, as TTM numbers it. */
#define XE_MEM_SYSTEM	TTM_PL_SYSTEM	/* pages, out of reach of the card, may be swapped out */
#define XE_MEM_TT	TTM_PL_TT	/* pages, mapped for DMA */
#define XE_MEM_VRAM	TTM_PL_VRAM

/* Where userspace asks it to be: bits of memory region instances, as the query numbers them. */
#define XE_REGION_SYSTEM	BIT(0)
#define XE_REGION_VRAM		BIT(1)

/**
 * struct xe_mm - memory of buffers: the software side
 */
struct xe_mm {
	/** @ttm: who decides which buffer is where */
	struct ttm_device ttm;
	/** @lock: protects lists, and the DMA mappings of what is on @mapped; after reservations */
	struct mutex lock;
	/** @zap_lock: one at a time takes VRAM away from processes; in no section, before @lock */
	struct mutex zap_lock;
	/** @mapped: page lists that are mapped for DMA, &xe_tt.link */
	struct list_head mapped;
	/** @vram_mapped: buffers with VRAM in address spaces, &xe_bo.vram_link, under @lock */
	struct list_head vram_mapped;
	/** @zapped: it was taken away at @zapped_at, and none was touched since; under @lock */
	bool zapped;
	/** @zapped_at: in jiffies, under @lock */
	unsigned long zapped_at;
	/** @awake_ms: how long the card stays awake if it is touched again at once, under @lock */
	unsigned int awake_ms;
	/** @imports: attachments to dma-bufs of others, under @lock; see mm/import.c */
	struct list_head imports;
	/** @imports_closed: there will be no others, under @lock */
	bool imports_closed;
	/** @userptr_lock: protects the two; reclaim waits for it, and what it holds is a leaf */
	struct mutex userptr_lock;
	/** @userptrs: memory of processes that is mapped for DMA, see mm/userptr.c */
	struct list_head userptrs;
	/** @regions: XE_REGION_*, which there are; constant when the device is published */
	u32 regions;
	/** @system_size: bytes that buffers in system memory may take, constant */
	u64 system_size;
	/** @tt: how much memory is mapped for DMA, at most @system_size but for @imported */
	struct ttm_resource_manager tt;
	/** @imported: bytes of it that are other drivers', who see to their limits themselves */
	atomic64_t imported;
	/** @vram: who has which part of VRAM */
	struct xe_vram_alloc vram;
	/** @pt_pool: memory of page tables */
	struct xe_pt_pool pt_pool;
	/** @vram_total: bytes of VRAM that the card has, constant when the device is published */
	u64 vram_total;
	/** @sleep_notifier: the system is about to sleep, or has slept; see mm/evict.c */
	struct notifier_block sleep_notifier;
	/** @sleeping: the system is about to, or sleeps: nothing gets into VRAM */
	bool sleeping;
	/** @evict: empties VRAM so that an idle card can lose its power */
	struct work_struct evict;
	/** @moves: buffers that were moved into VRAM */
	u32 moves;
	/**
	 * @busy: those who move a buffer into VRAM or out of it, give one its pages, or have all
	 * of a VM where engines reach it and are going to let go of it: all are bounded
	 */
	atomic_t busy;
	/** @rooms_lock: protects @rooms */
	spinlock_t rooms_lock;
	/** @rooms: calls that may make room in VRAM, &xe_room.link; see mm/room.c */
	struct list_head rooms;
	/** @evicting: it is doing so, and nothing is moved back; cleared to have it stop */
	bool evicting;
	/** @stuck: bytes in VRAM when it failed, not tried again until they change; or U64_MAX */
	u64 stuck;
	/** @d3cold_threshold: MiB of VRAM; with less in use an idle card may lose its power */
	u32 d3cold_threshold;
	/** @compresses: what engines write to VRAM may be compressed; constant likewise */
	bool compresses;
	/** @copy: what copy engines do, constant; see mm/copy.h */
	const struct xe_copy_ops *copy;
	/** @vram_size: bytes of it that buffers can use, constant when the device is published */
	u64 vram_size;
};

/* What a client can want any number of is refused before a process is killed for it. */
#define XE_GFP_CAREFUL	(__GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/**
 * xe_mm_go_on - between two of any number of steps that a client wants made together
 *
 * Context: process context; what has been done can be undone.
 * Return: 0; -EINTR if the process is being killed.
 */
static inline int xe_mm_go_on(void)
{
	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : 0;
}

int xe_mm_init(struct xe_device *xe);
int xe_mm_start(struct xe_hw_bind bind);
void xe_mm_suspend(struct xe_hw hw);
void xe_mm_lost(struct xe_device *xe);

void xe_mm_evict_init(struct xe_mm *mm);
int xe_mm_evict_start(struct xe_hw_bind bind);
int xe_mm_evict(struct xe_device *xe);
bool xe_mm_has_memory(u64 size);
void *xe_mm_array(size_t count, size_t size);
void *xe_mm_object(size_t size);
bool xe_mm_stop_evicting(struct xe_mm *mm);
int xe_mm_may_lose_power(struct xe_device *xe);
int xe_mm_set_d3cold_threshold(struct xe_device *xe, u32 mib);

#endif
