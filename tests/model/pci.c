// SPDX-License-Identifier: MIT
/*
 * Configuration space.
 *
 * Owner of: its 4 KiB, the masks of what can be written, power state.  QEMU itself keeps BARs, MSI
 * and the command register for the guest and forwards what it does not virtualise; the copy here
 * follows the writes that arrive.
 */
#include <stdlib.h>
#include <string.h>

#include "clk.h"
#include "ctl.h"
#include "display.h"
#include "fault.h"
#include "journal.h"
#include "mem.h"
#include "pci.h"
#include "platform.h"
#include "vfu.h"

#define CFG_SIZE		4096u
#define COMMAND			0x04
#define   COMMAND_MEMORY	BIT(1)
#define   COMMAND_MASTER	BIT(2)
#define CAP_PM			0x60
#define PMCSR			(CAP_PM + 4)
#define CAP_PCIE		0x70
#define DEVCTL			(CAP_PCIE + 8)
#define DEVSTA			(CAP_PCIE + 10)
#define   DEVSTA_PENDING	BIT(5)
#define LNKCTL			(CAP_PCIE + 16)
#define CAP_MSI			0xac
#define CAP_MSIX		0xd0
#define MSIX_TABLE		MIB(4)	/* in BAR 0, where no registers are; QEMU keeps both for the guest */
#define MSIX_PENDING		(MSIX_TABLE + 0x1000)

struct pci {
	u8 space[CFG_SIZE];
	u8 writable[CFG_SIZE];	/* bits that a write changes */
	/* since bus mastering was switched off: when, and what the driver read of it */
	u64 off_ns, pending_ns;	/* pending_ns: time of the last read that said Transactions Pending */
	bool off_seen, nothing_pending;
};

static void put(struct pci *p, u32 at, unsigned int size, u32 value)
{
	memcpy(p->space + at, &value, size);
}

static void rw(struct pci *p, u32 at, unsigned int size, u32 mask)
{
	memcpy(p->writable + at, &mask, size);
}

static u32 get(const struct pci *p, u32 at, unsigned int size)
{
	u32 v = 0;

	memcpy(&v, p->space + at, size);
	return v;
}

static void put_bar(struct pci *p, u32 at, u64 size, bool prefetchable)
{
	u64 mask = ~(size - 1);

	put(p, at, 4, 0x4 | (prefetchable ? 0x8 : 0));	/* 64 bit */
	rw(p, at, 4, (u32)mask);
	rw(p, at + 4, 4, (u32)(mask >> 32));
}

static void put_capabilities(struct pci *p, bool msix)
{
	put(p, 0x34, 1, CAP_PM);

	/* power management 3: D0 and D3hot, PME from both */
	put(p, CAP_PM, 4, 0x01 | CAP_PCIE << 8 | 3u << 16 | (0x9u << 27));
	put(p, PMCSR, 4, 0x8);	/* no soft reset */
	rw(p, PMCSR, 2, 0x103);

	/* PCIe 2, endpoint; function level reset; a x8 16 GT/s link */
	put(p, CAP_PCIE, 4, 0x10 | CAP_MSI << 8 | 0x0002u << 16);
	put(p, CAP_PCIE + 4, 4, 0x10008002);
	rw(p, DEVCTL, 2, 0x7fff);
	put(p, CAP_PCIE + 12, 4, 0x00000084);
	put(p, CAP_PCIE + 18, 2, 0x0084);
	rw(p, LNKCTL, 2, 0x0173);
	rw(p, CAP_PCIE + 40, 2, 0xffff);

	/* MSI, 64 bit, one vector, maskable */
	put(p, CAP_MSI, 4, 0x05 | (msix ? CAP_MSIX << 8 : 0) | 0x0180u << 16);
	rw(p, CAP_MSI + 2, 2, 0x0071);
	rw(p, CAP_MSI + 4, 4, 0xfffffffc);
	rw(p, CAP_MSI + 8, 4, 0xffffffff);
	rw(p, CAP_MSI + 12, 4, 0x0000ffff);
	rw(p, CAP_MSI + 16, 4, 0x1);

	if (!msix)
		return;
	/* MSI-X, one vector */
	put(p, CAP_MSIX, 4, 0x11);
	rw(p, CAP_MSIX + 2, 2, 0xc000);
	put(p, CAP_MSIX + 4, 4, MSIX_TABLE);
	put(p, CAP_MSIX + 8, 4, MSIX_PENDING);
}

void pci_reset(struct gpu *gpu)
{
	const struct platform *plat = gpu->platform;
	struct pci *p = gpu->pci;

	memset(p, 0, sizeof(*p));
	put(p, 0x00, 2, plat->vendor);
	put(p, 0x02, 2, plat->device);
	rw(p, 0x04, 2, 0x0546);		/* memory, master, parity, SERR, INTx disable */
	put(p, 0x06, 2, 0x0010);	/* has capabilities */
	put(p, 0x08, 4, 0x03800000u | plat->revision);
	rw(p, 0x0c, 1, 0xff);
	put_bar(p, 0x10, MIB(16), false);
	if (mem_bar_size(gpu))
		put_bar(p, 0x18, mem_bar_size(gpu), true);
	put(p, 0x2c, 2, plat->subvendor);
	put(p, 0x2e, 2, plat->subdevice);
	rw(p, 0x3c, 1, 0xff);
	put(p, 0x50, 2, (u32)plat->ggms << 6);	/* GGMS */
	put_capabilities(p, gpu->opt.msix);
}

/* What software set is gone, but for payload size and link control: they concern the link, too. */
static void function_level_reset(struct gpu *gpu)
{
	struct pci *p = gpu->pci;
	u32 payload = get(p, DEVCTL, 2) & GENMASK(7, 5), link = get(p, LNKCTL, 2);

	pci_reset(gpu);
	put(p, DEVCTL, 2, payload);
	put(p, LNKCTL, 2, link);
	gpu_reset(gpu, GPU_RESET_FLR);
}

static bool covers(u32 offset, unsigned int size, u32 byte)
{
	return offset <= byte && byte < offset + size;
}

/* Bit 15 of the device control register; it always reads 0. */
static bool initiates_flr(u32 offset, unsigned int size, u32 value)
{
	u32 high = DEVCTL + 1;

	return covers(offset, size, high) && value >> 8 * (high - offset) & 0x80;
}

/* What a read of Device Status or of the command register tells the driver. */
static u32 note_read(struct gpu *gpu, u32 offset, unsigned int size, u32 value)
{
	struct pci *p = gpu->pci;
	bool pending;

	if (covers(offset, size, COMMAND))
		p->off_seen = !pci_bus_master(gpu);
	if (!covers(offset, size, DEVSTA))
		return value;
	pending = fault_take(gpu, FAULT_PCI_PENDING, NULL);
	if (pending) {
		value |= DEVSTA_PENDING << 8 * (DEVSTA - offset);
		p->pending_ns = clk_ns(gpu->clk);
	}
	p->nothing_pending = p->off_seen && !pending;
	return value;
}

bool pci_silent(struct gpu *gpu)
{
	const struct pci *p = gpu->pci;

	return !pci_bus_master(gpu) && p->off_seen &&
	       (p->nothing_pending || p->pending_ns >= p->off_ns + PCI_PENDING_NS);
}

static bool bad(struct gpu *gpu, u32 offset, unsigned int size)
{
	if ((size == 1 || size == 2 || size == 4) && !(offset % size) && offset <= CFG_SIZE - size)
		return false;
	violation(gpu, V_CONFIG_ACCESS, "%u bytes at %#x", size, offset);
	return true;
}

u32 pci_config_read(struct gpu *gpu, u32 offset, unsigned int size)
{
	bool dead = gone(gpu, VANISH_CONFIG);
	u32 v;

	/*
	 * Linux writes PMCSR back as it read it.  All ones are D3 for QEMU, which would take the BARs away and
	 * answer 0 for them.  A card that was awake is therefore still awake as far as this field goes.
	 */
	if (dead && offset == PMCSR && !pci_power_state(gpu))
		return ALL_ONES & ~3u;
	if (dead || bad(gpu, offset, size))
		return ALL_ONES;
	count(gpu, CNT_CFG_READ);
	v = note_read(gpu, offset, size, get(gpu->pci, offset, size));
	fault_take_at(gpu, FAULT_CFG_VALUE, offset, &v);
	journal_add(gpu, J_CFG, "read %#x/%u = %#x", offset, size, v);
	return v;
}

void pci_config_write(struct gpu *gpu, u32 offset, unsigned int size, u32 value)
{
	struct pci *p = gpu->pci;
	unsigned int was = pci_power_state(gpu);
	bool master = pci_bus_master(gpu);
	u64 pulled = 0;

	if (gone(gpu, VANISH_CONFIG) || bad(gpu, offset, size))
		return;
	count(gpu, CNT_CFG_WRITE);
	journal_add(gpu, J_CFG, "write %#x/%u = %#x", offset, size, value);
	for (unsigned int i = 0; i < size; i++) {
		u8 mask = p->writable[offset + i];

		p->space[offset + i] = (u8)((p->space[offset + i] & ~mask) | ((value >> 8 * i) & mask));
	}
	if (master && !pci_bus_master(gpu)) {
		p->off_ns = clk_ns(gpu->clk);
		p->off_seen = p->nothing_pending = false;
	}
	if (initiates_flr(offset, size, value))
		function_level_reset(gpu);
	if (pci_power_state(gpu) == was)
		return;
	journal_add(gpu, J_PM, "D%u -> D%u", was, pci_power_state(gpu));
	if (!was)
		display_check_sleep(gpu);
	if (was != 3 || !fault_take(gpu, FAULT_POWER_CUT, &pulled))
		return;
	if (pulled)
		vanish(gpu);
	else
		gpu_reset(gpu, GPU_RESET_POWER);
}

void pci_foreign_reset(struct gpu *gpu)
{
	function_level_reset(gpu);
	unheard_set(gpu, true);
}

bool pci_bus_master(struct gpu *gpu)
{
	return get(gpu->pci, COMMAND, 2) & COMMAND_MASTER;
}

bool pci_memory_enabled(struct gpu *gpu)
{
	return get(gpu->pci, COMMAND, 2) & COMMAND_MEMORY;
}

unsigned int pci_power_state(struct gpu *gpu)
{
	return get(gpu->pci, PMCSR, 2) & 3;
}

void pci_msi(struct gpu *gpu)
{
	if (is_cut_off(gpu))
		return;
	/* It is a write to memory like any other. */
	if (!pci_bus_master(gpu)) {
		journal_add(gpu, J_IRQ, "MSI blocked: bus mastering is off");
		return;
	}
	journal_add(gpu, J_IRQ, "MSI");
	if (journal_is_quiet(gpu))
		violation(gpu, V_TOUCHED_AFTER_UNBIND, "MSI");
	if (vfu_trigger(gpu, 0))
		count(gpu, CNT_MSI);
}

static int cmd_pci(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	fprintf(out, "D%u master=%d memory=%d msi-control=%#x\n", pci_power_state(gpu), pci_bus_master(gpu),
		pci_memory_enabled(gpu), get(gpu->pci, CAP_MSI + 2, 2));
	return 0;
}

struct pci *pci_create(struct gpu *gpu)
{
	struct pci *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	gpu->pci = p;
	pci_reset(gpu);
	if (gpu->ctl)
		ctl_register(gpu, "pci", "power state, command register", cmd_pci);
	return p;
}

void pci_destroy(struct pci *pci)
{
	free(pci);
}
