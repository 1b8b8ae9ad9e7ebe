# driver: xe
# timeout: 1800
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
# timeout MS: how long a job may run
timeout_of() { for f in "$dev"/tile*/gt*/engines/*/job_timeout_ms; do put "$1" "$f" || return; done; }
# none REGEX: nothing of it in the log
calm() { ! dmesg -t | grep -aE "$1"; }
# part WHAT ALLOWED: how it ends each time; violations of ALLOWED are what a broken firmware looks like
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

until_ 60 works || { not_ok "the card works"; finish; }
dmesg -C
timeout_of 500
relay hang bans "$gpu"
t "no GT was reset for it" calm 'was reset and runs again'
part "bans"
timeout_of 5000
relay hang resets "$gpu"
part "resets"
relay hang all "$gpu"

# Interrupts that do not come.
timeout_of 300
for fault in "irq.lost count=40" "cs.no-irq count=60"; do
	model fault $fault >/dev/null
	relay hang all "$gpu"
	t "$fault: nobody is banned, and no GT reset" calm 'is banned|was reset and runs'
	part "$fault"
done

# Firmware that forgets: some are innocent and banned, but all goes on.
for fault in "guc.h2g-drop value=0x1000" "guc.h2g-drop value=0x1001" "guc.h2g-drop value=0x4503" "guc.g2h-drop value=0x1002" \
	     "guc.g2h-drop value=0x4600" "guc.g2h-drop value=0x1008" "guc.g2h-twice" "guc.h2g-stall" "guc.crash" "tlb.lost" \
	     "cs.hang value=0" "engine.reset-fail"; do
	diag "$fault"
	model fault $fault after=5 >/dev/null
	relay hang any "$gpu"
	pause 6		# who is overdue is found out
	part "$fault" 'context-|tlb-seqno|^$'
	relay hang all "$gpu"
done
timeout_of 5000

# A card that does not come back from a reset.
relay hang wedge "$gpu" "model fault reset.stuck count=0 >/dev/null; cat $resets >/dev/null"
part "wedge"
t "wedge: another driver life works" rebind
relay hang all "$gpu"

# Nobody unbinds.
relay hang nobody "$gpu" 19 "model vanish now >/dev/null"
part "vanish"
t "vanish: a new card works" replace
relay hang nobody "$gpu" 19 "echo 1 >$dev/reset"
part "reset in sysfs"
t "reset in sysfs: the card works again" replace
relay hang nobody "$gpu" 5 "model fault reset.stuck count=0 >/dev/null; cat $resets >/dev/null"
part "wedge, nobody unbinds"
t "wedge, nobody unbinds: the driver works again" rebind
relay hang all "$gpu"
t "nothing holds the module" rmmod xe
t "kmemleak finds nothing" leaks
finish
