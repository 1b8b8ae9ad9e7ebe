# driver: upstream
# kernel: stock
# timeout: 1800
# set: mem=6G
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
# expect: igt.expected
# passes: igt.passes
#
# SPDX-License-Identifier: MIT
# IGT: hangs, memory errors, resets.
. /lab/igt.sh

patient
igt xe_exec_reset 1440 --run-subtest '*,!*multi-queue-*'
finish
