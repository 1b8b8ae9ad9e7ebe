// SPDX-License-Identifier: MIT
/* Contexts: states and their events, engines, priorities, time slices, preemption, hangs, memory errors. */
#include "hw.h"
#include "guc_host.h"

#define BCS	GUC_BLITTER
#define MODE(h, i, on)	HOST_FAST(h, H2G_MODE_SET, i, on)

static int setup(void **state)
{
	struct host *h = host_create();
	unsigned int i;

	*state = h;
	for (i = 0; i < 8; i++)
		host_context_image(h, i, i == 7 ? GUC_RENDER : BCS);
	return host_boot(h) == 0x8000f0ec && host_ct_enable(h) ? 0 : -1;
}

static int teardown(void **state)
{
	host_destroy(*state);
	return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

/* Registered, enabled, event taken. */
static void start(struct host *h, unsigned int i)
{
	host_register(h, i, i == 7 ? GUC_RENDER : BCS, 1);
	MODE(h, i, 1);
	assert_true(host_event(h, G2H_MODE_DONE, i, 1));
}

static struct guc_context *context(struct host *h, unsigned int i)
{
	return guc_context_find(h->guc, i);
}

/* Let the card run for @ns, as the main loop does. */
static void loop(struct host *h, u64 ns)
{
	u64 end = clk_ns(h->gpu->clk) + ns;

	while (clk_ns(h->gpu->clk) < end) {
		if (!gpu_run(h->gpu, GPU_SLICE_BUDGET))
			clk_step(h->gpu->clk, 10 * USEC);
		clk_run(h->gpu->clk);
	}
}

static void life(void **state)
{
	struct host *h = *state;

	host_ring_store(h, 0, 0, 0x1234);
	start(h, 0);
	assert_int_equal(host_data(h, 0, 0), 0x1234);
	assert_int_equal(host_image_of(h, 0)[LRC_HEAD], host_image_of(h, 0)[LRC_TAIL]);
	assert_int_equal(context(h, 0)->state, CTX_IDLE);
	host_ring_store(h, 0, 4, 0x5678);
	HOST_FAST(h, H2G_SCHEDULE, 0);
	assert_int_equal(host_data(h, 0, 4), 0x5678);
	assert_int_equal(host_recv(h), 0);
	MODE(h, 0, 0);
	assert_true(host_event(h, G2H_MODE_DONE, 0, 0));
	HOST_FAST(h, H2G_DEREGISTER, 0);
	assert_true(host_event(h, G2H_DEREGISTERED, 0, 0));
	assert_null(context(h, 0));
	assert_int_equal(host_recv(h), 0);
	/* The id, and the image, may be used again at once. */
	start(h, 0);
	assert_quiet(h->gpu);
}

/* A disable is answered whatever the context did before: nothing, ran, was disabled already. */
static void disable_in_every_state(void **state)
{
	struct host *h = *state;

	host_register(h, 0, BCS, 1);
	MODE(h, 0, 0);
	assert_true(host_event(h, G2H_MODE_DONE, 0, 0));
	MODE(h, 0, 0);
	assert_true(host_event(h, G2H_MODE_DONE, 0, 0));
	MODE(h, 0, 1);
	assert_true(host_event(h, G2H_MODE_DONE, 0, 1));
	MODE(h, 0, 0);
	assert_true(host_event(h, G2H_MODE_DONE, 0, 0));
	assert_quiet(h->gpu);
}

static void strict_states(void **state)
{
	struct host *h = *state;

	assert_violates(h->gpu, "context-unknown", MODE(h, 5, 1));
	assert_violates(h->gpu, "context-unknown", HOST_FAST(h, H2G_SCHEDULE, 5));
	assert_violates(h->gpu, "context-unknown", HOST_FAST(h, H2G_DEREGISTER, 0xffffffff));
	host_register(h, 0, BCS, 1);
	assert_violates(h->gpu, "context-registered-twice", host_register(h, 0, BCS, 1));
	assert_violates(h->gpu, "context-schedule-disabled", HOST_FAST(h, H2G_SCHEDULE, 0));
	assert_violates(h->gpu, "h2g-malformed", MODE(h, 0, 2));
	MODE(h, 0, 1);
	assert_violates(h->gpu, "context-enabled-twice", MODE(h, 0, 1));
	assert_violates(h->gpu, "context-deregister-enabled", HOST_FAST(h, H2G_DEREGISTER, 0));
}

static void strict_registration(void **state)
{
	struct host *h = *state;

	assert_violates(h->gpu, "context-malformed", host_register(h, 0, 99, 1));
	assert_violates(h->gpu, "context-malformed", host_register(h, 0, BCS, 0));
	assert_violates(h->gpu, "context-engines", host_register(h, 0, BCS, 4));
	assert_violates(h->gpu, "context-engines", host_register(h, 0, GUC_VIDEO, 1));
	assert_violates(h->gpu, "context-malformed",
			HOST_FAST(h, H2G_REGISTER, 1, 0xffff, BCS, 1, 0, 0, 0, 0, 0, host_desc(0), 0));
	assert_violates(h->gpu, "context-malformed",
			HOST_FAST(h, H2G_REGISTER, 0, 0, BCS, 1, 0, 0, 0, 0, 0, host_desc(0), 0));
	assert_violates(h->gpu, "context-malformed",
			HOST_FAST(h, H2G_REGISTER, 1, 0, BCS, 1, 0, 0, 9, 0, 0, host_desc(0), 0));
	assert_violates(h->gpu, "context-descriptor",
			HOST_FAST(h, H2G_REGISTER, 1, 0, BCS, 1, 0, 0, 0, 0, 0, host_desc(0) & ~1u, 0));
	assert_violates(h->gpu, "context-descriptor",
			HOST_FAST(h, H2G_REGISTER, 1, 0, BCS, 1, 0, 0, 0, 0, 0, 0x60000019, 0));
	host_register(h, 0, BCS, 1);
	assert_violates(h->gpu, "context-shared-image",
			HOST_FAST(h, H2G_REGISTER, 1, 1, BCS, 1, 0, 0, 0, 0, 0, host_desc(0), 0));
}

/* ---- parallel contexts: two rings on the two copy engines, a work queue in the first status page ---- */

#define WQ_DESC		(CTX_AT(1) + 2048)
#define WQ_BASE		(WQ_DESC + 1024)
#define WQ_SIZE		1024u

static void register_parallel(struct host *h, u32 width, u32 mask, u32 size, u32 base)
{
	HOST_FAST(h, H2G_REGISTER_PARALLEL, 1, 3, BCS, mask, GGTT_BASE + WQ_DESC, 0, base, 0, size, width,
		  host_desc(1), 0, host_desc(2), 0);
}

static void start_parallel(struct host *h)
{
	host_put(h, WQ_DESC + 12, 1);
	register_parallel(h, 2, 1, WQ_SIZE, GGTT_BASE + WQ_BASE);
	MODE(h, 3, 1);
	assert_true(host_event(h, G2H_MODE_DONE, 3, 1));
}

/* An item at @at with the tails that the rings have by now; they stay away from the images until it is read. */
static u32 wq_append(struct host *h, u32 at, u32 id)
{
	u32 tails[2];

	for (unsigned int i = 0; i < 2; i++) {
		tails[i] = host_image_of(h, 1 + i)[LRC_TAIL];
		host_image_of(h, 1 + i)[LRC_TAIL] = 0;
	}
	host_put(h, WQ_BASE + at, 5 | 4 << 16);
	host_put(h, WQ_BASE + at + 4, host_desc(1));
	host_put(h, WQ_BASE + at + 8, id | tails[0] / 8 << 18);
	host_put(h, WQ_BASE + at + 12, 0);
	host_put(h, WQ_BASE + at + 16, tails[1] / 8);
	return at + 20;
}

static void parallel(void **state)
{
	struct host *h = *state;
	u32 at;

	start_parallel(h);
	host_ring_store(h, 1, 0, 11);
	host_ring_store(h, 2, 0, 22);
	host_put(h, WQ_DESC + 4, wq_append(h, 0, 3));
	assert_int_equal(host_data(h, 1, 0), 0);
	HOST_FAST(h, H2G_SCHEDULE, 3);
	assert_int_equal(host_data(h, 1, 0), 11);
	assert_int_equal(host_data(h, 2, 0), 22);
	assert_int_equal(*host_mem(h, WQ_DESC), 20);
	assert_true(answer_has(h->gpu, "contexts", "id 3 parallel, 2 children, work queue at 20 of 1024"));
	/* filled up to the end with what does nothing, and on from the start */
	host_put(h, WQ_BASE + 20, 4 | (WQ_SIZE - 20 - 4) / 4 << 16);
	host_image_of(h, 1)[LRC_TAIL] = host_image_of(h, 1)[LRC_HEAD];
	host_image_of(h, 2)[LRC_TAIL] = host_image_of(h, 2)[LRC_HEAD];
	host_ring_store(h, 1, 4, 33);
	host_ring_store(h, 2, 4, 44);
	at = wq_append(h, 0, 3);
	host_put(h, WQ_DESC + 4, at);
	HOST_FAST(h, H2G_SCHEDULE, 3);
	assert_int_equal(host_data(h, 1, 4), 33);
	assert_int_equal(host_data(h, 2, 4), 44);
	HOST_FAST(h, H2G_UPDATE_POLICIES, 3, 0x2003 << 16 | 1, 1);
	MODE(h, 3, 0);
	loop(h, MSEC);
	assert_true(host_event(h, G2H_MODE_DONE, 3, 0));
	HOST_FAST(h, H2G_DEREGISTER, 3);
	assert_true(host_event(h, G2H_DEREGISTERED, 3, 0));
	assert_int_equal(h->guc->sched.num_contexts, 0);
	/* both images are free again */
	host_register(h, 1, BCS, 1);
	host_register(h, 2, BCS, 1);
	assert_quiet(h->gpu);
}

/* One child hangs: the host is told once, of the number it knows, and all of it goes. */
static void parallel_hang(void **state)
{
	struct host *h = *state;

	start_parallel(h);
	host_spin(h, 1, false);
	host_ring_batch(h, 1);
	host_spin(h, 2, true);
	host_ring_batch(h, 2);
	host_put(h, WQ_DESC + 4, wq_append(h, 0, 3));
	HOST_FAST(h, H2G_SCHEDULE, 3);
	loop(h, 5 * MSEC);
	assert_true(answer_has(h->gpu, "contexts", "bcs0 busy"));
	assert_true(answer_has(h->gpu, "contexts", "bcs8 busy"));
	HOST_FAST(h, H2G_UPDATE_POLICIES, 3, 0x2002 << 16 | 1, 1000);
	MODE(h, 3, 0);
	loop(h, 20 * MSEC);
	assert_true(host_event(h, G2H_CONTEXT_RESET, 3, 0));
	assert_true(host_event(h, G2H_MODE_DONE, 3, 0));
	HOST_FAST(h, H2G_DEREGISTER, 3);
	assert_true(host_event(h, G2H_DEREGISTERED, 3, 0));
	assert_int_equal(host_recv(h), 0);
	assert_true(answer_has(h->gpu, "contexts", "bcs8 idle"));
	assert_quiet(h->gpu);
	/* and a reset of the firmware in the middle of it leaves nothing behind */
	start_parallel(h);
	host_put(h, WQ_DESC, 0);
	guc_reset(h->gt);
	assert_int_equal(h->guc->sched.num_contexts, 0);
}

static void parallel_strict(void **state)
{
	struct host *h = *state;
	u32 base = GGTT_BASE + WQ_BASE;

	assert_violates(h->gpu, "context-parallel: id 3: width", register_parallel(h, 3, 1, WQ_SIZE, base));
	assert_violates(h->gpu, "context-parallel: id 3: fewer engines", register_parallel(h, 2, 2, WQ_SIZE, base));
	assert_violates(h->gpu, "context-parallel: id 3: work queue size", register_parallel(h, 2, 1, 0, base));
	assert_violates(h->gpu, "context-parallel: id 3: work queue address", register_parallel(h, 2, 1, WQ_SIZE, 0));
	host_register(h, 2, BCS, 1);
	assert_violates(h->gpu, "context-shared-image", register_parallel(h, 2, 1, WQ_SIZE, base));
	HOST_FAST(h, H2G_DEREGISTER, 2);
	assert_true(host_event(h, G2H_DEREGISTERED, 2, 0));
	start_parallel(h);
	host_put(h, WQ_DESC + 12, 0);
	assert_violates(h->gpu, "work queue status", HOST_FAST(h, H2G_SCHEDULE, 3));
	host_put(h, WQ_DESC + 12, 1);
	host_put(h, WQ_DESC + 4, WQ_SIZE + 4);
	assert_violates(h->gpu, "work queue position", HOST_FAST(h, H2G_SCHEDULE, 3));
	host_put(h, WQ_DESC + 4, 20);
	host_put(h, WQ_BASE, 6 | 4 << 16);
	assert_violates(h->gpu, "id 3: item 0x40006", HOST_FAST(h, H2G_SCHEDULE, 3));
	host_put(h, WQ_BASE, 5 | 400 << 16);
	assert_violates(h->gpu, "item beyond the end", HOST_FAST(h, H2G_SCHEDULE, 3));
	host_put(h, WQ_BASE, 5 | 5 << 16);
	assert_violates(h->gpu, "item length", HOST_FAST(h, H2G_SCHEDULE, 3));
	wq_append(h, 0, 4);
	assert_violates(h->gpu, "item of another context", HOST_FAST(h, H2G_SCHEDULE, 3));
}

static void policies(void **state)
{
	struct host *h = *state;

	host_register(h, 0, BCS, 1);
	HOST_FAST(h, H2G_UPDATE_POLICIES, 0, 0x20010001, 77, 0x20020001, 88, 0x20030001, 2);
	assert_int_equal(context(h, 0)->quantum_us, 77);
	assert_int_equal(context(h, 0)->preempt_us, 88);
	assert_int_equal(context(h, 0)->priority, 2);
	assert_quiet(h->gpu);
	assert_violates(h->gpu, "context-policy",
			HOST_FAST(h, H2G_UPDATE_POLICIES, 0, 0x20030001, 4));
	assert_violates(h->gpu, "context-policy",
			HOST_FAST(h, H2G_UPDATE_POLICIES, 0, 0x20990001, 4));
	assert_violates(h->gpu, "context-policy",
			HOST_FAST(h, H2G_UPDATE_POLICIES, 0, 0x20010002, 4));
	assert_violates(h->gpu, "context-policy",
			HOST_FAST(h, H2G_UPDATE_POLICIES, 0, 0x20010001, 4, 0x20020001));
	assert_violates(h->gpu, "context-unknown",
			HOST_FAST(h, H2G_UPDATE_POLICIES, 9, 0x20010001, 4));
}

static void spin(struct host *h, unsigned int i, bool arb)
{
	host_spin(h, i, arb);
	host_ring_batch(h, i);
	start(h, i);
	assert_int_equal(context(h, i)->state, CTX_RUNNING);
}

/* What is under way is not over before its event. */
static void strict_order(void **state)
{
	struct host *h = *state;

	spin(h, 0, false);
	MODE(h, 0, 0);
	assert_violates(h->gpu, "context-enable-early", MODE(h, 0, 1));
	assert_true(host_event(h, G2H_MODE_DONE, 0, 1));
	spin(h, 7, false);
	assert_violates(h->gpu, "context-deregister-enabled: id 7", HOST_FAST(h, H2G_DEREGISTER, 7));
	assert_violates(h->gpu, "context-deregistered", MODE(h, 7, 0));
	assert_violates(h->gpu, "before its deregistration was confirmed", host_register(h, 7, GUC_RENDER, 1));
}

/* A batch that spins does not hold up others of its priority, nor for ever those on its engine. */
static void time_slices(void **state)
{
	struct host *h = *state;

	spin(h, 0, true);
	host_ring_store(h, 1, 0, 7);
	start(h, 1);
	loop(h, 20 * MSEC);
	assert_int_equal(host_data(h, 1, 0), 7);
	assert_true(context(h, 0)->runs > 1);
	host_spin_end(h, 0);
	loop(h, 5 * MSEC);
	assert_int_equal(context(h, 0)->state, CTX_IDLE);
	assert_int_equal(counter_get(h->gpu, CNT_ENGINE_RESET), 0);
	assert_quiet(h->gpu);
}

/* Two that spin share the engine about evenly. */
static void fair(void **state)
{
	struct host *h = *state;
	u64 a, b;

	spin(h, 0, true);
	host_spin(h, 1, true);
	host_ring_batch(h, 1);
	start(h, 1);
	loop(h, 100 * MSEC);
	a = context(h, 0)->commands;
	b = context(h, 1)->commands;
	assert_true(a > 1000 && b > 1000);
	assert_true(a < 2 * b && b < 2 * a);
}

/* More important ones do not wait for the slice to end. */
static void priority(void **state)
{
	struct host *h = *state;

	spin(h, 0, true);
	HOST_FAST(h, H2G_UPDATE_POLICIES, 0, 0x20010001, 0);	/* no end of the slice */
	host_register(h, 1, BCS, 1);
	HOST_FAST(h, H2G_UPDATE_POLICIES, 1, 0x20030001, 0);
	host_ring_store(h, 1, 0, 9);
	MODE(h, 1, 1);
	assert_true(host_event(h, G2H_MODE_DONE, 1, 1));
	assert_int_equal(host_data(h, 1, 0), 9);
}

/* Less important ones wait, even when the slice is over. */
static void low_priority_waits(void **state)
{
	struct host *h = *state;

	spin(h, 0, true);
	HOST_FAST(h, H2G_UPDATE_POLICIES, 0, 0x20030001, 1);
	host_ring_store(h, 1, 0, 9);
	start(h, 1);
	loop(h, 20 * MSEC);
	assert_int_equal(host_data(h, 1, 0), 0);
	host_spin_end(h, 0);
	loop(h, 2 * MSEC);
	assert_int_equal(host_data(h, 1, 0), 9);
}

/* Other engines run at the same time; a context with two engines to choose from takes the free one. */
static void engines(void **state)
{
	struct host *h = *state;

	spin(h, 0, false);
	host_ring_store(h, 7, 0, 5);
	start(h, 7);
	assert_int_equal(host_data(h, 7, 0), 5);
	host_ring_store(h, 1, 0, 6);
	host_register(h, 1, BCS, 3);
	MODE(h, 1, 1);
	assert_int_equal(host_data(h, 1, 0), 6);
	assert_true(answer_has(h->gpu, "contexts", "bcs0 busy"));
	assert_quiet(h->gpu);
}

/* Disable of a spinning context: it leaves where it can be preempted, and continues when enabled. */
static void disable_running(void **state)
{
	struct host *h = *state;

	spin(h, 0, true);
	MODE(h, 0, 0);
	loop(h, 2 * MSEC);
	assert_true(host_event(h, G2H_MODE_DONE, 0, 0));
	assert_int_equal(host_recv(h), 0);
	assert_true(host_image_of(h, 0)[LRC_TIMESTAMP] > 0);
	MODE(h, 0, 1);
	assert_true(host_event(h, G2H_MODE_DONE, 0, 1));
	assert_int_equal(context(h, 0)->state, CTX_RUNNING);
	host_spin_end(h, 0);
	loop(h, 2 * MSEC);
	assert_int_equal(context(h, 0)->state, CTX_IDLE);
	assert_quiet(h->gpu);
}

/* One that cannot be preempted: reset after the timeout, not before; the disable is still answered. */
static void hang(void **state)
{
	struct host *h = *state;

	spin(h, 0, false);
	MODE(h, 0, 0);
	loop(h, 600 * MSEC);
	assert_int_equal(host_recv(h), 0);
	loop(h, 60 * MSEC);
	assert_true(host_event(h, G2H_CONTEXT_RESET, 0, 0));
	assert_true(host_event(h, G2H_MODE_DONE, 0, 0));
	assert_int_equal(host_recv(h), 0);
	assert_int_equal(counter_get(h->gpu, CNT_ENGINE_RESET), 1);
	HOST_FAST(h, H2G_DEREGISTER, 0);
	assert_true(host_event(h, G2H_DEREGISTERED, 0, 0));
	/* The engine works again. */
	host_ring_store(h, 1, 0, 3);
	start(h, 1);
	assert_int_equal(host_data(h, 1, 0), 3);
	assert_quiet(h->gpu);
}

/* A context that must go soon may still finish what it cannot be interrupted in. */
static void short_timeout_has_grace(void **state)
{
	const u32 off = 0x08u << 23, on = 0x08u << 23 | 1, check = 0x05u << 23, noop = 0;
	struct host *h = *state;
	unsigned int i;

	host_spin(h, 0, false);
	host_ring(h, 0, &off, 1);
	host_ring_batch(h, 0);
	for (i = 0; i < 300; i++)
		host_ring(h, 0, &noop, 1);
	host_ring(h, 0, &on, 1);
	host_ring(h, 0, &check, 1);
	host_ring_batch(h, 0);
	start(h, 0);
	HOST_FAST(h, H2G_UPDATE_POLICIES, 0, 0x20020001, 1);
	assert_int_equal(context(h, 0)->state, CTX_RUNNING);
	host_spin_end(h, 0);
	MODE(h, 0, 0);
	loop(h, 2 * MSEC);
	assert_true(host_event(h, G2H_MODE_DONE, 0, 0));
	assert_int_equal(counter_get(h->gpu, CNT_ENGINE_RESET), 0);
}

/* Each disable is answered, once: also one too many. */
static void disabled_twice(void **state)
{
	struct host *h = *state;

	spin(h, 0, false);
	MODE(h, 0, 0);
	assert_violates(h->gpu, "context-disabled-twice", MODE(h, 0, 0));
	loop(h, 700 * MSEC);
	assert_true(host_event(h, G2H_CONTEXT_RESET, 0, 0));
	assert_true(host_event(h, G2H_MODE_DONE, 0, 0));
	assert_true(host_event(h, G2H_MODE_DONE, 0, 0));
	assert_int_equal(host_recv(h), 0);
}

/* A hang in the way of another one is found without the host's help. */
static void hang_in_the_way(void **state)
{
	struct host *h = *state;

	spin(h, 0, false);
	host_ring_store(h, 1, 0, 8);
	start(h, 1);
	loop(h, 700 * MSEC);
	assert_true(host_event(h, G2H_CONTEXT_RESET, 0, 0));
	assert_int_equal(host_data(h, 1, 0), 8);
	/* The host does not know yet, so this is not its fault; it must not run. */
	HOST_FAST(h, H2G_SCHEDULE, 0);
	assert_int_equal(context(h, 0)->state, CTX_DISABLED);
	MODE(h, 0, 0);
	assert_true(host_event(h, G2H_MODE_DONE, 0, 0));
	assert_quiet(h->gpu);
}

static void illegal_command(void **state)
{
	const u32 text[] = { 0x7fu << 23, 0 };
	struct host *h = *state;

	host_ring(h, 0, text, 2);
	start(h, 0);
	loop(h, 2 * MSEC);
	assert_true(answer_has(h->gpu, "contexts", "stopped"));
	MODE(h, 0, 0);
	loop(h, 700 * MSEC);
	assert_true(host_event(h, G2H_CONTEXT_RESET, 0, 0));
	assert_true(host_event(h, G2H_MODE_DONE, 0, 0));
}

static void unmapped(void **state)
{
	const u32 text[] = { 0x20u << 23 | BIT(22) | 2, 0x60000000, 0, 1 };
	struct host *h = *state;

	host_ring(h, 0, text, 4);
	start(h, 0);
	assert_true(host_event(h, G2H_MEMORY_ERROR, 0, 0));
	assert_true(host_event(h, G2H_CONTEXT_RESET, 0, 0));
	MODE(h, 0, 0);
	assert_true(host_event(h, G2H_MODE_DONE, 0, 0));
	HOST_FAST(h, H2G_DEREGISTER, 0);
	assert_true(host_event(h, G2H_DEREGISTERED, 0, 0));
	host_ring_store(h, 1, 0, 4);
	start(h, 1);
	assert_int_equal(host_data(h, 1, 0), 4);
}

static void engine_reset_fails(void **state)
{
	struct host *h = *state;

	spin(h, 0, false);
	arm(h->gpu, "engine.reset-fail");
	MODE(h, 0, 0);
	loop(h, 700 * MSEC);
	assert_true(host_event(h, G2H_ENGINE_FAILED, BCS, 0));
	assert_int_equal(host_recv(h), 0);
	/* The host resets the whole GT. */
	reg_cpu_write(h->gpu, FORCEWAKE_GT, 0x00010001);
	reg_cpu_write(h->gpu, 0x941c, 1);
	assert_int_equal(h->guc->sched.num_contexts, 0);
	assert_int_equal(host_status(h), 1);
}

/* A semaphore: others run meanwhile, and its word is looked at without a doorbell. */
static void semaphore(void **state)
{
	const u32 text[] = { 0x1cu << 23 | BIT(22) | BIT(15) | 4 << 12 | 2, 1, GGTT_BASE + DATA_OF(0) + 64, 0 };
	struct host *h = *state;

	host_ring(h, 0, text, 4);
	host_ring_store(h, 0, 0, 1);
	start(h, 0);
	assert_int_equal(host_data(h, 0, 0), 0);
	host_ring_store(h, 1, 0, 2);
	start(h, 1);
	assert_int_equal(host_data(h, 1, 0), 2);
	loop(h, 10 * MSEC);
	assert_int_equal(host_data(h, 0, 0), 0);
	host_put(h, DATA_OF(0) + 64, 1);
	loop(h, 3 * MSEC);
	assert_int_equal(host_data(h, 0, 0), 1);
	assert_int_equal(host_recv(h), 0);
	assert_quiet(h->gpu);
}

/* Several wait on one engine, each for the next: all get through. */
static void semaphore_chain(void **state)
{
	struct host *h = *state;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		const u32 text[] = { 0x1cu << 23 | BIT(22) | BIT(15) | 4 << 12 | 2, 1,
				     GGTT_BASE + DATA_OF(i), 0 };

		host_ring(h, i, text, 4);
		host_ring_store(h, i, 4, 1);
		if (i)
			host_ring_store(h, i - 1, 0, 0);
	}
	for (i = 0; i < 4; i++) {
		const u32 next[] = { 0x20u << 23 | BIT(22) | 2, GGTT_BASE + DATA_OF(i ? i - 1 : 5), 0, 1 };

		host_ring(h, i, next, 4);
		start(h, i);
	}
	host_put(h, DATA_OF(3), 1);
	loop(h, 20 * MSEC);
	for (i = 0; i < 4; i++)
		assert_int_equal(host_data(h, i, 4), 1);
	assert_quiet(h->gpu);
}

/* GT reset in the middle of work: nothing is left, nothing comes. */
/* What an engine executes it goes on executing without its firmware, until its ring is empty. */
static void guc_reset_alone(void **state)
{
	struct host *h = *state;
	u32 *image = host_image_of(h, 0);

	spin(h, 0, false);
	host_ring_store(h, 0, 4, 5);
	HOST_FAST(h, H2G_SCHEDULE, 0);
	guc_reset(h->gt);
	loop(h, 5 * MSEC);
	assert_int_equal(host_status(h), 1);
	assert_int_equal(host_data(h, 0, 4), 0);
	assert_true(cs_loaded(h->gt->engines[1]));
	assert_violates(h->gpu, "engine-left-running: unbound: bcs0", ctl_command(h->gpu, "quiet on", stderr));
	ctl_command(h->gpu, "quiet off", stderr);
	assert_int_equal(ctl_command(h->gpu, "violations clear", stderr), 0);
	host_spin_end(h, 0);
	loop(h, 5 * MSEC);
	assert_int_equal(host_data(h, 0, 4), 5);
	/* and then saves the context, wherever its memory is by now */
	assert_false(cs_loaded(h->gt->engines[1]));
	assert_int_equal(image[LRC_HEAD], image[LRC_TAIL]);
	assert_quiet(h->gpu);
}

/* Fences are signalled when nothing can write any more. */
static void write_after_fence(void **state)
{
	struct host *h = *state;

	assert_true(answer_has(h->gpu, "fenced", "error"));
	host_ring_store(h, 0, 0, 5);
	start(h, 0);
	assert_true(answer_has(h->gpu, "fenced on", "ok"));
	loop(h, MSEC);
	assert_quiet(h->gpu);
	/* a store in a ring, once; and the save of a context that only spins */
	host_ring_store(h, 0, 0, 6);
	host_ring_store(h, 0, 4, 7);
	assert_violates(h->gpu, "write-after-fence: bcs0: context 0x01100000 writes", HOST_FAST(h, H2G_SCHEDULE, 0));
	assert_true(answer_has(h->gpu, "fenced off", "ok"));
	spin(h, 1, true);
	assert_true(answer_has(h->gpu, "fenced on", "ok"));
	loop(h, MSEC);
	assert_int_equal(counter_get(h->gpu, CNT_VIOLATION), 1);
	assert_violates(h->gpu, "write-after-fence: bcs0: context 0x01110000 writes", MODE(h, 1, 0));
}

static void started_while_busy(void **state)
{
	struct host *h = *state;

	spin(h, 0, false);
	guc_reset(h->gt);
	assert_violates(h->gpu, "engine-left-running: firmware started", host_boot(h));
	assert_false(cs_loaded(h->gt->engines[1]));
}

/* After a full reset nothing is left that could save. */
static void full_reset_saves_nothing(void **state)
{
	struct host *h = *state;
	u32 *image = host_image_of(h, 0);

	host_ring_store(h, 0, 0, 1);
	spin(h, 0, false);
	loop(h, 5 * MSEC);
	assert_int_equal(host_data(h, 0, 0), 1);
	reg_cpu_write(h->gpu, FORCEWAKE_GT, 0x00010001);
	reg_cpu_write(h->gpu, GDRST, GRDOM_FULL);
	loop(h, MSEC);
	assert_int_equal(image[LRC_HEAD], 0);
	assert_int_equal(image[LRC_TIMESTAMP], 0);
	assert_quiet(h->gpu);
}

static void reset_while_busy(void **state)
{
	struct host *h = *state;

	spin(h, 0, false);
	host_spin(h, 1, false);
	host_ring_batch(h, 1);
	start(h, 1);
	MODE(h, 0, 0);
	reg_cpu_write(h->gpu, FORCEWAKE_GT, 0x00010001);
	reg_cpu_write(h->gpu, GDRST, GRDOM_FULL);
	for (unsigned int i = 0; i < h->gt->num_engines; i++)
		reg_poke(h->gpu, cs_info(h->gt->engines[i])->base + RING_MODE, GFX_DISABLE_LEGACY_MODE);
	loop(h, 800 * MSEC);
	assert_int_equal(host_recv(h), 0);
	assert_int_equal(h->guc->sched.num_contexts, 0);
	assert_int_equal(host_boot(h), 0x8000f0ec);
	assert_true(host_ct_enable(h));
	host_context_image(h, 0, BCS);
	host_ring_store(h, 0, 0, 11);
	start(h, 0);
	assert_int_equal(host_data(h, 0, 0), 11);
	assert_quiet(h->gpu);
}

/* A ring that rings the GuC's own doorbell, and one that resets the GT: both while engines run. */
static void self_service(void **state)
{
	const u32 bell[] = { 0x22u << 23 | 1, 0x1901f0, 0 }, reset[] = { 0x22u << 23 | 1, 0x941c, 1 };
	struct host *h = *state;

	host_ring(h, 0, bell, 3);
	host_ring_store(h, 0, 0, 1);
	start(h, 0);
	loop(h, MSEC);
	assert_int_equal(host_data(h, 0, 0), 1);
	host_ring(h, 0, reset, 3);
	HOST_FAST(h, H2G_SCHEDULE, 0);
	loop(h, MSEC);
	assert_int_equal(h->guc->sched.num_contexts, 0);
	assert_int_equal(host_status(h), 1);
}

/* The firmware is silent; what is loaded runs on. */
static void crash_while_busy(void **state)
{
	struct host *h = *state;
	u64 before;

	spin(h, 0, true);
	loop(h, MSEC);
	before = counter_get(h->gpu, CNT_CMD);
	arm(h->gpu, "guc.crash");
	HOST_FAST(h, H2G_TLB_INVALIDATE, 1, BIT(31));
	loop(h, 20 * MSEC);
	assert_true(counter_get(h->gpu, CNT_CMD) > before + 1000);
	while (host_recv(h))
		;
	MODE(h, 0, 0);
	loop(h, MSEC);
	assert_int_equal(host_recv(h), 0);
	assert_quiet(h->gpu);
}

/* A doorbell does not wait for what engines have to do: the answer is there, and the rest goes on behind it. */
static void answered_at_once(void **state)
{
	struct host *h = *state;
	u64 before;

	spin(h, 0, true);
	for (u32 i = 1; i < 10; i++) {
		before = counter_get(h->gpu, CNT_CMD);
		HOST_FAST(h, H2G_TLB_INVALIDATE, i, BIT(31));
		assert_true(host_event(h, G2H_TLB_DONE, i, 0));
		assert_in_range(counter_get(h->gpu, CNT_CMD) - before, 0, 1000);
	}
	before = counter_get(h->gpu, CNT_CMD);
	assert_true(gpu_run(h->gpu, GPU_SLICE_BUDGET));
	assert_in_range(counter_get(h->gpu, CNT_CMD) - before, 1, 500);
	assert_quiet(h->gpu);
}

static void vanish_at(void **state)
{
	struct host *h = *state;

	spin(h, 0, true);
	assert_int_equal(ctl_command(h->gpu, "vanish now", stderr), 0);
	/* only VRAM turning all ones takes time, and that ends */
	for (int i = 0; gpu_run(h->gpu, 1000); i++)
		assert_in_range(i, 0, 2000);
	host_put(h, CT_AT + 4, 99);
	guc_doorbell(h->gt);
	loop(h, 10 * MSEC);
	assert_quiet(h->gpu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(life), TEST(disable_in_every_state), TEST(strict_states),
		TEST(strict_registration), TEST(parallel), TEST(parallel_hang),
		TEST(parallel_strict), TEST(strict_order), TEST(policies), TEST(time_slices), TEST(fair),
		TEST(priority), TEST(low_priority_waits), TEST(engines), TEST(disable_running),
		TEST(hang), TEST(short_timeout_has_grace), TEST(disabled_twice), TEST(hang_in_the_way),
		TEST(illegal_command), TEST(unmapped), TEST(engine_reset_fails), TEST(semaphore),
		TEST(semaphore_chain), TEST(guc_reset_alone), TEST(write_after_fence), TEST(started_while_busy),
		TEST(full_reset_saves_nothing), TEST(reset_while_busy), TEST(self_service), TEST(crash_while_busy), TEST(answered_at_once),
		TEST(vanish_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
