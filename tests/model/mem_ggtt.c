// SPDX-License-Identifier: MIT
/*
 * Global translation: one 8-byte entry of the GSM per 4 KiB page.  There is no TLB: every access
 * reads the entry, so an entry that the driver changed counts at once.
 */
#include <errno.h>

#include "journal.h"
#include "mem_internal.h"
#include "platform.h"

#define GGTT_DM		BIT64(1)	/* device memory; integrated: offset into BAR 2 */
#define GGTT_PAT	GENMASK64(53, 52)
#define GGTT_KNOWN	(PTE_PRESENT | GGTT_DM | PTE_ADDR | GGTT_PAT)

static int ggtt_malformed(struct gpu *gpu, u64 addr, u64 pte, const char *why)
{
	violation(gpu, V_GGTT_ENTRY, "address 0x%llx, entry 0x%016llx: %s",
		  (unsigned long long)addr, (unsigned long long)pte, why);
	return -EINVAL;
}

int ggtt_xlate(struct gpu *gpu, u64 addr, bool write, struct xlat *x)
{
	u64 page = addr / PAGE_4K, off = addr % PAGE_4K, pte;

	(void)write;
	x->level = 0;
	if (page >= mem_gsm_size(gpu) / 8)
		return -EFAULT;
	pte = load64(mem_gsm(gpu) + page * 8);
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
