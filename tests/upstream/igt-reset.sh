# SPDX-License-Identifier: MIT
# lab: driver=upstream kernel=debug timeout=1800
. /lab/upstream/lib.sh

igt_run xe_exec_reset 1620
finish
