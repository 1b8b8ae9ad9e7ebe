# driver: xe
# timeout: 1800
# expect: igt.expected
# needs: igt
#
# SPDX-License-Identifier: MIT
# IGT on our driver: what needs no VM and no batch.  The same programs run on upstream in tests/upstream.
. /lab/igt.sh

igt core_auth 360
igt core_getversion 360
igt core_hotunplug 360
igt xe_query 360
igt xe_create 360
igt xe_mmap 360
igt xe_module_load 900
finish
