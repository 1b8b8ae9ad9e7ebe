# driver: xe
# timeout: 1800
# full: timeout=21600 mem=4G xe_igt=1
# expect: igt.expected
# passes: ../upstream/igt.passes
# allow: DMA-API: exceeded 7 overlapping mappings of cacheline -- a page of user memory is mapped for many VMs; a limit of the checker
# needs: igt
#
# SPDX-License-Identifier: MIT
# IGT on our driver: address spaces, jobs, hangs.  A sample; all of it with xe_igt=1 on the kernel's command line.
#
# Not asked for: xe_vm@overcommit-fault-*, which need page faults; large-userptr-* of a GiB and more, for which the
# guest is too small; xe_exec_threads@threads-wq-stress-*, which skips or, where 8 s were not enough, says that
# something hangs, and aborts.
. /lab/igt.sh

# xe_exec_reset comes last: what it leaves on the engines has as long to leave them as patient() sets, which others would wait for.
patient
if grep -q xe_igt=1 /proc/cmdline; then
	igt xe_exec_basic 3600 --run-subtest '*,!multigpu-*'
	igt xe_exec_store 1800
	igt xe_spin_batch 1800
	igt xe_vm 3600 --run-subtest '*,!large-userptr-*-1073741824,!large-userptr-*-2147483648,!overcommit-fault-*'
	igt xe_exec_threads 3600 --run-subtest 'threads-*,!threads-wq-stress-*'
	igt xe_exec_compute_mode 3600
	igt xe_copy_basic 1800
	igt xe_exercise_blt 1800
	igt xe_exec_reset 3600 --run-subtest '*,!*multi-queue-*'
else
	igt xe_exec_basic 360 --run-subtest 'once-*,many-execqueues-many-vm-*,!*-userptr*,!multigpu-*,once-userptr-invalidate-race'
	igt xe_exec_store 360
	igt xe_spin_batch 360 --run-subtest 'spin-basic,spin-batch'
	igt xe_vm 600 --run-subtest '*,!large-*,!*hammer,!bind-array-enobufs,!m*-userptr-*,!overcommit-*,munmap-style-unbind-userptr-inval-front'
	igt xe_exec_threads 360 --run-subtest 'threads-shared-vm-rebind-bindexecqueue,threads-hang-basic,threads-userptr-invalidate-race,threads-cm-fd-basic'
	igt xe_copy_basic 360 --run-subtest 'mem-copy-linear-0x369,mem-matrix-copy-2x2,mem-set-linear-0x369'
	igt xe_exec_compute_mode 360 --run-subtest 'once-*,twice-userptr-invalidate,many-execqueues-preempt-fence-early'
	igt xe_exec_reset 360 --run-subtest 'gt-reset,spin,cat-error,close-fd,close-execqueues-close-fd,virtual-cat-error'
fi
finish
