# driver: xe
# timeout: 1800
# expect: igt.expected
# passes: ../upstream/igt.passes
# needs: igt
#
# SPDX-License-Identifier: MIT
# IGT on our driver: the core, queries, buffers, queues, what is waited for.  Jobs are in igt-jobs.sh.  The same
# programs run on upstream in tests/upstream.
. /lab/igt.sh

igt core_auth 360
igt core_getversion 360
igt core_hotunplug 360
# Not query-cs-cycles: it compares two clocks to 1 % over 2 ms, of which reading one register through the model takes
# 0.1 to 0.2 ms on this kernel.
igt xe_query 360 --run-subtest '*,!*query-cs-cycles'
igt xe_create 360
igt xe_exec_queue_property 360
igt xe_waitfence 360
igt xe_mmap 360
igt xe_module_load 900
finish
