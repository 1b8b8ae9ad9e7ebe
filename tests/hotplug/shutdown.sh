# driver: xe
# timeout: 600
# modules: shutdown
#
# SPDX-License-Identifier: MIT
# The machine goes down, or another kernel is about to be started, while processes make and free buffers in VRAM
# as fast as they can, and everything is in flight: nothing is waited for, the card is silent, and who waits for its
# fences, another driver's shutdown maybe, is told. reboot(2) itself would take the guest along: a module does the
# same to the card alone.
#
# Seen to fail: fences that the undo of "contexts" alone ended did not signal before unbind.
. /lab/gpu.sh
. ./lib/phases.sh

soon() {
	local ms
	ms=$(dmesg | sed -n "s/.*$gpu was shut down in \([0-9]*\) ms.*/\1/p" | tail -n 1)
	echo "$ms ms"
	[[ $ms ]] && ((ms < 10000))
}

until_ 60 works || { not_ok "the card works"; finish; }
modprobe vgem
engines job_timeout_ms 10000
dmesg -C
churners=()
for i in 1 2 3; do
	memory "$gpu" churn &
	churners+=($!)
done
relay pull "$gpu" "insmod /lab/modules/shutdown.ko device=$gpu && model quiet on >/dev/null" \
	"rmmod shutdown; echo $gpu >$bus/drivers/xe/unbind; model quiet off >/dev/null; echo $gpu >$bus/drivers/xe/bind"
t "within 10 s" soon
kill "${churners[@]}"
until_ 60 works
t "the next driver finds a card that works" use buffers "$gpu"
t "no splat" no_splat
t "no violation" no_violations

# One that sleeps, and nobody uses.
idle() { put 10 "$dev/power/autosuspend_delay_ms" && put auto "$dev/power/control"; }
asleep() { [[ $(<"$dev/power/runtime_status") == suspended ]]; }
dmesg -C
t "the card sleeps" eval 'idle && until_ 60 asleep'
t "and is shut down" insmod /lab/modules/shutdown.ko device="$gpu"
t "within 10 s, too" soon
t "and works for the next driver" eval 'rmmod shutdown && put $gpu $bus/drivers/xe/unbind && put $gpu $bus/drivers/xe/bind && until_ 60 works'
t "no splat" no_splat
t "no violation" no_violations
finish
