// SPDX-License-Identifier: MIT
/*
 * The power controller's mailbox.  The driver writes two words of data and then the command with
 * the busy bit; the controller clears that bit and leaves an error code.  A command takes one poll,
 * so that a driver which does not wait for it is noticed, and a millisecond at most: a driver whose
 * CPU was taken away looks once, behind its own limit, and the command has ended as on a card.
 */
#include <stdlib.h>

#include "clk.h"
#include "fault.h"
#include "journal.h"
#include "pcode.h"

#define COMMAND_NS		1000000u
#define NEVER			~0ull

#define PCODE_MB_COMMAND	GENMASK(7, 0)
#define PCODE_MB_PARAM1		GENMASK(15, 8)

#define PCODE_POWER_SETUP			0x7c
#define   POWER_SETUP_SUBCOMMAND_READ_I1	4
#define   POWER_SETUP_SUBCOMMAND_WRITE_I1	5
#define DGFX_PCODE_STATUS			0x7e
#define   DGFX_GET_INIT_STATUS			0
#define   DGFX_INIT_STATUS_COMPLETE		BIT(0)

enum pcode_error { PC_OK = 0, PC_COMMAND = 1, PC_DATA = 3, PC_SUBCOMMAND = 4 };

#define POWER_SETUP_I1_WATTS		BIT(31)
#define POWER_SETUP_I1_DATA_MASK	GENMASK(15, 0)
#define I1_DEFAULT			(POWER_SETUP_I1_WATTS | 230u << 6)	/* 10.6 fixed point */

struct pcode {
	bool busy;		/* the command runs, its answer is not shown yet */
	bool looked;		/* the mailbox was read once since; it is shown the next time, */
	u64 end;		/* or when it is so late; NEVER: not at all */
	u32 command, answer, error;
	bool has_answer;
	u32 i1;
};

struct pcode *pcode_create(struct gpu *gpu)
{
	struct pcode *pcode = calloc(1, sizeof(*pcode));

	if (!pcode)
		abort();
	return pcode;
}

void pcode_destroy(struct pcode *pcode)
{
	free(pcode);
}

void pcode_reset(struct gpu *gpu)
{
	*gpu->pcode = (struct pcode){ .i1 = I1_DEFAULT };
}

static enum pcode_error power_setup(struct gpu *gpu, u32 command, u32 data)
{
	struct pcode *pc = gpu->pcode;

	switch (FIELD_GET(PCODE_MB_PARAM1, command)) {
	case POWER_SETUP_SUBCOMMAND_READ_I1:
		pc->answer = pc->i1;
		pc->has_answer = true;
		return PC_OK;
	case POWER_SETUP_SUBCOMMAND_WRITE_I1:
		pc->i1 = POWER_SETUP_I1_WATTS | (data & POWER_SETUP_I1_DATA_MASK);
		return PC_OK;
	default:
		violation(gpu, V_PCODE_COMMAND, "power setup 0x%08x", command);
		return PC_SUBCOMMAND;
	}
}

static enum pcode_error init_status(struct gpu *gpu, u32 command, u32 data)
{
	struct pcode *pc = gpu->pcode;
	u64 unused;

	if (data != DGFX_GET_INIT_STATUS) {
		violation(gpu, V_PCODE_COMMAND, "init status, data 0x%08x", data);
		return PC_DATA;
	}
	pc->answer = fault_take(gpu, FAULT_PCODE_NOT_READY, &unused) ? 0 : DGFX_INIT_STATUS_COMPLETE;
	pc->has_answer = true;
	return PC_OK;
}

static enum pcode_error execute(struct gpu *gpu, u32 command)
{
	u32 data = reg_peek(gpu, PCODE_DATA0);

	switch (FIELD_GET(PCODE_MB_COMMAND, command)) {
	case PCODE_POWER_SETUP:
		return power_setup(gpu, command, data);
	case DGFX_PCODE_STATUS:
		return init_status(gpu, command, data);
	default:
		violation(gpu, V_PCODE_COMMAND, "0x%08x, data 0x%08x", command, data);
		return PC_COMMAND;
	}
}

void pcode_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	struct pcode *pc = gpu->pcode;
	u64 error = PC_COMMAND, unused;

	if (pc->busy) {
		violation(gpu, V_PCODE_BUSY, "command 0x%08x while 0x%08x runs", raw, pc->command);
		reg_poke(gpu, off, pc->command);
		return;
	}
	if (!(raw & PCODE_READY)) {
		violation(gpu, V_PCODE_NO_START, "0x%08x", raw);
		return;
	}
	pc->busy = true;
	pc->looked = false;
	pc->end = clk_ns(gpu->clk) + COMMAND_NS;
	pc->command = raw;
	pc->has_answer = false;
	pc->error = execute(gpu, raw);
	if (fault_take(gpu, FAULT_PCODE_ERROR, &error))
		pc->error = (u32)error & PCODE_MB_COMMAND;
	if (fault_take(gpu, FAULT_PCODE_BUSY, &unused))
		pc->end = NEVER;
}

static void finish(struct gpu *gpu)
{
	struct pcode *pc = gpu->pcode;

	pc->busy = false;
	reg_poke(gpu, PCODE_MAILBOX, (pc->command & ~(PCODE_READY | PCODE_MB_COMMAND)) | pc->error);
	if (pc->has_answer && !pc->error)
		reg_poke(gpu, PCODE_DATA0, pc->answer);
}

u32 pcode_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	struct pcode *pc = gpu->pcode;

	if (pc->busy && pc->end != NEVER && (pc->looked || clk_ns(gpu->clk) >= pc->end))
		finish(gpu);
	pc->looked = true;
	return pc->busy ? value : reg_peek(gpu, PCODE_MAILBOX);
}

u32 pcode_data_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	if (gpu->pcode->busy)
		violation(gpu, V_PCODE_BUSY, "%s read while 0x%08x runs", reg->name,
			  gpu->pcode->command);
	return value;
}

void pcode_data_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	if (gpu->pcode->busy)
		violation(gpu, V_PCODE_BUSY, "0x%08x to %s while 0x%08x runs", raw, reg->name,
			  gpu->pcode->command);
}
