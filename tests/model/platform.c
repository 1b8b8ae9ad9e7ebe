// SPDX-License-Identifier: MIT
/* The cards that the model can be, as data.  Lunar Lake will be a second entry with two GTs. */
#include <string.h>

#include "irq.h"
#include "platform.h"
#include "regs_tables.h"

static const struct engine_info bmg_engines[] = {
	{ "rcs0", GUC_RENDER, 0, 0x002000, RENDER_CLASS, 0, FW_RENDER },
	{ "bcs0", GUC_BLITTER, 0, 0x022000, COPY_ENGINE_CLASS, 0, FW_RENDER },
	{ "bcs8", GUC_BLITTER, 8, 0x3ee000, COPY_ENGINE_CLASS, 8, FW_RENDER },
	{ "ccs0", GUC_COMPUTE, 0, 0x01a000, COMPUTE_CLASS, 0, FW_RENDER },
	{ "ccs1", GUC_COMPUTE, 1, 0x01c000, COMPUTE_CLASS, 1, FW_RENDER },
	{ "ccs2", GUC_COMPUTE, 2, 0x01e000, COMPUTE_CLASS, 2, FW_RENDER },
	{ "ccs3", GUC_COMPUTE, 3, 0x026000, COMPUTE_CLASS, 3, FW_RENDER },
};

static const struct gt_info bmg_gts[] = {
	{
		.name = "gt0",
		.gmd_id = 0x05004004,
		.engines = bmg_engines,
		.num_engines = ARRAY_SIZE(bmg_engines),
		.guc_status_to_host = OTHER_GUC_INSTANCE,
	},
};

/* Retail cards have a media GT (GMD_ID 0x03404004) as well; here it is fused off. */
static const struct reg *const bmg_tables[] = {
	regs_gt_common, regs_gt_guc, regs_gt_render, regs_bmg_fuses, regs_no_media,
	regs_engine, regs_soc, regs_soc_discrete, regs_irq, NULL
};

static const struct platform platforms[] = {
	{
		.name = "bmg",
		.vendor = 0x8086,
		.device = 0xe20b,
		.subvendor = 0x8086,
		.subdevice = 0x1100,
		.revision = 0,
		.discrete = true,
		.vram = GIB(1),
		.ggms = 3,
		.ppgtt_levels = 5,
		.ref_clock_hz = 19200000,
		.gt = bmg_gts,
		.num_gts = ARRAY_SIZE(bmg_gts),
		.tables = bmg_tables,
	},
};

const struct platform *platform_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(platforms); i++)
		if (!strcmp(platforms[i].name, name))
			return &platforms[i];
	return NULL;
}

unsigned int platform_compute(const struct gpu *gpu)
{
	return gpu->opt.ccs ? gpu->opt.ccs : 1;
}

unsigned int platform_engines(const struct gpu *gpu, unsigned int gt)
{
	const struct gt_info *info = &gpu->platform->gt[gt];
	unsigned int n = 0;

	while (n < info->num_engines && (info->engines[n].class != GUC_COMPUTE ||
					 info->engines[n].instance < platform_compute(gpu)))
		n++;
	return n;
}
