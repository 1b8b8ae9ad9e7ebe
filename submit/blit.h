/* SPDX-License-Identifier: MIT */
#ifndef _XE_SUBMIT_BLIT_H_
#define _XE_SUBMIT_BLIT_H_

#include <linux/sizes.h>
#include <linux/types.h>

#define XE_BLIT_BYTES	SZ_4K	/* of a batch */

/**
 * struct xe_blit - a batch for a copy engine, as it is written
 */
struct xe_blit {
	/** @words: the commands */
	u32 words[XE_BLIT_BYTES / sizeof(u32)];
	/** @used: how many there are */
	unsigned int used;
};

u64 xe_blit_clear(struct xe_blit *blit, u64 to, u64 size);
u64 xe_blit_copy(struct xe_blit *blit, u64 to, u64 from, u64 size);
size_t xe_blit_end(struct xe_blit *blit);

#endif
