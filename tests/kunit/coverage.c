// SPDX-License-Identifier: MIT
/*
 * What was counted is written when the user-mode kernel ends. The library has a destructor for
 * that, but the linker script of UML has no place for it.
 */

#ifdef CONFIG_DRM_XE_KUNIT_COVERAGE

#include <init.h>

void __gcov_exit(void);

__uml_exitcall(__gcov_exit);

#endif
