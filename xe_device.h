/* SPDX-License-Identifier: MIT */
#ifndef _XE_DEVICE_H_
#define _XE_DEVICE_H_

#include <linux/device.h>
#include <linux/mutex.h>

#include <drm/drm_device.h>

#include "guc/fw.h"
#include "guc/owed.h"
#include "hw/lrc.h"
#include "mm/mm.h"
#include "mm/vm.h"
#include "submit/coredump.h"
#include "submit/submit.h"
#include "xe_guc.h"
#include "xe_hw.h"
#include "xe_info.h"
#include "xe_platform.h"
#include "xe_usage.h"

/**
 * struct xe_recovery - resets that were asked for
 */
struct xe_recovery {
	/** @work: resets GTs, on the bound side */
	struct xe_hw_work work;
	/** @give_up: stops a card that was given up, and tells software; on the bound side */
	struct xe_hw_work give_up;
	/** @given_up: @give_up was asked for */
	bool given_up;
	/** @broken: bits of GTs to be reset because their GuC does not work */
	unsigned long broken;
	/** @mode_set: the GuCs are to be told of &xe_device.wedged_mode */
	bool mode_set;
	/** @wanted: bits of GTs to be reset because a user wants it */
	unsigned long wanted;
	/** @failures: resets of GTs that were @broken; only for @work */
	struct xe_failures failures;
};

/**
 * struct xe_device - the software world of one card
 *
 * It lives until the last reference to @drm is dropped, which may be long after the card was
 * pulled: open files, mmaps, dma-bufs and fences keep it. Nothing in it leads to hardware; see
 * xe_hw_scoped() for the way there.
 */
struct xe_device {
	/** @drm: base; its reference count is the lifetime of this structure */
	struct drm_device drm;

	/** @platform: what the PCI ID says, constant */
	const struct xe_platform *platform;
	/** @pci_device: ID of the card, constant */
	u16 pci_device;
	/** @pci_revision: revision of the card, constant */
	u8 pci_revision;

	/** @gt: what the fuses say of each GT; constant when the device is published */
	struct xe_gt_info gt[XE_MAX_GTS];
	/** @num_gts: how many there are */
	unsigned int num_gts;

	/** @guc_version: of the interface of submission; constant when the device is published */
	struct xe_fw_version guc_version;
	/** @huc_version: major 0 if no HuC runs; constant when the device is published */
	struct xe_fw_version huc_version;

	/** @sysfs_lock: one writer of settings at a time; firmware may be waited for with it */
	struct mutex sysfs_lock;
	/** @counters_lock: one reader of &struct xe_counter at a time, in sections */
	struct mutex counters_lock;
	/** @can_d3cold: the platform can take the power from an idle card; constant */
	bool can_d3cold;
	/** @d3cold_file: vram_d3cold_threshold of the PCI device; see xe_sysfs.c */
	struct device_attribute d3cold_file;
	/** @sched: scheduling defaults, by GT and engine class */
	struct xe_sched sched[XE_MAX_GTS][XE_ENGINE_CLASSES];
	/** @residency: sleep of each GT, in ticks of 1.28 us */
	struct xe_counter residency[XE_MAX_GTS];
	/** @hwmon: sensors */
	struct xe_hwmon hwmon;
	/** @wedged_mode: as &xe_params.wedged_mode, which it begins with; READ_ONCE() */
	int wedged_mode;
	/** @wedged: nothing makes the card work; see xe_device_declare_wedged() */
	atomic_t wedged;

	/** @usages: clients that have a share of what there is only so much of */
	struct xe_usages usages;
	/** @mm: memory of buffers */
	struct xe_mm mm;
	/** @vms: address spaces */
	struct xe_vms vms;
	/** @submit: queues and their jobs */
	struct xe_submit submit;
	/** @coredump: of a queue that went wrong */
	struct xe_coredump coredump;
	/** @lrcs: slots of contexts */
	struct xe_lrcs lrcs;
	/** @recovery: resets that were asked for */
	struct xe_recovery recovery;
	/** @guc_owed: what the GuCs are told later */
	struct xe_guc_owed guc_owed;
	/** @hwconfig: what the GuC told of the hardware */
	struct xe_hwconfig hwconfig;
};

static inline struct xe_device *to_xe_device(struct drm_device *drm)
{
	return container_of(drm, struct xe_device, drm);
}

void xe_device_reset_broken(struct xe_device *xe, unsigned int gt_id);
void xe_device_reset_later(struct xe_device *xe, unsigned int gt_id);
void xe_device_declare_wedged(struct xe_device *xe, const char *reason);

/**
 * xe_device_is_wedged - has the card been given up?
 * @xe: the device
 *
 * Context: any. Only an unbind ends the state.
 */
static inline bool xe_device_is_wedged(struct xe_device *xe)
{
	return atomic_read(&xe->wedged);
}

bool xe_fails_too_often(struct xe_failures *failures, unsigned int max, unsigned long time);
u64 xe_counter_advance(struct xe_counter *counter, u32 now, unsigned int power_losses);

#endif
