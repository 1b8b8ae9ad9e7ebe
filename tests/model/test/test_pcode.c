// SPDX-License-Identifier: MIT
/* The power controller's mailbox. */
#include "../clk.h"
#include "../pcode.h"
#include "hw.h"

static u32 command(struct gpu *gpu, u32 cmd, u32 data)
{
	unsigned int polls = 0;
	u32 status;

	assert_int_equal(reg_cpu_read(gpu, PCODE_MAILBOX) & PCODE_READY, 0);
	reg_cpu_write(gpu, PCODE_DATA0, data);
	reg_cpu_write(gpu, PCODE_DATA1, 0);
	reg_cpu_write(gpu, PCODE_MAILBOX, PCODE_READY | cmd);
	do {
		status = reg_cpu_read(gpu, PCODE_MAILBOX);
	} while (status & PCODE_READY && ++polls < 100);
	return polls < 100 ? status & 0xff : ALL_ONES;
}

static void init_status(void **state)
{
	struct gpu *gpu = *state;

	assert_int_equal(command(gpu, 0x7e, 0), 0);
	assert_int_equal(reg_cpu_read(gpu, PCODE_DATA0), 1);
	arm(gpu, "pcode.not-ready");
	assert_int_equal(command(gpu, 0x7e, 0), 0);
	assert_int_equal(reg_cpu_read(gpu, PCODE_DATA0), 0);
	assert_int_equal(command(gpu, 0x7e, 0), 0);
	assert_int_equal(reg_cpu_read(gpu, PCODE_DATA0), 1);
	assert_quiet(gpu);
}

static void current_limit(void **state)
{
	struct gpu *gpu = *state;

	assert_int_equal(command(gpu, 0x047c, 0), 0);
	assert_int_equal(reg_cpu_read(gpu, PCODE_DATA0), 0x80000000 | 230 << 6);
	assert_int_equal(command(gpu, 0x057c, 100 << 6), 0);
	assert_int_equal(reg_cpu_read(gpu, PCODE_DATA0), 100 << 6);
	assert_int_equal(command(gpu, 0x047c, 0), 0);
	assert_int_equal(reg_cpu_read(gpu, PCODE_DATA0), 0x80000000 | 100 << 6);
	assert_quiet(gpu);
}

static void unknown_commands(void **state)
{
	struct gpu *gpu = *state;

	assert_violates(gpu, "pcode-unknown-command", assert_int_equal(command(gpu, 0x08, 0), 1));
	assert_violates(gpu, "pcode-unknown-command", assert_int_equal(command(gpu, 0x097c, 0), 4));
	assert_violates(gpu, "pcode-unknown-command", assert_int_equal(command(gpu, 0x7e, 5), 3));
}

static void busy_protocol(void **state)
{
	struct gpu *gpu = *state;

	reg_cpu_write(gpu, PCODE_DATA0, 0);
	reg_cpu_write(gpu, PCODE_MAILBOX, PCODE_READY | 0x7e);
	assert_violates(gpu, "pcode-busy", reg_cpu_write(gpu, PCODE_MAILBOX, PCODE_READY | 0x047c));
	assert_violates(gpu, "pcode-busy", reg_cpu_read(gpu, PCODE_DATA0));
	assert_violates(gpu, "pcode-busy", reg_cpu_write(gpu, PCODE_DATA1, 0));
	assert_int_equal(reg_cpu_read(gpu, PCODE_MAILBOX), PCODE_READY | 0x7e);
	assert_int_equal(reg_cpu_read(gpu, PCODE_MAILBOX), 0);
	assert_int_equal(reg_cpu_read(gpu, PCODE_DATA0), 1);
	assert_violates(gpu, "pcode-no-start", reg_cpu_write(gpu, PCODE_MAILBOX, 0x7e));
}

/* Who looks once only, and late, sees that the command has ended. */
static void seen_late(void **state)
{
	struct gpu *gpu = *state;

	reg_cpu_write(gpu, PCODE_DATA0, 0);
	reg_cpu_write(gpu, PCODE_MAILBOX, PCODE_READY | 0x7e);
	clk_step(gpu->clk, 1000 * 1000);
	assert_int_equal(reg_cpu_read(gpu, PCODE_MAILBOX), 0);
	assert_int_equal(reg_cpu_read(gpu, PCODE_DATA0), 1);
	reg_cpu_write(gpu, PCODE_DATA0, 0);
	arm(gpu, "pcode.busy");
	reg_cpu_write(gpu, PCODE_MAILBOX, PCODE_READY | 0x7e);
	clk_step(gpu->clk, 1000 * 1000);
	assert_int_equal(reg_cpu_read(gpu, PCODE_MAILBOX), PCODE_READY | 0x7e);
	assert_quiet(gpu);
}

static void faults(void **state)
{
	struct gpu *gpu = *state;

	arm(gpu, "pcode.error value=6");
	assert_int_equal(command(gpu, 0x7e, 0), 6);
	/* A failed command leaves the data alone: the driver sends it again as it stands. */
	assert_int_equal(reg_cpu_read(gpu, PCODE_DATA0), 0);
	assert_int_equal(command(gpu, 0x7e, 0), 0);
	arm(gpu, "pcode.busy");
	assert_int_equal(command(gpu, 0x7e, 0), ALL_ONES);
	assert_quiet(gpu);
	/* A stuck mailbox is freed by a reset only. */
	regs_reset(gpu, GPU_RESET_FLR);
	assert_int_equal(command(gpu, 0x7e, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CARD_TEST(init_status),
		CARD_TEST(current_limit),
		CARD_TEST(unknown_commands),
		CARD_TEST(busy_protocol),
		CARD_TEST(seen_late),
		CARD_TEST(faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
