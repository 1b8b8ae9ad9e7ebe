# driver: xe
# timeout: 900
# full: timeout=1800 xe_seconds=120
# soak: timeout=7200 xe_seconds=600
# set: model_args=--bar=64M
#
# SPDX-License-Identifier: MIT
# Wrong ioctls: a table.  Then random ones of several threads, with the firmware answering nonsense
# and the card being removed meanwhile.  On the kernel's command line: xe_seconds=N is how long it
# takes, xe_seed=N repeats a run (as far as threads do).
#
# Seen to fail: with mmap of an imported buffer through TTM (SIGBUS), without the check of "pad", and with
# xe_mm_stop() not registered (DMA-API, in the part of chance).
. /lab/gpu.sh
. ./lib/phases.sh

seed=$(argument xe_seed) || seed=$((SRANDOM % 32768))
seconds=$(argument xe_seconds) || seconds=45
RANDOM=$seed
diag "xe_seed=$seed xe_seconds=$seconds"

# Now and then, as too many resets in a minute make the driver give the card up.
firmware() {
	local faults=(guc.g2h-junk guc.g2h-length guc.g2h-tail guc.h2g-head guc.ct-status guc.g2h-fence
		guc.mailbox-junk guc.h2g-fail guc.h2g-drop guc.g2h-twice guc.crash irq.lost irq.spurious pcode.error)
	local fault
	while :; do
		[[ ! -e /tmp/calm ]] || { sleep 0.2; continue; }
		fault=${faults[RANDOM % ${#faults[@]}]}
		model fault "$fault" "value=$((RANDOM << 17 ^ RANDOM << 5 ^ RANDOM))"
		act_settings
		cat "$dev"/tile0/gt0/freq0/{min,max,cur}_freq
		sleep 1
		model faults | grep -q "^$fault *ARMED" || echo "$fault" >&3
	done >/dev/null 2>&1 3>/tmp/happened
}

# By chance.  The firmware keeps calm while the card comes back; a bind may still come to nothing by what
# it was about to do.
ways=(unbind remove vanish)
way=${ways[RANDOM % 3]}
declare -A down=(
	[unbind]="echo $gpu >$bus/drivers/xe/unbind"
	[remove]="echo 1 >$dev/remove"
	[vanish]="model vanish now >/dev/null; sleep 0.3; echo 1 >$dev/remove; model restore >/dev/null"
)
export -f disarm
up=": >/tmp/calm; disarm; echo 1 >$bus/rescan
for i in {1..30}; do
	[[ ! -e $dev/driver ]] || break
	disarm
	echo $gpu >$bus/drivers/xe/bind
	sleep 0.5
done
rm /tmp/calm
[[ -e $dev/driver ]]"

until_ 60 works || { not_ok "the card works"; finish; }
modprobe vgem
dmesg -C
relay malice table "$gpu"
t "no splat" no_splat
t "no violation" no_violations

dmesg -C
firmware &
noise=$!
diag "$way"
relay malice fuzz "$gpu" "$seed" "$seconds" "${down[$way]}" "$up"
kill $noise
wait $noise 2>/dev/null
diag "$(sort /tmp/happened | uniq -c)"
t "the firmware has answered nonsense" test -s /tmp/happened
t "no splat, with chance" no_splat
t "no violation, with chance" no_violations
diag "$(dmesg | grep -a '\*ERROR\*' | sed 's/.*\*ERROR\* //' | sort | uniq -c)"
put "$gpu" $bus/drivers/xe/unbind 2>/dev/null
disarm
put "$gpu" $bus/drivers/xe/bind
t "the card works afterwards" until_ 60 works
t "and is used" use buffers "$gpu"
t "nothing holds the module" rmmod xe
t "kmemleak finds nothing" leaks
finish
