# driver: xe
# timeout: 900
# set: model_args="--bar=256M --ccs=4"
#
# SPDX-License-Identifier: MIT
# Queues of more than one engine, and how many compute engines there are: multi.c, and the files that say so. It
# runs on Linux's own driver as well, `tests/lab/run --driver upstream`, which must not sleep when ccs_mode is set.
. /lab/gpu.sh
. ./lib/phases.sh

gt=$dev/tile0/gt0
node=$(echo "$dev"/drm/renderD*)
mode_is() { [[ $(<$gt/ccs_mode) == "$1" ]] || { cat $gt/ccs_mode; return 1; }; }
# refused ERROR VALUE: writing it fails like this
refused() { ! (put "$2" $gt/ccs_mode) 2>/tmp/why && grep -q "$1" /tmp/why; }
busy() { exec 5<>"/dev/dri/${node##*/}"; refused "Device or resource busy" 4; local rc=$?; exec 5>&-; return $rc; }
timeouts() { for f in $gt/engines/*; do put "$1" $f/job_timeout_ms && put "$2" $f/preempt_timeout_us || return; done; }
# all_busy: every compute engine has a context, at some time within 30 s
all_busy() {
	local i
	for ((i = 0; i < 300; i++)); do
		[[ $(model contexts | grep -c '^gt0 ccs[0-3] busy') != 4 ]] || return 0
		sleep 0.1
	done
	model contexts | sed 's/^/# /'
	return 1
}
declare -f all_busy >/tmp/all_busy && echo all_busy >>/tmp/all_busy
sleeps() { put 10 "$dev/power/autosuspend_delay_ms" && put auto "$dev/power/control" && until_ 60 asleep && put on "$dev/power/control"; }
asleep() { [[ $(<"$dev/power/runtime_status") == suspended ]]; }
counted() { [[ $(grep -c '^# 0 failed' /tmp/count) == 40 ]] || { grep -v '^ok' /tmp/count | tail -n 20; return 1; }; }
reset="cat $debugfs/dri/$gpu/gt0/force_reset_sync >/dev/null"

until_ 60 works || { not_ok "the card works"; finish; }
put on "$dev/power/control"
dmesg -C
# Nobody is to be found out as hung, or taken off by force, because the guest is slow.
timeouts 10000 10000000
t "four slices" test "$(<$gt/num_cslices)" == 4
t "which are one engine's" mode_is 1
for n in 0 3 5 8 x; do
	t "a mode of $n is refused" refused "Invalid argument" $n
done
t "and any as long as the device is open" busy
t "they become those of two" put 2 $gt/ccs_mode
until_ 30 works
t "two engines" mode_is 2
relay multi basic "$gpu"
t "four engines" put 4 $gt/ccs_mode
until_ 30 works
for part in basic errors; do
	relay multi $part "$gpu"
done
relay multi fill "$gpu" "bash /tmp/all_busy"
relay multi reset "$gpu" "$reset"
t "four engines after a reset" mode_is 4
relay multi close "$gpu"
timeouts 700 100000
relay multi hang "$gpu"
timeouts 10000 10000000
[[ ${LAB_DRIVER-} == upstream ]] || {
	t "the card sleeps" sleeps
	relay multi fill "$gpu" "bash /tmp/all_busy"
	# Another mode while clients come and go: each gets what it was told of. And while the driver goes.
	for ((i = 0; i < 40; i++)); do multi count "$gpu" || break; done >/tmp/count &
	for ((i = 0; i < 40; i++)); do (put $((1 << i % 3)) $gt/ccs_mode) 2>/dev/null; done
	wait $!
	t "jobs on all engines that a client sees, whatever the mode becomes" counted
	for ((i = 0; i < 1000; i++)); do (put $((1 << i % 3)) $gt/ccs_mode) 2>/dev/null || [[ -e $gt ]] || break; done &
	sleep 0.3
	t "unbind while the mode changes" put "$gpu" "$bus/drivers/xe/unbind"
	wait $!
	t "and bind" put "$gpu" "$bus/drivers/xe/bind"
	until_ 30 works
	t "which begins with one engine" mode_is 1
}
t "no splat" no_splat
t "no violation" no_violations
finish
