# driver: xe
# timeout: 900
# kernel: stock
# set: model_args=--bar=256M vram=1024 icount=1 mem=2G
# full: model_args=--bar=512M
# soak: timeout=7200 model_args=--bar=2G vram=3072 mem=6G
#
# SPDX-License-Identifier: MIT
# VRAM is free in single pages only, and a large buffer is made of them: what it costs to create, to
# touch and to move.  Under icount the clock counts instructions, however slow the host is.
. /lab/gpu.sh
. ./lib/phases.sh

until_ 60 works || { not_ok "the card works"; finish; }
put on "$dev/power/control"
put 1 /sys/module/suspend/parameters/pm_test_delay
put freezer /sys/power/pm_test
relay fragments "$gpu"
t "no splat" no_splat
t "no violation" no_violations
finish
