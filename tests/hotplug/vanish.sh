# driver: xe
# timeout: 1200
# full: parts=4 timeout=3600 xe_least=300 xe_alone=1
# soak: parts=4 timeout=360000 xe_points=1000000 xe_alone=1
# set: model_args="--trap=vram --bar=64M"
#
# SPDX-License-Identifier: MIT
# Our driver when the card vanishes at the k-th register access or DMA, whatever is going on then.
#
# For each phase its accesses are counted first, then k is spread over them.  After each k: the phase
# and the removal ended in time, no splat, nothing was touched any more, and the card works after a
# rescan.  On the kernel's command line: xe_seed=N repeats a run, xe_points=N is how many for each
# phase, xe_least=N how many at least in all phases and parts, xe_phase=NUMBER one phase only, xe_alone=1 has a
# phase of its own for each kind of work.
. /lab/gpu.sh
. ./lib/phases.sh

phases=(probe idle query buffers share sysfs settings debugfs reset power unbind sleep work queued copies hangs)

seed=$(argument xe_seed) || seed=$((SRANDOM % 32768))
per_phase=$(argument xe_points) || per_phase=3
least=$(argument xe_least) || least=0
only=$(argument xe_phase) || only=
part=$(argument part) || part=1
parts=$(argument parts) || parts=1
! argument xe_alone >/dev/null || phases+=(bind exec running spinner thousand fence dozing)
RANDOM=$seed

coproc MODEL { model; }

# spread N: numbers of 1..N, one of each part, or all of them.
spread() {
	local n=$1 parts=$((per_phase < $1 ? per_phase : $1)) i low high
	for ((i = 0; i < parts; i++)); do
		low=$((1 + i * n / parts)) high=$(((i + 1) * n / parts))
		echo $((low + RANDOM % (high - low + 1)))
	done
}
# gone: the card is; its configuration space says so, not what the kernel remembers of it
gone() {
	local LC_ALL=C id
	IFS= read -rN 4 id <"$dev/config"
	[[ $id == $'\xff\xff\xff\xff' ]] || { echo "the card has not vanished"; return 1; }
}
# vanish PHASE K: says what was wrong.  It begins hundreds of times: without a process that it can do without.
vanish() {
	local rc=0 patience
	prepare "$1"
	patience=2
	told vanish read,write,dma "$2" || return
	bounded 60 "act_$1" >/dev/null 2>/tmp/act || rc=$?
	((rc != 124)) || { echo "not over after a minute: $(tail -n 4 /tmp/act)"; return 1; }
	told vanish now && gone || return
	bounded 120 put 1 "$dev/remove" 2>&1 || { echo "removal failed or is not over after two minutes"; return 1; }
	judged || return
	told quiet on || return
	pause 0.1
	told quiet off || return
	no_new_splat || return
	told restore || return
	put 1 $bus/rescan
	until_ 30 works || { echo "does not work after the rescan"; return 1; }
	told violations >/tmp/violations || { echo "$(</tmp/violations)"; return 1; }
	[[ ! -s /tmp/violations ]] || { echo "$(</tmp/violations)"; say violations clear; return 1; }
	no_new_splat
}

until_ 60 works || { not_ok "the card works"; finish; }
watch_splats || { not_ok "what the kernel says is seen"; finish; }
ok "what the kernel says is seen"
# How many accesses each phase makes, for it is told where in them the card is to vanish.
declare -A makes
for ((i = part - 1; i < ${#phases[@]}; i += parts)); do
	phase=${phases[i]}
	[[ -z $only || $only == "$i" ]] || { skip "vanish in $phase" "not asked for"; continue; }
	makes[$phase]=$(measure "$phase" 2>/tmp/why) || { not_ok "$phase, with the card there" "$(</tmp/why)"; finish; }
done
# enough: per_phase makes our share of $least, although some phases make few accesses.
enough() {
	local n all=0
	for n in "${makes[@]}"; do all=$((all + (per_phase < n ? per_phase : n))); done
	((all * parts >= least))
}
until enough || ((per_phase >= least)); do per_phase=$((per_phase + 1)); done
diag "xe_seed=$seed xe_points=$per_phase"

all=0 all_bad=0 there_are=0
for n in "${makes[@]}"; do there_are=$((there_are + n)); done
for phase in "${phases[@]}"; do
	[[ -v makes[$phase] ]] || continue
	bad=0 done=0
	for k in $(spread "${makes[$phase]}"); do
		done=$((done + 1)) all=$((all + 1))
		vanish "$phase" "$k" >/tmp/why || { bad=$((bad + 1)) all_bad=$((all_bad + 1)); diag "$phase, access $k: $(</tmp/why)"; }
		figure vanish $((all - all_bad)) $all
		points vanish $all $there_are
		until_ 30 works || break
	done
	diag "$phase makes ${makes[$phase]} accesses; vanished at $done of them, $bad bad"
	if ((done && !bad)); then ok "vanish in $phase"; else not_ok "vanish in $phase" "$bad of $done"; fi
	works || break
done
[[ $only ]] || t "$least points or more, in all parts" test $((all * parts)) -ge "$least"
finish
