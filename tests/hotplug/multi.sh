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
all_busy() { [[ $(model contexts | grep -c '^gt0 ccs[0-3] busy') == 4 ]] || { model contexts | grep ccs; return 1; }; }
export -f all_busy
reset="cat $debugfs/dri/$gpu/gt0/force_reset_sync >/dev/null"

until_ 60 works || { not_ok "the card works"; finish; }
put on "$dev/power/control"
dmesg -C
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
relay multi fill "$gpu" "sleep 0.2; bash -c all_busy"
timeouts 10000 640000
relay multi reset "$gpu" "$reset"
t "four engines after a reset" mode_is 4
relay multi close "$gpu"
timeouts 700 100000
relay multi hang "$gpu"
t "no splat" no_splat
t "no violation" no_violations
finish
