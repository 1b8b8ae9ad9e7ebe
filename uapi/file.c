// SPDX-License-Identifier: MIT
/*
 * What a client has while it has a DRM node open.
 */

#include <linux/slab.h>

#include "mm/vm.h"
#include "submit/queue.h"
#include "uapi/file.h"
#include "xe_device.h"
#include "xe_usage.h"

/**
 * DOC: Clients
 *
 * An open file gives numbers to address spaces and queues. The number is a reference, taken away by
 * the ioctl that destroys it or when the file is closed; what else refers to the object keeps it.
 * Neither waits for anything: a queue whose number goes is killed, and its jobs end when the GuC
 * has let go of it; an address space lives until the last job in it is over.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_file           drm_file      closed
 * number                   struct        destroy ioctl, close
 *                          xe_file
 * ======================== ============= ==========================================
 */

/**
 * xe_file_open - &drm_driver.open: a client
 * @drm: the device
 * @file: the file
 *
 * Context: process context; software only.
 * Return: 0 or -ENOMEM.
 */
int xe_file_open(struct drm_device *drm, struct drm_file *file)
{
	struct xe_file *client = kzalloc(sizeof(*client), GFP_KERNEL_ACCOUNT);

	if (!client)
		return -ENOMEM;

	client->usage = xe_usage_create(&to_xe_device(drm)->usages);
	if (!client->usage) {
		kfree(client);
		return -ENOMEM;
	}
	xa_init_flags(&client->vms, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	xa_init_flags(&client->queues, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	file->driver_priv = client;
	return 0;
}

/**
 * xe_file_close - &drm_driver.postclose: nobody uses the file any more
 * @drm: the device
 * @file: the file
 *
 * Context: process context; does not wait for what the client left on the engines.
 */
void xe_file_close(struct drm_device *drm, struct drm_file *file)
{
	struct xe_file *client = to_xe_file(file);
	struct xe_queue *q;
	struct xe_vm *vm;
	unsigned long id;

	xa_for_each(&client->queues, id, q) {
		xe_queue_kill(q);
		xe_queue_put(q);
	}
	xa_for_each(&client->vms, id, vm)
		xe_vm_put(vm);

	xa_destroy(&client->queues);
	xa_destroy(&client->vms);
	xe_usage_put(client->usage);
	kfree(client);
}
