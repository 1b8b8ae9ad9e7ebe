// SPDX-License-Identifier: MIT
/*
 * Who runs where, and for how long.
 *
 * Each class has run queues by priority; an engine takes the first context that may run on it.  A
 * context keeps its engine until its ring is empty, a more important one waits, its time slice is
 * over and an equal one waits, or the host disables it.  One that does not let go within its
 * preemption timeout is taken off by an engine reset, and the host is told.
 *
 * A time slice ends by the clock or by a count of commands, whichever is first, so that a batch that
 * spins cannot starve others whatever the clock does.
 */
#include <string.h>

#include "clk.h"
#include "fault.h"
#include "guc_internal.h"
#include "journal.h"

#define CHUNK_COMMANDS		256u	/* between two looks at the other engines */

#define SLICE_COMMANDS		20000u
#define GRACE_COMMANDS		1024u	/* before the clock counts against a context that must go */
#define WAIT_MIN_NS		(50 * USEC)
#define WAIT_MAX_NS		(1 * MSEC)
#define ROOM_RETRY_NS		(500 * USEC)

/* ---- run queues ---- */

static struct run_list *queue_of(struct guc *guc, const struct guc_context *ctx)
{
	return &guc->sched.queue[ctx->class][ctx->priority];
}

static void queue_append(struct run_list *q, struct guc_context *ctx)
{
	ctx->prev = q->last;
	ctx->next = NULL;
	if (q->last)
		q->last->next = ctx;
	else
		q->first = ctx;
	q->last = ctx;
	q->count++;
	ctx->state = CTX_READY;
}

void guc_sched_remove(struct guc *guc, struct guc_context *ctx)
{
	struct run_list *q = queue_of(guc, ctx);

	if (ctx->state != CTX_READY)
		return;
	if (ctx->prev)
		ctx->prev->next = ctx->next;
	else
		q->first = ctx->next;
	if (ctx->next)
		ctx->next->prev = ctx->prev;
	else
		q->last = ctx->prev;
	ctx->prev = NULL;
	ctx->next = NULL;
	q->count--;
	ctx->state = ctx->enabled ? CTX_IDLE : CTX_DISABLED;
}

void guc_sched_ready(struct guc *guc, struct guc_context *ctx)
{
	if (!ctx->enabled)
		return;
	ctx->waits = false;
	if (ctx->state == CTX_RUNNING)
		ctx->dirty = true;
	else if (ctx->state != CTX_READY)
		queue_append(queue_of(guc, ctx), ctx);
}

/* The first that may run on @e, of a priority better than @limit. */
static struct guc_context *queue_first(struct guc *guc, const struct sched_engine *e, unsigned int limit)
{
	u32 bit = BIT(e - guc->sched.engine);
	struct guc_context *ctx;
	unsigned int p;

	for (p = 0; p < limit; p++)
		for (ctx = guc->sched.queue[e->class][p].first; ctx; ctx = ctx->next)
			if (ctx->engines & bit)
				return ctx;
	return NULL;
}

static unsigned int queue_count(struct guc *guc, const struct sched_engine *e)
{
	unsigned int p, n = 0;

	for (p = 0; p < GUC_PRIORITIES; p++)
		n += guc->sched.queue[e->class][p].count;
	return n;
}

/* ---- onto and off an engine ---- */

static void account(struct guc *guc, struct sched_engine *e)
{
	u64 now = clk_ns(guc->gpu->clk);

	e->current->ran_ns += now - e->accounted;
	e->accounted = now;
}

/* The engine is free; the context goes where it belongs now. */
static void detach(struct guc *guc, struct sched_engine *e, bool more)
{
	struct guc_context *ctx = e->current;

	account(guc, e);
	e->current = NULL;
	e->preempting = false;
	e->deadline = 0;
	ctx->engine = NULL;
	ctx->state = ctx->enabled ? CTX_IDLE : CTX_DISABLED;
	more |= ctx->dirty;
	ctx->dirty = false;
	if (more && ctx->enabled)
		queue_append(queue_of(guc, ctx), ctx);
	else
		guc_context_settle(guc, ctx);
}

static void engine_reset(struct guc *guc, struct sched_engine *e)
{
	struct guc_context *ctx = e->current;
	u32 failure[3] = { e->class, e->instance, 1 }, id = guc_context_top(ctx)->id;

	if (fault_take(guc->gpu, FAULT_ENGINE_RESET, NULL)) {
		e->stopped = true;
		e->preempting = false;
		e->deadline = 0;
		guc_ct_event(guc, G2H_ENGINE_FAILED, failure, 3);
		return;
	}
	journal_add(guc->gpu, J_GUC, "gt%u %s reset, context %u", guc->gt->id,
		    cs_info(e->cs)->name, id);
	count(guc->gpu, CNT_ENGINE_RESET);
	if (cs_loaded(e->cs))
		cs_reset(e->cs);
	e->stopped = false;
	e->resets++;
	ctx->resets++;
	guc_context_was_reset(guc_context_top(ctx));
	guc_ct_event(guc, G2H_CONTEXT_RESET, &id, 1);
	detach(guc, e, false);
}

/* An access that the page tables do not allow. */
static void memory_error(struct guc *guc, struct sched_engine *e, const struct cs_error *err)
{
	u32 id = guc_context_top(e->current)->id;

	journal_add(guc->gpu, J_GUC, "gt%u %s context %u: %s of %s %#llx failed at level %u (%s)",
		    guc->gt->id, cs_info(e->cs)->name, id, err->write ? "write" : "read",
		    err->ggtt ? "GGTT" : "PPGTT", (unsigned long long)err->address, err->level,
		    err->text);
	guc_ct_event(guc, G2H_MEMORY_ERROR, &id, 1);
	engine_reset(guc, e);
}

static void switch_out(struct guc *guc, struct sched_engine *e, bool more)
{
	struct cs_error err = { .write = true, .ggtt = true, .text = "saving the context" };

	err.address = e->current->desc;
	if (cs_save(e->cs))
		memory_error(guc, e, &err);
	else
		detach(guc, e, more);
}

static void switch_in(struct guc *guc, struct sched_engine *e, struct guc_context *ctx)
{
	struct cs_error err = { .ggtt = true, .text = "loading the context" };

	guc_sched_remove(guc, ctx);
	ctx->state = CTX_RUNNING;
	ctx->engine = e;
	ctx->dirty = false;
	ctx->waits = false;
	ctx->runs++;
	e->current = ctx;
	e->slice_start = clk_ns(guc->gpu->clk);
	e->accounted = e->slice_start;
	e->slice_commands = 0;
	e->preempting = false;
	e->stopped = false;
	e->deadline = 0;
	count(guc->gpu, CNT_JOB);
	journal_add(guc->gpu, J_GUC, "gt%u %s runs context %u", guc->gt->id, cs_info(e->cs)->name,
		    ctx->id);
	err.address = ctx->desc;
	if (cs_load(e->cs, ctx->desc))
		memory_error(guc, e, &err);
}

/* ---- preemption ---- */

static bool slice_over(struct guc *guc, const struct sched_engine *e)
{
	const struct guc_context *ctx = e->current;

	if (!ctx->quantum_us)
		return false;
	return e->slice_commands > SLICE_COMMANDS ||
	       clk_ns(guc->gpu->clk) - e->slice_start > ctx->quantum_us * USEC;
}

/* Must, or should, the context leave? */
static bool must_leave(struct guc *guc, const struct sched_engine *e)
{
	const struct guc_context *ctx = e->current;

	if (!ctx->enabled || queue_first(guc, e, ctx->priority))
		return true;
	return (ctx->waits || slice_over(guc, e)) && queue_first(guc, e, ctx->priority + 1);
}

static void preempt_start(struct guc *guc, struct sched_engine *e)
{
	const struct guc_context *ctx = e->current;

	e->preempting = true;
	e->grace = GRACE_COMMANDS;
	e->deadline = ctx->preempt_us ?
		      clk_ns(guc->gpu->clk) + ctx->preempt_us * USEC : 0;
}

static bool preempt_late(struct guc *guc, const struct sched_engine *e)
{
	if (guc->ads.no_engine_reset || !e->deadline || clk_ns(guc->gpu->clk) < e->deadline)
		return false;
	return !e->grace || e->stopped || e->current->waits;
}

/* True if the engine was freed. */
static bool preempt(struct guc *guc, struct sched_engine *e)
{
	if (!must_leave(guc, e)) {
		e->preempting = false;
		e->deadline = 0;
		return false;
	}
	if (!e->preempting)
		preempt_start(guc, e);
	if (!e->stopped && cs_preemptible(e->cs))
		switch_out(guc, e, true);
	else if (preempt_late(guc, e))
		engine_reset(guc, e);
	return !e->current;
}

/* ---- running ---- */

static bool engine_stop(struct guc *guc, struct sched_engine *e, enum cs_stop stop,
			const struct cs_error *err, unsigned int used)
{
	struct guc_context *ctx = e->current;

	ctx->waits = false;
	switch (stop) {
	case CS_IDLE:
		switch_out(guc, e, false);
		return true;
	case CS_BUDGET:
		return used;
	case CS_WAIT:
		ctx->waits = true;
		if (used > 1)
			return true;
		/* Give way, but let everybody try only once per turn. */
		return queue_first(guc, e, ctx->priority + 1) &&
		       e->yields++ <= queue_count(guc, e);
	case CS_FAULT:
		memory_error(guc, e, err);
		return true;
	case CS_ERROR:
	case CS_HUNG:
		e->stopped = true;
		return used;
	}
	return false;
}

/* One turn of one engine.  True if something happened. */
static bool engine_turn(struct guc *guc, struct sched_engine *e, unsigned int *budget)
{
	struct cs_error err = { 0 };
	struct guc_context *ctx;
	unsigned int used = 0, chunk;
	enum cs_stop stop;

	if (!e->current) {
		ctx = queue_first(guc, e, GUC_PRIORITIES);
		if (!ctx)
			return false;
		switch_in(guc, e, ctx);
	} else if (e->current->dirty && !e->stopped) {
		e->current->dirty = false;
		if (cs_update_tail(e->cs))
			memory_error(guc, e, &err);
	}
	if (!e->current || preempt(guc, e))
		return true;
	if (e->stopped)
		return false;
	chunk = MIN(*budget, CHUNK_COMMANDS);
	stop = cs_run(e->cs, chunk, &used, &err);
	used = MIN(used, chunk);
	*budget -= used;
	e->current->commands += used;
	e->slice_commands += used;
	e->grace -= MIN(e->grace, used);
	account(guc, e);
	return engine_stop(guc, e, stop, &err, used);
}

static bool engine_busy(const struct sched_engine *e)
{
	return e->current && !e->stopped && !e->current->waits;
}

bool guc_sched_run(struct guc *guc, unsigned int budget)
{
	struct guc_sched *sched = &guc->sched;
	bool progress = true, any = false;
	unsigned int i, turns;

	for (i = 0; i < sched->num_engines; i++)
		sched->engine[i].yields = 0;
	/* A turn that executes nothing costs one command, so that the loop ends. */
	while (progress && budget && !is_gone(guc->gpu) && !guc->reset_pending) {
		progress = false;
		turns = sched->num_engines;
		for (i = 0; i < turns && budget && !guc->reset_pending; i++) {
			struct sched_engine *e = &sched->engine[(sched->next_engine + i) % turns];

			if (!engine_turn(guc, e, &budget))
				continue;
			progress = true;
			any = true;
			budget -= budget ? 1 : 0;
		}
		sched->next_engine = turns ? (sched->next_engine + 1) % turns : 0;
	}
	if (any)
		sched->wait_ns = WAIT_MIN_NS;
	if (budget)
		return false;
	for (i = 0; i < sched->num_engines; i++)
		if (engine_busy(&sched->engine[i]) || (!sched->engine[i].current &&
		    queue_first(guc, &sched->engine[i], GUC_PRIORITIES)))
			return true;
	return false;
}

/* ---- time ---- */

static void sched_timer(void *arg)
{
	struct guc *guc = arg;

	guc->sched.timer = 0;
	guc_run(guc->gt, GPU_SLICE_BUDGET);
}

/* When the next thing happens that neither the host nor an engine brings about; 0: never. */
static u64 next_time(struct guc *guc)
{
	struct guc_sched *sched = &guc->sched;
	u64 now = clk_ns(guc->gpu->clk), at = 0, t;
	unsigned int i;

	for (i = 0; i < sched->num_engines; i++) {
		const struct sched_engine *e = &sched->engine[i];

		if (!e->current)
			continue;
		t = 0;
		if (e->current->waits)
			t = now + sched->wait_ns;
		if (e->deadline && !guc->ads.no_engine_reset && (!t || e->deadline < t))
			t = MAX(e->deadline, now + USEC);
		if (t && (!at || t < at))
			at = t;
	}
	if (guc_ct_waiting(guc) && (!at || now + ROOM_RETRY_NS < at))
		at = now + ROOM_RETRY_NS;
	return at;
}

void guc_sched_timer(struct guc *guc)
{
	struct guc_sched *sched = &guc->sched;
	u64 at = next_time(guc), now = clk_ns(guc->gpu->clk);

	if (sched->timer && at && sched->timer_at <= at && sched->timer_at > now)
		return;
	if (sched->timer)
		clk_cancel(guc->gpu->clk, sched->timer);
	sched->timer = 0;
	if (!at)
		return;
	sched->wait_ns = MIN(MAX(sched->wait_ns, WAIT_MIN_NS) * 2, WAIT_MAX_NS);
	sched->timer_at = at;
	sched->timer = clk_after(guc->gpu->clk, at - now, sched_timer, guc);
}

void guc_sched_init(struct guc *guc)
{
	struct guc_sched *sched = &guc->sched;
	unsigned int i;

	sched->num_engines = MIN(guc->gt->num_engines, (unsigned int)GUC_MAX_ENGINES);
	for (i = 0; i < sched->num_engines; i++) {
		const struct engine_info *info = cs_info(guc->gt->engines[i]);

		sched->engine[i].cs = guc->gt->engines[i];
		sched->engine[i].class = info->class;
		sched->engine[i].instance = info->instance;
	}
	sched->wait_ns = WAIT_MIN_NS;
}

/* ---- engines without a firmware ---- */

static void orphan_timer(void *arg)
{
	struct guc *guc = arg;

	guc->sched.timer = 0;
	guc_run(guc->gt, GPU_SLICE_BUDGET);
}

static bool orphan_turn(struct cs_engine *cs, unsigned int *budget, bool *waits)
{
	unsigned int used = 0;

	switch (cs_run(cs, MIN(*budget, CHUNK_COMMANDS), &used, NULL)) {
	case CS_IDLE:
		(void)cs_save(cs);
		break;
	case CS_BUDGET:
		*budget -= MIN(used, *budget);
		return true;
	case CS_WAIT:
		*waits = true;
		break;
	default:
		break;
	}
	return false;
}

bool guc_sched_orphans(struct guc *guc, unsigned int budget)
{
	bool more = false, waits = false;
	unsigned int i;

	for (i = 0; i < guc->gt->num_engines && budget && !guc->reset_pending; i++)
		if (cs_loaded(guc->gt->engines[i]))
			more |= orphan_turn(guc->gt->engines[i], &budget, &waits);
	if (waits && !more && !guc->sched.timer)
		guc->sched.timer = clk_after(guc->gpu->clk, WAIT_MAX_NS, orphan_timer, guc);
	return more;
}

void guc_sched_stop(struct guc *guc)
{
	unsigned int i;

	for (i = 0; i < guc->gt->num_engines; i++) {
		if (cs_loaded(guc->gt->engines[i]))
			cs_reset(guc->gt->engines[i]);
		cs_tlb_flush(guc->gt->engines[i]);
	}
}

void guc_sched_check_stopped(struct guc *guc, const char *when)
{
	unsigned int i;

	for (i = 0; i < guc->gt->num_engines; i++)
		if (cs_loaded(guc->gt->engines[i]) && !unheard(guc->gpu))
			violation(guc->gpu, V_ENGINE_RUNNING, "%s: %s holds a context", when,
				  cs_info(guc->gt->engines[i])->name);
}

void guc_sched_reset(struct guc *guc)
{
	struct guc_sched *sched = &guc->sched;
	unsigned int i;

	if (sched->timer)
		clk_cancel(guc->gpu->clk, sched->timer);
	sched->timer = 0;
	for (i = 0; i < sched->num_engines; i++) {
		struct sched_engine *e = &sched->engine[i];

		if (e->current) {
			e->current->state = CTX_DISABLED;
			e->current->engine = NULL;
		}
		memset(e, 0, sizeof(*e));
	}
	sched->num_engines = 0;
	sched->next_engine = 0;
}
