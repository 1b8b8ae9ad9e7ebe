// SPDX-License-Identifier: MIT
/*
 * The HuC: firmware that helps video encoders.
 */

#include <linux/error-injection.h>

#include <drm/drm_print.h>

#include "abi/guc_firmware.h"
#include "guc/ct.h"
#include "guc/dma.h"
#include "guc/huc.h"
#include "hw/state.h"
#include "regs/guc.h"
#include "xe_device.h"
#include "xe_guc.h"

/**
 * DOC: HuC
 *
 * The HuC runs bitrate control for video encoders. It is copied into the WOPCM before the GuC
 * boots, and the GuC authenticates it on request. It exists once, in the media GT where there is
 * one.
 *
 * The driver goes on without it. Nothing that the driver does needs it, and a part of what user
 * space encodes does not either; who needs it is told by the media stack. A card that shows nothing
 * for want of a file that only video encoders use would serve nobody. (An empty module parameter
 * huc_firmware_path asks for this without a warning.) A GuC that does not answer when it is asked
 * to authenticate the HuC is another matter: probe fails. It is started once more behind a reset or
 * sleep, and not asked then.
 *
 * ========= =========== ====================================
 * object    owner       released when
 * ========= =========== ====================================
 * image     drm_device  as every xe_ggtt_buf
 * running   the card    a reset of the GT or the function, power cycle
 * ========= =========== ====================================
 */

#define VERIFY_TIMEOUT_US	(100 * USEC_PER_MSEC)

/**
 * xe_huc_is_of - is the HuC in this GT?
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound or in a section.
 */
bool xe_huc_is_of(struct xe_hw hw, const struct xe_gt *gt)
{
	return gt->id == xe_hw_state(hw)->num_gts - 1;
}

/**
 * xe_huc_load - read the firmware file of the HuC
 * @hw: the token
 * @gt: the GT
 *
 * Without a good file there is no HuC, which is no error of the card.
 *
 * Context: bound, may sleep.
 */
void xe_huc_load(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_huc *huc = &xe_guc(hw, gt)->huc;

	if (xe_huc_is_of(hw, gt) && xe_fw_load(hw, XE_FW_HUC, &huc->fw))
		huc->fw.image = (struct xe_fw_image){};
}

/**
 * xe_huc_fit - the WOPCM was shared out by others: does the HuC fit?
 * @hw: the token
 * @gt: the GT
 * @base: where the GuC's part begins; 0 if it was locked without leave for the GuC to load a HuC
 *
 * If it does not, there is no HuC.
 *
 * Context: bound or in a section.
 */
void xe_huc_fit(struct xe_hw hw, struct xe_gt *gt, u32 base)
{
	struct xe_fw_image *image = &xe_guc(hw, gt)->huc.fw.image;

	if (!image->upload || image->upload + WOPCM_START_RESERVED <= base)
		return;

	drm_warn(&xe_hw_device(hw)->drm,
		 "GT%u: HuC image of %u KiB does not fit what is locked for it (%u KiB); going on without HuC, power cycle the card\n",
		 gt->id, image->upload / SZ_1K, base / SZ_1K);
	*image = (struct xe_fw_image){};
}

/**
 * xe_huc_upload - copy the HuC into the WOPCM
 * @hw: the token
 * @gt: the GT
 *
 * Context: bound or in a section, may sleep; GT forcewake is held, the GuC has not booted yet.
 * Return: 0, also without HuC; errors of xe_guc_dma().
 */
int xe_huc_upload(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_huc *huc = &xe_guc(hw, gt)->huc;

	huc->running = false;
	if (!huc->fw.image.upload)
		return 0;
	return xe_guc_dma(hw, gt, &huc->fw, 0, HUC_UKERNEL);
}
ALLOW_ERROR_INJECTION(xe_huc_upload, ERRNO);

static int verify(struct xe_hw hw, struct xe_gt *gt, const struct xe_fw *fw)
{
	const u32 request[] = {
		GUC_ACTION_AUTHENTICATE_HUC,
		xe_ggtt_buf_ggtt(&fw->buf) + fw->image.signature,
	};
	int err;

	/* It survives resets of the GuC. */
	if (xe_gt_read32(hw, gt, HUC_KERNEL_LOAD_INFO) & HUC_LOAD_SUCCESSFUL)
		return xe_hw_is_lost(hw) ? -ENODEV : 0;

	err = xe_guc_ct_request(hw, gt, request, ARRAY_SIZE(request), NULL);
	if (err)
		return err;
	return xe_gt_wait32(hw, gt, HUC_KERNEL_LOAD_INFO, HUC_LOAD_SUCCESSFUL, HUC_LOAD_SUCCESSFUL,
			    VERIFY_TIMEOUT_US, NULL);
}

/**
 * xe_huc_authenticate - have the GuC check the HuC and start it
 * @hw: the token
 * @gt: the GT
 *
 * A GuC that does not answer leaves the channel broken: look at it afterwards. It is not asked for
 * the HuC again when it is started anew.
 *
 * Context: bound, may sleep as long as xe_guc_ct_request(), and 100 ms; GT
 * forcewake is held, the channel is up.
 */
void xe_huc_authenticate(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_huc *huc = &xe_guc(hw, gt)->huc;
	int err;

	if (!huc->fw.image.upload)
		return;

	err = verify(hw, gt, &huc->fw);
	huc->running = !err;
	if (!err || err == -ENODEV)
		return;
	/* Of a channel that broke over it more is said than this. */
	if (!xe_guc_ct_is_up(hw, gt)) {
		drm_warn(&xe_hw_device(hw)->drm,
			 "GT%u: going on without HuC; bind the driver again to have it tried\n",
			 gt->id);
		huc->fw.image = (struct xe_fw_image){};
	} else {
		drm_err(&xe_hw_device(hw)->drm,
			"GT%u: HuC is not authenticated (%pe); going on without HuC, reinstall linux-firmware\n",
			gt->id, ERR_PTR(err));
	}
}
