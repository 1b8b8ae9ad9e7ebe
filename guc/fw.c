// SPDX-License-Identifier: MIT
/*
 * Firmware files: find, check, and put where the card can see them.
 */

#include <linux/bitfield.h>
#include <linux/error-injection.h>
#include <linux/firmware.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/string.h>

#include <drm/drm_print.h>

#include "abi/guc_firmware.h"
#include "guc/fw.h"
#include "xe_device.h"
#include "xe_hw.h"
#include "xe_module.h"

/**
 * DOC: Firmware files
 *
 * A file comes from outside and is not trusted: every size in it is checked against the others and
 * against the size of the file, before it is used. xe_fw_parse() does this and nothing else; it
 * needs no device. Whether the code in the file is genuine is not ours to judge: the card checks
 * its signature.
 *
 * What the firmware loader returned is copied once to memory that the card sees and is given back
 * at once. The copy stays until unbind, since the GuC starts from it again after a reset and after
 * resume, when the root file system may not be reachable. The GuCs of both GTs start from the same
 * copy.
 *
 * ================= ============== ====================================================
 * object            owner          released when
 * ================= ============== ====================================================
 * struct firmware   xe_fw_load()   it returns
 * copy of the file  drm_device     as every xe_ggtt_buf: mapping at unbind, memory with the
 *                                  last reference
 * ================= ============== ====================================================
 */

/* For tools that build an initramfs: the paths of struct xe_platform. */
MODULE_FIRMWARE("xe/bmg_guc_70.bin");
MODULE_FIRMWARE("xe/bmg_huc.bin");
MODULE_FIRMWARE("xe/lnl_guc_70.bin");
MODULE_FIRMWARE("xe/lnl_huc.bin");

#define GUC_MAJOR		70
#define GUC_MINOR_MIN		29
#define GUC_PATCH_MIN		2

#define PRIVATE_BYTES_MAX	SZ_64M		/* six times what any released firmware asks for */
#define FILE_BYTES_MAX		SZ_8M		/* as large as the WOPCM that it has to fit */

#define refuse(fault, error, ...)						\
	({									\
		snprintf((fault)->text, sizeof((fault)->text), __VA_ARGS__);	\
		(error);							\
	})

static struct xe_fw_version css_version(__le32 word)
{
	u32 value = le32_to_cpu(word);

	return (struct xe_fw_version){
		.major = FIELD_GET(CSS_VERSION_MAJOR, value),
		.minor = FIELD_GET(CSS_VERSION_MINOR, value),
		.patch = FIELD_GET(CSS_VERSION_PATCH, value),
	};
}

/* The words of the header are 32 bits wide, so their sums are taken in 64. */
static int parse_sizes(const struct xe_css_header *css, size_t size, struct xe_fw_image *image,
		       struct xe_fw_fault *fault)
{
	u64 header = le32_to_cpu(css->header_words), total = le32_to_cpu(css->total_words);
	u64 key = le32_to_cpu(css->key_words);
	u64 extra = key + le32_to_cpu(css->modulus_words) + le32_to_cpu(css->exponent_words);
	u64 need;

	if (header != extra + sizeof(*css) / sizeof(u32))
		return refuse(fault, -EPROTO,
			      "header of %llu words with %llu words of key material, need %zu more",
			      header, extra, sizeof(*css) / sizeof(u32));
	if (total <= header)
		return refuse(fault, -EPROTO, "no code: %llu words in all, %llu in the header",
			      total, header);
	if (!key)
		return refuse(fault, -EPROTO, "no signature");

	need = sizeof(*css) + (total - header + key) * sizeof(u32);
	if (need > size)
		return refuse(fault, -ENODATA, "truncated: %zu bytes, its header says %llu",
			      size, need);

	image->upload = sizeof(*css) + (total - header) * sizeof(u32);
	image->signature_bytes = key * sizeof(u32);
	return 0;
}

static int parse_css(const void *data, size_t size, struct xe_fw_image *image,
		     struct xe_fw_fault *fault)
{
	const struct xe_css_header *css = data;
	int err;

	if (size < sizeof(*css))
		return refuse(fault, -ENODATA, "truncated: %zu bytes, a header has %zu",
			      size, sizeof(*css));
	if (le32_to_cpu(css->module_type) != CSS_MODULE_TYPE ||
	    le32_to_cpu(css->vendor) != CSS_VENDOR_INTEL)
		return refuse(fault, -EINVAL, "not firmware: module type %#x of vendor %#x",
			      le32_to_cpu(css->module_type), le32_to_cpu(css->vendor));

	err = parse_sizes(css, size, image, fault);
	if (err)
		return err;

	image->version = css_version(css->version);
	image->submission = css_version(css->submission_version);
	image->private_bytes = le32_to_cpu(css->private_bytes);
	return 0;
}

static bool guc_too_old(const struct xe_fw_version *v)
{
	if (v->major != GUC_MAJOR)
		return v->major < GUC_MAJOR;
	if (v->minor != GUC_MINOR_MIN)
		return v->minor < GUC_MINOR_MIN;
	return v->patch < GUC_PATCH_MIN;
}

static int parse_guc(const void *data, size_t size, struct xe_fw_image *image,
		     struct xe_fw_fault *fault)
{
	const struct xe_fw_version *v = &image->version;
	int err;

	err = parse_css(data, size, image, fault);
	if (err)
		return err;

	image->signature = image->upload;
	if (guc_too_old(v))
		return refuse(fault, -ENOEXEC,
			      "version %u.%u.%u is too old, need %u.%u.%u; update linux-firmware",
			      v->major, v->minor, v->patch,
			      GUC_MAJOR, GUC_MINOR_MIN, GUC_PATCH_MIN);
	if (v->major > GUC_MAJOR)
		return refuse(fault, -ENOEXEC,
			      "version %u.%u.%u is too new, need %u.x; a newer driver is needed",
			      v->major, v->minor, v->patch, GUC_MAJOR);
	if (image->private_bytes > PRIVATE_BYTES_MAX)
		return refuse(fault, -EPROTO, "absurd: wants %u KiB of private data",
			      image->private_bytes / SZ_1K);
	return 0;
}

/* Where the directory says that a part is; NULL if there is none, or not within the file. */
static const void *cpd_part(const void *data, size_t size, const char *name, size_t need)
{
	const struct xe_cpd_header *cpd = data;
	size_t entries = le32_to_cpu(cpd->entries);
	const struct xe_cpd_entry *entry = data + cpd->header_bytes;

	if (array_size(entries, sizeof(*entry)) > size - cpd->header_bytes)
		return NULL;

	for (; entries--; entry++) {
		u32 offset = le32_to_cpu(entry->offset) & CPD_ENTRY_OFFSET;

		if (strncmp(entry->name, name, sizeof(entry->name)))
			continue;
		return offset <= size && need <= size - offset ? data + offset : NULL;
	}
	return NULL;
}

static int parse_huc(const void *data, size_t size, struct xe_fw_image *image,
		     struct xe_fw_fault *fault)
{
	const struct xe_cpd_header *cpd = data;
	const struct xe_cpd_manifest *manifest;
	const void *css;
	int err;

	if (size < sizeof(*cpd) || le32_to_cpu(cpd->marker) != CPD_MARKER)
		return refuse(fault, -EINVAL, "not firmware: no directory at its start");
	if (cpd->header_bytes < sizeof(*cpd) || cpd->header_bytes > size)
		return refuse(fault, -EPROTO, "directory with a header of %u bytes",
			      cpd->header_bytes);

	manifest = cpd_part(data, size, "HUCP.man", sizeof(*manifest));
	css = cpd_part(data, size, "huc_fw", sizeof(struct xe_css_header));
	if (!manifest || !css)
		return refuse(fault, -ENODATA, "truncated: its directory lacks the %s",
			      manifest ? "image" : "manifest");

	image->start = css - data;
	err = parse_css(css, size - image->start, image, fault);
	if (err)
		return err;

	image->signature = image->start + image->upload;
	image->private_bytes = 0;
	image->version.major = le16_to_cpu(manifest->version[0]);
	image->version.minor = le16_to_cpu(manifest->version[1]);
	image->version.patch = le16_to_cpu(manifest->version[2]);
	return 0;
}

/**
 * xe_fw_parse - check a firmware file
 * @kind: what it is expected to be
 * @data: the file
 * @size: its size
 * @image: filled in
 * @fault: filled in when the file is refused
 *
 * Source: hardware.rst xe-hw-guc-firmware.
 *
 * Context: any; a pure function.
 * Return: 0; -ENODATA if the file is too short, -EINVAL if it is something else, -EPROTO if its
 * size fields contradict each other, -ENOEXEC if its version does not fit, -EFBIG if no card could
 * hold it.
 */
int xe_fw_parse(enum xe_fw_kind kind, const void *data, size_t size, struct xe_fw_image *image,
		struct xe_fw_fault *fault)
{
	*image = (struct xe_fw_image){};
	fault->text[0] = '\0';

	if (size > FILE_BYTES_MAX)
		return refuse(fault, -EFBIG, "%zu bytes are more than the card can hold", size);

	return kind == XE_FW_GUC ? parse_guc(data, size, image, fault) :
				   parse_huc(data, size, image, fault);
}

static const char *fw_path(struct xe_device *xe, enum xe_fw_kind kind)
{
	const char *param = kind == XE_FW_GUC ? xe_params.guc_firmware_path :
						xe_params.huc_firmware_path;

	if (param && (*param || kind == XE_FW_HUC))
		return param;
	return kind == XE_FW_GUC ? xe->platform->guc_firmware : xe->platform->huc_firmware;
}

/* A missing HuC is no error, see "DOC: HuC"; whoever wants it will look for the warning. */
static int fw_request(struct xe_hw hw, enum xe_fw_kind kind, const char *path,
		      const struct firmware **file)
{
	struct drm_device *drm = &xe_hw_device(hw)->drm;
	int err;

	err = firmware_request_nowarn(file, path, drm->dev);
	if (!err)
		return 0;

	if (kind == XE_FW_HUC)
		drm_warn(drm, "HuC firmware %s cannot be read (%pe); going on without HuC\n",
			 path, ERR_PTR(err));
	else
		drm_err(drm, "GuC firmware %s cannot be read (%pe); install it under /lib/firmware\n",
			path, ERR_PTR(err));
	return err;
}

static int fw_copy(struct xe_hw hw, enum xe_fw_kind kind, const struct firmware *file,
		   struct xe_fw *fw)
{
	int err;

	err = xe_ggtt_buf_create(hw, &fw->buf, file->size, kind == XE_FW_GUC ? "GuC" : "HuC");
	if (!err)
		xe_ggtt_buf_write(hw, &fw->buf, 0, file->data, file->size);
	return err;
}

/**
 * xe_fw_load - read a firmware file, check it, and copy it to where the card can see it
 * @hw: the token
 * @kind: which
 * @fw: zeroed
 *
 * The path is the platform's or that of the module parameter.
 *
 * Context: bound, may sleep for as long as the firmware loader does.
 * Return: 0; -ENOENT if there is none (HuC: switched off, too), errors of the firmware loader and
 * of xe_fw_parse(), -ENOMEM, -ENOSPC. What is wrong with a file has been logged.
 */
int xe_fw_load(struct xe_hw hw, enum xe_fw_kind kind, struct xe_fw *fw)
{
	struct xe_device *xe = xe_hw_device(hw);
	const char *path = fw_path(xe, kind);
	const struct firmware *file;
	struct xe_fw_fault fault;
	int err;

	if (!path || !*path)
		return -ENOENT;

	err = fw_request(hw, kind, path, &file);
	if (err)
		return err;

	err = xe_fw_parse(kind, file->data, file->size, &fw->image, &fault);
	if (err)
		drm_err(&xe->drm, "firmware %s is refused: %s%s\n", path, fault.text,
			kind == XE_FW_HUC ? "; going on without HuC" : "");
	else
		err = fw_copy(hw, kind, file, fw);

	release_firmware(file);
	if (!err)
		drm_info(&xe->drm, "%s firmware %s version %u.%u.%u\n",
			 kind == XE_FW_GUC ? "GuC" : "HuC", path, fw->image.version.major,
			 fw->image.version.minor, fw->image.version.patch);
	return err;
}
ALLOW_ERROR_INJECTION(xe_fw_load, ERRNO);
