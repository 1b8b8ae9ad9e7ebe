# driver: upstream
# timeout: 3600
# set: mem=6G
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see the fact sheet section 16.1
# expect: igt.expected
#
# SPDX-License-Identifier: MIT
# IGT: batches and address spaces.
. ./lib/igt.sh

igt xe_exec_basic 960
igt xe_exec_store 960
igt xe_vm 960
finish
