// SPDX-License-Identifier: MIT
// A token that is returned is used behind its section.
// door: a token that is not a parameter
#include "xe_hw.h"

struct xe_hw probe_me(struct xe_hw hw)
{
	return hw;
}
