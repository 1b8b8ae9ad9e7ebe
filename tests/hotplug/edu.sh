# driver: none
# timeout: 600
# set: devices=edu
# modules: ../static/convert
# expect: edu.expected
# allow: sysfs: cannot create duplicate filename '.*/computed' -- of before.c: its file outlives the unbinding
#
# SPDX-License-Identifier: MIT
# The example of Documentation/gpu/xe/converting.rst on QEMU's edu device: the same is asked of the
# converted driver and of the one with the usual mistakes. What the latter fails in is in edu.expected.
. /lab/ktap.sh

bus=/sys/bus/pci
for dev in $bus/devices/*; do
	[[ $(<"$dev/vendor") == 0x1234 && $(<"$dev/device") == 0x11e8 ]] && break
done
slot=${dev##*/}

node()	{ local n=("$dev"/drm/renderD*); echo "/dev/dri/${n##*/}"; }
# holder NAME: a process with the node open, asked by NAME WHAT
holder() {
	local -n to=$1_to from=$1_from
	local in=/tmp/$1.in out=/tmp/$1.out line
	mkfifo "$in" "$out"
	edu "$(node)" <"$in" >"$out" &
	exec {to}>"$in" {from}<"$out"
	rm "$in" "$out"
	read -rt 10 -u "$from" line
}
# ask HOLDER NUMBER: its answer, or that there is none
ask() {
	local -n to=$1_to from=$1_from
	local line
	echo "$2" >&"$to"
	if read -rt 10 -u "$from" line; then echo "$line"; else echo "no answer"; fi
}
# answers HOLDER NUMBER WHAT
answers() {
	local is
	is=$(ask "$1" "$2")
	[[ $is == "$3" ]] || { echo "$is"; return 1; }
}
let_go() { local -n to=$1_to from=$1_from; exec {to}>&- {from}<&-; }
bind()	 { put "$slot" $bus/drivers/edu/bind && [[ -c $(node) ]]; }
unbind() { put "$slot" $bus/drivers/edu/unbind; }
quiet()	 { ! dmesg | grep "does not answer"; }

modprobe drm
for which in after before; do
	t "$which: loads" insmod "/lab/modules/edu_$which.ko" || finish
	holder first
	t "$which: computes" answers first 5 120
	let_go first
	t "$which: unbind with no file open" unbind
	t "$which: and bind again" bind || continue

	holder old
	dmesg -C
	t "$which: unbind with a file open" unbind
	# What still reads the device now reads all ones, and says so.
	setpci -s "$slot" COMMAND=0:2
	sleep 2.5
	t "$which: the worker leaves the device alone" quiet
	t "$which: the file in sysfs is gone" test ! -e "$dev/computed"
	t "$which: the ioctl of the old file fails at once" answers old 5 ENODEV
	if t "$which: bind again beside the old file" bind; then
		holder new
		t "$which: the new device computes" answers new 6 720
		let_go new
	fi
	let_go old
	t "$which: unload" timeout 10 rmmod "edu_$which"
done
finish
