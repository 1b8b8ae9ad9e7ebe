# driver: xe
# timeout: 1200
# full: timeout=4800 xe_orders=3
# soak: timeout=18000 xe_orders=20
# set: hotplug=pciehp model_args=--bar=256M
# control: lib/replug.sh
#
# SPDX-License-Identifier: MIT
# Everything is open and in use while the card goes: by unbind, sysfs remove, PCIe hot-unplug, or
# because it vanished.  It is used late, closed late in an order of chance, and beside it the card
# that came back works.  On the kernel's command line: xe_seed=N repeats a run, xe_orders=N is how
# many orders for each way.
#
# Seen to fail: with dir_stop() of xe_sysfs.c registered by drmm_add_action_or_reset() instead of
# xe_hw_on_unbind(), in a copy of the checkout, "unbind" says that
# late use reads sysfs files of a card that is gone, and bind fails with -EEXIST: "sysfs: cannot
# create duplicate filename .../tile0", "kobject_add_internal failed for tile0 with -EEXIST".
. /lab/gpu.sh
. ./lib/phases.sh

seed=$(argument xe_seed) || seed=$((SRANDOM % 32768))
orders=$(argument xe_orders) || orders=1
RANDOM=$seed
diag "xe_seed=$seed xe_orders=$orders"

# Between the two whatever touches the card is a violation.
gone="sleep 0.1 && model quiet on >/dev/null"
back="model quiet off >/dev/null"
declare -A down=(
	[unbind]="echo $gpu >$bus/drivers/xe/unbind && $gone"
	[remove]="echo 1 >$dev/remove && $gone"
	[unplug]="bench unplug >/dev/null && while [[ -e $dev ]]; do sleep 0.1; done && $gone"
	[vanish]="model vanish now >/dev/null && sleep 0.3 && echo 1 >$dev/remove && $gone"
)
declare -A up=(
	[unbind]="$back; echo $gpu >$bus/drivers/xe/bind"
	[remove]="$back; echo 1 >$bus/rescan"
	[unplug]="$back; bench plug >/dev/null"
	[vanish]="$back; model restore >/dev/null; echo 1 >$bus/rescan"
)
# unplug is the last: of Linux 6.12's pciehp lockdep says, whatever the driver, that it takes reset_lock and
# pci_rescan_remove_lock both ways round, and is off from then on.
ways=(unbind remove vanish unplug)
export LAB_PORT_TIMEOUT=600	# the guest may be slow
modprobe vgem
good=0 total=0
for way in "${ways[@]}"; do
	for ((i = 0; i < orders; i++)); do
		until_ 60 works || { not_ok "the card works"; finish; }
		dmesg -C
		diag "$way"
		bad=$ktap_bad
		relay open "$gpu" $RANDOM "${down[$way]}" "${up[$way]}"
		[[ $way != unplug ]] || splat_not+="|WARNING: possible circular locking"	# the runner looks at these
		t "$way: no splat, and no name of the old device in the way of the new one" no_splat
		t "$way: no violation" no_violations
		model violations clear >/dev/null
		total=$((total + 1))
		((ktap_bad > bad)) || good=$((good + 1))
		figure open $good $total
	done
done
until_ 60 works
t "nothing holds the module any more" rmmod xe
t "kmemleak finds nothing" leaks
finish
