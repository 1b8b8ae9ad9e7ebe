# driver: xe
# timeout: 1000
# full: timeout=2400 xe_points=40
# soak: timeout=36000 xe_points=1000000
# set: model_args=--bar=64M
# allow: kmemleak: Cannot allocate a scan area -- the memory that was refused was kmemleak's own
# allow: WARNING: .* remove_proc_entry -- the kernel goes on without the interrupt's folder in /proc and then misses it
# allow: nth: (vmalloc error: size [0-9]+, .*|page allocation failure: order:[0-9]+, .*) -- what was refused, said by the kernel with a stack trace
# allow: kobject_add_internal failed for .* .error: -12 -- what was refused, said by the kernel
#
# SPDX-License-Identifier: MIT
# Memory runs out at the n-th allocation of probe: it fails, or goes on without what it wanted; no
# splat, nothing is left behind, nothing touches the card, and the next bind works.
# On the kernel's command line: xe_seed=N repeats a run, xe_points=N is how many of them.
. /lab/gpu.sh
. ./lib/phases.sh

for kind in failslab fail_page_alloc; do
	put N $debugfs/$kind/ignore-gfp-wait
	put 0 $debugfs/$kind/verbose
done
put N $debugfs/fail_page_alloc/ignore-gfp-highmem
put 0 $debugfs/fail_page_alloc/min-order
# Of DRM's own: drm_minor_alloc_release() of 6.12 puts the error pointer that drm_sysfs_minor_alloc() returned.
spare drm_sysfs_minor_alloc

seed=$(argument xe_seed) || seed=$((SRANDOM % 32768))
points=$(argument xe_points) || points=20
RANDOM=$seed
diag "xe_seed=$seed xe_points=$points"

bind_nth() { nth "$1" $bus/drivers/xe/bind "$gpu"; }
unbind()   { put "$gpu" $bus/drivers/xe/unbind; }

# one N: says what was wrong
one() {
	local err more found
	dmesg -C
	read -r err more < <(bind_nth "$1")
	if ((more == 0)); then reached=$((reached + 1)); else echo "allocation $1 was not reached"; fi
	if bound; then
		tolerated=$((tolerated + (more == 0)))
		unbind
	elif ((err == 0)); then
		echo "bind says that it worked, and did not"
		return 1
	fi
	no_splat || { echo "errno $err"; return 1; }
	found=$(left) && { echo "errno $err, left: $found"; return 1; }
	no_violations
}

until_ 60 works || { not_ok "the card works"; finish; }
converse
unbind
all=1000000
read -r err more < <(bind_nth $all)
t "bind works when no allocation fails" eval '((err == 0)) && works'
total=$((all - more)) bad=0 tolerated=0 reached=0
t "bind makes more than 100 allocations" test $total -gt 100 || finish
((points < total)) || points=$total
unbind
model quiet on >/dev/null
sleep 1
model quiet off >/dev/null
for ((i = 0; i < points; i++)); do
	n=$((1 + (i * total + RANDOM * total / 32768) / points))
	one $n >/tmp/why || { bad=$((bad + 1)); diag "allocation $n: $(</tmp/why)"; }
	figure nomem $((i + 1 - bad)) $((i + 1))
	points nomem $((i + 1)) $total
done
diag "bind makes $total allocations; $reached of $points failed one at a time, $tolerated were done without, $bad bad"
t "each of them" test $bad = 0
# The last ones may not come, as no two binds are alike.
t "most of them were reached" test $((reached * 10)) -ge $((points * 9))
model quiet on >/dev/null
sleep 1
model quiet off >/dev/null
t "nothing is touched after that" no_violations
put "$gpu" $bus/drivers/xe/bind
t "bind works afterwards" until_ 30 works
unbind
t "kmemleak finds nothing" leaks
finish
