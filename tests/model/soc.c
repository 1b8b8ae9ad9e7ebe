// SPDX-License-Identifier: MIT
/*
 * Outside the GTs.  The registers that describe VRAM follow from its size, whatever the option
 * says; the energy counters from the time since power-up, at a constant power.
 */
#include "clk.h"
#include "platform.h"
#include "soc.h"

#define ENERGY_SHIFT			14	/* as the unit register says: 2^-14 J */
#define PACKAGE_WATTS			30u
#define PLATFORM_WATTS			45u
#define BMG_PLATFORM_ENERGY_STATUS	0x138458u

u64 soc_vram_size(struct gpu *gpu)
{
	return gpu->opt.vram ? gpu->opt.vram : gpu->platform->vram;
}

/* Compute engines that there are, in 19:16. */
u32 soc_fuse4_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	return value | (BIT(platform_compute(gpu)) - 1) << 16;
}

/* Size in GiB in 14:8, base in GiB in 7:1. */
u32 soc_tile_range_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	return (u32)(soc_vram_size(gpu) >> 30) << 8;
}

static u32 half(u32 off, u64 value)
{
	return off & 4 ? (u32)(value >> 32) : (u32)value;
}

u32 soc_gsmbase_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	return half(off, soc_vram_size(gpu) - SOC_DSM_SIZE - SOC_GSM_SIZE);
}

u32 soc_dsmbase_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	return half(off, soc_vram_size(gpu) - SOC_DSM_SIZE);
}

u32 soc_energy_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	u32 watts = off == BMG_PLATFORM_ENERGY_STATUS ? PLATFORM_WATTS : PACKAGE_WATTS;

	return (u32)(((unsigned __int128)(clk_ns(gpu->clk) - gpu->power_ns) * watts << ENERGY_SHIFT) / 1000000000u);
}
