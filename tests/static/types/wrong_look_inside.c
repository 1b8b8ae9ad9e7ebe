// SPDX-License-Identifier: MIT
// What a token is made of is nobody's business.
// gcc: (invalid use of undefined type|incomplete definition)
#include <linux/io.h>
#include "xe_hw.h"

u32 probe_me(struct xe_hw hw)
{
	return readl(hw.priv->regs);
}
