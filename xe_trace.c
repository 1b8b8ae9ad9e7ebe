// SPDX-License-Identifier: MIT
/*
 * The code of tracepoints.
 */

#ifndef __CHECKER__
#define CREATE_TRACE_POINTS
#include "xe_trace.h"
#endif
