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
	echo "touched $(model violations | grep -c touched-after-unbind)"
	cost probe bind
	echo on >"/sys/bus/pci/devices/$gpu/power/control"
	sleep 1
done
model regs | awk '{ print "register " $3 " " $2 }'
nodes=("/sys/bus/pci/devices/$gpu"/drm/renderD*)
actions "/dev/dri/${nodes##*/}"
now()	{ awk '/now at/ { print $3; exit }' /proc/timer_list; }
# The card is gone: how long until the driver is off it.  What does not end is given up after two minutes.
lost() {
	local before i
	model vanish now >/dev/null
	before=$(now)
	echo "$gpu" >/sys/bus/pci/drivers/xe/unbind &
	for ((i = 0; i < 12000; i++)); do
		kill -0 $! 2>/dev/null || break
		sleep 0.01
	done
	echo "lost-us $((($(now) - before) / 1000))"
}
echo "module-bytes $(awk '$1 == "xe" { print $2 }' /proc/modules)"
lost
