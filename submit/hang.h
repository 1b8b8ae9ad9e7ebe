/* SPDX-License-Identifier: MIT */
#ifndef _XE_SUBMIT_HANG_H_
#define _XE_SUBMIT_HANG_H_

struct xe_queue;

void xe_hang_expired(struct xe_queue *q);
void xe_hang_stopped(struct xe_queue *q);
void xe_hang_found_out(struct xe_queue *q);

#endif
