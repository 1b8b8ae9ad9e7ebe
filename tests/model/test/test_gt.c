// SPDX-License-Identifier: MIT
/* Forcewake, reset, steering, WOPCM, FLR, and what lies outside the GTs. */
#include "../clk.h"
#include "../cs_internal.h"
#include "../irq.h"
#include "../mem.h"
#include "../pci.h"
#include "../pcode.h"
#include "../platform.h"
#include "../soc.h"
#include "hw.h"

static u32 rd(struct gpu *gpu, u32 off)
{
	return reg_cpu_read(gpu, off);
}

static void wr(struct gpu *gpu, u32 off, u32 value)
{
	reg_cpu_write(gpu, off, value);
}

static void forcewake(void **state)
{
	struct gpu *gpu = *state;

	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 0);
	wr(gpu, FORCEWAKE_GT, 0x00010001);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 1);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_RENDER), 0);
	assert_true(fw_awake(&gpu->gts[0], FW_GT));
	assert_false(fw_awake(&gpu->gts[0], FW_RENDER));
	wr(gpu, FORCEWAKE_RENDER, 0x00010001);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_RENDER), 1);
	wr(gpu, FORCEWAKE_GT, 0x00010000);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 0);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_RENDER), 1);
	/* Several clients, one bit each */
	wr(gpu, FORCEWAKE_GT, 0x00010001);
	wr(gpu, FORCEWAKE_GT, 0x80008000);
	wr(gpu, FORCEWAKE_GT, 0x00010000);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 0x8000);
	wr(gpu, FORCEWAKE_GT, 0x80000000);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 0);
	assert_quiet(gpu);
	assert_violates(gpu, "forcewake-request", wr(gpu, FORCEWAKE_GT, 0x00010003));
	assert_false(fw_awake(&gpu->gts[0], FW_VDBOX0));
	assert_false(fw_awake(&gpu->gts[0], FW_GSC));
}

static void asleep(void **state)
{
	struct gpu *gpu = *state;

	wr(gpu, FORCEWAKE_GT, 0x00010001);
	wr(gpu, 0xc064, 0x1234);
	wr(gpu, FORCEWAKE_GT, 0x00010000);
	assert_quiet(gpu);
	assert_violates(gpu, "forcewake-asleep", assert_int_equal(rd(gpu, 0xc064), 0));
	assert_violates(gpu, "forcewake-asleep", wr(gpu, 0xc064, 0));
	assert_int_equal(reg_peek(gpu, 0xc064), 0x1234);
	/* Shadowed: writes get through, reads do not. */
	wr(gpu, 0xa008, 0x12345678);
	wr(gpu, 0x2030, 0x40);
	assert_int_equal(counter_get(gpu, CNT_VIOLATION), 2);
	assert_int_equal(reg_peek(gpu, 0xa008), 0x12345678);
	assert_violates(gpu, "forcewake-asleep", rd(gpu, 0xa008));
	/* The render domain does not come with the GT's. */
	wr(gpu, FORCEWAKE_GT, 0x00010001);
	assert_violates(gpu, "forcewake-asleep", rd(gpu, 0x2080));
}

static void forcewake_faults(void **state)
{
	struct gpu *gpu = *state;

	arm(gpu, "forcewake.no-ack");
	wr(gpu, FORCEWAKE_GT, 0x00010001);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 0);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 0);
	wr(gpu, FORCEWAKE_GT, 0x00010000);
	arm(gpu, "forcewake.late-ack value=3");
	wr(gpu, FORCEWAKE_GT, 0x00010001);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 0);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 0);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 0);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 1);
	/* Who looks less often does not wait for longer. */
	wr(gpu, FORCEWAKE_GT, 0x00010000);
	arm(gpu, "forcewake.late-ack value=3");
	wr(gpu, FORCEWAKE_GT, 0x00010001);
	clk_step(gpu->clk, 3 * 1000 * 1000);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 1);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 1);
	/* Given up before it came: it does not come any more. */
	wr(gpu, FORCEWAKE_GT, 0x00010000);
	arm(gpu, "forcewake.late-ack value=1");
	wr(gpu, FORCEWAKE_GT, 0x00010001);
	wr(gpu, FORCEWAKE_GT, 0x00010000);
	rd(gpu, FORCEWAKE_ACK_GT_MTL);
	rd(gpu, FORCEWAKE_ACK_GT_MTL);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 0);
}

static void sleep_shows(void **state)
{
	struct gpu *gpu = *state;
	u32 before = rd(gpu, 0x138108), now;

	assert_int_equal(rd(gpu, 0xc60), 3 << 9);
	clk_step(gpu->clk, 1280 * 1000);
	now = rd(gpu, 0x138108);
	assert_in_range(now - before, 1000, 1001);
	wr(gpu, FORCEWAKE_GT, 0x00010001);
	now = rd(gpu, 0x138108);
	clk_step(gpu->clk, 1280 * 1000);
	assert_int_equal(rd(gpu, 0x138108), now);
	wr(gpu, FORCEWAKE_GT, 0x00010000);
	clk_step(gpu->clk, 1280 * 1000);
	assert_in_range(rd(gpu, 0x138108) - now, 1000, 1001);
	wr(gpu, FORCEWAKE_GT, 0x00010001);
	assert_int_equal(rd(gpu, 0xc60), rd(gpu, 0x13800c));
	wr(gpu, 0xa008, 128u << 23);
	assert_int_equal(rd(gpu, 0xc60), 128);
	assert_quiet(gpu);
}

static void steering(void **state)
{
	struct gpu *gpu = *state;

	wake_all(gpu);
	assert_int_equal(rd(gpu, STEER_SEMAPHORE), 1);
	assert_int_equal(rd(gpu, STEER_SEMAPHORE), 0);
	wr(gpu, MTL_MCR_SELECTOR, 0x80000102);
	assert_int_equal(rd(gpu, 0xe160), ALL_ONES);
	wr(gpu, MTL_MCR_SELECTOR, 0x00000102);
	wr(gpu, MTL_MCR_SELECTOR, MCR_MULTICAST);
	wr(gpu, STEER_SEMAPHORE, 1);
	assert_int_equal(rd(gpu, STEER_SEMAPHORE), 1);
	wr(gpu, STEER_SEMAPHORE, 1);
	assert_quiet(gpu);

	assert_violates(gpu, "released but not held", wr(gpu, STEER_SEMAPHORE, 1));
	assert_violates(gpu, "mcr-selector-unlocked", wr(gpu, MTL_MCR_SELECTOR, MCR_MULTICAST));
	assert_violates(gpu, "mcr-unlocked", rd(gpu, 0x4000));
	assert_violates(gpu, "mcr-unlocked", wr(gpu, 0x4000, 1));
	mcr_lock(gpu);
	wr(gpu, MTL_MCR_SELECTOR, 0x102);
	assert_violates(gpu, "mcr-left-unicast", mcr_unlock(gpu));
	assert_violates(gpu, "mcr-semaphore", wr(gpu, STEER_SEMAPHORE, 0));
	arm(gpu, "mcr.busy");
	assert_int_equal(rd(gpu, STEER_SEMAPHORE), 0);
	assert_int_equal(rd(gpu, STEER_SEMAPHORE), 1);
}

/* A selector that was written while the card was away is not what the driver left there. */
static void steering_unheard(void **state)
{
	struct gpu *gpu = *state;

	wake_all(gpu);
	mcr_lock(gpu);
	wr(gpu, MTL_MCR_SELECTOR, 0x102);
	assert_true(answer_has(gpu, "vanish write 1 for=1", "ok"));
	reg_cpu_write(gpu, MTL_MCR_SELECTOR, MCR_MULTICAST);
	reg_cpu_write(gpu, STEER_SEMAPHORE, 1);
	assert_quiet(gpu);
	/* from a reset on it has heard everything */
	wr(gpu, GDRST, GRDOM_FULL);
	assert_violates(gpu, "released but not held", wr(gpu, STEER_SEMAPHORE, 1));
}

static void wopcm(void **state)
{
	struct gpu *gpu = *state;

	wake_all(gpu);
	wr(gpu, GUC_WOPCM_SIZE, 0x00400000);
	assert_int_equal(rd(gpu, GUC_WOPCM_SIZE), 0x00400001);
	wr(gpu, DMA_GUC_WOPCM_OFFSET, 0x00200000 | HUC_LOADING_AGENT_GUC);
	assert_int_equal(rd(gpu, DMA_GUC_WOPCM_OFFSET), 0x00200003);
	/* The same once more is no fault, another value is, and it does not stick. */
	wr(gpu, GUC_WOPCM_SIZE, 0x00400000);
	assert_quiet(gpu);
	assert_violates(gpu, "wopcm-locked", wr(gpu, GUC_WOPCM_SIZE, 0x00300000));
	assert_violates(gpu, "wopcm-locked", wr(gpu, DMA_GUC_WOPCM_OFFSET, 0x00100000));
	assert_int_equal(rd(gpu, GUC_WOPCM_SIZE), 0x00400001);
	assert_int_equal(rd(gpu, DMA_GUC_WOPCM_OFFSET), 0x00200003);
	/* Survives both resets of the GT, not an FLR. */
	wr(gpu, GDRST, GRDOM_FULL);
	wr(gpu, GDRST, GRDOM_GUC);
	assert_int_equal(rd(gpu, GUC_WOPCM_SIZE), 0x00400001);
	assert_int_equal(rd(gpu, DMA_GUC_WOPCM_OFFSET), 0x00200003);
	regs_reset(gpu, GPU_RESET_FLR);
	assert_int_equal(reg_peek(gpu, GUC_WOPCM_SIZE), 0);
	wake_all(gpu);
	wr(gpu, GUC_WOPCM_SIZE, 0x00700000);
	assert_violates(gpu, "wopcm-range", wr(gpu, DMA_GUC_WOPCM_OFFSET, 0x00200000));
}

static void gt_reset(void **state)
{
	struct gpu *gpu = *state;

	wake_all(gpu);
	wr(gpu, 0xc064, 0x55);
	wr(gpu, 0x2080, 0x1000);
	wr(gpu, 0x190030, 0x00110011);
	wr(gpu, 0x190090, 0xffeeffff);
	wr(gpu, 0x190240, 0x1234);
	gpu->gts[0].engines[1]->ipehr = 0x77;
	wr(gpu, GDRST, GRDOM_FULL);
	/* Firmware and engines forget, too. */
	assert_int_equal(rd(gpu, 0x190240), 0);
	assert_int_equal(rd(gpu, 0x22068), 0);
	assert_int_equal(rd(gpu, GDRST), 0);
	assert_int_equal(counter_get(gpu, CNT_GT_RESET), 1);
	assert_int_equal(rd(gpu, 0xc000), 1);
	assert_int_equal(rd(gpu, 0xc064), 0);
	assert_int_equal(rd(gpu, 0x2080), 0);
	/* What the driver does not write again */
	assert_int_equal(rd(gpu, 0x190030), 0x00110011);
	assert_int_equal(rd(gpu, 0x190090), 0xffeeffff);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 1);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_RENDER), 1);
	assert_quiet(gpu);
	assert_violates(gpu, "gdrst-unknown-domain", wr(gpu, GDRST, BIT(7)));
	assert_int_equal(counter_get(gpu, CNT_GT_RESET), 1);
}

static void guc_only_reset(void **state)
{
	struct gpu *gpu = *state;

	wake_all(gpu);
	wr(gpu, 0x2080, 0x1000);
	wr(gpu, 0x190240, 0x1234);
	gpu->gts[0].engines[1]->ipehr = 0x77;
	wr(gpu, GDRST, GRDOM_GUC);
	assert_int_equal(rd(gpu, 0x190240), 0);
	assert_int_equal(rd(gpu, 0x22068), 0x77);
	assert_int_equal(rd(gpu, GDRST), 0);
	assert_int_equal(rd(gpu, 0xc000), 1);
	assert_int_equal(rd(gpu, 0x2080), 0x1000);
	assert_int_equal(counter_get(gpu, CNT_GT_RESET), 0);
	arm(gpu, "reset.stuck");
	wr(gpu, GDRST, GRDOM_GUC);
	assert_int_equal(rd(gpu, GDRST), GRDOM_GUC);
	assert_quiet(gpu);
}

/* The firmware's own registers lead to the firmware. */
static void firmware_hooks(void **state)
{
	struct gpu *gpu = *state;

	wake_all(gpu);
	reg_poke(gpu, 0x190240, 0);
	wr(gpu, 0x1901f0, 1);
	assert_int_equal(counter_get(gpu, CNT_DOORBELL), 1);
	/* There is no media GT to ring for. */
	wr(gpu, 0x190304, 1);
	assert_int_equal(counter_get(gpu, CNT_DOORBELL), 1);
	wr(gpu, 0xc314, 0x00100010);
	assert_int_equal(rd(gpu, 0xc314), 0x10);
	wr(gpu, 0xc314, 0x00010001);
	assert_int_equal(rd(gpu, 0xc314) & 1, 0);
	/* a transfer that is stuck is not started again by clearing the other bits */
	arm(gpu, "gt.self-clear");
	wr(gpu, 0xcf7c, 1);
	assert_int_equal(rd(gpu, 0xcf7c), 1);
	wr(gpu, 0xcf7c, 1);
	assert_int_equal(rd(gpu, 0xcf7c), 0);
	arm(gpu, "guc.dma-stuck");
	wr(gpu, 0xc314, 0x00110011);
	wr(gpu, 0xc314, 0x00100000);
	assert_int_equal(rd(gpu, 0xc314), 0x1);
}

static void self_clearing(void **state)
{
	struct gpu *gpu = *state;
	static const u32 offs[] = { 0xb404, 0xb418, 0xceec, 0xcf7c };
	size_t i;

	wake_all(gpu);
	for (i = 0; i < ARRAY_SIZE(offs); i++) {
		wr(gpu, offs[i], 1);
		assert_int_equal(rd(gpu, offs[i]), 0);
	}
	wr(gpu, 0xa210, 3);
	assert_int_equal(rd(gpu, 0xa210), 3);
	assert_quiet(gpu);
}

static void tlb_by_register(void **state)
{
	struct gpu *gpu = *state;
	u64 *entry = (u64 *)mem_gsm(gpu) + MIB(16) / PAGE_4K;
	u32 v;

	wake_all(gpu);
	*entry = 0x7003;
	ggtt_read32(gpu, MIB(16), &v);
	*entry = 0x8003;
	wr(gpu, PVC_GUC_TLB_INV_DESC1, PVC_GUC_TLB_INV_DESC1_INVALIDATE);
	wr(gpu, PVC_GUC_TLB_INV_DESC0, PVC_GUC_TLB_INV_DESC0_VALID);
	ggtt_read32(gpu, MIB(16), &v);
	assert_quiet(gpu);
	*entry = 0x7003;
	wr(gpu, GDRST, GRDOM_GUC);
	ggtt_read32(gpu, MIB(16), &v);
	assert_quiet(gpu);
	*entry = 0x8003;
	wr(gpu, PVC_GUC_TLB_INV_DESC1, 0);
	wr(gpu, PVC_GUC_TLB_INV_DESC0, PVC_GUC_TLB_INV_DESC0_VALID);
	assert_violates(gpu, "ggtt-stale", ggtt_read32(gpu, MIB(16), &v));
}

static void driver_flr(void **state)
{
	struct gpu *gpu = *state;

	assert_int_equal(rd(gpu, 0x10100c) & BIT(31), 0);
	assert_int_equal(rd(gpu, GU_CNTL), LMEM_INIT);
	wr(gpu, GU_DEBUG, DRIVERFLR_STATUS);
	assert_int_equal(rd(gpu, GU_DEBUG), 0);
	wake_all(gpu);
	wr(gpu, 0x190030, 0x00110011);
	wr(gpu, 0x1900a0, 0xffeeffff);
	irq_raise(gpu, COPY_ENGINE_CLASS, 0, GT_RENDER_USER_INTERRUPT);
	assert_int_equal(rd(gpu, GT_INTR_DW(0)), BIT(15));
	gpu->gts[0].engines[1]->ipehr = 0x77;
	wr(gpu, GU_CNTL, LMEM_INIT | DRIVERFLR);
	assert_int_equal(rd(gpu, GU_CNTL), LMEM_INIT);
	assert_int_equal(rd(gpu, GU_DEBUG), DRIVERFLR_STATUS);
	wr(gpu, GU_DEBUG, DRIVERFLR_STATUS);
	assert_int_equal(rd(gpu, GU_DEBUG), 0);
	assert_int_equal(rd(gpu, 0x190030), 0);
	assert_int_equal(rd(gpu, FORCEWAKE_ACK_GT_MTL), 0);
	assert_int_equal(rd(gpu, GT_INTR_DW(0)), 0);
	wake_all(gpu);
	assert_int_equal(rd(gpu, 0xc000), 1);
	assert_int_equal(rd(gpu, 0x22068), 0);
	assert_quiet(gpu);
	arm(gpu, "lmem.not-ready count=2");
	assert_int_equal(rd(gpu, GU_CNTL), 0);
	assert_int_equal(rd(gpu, GU_CNTL), 0);
	assert_int_equal(rd(gpu, GU_CNTL), LMEM_INIT);
	arm(gpu, "flr.stuck");
	wr(gpu, GU_CNTL, LMEM_INIT | DRIVERFLR);
	assert_int_equal(rd(gpu, GU_DEBUG) & DRIVERFLR_STATUS, 0);
}

static u64 rd64(struct gpu *gpu, u32 off)
{
	return (u64)rd(gpu, off + 4) << 32 | rd(gpu, off);
}

/*
 * The driver's sums: usable below the GSM base, stolen between DSM base and WOPCM, nothing
 * overlaps.
 */
static void check_vram(struct gpu *gpu, u64 size)
{
	u64 gsm, dsm;

	wake_all(gpu);
	mcr_lock(gpu);
	assert_int_equal(rd(gpu, 0x4900), (size >> 30) << 8);
	assert_int_equal(rd(gpu, 0x8800) & 1, 0);
	mcr_unlock(gpu);
	gsm = rd64(gpu, 0x108100);
	dsm = rd64(gpu, 0x1080c0);
	assert_int_equal(gsm % MIB(2), 0);
	assert_int_equal(dsm % MIB(1), 0);
	assert_int_equal(dsm - gsm, SOC_GSM_SIZE);
	assert_true(dsm < size);
	assert_int_equal(MIB(1) << (rd64(gpu, 0x1082c0) >> 7 & 7), SOC_WOPCM_SIZE);
	assert_true(size - dsm > SOC_WOPCM_SIZE);
	assert_quiet(gpu);
}

static void memory_layout(void **state)
{
	struct gpu *gpu = *state;

	check_vram(gpu, gpu->platform->vram);
	gpu->opt.vram = GIB(12);
	check_vram(gpu, GIB(12));
}

static void frequencies(void **state)
{
	struct gpu *gpu = *state;
	u32 cap = rd(gpu, 0x138000), rp0 = cap & 0x1ff, rpn = cap >> 16 & 0x1ff;
	u32 rpe = rd(gpu, 0x13800c) & 0x1ff;

	assert_int_equal(rp0 * 50 / 3, 2850);
	assert_true(rpn <= rpe && rpe <= rp0);
	/* The driver caps at 2133 MHz while firmware loads. */
	assert_in_range(2133 * 3 / 50, rpn, rp0);
	assert_int_equal(rd(gpu, 0xd00), 0x0e);
}

/* Compute engines by fuse */
static void compute_engines(void **state)
{
	for (unsigned int n = 1; n <= 4; n++) {
		struct gpu_options opt = { .platform = "bmg", .clock_steps = true, .ccs = n };
		struct gpu *gpu = gpu_create(&opt);

		wake_all(gpu);
		assert_int_equal(rd(gpu, 0x9114), ((1u << n) - 1) << 16);
		assert_int_equal(gpu->gts[0].num_engines, 3 + n);
		wr(gpu, 0x1a080, 0x1000);
		if (n == 4)
			wr(gpu, 0x26080, 0x1000);
		assert_quiet(gpu);
		if (n < 4)
			assert_violates(gpu, "unknown-register", rd(gpu, 0x26080));
		gpu_destroy(gpu);
	}
}

static void energy(void **state)
{
	struct gpu *gpu = *state;
	u32 a = rd(gpu, 0x138120), b = rd(gpu, 0x138458);

	assert_int_equal(rd(gpu, 0x1380dc) >> 8 & 0x1f, 14);
	clk_step(gpu->clk, 1000000000);
	assert_in_range(rd(gpu, 0x138120) - a, 30 << 14, (30 << 14) + 5);
	assert_in_range(rd(gpu, 0x138458) - b, 45 << 14, (45 << 14) + 5);
}

/* Nothing that software set in hwmon survives a cut of the power, and what is counted starts anew. */
static void power_cut(void **state)
{
	struct gpu *gpu = *state;
	u32 limit = rd(gpu, 0x138440), platform = rd(gpu, 0x138460);

	wr(gpu, 0x138440, BIT(15) | 100 * 8 | 0x12u << 17);	/* with an interval */
	wr(gpu, 0x138460, BIT(15) | 120 * 8);
	wr(gpu, PCODE_DATA0, 100 << 6);
	wr(gpu, PCODE_MAILBOX, PCODE_READY | 0x057c);
	while (rd(gpu, PCODE_MAILBOX) & PCODE_READY)
		;
	clk_step(gpu->clk, 1000000000);
	assert_true(rd(gpu, 0x138120) > 29 << 14);
	/* D3 alone keeps all of it */
	pci_config_write(gpu, 0x64, 2, 3);
	pci_config_write(gpu, 0x64, 2, 0);
	assert_int_equal(rd(gpu, 0x138440), BIT(15) | 100 * 8 | 0x12u << 17);
	assert_true(rd(gpu, 0x138120) > 29 << 14);
	arm(gpu, "power.cut");
	pci_config_write(gpu, 0x64, 2, 3);
	pci_config_write(gpu, 0x64, 2, 0);
	assert_int_equal(rd(gpu, 0x138440), limit);
	assert_int_equal(rd(gpu, 0x138460), platform);
	assert_in_range(rd(gpu, 0x138120), 0, 1 << 14);
	wr(gpu, PCODE_MAILBOX, PCODE_READY | 0x047c);
	while (rd(gpu, PCODE_MAILBOX) & PCODE_READY)
		;
	assert_int_equal(rd(gpu, PCODE_DATA0), BIT(31) | 230 << 6);
	assert_quiet(gpu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CARD_TEST(forcewake),
		CARD_TEST(asleep),
		CARD_TEST(forcewake_faults),
		CARD_TEST(sleep_shows),
		CARD_TEST(steering),
		CARD_TEST(steering_unheard),
		CARD_TEST(wopcm),
		CARD_TEST(gt_reset),
		CARD_TEST(guc_only_reset),
		CARD_TEST(firmware_hooks),
		CARD_TEST(self_clearing), CARD_TEST(tlb_by_register),
		CARD_TEST(driver_flr),
		CARD_TEST(memory_layout),
		CARD_TEST(frequencies),
		CARD_TEST(energy), cmocka_unit_test(compute_engines),
		CARD_TEST(power_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
