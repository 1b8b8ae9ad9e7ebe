/* SPDX-License-Identifier: MIT */
#ifndef _XE_GUC_FW_H_
#define _XE_GUC_FW_H_

#include <linux/types.h>

#include "hw/ggtt_buf.h"
#include "xe_hw.h"

enum xe_fw_kind {
	XE_FW_GUC,
	XE_FW_HUC,
};

struct xe_fw_version {
	u16 major, minor, patch;
};

/**
 * struct xe_fw_image - what a firmware file says of the image in it
 *
 * Offsets and sizes are in bytes, and lie within the file.
 */
struct xe_fw_image {
	/** @start: of the image; its header and its code go to the card */
	u32 start;
	/** @upload: size of header and code */
	u32 upload;
	/** @signature: where the signature is */
	u32 signature;
	/** @signature_bytes: its size */
	u32 signature_bytes;
	/** @private_bytes: memory that the firmware wants for itself (GuC) */
	u32 private_bytes;
	/** @version: of the firmware */
	struct xe_fw_version version;
	/** @submission: version of its submission interface (GuC) */
	struct xe_fw_version submission;
};

/**
 * struct xe_fw_fault - why a file was refused
 */
struct xe_fw_fault {
	/** @text: for the log, with what to do */
	char text[112];
};

/**
 * struct xe_fw - a firmware image where the card can see it
 */
struct xe_fw {
	/** @buf: the whole file */
	struct xe_ggtt_buf buf;
	/** @image: what it says of itself */
	struct xe_fw_image image;
};

int xe_fw_parse(enum xe_fw_kind kind, const void *data, size_t size, struct xe_fw_image *image,
		struct xe_fw_fault *fault);
int xe_fw_load(struct xe_hw hw, enum xe_fw_kind kind, struct xe_fw *fw);

#endif
