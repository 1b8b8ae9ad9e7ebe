// SPDX-License-Identifier: MIT
/*
 * Contexts of a GuC: their numbers, and the way from registration to deregistration.
 */

#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/error-injection.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "guc/ads.h"
#include "guc/context.h"
#include "guc/ct.h"
#include "guc/owed.h"
#include "guc/work_queue.h"
#include "hw/state.h"
#include "xe_device.h"
#include "xe_guc.h"
#include "xe_trace.h"

/**
 * DOC: GuC contexts
 *
 * A context is what the GuC schedules: a ring and an image, or several that run together. Software
 * knows it by its number, which is its id at the GuC and is taken when it is created; the table
 * here holds the reference to the software that owns it. The GuC hears of a context when something
 * is submitted to it for the first time.
 *
 * Calls change the state of a context under a spinlock and never wait. What the GuC has to be told
 * is a mask of messages that are *owed*. It is composed, sent and taken out of the mask with the
 * channel's send_lock and the spinlock held, so that the order of messages is that of the states,
 * whoever sends them, and none is sent for a life of the GuC that is over. What finds no room stays
 * owed, and so does what follows from an event: guc/owed.c sends it.
 *
 * Three states wait for an event and take it alone. The other three are at rest, and go on by what
 * the owner wants: to have it run, to have it stopped, or to be rid of it. What is asked for while
 * an event is waited for is so only noted.
 *
 * ============ ========================= ========================= =========================
 * at rest      run (if something was     stop                      end
 *              submitted)
 * ============ ========================= ========================= =========================
 * NEW          register, policies, on    -                         gone
 *              to ENABLING
 * ENABLED      -                         off                       preempt at once, off
 *                                        to DISABLING              to DISABLING
 * OFF          on                        -                         deregister
 *              to ENABLING                                         to LEAVING
 * ============ ========================= ========================= =========================
 *
 * ============ ======================= =============
 * waits        for the event           and then is
 * ============ ======================= =============
 * ENABLING     scheduling is on        ENABLED
 * DISABLING    scheduling is off       OFF
 * LEAVING      deregistered            gone
 * ============ ======================= =============
 *
 * An answer that is not waited for breaks the channel. One that does not come within 5 s, and the
 * time that a preemption may take, does so, too: the reset that follows ends the wait. A context
 * that the GuC resets, or that accesses what is not mapped, ends as if its owner had asked for it;
 * if it has left meanwhile nothing is to be done about that, as nobody waits for such an event.
 *
 * When the GT was reset, and not before, xe_contexts_forget() makes all contexts NEW, for the GuC
 * and the engines know none of them. Their images may be out of date, and somebody may submit at
 * the same time, so they are not registered again before their owner has seen to that:
 * xe_context_revive().
 *
 * ======================== ============= ====================================================
 * object                   owner         released when
 * ======================== ============= ====================================================
 * numbers, table           bound side    unbind, behind GuC and engines: xe_contexts_drop()
 * struct xe_context        the table     gone: answered, forgotten, dropped
 * reference to the owner   the table     gone() of the owner is called
 * ======================== ============= ====================================================
 */

#define ANSWER_TIMEOUT	(5 * HZ)	/* and what a preemption may take */
#define HURRY_US	1		/* how long a context that ends may take to be preempted */

enum state {
	NEW,
	ENABLING,
	ENABLED,
	DISABLING,
	OFF,
	LEAVING,
	GONE,
};

/* Messages, in the order in which they are sent if several are owed. */
enum message {
	REGISTER,
	POLICIES,
	HURRY,
	ON,
	ITEM,		/* of the work queue: not a message, but sent as one */
	SCHEDULE,
	DISABLE,
	DEREGISTER,
};

enum want { RUN, STOP, LEAVE };

/* Whose owner asks late shall not mean the next one of its number. */
#define HANDLES		(GUC_CONTEXT_IDS + 1u)

struct xe_context {
	struct hlist_node node;
	struct list_head owing;
	struct list_head asked;
	struct xe_context_owner *owner;
	struct xe_context_desc desc;
	u32 number;
	u16 life;		/* of how many that have had the number, or so */
	enum state state;
	u16 owes;		/* BIT(enum message) */
	bool submitted;		/* since it was NEW */
	bool suspended;
	bool ended;
	bool forgotten;		/* and not revived */
	bool told;		/* that it stopped */
	bool counted;		/* in struct xe_guc_owed */
	unsigned long deadline;	/* for the answer, while on @asked */
	struct xe_work_queue queue;
};

static struct xe_contexts *contexts_of(struct xe_hw hw, struct xe_gt *gt)
{
	return &xe_guc(hw, gt)->contexts;
}

/*
 * Messages
 */

static void put(u32 *message, unsigned int *len, u32 word)
{
	message[(*len)++] = word;
}

static u32 descriptor(const struct xe_context *ctx, unsigned int ring)
{
	return ctx->desc.lrca[ring] | GUC_LRC_VALID |
	       FIELD_PREP(GUC_LRC_ADDRESSING, GUC_LRC_ADDRESSING_64) |
	       (ctx->desc.ppgtt ? GUC_LRC_PPGTT : 0);
}

static bool is_parallel(const struct xe_context *ctx)
{
	return ctx->desc.width > 1;
}

/* Address of the descriptor, address of the ring, size */
static void put_work_queue(const struct xe_context *ctx, u32 *message, unsigned int *len)
{
	u32 area = ctx->desc.lrca[0] + GUC_PARALLEL_OFFSET;

	put(message, len, is_parallel(ctx) ? area : 0);
	put(message, len, 0);
	put(message, len, is_parallel(ctx) ? area + GUC_WORK_QUEUE_OFFSET : 0);
	put(message, len, 0);
	put(message, len, is_parallel(ctx) ? GUC_WORK_QUEUE_BYTES : 0);
}

static void put_registration(const struct xe_context *ctx, u32 *message, unsigned int *len)
{
	put(message, len, GUC_CONTEXT_OF_KERNEL_DRIVER);
	put(message, len, ctx->number);
	put(message, len, xe_guc_class(ctx->desc.class));
	put(message, len, ctx->desc.mask);
	put_work_queue(ctx, message, len);
	if (is_parallel(ctx))
		put(message, len, ctx->desc.width);
	for (unsigned int ring = 0; ring < ctx->desc.width; ring++) {
		put(message, len, descriptor(ctx, ring));
		put(message, len, 0);
	}
}

static void put_policy(u32 *message, unsigned int *len, u32 key, u32 value)
{
	put(message, len, FIELD_PREP(GUC_POLICY_KEY, key) | FIELD_PREP(GUC_POLICY_LENGTH, 1));
	put(message, len, value);
}

static void put_policies(const struct xe_context *ctx, u32 *message, unsigned int *len)
{
	put(message, len, ctx->number);
	put_policy(message, len, GUC_POLICY_PRIORITY, ctx->desc.priority);
	put_policy(message, len, GUC_POLICY_QUANTUM_US, ctx->desc.quantum_us);
	put_policy(message, len, GUC_POLICY_PREEMPT_US, ctx->desc.preempt_us);
}

static void put_hurry(const struct xe_context *ctx, u32 *message, unsigned int *len)
{
	put(message, len, ctx->number);
	put_policy(message, len, GUC_POLICY_PREEMPT_US, HURRY_US);
}

static void put_on(const struct xe_context *ctx, u32 *message, unsigned int *len)
{
	put(message, len, ctx->number);
	put(message, len, GUC_MODE_ON);
}

static void put_off(const struct xe_context *ctx, u32 *message, unsigned int *len)
{
	put(message, len, ctx->number);
	put(message, len, GUC_MODE_OFF);
}

static void put_number(const struct xe_context *ctx, u32 *message, unsigned int *len)
{
	put(message, len, ctx->number);
}

#define MESSAGE_WORDS	(11 + 2 * XE_CONTEXT_MAX_WIDTH)	/* the longest is a registration */

/* The action, what comes behind it, and room for the event that answers it. */
static const struct {
	enum xe_guc_action action;
	void (*put)(const struct xe_context *ctx, u32 *message, unsigned int *len);
	u32 reserved;
} messages[] = {
	[REGISTER]   = { GUC_ACTION_REGISTER_CONTEXT, put_registration },
	[POLICIES]   = { GUC_ACTION_SET_POLICIES, put_policies },
	[HURRY]	     = { GUC_ACTION_SET_POLICIES, put_hurry },
	[ON]	     = { GUC_ACTION_SET_MODE, put_on, XE_CT_WORDS_MODE },
	[SCHEDULE]   = { GUC_ACTION_SCHEDULE, put_number },
	[DISABLE]    = { GUC_ACTION_SET_MODE, put_off, XE_CT_WORDS_MODE },
	[DEREGISTER] = { GUC_ACTION_DEREGISTER_CONTEXT, put_number, XE_CT_WORDS_LEFT },
};

static unsigned int compose(const struct xe_context *ctx, enum message which, u32 *message)
{
	bool parallel = which == REGISTER && is_parallel(ctx);
	unsigned int len = 0;

	put(message, &len, parallel ? GUC_ACTION_REGISTER_PARALLEL : messages[which].action);
	messages[which].put(ctx, message, &len);
	return len;
}

/*
 * What follows from a state at rest, and what it makes the driver owe. Where nothing follows the
 * state is its own successor.
 */
static const struct step {
	enum state next;
	u16 owes;
} steps[][3] = {
	[NEW] = {
		[RUN]   = { ENABLING, BIT(REGISTER) | BIT(POLICIES) | BIT(ON) },
		[STOP]  = { NEW },
		[LEAVE] = { GONE },
	},
	[ENABLING]  = { { ENABLING }, { ENABLING }, { ENABLING } },
	[ENABLED] = {
		[RUN]   = { ENABLED },
		[STOP]  = { DISABLING, BIT(DISABLE) },
		[LEAVE] = { DISABLING, BIT(HURRY) | BIT(DISABLE) },
	},
	[DISABLING] = { { DISABLING }, { DISABLING }, { DISABLING } },
	[OFF] = {
		[RUN]   = { ENABLING, BIT(ON) },
		[STOP]  = { OFF },
		[LEAVE] = { LEAVING, BIT(DEREGISTER) },
	},
	[LEAVING]   = { { LEAVING }, { LEAVING }, { LEAVING } },
	[GONE]	    = { { GONE }, { GONE }, { GONE } },
};

/*
 * State
 */

static const char *const state_names[] = {
	[NEW] = "new", [ENABLING] = "enabling", [ENABLED] = "enabled",
	[DISABLING] = "disabling", [OFF] = "off", [LEAVING] = "leaving", [GONE] = "gone",
};

static void set_state(struct xe_hw hw, struct xe_contexts *contexts, struct xe_context *ctx,
		      enum state state)
{
	struct xe_guc *guc = container_of(contexts, struct xe_guc, contexts);

	if (ctx->state != state)
		trace_xe_context_state(xe_hw_device(hw)->drm.dev, guc - xe_hw_state(hw)->guc,
				       ctx->number, state_names[ctx->state], state_names[state]);
	ctx->state = state;
}

static enum want wants(const struct xe_context *ctx)
{
	if (ctx->ended)
		return LEAVE;
	if (ctx->suspended || (ctx->state == NEW && (!ctx->submitted || ctx->forgotten)))
		return STOP;
	return RUN;
}

static bool is_stopped(const struct xe_context *ctx)
{
	return ctx->state == NEW || ctx->state == OFF || ctx->state == LEAVING ||
	       ctx->state == GONE;
}

static void owe(struct xe_contexts *contexts, struct xe_context *ctx, u16 bits)
{
	ctx->owes |= bits;
	if (ctx->owes && list_empty(&ctx->owing))
		list_add_tail(&ctx->owing, &contexts->owing);
}

static void paid(struct xe_context *ctx, u16 bits)
{
	ctx->owes &= ~bits;
	if (!ctx->owes)
		list_del_init(&ctx->owing);
}

/* Tails are in the image of a single context, where the GuC finds them when it is switched on. */
static void owe_tails(struct xe_contexts *contexts, struct xe_context *ctx)
{
	if (ctx->queue.behind)
		owe(contexts, ctx, BIT(ITEM) | BIT(SCHEDULE));
}

static void count(struct xe_hw hw, struct xe_context *ctx)
{
	bool counts = ctx->state != GONE && (ctx->owes || !list_empty(&ctx->asked));

	if (counts == ctx->counted)
		return;

	ctx->counted = counts;
	if (counts)
		xe_guc_owed_add(hw);
	else
		xe_guc_owed_remove(hw);
}

static void tell_stopped(struct xe_context *ctx)
{
	if (ctx->told || !(ctx->suspended || ctx->ended) || !is_stopped(ctx))
		return;

	ctx->told = true;
	ctx->owner->ops->stopped(ctx->owner);
}

static void go(struct xe_hw hw, struct xe_contexts *contexts, struct xe_context *ctx)
{
	hash_del(&ctx->node);
	list_del(&ctx->owing);
	list_del(&ctx->asked);
	bitmap_clear(contexts->used, ctx->number, ctx->desc.width);
	contexts->count--;
	ctx->owner->ops->gone(ctx->owner);
	kfree(ctx);
}

/* Go on by what is wanted, as far as that is possible without an answer. @ctx may be gone then. */
static void settle(struct xe_hw hw, struct xe_contexts *contexts, struct xe_context *ctx)
{
	const struct step *step = &steps[ctx->state][wants(ctx)];

	lockdep_assert_held(&contexts->lock);

	/* What is not on is not told to look; what is switched on is, again. */
	if (step->next == DISABLING) {
		if (is_parallel(ctx) && ctx->owes & BIT(SCHEDULE))
			ctx->queue.behind = true;	/* an item that it was not told of */
		paid(ctx, BIT(ITEM) | BIT(SCHEDULE));
	}
	owe(contexts, ctx, step->owes);
	if (step->next == ENABLING)
		owe_tails(contexts, ctx);
	set_state(hw, contexts, ctx, step->next);

	count(hw, ctx);
	tell_stopped(ctx);
	if (ctx->state == GONE)
		go(hw, contexts, ctx);
}

/* A context that is parallel has as many numbers as rings, and is meant by any of them. */
static struct xe_context *find(struct xe_contexts *contexts, u32 number)
{
	struct xe_context *ctx;

	lockdep_assert_held(&contexts->lock);

	for (u32 ring = 0; ring < XE_CONTEXT_MAX_WIDTH && ring <= number; ring++)
		hash_for_each_possible(contexts->table, ctx, node, number - ring)
			if (ctx->number == number - ring && ring < ctx->desc.width)
				return ctx;
	return NULL;
}

/* One that its owner can still do something with. @handle: what xe_context_create() returned */
static struct xe_context *find_alive(struct xe_contexts *contexts, u32 handle)
{
	struct xe_context *ctx = find(contexts, handle % HANDLES);

	return ctx && ctx->life == handle / HANDLES && !ctx->ended ? ctx : NULL;
}

/*
 * Sending
 */

static int send_item(struct xe_hw hw, struct xe_gt *gt, struct xe_context *ctx)
{
	int err;

	err = xe_work_queue_append(&ctx->queue, descriptor(ctx, 0), ctx->number);
	if (err == -EPROTO)
		xe_guc_ct_break(hw, gt, "the GuC read context %u's work queue up to byte %u",
				ctx->number, xe_work_queue_head(&ctx->queue));
	return err;
}

/* In the order of deadlines: those of preemptions may be later. */
static void await_answer(struct xe_hw hw, struct xe_contexts *contexts, struct xe_context *ctx,
			 unsigned int preempt_us)
{
	struct xe_context *other;

	ctx->deadline = jiffies + ANSWER_TIMEOUT + msecs_to_jiffies(preempt_us / USEC_PER_MSEC);
	list_for_each_entry_reverse(other, &contexts->asked, asked)
		if (time_before_eq(other->deadline, ctx->deadline))
			break;
	list_add(&ctx->asked, &other->asked);
	xe_guc_owed_by(hw, ctx->deadline);
}

static int send_message(struct xe_hw hw, struct xe_gt *gt, struct xe_context *ctx,
			enum message which)
{
	struct xe_contexts *contexts = contexts_of(hw, gt);
	u32 message[MESSAGE_WORDS];
	int err;

	if (which == ITEM)
		return send_item(hw, gt, ctx);
	if (which == REGISTER)
		gt->contexts = true;
	if (which == REGISTER && is_parallel(ctx))
		xe_work_queue_reset(&ctx->queue);

	err = xe_guc_ct_post(hw, gt, message, compose(ctx, which, message), NULL,
			     messages[which].reserved);
	if (err || !messages[which].reserved)
		return err;

	/* One that ends was told to hurry. */
	await_answer(hw, contexts, ctx, which == DISABLE && !ctx->ended ? ctx->desc.preempt_us : 0);
	return 0;
}

/* All that a context owes; what finds no room, or no channel, it goes on owing. */
static int send_of(struct xe_hw hw, struct xe_gt *gt, struct xe_context *ctx)
{
	struct xe_contexts *contexts = contexts_of(hw, gt);
	int err = 0;

	lockdep_assert_held(&contexts->lock);

	while (ctx->owes && !err) {
		enum message which = __ffs(ctx->owes);

		err = send_message(hw, gt, ctx, which);
		if (!err)
			paid(ctx, BIT(which));
	}
	/* Before a work is asked for: where none is counted none runs. */
	count(hw, ctx);
	if (err == -EBUSY || err == -EAGAIN)
		xe_guc_owed_by(hw, jiffies + msecs_to_jiffies(XE_GUC_RETRY_MS));
	return err;
}

static void send_number(struct xe_hw hw, struct xe_gt *gt, u32 number)
{
	struct xe_contexts *contexts = contexts_of(hw, gt);
	struct xe_context *ctx;

	guard(mutex)(&xe_guc(hw, gt)->ct.send_lock);
	guard(spinlock)(&contexts->lock);
	ctx = find(contexts, number);
	if (ctx)
		send_of(hw, gt, ctx);
}

/* A work queue that is full, -EAGAIN, is one context's: others are told all the same. */
static void send_owed(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_contexts *contexts = contexts_of(hw, gt);
	struct xe_context *ctx, *next;
	int err;

	guard(mutex)(&xe_guc(hw, gt)->ct.send_lock);
	guard(spinlock)(&contexts->lock);
	list_for_each_entry_safe(ctx, next, &contexts->owing, owing) {
		err = send_of(hw, gt, ctx);
		if (err && err != -EAGAIN)
			break;
	}
}

/* The number of a context whose answer is overdue, or -ENOENT. */
static int find_overdue(struct xe_hw hw, struct xe_contexts *contexts)
{
	struct xe_context *ctx;

	guard(spinlock)(&contexts->lock);
	ctx = list_first_entry_or_null(&contexts->asked, struct xe_context, asked);
	if (!ctx)
		return -ENOENT;
	if (time_after_eq(jiffies, ctx->deadline))
		return ctx->number;

	xe_guc_owed_by(hw, ctx->deadline);
	return -ENOENT;
}

/**
 * xe_contexts_catch_up - send what is owed, and see to answers that are overdue
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound, may sleep for a lock that is held briefly.
 */
void xe_contexts_catch_up(struct xe_hw hw, struct xe_gt *gt)
{
	int number;

	if (!xe_guc_ct_is_up(hw, gt))
		return;

	send_owed(hw, gt);
	number = find_overdue(hw, contexts_of(hw, gt));
	if (number < 0)
		return;

	/* Or it was the interrupt that did not come. */
	xe_guc_ct_receive(hw, gt);
	/* With the lock no reset ends meanwhile, the channel of which would be broken for this. */
	guard(mutex)(&xe_guc(hw, gt)->ct.send_lock);
	number = find_overdue(hw, contexts_of(hw, gt));
	if (number >= 0)
		xe_guc_ct_break(hw, gt, "context %d was not switched in time", number);
}

/*
 * What the owner does
 */

/**
 * xe_context_alloc - memory for a context
 * @gfp: as for kmalloc()
 *
 * Context: as @gfp; software.
 * Return: for xe_context_create() or xe_context_free(); NULL if there is none.
 */
struct xe_context *xe_context_alloc(gfp_t gfp)
{
	return kzalloc(sizeof(struct xe_context), gfp);
}

/**
 * xe_context_free - give back what xe_context_create() did not take
 * @ctx: the memory, or NULL
 *
 * Context: any; software.
 */
void xe_context_free(struct xe_context *ctx)
{
	kfree(ctx);
}

static int take_numbers(struct xe_contexts *contexts, unsigned int width)
{
	unsigned long number;

	if (contexts->closed)
		return -ENODEV;

	/* One that was used of late is used again last: what is printed of it stays true longer. */
	number = bitmap_find_next_zero_area(contexts->used, GUC_CONTEXT_IDS, contexts->next, width,
					    0);
	if (number >= GUC_CONTEXT_IDS) {
		contexts->round = (contexts->round + 1) & S16_MAX;
		number = bitmap_find_next_zero_area(contexts->used, GUC_CONTEXT_IDS, 0, width, 0);
	}
	if (number >= GUC_CONTEXT_IDS)
		return -ENOSPC;

	bitmap_set(contexts->used, number, width);
	contexts->next = number + width;
	return number;
}

/**
 * xe_context_create - a new context
 * @hw: the token
 * @gt: the GT whose engines it is for
 * @ctx: from xe_context_alloc(); belongs to the table if this succeeds
 * @desc: what the GuC has to know; copied
 * @owner: who is told what becomes of it; on success the table has a reference of the caller's
 *
 * The GuC does not hear of it before the first xe_context_submit().
 *
 * Context: bound or in a section; any.
 * Return: its number for those below, 0 or more, which no other has for 2^31 contexts to come; that
 * modulo 2^16 is the GuC's; -EINVAL if @desc makes no sense; -ENOSPC if all numbers are in
 * use; -ENODEV if the device is going.
 */
int xe_context_create(struct xe_hw hw, struct xe_gt *gt, struct xe_context *ctx,
		      const struct xe_context_desc *desc, struct xe_context_owner *owner)
{
	struct xe_contexts *contexts = contexts_of(hw, gt);
	int number;

	if (!desc->width || desc->width > XE_CONTEXT_MAX_WIDTH || !desc->mask ||
	    (desc->width > 1 && !desc->work_queue))
		return -EINVAL;

	guard(spinlock)(&contexts->lock);
	number = take_numbers(contexts, desc->width);
	if (number < 0)
		return number;

	INIT_LIST_HEAD(&ctx->owing);
	INIT_LIST_HEAD(&ctx->asked);
	ctx->owner = owner;
	ctx->desc = *desc;
	ctx->number = number;
	ctx->life = contexts->round;
	ctx->state = NEW;
	xe_work_queue_init(&ctx->queue, desc->work_queue, desc->width);
	hash_add(contexts->table, &ctx->node, number);
	contexts->count++;
	return ctx->life * HANDLES + number;
}

static int submit(struct xe_hw hw, struct xe_gt *gt, u32 number, const u32 *tails, bool revive)
{
	struct xe_contexts *contexts = contexts_of(hw, gt);
	struct xe_context *ctx;

	guard(mutex)(&xe_guc(hw, gt)->ct.send_lock);
	guard(spinlock)(&contexts->lock);
	ctx = find_alive(contexts, number);
	if (!ctx)
		return -ENODEV;
	if (ctx->forgotten && !revive)
		return -ESTALE;

	ctx->forgotten = false;
	ctx->submitted = true;
	if (tails)
		xe_work_queue_set_ends(&ctx->queue, tails);
	if (ctx->state == ENABLING || ctx->state == ENABLED) {
		owe(contexts, ctx, BIT(SCHEDULE));
		owe_tails(contexts, ctx);
	} else {
		settle(hw, contexts, ctx);
	}
	send_of(hw, gt, ctx);
	return 0;
}

/**
 * xe_context_submit - there is more in the rings of a context
 * @hw: the token
 * @gt: the GT
 * @number: of the context
 * @tails: of a parallel one: where each ring ends now, in bytes; NULL of a single one, whose image
 *	has the tail already
 *
 * One that is suspended starts with it when it is resumed.
 *
 * Context: bound or in a section; may sleep for a lock that is held briefly.
 * Return: 0, also if the GuC can only be told later; -ESTALE if it has forgotten the context and
 * xe_context_revive() is the call; -ENODEV if the context has ended.
 */
int xe_context_submit(struct xe_hw hw, struct xe_gt *gt, u32 number, const u32 *tails)
{
	return submit(hw, gt, number, tails, false);
}

/**
 * xe_context_revive - submit to a context that the GuC has forgotten
 * @hw: the token
 * @gt: the GT
 * @number: of the context
 * @tails: as for xe_context_submit()
 *
 * The caller has put rings and images in order, and nobody else submits meanwhile.
 *
 * Context: as xe_context_submit().
 * Return: 0; -ENODEV if the context has ended.
 */
int xe_context_revive(struct xe_hw hw, struct xe_gt *gt, u32 number, const u32 *tails)
{
	return submit(hw, gt, number, tails, true);
}

static int change(struct xe_hw hw, struct xe_gt *gt, u32 number, enum want want)
{
	struct xe_contexts *contexts = contexts_of(hw, gt);
	struct xe_context *ctx;

	scoped_guard(spinlock, &contexts->lock) {
		ctx = find_alive(contexts, number);
		if (!ctx)
			return -ENODEV;

		ctx->suspended = want == STOP || (want == LEAVE && ctx->suspended);
		ctx->ended = want == LEAVE;
		ctx->told = false;
		settle(hw, contexts, ctx);
	}
	send_number(hw, gt, number % HANDLES);
	return 0;
}

/**
 * xe_context_suspend - have a context leave its engine, and stay off it
 * @hw: the token
 * @gt: the GT
 * @number: of the context
 *
 * stopped() of the owner follows, also if it is off already.
 *
 * Context: as xe_context_submit(); not under a lock that stopped() takes.
 * Return: 0; -ENODEV if the context has ended.
 */
int xe_context_suspend(struct xe_hw hw, struct xe_gt *gt, u32 number)
{
	return change(hw, gt, number, STOP);
}

/**
 * xe_context_resume - undo xe_context_suspend()
 * @hw: the token
 * @gt: the GT
 * @number: of the context
 *
 * It goes on with what is in its rings. One that stopped() was not called for yet stops and goes
 * on, and stopped() is not called.
 *
 * Context: as xe_context_submit().
 * Return: 0; -ENODEV if the context has ended.
 */
int xe_context_resume(struct xe_hw hw, struct xe_gt *gt, u32 number)
{
	return change(hw, gt, number, RUN);
}

/**
 * xe_context_end - the end of a context
 * @hw: the token
 * @gt: the GT
 * @number: of the context, which the caller does not use any more
 *
 * It is taken off its engine at once. stopped() and gone() of the owner follow.
 *
 * Context: as xe_context_submit(); not under a lock that stopped() or gone() takes.
 * Return: 0; -ENODEV if it has ended already.
 */
int xe_context_end(struct xe_hw hw, struct xe_gt *gt, u32 number)
{
	return change(hw, gt, number, LEAVE);
}

/*
 * What the GuC says
 */

/* An answer to what was asked, and not answered before. */
static bool answer(struct xe_hw hw, struct xe_contexts *contexts, u32 number, enum state waits,
		   enum state next)
{
	struct xe_context *ctx;

	guard(spinlock)(&contexts->lock);
	ctx = find(contexts, number);
	if (!ctx || ctx->number != number || ctx->state != waits || list_empty(&ctx->asked))
		return false;

	list_del_init(&ctx->asked);
	set_state(hw, contexts, ctx, next);
	settle(hw, contexts, ctx);
	if (!list_empty(&contexts->owing))
		xe_guc_owed_now(hw);
	return true;
}

static int mode_changed(struct xe_hw hw, struct xe_gt *gt, const u32 *payload)
{
	struct xe_contexts *contexts = contexts_of(hw, gt);
	bool on = payload[1] == GUC_MODE_ON;

	if (payload[1] <= GUC_MODE_ON &&
	    answer(hw, contexts, payload[0], on ? ENABLING : DISABLING, on ? ENABLED : OFF))
		return 0;
	return xe_guc_ct_break(hw, gt, "context %u went to mode %u, which was not asked for",
			       payload[0], payload[1]);
}

static int deregistered(struct xe_hw hw, struct xe_gt *gt, const u32 *payload)
{
	if (answer(hw, contexts_of(hw, gt), payload[0], LEAVING, GONE))
		return 0;
	return xe_guc_ct_break(hw, gt, "context %u has left, which was not asked for",
			       payload[0]);
}

static bool ban(struct xe_hw hw, struct xe_contexts *contexts, u32 number, bool faulted)
{
	struct xe_context *ctx;

	guard(spinlock)(&contexts->lock);
	ctx = find(contexts, number);
	if (!ctx || ctx->state == NEW)
		return false;

	ctx->owner->ops->banned(ctx->owner, faulted);
	if (!ctx->ended) {
		ctx->ended = true;
		ctx->told = false;
		settle(hw, contexts, ctx);
	}
	if (!list_empty(&contexts->owing))
		xe_guc_owed_now(hw);
	return true;
}

/* Who has closed his queue since has nobody else's work reset for it. */
static void drop_event(struct xe_hw hw, struct xe_gt *gt, const char *what, u32 number)
{
	drm_dbg(&xe_hw_device(hw)->drm, "GT%u: %s of context %u, which has left\n", gt->id, what,
		number);
}

static int context_reset(struct xe_hw hw, struct xe_gt *gt, const u32 *payload)
{
	if (!ban(hw, contexts_of(hw, gt), payload[0], false))
		drop_event(hw, gt, "reset", payload[0]);
	return 0;
}

/* A memory error that is nobody's is followed by the reset of the engine, which is somebody's. */
static int memory_error(struct xe_hw hw, struct xe_gt *gt, const u32 *payload)
{
	if (payload[0] != GUC_CONTEXT_UNKNOWN && !ban(hw, contexts_of(hw, gt), payload[0], true))
		drop_event(hw, gt, "memory error", payload[0]);
	return 0;
}

/*
 * All contexts of a GT
 */

static void forget(struct xe_hw hw, struct xe_contexts *contexts, struct xe_context *ctx)
{
	bool saved = ctx->state == OFF;

	if (ctx->state == NEW)
		return;

	list_del_init(&ctx->asked);
	paid(ctx, ctx->owes);
	set_state(hw, contexts, ctx, NEW);
	ctx->submitted = false;
	ctx->forgotten = true;
	if (!ctx->ended && ctx->owner->ops->forgotten)
		ctx->owner->ops->forgotten(ctx->owner, saved);
	settle(hw, contexts, ctx);
}

/**
 * xe_contexts_forget - the GT was reset, or lost its power: nothing knows any context any more
 * @hw: the token
 * @gt: the GT
 *
 * Those whose end was under way are gone; the others wait for xe_context_revive().
 *
 * Context: bound, may sleep; the reset has succeeded and the GuC is not started again yet.
 */
void xe_contexts_forget(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_contexts *contexts = contexts_of(hw, gt);
	struct xe_context *ctx;
	struct hlist_node *next;
	int bucket;

	guard(mutex)(&xe_guc(hw, gt)->ct.send_lock);
	guard(spinlock)(&contexts->lock);
	hash_for_each_safe(contexts->table, bucket, next, ctx, node)
		forget(hw, contexts, ctx);
}

/**
 * xe_contexts_drop - the end of all contexts of a GT
 * @hw: the token
 * @gt: the GT
 *
 * Owners are told as if each had been asked to end. No other can be created.
 *
 * Context: bound; GuC and engines are at rest, or reach no memory any more.
 */
void xe_contexts_drop(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_contexts *contexts = contexts_of(hw, gt);
	struct xe_context *ctx;
	struct hlist_node *next;
	int bucket;

	guard(spinlock)(&contexts->lock);
	contexts->closed = true;
	hash_for_each_safe(contexts->table, bucket, next, ctx, node) {
		ctx->told &= ctx->ended;
		ctx->ended = true;
		set_state(hw, contexts, ctx, GONE);
		settle(hw, contexts, ctx);
	}
}

/**
 * xe_contexts_print - how many contexts there are in which state, for debugfs
 * @hw: the token
 * @gt: the GT
 * @p: where to print
 *
 * Context: bound or in a section, may sleep.
 */
void xe_contexts_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p)
{
	struct xe_contexts *contexts = contexts_of(hw, gt);
	unsigned int in[GONE] = { }, owing = 0;
	struct xe_context *ctx;
	int bucket;

	scoped_guard(spinlock, &contexts->lock)
		hash_for_each(contexts->table, bucket, ctx, node) {
			in[ctx->state]++;
			owing += !!ctx->owes;
		}

	drm_puts(p, "contexts:");
	for (unsigned int state = 0; state < GONE; state++)
		drm_printf(p, " %u %s,", in[state], state_names[state]);
	drm_printf(p, " %u have messages that are not sent\n", owing);
}

static struct xe_context copy_of(struct xe_contexts *contexts, u32 number)
{
	const struct xe_context *ctx;

	guard(spinlock)(&contexts->lock);
	ctx = find(contexts, number);
	return ctx && ctx->number == number ? *ctx : (struct xe_context){};
}

/**
 * xe_contexts_list - each context, its state and what the GuC is still to be told, for debugfs
 * @hw: the token
 * @gt: the GT
 * @p: where to print
 *
 * Context: bound or in a section, may sleep; says nothing to the GuC.
 */
void xe_contexts_list(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p)
{
	struct xe_contexts *contexts = contexts_of(hw, gt);
	u32 number;

	for_each_set_bit(number, contexts->used, GUC_CONTEXT_IDS) {
		const struct xe_context ctx = copy_of(contexts, number);

		if (ctx.owner)
			drm_printf(p, "GT%u %u: %s, %s mask %#x width %u, owes %#x%s%s\n", gt->id,
				   number, state_names[ctx.state],
				   xe_engine_class_name(ctx.desc.class), ctx.desc.mask,
				   ctx.desc.width, ctx.owes, ctx.suspended ? ", suspended" : "",
				   ctx.ended ? ", ends" : "");
	}
}

/**
 * xe_contexts_init - before the first context of a GT
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound, before the channel is enabled for the first time.
 * Return: 0, -ENOMEM, or errors of xe_guc_ct_handle().
 */
int xe_contexts_init(struct xe_hw hw, struct xe_gt *gt)
{
	static const struct xe_ct_event events[] = {
		{ GUC_EVENT_MODE_CHANGED, 2, 2, XE_CT_WORDS_MODE, mode_changed },
		{ GUC_EVENT_DEREGISTERED, 1, 1, XE_CT_WORDS_LEFT, deregistered },
		/* Firmware may come to say more. */
		{ GUC_EVENT_CONTEXT_RESET, 1, U8_MAX, 0, context_reset },
		{ GUC_EVENT_MEMORY_ERROR, 1, U8_MAX, 0, memory_error },
	};
	struct xe_contexts *contexts = contexts_of(hw, gt);
	int err = 0;

	spin_lock_init(&contexts->lock);
	hash_init(contexts->table);
	INIT_LIST_HEAD(&contexts->owing);
	INIT_LIST_HEAD(&contexts->asked);
	contexts->used = drmm_kcalloc(&xe_hw_device(hw)->drm, BITS_TO_LONGS(GUC_CONTEXT_IDS),
				      sizeof(long), GFP_KERNEL);
	if (!contexts->used)
		return -ENOMEM;

	for (size_t i = 0; i < ARRAY_SIZE(events) && !err; i++)
		err = xe_guc_ct_handle(hw, gt, &events[i]);
	return err;
}
ALLOW_ERROR_INJECTION(xe_contexts_init, ERRNO);
