// SPDX-License-Identifier: MIT
/*
 * MI commands: those that every engine knows.  A table gives each opcode its length and function.
 *
 * Privilege: a batch in a per-process address space may not touch the GGTT, may not switch
 * arbitration, and may write the registers only that are open to users (built in, or listed in the
 * engine's 12 slots).  As on hardware such a command does nothing.
 */
#include <errno.h>

#include "cs_internal.h"
#include "fault.h"
#include "irq.h"
#include "journal.h"
#include "platform.h"
#include "reg.h"

#define MI_OPCODE(header)	FIELD_GET(GENMASK(28, 23), header)
#define MI_GGTT			BIT(22)
#define MI_REG_RELATIVE		BIT(19)
#define MI_REG_RELATIVE_SRC	BIT(18)
#define MI_REG_REMAP		BIT(17)
#define MI_REG_OFFSET		GENMASK(22, 2)
#define COMPARE_OP		GENMASK(14, 12)

/* Fields of single commands, in the header unless the name says otherwise */
#define NOOP_NOPID		BIT(22)
#define   NOOP_NOPID_VALUE	GENMASK(21, 0)
#define ARB_ENABLE		BIT(0)
#define SET_PREDICATE_MODE	GENMASK(3, 0)
#define PREDICATE_LOAD		GENMASK(7, 6)
#define PREDICATE_COMBINE	GENMASK(4, 3)
#define PREDICATE_COMPARE	GENMASK(1, 0)
#define PREDICATE_BIT		BIT(0)		/* of the registers */
#define BATCH_PREDICATED	BIT(15)
#define BATCH_PPGTT		BIT(8)
#define BATCH_NEXT_LEVEL	BIT(22)
#define COND_END_COMPARE	BIT(21)
#define COND_END_MASKED		BIT(19)		/* two words in memory: value and mask */
#define COND_END_ONE_LEVEL	BIT(18)
#define SEMAPHORE_REGISTER	BIT(16)
#define STORE_DATA_QWORDS	BIT(21)
#define STORE_REG_PREDICATED	BIT(21)
#define FLUSH_POST_SYNC		GENMASK(15, 14)
#define   FLUSH_POST_NONE	0
#define   FLUSH_POST_STORE	1
#define   FLUSH_POST_TIMESTAMP	3
#define FLUSH_TLB		BIT(18)
#define FLUSH_INDEXED		BIT(21)		/* the address is an offset in the status page */
#define   FLUSH_INDEX		GENMASK(11, 3)	/* word 1 */
#define FLUSH_NOTIFY		BIT(8)
#define FLUSH_GGTT		BIT(2)		/* word 1 */
#define REPORT_GGTT		BIT(0)		/* word 1 */
#define COPY_DST_GGTT		BIT(21)

/* A slot of registers that are open to user batches */
#define NONPRIV_DENY		BIT(30)
#define NONPRIV_READ_ONLY	BIT(28)
#define NONPRIV_ADDRESS		GENMASK(25, 2)
#define NONPRIV_RANGE		GENMASK(1, 0)	/* 1, 4, 16 or 64 registers */

#define OP_SET_PREDICATE	0x01
#define OP_BATCH_END		0x0a
#define OP_BATCH_START		0x31

typedef enum cs_exec mi_fn(struct cs_engine *cs, unsigned int len);

struct mi_op {
	const char *name;
	u32 length;		/* field of the header, 0: one word */
	u16 min, max;		/* words */
	u16 classes;		/* GuC classes that know it, 0: all */
	mi_fn *fn;		/* NULL: skipped */
};

#define ON_3D	(BIT(GUC_RENDER) | BIT(GUC_COMPUTE))
#define NOT_3D	((BIT(GUC_CLASS_COUNT) - 1) & ~ON_3D)

bool mi_may_use_ggtt(struct cs_engine *cs)
{
	if (cs_privileged(cs))
		return true;
	journal_add(cs->gpu, J_CS, "%s: command 0x%08x dropped: GGTT from a user batch",
		    cs->info->name, cs->ipehr);
	return false;
}

void mi_interrupt(struct cs_engine *cs, u16 bits)
{
	if (fault_take(cs->gpu, FAULT_CS_NO_IRQ, NULL))
		return;
	irq_raise(cs->gpu, cs->info->irq_class, cs->info->irq_instance, bits);
}

static u32 reg_offset(struct cs_engine *cs, u32 header, u32 word, u32 relative)
{
	u32 off = word & MI_REG_OFFSET;

	if (header & relative)
		off += cs->info->base;
	else if (header & MI_REG_REMAP && off < 0x40000)
		off += cs->gt->window;
	return off;
}

/* Registers that any batch may write: general purpose, predication, copy engine control. */
static bool open_to_users(const struct cs_engine *cs, u32 off)
{
	u32 rel = off - cs->info->base, i, slot, range;

	if (rel >= CS_GPR(0) && rel < CS_GPR(CS_GPR_COUNT))
		return true;
	if (rel >= MI_SET_PREDICATE_RESULT && rel < MI_SET_PREDICATE_RESULT + 8)
		return true;
	if (rel >= MI_PREDICATE_SRC0 && rel < MI_PREDICATE_RESULT + 8)
		return true;
	if (rel == BCS_SWCTRL && cs->info->class == GUC_BLITTER)
		return true;
	for (i = 0; i < RING_MAX_NONPRIV_SLOTS; i++) {
		slot = reg_peek(cs->gpu, cs->info->base + RING_FORCE_TO_NONPRIV(i));
		range = 4u << (2 * FIELD_GET(NONPRIV_RANGE, slot));
		if (!(slot & (NONPRIV_DENY | NONPRIV_READ_ONLY)) &&
		    (off & ~(range - 1)) == (slot & NONPRIV_ADDRESS & ~(range - 1)))
			return true;
	}
	return false;
}

enum cs_exec mi_reg_write(struct cs_engine *cs, u32 off, u32 value)
{
	if (!cs_privileged(cs) && !open_to_users(cs, off)) {
		journal_add(cs->gpu, J_CS, "%s: write of register 0x%x dropped: user batch",
			    cs->info->name, off);
		return X_NEXT;
	}
	/* An unknown register is reported there; the command has no effect. */
	(void)reg_cs_write(cs->gpu, off, value);
	return X_NEXT;
}

enum cs_exec mi_reg_read(struct cs_engine *cs, u32 off, u32 *value)
{
	*value = 0;
	if (cs_privileged(cs) || reg_find(cs->gpu, off))
		(void)reg_cs_read(cs->gpu, off, value);
	return X_NEXT;
}

bool mi_compare(unsigned int op, u32 a, u32 b)
{
	switch (op) {
	case 0:
		return a > b;
	case 1:
		return a >= b;
	case 2:
		return a < b;
	case 3:
		return a <= b;
	case 4:
		return a == b;
	default:
		return a != b;
	}
}

static enum cs_exec mi_noop(struct cs_engine *cs, unsigned int len)
{
	if (cs->cmd[0] & NOOP_NOPID && cs_privileged(cs))
		reg_poke(cs->gpu, cs->info->base + RING_NOPID, cs->cmd[0] & NOOP_NOPID_VALUE);
	return X_NEXT;
}

static enum cs_exec mi_nothing(struct cs_engine *cs, unsigned int len)
{
	return X_NEXT;
}

static enum cs_exec mi_user_interrupt(struct cs_engine *cs, unsigned int len)
{
	mi_interrupt(cs, GT_RENDER_USER_INTERRUPT);
	return X_NEXT;
}

/* Bit 8 says that bit 0 turns the pre-parser off or on; there is none here. */
static enum cs_exec mi_arb_check(struct cs_engine *cs, unsigned int len)
{
	cs->arb_point = true;
	return X_NEXT;
}

static enum cs_exec mi_arb_on_off(struct cs_engine *cs, unsigned int len)
{
	if (cs_privileged(cs))
		cs->arb_off = !(cs->cmd[0] & ARB_ENABLE);
	return X_NEXT;
}

/*
 * Modes: 0 predication off, 1 skip if RESULT_2 is clear, 2 skip if it is set, 3 and 4 likewise
 * by the result of MI_PREDICATE, 15 always skip.
 */
static enum cs_exec mi_set_predicate(struct cs_engine *cs, unsigned int len)
{
	u32 base = cs->info->base;
	bool result2 = reg_peek(cs->gpu, base + MI_PREDICATE_RESULT_2) & PREDICATE_BIT;
	bool result = reg_peek(cs->gpu, base + MI_PREDICATE_RESULT) & PREDICATE_BIT;
	u32 mode = FIELD_GET(SET_PREDICATE_MODE, cs->cmd[0]);
	bool skip;

	switch (mode) {
	case 0:
		skip = false;
		break;
	case 1:
		skip = !result2;
		break;
	case 2:
		skip = result2;
		break;
	case 3:
		skip = !result;
		break;
	case 4:
		skip = result;
		break;
	case 15:
		skip = true;
		break;
	default:
		return cs_illegal(cs, "set predicate with mode %u", mode);
	}
	reg_poke(cs->gpu, base + MI_SET_PREDICATE_RESULT, skip);
	return X_NEXT;
}

static u64 reg_peek64(struct cs_engine *cs, u32 rel)
{
	u32 off = cs->info->base + rel;

	return (u64)reg_peek(cs->gpu, off + 4) << 32 | reg_peek(cs->gpu, off);
}

/* The comparison is loaded, inverted or not, and combined with the state so far. */
static enum cs_exec mi_predicate(struct cs_engine *cs, unsigned int len)
{
	u32 header = cs->cmd[0], off = cs->info->base + MI_PREDICATE_RESULT;
	u64 src0 = reg_peek64(cs, MI_PREDICATE_SRC0), src1 = reg_peek64(cs, MI_PREDICATE_SRC1);
	u32 load = FIELD_GET(PREDICATE_LOAD, header);
	bool state = reg_peek(cs->gpu, off) & PREDICATE_BIT, value;

	switch (FIELD_GET(PREDICATE_COMPARE, header)) {
	case 0:
		value = true;
		break;
	case 1:
		value = false;
		break;
	case 2:
		value = src0 == src1;
		break;
	default:
		return cs_illegal(cs, "predicate by deltas");
	}
	if (load == 3)
		value = !value;
	else if (load != 2)
		value = state;
	switch (FIELD_GET(PREDICATE_COMBINE, header)) {
	case 1:
		value = value && state;
		break;
	case 2:
		value = value || state;
		break;
	case 3:
		value = value != state;
		break;
	default:
		break;
	}
	reg_poke(cs->gpu, off, value);
	return X_NEXT;
}

/* Leave @levels batches. */
static enum cs_exec batch_return(struct cs_engine *cs, unsigned int levels)
{
	cs->depth -= levels;
	/* What a batch left predicated must not swallow the ring's fence. */
	if (!cs->depth)
		reg_poke(cs->gpu, cs->info->base + MI_SET_PREDICATE_RESULT, 0);
	return X_JUMP;
}

static enum cs_exec mi_batch_end(struct cs_engine *cs, unsigned int len)
{
	if (!cs->depth)
		return cs_illegal(cs, "batch end in the ring");
	return batch_return(cs, 1);
}

static enum cs_exec mi_batch_start(struct cs_engine *cs, unsigned int len)
{
	u32 header = cs->cmd[0];
	struct cs_level to = { cs_addr(cs->cmd + 1) & ~3ull, !(header & BATCH_PPGTT) };

	if (!cs_privileged(cs))
		to.ggtt = false;
	if (!cs->depth) {
		if (fault_take_for(cs->gpu, FAULT_CS_HANG, cs->info->class)) {
			cs->stopped = true;
			return X_WAIT;
		}
		cs->head = cs->next_head;
		cs->depth = 1;
		journal_add(cs->gpu, J_CS, "%s: batch 0x%llx", cs->info->name,
			    (unsigned long long)to.addr);
	} else if (header & BATCH_NEXT_LEVEL) {
		if (cs->depth == CS_MAX_DEPTH)
			return cs_illegal(cs, "batches nested too deep");
		cs->bb[cs->depth - 1].addr = cs->next_addr;
		cs->depth++;
	}
	cs->bb[cs->depth - 1] = to;
	return X_JUMP;
}

static enum cs_exec mi_cond_batch_end(struct cs_engine *cs, unsigned int len)
{
	u32 header = cs->cmd[0], op = FIELD_GET(COMPARE_OP, header), mem[2] = { 0 };
	bool ggtt = header & MI_GGTT, masked = header & COND_END_MASKED;
	u64 addr = cs_addr(cs->cmd + 2) & ~3ull;

	if (!(header & COND_END_COMPARE) || op > 5)
		return cs_illegal(cs, "conditional batch end without a comparison");
	if (ggtt && !mi_may_use_ggtt(cs))
		return X_NEXT;
	if (cs_read(cs, addr, ggtt, mem, masked ? 8 : 4))
		return X_FAULT;
	if (mi_compare(op, masked ? mem[0] & mem[1] : mem[0], cs->cmd[1]))
		return X_NEXT;
	if (!cs->depth)
		return cs_illegal(cs, "batch end in the ring");
	return batch_return(cs, header & COND_END_ONE_LEVEL ? 1 : cs->depth);
}

static enum cs_exec mi_semaphore_wait(struct cs_engine *cs, unsigned int len)
{
	u32 header = cs->cmd[0], op = FIELD_GET(COMPARE_OP, header), value;
	bool ggtt = header & MI_GGTT;

	if (op > 5)
		return cs_illegal(cs, "semaphore wait with comparison %u", op);
	if (header & SEMAPHORE_REGISTER) {
		mi_reg_read(cs, cs->cmd[2] & MI_REG_OFFSET, &value);
	} else {
		if (ggtt && !mi_may_use_ggtt(cs))
			return X_NEXT;
		if (cs_read(cs, cs_addr(cs->cmd + 2) & ~3ull, ggtt, &value, 4))
			return X_FAULT;
	}
	if (mi_compare(op, value, cs->cmd[1]))
		return X_NEXT;
	cs->arb_point = true;
	return X_WAIT;
}

static enum cs_exec mi_store_data(struct cs_engine *cs, unsigned int len)
{
	bool ggtt = cs->cmd[0] & MI_GGTT, qwords = cs->cmd[0] & STORE_DATA_QWORDS;
	u64 addr = cs_addr(cs->cmd + 1) & ~3ull;
	unsigned int words = len - 3;

	if (qwords && (words & 1 || addr & 7))
		return cs_illegal(cs, "store of %u words as qwords to 0x%llx", words,
				  (unsigned long long)addr);
	if (ggtt && !mi_may_use_ggtt(cs))
		return X_NEXT;
	if (cs_write(cs, addr, ggtt, cs->cmd + 3, words * 4ul))
		return X_FAULT;
	return X_NEXT;
}

static enum cs_exec mi_load_reg_imm(struct cs_engine *cs, unsigned int len)
{
	u32 header = cs->cmd[0];
	unsigned int i;

	if (!(len & 1))
		return cs_illegal(cs, "load register command of %u words", len);
	for (i = 1; i < len; i += 2)
		mi_reg_write(cs, reg_offset(cs, header, cs->cmd[i], MI_REG_RELATIVE),
			     cs->cmd[i + 1]);
	return X_NEXT;
}

static enum cs_exec mi_load_reg_mem(struct cs_engine *cs, unsigned int len)
{
	u32 header = cs->cmd[0], value;
	bool ggtt = header & MI_GGTT;

	if (ggtt && !mi_may_use_ggtt(cs))
		return X_NEXT;
	if (cs_read(cs, cs_addr(cs->cmd + 2) & ~3ull, ggtt, &value, 4))
		return X_FAULT;
	return mi_reg_write(cs, reg_offset(cs, header, cs->cmd[1], MI_REG_RELATIVE), value);
}

static enum cs_exec mi_store_reg_mem(struct cs_engine *cs, unsigned int len)
{
	u32 header = cs->cmd[0], value;
	bool ggtt = header & MI_GGTT;

	if (header & STORE_REG_PREDICATED &&
	    !(reg_peek(cs->gpu, cs->info->base + MI_PREDICATE_RESULT) & PREDICATE_BIT))
		return X_NEXT;
	if (ggtt && !mi_may_use_ggtt(cs))
		return X_NEXT;
	mi_reg_read(cs, reg_offset(cs, header, cs->cmd[1], MI_REG_RELATIVE), &value);
	if (cs_write(cs, cs_addr(cs->cmd + 2) & ~3ull, ggtt, &value, 4))
		return X_FAULT;
	return X_NEXT;
}

static enum cs_exec mi_load_reg_reg(struct cs_engine *cs, unsigned int len)
{
	u32 header = cs->cmd[0], value;

	mi_reg_read(cs, reg_offset(cs, header, cs->cmd[1], MI_REG_RELATIVE_SRC), &value);
	return mi_reg_write(cs, reg_offset(cs, header, cs->cmd[2], MI_REG_RELATIVE), value);
}

enum cs_exec mi_timestamp(struct cs_engine *cs, u64 addr, bool ggtt)
{
	u64 now = cs_engine_time(cs);

	return cs_write(cs, addr, ggtt, &now, 8) ? X_FAULT : X_NEXT;
}

static enum cs_exec mi_flush_dw(struct cs_engine *cs, unsigned int len)
{
	u32 header = cs->cmd[0], op = FIELD_GET(FLUSH_POST_SYNC, header);
	bool ggtt = cs->cmd[1] & FLUSH_GGTT;
	u64 addr = cs_addr(cs->cmd + 1) & ~7ull;
	enum cs_exec ret = X_NEXT;

	if (header & FLUSH_TLB)
		cs_tlb_flush(cs);
	else
		cs_flush_pages(cs);
	if (header & FLUSH_INDEXED) {
		addr = cs->lrc + (cs->cmd[1] & FLUSH_INDEX);
		ggtt = true;
	}
	if ((op != FLUSH_POST_NONE && op != FLUSH_POST_STORE && op != FLUSH_POST_TIMESTAMP) ||
	    (op == FLUSH_POST_STORE && len < 4))
		return cs_illegal(cs, "flush of %u words with post-sync operation %u", len, op);
	if (op != FLUSH_POST_NONE && (!ggtt || mi_may_use_ggtt(cs))) {
		if (op == FLUSH_POST_TIMESTAMP)
			ret = mi_timestamp(cs, addr, ggtt);
		else if (cs_write(cs, addr, ggtt, cs->cmd + 3, len == 5 ? 8 : 4))
			ret = X_FAULT;
	}
	if (ret == X_NEXT && header & FLUSH_NOTIFY)
		mi_interrupt(cs, GT_RENDER_PIPECTL_NOTIFY_INTERRUPT);
	return ret;
}

/* A report without counters: identifier, timestamp, the rest 0. */
static enum cs_exec mi_report_perf(struct cs_engine *cs, unsigned int len)
{
	bool ggtt = cs->cmd[1] & REPORT_GGTT;
	u32 report[64] = { cs->cmd[3], (u32)cs_engine_time(cs) };

	if (ggtt && !mi_may_use_ggtt(cs))
		return X_NEXT;
	if (cs_write(cs, cs_addr(cs->cmd + 1) & ~63ull, ggtt, report, sizeof(report)))
		return X_FAULT;
	return X_NEXT;
}

static enum cs_exec mi_copy_mem(struct cs_engine *cs, unsigned int len)
{
	bool dst_ggtt = cs->cmd[0] & COPY_DST_GGTT, src_ggtt = cs->cmd[0] & MI_GGTT;
	u32 value;

	if ((dst_ggtt || src_ggtt) && !mi_may_use_ggtt(cs))
		return X_NEXT;
	if (cs_read(cs, cs_addr(cs->cmd + 3) & ~3ull, src_ggtt, &value, 4) ||
	    cs_write(cs, cs_addr(cs->cmd + 1) & ~3ull, dst_ggtt, &value, 4))
		return X_FAULT;
	return X_NEXT;
}

#define LEN8	GENMASK(7, 0)

static const struct mi_op mi_ops[64] = {
	[0x00] = { "noop", 0, 1, 1, 0, mi_noop },
	[OP_SET_PREDICATE] = { "set-predicate", 0, 1, 1, 0, mi_set_predicate },
	[0x02] = { "user-interrupt", 0, 1, 1, 0, mi_user_interrupt },
	[0x05] = { "arb-check", 0, 1, 1, 0, mi_arb_check },
	[0x08] = { "arb-on-off", 0, 1, 1, 0, mi_arb_on_off },
	[0x09] = { "memory-fence", 0, 1, 1, 0, mi_nothing },
	[OP_BATCH_END] = { "batch-end", 0, 1, 1, 0, mi_batch_end },
	[0x0b] = { "suspend-flush", 0, 1, 1, 0, NULL },
	[0x0c] = { "predicate", 0, 1, 1, ON_3D, mi_predicate },
	[0x0d] = { "topology-filter", 0, 1, 1, ON_3D, NULL },
	[0x0e] = { "set-appid", 0, 1, 1, 0, NULL },
	[0x1a] = { "math", LEN8, 2, 257, 0, mi_math },
	[0x1b] = { "semaphore-signal", LEN8, 2, 2, 0, mi_nothing },
	[0x1c] = { "semaphore-wait", LEN8, 4, 5, 0, mi_semaphore_wait },
	[0x1d] = { "force-wakeup", LEN8, 2, 2, 0, NULL },
	[0x20] = { "store-data-imm", GENMASK(9, 0), 4, 1025, 0, mi_store_data },
	[0x22] = { "load-register-imm", LEN8, 3, 257, 0, mi_load_reg_imm },
	[0x24] = { "store-register-mem", LEN8, 4, 4, 0, mi_store_reg_mem },
	[0x26] = { "flush-dw", GENMASK(5, 0), 3, 5, NOT_3D, mi_flush_dw },
	[0x28] = { "report-perf-count", LEN8, 4, 4, ON_3D, mi_report_perf },
	[0x29] = { "load-register-mem", LEN8, 4, 4, 0, mi_load_reg_mem },
	[0x2a] = { "load-register-reg", LEN8, 3, 3, 0, mi_load_reg_reg },
	[0x2e] = { "copy-mem-mem", LEN8, 5, 5, 0, mi_copy_mem },
	[0x2f] = { "atomic", LEN8, 3, 11, 0, mi_atomic },
	[OP_BATCH_START] = { "batch-start", LEN8, 3, 3, 0, mi_batch_start },
	[0x36] = { "conditional-batch-end", LEN8, 4, 4, 0, mi_cond_batch_end },
};

const char *mi_name(u32 header)
{
	return mi_ops[MI_OPCODE(header)].name;
}

unsigned int mi_length(struct cs_engine *cs, u32 header)
{
	const struct mi_op *op = &mi_ops[MI_OPCODE(header)];
	unsigned int len;

	if (!op->name || (op->classes && !(op->classes & BIT(cs->info->class))))
		return 0;
	len = op->length ? (header & op->length) + 2 : 1;
	return len < op->min || len > op->max ? 0 : len;
}

/* In a batch, predication turns all but its own controls and the way out into no-ops. */
static bool predicated(struct cs_engine *cs, unsigned int opcode)
{
	if (!cs->depth || !(reg_peek(cs->gpu, cs->info->base + MI_SET_PREDICATE_RESULT) & PREDICATE_BIT))
		return false;
	if (opcode == OP_BATCH_START)
		return cs->cmd[0] & BATCH_PREDICATED;
	return opcode != OP_SET_PREDICATE && opcode != OP_BATCH_END;
}

enum cs_exec mi_exec(struct cs_engine *cs, unsigned int len)
{
	unsigned int opcode = MI_OPCODE(cs->cmd[0]);

	if (predicated(cs, opcode))
		return X_NEXT;
	if (!mi_ops[opcode].fn) {
		cs->skipped++;
		return X_NEXT;
	}
	return mi_ops[opcode].fn(cs, len);
}
