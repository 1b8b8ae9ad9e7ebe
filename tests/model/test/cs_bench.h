/* SPDX-License-Identifier: MIT */
/*
 * For the tests of memory and engines: a card with memory of a guest, page tables, and a context.
 *
 *	guest memory	GUEST_SIZE at bus address GUEST_BASE
 *	VRAM		page tables from TABLES on, the context at CONTEXT (status page,
 *			registers), its ring at RING_AT, free from FREE on
 *	GGTT		GGTT_BASE + n leads to VRAM n (16 MiB), GGTT_GUEST to guest memory
 */
#ifndef XE_MODEL_TEST_CS_BENCH_H
#define XE_MODEL_TEST_CS_BENCH_H

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hw.h"
#include "../cs.h"
#include "../dma.h"
#include "../irq.h"
#include "../lrc.h"
#include "../mem.h"
#include "../pci.h"
#include "../platform.h"

#define GUEST_BASE	0x100000000ull
#define GUEST_SIZE	MIB(4)
#define TABLES		0x100000u
#define CONTEXT		0x200000u
#define RING_AT		0x210000u
#define RING_BYTES	16384u
#define FREE		0x400000u
#define GGTT_BASE	0x1000000u
#define GGTT_GUEST	0x3000000u

#define PTE_P		BIT64(0)
#define PTE_RW		BIT64(1)
#define PTE_COMPACT	BIT64(6)
#define PTE_HUGE	BIT64(7)
#define PTE_64K		BIT64(8)
#define PTE_NULL	BIT64(9)
#define PTE_DM		BIT64(11)
#define LEAF_VRAM	(PTE_P | PTE_RW | PTE_DM)
#define LEAF_GUEST	(PTE_P | PTE_RW)

/* User batches live here; VA_DATA leads to VRAM, VA_GUEST to guest memory, 64 KiB each. */
#define VA_BATCH	0x0000123400000000ull
#define VA_DATA		0x0000123400200000ull
#define VA_GUEST	0x0000123400400000ull
#define BATCH		(FREE + 0x10000)	/* VRAM */
#define DATA		(FREE + 0x20000)

struct bench {
	struct gpu *gpu;
	struct cs_engine *cs;
	u8 *guest, *vram;
	u64 root;
	u32 next_table;
	u32 tail;		/* words written to the ring */
	u32 batch;		/* words written to the batch */
	struct ppgtt_tlb *tlb;	/* of the tests of it */
	struct cs_error err;
	unsigned int used;
};

static inline u64 *table_at(struct bench *b, u64 addr)
{
	return (u64 *)(b->vram + addr);
}

static inline u64 new_table(struct bench *b)
{
	b->next_table += 4096;
	return b->next_table - 4096;
}

/* The entry of @level for @va; tables above are made as needed. */
static inline u64 *pt_entry(struct bench *b, u64 va, unsigned int level)
{
	u64 table = b->root & GENMASK64(45, 12), *e;
	unsigned int l;

	for (l = 4; l > level; l--) {
		e = table_at(b, table) + (va >> (12 + 9 * l) & 511);
		if (!*e)
			*e = new_table(b) | PTE_P | PTE_RW;
		table = *e & GENMASK64(45, 12);
	}
	return table_at(b, table) + (va >> (12 + 9 * level) & 511);
}

static inline void map_pages(struct bench *b, u64 va, u64 pa, unsigned int n, u64 flags)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		*pt_entry(b, va + i * 4096ull, 0) = (pa + i * 4096ull) | flags;
}

static inline void ggtt_set(struct bench *b, u64 addr, u64 pte)
{
	((u64 *)mem_gsm(b->gpu))[addr / 4096] = pte;
}

/* As a driver changes an entry. */
static inline void ggtt_change(struct bench *b, u64 addr, u64 pte)
{
	ggtt_set(b, addr, pte);
	ggtt_invalidate(b->gpu);
}

/* What a driver writes into a new image of a context. */
static inline void image_init(struct bench *b, const struct engine_info *info)
{
	u32 *image = (u32 *)(b->vram + CONTEXT + LRC_REGS_OFFSET), end = 0, i;
	const struct lrc_list *list = lrc_layout(info->class);

	memset(b->vram + CONTEXT, 0, 8192);
	for (; list->count && list->word < 0x60; list++) {
		image[list->word] = 0x22u << 23 | BIT(19) | (2u * list->count - 1);
		for (i = 0; i < list->count; i++)
			image[list->word + 1 + 2 * i] = info->base + list->regs[i];
		end = list->word + 1 + 2u * list->count;
	}
	image[end] = 0x0au << 23 | 1;
	image[LRC_CONTROL] = 0x00090009;
	image[LRC_START] = GGTT_BASE + RING_AT;
	image[LRC_CTL] = (RING_BYTES - 4096) | 1;
	image[LRC_PDP0_HI] = (u32)(b->root >> 32);
	image[LRC_PDP0_LO] = (u32)b->root;
	image[LRC_ASID] = 0x77;
}

static inline u32 *image_of(struct bench *b)
{
	return (u32 *)(b->vram + CONTEXT + LRC_REGS_OFFSET);
}

static inline u64 bench_desc(void)
{
	return (GGTT_BASE + CONTEXT) | LRC_DESC_VALID | 3 << 3 | LRC_DESC_PPGTT;
}

static inline struct cs_engine *bench_engine(struct bench *b, const char *name)
{
	struct gt *gt = &b->gpu->gts[0];
	unsigned int i;

	for (i = 0; i < gt->num_engines; i++)
		if (!strcmp(cs_info(gt->engines[i])->name, name))
			return gt->engines[i];
	return NULL;
}

/* Take engine @name, with a new context in it that is not loaded yet. */
static inline void bench_use(struct bench *b, const char *name)
{
	b->cs = bench_engine(b, name);
	if (!b->cs)
		abort();
	reg_poke(b->gpu, cs_info(b->cs)->base + RING_MODE, GFX_DISABLE_LEGACY_MODE);
	reg_poke(b->gpu, RCU_MODE, RCU_MODE_CCS_ENABLE);
	image_init(b, cs_info(b->cs));
	memset(b->vram + RING_AT, 0, RING_BYTES);
	b->tail = 0;
}

/* The page tables, from nothing */
static inline void bench_tables(struct bench *b)
{
	memset(b->vram + TABLES, 0, CONTEXT - TABLES);
	b->next_table = TABLES;
	b->root = new_table(b) | PTE_P | PTE_RW;
	map_pages(b, VA_BATCH, BATCH, 16, LEAF_VRAM);
	map_pages(b, VA_DATA, DATA, 16, LEAF_VRAM);
	map_pages(b, VA_GUEST, GUEST_BASE, 16, LEAF_GUEST);
}

static struct gpu_options bench_options = { .platform = "bmg", .clock_steps = true };

static inline int bench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	int fd = memfd_create("guest", 0);
	u64 i;

	if (!b || fd < 0 || ftruncate(fd, GUEST_SIZE))
		return -1;
	b->gpu = gpu_create(&bench_options);
	pci_config_write(b->gpu, 4, 2, 0x6);
	b->guest = mmap(NULL, GUEST_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	dma_map(b->gpu, GUEST_BASE, GUEST_SIZE, fd, 0, true, true);
	b->vram = mem_vram(b->gpu);
	bench_tables(b);
	for (i = 0; i < MIB(16); i += 4096)
		ggtt_set(b, GGTT_BASE + i, i | 3);
	for (i = 0; i < GUEST_SIZE; i += 4096)
		ggtt_set(b, GGTT_GUEST + i, (GUEST_BASE + i) | 1);
	bench_use(b, "bcs0");
	close(fd);
	*state = b;
	return 0;
}

static inline int bench_teardown(void **state)
{
	struct bench *b = *state;

	gpu_destroy(b->gpu);
	munmap(b->guest, GUEST_SIZE);
	free(b);
	return 0;
}

#define BENCH_TEST(fn) cmocka_unit_test_setup_teardown(fn, bench_setup, bench_teardown)

/* Append words to the ring, and publish the tail with a no-op if needed. */
static inline void ring_add(struct bench *b, const u32 *words, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		((u32 *)(b->vram + RING_AT))[b->tail++ % (RING_BYTES / 4)] = words[i];
	if (b->tail & 1)
		((u32 *)(b->vram + RING_AT))[b->tail++ % (RING_BYTES / 4)] = 0;
	image_of(b)[LRC_TAIL] = b->tail * 4 % RING_BYTES;
}

static inline void batch_add(struct bench *b, const u32 *words, unsigned int n)
{
	memcpy(b->vram + BATCH + b->batch * 4ull, words, n * 4ull);
	b->batch += n;
}

#define RING(b, ...) do { \
	const u32 words_[] = { __VA_ARGS__ }; \
	ring_add(b, words_, ARRAY_SIZE(words_)); \
} while (0)

#define BATCH_ADD(b, ...) do { \
	const u32 words_[] = { __VA_ARGS__ }; \
	batch_add(b, words_, ARRAY_SIZE(words_)); \
} while (0)

#define LO(v)			((u32)(v))
#define HI(v)			((u32)((u64)(v) >> 32))
#define ADDR(v)			LO(v), HI(v)
#define MI(op)			((u32)(op) << 23)
#define NOOP			0u
#define ARB_CHECK		MI(0x05)
#define ARB_ON			(MI(0x08) | 1)
#define ARB_OFF			MI(0x08)
#define USER_IRQ		MI(0x02)
#define BATCH_END		MI(0x0a)
#define BATCH_START(va)		MI(0x31) | BIT(8) | 1, ADDR(va)
#define BATCH_START2(va)	MI(0x31) | BIT(8) | BIT(22) | 1, ADDR(va)
#define BATCH_START_GGTT(a)	MI(0x31) | 1, ADDR(a)
#define SDI(va, v)		MI(0x20) | 2, ADDR(va), v
#define SDI_GGTT(a, v)		MI(0x20) | BIT(22) | 2, ADDR(a), v
#define SDI64(va, v)		MI(0x20) | BIT(21) | 3, ADDR(va), ADDR(v)
#define LRI1(reg, v)		MI(0x22) | BIT(19) | 1, reg, v
#define SRM(reg, va)		MI(0x24) | BIT(19) | 2, reg, ADDR(va)
#define SEMAPHORE(op, va, v)	MI(0x1c) | BIT(15) | (op) << 12 | 2, v, ADDR(va)

static inline void bench_load(struct bench *b)
{
	assert_int_equal(cs_load(b->cs, bench_desc()), 0);
}

static inline enum cs_stop bench_run(struct bench *b, unsigned int budget)
{
	enum cs_stop stop;

	memset(&b->err, 0, sizeof(b->err));
	stop = cs_run(b->cs, budget, &b->used, &b->err);
	assert_true(b->used <= budget);
	return stop;
}

/* The batch written so far, as one job from start to end. */
static inline enum cs_stop bench_job(struct bench *b)
{
	BATCH_ADD(b, BATCH_END);
	RING(b, BATCH_START(VA_BATCH));
	if (!cs_loaded(b->cs))
		bench_load(b);
	else
		assert_int_equal(cs_update_tail(b->cs), 0);
	return bench_run(b, 10000);
}

/* The batch is built anew. */
static inline void batch_new(struct bench *b)
{
	memset(b->vram + BATCH, 0, 65536);
	b->batch = 0;
}

static inline u32 *data_at(struct bench *b, u64 off)
{
	return (u32 *)(b->vram + DATA + off);
}

#endif
