/* SPDX-License-Identifier: MIT */
/*
 * Layout of firmware files, and what the GuC says of its boot.
 * Source: Linux 6.12 drivers/gpu/drm/xe/xe_uc_fw_abi.h, abi/guc_errors_abi.h, xe_guc_fwif.h;
 * hardware.rst xe-hw-guc-boot; files of linux-firmware.
 */
#ifndef _XE_ABI_GUC_FIRMWARE_H_
#define _XE_ABI_GUC_FIRMWARE_H_

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

/*
 * Header of an image. In the file header, code and signature follow on one another; the key, its
 * modulus and exponent are counted in the header's size although they are not in front of the code.
 */
struct xe_css_header {
	__le32 module_type;
	__le32 header_words;
	__le32 header_version;
	__le32 module_id;
	__le32 vendor;
	__le32 date;
	__le32 total_words;
	__le32 key_words;
	__le32 modulus_words;
	__le32 exponent_words;
	__le32 time;
	u8 user[8];
	u8 build[12];
	__le32 version;
	__le32 submission_version;
	__le32 reserved[12];
	__le32 private_bytes;
	__le32 header_info;
};

static_assert(sizeof(struct xe_css_header) == 128);

#define CSS_MODULE_TYPE			6
#define CSS_VENDOR_INTEL		0x8086
#define CSS_VERSION_MAJOR		GENMASK(23, 16)
#define CSS_VERSION_MINOR		GENMASK(15, 8)
#define CSS_VERSION_PATCH		GENMASK(7, 0)

/* A directory of parts; HuC files have one around the image */
struct xe_cpd_header {
	__le32 marker;
	__le32 entries;
	u8 header_version;
	u8 entry_version;
	u8 header_bytes;
	u8 flags;
	__le32 name;
	__le32 crc;
};

static_assert(sizeof(struct xe_cpd_header) == 20);

#define CPD_MARKER			0x44504324	/* "$CPD" */

struct xe_cpd_entry {
	u8 name[12];
	__le32 offset;
	__le32 bytes;
	__le32 reserved;
};

static_assert(sizeof(struct xe_cpd_entry) == 24);

#define CPD_ENTRY_OFFSET		GENMASK(24, 0)

/* The part of a directory that tells the version of a HuC */
struct xe_cpd_manifest {
	__le32 words[9];
	__le16 version[4];	/* major, minor, hotfix, build */
};

static_assert(sizeof(struct xe_cpd_manifest) == 44);

/* Where the images go in the WOPCM, and what has to be left free around them */
#define GUC_WOPCM_OFFSET		0x2000		/* of the GuC's image in its part */
#define GUC_WOPCM_STACK			0x2000
#define GUC_WOPCM_START_RESERVED	0x4000		/* in its part, for the boot ROM */
#define WOPCM_START_RESERVED		0x4000		/* behind the HuC */
#define WOPCM_END_RESERVED		0x9000		/* for context save by hardware */

/* Boot parameters, by index */
enum xe_guc_param {
	GUC_PARAM_LOG,
	GUC_PARAM_WORKAROUNDS,
	GUC_PARAM_FEATURES,
	GUC_PARAM_DEBUG,
	GUC_PARAM_ADS,
	GUC_PARAM_DEVICE,
	GUC_PARAM_COUNT = 14,
};

#define GUC_LOG_ADDRESS			GENMASK(31, 12)
#define GUC_LOG_CAPTURE_UNITS		GENMASK(11, 10)	/* of 4 KiB, less one */
#define GUC_LOG_DEBUG_UNITS		GENMASK(9, 6)
#define GUC_LOG_CRASH_UNITS		GENMASK(5, 4)
#define GUC_LOG_NOTIFY_HALF_FULL	BIT(1)
#define GUC_LOG_VALID			BIT(0)

#define GUC_WORKAROUND_TSC_CHECK	BIT(22)		/* 14018913170 */

#define GUC_FEATURE_SLPC		BIT(2)

#define GUC_DEBUG_LOG_OFF		BIT(6)
#define GUC_DEBUG_VERBOSITY		GENMASK(3, 0)

#define GUC_ADS_PAGE			GENMASK(20, 1)	/* GGTT address / 4096 */

#define GUC_DEVICE_ID			GENMASK(31, 16)
#define GUC_DEVICE_REVISION		GENMASK(7, 0)

/* Firmware states that end a boot */
#define GUC_FIRMWARE_READY		0xf0

#endif
