// SPDX-License-Identifier: MIT
/* A display that the system's firmware left on, and what a driver must not do under it. */
#include "../clk.h"
#include "../display.h"
#include "../mem.h"
#include "../pci.h"
#include "hw.h"

#define FRAME_NS	16666667ull
#define VRAM_AT		MIB(2)
#define GGTT_AT		MIB(8)

static int setup(void **state)
{
	struct gpu_options opt = { .platform = "bmg", .clock_steps = true, .plane = true, .plane_vram = VRAM_AT,
				   .plane_ggtt = GGTT_AT };
	struct gpu *gpu = gpu_create(&opt);

	pci_config_write(gpu, 4, 2, 0x6);
	*state = gpu;
	return 0;
}

static void frame(struct gpu *gpu)
{
	clk_step(gpu->clk, FRAME_NS);
	clk_run(gpu->clk);
}

static u64 *entry(struct gpu *gpu, u64 ggtt)
{
	return (u64 *)mem_gsm(gpu) + ggtt / PAGE_4K;
}

static void plane_off(struct gpu *gpu)
{
	reg_cpu_write(gpu, PLANE_BASE(0, 0) + PLANE_CTL, 0);
	reg_cpu_write(gpu, PLANE_BASE(0, 0) + PLANE_SURF, 0);
}

static void found_on(void **state)
{
	struct gpu *gpu = *state;
	u32 frames;

	assert_int_equal(reg_cpu_read(gpu, 0x510a0), 14 << 22 | 1 << 14);
	assert_int_equal(reg_cpu_read(gpu, PWR_WELL_CTL(1)) & PWR_WELL_STATE(PW_PIPE(0)), PWR_WELL_STATE(PW_PIPE(0)));
	assert_int_equal(reg_cpu_read(gpu, PWR_WELL_CTL(1)) & PWR_WELL_STATE(PW_PIPE(1)), 0);
	assert_int_equal(reg_cpu_read(gpu, TRANSCONF(0)) >> 30, 3);
	assert_int_equal(reg_cpu_read(gpu, PIPESRC(0)), 1023 << 16 | 767);
	assert_int_equal(reg_cpu_read(gpu, PLANE_BASE(0, 0) + PLANE_CTL), 0x84000000);
	assert_int_equal(reg_cpu_read(gpu, PLANE_BASE(0, 0) + PLANE_SIZE), 767 << 16 | 1023);
	assert_int_equal(reg_cpu_read(gpu, PLANE_BASE(0, 0) + PLANE_STRIDE), 64);
	assert_int_equal(reg_cpu_read(gpu, PLANE_BASE(0, 0) + PLANE_SURF), GGTT_AT);
	assert_int_equal(reg_cpu_read(gpu, PLANE_BASE(0, 0) + PLANE_SURFLIVE), GGTT_AT);
	assert_int_equal(reg_cpu_read(gpu, PLANE_BASE(0, 4) + PLANE_SURFLIVE), 0);
	assert_int_equal(*entry(gpu, GGTT_AT), VRAM_AT | 3);
	assert_int_equal(*entry(gpu, GGTT_AT + 0x2ff000), (VRAM_AT + 0x2ff000) | 3);
	frames = reg_cpu_read(gpu, PIPE_FRMCOUNT(0));
	frame(gpu);
	assert_int_equal(reg_cpu_read(gpu, PIPE_FRMCOUNT(0)), frames + 1);
	assert_true(answer_has(gpu, "plane", "1A 1024x768 stride 4096 ggtt 0x800000 + 0x300000 vram 0x200000\n"));
	assert_quiet(gpu);
	/* nobody asked for the power of pipe B */
	assert_violates(gpu, "display-asleep: PLANE_CTL_1_B", reg_cpu_read(gpu, PLANE_BASE(1, 0)));
	assert_violates(gpu, "display-asleep", reg_cpu_write(gpu, PLANE_BASE(1, 0) + PLANE_SURF, 0));
}

static void memory_under_it(void **state)
{
	struct gpu *gpu = *state;

	mem_vram(gpu)[VRAM_AT - 1] = 1;
	mem_vram(gpu)[VRAM_AT + 0x300000] = 1;
	*entry(gpu, GGTT_AT - PAGE_4K) = 3;
	*entry(gpu, GGTT_AT + 0x300000) = 3;
	frame(gpu);
	assert_quiet(gpu);
	mem_vram(gpu)[VRAM_AT + 0x2fffff] ^= 1;
	assert_violates(gpu, "plane-memory: plane 1A, GGTT 0xaff000: VRAM 0x4ff000 was written", frame(gpu));
	/* said once */
	mem_vram(gpu)[VRAM_AT] ^= 1;
	frame(gpu);
	assert_int_equal(counter_get(gpu, CNT_VIOLATION), 1);
}

static void entries_under_it(void **state)
{
	struct gpu *gpu = *state;

	*entry(gpu, GGTT_AT + 0x1000) = MIB(64) | 3;
	assert_violates(gpu, "plane-memory: plane 1A, GGTT 0x801000: the entry leads to VRAM 0x4000000", frame(gpu));
}

static void entries_taken_away(void **state)
{
	struct gpu *gpu = *state;

	*entry(gpu, GGTT_AT + 0x1000) = 0;
	assert_violates(gpu, "the entry was taken away", frame(gpu));
}

/* What it scans out of system memory is DMA. */
static void system_memory(void **state)
{
	struct gpu *gpu = *state;

	*entry(gpu, GGTT_AT) = MIB(64) | 1;
	frame(gpu);
	assert_true(answer_has(gpu, "violations", "the entry leads to memory"));
	assert_true(answer_has(gpu, "violations", "dma-unmapped: read 0x4000000"));
	assert_true(answer_has(gpu, "plane", "system 0x4000000"));
}

/* It shows the old frame until the next vertical blank. */
static void switched_off(void **state)
{
	struct gpu *gpu = *state;

	plane_off(gpu);
	assert_int_equal(reg_cpu_read(gpu, PLANE_BASE(0, 0) + PLANE_SURFLIVE), GGTT_AT);
	mem_vram(gpu)[VRAM_AT] ^= 1;
	assert_violates(gpu, "plane-memory", frame(gpu));
	assert_int_equal(reg_cpu_read(gpu, PLANE_BASE(0, 0) + PLANE_SURFLIVE), 0);
	assert_false(answer_has(gpu, "plane", "1A"));
	mem_vram(gpu)[VRAM_AT] ^= 1;
	*entry(gpu, GGTT_AT) = 0;
	frame(gpu);
	assert_int_equal(counter_get(gpu, CNT_VIOLATION), 1);
}

/* PLANE_CTL alone is not looked at. */
static void not_armed(void **state)
{
	struct gpu *gpu = *state;

	reg_cpu_write(gpu, PLANE_BASE(0, 0) + PLANE_CTL, 0);
	frame(gpu);
	assert_true(answer_has(gpu, "plane", "1A"));
	mem_vram(gpu)[VRAM_AT] ^= 1;
	assert_violates(gpu, "plane-memory", frame(gpu));
}

static void pipe_off(void **state)
{
	struct gpu *gpu = *state;

	reg_cpu_write(gpu, TRANSCONF(0), 0);
	frame(gpu);
	assert_int_equal(reg_cpu_read(gpu, TRANSCONF(0)) >> 30, 0);
	mem_vram(gpu)[VRAM_AT] ^= 1;
	frame(gpu);
	assert_false(answer_has(gpu, "plane", "1A"));
	assert_quiet(gpu);
}

static void asleep(void **state)
{
	struct gpu *gpu = *state;

	assert_violates(gpu, "plane-asleep: plane 1A", pci_config_write(gpu, 0x64, 2, 3));
	pci_config_write(gpu, 0x64, 2, 0);
	plane_off(gpu);
	frame(gpu);
	pci_config_write(gpu, 0x64, 2, 3);
	assert_int_equal(counter_get(gpu, CNT_VIOLATION), 1);
}

/* Firmware of the system runs at boot only. */
static void resets(void **state)
{
	struct gpu *gpu = *state;

	assert_true(answer_has(gpu, "reset flr", "ok"));
	assert_false(answer_has(gpu, "plane", "1A"));
	assert_int_equal(*entry(gpu, GGTT_AT), VRAM_AT | 3);
	display_boot(gpu);
	assert_true(answer_has(gpu, "plane", "1A"));
	assert_true(answer_has(gpu, "restore", "ok"));
	assert_false(answer_has(gpu, "plane", "1A"));
	display_boot(gpu);
	assert_true(answer_has(gpu, "vanish now", "ok"));
	frame(gpu);
	assert_quiet(gpu);
}

static void options(void **state)
{
	struct gpu_options opt = { .platform = "bmg", .plane = true, .plane_vram = GIB(1) - MIB(1) };

	assert_null(gpu_create(&opt));
	opt.plane_vram = 0;
	opt.plane_ggtt = GIB(4);
	assert_null(gpu_create(&opt));
}

/* Without the option there is no display. */
static void none(void **state)
{
	struct gpu *gpu = *state;

	assert_int_equal(reg_cpu_read(gpu, 0x510a0), 0);
	assert_true(answer_has(gpu, "plane", "ok"));
	assert_quiet(gpu);
	assert_violates(gpu, "unknown-register", reg_cpu_read(gpu, PLANE_BASE(0, 0)));
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, card_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(found_on), T(memory_under_it), T(entries_under_it), T(entries_taken_away), T(system_memory),
		T(switched_off), T(not_armed), T(pipe_off), T(asleep), T(resets), cmocka_unit_test(options),
		CARD_TEST(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
