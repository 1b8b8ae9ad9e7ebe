// SPDX-License-Identifier: MIT
/*
 * What the device can reach of memory, and what the kernel would have to copy for it.
 */

#include <linux/dma-mapping.h>
#include <linux/swiotlb.h>

static bool copies;		/* the kernel is to copy for all devices */
static bool translated;		/* ... but for those behind an IOMMU */

#define is_swiotlb_force_bounce(dev)	copies
#define dma_max_mapping_size(dev)	(copies && !translated ? SZ_256K : SIZE_MAX)

#include "../../xe_hw_dma.c"

#include <kunit/test.h>

#include "tests/kunit/fake.h"

/* What is mapped is used by both at once: where that is a copy, the device is not bound. */
static void test_copied(struct kunit *test)
{
	static const struct xe_platform platform = { .name = "fake", .dma_mask_bits = 46 };
	static const struct xe_hw_step step = { "DMA", xe_hw_enable_dma };
	struct xe_fake_slot *slot = xe_fake_slot(test);

	copies = true;
	KUNIT_EXPECT_EQ(test, xe_fake_bind(slot, &platform, &step, 1), -EOPNOTSUPP);
	KUNIT_EXPECT_FALSE(test, *xe_fake_config(PCI_COMMAND) & PCI_COMMAND_MASTER);
	xe_fake_unbind(slot);

	translated = true;
	KUNIT_EXPECT_EQ(test, xe_fake_bind(slot, &platform, &step, 1), 0);
	KUNIT_EXPECT_TRUE(test, *xe_fake_config(PCI_COMMAND) & PCI_COMMAND_MASTER);
	copies = false;
	translated = false;
}

static struct kunit_case dma_cases[] = {
	KUNIT_CASE(test_copied),
	{ }
};

static struct kunit_suite dma_suite = {
	.name = "xe_hw_dma",
	.test_cases = dma_cases,
};

kunit_test_suite(dma_suite);
