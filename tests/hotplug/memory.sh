# driver: xe
# timeout: 900
# kernel: stock
# set: model_args=--bar=1G mem=768M vram=1024
#
# SPDX-License-Identifier: MIT
# VRAM is emptied for system sleep while user space is busy with it; while there is more in it than
# memory can take; and is filled again by who touches it.
. /lab/gpu.sh
. ./lib/phases.sh

until_ 60 works || { not_ok "the card works"; finish; }
dmesg -C
put 1 /sys/module/suspend/parameters/pm_test_delay
put platform /sys/power/pm_test
relay memory "$gpu"
put none /sys/power/pm_test
t "it is said why there was no sleep" eval 'dmesg | grep "MiB of VRAM cannot be moved to system memory (-ENOMEM)"'
t "nobody was killed for memory" eval '! dmesg | grep -i "out of memory\|oom-killer"'
t "no splat" no_splat

asleep() { [[ $(<"$dev/power/runtime_status") == suspended ]]; }
# While the device is kept awake by nobody else, a process writes to VRAM for twenty seconds, and then
# only has it mapped.
t "idle, it sleeps" until_ 40 asleep
boots=$(counter guc-boots)
memory "$gpu" 20 >/dev/null 2>&1 &
writer=$!
pause 20
seldom() {
	local woken=$(($(counter guc-boots) - boots))
	echo "woken up $woken times"
	((woken > 0 && woken <= 5))
}
t "a process that goes on writing to VRAM seldom wakes the card up" seldom
t "and when it only has it mapped, the card sleeps" until_ 60 asleep
kill $writer
t "no violation" no_violations
finish
