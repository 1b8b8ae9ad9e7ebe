/* SPDX-License-Identifier: MIT */
/*
 * Additional data structures: what the GuC is told of its GT at boot.
 * Source: Linux 6.12 drivers/gpu/drm/xe/xe_guc_fwif.h, hardware.rst xe-hw-guc-ads.
 */
#ifndef _XE_ABI_GUC_ADS_H_
#define _XE_ABI_GUC_ADS_H_

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/sizes.h>
#include <linux/stddef.h>
#include <linux/types.h>

#define GUC_CLASSES			16
#define GUC_INSTANCES			32
#define GUC_NO_INSTANCE			GUC_INSTANCES

/* Engine classes as the GuC numbers them */
enum xe_guc_class {
	GUC_CLASS_RENDER,
	GUC_CLASS_VIDEO_DECODE,
	GUC_CLASS_VIDEO_ENHANCE,
	GUC_CLASS_COPY,
	GUC_CLASS_COMPUTE,
	GUC_CLASS_OTHER,
};

/* A register that an engine reset loses: the GuC reads it before and writes it after */
struct xe_guc_saved_reg {
	u32 offset;
	u32 value;
	u32 flags;
	u32 mask;
};

static_assert(sizeof(struct xe_guc_saved_reg) == 16);

#define GUC_SAVED_REG_MASKED		BIT(0)

struct xe_guc_reg_list {
	u32 address;
	u16 count;
	u16 reserved;
};

static_assert(sizeof(struct xe_guc_reg_list) == 8);

struct xe_guc_ads_header {
	struct xe_guc_reg_list reg_list[GUC_CLASSES][GUC_INSTANCES];
	u32 reserved0;
	u32 policies;
	u32 system_info;
	u32 reserved1;
	u32 control_data;
	u32 golden_context[GUC_CLASSES];
	u32 engine_state_bytes[GUC_CLASSES];
	u32 private_data;
	u32 fault_queues;
	u32 capture_instance[2][GUC_CLASSES];
	u32 capture_class[2][GUC_CLASSES];
	u32 capture_global[2];
	u32 workarounds_lo;
	u32 workarounds_hi;
	u32 workarounds_bytes;
	u32 reserved2[11];
};

static_assert(offsetof(struct xe_guc_ads_header, policies) == 4100);
static_assert(offsetof(struct xe_guc_ads_header, golden_context) == 4116);
static_assert(offsetof(struct xe_guc_ads_header, engine_state_bytes) == 4180);
static_assert(offsetof(struct xe_guc_ads_header, private_data) == 4244);
static_assert(offsetof(struct xe_guc_ads_header, capture_instance) == 4252);
static_assert(offsetof(struct xe_guc_ads_header, workarounds_lo) == 4516);
static_assert(sizeof(struct xe_guc_ads_header) == 4572);

struct xe_guc_policies {
	u32 queue_depth[GUC_CLASSES];
	u32 dpc_promote_us;
	u32 valid;
	u32 max_work_items;
	u32 flags;
	u32 reserved[4];
};

static_assert(offsetof(struct xe_guc_policies, valid) == 68);
static_assert(sizeof(struct xe_guc_policies) == 96);

#define GUC_POLICY_NO_ENGINE_RESET	BIT(0)

struct xe_guc_system_info {
	u8 physical[GUC_CLASSES][GUC_INSTANCES];	/* instance, by logical instance */
	u32 enabled[GUC_CLASSES];			/* physical instances */
	u32 generic[16];
};

static_assert(offsetof(struct xe_guc_system_info, enabled) == 512);
static_assert(offsetof(struct xe_guc_system_info, generic) == 576);
static_assert(sizeof(struct xe_guc_system_info) == 640);

#define GUC_INFO_DOORBELLS_PER_SQIDI	2

/* Where the GuC counts how busy an engine was */
struct xe_guc_usage {
	u32 context;
	u32 switched_in;
	u32 reserved0;
	u32 total;
	u32 reserved1[4];
};

static_assert(sizeof(struct xe_guc_usage) == 32);

/* Queues between the hardware and the GuC: page faults, what becomes of them, access counts */
enum {
	GUC_FAULT_QUEUE_REQUESTS,
	GUC_FAULT_QUEUE_RESPONSES,
	GUC_FAULT_QUEUE_ACCESS_COUNTS,
	GUC_FAULT_QUEUES
};

#define GUC_FAULT_QUEUE_BYTES		SZ_64K

struct xe_guc_fault_queue {
	u64 device_address;
	u32 ggtt_address;
	u32 bytes;
	u32 reserved[4];
};

static_assert(sizeof(struct xe_guc_fault_queue) == 32);

struct xe_guc_fault_queues {
	u64 response_timeout_us;	/* all ones: never */
	u32 reserved[6];
	struct xe_guc_fault_queue queue[GUC_FAULT_QUEUES];
};

static_assert(sizeof(struct xe_guc_fault_queues) == 128);

/* The fixed part; register lists and what is page aligned come behind it */
struct xe_guc_ads_blob {
	struct xe_guc_ads_header header;
	struct xe_guc_policies policies;
	struct xe_guc_system_info info;
	struct xe_guc_usage usage[GUC_CLASSES][GUC_INSTANCES];
	struct xe_guc_fault_queues faults;
} __packed;

static_assert(offsetof(struct xe_guc_ads_blob, policies) == 4572);
static_assert(offsetof(struct xe_guc_ads_blob, info) == 4668);
static_assert(offsetof(struct xe_guc_ads_blob, faults) == 21692);

/* Workarounds that are switched on by naming them: key, number of words, words */
#define GUC_WORKAROUND_KEY		GENMASK(31, 16)
#define GUC_WORKAROUND_WORDS		GENMASK(15, 0)
#define GUC_KEY_BLOCK_INTERRUPTS	0x9002		/* 14019882105 */
#define GUC_KEY_POLL_SHADOW_TAIL	0x9005		/* 18024947630 */
#define GUC_KEY_NO_MTP_ASYNC_COMPUTE	0x9007		/* 16022287689 */
#define GUC_KEY_CLEAR_RCSM		0x9008		/* 13011645652 */
#define GUC_KEY_BACK_TO_BACK_RESET	0x9009		/* 14022293748, 22019794406 */

#endif
