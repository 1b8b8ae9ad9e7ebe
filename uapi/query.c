// SPDX-License-Identifier: MIT
/*
 * DRM_IOCTL_XE_DEVICE_QUERY: what userspace can know of the card.
 */

#include <linux/capability.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include <drm/drm_file.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_resource.h>
#include <uapi/drm/xe_drm.h>

#include "hw/state.h"
#include "mm/tt.h"
#include "uapi/query.h"
#include "xe_device.h"

/**
 * DOC: Queries
 *
 * Most answers are facts that probe put into the software device; they are the same while the
 * device exists and need no hardware; only the time of an engine does. The size is asked for first,
 * with size 0. An answer is made in kernel memory and copied out at once, outside of any section.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * answer                   the ioctl     copied out
 * ======================== ============= ==========================================
 */

#define DSS_MASK_BYTES	16	/* sizes of masks are the uAPI of Linux 6.12 */
#define EU_MASK_BYTES	8
#define L3_MASK_BYTES	8

/* What can be asked, and how the answer is made: @fill gets zeroed memory of the size of @size. */
struct query {
	const char *name;
	size_t (*size)(struct xe_device *xe);
	int (*fill)(struct xe_device *xe, void *data);
	/* The memory has been copied from userspace first. */
	bool reads;
};

static const u16 user_class[XE_ENGINE_CLASSES] = {
	[XE_ENGINE_RENDER] = DRM_XE_ENGINE_CLASS_RENDER,
	[XE_ENGINE_VIDEO_DECODE] = DRM_XE_ENGINE_CLASS_VIDEO_DECODE,
	[XE_ENGINE_VIDEO_ENHANCE] = DRM_XE_ENGINE_CLASS_VIDEO_ENHANCE,
	[XE_ENGINE_COPY] = DRM_XE_ENGINE_CLASS_COPY,
	[XE_ENGINE_COMPUTE] = DRM_XE_ENGINE_CLASS_COMPUTE,
};

static struct drm_xe_engine_class_instance user_engine(struct xe_device *xe, unsigned int gt,
						       unsigned int i)
{
	const struct xe_engine_info *engine = &xe->gt[gt].engines[i];

	return (struct drm_xe_engine_class_instance){
		.engine_class = user_class[engine->class],
		.engine_instance = engine->logical,
		.gt_id = gt,
	};
}

/* Engines */

static size_t engines_size(struct xe_device *xe)
{
	size_t count = 0;

	for (unsigned int gt = 0; gt < xe->num_gts; gt++)
		count += xe->gt[gt].num_engines;
	return struct_size_t(struct drm_xe_query_engines, engines, count);
}

static int engines_fill(struct xe_device *xe, void *data)
{
	struct drm_xe_query_engines *answer = data;

	for (unsigned int gt = 0; gt < xe->num_gts; gt++)
		for (unsigned int i = 0; i < xe->gt[gt].num_engines; i++)
			answer->engines[answer->num_engines++].instance = user_engine(xe, gt, i);
	return 0;
}

/* Memory regions; the instance is the bit number in a mask of XE_REGION_* */

static size_t regions_size(struct xe_device *xe)
{
	return struct_size_t(struct drm_xe_query_mem_regions, mem_regions,
			     hweight32(xe->mm.regions));
}

/*
 * The uapi header has it that this is 0 without CAP_PERFMON. Upstream tells everybody since 6.12's
 * stable series, as clients make their budgets of it: 0 would be a heap that nobody else uses. It
 * gives away no more than the free memory of the system, which is no secret either.
 */
static u64 vram_used(struct xe_device *xe)
{
	return ttm_resource_manager_usage(ttm_manager_type(&xe->mm.ttm, XE_MEM_VRAM));
}

static int regions_fill(struct xe_device *xe, void *data)
{
	struct drm_xe_query_mem_regions *answer = data;

	answer->mem_regions[answer->num_mem_regions++] = (struct drm_xe_mem_region){
		.mem_class = DRM_XE_MEM_REGION_CLASS_SYSMEM,
		.instance = 0,
		.min_page_size = PAGE_SIZE,
		.total_size = xe->mm.system_size,
		.used = xe_tt_used(&xe->mm),
	};

	/* For now all of it is visible to the CPU, see mm/vram.c. */
	if (xe->mm.regions & XE_REGION_VRAM)
		answer->mem_regions[answer->num_mem_regions++] = (struct drm_xe_mem_region){
			.mem_class = DRM_XE_MEM_REGION_CLASS_VRAM,
			.instance = 1,
			.min_page_size = PAGE_SIZE,
			.total_size = xe->mm.vram_size,
			.used = vram_used(xe),
			.cpu_visible_size = xe->mm.vram_size,
			.cpu_visible_used = vram_used(xe),
		};
	return 0;
}

/* Configuration */

#define CONFIG_PARAMS	(DRM_XE_QUERY_CONFIG_MAX_EXEC_QUEUE_PRIORITY + 1)
#define PRIORITY_NORMAL	1	/* exec queue priorities of Linux 6.12 */
#define PRIORITY_HIGH	2

static size_t config_size(struct xe_device *xe)
{
	return struct_size_t(struct drm_xe_query_config, info, CONFIG_PARAMS);
}

static int config_fill(struct xe_device *xe, void *data)
{
	struct drm_xe_query_config *answer = data;

	answer->num_params = CONFIG_PARAMS;
	answer->info[DRM_XE_QUERY_CONFIG_REV_AND_DEVICE_ID] =
		xe->pci_device | (u32)xe->pci_revision << 16;
	if (xe->mm.regions & XE_REGION_VRAM)
		answer->info[DRM_XE_QUERY_CONFIG_FLAGS] = DRM_XE_QUERY_CONFIG_FLAG_HAS_VRAM;
	answer->info[DRM_XE_QUERY_CONFIG_MIN_ALIGNMENT] = SZ_4K;
	answer->info[DRM_XE_QUERY_CONFIG_VA_BITS] = xe->platform->va_bits;
	answer->info[DRM_XE_QUERY_CONFIG_MAX_EXEC_QUEUE_PRIORITY] =
		capable(CAP_SYS_NICE) ? PRIORITY_HIGH : PRIORITY_NORMAL;
	return 0;
}

/* GTs */

static size_t gt_list_size(struct xe_device *xe)
{
	return struct_size_t(struct drm_xe_query_gt_list, gt_list, xe->num_gts);
}

static int gt_list_fill(struct xe_device *xe, void *data)
{
	struct drm_xe_query_gt_list *answer = data;
	u32 near = xe->mm.regions & XE_REGION_VRAM ?: XE_REGION_SYSTEM;

	answer->num_gt = xe->num_gts;
	for (unsigned int gt = 0; gt < xe->num_gts; gt++)
		answer->gt_list[gt] = (struct drm_xe_gt){
			.type = gt ? DRM_XE_QUERY_GT_TYPE_MEDIA : DRM_XE_QUERY_GT_TYPE_MAIN,
			.gt_id = gt,
			.reference_clock = xe->gt[gt].clock_hz,
			.near_mem_regions = near,
			.far_mem_regions = xe->mm.regions & ~near,
			.ip_ver_major = xe->gt[gt].version / 100,
			.ip_ver_minor = xe->gt[gt].version % 100,
			.ip_ver_rev = xe->gt[gt].step,
		};
	return 0;
}

/* The table that the GuC has of the hardware */

static size_t hwconfig_size(struct xe_device *xe)
{
	return xe->hwconfig.bytes;
}

static int hwconfig_fill(struct xe_device *xe, void *data)
{
	memcpy(data, xe->hwconfig.data, xe->hwconfig.bytes);
	return 0;
}

/* Topology: masks, one behind the other, each with a header */

static size_t topology_size(struct xe_device *xe)
{
	return xe->num_gts * (4 * sizeof(struct drm_xe_query_topology_mask) +
			      2 * DSS_MASK_BYTES + L3_MASK_BYTES + EU_MASK_BYTES);
}

static void *add_mask(void *data, u16 gt, u16 type, u64 mask, u32 bytes)
{
	struct drm_xe_query_topology_mask *header = data;
	__le64 bits = cpu_to_le64(mask);

	header->gt_id = gt;
	header->type = type;
	header->num_bytes = bytes;
	memcpy(header->mask, &bits, min(sizeof(bits), bytes));
	return header->mask + bytes;
}

static int topology_fill(struct xe_device *xe, void *data)
{
	for (unsigned int gt = 0; gt < xe->num_gts; gt++) {
		const struct xe_gt_info *info = &xe->gt[gt];

		data = add_mask(data, gt, DRM_XE_TOPO_DSS_GEOMETRY, info->geometry_dss,
				DSS_MASK_BYTES);
		data = add_mask(data, gt, DRM_XE_TOPO_DSS_COMPUTE, info->compute_dss,
				DSS_MASK_BYTES);
		data = add_mask(data, gt, DRM_XE_TOPO_L3_BANK, info->l3_banks, L3_MASK_BYTES);
		data = add_mask(data, gt, DRM_XE_TOPO_SIMD16_EU_PER_DSS, info->eus_per_dss,
				EU_MASK_BYTES);
	}
	return 0;
}

/* Time of an engine beside time of the CPU */

static int cpu_clock_ns(clockid_t id, u64 *ns)
{
	switch (id) {
	case CLOCK_MONOTONIC:
		*ns = ktime_get_ns();
		return 0;
	case CLOCK_MONOTONIC_RAW:
		*ns = ktime_get_raw_ns();
		return 0;
	case CLOCK_REALTIME:
		*ns = ktime_get_real_ns();
		return 0;
	case CLOCK_BOOTTIME:
		*ns = ktime_get_boottime_ns();
		return 0;
	case CLOCK_TAI:
		*ns = ktime_get_clocktai_ns();
		return 0;
	default:
		return -EINVAL;
	}
}

static size_t cycles_size(struct xe_device *xe)
{
	return sizeof(struct drm_xe_query_engine_cycles);
}

static int read_cycles(struct xe_hw hw, struct xe_gt *gt, const struct xe_engine *engine,
		       struct drm_xe_query_engine_cycles *answer)
{
	struct xe_engine_time time;
	int err;

	err = xe_engine_read_time(hw, gt, engine, cpu_clock_ns, answer->clockid, &time);
	if (err)
		return err;

	answer->width = 64;
	answer->engine_cycles = time.cycles;
	answer->cpu_timestamp = time.cpu_ns;
	answer->cpu_delta = time.delta_ns;
	return 0;
}

static int find_and_read_cycles(struct xe_hw hw, struct drm_xe_query_engine_cycles *answer)
{
	struct drm_xe_engine_class_instance *wanted = &answer->eci;
	struct xe_hw_state *state = xe_hw_state(hw);
	struct xe_gt *gt;

	if (wanted->gt_id >= state->num_gts)
		return -EINVAL;

	gt = &state->gt[wanted->gt_id];
	xe_for_each_engine(engine, gt)
		if (!engine->row->reserved &&
		    user_class[engine->row->class] == wanted->engine_class &&
		    engine->logical == wanted->engine_instance)
			return read_cycles(hw, gt, engine, answer);
	return -EINVAL;
}

static int cycles_fill(struct xe_device *xe, void *data)
{
	struct drm_xe_query_engine_cycles *answer = data;
	int err = -EAGAIN;
	u64 ns;

	if (cpu_clock_ns(answer->clockid, &ns))
		return -EINVAL;

	xe_hw_scoped(hw, xe)
		err = find_and_read_cycles(hw, answer);
	return xe_hw_error(xe, err);
}

/* Versions of firmware */

static size_t firmware_size(struct xe_device *xe)
{
	return sizeof(struct drm_xe_query_uc_fw_version);
}

static int firmware_fill(struct xe_device *xe, void *data)
{
	struct drm_xe_query_uc_fw_version *answer = data;
	const struct xe_fw_version *version = &xe->guc_version;

	if (answer->pad || answer->pad2 || answer->reserved)
		return -EINVAL;

	switch (answer->uc_type) {
	case XE_QUERY_UC_TYPE_GUC_SUBMISSION:
		break;
	case XE_QUERY_UC_TYPE_HUC:
		version = &xe->huc_version;
		if (!version->major)
			return -ENODEV;
		break;
	default:
		return -EINVAL;
	}

	answer->branch_ver = 0;
	answer->major_ver = version->major;
	answer->minor_ver = version->minor;
	answer->patch_ver = version->patch;
	return 0;
}

/* OA units: one per GT. What they measure cannot be read yet, so they have no capabilities. */

static bool has_oa(const struct xe_engine_info *engine)
{
	return engine->class != XE_ENGINE_COPY;
}

static size_t oa_size(struct xe_device *xe)
{
	size_t size = sizeof(struct drm_xe_query_oa_units);

	for (unsigned int gt = 0; gt < xe->num_gts; gt++) {
		size += sizeof(struct drm_xe_oa_unit);
		for (unsigned int i = 0; i < xe->gt[gt].num_engines; i++)
			if (has_oa(&xe->gt[gt].engines[i]))
				size += sizeof(struct drm_xe_engine_class_instance);
	}
	return size;
}

static int oa_fill(struct xe_device *xe, void *data)
{
	struct drm_xe_query_oa_units *answer = data;
	void *next = answer->oa_units;

	answer->num_oa_units = xe->num_gts;
	for (unsigned int gt = 0; gt < xe->num_gts; gt++) {
		struct drm_xe_oa_unit *unit = next;

		unit->oa_unit_id = gt;
		unit->oa_unit_type = gt ? DRM_XE_OA_UNIT_TYPE_OAM : DRM_XE_OA_UNIT_TYPE_OAG;
		unit->oa_timestamp_freq = xe->gt[gt].clock_hz;
		for (unsigned int i = 0; i < xe->gt[gt].num_engines; i++)
			if (has_oa(&xe->gt[gt].engines[i]))
				unit->eci[unit->num_engines++] = user_engine(xe, gt, i);
		next = &unit->eci[unit->num_engines];
	}
	return 0;
}

static const struct query queries[] = {
	[DRM_XE_DEVICE_QUERY_ENGINES] = { "engines", engines_size, engines_fill },
	[DRM_XE_DEVICE_QUERY_MEM_REGIONS] = { "memory regions", regions_size, regions_fill },
	[DRM_XE_DEVICE_QUERY_CONFIG] = { "configuration", config_size, config_fill },
	[DRM_XE_DEVICE_QUERY_GT_LIST] = { "GTs", gt_list_size, gt_list_fill },
	[DRM_XE_DEVICE_QUERY_HWCONFIG] = { "hwconfig", hwconfig_size, hwconfig_fill },
	[DRM_XE_DEVICE_QUERY_GT_TOPOLOGY] = { "topology", topology_size, topology_fill },
	[DRM_XE_DEVICE_QUERY_ENGINE_CYCLES] = { "engine cycles", cycles_size, cycles_fill, true },
	[DRM_XE_DEVICE_QUERY_UC_FW_VERSION] = { "firmware", firmware_size, firmware_fill, true },
	[DRM_XE_DEVICE_QUERY_OA_UNITS] = { "OA units", oa_size, oa_fill },
};

static int run(struct xe_device *xe, const struct query *query, void __user *user, size_t size)
{
	void *data __free(kvfree) = kvzalloc(size, GFP_KERNEL);
	int err;

	if (!data)
		return -ENOMEM;
	if (query->reads && copy_from_user(data, user, size))
		return -EFAULT;

	err = query->fill(xe, data);
	if (err)
		return err;
	return copy_to_user(user, data, size) ? -EFAULT : 0;
}

/**
 * xe_query_start - probe step: what queries tell of the firmware without waking the card
 * @bind: the token of a probe step
 *
 * Context: bound, when the firmware runs.
 * Return: 0.
 */
int xe_query_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_hw_state *state = xe_hw_state(hw);
	struct xe_device *xe = xe_hw_device(hw);

	xe->guc_version = state->guc_fw.image.submission;
	xe_for_each_gt(gt, state) {
		const struct xe_huc *huc = &xe_guc(hw, gt)->huc;

		if (huc->running)
			xe->huc_version = huc->fw.image.version;
	}
	return 0;
}

/**
 * xe_query_ioctl - DRM_IOCTL_XE_DEVICE_QUERY
 * @drm: the device
 * @data: &struct drm_xe_device_query
 * @file: the caller
 *
 * Context: ioctl; enters for what has to be read from the card.
 * Return: 0; -EINVAL, -EFAULT, -ENOMEM; -ENODEV if the card is gone or has no such firmware.
 */
int xe_query_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct xe_device *xe = to_xe_device(drm);
	struct drm_xe_device_query *args = data;
	const struct query *query;
	size_t size;

	if (args->extensions || args->reserved[0] || args->reserved[1]) {
		drm_dbg(drm, "DEVICE_QUERY: extensions and reserved fields have to be zero\n");
		return -EINVAL;
	}
	if (args->query >= ARRAY_SIZE(queries)) {
		drm_dbg(drm, "DEVICE_QUERY: there is no query %u\n", args->query);
		return -EINVAL;
	}

	query = &queries[array_index_nospec(args->query, ARRAY_SIZE(queries))];
	size = query->size(xe);
	if (!args->size) {
		args->size = size;
		return 0;
	}
	if (args->size != size) {
		drm_dbg(drm, "DEVICE_QUERY: %s take %zu bytes, not %u\n", query->name, size,
			args->size);
		return -EINVAL;
	}

	return run(xe, query, u64_to_user_ptr(args->data), size);
}
