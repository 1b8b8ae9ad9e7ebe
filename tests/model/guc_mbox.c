// SPDX-License-Identifier: MIT
/*
 * The mailbox: four words in registers and a doorbell.  It serves the host before the command
 * channel is up and after it was taken down, and it owns the table that describes the hardware.
 *
 * A request is new if bit 31 (origin) of word 0 is clear; the answer sets it.
 */
#include <string.h>

#include "clk.h"
#include "fault.h"
#include "guc_internal.h"
#include "journal.h"
#include "mem.h"

#define MBOX_WORDS	4
#define KEY_COMPUTE_ENGINES	24

/* Key, length in words, values: what Xe2 reports of itself, the keys that drivers and tools look at. */
static const u32 hwconfig[] = {
	1, 1, 5,		/* slices */
	2, 1, 20,		/* dual subslices (Xe cores) */
	3, 1, 8,		/* EUs per dual subslice */
	4, 1, 10,		/* pixel pipes */
	10, 1, 12,		/* memory channels */
	11, 1, 4,		/* memory type: GDDR6 */
	13, 1, 3,		/* page sizes of local memory: 4 KiB, 64 KiB */
	15, 1, 8,		/* threads per EU */
	16, 1, 640,		/* threads: vertex, geometry, hull, domain */
	17, 1, 640,
	18, 1, 640,
	19, 1, 640,
	21, 1, 1280,		/* pixel shader threads */
	23, 1, 1,		/* engines: render, compute, video, enhance, copy */
	KEY_COMPUTE_ENGINES, 1, 1,
	25, 1, 0,
	26, 1, 0,
	27, 1, 9,
	62, 1, 1,		/* context save area, MiB */
	64, 1, 1024,		/* L3 bank, KiB */
	65, 1, 128,		/* local memory of a dual subslice, KiB */
	70, 1, 20,		/* subslices */
	71, 1, 8,		/* EUs of a subslice */
	73, 1, 128,		/* local memory of a subslice, KiB */
	83, 1, 1,		/* regions */
};

static enum guc_error mbox_hwconfig(struct guc *guc, const u32 *msg, u32 *data0)
{
	u64 addr = (u64)msg[2] << 32 | msg[1];
	u32 table[ARRAY_SIZE(hwconfig)], size = msg[3];
	size_t i;

	*data0 = 0;
	if (!size) {
		*data0 = sizeof(hwconfig);
		return GUC_OK;
	}
	if (size < sizeof(hwconfig) || !guc_buffer_ok(guc, addr, size)) {
		violation(guc->gpu, V_HWCONFIG_BUFFER, "%u bytes at GGTT %#llx", size,
			  (unsigned long long)addr);
		return GUC_ERR_BUFFER;
	}
	memcpy(table, hwconfig, sizeof(table));
	for (i = 0; i < ARRAY_SIZE(table); i += 2 + table[i + 1])
		if (table[i] == KEY_COMPUTE_ENGINES)
			table[i + 2] = platform_compute(guc->gpu);
	if (ggtt_write(guc->gpu, addr, table, sizeof(table)))
		return GUC_ERR_GGTT;
	return GUC_OK;
}

static enum guc_error mbox_self_config(struct guc *guc, const u32 *msg, u32 *data0)
{
	u16 key = msg[1] >> 16, len = msg[1] & 0xffff;
	enum guc_error err;

	*data0 = 0;
	if (!guc_ct_known_key(key)) {
		violation(guc->gpu, V_MBOX_KLV, "self config key %#x", key);
		return GUC_OK;	/* none of the keys was taken */
	}
	err = guc_ct_config(guc, key, len, (u64)msg[3] << 32 | msg[2]);
	if (!err)
		*data0 = 1;
	return err;
}

static enum guc_error mbox_control_ctb(struct guc *guc, const u32 *msg, u32 *data0)
{
	*data0 = 0;
	if (msg[1] > 1) {
		violation(guc->gpu, V_MBOX_MALFORMED, "CTB control %#x", msg[1]);
		return GUC_ERR_PARAMS;
	}
	return guc_ct_control(guc, msg[1]);
}

/* The host goes to sleep, or starts over: its contexts and its channel are forgotten. */
static enum guc_error mbox_soft_reset(struct guc *guc, const u32 *msg, u32 *data0)
{
	*data0 = 0;
	guc_sched_reset(guc);
	guc_sched_stop(guc);
	guc_contexts_reset(guc);
	guc_ct_reset(guc);
	guc_slpc_reset(guc);
	guc_sched_init(guc);
	return GUC_OK;
}

static const struct {
	u16 action;
	enum guc_error (*fn)(struct guc *guc, const u32 *msg, u32 *data0);
} mbox_actions[] = {
	{ H2G_GET_HWCONFIG, mbox_hwconfig },
	{ H2G_SELF_CONFIG, mbox_self_config },
	{ H2G_CONTROL_CTB, mbox_control_ctb },
	{ H2G_SOFT_RESET, mbox_soft_reset },
};

static enum guc_error mbox_dispatch(struct guc *guc, const u32 *msg, u32 *data0)
{
	unsigned int i;

	if (FIELD_GET(HXG_TYPE, msg[0]) != HXG_REQUEST || (msg[0] & HXG_DATA0)) {
		violation(guc->gpu, V_MBOX_MALFORMED, "header %#010x", msg[0]);
		return GUC_ERR_PARAMS;
	}
	for (i = 0; i < ARRAY_SIZE(mbox_actions); i++)
		if (mbox_actions[i].action == (msg[0] & HXG_ACTION))
			return mbox_actions[i].fn(guc, msg, data0);
	violation(guc->gpu, V_MBOX_ACTION, "%#06x", msg[0] & HXG_ACTION);
	return GUC_ERR_ACTION;
}

static void mbox_answer(struct guc *guc, u32 hxg)
{
	reg_poke(guc->gpu, guc->mbox, HXG_FROM_GUC | hxg);
}

static void late_answer(void *arg)
{
	struct guc *guc = arg;

	guc->mbox_timer = 0;
	if (!is_gone(guc->gpu))
		mbox_answer(guc, guc->mbox_late);
}

/* One at a time is held back, whatever the driver writes into the mailbox until then. */
static void mbox_reply(struct guc *guc, u32 hxg)
{
	u64 us = 1000;

	if (guc->mbox_timer || !fault_take(guc->gpu, FAULT_GUC_MBOX_LATE, &us)) {
		mbox_answer(guc, hxg);
		return;
	}
	reg_poke(guc->gpu, guc->mbox, 0);
	guc->mbox_late = hxg;
	guc->mbox_timer = clk_after(guc->gpu->clk, us * USEC, late_answer, guc);
}

/* True if a scripted fault takes the place of the answer. */
static bool mbox_fault(struct guc *guc)
{
	u64 value = GUC_ERR_CANNOT;

	/* It was read: a doorbell for something else must not carry it out after all. */
	if (fault_take(guc->gpu, FAULT_GUC_MBOX_NONE, NULL)) {
		reg_poke(guc->gpu, guc->mbox, 0);
		return true;
	}
	if (fault_take(guc->gpu, FAULT_GUC_MBOX_FAIL, &value)) {
		mbox_answer(guc, FIELD_PREP(HXG_TYPE, (u32)HXG_FAILURE) | (value & 0xffff));
		return true;
	}
	if (fault_take(guc->gpu, FAULT_GUC_MBOX_BUSY, NULL)) {
		mbox_answer(guc, FIELD_PREP(HXG_TYPE, (u32)HXG_BUSY));
		return true;
	}
	if (fault_take(guc->gpu, FAULT_GUC_MBOX_RETRY, NULL)) {
		mbox_answer(guc, FIELD_PREP(HXG_TYPE, (u32)HXG_RETRY));
		return true;
	}
	value = 0;
	if (fault_take(guc->gpu, FAULT_GUC_MBOX_JUNK, &value)) {
		reg_poke(guc->gpu, guc->mbox, value);
		return true;
	}
	return false;
}

void guc_mbox_handle(struct guc *guc)
{
	u32 msg[MBOX_WORDS], data0 = 0;
	enum guc_error err;
	unsigned int i;

	msg[0] = reg_peek(guc->gpu, guc->mbox);
	if (!msg[0] || (msg[0] & HXG_FROM_GUC) || msg[0] == guc->mbox_left)
		return;
	guc->mbox_left = 0;
	for (i = 1; i < MBOX_WORDS; i++)
		msg[i] = reg_peek(guc->gpu, guc->mbox + i * 4);
	count(guc->gpu, CNT_MAILBOX);
	journal_add(guc->gpu, J_GUC, "gt%u mailbox %08x %08x %08x %08x", guc->gt->id, msg[0],
		    msg[1], msg[2], msg[3]);
	if (mbox_fault(guc)) {
		guc->mbox_left = reg_peek(guc->gpu, guc->mbox);
		return;
	}
	err = mbox_dispatch(guc, msg, &data0);
	for (i = 1; i < MBOX_WORDS; i++)
		reg_poke(guc->gpu, guc->mbox + i * 4, 0);
	if (err)
		mbox_reply(guc, FIELD_PREP(HXG_TYPE, (u32)HXG_FAILURE) | err);
	else
		mbox_reply(guc, FIELD_PREP(HXG_TYPE, (u32)HXG_SUCCESS) | data0);
}

void guc_mbox_reset(struct guc *guc)
{
	unsigned int i;

	clk_cancel(guc->gpu->clk, guc->mbox_timer);
	guc->mbox_timer = 0;
	guc->mbox_left = 0;
	for (i = 0; i < MBOX_WORDS; i++)
		reg_poke(guc->gpu, guc->mbox + i * 4, 0);
}
