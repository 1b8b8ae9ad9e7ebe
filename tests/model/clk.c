// SPDX-License-Identifier: MIT
/*
 * Time of the card, and one-shot timers.
 *
 * Owner of: the clock and the timer list.  In steps mode time is what clk_step() was told, so that
 * the same work takes the same time; else it is the host's monotonic clock since start.
 */
#include <stdlib.h>
#include <time.h>

#include "clk.h"

#define MAX_TIMERS	1024
#define RUN_MAX		64	/* timers that one clk_run() serves */

struct timer {
	unsigned int id;	/* 0: free */
	u64 due;
	clk_fn *fn;
	void *arg;
};

struct clk {
	bool steps;
	u64 now;		/* steps mode */
	u64 start;		/* host mode */
	unsigned int last_id;
	struct timer timers[MAX_TIMERS];
};

static u64 host_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000ull + (u64)ts.tv_nsec;
}

struct clk *clk_create(bool steps)
{
	struct clk *clk = calloc(1, sizeof(*clk));

	if (!clk)
		abort();
	clk->steps = steps;
	clk->start = host_ns();
	return clk;
}

void clk_destroy(struct clk *clk)
{
	free(clk);
}

u64 clk_ns(const struct clk *clk)
{
	return clk->steps ? clk->now : host_ns() - clk->start;
}

void clk_step(struct clk *clk, u64 ns)
{
	clk->now += ns;
}

unsigned int clk_after(struct clk *clk, u64 ns, clk_fn *fn, void *arg)
{
	for (size_t i = 0; i < MAX_TIMERS; i++) {
		struct timer *t = &clk->timers[i];

		if (t->id)
			continue;
		if (!++clk->last_id)
			clk->last_id = 1;
		*t = (struct timer){ .id = clk->last_id, .due = clk_ns(clk) + ns, .fn = fn, .arg = arg };
		return t->id;
	}
	abort();	/* every user holds a bounded number; running out is a bug of the model */
}

void clk_cancel(struct clk *clk, unsigned int id)
{
	for (size_t i = 0; i < MAX_TIMERS; i++)
		if (id && clk->timers[i].id == id)
			clk->timers[i].id = 0;
}

static struct timer *first(struct clk *clk)
{
	struct timer *best = NULL;

	for (size_t i = 0; i < MAX_TIMERS; i++) {
		struct timer *t = &clk->timers[i];

		if (t->id && (!best || t->due < best->due))
			best = t;
	}
	return best;
}

void clk_run(struct clk *clk)
{
	/* Bounded: a timer that re-arms itself for now waits for the next call. */
	for (int n = 0; n < RUN_MAX; n++) {
		struct timer *t = first(clk), copy;

		if (!t || t->due > clk_ns(clk))
			return;
		copy = *t;
		t->id = 0;
		copy.fn(copy.arg);
	}
}

int64_t clk_next(const struct clk *clk)
{
	const struct timer *t = first((struct clk *)clk);
	u64 now = clk_ns(clk);

	if (!t)
		return -1;
	return t->due > now ? (int64_t)(t->due - now) : 0;
}

void clk_skip(struct clk *clk)
{
	const struct timer *t = first(clk);

	if (clk->steps && t && t->due > clk->now)
		clk->now = t->due;
}
