# driver: xe
# kernel: stock
# timeout: 900
# set: rootfs=clients
# full: kernel=debug-full timeout=1800
#
# SPDX-License-Identifier: MIT
# The card goes while Vulkan and OpenCL copy: programs fail and end, and the next ones find a card that works.
. ./lib/client.sh

programs=(transfer compute)
# at_work: each copies until it is told otherwise
at_work() {
	local program
	pids=()
	for program in "${programs[@]}"; do
		"$program" 150 &>"/tmp/$program" &
		pids+=($!)
		t "$program is at work" until_ 100 grep -q '^ok 3' "/tmp/$program"
	done
}
# of_itself STATUS: it failed, and neither crashed nor was killed; 134 is an abort(), of Mesa
of_itself() { (($1 && $1 != 124 && ($1 < 128 || $1 == 134))); }
# fail WAY: all of them, of themselves
fail() {
	local program rc i=0
	for program in "${programs[@]}"; do
		rc=0
		wait "${pids[i++]}" || rc=$?
		diag "$program: status $rc; $(grep -aE '^# (Vk|OpenCL|word)|^not ok|bort' "/tmp/$program" | tail -n 3)"
		t "$program fails and ends ($1)" of_itself $rc
	done
}
unbind()	{ echo "$gpu" >"$dev/driver/unbind"; }
bind()		{ echo "$gpu" >/sys/bus/pci/drivers/xe/bind; }

# again: what comes next finds a card that works
again() {
	until_ 60 let_in 2>/dev/null
	relay transfer
	relay compute
}

at_work
t unbind bounded 60 unbind
fail unbind
t bind bounded 60 bind
again
at_work
t unplug bounded 60 bench unplug
fail unplug
t plug bounded 60 bench plug
again
quiet
finish
