// SPDX-License-Identifier: MIT
/*
 * An access of the CPU to a BAR: registers, GGTT entries, VRAM.
 */
#include <string.h>

#include "clk.h"
#include "fault.h"
#include "journal.h"
#include "mem.h"
#include "pci.h"
#include "reg.h"
#include "vfu.h"

#define GSM_START	MIB(8)	/* what is below is for reg.c, also where there is no register */

/* Memory behind a BAR, or NULL; *len is cut to what is there. */
static u8 *memory(struct gpu *gpu, unsigned int bar, u64 offset, size_t *len)
{
	u64 size = bar ? mem_bar_size(gpu) : mem_gsm_size(gpu);
	u8 *base = bar ? mem_vram(gpu) : mem_gsm(gpu);

	if (!bar) {
		if (offset < GSM_START)
			return NULL;
		offset -= GSM_START;
	}
	if (offset >= size)
		return NULL;
	*len = MIN(*len, size - offset);
	return base + offset;
}

static bool unreachable(struct gpu *gpu, unsigned int bar, u64 offset, bool write)
{
	if (gone(gpu, write ? VANISH_WRITE : VANISH_READ))
		return true;
	if (pci_power_state(gpu) || !pci_memory_enabled(gpu)) {
		if (!pci_power_state(gpu) && unheard(gpu))
			return true;
		violation(gpu, V_ACCESS_WHILE_OFF, "BAR %u %#llx %s in D%u, memory space %s", bar,
			  (unsigned long long)offset, write ? "write" : "read", pci_power_state(gpu),
			  pci_memory_enabled(gpu) ? "on" : "off");
		return true;
	}
	return false;
}

/* For registers: reg.c asks gone() itself, once per access. */
static bool off(struct gpu *gpu, u64 offset)
{
	if (is_gone(gpu) || (!pci_power_state(gpu) && pci_memory_enabled(gpu)))
		return false;
	/* Switched off by somebody's reset. */
	if (!pci_power_state(gpu) && unheard(gpu))
		return true;
	violation(gpu, V_ACCESS_WHILE_OFF, "register %#llx in D%u", (unsigned long long)offset,
		  pci_power_state(gpu));
	return true;
}

static void seen(struct gpu *gpu, unsigned int bar, u64 offset, bool write)
{
	count(gpu, bar ? (write ? CNT_VRAM_WRITE : CNT_VRAM_READ) : (write ? CNT_GSM_WRITE : CNT_GSM_READ));
	if (journal_is_quiet(gpu))
		violation(gpu, V_TOUCHED_AFTER_UNBIND, "BAR %u %#llx", bar, (unsigned long long)offset);
}

void bar_read(struct gpu *gpu, unsigned int bar, u64 offset, void *buf, size_t len)
{
	u8 *to = buf, *mem;
	size_t part = len;

	clk_step(gpu->clk, 1000);
	memset(buf, 0xff, len);
	mem = memory(gpu, bar, offset, &part);
	if (mem) {
		if (unreachable(gpu, bar, offset, false))
			return;
		seen(gpu, bar, offset, false);
		memcpy(buf, mem, part);
		return;
	}
	if (bar || offset >= GSM_START || off(gpu, offset))
		return;
	if (offset % 4 || len % 4) {
		u32 v = reg_cpu_read(gpu, (u32)offset & ~3u);

		violation(gpu, V_UNALIGNED, "read of %zu at %#llx", len, (unsigned long long)offset);
		memcpy(to, (u8 *)&v + offset % 4, MIN(len, 4 - offset % 4));
		return;
	}
	for (; len; len -= 4, offset += 4, to += 4) {
		u32 v = reg_cpu_read(gpu, (u32)offset);

		memcpy(to, &v, 4);
	}
}

void bar_write(struct gpu *gpu, unsigned int bar, u64 offset, const void *buf, size_t len)
{
	const u8 *from = buf;
	size_t part = len;
	u8 *mem;

	clk_step(gpu->clk, 1000);
	mem = memory(gpu, bar, offset, &part);
	if (mem) {
		if (unreachable(gpu, bar, offset, true))
			return;
		seen(gpu, bar, offset, true);
		memcpy(mem, buf, part);
		return;
	}
	if (bar || offset >= GSM_START || off(gpu, offset))
		return;
	if (offset % 4 || len % 4) {
		violation(gpu, V_UNALIGNED, "write of %zu at %#llx", len, (unsigned long long)offset);
		return;
	}
	for (; len; len -= 4, offset += 4, from += 4) {
		u32 v;

		memcpy(&v, from, 4);
		reg_cpu_write(gpu, (u32)offset, v);
	}
}
