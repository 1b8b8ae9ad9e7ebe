// SPDX-License-Identifier: MIT
/*
 * What /proc/PID/fdinfo says of a client, by Documentation/gpu/drm-usage-stats.rst.
 */

#include <linux/cleanup.h>
#include <linux/idr.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>

#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_tt.h>

#include "hw/state.h"
#include "mm/bo.h"
#include "mm/mm.h"
#include "mm/vm.h"
#include "submit/queue.h"
#include "uapi/fdinfo.h"
#include "uapi/file.h"
#include "xe_device.h"
#include "xe_usage.h"

/**
 * DOC: fdinfo
 *
 * Memory is what the buffers with a handle have, by where it is. Cycles are what the queues of the
 * client have run, beside the time of an engine of the same class; the device is not woken for
 * that: while it sleeps no queue runs, and neither of the two grows.
 */

static const char *const region_names[] = {
	[XE_MEM_SYSTEM] = "system",
	[XE_MEM_TT] = "gtt",
	[XE_MEM_VRAM] = "vram0",
};

static void add(struct drm_memory_stats *stats, struct xe_bo *bo, bool system)
{
	struct drm_gem_object *obj = &bo->ttm.base;
	bool resident = !system;

	if (system && dma_resv_trylock(obj->resv)) {
		resident = bo->ttm.ttm && ttm_tt_is_populated(bo->ttm.ttm);
		dma_resv_unlock(obj->resv);
	}

	if (drm_gem_object_is_shared_for_memory_stats(obj))
		stats->shared += obj->size;
	else
		stats->private += obj->size;
	if (!resident)
		return;

	stats->resident += obj->size;
	if (!dma_resv_test_signaled(obj->resv, DMA_RESV_USAGE_BOOKKEEP))
		stats->active += obj->size;
	else if (system)
		stats->purgeable += obj->size;
}

static struct drm_gem_object *next_object(struct drm_file *file, int *id)
{
	struct drm_gem_object *obj;

	guard(spinlock)(&file->table_lock);
	obj = idr_get_next(&file->object_idr, id);
	if (obj)
		drm_gem_object_get(obj);
	return obj;
}

/* There may be very many buffers, with very many fences each: it ends with the process. */
static void show_memory(struct drm_printer *p, struct drm_file *file)
{
	struct drm_memory_stats stats[ARRAY_SIZE(region_names)] = {};
	struct xe_device *xe = to_xe_device(file->minor->dev);
	struct drm_gem_object *obj;

	for (int id = 0; (obj = next_object(file, &id)); id++) {
		u8 mem_type = READ_ONCE(to_xe_bo(obj)->mem_type);

		add(&stats[mem_type], to_xe_bo(obj), mem_type == XE_MEM_SYSTEM);
		drm_gem_object_put(obj);
		if (xe_mm_go_on())
			break;
	}

	for (unsigned int i = 0; i < ARRAY_SIZE(region_names); i++) {
		if (i == XE_MEM_VRAM && !(xe->mm.regions & XE_REGION_VRAM))
			continue;
		drm_print_memory_stats(p, &stats[i], DRM_GEM_OBJECT_RESIDENT |
				       (i == XE_MEM_SYSTEM ? DRM_GEM_OBJECT_PURGEABLE : 0),
				       region_names[i]);
	}
}

static unsigned int capacity(const struct xe_device *xe, enum xe_engine_class class)
{
	unsigned int n = 0;

	for (unsigned int gt = 0; gt < xe->num_gts; gt++)
		for (unsigned int i = 0; i < xe->gt[gt].num_engines; i++)
			n += xe->gt[gt].engines[i].class == class;
	return n;
}

static int no_clock(clockid_t id, u64 *ns)
{
	return 0;
}

static bool read_total(struct xe_hw hw, enum xe_engine_class class, u64 *cycles)
{
	struct xe_hw_state *state = xe_hw_state(hw);
	struct xe_engine_time time;

	xe_for_each_gt(gt, state) {
		xe_for_each_engine(engine, gt) {
			if (engine->row->class != class ||
			    xe_engine_read_time(hw, gt, engine, no_clock, 0, &time))
				continue;
			*cycles = time.cycles;
			return true;
		}
	}
	return false;
}

static void show_class(struct drm_printer *p, struct xe_device *xe, struct xe_file *client,
		       enum xe_engine_class class)
{
	unsigned int engines = capacity(xe, class);
	u64 total = READ_ONCE(client->total_cycles[class]);

	if (!engines)
		return;

	xe_hw_scoped_awake(hw, xe)
		if (read_total(hw, class, &total))
			WRITE_ONCE(client->total_cycles[class], total);
	drm_printf(p, "drm-cycles-%s:\t%llu\n", xe_engine_class_name(class),
		   xe_usage_cycles(client->usage, class));
	drm_printf(p, "drm-total-cycles-%s:\t%llu\n", xe_engine_class_name(class), total);
	if (engines > 1)
		drm_printf(p, "drm-engine-capacity-%s:\t%u\n", xe_engine_class_name(class),
			   engines);
}

static void show_cycles(struct drm_printer *p, struct drm_file *file)
{
	struct xe_device *xe = to_xe_device(file->minor->dev);
	struct xe_file *client = to_xe_file(file);
	struct xe_queue *q;
	unsigned long id;

	xa_lock(&client->queues);
	xa_for_each(&client->queues, id, q)
		xe_queue_count_cycles(q);
	xa_unlock(&client->queues);

	for (unsigned int class = 0; class < XE_ENGINE_CLASSES; class++)
		show_class(p, xe, client, class);
}

/**
 * xe_show_fdinfo - &file_operations.show_fdinfo: memory and cycles of a client
 * @m: where to print
 * @f: of the client
 *
 * The core's part is in a section, for which unplug of all DRM devices waits. A client may have
 * millions of buffers, so ours is not in it.
 *
 * Context: process context; opens sections if the device is awake.
 */
void xe_show_fdinfo(struct seq_file *m, struct file *f)
{
	struct drm_file *file = f->private_data;
	struct drm_printer p = drm_seq_file_printer(m);
	size_t before = m->count;

	drm_show_fdinfo(m, f);
	if (m->count == before)		/* it is unplugged */
		return;
	show_memory(&p, file);
	show_cycles(&p, file);
}
