// SPDX-License-Identifier: MIT
/* MI_MATH (a small 64-bit ALU on the engine's general purpose registers) and MI_ATOMIC. */
#include <errno.h>
#include <string.h>

#include "cs_internal.h"
#include "fault.h"
#include "platform.h"
#include "reg.h"

#define ALU_OPCODE(w)	((w) >> 20)
#define ALU_OP1(w)	((w) >> 10 & 0x3ff)
#define ALU_OP2(w)	((w) & 0x3ff)

#define ALU_SRCA	0x20
#define ALU_SRCB	0x21
#define ALU_ACCU	0x31
#define ALU_ZF		0x32
#define ALU_CF		0x33

struct alu {
	u64 srca, srcb, accu;
	bool zf, cf;
};

static u64 gpr_read(struct cs_engine *cs, unsigned int i)
{
	u32 off = cs->info->base + CS_GPR(i);

	return (u64)reg_peek(cs->gpu, off + 4) << 32 | reg_peek(cs->gpu, off);
}

static void gpr_write(struct cs_engine *cs, unsigned int i, u64 value)
{
	u32 off = cs->info->base + CS_GPR(i);

	reg_poke(cs->gpu, off, (u32)value);
	reg_poke(cs->gpu, off + 4, (u32)(value >> 32));
}

static bool alu_load(struct cs_engine *cs, struct alu *alu, u32 word, bool constant, u64 value)
{
	u64 *to;

	if (ALU_OP1(word) == ALU_SRCA)
		to = &alu->srca;
	else if (ALU_OP1(word) == ALU_SRCB)
		to = &alu->srcb;
	else
		return false;
	if (constant) {
		*to = value;
		return true;
	}
	if (ALU_OP2(word) >= CS_GPR_COUNT)
		return false;
	*to = gpr_read(cs, ALU_OP2(word)) ^ value;
	return true;
}

/* Flags are stored as all ones or 0. */
static bool alu_store(struct cs_engine *cs, const struct alu *alu, u32 word, u64 invert)
{
	u64 value;

	switch (ALU_OP2(word)) {
	case ALU_ACCU:
		value = alu->accu;
		break;
	case ALU_ZF:
		value = alu->zf ? ~0ull : 0;
		break;
	case ALU_CF:
		value = alu->cf ? ~0ull : 0;
		break;
	default:
		return false;
	}
	if (ALU_OP1(word) >= CS_GPR_COUNT)
		return false;
	gpr_write(cs, ALU_OP1(word), value ^ invert);
	return true;
}

static bool alu_compute(struct alu *alu, u32 opcode)
{
	u64 a = alu->srca, b = alu->srcb, r;
	bool carry = false;

	switch (opcode) {
	case 0x100:
		carry = __builtin_add_overflow(a, b, &r);
		break;
	case 0x101:
		carry = __builtin_sub_overflow(a, b, &r);
		break;
	case 0x102:
		r = a & b;
		break;
	case 0x103:
		r = a | b;
		break;
	case 0x104:
		r = a ^ b;
		break;
	case 0x105:
		r = a << (b & 63);
		break;
	case 0x106:
		r = a >> (b & 63);
		break;
	case 0x107:
		r = (u64)((int64_t)a >> (b & 63));
		break;
	default:
		return false;
	}
	alu->accu = r;
	alu->zf = !r;
	alu->cf = carry;
	return true;
}

static bool alu_step(struct cs_engine *cs, struct alu *alu, u32 word)
{
	switch (ALU_OPCODE(word)) {
	case 0x000:	/* no-op */
	case 0x001:	/* fence */
		return true;
	case 0x080:
		return alu_load(cs, alu, word, false, 0);
	case 0x480:
		return alu_load(cs, alu, word, false, ~0ull);
	case 0x081:
		return alu_load(cs, alu, word, true, 0);
	case 0x481:
		return alu_load(cs, alu, word, true, ~0ull);
	case 0x180:
		return alu_store(cs, alu, word, 0);
	case 0x580:
		return alu_store(cs, alu, word, ~0ull);
	default:
		return alu_compute(alu, ALU_OPCODE(word));
	}
}

enum cs_exec mi_math(struct cs_engine *cs, unsigned int len)
{
	struct alu alu = { 0 };
	unsigned int i;

	for (i = 1; i < len; i++)
		if (!alu_step(cs, &alu, cs->cmd[i]))
			return cs_illegal(cs, "math: illegal instruction 0x%08x", cs->cmd[i]);
	return X_NEXT;
}

/*
 * Atomic operations.  Sub-opcode: bits 3:0 operation, 7:5 width (0: 4 bytes, 1: 8, 2: 16).  The
 * result is the new value; what was there before goes to GPR 0 if bit 16 asks for it.
 */
#define ATOMIC_GGTT		BIT(22)
#define ATOMIC_INLINE		BIT(18)
#define ATOMIC_RETURN		BIT(16)
#define ATOMIC_OPCODE		GENMASK(15, 8)
#define ATOMIC_OP(opcode)	((opcode) & 0x1f)
#define ATOMIC_WIDTH(opcode)	((opcode) >> 5)

static bool atomic_new(unsigned int op, bool wide, u64 old, u64 a, u64 b, u64 *new)
{
	int64_t sold = wide ? (int64_t)old : (int32_t)old;
	int64_t sa = wide ? (int64_t)a : (int32_t)a;

	switch (op) {
	case 0x01:
		*new = old & a;
		return true;
	case 0x02:
		*new = old | a;
		return true;
	case 0x03:
		*new = old ^ a;
		return true;
	case 0x04:
		*new = a;
		return true;
	case 0x05:
		*new = old + 1;
		return true;
	case 0x06:
	case 0x0f:	/* predecrement: differs in what is returned */
		*new = old - 1;
		return true;
	case 0x07:
		*new = old + a;
		return true;
	case 0x08:
		*new = old - a;
		return true;
	case 0x09:
		*new = a - old;
		return true;
	case 0x0a:
		*new = sold > sa ? old : a;
		return true;
	case 0x0b:
		*new = sold < sa ? old : a;
		return true;
	case 0x0c:
		*new = MAX(old, a);
		return true;
	case 0x0d:
		*new = MIN(old, a);
		return true;
	case 0x0e:	/* compare and write */
		*new = old == a ? b : old;
		return true;
	default:
		return false;
	}
}

/* The guest's CPUs may work on the same word. */
static bool atomic32(u32 *p, unsigned int op, u64 a, u64 b, u64 *old)
{
	u32 seen = __atomic_load_n(p, __ATOMIC_ACQUIRE);
	u64 new;

	do {
		if (!atomic_new(op, false, seen, (u32)a, (u32)b, &new))
			return false;
	} while (!__atomic_compare_exchange_n(p, &seen, (u32)new, false, __ATOMIC_ACQ_REL,
					      __ATOMIC_ACQUIRE));
	*old = seen;
	return true;
}

static bool atomic64(u64 *p, unsigned int op, u64 a, u64 b, u64 *old)
{
	u64 seen = __atomic_load_n(p, __ATOMIC_ACQUIRE), new;

	do {
		if (!atomic_new(op, true, seen, a, b, &new))
			return false;
	} while (!__atomic_compare_exchange_n(p, &seen, new, false, __ATOMIC_ACQ_REL,
					      __ATOMIC_ACQUIRE));
	*old = seen;
	return true;
}

/* Operands in the command (low words first, then high words), or in registers 0/1 and 2/3. */
static void atomic_operands(struct cs_engine *cs, u64 *a, u64 *b)
{
	if (cs->cmd[0] & ATOMIC_INLINE) {
		*a = (u64)cs->cmd[5] << 32 | cs->cmd[3];
		*b = (u64)cs->cmd[6] << 32 | cs->cmd[4];
	} else {
		*a = gpr_read(cs, 0);
		*b = gpr_read(cs, 2);
	}
}

static enum cs_exec atomic_at(struct cs_engine *cs, u64 addr, bool ggtt, unsigned int op, bool wide)
{
	struct xlat x = { 0 };
	u64 a, b, old = 0, zero = 0;
	void *ptr = &zero;
	int err = cs_xlate(cs, addr, ggtt, true, &x);

	if (!err && x.space != MEM_NULL) {
		ptr = phys_ptr(cs->gpu, x.space, x.addr, wide ? 8 : 4, true);
		if (!ptr)
			err = is_gone(cs->gpu) ? -ENODEV : -EFAULT;
	}
	if (err)
		return cs_fault(cs, addr, ggtt || !cs->ppgtt, true, x.level, err);
	atomic_operands(cs, &a, &b);
	if (!(wide ? atomic64(ptr, op, a, b, &old) : atomic32(ptr, op, a, b, &old)))
		return cs_illegal(cs, "atomic operation 0x%x", op);
	if (cs->cmd[0] & ATOMIC_RETURN)
		gpr_write(cs, 0, op == 0x0f ? old - 1 : old);
	return X_NEXT;
}

enum cs_exec mi_atomic(struct cs_engine *cs, unsigned int len)
{
	u32 header = cs->cmd[0], opcode = FIELD_GET(ATOMIC_OPCODE, header);
	unsigned int width = ATOMIC_WIDTH(opcode);
	bool ggtt = header & ATOMIC_GGTT;
	u64 addr = cs_addr(cs->cmd + 1);

	if (len != (header & ATOMIC_INLINE ? 11u : 3u))
		return cs_illegal(cs, "atomic command of %u words", len);
	if (width > 1)
		return cs_illegal(cs, "atomic operation 0x%x", opcode);
	if (addr & (width ? 7 : 3))
		return cs_illegal(cs, "atomic at 0x%llx", (unsigned long long)addr);
	if (ggtt && !mi_may_use_ggtt(cs))
		return X_NEXT;
	return atomic_at(cs, addr, ggtt, ATOMIC_OP(opcode), width);
}
