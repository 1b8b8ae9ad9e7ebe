// SPDX-License-Identifier: MIT
// Registering a teardown can fail; who does not look loses it.
// gcc: (ignoring return value|unused_result)
#include "xe_hw.h"

static void stop(struct xe_hw hw, void *data)
{
}

void probe_me(struct xe_hw_bind bind)
{
	xe_hw_on_unbind(bind, stop, NULL);
}
