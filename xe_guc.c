// SPDX-License-Identifier: MIT
/*
 * The life of the firmware that schedules the engines of a GT.
 */

#include <linux/bitops.h>
#include <linux/error-injection.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>

#include "abi/guc_messages.h"
#include "guc/boot.h"
#include "guc/fw.h"
#include "guc/mailbox.h"
#include "guc/owed.h"
#include "guc/wopcm.h"
#include "hw/gt_reset.h"
#include "hw/state.h"
#include "regs/guc.h"
#include "xe_device.h"
#include "xe_guc.h"

/**
 * DOC: GuC
 *
 * Each GT has a GuC, a small processor that schedules its engines, controls its frequency and
 * invalidates its TLBs. Its life, in the order in which the files of guc/ serve it:
 *
 * 1. fw.c: the firmware files are read and checked, and copied to where the card sees them.
 * 2. ads.c, log.c: what the firmware is told at boot, and where it writes its log.
 * 3. wopcm.c: the memory that it runs from is shared out; dma.c, boot.c: the image is copied into
 *    it and started; huc.c: likewise.
 * 4. mailbox.c, ct.c: the table that describes the hardware is asked for; the channel is set up.
 * 5. ct_send.c, ct_receive.c: from now on all is said through the channel.
 * 6. slpc.c, tlb.c: frequency and deep sleep are handed over; invalidations go by message.
 *    context.c, work_queue.c: contexts are registered and scheduled; page_fault.c: faults are
 *    answered; owed.c: what cannot be said at once is said later.
 * 7. At unbind the channel is taken down and the core is put into reset, and the whole GT if it was
 *    given contexts, so that nothing of the card reaches memory through addresses that are about to
 *    be unmapped.
 *
 * A reset begins with 7 and goes on with 3; all that 1 and 2 made is still there. It is asked for
 * with xe_device_reset_broken() or xe_device_reset_later(), and done by xe_recovery.c.
 *
 * What else might wait for the GuC at that time does not: its waiters were woken with an error in
 * 7. Contexts and invalidations of VMs do not wait for the GuC but for engines, and are told when
 * the GT was reset. For a card that is lost each step returns at once.
 *
 * ========================== ============ ====================================================
 * object                     owner        released when
 * ========================== ============ ====================================================
 * running firmware           bound side   guc_stop(): unbind, failed probe, reset
 * channel "up"               bound side   guc_stop()
 * contexts, invalidations    bound side   contexts_stop(): behind guc_stop() and the engines
 * images, ADS, log, rings    drm_device   their mappings at unbind (hw/ggtt_buf.c), their memory
 *                                         with the last reference
 * struct xe_guc (memory)     drm_device   last reference to it is dropped
 * table of the hardware      drm_device   last reference to it is dropped
 * ========================== ============ ====================================================
 */

#define HWCONFIG_BYTES_MAX	SZ_64K

/*
 * Contexts and invalidations
 */

static void catch_up(struct xe_hw hw, struct xe_hw_work *work)
{
	struct xe_hw_state *state = xe_hw_state(hw);

	xe_for_each_gt(gt, state) {
		xe_guc_ct_catch_up(hw, gt);
		xe_guc_tlb_catch_up(hw, gt);
		xe_contexts_catch_up(hw, gt);
		/* Last: what ends a context that makes faults finds room, however many it makes. */
		xe_guc_faults_catch_up(hw, gt);
	}
}

/**
 * xe_guc_init - software step: GuCs can be told later
 * @xe: the device
 *
 * Context: before there is any hardware.
 * Return: 0 or -ENOMEM.
 */
int xe_guc_init(struct xe_device *xe)
{
	return xe_guc_owed_init(xe, catch_up);
}
ALLOW_ERROR_INJECTION(xe_guc_init, ERRNO);

static void contexts_stop(struct xe_hw hw, void *data)
{
	xe_guc_tlb_kill(hw, data, -ENODEV);
	xe_contexts_drop(hw, data);
}

/**
 * xe_guc_contexts_start - probe step: tables of what the GuCs will be asked for
 * @bind: the token of a probe step
 *
 * A step in front of those of GT, engines and GuC, so that it is undone when these are at rest and
 * nothing reaches the memory of a context any more.
 *
 * Context: bound.
 * Return: 0 or -ENOMEM.
 */
int xe_guc_contexts_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_hw_state *state = xe_hw_state(hw);
	int err;

	xe_for_each_gt(gt, state) {
		err = xe_guc_tlb_init(hw, gt);
		if (!err)
			err = xe_guc_faults_init(hw, gt);
		if (!err)
			err = xe_contexts_init(hw, gt);
		if (!err)
			err = xe_hw_on_unbind(bind, contexts_stop, gt);
		if (err)
			return err;
	}
	return 0;
}
ALLOW_ERROR_INJECTION(xe_guc_contexts_start, ERRNO);

/*
 * Start
 */

static noinline __noipa int enable_channel(struct xe_hw hw, struct xe_gt *gt)
{
	u32 last_words;
	int err;

	/*
	 * What broke so far is answered by this start; what fails from here on is new. A user's
	 * wish is not: it may be of registers that were written before he changed his mind.
	 */
	clear_bit(gt->id, &xe_hw_device(hw)->recovery.broken);
	err = xe_guc_ct_enable(hw, gt);
	if (err)
		return err;

	/* What went wrong before there was a channel to tell it. */
	last_words = xe_gt_read32(hw, gt, SOFT_SCRATCH(15));
	if (xe_hw_is_lost(hw))
		return -ENODEV;
	if (!last_words)
		return 0;

	xe_gt_write32(hw, gt, SOFT_SCRATCH(15), 0);
	if (!(last_words & (SOFT_SCRATCH15_CRASH_DUMP_POSTED | SOFT_SCRATCH15_EXCEPTION)))
		return 0;

	drm_err(&xe_hw_device(hw)->drm,
		"GT%u: GuC firmware crashed before its channel was up (%#x); try another version of it\n",
		gt->id, last_words);
	return -EIO;
}
ALLOW_ERROR_INJECTION(enable_channel, ERRNO);

static int get_hwconfig(struct xe_hw hw, struct xe_gt *gt, u64 address, u32 bytes, u32 *data0)
{
	const u32 request[] = {
		GUC_ACTION_GET_HWCONFIG, lower_32_bits(address), upper_32_bits(address), bytes,
	};

	return xe_guc_mailbox_send(hw, gt, request, ARRAY_SIZE(request), data0);
}

/*
 * The table is for user space, and does not change: it is asked for once. What it is written to is
 * the memory of the channel, which is not in use yet.
 */
static noinline __noipa int read_hwconfig(struct xe_hw hw, struct xe_gt *gt)
{
	struct xe_device *xe = xe_hw_device(hw);
	struct xe_hwconfig *config = &xe->hwconfig;
	struct xe_ggtt_buf *buf = &xe_guc(hw, gt)->ct.buf;
	u32 bytes;
	int err;

	if (gt->id || config->data)
		return 0;

	err = get_hwconfig(hw, gt, 0, 0, &bytes);
	if (err)
		return err;

	if (!bytes || bytes > HWCONFIG_BYTES_MAX || bytes % sizeof(u32)) {
		drm_err(&xe->drm,
			"GT%u: GuC describes the hardware in %u bytes; try another version of it\n",
			gt->id, bytes);
		return -EPROTO;
	}

	err = get_hwconfig(hw, gt, xe_ggtt_buf_ggtt(buf), bytes, NULL);
	if (err)
		return err;

	config->data = drmm_kmalloc(&xe->drm, bytes, GFP_KERNEL);
	if (!config->data)
		return -ENOMEM;

	xe_ggtt_buf_read(hw, buf, 0, config->data, bytes);
	config->bytes = bytes;
	return 0;
}
ALLOW_ERROR_INJECTION(read_hwconfig, ERRNO);

/* It may have broken in an exchange that nobody minds, or by an event: why was said then. */
static int check_channel(struct xe_hw hw, struct xe_gt *gt)
{
	if (xe_hw_is_lost(hw))
		return -ENODEV;
	return xe_guc_ct_is_up(hw, gt) ? 0 : -EIO;
}

static int bring_up(struct xe_hw hw, struct xe_gt *gt)
{
	int err;

	CLASS(xe_forcewake, fw)(hw, gt, BIT(XE_FW_GT));
	if (fw.err)
		return fw.err;

	err = xe_guc_wopcm_partition(hw, gt);
	if (err)
		return err;

	err = xe_guc_boot(hw, gt);
	if (err)
		return err;
	xe_guc(hw, gt)->booted = true;

	err = read_hwconfig(hw, gt);
	if (err)
		return err;

	err = enable_channel(hw, gt);
	if (err)
		return err;

	err = xe_slpc_start(hw, gt);
	if (err)
		return err;

	xe_huc_authenticate(hw, gt);
	xe_guc_tlb_ask_again(hw, gt);
	xe_guc_owed_now(hw);
	err = check_channel(hw, gt);
	if (err)
		return err;

	/* Last: one that has to be started again finds the gates as xe_gt_program() left them. */
	xe_gt_power_gate(hw, gt);
	return 0;
}

/*
 * Who waits for a GuC that hangs may hold the lock of SLPC, so the channel goes first and wakes
 * him. At unbind nobody waits any more, and the GuC has to be told to give back deep sleep; unless
 * the GT does not wake up, which takes no register then.
 */
static void close_channel(struct xe_hw hw, struct xe_gt *gt, bool tell)
{
	if (tell)
		xe_slpc_stop(hw, gt, true);
	xe_guc_ct_disable(hw, gt, xe_hw_is_lost(hw) ? -ENODEV : -ECANCELED);
	xe_guc_faults_forget(hw, gt);
	if (!tell)
		xe_slpc_stop(hw, gt, false);
}

/*
 * What a GT can reach is about to be unmapped. Engines that were given contexts go on without their
 * GuC; and so may a GuC that did not go into reset.
 */
static void silence(struct xe_hw hw, struct xe_gt *gt, int core_err)
{
	if (xe_hw_is_lost(hw)) {
		xe_hw_clear_master(hw);
		return;
	}

	if (!core_err && !gt->contexts)
		return;
	if (xe_gt_reset(hw, gt) || core_err)
		xe_hw_state(hw)->needs_reset = true;
}

/* In reset it forgets everything, so there is no more to be said to it. */
static void take_down(struct xe_hw hw, struct xe_gt *gt, bool unbind)
{
	struct xe_guc *guc = xe_guc(hw, gt);
	int err;

	CLASS(xe_forcewake, fw)(hw, gt, BIT(XE_FW_GT));

	close_channel(hw, gt, unbind && !fw.err);
	guc->booted = false;
	err = fw.err ?: xe_guc_core_reset(hw, gt);
	if (unbind)
		silence(hw, gt, err);
}

static void guc_stop(struct xe_hw hw, void *data)
{
	take_down(hw, data, true);
}

static int init(struct xe_hw hw, struct xe_gt *gt)
{
	int err;

	err = drmm_mutex_init(&xe_hw_device(hw)->drm, &xe_guc(hw, gt)->mailbox_lock);
	if (!err)
		err = xe_slpc_init(hw, gt);
	if (!err)
		err = xe_guc_log_init(hw, gt);
	if (!err)
		err = xe_guc_ads_init(hw, gt);
	if (!err)
		err = xe_guc_ct_init(hw, gt);
	if (!err)
		xe_huc_load(hw, gt);
	return err;
}

/* What a GuC has to say before it was booted is from another life. */
static void interrupt(struct xe_hw hw, struct xe_gt *gt)
{
	if (READ_ONCE(xe_guc(hw, gt)->booted))
		xe_guc_ct_receive(hw, gt);
}

/**
 * xe_guc_start - probe step: the GuC of each GT runs and can be talked to
 * @bind: the token of a probe step
 *
 * Context: bound.
 * Return: 0; errors of reading the file and of boot, which were logged; -ENOMEM, -ENOSPC.
 */
int xe_guc_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_hw_state *state = xe_hw_state(hw);
	int err;

	err = xe_fw_load(hw, XE_FW_GUC, &state->guc_fw);
	if (err)
		return err;

	xe_irq_handle_gucs(hw, interrupt);
	xe_for_each_gt(gt, state) {
		err = init(hw, gt);
		if (err)
			return err;

		/* Before it starts: a boot that fails half way is to be undone as well. */
		err = xe_hw_on_unbind(bind, guc_stop, gt);
		if (err)
			return err;

		xe_ggtt_put_to_use(hw);
		err = bring_up(hw, gt);
		if (err)
			return err;
	}
	return 0;
}
ALLOW_ERROR_INJECTION(xe_guc_start, ERRNO);

/**
 * xe_guc_uncap - probe step: frequency limits that were low for probe are restored
 * @bind: the token of a probe step
 *
 * Context: bound.
 * Return: 0; -EIO if a channel has broken meanwhile, which was logged; else another error code.
 */
int xe_guc_uncap(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_hw_state *state = xe_hw_state(hw);
	int err;

	xe_for_each_gt(gt, state) {
		err = xe_slpc_uncap(hw, gt);
		if (!err)
			err = check_channel(hw, gt);
		if (err)
			return err;
	}
	return 0;
}
ALLOW_ERROR_INJECTION(xe_guc_uncap, ERRNO);

/*
 * Reset
 */

/**
 * xe_guc_reset_prepare - a GT is about to be reset
 * @hw: the token
 * @gt: the GT
 *
 * Waiters are woken with -ECANCELED; nothing is sent any more until xe_guc_restart().
 *
 * Context: bound, may sleep; not from a handler of the channel.
 */
void xe_guc_reset_prepare(struct xe_hw hw, struct xe_gt *gt)
{
	take_down(hw, gt, false);
}

static int start(struct xe_hw hw, struct xe_gt *gt)
{
	int err = bring_up(hw, gt);

	return err ?: xe_slpc_uncap(hw, gt);
}

/**
 * xe_guc_restart - the GT was reset, or powered up again: start the firmware
 * @hw: the token
 * @gt: the GT
 *
 * A GuC that does not come up gets a second chance: nobody else tries it again, and the card would
 * be given up.
 *
 * Context: bound, may sleep: up to twice as long as xe_guc_boot() and xe_slpc_start(), which each
 * log why; some 30 ms if all is well.
 * Return: 0; errors of boot and channel, which were logged.
 */
int xe_guc_restart(struct xe_hw hw, struct xe_gt *gt)
{
	int err = start(hw, gt);

	if (!err || xe_hw_is_lost(hw) || xe_hw_is_going(hw))
		return err;

	take_down(hw, gt, false);
	/* The next one knows no context that this one was given in the meantime. */
	err = gt->contexts ? xe_gt_reset(hw, gt) : 0;
	return err ?: start(hw, gt);
}

/*
 * Suspend, resume
 */

static int soft_reset(struct xe_hw hw, struct xe_gt *gt)
{
	const u32 request[] = { GUC_ACTION_SOFT_RESET };

	return xe_guc_mailbox_send(hw, gt, request, ARRAY_SIZE(request), NULL);
}

/*
 * The firmware is asked to let go of everything; in reset it would keep the GT from deep sleep.
 * That does not stop engines: they rest before the card sleeps because it is idle, and are reset if
 * they may run.
 */
static int let_go(struct xe_hw hw, struct xe_gt *gt, bool booted, bool system)
{
	int err;

	if (!booted && (!gt->contexts || xe_device_is_wedged(xe_hw_device(hw))))
		return 0;
	if (gt->contexts && (system || !booted))
		return xe_gt_reset(hw, gt);

	err = soft_reset(hw, gt);
	if (err == -ENODEV)
		return err;
	if (err)
		return gt->contexts ? xe_gt_reset(hw, gt) : xe_guc_core_reset(hw, gt);

	xe_gt_tell_stopped(hw, gt);
	return 0;
}

/**
 * xe_guc_suspend - the card is about to leave D0
 * @hw: the token
 * @system: for system sleep: jobs may be under way
 *
 * A GuC that does not let go of everything is put into reset.
 *
 * Context: bound, may sleep.
 * Return: 0; errors of xe_guc_core_reset() and xe_gt_reset().
 */
int xe_guc_suspend(struct xe_hw hw, bool system)
{
	struct xe_hw_state *state = xe_hw_state(hw);
	int err;

	xe_for_each_gt(gt, state) {
		struct xe_guc *guc = xe_guc(hw, gt);
		bool booted = guc->booted;

		CLASS(xe_forcewake, fw)(hw, gt, BIT(XE_FW_GT));
		if (fw.err)
			return fw.err;

		close_channel(hw, gt, false);
		guc->booted = false;
		err = let_go(hw, gt, booted, system);
		if (err)
			return err;
	}
	return 0;
}

/**
 * xe_guc_resume - the card is back in D0
 * @hw: the token
 *
 * Context: bound, may sleep as xe_guc_restart(), per GT; GTs, interrupts and the GGTT are set up
 * again.
 * Return: 0; errors of boot, which were logged.
 */
int xe_guc_resume(struct xe_hw hw)
{
	struct xe_hw_state *state = xe_hw_state(hw);
	int err;

	xe_for_each_gt(gt, state) {
		err = xe_guc_restart(hw, gt);
		if (err)
			return err;
		xe_gt_tell_running(hw, gt);
	}
	return 0;
}

/**
 * xe_guc_print - the state of the GuC of a GT, for debugfs
 * @hw: the token
 * @gt: the GT
 * @p: where to print
 *
 * Context: bound, may sleep.
 */
void xe_guc_print(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p)
{
	const struct xe_fw_image *fw = &xe_hw_state(hw)->guc_fw.image;
	struct xe_guc *guc = xe_guc(hw, gt);

	CLASS(xe_forcewake, awake)(hw, gt, BIT(XE_FW_GT));
	if (awake.err) {
		drm_printf(p, "its power domain does not wake up (%pe)\n", ERR_PTR(awake.err));
		return;
	}

	drm_printf(p, "GuC %u.%u.%u, submission %u.%u.%u, %s, status %#010x\n", fw->version.major,
		   fw->version.minor, fw->version.patch, fw->submission.major,
		   fw->submission.minor, fw->submission.patch, guc->booted ? "runs" : "is off",
		   xe_gt_read32(hw, gt, GUC_STATUS));
	if (guc->huc.fw.image.upload)
		drm_printf(p, "HuC %u.%u.%u, %s\n", guc->huc.fw.image.version.major,
			   guc->huc.fw.image.version.minor, guc->huc.fw.image.version.patch,
			   guc->huc.running ? "authenticated" : "not authenticated");
	xe_guc_ct_print(hw, gt, p);
	xe_contexts_print(hw, gt, p);
	xe_slpc_print(hw, gt, p);
}
