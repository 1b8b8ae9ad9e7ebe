# SPDX-License-Identifier: MIT
# For the scenarios of this directory: KTAP, the device, and what the model complains of.
. /lab/ktap.sh

pci=/sys/bus/pci/devices/0000:01:00.0
igt=/usr/libexec/igt-gpu-tools

# A line of violations.known: "KEY TEXT", a prefix of what `model violations` prints.
known() {
	grep -v '^#' /lab/upstream/violations.known | cut -f1 | grep .
}

# What the model complained of since the last look, without what is known to be upstream's own.
violations() {
	model violations | grep -v '^ok$' | grep -vFf <(known)
	model violations clear >/dev/null
}

no_violations() {
	local out
	out=$(violations)
	[[ -z $out ]] || { echo "$out"; return 1; }
}

counter() {
	model counters | awk -v c="$1" '$1 == c { print $2 }'
}

# Wait until $2... succeeds, at most $1 seconds.
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

bound() { [[ -e $pci/driver && -e $(echo "$pci"/drm/renderD*) ]]; }
unbound() { [[ ! -e $pci/driver ]]; }
absent() { [[ ! -e $pci ]]; }

# Run one IGT program and turn its subtests into results.
igt_run() {
	local test=$1 limit=$2 line name result log=/tmp/igt.$1
	shift 2
	timeout -k 10 "$limit" "$igt/$test" "$@" >"$log" 2>&1
	local rc=$?
	while read -r line; do
		[[ $line =~ ^Subtest\ ([^:]+):\ ([A-Z]+) ]] || continue
		name=$test@${BASH_REMATCH[1]}
		result=${BASH_REMATCH[2]}
		case $result in
		SUCCESS) ok "$name" ;;
		SKIP) skip "$name" "$(grep -B3 -F "$line" "$log" | grep -m1 '^Test requirement: ' | cut -c19-90)" ;;
		*) not_ok "$name" "$result" ;;
		esac
	done <"$log"
	# 77: all skipped, 98 and 99: failed, as said above.
	case $rc in
	0 | 77 | 98 | 99) ;;
	124 | 137) diag "$(tail -5 "$log")"; not_ok "$test: ends" "not within $limit s" ;;
	*) diag "$(tail -5 "$log")"; not_ok "$test: ends" "status $rc" ;;
	esac
	t "$test: no violation" no_violations
	rm -f "$log"
}
