#!/bin/bash
# SPDX-License-Identifier: MIT
# lab: driver=none kernel=debug timeout=60
# The bench itself: the guest is what it should be, and the runner answers.
. /lab/ktap.sh
t "root" test "$(id -u)" = 0
t "the debug kernel" grep -q xe-debug /proc/version
t "not tainted" grep -qx 0 /proc/sys/kernel/tainted
t "kmemleak is there" test -e /sys/kernel/debug/kmemleak
t "the firmware is there" test -s /lib/firmware/xe/bmg_guc_70.bin
t "the runner answers" bench ping
finish
