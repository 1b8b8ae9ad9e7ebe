# driver: xe
# timeout: 900
# full: timeout=1800 xe_ways=3
# set: model_args=--bar=64M
#
# SPDX-License-Identifier: MIT
# What a copy engine clears and moves: more buffers than VRAM, of two processes; an engine that hangs; and the card goes
# while buffers are cleared, with an engine that works and with one that does not. Nobody sees what was in memory
# before, and no data is lost that was not on the card when it went. xe_ways=N on the kernel's command line: in
# so many ways; with 3, engines hang over a sleep of the system as well: at clears, and at the moves that it makes.
. /lab/gpu.sh
. ./lib/phases.sh

export LAB_PORT_TIMEOUT=600	# the guest may be slow
hang="model fault cs.hang value=3 count=0 >/dev/null"
declare -A down=(
	[unbind]="echo $gpu >$bus/drivers/xe/unbind"
	[lost]="model vanish now >/dev/null; cat $dev/tile0/gt0/freq0/act_freq; sleep 0.5; true"
	[wedged]="model fault reset.stuck count=0 >/dev/null; cat $debugfs/dri/$gpu/gt0/force_reset_sync; sleep 0.5; true"
)
again() {
	disarm
	[[ ! -e $dev/driver ]] || put "$gpu" $bus/drivers/xe/unbind || return
	put 1 "$dev/remove" && model restore >/dev/null
	put 1 $bus/rescan
	until_ 60 works
}

until_ 60 works || { not_ok "the card works"; finish; }
modprobe vgem
dmesg -C
relay blit crowd "$gpu"
t "an engine did it" eval '! dmesg | grep "the CPU does it"'
engines job_timeout_ms 300
relay blit under "$gpu" "$hang"
t "then it is said who does it" eval 'dmesg | grep "the CPU does it"'
t "and that it stays so" eval 'dmesg | grep "from now on the CPU does it"'
t "no splat" no_splat
t "no violation" no_violations
ways=(lost unbind wedged)
for way in "${ways[@]:0:$(argument xe_ways || echo 1)}"; do
	t "$way: the card works" again
	dmesg -C
	diag "$way"
	engines job_timeout_ms 10000
	relay blit down "$gpu" "${down[$way]} >/dev/null 2>&1" "$([[ $way == unbind ]] || echo "$hang")"
	t "$way: no splat" no_splat
done
# slept: the last sleep was one, or it was said why not
slept() { ((!$(</tmp/nap))) || dmesg | grep -E "cannot be moved|cannot be put to sleep"; }
export -f nap put
# asleep WHAT TIMEOUT FAULT COMMAND: with the power cut, of a card that was awake until then
asleep() {
	t "$1: the card works" again
	dmesg -C
	diag "$1"
	engines job_timeout_ms "$2"
	put on "$dev/power/control"
	relay blit sleep "$gpu" "$4 model fault power.cut >/dev/null; nap; echo \$? >/tmp/nap" "$3"
	diag "status $(</tmp/nap)"
	t "$1: the system slept, or was told why not" slept
	t "$1: then it is said who does it" eval 'dmesg | grep "the CPU does it"'
	t "$1: no splat" no_splat
	t "$1: no violation" no_violations
}
if ((${#down[@]} == $(argument xe_ways || echo 1))); then
	put 1 /sys/module/suspend/parameters/pm_test_delay
	asleep "a clear hangs over a sleep" 300 "$hang" ""
	asleep "a clear hangs for long" 10000 "$hang" ""
	asleep "a move hangs" 300 true "$hang;"
fi
again
t "nothing holds the module any more" rmmod xe
t "kmemleak finds nothing" leaks
finish
