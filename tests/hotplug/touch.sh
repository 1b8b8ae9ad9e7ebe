# driver: xe
# timeout: 900
# kernel: stock
# set: model_args=--bar=256M mem=3G
#
# SPDX-License-Identifier: MIT
# A process touches its buffers: with a fence of another driver on them, when the card is gone and
# nobody has noticed, and over and over after its removal.  On Debian's kernel: where KASAN keeps what was
# freed for a while, memory that is free says nothing of leaks.
. /lab/gpu.sh
. ./lib/phases.sh

modprobe vgem
dmesg -C
until_ 60 works || { not_ok "the card works"; finish; }
put on "$dev/power/control"
relay mapped "$gpu" "model vanish now >/dev/null" "echo 1 >$dev/remove"
t "no splat" no_splat
finish
