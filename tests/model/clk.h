/* SPDX-License-Identifier: MIT */
/* Time of the card, in ns.  With --clock=steps it moves only by clk_step(): equal work, equal time. */
#ifndef XE_MODEL_CLK_H
#define XE_MODEL_CLK_H

#include "gpu.h"

struct clk *clk_create(bool steps);
void clk_destroy(struct clk *clk);
u64 clk_ns(const struct clk *clk);
/* Called once per CPU access and once per executed command; moves the clock only in steps mode. */
void clk_step(struct clk *clk, u64 ns);

typedef void clk_fn(void *arg);
/* One-shot timers, run from clk_run(); an id of 0 is never given out. */
unsigned int clk_after(struct clk *clk, u64 ns, clk_fn *fn, void *arg);
void clk_cancel(struct clk *clk, unsigned int id);
void clk_run(struct clk *clk);
/* ns until the next timer, or -1. In steps mode, with nothing else to do, clk_skip() jumps to it. */
int64_t clk_next(const struct clk *clk);
void clk_skip(struct clk *clk);

#endif
