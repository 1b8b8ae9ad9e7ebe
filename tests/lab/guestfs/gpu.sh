# SPDX-License-Identifier: MIT
# For scenarios: the GPU of the guest, and what the model says of it.
. /lab/ktap.sh

gpu=$(for d in /sys/bus/pci/devices/*; do
	[[ $(<"$d/vendor") == 0x8086 && $(<"$d/class") == 0x03* ]] && basename "$d"
done)
dev=/sys/bus/pci/devices/$gpu

# model_says COMMAND...: the answer without its closing "ok"
model_says()	{ model "$@" | grep -v '^ok$'; }
counter()	{ model_says counters | awk -v name="$1" '$1 == name { print $2 }'; }
bound()		{ [[ -e $dev/driver ]]; }
# pause SECONDS: sleep, but without a process for it
exec {never}<> <(:)
pause()		{ read -rt "$1" -u "$never" || true; }
# until_ SECONDS COMMAND...: wait for it, bounded
until_() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		pause 0.2
	done
}
# A write of OAG_OA_DEBUG without the render domain awake is upstream's own fault: xe_oa.c
# programs it in its init without taking forcewake.
known_violations='^forcewake-asleep: write of OAG_OA_DEBUG'
[[ $LAB_DRIVER == upstream ]] || known_violations='^$'
no_violations() {
	local all found
	all=$(model violations) || { echo "no answer of the model"; return 1; }
	[[ $all != ok ]] || return 0
	found=$(grep -vE "^ok$|$known_violations" <<<"$all" | sort | uniq -c)
	[[ -z $found ]] || { echo "$found"; return 1; }
}
zero()		{ local n; n=$(counter "$1"); [[ $n == 0 ]] || { echo "$1: $n"; return 1; }; }
