// SPDX-License-Identifier: MIT
/*
 * Contexts as the host manages them: registered, enabled, scheduled, disabled, deregistered.
 *
 * A context that is to be disabled or deregistered may be on an engine.  The event that the host
 * waits for is owed from then on and paid by guc_context_settle(), once the context is off.
 */
#include <stdlib.h>
#include <string.h>

#include "clk.h"
#include "guc_internal.h"
#include "journal.h"
#include "mem.h"

/* LRC descriptor */
#define DESC_VALID		BIT64(0)
#define DESC_ADDRESSING		GENMASK64(4, 3)
#define DESC_ADDRESSING_64	3u
#define DESC_PPGTT		BIT64(8)
#define DESC_PAGE		GENMASK64(31, 12)
#define DESC_KNOWN		(DESC_VALID | DESC_ADDRESSING | DESC_PPGTT | DESC_PAGE)

#define FLAG_KERNEL_DRIVER	BIT(0)

#define DEFAULT_QUANTUM_US	1000
#define DEFAULT_PREEMPT_US	640000
#define DEFAULT_PRIORITY	3

/* Payload of a registration */
enum {
	REG_FLAGS = 0, REG_ID = 1, REG_CLASS = 2, REG_MASK = 3, REG_WQ = 4,
	REG_WQ_SIZE = 8, REG_DESC = 9, REG_PARALLEL_NUM = 9,
};

/* Policy keys */
#define KEY_QUANTUM		0x2001
#define KEY_PREEMPT		0x2002
#define KEY_PRIORITY		0x2003
#define KEY_PREEMPT_TO_IDLE	0x2004
#define KEY_FREQUENCY		0x2005

#define LRCA_PAGES		(1u << 20)

void guc_contexts_init(struct guc *guc)
{
	guc->sched.context = calloc(GUC_MAX_CONTEXTS, sizeof(struct guc_context *));
	guc->sched.lrca_used = calloc(1, LRCA_PAGES / 8);
	if (!guc->sched.context || !guc->sched.lrca_used)
		abort();
}

void guc_contexts_fini(struct guc *guc)
{
	free(guc->sched.context);
	free(guc->sched.lrca_used);
}

static bool lrca_used(struct guc *guc, u64 desc)
{
	u32 page = (desc & DESC_PAGE) >> 12;

	return guc->sched.lrca_used[page / 8] & BIT(page % 8);
}

static void lrca_mark(struct guc *guc, u64 desc, bool used)
{
	u32 page = (desc & DESC_PAGE) >> 12;

	if (used)
		guc->sched.lrca_used[page / 8] |= BIT(page % 8);
	else
		guc->sched.lrca_used[page / 8] &= ~BIT(page % 8);
}

struct guc_context *guc_context_find(struct guc *guc, u32 id)
{
	return id < GUC_MAX_CONTEXTS ? guc->sched.context[id] : NULL;
}

static void context_free(struct guc *guc, struct guc_context *ctx)
{
	guc_sched_remove(guc, ctx);
	if (!ctx->unsupported)
		lrca_mark(guc, ctx->desc, false);
	guc->sched.context[ctx->id] = NULL;
	guc->sched.num_contexts--;
	free(ctx);
}

void guc_contexts_reset(struct guc *guc)
{
	unsigned int id;

	for (id = 0; guc->sched.num_contexts && id < GUC_MAX_CONTEXTS; id++)
		if (guc->sched.context[id])
			context_free(guc, guc->sched.context[id]);
}

/* ---- registration ---- */

static u32 engine_mask(struct guc *guc, u32 class, u32 logical)
{
	struct guc_sched *sched = &guc->sched;
	u32 mask = 0, bit, found;
	unsigned int i;

	for (bit = 0; bit < GUC_INSTANCES; bit++) {
		if (!(logical & BIT(bit)))
			continue;
		found = 0;
		for (i = 0; i < sched->num_engines; i++)
			if (sched->engine[i].class == class &&
			    sched->engine[i].instance == guc->ads.mapping[class][bit])
				found = BIT(i);
		if (!found)
			return 0;
		mask |= found;
	}
	return mask;
}

static bool registration_ok(struct guc *guc, const u32 *p)
{
	if (p[REG_ID] >= GUC_MAX_CONTEXTS || p[REG_FLAGS] != FLAG_KERNEL_DRIVER ||
	    p[REG_CLASS] >= GUC_CLASS_COUNT || !p[REG_MASK]) {
		violation(guc->gpu, V_CTX_MALFORMED, "id %u flags %#x class %u mask %#x",
			  p[REG_ID], p[REG_FLAGS], p[REG_CLASS], p[REG_MASK]);
		return false;
	}
	if (guc->sched.context[p[REG_ID]]) {
		guc_disorder(guc, V_CTX_TWICE, "id %u%s", p[REG_ID],
			  guc->sched.context[p[REG_ID]]->deregister ?
			  ", before its deregistration was confirmed" : "");
		return false;
	}
	return true;
}

static bool descriptor_ok(struct guc *guc, u32 id, u64 desc)
{
	if ((desc & ~DESC_KNOWN) || !(desc & DESC_VALID) ||
	    FIELD_GET(DESC_ADDRESSING, desc) != DESC_ADDRESSING_64 ||
	    !guc_buffer_ok(guc, desc & DESC_PAGE, 2ul * PAGE_4K)) {
		violation(guc->gpu, V_CTX_DESCRIPTOR, "id %u: %#llx", id,
			  (unsigned long long)desc);
		return false;
	}
	if (lrca_used(guc, desc)) {
		guc_disorder(guc, V_CTX_SHARED_IMAGE, "id %u: %#llx belongs to another context",
			  id, (unsigned long long)desc);
		return false;
	}
	return true;
}

static bool wq_unused(struct guc *guc, const u32 *p)
{
	unsigned int i;

	for (i = REG_WQ; i <= REG_WQ_SIZE; i++) {
		if (!p[i])
			continue;
		violation(guc->gpu, V_CTX_MALFORMED, "id %u: work queue word %u is %#x",
			  p[REG_ID], i - REG_WQ, p[i]);
		return false;
	}
	return true;
}

static void context_add(struct guc *guc, const u32 *p, u32 engines, bool unsupported)
{
	struct guc_context *ctx = calloc(1, sizeof(*ctx));

	if (!ctx)
		abort();
	ctx->id = p[REG_ID];
	ctx->class = p[REG_CLASS];
	ctx->logical = p[REG_MASK];
	ctx->engines = engines;
	ctx->unsupported = unsupported;
	ctx->quantum_us = DEFAULT_QUANTUM_US;
	ctx->preempt_us = DEFAULT_PREEMPT_US;
	ctx->priority = DEFAULT_PRIORITY;
	if (!unsupported) {
		ctx->desc = (u64)p[REG_DESC + 1] << 32 | p[REG_DESC];
		lrca_mark(guc, ctx->desc, true);
	}
	guc->sched.context[ctx->id] = ctx;
	guc->sched.num_contexts++;
}

enum guc_error guc_context_register(struct guc *guc, const u32 *p, bool parallel, unsigned int len)
{
	u32 engines;

	if (!registration_ok(guc, p))
		return GUC_ERR_PARAMS;
	engines = engine_mask(guc, p[REG_CLASS], p[REG_MASK]);
	if (!engines) {
		violation(guc->gpu, V_CTX_ENGINES, "id %u class %u: no engine for mask %#x",
			  p[REG_ID], p[REG_CLASS], p[REG_MASK]);
		return GUC_ERR_PARAMS;
	}
	if (parallel) {
		/* Known to the host from here on, so that it gets its answers; but nothing runs. */
		violation(guc->gpu, V_CTX_PARALLEL, "id %u, %u contexts, %u words", p[REG_ID],
			  p[REG_PARALLEL_NUM], len);
		context_add(guc, p, engines, true);
		return GUC_ERR_UNSUPPORTED;
	}
	if (!wq_unused(guc, p) ||
	    !descriptor_ok(guc, p[REG_ID], (u64)p[REG_DESC + 1] << 32 | p[REG_DESC]))
		return GUC_ERR_PARAMS;
	context_add(guc, p, engines, false);
	return GUC_OK;
}

/* ---- life of a context ---- */

static struct guc_context *context_get(struct guc *guc, u32 id, const char *what)
{
	struct guc_context *ctx = guc_context_find(guc, id);

	if (!ctx)
		guc_disorder(guc, V_CTX_UNKNOWN, "%s of id %u", what, id);
	else if (ctx->deregister)
		guc_disorder(guc, V_CTX_DEREGISTERED, "%s of id %u", what, id);
	return ctx && !ctx->deregister ? ctx : NULL;
}

/* Events that are due once a context is off its engine.  Frees a deregistered one. */
void guc_context_settle(struct guc *guc, struct guc_context *ctx)
{
	u32 payload[2] = { ctx->id, 0 };

	if (ctx->state == CTX_RUNNING || ctx->enabled)
		return;
	guc_sched_remove(guc, ctx);
	ctx->state = CTX_DISABLED;
	for (; ctx->owed; ctx->owed--)
		guc_ct_event(guc, G2H_MODE_DONE, payload, 2);
	if (!ctx->deregister)
		return;
	context_free(guc, ctx);
	guc_ct_event(guc, G2H_DEREGISTERED, payload, 1);
}

enum guc_error guc_context_deregister(struct guc *guc, u32 id)
{
	struct guc_context *ctx = context_get(guc, id, "deregistration");

	if (!ctx)
		return GUC_ERR_PARAMS;
	if (ctx->enabled || ctx->owed)
		guc_disorder(guc, V_CTX_DEREG_ENABLED, "id %u is %s", id,
			  ctx->enabled ? "enabled" : "being disabled");
	ctx->deregister = true;
	ctx->enabled = false;
	guc_context_settle(guc, ctx);
	return GUC_OK;
}

static enum guc_error context_enable(struct guc *guc, struct guc_context *ctx)
{
	u32 payload[2] = { ctx->id, 1 };

	if (ctx->enabled)
		guc_disorder(guc, V_CTX_ENABLED_TWICE, "id %u", ctx->id);
	if (ctx->owed)
		guc_disorder(guc, V_CTX_ENABLE_EARLY, "id %u while its disable is pending",
			  ctx->id);
	ctx->enabled = true;
	ctx->was_reset = false;
	if (ctx->state == CTX_DISABLED)
		ctx->state = CTX_IDLE;
	guc_ct_event(guc, G2H_MODE_DONE, payload, 2);
	guc_sched_ready(guc, ctx);
	return GUC_OK;
}

enum guc_error guc_context_mode(struct guc *guc, u32 id, u32 enable)
{
	struct guc_context *ctx = context_get(guc, id, "mode set");

	if (!ctx)
		return GUC_ERR_PARAMS;
	if (enable > 1) {
		violation(guc->gpu, V_H2G_MALFORMED, "mode %#x for id %u", enable, id);
		return GUC_ERR_PARAMS;
	}
	if (enable)
		return context_enable(guc, ctx);
	if (ctx->owed)
		guc_disorder(guc, V_CTX_DISABLED_TWICE, "id %u, %u times", id, ctx->owed + 1);
	ctx->enabled = false;
	ctx->owed += ctx->owed < 16;
	guc_context_settle(guc, ctx);
	return GUC_OK;
}

enum guc_error guc_context_schedule(struct guc *guc, u32 id)
{
	struct guc_context *ctx = context_get(guc, id, "schedule");

	if (!ctx)
		return GUC_ERR_PARAMS;
	/* The host cannot know of a reset before it has read the event. */
	if (!ctx->enabled && ctx->was_reset)
		return GUC_OK;
	if (!ctx->enabled) {
		guc_disorder(guc, V_CTX_SCHED_DISABLED, "id %u", id);
		return GUC_ERR_STATE;
	}
	guc_sched_ready(guc, ctx);
	return GUC_OK;
}

static bool policy_set(struct guc_context *ctx, u32 key, u32 value)
{
	switch (key) {
	case KEY_QUANTUM:
		ctx->quantum_us = value;
		return true;
	case KEY_PREEMPT:
		ctx->preempt_us = value;
		return true;
	case KEY_PRIORITY:
		if (value >= GUC_PRIORITIES)
			return false;
		ctx->priority = value;
		return true;
	case KEY_PREEMPT_TO_IDLE:
	case KEY_FREQUENCY:
		return true;
	default:
		return false;
	}
}

enum guc_error guc_context_policies(struct guc *guc, const u32 *p, unsigned int len)
{
	struct guc_context *ctx = context_get(guc, p[0], "policy update");
	bool queued;
	unsigned int i;

	if (!ctx)
		return GUC_ERR_PARAMS;
	queued = ctx->state == CTX_READY;
	if (queued)
		guc_sched_remove(guc, ctx);
	for (i = 1; i < len; i += 2) {
		if (i + 1 < len && (p[i] & 0xffff) == 1 && policy_set(ctx, p[i] >> 16, p[i + 1]))
			continue;
		violation(guc->gpu, V_CTX_POLICY, "id %u: %#010x value %#x", p[0], p[i],
			  i + 1 < len ? p[i + 1] : 0);
		break;
	}
	if (queued)
		guc_sched_ready(guc, ctx);
	return i < len ? GUC_ERR_KLV : GUC_OK;
}

/* ---- to look at ---- */

static const char *state_name(const struct guc_context *ctx)
{
	static const char *const names[] = {
		[CTX_DISABLED] = "disabled", [CTX_IDLE] = "idle", [CTX_READY] = "ready",
		[CTX_RUNNING] = "running",
	};

	if (ctx->unsupported)
		return "unsupported";
	if (ctx->was_reset)
		return "was reset";
	return names[ctx->state];
}

static void print_context(struct guc *guc, const struct guc_context *ctx, FILE *out)
{
	u64 regs = (ctx->desc & DESC_PAGE) + PAGE_4K;
	u32 head = 0, tail = 0;

	if (!ctx->unsupported) {
		ggtt_read32(guc->gpu, regs + 5 * 4ul, &head);
		ggtt_read32(guc->gpu, regs + 7 * 4ul, &tail);
	}
	fprintf(out, "gt%u id %u class %u mask %#x %s%s on %s lrc %#llx head %#x tail %#x priority %u quantum %u preempt %u us runs %llu commands %llu ran %llu us resets %llu\n",
		guc->gt->id, ctx->id, ctx->class, ctx->logical, state_name(ctx),
		ctx->owed ? " (disable owed)" : "",
		ctx->engine ? cs_info(ctx->engine->cs)->name : "-",
		(unsigned long long)ctx->desc, head, tail, ctx->priority, ctx->quantum_us,
		ctx->preempt_us, (unsigned long long)ctx->runs, (unsigned long long)ctx->commands,
		(unsigned long long)(ctx->ran_ns / USEC), (unsigned long long)ctx->resets);
}

void guc_contexts_print(struct guc *guc, FILE *out)
{
	unsigned int id, i;

	for (i = 0; i < guc->sched.num_engines; i++) {
		const struct sched_engine *e = &guc->sched.engine[i];

		fprintf(out, "gt%u %s %s%s%s context %d resets %llu\n", guc->gt->id,
			cs_info(e->cs)->name, e->current ? "busy" : "idle",
			e->stopped ? " stopped" : "", e->preempting ? " preempting" : "",
			e->current ? e->current->id : -1, (unsigned long long)e->resets);
	}
	for (id = 0; id < GUC_MAX_CONTEXTS; id++)
		if (guc->sched.context[id])
			print_context(guc, guc->sched.context[id], out);
}
