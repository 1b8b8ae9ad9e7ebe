// SPDX-License-Identifier: MIT
/*
 * Page tables: what is written is walked, and compared with a list of what is mapped.
 *
 * Memory of tables is an array here. What may be in a page is noise when it is taken, and again
 * when it is given back: who finds an entry that nobody wrote, or a table that is gone, finds
 * nonsense.
 */

#include <linux/bitmap.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <kunit/test.h>

#include "abi/pte.h"
#include "mm/mm.h"
#include "mm/pt_pool.h"
#include "mm/vram_alloc.h"
#include "tests/kunit/fake.h"

#define NOISE		0xa5a5a5a5a5a5a5a5ull	/* present, with bits that no entry has */
#define PAGES		4096u
#define FIRST_PAGE	0x40000000ull		/* where they are */

static struct {
	u64 *words;
	u16 dirty[PAGES];
	DECLARE_BITMAP(used, PAGES);
	unsigned int lies;		/* pages that were not as their users said */
	unsigned int num_used;
	unsigned int allocations;	/* of memory, not freed */
	unsigned int fail_in;		/* so many are asked for until one is refused; 0 never */
	unsigned int refused;
} memory;

static bool refuse(void)
{
	if (!memory.fail_in || --memory.fail_in)
		return false;
	memory.refused++;
	return true;
}

static u64 *page_words(u64 address)
{
	return memory.words + (address - FIRST_PAGE) / sizeof(u64);
}

static int fake_take(struct xe_device *xe, struct xe_pt_page *page)
{
	unsigned int index = find_first_zero_bit(memory.used, PAGES);

	if (index == PAGES || refuse())
		return -ENOMEM;
	__set_bit(index, memory.used);
	memory.num_used++;
	page->address = FIRST_PAGE + index * XE_PT_TABLE_SIZE;
	page->dirty = memory.dirty[index];
	return 0;
}

/* What is called clean has to be. */
static void fake_give(struct xe_device *xe, struct xe_pt_page *page)
{
	unsigned int index = (page->address - FIRST_PAGE) / XE_PT_TABLE_SIZE;
	const unsigned int part = XE_PT_ENTRIES / XE_PT_PARTS;
	u64 *words = page_words(page->address);

	__clear_bit(index, memory.used);
	memory.num_used--;
	memory.dirty[index] = page->dirty;
	for (unsigned int i = 0; i < XE_PT_PARTS; i++, words += part)
		if (page->dirty & BIT(i))
			memset64(words, NOISE, part);
		else
			memory.lies += !!memchr_inv(words, 0, part * sizeof(*words));
}

static void *counted(void *allocation)
{
	memory.allocations += !!allocation;
	return allocation;
}

static void *fake_alloc(size_t size, gfp_t gfp)
{
	return refuse() ? NULL : counted(kzalloc(size, gfp));
}

static void fake_free(const void *allocation)
{
	memory.allocations -= !!allocation;
	kfree(allocation);
}

/* A buffer in VRAM: pieces of a size, in an order of its own. */
struct fake_buffer {
	struct ttm_resource base;
	u64 at;
	u64 piece;
	unsigned int stride;
};

static u64 fake_vram_at(const struct ttm_resource *res, u64 offset, u64 *len)
{
	const struct fake_buffer *buffer = container_of(res, struct fake_buffer, base);
	u64 piece = offset / buffer->piece;

	*len = buffer->piece - offset % buffer->piece;
	return buffer->at + piece * buffer->stride * buffer->piece + offset % buffer->piece;
}

#undef kzalloc
#undef kmalloc
#undef kcalloc
#define kzalloc(size, gfp)	fake_alloc(size, gfp)
#define kmalloc(size, gfp)	fake_alloc(size, gfp)
#define kcalloc(n, size, gfp)	fake_alloc((n) * (size), gfp)
#define xe_mm_object(size)	fake_alloc(size, GFP_KERNEL)
#define kfree(p)		fake_free(p)
#define xe_pt_pool_take		fake_take
#define xe_pt_pool_give		fake_give
#define xe_vram_at		fake_vram_at

#include "../../../mm/pt.c"

/*
 * What should be mapped
 */

struct place {
	u64 addr;
	u8 pat;
	bool null, vram, writable;
};

struct extent {
	u64 va, end;
	struct place page;	/* at @va; what follows is adjacent */
};

#define MAX_EXTENTS	16384u

struct map {
	struct extent *extent;	/* in order */
	unsigned int count;
};

static void map_insert(struct map *map, unsigned int at, struct extent extent)
{
	memmove(map->extent + at + 1, map->extent + at, (map->count++ - at) * sizeof(extent));
	map->extent[at] = extent;
}

static void advance(struct extent *extent, u64 va)
{
	if (!extent->page.null)
		extent->page.addr += va - extent->va;
	extent->va = va;
}

/* Return: where in the list something at @va belongs now. */
static unsigned int map_remove(struct map *map, u64 va, u64 end)
{
	unsigned int at = 0, n = 0;

	while (at < map->count && map->extent[at].end <= va)
		at++;
	if (at < map->count && map->extent[at].va < va) {
		map_insert(map, at, map->extent[at]);
		map->extent[at++].end = va;
		advance(&map->extent[at], va);
	}
	while (at + n < map->count && map->extent[at + n].end <= end)
		n++;
	memmove(map->extent + at, map->extent + at + n,
		(map->count - at - n) * sizeof(*map->extent));
	map->count -= n;
	if (at < map->count && map->extent[at].va < end)
		advance(&map->extent[at], end);
	return at;
}

/*
 * What is mapped
 */

struct leaf {
	u64 va;
	u64 size;
	u64 pte;
	unsigned int level;
};

/* What the last walk found a page to be. */
struct table {
	u64 base;
	u64 span;
	unsigned int level;
};

struct world {
	struct kunit *test;
	struct rnd_state rnd;
	struct xe_pt_tree tree;
	struct xe_usage *usage;
	unsigned int taken;	/* of its share of tables, by the test */
	struct map map;
	/* Walk */
	unsigned int next;	/* extent that comes next */
	unsigned int leafs[4];	/* of 4 KiB, 64 KiB, 2 MiB, 1 GiB */
	unsigned int hinted, tables;
	struct table table[PAGES];
};

static unsigned int below(struct world *w, unsigned int limit)
{
	return prandom_u32_state(&w->rnd) % limit;
}

static struct place decode(const struct leaf *leaf)
{
	u64 pte = leaf->pte, pat2 = leaf->level ? XE_PTE_LARGE_PAT2 : XE_PTE_PAT2;
	u64 address = pte & XE_PTE_ADDRESS & ~(leaf->level ? XE_PTE_LARGE_PAT2 : 0);

	return (struct place){
		.addr = address,
		.pat = (pte & XE_PTE_PAT0 ? 1 : 0) | (pte & XE_PTE_PAT1 ? 2 : 0) |
		       (pte & pat2 ? 4 : 0) | (pte & XE_PTE_PAT3 ? 8 : 0) |
		       (pte & XE_PTE_PAT4 ? 16 : 0),
		.null = pte & XE_PTE_NULL,
		.vram = pte & XE_PTE_VRAM,
		.writable = pte & XE_PTE_WRITE,
	};
}

static bool same_page(const struct place *a, const struct place *b)
{
	return a->addr == b->addr && a->pat == b->pat && a->null == b->null &&
	       a->vram == b->vram && a->writable == b->writable;
}

static void check_leaf(struct world *w, const struct leaf *leaf)
{
	struct place found = decode(leaf);
	u64 va = leaf->va, end = va + leaf->size;

	KUNIT_EXPECT_TRUE(w->test, leaf->pte & XE_PTE_ATOMIC);
	KUNIT_EXPECT_TRUE(w->test, found.null ? !found.addr : IS_ALIGNED(found.addr, leaf->size));
	while (va < end) {
		struct extent *extent = &w->map.extent[w->next];
		struct place expected = extent->page;

		if (w->next == w->map.count || extent->va > va) {
			KUNIT_FAIL(w->test, "%#llx is mapped, and should not be", va);
			return;
		}
		if (!expected.null)
			expected.addr += va - extent->va;
		KUNIT_EXPECT_TRUE_MSG(w->test, same_page(&found, &expected),
				      "at %#llx: %#llx, should be %#llx", va, found.addr,
				      expected.addr);
		if (!found.null)
			found.addr += min(extent->end, end) - va;
		va = min(extent->end, end);
		w->next += va == extent->end;
	}
}

/* 16 entries are one page, or none of them is a part of one. */
static void check_hint(struct world *w, const u64 *words, unsigned int index)
{
	unsigned int first = round_down(index, HINTED);

	if (!(words[index] & XE_PTE_HINT_64K)) {
		KUNIT_EXPECT_FALSE(w->test, words[first] & XE_PTE_PRESENT &&
				   words[first] & XE_PTE_HINT_64K);
		return;
	}
	w->hinted++;
	KUNIT_EXPECT_EQ(w->test, words[index], words[first] + (index - first) * SZ_4K);
	KUNIT_EXPECT_TRUE(w->test, IS_ALIGNED(words[first] & XE_PTE_ADDRESS, SZ_64K));
}

static bool is_table(u64 pde)
{
	u64 address = pde & XE_PTE_ADDRESS;

	return (pde & ~XE_PTE_ADDRESS & ~XE_PDE_COMPACT) == XE_PDE_BITS &&
	       address >= FIRST_PAGE && address < FIRST_PAGE + PAGES * (u64)XE_PT_TABLE_SIZE &&
	       test_bit((address - FIRST_PAGE) / XE_PT_TABLE_SIZE, memory.used);
}

static void walk(struct world *w, u64 pde, unsigned int level, u64 base)
{
	bool compact = pde & XE_PDE_COMPACT;
	u64 span = compact ? SZ_64K : XE_PT_SPAN(level), *words;
	unsigned int used = 0;

	if (!is_table(pde) || (compact && level)) {
		KUNIT_FAIL(w->test, "%#llx at %#llx is no table of level %u", pde, base, level);
		return;
	}
	w->tables++;
	w->table[((pde & XE_PTE_ADDRESS) - FIRST_PAGE) / XE_PT_TABLE_SIZE] =
		(struct table){ base, span, level };
	words = page_words(pde & XE_PTE_ADDRESS);
	for (unsigned int i = 0; i < (compact ? XE_PT_COMPACT_ENTRIES : XE_PT_ENTRIES); i++) {
		struct leaf leaf = { base + i * span, span, words[i], level };

		if (words[i] == w->tree.empty[level])
			continue;
		used++;
		if (!level || (level <= XE_PT_LARGEST_PAGE && words[i] & XE_PTE_LARGE)) {
			w->leafs[level ? level + 1 : compact]++;
			check_leaf(w, &leaf);
			if (!level && !compact)
				check_hint(w, words, i);
		} else {
			walk(w, words[i], level - 1, leaf.va);
		}
	}
	KUNIT_EXPECT_TRUE_MSG(w->test, used || level, "an empty table is linked");
}

/* What the client is known to have, beside what a test has taken for it. */
static void check_share(struct world *w)
{
	const struct xe_pt_tree *tree = &w->tree;

	KUNIT_EXPECT_EQ(w->test, tree->tables, memory.num_used);
	KUNIT_EXPECT_EQ(w->test, tree->counted + w->taken, w->usage->share[XE_USAGE_TABLES]);
	KUNIT_EXPECT_GE(w->test, tree->counted, tree->tables);
	KUNIT_EXPECT_LE(w->test, tree->counted, tree->tables < COUNTED_AT_ONCE ? tree->tables :
			tree->tables + 2 * COUNTED_AT_ONCE);
}

static void check(struct world *w)
{
	unsigned int scratch = w->tree.empty[0] ? 2 : 0;

	w->next = 0;
	w->tables = 0;
	w->hinted = 0;
	memset(w->leafs, 0, sizeof(w->leafs));
	walk(w, xe_pt_tree_root(&w->tree), XE_PT_LEVELS - 1, 0);
	KUNIT_EXPECT_EQ_MSG(w->test, w->next, w->map.count, "something is not mapped");
	KUNIT_EXPECT_EQ_MSG(w->test, w->tables + scratch, memory.num_used, "a table is lost");
	check_share(w);
}

/*
 * What is written
 */

static void write_run(struct world *w, const struct xe_pt_run *run)
{
	KUNIT_EXPECT_EQ(w->test, run->at / XE_PT_TABLE_SIZE,
			(run->at + (run->count - 1) * sizeof(u64)) / XE_PT_TABLE_SIZE);
	KUNIT_EXPECT_TRUE(w->test,
			  test_bit((run->at - FIRST_PAGE) / XE_PT_TABLE_SIZE, memory.used));
	for (u32 i = 0; i < run->count; i++)
		page_words(run->at)[i] = run->pte + (u64)run->step * i;
}

static u64 write_list(struct world *w, struct list_head *list)
{
	struct xe_pt_runs *runs;
	u64 entries = 0;

	list_for_each_entry(runs, list, link)
		for (unsigned int i = 0; i < runs->used; i++) {
			write_run(w, &runs->run[i]);
			entries += runs->run[i].count;
		}
	return entries;
}

static void write(struct world *w, struct xe_pt_plan *plan)
{
	u64 entries = write_list(w, &plan->offline);

	entries += write_list(w, &plan->online);
	KUNIT_EXPECT_EQ(w->test, entries, plan->entries);
	plan->written = true;
}

static struct world *world(struct kunit *test, bool scratch)
{
	struct world *w = kvzalloc(sizeof(*w), GFP_KERNEL);
	struct xe_device *xe = xe_fake_device(test);
	struct xe_pt_plan first;

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->test = test;
	prandom_seed_state(&w->rnd, 4711);
	memset(&memory, 0, sizeof(memory));
	memset(memory.dirty, 0xff, sizeof(memory.dirty));
	memory.words = kvmalloc_array(PAGES, XE_PT_TABLE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, memory.words);
	memset64(memory.words, NOISE, PAGES * XE_PT_ENTRIES);
	w->map.extent = kvmalloc_array(MAX_EXTENTS, sizeof(struct extent), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, w->map.extent);
	w->usage = xe_usage_create(&xe->usages);
	KUNIT_ASSERT_NOT_NULL(test, w->usage);
	KUNIT_ASSERT_EQ(test, xe_pt_tree_init(xe, &w->tree, w->usage, scratch, &first), 0);
	KUNIT_EXPECT_FALSE(test, first.invalidate);
	write(w, &first);
	xe_pt_plan_free(&first);
	check(w);
	return w;
}

static void world_end(struct world *w)
{
	xe_pt_tree_fini(&w->tree);
	KUNIT_EXPECT_EQ_MSG(w->test, w->usage->share[XE_USAGE_TABLES], 0, "a share leaked");
	KUNIT_EXPECT_EQ_MSG(w->test, kref_read(&w->usage->ref), 1, "a reference leaked");
	xe_usage_put(w->usage);
	KUNIT_EXPECT_EQ_MSG(w->test, memory.num_used, 0, "a page leaked");
	KUNIT_EXPECT_EQ_MSG(w->test, memory.lies, 0, "a page is not as clean as was said");
	KUNIT_EXPECT_EQ_MSG(w->test, memory.allocations, 0, "memory leaked");
	kvfree(memory.words);
	kvfree(w->map.extent);
	kvfree(w);
}

/*
 * Operations
 */

enum kind { UNMAP, VRAM, SEGMENTS, NOTHING, KINDS };

struct op {
	enum kind kind;
	u64 va, size;
	struct xe_pt_source source;
	struct fake_buffer buffer;
	struct sg_table sgt;
};

static struct place page_of(const struct xe_pt_source *source, u64 addr)
{
	return (struct place){
		.addr = addr, .pat = source->pat, .vram = source->vram,
		.null = !source->vram && !source->sgt, .writable = !source->read_only,
	};
}

/* The same in the list as in the plan. */
static void op_expect(struct world *w, const struct op *op)
{
	unsigned int at = map_remove(&w->map, op->va, op->va + op->size);
	struct scatterlist *sg = op->sgt.sgl;
	u64 len, addr = 0, offset = 0;

	if (op->kind == UNMAP)
		return;
	for (u64 va = op->va; va < op->va + op->size; va += len, offset += len) {
		len = op->va + op->size - va;
		if (op->kind == VRAM) {
			addr = fake_vram_at(&op->buffer.base, op->source.offset + offset, &len);
		} else if (op->kind == SEGMENTS) {
			len = sg_dma_len(sg) - (offset ? 0 : op->source.offset);
			addr = sg_dma_address(sg) + (offset ? 0 : op->source.offset);
			sg = sg_next(sg);
		}
		len = min(len, op->va + op->size - va);
		map_insert(&w->map, at++,
			   (struct extent){ va, va + len, page_of(&op->source, addr) });
	}
}

static int op_plan(struct xe_pt_plan *plan, const struct op *op)
{
	if (op->kind == UNMAP)
		return xe_pt_plan_unmap(plan, op->va, op->size);
	return xe_pt_plan_map(plan, op->va, op->size, &op->source);
}

/* Segments of a size, some of which follow one another. */
static void make_sg(struct world *w, struct op *op, u64 piece)
{
	unsigned int count = DIV_ROUND_UP(op->size + op->source.offset, piece);
	struct scatterlist *sg;
	u64 addr = 0;
	int i;

	KUNIT_ASSERT_EQ(w->test, sg_alloc_table(&op->sgt, count, GFP_KERNEL), 0);
	for_each_sg(op->sgt.sgl, sg, count, i) {
		if (!i || below(w, 3))
			addr = (1 + below(w, 1000)) * (u64)SZ_1G + below(w, 64) * piece;
		sg_dma_address(sg) = addr;
		sg_dma_len(sg) = piece;
		addr += piece;
	}
	op->source.sgt = &op->sgt;
}

/* Of gigabytes all is in large pages, or a test would not end. */
static void make_source(struct world *w, struct op *op)
{
	static const u64 pieces[] = { SZ_4K, SZ_8K, SZ_64K, SZ_128K, SZ_2M, SZ_4M, SZ_1G };
	u64 smallest = op->size < SZ_1G ? SZ_4K : SZ_2M;
	u64 piece = pieces[below(w, ARRAY_SIZE(pieces))];

	piece = rounddown_pow_of_two(clamp(piece, smallest, op->size));
	op->source.pat = below(w, 32);
	op->source.read_only = !below(w, 4);
	if (!below(w, 3))
		op->source.offset = below(w, piece / smallest) * smallest;
	if (op->kind == VRAM) {
		op->buffer.piece = piece;
		op->buffer.at = below(w, 100) * piece;
		op->buffer.stride = 1 + below(w, 3);
		op->source.vram = &op->buffer.base;
	} else if (op->kind == SEGMENTS) {
		make_sg(w, op, piece);
	}
}

/* Around places where something begins, in units of a page size, and not always aligned to it. */
static void op_make(struct world *w, struct op *op)
{
	static const u64 bases[] = { 0, SZ_1G - SZ_4M, BIT_ULL(39) - SZ_2M, BIT_ULL(47) - SZ_1G };
	static const unsigned int shifts[] = { 12, 12, 16, 16, 21, 21, 30 };
	u64 unit = 1ull << shifts[below(w, ARRAY_SIZE(shifts))];

	memset(op, 0, sizeof(*op));
	op->kind = below(w, KINDS);
	op->va = bases[below(w, ARRAY_SIZE(bases))] + below(w, unit < SZ_2M ? 64 : 4) * unit;
	op->size = (1 + below(w, unit < SZ_2M ? 40 : 3)) * unit;
	if (unit == SZ_2M && !below(w, 3))
		op->va += below(w, 64) * (u64)SZ_64K;
	if (unit > SZ_64K && !below(w, 3))
		op->size += below(w, 64) * (u64)SZ_4K;
	if (op->kind != UNMAP)
		make_source(w, op);
}

static void op_free(struct op *op)
{
	if (op->kind == SEGMENTS)
		sg_free_table(&op->sgt);
}

/* A number that is another one if anything in the tree is. */
static u64 fingerprint(const struct xe_pt_table *table)
{
	u64 hash = table->used + table->fresh * 3 + table->retired * 5 + table->copied * 7;

	for (unsigned int i = 0; i < XE_PT_ENTRIES; i++) {
		u64 value = entry(table, i);

		hash = hash * 0x100000001b3ull + value;
		if (table->level && child_of(value))
			hash = hash * 0x100000001b3ull + fingerprint(child_of(value));
	}
	return hash;
}

static void test_random(struct kunit *test, bool scratch)
{
	struct world *w = world(test, scratch);
	struct op *op = kunit_kzalloc(test, sizeof(*op), GFP_KERNEL);
	unsigned int hinted = 0, leafs[4] = {};
	struct xe_pt_plan plan;

	for (unsigned int round = 0; round < 1000; round++) {
		op_make(w, op);
		xe_pt_plan_init(&plan, &w->tree);
		KUNIT_ASSERT_EQ(test, op_plan(&plan, op), 0);
		op_expect(w, op);
		xe_pt_plan_commit(&plan);
		write(w, &plan);
		xe_pt_plan_free(&plan);
		check(w);
		op_free(op);
		if (test->status == KUNIT_FAILURE) {
			KUNIT_FAIL(test, "round %u: kind %d, %#llx + %#llx", round, op->kind,
				   op->va, op->size);
			break;
		}
		hinted += w->hinted;
		for (unsigned int i = 0; i < ARRAY_SIZE(leafs); i++)
			leafs[i] += w->leafs[i];
	}
	/* All kinds of pages were seen, or nothing was tested. */
	KUNIT_EXPECT_NE(test, hinted, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(leafs); i++)
		KUNIT_EXPECT_NE(test, leafs[i], 0);
	world_end(w);
}

static void test_without_scratch(struct kunit *test)
{
	test_random(test, false);
}

static void test_with_scratch(struct kunit *test)
{
	test_random(test, true);
}

/* Plans of several changes, written later, one after the other. */
static void test_deferred(struct kunit *test)
{
	struct world *w = world(test, false);
	struct op *op = kunit_kzalloc(test, sizeof(*op), GFP_KERNEL);
	static struct xe_pt_plan plan[8];

	for (unsigned int round = 0; round < 200 && test->status != KUNIT_FAILURE; round++) {
		unsigned int count = 1 + below(w, ARRAY_SIZE(plan)), freed = 0;

		for (unsigned int i = 0; i < count; i++) {
			xe_pt_plan_init(&plan[i], &w->tree);
			for (unsigned int n = 1 + below(w, 4); n; n--) {
				op_make(w, op);
				KUNIT_ASSERT_EQ(test, op_plan(&plan[i], op), 0);
				op_expect(w, op);
				op_free(op);
			}
			xe_pt_plan_commit(&plan[i]);
		}
		/* Answers come late, but in order. */
		for (unsigned int i = 0; i < count; i++) {
			write(w, &plan[i]);
			while (freed <= i && below(w, 2))
				xe_pt_plan_free(&plan[freed++]);
		}
		while (freed < count)
			xe_pt_plan_free(&plan[freed++]);
		check(w);
	}
	world_end(w);
}

/* Each allocation is refused once; what was planned up to there is undone without a trace. */
static void test_refused(struct kunit *test)
{
	struct world *w = world(test, false);
	struct op *op = kunit_kcalloc(test, 3, sizeof(*op), GFP_KERNEL);
	struct xe_pt_plan plan;
	unsigned int refused = 0;

	for (unsigned int round = 0; round < 150 && test->status != KUNIT_FAILURE; round++) {
		unsigned int allocations = memory.allocations, used = memory.num_used, at = 0;
		u64 tree = fingerprint(w->tree.root);
		int err;

		for (unsigned int i = 0; i < 3; i++)
			op_make(w, &op[i]);
		do {
			xe_pt_plan_init(&plan, &w->tree);
			/* Not each of hundreds that are alike. */
			memory.fail_in = at < 40 ? ++at : (at += 1 + at / 8);
			err = 0;
			for (unsigned int i = 0; !err && i < 3; i++)
				err = op_plan(&plan, &op[i]);
			if (err || !below(w, 4)) {
				refused += !!err;
				xe_pt_plan_undo(&plan);
				KUNIT_EXPECT_EQ(test, memory.allocations, allocations);
				KUNIT_EXPECT_EQ(test, memory.num_used, used);
				KUNIT_EXPECT_EQ(test, fingerprint(w->tree.root), tree);
				KUNIT_EXPECT_TRUE(test, xe_pt_plan_is_empty(&plan));
			}
		} while (err);
		memory.fail_in = 0;
		if (!xe_pt_plan_is_empty(&plan)) {
			for (unsigned int i = 0; i < 3; i++)
				op_expect(w, &op[i]);
			xe_pt_plan_commit(&plan);
			write(w, &plan);
		}
		xe_pt_plan_free(&plan);
		check(w);
		for (unsigned int i = 0; i < 3; i++)
			op_free(&op[i]);
	}
	KUNIT_EXPECT_GT(test, refused, 1000);
	world_end(w);
}

/* Where an address leads, as an engine finds it; present or not. */
static bool translate(struct world *w, u64 va, struct place *page)
{
	u64 pde = xe_pt_tree_root(&w->tree);

	for (unsigned int level = XE_PT_LEVELS - 1;; level--) {
		bool compact = pde & XE_PDE_COMPACT;
		unsigned int shift = compact ? 16 : XE_PT_SHIFT(level);
		u64 *words = page_words(pde & XE_PTE_ADDRESS);

		KUNIT_ASSERT_TRUE(w->test, is_table(pde));
		pde = words[(va >> shift) % (compact ? XE_PT_COMPACT_ENTRIES : XE_PT_ENTRIES)];
		if (!(pde & XE_PTE_PRESENT))
			return false;
		if (!level || (level <= XE_PT_LARGEST_PAGE && pde & XE_PTE_LARGE)) {
			struct leaf leaf = { .pte = pde, .level = level };

			*page = decode(&leaf);
			if (!page->null)
				page->addr += va & (BIT_ULL(shift) - 1);
			return true;
		}
	}
}

struct sample {
	u64 va;
	struct place page;
	bool present;
};

static void take_samples(struct world *w, const struct op *op, struct sample *sample,
			 unsigned int count)
{
	u64 near[] = { op->va - SZ_4K, op->va - SZ_64K, op->va - SZ_2M + SZ_4K,
		       op->va + op->size, op->va + op->size + SZ_64K - SZ_4K,
		       op->va + op->size + SZ_2M - SZ_4K, op->va + op->size + SZ_1G - SZ_2M };

	for (unsigned int i = 0; i < count; i++) {
		sample[i].va = i < ARRAY_SIZE(near) ? near[i] :
			op->va + op->size + below(w, SZ_64K) * (u64)SZ_4K;
		sample[i].va %= BIT_ULL(XE_PT_VA_BITS);
		sample[i].present = translate(w, sample[i].va, &sample[i].page);
	}
}

static void check_samples(struct world *w, const struct sample *sample, unsigned int count)
{
	struct place page;

	for (unsigned int i = 0; i < count; i++) {
		KUNIT_EXPECT_EQ(w->test, translate(w, sample[i].va, &page), sample[i].present);
		if (sample[i].present)
			KUNIT_EXPECT_TRUE_MSG(w->test, same_page(&page, &sample[i].page),
					      "%#llx does not lead to where it did", sample[i].va);
	}
}

/* An entry of a table that was there is about to be written. */
static void check_write(struct world *w, const struct xe_pt_plan *plan, u64 at, u64 pte)
{
	const struct table *table = &w->table[(at - FIRST_PAGE) / XE_PT_TABLE_SIZE];
	u64 va = table->base + at % XE_PT_TABLE_SIZE / sizeof(u64) * table->span;
	u64 old = page_words(at)[0];

	KUNIT_EXPECT_GE(w->test, va, plan->start);
	KUNIT_EXPECT_LE(w->test, va + table->span, plan->end);
	if (old == pte)
		return;
	if (old == w->tree.empty[table->level]) {
		KUNIT_EXPECT_TRUE(w->test, !old || plan->over_scratch);
		return;
	}
	KUNIT_EXPECT_TRUE(w->test, plan->invalidate);
	KUNIT_EXPECT_GE(w->test, va, plan->invalidate_start);
	KUNIT_EXPECT_LE(w->test, va + table->span, plan->invalidate_end);
}

/* What is beside a change translates to the same between any two writes of it. */
static void test_online(struct kunit *test, bool scratch)
{
	struct world *w = world(test, scratch);
	struct op *op = kunit_kzalloc(test, sizeof(*op), GFP_KERNEL);
	struct sample sample[10];
	struct xe_pt_runs *runs;
	struct xe_pt_plan plan;

	for (unsigned int round = 0; round < 500 && test->status != KUNIT_FAILURE; round++) {
		op_make(w, op);
		take_samples(w, op, sample, ARRAY_SIZE(sample));
		xe_pt_plan_init(&plan, &w->tree);
		KUNIT_ASSERT_EQ(test, op_plan(&plan, op), 0);
		op_expect(w, op);
		xe_pt_plan_commit(&plan);
		write_list(w, &plan.offline);
		check_samples(w, sample, ARRAY_SIZE(sample));
		list_for_each_entry(runs, &plan.online, link) {
			for (unsigned int i = 0; i < runs->used; i++) {
				struct xe_pt_run run = runs->run[i];

				for (; run.count; run.count--, run.at += 8, run.pte += run.step) {
					check_write(w, &plan, run.at, run.pte);
					page_words(run.at)[0] = run.pte;
					check_samples(w, sample, ARRAY_SIZE(sample));
				}
			}
		}
		plan.written = true;
		xe_pt_plan_free(&plan);
		check(w);
		op_free(op);
	}
	world_end(w);
}

static void test_neighbours(struct kunit *test)
{
	test_online(test, false);
}

static void test_neighbours_with_scratch(struct kunit *test)
{
	test_online(test, true);
}

/* What is said of a plan is what its entries are. */
static void test_what_a_plan_says(struct kunit *test)
{
	struct world *w = world(test, false);
	struct fake_buffer buffer = { .piece = SZ_1G, .stride = 1 };
	struct xe_pt_source source = { .vram = &buffer.base, .pat = 2 };
	struct xe_pt_plan plan;

	/* First mapping: tables up to the root are new, and one entry of it is written. */
	xe_pt_plan_init(&plan, &w->tree);
	KUNIT_EXPECT_TRUE(test, xe_pt_plan_is_empty(&plan));
	KUNIT_ASSERT_EQ(test, xe_pt_plan_map(&plan, SZ_2M, SZ_2M, &source), 0);
	xe_pt_plan_commit(&plan);
	KUNIT_EXPECT_FALSE(test, plan.invalidate);
	KUNIT_EXPECT_FALSE(test, plan.over_scratch);
	KUNIT_EXPECT_EQ(test, plan.start, 0);
	KUNIT_EXPECT_EQ(test, plan.end, BIT_ULL(48));
	write(w, &plan);
	xe_pt_plan_free(&plan);

	/* Beside it: one entry. */
	xe_pt_plan_init(&plan, &w->tree);
	KUNIT_ASSERT_EQ(test, xe_pt_plan_map(&plan, SZ_4M, SZ_2M, &source), 0);
	xe_pt_plan_commit(&plan);
	KUNIT_EXPECT_FALSE(test, plan.invalidate);
	KUNIT_EXPECT_EQ(test, plan.start, SZ_4M);
	KUNIT_EXPECT_EQ(test, plan.end, SZ_4M + SZ_2M);
	KUNIT_EXPECT_EQ(test, plan.entries, 1);
	write(w, &plan);
	xe_pt_plan_free(&plan);

	/* Gone and there again: the tables above were kept, and what is written is one entry. */
	xe_pt_plan_init(&plan, &w->tree);
	KUNIT_ASSERT_EQ(test, xe_pt_plan_unmap(&plan, SZ_2M, SZ_4M), 0);
	xe_pt_plan_commit(&plan);
	write(w, &plan);
	xe_pt_plan_free(&plan);
	xe_pt_plan_init(&plan, &w->tree);
	KUNIT_ASSERT_EQ(test, xe_pt_plan_map(&plan, SZ_4M, SZ_2M, &source), 0);
	xe_pt_plan_commit(&plan);
	KUNIT_EXPECT_FALSE(test, plan.invalidate);
	KUNIT_EXPECT_EQ(test, plan.start, SZ_4M);
	KUNIT_EXPECT_EQ(test, plan.entries, 1);
	write(w, &plan);
	xe_pt_plan_free(&plan);

	/* A part of it: the large page changes as a whole. */
	xe_pt_plan_init(&plan, &w->tree);
	KUNIT_ASSERT_EQ(test, xe_pt_plan_unmap(&plan, SZ_4M + SZ_4K, SZ_4K), 0);
	xe_pt_plan_commit(&plan);
	KUNIT_EXPECT_TRUE(test, plan.invalidate);
	KUNIT_EXPECT_EQ(test, plan.invalidate_start, SZ_4M);
	KUNIT_EXPECT_EQ(test, plan.invalidate_end, SZ_4M + SZ_2M);
	write(w, &plan);
	xe_pt_plan_free(&plan);

	/* Nothing is mapped there any more. */
	xe_pt_plan_init(&plan, &w->tree);
	KUNIT_ASSERT_EQ(test, xe_pt_plan_unmap(&plan, SZ_4M + SZ_4K, SZ_4K), 0);
	KUNIT_EXPECT_TRUE(test, xe_pt_plan_is_empty(&plan));
	xe_pt_plan_commit(&plan);
	xe_pt_plan_free(&plan);

	/* A part of a hinted page is 64 KiB to an engine. */
	xe_pt_plan_init(&plan, &w->tree);
	KUNIT_ASSERT_EQ(test, xe_pt_plan_unmap(&plan, SZ_4M + SZ_128K + SZ_4K, SZ_4K), 0);
	xe_pt_plan_commit(&plan);
	KUNIT_EXPECT_TRUE(test, plan.invalidate);
	KUNIT_EXPECT_EQ(test, plan.invalidate_start, SZ_4M + SZ_128K);
	KUNIT_EXPECT_EQ(test, plan.invalidate_end, SZ_4M + SZ_128K + SZ_64K);
	write(w, &plan);
	xe_pt_plan_free(&plan);
	world_end(w);
}

/* The largest page there is. */
static void test_huge(struct kunit *test)
{
	struct world *w = world(test, false);
	struct xe_pt_source source = { .pat = 2 };
	struct xe_pt_plan plan;

	xe_pt_plan_init(&plan, &w->tree);
	KUNIT_ASSERT_EQ(test, xe_pt_plan_map(&plan, 0, 2 * XE_PT_SPAN(3), &source), 0);
	map_insert(&w->map, 0,
		   (struct extent){ 0, 2 * XE_PT_SPAN(3), page_of(&source, 0) });
	xe_pt_plan_commit(&plan);
	write(w, &plan);
	xe_pt_plan_free(&plan);
	check(w);
	KUNIT_EXPECT_EQ(test, w->leafs[3], 1024);
	world_end(w);
}

/* Each level of nothing reads as zero, and something in its place is said to be. */
static void test_scratch(struct kunit *test)
{
	static const u64 addresses[] = { 0, SZ_4K, SZ_2M, SZ_1G, BIT_ULL(39), BIT_ULL(47) };
	struct world *w = world(test, true);
	struct xe_pt_source source = { .pat = 3 };
	struct xe_pt_plan plan;
	struct place page;

	for (unsigned int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(addresses); i++) {
			KUNIT_EXPECT_TRUE(test, translate(w, addresses[i] + SZ_8K, &page));
			KUNIT_EXPECT_TRUE(test, page.null);
			KUNIT_EXPECT_TRUE(test, page.writable);
			KUNIT_EXPECT_EQ(test, page.pat, 2);
		}
		xe_pt_plan_init(&plan, &w->tree);
		KUNIT_ASSERT_EQ(test, xe_pt_plan_map(&plan, round * SZ_4K, SZ_4K, &source), 0);
		xe_pt_plan_commit(&plan);
		KUNIT_EXPECT_TRUE(test, plan.over_scratch);
		KUNIT_EXPECT_FALSE(test, plan.invalidate);
		write(w, &plan);
		xe_pt_plan_free(&plan);
	}
	world_end(w);
}

/* Tables of plans that nobody wrote are kept until the tree goes. */
static void test_dropped(struct kunit *test)
{
	struct world *w = world(test, false);
	struct fake_buffer buffer = { .piece = SZ_4K, .stride = 2 };
	struct xe_pt_source source = { .vram = &buffer.base };
	struct xe_pt_plan map, unmap;
	unsigned int used;

	xe_pt_plan_init(&map, &w->tree);
	KUNIT_ASSERT_EQ(test, xe_pt_plan_map(&map, SZ_4K, SZ_4M, &source), 0);
	xe_pt_plan_commit(&map);
	used = memory.num_used;
	xe_pt_plan_init(&unmap, &w->tree);
	KUNIT_ASSERT_EQ(test, xe_pt_plan_unmap(&unmap, 0, BIT_ULL(48)), 0);
	xe_pt_plan_commit(&unmap);
	xe_pt_plan_drop(&unmap);
	xe_pt_plan_drop(&map);
	KUNIT_EXPECT_EQ(test, memory.num_used, used);
	world_end(w);
}

/* A client has his share of tables; what is more is refused before it is had, and undone. */
static void test_share(struct kunit *test)
{
	const unsigned int most = XE_USAGE_MAX_TABLES / 3;
	struct world *w = world(test, false);
	struct fake_buffer buffer = { .piece = SZ_1G, .stride = 1 };
	struct xe_pt_source large = { .vram = &buffer.base };
	struct xe_pt_source nothing = {};
	struct xe_pt_plan plan;
	unsigned int n = 0;
	int err = 0;

	w->taken = most - 100;
	KUNIT_ASSERT_TRUE(test, xe_usage_take(w->usage, XE_USAGE_TABLES, w->taken));
	xe_pt_plan_init(&plan, &w->tree);
	while (!err && n < 200)
		err = xe_pt_plan_map(&plan, (u64)n++ * SZ_2M, SZ_4K, &nothing);
	KUNIT_EXPECT_EQ(test, err, -ENOBUFS);
	KUNIT_EXPECT_GE(test, w->tree.tables + w->taken, most - COUNTED_AT_ONCE);
	KUNIT_EXPECT_LE(test, w->tree.tables + w->taken, most);
	check_share(w);
	xe_pt_plan_undo(&plan);
	check(w);
	KUNIT_EXPECT_EQ(test, w->tree.counted, 1);

	/* What is there can be changed still, and taken away. */
	xe_usage_give(w->usage, XE_USAGE_TABLES, w->taken);
	w->taken = 0;
	KUNIT_ASSERT_EQ(test, xe_pt_plan_map(&plan, 0, SZ_4K, &nothing), 0);
	w->taken = most - w->tree.counted;
	KUNIT_ASSERT_TRUE(test, xe_usage_take(w->usage, XE_USAGE_TABLES, w->taken));
	KUNIT_EXPECT_EQ(test, xe_pt_plan_map(&plan, SZ_4K, SZ_4K, &nothing), 0);
	KUNIT_EXPECT_EQ(test, xe_pt_plan_map(&plan, SZ_2M, SZ_4K, &nothing), -ENOBUFS);
	xe_pt_plan_undo(&plan);
	xe_usage_give(w->usage, XE_USAGE_TABLES, w->taken);
	w->taken = 0;
	check(w);

	/* A part of a large page that goes needs a table for what stays. All of it does not. */
	KUNIT_ASSERT_EQ(test, xe_pt_plan_map(&plan, SZ_2M, SZ_2M, &large), 0);
	xe_pt_plan_commit(&plan);
	write(w, &plan);
	xe_pt_plan_free(&plan);
	w->taken = most - w->tree.counted;
	KUNIT_ASSERT_TRUE(test, xe_usage_take(w->usage, XE_USAGE_TABLES, w->taken));
	xe_pt_plan_init(&plan, &w->tree);
	KUNIT_EXPECT_EQ(test, xe_pt_plan_unmap(&plan, SZ_2M + SZ_4K, SZ_4K), -ENOBUFS);
	xe_pt_plan_undo(&plan);
	KUNIT_EXPECT_EQ(test, xe_pt_plan_unmap(&plan, SZ_2M, SZ_2M), 0);
	xe_pt_plan_commit(&plan);
	write(w, &plan);
	xe_pt_plan_free(&plan);
	xe_usage_give(w->usage, XE_USAGE_TABLES, w->taken);
	w->taken = 0;
	world_end(w);
}

/* One large page is one entry; what is adjacent is one run. */
static void test_runs(struct kunit *test)
{
	struct world *w = world(test, false);
	struct fake_buffer buffer = { .piece = SZ_1G, .stride = 1, .at = SZ_64K };
	struct xe_pt_source source = { .vram = &buffer.base };
	unsigned int runs = 0;
	struct xe_pt_runs *part;
	struct xe_pt_plan plan;

	xe_pt_plan_init(&plan, &w->tree);
	KUNIT_ASSERT_EQ(test, xe_pt_plan_map(&plan, SZ_2M, SZ_2M, &source), 0);
	list_for_each_entry(part, &plan.offline, link)
		runs += part->used;
	/* Compact; each of 3 tables above is filled with nothing, and has one entry. */
	KUNIT_EXPECT_EQ(test, runs, 7);
	KUNIT_EXPECT_EQ(test, plan.entries, 32 + 3 * 513 + 1);
	xe_pt_plan_commit(&plan);
	write(w, &plan);
	xe_pt_plan_free(&plan);

	/* Pages that were used are known to be zero but for a part. */
	xe_pt_plan_init(&plan, &w->tree);
	KUNIT_ASSERT_EQ(test, xe_pt_plan_unmap(&plan, 0, BIT_ULL(48)), 0);
	xe_pt_plan_commit(&plan);
	write(w, &plan);
	xe_pt_plan_free(&plan);
	xe_pt_plan_init(&plan, &w->tree);
	source.vram = NULL;
	KUNIT_ASSERT_EQ(test, xe_pt_plan_map(&plan, SZ_2M, SZ_2M, &source), 0);
	KUNIT_EXPECT_EQ(test, plan.entries, 3 * (XE_PT_ENTRIES / XE_PT_PARTS + 1) + 1);
	xe_pt_plan_undo(&plan);
	world_end(w);
}

static struct kunit_case pt_cases[] = {
	KUNIT_CASE(test_what_a_plan_says),
	KUNIT_CASE(test_runs),
	KUNIT_CASE(test_huge),
	KUNIT_CASE(test_scratch),
	KUNIT_CASE(test_dropped),
	KUNIT_CASE(test_share),
	KUNIT_CASE_SLOW(test_without_scratch),
	KUNIT_CASE_SLOW(test_with_scratch),
	KUNIT_CASE_SLOW(test_deferred),
	KUNIT_CASE_SLOW(test_refused),
	KUNIT_CASE_SLOW(test_neighbours),
	KUNIT_CASE_SLOW(test_neighbours_with_scratch),
	{ }
};

static struct kunit_suite pt_suite = {
	.name = "xe_pt",
	.test_cases = pt_cases,
};

kunit_test_suite(pt_suite);
