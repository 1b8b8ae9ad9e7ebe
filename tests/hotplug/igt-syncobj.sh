# driver: xe
# timeout: 1800
# expect: igt.expected
# needs: igt
#
# SPDX-License-Identifier: MIT
# IGT on our driver: sync objects.  What they wait for is a software timeline, so nothing runs on the card.
. /lab/igt.sh

igt syncobj_basic 360
igt syncobj_eventfd 360
igt syncobj_timeline 900
igt syncobj_wait 900
finish
