# SPDX-License-Identifier: MIT
# lab: driver=upstream kernel=debug timeout=2400
. /lab/upstream/lib.sh

igt_run xe_exec_threads 2160
finish
