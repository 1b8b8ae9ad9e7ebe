# driver: upstream
# kernel: stock
# timeout: 1800
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
# expect: igt.expected
#
# SPDX-License-Identifier: MIT
# IGT: module load.  In a guest of its own: 6.12 never frees its drm_device (xe_migrate_fini is a drmm action, and
# the drm_gpuvm of the migration VM holds the device), so that each bind takes a new minor, and IGT knows 16.
. /lab/igt.sh

igt xe_module_load 1400
finish
