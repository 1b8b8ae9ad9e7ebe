// SPDX-License-Identifier: MIT
/* The vfio-user server: what QEMU asks for, and what it would never ask for. */
#include <sys/eventfd.h>

#include "client.h"
#include "hw.h"

#include "../clk.h"
#include "../dma.h"
#include "../mem.h"
#include "../pci.h"
#include "../platform.h"

#define CONFIG	VFIO_PCI_CONFIG_REGION_INDEX
#define COMMAND	0x04		/* memory BIT(1), bus master BIT(2) */

static int setup(void **state)
{
	struct gpu_options opt = { .platform = "bmg", .clock_steps = true };

	*state = client_create(&opt);
	return 0;
}

static int setup_trapped(void **state)
{
	struct gpu_options opt = { .platform = "bmg", .clock_steps = true, .trap_gsm = true, .trap_vram = true,
				   .msix = true };

	*state = client_create(&opt);
	return 0;
}

static int setup_plane(void **state)
{
	struct gpu_options opt = { .platform = "bmg", .clock_steps = true, .plane = true, .plane_ggtt = MIB(8) };

	*state = client_create(&opt);
	return 0;
}

static int teardown(void **state)
{
	client_destroy(*state);
	return 0;
}

static int memory(size_t size)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);

	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

static void command(struct client *c, u16 value)
{
	assert_int_equal(client_write(c, CONFIG, COMMAND, &value, 2), 0);
}

static void version(void **state)
{
	struct client *c = *state;
	u16 good[2] = { 0, 1 }, bad[2] = { 1, 0 };

	assert_int_equal(client_ask(c, VERSION, good, 4, NULL, 0), 0);
	assert_int_equal(c->answer.id, 7);
	assert_int_equal(c->answer.flags & 0xf, 1);
	assert_non_null(strstr((char *)c->answer.body + 4, "max_data_xfer_size"));
	assert_int_equal(client_ask(c, VERSION, bad, 4, NULL, 0), ENOTSUP);
	assert_int_equal(client_ask(c, VERSION, good, 3, NULL, 0), EINVAL);
}

static void regions(void **state)
{
	struct client *c = *state;
	struct vfio_region_info info = { .argsz = 4096 };
	static const u64 sizes[VFIO_PCI_NUM_REGIONS] = {
		[0] = MIB(16), [2] = GIB(1), [CONFIG] = 4096,
	};

	for (u32 i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
		info.index = i;
		assert_int_equal(client_ask(c, REGION_INFO, &info, sizeof(info), NULL, 0), 0);
		assert_int_equal(((struct vfio_region_info *)c->answer.body)->size, sizes[i]);
		/* what is memory comes with a descriptor to map */
		assert_int_equal(c->answer_fd >= 0, i == 0 || i == 2);
	}
	info.index = VFIO_PCI_NUM_REGIONS;
	assert_int_equal(client_ask(c, REGION_INFO, &info, sizeof(info), NULL, 0), EINVAL);
	assert_int_equal(client_ask(c, REGION_INFO, &info, sizeof(info) - 1, NULL, 0), EINVAL);
}

/* A mapped BAR and a BAR accessed by message are the same memory. */
static void mapped_bars(void **state)
{
	struct client *c = *state;
	struct vfio_region_info info = { .argsz = 4096, .index = 2 };
	u32 value = 0x12345678, *map;

	command(c, BIT(1));
	assert_int_equal(client_ask(c, REGION_INFO, &info, sizeof(info), NULL, 0), 0);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, c->answer_fd, 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_int_equal(client_write(c, 2, 64, &value, 4), 0);
	assert_int_equal(map[16], value);
	map[17] = ~value;
	assert_int_equal(client_read32(c, 2, 68), ~value);
	munmap(map, 4096);
	assert_quiet(c->gpu);
}

static void no_mapping_when_trapped(void **state)
{
	struct client *c = *state;
	struct vfio_region_info info = { .argsz = 4096 };
	u64 pte = 0x1000003, before;

	for (info.index = 0; info.index <= 2; info.index += 2) {
		assert_int_equal(client_ask(c, REGION_INFO, &info, sizeof(info), NULL, 0), 0);
		assert_int_equal(c->answer_fd, -1);
	}
	command(c, BIT(1));
	before = counter_get(c->gpu, CNT_GSM_WRITE);
	assert_int_equal(client_write(c, 0, MIB(8) + 0x2000, &pte, 8), 0);
	assert_int_equal(counter_get(c->gpu, CNT_GSM_WRITE), before + 1);
	assert_int_equal(client_read(c, 0, MIB(8) + 0x2000, 8), 0);
	assert_memory_equal(c->answer.body + 16, &pte, 8);
}

static void accesses_out_of_range(void **state)
{
	struct client *c = *state;
	struct { u64 offset; u32 region, count; } m = { 0, 0, 64 };

	command(c, BIT(1));
	assert_int_equal(client_read(c, 0, MIB(16), 4), EINVAL);
	assert_int_equal(client_read(c, 0, MIB(16) - 4, 8), EINVAL);
	assert_int_equal(client_read(c, 0, ~0ull - 3, 8), EINVAL);
	assert_int_equal(client_read(c, 0, 0, 0), EINVAL);
	assert_int_equal(client_read(c, 1, 0, 4), EINVAL);
	assert_int_equal(client_read(c, 99, 0, 4), EINVAL);
	assert_int_equal(client_read(c, CONFIG, 4094, 4), EINVAL);
	assert_int_equal(client_read(c, 2, 0, 1u << 20), EINVAL);
	/* a write that says more than it brings */
	assert_int_equal(client_ask(c, REGION_WRITE, &m, sizeof(m), NULL, 0), EINVAL);
	assert_quiet(c->gpu);
	/* between the registers and the GGTT entries there is nothing */
	assert_violates(c->gpu, "unknown-register", client_read32(c, 0, MIB(6)));
}

static void config_space(void **state)
{
	struct client *c = *state;
	u32 ones = ALL_ONES;

	assert_int_equal(client_read32(c, CONFIG, 0), 0xe20b8086);
	assert_int_equal(client_write(c, CONFIG, 0, &ones, 4), 0);
	assert_int_equal(client_read32(c, CONFIG, 0), 0xe20b8086);
	/* sizing a BAR */
	assert_int_equal(client_write(c, CONFIG, 0x10, &ones, 4), 0);
	assert_int_equal(client_read32(c, CONFIG, 0x10), (u32)~(MIB(16) - 1) | 4);
	assert_int_equal(client_write(c, CONFIG, 0x18, &ones, 4), 0);
	assert_int_equal(client_read32(c, CONFIG, 0x18), (u32)~(GIB(1) - 1) | 0xc);
	/* all of it at once, as QEMU does */
	assert_int_equal(client_read(c, CONFIG, 0, 256), 0);
	assert_quiet(c->gpu);
}

static u8 capability(struct client *c, u8 id)
{
	u8 at = client_read32(c, CONFIG, 0x34) & 0xff;

	for (int n = 0; at && n < 16; n++) {
		u32 head = client_read32(c, CONFIG, at);

		if ((head & 0xff) == id)
			return at;
		at = head >> 8 & 0xff;
	}
	return 0;
}

static void capabilities(void **state)
{
	struct client *c = *state;
	bool msix = c->gpu->opt.msix;
	u8 at;

	assert_int_not_equal(capability(c, 0x01), 0);	/* power management */
	assert_int_not_equal(capability(c, 0x10), 0);	/* PCIe */
	assert_int_not_equal(capability(c, 0x05), 0);	/* MSI */
	at = capability(c, 0x11);
	assert_int_equal(at != 0, msix);
	if (msix) {
		u32 table = client_read32(c, CONFIG, at + 4), pba = client_read32(c, CONFIG, at + 8);

		assert_int_equal(table & 7, 0);		/* in BAR 0 */
		assert_int_equal(pba & 7, 0);
		assert_true((table & ~7u) >= MIB(4) && (pba & ~7u) < MIB(8));
	}
}

static void sleeping_card(void **state)
{
	struct client *c = *state;
	u8 pm = capability(c, 0x01);
	u16 d3 = 3, d0 = 0;

	command(c, BIT(1) | BIT(2));
	assert_int_equal(client_write(c, CONFIG, pm + 4, &d3, 2), 0);
	assert_violates(c->gpu, "access-while-off", client_read32(c, 2, 0));
	assert_violates(c->gpu, "access-while-off", client_read32(c, 0, 0x8000));
	assert_int_equal(client_write(c, CONFIG, pm + 4, &d0, 2), 0);
	command(c, 0);
	assert_violates(c->gpu, "access-while-off", client_read32(c, 0, 0x8000));
	assert_violates(c->gpu, "access-while-off", client_read32(c, 2, 0));
}

static void guest_memory(void **state)
{
	struct client *c = *state;
	int fd = memory(MIB(1)), rofd = memory(4096);
	u32 value = 0xabcd, back = 0;

	command(c, BIT(1) | BIT(2));
	assert_int_equal(client_map(c, GIB(4), MIB(1), fd, 3), 0);
	assert_int_equal(client_map(c, GIB(4) + MIB(1), 4096, rofd, 1), 0);
	assert_int_equal(dma_write(c->gpu, GIB(4) + MIB(1) - 4, &value, 4), 0);
	assert_int_equal(pread(fd, &back, 4, MIB(1) - 4), 4);
	assert_int_equal(back, value);
	/* over the seam of two mappings, the second of which is read-only */
	assert_int_equal(dma_read(c->gpu, GIB(4) + MIB(1) - 2, &back, 4), 0);
	assert_violates(c->gpu, "dma-unmapped",
			assert_int_equal(dma_write(c->gpu, GIB(4) + MIB(1) - 2, &value, 4), -EFAULT));
	/* nothing of a transfer that cannot be made whole is made */
	assert_int_equal(pread(fd, &back, 4, MIB(1) - 4), 4);
	assert_int_equal(back, value);

	assert_int_equal(client_map(c, GIB(4) + 4096, 4096, fd, 3), EEXIST);
	assert_int_equal(client_map(c, GIB(8), 0, fd, 3), EINVAL);
	assert_int_equal(client_map(c, ~0ull - 4095, 8192, fd, 3), EINVAL);
	/* less memory than it says: an access would kill the model */
	assert_int_equal(client_map(c, GIB(8), MIB(2), fd, 3), EINVAL);
	assert_int_equal(client_unmap(c, GIB(4) + 4096, 4096, 0), EINVAL);
	assert_int_equal(client_unmap(c, GIB(9), 4096, 0), ENOENT);
	assert_int_equal(client_unmap(c, GIB(4), MIB(1), 1), ENOTSUP);
	assert_int_equal(client_unmap(c, GIB(4), MIB(1), 0), 0);
	assert_violates(c->gpu, "dma-unmapped", dma_read(c->gpu, GIB(4), &back, 4));
	assert_int_equal(client_unmap(c, 0, 0, 2), 0);
	assert_violates(c->gpu, "dma-unmapped", dma_read(c->gpu, GIB(4) + MIB(1), &back, 4));
	command(c, BIT(1));
	assert_violates(c->gpu, "dma-no-master", dma_read(c->gpu, GIB(4), &back, 4));
	close(fd);
	close(rofd);
}

static u64 fired(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	u64 n = 0;

	if (poll(&p, 1, 0) > 0)
		assert_int_equal(read(fd, &n, 8), 8);
	return n;
}

static void interrupts(void **state)
{
	struct client *c = *state;
	u32 index = c->gpu->opt.msix ? VFIO_PCI_MSIX_IRQ_INDEX : VFIO_PCI_MSI_IRQ_INDEX;
	u32 eventfds = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	struct vfio_irq_info info = { .argsz = sizeof(info) };
	int fd = eventfd(0, EFD_CLOEXEC), other = eventfd(0, EFD_CLOEXEC);

	for (info.index = 0; info.index < VFIO_PCI_NUM_IRQS; info.index++) {
		u32 wanted = info.index == VFIO_PCI_MSI_IRQ_INDEX ||
			     (c->gpu->opt.msix && info.index == VFIO_PCI_MSIX_IRQ_INDEX);

		assert_int_equal(client_ask(c, IRQ_INFO, &info, sizeof(info), NULL, 0), 0);
		assert_int_equal(((struct vfio_irq_info *)c->answer.body)->count, wanted);
	}
	assert_int_equal(client_ask(c, IRQ_INFO, &info, sizeof(info), NULL, 0), EINVAL);

	command(c, BIT(2));
	pci_msi(c->gpu);	/* nobody listens */
	assert_int_equal(counter_get(c->gpu, CNT_MSI), 0);
	assert_int_equal(client_set_irqs(c, index, eventfds, 0, 1, &fd, 1), 0);
	pci_msi(c->gpu);
	assert_int_equal(fired(fd), 1);
	assert_int_equal(client_set_irqs(c, index, eventfds, 0, 1, &other, 1), 0);
	pci_msi(c->gpu);
	assert_int_equal(fired(fd), 0);
	assert_int_equal(fired(other), 1);
	assert_int_equal(client_set_irqs(c, index, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, 0, 0,
					 NULL, 0), 0);
	pci_msi(c->gpu);
	assert_int_equal(fired(other), 0);

	assert_int_equal(client_set_irqs(c, index, eventfds, 7, 2, &fd, 1), EINVAL);
	assert_int_equal(client_set_irqs(c, index, eventfds, ~0u, 2, &fd, 1), EINVAL);
	assert_int_equal(client_set_irqs(c, VFIO_PCI_INTX_IRQ_INDEX, eventfds, 0, 1, &fd, 1), EINVAL);
	/* an interrupt is a write to memory: none with bus mastering off */
	assert_int_equal(client_set_irqs(c, index, eventfds, 0, 1, &fd, 1), 0);
	command(c, 0);
	pci_msi(c->gpu);
	assert_int_equal(fired(fd), 0);
	command(c, BIT(2));
	/* fewer descriptors than vectors: the others have none */
	assert_int_equal(client_set_irqs(c, index, eventfds, 0, 4, &fd, 1), 0);
	pci_msi(c->gpu);
	assert_int_equal(fired(fd), 1);
	close(fd);
	close(other);
}

static void reset(void **state)
{
	struct client *c = *state;
	u32 keep = 0x11223344, wake = 0x00010001;

	command(c, BIT(1));
	assert_int_equal(client_write(c, 2, MIB(512), &keep, 4), 0);
	assert_int_equal(client_write(c, 0, 0xa188, &wake, 4), 0);
	assert_int_equal(client_ask(c, RESET, NULL, 0, NULL, 0), 0);
	command(c, BIT(1));
	assert_int_equal(client_read32(c, 2, MIB(512)), keep);
}

/* What the system's firmware left on outlasts the reset of the machine, which comes before it. */
static void plane_at_boot(void **state)
{
	struct client *c = *state;
	u32 value = 0;

	assert_true(answer_has(c->gpu, "plane", "1A"));
	assert_int_equal(client_ask(c, RESET, NULL, 0, NULL, 0), 0);
	command(c, BIT(1));
	assert_true(answer_has(c->gpu, "plane", "1A"));
	assert_int_equal(client_write(c, 2, MIB(512), &value, 4), 0);
	assert_int_equal(client_ask(c, RESET, NULL, 0, NULL, 0), 0);
	assert_false(answer_has(c->gpu, "plane", "1A"));
	client_disconnect(c);
	client_connect(c);
	assert_true(answer_has(c->gpu, "plane", "1A"));
}

static void reconnect(void **state)
{
	struct client *c = *state;
	int fd = memory(4096);
	u32 value = 1;

	command(c, BIT(1) | BIT(2));
	assert_int_equal(client_write(c, 2, 0, &value, 4), 0);
	assert_int_equal(client_map(c, 0, 4096, fd, 3), 0);
	client_disconnect(c);
	client_connect(c);
	/* a card that was just plugged in: off, with noise in its VRAM, and no memory of the guest before */
	assert_int_equal(client_read32(c, CONFIG, COMMAND) & 0xffff, 0);
	command(c, BIT(1) | BIT(2));
	assert_int_not_equal(client_read32(c, 2, 0), value);
	assert_violates(c->gpu, "dma-unmapped", dma_read(c->gpu, 0, &value, 4));
	close(fd);
}

static void gone_card(void **state)
{
	struct client *c = *state;
	int fd = memory(4096), irq = eventfd(0, EFD_CLOEXEC);
	u32 value = 5;

	command(c, BIT(1) | BIT(2));
	assert_int_equal(client_map(c, 0, 4096, fd, 3), 0);
	assert_int_equal(client_set_irqs(c, VFIO_PCI_MSI_IRQ_INDEX,
					 VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER, 0, 1, &irq, 1), 0);
	assert_int_equal(ctl_command(c->gpu, "vanish read 2", stderr), 0);
	assert_int_not_equal(client_read32(c, 0, 0xd8c), ALL_ONES);
	assert_int_equal(client_read32(c, 0, 0xd8c), ALL_ONES);
	assert_int_equal(client_read32(c, 2, 0), ALL_ONES);
	assert_int_equal(client_read32(c, CONFIG, 0), ALL_ONES);
	assert_int_equal(dma_write(c->gpu, 0, &value, 4), -ENODEV);
	pci_msi(c->gpu);
	assert_int_equal(fired(irq), 0);
	assert_int_equal(client_ask(c, RESET, NULL, 0, NULL, 0), 0);
	assert_int_equal(client_read32(c, CONFIG, 0), ALL_ONES);
	assert_quiet(c->gpu);
	assert_int_equal(ctl_command(c->gpu, "restore", stderr), 0);
	assert_int_equal(client_read32(c, CONFIG, 0), 0xe20b8086);
	close(fd);
	close(irq);
}

/* A page of guest memory that the card reads through the GGTT. */
static void map_and_use(struct client *c, int fd, u64 ggtt)
{
	u64 pte = GIB(4) | 1;
	u32 value;

	command(c, BIT(1) | BIT(2));
	assert_int_equal(client_map(c, GIB(4), 4096, fd, 3), 0);
	assert_int_equal(client_write(c, 0, MIB(8) + ggtt / 512, &pte, 8), 0);
	assert_int_equal(ggtt_read32(c->gpu, ggtt, &value), 0);
}

static void other_unmap(struct client *c, int fd)
{
	assert_int_equal(client_map(c, GIB(5), 4096, fd, 3), 0);
	assert_int_equal(client_unmap(c, GIB(5), 4096, 0), 0);
}

/*
 * Before memory is given back: the translation invalidated, or bus mastering off, read back, and nothing
 * pending.
 */
static void early_unmap(void **state)
{
	struct client *c = *state;
	int fd = memory(4096);
	u64 none = 0;

	map_and_use(c, fd, MIB(16));
	assert_violates(c->gpu, "dma-unmapped-early: 0x100000000", client_unmap(c, GIB(4), 4096, 0));
	assert_true(answer_has(c->gpu, "journal 8", "dma unmap 0x100000000 + 0x1000"));
	/* those that follow are not said again */
	map_and_use(c, fd, MIB(16));
	client_unmap(c, GIB(4), 4096, 0);
	assert_int_equal(counter_get(c->gpu, CNT_VIOLATION), 1);
	ggtt_invalidate(c->gpu);
	other_unmap(c, fd);
	/* the entry went, but the card may hold it still */
	map_and_use(c, fd, MIB(16));
	assert_int_equal(client_write(c, 0, MIB(8) + MIB(16) / 512, &none, 8), 0);
	assert_violates(c->gpu, "dma-unmapped-early", client_unmap(c, GIB(4), 4096, 0));
	ggtt_invalidate(c->gpu);
	other_unmap(c, fd);
	map_and_use(c, fd, MIB(16));
	assert_int_equal(client_write(c, 0, MIB(8) + MIB(16) / 512, &none, 8), 0);
	ggtt_invalidate(c->gpu);
	assert_int_equal(ctl_command(c->gpu, "violations clear", stderr), 0);
	assert_int_equal(client_unmap(c, GIB(4), 4096, 0), 0);
	assert_quiet(c->gpu);
	close(fd);
}

static void silent_before_unmap(void **state)
{
	struct client *c = *state;
	int fd = memory(4096);

	/* off, but not read back */
	map_and_use(c, fd, MIB(16));
	command(c, BIT(1));
	assert_violates(c->gpu, "dma-unmapped-early", client_unmap(c, GIB(4), 4096, 0));
	other_unmap(c, fd);
	/* read back, but Transactions Pending not looked at */
	map_and_use(c, fd, MIB(16));
	command(c, BIT(1));
	client_read(c, CONFIG, COMMAND, 2);
	assert_violates(c->gpu, "dma-unmapped-early", client_unmap(c, GIB(4), 4096, 0));
	other_unmap(c, fd);
	/* something is pending */
	map_and_use(c, fd, MIB(16));
	arm(c->gpu, "pci.pending count=2");
	command(c, BIT(1));
	client_read(c, CONFIG, COMMAND, 2);
	assert_int_equal(client_read32(c, CONFIG, 0x78) >> 16 & BIT(5), BIT(5));
	assert_violates(c->gpu, "dma-unmapped-early", client_unmap(c, GIB(4), 4096, 0));
	other_unmap(c, fd);
	assert_int_equal(ctl_command(c->gpu, "violations clear", stderr), 0);
	/* and then nothing is */
	map_and_use(c, fd, MIB(16));
	command(c, BIT(1));
	client_read(c, CONFIG, COMMAND, 2);
	assert_int_equal(client_read32(c, CONFIG, 0x78) >> 16 & BIT(5), BIT(5));
	assert_int_equal(client_read32(c, CONFIG, 0x78) >> 16 & BIT(5), 0);
	assert_int_equal(client_unmap(c, GIB(4), 4096, 0), 0);
	/* or the driver has waited long enough */
	map_and_use(c, fd, MIB(16));
	arm(c->gpu, "pci.pending count=0");
	command(c, BIT(1));
	client_read(c, CONFIG, COMMAND, 2);
	clk_step(c->gpu->clk, PCI_PENDING_NS);
	client_read(c, CONFIG, 0x7a, 2);
	assert_int_equal(client_unmap(c, GIB(4), 4096, 0), 0);
	assert_quiet(c->gpu);
	close(fd);
}

/* All ones for a while, and alive all the time: the bus master bit is all that keeps it off the memory. */
static void away_card(void **state)
{
	struct client *c = *state;
	int fd = memory(4096), irq = eventfd(0, EFD_CLOEXEC);
	u32 value = 5;
	u64 before;

	command(c, BIT(1) | BIT(2));
	assert_int_equal(client_map(c, 0, 4096, fd, 3), 0);
	assert_int_equal(client_set_irqs(c, VFIO_PCI_MSI_IRQ_INDEX,
					 VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER, 0, 1, &irq, 1), 0);
	assert_int_equal(ctl_command(c->gpu, "vanish read 2 for=2", stderr), 0);
	assert_int_not_equal(client_read32(c, 0, 0xd8c), ALL_ONES);
	assert_int_equal(client_read32(c, 0, 0xd8c), ALL_ONES);
	assert_int_equal(client_read32(c, CONFIG, 0), 0xe20b8086);
	assert_int_equal(dma_write(c->gpu, 0, &value, 4), 0);
	pci_msi(c->gpu);
	assert_int_equal(fired(irq), 1);
	assert_int_equal(client_read32(c, 2, 0), ALL_ONES);
	assert_int_not_equal(client_read32(c, 0, 0xd8c), ALL_ONES);
	/* what it tries after the driver gave it up is no fault of the driver, as long as it stays inside */
	assert_int_equal(ctl_command(c->gpu, "mark lost", stderr), 0);
	before = counter_get(c->gpu, CNT_DMA_WRITE);
	command(c, BIT(1));
	assert_int_equal(ctl_command(c->gpu, "quiet on", stderr), 0);
	assert_int_equal(dma_write(c->gpu, 0, &value, 4), -EFAULT);
	assert_int_equal(counter_get(c->gpu, CNT_DMA_WRITE), before);
	assert_true(answer_has(c->gpu, "counters since lost", "dma-blocked 1\n"));
	assert_true(answer_has(c->gpu, "counters since lost", "dma-write 0\n"));
	assert_quiet(c->gpu);
	/* on its way already */
	arm(c->gpu, "dma.in-flight");
	assert_violates(c->gpu, "touched-after-unbind: DMA", dma_write(c->gpu, 0, &value, 4));
	close(fd);
	close(irq);
}

static void away_with_config_and_dma(void **state)
{
	struct client *c = *state;
	int fd = memory(4096);
	u32 value = 5;

	command(c, BIT(1) | BIT(2));
	assert_int_equal(client_map(c, 0, 4096, fd, 3), 0);
	assert_int_equal(ctl_command(c->gpu, "vanish now us=100 config dma", stderr), 0);
	assert_int_equal(client_read32(c, 0, 0xd8c), ALL_ONES);
	assert_int_equal(client_read32(c, CONFIG, 0), ALL_ONES);
	command(c, 0);
	assert_int_equal(dma_write(c->gpu, 0, &value, 4), -ENODEV);
	clk_step(c->gpu->clk, 100000);
	clk_run(c->gpu->clk);
	/* nothing got through */
	assert_int_equal(client_read32(c, CONFIG, COMMAND) & 6, 6);
	assert_int_not_equal(client_read32(c, 0, 0xd8c), ALL_ONES);
	assert_int_equal(dma_write(c->gpu, 0, &value, 4), 0);
	assert_quiet(c->gpu);
	close(fd);
}

/* Somebody resets the function under the driver, who cannot know that memory space is off. */
static void foreign_reset(void **state)
{
	struct client *c = *state;

	command(c, BIT(1) | BIT(2));
	assert_int_equal(ctl_command(c->gpu, "reset function", stderr), 0);
	assert_int_equal(client_read32(c, CONFIG, COMMAND) & 7, 0);
	assert_int_equal(client_read32(c, 0, 0xd8c), ALL_ONES);
	assert_int_equal(client_read32(c, 2, 0), ALL_ONES);
	assert_quiet(c->gpu);
	/* bound anew, reset by its driver: from here on it has to know */
	command(c, BIT(1) | BIT(2));
	client_write(c, 0, 0xa188, &(u32){ 0x00010001 }, 4);
	client_write(c, 0, GDRST, &(u32){ GRDOM_GUC }, 4);
	command(c, 0);
	assert_violates(c->gpu, "access-while-off", client_read32(c, 0, 0xd8c));
}

/* What cannot be a message ends the session; the server then takes the next client. */
static void garbage(void **state)
{
	struct client *c = *state;
	struct message m = { .command = VERSION };
	u8 junk[64];

	memset(junk, 0xa5, sizeof(junk));
	assert_true(client_put(c, junk, sizeof(junk), NULL, 0));
	assert_int_not_equal(vfu_handle(c->gpu->vfu), 0);
	close(c->fd);
	client_connect(c);
	m.size = HEADER - 1;
	assert_true(client_put(c, &m, HEADER, NULL, 0));
	assert_int_not_equal(vfu_handle(c->gpu->vfu), 0);
	close(c->fd);
	client_connect(c);
	/* a message that is cut off */
	m.size = HEADER + 100;
	assert_true(client_put(c, &m, HEADER + 10, NULL, 0));
	shutdown(c->fd, SHUT_WR);
	assert_int_not_equal(vfu_handle(c->gpu->vfu), 0);
	close(c->fd);
	client_connect(c);
	assert_int_equal(client_ask(c, 200, NULL, 0, NULL, 0), ENOTSUP);
	assert_int_equal(client_ask(c, DMA_READ, junk, 16, NULL, 0), ENOTSUP);
	for (u16 command = DMA_MAP; command <= REGION_WRITE; command++)
		if (command != DEVICE_INFO && command != REGION_FDS)
			assert_int_equal(client_ask(c, command, junk, 4, NULL, 0), EINVAL);
	assert_int_equal(client_read32(c, CONFIG, 0), 0xe20b8086);
}

/* A client that takes no answers is dropped, and does not stop the card for ever. */
static void no_reader(void **state)
{
	struct client *c = *state;
	struct message m = { .command = REGION_READ, .size = HEADER + 16 };
	struct { u64 offset; u32 region, count; } body = { 0, 2, 1u << 19 };

	command(c, BIT(1));
	memcpy(m.body, &body, sizeof(body));
	assert_true(client_put(c, &m, m.size, NULL, 0));
	assert_int_not_equal(vfu_handle(c->gpu->vfu), 0);
	close(c->fd);
	client_connect(c);
	assert_int_equal(client_read32(c, CONFIG, 0), 0xe20b8086);
}

/* An answer that nobody wants is not sent, and descriptors that nobody wants are closed. */
static void no_reply_and_spare_fds(void **state)
{
	struct client *c = *state;
	struct message m = { .command = DEVICE_INFO, .size = HEADER, .flags = 0x10 };
	int fds[10], next;

	assert_true(client_put(c, &m, HEADER, NULL, 0));
	assert_int_equal(vfu_handle(c->gpu->vfu), 0);
	assert_int_equal(client_get(c), -1);

	for (int i = 0; i < 10; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC);
	next = eventfd(0, EFD_CLOEXEC);
	close(next);
	for (int i = 0; i < 4; i++)
		assert_int_equal(client_ask(c, DEVICE_INFO, NULL, 0, fds, 10), 0);
	for (int i = 0; i < 10; i++)
		close(fds[i]);
	fds[0] = eventfd(0, EFD_CLOEXEC);
	assert_true(fds[0] <= next);
	close(fds[0]);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
#define TRAPPED(fn) { #fn "_trapped", fn, setup_trapped, teardown, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(version), T(regions), T(mapped_bars), TRAPPED(no_mapping_when_trapped),
		T(accesses_out_of_range), T(config_space), T(capabilities), TRAPPED(capabilities),
		T(sleeping_card), T(guest_memory), T(interrupts), TRAPPED(interrupts), T(reset), T(reconnect),
		cmocka_unit_test_setup_teardown(plane_at_boot, setup_plane, teardown),
		T(gone_card), T(early_unmap), T(silent_before_unmap), T(away_card), T(away_with_config_and_dma),
		T(foreign_reset), T(garbage), T(no_reader), T(no_reply_and_spare_fds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
