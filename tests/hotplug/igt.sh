# driver: xe
# timeout: 1800
# full: timeout=5400 xe_igt=1
# expect: igt.expected
# passes: ../upstream/igt.passes
# needs: igt
#
# SPDX-License-Identifier: MIT
# IGT on our driver: the core, queries, buffers, queues, what is waited for; with xe_igt=1 on the kernel's command
# line more of it.  Jobs are in igt-jobs.sh.  The same programs run on upstream in tests/upstream.
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
igt xe_tlb 360
if grep -q xe_igt=1 /proc/cmdline; then
	igt xe_dma_buf_sync 900
	igt xe_prime_self_import 900
	igt xe_noexec_ping_pong 900
	igt xe_sysfs_defaults 900
	igt xe_sysfs_scheduler 900
	# What is in debugfs by the names of 6.12; root-dir wants newer ones, on upstream too.
	igt xe_debugfs 900 --run-subtest info-read
fi
igt xe_module_load 900
finish
