// SPDX-License-Identifier: MIT
// A token does not convert from a void pointer, so it is no cookie of a worker.
// gcc: incompatible type for argument
#include "xe_mmio.h"

u32 probe_me(void *any)
{
	return xe_read32(any, XE_REG(0x101010));
}
