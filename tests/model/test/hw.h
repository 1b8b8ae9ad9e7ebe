/* SPDX-License-Identifier: MIT */
/*
 * For the tests of registers, interrupts, GT and power controller: a card, and what it
 * complained of.
 */
#ifndef XE_MODEL_TEST_HW_H
#define XE_MODEL_TEST_HW_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../ctl.h"
#include "../fault.h"
#include "../gt.h"
#include "../journal.h"
#include "../reg.h"

static inline int card_setup(void **state)
{
	struct gpu_options opt = { .platform = "bmg", .clock_steps = true };

	*state = gpu_create(&opt);
	return *state ? 0 : -1;
}

static inline int card_teardown(void **state)
{
	gpu_destroy(*state);
	return 0;
}

#define CARD_TEST(fn) cmocka_unit_test_setup_teardown(fn, card_setup, card_teardown)

static inline bool answer_has(struct gpu *gpu, const char *command, const char *text)
{
	char *buf = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&buf, &len);
	bool found;

	ctl_command(gpu, command, out);
	fclose(out);
	found = strstr(buf, text);
	free(buf);
	return found;
}

/* The card complained of nothing, or exactly once since @before and of @what. */
static inline void assert_quiet(struct gpu *gpu)
{
	if (counter_get(gpu, CNT_VIOLATION))
		ctl_command(gpu, "violations", stderr);
	assert_int_equal(counter_get(gpu, CNT_VIOLATION), 0);
}

#define assert_violates(gpu, what, action) do { \
	u64 before_ = counter_get(gpu, CNT_VIOLATION); \
	action; \
	assert_int_equal(counter_get(gpu, CNT_VIOLATION), before_ + 1); \
	assert_true(answer_has(gpu, "violations", what)); \
} while (0)

static inline void arm(struct gpu *gpu, const char *fault)
{
	char line[80];

	snprintf(line, sizeof(line), "fault %s", fault);
	assert_int_equal(ctl_command(gpu, line, stderr), 0);
}

static inline void wake_all(struct gpu *gpu)
{
	reg_cpu_write(gpu, FORCEWAKE_GT, 0x00010001);
	reg_cpu_write(gpu, FORCEWAKE_RENDER, 0x00010001);
}

static inline void mcr_lock(struct gpu *gpu)
{
	assert_int_equal(reg_cpu_read(gpu, STEER_SEMAPHORE), 1);
}

static inline void mcr_unlock(struct gpu *gpu)
{
	reg_cpu_write(gpu, STEER_SEMAPHORE, 1);
}

#endif
