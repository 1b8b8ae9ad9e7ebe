# driver: xe
# timeout: 900
# kernel: stock
# set: model_args=--bar=1G mem=768M vram=1024
# allow: (oom_kill_process|oom-kill:constraint=CONSTRAINT_MEMCG) -- in a group that has little, the kernel kills who asks for much
#
# SPDX-License-Identifier: MIT
# VRAM is emptied for system sleep while user space is busy with it; while there is more in it than
# memory can take; and is filled again by who touches it. And clients are in a group that has little memory.
. /lab/gpu.sh
. ./lib/phases.sh

until_ 60 works || { not_ok "the card works"; finish; }
dmesg -C
put 1 /sys/module/suspend/parameters/pm_test_delay
put platform /sys/power/pm_test
relay memory "$gpu"
put none /sys/power/pm_test
t "it is said why there was no sleep" eval 'dmesg | grep "MiB of VRAM cannot be moved to system memory (-ENOMEM)"'
killed() { dmesg | grep -i "out of memory\|oom-killer"; }
t "nobody was killed for memory" eval '! killed'
t "no splat" no_splat

# More binds in one call than there is memory for.
modprobe vgem
relay storm binds "$gpu" 1000000
t "nor for binds" eval '! killed'
t "no splat" no_splat
until_ 60 works

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

# What a client asks for is charged to its group: there it is refused, or somebody is killed. Nobody else notices.
group=/sys/fs/cgroup/few
put on "$dev/power/control"
relay storm groups "$gpu"
put +memory /sys/fs/cgroup/cgroup.subtree_control
mkdir $group
put 16M $group/memory.max
dmesg -C
greedy() {
	put $BASHPID $group/cgroup.procs
	exec storm greedy "$gpu" >/dev/null 2>&1
}
met() { (($(awk '$1 == "max" { print $2 }' $group/memory.events) > ${1-0})); }
kernel() { awk '$1 == "kernel" { print int($2 / 1024) }' $group/memory.stat; }
given_back() { (($(kernel) < kept + 128)); }
ended() { ! kill -0 "$asks" 2>/dev/null; }
# Room for contexts comes in chunks of 2 MiB, of which the last that is empty is kept: see hw/lrc.c. Tables and buffers
# of the group may be kept likewise.
kept=$((3 * 2048))
for i in 1 2; do
	before=$(awk '$1 == "max" { print $2 }' $group/memory.events)
	greedy &
	asks=$!
	t "the limit of a group is met" until_ 60 met "$before"
	pause 1
	diag "$(kernel) KiB are charged; $(tr '\n' ' ' <$group/memory.events)"
	t "others have what they want" use buffers "$gpu"
	kill -9 $asks 2>/dev/null
	t "who is in the group ends" until_ 60 ended
	t "what was charged is given back" until_ 60 given_back || diag "$(kernel) KiB"
	((i > 1)) || kept=$(kernel)
done
t "nobody else was killed for memory" eval '! dmesg | grep "constraint=CONSTRAINT_NONE"'
t "no violation" no_violations
finish
