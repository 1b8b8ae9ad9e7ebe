// SPDX-License-Identifier: MIT
/*
 * The interrupt tree, rule by rule. The MSI itself is pci.c's: here it is counted by what
 * the tree asks for.
 */
#include "../clk.h"
#include "../irq.h"
#include "hw.h"

#define GUC_BIT		BIT(25)
#define BCS0_BIT	BIT(15)
#define BCS8_BIT	BIT(23)

static u32 rd(struct gpu *gpu, u32 off)
{
	return reg_cpu_read(gpu, off);
}

static void wr(struct gpu *gpu, u32 off, u32 value)
{
	reg_cpu_write(gpu, off, value);
}

/* As the driver sets it up: engines and GuC enabled, master on. */
static void enable(struct gpu *gpu)
{
	wr(gpu, 0x190030, 0x00110011);
	wr(gpu, 0x190048, 0x00110000);
	wr(gpu, 0x190090, 0xffeeffff);
	wr(gpu, 0x1900a0, 0xffeeffff);
	wr(gpu, 0x19011c, 0xffeeffee);
	wr(gpu, 0x190100, 0xffeeffee);
	wr(gpu, 0x190038, 0x80000000);
	wr(gpu, 0x1900e8, 0x7fffffff);
	wr(gpu, DG1_MSTR_TILE_INTR, DG1_MSTR_IRQ);
}

static u32 identity(struct gpu *gpu, unsigned int n, u32 bit)
{
	u32 id;

	wr(gpu, IIR_REG_SELECTOR(n), bit);
	id = rd(gpu, INTR_IDENTITY_REG(n));
	wr(gpu, INTR_IDENTITY_REG(n), id);
	assert_int_equal(rd(gpu, INTR_IDENTITY_REG(n)), 0);
	return id;
}

/* The line as "irq" prints it: true while an MSI is owed or out. */
static bool line(struct gpu *gpu)
{
	return answer_has(gpu, "irq", "line=1");
}

static bool answered(struct gpu *gpu)
{
	return answer_has(gpu, "irq", "answered=1");
}

static bool sent(struct gpu *gpu, unsigned int n)
{
	char text[32];

	snprintf(text, sizeof(text), " sent=%u ", n);
	return answer_has(gpu, "irq", text);
}

static void whole_round(void **state)
{
	struct gpu *gpu = *state;
	u32 tile, master, dw;

	enable(gpu);
	assert_false(line(gpu));
	irq_raise(gpu, COPY_ENGINE_CLASS, 8, GT_RENDER_USER_INTERRUPT);
	assert_true(line(gpu));
	assert_false(answered(gpu));

	wr(gpu, DG1_MSTR_TILE_INTR, 0);
	assert_true(answered(gpu));
	tile = rd(gpu, DG1_MSTR_TILE_INTR);
	assert_int_equal(tile, DG1_MSTR_TILE_0);
	wr(gpu, DG1_MSTR_TILE_INTR, tile);
	master = rd(gpu, GFX_MSTR_IRQ);
	assert_int_equal(master, BIT(0));
	wr(gpu, GFX_MSTR_IRQ, master);
	dw = rd(gpu, GT_INTR_DW(0));
	assert_int_equal(dw, BCS8_BIT);
	assert_int_equal(identity(gpu, 0, BCS8_BIT),
			 INTR_DATA_VALID | 8 << 20 | COPY_ENGINE_CLASS << 16 | GT_RENDER_USER_INTERRUPT);
	wr(gpu, GT_INTR_DW(0), dw);
	assert_int_equal(rd(gpu, GT_INTR_DW(0)), 0);
	wr(gpu, DG1_MSTR_TILE_INTR, DG1_MSTR_IRQ);
	assert_false(line(gpu));
	assert_true(answered(gpu));
	assert_true(sent(gpu, 1));
	assert_quiet(gpu);
}

static void every_source(void **state)
{
	static const struct { enum irq_class class; unsigned int instance; u32 bit; u16 bits; } s[] = {
		{ RENDER_CLASS, 0, BIT(0), 0x11 }, { COPY_ENGINE_CLASS, 0, BCS0_BIT, 0x11 },
		{ COPY_ENGINE_CLASS, 8, BCS8_BIT, 0x11 }, { COMPUTE_CLASS, 0, BIT(4), 0x11 },
		{ OTHER_CLASS, OTHER_GUC_INSTANCE, GUC_BIT, 0x8000 },
	};
	struct gpu *gpu = *state;
	size_t i;

	enable(gpu);
	for (i = 0; i < ARRAY_SIZE(s); i++) {
		irq_raise(gpu, s[i].class, s[i].instance, 0xffff);
		assert_int_equal(rd(gpu, GT_INTR_DW(0)), s[i].bit);
		assert_int_equal(identity(gpu, 0, s[i].bit), INTR_DATA_VALID | s[i].bits |
				 s[i].instance << 20 | (u32)s[i].class << 16);
		wr(gpu, GT_INTR_DW(0), s[i].bit);
		assert_int_equal(rd(gpu, GT_INTR_DW(0)), 0);
	}
	assert_quiet(gpu);
}

/* Media engines sit in the second DW; no media GT is needed for the tree itself. */
static void second_bank(void **state)
{
	struct gpu *gpu = *state;

	enable(gpu);
	wr(gpu, 0x190034, 0x00110011);
	wr(gpu, 0x1900a8, 0xffeeffee);
	wr(gpu, 0x1900d0, 0xffeeffee);
	irq_raise(gpu, VIDEO_DECODE_CLASS, 1, 1);
	irq_raise(gpu, VIDEO_ENHANCEMENT_CLASS, 0, 1);
	assert_int_equal(rd(gpu, GFX_MSTR_IRQ), BIT(1));
	assert_int_equal(rd(gpu, GT_INTR_DW(1)), BIT(1) | BIT(31));
	assert_int_equal(identity(gpu, 1, BIT(31)), INTR_DATA_VALID | VIDEO_ENHANCEMENT_CLASS << 16 | 1);
	assert_int_equal(identity(gpu, 1, BIT(1)), INTR_DATA_VALID | 1 << 20 | VIDEO_DECODE_CLASS << 16 | 1);
	wr(gpu, GT_INTR_DW(1), BIT(1) | BIT(31));
	assert_int_equal(rd(gpu, GFX_MSTR_IRQ), 0);
	assert_quiet(gpu);
}

static void enables_and_masks(void **state)
{
	struct gpu *gpu = *state;

	/* Nothing set up: nothing becomes pending, not even later. */
	irq_raise(gpu, COPY_ENGINE_CLASS, 0, GT_RENDER_USER_INTERRUPT);
	enable(gpu);
	assert_int_equal(rd(gpu, GT_INTR_DW(0)), 0);
	assert_false(line(gpu));
	/* Masked */
	wr(gpu, 0x1900a0, ALL_ONES);
	irq_raise(gpu, COPY_ENGINE_CLASS, 0, GT_RENDER_USER_INTERRUPT);
	assert_int_equal(rd(gpu, GT_INTR_DW(0)), 0);
	/* Only the bits that are enabled */
	wr(gpu, 0x1900a0, 0xffeeffff);
	irq_raise(gpu, COPY_ENGINE_CLASS, 0, 0x0802);
	assert_int_equal(rd(gpu, GT_INTR_DW(0)), 0);
	/* The other half of the mask register belongs to somebody else. */
	wr(gpu, 0x19011c, 0xffffffee);
	irq_raise(gpu, COPY_ENGINE_CLASS, 8, GT_RENDER_USER_INTERRUPT);
	assert_int_equal(rd(gpu, GT_INTR_DW(0)), BCS8_BIT);
	wr(gpu, 0x19011c, 0xffeeffff);
	irq_raise(gpu, COPY_ENGINE_CLASS, 8, GT_RENDER_PIPECTL_NOTIFY_INTERRUPT);
	assert_int_equal(identity(gpu, 0, BCS8_BIT) & INTR_ENGINE_INTR_MASK, GT_RENDER_USER_INTERRUPT);
	/* No such source */
	irq_raise(gpu, RENDER_CLASS, 7, 0xffff);
	wr(gpu, GT_INTR_DW(0), ALL_ONES);
	assert_int_equal(rd(gpu, GT_INTR_DW(0)), 0);
	assert_quiet(gpu);
}

/* While the master is off no MSI goes out; the enable bit brings it. */
static void rearm(void **state)
{
	struct gpu *gpu = *state;

	enable(gpu);
	wr(gpu, DG1_MSTR_TILE_INTR, 0);
	irq_raise(gpu, OTHER_CLASS, OTHER_GUC_INSTANCE, GUC_INTR_GUC2HOST);
	assert_false(line(gpu));
	assert_true(answered(gpu));
	wr(gpu, DG1_MSTR_TILE_INTR, DG1_MSTR_IRQ);
	assert_true(line(gpu));
	assert_false(answered(gpu));
	/* Enabling again answers, but does not make a second edge. */
	wr(gpu, DG1_MSTR_TILE_INTR, DG1_MSTR_IRQ);
	assert_true(answered(gpu));
	/* Off and on with the same thing pending: a new one. */
	assert_true(sent(gpu, 1));
	wr(gpu, DG1_MSTR_TILE_INTR, 0);
	wr(gpu, DG1_MSTR_TILE_INTR, DG1_MSTR_IRQ);
	assert_false(answered(gpu));
	assert_true(sent(gpu, 2));
	/* Another event while the first waits for its handler: no second MSI. */
	irq_raise(gpu, COPY_ENGINE_CLASS, 8, GT_RENDER_USER_INTERRUPT);
	assert_true(sent(gpu, 2));
}

/* Between identity and the clearing of the DW: the bit must come back. */
static void event_in_between(void **state)
{
	struct gpu *gpu = *state;

	enable(gpu);
	irq_raise(gpu, RENDER_CLASS, 0, GT_RENDER_USER_INTERRUPT);
	wr(gpu, DG1_MSTR_TILE_INTR, 0);
	wr(gpu, DG1_MSTR_TILE_INTR, DG1_MSTR_TILE_0);
	wr(gpu, GFX_MSTR_IRQ, BIT(0));
	assert_int_equal(identity(gpu, 0, BIT(0)) & INTR_ENGINE_INTR_MASK, GT_RENDER_USER_INTERRUPT);
	irq_raise(gpu, RENDER_CLASS, 0, GT_RENDER_PIPECTL_NOTIFY_INTERRUPT);
	wr(gpu, GT_INTR_DW(0), BIT(0));
	assert_int_equal(rd(gpu, GT_INTR_DW(0)), BIT(0));
	assert_int_equal(rd(gpu, GFX_MSTR_IRQ), BIT(0));
	wr(gpu, DG1_MSTR_TILE_INTR, DG1_MSTR_IRQ);
	assert_false(answered(gpu));
	assert_int_equal(identity(gpu, 0, BIT(0)) & INTR_ENGINE_INTR_MASK, GT_RENDER_PIPECTL_NOTIFY_INTERRUPT);
	wr(gpu, GT_INTR_DW(0), BIT(0));
	assert_int_equal(rd(gpu, GT_INTR_DW(0)), 0);
	assert_quiet(gpu);
}

/* The card was away when its identity was cleared. */
static void identity_unheard(void **state)
{
	struct gpu *gpu = *state;

	enable(gpu);
	irq_raise(gpu, RENDER_CLASS, 0, GT_RENDER_USER_INTERRUPT);
	wr(gpu, IIR_REG_SELECTOR(0), BIT(0));
	assert_true(answer_has(gpu, "vanish write 1 for=1", "ok"));
	wr(gpu, INTR_IDENTITY_REG(0), INTR_DATA_VALID);
	assert_true(answer_has(gpu, "vanish off", "ok"));
	assert_true(rd(gpu, INTR_IDENTITY_REG(0)) & INTR_DATA_VALID);
	irq_raise(gpu, RENDER_CLASS, 0, GT_RENDER_USER_INTERRUPT);
	wr(gpu, IIR_REG_SELECTOR(0), BIT(0));
	assert_quiet(gpu);
	/* And that is all it explains. */
	irq_raise(gpu, RENDER_CLASS, 0, GT_RENDER_USER_INTERRUPT);
	assert_violates(gpu, "last identity", wr(gpu, IIR_REG_SELECTOR(0), BIT(0)));
}

static void masters_are_levels(void **state)
{
	struct gpu *gpu = *state;

	enable(gpu);
	irq_raise(gpu, COPY_ENGINE_CLASS, 0, GT_RENDER_USER_INTERRUPT);
	wr(gpu, GFX_MSTR_IRQ, ALL_ONES);
	assert_int_equal(rd(gpu, GFX_MSTR_IRQ), BIT(0));
	/* Without its identity being taken, a source insists. */
	wr(gpu, GT_INTR_DW(0), BCS0_BIT);
	assert_int_equal(rd(gpu, GT_INTR_DW(0)), BCS0_BIT);
}

static void identity_rules(void **state)
{
	struct gpu *gpu = *state;

	enable(gpu);
	irq_raise(gpu, COPY_ENGINE_CLASS, 0, GT_RENDER_USER_INTERRUPT);
	assert_violates(gpu, "interrupt-identity", wr(gpu, IIR_REG_SELECTOR(0), BIT(0)));
	assert_int_equal(rd(gpu, INTR_IDENTITY_REG(0)), 0);
	assert_violates(gpu, "interrupt-identity", wr(gpu, IIR_REG_SELECTOR(0), BCS0_BIT | BIT(0)));
	wr(gpu, IIR_REG_SELECTOR(0), BCS0_BIT);
	assert_violates(gpu, "interrupt-identity", wr(gpu, INTR_IDENTITY_REG(0), 1));
	irq_raise(gpu, RENDER_CLASS, 0, GT_RENDER_USER_INTERRUPT);
	assert_violates(gpu, "was not cleared", wr(gpu, IIR_REG_SELECTOR(0), BIT(0)));
}

static void master_rules(void **state)
{
	struct gpu *gpu = *state;

	wr(gpu, DG1_MSTR_TILE_INTR, DG1_MSTR_IRQ | GENMASK(7, 0));
	assert_quiet(gpu);
	assert_violates(gpu, "interrupt-master", wr(gpu, DG1_MSTR_TILE_INTR, DG1_MSTR_IRQ | BIT(8)));
}

static void never_acknowledged(void **state)
{
	struct gpu *gpu = *state;
	unsigned int i;

	enable(gpu);
	irq_raise(gpu, COPY_ENGINE_CLASS, 0, GT_RENDER_USER_INTERRUPT);
	for (i = 0; i < IRQ_ACK_ACCESSES - 1; i++)
		rd(gpu, 0x190240);
	assert_quiet(gpu);
	assert_violates(gpu, "interrupt-not-acknowledged", rd(gpu, 0x190240));
	for (i = 0; i < IRQ_ACK_ACCESSES; i++)
		rd(gpu, 0x190240);
	assert_int_equal(counter_get(gpu, CNT_VIOLATION), 1);
}

static void quiet(void **state)
{
	struct gpu *gpu = *state;

	irq_check_quiet(gpu);
	assert_quiet(gpu);
	enable(gpu);
	assert_violates(gpu, "interrupt-left-enabled", ctl_command(gpu, "quiet on", stderr));
	ctl_command(gpu, "quiet off", stderr);
	irq_raise(gpu, COPY_ENGINE_CLASS, 0, GT_RENDER_USER_INTERRUPT);
	irq_reset(gpu);
	irq_check_quiet(gpu);
	assert_int_equal(counter_get(gpu, CNT_VIOLATION), 1);
}

static void lost(void **state)
{
	struct gpu *gpu = *state;

	enable(gpu);
	arm(gpu, "irq.lost");
	irq_raise(gpu, COPY_ENGINE_CLASS, 0, GT_RENDER_USER_INTERRUPT);
	assert_true(line(gpu));
	assert_true(answered(gpu));
	/* The next event gets through. */
	irq_raise(gpu, COPY_ENGINE_CLASS, 8, GT_RENDER_USER_INTERRUPT);
	assert_false(answered(gpu));
	assert_true(sent(gpu, 1));
}

static void late(void **state)
{
	struct gpu *gpu = *state;

	enable(gpu);
	arm(gpu, "irq.late value=500");
	irq_raise(gpu, COPY_ENGINE_CLASS, 0, GT_RENDER_USER_INTERRUPT);
	clk_run(gpu->clk);
	assert_true(line(gpu));
	assert_true(sent(gpu, 0));
	clk_step(gpu->clk, 500 * 1000);
	clk_run(gpu->clk);
	assert_true(sent(gpu, 1));
	assert_false(answered(gpu));
	/* a reset forgets it */
	wr(gpu, DG1_MSTR_TILE_INTR, 0);
	arm(gpu, "irq.late value=500");
	wr(gpu, DG1_MSTR_TILE_INTR, DG1_MSTR_IRQ);
	irq_reset(gpu);
	clk_step(gpu->clk, 500 * 1000);
	clk_run(gpu->clk);
	assert_true(sent(gpu, 0));
}

static void spurious(void **state)
{
	struct gpu *gpu = *state;

	enable(gpu);
	assert_true(sent(gpu, 0));
	arm(gpu, "irq.spurious");
	wr(gpu, DG1_MSTR_TILE_INTR, 0);
	assert_int_equal(rd(gpu, DG1_MSTR_TILE_INTR), 0);
	wr(gpu, DG1_MSTR_TILE_INTR, DG1_MSTR_IRQ);
	assert_true(sent(gpu, 1));
	wr(gpu, DG1_MSTR_TILE_INTR, 0);
	wr(gpu, DG1_MSTR_TILE_INTR, DG1_MSTR_IRQ);
	assert_true(sent(gpu, 1));
	assert_quiet(gpu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CARD_TEST(whole_round),
		CARD_TEST(every_source),
		CARD_TEST(second_bank),
		CARD_TEST(enables_and_masks),
		CARD_TEST(rearm),
		CARD_TEST(event_in_between),
		CARD_TEST(identity_unheard),
		CARD_TEST(masters_are_levels),
		CARD_TEST(identity_rules), CARD_TEST(master_rules),
		CARD_TEST(never_acknowledged),
		CARD_TEST(quiet),
		CARD_TEST(lost),
		CARD_TEST(late), CARD_TEST(spurious),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
