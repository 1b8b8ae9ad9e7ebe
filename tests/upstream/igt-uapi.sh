# SPDX-License-Identifier: MIT
# lab: driver=upstream kernel=debug timeout=1200
. /lab/upstream/lib.sh

igt_run xe_query 270
igt_run xe_create 270
igt_run xe_mmap 270
igt_run xe_waitfence 270
finish
