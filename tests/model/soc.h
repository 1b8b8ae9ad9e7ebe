/* SPDX-License-Identifier: MIT */
/* Outside the GTs: how the VRAM is divided, power and energy as hwmon reads them. */
#ifndef XE_MODEL_SOC_H
#define XE_MODEL_SOC_H

#include "reg.h"

/*
 * The top of VRAM, from above: WOPCM, stolen memory in front of it (DSM), the GSM, what the
 * driver may use.
 */
#define SOC_WOPCM_SIZE		MIB(8)
#define SOC_DSM_SIZE		MIB(24)		/* WOPCM included */
#define SOC_GSM_SIZE		MIB(8)

u64 soc_vram_size(struct gpu *gpu);

/* Hooks */
reg_read_fn soc_fuse4_read, soc_tile_range_read, soc_gsmbase_read, soc_dsmbase_read, soc_energy_read;

#endif
