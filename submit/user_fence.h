/* SPDX-License-Identifier: MIT */
#ifndef _XE_SUBMIT_USER_FENCE_H_
#define _XE_SUBMIT_USER_FENCE_H_

#include <linux/types.h>

struct dma_fence;
struct xe_device;
struct xe_user_fence;

struct xe_user_fence *xe_user_fence_create(struct xe_device *xe, u64 address, u64 value);
struct xe_user_fence *xe_user_fence_get(struct xe_user_fence *user_fence);
void xe_user_fence_put(struct xe_user_fence *user_fence);

void xe_user_fence_signal(struct xe_user_fence *user_fence, struct dma_fence *fence);
bool xe_user_fence_is_written(const struct xe_user_fence *user_fence);

int xe_user_fence_module_init(void);
void xe_user_fence_module_exit(void);

#endif
