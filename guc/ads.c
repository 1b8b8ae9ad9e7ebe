// SPDX-License-Identifier: MIT
/*
 * ADS: what the GuC is told of its GT.
 */

#include <linux/bitfield.h>
#include <linux/error-injection.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "guc/ads.h"
#include "guc/ct.h"
#include "hw/lrc.h"
#include "hw/state.h"
#include "regs/guc.h"
#include "xe_device.h"
#include "xe_guc.h"
#include "xe_mmio.h"

/**
 * DOC: GuC ADS
 *
 * The additional data structures are one buffer, which the GuC reads at boot and uses as long as it
 * runs: which engines there are and how they are numbered, which of their registers it has to save
 * and restore around an engine reset, scheduling policies, workarounds to switch on, and memory of
 * its own. They are written before each boot, since a firmware that crashed may have left anything
 * in them.
 *
 * The engines are known from the fuses, before the GuC starts; so one boot is enough. (The table
 * that describes the hardware can be asked for after any boot.)
 *
 * One part is empty: lists of registers to capture when an engine hangs all point to a page of
 * zeroes.
 *
 * Through three more queues page faults come from the hardware to the GuC and go back. They are
 * told by their address in VRAM as well, so that is where they are: mm/vram.c sets it aside. No
 * address space of this driver repairs faults, see guc/page_fault.c. Integrated parts are offered
 * no queues: their memory would have to be adjacent for the device.
 *
 * ================== =========== =========================================
 * object             owner       released when
 * ================== =========== =========================================
 * buffer             drm_device  as every xe_ggtt_buf
 * queues: entries    bound side  as those of every xe_ggtt_buf
 * queues: memory     the card    never used for anything else
 * ================== =========== =========================================
 */

#define DPC_PROMOTE_US		500000
#define MAX_WORK_ITEMS		15
#define WORKAROUND_BYTES	SZ_4K
#define CAPTURE_BYTES		SZ_4K
#define FAULT_QUEUES_BYTES	(GUC_FAULT_QUEUES * GUC_FAULT_QUEUE_BYTES)

/* Context images begin with two parts that the GuC leaves alone: status page and registers. */
#define CONTEXT_SKIP_BYTES	(LRC_STATUS_BYTES + LRC_GUC_SKIP_WORDS * sizeof(u32))

static struct xe_guc_ads *ads_of(struct xe_hw hw, struct xe_gt *gt)
{
	return &xe_guc(hw, gt)->ads;
}

/**
 * xe_guc_ads_layout - where the parts of an ADS go
 * @sizes: what they need
 *
 * Context: any; a pure function.
 * Return: the layout.
 */
struct xe_ads_layout xe_guc_ads_layout(const struct xe_ads_sizes *sizes)
{
	struct xe_ads_layout layout;

	layout.reg_lists = ALIGN(sizeof(struct xe_guc_ads_blob), sizeof(struct xe_guc_saved_reg));
	layout.golden = ALIGN(layout.reg_lists + sizes->reg_lists, SZ_4K);
	layout.workarounds = layout.golden + ALIGN(sizes->golden, SZ_4K);
	layout.capture = layout.workarounds + WORKAROUND_BYTES;
	layout.private = layout.capture + CAPTURE_BYTES;
	layout.end = layout.private + ALIGN(sizes->private, SZ_4K);
	return layout;
}

static const enum xe_guc_class guc_classes[] = {
	[XE_ENGINE_RENDER] = GUC_CLASS_RENDER,
	[XE_ENGINE_VIDEO_DECODE] = GUC_CLASS_VIDEO_DECODE,
	[XE_ENGINE_VIDEO_ENHANCE] = GUC_CLASS_VIDEO_ENHANCE,
	[XE_ENGINE_COPY] = GUC_CLASS_COPY,
	[XE_ENGINE_COMPUTE] = GUC_CLASS_COMPUTE,
};

/**
 * xe_guc_class - the number that the GuC has for a class of engines
 * @class: the class
 *
 * Context: any.
 */
enum xe_guc_class xe_guc_class(enum xe_engine_class class)
{
	return guc_classes[class];
}

static int add_engine(struct xe_hw hw, struct xe_gt *gt, const struct xe_engine *engine)
{
	struct xe_guc_ads *ads = ads_of(hw, gt);
	struct xe_ads_engine *added = &ads->engines[ads->num_engines++];
	struct xe_engine_reg regs[XE_ENGINE_MAX_REGS];
	int count;

	added->class = xe_guc_class(engine->row->class);
	added->instance = engine->row->instance;
	added->logical = engine->logical;

	count = xe_engine_regs(hw, gt, engine, regs);
	if (count < 0)
		return count;

	added->num_regs = count;
	for (int i = 0; i < count; i++)
		added->regs[i] = (struct xe_guc_saved_reg){
			.offset = regs[i].offset,
			.flags = regs[i].masked ? GUC_SAVED_REG_MASKED : 0,
		};
	return 0;
}

static u32 classes(const struct xe_guc_ads *ads)
{
	u32 mask = 0;

	for (unsigned int i = 0; i < ads->num_engines; i++)
		mask |= BIT(ads->engines[i].class);
	return mask;
}

static bool has_class(const struct xe_guc_ads *ads, enum xe_engine_class class)
{
	return classes(ads) & BIT(guc_classes[class]);
}

/* Where the image of a class is among the images; of one behind the last, the size of them all. */
static u32 golden_offset(const struct xe_guc_ads *ads, unsigned int class)
{
	u32 offset = 0;

	for (unsigned int i = 0; i < class; i++)
		if (has_class(ads, i))
			offset += xe_lrc_image_bytes(i);
	return offset;
}

/* Those of all GTs are one behind the other. */
static int map_fault_queues(struct xe_hw hw, struct xe_gt *gt)
{
	u64 offset = xe_hw_state(hw)->fault_queues;

	if (!offset)
		return 0;
	return xe_ggtt_buf_create_vram(hw, &ads_of(hw, gt)->fault_queues,
				       offset + gt->id * FAULT_QUEUES_BYTES, FAULT_QUEUES_BYTES,
				       "GuC page faults");
}

/**
 * xe_guc_ads_init - allocate the ADS of a GuC
 * @hw: the token
 * @gt: its GT
 *
 * Context: bound, may sleep; the fuses and the firmware file were read.
 * Return: 0, -ENOMEM, -ENOSPC; errors of xe_engine_regs().
 */
int xe_guc_ads_init(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_ads *ads = ads_of(hw, gt);
	struct xe_ads_sizes sizes = {
		.private = xe_hw_state(hw)->guc_fw.image.private_bytes,
	};
	int err;

	ads->num_engines = 0;
	xe_for_each_engine(engine, gt) {
		err = add_engine(hw, gt, engine);
		if (err)
			return err;
	}

	for (unsigned int i = 0; i < ads->num_engines; i++)
		sizes.reg_lists += ads->engines[i].num_regs * sizeof(struct xe_guc_saved_reg);
	sizes.golden = golden_offset(ads, XE_ENGINE_CLASSES);
	ads->layout = xe_guc_ads_layout(&sizes);
	err = xe_ggtt_buf_create(hw, &ads->buf, ads->layout.end, "GuC ADS");
	return err ?: map_fault_queues(hw, gt);
}
ALLOW_ERROR_INJECTION(xe_guc_ads_init, ERRNO);

/* One word of the fixed part. */
static void put(struct xe_hw hw, struct xe_guc_ads *ads, size_t offset, u32 value)
{
	xe_ggtt_buf_write(hw, &ads->buf, offset, &value, sizeof(value));
}

static size_t header_word(size_t array, unsigned int index)
{
	return offsetof(struct xe_guc_ads_blob, header) + array + index * sizeof(u32);
}

/* An engine that hangs is to be looked at, if somebody wants that. */
static void fill_policies(struct xe_hw hw, struct xe_guc_ads *ads)
{
	bool no_reset = READ_ONCE(xe_hw_device(hw)->wedged_mode) == 2;
	const struct xe_guc_policies policies = {
		.dpc_promote_us = DPC_PROMOTE_US,
		.max_work_items = MAX_WORK_ITEMS,
		.flags = no_reset ? GUC_POLICY_NO_ENGINE_RESET : 0,
		.valid = 1,
	};

	xe_ggtt_buf_write(hw, &ads->buf, offsetof(struct xe_guc_ads_blob, policies), &policies,
			  sizeof(policies));
}

/**
 * xe_guc_ads_set_policies - tell a GuC that runs what &xe_device.wedged_mode is now
 * @hw: the token
 * @gt: its GT
 *
 * Context: bound, may sleep, as xe_guc_ct_request(); not beside a boot, which tells it as well.
 * Return: as xe_guc_ct_request().
 */
int xe_guc_ads_set_policies(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_ads *ads = ads_of(hw, gt);
	const u32 request[] = {
		GUC_ACTION_READ_POLICIES,
		xe_ggtt_buf_ggtt(&ads->buf) + offsetof(struct xe_guc_ads_blob, policies),
	};

	fill_policies(hw, ads);
	return xe_guc_ct_request(hw, gt, request, ARRAY_SIZE(request), NULL);
}

static void fill_info(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_ads *ads = ads_of(hw, gt);
	struct xe_guc_system_info info = {};

	memset(info.physical, GUC_NO_INSTANCE, sizeof(info.physical));
	for (unsigned int i = 0; i < ads->num_engines; i++) {
		const struct xe_ads_engine *engine = &ads->engines[i];

		info.physical[engine->class][engine->logical] = engine->instance;
		info.enabled[engine->class] |= BIT(engine->instance);
	}

	if (!xe_hw_device(hw)->platform->is_discrete)
		info.generic[GUC_INFO_DOORBELLS_PER_SQIDI] =
			FIELD_GET(DOORBELLS_PER_SQIDI_MASK,
				  xe_gt_read32(hw, gt, DIST_DBS_POPULATED)) + 1;

	xe_ggtt_buf_write(hw, &ads->buf, offsetof(struct xe_guc_ads_blob, info), &info,
			  sizeof(info));
}

static void fill_reg_lists(struct xe_hw hw, struct xe_guc_ads *ads)
{
	u32 at = ads->layout.reg_lists;

	for (unsigned int i = 0; i < ads->num_engines; i++) {
		const struct xe_ads_engine *engine = &ads->engines[i];
		u32 bytes = engine->num_regs * sizeof(*engine->regs);
		const struct xe_guc_reg_list list = {
			.address = xe_ggtt_buf_ggtt(&ads->buf) + at,
			.count = engine->num_regs,
		};

		if (!bytes)
			continue;
		xe_ggtt_buf_write(hw, &ads->buf, at, engine->regs, bytes);
		xe_ggtt_buf_write(hw, &ads->buf,
				  offsetof(struct xe_guc_ads_header, reg_list) +
			       (engine->class * GUC_INSTANCES + engine->instance) * sizeof(list),
			       &list, sizeof(list));
		at += bytes;
	}
}

/**
 * xe_guc_ads_fill_golden - tell the GuC what contexts of a class start from
 * @hw: the token
 * @gt: the GT
 * @class: the class; the GT has such engines
 *
 * It is what a context goes on with that hung. Nothing is told as long as there is no default image
 * of the class: then no context is there that the GuC might want it for, but the two that it is
 * recorded with.
 *
 * Context: bound or in a section; the GuC may be running.
 */
void xe_guc_ads_fill_golden(struct xe_hw hw, struct xe_gt *gt, enum xe_engine_class class)
{
	const u32 *regs = xe_lrc_default(xe_hw_device(hw), gt->id, class);
	struct xe_guc_ads *ads = ads_of(hw, gt);
	u32 at = ads->layout.golden + golden_offset(ads, class) + LRC_STATUS_BYTES;

	if (regs)
		xe_ggtt_buf_write(hw, &ads->buf, at, regs, xe_lrc_regs_bytes(class));
}

/* The address is that of a whole image, the size that of the engine's part. */
static void fill_golden(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_ads *ads = ads_of(hw, gt);
	u32 images = xe_ggtt_buf_ggtt(&ads->buf) + ads->layout.golden;

	for (unsigned int class = 0; class < XE_ENGINE_CLASSES; class++) {
		enum xe_guc_class guc_class = guc_classes[class];

		if (!has_class(ads, class))
			continue;
		put(hw, ads,
		    header_word(offsetof(struct xe_guc_ads_header, golden_context), guc_class),
		    images + golden_offset(ads, class));
		put(hw, ads,
		    header_word(offsetof(struct xe_guc_ads_header, engine_state_bytes), guc_class),
		    xe_lrc_image_bytes(class) - CONTEXT_SKIP_BYTES);
		xe_guc_ads_fill_golden(hw, gt, class);
	}
}

static void fill_capture(struct xe_hw hw, struct xe_guc_ads *ads)
{
	u32 address = xe_ggtt_buf_ggtt(&ads->buf) + ads->layout.capture;

	for (size_t at = offsetof(struct xe_guc_ads_header, capture_instance);
	     at < offsetof(struct xe_guc_ads_header, workarounds_lo); at += sizeof(u32))
		put(hw, ads, at, address);
}

/*
 * Workarounds by key. Versions are those of the GT; an entry for graphics is not for media.
 * Source: Linux 6.12 drivers/gpu/drm/xe/xe_wa_oob.rules, xe_guc_ads.c.
 */
static const struct {
	u16 version;
	bool media;
	u8 step_end;	/* first stepping that does not need it, 0 if all do */
	u16 key;
	u8 words;
	u32 value;
} ads_workarounds[] = {
	{ 2004, false, 4, GUC_KEY_BLOCK_INTERRUPTS },
	{ 2001, false, 0, GUC_KEY_POLL_SHADOW_TAIL },
	{ 2004, false, 0, GUC_KEY_POLL_SHADOW_TAIL },
	{ 2000, true,  0, GUC_KEY_POLL_SHADOW_TAIL },
	{ 2001, false, 0, GUC_KEY_NO_MTP_ASYNC_COMPUTE },
	{ 2004, false, 0, GUC_KEY_NO_MTP_ASYNC_COMPUTE },
	{ 2004, false, 0, GUC_KEY_CLEAR_RCSM, 1, 0xc40 },
	{ 2001, false, 0, GUC_KEY_BACK_TO_BACK_RESET },
	{ 2004, false, 0, GUC_KEY_BACK_TO_BACK_RESET },
};

static void fill_workarounds(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_ads *ads = ads_of(hw, gt);
	u32 start = ads->layout.workarounds, at = start;

	for (size_t i = 0; i < ARRAY_SIZE(ads_workarounds); i++) {
		typeof(ads_workarounds[0]) *w = &ads_workarounds[i];

		if (w->version != gt->version || w->media != !!gt->window ||
		    (w->step_end && gt->step >= w->step_end))
			continue;
		/* It is about a queue for page faults. */
		if (w->key == GUC_KEY_POLL_SHADOW_TAIL && !ads->fault_queues.vram)
			continue;
		put(hw, ads, at, FIELD_PREP(GUC_WORKAROUND_KEY, w->key) |
				 FIELD_PREP(GUC_WORKAROUND_WORDS, w->words));
		at += sizeof(u32);
		if (w->words) {
			put(hw, ads, at, w->value);
			at += sizeof(u32);
		}
	}

	if (at == start)
		return;
	put(hw, ads, offsetof(struct xe_guc_ads_header, workarounds_lo),
	    xe_ggtt_buf_ggtt(&ads->buf) + start);
	put(hw, ads, offsetof(struct xe_guc_ads_header, workarounds_bytes), at - start);
}

static void fill_fault_queues(struct xe_hw hw, struct xe_guc_ads *ads)
{
	struct xe_guc_fault_queues queues = { .response_timeout_us = U64_MAX };
	size_t at = offsetof(struct xe_guc_ads_blob, faults);

	if (!ads->fault_queues.vram)
		return;

	xe_vram_bar_fill(hw, ads->fault_queues.vram, 0, FAULT_QUEUES_BYTES);
	xe_vram_bar_flush(hw);
	for (unsigned int i = 0; i < GUC_FAULT_QUEUES; i++)
		queues.queue[i] = (struct xe_guc_fault_queue){
			.device_address = ads->fault_queues.vram + i * GUC_FAULT_QUEUE_BYTES,
			.ggtt_address = xe_ggtt_buf_ggtt(&ads->fault_queues) +
					i * GUC_FAULT_QUEUE_BYTES,
			.bytes = GUC_FAULT_QUEUE_BYTES,
		};
	xe_ggtt_buf_write(hw, &ads->buf, at, &queues, sizeof(queues));
	put(hw, ads, offsetof(struct xe_guc_ads_header, fault_queues),
	    xe_ggtt_buf_ggtt(&ads->buf) + at);
}

/**
 * xe_guc_ads_fill - write the ADS, before a boot
 * @hw: the token
 * @gt: the GT
 *
 * Source: hardware.rst xe-hw-guc-ads.
 *
 * Context: bound or in a section; GT forcewake is held, the GuC is in reset.
 */
void xe_guc_ads_fill(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_ads *ads = ads_of(hw, gt);
	u32 base = xe_ggtt_buf_ggtt(&ads->buf);

	xe_ggtt_buf_fill(hw, &ads->buf, 0, 0, ads->layout.end);
	put(hw, ads, offsetof(struct xe_guc_ads_header, policies),
	    base + offsetof(struct xe_guc_ads_blob, policies));
	put(hw, ads, offsetof(struct xe_guc_ads_header, system_info),
	    base + offsetof(struct xe_guc_ads_blob, info));
	put(hw, ads, offsetof(struct xe_guc_ads_header, private_data), base + ads->layout.private);

	fill_policies(hw, ads);
	fill_info(hw, gt);
	fill_reg_lists(hw, ads);
	fill_golden(hw, gt);
	fill_capture(hw, ads);
	fill_workarounds(hw, gt);
	fill_fault_queues(hw, ads);
}
