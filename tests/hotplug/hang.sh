# driver: xe
# timeout: 1800
# full: xe_jobs=400
# set: model_args=--bar=256M
#
# SPDX-License-Identifier: MIT
# Jobs that go wrong and firmware that does: who is to blame is banned, who is not goes on, and each job runs
# once or its fence says that it failed. Then a card that is given up, and clients that are killed after the card
# went wrong and nobody has unbound the driver.
. /lab/gpu.sh
. ./lib/phases.sh

export LAB_PORT_TIMEOUT=600	# the guest may be slow
resets=$debugfs/dri/$gpu/gt0/force_reset_sync
# calm REGEX: nothing of it in the log
calm() { ! dmesg -t | grep -aE "$1"; }
was_reset() { dmesg -t | grep -aqE 'was reset and runs again'; }
# part WHAT [ALLOWED]: how it ends each time
part() {
	local known_violations=${2:-$known_violations}
	disarm
	t "$1: no splat" no_splat
	t "$1: no violation" no_violations
	model violations clear >/dev/null
	dmesg -C
}
rebind() { put "$gpu" "$bus/drivers/xe/unbind" && disarm && put "$gpu" "$bus/drivers/xe/bind" && until_ 60 works; }
replace() { put 1 "$dev/remove" && disarm && model restore >/dev/null; put 1 $bus/rescan && until_ 60 works; }

jobs=$(argument xe_jobs) || jobs=100
until_ 60 works || { not_ok "the card works"; finish; }
modprobe vgem
dmesg -C
engines job_timeout_ms 500
relay hang bans "$gpu"
t "no GT was reset for it" calm 'was reset and runs again'
part "bans"
engines job_timeout_ms 5000
relay hang resets "$gpu"
part "resets"
relay hang all "$gpu" 400

# Interrupts that do not come: also those that would say that there is room in the ring again.
engines job_timeout_ms 300
for fault in "irq.lost count=100" "cs.no-irq count=0"; do
	model fault $fault >/dev/null
	relay hang all "$gpu" 2000
	t "$fault: nobody is banned, and no GT reset" calm 'is banned|was reset and runs'
	part "$fault"
done

# Firmware that forgets, or dies: it costs a reset of the GT, and no client its queue. More than a few in a
# minute would be too many for the driver.
for fault in "guc.h2g-drop value=0x1001" "guc.h2g-drop value=0x4503" "guc.g2h-drop value=0x1002" "guc.g2h-drop value=0x4600" \
	     guc.g2h-twice guc.h2g-stall guc.crash tlb.lost; do
	diag "$fault"
	engines job_timeout_ms 300
	put on "$dev/power/control"	# a card that wakes up meets it at boot, and boots again
	model fault $fault >/dev/null
	relay hang any "$gpu" "$jobs"
	put auto "$dev/power/control"
	t "$fault: the GT is reset" until_ 30 was_reset
	part "$fault"
	relay hang all "$gpu" "$jobs"
	t "$fault: another life of the driver" rebind
done
# What it does not say is found out from what it does.
engines job_timeout_ms 500
for fault in "guc.g2h-drop value=0x1008" "guc.g2h-drop value=0x6000" engine.reset-fail; do
	diag "$fault"
	model fault $fault >/dev/null
	relay hang bans "$gpu"
	part "$fault"
done
engines job_timeout_ms 5000

# Resets over and over, and a user who wants the card not to be given up for that.
put 0 $debugfs/dri/$gpu/wedged_mode
relay hang never "$gpu" "model fault guc.crash >/dev/null"
t "never: it was not given up" calm 'the card is given up'
# Of no process's address space.
t "never: the driver has another queue of its own" eval 'grep -E " bcs .* VM 0, seqno [1-9]" '"$debugfs/dri/$gpu/queues"' | grep -v banned'
part "never"
t "never: another life of the driver" rebind

# Where the engines cannot be stopped they are kept from memory, and try.
tries=^dma-no-master
# A card that does not come back from a reset.
relay hang wedge "$gpu" "model fault reset.stuck count=0 >/dev/null; cat $resets >/dev/null"
part "wedge" $tries
t "wedge: another life of the driver" rebind
relay hang all "$gpu" 400

# Nobody unbinds.
relay hang nobody "$gpu" 19 "model vanish now >/dev/null"
part "vanish"
t "vanish: a new card works" replace
relay hang nobody "$gpu" 19 "echo 1 >$dev/reset"
part "reset in sysfs" $tries
t "reset in sysfs: the card works again" replace
relay hang nobody "$gpu" 5 "model fault reset.stuck count=0 >/dev/null; cat $resets >/dev/null"
part "wedge, nobody unbinds" $tries
t "wedge, nobody unbinds: the driver works again" rebind
relay hang all "$gpu" 400
relay hang held "$gpu"
t "held: no splat" no_splat
t "kmemleak finds nothing" leaks
finish
