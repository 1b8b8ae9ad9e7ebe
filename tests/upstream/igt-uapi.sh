# driver: upstream
# timeout: 1800
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see the fact sheet section 16.1
# expect: igt.expected
#
# SPDX-License-Identifier: MIT
# IGT: queries, objects, mappings, user fences.
. /lab/igt.sh

igt xe_query 360
igt xe_create 360
igt xe_mmap 360
igt xe_waitfence 360
finish
