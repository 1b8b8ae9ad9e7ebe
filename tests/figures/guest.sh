# SPDX-License-Identifier: MIT
# In the guest, for `figures`: "NAME NUMBER" lines.  The CPU's time minus its idle time, under
# -icount shift=0, is the number of instructions.
gpu=$(for d in /sys/bus/pci/devices/*; do
	[[ $(<"$d/vendor") == 0x8086 && $(<"$d/class") == 0x03* ]] && basename "$d"
done)
counters() { model counters | awk '/^(mmio-read|mmio-write|h2g) / { print $2 }'; }
busy()	{ awk '/now at/ { n = $3 } /idle_sleeptime/ { i += $3 } END { printf "%.0f\n", n - i }' /proc/timer_list; }
least()	{ sort -n | head -n 1; }

# What busy itself costs.
own=$(for i in 1 2 3; do a=$(busy); b=$(busy); echo $((b - a)); done | least)

modprobe xe probe_display=0
echo on >"/sys/bus/pci/devices/$gpu/power/control"
cost() {	# NAME DIRECTION: the least of six
	local before after
	before=($(counters))
	a=$(busy)
	echo "$gpu" >/sys/bus/pci/drivers/xe/"$2"
	b=$(busy)
	after=($(counters))
	echo "$1-instructions $((b - a - own))"
	echo "$1-reads $((after[0] - before[0]))"
	echo "$1-writes $((after[1] - before[1]))"
	echo "$1-h2g $((after[2] - before[2]))"
}
for i in 1 2 3 4 5 6; do
	cost unbind unbind
	model quiet on >/dev/null
	sleep 1
	model quiet off >/dev/null
	said=$(model violations) || { echo "no answer of the model"; exit 1; }
	echo "touched $(grep -c touched-after-unbind <<<"$said")"
	cost probe bind
	echo on >"/sys/bus/pci/devices/$gpu/power/control"
	sleep 1
done
model regs | awk '{ print "register " $3 " " $2 }'
node() {
	local nodes=("/sys/bus/pci/devices/$gpu"/drm/renderD*)
	echo "/dev/dri/${nodes##*/}"
}
actions "$(node)"
steady "$(node)"
echo "module-bytes $(awk '$1 == "xe" { print $2 }' /proc/modules)"

# The card is gone: how long until the driver is off it.  What does not end is given up after two minutes.
unbind() {
	local start=${EPOCHREALTIME/./}
	echo "$gpu" >/sys/bus/pci/drivers/xe/unbind
	echo $((${EPOCHREALTIME/./} - start)) >"/tmp/$1"
}
lost() {	# NAME
	local i
	unbind "$1" &
	for ((i = 0; i < 120; i++)); do
		[[ ! -s /tmp/$1 ]] || break
		sleep 1
	done
	echo "$1 $(cat "/tmp/$1" 2>/dev/null || echo 120000000)"
}
# A new card, and a program that holds and uses what there is.
again() {
	local i
	echo 1 >"/sys/bus/pci/devices/$gpu/remove"
	[[ -z $holder ]] || kill -9 "$holder"
	model restore >/dev/null
	echo 1 >/sys/bus/pci/rescan
	for ((i = 0; i < 60; i++)); do
		[[ ! -c $(node) ]] || break
		sleep 1
	done
	exec 5< <(exec hold "$(node)")
	holder=$!
	read -rt 60 line <&5 && [[ $line == held ]] || { echo "nothing uses the card"; exit 1; }
	echo on >"/sys/bus/pci/devices/$gpu/power/control"
}
holder=
model vanish now >/dev/null
lost lost-us
[[ $LAB_DRIVER == xe ]] || exit 0	# upstream does not outlive that
again
model vanish now >/dev/null
lost lost-used-us

# In the middle of a reset, in the middle of waking up: at the 40th access.
again
kill -STOP $holder
model vanish read,write,dma 40 >/dev/null
cat /sys/kernel/debug/dri/"$gpu"/gt0/force_reset >/dev/null
kill -CONT $holder
lost lost-reset-us
again
kill -STOP $holder
echo 1 >"/sys/bus/pci/devices/$gpu/power/autosuspend_delay_ms"
echo auto >"/sys/bus/pci/devices/$gpu/power/control"
for ((i = 0; i < 20; i++)); do
	[[ $(<"/sys/bus/pci/devices/$gpu/power/runtime_status") != suspended ]] || break
	sleep 1
done
((i < 20)) || { echo "the card does not sleep"; exit 1; }
model vanish read,write,dma 40 >/dev/null
kill -CONT $holder
lost lost-asleep-us
kill -9 $holder
holder=

# With work of all kinds in flight, see pull.c; jobs go on until they are told.
modprobe vgem
for down in unbind gone; do
	again
	kill -9 "$holder"
	holder=
	for f in "/sys/bus/pci/devices/$gpu"/tile*/gt*/engines/*/job_timeout_ms; do echo 10000 >"$f"; done
	pull "$gpu" $down >/tmp/pull || { cat /tmp/pull; exit 1; }
	grep -- -us /tmp/pull
done
