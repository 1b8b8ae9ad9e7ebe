# driver: xe
# timeout: 1500
# full: xe_expire=1
# allow: inconsistent .INITIAL USE. -> .IN-NMI. usage -- fail_function of Linux 6.12, see steps.sh; that comes last
# set: model_args=--bar=256M
#
# SPDX-License-Identifier: MIT
# Sleep while buffers are in use, and with work of every kind in flight. The model cuts the power of the card
# meanwhile: registers, GGTT and firmware are gone, and VRAM is noise. Then without a card to come back to.
# In check-full also long enough for a fence of another driver to give up in the sleep, after 10 s.
#
# It is the kernel's own test of suspend: all devices sleep, and after a second they are woken up.
. /lab/gpu.sh
. ./lib/phases.sh

ask() {
	local line
	echo "$*" >&"${KEEP[1]}" && read -r -t 120 -u "${KEEP[0]}" line || { echo "no answer"; return 1; }
	echo "${line#ok }"
	[[ $line == ok* ]]
}
awake()	{ put on "$dev/power/control"; }
idle()	{ put 10 "$dev/power/autosuspend_delay_ms" && put auto "$dev/power/control"; }
# Once awake it stays so for a minute.
idle_and_asleep() { idle && until_ 60 asleep && put 60000 "$dev/power/autosuspend_delay_ms"; }
asleep() { [[ $(<"$dev/power/runtime_status") == suspended ]]; }
# cut: the next time that the card leaves D3 it had no power in it.
cut()	{ awake && model fault power.cut >/dev/null; }
vram()	{ [[ $(ask where) == *"vram0 $1" ]] || { ask where; return 1; }; }
answers() { works && act_settings; }
# doze HOW COMMAND: with work in flight, see doze.c
export -f nap put awake idle asleep cut model pause until_
export dev gpu
doze() { diag "$*"; relay command doze "$1" "$gpu" "$2"; }
replaced() { disarm && put 1 "$dev/remove" && model restore >/dev/null; put 1 $bus/rescan && until_ 60 works; }
# What must not grow. (Slab does: the memory that KASAN holds back. Workers of the kernel's pools are called after
# the queue that they worked for last.)
state() {
	echo "threads $(ps -e --no-headers -o comm= | grep -vE '^kworker/[0-9u]' | grep -cE '\b(xe|drm|ttm|guc|irq/.*xe)')"
	echo "mappings $(grep -c '\[xe\]' /proc/vmallocinfo)"
	echo "DMA mappings left $(<$debugfs/dma-api/num_free_entries)"
	echo "files $(ls /proc/$KEEP_PID/fd | wc -l)"
	echo "residency $(ask where)"
}
tries=0
cycle()	{
	tries=$((tries + 1))
	ask fill $tries >/dev/null && cut && nap && ask check >/dev/null && answers
}
ten() {
	local i
	for ((i = 0; i < 10; i++)); do
		cycle || { echo "cycle $i"; return 1; }
		((i > 1)) || state >/tmp/state.early
	done
	state >/tmp/state.late
	diff /tmp/state.early /tmp/state.late
}

put 1 /sys/module/suspend/parameters/pm_test_delay
until_ 60 works || { not_ok "the card works"; finish; }
coproc KEEP { keep "$gpu"; }
t "buffers in VRAM and in system memory are filled" ask fill 100
t "they are where they should be" vram 7360K
t "asleep, power cut" eval 'cut && nap'
t "contents are as before" ask check
t "and back in VRAM" vram 7360K
t "the GuC answers" answers
t "asleep, power kept" eval 'ask fill 101 && awake && nap && ask check && answers'
t "asleep when it was idle" eval 'ask fill 102 && idle_and_asleep && model fault power.cut after=1 && nap && ask check && answers'
t "asleep while a process writes" eval 'ask go && cut && nap && sleep 1 && ask pause && sleep 1 && ask check && answers'
# What was cleared and never used is free again, and VRAM comes back with noise in it.
cleared() { ask make && sleep 1 && ask drop; }
t "asleep with free VRAM that was zero" eval 'cleared && cut && nap && ask make && ask zero'
t "devices only: they do not even leave D0" eval 'awake && nap devices && ask check && answers'
# Answers of the GuC that take their time make the reset last into the sleep.
asleep_in_reset() {
	local i
	for ((i = 0; i < 5; i++)); do
		model fault guc.g2h-late value=100000 count=0 >/dev/null
		cat "$debugfs/dri/$gpu/gt0/force_reset"
		nap devices || { echo "sleep $i"; return 1; }
		disarm
		answers || { echo "does not answer after sleep $i"; return 1; }
	done
}
t "asleep while the GT is being reset" eval 'awake && asleep_in_reset && ! dmesg | grep "given up"'
t "ten sleeps: nothing grows" ten
t "no violation" no_violations

# Work. The time of a job that render runs is over while the system sleeps.
modprobe vgem
engines preempt_timeout_us 10000000
engines job_timeout_ms 1500 rcs
put 2 /sys/module/suspend/parameters/pm_test_delay
doze sleep "cut && nap"
put 1 /sys/module/suspend/parameters/pm_test_delay
engines job_timeout_ms 10000
t "no splat, no violation" eval 'no_splat && no_violations'
put s2idle /sys/power/mem_sleep
doze sleep "awake && nap"
put deep /sys/power/mem_sleep
doze sleep "awake && nap devices"
if argument xe_expire >/dev/null; then
	put 12 /sys/module/suspend/parameters/pm_test_delay
	doze expire "cut && nap"
	put 1 /sys/module/suspend/parameters/pm_test_delay
fi
doze idle "idle && until_ 50 asleep"
doze gone "awake && model fault power.cut value=1 >/dev/null && nap"
t "a new card" replaced
doze gone "awake && model vanish read,write,dma 30 >/dev/null; nap"
t "a new card" replaced
t "no splat, no violation" eval 'no_splat && no_violations'

t "pulled while the system is asleep" eval 'awake && model fault power.cut value=1 && nap'
t "it is said to be lost" eval 'dmesg | grep -q "the device is lost"'
t "what was in VRAM is still in system memory" ask check
t "remove ends in time" bounded 30 put 1 "$dev/remove"
t "a new card works beside the buffers of the old one" eval 'model restore && put 1 $bus/rescan && until_ 30 works'
t "which are still there" ask check
exec {KEEP[1]}>&-
t "removed while it is idle and asleep" eval 'idle && until_ 60 asleep && bounded 30 put 1 "$dev/remove"'
t "and comes back" eval 'put 1 $bus/rescan && until_ 30 works && answers'
t "no violation" no_violations
# A platform that can take the power from an idle card.
rebind_d3cold() {
	local fail=$debugfs/fail_function
	put "$gpu" $bus/drivers/xe/unbind
	put xe_hw_d3cold_possible $fail/inject && put 100 $fail/probability && put -1 $fail/times && put 0 $fail/verbose &&
		put "$gpu" $bus/drivers/xe/bind && until_ 60 works && put 150 "$dev/vram_d3cold_threshold"
	put "" $fail/inject
}
t "D3cold is possible" rebind_d3cold
doze idle "cut && idle && until_ 50 asleep"
# Who gets VRAM while it has no power has nothing to clear, or so it seems.
coproc KEEP { keep "$gpu"; }
t "a buffer is made in D3cold, and is zero" eval 'awake && cleared && cut && idle && until_ 50 asleep && ask make && ask zero'
exec {KEEP[1]}>&-
t "no violation" no_violations
t "kmemleak finds nothing" leaks
finish
