// SPDX-License-Identifier: MIT
/*
 * Probe and unwinding of the whole driver on a card of registers: what each step leaves to be
 * undone and in which order, and that nothing is left of a probe that fails or a card that goes,
 * wherever that happens.
 */

#include "../../xe_pci.c"

#include <linux/bitfield.h>
#include <linux/kernfs.h>
#include <linux/mm.h>

#include <drm/drm_print.h>
#include <drm/ttm/ttm_device.h>
#include <kunit/test.h>

#include "hw/state.h"
#include "mm/bo.h"
#include "regs/gt.h"
#include "regs/guc.h"
#include "regs/irq.h"
#include "regs/mem.h"
#include "regs/soc.h"
#include "tests/kunit/fake.h"
#include "xe_device.h"

#define STEPS	ARRAY_SIZE(xe_probe_steps)

/*
 * A card that can be probed: Battlemage with two GTs
 */

#define GMD_GRAPHICS	(FIELD_PREP_CONST(GMD_ID_ARCH_MASK, 20) |	\
			 FIELD_PREP_CONST(GMD_ID_RELEASE_MASK, 1))
#define GMD_MEDIA	(FIELD_PREP_CONST(GMD_ID_ARCH_MASK, 13) |	\
			 FIELD_PREP_CONST(GMD_ID_RELEASE_MASK, 1))

struct wake {
	struct xe_gt_reg request, ack;
};

static bool wakes(u32 offset, u32 value, const struct wake *domain)
{
	if (offset != domain->request.reg.offset &&
	    offset != domain->request.reg.offset + MEDIA_GT_GSI_OFFSET)
		return false;
	xe_fake_poke(domain->ack.reg.offset + offset - domain->request.reg.offset,
		     value & FORCEWAKE_KERNEL);
	return true;
}

static void card_react(u32 offset, u32 value)
{
	static const struct wake domains[] = {
		{ FORCEWAKE_GT, FORCEWAKE_ACK_GT_MTL },
		{ FORCEWAKE_RENDER, FORCEWAKE_ACK_RENDER },
		{ FORCEWAKE_MEDIA_VDBOX(0), FORCEWAKE_ACK_MEDIA_VDBOX(0) },
		{ FORCEWAKE_MEDIA_VEBOX(0), FORCEWAKE_ACK_MEDIA_VEBOX(0) },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(domains); i++)
		if (wakes(offset, value, &domains[i]))
			return;
	if (offset == GMD_ID.reg.offset)
		xe_fake_poke(offset, GMD_GRAPHICS);
	if (offset == GDRST.reg.offset || offset == GDRST.reg.offset + MEDIA_GT_GSI_OFFSET)
		xe_fake_poke(offset, 0);
	if (offset == PCODE_MAILBOX.offset) {
		xe_fake_poke(offset, 0);
		xe_fake_poke(PCODE_DATA0.offset, 1);
	}
}

static void card_power_on(void)
{
	u32 media = MEDIA_GT_GSI_OFFSET;

	*xe_fake_config(SNB_GMCH_CTRL) = FIELD_PREP(GGMS_MASK, 3);
	xe_fake_poke(GU_CNTL.offset, LMEM_INIT);
	xe_fake_poke(GMD_ID.reg.offset, GMD_GRAPHICS);
	xe_fake_poke(GMD_ID.reg.offset + media, GMD_MEDIA);
	xe_fake_poke(MIRROR_FUSE3.reg.offset, FIELD_PREP(XE2_NODE_ENABLE_MASK, 1));
	xe_fake_poke(XEHP_FUSE4.reg.offset, FIELD_PREP(CCS_EN_MASK, 1));
	xe_fake_poke(XELP_GT_GEOMETRY_DSS_ENABLE.reg.offset, 1);
	xe_fake_poke(XELP_EU_ENABLE.reg.offset, 0xff);
	xe_fake_poke(GT_VEBOX_VDBOX_DISABLE.reg.offset + media,
		     FIELD_PREP(GT_VDBOX_DISABLE_MASK, 1) | FIELD_PREP(GT_VEBOX_DISABLE_MASK, 1));
	for (u32 window = 0; window <= media; window += media) {
		xe_fake_poke(RPM_CONFIG0.reg.offset + window, RPM_CONFIG0_CTC_SHIFT_PARAMETER_MASK);
		xe_fake_poke(STEER_SEMAPHORE.reg.offset + window, STEER_SEMAPHORE_GRANTED);
		xe_fake_poke(GUC_STATUS.reg.offset + window, GS_MIA_IN_RESET);
	}
	xe_fake_poke(XEHP_TILE_ADDR_RANGE(0).reg.offset, FIELD_PREP(XEHP_TILE_ADDR_RANGE_SIZE, 1));
	xe_fake_poke(GSMBASE.offset, SZ_512M);
	xe_fake_poke(MTL_RP_STATE_CAP.offset, FIELD_PREP(MTL_RP0_CAP_MASK, 120));
	xe_fake_poke(MTL_MEDIAP_STATE_CAP.offset, FIELD_PREP(MTL_RP0_CAP_MASK, 120));
	xe_fake_on_write(card_react);
	xe_fake_guc_fails(0);
}

static struct xe_fake_slot *slot_with_card(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);

	card_power_on();
	return slot;
}

/*
 * Order
 */

/* What each step leaves to be undone. */
static const struct {
	const char *step, *deferred;
} expected[] = {
	{ "before", "power_given_back out_of_reach" },
	{ "reset", "function_reset" },
	{ "power controller", "" },
	{ "GT", "" },
	{ "forcewake", "forcewake_stop" },
	{ "fuses", "" },
	{ "sanitize", "" },
	{ "DMA", "bus_master_off" },
	{ "steering", "" },
	{ "display", "" },
	{ "VRAM", "" },
	{ "interrupts", "irq_stop" },
	{ "GGTT", "scratch_stop ggtt_stop" },
	{ "firmware buffers", "bufs_stop" },
	{ "buffers", "xe_mm_stop xe_mm_evict_stop" },
	{ "GuC contexts", "contexts_stop*2" },
	{ "copies", "copy_stop" },
	{ "contexts", "contexts_stop" },
	{ "GT registers", "registers_stop*2" },
	{ "engines", "engine_stop*2" },
	{ "GuC", "guc_stop*2" },
	{ "submission", "notifier_stop submit_stop" },
	{ "frequency limits", "" },
	{ "TLB invalidation", "by_register_again" },
	{ "queries", "" },
	/* tile0; for each GT itself, freq0, throttle, gtidle, engines; two for each of 5 classes */
	{ "sysfs", "d3cold_stop dir_stop*21" },
	{ "sensors", "hwmon_stop" },
	{ "after", "forbid_runtime_pm works_stop unpublish" },
};

static_assert(ARRAY_SIZE(expected) == STEPS + 2);

static struct kunit *order_test;
static unsigned int order_stage, order_deferred;

static void look_at_stage(struct xe_hw hw)
{
	char found[96];

	order_deferred = xe_fake_deferred(hw, order_deferred, found, sizeof(found));
	KUNIT_EXPECT_STREQ_MSG(order_test, found, expected[order_stage].deferred, "of '%s'",
			       expected[order_stage].step);
	order_stage++;
}

static int look(struct xe_hw_bind bind)
{
	look_at_stage(xe_hw_bound(bind));
	return 0;
}

static void test_order(struct kunit *test)
{
	struct xe_hw_step steps[2 * STEPS + 1];
	struct xe_fake_slot *slot = slot_with_card(test);
	struct xe_hw_state *state;
	struct xe_device *xe;

	for (unsigned int i = 0; i < ARRAY_SIZE(steps); i++)
		steps[i] = i % 2 ? xe_probe_steps[i / 2] :
			   (struct xe_hw_step){ "look", look };
	for (unsigned int i = 0; i < STEPS; i++)
		KUNIT_EXPECT_STREQ(test, xe_probe_steps[i].name, expected[i + 1].step);

	order_test = test;
	order_stage = 0;
	order_deferred = 0;
	KUNIT_ASSERT_EQ(test, xe_fake_bind(slot, &battlemage, steps, ARRAY_SIZE(steps)), 0);
	xe = xe_fake_bound(slot, &state);
	xe_hw_scoped(hw, xe)
		look_at_stage(hw);
	KUNIT_EXPECT_EQ(test, order_stage, ARRAY_SIZE(expected));
}

/*
 * What is left
 */

struct state {
	size_t ttms;
	unsigned int mappings;
	int usage;
};

/* Bounded: a device that was not taken down leaves anything in the list. */
static size_t ttm_devices(void)
{
	size_t count = 0;

	if (ttm_glob.device_list.next)
		for (struct list_head *at = ttm_glob.device_list.next;
		     at != &ttm_glob.device_list && count < 16; at = at->next)
			count++;
	return count;
}

static struct state state_of(struct xe_fake_slot *slot)
{
	return (struct state){
		.ttms = ttm_devices(),
		.mappings = xe_fake_mappings(),
		.usage = atomic_read(&xe_fake_slot_device(slot)->power.usage_count),
	};
}

/* Nothing of the driver is left, in software or in the card. */
static void expect_nothing(struct kunit *test, struct xe_fake_slot *slot, struct state before,
			   bool lost, const char *when)
{
	struct device *dev = xe_fake_slot_device(slot);
	struct kernfs_node *tile = kernfs_find_and_get(dev->kobj.sd, "tile0");
	struct device *child = device_find_any_child(dev);
	struct state after = state_of(slot);

	KUNIT_EXPECT_NULL_MSG(test, tile, "sysfs, %s", when);
	kernfs_put(tile);
	KUNIT_EXPECT_NULL_MSG(test, child, "nodes or sensors, %s", when);
	put_device(child);
	KUNIT_EXPECT_EQ_MSG(test, after.ttms, before.ttms, "TTM, %s", when);
	KUNIT_EXPECT_EQ_MSG(test, after.mappings, before.mappings, "BARs, %s", when);
	KUNIT_EXPECT_EQ_MSG(test, after.usage, before.usage, "runtime PM, %s", when);
	KUNIT_EXPECT_FALSE_MSG(test, *xe_fake_config(PCI_COMMAND) & PCI_COMMAND_MASTER,
			       "bus mastering, %s", when);
	if (lost)
		return;
	KUNIT_EXPECT_EQ_MSG(test, xe_fake_peek(DG1_MSTR_TILE_INTR.offset), 0, "interrupts, %s",
			    when);
	KUNIT_EXPECT_TRUE_MSG(test, xe_fake_ggtt_is_clear(), "GGTT, %s", when);
}

/* Software outlives the card, and not the last reference to it. */
static void test_release(struct kunit *test)
{
	struct xe_fake_slot *slot = slot_with_card(test);
	struct state before = state_of(slot);
	struct page *scratch, *log;
	struct xe_hw_state *state;
	struct xe_device *xe;

	KUNIT_ASSERT_EQ(test, xe_fake_bind(slot, &battlemage, xe_probe_steps, STEPS), 0);
	KUNIT_EXPECT_STREQ(test, xe_fake_guc_did(), "LWBTTCSPWBCSPUU");
	xe = xe_fake_bound(slot, &state);
	KUNIT_EXPECT_TRUE(test, state->ggtt.in_use);
	KUNIT_EXPECT_TRUE(test, xe->mm.vram_size && IS_ALIGNED(xe->mm.vram_size, SZ_2M));
	KUNIT_EXPECT_GE(test, state->guc[0].ads.fault_queues.vram, xe->mm.vram_size);
	KUNIT_EXPECT_EQ(test, state->guc[1].ads.fault_queues.vram,
			state->guc[0].ads.fault_queues.vram + 3 * SZ_64K);
	KUNIT_EXPECT_LE(test, state->guc[1].ads.fault_queues.vram + 3 * SZ_64K,
			pci_resource_len(to_pci_dev(xe_fake_slot_device(slot)), 2));
	drm_dev_get(&xe->drm);
	scratch = state->ggtt.scratch;
	log = sg_page(state->guc[0].log.buf.sgt.sgl);
	get_page(scratch);
	get_page(log);

	xe_fake_unbind(slot);
	KUNIT_EXPECT_STREQ(test, xe_fake_guc_did(), "LWBTTCSPWBCSPUUscrscr");
	KUNIT_EXPECT_EQ(test, page_count(scratch), 2);
	KUNIT_EXPECT_EQ(test, page_count(log), 2);
	KUNIT_EXPECT_EQ(test, state_of(slot).ttms, before.ttms + 1);

	drm_dev_put(&xe->drm);
	KUNIT_EXPECT_EQ(test, page_count(scratch), 1);
	KUNIT_EXPECT_EQ(test, page_count(log), 1);
	expect_nothing(test, slot, before, false, "at the end");
	put_page(scratch);
	put_page(log);
}

static int fail(struct xe_hw_bind bind)
{
	return -EIO;
}

/* A step fails before it has done anything; then the card works as if nothing had been. */
static void test_step_fails(struct kunit *test)
{
	struct xe_fake_slot *slot = slot_with_card(test);
	struct state before = state_of(slot);
	struct xe_hw_step steps[STEPS];

	for (unsigned int i = 0; i < STEPS; i++) {
		memcpy(steps, xe_probe_steps, sizeof(steps));
		steps[i].start = fail;
		KUNIT_EXPECT_EQ(test, xe_fake_bind(slot, &battlemage, steps, STEPS), -EIO);
		expect_nothing(test, slot, before, false, steps[i].name);
	}
	KUNIT_EXPECT_EQ(test, xe_fake_bind(slot, &battlemage, xe_probe_steps, STEPS), 0);
	xe_fake_unbind(slot);
	expect_nothing(test, slot, before, false, "behind all that");
}

/* The firmware fails half way in a step. */
static void test_firmware_fails(struct kunit *test)
{
	struct xe_fake_slot *slot = slot_with_card(test);
	struct state before = state_of(slot);
	const unsigned int calls = strlen("LWBTTCSWBCSUU");	/* those that can */
	char when[32];

	for (unsigned int n = 1; n <= calls; n++) {
		xe_fake_guc_fails(n);
		snprintf(when, sizeof(when), "call %u of the firmware", n);
		KUNIT_EXPECT_EQ_MSG(test, xe_fake_bind(slot, &battlemage, xe_probe_steps, STEPS),
				    -EIO, "%s", when);
		expect_nothing(test, slot, before, false, when);
	}
}

#define VANISH_POINTS	40

/* The card vanishes at an access of probe, or of unbind. */
static void test_vanish(struct kunit *test)
{
	struct xe_fake_slot *slot = slot_with_card(test);
	struct state before = state_of(slot);
	unsigned int all;
	char when[32];

	KUNIT_ASSERT_EQ(test, xe_fake_bind(slot, &battlemage, xe_probe_steps, STEPS), 0);
	xe_fake_unbind(slot);
	all = xe_fake_accesses();
	KUNIT_ASSERT_GT(test, all, VANISH_POINTS);
	kunit_release_action(test, xe_fake_slot_remove, slot);

	for (unsigned int i = 0; i < VANISH_POINTS; i++) {
		unsigned int k = all / VANISH_POINTS * i + i % 7;

		slot = slot_with_card(test);
		xe_fake_config_outlives();
		xe_fake_vanish(k);
		snprintf(when, sizeof(when), "access %u of %u", k, all);
		xe_fake_bind(slot, &battlemage, xe_probe_steps, STEPS);
		xe_fake_unbind(slot);
		expect_nothing(test, slot, before, true, when);
		kunit_release_action(test, xe_fake_slot_remove, slot);
	}
}

/* What the door tells of a device that is lost or given up ends all there is; the first counts. */
static void test_told(struct kunit *test)
{
	void (*const tell[])(struct xe_device *xe) = { xe_ops.lost, xe_ops.wedged };
	static const int error[] = { -ENODEV, -EIO };
	static const struct xe_hw_step step = { "contexts", xe_submit_contexts_start };
	struct xe_bo *mapped = kunit_kzalloc(test, sizeof(*mapped), GFP_KERNEL);
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_hw_state *state;
	struct xe_device *xe;

	KUNIT_ASSERT_NOT_NULL(test, mapped);
	KUNIT_ASSERT_EQ(test, xe_fake_bind(slot, &battlemage, &step, 1), 0);
	xe = xe_fake_bound(slot, &state);
	drm_dev_get(&xe->drm);
	xe_fake_unbind(slot);
	KUNIT_EXPECT_EQ_MSG(test, xe->submit.error, -ENODEV, "unbind does as well");
	drm_dev_put(&xe->drm);
	kunit_release_action(test, xe_fake_slot_remove, slot);

	for (unsigned int i = 0; i < ARRAY_SIZE(tell); i++) {
		slot = xe_fake_slot(test);
		KUNIT_ASSERT_EQ(test, xe_fake_bind(slot, &battlemage, NULL, 0), 0);
		xe = xe_fake_bound(slot, &state);
		list_add(&mapped->vram_link, &xe->mm.vram_mapped);
		tell[i](xe);
		KUNIT_EXPECT_EQ(test, xe->submit.error, error[i]);
		KUNIT_EXPECT_TRUE(test, xe->vms.dead);
		KUNIT_EXPECT_EQ_MSG(test, list_empty(&xe->mm.vram_mapped), i == 0,
				    "VRAM is taken away from processes with the device, and only then");
		tell[!i](xe);
		KUNIT_EXPECT_EQ(test, xe->submit.error, error[i]);
		kunit_release_action(test, xe_fake_slot_remove, slot);
	}
}

/*
 * Which cards
 */

struct listed_case {
	const char *list;
	bool asked, left_alone;
	unsigned int wrong;
};

static const struct listed_case listed_cases[] = {
	{ NULL, false, false },
	{ "", false, false },
	{ "e20b", true, false },
	{ "E20B", true, false },
	{ "*", true, false },
	{ "!e20b", false, true },
	{ "!*", false, true },
	{ "64a0,e20b", true, false },
	{ "64a0,!e20b", false, true },
	{ "e20b\n", true, false },
	{ "e20", false, false },
	{ "e20bb", false, false, 1 },
	{ "64a0", false, false },
	{ ",,e20b,", true, false },
	{ "0xe20b", true, false },
	{ "!0xe20b", false, true },
	{ "!0XE20B,64a0", false, true },
	{ "0x0000e20b", true, false },
	{ "!64a0,!0xe20b", false, true },
	{ "64a0,!*", false, true },
	{ "-e20b,0x,! e20b", false, false, 3 },
	{ "!!e20b", false, false, 1 },
	{ "e20b*,e20b", true, false, 1 },
	{ "000000000000000000000000e20b", false, false, 1 },
};

static void test_listed(struct kunit *test)
{
	for (size_t i = 0; i < ARRAY_SIZE(listed_cases); i++) {
		const struct listed_case *c = &listed_cases[i];

		KUNIT_EXPECT_EQ_MSG(test, id_listed(c->list, 0xe20b, false), c->asked, "%s",
				    c->list);
		KUNIT_EXPECT_EQ_MSG(test, id_listed(c->list, 0xe20b, true), c->left_alone, "%s",
				    c->list);
		KUNIT_EXPECT_EQ_MSG(test, check_list(c->list), c->wrong, "%s", c->list);
	}
}

static struct kunit_case probe_cases[] = {
	KUNIT_CASE(test_order),
	KUNIT_CASE(test_release),
	KUNIT_CASE(test_step_fails),
	KUNIT_CASE(test_firmware_fails),
	KUNIT_CASE(test_vanish),
	KUNIT_CASE(test_told),
	KUNIT_CASE(test_listed),
	{ }
};

static struct kunit_suite probe_suite = {
	.name = "xe_probe",
	.test_cases = probe_cases,
};

kunit_test_suite(probe_suite);
