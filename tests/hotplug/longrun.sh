# driver: xe
# timeout: 1800
# full: timeout=3600 xe_longrun=1
# set: hotplug=pciehp model_args=--bar=32M
# control: lib/replug.sh
#
# SPDX-License-Identifier: MIT
# Batches without an end, as the compute runtime has them: while others take their memory, while the system sleeps,
# while a GT is reset under them, while their process is killed, and while the card goes.
. /lab/gpu.sh
. ./lib/phases.sh
. ./lib/ways.sh

export LAB_PORT_TIMEOUT=600	# the guest may be slow
ways=(unbind lost)
sleeps=(platform)
if grep -q xe_longrun=1 /proc/cmdline; then
	ways=(unbind remove vanish lost unplug)
	sleeps=(platform devices freezer platform)
fi
clean() {
	t "$1: no splat" no_splat
	t "$1: no violation" no_violations
	model violations clear >/dev/null
}

until_ 60 works || { not_ok "the card works"; finish; }
dmesg -C
for group in basic room turns killed; do
	relay longrun $group "$gpu"
done
clean "memory"
put 1 /sys/module/suspend/parameters/pm_test_delay
for depth in "${sleeps[@]}"; do
	relay longrun over "$gpu" "echo $depth >/sys/power/pm_test && echo mem >/sys/power/state"
done
put none /sys/power/pm_test
clean "sleep"

rebind() { put "$gpu" $bus/drivers/xe/unbind && disarm && put "$gpu" $bus/drivers/xe/bind; }
mode=$debugfs/dri/$gpu/wedged_mode
relay longrun wedged "$gpu" stops "echo 2 >$mode; dump leave $gpu once >/dev/null; echo 1 >$mode"
clean "given up for a hang"
t "another life of the driver" rebind
# Engines that are kept from memory try.
relay longrun wedged "$gpu" goes-on "model fault reset.stuck count=0 >/dev/null; cat $debugfs/dri/$gpu/gt0/force_reset_sync >/dev/null"
known_violations=^dma-no-master clean "given up for a reset"
t "another life of the driver" rebind

for way in "${ways[@]}"; do
	until_ 60 works || { not_ok "the card works"; finish; }
	dmesg -C
	diag "$way"
	relay longrun gone "$gpu" "${down[$way]}" "${up[$way]}"
	[[ $way != unplug ]] || splat_not+="|WARNING: possible circular locking"
	clean "$way"
done
until_ 60 works
t "nothing holds the module any more" rmmod xe
t "kmemleak finds nothing" leaks
finish
