/* SPDX-License-Identifier: MIT */
#ifndef _XE_INFO_H_
#define _XE_INFO_H_

#include <linux/types.h>

#define XE_MAX_GTS		2
#define XE_MAX_ENGINES		16	/* of a GT */

/* What an engine does. The uAPI, the GuC and the interrupt tree each number it in their way. */
enum xe_engine_class {
	XE_ENGINE_RENDER,
	XE_ENGINE_VIDEO_DECODE,
	XE_ENGINE_VIDEO_ENHANCE,
	XE_ENGINE_COPY,
	XE_ENGINE_COMPUTE,
	XE_ENGINE_CLASSES
};

/**
 * struct xe_engine_info - one engine that userspace can use
 */
struct xe_engine_info {
	/** @class: what it does */
	enum xe_engine_class class;
	/** @instance: its number among those of its class, with gaps where some are fused off */
	u8 instance;
	/** @logical: its number without gaps */
	u8 logical;
};

/**
 * struct xe_gt_info - what the fuses say of a GT
 *
 * Facts for queries: written once while the card is probed, constant when the device is published.
 */
struct xe_gt_info {
	/** @version: architecture and release, 2001 for 20.01 */
	u16 version;
	/** @step: stepping as GMD_ID encodes it, 0 is A0, 4 is B0 */
	u8 step;
	/** @num_engines: how many @engines there are */
	u8 num_engines;
	/** @engines: which */
	struct xe_engine_info engines[XE_MAX_ENGINES];
	/** @geometry_dss: DSS that 3D can use */
	u32 geometry_dss;
	/** @compute_dss: DSS that compute can use */
	u32 compute_dss;
	/** @eus_per_dss: EUs of each DSS, SIMD16 */
	u32 eus_per_dss;
	/** @l3_banks: L3 banks, four bits for each node */
	u64 l3_banks;
	/** @nodes: nodes of the memory fabric */
	u16 nodes;
	/** @clock_hz: frequency of timestamps */
	u32 clock_hz;
};

#endif
