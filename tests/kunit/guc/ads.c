// SPDX-License-Identifier: MIT
/*
 * ADS: where the queues for page faults are said to be.
 */

#include "guc/ads.h"
#include "xe_mmio.h"

static void fake_fill(struct xe_hw hw, u64 offset, u8 byte, size_t len);

#define xe_vram_bar_fill	fake_fill

#include "../../../guc/ads.c"

#undef xe_vram_bar_fill

#include <kunit/test.h>

#include "tests/kunit/fake.h"

#define GGTT	SZ_64M
#define VRAM	(SZ_1G - SZ_1M)

static struct {
	u64 offset;
	size_t len;
	unsigned int calls;
} filled;

static void fake_fill(struct xe_hw hw, u64 offset, u8 byte, size_t len)
{
	filled = (typeof(filled)){ offset, len, filled.calls + 1 };
}

static void *begin(struct kunit *test, struct xe_guc_ads *ads, u64 vram)
{
	memset(&filled, 0, sizeof(filled));
	ads->buf.size = PAGE_ALIGN(sizeof(struct xe_guc_ads_blob));
	ads->buf.cpu = kunit_kzalloc(test, ads->buf.size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ads->buf.cpu);
	ads->buf.node.start = SZ_32M;
	ads->fault_queues.vram = vram;
	ads->fault_queues.node.start = GGTT;
	return ads->buf.cpu;
}

static void end(struct xe_guc_ads *ads)
{
	memset(ads, 0, sizeof(*ads));
}

/* Three, in VRAM and cleared, and never given up; each is told by both of its addresses. */
static void test_fault_queues(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_guc_ads *ads = &xe_guc(hw, &xe_hw_state(hw)->gt[0])->ads;
		const struct xe_guc_ads_blob *blob = begin(test, ads, VRAM);

		fill_fault_queues(hw, ads);
		KUNIT_EXPECT_EQ(test, blob->header.fault_queues, SZ_32M + 21692);
		KUNIT_EXPECT_EQ(test, blob->faults.response_timeout_us, U64_MAX);
		for (unsigned int i = 0; i < 3; i++) {
			struct xe_guc_fault_queue queue = blob->faults.queue[i];

			KUNIT_EXPECT_EQ(test, queue.device_address, VRAM + i * SZ_64K);
			KUNIT_EXPECT_EQ(test, queue.ggtt_address, GGTT + i * SZ_64K);
			KUNIT_EXPECT_EQ(test, queue.bytes, SZ_64K);
		}
		KUNIT_EXPECT_EQ(test, filled.calls, 1);
		KUNIT_EXPECT_EQ(test, filled.offset, VRAM);
		KUNIT_EXPECT_EQ(test, filled.len, 3 * SZ_64K);
		end(ads);
	}
}

/* A part without VRAM is told of none. */
static void test_no_fault_queues(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_fake_scoped(hw, xe) {
		struct xe_guc_ads *ads = &xe_guc(hw, &xe_hw_state(hw)->gt[0])->ads;
		const struct xe_guc_ads_blob *blob = begin(test, ads, 0);

		xe_hw_state(hw)->fault_queues = 0;
		KUNIT_EXPECT_EQ(test, map_fault_queues(hw, &xe_hw_state(hw)->gt[0]), 0);
		fill_fault_queues(hw, ads);
		KUNIT_EXPECT_EQ(test, blob->header.fault_queues, 0);
		KUNIT_EXPECT_EQ(test, blob->faults.queue[0].bytes, 0);
		KUNIT_EXPECT_EQ(test, filled.calls, 0);
		end(ads);
	}
}

static struct kunit_case ads_cases[] = {
	KUNIT_CASE(test_fault_queues),
	KUNIT_CASE(test_no_fault_queues),
	{ }
};

static struct kunit_suite ads_suite = {
	.name = "xe_ads",
	.test_cases = ads_cases,
};

kunit_test_suite(ads_suite);
