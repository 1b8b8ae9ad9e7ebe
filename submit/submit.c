// SPDX-License-Identifier: MIT
/* Stands in until there are queues: goes with the merge of submission. */

#include "submit/submit.h"
#include "xe_device.h"

/**
 * xe_submit_init - software step: words in memory can be waited for
 * @xe: the device
 *
 * Context: before there is any hardware.
 * Return: 0.
 */
int xe_submit_init(struct xe_device *xe)
{
	init_waitqueue_head(&xe->submit.ufence_wq);
	return 0;
}
