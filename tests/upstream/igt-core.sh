# driver: upstream
# kernel: stock
# timeout: 1800
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
# expect: igt.expected
#
# SPDX-License-Identifier: MIT
# IGT: the DRM core's own tests, hot unplug.
. /lab/igt.sh

igt core_auth 600
igt core_getversion 600
igt core_hotunplug 600
finish
