/* SPDX-License-Identifier: MIT */
/* What card this is: data only. */
#ifndef XE_MODEL_PLATFORM_H
#define XE_MODEL_PLATFORM_H

#include "reg.h"

/* GuC engine classes */
enum guc_class { GUC_RENDER, GUC_VIDEO, GUC_VIDEOENHANCE, GUC_BLITTER, GUC_COMPUTE, GUC_GSC, GUC_CLASS_COUNT };

struct engine_info {
	const char *name;	/* "rcs0" */
	enum guc_class class;
	unsigned int instance;	/* hardware instance within the class */
	u32 base;		/* MMIO block */
	u8 irq_class, irq_instance;
	u8 fw;
};

struct gt_info {
	const char *name;
	u32 gmd_id;
	const struct engine_info *engines;	/* compute engines last */
	unsigned int num_engines;
	u32 guc_status_to_host;	/* interrupt instance of its GuC */
};

struct platform {
	const char *name;
	u16 vendor, device, subvendor, subdevice;
	u8 revision;
	bool discrete;
	u64 vram;			/* default size, 0: integrated */
	u16 ggms;			/* config 0x50 */
	unsigned int ppgtt_levels;	/* 5: root is level 4 */
	u64 ref_clock_hz;
	const struct gt_info *gt;
	unsigned int num_gts;
	const struct reg *const *tables;	/* NULL-terminated list of tables, each ended by name == NULL */
};

const struct platform *platform_find(const char *name);
/* Engines of GT @gt that are not fused off: the first of the list. */
unsigned int platform_engines(const struct gpu *gpu, unsigned int gt);
unsigned int platform_compute(const struct gpu *gpu);	/* of them compute engines */

#endif
