# driver: xe
# timeout: 1200
# full: timeout=4800 xe_points=8
# soak: timeout=36000 xe_points=100
# set: iommu=1 model_args="--msix --bar=256M"
#
# SPDX-License-Identifier: MIT
# The card does not answer at the k-th access, whatever is going on then, and a little later it does: it was never
# gone. Behind an IOMMU, and with firmware that goes on reading and writing memory all the time.
#
# If the driver took it for lost, it is that until the driver is bound anew, which works, and it does not reach
# memory. Either way nothing that was given back is touched: no fault of the IOMMU, no violation of the model,
# which sees each page that is unmapped while the card may still reach it. On the kernel's command line: xe_seed=N
# repeats a run, xe_points=N is how many for each phase.
#
# Seen to fail: without pci_clear_master() in xe_hw_silence() of xe_hw_lost.c, in 7 of 30 cases.
. /lab/gpu.sh
. ./lib/phases.sh

phases=(probe query buffers share sysfs settings reset power unbind sleep work)
# How it is away: a completion that timed out, a few, for a while, a channel that is frozen, with its configuration.
# The last ones not while the driver leaves: to a card that does not hear it then nobody can say that memory is not its any more.
leaves=("for=2" "for=20" "us=3000" "for=0 dma" "for=0 config" "for=0 config dma")
declare -A can_be=([probe]=4 [unbind]=4)

seed=$(argument xe_seed) || seed=$((SRANDOM % 32768))
per_phase=$(argument xe_points) || per_phase=3
RANDOM=$seed
diag "xe_seed=$seed xe_points=$per_phase"
coproc MODEL { model; }

# What the card says of registers if a write before was lost, as posted writes are without a word: an answer that was
# not cleared, a parameter that is still the last one's. Not forgiven is what one access shows alone (no such register),
# what goes through memory, and whatever is about memory. Of the next bind, which loses none, nothing is forgiven.
lost_writes='^(forcewake-asleep|mcr-(semaphore|left-unicast)|wopcm-[a-z]+|pcode-(busy|no-start|unknown-command)|display-asleep'
lost_writes+='|interrupt-(identity|not-acknowledged)|(firmware|guc|huc|ads|slpc|mailbox|hwconfig)-[a-z-]+|ring-mode-legacy|ccs-disabled'
lost_writes+='|ct-(config[a-z-]*|not-registered|descriptor)): '
faults()  { ! dmesg | grep -aE 'DMAR: .*(fault|Fault)'; }
is_lost() { dmesg | grep -qa "the device is lost"; }
# master_off: its configuration space says that it is not to reach memory
master_off() { (($(od -An -tu1 -j4 -N1 "$dev/config") & 4)) && { echo "bus mastering is on"; return 1; } || true; }
# stays_lost HOW...: it answers again, and nobody asks
stays_lost() {
	[[ -e $dev/driver ]] || return 0	# probe has failed
	! works || { echo "a lost card works"; return 1; }
	! use query "$gpu" 2>/dev/null || { echo "a lost card answers queries"; return 1; }
	[[ " $* " == *" config "* ]] || until_ 5 master_off	# it was told, or did not hear it
}
# lawful REGEX: no violation but such, and none is left
lawful() {
	told violations >/tmp/said && told violations clear || return
	! grep -vE "$1" /tmp/said | sort | uniq -c | grep .
}
# leave PHASE K HOW...: says what was wrong
leave() {
	local rc=0 phase=$1 k=$2 patience=2
	shift 2
	prepare "$phase"
	dmesg -C
	told chatter 1000 || return
	told vanish read,write,dma "$k" "$@" || return
	bounded 60 "act_$phase" >/dev/null 2>/tmp/act || rc=$?
	((rc != 124)) || { echo "not over after a minute: $(tail -n 4 /tmp/act)"; return 1; }
	told vanish off || return
	if is_lost; then
		lost=$((lost + 1))
		stays_lost "$@" || return
	fi
	[[ ! -e $dev/driver ]] || bounded 30 put "$gpu" $bus/drivers/xe/unbind || { echo "unbind is not over after 30 s"; return 1; }
	judged || return
	master_off || return
	lawful "$lost_writes" || return
	told quiet on || return
	pause 0.1
	told quiet off || return
	told chatter off || return
	put "$gpu" $bus/drivers/xe/bind 2>/dev/null || true
	until_ 30 works || { echo "does not work when it is bound anew"; return 1; }
	use buffers "$gpu" || { echo "buffers do not work when it is bound anew"; return 1; }
	faults || return
	no_splat || return
	lawful '^$'
}

# anew: it works, if need be because it is bound once more, for the points that follow a bad one
anew() {
	! works || return 0
	told vanish off
	told quiet off
	told chatter off
	[[ ! -e $dev/driver ]] || bounded 30 put "$gpu" $bus/drivers/xe/unbind
	told violations clear
	put "$gpu" $bus/drivers/xe/bind
	until_ 30 works
} &>/tmp/anew

until_ 60 works || { not_ok "the card works"; finish; }
t "it is behind the IOMMU" test -e "$dev/iommu_group"
declare -A makes
for phase in "${phases[@]}"; do
	makes[$phase]=$(measure "$phase" 2>/tmp/why) || { not_ok "$phase, with the card there" "$(</tmp/why)"; finish; }
done
all=0 there_are=0 lost=0
for n in "${makes[@]}"; do there_are=$((there_are + n)); done
for phase in "${phases[@]}"; do
	bad=0
	for ((i = 0; i < per_phase; i++)); do
		n=${makes[$phase]} k=$((1 + RANDOM % makes[$phase])) how=${leaves[RANDOM % ${can_be[$phase]:-6}]}
		all=$((all + 1))
		leave "$phase" "$k" $how >/tmp/why || { bad=$((bad + 1)); diag "$phase, access $k, $how: $(</tmp/why)"; }
		points back $all $there_are
		anew || break
	done
	if ((bad)); then not_ok "away in $phase" "$bad"; else ok "away in $phase"; fi
	works || break	# what is wrong has been said, with the last point
done
diag "$all times away, $lost times taken for lost"
t "the driver took it for lost, and not always" eval '((lost > 0 && lost < all))'
finish
