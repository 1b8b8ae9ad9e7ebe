# driver: xe
# timeout: 600
# set: model_args=--bar=256M mem=3G
# full: timeout=1800 xe_igt=1
# passes: ../upstream/igt.passes
# needs: igt
#
# SPDX-License-Identifier: MIT
# IGT on our driver: more than fits into VRAM.  With little of it, as each subtest moves all of it again and again.
. /lab/igt.sh

if grep -q xe_igt=1 /proc/cmdline; then
	igt xe_evict 1200
else
	igt xe_evict 240 --run-subtest 'evict-large-multi-vm-cm,evict-mixed-many-threads-large'
fi
finish
