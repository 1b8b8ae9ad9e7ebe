# driver: upstream
# timeout: 3600
# set: mem=6G
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
# allow: DMA-API: exceeded 7 overlapping mappings of cacheline -- the test maps one page of user memory for many VMs; a limit of the checker
# allow: WARNING: held lock freed! -- upstream: xe_vma_destroy_unlocked() frees a BO in drm_exec_unlock_all() while its lock is held
# expect: igt.expected
#
# SPDX-License-Identifier: MIT
# IGT: address spaces, but for binding user memory by the GiB: igt-vm-large.sh
. /lab/igt.sh

# bind-array-enobufs holds a queue up with a spinner while the kernel prepares 512 binds: more than the 5 s
# that a job may take.
for f in "$dev"/tile0/gt0/engines/*/job_timeout_ms; do
	echo 10000 >"$f"
done
for f in "$dev"/tile0/gt0/engines/*/preempt_timeout_us; do
	echo 5000000 >"$f"
done
# overcommit-fault-*: page-fault mode, which the model does not have.
igt xe_vm 3000 --run-subtest '*,!large-userptr-*-1073741824,!large-userptr-*-2147483648,!overcommit-fault-*'
finish
