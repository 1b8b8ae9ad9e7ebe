// SPDX-License-Identifier: MIT
/*
 * Boot of a GuC: its parameters, the start of its image, and what it says meanwhile.
 */

#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/error-injection.h>

#include <drm/drm_print.h>

#include "abi/guc_firmware.h"
#include "guc/boot.h"
#include "guc/dma.h"
#include "guc/slpc.h"
#include "hw/state.h"
#include "regs/guc.h"
#include "regs/soc.h"
#include "xe_device.h"
#include "xe_guc.h"

/**
 * DOC: GuC boot
 *
 * A boot is: the core in reset, parameters in scratch registers, header and code copied by a DMA
 * engine, which starts the boot ROM. The ROM checks the signature and jumps; the firmware reads
 * its parameters and says "ready". Both say in one register how far they are, and what failed.
 *
 * A boot that fails for a reason that may pass (a core that ran into an exception) is tried once
 * more from reset. What depends on the file or on our parameters would fail the same way again, so
 * it is not tried again.
 *
 * ===================== ============== ==================================
 * object                owner          released when
 * ===================== ============== ==================================
 * running firmware      bound side     guc_stop() of xe_guc.c
 * ===================== ============== ==================================
 */

#define RESET_TIMEOUT_US	5000
#define BOOT_TIMEOUT_MS		3000	/* at the lowest clock; 20 ms are usual */
#define BOOT_TRIES		2

#define MOCS_UNCACHED		3	/* Xe2, hardware.rst xe-hw-cache */

/*
 * Reset
 */

/* A core that was never started is in reset as well, and has said nothing yet. */
static bool is_fresh(u32 status)
{
	return (status & GS_MIA_IN_RESET) &&
	       !(status & (GS_BOOTROM_MASK | GS_UKERNEL_MASK));
}

/**
 * xe_guc_core_reset - stop the firmware, whatever it does
 * @hw: the token
 * @gt: the GT
 *
 * It forgets its contexts, its channel and its configuration.
 *
 * Context: bound or in a section, may sleep a few ms; GT forcewake is held.
 * Return: 0; -ETIMEDOUT or -EIO if it does not reset, which is logged; -ENODEV.
 */
int xe_guc_core_reset(struct xe_hw hw, struct xe_gt *gt)
{
	struct drm_device *drm = &xe_hw_device(hw)->drm;
	u32 status, last = 0;
	int err;

	xe_gt_write32(hw, gt, GDRST, GRDOM_GUC);
	err = xe_gt_wait32(hw, gt, GDRST, GRDOM_GUC, 0, RESET_TIMEOUT_US, &last);
	if (err == -ETIMEDOUT)
		drm_err(drm, "GT%u: reset of the GuC does not end (%#x); if it stays so, power cycle the card\n",
			gt->id, last);
	if (err)
		return err;

	status = xe_gt_read32(hw, gt, GUC_STATUS);
	if (xe_hw_is_lost(hw))
		return -ENODEV;
	/* What the firmware said last may stay to be read until it says more. */
	if (status & GS_MIA_IN_RESET)
		return 0;

	drm_err(drm, "GT%u: GuC is not in reset after its reset (status %#010x); if it stays so, power cycle the card\n",
		gt->id, status);
	return -EIO;
}

/*
 * Upload
 */

static u32 workarounds(const struct xe_gt *gt)
{
	/* 14018913170: before the timestamp can be trusted after RC6 (Lunar Lake, A steppings) */
	bool tsc = (gt->version == 2004 && !gt->window && gt->step < 4) ||
		   (gt->version == 2000 && gt->window && gt->step < 1);

	return tsc ? GUC_WORKAROUND_TSC_CHECK : 0;
}

static void write_params(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_guc *guc = xe_guc(hw, gt);
	const struct xe_device *xe = xe_hw_device(hw);
	const u32 params[GUC_PARAM_COUNT] = {
		[GUC_PARAM_LOG] = xe_guc_log_param(&guc->log),
		[GUC_PARAM_WORKAROUNDS] = workarounds(gt),
		[GUC_PARAM_FEATURES] = GUC_FEATURE_SLPC,
		[GUC_PARAM_DEBUG] = xe_guc_log_debug_param(&guc->log),
		[GUC_PARAM_ADS] = FIELD_PREP(GUC_ADS_PAGE, xe_ggtt_buf_ggtt(&guc->ads.buf) / SZ_4K),
		[GUC_PARAM_DEVICE] = FIELD_PREP(GUC_DEVICE_ID, xe->pci_device) |
				     FIELD_PREP(GUC_DEVICE_REVISION, xe->pci_revision),
	};

	/* All of them: a firmware that ran before may have left something. */
	xe_gt_write32(hw, gt, SOFT_SCRATCH(0), 0);
	for (unsigned int i = 0; i < GUC_PARAM_COUNT; i++)
		xe_gt_write32(hw, gt, SOFT_SCRATCH(1 + i), params[i]);
	/* The last words of a firmware that died survive its reset. */
	xe_gt_write32(hw, gt, SOFT_SCRATCH(15), 0);
}

static void prepare_core(struct xe_hw hw, struct xe_gt *gt)
{
	xe_gt_write32(hw, gt, GUC_SHIM_CONTROL,
		      GUC_ENABLE_READ_CACHE_LOGIC | GUC_ENABLE_READ_CACHE_FOR_SRAM_DATA |
		      GUC_ENABLE_READ_CACHE_FOR_WOPCM_DATA |
		      GUC_ENABLE_MIA_CLOCK_GATING | FIELD_PREP(GUC_MOCS_INDEX_MASK, MOCS_UNCACHED));
	xe_write32(hw, GT_PM_CONFIG, GT_DOORBELL_ENABLE);

	/* Its timer interrupt goes to the GuC. */
	xe_gt_rmw32(hw, gt, PMINTRMSK, ARAT_EXPIRED_INTRMSK, 0);
}

/* The boot ROM of a part wants the one or the other, by the length of its keys. */
static void write_signature(struct xe_hw hw, struct xe_gt *gt, const struct xe_fw *fw)
{
	const struct xe_fw_image *image = &fw->image;
	u32 in_registers = 64 * sizeof(u32);

	if (image->signature_bytes > in_registers) {
		xe_gt_write32(hw, gt, UOS_RSA_SCRATCH(0),
			      xe_ggtt_buf_ggtt(&fw->buf) + image->signature);
		return;
	}

	for (u32 at = 0; at < image->signature_bytes; at += sizeof(u32))
		xe_gt_write32(hw, gt, UOS_RSA_SCRATCH(at / sizeof(u32)),
			      xe_ggtt_buf_read32(hw, &fw->buf, image->signature + at));
}

/*
 * Boot
 */

/* States that end a boot. Those of the ROM tell what a file is worth, those of the firmware us. */
struct boot_end {
	u8 state;
	bool passing;
	const char *what;
};

static const struct boot_end rom_ends[] = {
	{ 0x13, false, "has no key for its signature; wrong file for this card?" },
	{ 0x2b, false, "is signed for pre-production cards; wrong file for this card?" },
	{ 0x50, false, "has a bad signature; reinstall linux-firmware" },
	{ 0x73, true,  "was not let into protected memory; power cycle the card" },
	{ 0x74, false, "finds its WOPCM misconfigured; power cycle the card" },
	{ 0x75, false, "is not where the boot ROM looks for it; reinstall linux-firmware" },
	{ 0x77, true,  "could not be jumped to; power cycle the card" },
	{ 0x79, false, "finds no power context configured; power cycle the card" },
	{ 0x7a, false, "finds the memory protection misconfigured; power cycle the card" },
	{ 0x7e, true,  "ran into an exception in the boot ROM; power cycle the card" },
};

static const struct boot_end firmware_ends[] = {
	{ 0x02, false, "is built for another device; wrong file for this card?" },
	{ 0x03, false, "is built for pre-production cards; wrong file for this card?" },
	{ 0x04, false, "is of another type; wrong file for this card?" },
	{ 0x07, false, "cannot read the hardware configuration; power cycle the card" },
	{ 0x08, false, "does not fit the boot ROM; wrong file for this card?" },
	{ 0x60, true,  "failed to set up its deferred calls; power cycle the card" },
	{ 0x70, true,  "ran into an exception; try another version of it" },
	{ 0x71, false, "refuses the ADS that the driver made; report a bug" },
	{ 0x73, false, "refuses the memory protection; report a bug" },
	{ 0x74, false, "refuses the register lists that the driver made; report a bug" },
	{ 0x75, false, "refuses the workarounds that the driver asks for; report a bug" },
	{ 0x76, false, "refuses the features that the driver asks for; report a bug" },
};

static const struct boot_end *find_end(const struct boot_end *ends, size_t count, u32 state)
{
	for (; count--; ends++)
		if (ends->state == state)
			return ends;
	return NULL;
}

/* Polled with pauses that grow: a boot takes milliseconds, and each look is a register access. */
static int wait_boot(struct xe_hw hw, struct xe_gt *gt, u32 *status, const struct boot_end **end)
{
	ktime_t timeout = ktime_add_ms(ktime_get(), BOOT_TIMEOUT_MS);
	unsigned int pause_us = 500;
	bool expired, in_reset;

	xe_hw_may_take_long(hw);
	do {
		usleep_range(pause_us, 2 * pause_us);
		pause_us = min(2 * pause_us, 10u * USEC_PER_MSEC);

		expired = ktime_after(ktime_get(), timeout);
		*status = xe_gt_read32(hw, gt, GUC_STATUS);
		if (xe_hw_is_lost(hw) || xe_hw_is_going(hw))
			return -ENODEV;
		in_reset = *status & GS_MIA_IN_RESET;

		/* What is read in reset may be of the boot before: seen last, and never "ready". */
		if (in_reset && !expired)
			continue;
		if (!in_reset && FIELD_GET(GS_UKERNEL_MASK, *status) == GUC_FIRMWARE_READY)
			return 0;

		*end = find_end(firmware_ends, ARRAY_SIZE(firmware_ends),
				FIELD_GET(GS_UKERNEL_MASK, *status)) ?:
		       find_end(rom_ends, ARRAY_SIZE(rom_ends),
				FIELD_GET(GS_BOOTROM_MASK, *status));
		if (*end)
			return -EPROTO;
	} while (!expired);

	return -ETIMEDOUT;
}

static void complain(struct xe_hw hw, struct xe_gt *gt, u32 status, const struct boot_end *end)
{
	struct drm_device *drm = &xe_hw_device(hw)->drm;
	u32 rom = FIELD_GET(GS_BOOTROM_MASK, status);
	u32 firmware = FIELD_GET(GS_UKERNEL_MASK, status);

	if (end)
		drm_err(drm, "GT%u: GuC firmware %s (status %#010x, boot ROM %#x, firmware %#x)\n",
			gt->id, end->what, status, rom, firmware);
	else
		drm_err(drm, "GT%u: GuC is not up after %u s (status %#010x, boot ROM %#x, firmware %#x); check the cooling, power cycle the card\n",
			gt->id, BOOT_TIMEOUT_MS / 1000, status, rom, firmware);
}

/* Nothing is said yet of what may pass: *end is why, for whoever gives up. */
static int boot_once(struct xe_hw hw, struct xe_gt *gt, u32 *status, const struct boot_end **end)
{
	struct xe_fw *fw = &xe_hw_state(hw)->guc_fw;
	int err;

	/* A firmware that crashed may have left anything in it. */
	xe_guc_ads_fill(hw, gt);
	xe_slpc_raise_for_boot(hw, gt);
	err = xe_huc_upload(hw, gt);
	if (err)
		return err;

	write_params(hw, gt);
	prepare_core(hw, gt);
	write_signature(hw, gt, fw);

	err = xe_guc_dma(hw, gt, fw, GUC_WOPCM_OFFSET, UOS_MOVE);
	if (err)
		return err;

	err = wait_boot(hw, gt, status, end);
	if (err && err != -ENODEV && !(*end && (*end)->passing))
		complain(hw, gt, *status, *end);
	return err;
}

/**
 * xe_guc_boot - start the firmware, with the HuC beside it
 * @hw: the token
 * @gt: the GT
 *
 * Log and image are in place, the WOPCM is shared out. A core that runs is reset first; then the
 * ADS is written.
 *
 * Source: hardware.rst xe-hw-guc-boot.
 *
 * Context: bound, may sleep; some 20 ms, 3 s if the firmware says nothing. (6 s if it takes that
 * long to fail for a reason that may pass.) GT forcewake is held.
 * Return: 0; -EPROTO if the firmware says that it failed, -ETIMEDOUT if it says nothing, -EIO if
 * the core does not reset, -ENODEV. Logged.
 */
int xe_guc_boot(struct xe_hw hw, struct xe_gt *gt)
{
	const struct boot_end *end = NULL;
	u32 status = xe_gt_read32(hw, gt, GUC_STATUS);
	int err;

	for (unsigned int tries = 1; tries <= BOOT_TRIES; tries++) {
		err = is_fresh(status) ? 0 : xe_guc_core_reset(hw, gt);
		if (err)
			return err;

		end = NULL;
		err = boot_once(hw, gt, &status, &end);
		if (!err || !end || !end->passing)
			return err;
		drm_dbg(&xe_hw_device(hw)->drm, "GT%u: boot %u of the GuC failed, status %#010x\n",
			gt->id, tries, status);
	}

	complain(hw, gt, status, end);
	return err;
}
ALLOW_ERROR_INJECTION(xe_guc_boot, ERRNO);
