# driver: upstream
# alone: two CPUs are few for it already
# timeout: 3600
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
# allow: DMA-API: exceeded 7 overlapping mappings of cacheline -- the test maps one page of user memory for many VMs; a limit of the checker
# expect: igt.expected
#
# SPDX-License-Identifier: MIT
# IGT: many threads submit at once.
. /lab/igt.sh

igt xe_exec_threads 2880
finish
