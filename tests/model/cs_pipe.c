// SPDX-License-Identifier: MIT
/*
 * Commands of the render pipe and state commands (clients 3 and 4).  There is no pipe here:
 * PIPE_CONTROL does its memory side, everything else is skipped by its length and counted.
 */
#include "cs_internal.h"
#include "irq.h"
#include "journal.h"
#include "platform.h"

#define CLIENT(header)		((header) >> 29)
#define SUBTYPE(header)		((header) >> 27 & 3)
#define OPCODE(header)		((header) >> 16 & 0x7ff)	/* opcode and sub-opcode */
#define SUBTYPE_SINGLE		1u
#define SUBTYPE_3D		3u
#define OP_PIPE_CONTROL		0x200u
#define OP_SO_DECL_LIST		0x117u
#define OP_GROUP(header)	((header) >> 24 & 7)	/* without sub-opcode */
#define OP_SUB(header)		((header) >> 16 & 0xff)
#define SUBTYPE_COMPUTE		2u
#define GROUP_COMPUTE		2u
#define   COMPUTE_WALKER	8u	/* the first that dispatches; what is below is state */
#define GROUP_PRIMITIVE		3u

#define SYSTEM_MEM_FENCE	0x61090001u	/* STATE_SYSTEM_MEM_FENCE_ADDRESS, on every engine */
#define RESOURCE_BARRIER	0xac000003u	/* client 5 */
#define   RESOURCE_BARRIER_IS	GENMASK(31, 24)

/* Word 1 of PIPE_CONTROL */
#define PC_NOTIFY		BIT(8)
#define PC_POST_SYNC		GENMASK(15, 14)
#define PC_TLB_INVALIDATE	BIT(18)
#define PC_INDEXED		BIT(21)
#define PC_REGISTER		BIT(23)
#define PC_GGTT			BIT(24)

enum { POST_NONE, POST_QWORD, POST_PS_DEPTH, POST_TIMESTAMP };

static bool is_pipe_control(u32 header)
{
	return CLIENT(header) == 3 && SUBTYPE(header) == SUBTYPE_3D &&
	       OPCODE(header) == OP_PIPE_CONTROL;
}

static bool has_pipe(const struct cs_engine *cs)
{
	return cs->info->class == GUC_RENDER || cs->info->class == GUC_COMPUTE;
}

static bool has_codec(const struct cs_engine *cs)
{
	return cs->info->class == GUC_VIDEO || cs->info->class == GUC_VIDEOENHANCE;
}

/* What would start threads, or draw: with --no-pipe an error, as its results would be missing. */
static bool dispatches(u32 header)
{
	if (CLIENT(header) != 3)
		return false;
	return (SUBTYPE(header) == SUBTYPE_3D && OP_GROUP(header) == GROUP_PRIMITIVE) ||
	       (SUBTYPE(header) == SUBTYPE_COMPUTE && OP_GROUP(header) == GROUP_COMPUTE &&
		OP_SUB(header) >= COMPUTE_WALKER);
}

unsigned int pipe_length(struct cs_engine *cs, u32 header)
{
	if (header == SYSTEM_MEM_FENCE)
		return 3;
	if (CLIENT(header) == 5)
		return has_pipe(cs) && !((header ^ RESOURCE_BARRIER) & (RESOURCE_BARRIER_IS | 0xff)) ? 5 : 0;
	if (has_codec(cs))
		return CLIENT(header) == 3 ? (header & GENMASK(11, 0)) + 2 : 0;
	if (!has_pipe(cs))
		return 0;
	if (is_pipe_control(header))
		return (header & GENMASK(7, 0)) + 2 == 6 ? 6 : 0;
	if (CLIENT(header) == 3 && SUBTYPE(header) == SUBTYPE_SINGLE)
		return 1;
	if (CLIENT(header) == 3 && SUBTYPE(header) == SUBTYPE_3D &&
	    OPCODE(header) == OP_SO_DECL_LIST)
		return (header & GENMASK(8, 0)) + 2;
	return (header & GENMASK(7, 0)) + 2;
}

static enum cs_exec post_sync(struct cs_engine *cs, u32 flags)
{
	bool ggtt = flags & PC_GGTT;
	u64 addr = cs_addr(cs->cmd + 2) & ~7ull;

	if (flags & PC_REGISTER)
		return mi_reg_write(cs, cs->cmd[2] & GENMASK(22, 2), cs->cmd[4]);
	if (flags & PC_INDEXED) {
		addr = cs->lrc + (cs->cmd[2] & GENMASK(11, 3));
		ggtt = true;
	}
	if (ggtt && !mi_may_use_ggtt(cs))
		return X_NEXT;
	switch (FIELD_GET(PC_POST_SYNC, flags)) {
	case POST_QWORD:
		return cs_write(cs, addr, ggtt, cs->cmd + 4, 8) ? X_FAULT : X_NEXT;
	case POST_PS_DEPTH:	/* no pixel was ever drawn */
		return cs_write(cs, addr, ggtt, &(u64){ 0 }, 8) ? X_FAULT : X_NEXT;
	case POST_TIMESTAMP:
		return mi_timestamp(cs, addr, ggtt);
	default:
		return X_NEXT;
	}
}

static enum cs_exec pipe_control(struct cs_engine *cs)
{
	u32 flags = cs->cmd[1];
	enum cs_exec ret;

	if (flags & PC_TLB_INVALIDATE)
		cs_tlb_flush(cs);
	else
		cs_flush_pages(cs);
	ret = post_sync(cs, flags);
	if (ret == X_NEXT && flags & PC_NOTIFY)
		mi_interrupt(cs, GT_RENDER_PIPECTL_NOTIFY_INTERRUPT);
	return ret;
}

enum cs_exec pipe_exec(struct cs_engine *cs, unsigned int len)
{
	u32 header = cs->cmd[0];

	if (is_pipe_control(header) && has_pipe(cs))
		return pipe_control(cs);
	/* Memory is coherent and one command ends before the next begins: nothing to be done. */
	if (header == SYSTEM_MEM_FENCE || CLIENT(header) == 5)
		return X_NEXT;
	if (cs->gpu->opt.no_pipe && has_pipe(cs) && dispatches(header))
		return cs_illegal(cs, "0x%08x would need the pipe, which is not modelled", header);
	cs->skipped++;
	return X_NEXT;
}
