# driver: upstream
# alone: times out spinners in real time
# timeout: 1800
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
# expect: igt.expected
#
# SPDX-License-Identifier: MIT
# IGT: hangs, memory errors, resets.
. /lab/igt.sh

# The CPU is emulated: 256 submissions take it longer than the 640 ms after which a spinner in the way of
# others is reset, and the test wants them all to be accepted first.
for f in "$dev"/tile0/gt0/engines/*/preempt_timeout_us; do
	echo 5000000 >"$f"
done
igt xe_exec_reset 1440
finish
