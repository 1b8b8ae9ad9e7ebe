// SPDX-License-Identifier: MIT
/*
 * Who owns a page of VRAM.
 *
 * Owner of: an epoch for each page: 0 as long as nothing was said, odd while it is owned, even when it was given
 * back.
 */
#include <stdlib.h>
#include <string.h>

#include "journal.h"
#include "mem.h"
#include "oracle.h"

struct oracle {
	u32 *epoch;
	u64 pages;
	u64 said;	/* the page reported last: a loop over freed memory is one report a page */
};

struct oracle *oracle_create(struct gpu *gpu)
{
	struct oracle *o = calloc(1, sizeof(*o));

	if (!o)
		abort();
	o->pages = gpu->opt.oracle ? mem_vram_size(gpu) / PAGE_4K : 0;
	o->epoch = calloc(o->pages + 1, sizeof(*o->epoch));
	if (!o->epoch)
		abort();
	o->said = ~0ull;
	return o;
}

void oracle_destroy(struct oracle *oracle)
{
	free(oracle->epoch);
	free(oracle);
}

void oracle_reset(struct gpu *gpu)
{
	struct oracle *o = gpu->oracle;

	memset(o->epoch, 0, o->pages * sizeof(*o->epoch));
	o->said = ~0ull;
}

u32 oracle_epoch(struct gpu *gpu, u64 addr)
{
	const struct oracle *o = gpu->oracle;

	return addr / PAGE_4K < o->pages ? o->epoch[addr / PAGE_4K] : 0;
}

void oracle_check(struct gpu *gpu, u64 addr, u64 len, bool write)
{
	struct oracle *o = gpu->oracle;
	u32 epoch;

	if (!o->pages)
		return;
	for (u64 page = addr / PAGE_4K; page * PAGE_4K < addr + len; page++) {
		epoch = oracle_epoch(gpu, page * PAGE_4K);
		if (!epoch || epoch & 1 || page == o->said)
			continue;
		o->said = page;
		violation(gpu, V_FREED_MEMORY, "%s of VRAM %#llx, which the driver gave back", write ? "write" : "read",
			  (unsigned long long)page * PAGE_4K);
	}
}

/* From owned to owned, too, it is another owner. */
static void set_page(struct oracle *o, u64 page, bool owned)
{
	u32 *epoch = &o->epoch[page];

	*epoch += (*epoch & 1) == owned ? 2 : 1;
	if (o->said == page)
		o->said = ~0ull;
}

void oracle_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	u64 page = ((u64)reg_peek(gpu, ORACLE_ADDR_UDW) << 32 | reg_peek(gpu, ORACLE_ADDR_LDW)) / PAGE_4K;
	u64 n = reg_peek(gpu, ORACLE_PAGES);

	if ((raw != ORACLE_OWNED && raw != ORACLE_FREED) || page > gpu->oracle->pages ||
	    n > gpu->oracle->pages - page) {
		violation(gpu, V_ORACLE, "event %u, VRAM page %#llx and %llu more", raw, (unsigned long long)page,
			  (unsigned long long)n);
		return;
	}
	for (; n; n--, page++)
		set_page(gpu->oracle, page, raw == ORACLE_OWNED);
}
