# SPDX-License-Identifier: MIT
# For scenarios: the GPU of the guest, what the model says of it, and what the kernel must not say.
. /lab/ktap.sh
. /lab/splats

gpu=$(for d in /sys/bus/pci/devices/*; do
	[[ $(<"$d/vendor") == 0x8086 && $(<"$d/class") == 0x03* ]] && basename "$d"
done)
dev=/sys/bus/pci/devices/$gpu

# argument NAME: its value on the kernel's command line, the last one
argument()	{ local v; v=$(grep -oE "\b$1=[0-9]+" /proc/cmdline) && echo "${v##*=}"; }
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
# bounded SECONDS COMMAND...: 124 if it does not end, and where it is.  What hangs in the kernel
# cannot be killed.
bounded() {
	local pid end=$((SECONDS + $1 + 1))
	shift
	"$@" &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		((SECONDS < end)) || { stacks $pid; return 124; }
		pause 0.02
	done
	wait $pid
}
stacks() {
	local task
	for task in "$1" $(pgrep -P "$1"); do
		echo "$(<"/proc/$task/comm"): $(sed 's/.*\] //' "/proc/$task/stack" | head -n 8 | tr '\n' ' ')"
	done >&2
}
# splats: of the lines of a kernel's log, without stamps, those that begin one; the list is klog.py's
# without what the scenario's head allows
splats()	{ grep -aE --line-buffered "$splat_begins" | grep -avE --line-buffered "$splat_not"; }
no_splat() {
	local found
	found=$(dmesg -t | grep -aE "$splat_begins") || return 0
	! splats <<<"$found"
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
