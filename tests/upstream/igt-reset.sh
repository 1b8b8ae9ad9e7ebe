# driver: upstream
# timeout: 1800
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see the fact sheet section 16.1
# expect: igt.expected
#
# SPDX-License-Identifier: MIT
# IGT: hangs, memory errors, resets.
. ./lib/igt.sh

igt xe_exec_reset 1440
finish
