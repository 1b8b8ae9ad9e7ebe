// SPDX-License-Identifier: MIT
/*
 * Global translation: one 8-byte entry of the GSM per 4 KiB page.  There is no TLB: every access
 * reads the entry, so an entry that the driver changed counts at once.  But what a card that has a TLB
 * could still know is remembered, and it is a violation to use an entry that was changed since.
 */
#include <errno.h>
#include <stdlib.h>

#include "journal.h"
#include "mem_internal.h"
#include "platform.h"

#define GGTT_DM		BIT64(1)	/* device memory; integrated: offset into BAR 2 */
#define GGTT_PAT	GENMASK64(53, 52)
#define GGTT_KNOWN	(PTE_PRESENT | GGTT_DM | PTE_ADDR | GGTT_PAT)

#define USED_MAX	4096

struct ggtt_used {
	u64 *entry;		/* of each page: what it was when it was used; 0: not since then */
	u64 page[USED_MAX];	/* those that are not 0; later ones are not remembered */
	unsigned int num;
};

struct ggtt_used *ggtt_used_create(u64 pages)
{
	struct ggtt_used *used = calloc(1, sizeof(*used));

	if (!used)
		abort();
	used->entry = calloc(pages + 1, sizeof(*used->entry));
	if (!used->entry)
		abort();
	return used;
}

void ggtt_used_destroy(struct ggtt_used *used)
{
	free(used->entry);
	free(used);
}

void ggtt_invalidate(struct gpu *gpu)
{
	struct ggtt_used *used = mem_ggtt_used(gpu);

	while (used->num)
		used->entry[used->page[--used->num]] = 0;
}

bool ggtt_reaches(struct gpu *gpu, u64 dma, u64 size, u64 *addr)
{
	const struct ggtt_used *used = mem_ggtt_used(gpu);

	for (unsigned int i = 0; i < used->num; i++) {
		u64 pte = used->entry[used->page[i]];

		*addr = used->page[i] * PAGE_4K;
		if (pte & PTE_PRESENT && !(pte & GGTT_DM) && (pte & PTE_ADDR) - dma < size)
			return true;
	}
	return false;
}

static void use(struct gpu *gpu, u64 page, u64 pte)
{
	struct ggtt_used *used = mem_ggtt_used(gpu);
	u64 *was = &used->entry[page];

	if (*was == pte)
		return;
	if (*was)
		violation(gpu, V_GGTT_STALE, "address 0x%llx: entry 0x%016llx, but 0x%016llx was not invalidated",
			  (unsigned long long)page * PAGE_4K, (unsigned long long)pte,
			  (unsigned long long)*was);
	else if (used->num == USED_MAX || !(pte & PTE_PRESENT))
		return;
	else
		used->page[used->num++] = page;
	*was = pte & PTE_PRESENT ? pte : 0;
}

static int ggtt_malformed(struct gpu *gpu, u64 addr, u64 pte, const char *why)
{
	violation(gpu, V_GGTT_ENTRY, "address 0x%llx, entry 0x%016llx: %s",
		  (unsigned long long)addr, (unsigned long long)pte, why);
	return -EINVAL;
}

int ggtt_walk(struct gpu *gpu, u64 addr, struct xlat *x, bool used)
{
	u64 page = addr / PAGE_4K, off = addr % PAGE_4K, pte;

	x->level = 0;
	if (page >= mem_gsm_size(gpu) / 8)
		return -EFAULT;
	pte = load64(mem_gsm(gpu) + page * 8);
	if (used)
		use(gpu, page, pte);
	if (!(pte & PTE_PRESENT))
		return -EFAULT;
	if (pte & ~GGTT_KNOWN)
		return ggtt_malformed(gpu, addr, pte, "reserved bits");
	x->space = pte & GGTT_DM ? MEM_VRAM : MEM_SYSTEM;
	x->addr = (pte & PTE_ADDR) + off;
	x->len = PAGE_4K - off;
	x->writable = true;
	x->pat = (u8)FIELD_GET(GGTT_PAT, pte);
	if (!mem_in_range(gpu, x->space, pte & PTE_ADDR, PAGE_4K))
		return ggtt_malformed(gpu, addr, pte, "beyond device memory");
	return 0;
}

int ggtt_xlate(struct gpu *gpu, u64 addr, bool write, struct xlat *x)
{
	return ggtt_walk(gpu, addr, x, true);
}

int ggtt_peek(struct gpu *gpu, u64 addr, struct xlat *x)
{
	return ggtt_walk(gpu, addr, x, false);
}
