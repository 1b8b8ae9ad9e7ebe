// SPDX-License-Identifier: MIT
/*
 * What outlives every device: the end of the module.
 */

#define pr_fmt(fmt)	KBUILD_MODNAME ": " fmt

#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "xe_module.h"

/**
 * DOC: The end of the module
 *
 * When the last file is closed nothing pins the module any more, and what was open is released by
 * works and behind RCU. These may drop the last reference to a drm_device, and are code of this
 * module; so is what drmm does then. The exit of the module waits for all of it. Who waits for
 * files holds the module, so that only works of our own are left to wait for.
 *
 * Such a work must not be on a queue that goes with a device: it would take down the queue that it
 * runs on. There is one queue for the works of all devices, which hands on to one for those that
 * may have to wait for a process. There is one such work for each process at a time, and whoever
 * has many processes holds up their like. No reclaim of memory waits for either.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * release queues           module        its exit, when no device is left
 * count of devices         module        never
 * ======================== ============= ==========================================
 */

#define DEVICES_TIMEOUT_S	10

static struct workqueue_struct *release_wq, *memory_wq;
static atomic_t devices;
static DECLARE_WAIT_QUEUE_HEAD(device_gone);

/**
 * xe_module_add_device - a software device is there
 *
 * Context: any.
 */
void xe_module_add_device(void)
{
	atomic_inc(&devices);
}

/**
 * xe_module_remove_device - a software device is as good as gone
 *
 * Context: any; last thing that the module does for it.
 */
void xe_module_remove_device(void)
{
	if (atomic_dec_and_test(&devices))
		wake_up_all(&device_gone);
}

/**
 * xe_module_release - run a work that drops references, in process context
 * @work: the work; its memory may be freed by it
 *
 * For references that are dropped where nobody can wait, and for which no device has to be there:
 * the work may drop the last one of a drm_device. Nothing on the way to a fence waits for it.
 *
 * Context: any.
 * Return: as queue_work().
 */
bool xe_module_release(struct work_struct *work)
{
	return queue_work(release_wq, work);
}

/**
 * xe_module_release_memory - as xe_module_release(), for what waits for processes
 * @work: the work
 *
 * Whose works of this kind do not come back has no queue or address space of others wait.
 *
 * Context: any.
 * Return: as queue_work().
 */
bool xe_module_release_memory(struct work_struct *work)
{
	return queue_work(memory_wq, work);
}

/**
 * xe_module_init - before the first device
 *
 * Return: 0 or -ENOMEM.
 */
int xe_module_init(void)
{
	release_wq = alloc_workqueue("xe-release", WQ_UNBOUND, 0);
	if (!release_wq)
		return -ENOMEM;
	memory_wq = alloc_workqueue("xe-release-memory", WQ_UNBOUND, 0);
	if (memory_wq)
		return 0;
	destroy_workqueue(release_wq);
	return -ENOMEM;
}

/**
 * xe_module_exit - behind the last unbind: wait until no code of the module is going to run
 *
 * Context: may sleep; bounded, as no device has work to do any more.
 */
void xe_module_exit(void)
{
	/* What goes with a VM is first, and may have the memory of the VM go. */
	flush_workqueue(release_wq);
	flush_workqueue(memory_wq);
	/* Callbacks of RCU may queue works, and works may drop devices. */
	rcu_barrier();
	if (!wait_event_timeout(device_gone, !atomic_read(&devices), DEVICES_TIMEOUT_S * HZ))
		pr_err("%d devices are still in use by nobody knows whom; reboot soon\n",
		       atomic_read(&devices));

	/* Behind it: who dropped the last reference was one of these, and has returned. */
	destroy_workqueue(release_wq);
	destroy_workqueue(memory_wq);
	synchronize_rcu();
	rcu_barrier();
}
