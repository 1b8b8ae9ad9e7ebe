// SPDX-License-Identifier: MIT
/*
 * The whole card: made, reset and taken down in one place.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clk.h"
#include "cs.h"
#include "ctl.h"
#include "display.h"
#include "dma.h"
#include "fault.h"
#include "gpu.h"
#include "guc.h"
#include "irq.h"
#include "journal.h"
#include "mem.h"
#include "oracle.h"
#include "pci.h"
#include "platform.h"
#include "reg.h"
#include "vfu.h"

static void create_gt(struct gpu *gpu, unsigned int id)
{
	const struct gt_info *info = &gpu->platform->gt[id];
	struct gt *gt = &gpu->gts[id];

	gt->gpu = gpu;
	gt->id = id;
	gt->window = id ? 0x380000 : 0;
	gt->num_engines = platform_engines(gpu, id);
	gt->engines = calloc(gt->num_engines + 1, sizeof(struct cs_engine *));
	if (!gt->engines)
		abort();
	for (unsigned int i = 0; i < gt->num_engines; i++)
		gt->engines[i] = cs_create(gt, &info->engines[i]);
	gt->guc = guc_create(gt);
}

static int cmd_reset(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	if (argc != 2)
		return -EINVAL;
	if (!strcmp(argv[1], "function"))
		pci_foreign_reset(gpu);
	else if (!strcmp(argv[1], "flr"))
		gpu_reset(gpu, GPU_RESET_FLR);
	else if (!strcmp(argv[1], "power"))
		gpu_reset(gpu, GPU_RESET_POWER);
	else
		return -EINVAL;
	return 0;
}

struct gpu *gpu_create(const struct gpu_options *opt)
{
	struct gpu *gpu = calloc(1, sizeof(*gpu));

	if (!gpu)
		abort();
	gpu->opt = *opt;
	gpu->platform = platform_find(opt->platform ? opt->platform : "bmg");
	if (!gpu->platform) {
		fprintf(stderr, "xe-model: no platform '%s'\n", opt->platform);
		free(gpu);
		return NULL;
	}
	if (!display_options_ok(gpu)) {
		free(gpu);
		return NULL;
	}
	gpu->clk = clk_create(opt->clock_steps);
	gpu->ctl = ctl_create(gpu, opt->control);
	gpu->faults = faults_create(gpu);
	gpu->journal = journal_create(gpu, opt->journal);
	gpu->dma = dma_create(gpu);
	gpu->mem = mem_create(gpu);
	gpu->oracle = oracle_create(gpu);
	gpu->pci = pci_create(gpu);
	gpu->irq = irq_create(gpu);
	for (unsigned int id = 0; id < gpu->platform->num_gts; id++)
		if (gpu->platform->gt[id].gmd_id)
			gpu->num_gts = id + 1;
	gpu->display = display_create(gpu);
	gpu->regs = regs_create(gpu);
	for (unsigned int id = 0; id < gpu->num_gts; id++)
		create_gt(gpu, id);
	ctl_register(gpu, "reset", "flr|power: as the bus would; function: by somebody, the driver is not told", cmd_reset);
	gpu_reset(gpu, GPU_RESET_POWER);
	display_boot(gpu);
	gpu->vfu = vfu_create(gpu, opt->socket);
	return gpu;
}

void gpu_destroy(struct gpu *gpu)
{
	vfu_destroy(gpu->vfu);
	for (unsigned int id = 0; id < gpu->num_gts; id++) {
		struct gt *gt = &gpu->gts[id];

		guc_destroy(gt->guc);
		for (unsigned int i = 0; i < gt->num_engines; i++)
			cs_destroy(gt->engines[i]);
		free(gt->engines);
	}
	regs_destroy(gpu->regs);
	display_destroy(gpu->display);
	irq_destroy(gpu->irq);
	pci_destroy(gpu->pci);
	oracle_destroy(gpu->oracle);
	mem_destroy(gpu->mem);
	dma_destroy(gpu->dma);
	journal_destroy(gpu->journal);
	faults_destroy(gpu->faults);
	ctl_destroy(gpu->ctl);
	clk_destroy(gpu->clk);
	free(gpu);
}

void gpu_reset(struct gpu *gpu, enum gpu_reset depth)
{
	journal_add(gpu, J_NOTE, depth == GPU_RESET_POWER ? "power-on reset" : "function level reset");
	if (depth == GPU_RESET_POWER) {
		journal_quiet(gpu, false);
		unheard_set(gpu, false);
		gpu->power_ns = clk_ns(gpu->clk);
		oracle_reset(gpu);
		pci_reset(gpu);
	}
	regs_reset(gpu, depth);
	irq_reset(gpu);
	display_reset(gpu);
	for (unsigned int id = 0; id < gpu->num_gts; id++) {
		struct gt *gt = &gpu->gts[id];

		for (unsigned int i = 0; i < gt->num_engines; i++)
			cs_power_reset(gt->engines[i]);
		guc_reset(gt);
	}
	mem_reset(gpu, depth);
}

bool gpu_run(struct gpu *gpu, unsigned int budget)
{
	bool more = false;

	if (is_gone(gpu))
		return mem_darken(gpu);
	for (unsigned int id = 0; id < gpu->num_gts; id++)
		more |= guc_run(&gpu->gts[id], budget);
	return more;
}
