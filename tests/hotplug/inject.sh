# driver: xe
# timeout: 900
# full: timeout=3600 xe_points=100000 xe_arrays=400 xe_stride=1
# soak: timeout=36000 xe_points=100000 xe_arrays=10000 xe_stride=1
# set: model_args=--bar=64M
# allow: kmemleak: Cannot allocate a scan area -- the memory that was refused was kmemleak's own
# allow: inject: (vmalloc error: size [0-9]+, .*|page allocation failure: order:[0-9]+, .*) -- what was refused, said by the kernel with a stack trace
#
# SPDX-License-Identifier: MIT
# Memory runs out at the n-th allocation of each call that makes a VM, a queue, a bind or a job: it says so and
# has done nothing, or it goes on without what it wanted; of queues and binds that are kept, for which there comes to
# be no room; and at some of those of random arrays of binds, of which either all are done or none. See inject.c.
# On the kernel's command line: xe_seed=N repeats a run, xe_points=N is how many allocations of a call fail,
# xe_arrays=N how many arrays there are, xe_stride=N how far apart those of a first queue are, about.
. /lab/gpu.sh
. ./lib/phases.sh

for kind in failslab fail_page_alloc; do
	put N $debugfs/$kind/ignore-gfp-wait
	put 0 $debugfs/$kind/verbose
done
put N $debugfs/fail_page_alloc/ignore-gfp-highmem
put 0 $debugfs/fail_page_alloc/min-order

# Of the kernel's own: alloc_from_freetree() of 6.12 frees a block that is in its tree when it cannot split it.
spare split_block

seed=$(argument xe_seed) || seed=$((SRANDOM % 32768))
points=$(argument xe_points) || points=3
arrays=$(argument xe_arrays) || arrays=12
stride=$(argument xe_stride) || stride=4
diag "xe_seed=$seed xe_points=$points xe_arrays=$arrays xe_stride=$stride"
rebind() { put "$gpu" $bus/drivers/xe/unbind && put "$gpu" $bus/drivers/xe/bind && until_ 60 works; }
# said REGEX: the driver has said none of it
said() { ! dmesg -t | grep -aE "$1"; }
# injected PART N
injected() {
	local total
	dmesg -C
	relay inject "$1" "$gpu" "$2" "$seed" >/tmp/out
	cat /tmp/out
	total=$(sed -n 's/^# total //p' /tmp/out)
	[[ -z $total ]] || points "inject-$1" $total
	t "$1: no splat" no_splat
	t "$1: no violation" no_violations
	t "$1: it is not the card's fault" said '\*ERROR\*'
}

until_ 60 works || { not_ok "the card works"; finish; }
modprobe vgem
for part in "first $stride" "calls $points" "room $((60 * points))" "arrays $arrays"; do
	injected $part
done
t "no context but the driver's own is left" until_ 30 grep -qE 'contexts: [01] new, 0 enabling, [01] enabled, 0 disabling, [01] off, 0 leaving' \
	"$debugfs/dri/$gpu/guc_info"
t "another life of the driver" rebind
t "nothing holds the module" until_ 30 rmmod xe
t "kmemleak finds nothing" leaks
finish
