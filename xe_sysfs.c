// SPDX-License-Identifier: MIT
/*
 * Files below the PCI device: frequencies, idle states, scheduling defaults, depth of sleep.
 */

#include <linux/error-injection.h>
#include <linux/jiffies.h>
#include <linux/kobject.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include <drm/drm_managed.h>

#include "guc/slpc.h"
#include "hw/gt.h"
#include "hw/state.h"
#include "hw/topology.h"
#include "regs/gt.h"
#include "submit/submit.h"
#include "xe_device.h"
#include "xe_mmio.h"
#include "xe_recovery.h"
#include "xe_sysfs.h"

/**
 * DOC: sysfs
 *
 * ::
 *
 *	vram_d3cold_threshold		MiB; with less VRAM in use an idle card may lose its power
 *	tile0/gt<n>/freq0/		frequencies; throttle/ says why they are low
 *	tile0/gt<n>/gtidle/		how much the GT sleeps
 *	tile0/gt<n>/engines/<class>/	scheduling defaults of new queues; .defaults/ as shipped
 *
 * With more than one compute engine there are also::
 *
 *	tile0/gt<n>/num_cslices		slices of compute that its engines share
 *	tile0/gt<n>/ccs_mode		how many engines do, a divisor of that; 1 unless it is set
 *
 * A new ccs_mode changes what userspace knows of the engines: while the device is open it is
 * refused, "Device or resource busy". It takes a reset of the GT, which is over before the device
 * is opened again. The setting outlives resets and sleep.
 *
 * The files belong to the PCI device, whose directory outlives the driver and is used by the next
 * one. So they are uapi of the bound side: they are removed at unbind, even if the drm_device stays
 * for long. Removal waits for readers; none of them waits for anything long, for whoever needs
 * hardware is in a section, and after the device is unpublished no section opens; and unbind ends
 * the reset that a writer may wait for.
 *
 * ======================== ================ =======================================
 * object                   owner            released when
 * ======================== ================ =======================================
 * directories and files    bound side       dir_stop() at unbind
 * struct dir (memory)      its kobject      last reference to the kobject
 * scheduling defaults      drm_device       last reference to it is dropped
 * ======================== ================ =======================================
 */

/* A directory: what its files are about. */
struct dir {
	struct kobject kobj;
	struct xe_device *xe;
	u8 gt;
	u8 class;
};

/*
 * A file. Either it needs the card, or it is about software only. What @show and @store say does
 * not count if the card was lost meanwhile.
 */
struct entry {
	struct attribute attr;
	ssize_t (*show)(struct xe_hw hw, struct xe_gt *gt, u32 what, char *buf);
	/* As @show, but it waits for firmware: it is called, and not in a section. So is @store. */
	ssize_t (*ask)(struct xe_hw hw, struct xe_gt *gt, u32 what, char *buf);
	int (*store)(struct xe_hw hw, struct xe_gt *gt, u32 what, u32 value);
	ssize_t (*show_setting)(struct dir *dir, u32 what, char *buf);
	int (*store_setting)(struct dir *dir, u32 what, u32 value);
	u32 what;
};

struct access {
	struct entry *file;
	struct dir *dir;
	char *buf;
	u32 value;
};

static struct dir *to_dir(struct kobject *kobj)
{
	return container_of(kobj, struct dir, kobj);
}

static int ask_call(struct xe_hw hw, void *data)
{
	struct access *access = data;
	struct entry *file = access->file;
	ssize_t ret;

	ret = file->ask(hw, &xe_hw_state(hw)->gt[access->dir->gt], file->what, access->buf);
	return xe_hw_is_lost(hw) ? -ENODEV : ret;
}

static ssize_t show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct entry *file = container_of(attr, struct entry, attr);
	struct dir *dir = to_dir(kobj);
	struct access access = { .file = file, .dir = dir, .buf = buf };
	ssize_t ret = -EAGAIN;

	if (file->show_setting)
		return file->show_setting(dir, file->what, buf);

	if (file->ask)
		return xe_hw_call(dir->xe, ask_call, &access);

	xe_hw_scoped(hw, dir->xe) {
		ret = file->show(hw, &xe_hw_state(hw)->gt[dir->gt], file->what, buf);
		if (xe_hw_is_lost(hw))
			ret = -ENODEV;
	}
	return ret < 0 ? xe_hw_error(dir->xe, ret) : ret;
}

static int store_call(struct xe_hw hw, void *data)
{
	struct access *access = data;
	struct entry *file = access->file;
	int err;

	err = file->store(hw, &xe_hw_state(hw)->gt[access->dir->gt], file->what, access->value);
	/* A message to the GuC is written only. */
	return xe_hw_answers(hw) ? err : -ENODEV;
}

static ssize_t store(struct kobject *kobj, struct attribute *attr, const char *buf, size_t count)
{
	struct entry *file = container_of(attr, struct entry, attr);
	struct dir *dir = to_dir(kobj);
	struct access access = { .file = file, .dir = dir };
	u32 value;
	int err;

	if (kstrtou32(buf, 0, &value))
		return -EINVAL;

	if (file->store_setting) {
		err = file->store_setting(dir, file->what, value);
		return err ?: count;
	}

	access.value = value;
	err = xe_hw_call(dir->xe, store_call, &access);
	return err ?: count;
}

static const struct sysfs_ops dir_ops = {
	.show = show,
	.store = store,
};

static void dir_release(struct kobject *kobj)
{
	kfree(to_dir(kobj));
}

#define FILE(name_, mode_, ...)						\
	{ .attr = { .name = (name_), .mode = (mode_) }, __VA_ARGS__ }

/*
 * freq0/
 */

enum freq { ACT, CUR, RP0, RPE, RPN, MIN, MAX };

static ssize_t show_freq(struct xe_hw hw, struct xe_gt *gt, u32 what, char *buf)
{
	u32 mhz = 0;
	int err = 0;

	switch (what) {
	case ACT:
		mhz = xe_slpc_actual(hw, gt);
		break;
	case CUR:
		err = xe_slpc_requested(hw, gt, &mhz);
		break;
	case RP0:
		mhz = xe_slpc_fused_highest(hw, gt);
		break;
	case RPN:
		mhz = xe_slpc_fused_lowest(hw, gt);
		break;
	}
	return err ?: sysfs_emit(buf, "%u\n", mhz);
}

static ssize_t ask_freq(struct xe_hw hw, struct xe_gt *gt, u32 what, char *buf)
{
	u32 min, max;
	int err;

	if (what == RPE)
		return sysfs_emit(buf, "%u\n", xe_slpc_efficient(hw, gt));

	err = xe_slpc_get_limits(hw, gt, &min, &max);
	return err ?: sysfs_emit(buf, "%u\n", what == MIN ? min : max);
}

static int store_freq(struct xe_hw hw, struct xe_gt *gt, u32 what, u32 mhz)
{
	return what == MIN ? xe_slpc_set_min(hw, gt, mhz) : xe_slpc_set_max(hw, gt, mhz);
}

static struct entry freq_files[] = {
	FILE("act_freq", 0444, .show = show_freq, .what = ACT),
	FILE("cur_freq", 0444, .show = show_freq, .what = CUR),
	FILE("rp0_freq", 0444, .show = show_freq, .what = RP0),
	FILE("rpe_freq", 0444, .ask = ask_freq, .what = RPE),
	FILE("rpn_freq", 0444, .show = show_freq, .what = RPN),
	FILE("min_freq", 0644, .ask = ask_freq, .store = store_freq, .what = MIN),
	FILE("max_freq", 0644, .ask = ask_freq, .store = store_freq, .what = MAX),
};

static ssize_t show_throttle(struct xe_hw hw, struct xe_gt *gt, u32 what, char *buf)
{
	return sysfs_emit(buf, "%u\n", !!(xe_gt_throttled(hw, gt) & what));
}

#define THROTTLE_ANY	(POWER_LIMIT_1_MASK | POWER_LIMIT_2_MASK | POWER_LIMIT_4_MASK |	\
			 VR_TDC_MASK |	\
			 VR_THERMALERT_MASK | RATL_MASK | THERMAL_LIMIT_MASK |		\
			 PROCHOT_MASK)

static struct entry throttle_files[] = {
	FILE("status", 0444, .show = show_throttle, .what = THROTTLE_ANY),
	FILE("reason_pl1", 0444, .show = show_throttle, .what = POWER_LIMIT_1_MASK),
	FILE("reason_pl2", 0444, .show = show_throttle, .what = POWER_LIMIT_2_MASK),
	FILE("reason_pl4", 0444, .show = show_throttle, .what = POWER_LIMIT_4_MASK),
	FILE("reason_thermal", 0444, .show = show_throttle, .what = THERMAL_LIMIT_MASK),
	FILE("reason_prochot", 0444, .show = show_throttle, .what = PROCHOT_MASK),
	FILE("reason_ratl", 0444, .show = show_throttle, .what = RATL_MASK),
	FILE("reason_vr_thermalert", 0444, .show = show_throttle, .what = VR_THERMALERT_MASK),
	FILE("reason_vr_tdc", 0444, .show = show_throttle, .what = VR_TDC_MASK),
};

/*
 * gtidle/
 */

enum idle { IDLE_NAME, IDLE_STATUS, IDLE_RESIDENCY };

/* The counter has 32 bits and counts 1.28 us: it goes round in 91 minutes. */
static u64 residency_ms(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_device *xe = xe_hw_device(hw);
	u64 ticks;

	guard(mutex)(&xe->counters_lock);
	ticks = xe_counter_advance(&xe->residency[gt->id], xe_gt_idle_ticks(hw, gt),
				   xe_hw_state(hw)->power_losses);
	return div_u64(ticks * 128, 100 * 1000);
}

static ssize_t show_idle(struct xe_hw hw, struct xe_gt *gt, u32 what, char *buf)
{
	static const char *const states[] = {
		[XE_GT_AWAKE] = "gt-c0", [XE_GT_ASLEEP] = "gt-c6", [XE_GT_BETWEEN] = "unknown",
	};

	switch (what) {
	case IDLE_NAME:
		return sysfs_emit(buf, "gt%u-%s\n", gt->id, gt->id ? "mc" : "rc");
	case IDLE_STATUS:
		return sysfs_emit(buf, "%s\n", states[xe_gt_sleep_state(hw, gt)]);
	default:
		return sysfs_emit(buf, "%llu\n", residency_ms(hw, gt));
	}
}

static struct entry idle_files[] = {
	FILE("name", 0444, .show = show_idle, .what = IDLE_NAME),
	FILE("idle_status", 0444, .show = show_idle, .what = IDLE_STATUS),
	FILE("idle_residency_ms", 0444, .show = show_idle, .what = IDLE_RESIDENCY),
};

/*
 * engines/<class>/
 */

/* Each setting has a value and the bounds for it; the bounds have bounds of their own. */
static const u32 shipped[XE_SCHED_SETTINGS][XE_SCHED_BOUNDS] = {
	[XE_SCHED_JOB_TIMEOUT_MS]     = { 5000, 1, 10000 },
	[XE_SCHED_TIMESLICE_US]	      = { 1000, 1, XE_SCHED_MAX_US },
	[XE_SCHED_PREEMPT_TIMEOUT_US] = { 640000, 1, XE_SCHED_MAX_US },
};

#define WHAT(setting, bound)	((setting) * XE_SCHED_BOUNDS + (bound))

static u32 *setting(struct dir *dir, u32 what)
{
	return &dir->xe->sched[dir->gt][dir->class].value[what / XE_SCHED_BOUNDS][0];
}

static ssize_t show_sched(struct dir *dir, u32 what, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(setting(dir, what)[what % XE_SCHED_BOUNDS]));
}

static ssize_t show_shipped(struct dir *dir, u32 what, char *buf)
{
	return sysfs_emit(buf, "%u\n", shipped[what / XE_SCHED_BOUNDS][what % XE_SCHED_BOUNDS]);
}

static int store_sched(struct dir *dir, u32 what, u32 value)
{
	const u32 *limits = shipped[what / XE_SCHED_BOUNDS];
	u32 *now = setting(dir, what);
	u32 min = limits[XE_SCHED_MIN], max = limits[XE_SCHED_MAX];

	guard(mutex)(&dir->xe->sysfs_lock);

	switch (what % XE_SCHED_BOUNDS) {
	case XE_SCHED_VALUE:
		min = now[XE_SCHED_MIN];
		max = now[XE_SCHED_MAX];
		break;
	case XE_SCHED_MIN:
		max = now[XE_SCHED_MAX];
		break;
	default:
		min = now[XE_SCHED_MIN];
	}
	if (value < min || value > max)
		return -EINVAL;

	WRITE_ONCE(now[what % XE_SCHED_BOUNDS], value);
	return 0;
}

#define SCHED_FILE(name, setting, bound)						\
	FILE(name, 0644, .show_setting = show_sched, .store_setting = store_sched,	\
	     .what = WHAT(setting, bound))
#define SHIPPED_FILE(name, setting, bound)					\
	FILE(name, 0444, .show_setting = show_shipped, .what = WHAT(setting, bound))

static struct entry sched_files[] = {
	SCHED_FILE("job_timeout_ms", XE_SCHED_JOB_TIMEOUT_MS, XE_SCHED_VALUE),
	SCHED_FILE("job_timeout_min", XE_SCHED_JOB_TIMEOUT_MS, XE_SCHED_MIN),
	SCHED_FILE("job_timeout_max", XE_SCHED_JOB_TIMEOUT_MS, XE_SCHED_MAX),
	SCHED_FILE("timeslice_duration_us", XE_SCHED_TIMESLICE_US, XE_SCHED_VALUE),
	SCHED_FILE("timeslice_duration_min", XE_SCHED_TIMESLICE_US, XE_SCHED_MIN),
	SCHED_FILE("timeslice_duration_max", XE_SCHED_TIMESLICE_US, XE_SCHED_MAX),
	SCHED_FILE("preempt_timeout_us", XE_SCHED_PREEMPT_TIMEOUT_US, XE_SCHED_VALUE),
	SCHED_FILE("preempt_timeout_min", XE_SCHED_PREEMPT_TIMEOUT_US, XE_SCHED_MIN),
	SCHED_FILE("preempt_timeout_max", XE_SCHED_PREEMPT_TIMEOUT_US, XE_SCHED_MAX),
};

static struct entry shipped_files[] = {
	SHIPPED_FILE("job_timeout_ms", XE_SCHED_JOB_TIMEOUT_MS, XE_SCHED_VALUE),
	SHIPPED_FILE("job_timeout_min", XE_SCHED_JOB_TIMEOUT_MS, XE_SCHED_MIN),
	SHIPPED_FILE("job_timeout_max", XE_SCHED_JOB_TIMEOUT_MS, XE_SCHED_MAX),
	SHIPPED_FILE("timeslice_duration_us", XE_SCHED_TIMESLICE_US, XE_SCHED_VALUE),
	SHIPPED_FILE("timeslice_duration_min", XE_SCHED_TIMESLICE_US, XE_SCHED_MIN),
	SHIPPED_FILE("timeslice_duration_max", XE_SCHED_TIMESLICE_US, XE_SCHED_MAX),
	SHIPPED_FILE("preempt_timeout_us", XE_SCHED_PREEMPT_TIMEOUT_US, XE_SCHED_VALUE),
	SHIPPED_FILE("preempt_timeout_min", XE_SCHED_PREEMPT_TIMEOUT_US, XE_SCHED_MIN),
	SHIPPED_FILE("preempt_timeout_max", XE_SCHED_PREEMPT_TIMEOUT_US, XE_SCHED_MAX),
};

/*
 * num_cslices, ccs_mode
 */

#define CLOSED_WITHIN_MS	1000

static ssize_t show_cslices(struct dir *dir, u32 what, char *buf)
{
	return sysfs_emit(buf, "%u\n", dir->xe->gt[dir->gt].cslices);
}

static ssize_t show_ccs_mode(struct dir *dir, u32 what, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(dir->xe->gt[dir->gt].ccs_mode));
}

static int no_card(struct xe_device *xe)
{
	if (xe_hw_is_gone(xe))
		return -ENODEV;
	return xe_device_is_wedged(xe) ? -ECANCELED : 0;
}

static int set_ccs_mode(struct dir *dir, u32 engines)
{
	struct xe_device *xe = dir->xe;
	int err = no_card(xe);

	if (err)
		return err;
	if (engines == xe->gt[dir->gt].ccs_mode)
		return 0;
	err = -EAGAIN;
	xe_hw_scoped(hw, xe) {
		xe_topology_set_ccs_mode(hw, &xe_hw_state(hw)->gt[dir->gt], engines);
		err = 0;
	}
	if (err)
		return xe_hw_error(xe, err);

	/* It is the reset that brings it to the card. */
	xe_recovery_reset_now(xe, dir->gt);
	return no_card(xe);
}

/*
 * A file that is just being opened waits for the lock, too: nobody uses an engine too early. One
 * that is being closed is on the list no more, and its contexts go somewhat later.
 */
static int store_ccs_mode(struct dir *dir, u32 what, u32 engines)
{
	struct xe_device *xe = dir->xe;

	if (!engines || xe->gt[dir->gt].cslices % engines)
		return -EINVAL;

	for (unsigned int ms = 0; ms < CLOSED_WITHIN_MS; ms += 10) {
		scoped_guard(mutex, &xe->drm.filelist_mutex) {
			if (!list_empty(&xe->drm.filelist))
				return -EBUSY;
			if (!xe_submit_has_contexts(xe, XE_ENGINE_COMPUTE))
				return set_ccs_mode(dir, engines);
		}
		if (schedule_timeout_interruptible(msecs_to_jiffies(10)))
			return -ERESTARTSYS;
	}
	return -EBUSY;
}

static struct entry ccs_files[] = {
	FILE("num_cslices", 0444, .show_setting = show_cslices),
	FILE("ccs_mode", 0644, .show_setting = show_ccs_mode, .store_setting = store_ccs_mode),
};

/*
 * vram_d3cold_threshold: software only. Where the platform cannot take the power from an idle card
 * the file says so, "Operation not supported".
 */

static ssize_t show_d3cold(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct xe_device *xe = container_of(attr, struct xe_device, d3cold_file);

	if (!xe->can_d3cold)
		return -EOPNOTSUPP;
	return sysfs_emit(buf, "%u\n", READ_ONCE(xe->mm.d3cold_threshold));
}

static ssize_t store_d3cold(struct device *dev, struct device_attribute *attr, const char *buf,
			    size_t count)
{
	struct xe_device *xe = container_of(attr, struct xe_device, d3cold_file);
	u32 mib;
	int err;

	if (!xe->can_d3cold)
		return -EOPNOTSUPP;
	if (kstrtou32(buf, 0, &mib))
		return -EINVAL;

	err = xe_mm_set_d3cold_threshold(xe, mib);
	return err ?: count;
}

static void d3cold_stop(struct xe_hw hw, void *data)
{
	struct xe_device *xe = data;

	sysfs_remove_file(&xe->drm.dev->kobj, &xe->d3cold_file.attr);
}

static noinline __noipa int d3cold_start(struct xe_hw_bind bind, struct xe_device *xe)
{
	int err;

	xe->d3cold_file = (struct device_attribute)__ATTR(vram_d3cold_threshold, 0644,
							  show_d3cold, store_d3cold);
	sysfs_attr_init(&xe->d3cold_file.attr);
	err = sysfs_create_file(&xe->drm.dev->kobj, &xe->d3cold_file.attr);
	return err ?: xe_hw_on_unbind(bind, d3cold_stop, xe);
}
ALLOW_ERROR_INJECTION(d3cold_start, ERRNO);

/*
 * Directories
 */

static const struct kobj_type dir_type = {
	.sysfs_ops = &dir_ops,
	.release = dir_release,
};

/* Waits for readers. A directory goes before the one it is in: reverse order. */
static void dir_stop(struct xe_hw hw, void *data)
{
	struct dir *dir = data;

	kobject_del(&dir->kobj);
	kobject_put(&dir->kobj);
}

static struct kobject *dir_start(struct xe_hw_bind bind, struct kobject *parent, const char *name,
				 unsigned int gt, unsigned int class)
{
	struct xe_device *xe = xe_hw_device(xe_hw_bound(bind));
	struct dir *dir;
	int err;

	dir = kzalloc(sizeof(*dir), GFP_KERNEL);
	if (!dir)
		return ERR_PTR(-ENOMEM);

	dir->xe = xe;
	dir->gt = gt;
	dir->class = class;
	err = kobject_init_and_add(&dir->kobj, &dir_type, parent, "%s", name);
	if (err) {
		kobject_put(&dir->kobj);
		return ERR_PTR(err);
	}

	err = xe_hw_on_unbind(bind, dir_stop, dir);
	return err ? ERR_PTR(err) : &dir->kobj;
}
ALLOW_ERROR_INJECTION(dir_start, ERRNO);

/* The files go with their directory. */
static noinline __noipa int add_files(struct kobject *dir, struct entry *files, unsigned int count)
{
	int err = 0;

	for (unsigned int i = 0; i < count && !err; i++)
		err = sysfs_create_file(dir, &files[i].attr);
	return err;
}
ALLOW_ERROR_INJECTION(add_files, ERRNO);

static int class_start(struct xe_hw_bind bind, struct kobject *engines, struct xe_gt *gt,
		       enum xe_engine_class class)
{
	struct kobject *dir, *defaults;
	int err;

	dir = dir_start(bind, engines, xe_engine_class_name(class), gt->id, class);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	err = add_files(dir, sched_files, ARRAY_SIZE(sched_files));
	if (err)
		return err;

	defaults = dir_start(bind, dir, ".defaults", gt->id, class);
	if (IS_ERR(defaults))
		return PTR_ERR(defaults);
	return add_files(defaults, shipped_files, ARRAY_SIZE(shipped_files));
}

static int engines_start(struct xe_hw_bind bind, struct kobject *parent, struct xe_gt *gt)
{
	struct kobject *engines = dir_start(bind, parent, "engines", gt->id, 0);
	int err = 0;

	if (IS_ERR(engines))
		return PTR_ERR(engines);
	for (unsigned int class = 0; class < XE_ENGINE_CLASSES && !err; class++)
		if (xe_engine_mask(&gt->engines, class))
			err = class_start(bind, engines, gt, class);
	return err;
}

static int named_start(struct xe_hw_bind bind, struct kobject *parent, const char *name,
		       struct xe_gt *gt, struct entry *files, unsigned int count)
{
	struct kobject *dir = dir_start(bind, parent, name, gt->id, 0);

	return IS_ERR(dir) ? PTR_ERR(dir) : add_files(dir, files, count);
}

static int freq_start(struct xe_hw_bind bind, struct kobject *parent, struct xe_gt *gt)
{
	struct kobject *freq = dir_start(bind, parent, "freq0", gt->id, 0);
	int err;

	if (IS_ERR(freq))
		return PTR_ERR(freq);
	err = add_files(freq, freq_files, ARRAY_SIZE(freq_files));
	return err ?: named_start(bind, freq, "throttle", gt, throttle_files,
				  ARRAY_SIZE(throttle_files));
}

static int gt_start(struct xe_hw_bind bind, struct kobject *tile, struct xe_gt *gt)
{
	char name[] = { 'g', 't', '0' + gt->id, 0 };
	struct kobject *dir = dir_start(bind, tile, name, gt->id, 0);
	int err;

	if (IS_ERR(dir))
		return PTR_ERR(dir);
	err = freq_start(bind, dir, gt);
	if (!err && xe_hw_device(xe_hw_bound(bind))->gt[gt->id].cslices > 1)
		err = add_files(dir, ccs_files, ARRAY_SIZE(ccs_files));
	if (!err)
		err = named_start(bind, dir, "gtidle", gt, idle_files, ARRAY_SIZE(idle_files));
	return err ?: engines_start(bind, dir, gt);
}

static void ship_settings(struct xe_device *xe)
{
	for (unsigned int gt = 0; gt < XE_MAX_GTS; gt++)
		for (unsigned int class = 0; class < XE_ENGINE_CLASSES; class++)
			memcpy(xe->sched[gt][class].value, shipped, sizeof(shipped));
}

/**
 * xe_sysfs_start - probe step: the files below the PCI device
 * @bind: the token of a probe step
 *
 * Before the device is published, files that need the card say -EAGAIN, or -ENODEV if they are
 * written to or the firmware is asked.
 *
 * Context: bound, one of the last steps.
 * Return: 0; -ENOMEM, or -EEXIST if somebody else has a directory of that name.
 */
int xe_sysfs_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_device *xe = xe_hw_device(hw);
	struct xe_hw_state *state = xe_hw_state(hw);
	struct kobject *tile;
	int err;

	err = drmm_mutex_init(&xe->drm, &xe->sysfs_lock);
	if (err)
		return err;
	err = drmm_mutex_init(&xe->drm, &xe->counters_lock);
	if (err)
		return err;

	ship_settings(xe);
	err = d3cold_start(bind, xe);
	if (err)
		return err;

	tile = dir_start(bind, &xe->drm.dev->kobj, "tile0", 0, 0);
	if (IS_ERR(tile))
		return PTR_ERR(tile);

	xe_for_each_gt(gt, state) {
		err = gt_start(bind, tile, gt);
		if (err)
			return err;
	}
	return 0;
}
ALLOW_ERROR_INJECTION(xe_sysfs_start, ERRNO);
