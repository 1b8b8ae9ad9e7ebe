# driver: xe
# timeout: 1200
#
# SPDX-License-Identifier: MIT
# Everything is open and in use while the card goes: by unbind, sysfs remove, or
# because it vanished.  It is used late, closed late in an order of chance, and beside it the card
# that came back works.  On the kernel's command line: xe_seed=N repeats a run, xe_points=N is how
# many orders for each way.
. /lab/gpu.sh
. ./lib/phases.sh

seed=$(argument xe_seed) || seed=$((SRANDOM % 32768))
points=$(argument xe_points) || points=1
RANDOM=$seed
diag "xe_seed=$seed xe_points=$points"

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
read -ra ways <<<"${WAYS:-unbind remove vanish}"
export LAB_PORT_TIMEOUT=600	# the guest may be slow
modprobe vgem
for way in "${ways[@]}"; do
	for ((i = 0; i < points; i++)); do
		until_ 60 works || { not_ok "the card works"; finish; }
		dmesg -C
		diag "$way"
		relay open "$gpu" $RANDOM "${down[$way]}" "${up[$way]}"
		t "$way: no splat, and no name of the old device in the way of the new one" no_splat
		t "$way: no violation" no_violations
		model violations clear >/dev/null
	done
done
until_ 60 works
t "nothing holds the module any more" rmmod xe
t "kmemleak finds nothing" leaks
finish
