# driver: upstream
# kernel: stock
# timeout: 600
# needs: igt
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
#
# SPDX-License-Identifier: MIT
# GT reset through debugfs (in 6.12 by reading the file; IGT 2.5 writes it): firmware boots again,
# contexts are registered again, batches run, and nothing is left over.
. /lab/gpu.sh

force()	{ cat /sys/kernel/debug/dri/0/gt0/force_reset_sync >/dev/null; }
batch()	{ /usr/libexec/igt-gpu-tools/xe_exec_basic --run-subtest once-basic >/dev/null; }
again()	{ [[ $(counter guc-boots) -gt $1 ]]; }

t "a batch before" batch
for i in 1 2 3 4 5; do
	boots=$(counter guc-boots)
	t "reset $i" force
	t "the GuC boots again" until_ 100 again "$boots"
	t "a batch after" batch
done
t "no engine was reset" zero engine-resets
t "no unknown register" zero unknown-registers
t "no violation but upstream's own" no_violations
finish
