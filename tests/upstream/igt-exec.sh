# SPDX-License-Identifier: MIT
# lab: driver=upstream kernel=debug timeout=2400
. /lab/upstream/lib.sh

igt_run xe_exec_basic 720
igt_run xe_exec_store 720
igt_run xe_vm 720
finish
