# driver: upstream
# kernel: stock
# timeout: 1800
# set: mem=6G
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
# expect: igt.expected
# passes: igt.passes
#
# SPDX-License-Identifier: MIT
# IGT: address spaces, but for binding user memory by the GiB: igt-vm-large.sh
. /lab/igt.sh

patient
# overcommit-fault-*: page-fault mode, which the model does not have.
igt xe_vm 1500 --run-subtest '*,!large-userptr-*-1073741824,!large-userptr-*-2147483648,!overcommit-fault-*'
finish
