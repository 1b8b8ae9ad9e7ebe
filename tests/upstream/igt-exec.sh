# driver: upstream
# timeout: 3600
# set: mem=6G
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
# allow: DMA-API: exceeded 7 overlapping mappings of cacheline -- the test maps one page of user memory for many VMs; a limit of the checker
# allow: WARNING: held lock freed! -- upstream: xe_vma_destroy_unlocked() frees a BO in drm_exec_unlock_all() while its lock is held
# expect: igt.expected
#
# SPDX-License-Identifier: MIT
# IGT: batches.
. /lab/igt.sh

igt xe_exec_basic 1700
igt xe_exec_store 1700
finish
