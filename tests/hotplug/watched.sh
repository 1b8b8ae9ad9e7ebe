# driver: none
# timeout: 300
# modules: ../lab/wrong
# allow: (BUG: KASAN: .*|UBSAN: .*) -- what is provoked
# allow: list_add corruption -- what is provoked, as well
# allow: ODEBUG: .* -- what is provoked, as well
#
# SPDX-License-Identifier: MIT
# KASAN and UBSAN see a driver's mistakes although they do not watch all of the kernel: each is made by
# a module, with memory that was freed, and touched there or by what the module calls.
. /lab/ktap.sh

# seen PATTERN: in what the kernel has said since it was asked the last time
seen()	{ dmesg -c | grep -m1 -aE "$1"; }
wrong()	{ insmod /lab/modules/wrong.ko "what=$1" 2>&1 | grep -q "canceled"; }

modprobe drm
dmesg -C
t "a module that does nothing wrong" eval 'wrong nothing && ! seen "KASAN|UBSAN"'
for what in read memcpy mutex rwsem spinlock wake_up complete work timer list kobject fence xarray device; do
	t "freed: $what" eval 'wrong $what; seen "BUG: KASAN: slab-use-after-free in"'
done
for what in shift bounds; do
	t "$what" eval 'wrong $what; seen "UBSAN: (shift|array-index)-out-of-bounds"'
done
finish
