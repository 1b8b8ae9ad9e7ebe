# driver: upstream
# kernel: stock
# timeout: 3600
# set: mem=6G
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
# expect: igt.expected
# passes: igt.passes
#
# SPDX-License-Identifier: MIT
# IGT: batches.
. /lab/igt.sh

patient
igt xe_exec_basic 1700 --run-subtest '*,!multigpu-*'
for program in xe_exec_store xe_spin_batch xe_copy_basic xe_exercise_blt; do
	igt $program 600
done
finish
