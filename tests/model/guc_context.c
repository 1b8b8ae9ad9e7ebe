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
#include "lrc.h"
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
	REG_WQ_BASE = 6, REG_WQ_SIZE = 8, REG_DESC = 9,
	REG_WIDTH = 9, REG_CHILDREN = 10,	/* parallel: how many, and a descriptor of two words each */
};

/* Work queue of a parallel context: words of its descriptor, and of an item */
#define WQ_HEAD			0
#define WQ_TAIL			1
#define WQ_STATUS		3
#define   WQ_STATUS_ACTIVE	1
#define WQ_DESC_BYTES		128
#define WQ_MAX_BYTES		PAGE_4K
#define WQ_ITEM_TYPE		GENMASK(7, 0)
#define   WQ_TYPE_NOOP		4
#define   WQ_TYPE_MULTI		5
#define WQ_ITEM_LEN		GENMASK(26, 16)	/* words behind the first */
#define WQ_ITEM_ID		GENMASK(15, 0)	/* word 2 */
#define WQ_ITEM_TAIL		GENMASK(28, 18)	/* word 2: the first ring's, in 8 bytes; the others' from word 4 on */
#define WQ_ITEM_HEADER		3u		/* words besides one for each ring */

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
	unsigned int i;

	guc_sched_remove(guc, ctx);
	for (i = 0; i < ctx->width; i++)
		context_free(guc, ctx->child[i]);
	if (!ctx->width)
		lrca_mark(guc, ctx->desc, false);
	if (!ctx->parent) {
		guc->sched.context[ctx->id] = NULL;
		guc->sched.num_contexts--;
	}
	free(ctx->child);
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

static struct guc_context *context_new(const u32 *p, u32 engines)
{
	struct guc_context *ctx = calloc(1, sizeof(*ctx));

	if (!ctx)
		abort();
	ctx->id = p[REG_ID];
	ctx->class = p[REG_CLASS];
	ctx->logical = p[REG_MASK];
	ctx->engines = engines;
	ctx->quantum_us = DEFAULT_QUANTUM_US;
	ctx->preempt_us = DEFAULT_PREEMPT_US;
	ctx->priority = DEFAULT_PRIORITY;
	return ctx;
}

static void context_image(struct guc *guc, struct guc_context *ctx, const u32 *desc)
{
	ctx->desc = (u64)desc[1] << 32 | desc[0];
	lrca_mark(guc, ctx->desc, true);
}

static void context_add(struct guc *guc, struct guc_context *ctx)
{
	guc->sched.context[ctx->id] = ctx;
	guc->sched.num_contexts++;
}

/* ---- parallel contexts ---- */

static bool parallel_bad(struct guc *guc, u32 id, const char *what, u32 value)
{
	violation(guc->gpu, V_CTX_PARALLEL, "id %u: %s %#x", id, what, value);
	return false;
}

/*
 * The mask has the engines for the first child; number n is n behind it. Which one is as with placements of
 * a single one the firmware's to choose: here they take turns.
 */
static u32 placement(struct guc *guc, const u32 *p)
{
	u32 mask = p[REG_MASK], turn = guc->sched.placements++ % (u32)__builtin_popcount(mask);

	while (turn--)
		mask &= mask - 1;
	return mask & -mask;
}

static bool parallel_ok(struct guc *guc, const u32 *p, unsigned int len)
{
	u64 desc = (u64)p[REG_WQ + 1] << 32 | p[REG_WQ], base = (u64)p[REG_WQ_BASE + 1] << 32 | p[REG_WQ_BASE];
	u32 id = p[REG_ID], width = p[REG_WIDTH], size = p[REG_WQ_SIZE], i;

	if (width < 2 || len != REG_CHILDREN + 2 * width)
		return parallel_bad(guc, id, "width", width);
	for (i = 1; i < width; i++)
		if (!engine_mask(guc, p[REG_CLASS], p[REG_MASK] << i))
			return parallel_bad(guc, id, "fewer engines than children: mask", p[REG_MASK]);
	if (!size || size % 4 || size > WQ_MAX_BYTES)
		return parallel_bad(guc, id, "work queue size", size);
	if (!guc_buffer_ok(guc, desc, WQ_DESC_BYTES) || !guc_buffer_ok(guc, base, size))
		return parallel_bad(guc, id, "work queue address", (u32)base);
	for (i = 0; i < width; i++)
		if (!descriptor_ok(guc, id, (u64)p[REG_CHILDREN + 2 * i + 1] << 32 | p[REG_CHILDREN + 2 * i]))
			return false;
	return true;
}

static enum guc_error register_parallel(struct guc *guc, const u32 *p, unsigned int len, u32 engines)
{
	struct guc_context *ctx, *child;
	unsigned int i;
	u32 first;

	if (!parallel_ok(guc, p, len))
		return GUC_ERR_PARAMS;
	first = placement(guc, p);
	ctx = context_new(p, engines);
	ctx->width = p[REG_WIDTH];
	ctx->wq_desc = p[REG_WQ];
	ctx->wq_base = p[REG_WQ_BASE];
	ctx->wq_size = p[REG_WQ_SIZE];
	ctx->child = calloc(ctx->width, sizeof(struct guc_context *));
	if (!ctx->child)
		abort();
	for (i = 0; i < ctx->width; i++) {
		child = context_new(p, engine_mask(guc, p[REG_CLASS], first << i));
		child->parent = ctx;
		context_image(guc, child, p + REG_CHILDREN + 2ul * i);
		ctx->child[i] = child;
	}
	context_add(guc, ctx);
	return GUC_OK;
}

/* Tails of all rings, as an item of the work queue has them, into the images. */
static bool wq_multi(struct guc *guc, struct guc_context *ctx, const u32 *item, u32 words)
{
	u32 tail, i;

	if (words != ctx->width + WQ_ITEM_HEADER)
		return parallel_bad(guc, ctx->id, "item length", words);
	if (item[1] != (u32)ctx->child[0]->desc || FIELD_GET(WQ_ITEM_ID, item[2]) != ctx->id || item[3])
		return parallel_bad(guc, ctx->id, "item of another context", item[2]);
	for (i = 0; i < ctx->width; i++) {
		tail = (i ? item[WQ_ITEM_HEADER + i] : FIELD_GET(WQ_ITEM_TAIL, item[2])) * 8;
		if (ggtt_write32(guc->gpu, (ctx->child[i]->desc & DESC_PAGE) + LRC_REGS_OFFSET + LRC_TAIL * 4ul, tail))
			return false;
	}
	return true;
}

/* One item, or false if what is in the queue makes no sense. */
static bool wq_item(struct guc *guc, struct guc_context *ctx)
{
	u32 item[WQ_MAX_BYTES / 4], words;

	if (ggtt_read(guc->gpu, ctx->wq_base, item, ctx->wq_size))
		return false;
	words = FIELD_GET(WQ_ITEM_LEN, item[ctx->wq_head / 4]) + 1;
	if (ctx->wq_head + words * 4 > ctx->wq_size)
		return parallel_bad(guc, ctx->id, "item beyond the end, words", words);
	switch (FIELD_GET(WQ_ITEM_TYPE, item[ctx->wq_head / 4])) {
	case WQ_TYPE_NOOP:
		break;
	case WQ_TYPE_MULTI:
		if (!wq_multi(guc, ctx, item + ctx->wq_head / 4, words))
			return false;
		break;
	default:
		return parallel_bad(guc, ctx->id, "item", item[ctx->wq_head / 4]);
	}
	ctx->wq_head = (ctx->wq_head + words * 4) % ctx->wq_size;
	return true;
}

static bool wq_drain(struct guc *guc, struct guc_context *ctx)
{
	u32 desc[4], tail, left = ctx->wq_size / 4;

	if (ggtt_read(guc->gpu, ctx->wq_desc, desc, sizeof(desc)))
		return false;
	if (desc[WQ_STATUS] != WQ_STATUS_ACTIVE)
		return parallel_bad(guc, ctx->id, "work queue status", desc[WQ_STATUS]);
	if (desc[WQ_HEAD] != ctx->wq_head || desc[WQ_TAIL] > ctx->wq_size || desc[WQ_TAIL] % 4)
		return parallel_bad(guc, ctx->id, "work queue position", desc[WQ_TAIL]);
	tail = desc[WQ_TAIL] % ctx->wq_size;
	while (ctx->wq_head != tail && left--)
		if (!wq_item(guc, ctx))
			return false;
	return !ggtt_write32(guc->gpu, ctx->wq_desc + WQ_HEAD * 4ul, ctx->wq_head);
}

/* It has, or may have, work: for a parallel one that is in its queue. */
static void context_ready(struct guc *guc, struct guc_context *ctx)
{
	unsigned int i;

	if (!ctx->width) {
		guc_sched_ready(guc, ctx);
		return;
	}
	if (!wq_drain(guc, ctx))
		return;
	for (i = 0; i < ctx->width; i++)
		guc_sched_ready(guc, ctx->child[i]);
}

enum guc_error guc_context_register(struct guc *guc, const u32 *p, bool parallel, unsigned int len)
{
	struct guc_context *ctx;
	u32 engines;

	if (!registration_ok(guc, p))
		return GUC_ERR_PARAMS;
	engines = engine_mask(guc, p[REG_CLASS], p[REG_MASK]);
	if (!engines) {
		violation(guc->gpu, V_CTX_ENGINES, "id %u class %u: no engine for mask %#x",
			  p[REG_ID], p[REG_CLASS], p[REG_MASK]);
		return GUC_ERR_PARAMS;
	}
	if (parallel)
		return register_parallel(guc, p, len, engines);
	if (!wq_unused(guc, p) ||
	    !descriptor_ok(guc, p[REG_ID], (u64)p[REG_DESC + 1] << 32 | p[REG_DESC]))
		return GUC_ERR_PARAMS;
	ctx = context_new(p, engines);
	context_image(guc, ctx, p + REG_DESC);
	context_add(guc, ctx);
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

static void context_set_enabled(struct guc_context *ctx, bool on)
{
	unsigned int i;

	ctx->enabled = on;
	if (on && ctx->state == CTX_DISABLED)
		ctx->state = CTX_IDLE;
	for (i = 0; i < ctx->width; i++)
		context_set_enabled(ctx->child[i], on);
}

void guc_context_was_reset(struct guc_context *ctx)
{
	unsigned int i;

	context_set_enabled(ctx, false);
	ctx->was_reset = true;
	ctx->dirty = false;
	for (i = 0; i < ctx->width; i++)
		ctx->child[i]->dirty = false;
}

static bool on_engine(const struct guc_context *ctx)
{
	unsigned int i;

	for (i = 0; i < ctx->width; i++)
		if (on_engine(ctx->child[i]))
			return true;
	return ctx->state == CTX_RUNNING;
}

static void take_off(struct guc *guc, struct guc_context *ctx)
{
	unsigned int i;

	for (i = 0; i < ctx->width; i++)
		take_off(guc, ctx->child[i]);
	guc_sched_remove(guc, ctx);
	ctx->state = CTX_DISABLED;
}

/* Events that are due once a context is off its engine.  Frees a deregistered one. */
void guc_context_settle(struct guc *guc, struct guc_context *ctx)
{
	u32 payload[2];

	ctx = guc_context_top(ctx);
	payload[0] = ctx->id;
	payload[1] = 0;
	if (on_engine(ctx) || ctx->enabled)
		return;
	take_off(guc, ctx);
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
	context_set_enabled(ctx, false);
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
	context_set_enabled(ctx, true);
	ctx->was_reset = false;
	guc_ct_event(guc, G2H_MODE_DONE, payload, 2);
	context_ready(guc, ctx);
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
	context_set_enabled(ctx, false);
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
	context_ready(guc, ctx);
	return GUC_OK;
}

static bool policy_set(struct guc_context *ctx, u32 key, u32 value)
{
	unsigned int i;

	for (i = 0; i < ctx->width; i++)
		if (!policy_set(ctx->child[i], key, value))
			return false;
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

/* Out of the run queues, as the priority says which those are: a bit for each that was in one. */
static u32 dequeue(struct guc *guc, struct guc_context *ctx)
{
	u32 queued = ctx->state == CTX_READY ? BIT(31) : 0;
	unsigned int i;

	guc_sched_remove(guc, ctx);
	for (i = 0; i < ctx->width; i++) {
		queued |= ctx->child[i]->state == CTX_READY ? BIT(i) : 0;
		guc_sched_remove(guc, ctx->child[i]);
	}
	return queued;
}

static void requeue(struct guc *guc, struct guc_context *ctx, u32 queued)
{
	unsigned int i;

	if (queued & BIT(31))
		guc_sched_ready(guc, ctx);
	for (i = 0; i < ctx->width; i++)
		if (queued & BIT(i))
			guc_sched_ready(guc, ctx->child[i]);
}

enum guc_error guc_context_policies(struct guc *guc, const u32 *p, unsigned int len)
{
	struct guc_context *ctx = context_get(guc, p[0], "policy update");
	u32 queued;
	unsigned int i;

	if (!ctx)
		return GUC_ERR_PARAMS;
	queued = dequeue(guc, ctx);
	for (i = 1; i < len; i += 2) {
		if (i + 1 < len && (p[i] & 0xffff) == 1 && policy_set(ctx, p[i] >> 16, p[i + 1]))
			continue;
		violation(guc->gpu, V_CTX_POLICY, "id %u: %#010x value %#x", p[0], p[i],
			  i + 1 < len ? p[i + 1] : 0);
		break;
	}
	requeue(guc, ctx, queued);
	return i < len ? GUC_ERR_KLV : GUC_OK;
}

/* ---- to look at ---- */

static const char *state_name(const struct guc_context *ctx)
{
	static const char *const names[] = {
		[CTX_DISABLED] = "disabled", [CTX_IDLE] = "idle", [CTX_READY] = "ready",
		[CTX_RUNNING] = "running",
	};

	if (ctx->was_reset)
		return "was reset";
	return names[ctx->state];
}

static void print_context(struct guc *guc, const struct guc_context *ctx, FILE *out)
{
	u64 regs = (ctx->desc & DESC_PAGE) + PAGE_4K;
	u32 head = 0, tail = 0;

	if (ctx->width)
		fprintf(out, "gt%u id %u parallel, %u children, work queue at %u of %u\n", guc->gt->id, ctx->id,
			ctx->width, ctx->wq_head, ctx->wq_size);
	for (unsigned int i = 0; i < ctx->width; i++)
		print_context(guc, ctx->child[i], out);
	if (ctx->width)
		return;
	ggtt_read32(guc->gpu, regs + LRC_HEAD * 4ul, &head);
	ggtt_read32(guc->gpu, regs + LRC_TAIL * 4ul, &tail);
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
