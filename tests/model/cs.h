/* SPDX-License-Identifier: MIT */
/*
 * A command streamer: loads a context image, fetches and executes ring and batches, saves the
 * image.
 * It knows nothing of the firmware; guc_sched.c decides who runs where and for how long.
 */
#ifndef XE_MODEL_CS_H
#define XE_MODEL_CS_H

#include "gpu.h"
#include "platform.h"

enum cs_stop {
	CS_IDLE,	/* head == tail, no batch */
	CS_BUDGET,	/* budget used up */
	CS_WAIT,	/* semaphore (or similar) not satisfied: try again later */
	CS_FAULT,	/* memory access without a mapping, or forbidden: see struct cs_error */
	CS_ERROR,	/* illegal command, ring out of range: hangs until reset */
	CS_HUNG,	/* injected, or already stopped by CS_ERROR/CS_FAULT */
};

struct cs_error {
	u64 address;
	bool write, ggtt;
	u8 level;
	char text[96];
};

struct cs_engine *cs_create(struct gt *gt, const struct engine_info *info);
void cs_destroy(struct cs_engine *cs);
const struct engine_info *cs_info(const struct cs_engine *cs);

/* Load the context whose LRC descriptor is @desc. 0 or -EFAULT/-EINVAL (violation). */
int cs_load(struct cs_engine *cs, u64 desc);
bool cs_loaded(const struct cs_engine *cs);
/* Take over a new ring tail from the image of the loaded context. */
int cs_update_tail(struct cs_engine *cs);
/* At most @budget commands, or as much work.  May end early where it can be preempted. */
enum cs_stop cs_run(struct cs_engine *cs, unsigned int budget, unsigned int *used,
		    struct cs_error *err);
/* True if the context can be switched out now (arbitration on). */
bool cs_preemptible(const struct cs_engine *cs);
/* Switch out: the state goes into the image, so that cs_load() continues there. */
int cs_save(struct cs_engine *cs);
/* Engine reset: the context is dropped; head and timestamp are saved, registers stay. */
void cs_reset(struct cs_engine *cs);
/* GT reset or FLR: as power-on. */
void cs_power_reset(struct cs_engine *cs);
/* Forget translations of the page tables: all, or those of an address space in [@start, @last]. */
void cs_tlb_flush(struct cs_engine *cs);
void cs_tlb_flush_range(struct cs_engine *cs, u32 asid, u64 start, u64 last);
/* Reference clock ticks that the loaded context has run in all */
u64 cs_context_time(const struct cs_engine *cs);

/* Hooks for engine registers in the register tables (head, tail, timestamps, ...). */
u32 cs_reg_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value);
void cs_reg_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw);

#endif
