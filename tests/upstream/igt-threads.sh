# driver: upstream
# kernel: stock
# timeout: 3600
# set: mem=6G
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
# expect: igt.expected
# passes: igt.passes
#
# SPDX-License-Identifier: MIT
# IGT: many threads submit at once; LR VMs.
. /lab/igt.sh

# 6.12 does not invalidate what it binds anew in an LR VM: xe_pt.c says that a context which is enabled again does. The
# model's engines do not.
known_violations+='|^ppgtt-stale'

patient
igt xe_exec_threads 2000 --run-subtest 'threads-*,!threads-wq-stress-*'
igt xe_exec_compute_mode 1500
finish
