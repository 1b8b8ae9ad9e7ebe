// SPDX-License-Identifier: MIT
/* The register file and every row of its tables. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../irq.h"
#include "../mem.h"
#include "../pci.h"
#include "../platform.h"
#include "../regs_tables.h"
#include "../vfu.h"
#include "hw.h"

/* ---- tables ---- */

struct seen {
	struct gpu *gpu;
	unsigned int count;
	u32 last;
	const char *names[2048];
};

static void check_row(const struct reg *reg)
{
	assert_int_equal(reg->offset & 3, 0);
	assert_int_equal(reg->stride & 3, 0);
	assert_int_equal(reg->ro & reg->w1c, 0);
	assert_true(reg->fw < FW_COUNT);
	assert_true(strlen(reg->name) < 48);
	/* What writes cannot change and no hook computes is what it reads. */
	if (reg->flags & REG_MASKED) {
		assert_int_equal(reg->reset & 0xffff0000, 0);
		assert_int_equal(reg->w1c, 0);
	}
	/* A sleeping domain exists only in a GT. */
	if (reg->fw != FW_NONE)
		assert_true(reg->offset < 0x40000);
	if (reg->flags & REG_ENGINE) {
		assert_true(reg->offset < 0x2000);
		assert_int_equal(reg->fw, FW_NONE);
	} else {
		assert_int_equal(reg->classes, 0);
	}
	if (reg->flags & REG_GT)
		assert_true(reg->offset < 0x40000);
	if (reg->flags & REG_DUMMY)
		assert_int_equal(reg->ro, ALL_ONES);
}

static void rows_are_sound(void **state)
{
	struct gpu *gpu = *state;
	const struct reg *const *table;
	const struct reg *reg;

	for (table = gpu->platform->tables; *table; table++)
		for (reg = *table; reg->name; reg++)
			check_row(reg);
}

static void check_name(void *arg, const struct reg *reg, u32 off, const char *name)
{
	struct seen *s = arg;
	unsigned int i;

	assert_ptr_equal(reg_find(s->gpu, off), reg);
	assert_true(s->count == 0 || off > s->last);
	assert_true(s->count < ARRAY_SIZE(s->names));
	for (i = 0; i < s->count; i++)
		assert_string_not_equal(s->names[i], name);
	s->last = off;
	s->names[s->count++] = strdup(name);
}

static void names_are_unique(void **state)
{
	static struct seen s;

	s = (struct seen){ .gpu = *state };
	regs_for_each(*state, check_name, &s);
	assert_true(s.count > 500);
	while (s.count)
		free((char *)s.names[--s.count]);
}

static void check_reset(void *arg, const struct reg *reg, u32 off, const char *name)
{
	u32 value = reg_peek(arg, off);

	if (value != reg->reset)
		fail_msg("%s at 0x%06x: 0x%08x after reset, not 0x%08x", name, off, value, reg->reset);
}

static void reset_values(void **state)
{
	struct gpu *gpu = *state;

	regs_reset(gpu, GPU_RESET_POWER);
	regs_for_each(gpu, check_reset, gpu);
}

/* Plain storage: what a write may change changes, and nothing else does. */
static void check_storage(void *arg, const struct reg *reg, u32 off, const char *name)
{
	static const u32 patterns[] = { 0x0000ffff, 0xffff0000, 0xffffffff, 0xa5a5a5a5, 0 };
	struct gpu *gpu = arg;
	size_t i;

	if (reg->read || reg->write)
		return;
	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		u32 old = reg_peek(gpu, off), raw = patterns[i], want;

		if (reg->flags & REG_MASKED)
			want = (old & ~(raw >> 16)) | (raw & (raw >> 16));
		else
			want = (old & (reg->ro | reg->w1c)) | (raw & ~(reg->ro | reg->w1c));
		want &= ~(raw & reg->w1c);
		assert_int_equal(reg_cs_write(gpu, off, raw), 0);
		if (reg_peek(gpu, off) != want)
			fail_msg("%s: 0x%08x written over 0x%08x gives 0x%08x", name, raw, old,
				 reg_peek(gpu, off));
	}
}

static void storage_semantics(void **state)
{
	regs_for_each(*state, check_storage, *state);
	assert_quiet(*state);
}

/* The same through the CPU's door: each row must be reachable without a complaint. */
static void touch(void *arg, const struct reg *reg, u32 off, const char *name)
{
	struct gpu *gpu = arg;
	u64 before = counter_get(gpu, CNT_VIOLATION);

	if (reg->flags & REG_MCR)
		mcr_lock(gpu);
	reg_cpu_read(gpu, off);
	if (off == STEER_SEMAPHORE || reg->flags & REG_MCR)
		mcr_unlock(gpu);
	if (counter_get(gpu, CNT_VIOLATION) != before)
		fail_msg("reading %s at 0x%06x is a violation", name, off);
}

static void all_can_be_read(void **state)
{
	struct gpu *gpu = *state;
	u64 reads = counter_get(gpu, CNT_MMIO_READ);

	wake_all(gpu);
	regs_for_each(gpu, touch, gpu);
	assert_true(counter_get(gpu, CNT_MMIO_READ) > reads + 500);
	assert_int_equal(counter_get(gpu, CNT_UNKNOWN_REG), 0);
}

struct domain_walk {
	struct gpu *gpu;
	unsigned int asleep;
};

static void touch_asleep(void *arg, const struct reg *reg, u32 off, const char *name)
{
	struct domain_walk *w = arg;
	u64 before = counter_get(w->gpu, CNT_VIOLATION);
	bool sleeps = reg->fw != FW_NONE || reg->flags & REG_ENGINE;

	if (off == STEER_SEMAPHORE)
		return;
	assert_int_equal(reg_cpu_read(w->gpu, off) && sleeps, 0);
	if (counter_get(w->gpu, CNT_VIOLATION) != before + sleeps)
		fail_msg("%s at 0x%06x: sleeping domain %s", name, off, sleeps ? "unnoticed" : "claimed");
	w->asleep += sleeps;
}

static void sleeping_domains(void **state)
{
	struct domain_walk w = { .gpu = *state };

	regs_for_each(*state, touch_asleep, &w);
	assert_true(w.asleep > 300);
	assert_true(answer_has(*state, "violations", "forcewake-asleep"));
}

/* Both tables claim one offset: the model refuses to start. */
static const struct reg overlap_table[] = { R(0xc000, "TWICE"), { 0 } };

static void overlap_aborts(void **state)
{
	struct gpu *gpu = *state;
	const struct reg *const tables[] = { regs_gt_guc, overlap_table, NULL };
	struct platform platform = *gpu->platform;
	int status;
	pid_t pid;

	platform.tables = tables;
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct gpu copy = *gpu;

		copy.platform = &platform;
		signal(SIGABRT, SIG_DFL);
		fclose(stderr);
		regs_create(&copy);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* A card with a media GT: its window and its engines are there, and nothing collides. */
static void media_gt_expands(void **state)
{
	static const struct engine_info vcs0 = { "vcs0", GUC_VIDEO, 0, 0x1c0000, VIDEO_DECODE_CLASS, 0, FW_VDBOX0 };
	struct gpu *gpu = *state;
	const struct reg *const tables[] = { regs_gt_common, regs_gt_guc, regs_gt_render,
		regs_gt_media, regs_bmg_fuses, regs_engine, regs_soc, regs_soc_discrete, regs_irq, NULL };
	const struct gt_info gts[] = { gpu->platform->gt[0],
		{ .name = "gt1", .gmd_id = 0x03404004, .engines = &vcs0, .num_engines = 1 } };
	struct platform platform = *gpu->platform;
	struct gpu two = *gpu;

	platform.tables = tables;
	platform.gt = gts;
	platform.num_gts = 2;
	two.platform = &platform;
	two.num_gts = 2;
	two.gts[0].gpu = &two;
	two.gts[1] = (struct gt){ .gpu = &two, .id = 1, .window = 0x380000 };
	regs_create(&two);
	assert_int_equal(reg_cpu_read(&two, 0x380d8c), 0x03404004);
	assert_int_equal(reg_gt(&two, 0x38c000)->id, 1);
	assert_int_equal(reg_gt(&two, 0x1c0080)->id, 1);
	assert_ptr_equal(reg_find(&two, 0x39e160), NULL);
	reg_cpu_write(&two, 0x380000 + FORCEWAKE_MEDIA_VDBOX(0), 0x00010001);
	assert_int_equal(reg_cpu_read(&two, 0x380000 + FORCEWAKE_ACK_MEDIA_VDBOX(0)), 1);
	assert_false(fw_awake(&two.gts[0], FW_VDBOX0));
	reg_cpu_write(&two, 0x1c0080, 0x1000);
	assert_int_equal(reg_cpu_read(&two, 0x1c0080), 0x1000);
	assert_false(fw_awake(&two.gts[1], FW_GT));
	assert_quiet(&two);
	regs_destroy(two.regs);
}

/* ---- accesses ---- */

static void unknown_offset(void **state)
{
	struct gpu *gpu = *state;

	assert_violates(gpu, "unknown-register",
			assert_int_equal(reg_cpu_read(gpu, 0x12344), 0));
	assert_violates(gpu, "unknown-register", reg_cpu_write(gpu, 0x12344, 7));
	assert_violates(gpu, "unknown-register", reg_cpu_read(gpu, 0x7ffffc));
	assert_int_equal(counter_get(gpu, CNT_UNKNOWN_REG), 3);
	assert_true(answer_has(gpu, "unknown", "012344 reads=1 writes=1"));
}

static void unknown_flood(void **state)
{
	struct gpu *gpu = *state;
	u32 off;

	for (off = 0x200000; off < 0x280000; off += 4)
		reg_cpu_read(gpu, off);
	assert_int_equal(counter_get(gpu, CNT_UNKNOWN_REG), 0x80000 / 4);
	assert_true(answer_has(gpu, "unknown", "200000 reads=1 writes=0"));
}

static void unaligned(void **state)
{
	struct gpu *gpu = *state;
	u32 word = 0;

	assert_violates(gpu, "unaligned: ", reg_cpu_read(gpu, GU_CNTL + 2));
	assert_violates(gpu, "unaligned: ", reg_cpu_write(gpu, GU_CNTL + 1, 1));
	pci_config_write(gpu, 4, 2, 0x6);
	assert_violates(gpu, "unaligned: read", bar_read(gpu, 0, GU_CNTL, &word, 2));
	assert_violates(gpu, "unaligned: write", bar_write(gpu, 0, GU_CNTL, &word, 2));
}

/* Between the registers and the GGTT entries there is nothing. */
static void no_register(void **state)
{
	struct gpu *gpu = *state;
	u32 word = 0;

	pci_config_write(gpu, 4, 2, 0x6);
	assert_violates(gpu, "unknown-register: read of 0x400000", bar_read(gpu, 0, MIB(4), &word, 4));
	assert_violates(gpu, "unknown-register: write", bar_write(gpu, 0, MIB(8) - 4, &word, 4));
	assert_true(answer_has(gpu, "quiet on", "ok"));
	reg_cpu_read(gpu, MIB(6));
	assert_true(answer_has(gpu, "violations", "touched-after-unbind"));
}

static void read_only(void **state)
{
	struct gpu *gpu = *state;
	u32 value = reg_cpu_read(gpu, 0x138000);

	assert_violates(gpu, "write-read-only", reg_cpu_write(gpu, 0x138000, ~value));
	assert_int_equal(reg_cpu_read(gpu, 0x138000), value);
}

/* GMD_ID and VF_CAP are written on purpose, as a delay and for posting. */
static void dummy_writes(void **state)
{
	struct gpu *gpu = *state;
	u32 gmd = reg_cpu_read(gpu, 0xd8c);

	assert_int_equal(gmd >> 22, 20);
	assert_int_equal((gmd >> 14) & 0xff, 1);
	reg_cpu_write(gpu, 0xd8c, 0);
	reg_cpu_write(gpu, 0x1901f8, 0);
	assert_int_equal(reg_cpu_read(gpu, 0xd8c), gmd);
	assert_int_equal(reg_cpu_read(gpu, 0x380d8c), 0);
	assert_quiet(gpu);
}

static void masked(void **state)
{
	struct gpu *gpu = *state;

	wake_all(gpu);
	reg_cpu_write(gpu, 0x14800, 0x00010001);
	reg_cpu_write(gpu, 0x14800, 0x00020002);
	assert_int_equal(reg_cpu_read(gpu, 0x14800), 3);
	reg_cpu_write(gpu, 0x14800, 0x00010000);
	assert_int_equal(reg_cpu_read(gpu, 0x14800), 2);
	assert_quiet(gpu);
	assert_violates(gpu, "masked-write-without-mask", reg_cpu_write(gpu, 0x14800, 1));
	assert_int_equal(reg_cpu_read(gpu, 0x14800), 2);
}

static void write_one_to_clear(void **state)
{
	struct gpu *gpu = *state;

	reg_poke(gpu, 0x444f8, 0x08000001);
	reg_cpu_write(gpu, 0x444f8, 0x08000000);
	assert_int_equal(reg_cpu_read(gpu, 0x444f8), 1);
	reg_cpu_write(gpu, 0x444f8, ALL_ONES);
	assert_int_equal(reg_cpu_read(gpu, 0x444f8), 0);
}

static void engine_rows(void **state)
{
	struct gpu *gpu = *state;
	const struct gt_info *gt = &gpu->platform->gt[0];
	unsigned int i, n = platform_engines(gpu, 0);

	wake_all(gpu);
	for (i = 0; i < n; i++)
		reg_cpu_write(gpu, gt->engines[i].base + 0x80, 0x1000 * (i + 1));
	for (i = 0; i < n; i++)
		assert_int_equal(reg_cpu_read(gpu, gt->engines[i].base + 0x80), 0x1000 * (i + 1));
	assert_quiet(gpu);
	/* Registers of a class exist in that class only. */
	assert_non_null(reg_find(gpu, 0x22200));
	assert_null(reg_find(gpu, 0x02200));
	assert_non_null(reg_find(gpu, 0x1a580));
	assert_null(reg_find(gpu, 0x22580));
	/* BCS1 is no engine of this card. */
	assert_violates(gpu, "unknown-register", reg_cpu_read(gpu, 0x3e0080));
}

static void command_streamer_side(void **state)
{
	struct gpu *gpu = *state;
	u32 value;

	assert_int_equal(reg_cs_write(gpu, 0x7010, 0x40004000), 0);
	assert_int_equal(reg_cs_read(gpu, 0x7010, &value), 0);
	assert_int_equal(value, 0x4000);
	assert_quiet(gpu);
	assert_violates(gpu, "cs-unknown-register",
			assert_true(reg_cs_write(gpu, 0x3fffc, 1) < 0));
	assert_violates(gpu, "cs-unknown-register",
			assert_true(reg_cs_read(gpu, 0xfffffffc, &value) < 0));
	assert_int_equal(counter_get(gpu, CNT_UNKNOWN_REG), 0);
}

static void vanished(void **state)
{
	struct gpu *gpu = *state;

	reg_cpu_write(gpu, 0x190240, 0x1234);
	assert_int_equal(ctl_command(gpu, "vanish now", stderr), 0);
	assert_int_equal(reg_cpu_read(gpu, 0x190240), ALL_ONES);
	reg_cpu_write(gpu, 0x190240, 0x5678);
	assert_int_equal(reg_peek(gpu, 0x190240), 0x1234);
}

static void asleep_in_d3(void **state)
{
	struct gpu *gpu = *state;

	reg_cpu_write(gpu, 0x190240, 0x1234);
	pci_config_write(gpu, 0x64, 2, 3);
	assert_int_equal(pci_power_state(gpu), 3);
	assert_violates(gpu, "access-while-off",
			assert_int_equal(reg_cpu_read(gpu, 0x190240), ALL_ONES));
	assert_violates(gpu, "access-while-off", reg_cpu_write(gpu, 0x190240, 0));
	pci_config_write(gpu, 0x64, 2, 0);
	assert_int_equal(reg_cpu_read(gpu, 0x190240), 0x1234);

	mem_vram(gpu)[0x1000] = 0x77;
	assert_int_equal(ctl_command(gpu, "fault power.cut", stderr), 0);
	pci_config_write(gpu, 0x64, 2, 3);
	pci_config_write(gpu, 0x64, 2, 0);
	assert_int_equal(pci_power_state(gpu), 0);
	assert_int_equal(reg_cpu_read(gpu, 0x190240), 0);
	assert_int_not_equal(mem_vram(gpu)[0x1000], 0x77);
}

static void forced_value(void **state)
{
	struct gpu *gpu = *state;
	u32 value = reg_cpu_read(gpu, 0x138000);

	arm(gpu, "reg.value offset=0x138000 value=0x55 after=1");
	assert_int_equal(reg_cpu_read(gpu, 0x13800c), reg_peek(gpu, 0x13800c));
	assert_int_equal(reg_cpu_read(gpu, 0x138000), value);
	assert_int_equal(reg_cpu_read(gpu, 0x138000), 0x55);
	assert_int_equal(reg_cpu_read(gpu, 0x138000), value);
}

static void dump(void **state)
{
	struct gpu *gpu = *state;

	assert_true(answer_has(gpu, "regs GMD_ID*", "GMD_ID_MEDIA"));
	assert_true(answer_has(gpu, "regs bcs8.*", "bcs8.CS_GPR[31]"));
	assert_true(answer_has(gpu, "untouched", "138000 MTL_RP_STATE_CAP"));
	reg_cpu_read(gpu, 0x138000);
	reg_cpu_read(gpu, 0x138000);
	assert_false(answer_has(gpu, "untouched", "138000 MTL_RP_STATE_CAP"));
	assert_true(answer_has(gpu, "regs MTL_RP_STATE_CAP", " n=2 "));
	assert_true(answer_has(gpu, "reg 0xc000", "00000001 GUC_STATUS"));
	assert_true(answer_has(gpu, "reg 0x190240 0x77", "00000077 VF_SW_FLAG"));
	assert_int_equal(reg_peek(gpu, 0x190240), 0x77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CARD_TEST(rows_are_sound),
		CARD_TEST(names_are_unique),
		CARD_TEST(reset_values),
		CARD_TEST(storage_semantics),
		CARD_TEST(all_can_be_read),
		CARD_TEST(sleeping_domains),
		CARD_TEST(overlap_aborts),
		CARD_TEST(media_gt_expands),
		CARD_TEST(unknown_offset),
		CARD_TEST(unknown_flood),
		CARD_TEST(unaligned), CARD_TEST(no_register),
		CARD_TEST(read_only),
		CARD_TEST(dummy_writes),
		CARD_TEST(masked),
		CARD_TEST(write_one_to_clear),
		CARD_TEST(engine_rows),
		CARD_TEST(command_streamer_side),
		CARD_TEST(vanished),
		CARD_TEST(asleep_in_d3),
		CARD_TEST(forced_value),
		CARD_TEST(dump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
