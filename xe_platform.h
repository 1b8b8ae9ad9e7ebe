/* SPDX-License-Identifier: MIT */
#ifndef _XE_PLATFORM_H_
#define _XE_PLATFORM_H_

#include <linux/types.h>

enum xe_platform_id {
	XE_PLATFORM_BATTLEMAGE,
	XE_PLATFORM_LUNARLAKE,
};

/**
 * struct xe_platform - what a PCI ID says of a card, constant
 *
 * What the card says of itself (fuses, memory size, versions) is found at probe.
 */
struct xe_platform {
	/** @name: for the log */
	const char *name;
	/** @guc_firmware: default path of the GuC file */
	const char *guc_firmware;
	/** @huc_firmware: default path of the HuC file, NULL if there is none */
	const char *huc_firmware;
	/** @id: for the few places that have to know */
	enum xe_platform_id id;
	/** @dma_mask_bits: width of addresses that the card can put on the bus */
	u8 dma_mask_bits;
	/** @va_bits: width of the address space of a VM */
	u8 va_bits;
	/** @wopcm_size: bytes at the bottom of the GGTT that belong to firmware */
	u32 wopcm_size;
	/** @ggtt_burst: GGTT entries that may be written between two barriers */
	u16 ggtt_burst;
	/** @flush_before_read: reads overtake writes; see flush_writes() in xe_mmio.c */
	bool flush_before_read;
	/** @is_discrete: has VRAM of its own */
	bool is_discrete;
	/** @needs_force_probe: bound only if the user asks for it */
	bool needs_force_probe;
};

#endif
