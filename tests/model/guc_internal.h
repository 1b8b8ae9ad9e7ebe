/* SPDX-License-Identifier: MIT */
/*
 * The GuC model's own parts and what they hold.  Only guc*.c includes this.
 *
 *	guc.c		life of the object, reset, doorbell, control commands
 *	guc_boot.c	DMA of the firmware images, boot status
 *	guc_ads.c	the additional data structures that the host hands over at boot
 *	guc_mbox.c	the four-word mailbox and what can be asked there
 *	guc_ct.c	the two rings
 *	guc_action.c	what a message on the H2G ring must look like, and who answers it
 *	guc_context.c	contexts: registration, policies, enable and disable
 *	guc_sched.c	who runs where and for how long; preemption and engine reset
 *	guc_slpc.c	frequency limits
 *
 * Every structure here is owned by struct guc and is gone, as the driver sees it, after guc_reset().
 */
#ifndef XE_MODEL_GUC_INTERNAL_H
#define XE_MODEL_GUC_INTERNAL_H

#include <stdio.h>

#include "cs.h"
#include "gt.h"
#include "guc.h"
#include "journal.h"
#include "platform.h"
#include "reg.h"

#define USEC			1000ull
#define MSEC			1000000ull

/* Registers, to be added to gt->window */
#define GUC_STATUS		0xc000
#define SOFT_SCRATCH(n)		(0xc180 + (n) * 4)
#define HUC_KERNEL_LOAD_INFO	0xc1dc
#define UOS_RSA_SCRATCH(n)	(0xc200 + (n) * 4)
#define DMA_ADDR_0_LOW		0xc300
#define DMA_ADDR_0_HIGH		0xc304
#define DMA_ADDR_1_LOW		0xc308
#define DMA_ADDR_1_HIGH		0xc30c
#define DMA_COPY_SIZE		0xc310
#define DMA_CTRL		0xc314
/* Common to both GTs */
#define VF_SW_FLAG		0x190240
#define MED_VF_SW_FLAG		0x190310

/*
 * What the GuC may be told to use of the GGTT: above the WOPCM that the driver set up (up to the next MiB; all of
 * it before that), below the interrupt controller.
 */
#define GUC_GGTT_END		0xfee00000ull
#define GUC_WOPCM_MAX		MIB(8)

/* HXG message header */
#define HXG_FROM_GUC		BIT(31)
#define HXG_TYPE		GENMASK(30, 28)
#define HXG_DATA0		GENMASK(27, 16)
#define HXG_ACTION		GENMASK(15, 0)
enum hxg_type {
	HXG_REQUEST = 0, HXG_EVENT = 1, HXG_FAST_REQUEST = 2,
	HXG_BUSY = 3, HXG_RETRY = 5, HXG_FAILURE = 6, HXG_SUCCESS = 7,
};

/* Messages of the host */
enum h2g_action {
	H2G_LOG_FLUSH_DONE	= 0x0030,
	H2G_LOG_FORCE_FLUSH	= 0x0302,
	H2G_POLICY_CHANGE	= 0x0506,
	H2G_SELF_CONFIG		= 0x0508,
	H2G_SCHEDULING_KLV	= 0x0509,
	H2G_SCHEDULE		= 0x1000,
	H2G_MODE_SET		= 0x1001,
	H2G_UPDATE_POLICIES	= 0x100b,
	H2G_SLPC		= 0x3003,
	H2G_RC_CONTROL		= 0x3004,
	H2G_AUTH_HUC		= 0x4000,
	H2G_GET_HWCONFIG	= 0x4100,
	H2G_REGISTER		= 0x4502,
	H2G_DEREGISTER		= 0x4503,
	H2G_CONTROL_CTB		= 0x4509,
	H2G_REGISTER_PARALLEL	= 0x4601,
	H2G_SOFT_RESET		= 0x5507,
	H2G_ACTIVITY_BUFFER	= 0x550c,
	H2G_OPT_IN		= 0x550e,
	H2G_FAULT_REPLY		= 0x6003,
	H2G_TLB_INVALIDATE	= 0x7000,
};

/* Events of the GuC */
enum g2h_action {
	G2H_MODE_DONE		= 0x1002,
	G2H_CONTEXT_RESET	= 0x1008,
	G2H_ENGINE_FAILED	= 0x1009,
	G2H_DEREGISTERED	= 0x4600,
	G2H_MEMORY_ERROR	= 0x6000,
	G2H_PAGE_FAULT		= 0x6002,
	G2H_TLB_DONE		= 0x7001,
	G2H_CRASH_POSTED	= 0x8004,
};

/* Error codes of a FAILURE answer */
enum guc_error {
	GUC_OK			= 0,
	GUC_ERR_STATE		= 0x0a,
	GUC_ERR_UNSUPPORTED	= 0x20,
	GUC_ERR_ACTION		= 0x30,
	GUC_ERR_CANNOT		= 0x41,
	GUC_ERR_PARAMS		= 0x60,
	GUC_ERR_BUFFER		= 0x71,
	GUC_ERR_GGTT		= 0x80,
	GUC_ERR_KLV		= 0x103,
	GUC_ERR_NOT_REGISTERED	= 0x304,
	GUC_ERR_DESCRIPTOR	= 0x306,
};

struct guc_context;
struct sched_engine;

/* ---- boot ---- */

enum guc_state {
	GUC_IN_RESET,	/* waits for its firmware */
	GUC_BOOTING,
	GUC_RUNNING,
	GUC_FAILED,	/* boot ended badly */
	GUC_CRASHED,	/* on purpose: FAULT_GUC_CRASH */
};

#define GUC_BOOT_STEPS	8

struct guc_image {	/* what a CSS header says */
	u32 bytes;	/* header and code */
	u32 version, submission, date;
	u32 key_bytes, private_bytes;
	bool valid;
};

struct guc_boot {
	struct guc_image fw, huc;
	u8 *wopcm;			/* GUC_WOPCM_MAX bytes, allocated at the first DMA */
	u32 steps[GUC_BOOT_STEPS];	/* values that GUC_STATUS goes through */
	unsigned int num_steps, step;
	bool hang;			/* stays at the last step */
	unsigned int timer;
	u32 params[14];
	u64 boots;
};

/* ---- ADS ---- */

#define GUC_CLASSES		16
#define GUC_INSTANCES		32

struct guc_ads {
	u64 base;
	u8 mapping[GUC_CLASSES][GUC_INSTANCES];	/* logical to physical instance, 32: none */
	u32 enabled[GUC_CLASSES];
	u32 golden[GUC_CLASSES], state_size[GUC_CLASSES];
	u32 private_data, um_init;
	unsigned int lists, list_regs;	/* register lists and registers in them */
	bool no_engine_reset;		/* policy: leave a hung engine alone */
};

/* ---- command channel ---- */

#define CT_MSG_MAX	256	/* words: one header, up to 255 more */
#define CT_OUT_WORDS	8	/* the longest message that the model sends */
#define CT_OUT_MAX	1024	/* messages that wait for room */

struct guc_ctb {
	u64 desc, buf;
	u32 size;	/* words */
	u32 pos;	/* H2G: our head, G2H: our tail */
	u32 shown;	/* what the descriptor was told; differs only on purpose */
	bool has_desc, has_buf;
};

struct guc_msg {
	u32 len;
	u32 word[CT_OUT_WORDS];
};

/* A message that is held back on purpose. */
#define GUC_LATE_MAX	256

struct guc_late {
	struct guc *guc;
	unsigned int timer;	/* 0: free */
	struct guc_msg msg;
};

struct guc_ct {
	struct guc_ctb h2g, g2h;
	bool enabled, broken, stalled;
	bool irq;			/* events published, interrupt owed */
	unsigned int late_receive;	/* a timer: H2G is left alone until then */
	u32 most;			/* words that waited in H2G at once */
	struct guc_msg out[CT_OUT_MAX];	/* waits for room, a ring */
	unsigned int out_first, out_count;
	u64 received, sent, queued;
	u32 tlb_seqno;			/* of the last invalidation, 0: none yet */
	struct guc_late late[GUC_LATE_MAX];
	u32 faults, answered;		/* page faults that were reported, on purpose, and that were answered */
	u32 due;			/* as many have to be answered when the timer fires */
	unsigned int fault_timer;
	bool tainted;			/* a message of the host was lost on purpose */
};

/* ---- contexts and engines ---- */

#define GUC_MAX_CONTEXTS	65535u
#define GUC_PRIORITIES		4
#define GUC_MAX_ENGINES		32

enum context_state {
	CTX_DISABLED,
	CTX_IDLE,	/* enabled, ring empty when last looked at */
	CTX_READY,	/* in a run queue */
	CTX_RUNNING,	/* loaded on an engine */
};

struct guc_context {
	u16 id;
	u8 class;
	u32 logical;		/* mask as registered */
	u32 engines;		/* mask of sched.engine[] */
	u64 desc;		/* LRC descriptor */
	/*
	 * A parallel context is never on an engine itself: its children are, which nobody knows by number.
	 * Whether it is enabled, was reset, or owes events is the parent's.
	 */
	struct guc_context *parent;
	struct guc_context **child;
	unsigned int width;	/* children; 0: not parallel */
	u64 wq_desc, wq_base;	/* GGTT */
	u32 wq_size, wq_head;	/* bytes */
	enum context_state state;
	bool enabled;		/* as the host wants it */
	bool was_reset;		/* told the host 0x1008 or 0x6000; off until enabled again */
	bool dirty;		/* 0x1000 arrived while running: the tail is new */
	bool waits;		/* on memory: last run ended in CS_WAIT */
	bool deregister;
	unsigned int owed;	/* disable events that are owed */
	u32 quantum_us, preempt_us, priority;
	struct guc_context *next, *prev;	/* run queue */
	struct sched_engine *engine;
	u64 runs, resets, commands, ran_ns;
};

struct run_list {
	struct guc_context *first, *last;
	unsigned int count;
};

struct sched_engine {
	struct cs_engine *cs;
	u8 class;
	u8 instance;			/* physical, as in the mapping table */
	struct guc_context *current;
	u64 slice_start, slice_commands, accounted;
	bool stopped;			/* hung: nothing executes until reset */
	bool preempting;
	u64 deadline;			/* of the preemption, 0: none */
	unsigned int grace;		/* commands that it may still take, whatever the clock says */
	unsigned int yields;
	u64 resets;
};

struct guc_sched {
	struct guc_context **context;	/* [GUC_MAX_CONTEXTS] */
	unsigned int num_contexts;
	u8 *lrca_used;			/* bit per GGTT page: a context's status page */
	struct run_list queue[GUC_CLASS_COUNT][GUC_PRIORITIES];
	struct sched_engine engine[GUC_MAX_ENGINES];
	unsigned int num_engines, next_engine;
	u32 placements;			/* of parallel contexts, so far */
	unsigned int timer;		/* the next thing that only time brings */
	u64 timer_at;
	u64 wait_ns;			/* how long to leave waiting contexts alone */
};

struct guc_slpc {
	u64 shared;			/* GGTT address, 0: not started */
	u32 min, max;			/* units of 50/3 MHz */
	bool min_set, max_set;
	u32 param[32];
	u32 param_set;
	u32 rc_mode;
};

struct guc {
	struct gt *gt;
	struct gpu *gpu;
	enum guc_state state;
	u32 mbox;
	unsigned int mbox_timer;	/* of an answer that is held back on purpose, 0: none */
	u32 mbox_late;			/* that answer */
	u32 mbox_left;			/* what a fault left in word 0: no request, 0: nothing */
	u64 chatter_us;			/* the firmware writes to its log so often, 0: when it must */
	unsigned int chatter_timer;
	bool working;			/* engines run: a batch may ring, or reset, its own GuC */
	bool rung, reset_pending;	/* it did; for when they have stopped */
	struct guc_boot boot;
	struct guc_ads ads;
	struct guc_ct ct;
	struct guc_sched sched;
	struct guc_slpc slpc;
	u64 actions[64];		/* by index of the action table */
};

/* Registers of this GT */
static inline u32 guc_reg(struct guc *guc, u32 off)
{
	return reg_peek(guc->gpu, guc->gt->window + off);
}

static inline void guc_reg_set(struct guc *guc, u32 off, u32 value)
{
	reg_poke(guc->gpu, guc->gt->window + off, value);
}

/* guc.c: true if @addr..@addr+@len is GGTT that a buffer of the host may use and every page is mapped. */
bool guc_buffer_ok(struct guc *guc, u64 addr, u64 len);
void guc_crash(struct guc *guc);
/*
 * A violation of the order in which messages must come.  When one of them was lost on purpose, what looks
 * wrong is no fault of the driver: only journaled, until the GuC is reset.
 */
void guc_disorder(struct guc *guc, enum violation what, const char *fmt, ...) PRINTF(3, 4);

/* guc_boot.c */
void guc_boot_reset(struct guc *guc);
void guc_boot_fini(struct guc *guc);
enum guc_error guc_auth_huc(struct guc *guc, u32 signature);

/* guc_ads.c: 0, or the firmware status that says what is wrong. */
u8 guc_ads_load(struct guc *guc, u64 base);
bool guc_ads_load_policies(struct guc *guc, u64 addr);

/* guc_mbox.c */
void guc_mbox_reset(struct guc *guc);
void guc_mbox_handle(struct guc *guc);

/* guc_ct.c */
void guc_ct_reset(struct guc *guc);
enum guc_error guc_ct_config(struct guc *guc, u16 key, u16 len, u64 value);
bool guc_ct_known_key(u16 key);
enum guc_error guc_ct_control(struct guc *guc, bool enable);
void guc_ct_receive(struct guc *guc);
void guc_ct_flush(struct guc *guc);	/* send what waits, then the interrupt */
bool guc_ct_waiting(struct guc *guc);
void guc_ct_event(struct guc *guc, enum g2h_action action, const u32 *payload, unsigned int len);
void guc_ct_answer(struct guc *guc, u16 fence, u32 hxg);
enum guc_error guc_ct_fault_reply(struct guc *guc, const u32 *payload);

/* guc_action.c: one complete message. @hxg[0] is its header. */
void guc_action(struct guc *guc, u16 fence, const u32 *hxg, unsigned int len);
const char *guc_action_name(unsigned int index, u16 *code);

/* guc_context.c */
void guc_contexts_init(struct guc *guc);
void guc_contexts_reset(struct guc *guc);	/* forget them all */
void guc_contexts_fini(struct guc *guc);
struct guc_context *guc_context_find(struct guc *guc, u32 id);
enum guc_error guc_context_register(struct guc *guc, const u32 *payload, bool parallel, unsigned int len);
enum guc_error guc_context_deregister(struct guc *guc, u32 id);
enum guc_error guc_context_mode(struct guc *guc, u32 id, u32 enable);
enum guc_error guc_context_schedule(struct guc *guc, u32 id);
enum guc_error guc_context_policies(struct guc *guc, const u32 *payload, unsigned int len);
/* The one that the host knows: the context itself, or its parent. */
static inline struct guc_context *guc_context_top(struct guc_context *ctx)
{
	return ctx->parent ? ctx->parent : ctx;
}

/* Reset by the firmware: off, and the host is told, until it enables the context again. */
void guc_context_was_reset(struct guc_context *ctx);
void guc_context_settle(struct guc *guc, struct guc_context *ctx);	/* events owed, once it is off its engine */
void guc_contexts_print(struct guc *guc, FILE *out);

/* guc_sched.c */
void guc_sched_init(struct guc *guc);
void guc_sched_reset(struct guc *guc);	/* all of it is forgotten; the engines know nothing of that */
void guc_sched_stop(struct guc *guc);	/* the engines drop what they have loaded */
/*
 * A reset of the GuC alone does not stop the engines, nor does its crash: what is loaded runs on until its ring
 * is empty.  True if there is more to run.
 */
bool guc_sched_orphans(struct guc *guc, unsigned int budget);
/* A violation for each engine that has a context loaded. */
void guc_sched_check_stopped(struct guc *guc, const char *when);
void guc_sched_ready(struct guc *guc, struct guc_context *ctx);	/* has, or may have, work */
void guc_sched_remove(struct guc *guc, struct guc_context *ctx);	/* out of its run queue */
bool guc_sched_run(struct guc *guc, unsigned int budget);
void guc_sched_timer(struct guc *guc);	/* set the timer for what comes next */

/* guc_slpc.c */
void guc_slpc_reset(struct guc *guc);
enum guc_error guc_slpc_request(struct guc *guc, const u32 *payload, unsigned int len);
enum guc_error guc_rc_control(struct guc *guc, u32 mode);

#endif
