# driver: upstream
# kernel: stock
# timeout: 3600
# set: mem=6G
#
# SPDX-License-Identifier: MIT
# IGT: 1 and 2 GiB of user memory are bound.  That is done page by page, and takes the debug kernel on an
# emulated CPU most of an hour; so this is on Debian's.
. /lab/igt.sh

igt xe_vm 3000 --run-subtest 'large-userptr-*-1073741824,large-userptr-*-2147483648'
finish
