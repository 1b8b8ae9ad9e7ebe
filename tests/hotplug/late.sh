# driver: xe
# timeout: 900
# kernel: stock
# modules: other
#
# SPDX-License-Identifier: MIT
# 64 readers of files that the firmware is asked for, and firmware that answers late: all of them together wait for
# half a minute. The unplug of another DRM device waits for sections of ours, and it is not to wait for that; nor
# is ours. What either takes is compared with what it takes on this machine when the firmware is quick.
. /lab/gpu.sh
. ./lib/phases.sh

late_us=500000 readers=64
freq=$dev/tile0/gt0/freq0
files=("$freq/min_freq" "$freq/max_freq")

ms()	{ echo $((${EPOCHREALTIME/./} / 1000)); }
# took NAME COMMAND...: into the variable NAME, in ms
took() {
	local -n result=$1
	local start
	start=$(ms)
	shift
	"$@" || return
	result=$(($(ms) - start))
}
# Not in a subshell: what they say is read here.
begin() {
	exec 5< <(exec readers $readers "${files[@]}" 2>/dev/null)
	read -rt 60 line <&5 && [[ $line == reading ]] && ok "$1" || not_ok "$1"
}
end() {
	read -rt 120 line <&5 || { echo "the readers do not end"; return 1; }
	echo "$line"
	[[ $line == *" 0 something else" ]]
}
slow()	{ model fault guc.g2h-late count=0 value=$late_us >/dev/null; }
quick()	{ model fault guc.g2h-late off >/dev/null; }
other()	{ insmod /lab/modules/other.ko && took "$1" rmmod other; }
unbind(){ took "$1" put "$gpu" $bus/drivers/xe/unbind; }
rebind(){ put "$gpu" $bus/drivers/xe/bind && until_ 60 works && awake; }
awake()	{ put on "$dev/power/control"; }
answer(){ took "$1" cat "${files[0]}"; }
bounded_by() { echo "$2 ms, with quick firmware $1 ms"; (($2 < 1000 + 3 * $1)); }

until_ 60 works && awake || { not_ok "the card works"; finish; }
dmesg -C
begin "64 read files"
other other_quick
unbind own_quick
t "the readers end" end
t "bind" rebind

slow
answer one
t "the firmware is slow" eval 'echo "$one ms"; ((one * 1000 >= late_us))'
begin "64 read files that the firmware is slow with"
other other_late
t "another device goes" bounded_by "$other_quick" "$other_late"
sleep 2
unbind own_late
t "and ours" bounded_by "$own_quick" "$own_late"
t "the readers end" end
quick
t "bind again" rebind
t "no splat" no_splat
t "no violation" no_violations
finish
