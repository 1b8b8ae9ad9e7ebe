// SPDX-License-Identifier: MIT
/*
 * A device that is lost, and how it is kept from memory.
 */

#include <linux/delay.h>
#include <linux/pci.h>
#include <linux/wait.h>

#include <drm/drm_print.h>

#include "xe_hw_private.h"

/**
 * DOC: Lost devices
 *
 * A device that does not answer any more is declared lost, in any context, and stays so. Nobody
 * reaches it then, so that nothing which software waits for is going to happen: a work ends all of
 * it, see &xe_hw_ops.lost, without waiting for somebody to unbind the driver.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * "lost"                   drm_device    never reset
 * its work                 bound side    unbind waits for it, last of all
 * bus mastering            bound side    at once, when a device is lost; for a while
 *                                        or for good, when it cannot be stopped
 * ======================== ============= ==========================================
 */

#define XE_PENDING_TIMEOUT_MS	100

/*
 * A device that was declared lost may be alive, and in the middle of a write to memory. With its
 * bus mastering off it begins no other; what is under way has a moment to end. The PCI core turns
 * it on again where a sleep that began before is over, so it is looked at each time.
 */
void xe_hw_silence(struct xe_hw_private *priv)
{
	u16 command = 0, status;
	bool again;

	guard(mutex)(&priv->silence_lock);
	pci_read_config_word(priv->pdev, PCI_COMMAND, &command);
	if (priv->silenced && !PCI_POSSIBLE_ERROR(command) && !(command & PCI_COMMAND_MASTER))
		return;

	again = priv->silenced;
	pci_clear_master(priv->pdev);
	pci_read_config_word(priv->pdev, PCI_COMMAND, &command);
	/* It does not let go of it, which was said. */
	if (again && !PCI_POSSIBLE_ERROR(command) && (command & PCI_COMMAND_MASTER))
		return;

	for (unsigned int ms = 0; ms < XE_PENDING_TIMEOUT_MS; ms += 10) {
		/* All ones, or an error: it is gone. */
		if (pcie_capability_read_word(priv->pdev, PCI_EXP_DEVSTA, &status) ||
		    PCI_POSSIBLE_ERROR(status) || !(status & PCI_EXP_DEVSTA_TRPND))
			break;
		usleep_range(10000, 11000);
	}
	/* One that did not hear it may be back the next time, before memory is given back. */
	priv->silenced = !PCI_POSSIBLE_ERROR(command);

	if (!PCI_POSSIBLE_ERROR(command) && (command & PCI_COMMAND_MASTER))
		drm_err(&priv->device.drm,
			"bus mastering of the lost device cannot be cleared; power it off before memory is reused\n");
}

/**
 * xe_hw_silence_lost - a lost device does not reach memory any more when this returns
 * @xe: the device
 *
 * For software that gives memory back which the device may know of, without xe_dma_unmap(). Nothing
 * happens unless the device was declared lost.
 *
 * Context: process context, may sleep, up to 100 ms the first time; while the driver is bound.
 */
void xe_hw_silence_lost(struct xe_device *xe)
{
	struct xe_hw_private *priv = xe_hw_of(xe);

	if (READ_ONCE(priv->lost))
		xe_hw_silence(priv);
}

/**
 * xe_hw_clear_master - the device does not reach memory any more, whatever it does
 * @hw: the token
 *
 * When something of the device could not be stopped. It stays so, unless xe_hw_allow_master() ends
 * it.
 *
 * Context: bound, may sleep up to 100 ms.
 */
void xe_hw_clear_master(struct xe_hw hw)
{
	xe_hw_assert_held(hw);
	xe_hw_silence(xe_hw_priv(hw));
}

/**
 * xe_hw_allow_master - undo xe_hw_clear_master()
 * @hw: the token
 *
 * For who has stopped what could not be stopped then, and has given back no memory meanwhile.
 * Nothing happens if nothing was cleared. A device that was declared lost does not reach memory any
 * more.
 *
 * Context: bound, may sleep up to 100 ms.
 */
void xe_hw_allow_master(struct xe_hw hw)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	xe_hw_assert_held(hw);
	guard(mutex)(&priv->silence_lock);
	if (!priv->silenced || READ_ONCE(priv->lost))
		return;

	priv->silenced = false;
	pci_set_master(priv->pdev);
	/* Who declares it lost says so first, and clears it then: maybe before it was set here. */
	smp_mb();	/* pairs with xchg() in xe_hw_declare_lost() */
	if (READ_ONCE(priv->lost))
		pci_clear_master(priv->pdev);
}

/**
 * xe_hw_is_lost - has the card been declared lost?
 * @hw: the token
 *
 * Context: any.
 */
bool xe_hw_is_lost(struct xe_hw hw)
{
	return READ_ONCE(xe_hw_priv(hw)->lost);
}

/**
 * xe_hw_wake_waiters - those who wait for the device look again whether it is still there
 * @xe: the device
 *
 * Context: any.
 */
void xe_hw_wake_waiters(struct xe_device *xe)
{
	struct xe_hw_private *priv = xe_hw_of(xe);

	wake_up_all(&priv->changed);
	if (priv->ops->wake)
		priv->ops->wake(xe);
}

/**
 * xe_hw_declare_lost - the device does not answer any more, or must not be reached any more
 * @hw: the token
 * @reason: for the log
 *
 * From now on no access reaches the bus and no section opens. The device may be alive, so that its
 * bus mastering is cleared: a write to configuration space, which does no harm to one that is gone.
 * The state ends with unbind.
 *
 * Context: any.
 */
void xe_hw_declare_lost(struct xe_hw hw, const char *reason)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	if (xchg(&priv->lost, true))
		return;

	pci_clear_master(priv->pdev);
	xe_hw_wake_waiters(&priv->device);
	queue_work(priv->works_wq, &priv->lost_work);
	queue_work(priv->call_work.queue, &priv->call_work.work);
	drm_err(&priv->device.drm,
		"the device is lost: %s; remove it (/sys/bus/pci/devices/%s/remove), check it, rescan\n",
		reason, pci_name(priv->pdev));
}

/**
 * xe_hw_tell_wedged - software is told that the device was given up
 * @hw: the token
 *
 * Context: bound, may sleep; when nothing of the device reaches memory any more.
 */
void xe_hw_tell_wedged(struct xe_hw hw)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	if (priv->ops->wedged)
		priv->ops->wedged(&priv->device);
}

static pci_ers_result_t error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
	struct xe_hw_private *priv = pci_get_drvdata(pdev);

	if (state == pci_channel_io_normal)
		return PCI_ERS_RESULT_CAN_RECOVER;

	xe_hw_declare_lost(xe_hw_token(priv), state == pci_channel_io_perm_failure ?
			   "the PCI core reports permanent failure" : "its PCI channel is frozen");
	return PCI_ERS_RESULT_DISCONNECT;
}

/* Software still believes in what the card forgets by it: buffers, the GGTT, running firmware. */
static void reset_prepare(struct pci_dev *pdev)
{
	xe_hw_declare_lost(xe_hw_token(pci_get_drvdata(pdev)), "somebody resets it");
}

const struct pci_error_handlers xe_hw_error_handlers = {
	.error_detected = error_detected,
	.reset_prepare = reset_prepare,
};

/* Memory may be used again when software is told: the device may be alive. */
void xe_hw_tell_lost(struct xe_hw_private *priv)
{
	xe_hw_silence(priv);
	if (priv->ops->lost)
		priv->ops->lost(&priv->device);
}

static void lost_work(struct work_struct *work)
{
	xe_hw_tell_lost(container_of(work, struct xe_hw_private, lost_work));
}

void xe_hw_lost_init(struct xe_hw_private *priv)
{
	mutex_init(&priv->silence_lock);
	init_waitqueue_head(&priv->changed);
	INIT_WORK(&priv->lost_work, lost_work);
}

void door_lost_fini(struct xe_hw_private *priv)
{
	mutex_destroy(&priv->silence_lock);
}
