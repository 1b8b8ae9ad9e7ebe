// SPDX-License-Identifier: MIT
/*
 * The GuC of one GT: creation, reset, and what the doorbell and the main loop set going.
 *
 * guc_boot.c brings the firmware up, guc_mbox.c and guc_ct.c carry messages, guc_sched.c owns the
 * contexts and the engines' time.
 */
#include <stdlib.h>

#include "guc.h"

struct guc {
	struct gt *gt;
};

struct guc *guc_create(struct gt *gt)
{
	struct guc *guc = calloc(1, sizeof(*guc));

	if (!guc)
		abort();
	guc->gt = gt;
	return guc;
}

void guc_destroy(struct guc *guc)
{
	free(guc);
}

void guc_reset(struct gt *gt)
{
	(void)gt;
}

void guc_dma_ctrl(struct gt *gt, u32 value)
{
	(void)gt;
	(void)value;
}

void guc_doorbell(struct gt *gt)
{
	(void)gt;
}

bool guc_run(struct gt *gt, unsigned int budget)
{
	(void)gt;
	(void)budget;
	return false;
}
