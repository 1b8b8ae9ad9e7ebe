// SPDX-License-Identifier: MIT
/*
 * The size of the VRAM BAR. QEMU has no device with a BAR that can be resized, and the PCI core of
 * a user-mode kernel has no bridge above this one: what the core does is played here, and whether
 * the driver keeps to the contract is what is tested.
 */

#include <linux/pci.h>

#include "tests/kunit/fake.h"

static struct {
	u32 possible;
	int result;		/* of a resize */
	unsigned int resizes, releases;
	int size, excluded;
	u16 command;
	struct resource bar;	/* when it was to be resized */
} core;

static u32 core_possible_sizes(struct pci_dev *pdev, int bar)
{
	return core.possible;
}

static int core_resize(struct pci_dev *pdev, int bar, int size, int excluded)
{
	core.resizes++;
	core.size = size;
	core.excluded = excluded;
	core.command = *xe_fake_config(PCI_COMMAND);
	core.bar = pdev->resource[bar];
	if (!core.result)
		pdev->resource[bar].end = core.bar.start + (SZ_1M << size) - 1;
	return core.result;
}

static void __maybe_unused core_release(struct pci_dev *pdev, int bar)
{
	core.releases++;
	pdev->resource[bar].end -= pdev->resource[bar].start;
	pdev->resource[bar].start = 0;
}

#define pci_rebar_get_possible_sizes	core_possible_sizes
#define pci_resize_resource		core_resize
#define pci_release_resource		core_release
#define pci_assign_unassigned_bus_resources(...)	do { } while (0)

#include "../../xe_mmio.c"

#include <kunit/test.h>

struct resize_case {
	const char *name;
	u32 possible;			/* mask in MiB */
	int asked;			/* MiB */
	resource_size_t window_end;	/* of the host bridge */
	int result;
	unsigned int resizes;
	int size;			/* as log2 of MiB */
};

#define HIGH	(SZ_4G + SZ_1G)

static const struct resize_case resize_cases[] = {
	{ "cannot be resized", 0, 0, HIGH, 0, 0 },
	{ "as large as it can be", BIT(8) | BIT(9) | BIT(4), 0, HIGH, 0, 1, 9 },
	{ "as asked", BIT(8) | BIT(9), 256, HIGH, 0, 1, 8 },
	{ "no such size", BIT(8) | BIT(9), 128, HIGH, 0, 0 },
	{ "no power of two", BIT(8) | BIT(9), 300, HIGH, 0, 0 },
	{ "no window above 4 GiB", BIT(8) | BIT(9), 0, SZ_4G - 1, 0, 0 },
	{ "no window at all", BIT(8) | BIT(9), 0, 0, 0, 0 },
	{ "not to be resized", BIT(8) | BIT(9), -1, HIGH, 0, 0 },
	{ "no room", BIT(8) | BIT(9), 0, HIGH, -ENOSPC, 1, 9 },
};

KUNIT_ARRAY_PARAM_DESC(resize, resize_cases, name);

static void test_resize(struct kunit *test)
{
	const struct resize_case *c = test->param_value;
	struct xe_device *xe = xe_fake_device(test);
	struct resource window = DEFINE_RES_MEM(0, 0), before, *bar;
	u16 *command = xe_fake_config(PCI_COMMAND);
	struct pci_dev *pdev;

	memset(&core, 0, sizeof(core));
	core.possible = c->possible;
	core.result = c->result;
	xe_params.vram_bar_size = c->asked;
	*command = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	window.start = SZ_1G;
	window.end = c->window_end;

	xe_fake_scoped(hw, xe) {
		pdev = xe_hw_priv(hw)->pdev;
		bar = &pdev->resource[XE_BAR_VRAM];
		before = *bar;
		INIT_LIST_HEAD(&pdev->bus->resources);
		pdev->bus->resource[0] = c->window_end ? &window : NULL;

		resize_vram_bar(hw);
		KUNIT_EXPECT_EQ(test, core.resizes, c->resizes);
		KUNIT_EXPECT_EQ(test, core.size, c->size);
		KUNIT_EXPECT_EQ(test, *command, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
		KUNIT_EXPECT_EQ(test, core.releases, 0);
		KUNIT_EXPECT_EQ(test, bar->start, before.start);
		if (!c->resizes || c->result)
			KUNIT_EXPECT_EQ(test, bar->end, before.end);
		if (c->resizes) {
			/* As it was, so that the core can put it back; nothing else is moved. */
			KUNIT_EXPECT_EQ(test, core.bar.start, before.start);
			KUNIT_EXPECT_EQ(test, core.bar.end, before.end);
			KUNIT_EXPECT_EQ(test, core.command, PCI_COMMAND_MASTER);
			KUNIT_EXPECT_TRUE(test, core.excluded & BIT(XE_BAR_REGS));
		}
		bar->end = before.end;
		pdev->bus->resource[0] = NULL;
	}
	xe_params.vram_bar_size = 0;
	memset(&core, 0, sizeof(core));	/* for other suites */
}

static struct kunit_case mmio_cases[] = {
	KUNIT_CASE_PARAM(test_resize, resize_gen_params),
	{ }
};

static struct kunit_suite mmio_suite = {
	.name = "xe_mmio",
	.test_cases = mmio_cases,
};

kunit_test_suite(mmio_suite);
