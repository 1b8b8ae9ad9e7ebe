# driver: xe
# timeout: 900
# full: timeout=3600 xe_seconds=300 xe_binds=20000
# soak: timeout=20000 xe_seconds=6000 xe_binds=1000000
# set: model_args=--bar=64M
# allow: storm: (vmalloc error: size [0-9]+, .*|page allocation failure: order:[0-9]+, .*) -- what was refused, said by the kernel with a stack trace
# allow: kmemleak: Cannot allocate a scan area -- the memory that was refused was kmemleak's own
#
# SPDX-License-Identifier: MIT
# Lockdep, KASAN and the detector of hung tasks watch while everything happens at once: processes make, move,
# bind and cut buffers, run jobs, close, and are killed; one allocation of theirs in 200
# fails, and free memory is so scarce that each reclaims; the card sleeps whenever it can; the driver is unbound
# and bound, and asked to be unloaded, while fences of it are held. Before: calls in orders that nobody means, and
# clients that want all of VRAM, each for seconds. In check these are all: what the rest meets is chance, and
# xe_seconds=N of it are asked for. 10^6 binds in one call are in memory.sh: in check-full each allocation costs 100 times
# as much here.
# On the kernel's command line: xe_seconds=N, xe_seed=N, xe_binds=N in one call, xe_hung=N seconds.
. /lab/gpu.sh
. ./lib/phases.sh

seed=$(argument xe_seed) || seed=$((SRANDOM % 32768))
seconds=$(argument xe_seconds) || seconds=0
binds=$(argument xe_binds) || binds=2000
hung=$(argument xe_hung) || hung=30
RANDOM=$seed
diag "xe_seed=$seed xe_seconds=$seconds xe_binds=$binds xe_hung=$hung"

until_ 60 works || { not_ok "the card works"; finish; }
modprobe vgem
dmesg -C
put "$hung" /proc/sys/kernel/hung_task_timeout_secs
put 1 "$dev/power/autosuspend_delay_ms"
put auto "$dev/power/control"
relay storm odd "$gpu"
engines job_timeout_ms 10000	# a turn takes what one would wait for room, on however slow a machine
relay work room "$gpu"
engines job_timeout_ms 5000
chmod a+rw /dev/dri/renderD*
relay storm contexts "$gpu" $((seconds ? 10 : 1))
relay storm binds "$gpu" "$binds"
t "no splat" no_splat
t "no violation" no_violations
if ((!seconds)); then
	put on "$dev/power/control"
	t "nothing holds the module" until_ 30 rmmod xe
	t "kmemleak finds nothing" leaks
	finish
fi
dmesg -C

for kind in failslab fail_page_alloc; do
	put N $debugfs/$kind/ignore-gfp-wait
	put 0 $debugfs/$kind/verbose
	put Y $debugfs/$kind/task-filter
	put 200 $debugfs/$kind/interval
	put 100 $debugfs/$kind/probability
	put -1 $debugfs/$kind/times
done
put 0 $debugfs/fail_page_alloc/min-order
# Of the kernel's own: alloc_from_freetree() of 6.12 frees a block that is in its tree when it cannot split it.
spare split_block
free=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
put $((free / 3)) /proc/sys/vm/min_free_kbytes

# What an unbind or a bind meets is by chance; a bind may come to nothing.
come_and_go() {
	while ((SECONDS < end)); do
		sleep 0.$((RANDOM % 10))
		! rmmod xe 2>/dev/null || modprobe xe
		put 1 /proc/sys/vm/drop_caches
		((RANDOM % 3)) || { put "$gpu" $bus/drivers/xe/unbind; put "$gpu" $bus/drivers/xe/bind; put auto "$dev/power/control"; put 1 "$dev/power/autosuspend_delay_ms"; }
	done >/dev/null 2>&1
}
ended() { ! kill -0 "$noise" 2>/dev/null; }
calm() { until_ 200 ended || { stacks "$noise"; return 1; }; }
end=$((SECONDS + seconds))
come_and_go &
noise=$!
relay storm chaos "$gpu" "$seconds" "$seed"
for kind in failslab fail_page_alloc; do put 0 $debugfs/$kind/probability; done
t "the card comes and goes no more" calm
t "chaos: no splat" no_splat
t "chaos: no violation" no_violations
[[ -e $dev/driver ]] || { [[ -e /sys/module/xe ]] || modprobe xe; put "$gpu" $bus/drivers/xe/bind; }
t "the card works afterwards" until_ 60 works
put on "$dev/power/control"
t "and is used" use buffers "$gpu"
t "nothing holds the module" until_ 30 rmmod xe
t "kmemleak finds nothing" leaks
finish
