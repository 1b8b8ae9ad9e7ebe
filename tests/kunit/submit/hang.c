// SPDX-License-Identifier: MIT
/*
 * Hangs, with the table of contexts of tests/kunit/submit/queue.c; the cases are in job.c.
 */

#include "tests/kunit/submit/fake.h"

#include "../../../submit/hang.c"
