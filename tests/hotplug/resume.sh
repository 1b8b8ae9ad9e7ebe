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

# What a user can set, one line each.
settings() { (cd "$dev" && grep -H . hwmon/*/power?_max hwmon/*/power?_max_interval hwmon/*/*_crit tile0/gt0/freq0/m*_freq); }
change() {
	local line
	settings >/tmp/default
	put 150000000 "$(echo "$dev"/hwmon/*/power1_max)"
	put 100000000 "$(echo "$dev"/hwmon/*/power2_max)"
	put 500 "$(echo "$dev"/hwmon/*/power1_max_interval)"
	put 4000 "$(echo "$dev"/hwmon/*/power2_max_interval)"
	put $(($(cat "$dev"/hwmon/*/*_crit) / 2)) "$(echo "$dev"/hwmon/*/*_crit)"
	put $(($(<"$dev/tile0/gt0/freq0/rpn_freq") + 100)) "$dev/tile0/gt0/freq0/min_freq"
	put $(($(<"$dev/tile0/gt0/freq0/rp0_freq") - 100)) "$dev/tile0/gt0/freq0/max_freq"
	settings >/tmp/set
	while read -r line; do
		! grep -qxF "$line" /tmp/default || { echo "not changed: $line"; return 1; }
	done </tmp/set
	(($(wc -l </tmp/set) >= 7)) || { cat /tmp/set; return 1; }
}
still_set() { settings | diff /tmp/set -; }
# The next time that the card leaves D3 it had no power in it.
power_cut() { put on "$dev/power/control" && model fault power.cut >/dev/null && nap; }

until_ 60 works || { not_ok "the card works"; finish; }
put 1 /sys/module/suspend/parameters/pm_test_delay
t "limits of power and frequency are set" change
t "sleep, power kept: they are as set" eval 'put on "$dev/power/control" && nap && still_set'
t "sleep, power cut: they are as set" eval 'power_cut && still_set'
t "and again" eval 'power_cut && still_set'
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

# Each write is the one that finds out.
for name in power1_max power1_max_interval crit min_freq; do
	file=$(find "$dev/hwmon" "$dev/tile0/gt0/freq0" -follow -maxdepth 2 -name "*$name" | head -n 1)
	put on "$dev/power/control"
	value=$(<"$file")
	model vanish now >/dev/null
	t "$name of a card that is gone: the write fails" eval '! put "$value" "$file"'
	t "a new card" eval 'put 1 "$dev/remove" && model restore && put 1 $bus/rescan && until_ 30 works'
done

exec 9>&-
t "no splat" no_splat
t "no violation" no_violations
t "kmemleak finds nothing" leaks
finish
