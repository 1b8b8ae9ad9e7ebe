# SPDX-License-Identifier: MIT
# For scenarios: run IGT programs and turn their subtests into results, "program@subtest".
. /lab/gpu.sh
igt=/usr/libexec/igt-gpu-tools

# What a skipped subtest asked for and did not get.
igt_why() {
	awk -v end="Subtest $2: SKIP" '
		/^Test requirement: / { why = substr($0, 19, 80) }
		/^Subtest / && index($0, end) == 1 { print why; exit }
		/^Subtest / { why = "" }' "$1"
}

# Subtests, or all of a program, with milliseconds for something, and what they say when these were too short:
# where the host gives the guest's CPU to somebody else just then they fail, and are tried again.
declare -A timed=(
	[xe_query@query-cs-cycles]='calc_freq .* err'
	[xe_waitfence@reltime]='Timer expired'	# 10 ms, for seven binds, in each of the three
	[xe_waitfence@abstime]='Timer expired'
	[xe_waitfence@engine]='Timer expired'
	[xe_vm@out-of-memory]='Timer expired'	# one second, for clearing 512 MiB
	# 100 ms, which may be 50 to 150
	[xe_spin_batch@spin-fixed-duration]='elapsed_ms < duration_ns'
	[xe_spin_batch@spin-fixed-duration-with-preempter]='elapsed_ms < duration_ns'
	[xe_exec_compute_mode]='Timer expired'	# one second, with page faults of the CPU in it
	# 100 ms for all that their threads do, or twice that for one of these and for who waits for it
	[syncobj_wait]='SHORT_TIME_NSEC\|error: -62 != 0'
	[syncobj_timeline]='SHORT_TIME_NSEC\|error: -62 != 0'
)
# again LOG PROGRAM SUBTEST: says at which try it passed
again() {
	local i says=${timed[$2@$3]-${timed[$2]-}}
	# What others of the program say is no excuse.
	[[ $says ]] && awk -v "from=Starting subtest: $3" -v "to=Subtest $3: " '$0 == from { on = 1 } on { print } index($0, to) == 1 { exit }' "$1" |
		grep "$says" >/dev/null || return
	# Later, as what took the CPU may go on for a while.
	for ((i = 2; i <= 16; i++)); do
		sleep $((i / 4))
		timeout -k 10 60 "$igt/$2" --run-subtest "$3" </dev/null &>/dev/null || continue
		diag "$2@$3: at try $i"
		return
	done
	return 1
}

# The CPU is emulated, and prepares some hundred binds or jobs behind one that spins: that one has longer.
patient() {
	local f
	for f in "$dev"/tile0/gt0/engines/*; do
		echo 10000 >"$f/job_timeout_ms"
		echo 5000000 >"$f/preempt_timeout_us"
	done
}

# igt PROGRAM SECONDS [ARGUMENTS...]: hangs=N is how often it may hang, of another driver's fault
igt() {
	local program=$1 limit=$2 rc line log=/tmp/igt.$1 left=${hangs:-0}
	shift 2
	while :; do
		rc=0
		timeout -k 10 "$limit" "$igt/$program" "$@" >"$log" 2>&1 || rc=$?
		(((rc == 124 || rc == 137) && left-- > 0)) || break
		diag "$program hangs and is tried again: $(grep '^Starting' "$log" | tail -n 1)"
	done
	while read -r line; do
		[[ $line =~ ^Subtest\ ([^:]+):\ (SUCCESS|FAIL|SKIP|CRASH|TIMEOUT) ]] || continue
		case ${BASH_REMATCH[2]} in
		SUCCESS) ok "$program@${BASH_REMATCH[1]}" ;;
		SKIP) skip "$program@${BASH_REMATCH[1]}" "$(igt_why "$log" "${BASH_REMATCH[1]}")" ;;
		*)
			again "$log" "$program" "${BASH_REMATCH[1]}" && { ok "$program@${BASH_REMATCH[1]}"; continue; }
			diag "$(grep -B1 -A12 -m1 "^Subtest ${BASH_REMATCH[1]} failed" "$log" | head -30)"
			not_ok "$program@${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" ;;
		esac
	done <"$log"
	# 98, 99: some failed, as was said above; 77: all skipped, so nothing was tested.
	case $rc in
	77) not_ok "$program ends" "all skipped" ;;
	0 | 98 | 99) ok "$program ends" ;;
	124 | 137)
		# A thread whose assertion fails may leave the others at a barrier.
		diag "$(grep -A 5 -m 1 'Test assertion failure' "$log")"
		not_ok "$program ends" "not within $limit s: $(grep '^Starting' "$log" | tail -n 1)" ;;
	*) diag "$(tail -n 5 "$log")"; not_ok "$program ends" "status $rc" ;;
	esac
	t "$program: no violation" no_violations
	rm -f "$log"
}
