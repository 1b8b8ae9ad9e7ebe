# driver: xe
# timeout: 1800
# set: hotplug=pciehp model_args="--bar=256M --ccs=4"
# control: lib/replug.sh
#
# SPDX-License-Identifier: MIT
# Work for the GPU: jobs, what they wait for, binds, what is refused; and everything in flight while the card
# goes, by unbind, sysfs remove, PCIe hot-unplug, because it vanished, and vanished without anybody removing it.
# The programs know nothing of the driver: `tests/lab/run --driver upstream` runs them on Linux's own, which does
# all but what work.c says of it, and does not outlive "pull".
. /lab/gpu.sh
. ./lib/phases.sh
. ./lib/ways.sh

export LAB_PORT_TIMEOUT=600	# the guest may be slow
# Jobs that go on until they are told: not those that are to be found out as hung. And all compute engines.
patient() {
	put 4 "$dev/tile0/gt0/ccs_mode"
	engines job_timeout_ms 10000
}

until_ 60 works || { not_ok "the card works"; finish; }
modprobe vgem
dmesg -C
for group in basic deps binds errors; do
	relay work $group "$gpu"
done
relay work flood "$gpu" 2000 16
for group in basic errors moves waits longrun exits; do
	relay userptr $group "$gpu"
done
relay userptr storm "$gpu" 5
t "no splat" no_splat
t "no violation" no_violations

# unplug is the last: see open.sh.
for way in unbind remove vanish lost unplug; do
	until_ 60 works || { not_ok "the card works"; finish; }
	dmesg -C
	diag "$way"
	patient
	relay pull "$gpu" "${down[$way]}" "${up[$way]}"
	[[ $way != unplug ]] || splat_not+="|WARNING: possible circular locking"
	t "$way: no splat" no_splat
	t "$way: no violation" no_violations
	model violations clear >/dev/null
done
until_ 60 works
t "nothing holds the module any more" rmmod xe
t "kmemleak finds nothing" leaks
finish
