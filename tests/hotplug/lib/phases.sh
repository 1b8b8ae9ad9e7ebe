# SPDX-License-Identifier: MIT
# For scenarios: what may be going on when the card goes.
#
# A phase is a function act_PHASE that does it once; prepare_PHASE, where there is one, comes before.
bus=/sys/bus/pci
debugfs=/sys/kernel/debug
# A result that is bad, with the seed that repeats it.
not_ok() {
	local why=${2-}${seed:+ xe_seed=$seed}
	ktap_n=$((ktap_n + 1)) ktap_bad=$((ktap_bad + 1))
	echo "not ok $ktap_n - $1${why:+ # ${why# }}"
}
# say COMMAND...: to the model, through the one process that the scenario began with coproc MODEL { model; }
say() {
	local line
	echo "$*" >&"${MODEL[1]}"
	while read -r -u "${MODEL[0]}" line; do
		case $line in
		ok)	return 0 ;;
		error*)	return 1 ;;
		*)	echo "$line" ;;
		esac
	done
	return 1
}
# converse: from here on `model` is one process that is asked again and again, and nobody else can ask
converse() {
	coproc MODEL { command model; }
	exec {model_in}>&"${MODEL[1]}" {model_out}<&"${MODEL[0]}"	# those of a coproc are not in each subshell
	# The whole answer is read before a part of it is said: who is told may go before its end.
	model() {
		local line answer= rc=2
		echo "$*" >&"$model_in"
		while ((rc == 2)) && IFS= read -r -t 60 -u "$model_out" line; do
			answer+=$line$'\n'
			case $line in
			ok | ok\ *) rc=0 ;;
			error*)	  rc=1 ;;
			esac
		done
		printf %s "$answer"
		return $rc
	}
}
# told COMMAND...: a model that does not take it is said to have given up
told()	{ say "$@" || { echo "the model did not take: $*"; return 1; }; }
minor()	{ local n=("$dev"/drm/renderD*); echo "${n##*/renderD}"; }
# works: the card is bound and answers
works()	{ [[ -e $dev/driver ]] && [[ $(<"$dev/tile0/gt0/freq0/act_freq") =~ ^[0-9]+$ ]]; } 2>/dev/null
# engines NAME VALUE [CLASS]: an attribute of all engines, or of those of a class
engines() {
	local f
	for f in "$dev"/tile*/gt*/engines/${3-*}/"$1"; do put "$2" "$f" || return; done
}
# leaks: what kmemleak finds, if anything
leaks() {
	local found
	[[ -w $debugfs/kmemleak ]] || { echo "this kernel does not look for leaks"; return 1; }
	echo scan >$debugfs/kmemleak
	sleep 5
	echo scan >$debugfs/kmemleak
	found=$(<$debugfs/kmemleak)
	[[ -z $found ]] || { echo "$found" | head -n 30; return 1; }
}
# left: what an unbind or a failed bind has left, if anything
left()	{ compgen -G "$dev/drm/*" || compgen -G "$dev/tile*" || compgen -G "$dev/hwmon/*" || compgen -G "$debugfs/dri/$gpu"; }
# watch_splats: they are gathered as they come, without a process for each look, for no_new_splat
watch_splats() {
	: >/tmp/splats
	dmesg -t --follow-new | splats >>/tmp/splats &
	watcher=$!
	until_ 100 watched || return
	pause 1
	: >/tmp/splats
}
watched() {
	echo "$splat_trial" >/dev/kmsg
	pause 0.3
	[[ -s /tmp/splats ]]
}
# no_new_splat: none since it was asked the last time
no_new_splat() {
	kill -0 "$watcher" || { echo "the kernel's log is not read any more"; return 1; }
	[[ -s /tmp/splats ]] || return 0
	head -n 1 /tmp/splats
	: >/tmp/splats
	return 1
}
# disarm: no fault of the model is to come any more
disarm() {
	local name state rest
	while read -r name state rest; do	# all of the answer is there before the next question
		[[ $state != ARMED ]] || model fault "$name" off >/dev/null
	done <<<"$(model faults)"
}
# spare FUNCTION: what it allocates is neither counted nor failed
spare() {
	local range
	range=$(sort /proc/kallsyms | awk -v f="$1" 'from && $1 != from { print "0x" from, "0x" $1; exit } $3 == f { from = $1 }')
	for kind in failslab fail_page_alloc; do
		put "${range% *}" $debugfs/$kind/reject-start
		put "${range#* }" $debugfs/$kind/reject-end
	done
}
# The PM core's files of a device that has no runtime PM answer -EIO.
read_all() { find "$@" -type f -perm -400 ! -path '*/power/*' -exec timeout 10 cat {} + >/dev/null; }

act_probe()	{ put "$gpu" $bus/drivers/xe/bind; }
prepare_probe()	{ put "$gpu" $bus/drivers/xe/unbind; }
act_unbind()	{ put "$gpu" $bus/drivers/xe/unbind; }

act_idle()	{ use idle "$gpu"; }
act_query()	{ use query "$gpu"; }
act_buffers()	{ use buffers "$gpu"; }
act_share()	{ use share "$gpu"; }
prepare_share()	{ [[ -e /sys/module/vgem ]] || modprobe vgem; }

act_sysfs()	{ read_all "$dev/tile0" "$dev"/hwmon; }
act_settings() {
	local f=$dev/tile0/gt0/freq0 low
	low=$(<"$f/rpn_freq")
	put "$low" "$f/max_freq"
	put "$(<"$f/rp0_freq")" "$f/max_freq"
}
act_debugfs()	{ read_all $(find "$debugfs/dri/$gpu/" -type f ! -name 'force_*'); }
act_reset()	{ cat "$debugfs/dri/$gpu/gt0/force_reset_sync"; }

# Asleep (D3hot) and awake again.
act_power() {
	put 10 "$dev/power/autosuspend_delay_ms"
	put auto "$dev/power/control"
	until_ 60 grep -q suspended "$dev/power/runtime_status"
	put on "$dev/power/control"
}
# nap [DEPTH]: system sleep, but for what the platform does in it; or less deep, "devices"
nap() {
	local rc=0
	put "${1:-platform}" /sys/power/pm_test && put mem /sys/power/state || rc=$?
	put none /sys/power/pm_test
	return $rc
}

# launch COMMAND...: work; when the card goes it may be over only behind the removal, and it is judged then
launch() {
	command "$@" >/tmp/flight 2>&1 &
	until_ "${patience-60}" landed
}
fly() { launch flight "$gpu" "$@"; }	# KIND..., see flight.c
landed() { grep -q '^1\.\.' /tmp/flight; }
# judged: what came of the work, if there was any
judged() {
	[[ -e /tmp/flight ]] || return 0
	until_ 60 landed || { echo "work is not over"; return 1; }
	! grep -v '^ok' /tmp/flight | grep -B 9 -A 1 '^not ok' || return
	rm /tmp/flight
}
act_work()	{ fly bind exec run fence; }
act_queued()	{ fly spin queue; }
act_copies()	{ launch blit flight "$gpu"; }
prepare_copies() { prepare_share; act_buffers >/dev/null; }	# the driver's queue is there: most that comes is copies
act_hangs()	{ fly hang; }
prepare_hangs()	{ engines job_timeout_ms 300; }
# Each alone
act_bind()	{ fly bind; }
act_exec()	{ fly exec; }
act_running()	{ fly run; }
act_spinner()	{ fly spin; }
act_thousand()	{ fly queue; }
act_fence()	{ fly fence; }
act_dozing()	{ put platform /sys/power/pm_test && fly queue nap; put none /sys/power/pm_test; }
prepare_dozing() { prepare_sleep; }

# The whole system sleeps and wakes up, with a buffer in VRAM.
act_sleep() {
	local rc=0
	put platform /sys/power/pm_test
	use nap "$gpu" || rc=$?
	put none /sys/power/pm_test
	return $rc
}
prepare_sleep()	{ put 1 /sys/module/suspend/parameters/pm_test_delay; }

# Of the scenarios that have the card go in a phase. How many accesses it has made, and one of the phases, when
# nothing is wrong.
accesses() {
	local name value n=0 counters
	counters=$(say counters) || return
	while read -r name value; do
		[[ $name =~ ^(mmio|gsm|vram|dma)-(read|write)$ ]] && n=$((n + value))
	done <<<"$counters"
	echo $n
}
prepare()  { ! declare -F "prepare_$1" >/dev/null || "prepare_$1"; }
measure() {
	local before after
	prepare "$1"
	before=$(accesses) || return
	bounded 60 "act_$1" >/dev/null && judged || return
	after=$(accesses) || return
	[[ -e $dev/driver ]] || put "$gpu" $bus/drivers/xe/bind
	until_ 30 works && echo $((after > before ? after - before : 1))
}
