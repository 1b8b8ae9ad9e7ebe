/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the command streamer: cs.c (fetch and run), cs_ctx.c (context image),
 * cs_regs.c (registers), cs_mi.c, cs_alu.c, cs_pipe.c, cs_blt.c, cs_tile.c (commands), cs_ctl.c.
 */
#ifndef XE_MODEL_CS_INTERNAL_H
#define XE_MODEL_CS_INTERNAL_H

#include "cs.h"
#include "lrc.h"
#include "mem.h"

#define CS_MAX_WORDS	1026u	/* longest command fetched whole: store data */
#define CS_MAX_DEPTH	3u	/* batch, second level, third level */
#define CS_STACK_WORDS	6u
#define CS_WHOLE_MAX	4096u	/* commands of a batch that is run whole */
#define CS_STEP_NS	100u	/* a command's time when the clock counts steps */

/* How the execution of a command ended */
enum cs_exec {
	X_NEXT,		/* go on behind it */
	X_JUMP,		/* it set the position itself */
	X_AGAIN,	/* not finished: go on with it later (long blits) */
	X_WAIT,		/* condition not met: try it again later */
	X_FAULT,	/* cs->err says where */
	X_ERROR,	/* cs->err.text says what */
};

struct cs_level {
	u64 addr;	/* of the next command */
	bool ggtt;
};

/* One page of the instruction stream, translated. */
struct cs_page {
	bool valid, ggtt, null;
	u64 page;
	const u8 *ptr;
};

struct cs_engine {
	struct gt *gt;
	struct gpu *gpu;
	const struct engine_info *info;

	bool loaded;
	bool stopped;			/* by a fault or an error: until reset */
	enum cs_stop last;
	struct cs_error err;

	u32 lrc;			/* GGTT address of the status page */
	bool fenced_said;		/* a write after the fences was reported */
	bool ppgtt;
	u64 root;
	u32 asid;
	struct ppgtt_tlb *tlb;
	u32 control;			/* word 3 of the image */
	u32 ring_start, ring_ctl, ring_size, head, tail;

	unsigned int depth;		/* 0: in the ring */
	struct cs_level bb[CS_MAX_DEPTH];
	bool arb_off;
	bool arb_point;			/* the last command was a place to switch contexts */
	unsigned int pushed;		/* words written to the stack port during a load */
	u32 stack[CS_STACK_WORDS];

	u64 time_base;			/* context time at load, in reference ticks */
	u64 load_ns;

	u32 ipehr;
	u32 next_head;			/* position behind the command being executed */
	u64 next_addr;
	unsigned int charge;		/* budget the command costs */
	unsigned int left;		/* budget left when it started */
	u64 progress;			/* of a blit that is executed in pieces */
	u64 skipped;			/* commands skipped by length */

	struct cs_page ring_page, batch_page;
	u32 cmd[CS_MAX_WORDS];
};

/* cs.c */
int cs_read(struct cs_engine *cs, u64 addr, bool ggtt, void *buf, size_t len);
int cs_write(struct cs_engine *cs, u64 addr, bool ggtt, const void *buf, size_t len);
int cs_xlate(struct cs_engine *cs, u64 addr, bool ggtt, bool write, struct xlat *x);
enum cs_exec cs_fault(struct cs_engine *cs, u64 addr, bool ggtt, bool write, u8 level, int err);
enum cs_exec cs_illegal(struct cs_engine *cs, const char *fmt, ...) PRINTF(2, 3);
void cs_flush_pages(struct cs_engine *cs);
/* To be asked by every write of the engine. */
void cs_check_fenced(struct cs_engine *cs, u64 addr);
/* True if the command comes from the ring or a GGTT batch: it may touch registers and the GGTT. */
bool cs_privileged(const struct cs_engine *cs);
u64 cs_position(const struct cs_engine *cs);
/*
 * A batch in the GGTT, run whole between two commands of the context: up to its batch end, or for @bytes if that
 * is not 0.  -EINVAL if it does not get there.
 */
int cs_run_whole(struct cs_engine *cs, u64 addr, u32 bytes);

static inline u64 cs_addr(const u32 *lo)
{
	return (u64)lo[1] << 32 | lo[0];
}

/* cs_ctx.c */
u64 cs_ticks(const struct cs_engine *cs, u64 ns);	/* reference clock */
u64 cs_engine_time(const struct cs_engine *cs);
void cs_stack_push(struct cs_engine *cs, u32 value);

/* cs_mi.c: one MI command; the words are in cs->cmd. Length 0: illegal. */
unsigned int mi_length(struct cs_engine *cs, u32 header);
enum cs_exec mi_exec(struct cs_engine *cs, unsigned int len);
const char *mi_name(u32 header);
enum cs_exec mi_reg_write(struct cs_engine *cs, u32 off, u32 value);
enum cs_exec mi_reg_read(struct cs_engine *cs, u32 off, u32 *value);
bool mi_compare(unsigned int op, u32 a, u32 b);
enum cs_exec mi_timestamp(struct cs_engine *cs, u64 addr, bool ggtt);
void mi_interrupt(struct cs_engine *cs, u16 bits);
/* A store that a user batch may not make is dropped, as hardware does. */
bool mi_may_use_ggtt(struct cs_engine *cs);

/* cs_alu.c */
enum cs_exec mi_math(struct cs_engine *cs, unsigned int len);
enum cs_exec mi_atomic(struct cs_engine *cs, unsigned int len);

/* cs_pipe.c: render pipe and state commands (clients 3 and 4) */
unsigned int pipe_length(struct cs_engine *cs, u32 header);
enum cs_exec pipe_exec(struct cs_engine *cs, unsigned int len);

/* cs_blt.c: client 2 */
unsigned int blt_length(struct cs_engine *cs, u32 header);
enum cs_exec blt_exec(struct cs_engine *cs, unsigned int len);

/* cs_ctl.c */
void cs_ctl_init(struct gpu *gpu);

#endif
