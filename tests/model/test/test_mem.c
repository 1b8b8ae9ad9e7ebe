// SPDX-License-Identifier: MIT
/* VRAM, GSM, GGTT and PPGTT: every page size, and every kind of entry that must be refused. */
#include "../clk.h"
#include "../oracle.h"
#include "../vfu.h"
#include "cs_bench.h"

#define VA	0x0000007f12345000ull

static void expect(struct bench *b, u64 va, bool write, int err, enum mem_space space, u64 addr)
{
	struct xlat x;

	assert_int_equal(ppgtt_xlate(b->gpu, b->root, va, write, &x), err);
	if (!err) {
		assert_int_equal(x.space, space);
		assert_int_equal(x.addr, addr);
	}
}

static void ggtt_entries(void **state)
{
	struct bench *b = *state;
	struct gpu *gpu = b->gpu;
	struct xlat x;
	u32 v;

	memcpy(b->vram + 0x5ff8, "ABCDEFGHIJKLMNOP", 16);
	assert_int_equal(ggtt_read32(gpu, GGTT_BASE + 0x5ffc, &v), 0);
	assert_memory_equal(&v, "EFGH", 4);
	/* Two pages that do not follow each other */
	ggtt_change(b, GGTT_BASE + 0x6000, GUEST_BASE | 1);
	assert_int_equal(ggtt_write(gpu, GGTT_BASE + 0x5ffc, "12345678", 8), 0);
	assert_memory_equal(b->vram + 0x5ffc, "1234", 4);
	assert_memory_equal(b->guest, "5678", 4);
	/* PAT and the rest of the page */
	ggtt_change(b, GGTT_BASE, 0x7000 | 3 | BIT64(53));
	assert_int_equal(ggtt_xlate(gpu, GGTT_BASE + 0x10, true, &x), 0);
	assert_int_equal(x.pat, 2);
	assert_int_equal(x.addr, 0x7010);
	assert_int_equal(x.len, 4096 - 0x10);
	assert_quiet(gpu);
	/* Not present; behind the end of the table */
	ggtt_change(b, GGTT_BASE, 0x7002);
	assert_int_equal(ggtt_xlate(gpu, GGTT_BASE, false, &x), -EFAULT);
	assert_int_equal(ggtt_xlate(gpu, GIB(4), false, &x), -EFAULT);
	assert_int_equal(ggtt_xlate(gpu, ~0ull, false, &x), -EFAULT);
	assert_quiet(gpu);
	ggtt_change(b, GGTT_BASE, 0x7003 | BIT64(7));
	assert_violates(gpu, "ggtt-entry-malformed",
			assert_int_equal(ggtt_xlate(gpu, GGTT_BASE, false, &x), -EINVAL));
	ggtt_change(b, GGTT_BASE, GIB(1) | 3);
	assert_violates(gpu, "ggtt-entry-malformed",
			assert_int_equal(ggtt_xlate(gpu, GGTT_BASE, false, &x), -EINVAL));
}

/* What was used and changed may still be known to the card. */
static void ggtt_stale(void **state)
{
	struct bench *b = *state;
	u32 v;

	/* what nothing used may change, and what is used may be written again */
	ggtt_set(b, GGTT_BASE, 0x7003);
	assert_int_equal(ggtt_read32(b->gpu, GGTT_BASE, &v), 0);
	ggtt_set(b, GGTT_BASE, 0x7003);
	assert_int_equal(ggtt_read32(b->gpu, GGTT_BASE + 8, &v), 0);
	assert_quiet(b->gpu);
	ggtt_set(b, GGTT_BASE, 0x8003);
	assert_true(answer_has(b->gpu, "ggtt 0x1000000", "vram 0x8000"));
	assert_quiet(b->gpu);
	assert_violates(b->gpu, "ggtt-stale", ggtt_read32(b->gpu, GGTT_BASE, &v));
	ggtt_read32(b->gpu, GGTT_BASE, &v);	/* once is enough */
	ggtt_set(b, GGTT_BASE, 0);
	assert_violates(b->gpu, "ggtt-stale", ggtt_read32(b->gpu, GGTT_BASE, &v));
	/* that there is nothing is not remembered */
	ggtt_change(b, GGTT_BASE, 0);
	ggtt_read32(b->gpu, GGTT_BASE, &v);
	ggtt_set(b, GGTT_BASE, 0x7003);
	assert_int_equal(counter_get(b->gpu, CNT_VIOLATION), 2);
	assert_int_equal(ggtt_read32(b->gpu, GGTT_BASE, &v), 0);
	ggtt_change(b, GGTT_BASE, 0x8003);
	assert_int_equal(ggtt_read32(b->gpu, GGTT_BASE, &v), 0);
	assert_int_equal(counter_get(b->gpu, CNT_VIOLATION), 2);
}

static void page_4k(void **state)
{
	struct bench *b = *state;
	struct xlat x;

	expect(b, VA, false, -EFAULT, 0, 0);
	*pt_entry(b, VA, 0) = 0x456000 | LEAF_VRAM | BIT64(3) | BIT64(7) | BIT64(61);
	expect(b, VA + 0x123, true, 0, MEM_VRAM, 0x456123);
	assert_int_equal(ppgtt_xlate(b->gpu, b->root, VA + 0x123, true, &x), 0);
	assert_int_equal(x.pat, 1 | 4 | 16);
	assert_int_equal(x.level, 0);
	assert_int_equal(x.len, 4096 - 0x123);
	expect(b, VA + 4096, true, -EFAULT, 0, 0);
	*pt_entry(b, VA, 0) = GUEST_BASE | LEAF_GUEST | BIT64(4) | BIT64(62) | BIT64(10);
	expect(b, VA + 8, true, 0, MEM_SYSTEM, GUEST_BASE + 8);
	*pt_entry(b, VA, 0) = GUEST_BASE | PTE_P;
	expect(b, VA, false, 0, MEM_SYSTEM, GUEST_BASE);
	expect(b, VA, true, -EPERM, 0, 0);
	assert_quiet(b->gpu);
}

/* Each level's index takes part. */
static void levels(void **state)
{
	struct bench *b = *state;
	unsigned int l;

	*pt_entry(b, VA, 0) = 0x456000 | LEAF_VRAM;
	for (l = 0; l < 4; l++)
		expect(b, VA ^ BIT64(12 + 9 * l), false, -EFAULT, 0, 0);
	expect(b, VA, false, 0, MEM_VRAM, 0x456000);
	/* 48 bits are addressed, those above are 0 or copies of bit 47 */
	expect(b, VA | BIT64(48), false, -EFAULT, 0, 0);
	expect(b, VA | BIT64(56), false, -EFAULT, 0, 0);
	expect(b, VA | BIT64(63), false, -EFAULT, 0, 0);
	expect(b, VA | GENMASK64(63, 48), false, -EFAULT, 0, 0);
	*pt_entry(b, 0x0000ff8000000000ull, 0) = 0x789000 | LEAF_VRAM;
	expect(b, 0x0000ff8000000000ull, false, 0, MEM_VRAM, 0x789000);
	expect(b, 0xffffff8000000000ull, false, 0, MEM_VRAM, 0x789000);
	expect(b, 0x7fffff8000000000ull, false, -EFAULT, 0, 0);
	assert_quiet(b->gpu);
}

static void read_only_pointer(void **state)
{
	struct bench *b = *state;

	*pt_entry(b, VA, 0) = 0x456000 | LEAF_VRAM;
	*pt_entry(b, VA, 2) &= ~PTE_RW;
	expect(b, VA, false, 0, MEM_VRAM, 0x456000);
	expect(b, VA, true, -EPERM, 0, 0);
}

static void page_64k(void **state)
{
	struct bench *b = *state;
	u64 va = 0x7f12340000ull, i;

	for (i = 0; i < 16; i++)
		*pt_entry(b, va + i * 4096, 0) = (0x450000 + i * 4096) | LEAF_VRAM | PTE_64K;
	for (i = 0; i < 16; i++)
		expect(b, va + i * 4096 + 5, true, 0, MEM_VRAM, 0x450005 + i * 4096);
	assert_quiet(b->gpu);
	*pt_entry(b, va + 0x3000, 0) = 0x454000 | LEAF_VRAM | PTE_64K;
	assert_violates(b->gpu, "64 KiB page", expect(b, va + 0x3000, true, -EINVAL, 0, 0));
}

static void page_compact(void **state)
{
	struct bench *b = *state;
	u64 va = 0x7f12200000ull, table = new_table(b);
	struct xlat x;

	*pt_entry(b, va, 1) = table | PTE_P | PTE_RW | PTE_COMPACT;
	table_at(b, table)[3] = 0x450000 | LEAF_VRAM;
	table_at(b, table)[31] = 0x460000 | LEAF_VRAM;
	expect(b, va + 0x3abcd, true, 0, MEM_VRAM, 0x45abcd);
	expect(b, va + 0x1f0001, true, 0, MEM_VRAM, 0x460001);
	expect(b, va + 0x40000, true, -EFAULT, 0, 0);
	assert_int_equal(ppgtt_xlate(b->gpu, b->root, va + 0x3abcd, true, &x), 0);
	assert_int_equal(x.len, 0x10000 - 0xabcd);
	assert_quiet(b->gpu);
	table_at(b, table)[4] = 0x451000 | LEAF_VRAM;
	assert_violates(b->gpu, "not aligned", expect(b, va + 0x40000, true, -EINVAL, 0, 0));
}

static void page_huge(void **state)
{
	struct bench *b = *state;
	u64 va2 = 0x7f12200000ull, va1 = 0x7080000000ull;
	struct xlat x;

	*pt_entry(b, va2, 1) = 0x600000 | LEAF_VRAM | PTE_HUGE | BIT64(12);
	expect(b, va2 + 0x1ffffe, true, 0, MEM_VRAM, 0x7ffffe);
	assert_int_equal(ppgtt_xlate(b->gpu, b->root, va2 + 0x1000, true, &x), 0);
	assert_int_equal(x.len, MIB(2) - 0x1000);
	assert_int_equal(x.pat, 4);
	assert_int_equal(x.level, 1);
	*pt_entry(b, va1, 2) = LEAF_VRAM | PTE_HUGE;
	expect(b, va1 + 0x3ffffff0, true, 0, MEM_VRAM, 0x3ffffff0);
	*pt_entry(b, va1, 2) = GUEST_BASE | LEAF_GUEST | PTE_HUGE;
	expect(b, va1 + 0x12345678, true, 0, MEM_SYSTEM, GUEST_BASE + 0x12345678);
	assert_quiet(b->gpu);
	*pt_entry(b, va1, 2) = GIB(1) | LEAF_VRAM | PTE_HUGE;
	assert_violates(b->gpu, "beyond", expect(b, va1, true, -EINVAL, 0, 0));
	*pt_entry(b, va2, 1) = 0x600000 | LEAF_VRAM | PTE_HUGE | BIT64(13);
	assert_violates(b->gpu, "not aligned", expect(b, va2, true, -EINVAL, 0, 0));
}

static void page_null(void **state)
{
	struct bench *b = *state;
	u64 va2 = 0x7f12200000ull, v = 1;

	*pt_entry(b, VA, 0) = PTE_P | PTE_RW | PTE_NULL | PTE_64K;
	*pt_entry(b, va2 + MIB(2), 1) = PTE_P | PTE_RW | PTE_NULL | PTE_HUGE;
	*pt_entry(b, 0x7080000000ull, 2) = PTE_P | PTE_NULL | PTE_HUGE;
	expect(b, VA, true, 0, MEM_NULL, 0);
	assert_int_equal(ppgtt_read(b->gpu, b->root, va2 + MIB(3), &v, 8), 0);
	assert_int_equal(v, 0);
	v = ~0ull;
	assert_int_equal(ppgtt_write(b->gpu, b->root, va2 + MIB(3), &v, 8), 0);
	assert_int_equal(ppgtt_read(b->gpu, b->root, va2 + MIB(3), &v, 8), 0);
	assert_int_equal(v, 0);
	expect(b, 0x7080000000ull, true, -EPERM, 0, 0);
	assert_quiet(b->gpu);
}

static void malformed(void **state)
{
	struct bench *b = *state;
	u64 *e = pt_entry(b, VA, 0), *pde = pt_entry(b, VA, 1), good = *pde;
	struct xlat x;

	*e = 0x456000 | LEAF_VRAM | BIT64(2);
	assert_violates(b->gpu, "ppgtt-entry-malformed", expect(b, VA, false, -EINVAL, 0, 0));
	*e = 0x456000 | LEAF_VRAM | BIT64(50);
	assert_violates(b->gpu, "ppgtt-entry-malformed", expect(b, VA, false, -EINVAL, 0, 0));
	*e = GIB(1) | LEAF_VRAM;
	assert_violates(b->gpu, "ppgtt-entry-malformed", expect(b, VA, false, -EINVAL, 0, 0));
	*pde = good | BIT64(11);
	assert_violates(b->gpu, "ppgtt-entry-malformed", expect(b, VA, false, -EINVAL, 0, 0));
	*pde = (GIB(1) - 0) | PTE_P | PTE_RW;
	assert_violates(b->gpu, "beyond device", expect(b, VA, false, -EINVAL, 0, 0));
	*pde = good | PTE_COMPACT;
	*pt_entry(b, VA, 2) |= PTE_COMPACT;
	assert_violates(b->gpu, "reserved bits in a pointer", expect(b, VA, false, -EINVAL, 0, 0));
	assert_violates(b->gpu, "level 5", assert_int_equal(
		ppgtt_xlate(b->gpu, b->root | BIT64(7), VA, false, &x), -EINVAL));
	assert_int_equal(ppgtt_xlate(b->gpu, 0, VA, false, &x), -EFAULT);
	assert_int_equal(x.level, 4);
}

/* Any entry at any level: no crash, and a result that is inside memory. */
static void garbage(void **state)
{
	struct bench *b = *state;
	u64 seed = 88172645463325252ull;
	struct xlat x;
	int i;

	for (i = 0; i < 200000; i++) {
		unsigned int level = (unsigned int)(seed >> 20) % 5;
		u64 *e, old;

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		*pt_entry(b, VA, 0) = 0x456000 | LEAF_VRAM;
		e = pt_entry(b, VA, level);
		old = *e;
		*e = i & 1 ? seed : old ^ BIT64(seed >> 58);
		if (!ppgtt_xlate(b->gpu, b->root, VA, seed & 1, &x) && x.space == MEM_VRAM)
			assert_true(x.addr + x.len <= GIB(1));
		*e = old;
	}
}

static void physical(void **state)
{
	struct bench *b = *state;
	u32 v = 0x12345678, r = 0;

	assert_int_equal(phys_write(b->gpu, MEM_VRAM, GIB(1) - 4, &v, 4), 0);
	assert_int_equal(phys_read(b->gpu, MEM_VRAM, GIB(1) - 4, &r, 4), 0);
	assert_int_equal(r, v);
	assert_int_equal(phys_write(b->gpu, MEM_SYSTEM, GUEST_BASE + 4, &v, 4), 0);
	assert_memory_equal(b->guest + 4, &v, 4);
	assert_quiet(b->gpu);
	assert_violates(b->gpu, "vram-out-of-range",
			assert_int_equal(phys_read(b->gpu, MEM_VRAM, GIB(1) - 2, &r, 4), -EINVAL));
	assert_violates(b->gpu, "vram-out-of-range", assert_int_equal(
		phys_write(b->gpu, MEM_VRAM, ~0ull - 1, &r, 4), -EINVAL));
	assert_violates(b->gpu, "dma-unmapped", assert_int_equal(
		phys_read(b->gpu, MEM_SYSTEM, 0x1000, &r, 4), -EFAULT));
}

static void resets(void **state)
{
	struct bench *b = *state;
	int i;

	b->vram[0x5000] = 0x55;
	mem_reset(b->gpu, GPU_RESET_FLR);
	assert_int_equal(b->vram[0x5000], 0x55);
	assert_int_not_equal(((u64 *)mem_gsm(b->gpu))[GGTT_BASE / 4096], 0);
	mem_vanish(b->gpu);
	assert_int_equal(b->vram[0x5000], 0xff);
	assert_int_equal(mem_gsm(b->gpu)[MIB(8) - 1], 0xff);
	/* what nobody touched follows a piece at a time, to the last byte */
	for (i = 0; i < 10000 && mem_darken(b->gpu); i++)
		;
	assert_in_range(i, 2, 9999);
	for (u64 at = 0; at < GIB(1); at += 4096)
		assert_int_equal(b->vram[at], 0xff);
	assert_int_equal(b->vram[GIB(1) - 1], 0xff);
	mem_reset(b->gpu, GPU_RESET_POWER);
	/* noise, which is the same each time */
	assert_int_not_equal(b->vram[GIB(1) - 1], 0xff);
	assert_int_not_equal(b->vram[0x5000], 0xff);
	assert_int_equal(mem_gsm(b->gpu)[MIB(8) - 1], 0);
}

static void commands(void **state)
{
	struct bench *b = *state;
	char line[80];

	memcpy(b->vram + 0x40, "\xde\xad\xbe\xef", 4);
	assert_true(answer_has(b->gpu, "vram 0x40 4", "de ad be ef"));
	assert_true(answer_has(b->gpu, "ggtt 0x1005000 2", "vram 0x6000"));
	assert_true(answer_has(b->gpu, "ggtt 0x3000000", "system 0x100000000"));
	assert_true(answer_has(b->gpu, "ggtt 0", "not mapped"));
	snprintf(line, sizeof(line), "ppgtt 0x%llx 0x%llx", (unsigned long long)b->root,
		 (unsigned long long)VA_DATA + 0x1010);
	assert_true(answer_has(b->gpu, line, "vram 0x421010"));
	assert_true(answer_has(b->gpu, line, "level 4: table 0x100000 [0]"));
	assert_int_not_equal(ctl_command(b->gpu, "vram 0x40000000 4", stderr), 0);
}

static int walk(struct bench *b, u64 va)
{
	struct xlat x;

	return ppgtt_xlate_tlb(b->gpu, b->tlb, 7, b->root, va, false, &x);
}

static int tlb_setup(void **state)
{
	struct bench *b;

	if (bench_setup(state))
		return -1;
	b = *state;
	b->tlb = ppgtt_tlb_create("test");
	return 0;
}

static int tlb_teardown(void **state)
{
	struct bench *b = *state;

	ppgtt_tlb_destroy(b->tlb);
	return bench_teardown(state);
}

/* What an engine used may change only with an invalidation. */
static void stale_leafs(void **state)
{
	struct bench *b = *state;
	u64 *leaf = pt_entry(b, VA_DATA, 0), was = *leaf;

	/* never present, and never used: free to change */
	assert_int_equal(walk(b, VA), -EFAULT);
	map_pages(b, VA, DATA, 1, LEAF_VRAM);
	assert_int_equal(walk(b, VA), 0);
	*leaf = was + 4096;
	assert_int_equal(walk(b, VA_DATA), 0);
	assert_quiet(b->gpu);
	*leaf = was;
	assert_violates(b->gpu, "ppgtt-stale: test asid 7 va 0x123400200000 level 0", walk(b, VA_DATA));
	walk(b, VA_DATA);	/* once is enough */
	*leaf = 0;
	assert_violates(b->gpu, "ppgtt-stale", assert_int_equal(walk(b, VA_DATA), -EFAULT));
	*leaf = was;
	assert_int_equal(walk(b, VA_DATA), 0);
	/* a null page that was used is one, too */
	ppgtt_tlb_flush(b->tlb);
	*leaf = PTE_P | PTE_NULL;
	assert_int_equal(walk(b, VA_DATA), 0);
	*leaf = was;
	assert_violates(b->gpu, "ppgtt-stale", walk(b, VA_DATA));
}

/* A table that went, and the leaf below said the same for a while; and another root of the same address space. */
static void stale_tables(void **state)
{
	struct bench *b = *state;
	u64 *pde = pt_entry(b, VA_DATA, 1), was = *pde & GENMASK64(45, 12), copy = new_table(b), root = b->root;

	assert_int_equal(walk(b, VA_DATA), 0);
	memcpy(b->vram + copy, b->vram + was, 4096);
	*pde = copy | PTE_P | PTE_RW;
	assert_int_equal(walk(b, VA_DATA), 0);
	assert_quiet(b->gpu);
	memset(b->vram + was, 0, 4096);
	assert_violates(b->gpu, "ppgtt-stale: test asid 7 va 0x123400200000 level 1", walk(b, VA_DATA));
	memcpy(b->vram + new_table(b), b->vram + (b->root & GENMASK64(45, 12)), 4096);
	b->root = (b->next_table - 4096) | PTE_P | PTE_RW;
	assert_violates(b->gpu, "ppgtt-stale: test asid 7 va 0x123400200000 level 7", walk(b, VA_DATA));
	ppgtt_tlb_flush(b->tlb);
	b->root = root;
	assert_int_equal(walk(b, VA_DATA), 0);
	assert_int_equal(counter_get(b->gpu, CNT_VIOLATION), 2);
}

/* A page that is split in use, what an engine does with it meanwhile, and the flush that never comes. */
static void stale_for_long(void **state)
{
	struct bench *b = *state;
	u64 *pde = pt_entry(b, VA_DATA, 1), table = *pde;

	map_pages(b, VA_DATA, MIB(6), 512, LEAF_VRAM);
	*pde = MIB(6) | LEAF_VRAM | PTE_HUGE;
	assert_int_equal(walk(b, VA_DATA), 0);
	*pde = table;
	assert_int_equal(walk(b, VA_DATA), 0);
	clk_step(b->gpu->clk, 1000000000);
	assert_int_equal(walk(b, VA_DATA + 4096), 0);
	assert_quiet(b->gpu);
	clk_step(b->gpu->clk, 5000000000);
	assert_violates(b->gpu, "ppgtt-stale", walk(b, VA_DATA));
	assert_int_equal(walk(b, VA_DATA), 0);
}

static void flush_ranges(void **state)
{
	/* what is flushed, and whether that covers VA_DATA in address space 7 */
	static const struct { u32 asid; u64 start, last; bool covers; } cases[] = {
		{ 7, VA_DATA, VA_DATA + 4095, true }, { 7, 0, ~0ull, true },
		{ 7, VA_DATA - 4096, VA_DATA, true }, { 7, VA_DATA + 4095, VA_DATA + 4096, true },
		{ 7, VA_DATA + 4096, ~0ull, false }, { 7, 0, VA_DATA - 1, false },
		{ 8, 0, ~0ull, false }, { 0, 0, ~0ull, false },
	};
	struct bench *b = *state;
	u64 *leaf = pt_entry(b, VA_DATA, 0), *pde = pt_entry(b, VA_DATA, 1), was = *leaf;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 before = counter_get(b->gpu, CNT_VIOLATION);

		ppgtt_tlb_flush(b->tlb);
		*leaf = was;
		assert_int_equal(walk(b, VA_DATA), 0);
		ppgtt_tlb_flush_range(b->tlb, cases[i].asid, cases[i].start, cases[i].last);
		*leaf = was + 4096;
		walk(b, VA_DATA);
		assert_int_equal(counter_get(b->gpu, CNT_VIOLATION) - before, !cases[i].covers);
	}
	/* a page of the range takes the tables above it along */
	ppgtt_tlb_flush(b->tlb);
	walk(b, VA_DATA);
	ppgtt_tlb_flush_range(b->tlb, 7, VA_DATA + 0x10000, VA_DATA + 0x10fff);
	*pde |= BIT64(3);
	walk(b, VA_DATA);
	assert_int_equal(counter_get(b->gpu, CNT_VIOLATION), 4);
}

#define TLB_TEST(fn) cmocka_unit_test_setup_teardown(fn, tlb_setup, tlb_teardown)

/* ---- who owns a page ---- */

static int oracle_setup(void **state)
{
	struct bench *b;

	bench_options.oracle = true;
	if (tlb_setup(state))
		return -1;
	bench_options.oracle = false;
	b = *state;
	pci_config_write(b->gpu, 4, 2, 0x6);
	return 0;
}

static void say(struct bench *b, u64 addr, u32 pages, u32 event)
{
	reg_cpu_write(b->gpu, ORACLE_ADDR_LDW, (u32)addr);
	reg_cpu_write(b->gpu, ORACLE_ADDR_UDW, (u32)(addr >> 32));
	reg_cpu_write(b->gpu, ORACLE_PAGES, pages);
	reg_cpu_write(b->gpu, ORACLE_EVENT, event);
}

static void freed_memory(void **state)
{
	struct bench *b = *state;
	u32 v = 0;

	/* nothing was said of it; then it is owned */
	assert_int_equal(ppgtt_read(b->gpu, b->root, VA_DATA, &v, 4), 0);
	say(b, DATA, 2, ORACLE_OWNED);
	assert_int_equal(ppgtt_write(b->gpu, b->root, VA_DATA + 4096, &v, 4), 0);
	assert_quiet(b->gpu);
	say(b, DATA, 1, ORACLE_FREED);
	assert_violates(b->gpu, "freed-memory: write of VRAM 0x420000", ppgtt_write(b->gpu, b->root, VA_DATA, &v, 4));
	ppgtt_write(b->gpu, b->root, VA_DATA, &v, 4);	/* said once */
	ppgtt_write(b->gpu, b->root, VA_DATA + 4096, &v, 4);
	assert_int_equal(counter_get(b->gpu, CNT_VIOLATION), 1);
	say(b, DATA, 1, ORACLE_OWNED);
	ppgtt_write(b->gpu, b->root, VA_DATA, &v, 4);
	assert_int_equal(counter_get(b->gpu, CNT_VIOLATION), 1);
	/* a table that is walked */
	say(b, b->root & GENMASK64(45, 12), 1, ORACLE_FREED);
	assert_violates(b->gpu, "freed-memory: read of VRAM 0x100000", ppgtt_read(b->gpu, b->root, VA_GUEST, &v, 4));
	/* through the GGTT */
	say(b, CONTEXT, 1, ORACLE_FREED);
	assert_violates(b->gpu, "freed-memory", ggtt_read32(b->gpu, GGTT_BASE + CONTEXT, &v));
	/* the CPU may: it clears what it hands out */
	bar_write(b->gpu, 2, CONTEXT, &v, 4);
	assert_int_equal(counter_get(b->gpu, CNT_VIOLATION), 3);
	assert_violates(b->gpu, "oracle: event 3", say(b, DATA, 1, 3));
	assert_violates(b->gpu, "oracle: event 1", say(b, GIB(1), 1, ORACLE_OWNED));
	assert_violates(b->gpu, "oracle: event 2", say(b, 0, ALL_ONES, ORACLE_FREED));
}

/* The entry says the same, but the page has been somebody else's since. */
static void last_owner(void **state)
{
	struct bench *b = *state;

	say(b, DATA, 1, ORACLE_OWNED);
	assert_int_equal(walk(b, VA_DATA), 0);
	assert_int_equal(walk(b, VA_DATA), 0);
	assert_quiet(b->gpu);
	say(b, DATA, 1, ORACLE_FREED);
	say(b, DATA, 1, ORACLE_OWNED);
	assert_violates(b->gpu, "freed-memory: test asid 7 va 0x123400200000 level 0", walk(b, VA_DATA));
	walk(b, VA_DATA);
	assert_int_equal(counter_get(b->gpu, CNT_VIOLATION), 1);
	/* after an invalidation it is a new mapping */
	say(b, DATA, 1, ORACLE_FREED);
	say(b, DATA, 1, ORACLE_OWNED);
	ppgtt_tlb_flush_range(b->tlb, 7, VA_DATA, VA_DATA + 4095);
	walk(b, VA_DATA);
	assert_int_equal(counter_get(b->gpu, CNT_VIOLATION), 1);
}

#define ORACLE_TEST(fn) cmocka_unit_test_setup_teardown(fn, oracle_setup, tlb_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TLB_TEST(stale_leafs), TLB_TEST(stale_tables), TLB_TEST(stale_for_long), TLB_TEST(flush_ranges),
		ORACLE_TEST(freed_memory), ORACLE_TEST(last_owner),
		BENCH_TEST(ggtt_entries), BENCH_TEST(ggtt_stale), BENCH_TEST(page_4k), BENCH_TEST(levels),
		BENCH_TEST(read_only_pointer), BENCH_TEST(page_64k), BENCH_TEST(page_compact),
		BENCH_TEST(page_huge), BENCH_TEST(page_null), BENCH_TEST(malformed),
		BENCH_TEST(garbage), BENCH_TEST(physical), BENCH_TEST(resets),
		BENCH_TEST(commands),
	};

	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
