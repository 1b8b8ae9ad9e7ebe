# driver: xe
# timeout: 300
# set: model_args=--ccs=4
# full: timeout=1800 xe_igt=1
# passes: ../upstream/igt.passes
# allow: DMA-API: exceeded 7 overlapping mappings of cacheline -- a page of user memory is mapped for many VMs; a limit of the checker
# needs: igt
#
# SPDX-License-Identifier: MIT
# IGT on our driver: queues that run on any of four compute engines.  Its parallel ones want a media engine.
. /lab/igt.sh

echo 4 >"$dev/tile0/gt0/ccs_mode"
if grep -q xe_igt=1 /proc/cmdline; then
	igt xe_exec_balancer 1200
else
	igt xe_exec_balancer 240 --run-subtest 'virtual-all-active,once-virtual-*,many-execqueues-virtual-basic,once-cm-virtual-basic'
fi
finish
