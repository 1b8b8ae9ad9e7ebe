# driver: upstream
# kernel: stock
# timeout: 1800
# set: mem=6G model_args=--ccs=4
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
# allow: WARNING: CPU: .* xe_pm_runtime_get_noresume\+.* -- upstream 6.12: writing ccs_mode resets a GT that may sleep
# expect: igt.expected
# passes: igt.passes
#
# SPDX-License-Identifier: MIT
# IGT: queues that run on any of four compute engines.  Its parallel ones want a media engine.
. /lab/igt.sh

# 6.12 does not invalidate what it binds anew in an LR VM: xe_pt.c says that a context which is enabled again does. The
# model's engines do not.
known_violations+='|^ppgtt-stale'

echo 4 >"$dev/tile0/gt0/ccs_mode"
# Once in many runs 6.12 shows an engine the tail 0 while it writes a job that goes around the end of the ring: the
# engine finds half a command, and IGT waits for ever.
hangs=1 igt xe_exec_balancer 800
finish
