# driver: xe
# timeout: 2400
# set: model_args=--trap=vram
#
# SPDX-License-Identifier: MIT
# Our driver when the card vanishes at the k-th register access or DMA, whatever is going on then.
#
# For each phase its accesses are counted first, then k is spread over them.  After each k: the phase
# and the removal ended in time, no splat, nothing was touched any more, and the card works after a
# rescan.  xe_seed=N and xe_points=N on the kernel's command line repeat a run.
. /lab/gpu.sh
. ./lib/phases.sh

phases="probe sysfs settings debugfs power unbind"
splats='WARNING: .*|BUG: .*|Oops: .*|UBSAN: .*|refcount_t: .*|DMA-API: .*|INFO: .*|unreferenced object.*'

seed=$(argument xe_seed) || seed=$((SRANDOM % 32768))
per_phase=$(argument xe_points) || per_phase=12
RANDOM=$seed
diag "xe_seed=$seed xe_points=$per_phase"

prepare()  { ! declare -F "prepare_$1" >/dev/null || "prepare_$1"; }
accesses() { model_says counters | awk '/^(mmio|gsm|dma)-(read|write) / { n += $2 } END { print n }'; }
measure() {
	local before
	prepare "$1"
	before=$(accesses)
	"act_$1" >/dev/null
	echo $(($(accesses) - before))
	[[ -e $dev/driver ]] || put "$gpu" $bus/drivers/xe/bind
	until_ 30 works
}
# points N: numbers of 1..N, one of each part, or all of them.
points() {
	local n=$1 parts=$((per_phase < $1 ? per_phase : $1)) i low high
	for ((i = 0; i < parts; i++)); do
		low=$((1 + i * n / parts)) high=$(((i + 1) * n / parts))
		echo $((low + RANDOM % (high - low + 1)))
	done
}
# vanish PHASE K: says what was wrong.
vanish() {
	local rc=0 found
	dmesg -C
	prepare "$1"
	model vanish read,write,dma "$2" >/dev/null
	bounded 20 "act_$1" >/dev/null 2>&1 || rc=$?
	((rc != 124)) || { echo "not over after 20 s"; return 1; }
	model vanish now >/dev/null
	bounded 10 put 1 "$dev/remove" || { echo "removal failed or is not over after 10 s"; return 1; }
	model quiet on >/dev/null
	sleep 0.1
	model quiet off >/dev/null
	found=$(dmesg | grep -aoE "$splats" | head -n 1)
	[[ -z $found ]] || { echo "$found"; return 1; }
	model restore >/dev/null
	put 1 $bus/rescan
	until_ 30 works || { echo "does not work after the rescan"; return 1; }
	no_violations || { model violations clear >/dev/null; return 1; }
}

until_ 60 works || { not_ok "the card works"; finish; }
for phase in $phases; do
	n=$(measure "$phase") bad=0 done=0
	for k in $(points "$n"); do
		done=$((done + 1))
		vanish "$phase" "$k" >/tmp/why || { bad=$((bad + 1)); diag "$phase, access $k: $(</tmp/why)"; }
		until_ 30 works || break
	done
	diag "$phase makes $n accesses; vanished at $done of them, $bad bad"
	if ((done && !bad)); then ok "vanish in $phase"; else not_ok "vanish in $phase" "$bad of $done"; fi
	works || break
done
finish
