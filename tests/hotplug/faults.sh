# driver: xe
# timeout: 2400
# full: timeout=4800 xe_points=1000
# set: model_args=--bar=64M
#
# SPDX-License-Identifier: MIT
# Bad input of the card and its firmware: boots that fail, mailbox and channel that say nonsense,
# fuses, VRAM, GGTT, interrupts.  Each: in bounded time, one clear error that says what to do, no
# splat, nothing left behind; and the card works again when the fault is cleared: after every tenth
# failed probe, or as xe_every=N on the kernel's command line says.
#
# Of the states in which a boot can end it takes a few, chosen anew by a printed seed: xe_seed=N
# repeats a run, xe_points=N takes so many of each list.
. /lab/gpu.sh
. ./lib/phases.sh

every=$(argument xe_every) || every=10
seed=$(argument xe_seed) || seed=$((SRANDOM % 32768))
points=$(argument xe_points) || points=4
RANDOM=$seed
diag "xe_seed=$seed xe_points=$points"
tried=0
freq=$dev/tile0/gt0/freq0

bind()	 { put "$gpu" $bus/drivers/xe/bind; }
unbind() { put "$gpu" $bus/drivers/xe/unbind; }
# what breaks while the card wakes up is set right by that
bind_awake() { bind && put on "$dev/power/control"; }
errors() {
	local line
	while read -r line; do
		[[ $line != *"*ERROR*"* ]] || echo "${line##*"*ERROR*" }"
	done < <(dmesg)
}
# arm FAULT...: each "NAME [after=] [count=] [value=]", or "reg OFFSET VALUE" for good
arm() {
	local fault
	for fault in "$@"; do
		[[ $fault == reg\ * ]] || fault="fault $fault"
		[[ $'\n'$(model $fault) == *$'\nok'* ]] || { echo "the model has no such fault: $fault"; return 1; }
	done
}
# taken FAULT...: it happened; those for good stay armed, but the journal's last lines have them
taken() {
	local fault
	for fault in "$@"; do
		case $fault in
		reg\ *) ;;
		*count=0*) model_says journal 2000 | grep -q " ${fault%% *}\$" ;;
		*) ! model_says faults | grep -q "^${fault%% *} *ARMED" ;;
		esac || { echo "did not happen: $fault"; return 1; }
	done
}
# one_error PATTERN
one_error() {
	local all
	all=$(errors)
	[[ $all && $all != *$'\n'* ]] || { echo "not one error:"; echo "$all"; return 1; }
	echo "$all"
	[[ $all =~ $1 ]] || { echo "expected: $1"; return 1; }
}
# each FUNCTION WHAT...: a result, and the card as it was
each() {
	local what=$2 why rc=0
	dmesg -C
	why=$("$@" 2>&1) || rc=$?
	diag "$why"
	disarm
	why=$(no_splat) || { rc=1; diag "$why"; }
	model violations clear >/dev/null
	if ((rc)); then not_ok "$what"; else ok "$what"; fi
	((rc != 124))
}

# A probe that fails.  refused WHAT PATTERN FAULT...; the card is not bound before and after.
refuse() {
	local pattern=$2 rc=0 left
	shift 2
	arm "$@" || return
	bounded 60 bind 2>/dev/null || rc=$?
	((rc != 124)) || { echo "not over after a minute"; return 124; }
	if bound; then echo "the card is bound"; errors; unbind; return 1; fi
	one_error "$pattern" || return
	left=$(left) && { echo "left: $left"; return 1; }
	no_violations
}
# Now and then a bind without a fault; one that fails where the next fault is says as much as that.
refused() {
	each refuse "$@"
	((++tried % every)) && return
	t "and works again" eval 'bind && until_ 30 works'
	unbind
}

# A probe that goes on.  PATTERN is of the one error, or "none".
accept() {
	local pattern=$2
	shift 2
	arm "$@" || return
	bounded 60 bind || return
	until_ 30 works || { echo "does not work"; errors; return 1; }
	if [[ $pattern == none ]]; then
		[[ -z $(errors) ]] || { errors; return 1; }
	else
		one_error "$pattern" || return
	fi
	taken "$@" || return
	disarm
	unbind
	no_violations_but "$forgiven"
}
accepted() { each accept "$@"; }
# Of a fault the driver can do nothing about some violations are the consequence.
forgiven='^$'
no_violations_but() {
	local found
	found=$(no_violations) && return
	found=$(grep -v "$1" <<<"$found")
	[[ -z $found ]] || { echo "$found"; return 1; }
}

# The card is in use when it happens: the channel breaks, the GT is reset, and it goes on.
use_channel() {
	cat "$freq/max_freq"
	put "$(<"$freq/rpn_freq")" "$freq/max_freq"
	put "$(<"$freq/rp0_freq")" "$freq/max_freq"
	cat "$freq/cur_freq"
}
reset_done() { dmesg | grep -qa 'was reset and runs again'; }
survive() {
	local pattern=$2
	shift 2
	arm "$@" || return
	bounded 30 use_channel >/dev/null 2>&1 || (($? != 124)) || { echo "not over after 30 s"; return 124; }
	until_ 100 reset_done || { echo "no reset"; errors; return 1; }
	taken "$@" || return
	disarm
	one_error "$pattern" || return
	use_channel >/dev/null || { echo "does not work when the fault is cleared"; return 1; }
	no_violations
}
survived() { each survive "$@"; }

# fuses OFFSET VALUE...: as arguments of "reg", and how they were
fuse() {
	local what=$1 verdict=$2 pattern=$3 offset old=()
	shift 3
	local set=()
	while (($#)); do
		offset=$1
		old+=("reg $offset 0x$(model_says reg "$offset" | awk '{ print $2 }')")
		set+=("reg $offset $2")
		shift 2
	done
	t "$what: set" arm "${set[@]}" || return
	if [[ $verdict == refused ]]; then
		dmesg -C
		bounded 60 bind 2>/dev/null
		t "$what" eval '! bound && one_error "$pattern" && ! left && no_splat'
		! bound || unbind
	else
		accepted "$what" "$pattern"
	fi
	t "$what: set back" arm "${old[@]}"
}

# some: a few lines of what is on its input
some() {
	local lines line
	mapfile -t lines
	echo $((points < ${#lines[@]} ? points : ${#lines[@]})) ${#lines[@]} >>/tmp/some
	for line in "${lines[@]}"; do echo "$RANDOM $line"; done | sort -n | head -n "$points" | cut -d' ' -f2-
}

until_ 60 works || { not_ok "the card works"; finish; }
converse
t "a fault that there is not is noticed" eval '! arm "no.such-fault"'
t "and one that did not happen" eval 'arm "cs.hang" && ! taken "cs.hang" && disarm'
t "a BAR that is smaller than VRAM is said" eval 'dmesg | grep -q "64 of 992 MiB of VRAM are visible.*enable"'
unbind

# Boot.  What may pass is tried again before anybody complains.
while read -r state pattern; do
	refused "firmware state $state" "$pattern.*firmware $state\\)" "guc.boot-status value=$state count=0"
done < <(some <<'LIST'
0x2 another device.*wrong file
0x3 pre-production.*wrong file
0x4 another type.*wrong file
0x7 hardware configuration.*power cycle
0x8 boot ROM.*wrong file
0x60 deferred calls.*power cycle
0x70 exception.*another version
0x71 ADS.*report a bug
0x73 memory protection.*report a bug
0x74 register lists.*report a bug
0x75 workarounds.*report a bug
0x76 features.*report a bug
LIST
)
while read -r state pattern; do
	refused "boot ROM state $state" "$pattern.*boot ROM $state," "guc.bootrom-status value=$state count=0"
done < <(some <<'LIST'
0x13 no key.*wrong file
0x2b pre-production.*wrong file
0x50 bad signature.*reinstall
0x73 protected memory.*power cycle
0x74 WOPCM.*power cycle
0x75 not where.*reinstall
0x77 jumped to.*power cycle
0x79 power context.*power cycle
0x7a memory protection.*power cycle
0x7e exception in the boot ROM.*power cycle
LIST
)
accepted "an exception that passes" none "guc.boot-status value=0x70"
refused "signature is refused" "bad signature.*reinstall" "guc.auth count=0"
refused "boot never ends" "not up after 3 s.*power cycle" "guc.boot-hang count=0"
refused "copy of the image never ends" "does not end.*power cycle" "guc.dma-stuck count=0"


# Mailbox
refused "mailbox refuses" "refuses mailbox request.*error 0x77" "guc.mailbox-fail value=0x77"
refused "mailbox refuses later" "refuses mailbox request.*error 0x77" "guc.mailbox-fail value=0x77 after=5"
refused "mailbox does not answer" "does not answer mailbox.*reset" "guc.mailbox-none"
refused "mailbox is busy for ever" "does not answer mailbox.*reset" "guc.mailbox-busy"
accepted "mailbox wants to be asked again" none "guc.mailbox-retry count=3"
refused "mailbox wants to be asked for ever" "does not want to answer.*reset" "guc.mailbox-retry count=0"
refused "mailbox answers nonsense" "nonsense" "guc.mailbox-junk value=0x90000000"
refused "mailbox answers absurd numbers" "in [0-9]+ bytes.*another version" "guc.mailbox-junk value=0xffffffff"

# Channel, in probe
refused "channel: ring position from the GuC" "wrote up to word 99999" "guc.g2h-tail value=99999"
refused "channel: ring position of the host" "read up to word 99999" "guc.h2g-head value=99999"
refused "channel: status" "status 0x4 " "guc.ct-status value=4"
accepted "channel: an event that is not known" none "guc.g2h-junk"
refused "channel: length" "message of 256 words" "guc.g2h-length value=255"
refused "channel: stale fence" "nobody waits for" "guc.g2h-fence"
refused "channel: no answer" "no answer to request 0x3003" "guc.h2g-stall count=0"
refused "channel: no answer to what the driver could do without" "no answer to request 0x4000" "reg 0xc1dc 0" "guc.h2g-drop value=0x4000"
refused "frequency control does not start" "does not start.*another" "slpc.state value=1 count=0"

# The rest of the card
refused "power domains do not wake up" "does not wake up.*power cycle" "forcewake.no-ack count=0"
accepted "power domains wake up late" none "forcewake.late-ack value=4 count=5"
forgiven=mcr- accepted "steering is not let go" "steering.*reset the card" "mcr.busy count=0"
accepted "interrupts are lost" none "irq.lost count=0"
accepted "interrupts come for nothing" none "irq.spurious count=0"
accepted "the power controller needs time" none "pcode.not-ready count=20"
accepted "the power controller refuses" none "pcode.error value=3 after=1 count=0"
refused "GGMS is 0" "GGMS 0.*update the firmware" "cfg.value offset=0x50 value=0 count=0"
refused "VRAM of size 0" "0 MiB.*makes no sense.*power cycle" "reg.value offset=0x4900 value=0 count=0"
refused "VRAM that does not begin at 0" "makes no sense.*power cycle" "reg.value offset=0x4900 value=0x102 count=0"
refused "VRAM is smaller than what is used" "makes no sense.*power cycle" "reg.value offset=0x108104 value=7 count=0"
refused "an unknown card" "version.*is unknown.*newer driver" "reg.value offset=0xd8c value=0 count=0"
refused "frequencies" "make no sense.*defective" "reg.value offset=0x138000 value=0 count=0"

# Somebody else may still be at it: the driver core comes back to a card like that.
deferred() {
	arm "lmem.not-ready count=0" || return
	bounded 120 put "$gpu" $bus/drivers_probe	# it is given a minute; "bind" would not be deferred
	! bound || { echo "the card is bound"; return 1; }
	[[ -z $(errors) ]] || { errors; return 1; }
	grep -q "^$gpu" $debugfs/devices_deferred || { echo "probe is not deferred"; return 1; }
	taken "lmem.not-ready count=0" || return
	disarm
	bound || bind
	until_ 30 works || { echo "does not work"; return 1; }
	unbind
	no_violations
}
each deferred "VRAM is not initialised yet: probe is deferred"

stuck_at_unbind() {
	bind_awake && until_ 30 works && arm "reset.stuck count=0" || return
	bounded 60 unbind || return
	# That of the GuC, and then that of the whole GT.
	errors
	[[ $(errors) == *"of the GuC does not end"*"does not come out of reset; power cycle"* ]] || return
	taken "reset.stuck count=0" || return
	left && { echo "is left"; return 1; }
	no_violations
}
each stuck_at_unbind "reset never ends at unbind"

fuse "fuses: no memory" refused "no memory nodes.*replace" 0x9118 0
fuse "fuses: no subslices" refused "no subslices.*replace" 0x913c 0 0x9144 0
fuse "fuses: no execution units" refused "no execution units.*replace" 0x9134 0
fuse "fuses: no compute engines" accepted none 0x9114 0
fuse "fuses: more than there can be" accepted none 0x9118 0xfffffff0 0x913c 0xfffffff0 0x9144 0xfffffff0 0x9134 0xfffffff0

put 0 "$dev/msi_bus"
dmesg -C
bind 2>/dev/null
t "no MSI" eval '! bound && one_error "needs MSI" && ! left && no_splat'
put 1 "$dev/msi_bus"

# Channel, in use, and awake
t "works again" eval 'bind_awake && until_ 30 works'
survived "in use: ring position from the GuC" "wrote up to word 99999" "guc.g2h-tail value=99999"
survived "in use: ring position of the host" "read up to word 99999" "guc.h2g-head value=99999"
survived "in use: status" "status 0x4 " "guc.ct-status value=4"
unbind; bind_awake
survived "in use: a message of our own" "is our own" "guc.g2h-junk value=0x1234"
survived "in use: unknown type" "unknown type" "guc.g2h-junk value=0xb0000000"
survived "in use: answer that nobody waits for" "nobody waits for" "guc.g2h-junk value=0xf0000000"
survived "in use: event of wrong length" "words behind its header" "guc.g2h-junk value=0x90007001"
unbind; bind_awake
survived "in use: too long" "message of 256 words" "guc.g2h-length value=255"
survived "in use: no length" "malformed" "guc.g2h-length value=0"
survived "in use: stale fence" "nobody waits for" "guc.g2h-fence"
survived "in use: no answer" "no answer to request" "guc.h2g-stall"
survived "in use: the firmware crashes" "crashed" "guc.crash"

ignored() {
	arm "guc.g2h-junk"
	use_channel >/dev/null || return
	[[ -z $(errors) ]] || { errors; return 1; }
	! reset_done || { echo "the GT was reset for it"; return 1; }
	dmesg | grep -qa 'does not know event 0x7777' || { echo "nothing is said"; return 1; }
}
unbind; bind_awake
each ignored "in use: an event that is not known is said and dropped"

# More page faults at once than the ring to the GuC has room for answers; which it does not read for a while.
ring_was_full() { (($(model_says ct | awk '/have waited at once/ { print $1; exit }') > 1000)); }
answers_given() { model_says actions | grep -q "^gt0 0x6003 .* $1\$"; }
faults_answered() {
	arm "guc.page-fault value=600" "guc.h2g-late value=200000 after=1"
	use_channel >/dev/null || return
	until_ 30 answers_given 600 || { echo "not answered:"; model_says actions; return 1; }
	ring_was_full || { echo "the ring was not full:"; model_says ct; return 1; }
	taken "guc.page-fault value=600" "guc.h2g-late" && use_channel >/dev/null || return
	[[ -z $(errors) ]] || { errors; return 1; }
	! reset_done || { echo "the GT was reset for it"; return 1; }
	no_violations
}
unbind; bind_awake
each faults_answered "in use: page faults that nobody can repair are answered"

# A reset that a user asks for says nothing of the card; one that does not end, or a GuC that does
# not stop, is set right by unbind.
gt0=$debugfs/dri/$gpu/gt0
resets() {
	local i
	for ((i = 0; i < 12; i++)); do cat "$gt0/force_reset_sync" || return; done
	use_channel >/dev/null && [[ -z $(errors) ]] || { errors; return 1; }
}
each resets "in use: twelve resets that a user asked for"
# What the driver can do without does not have the card given up.
without_huc() {
	arm "reg 0xc1dc 0" "guc.h2g-drop value=0x4000"
	bounded 60 cat "$gt0/force_reset_sync" || return
	disarm
	one_error "no answer to request 0x4000" && use_channel >/dev/null
}
each without_huc "in use: a reset, and no answer about the HuC"
unbind; bind_awake
works_again() { disarm; unbind && bind_awake && until_ 30 works && use_channel >/dev/null; }
stuck() {
	arm "reset.stuck count=0"
	bounded 60 cat "$gt0/force_reset_sync" || return
	errors | grep 'the card is given up' || return
	! put "$(<"$freq/rpn_freq")" "$freq/max_freq" 2>/dev/null || { echo "works on"; return 1; }
	works_again
}
each stuck "in use: a reset of the GT does not end; bound again it works"
function_resets() { model_says journal 400 | grep -c 'driver FLR'; }
runs_on() {
	local before
	before=$(function_resets)
	arm "guc.no-reset count=0"
	put 0 $debugfs/dri/$gpu/wedged_mode
	unbind
	disarm
	(($(function_resets) > before)) || { echo "no function level reset"; errors; return 1; }
	bind_awake && until_ 30 works && use_channel >/dev/null
}
each runs_on "unbind: a GuC that does not stop; the card is reset, whatever wedged_mode says"

# The limits are read with all domains held.
wake_often() { for ((i = 0; i < 5; i++)); do ! cat "$freq/min_freq" 2>/dev/null || return; done; }
complain_once() { arm "forcewake.no-ack count=0" || return; wake_often; disarm; one_error "does not wake up.*power cycle" && cat "$freq/min_freq"; }
each complain_once "in use: power domains do not wake up, said once"

dmesg -C
t "in use: interrupts are lost, and nothing but time" eval \
	'arm "irq.lost count=0" && bounded 60 use_channel >/dev/null && [[ -z $(errors) ]] && taken "irq.lost count=0"'
disarm

unbind
points faults $(awk '{ tried += $1; all += $2 } END { print tried, all }' /tmp/some)
t "kmemleak finds nothing" leaks
finish
