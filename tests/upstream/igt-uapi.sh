# driver: upstream
# kernel: stock
# timeout: 1800
# set: mem=6G
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
# expect: igt.expected
# passes: igt.passes
#
# SPDX-License-Identifier: MIT
# IGT: queries, objects, mappings, user fences, properties of queues, sharing.
. /lab/igt.sh

# Not query-cs-cycles, as in ../hotplug/igt.sh
igt xe_query 600 --run-subtest '*,!*query-cs-cycles'
for program in xe_create xe_mmap xe_waitfence xe_exec_queue_property xe_dma_buf_sync \
	       xe_sysfs_defaults xe_sysfs_scheduler; do
	igt $program 600
done
finish
