// SPDX-License-Identifier: MIT
/*
 * The log of the GuC.
 */

#include <linux/bitfield.h>
#include <linux/error-injection.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include <drm/drm_print.h>

#include "abi/guc_firmware.h"
#include "guc/log.h"
#include "hw/state.h"
#include "xe_device.h"
#include "xe_guc.h"
#include "xe_module.h"

/**
 * DOC: GuC log
 *
 * The GuC writes its log into a buffer that it is told of at boot: a page with the state of three
 * areas, then the areas (crash dumps, debug text, error state of engines). The text is in a format
 * that only the authors of the firmware can decode, so that the driver does not look into it; it
 * hands it out, as hexadecimal words, for a bug report. The buffer is system memory, and so it can
 * still be read when the card hangs.
 *
 * ======== =========== ==================================
 * object   owner       released when
 * ======== =========== ==================================
 * buffer   drm_device  as every xe_ggtt_buf
 * ======== =========== ==================================
 */

#define LOG_STATE_BYTES		SZ_4K
#define LOG_CRASH_BYTES		SZ_16K
#define LOG_DEBUG_BYTES		SZ_64K
#define LOG_CAPTURE_BYTES	SZ_16K
#define LOG_BYTES	(LOG_STATE_BYTES + LOG_CRASH_BYTES + LOG_DEBUG_BYTES + LOG_CAPTURE_BYTES)

#define LOG_UNITS(bytes)	((bytes) / SZ_4K - 1)

#define LOG_LEVEL_ERRORS	1	/* verbosity starts one above */
#define LOG_LEVEL_MAX		5

/**
 * xe_guc_log_init - allocate the log of a GuC
 * @hw: the token
 * @gt: its GT
 *
 * Context: bound, may sleep.
 * Return: 0, -ENOMEM, -ENOSPC.
 */
int xe_guc_log_init(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc_log *log = &xe_guc(hw, gt)->log;

	log->level = clamp(xe_params.guc_log_level, 0, LOG_LEVEL_MAX);
	return xe_ggtt_buf_create(hw, &log->buf, LOG_BYTES, "GuC log");
}
ALLOW_ERROR_INJECTION(xe_guc_log_init, ERRNO);

/**
 * xe_guc_log_param - where the log is, as a boot parameter
 * @log: the log
 *
 * Source: hardware.rst xe-hw-guc-params.
 *
 * Context: any.
 * Return: the parameter.
 */
u32 xe_guc_log_param(const struct xe_guc_log *log)
{
	return GUC_LOG_VALID | GUC_LOG_NOTIFY_HALF_FULL |
	       (xe_ggtt_buf_ggtt(&log->buf) & GUC_LOG_ADDRESS) |
	       FIELD_PREP(GUC_LOG_CRASH_UNITS, LOG_UNITS(LOG_CRASH_BYTES)) |
	       FIELD_PREP(GUC_LOG_DEBUG_UNITS, LOG_UNITS(LOG_DEBUG_BYTES)) |
	       FIELD_PREP(GUC_LOG_CAPTURE_UNITS, LOG_UNITS(LOG_CAPTURE_BYTES));
}

/**
 * xe_guc_log_debug_param - how verbose the log is, as a boot parameter
 * @log: the log
 *
 * Context: any.
 * Return: the parameter.
 */
u32 xe_guc_log_debug_param(const struct xe_guc_log *log)
{
	if (log->level <= LOG_LEVEL_ERRORS)
		return GUC_DEBUG_LOG_OFF;
	return FIELD_PREP(GUC_DEBUG_VERBOSITY, log->level - LOG_LEVEL_ERRORS - 1);
}

/**
 * xe_guc_log_print - the log as it is now, 8 words a line
 * @hw: the token
 * @gt: the GT
 * @p: where to print
 *
 * Lines of zeroes are left out. The firmware writes on meanwhile.
 *
 * Context: bound or in a section, may sleep.
 */
void xe_guc_log_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p)
{
	struct xe_guc_log *log = &xe_guc(hw, gt)->log;
	u32 line[8];

	drm_printf(p, "level %u, state %u, crash %u, debug %u, capture %u bytes\n", log->level,
		   LOG_STATE_BYTES, LOG_CRASH_BYTES, LOG_DEBUG_BYTES, LOG_CAPTURE_BYTES);
	for (size_t at = 0; at < LOG_BYTES; at += sizeof(line)) {
		xe_ggtt_buf_read(hw, &log->buf, at, line, sizeof(line));
		if (memchr_inv(line, 0, sizeof(line)))
			drm_printf(p, "%05zx: %*ph\n", at, (int)sizeof(line), line);
	}
}
