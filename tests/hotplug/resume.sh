# driver: xe
# timeout: 600
# set: model_args=--bar=64M
#
# SPDX-License-Identifier: MIT
# A card that does not come back as it was: its GuC does not start when it is woken up; somebody resets
# it behind the driver's back.  It is given up or lost, which is said once; software goes on; and the
# next bind finds a card that works, since nothing of the failure is left with the device.
. /lab/gpu.sh
. ./lib/phases.sh

said()	  { (($(dmesg | grep -ac "$1") == 1)) || { dmesg | grep -a 'ERROR'; return 1; }; }
asleep()  { [[ $(<"$dev/power/runtime_status") == suspended ]]; }
doze() {
	put 10 "$dev/power/autosuspend_delay_ms"
	put auto "$dev/power/control"
	until_ 60 asleep
}
# touch: software wants the card; whether it gets it is not the question
touch() {
	local rc=0
	bounded 30 cat "$dev/tile0/gt0/freq0/max_freq" >/dev/null 2>&1 || rc=$?
	((rc != 124))
}
rebind() {
	put "$gpu" $bus/drivers/xe/unbind && put "$gpu" $bus/drivers/xe/bind && until_ 30 works
}

until_ 60 works || { not_ok "the card works"; finish; }
node=$(minor)
exec 9<>"/dev/dri/renderD$node"

dmesg -C
t "asleep" doze
model fault guc.boot-hang count=0 >/dev/null
t "a GuC that does not start at wake-up: in bounded time" touch
t "the card is given up" said "given up: it does not come back from sleep"
disarm
t "bind again, and it works, beside the old file" rebind
t "also after another sleep" eval 'doze && works'

dmesg -C
t "a reset by somebody else ends" bounded 60 put 1 "$dev/reset"
t "the card is lost" said "is lost: somebody resets it"
t "who uses it is told" eval '! use query "$gpu"'
t "bind again, and it works" rebind

exec 9>&-
t "no splat" no_splat
t "no violation" no_violations
t "kmemleak finds nothing" leaks
finish
