# driver: upstream
# timeout: 3600
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
# expect: igt.expected
#
# SPDX-License-Identifier: MIT
# IGT: queries, objects, mappings, user fences.
. /lab/igt.sh

igt xe_query 900
igt xe_create 900
igt xe_mmap 900
igt xe_waitfence 900
finish
