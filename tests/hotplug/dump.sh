# driver: xe
# timeout: 900
# full: timeout=2400 xe_points=20
# allow: kmemleak: Cannot allocate a scan area -- the memory that was refused was kmemleak's own
# set: hotplug=pciehp model_args=--bar=256M
#
# SPDX-License-Identifier: MIT
# Dumps of queues that go wrong: what is in them, one at a time; read while the device goes, and behind it; with
# the module unloaded, its client killed, and memory that cannot be had.
. /lab/gpu.sh
. ./lib/phases.sh

export LAB_PORT_TIMEOUT=600	# the guest may be slow
dumps() { ls /sys/class/devcoredump | grep -c devcd; }
gone="model quiet on >/dev/null"
back="model quiet off >/dev/null"
part() {
	t "$1: no splat" no_splat
	t "$1: no violation" no_violations
	model violations clear >/dev/null
	dmesg -C
}
until_dumped() { until_ 60 [ -e "$dev/devcoredump/data" ]; }
# All that is there: of a device that is gone too, which has no link to it any more.
removed() { local d; for d in /sys/class/devcoredump/devcd*/data; do [[ ! -e $d ]] || put 1 "$d"; done; [[ $(dumps) == 0 ]]; }
no_dumps() { until_ 60 removed; }

until_ 60 works || { not_ok "the card works"; finish; }
dmesg -C
engines job_timeout_ms 300
relay dump taken "$gpu"
t "none is left" [ "$(dumps)" = 0 ]
part "taken"

# Its client is killed while its dumps are made.
dump leave "$gpu" >/dev/null &
pid=$!
for i in 1 2 3; do
	until_dumped
	[[ -e $dev/devcoredump/data ]] && put 1 "$dev/devcoredump/data"
done
kill -9 $pid
wait $pid 2>/dev/null
pause 3		# one may be under way
t "a client is killed: the last dump can be removed" no_dumps
part "kill"

# No memory: what fails is what this function asks for, or somebody for it.
within() {
	local range kind
	range=$(sort /proc/kallsyms | awk -v f="$1" 'from && $1 != from { print "0x" from, "0x" $1; exit } $3 == f && $4 == "[xe]" { from = $1 }')
	for kind in failslab fail_page_alloc; do
		put "${range% *}" $debugfs/$kind/require-start && put "${range#* }" $debugfs/$kind/require-end || return
	done
}
# failing PROBABILITY INTERVAL TIMES
failing() {
	local kind
	for kind in failslab fail_page_alloc; do
		put 0 $debugfs/$kind/probability && put "$2" $debugfs/$kind/interval && put "$3" $debugfs/$kind/times &&
			put "$1" $debugfs/$kind/probability || return
	done
}
for kind in failslab fail_page_alloc; do
	put N $debugfs/$kind/ignore-gfp-wait
	put 0 $debugfs/$kind/verbose
	put 20 $debugfs/$kind/stacktrace-depth
done
put N $debugfs/fail_page_alloc/ignore-gfp-highmem
put 0 $debugfs/fail_page_alloc/min-order
t "the text has no memory at all" eval 'within xe_coredump_work && failing 100 1 -1'
relay dump none "$gpu"
failing 0 1 -1
points=$(argument xe_points) || points=3
made=0 failed=0
was_refused() { [[ $(<$debugfs/failslab/times) == 0 || $(<$debugfs/fail_page_alloc/times) == 0 ]]; }
# one FUNCTION N: the N-th allocation in it fails
one() {
	within "$1" && failing 100 "$2" 1 || not_ok "$1 is found"
	dump leave "$gpu" once >/dev/null
	sleep 0.3
	[[ ! -e $dev/devcoredump ]] || made=$((made + 1))
	! was_refused || failed=$((failed + 1))
	failing 0 1 -1
	no_dumps || not_ok "$1, allocation $2: it can be removed"
}
for ((i = 1; i <= points; i++)); do one xe_coredump_work "$i"; done
# Not those behind it: Linux 6.12 frees the text twice when the dump's device cannot be made.
one hand_over 1
diag "$failed allocations of $((points + 1)) failed; $made dumps were made all the same"
t "allocations failed" [ $failed -gt $((points / 2)) ]
relay dump leave "$gpu" once
t "behind it there is a dump again" until_dumped
t "it can be removed" no_dumps
part "no memory"

# The device goes while one is read; the text is the kernel's and stays.
relay dump read "$gpu" "echo $gpu >$bus/drivers/xe/unbind && $gone"
t "unbind: it is still there" [ "$(dumps)" = 1 ]
t "the module can be unloaded" rmmod xe
t "and it can be read" grep -aq "Xe Device Coredump" /sys/class/devcoredump/devcd*/data
eval "$back"
t "another life of the driver" modprobe xe
until_ 60 works
part "unbind"
dump leave "$gpu" once >/dev/null
t "one of an earlier life keeps its place" [ "$(dumps)" = 1 ]
t "and can be removed" no_dumps
for way in remove vanish; do
	[[ $way == remove ]] || cut="model vanish now >/dev/null; "
	relay dump read "$gpu" "${cut-}echo 1 >$dev/remove && $gone"
	eval "$back"
	[[ $way == remove ]] || model restore >/dev/null
	put 1 $bus/rescan
	t "$way: the device is back" until_ 60 works
	t "$way: and has none, though one is there of the other" [ ! -e "$dev/devcoredump" -a "$(dumps)" = 1 ]
	t "$way: it can be removed" no_dumps
	part "$way"
done
t "nothing holds the module" until_ 30 rmmod xe
t "kmemleak finds nothing" leaks
finish
