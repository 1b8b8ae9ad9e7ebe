// SPDX-License-Identifier: MIT
/*
 * A command streamer: fetches commands from the ring and from batches and hands them to cs_mi.c,
 * cs_pipe.c or cs_blt.c.
 *
 * Everything in memory belongs to the guest and may change at any time: a command is copied once
 * and judged by the copy.  Each run is bounded by its budget; a command that would take longer (a
 * large blit) is executed in pieces.
 *
 * Contexts are switched between two commands only.  A budget's last quarter is for finding a good
 * place: the run ends early at a command that allows the switch (arbitration point).
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clk.h"
#include "cs_internal.h"
#include "fault.h"
#include "journal.h"
#include "platform.h"
#include "reg.h"

#define CLIENT(header)	((header) >> 29)

struct cs_engine *cs_create(struct gt *gt, const struct engine_info *info)
{
	struct cs_engine *cs = calloc(1, sizeof(*cs));

	if (!cs)
		abort();
	cs->gt = gt;
	cs->gpu = gt->gpu;
	cs->info = info;
	cs->last = CS_IDLE;
	cs->tlb = ppgtt_tlb_create(info->name);
	if (gt->gpu->ctl && info == gt->gpu->platform->gt[0].engines)
		cs_ctl_init(gt->gpu);
	return cs;
}

void cs_destroy(struct cs_engine *cs)
{
	ppgtt_tlb_destroy(cs->tlb);
	free(cs);
}

const struct engine_info *cs_info(const struct cs_engine *cs)
{
	return cs->info;
}

bool cs_privileged(const struct cs_engine *cs)
{
	return !cs->depth || cs->bb[cs->depth - 1].ggtt;
}

u64 cs_position(const struct cs_engine *cs)
{
	return cs->depth ? cs->bb[cs->depth - 1].addr : cs->ring_start + cs->head;
}

void cs_tlb_flush(struct cs_engine *cs)
{
	ppgtt_tlb_flush(cs->tlb);
	cs_flush_pages(cs);
}

void cs_tlb_flush_range(struct cs_engine *cs, u32 asid, u64 start, u64 last)
{
	ppgtt_tlb_flush_range(cs->tlb, asid, start, last);
	cs_flush_pages(cs);
}

void cs_flush_pages(struct cs_engine *cs)
{
	cs->ring_page.valid = false;
	cs->batch_page.valid = false;
}

enum cs_exec cs_illegal(struct cs_engine *cs, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(cs->err.text, sizeof(cs->err.text), fmt, args);
	va_end(args);
	cs->err.address = cs_position(cs);
	cs->err.write = false;
	cs->err.ggtt = cs_privileged(cs);
	cs->err.level = 0;
	return X_ERROR;
}

static const char *fault_text(int err)
{
	switch (err) {
	case -EFAULT:
		return "not mapped";
	case -EPERM:
		return "write to a read-only page";
	case -EINVAL:
		return "malformed entry";
	case -ENODEV:
		return "card is gone";
	default:
		return "failed";
	}
}

enum cs_exec cs_fault(struct cs_engine *cs, u64 addr, bool ggtt, bool write, u8 level, int err)
{
	cs->err.address = addr;
	cs->err.write = write;
	cs->err.ggtt = ggtt;
	cs->err.level = level;
	snprintf(cs->err.text, sizeof(cs->err.text), "%s 0x%llx (command 0x%08x): %s",
		 write ? "write" : "read", (unsigned long long)addr, cs->ipehr, fault_text(err));
	return X_FAULT;
}

/* One report for each context that is on the engine. */
void cs_check_fenced(struct cs_engine *cs, u64 addr)
{
	bool said = cs->fenced_said;

	cs->fenced_said = journal_is_fenced(cs->gpu);
	if (cs->fenced_said && !said)
		violation(cs->gpu, V_WRITE_AFTER_FENCE, "%s: context 0x%08x writes 0x%llx (command 0x%08x)",
			  cs->info->name, cs->lrc, (unsigned long long)addr, cs->ipehr);
}

int cs_xlate(struct cs_engine *cs, u64 addr, bool ggtt, bool write, struct xlat *x)
{
	if (write)
		cs_check_fenced(cs, addr);
	if (ggtt || !cs->ppgtt)
		return ggtt_xlate(cs->gpu, addr, write, x);
	return ppgtt_xlate_tlb(cs->gpu, cs->tlb, cs->asid, cs->root, addr, write, x);
}

static int transfer(struct cs_engine *cs, u64 addr, bool ggtt, bool write, void *buf, size_t len)
{
	struct xlat x = { 0 };
	size_t n;
	int err;

	for (; len; len -= n, addr += n, buf = (u8 *)buf + n) {
		err = cs_xlate(cs, addr, ggtt, write, &x);
		n = 0;
		if (!err) {
			n = MIN(len, x.len);
			err = write ? phys_write(cs->gpu, x.space, x.addr, buf, n) :
				      phys_read(cs->gpu, x.space, x.addr, buf, n);
		}
		if (err) {
			cs_fault(cs, addr, ggtt || !cs->ppgtt, write, x.level, err);
			return err;
		}
	}
	return 0;
}

int cs_read(struct cs_engine *cs, u64 addr, bool ggtt, void *buf, size_t len)
{
	return transfer(cs, addr, ggtt, false, buf, len);
}

int cs_write(struct cs_engine *cs, u64 addr, bool ggtt, const void *buf, size_t len)
{
	union { const void *from; void *buf; } u = { buf };	/* not written to */

	return transfer(cs, addr, ggtt, true, u.buf, len);
}

/* Translate the page that holds @addr of the instruction stream, unless it is the last one used. */
static int load_page(struct cs_engine *cs, struct cs_page *p, u64 addr, bool ggtt)
{
	u64 page = addr & ~(u64)(PAGE_4K - 1);
	struct xlat x = { 0 };
	int err;

	if (p->valid && p->page == page && p->ggtt == ggtt)
		return 0;
	p->valid = false;
	err = cs_xlate(cs, page, ggtt, false, &x);
	if (!err && x.space != MEM_NULL) {
		p->ptr = phys_ptr(cs->gpu, x.space, x.addr, PAGE_4K, false);
		if (!p->ptr)
			err = is_gone(cs->gpu) ? -ENODEV : -EFAULT;
	}
	if (err) {
		cs_fault(cs, addr, ggtt || !cs->ppgtt, false, x.level, err);
		return err;
	}
	p->valid = true;
	p->page = page;
	p->ggtt = ggtt;
	p->null = x.space == MEM_NULL;
	return 0;
}

/* @n words of the instruction stream at @addr, all within one page. */
static int fetch_in_page(struct cs_engine *cs, struct cs_page *p, u64 addr, bool ggtt, u32 *to,
			 unsigned int n)
{
	unsigned int i;
	const u32 *from;
	int err = load_page(cs, p, addr, ggtt);

	if (err)
		return err;
	if (p->null) {
		memset(to, 0, n * sizeof(*to));
		return 0;
	}
	from = (const u32 *)(p->ptr + addr % PAGE_4K);
	for (i = 0; i < n; i++)
		to[i] = __atomic_load_n(from + i, __ATOMIC_RELAXED);
	return 0;
}

static int fetch_batch(struct cs_engine *cs, unsigned int first, unsigned int n)
{
	const struct cs_level *level = &cs->bb[cs->depth - 1];
	u64 addr = level->addr + first * 4ull;
	unsigned int k;
	int err;

	for (; n; n -= k, first += k, addr += k * 4ull) {
		k = MIN(n, (unsigned int)(PAGE_4K - addr % PAGE_4K) / 4);
		err = fetch_in_page(cs, &cs->batch_page, addr, level->ggtt, cs->cmd + first, k);
		if (err)
			return err;
	}
	return 0;
}

/* A command may straddle the end of the ring. */
static int fetch_ring(struct cs_engine *cs, unsigned int first, unsigned int n)
{
	u32 off = (cs->head + first * 4) % cs->ring_size;
	unsigned int k;
	int err;

	for (; n; n -= k, first += k, off = (off + k * 4) % cs->ring_size) {
		k = MIN(n, (PAGE_4K - off % PAGE_4K) / 4);
		err = fetch_in_page(cs, &cs->ring_page, (u64)cs->ring_start + off, true,
				    cs->cmd + first, k);
		if (err)
			return err;
	}
	return 0;
}

static int fetch(struct cs_engine *cs, unsigned int first, unsigned int n)
{
	return cs->depth ? fetch_batch(cs, first, n) : fetch_ring(cs, first, n);
}

/* Length in words, 0 for a command that this engine does not know. */
static unsigned int command_length(struct cs_engine *cs, u32 header)
{
	switch (CLIENT(header)) {
	case 0:
		return mi_length(cs, header);
	case 2:
		return blt_length(cs, header);
	case 3:
	case 4:
	case 5:
		return pipe_length(cs, header);
	default:
		return 0;
	}
}

static bool fits_ring(const struct cs_engine *cs, unsigned int words)
{
	u32 avail = (cs->tail + cs->ring_size - cs->head) % cs->ring_size;

	return words * 4 <= avail;
}

static enum cs_exec dispatch(struct cs_engine *cs, unsigned int len)
{
	switch (CLIENT(cs->cmd[0])) {
	case 0:
		return mi_exec(cs, len);
	case 2:
		return blt_exec(cs, len);
	default:
		return pipe_exec(cs, len);
	}
}

static enum cs_exec command(struct cs_engine *cs)
{
	unsigned int len;

	cs->charge = 1;
	cs->arb_point = false;
	if (fetch(cs, 0, 1))
		return X_FAULT;
	cs->ipehr = cs->cmd[0];
	len = command_length(cs, cs->cmd[0]);
	if (!len)
		return cs_illegal(cs, "illegal command 0x%08x", cs->cmd[0]);
	if (!cs->depth && !fits_ring(cs, len))
		return cs_illegal(cs, "command 0x%08x reaches beyond the ring tail", cs->cmd[0]);
	if (len <= CS_MAX_WORDS && len > 1 && fetch(cs, 1, len - 1))
		return X_FAULT;
	if (cs->depth)
		cs->next_addr = cs->bb[cs->depth - 1].addr + len * 4ull;
	else
		cs->next_head = (cs->head + len * 4) % cs->ring_size;
	return dispatch(cs, len);
}

static void advance(struct cs_engine *cs)
{
	if (cs->depth)
		cs->bb[cs->depth - 1].addr = cs->next_addr;
	else
		cs->head = cs->next_head;
}

static enum cs_stop stop(struct cs_engine *cs, enum cs_exec how)
{
	cs->stopped = true;
	if (is_gone(cs->gpu))
		return CS_HUNG;
	journal_add(cs->gpu, J_CS, "%s: context 0x%08x at 0x%llx: %s", cs->info->name, cs->lrc,
		    (unsigned long long)cs_position(cs), cs->err.text);
	return how == X_FAULT ? CS_FAULT : CS_ERROR;
}

static bool idle(const struct cs_engine *cs)
{
	return !cs->depth && cs->head == cs->tail;
}

static enum cs_stop run(struct cs_engine *cs, unsigned int budget, unsigned int *used, u64 *done)
{
	unsigned int linger = budget - budget / 4;
	enum cs_exec how;

	while (*used < budget) {
		if (idle(cs))
			return CS_IDLE;
		if (*used >= linger && cs_preemptible(cs))
			return CS_BUDGET;
		cs->left = budget - *used;
		how = command(cs);
		*used += MIN(cs->charge, cs->left);
		clk_step(cs->gpu->clk, CS_STEP_NS * (u64)cs->charge);
		if (cs->stopped)	/* hung on purpose */
			return CS_HUNG;
		switch (how) {
		case X_NEXT:
			advance(cs);
			__attribute__((fallthrough));
		case X_JUMP:
			cs->progress = 0;
			(*done)++;
			break;
		case X_AGAIN:
			break;
		case X_WAIT:
			return CS_WAIT;
		case X_FAULT:
		case X_ERROR:
			return stop(cs, how);
		}
	}
	return idle(cs) ? CS_IDLE : CS_BUDGET;
}

enum cs_stop cs_run(struct cs_engine *cs, unsigned int budget, unsigned int *used,
		    struct cs_error *err)
{
	u64 done = 0;

	*used = 0;
	if (!cs->loaded)
		return CS_IDLE;
	if (cs->stopped || is_gone(cs->gpu))
		return CS_HUNG;
	cs_flush_pages(cs);
	cs->skipped = 0;
	cs->last = run(cs, budget, used, &done);
	count_add(cs->gpu, CNT_CMD, done - cs->skipped);
	count_add(cs->gpu, CNT_CMD_SKIPPED, cs->skipped);
	if (err && (cs->last == CS_FAULT || cs->last == CS_ERROR))
		*err = cs->err;
	return cs->last;
}

int cs_run_whole(struct cs_engine *cs, u64 addr, u32 bytes)
{
	u32 predicate = cs->info->base + MI_SET_PREDICATE_RESULT, was = reg_peek(cs->gpu, predicate);
	struct cs_level bb[CS_MAX_DEPTH];
	unsigned int depth = cs->depth, n;
	bool arb_off = cs->arb_off;
	int err = -EINVAL;

	memcpy(bb, cs->bb, sizeof(bb));
	cs->bb[0] = (struct cs_level){ addr, true };
	cs->depth = 1;
	cs->left = CS_WHOLE_MAX;
	reg_poke(cs->gpu, predicate, 0);
	for (n = 0; n < CS_WHOLE_MAX && err; n++) {
		enum cs_exec how = command(cs);

		if (how == X_NEXT)
			advance(cs);
		else if (how != X_JUMP)
			break;
		if (!cs->depth || (bytes && cs->depth == 1 && cs->bb[0].addr - addr >= bytes))
			err = 0;
	}
	count_add(cs->gpu, CNT_CMD, n);
	memcpy(cs->bb, bb, sizeof(bb));
	cs->depth = depth;
	cs->arb_off = arb_off;
	reg_poke(cs->gpu, predicate, was);
	return err;
}

bool cs_preemptible(const struct cs_engine *cs)
{
	if (!cs->loaded || idle(cs))
		return true;
	return !cs->stopped && !cs->arb_off && cs->arb_point && !cs->progress;
}
