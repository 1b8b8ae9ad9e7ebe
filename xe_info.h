/* SPDX-License-Identifier: MIT */
#ifndef _XE_INFO_H_
#define _XE_INFO_H_

#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/types.h>

#define XE_MAX_GTS		2
#define XE_MAX_ENGINES		16	/* of a GT */

/* What an engine does. The uAPI, the GuC and the interrupt tree each number it in their way. */
enum xe_engine_class {
	XE_ENGINE_RENDER,
	XE_ENGINE_VIDEO_DECODE,
	XE_ENGINE_VIDEO_ENHANCE,
	XE_ENGINE_COPY,
	XE_ENGINE_COMPUTE,
	XE_ENGINE_CLASSES
};

/**
 * struct xe_who - a process, as people know it; it may be gone
 */
struct xe_who {
	/** @comm: its name */
	char comm[TASK_COMM_LEN];
	/** @pid: its number */
	pid_t pid;
};

/**
 * xe_who_calls - take down who the caller is
 * @who: filled in
 *
 * Context: process context.
 */
static inline void xe_who_calls(struct xe_who *who)
{
	get_task_comm(who->comm, current->group_leader);
	who->pid = task_tgid_nr(current);
}

/**
 * struct xe_engine_info - one engine that userspace can use
 */
struct xe_engine_info {
	/** @class: what it does */
	enum xe_engine_class class;
	/** @instance: its number among those of its class, with gaps where some are fused off */
	u8 instance;
	/** @logical: its number without gaps */
	u8 logical;
};

/**
 * struct xe_gt_info - what the fuses say of a GT
 *
 * Facts for queries: written once while the card is probed, constant when the device is published,
 * but for what depends on @ccs_mode, which changes while no file is open.
 */
struct xe_gt_info {
	/** @version: architecture and release, 2001 for 20.01 */
	u16 version;
	/** @step: stepping as GMD_ID encodes it, 0 is A0, 4 is B0 */
	u8 step;
	/** @num_engines: how many @engines there are */
	u8 num_engines;
	/** @engines: which */
	struct xe_engine_info engines[XE_MAX_ENGINES];
	/** @cslices: compute slices, as many as it has compute engines */
	u8 cslices;
	/** @ccs_mode: compute engines that share the slices: userspace does not see others */
	u8 ccs_mode;
	/** @geometry_dss: DSS that 3D can use */
	u32 geometry_dss;
	/** @compute_dss: DSS that compute can use */
	u32 compute_dss;
	/** @eus_per_dss: EUs of each DSS, SIMD16 */
	u32 eus_per_dss;
	/** @l3_banks: L3 banks, four bits for each node */
	u64 l3_banks;
	/** @nodes: nodes of the memory fabric */
	u16 nodes;
	/** @clock_hz: frequency of timestamps */
	u32 clock_hz;
};

/* Defaults of new queues, by engine class: values, and bounds for what may be asked for. */
enum xe_sched_setting {
	XE_SCHED_JOB_TIMEOUT_MS,
	XE_SCHED_TIMESLICE_US,
	XE_SCHED_PREEMPT_TIMEOUT_US,
	XE_SCHED_SETTINGS
};

#define XE_SCHED_MAX_US	(10 * 1000 * 1000)	/* nobody may have more of a time in microseconds */

enum xe_sched_bound {
	XE_SCHED_VALUE,
	XE_SCHED_MIN,
	XE_SCHED_MAX,
	XE_SCHED_BOUNDS
};

/**
 * struct xe_sched - scheduling defaults of an engine class
 */
struct xe_sched {
	/** @value: by setting and bound; written under &xe_device.sysfs_lock, else READ_ONCE() */
	u32 value[XE_SCHED_SETTINGS][XE_SCHED_BOUNDS];
};

/**
 * struct xe_counter - a counter of the card, which has 32 bits, continued
 */
struct xe_counter {
	/** @total: what it would have come to with 64 bits; under &xe_device.counters_lock */
	u64 total;
	/** @last: what it said last */
	u32 last;
	/** @power_losses: &xe_hw_state.power_losses at that time */
	unsigned int power_losses;
};

/**
 * struct xe_failures - how often something has failed of late
 */
struct xe_failures {
	/** @since: start of the time over which @count counts, in jiffies */
	unsigned long since;
	/** @count: failures since then */
	unsigned int count;
};

/* Limits that a user can set and the device forgets without power. */
enum xe_user_limit {
	XE_USER_CARD,
	XE_USER_PACKAGE,
	XE_USER_CRITICAL,
	XE_USER_LIMITS
};

/**
 * struct xe_user_value - what a user set, as it is written to the device
 */
struct xe_user_value {
	/** @mask: the bits that were set; 0 if none ever */
	u32 mask;
	/** @value: the bits, within @mask */
	u32 value;
};

/**
 * struct xe_hwmon - what sensors of the card need to be read, and what was set
 */
struct xe_hwmon {
	/** @power_shift: power is in units of 1 W >> shift */
	u8 power_shift;
	/** @energy_shift: energy is in units of 1 J >> shift */
	u8 energy_shift;
	/** @time_shift: time is in units of 1 s >> shift */
	u8 time_shift;
	/** @has_critical: the power controller knows a critical limit */
	bool has_critical;
	/** @critical_is_power: that limit is in watts rather than amperes */
	bool critical_is_power;
	/** @energy: of card and package */
	struct xe_counter energy[2];
	/** @user: by limit; under &xe_device.sysfs_lock */
	struct xe_user_value user[XE_USER_LIMITS];
};

#endif
