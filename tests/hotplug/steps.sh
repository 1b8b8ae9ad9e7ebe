# driver: xe
# timeout: 1800
# full: timeout=3600 xe_points=6
# soak: timeout=36000 xe_points=1000000
# set: model_args=--bar=64M
# allow: inconsistent .INITIAL USE. -> .IN-NMI. usage -- fail_function of Linux 6.12 takes a random number in the context of a breakpoint; lockdep is off from then on, so locks on the same ways out are nomem's to see
#
# SPDX-License-Identifier: MIT
# Every step of probe fails: each function of the driver that is marked with ALLOW_ERROR_INJECTION(),
# at its first call with -EIO, and if a bind calls it again at others with -ENOMEM.  Bind fails
# with an error of the driver, or goes on where that is listed below; no splat, nothing is left behind,
# nothing touches the card.  The binds by which calls are counted show in between that the card works.
# On the kernel's command line: xe_seed=N repeats a run, xe_points=N is how many calls of each.
#
# Seen to fail: without the xe_hw_on_unbind() of xe_mm_evict_start() (KASAN); with an error of
# xe_guc_log_init() ignored; with publish() not marked noinline; on a kernel without FAIL_FUNCTION.
. /lab/gpu.sh
. ./lib/phases.sh

fail=$debugfs/fail_function
EIO=0xfffffffffffffffb ENOMEM=0xfffffffffffffff4
# Called more than once in a bind.
often=" dir_start add_files xe_dma_map xe_forcewake_get xe_ggtt_buf_create xe_ggtt_map xe_fw_load xe_guc_dma
	xe_guc_mailbox_send xe_guc_mailbox_config xe_guc_ct_send xe_pcode_read "
# Bind may go on without what these were to get.
declare -A spared=(
	[xe_pcode_read]="the power controller is asked again until it is up; sensors do without a limit"
	[xe_forcewake_get]="one is for an invalidation by register; if the domain really sleeps the next step fails"
	[xe_fw_load]="the second file is the HuC's, which is no error of the card"
	[xe_ggtt_buf_create]="one is the HuC's image"
	[xe_dma_map]="one is the HuC's image"
	[xe_ggtt_map]="one is the HuC's image"
)

# Of the driver; "probe with driver xe failed" is the driver core's.
complaint="xe $gpu: (error -|[^"$'\n'"]*[*]ERROR[*])"

seed=$(argument xe_seed) || seed=$((SRANDOM % 32768))
points=$(argument xe_points) || points=2
RANDOM=$seed
diag "xe_seed=$seed xe_points=$points"

# bind_failing FUNCTION ERRNO N: the N-th call fails
bind_failing() {
	times=1
	put "xe:$1" $fail/inject && put "$2" "$fail/xe:$1/retval" || return
	put 1 $fail/times
	put "$3" $fail/space
	bounded 60 put "$gpu" $bus/drivers/xe/bind 2>/dev/null || (($? != 124)) || echo "not over after a minute"
	read -r spaces <$fail/space
	read -r times <$fail/times
	put "" $fail/inject
}
unbind() { put "$gpu" $bus/drivers/xe/unbind; }

# count FUNCTION: its calls in a bind where all goes well
count() {
	local all=1000000
	bind_failing "$1" $EIO $all
	calls=$((all - spaces))
	until_ 30 works || return
	unbind
	dmesg -C
}
# outcome FUNCTION ERRNO: says what was wrong
outcome() {
	local log found
	log=$(dmesg -tc)
	((times == 0)) || { echo "was not called"; return 1; }
	if bound; then
		[[ -v spared[$1] ]] || { echo "bind does not mind"; return 1; }
		until_ 30 works || { echo "goes on and does not work"; return 1; }
		went_on+=" $1:$3"
		unbind
	elif [[ $2 == "$EIO" && ! $log =~ $complaint ]]; then	# of -ENOMEM the kernel says enough
		silent+=" $1"
	fi
	told quiet on || return
	pause 0.1
	told quiet off || return
	left && { echo "is left"; return 1; }
	! splats <<<"${log//WARNING: inconsistent lock state/}" || return	# see "allow" above
	found=$(told violations) || { echo "$found"; return 1; }
	[[ -z $found ]] || found=$(grep -vE "$known_violations" <<<"$found")
	[[ -z $found ]] || { echo "$found"; return 1; }
}
# try FUNCTION ERRNO N
try() {
	total=$((total + 1))
	bind_failing "$@" >/tmp/why
	if outcome "$@" >>/tmp/why; then
		good=$((good + 1))
	else
		diag "$1, call $3: $(</tmp/why)"
		say violations clear
	fi
	! bound || unbind
	figure steps $good $total
}

until_ 60 works || { not_ok "the card works"; finish; }
mapfile -t functions < <(awk '$2 == "[xe]" && $3 == "ERRNO" { print $1 }' $fail/injectable)
t "there are functions that can fail" test ${#functions[@]} -gt 0 || finish
unbind
dmesg -C
put 100 $fail/probability
put 0 $fail/verbose
good=0 total=0 there_are=0 silent= went_on=
coproc MODEL { model; }
for f in "${functions[@]}"; do
	bad=$((total - good)) calls=1
	if [[ $often =~ [[:space:]]$f[[:space:]] ]]; then
		count "$f" || { not_ok "bind works"; finish; }
		diag "$f is called $calls times"
	fi
	there_are=$((there_are + calls))
	try "$f" $EIO 1
	more=$((calls < points ? calls - 1 : points - 1))
	for ((i = 0; i < more; i++)); do
		low=$((2 + i * (calls - 1) / more)) high=$((1 + (i + 1) * (calls - 1) / more))
		try "$f" $ENOMEM $((low + RANDOM % (high - low + 1)))
	done
	points steps $total $there_are
	if ((total - good == bad)); then ok "$f fails"; else not_ok "$f fails"; fi
done
[[ -z $silent ]] || diag "the log says nothing of$silent"
t "the log says what failed" test -z "$silent"
diag "bind went on without (function:call)$went_on"
for f in "${!spared[@]}"; do diag "bind may go on without $f: ${spared[$f]}"; done
put "$gpu" $bus/drivers/xe/bind
t "bind works afterwards" until_ 30 works
unbind
t "kmemleak finds nothing" leaks
finish
