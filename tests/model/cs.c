/* SPDX-License-Identifier: MIT */
/* Command streamer.  Skeleton. */
#include <errno.h>
#include <stdlib.h>

#include "cs.h"

struct cs_engine {
	struct gt *gt;
	const struct engine_info *info;
};

struct cs_engine *cs_create(struct gt *gt, const struct engine_info *info)
{
	struct cs_engine *cs = calloc(1, sizeof(*cs));

	if (!cs)
		abort();
	cs->gt = gt;
	cs->info = info;
	return cs;
}

void cs_destroy(struct cs_engine *cs)
{
	free(cs);
}

const struct engine_info *cs_info(const struct cs_engine *cs) { return cs->info; }
int cs_load(struct cs_engine *cs, u64 desc) { (void)cs; (void)desc; return -EFAULT; }
bool cs_loaded(const struct cs_engine *cs) { (void)cs; return false; }
int cs_update_tail(struct cs_engine *cs) { (void)cs; return -EFAULT; }

enum cs_stop cs_run(struct cs_engine *cs, unsigned int budget, unsigned int *used,
		    struct cs_error *err)
{
	(void)cs;
	(void)budget;
	(void)err;
	*used = 0;
	return CS_IDLE;
}

bool cs_preemptible(const struct cs_engine *cs) { (void)cs; return true; }
int cs_save(struct cs_engine *cs) { (void)cs; return -EFAULT; }
void cs_reset(struct cs_engine *cs) { (void)cs; }
void cs_power_reset(struct cs_engine *cs) { (void)cs; }
u64 cs_context_time(const struct cs_engine *cs) { (void)cs; return 0; }

u32 cs_reg_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	(void)gpu;
	(void)reg;
	(void)off;
	return value;
}

void cs_reg_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	(void)gpu;
	(void)reg;
	(void)off;
	(void)value;
	(void)raw;
}
