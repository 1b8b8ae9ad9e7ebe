# driver: xe
# timeout: 900
# full: timeout=1800 xe_ways=3
# set: model_args=--bar=64M
#
# SPDX-License-Identifier: MIT
# What a copy engine clears and moves: more buffers than VRAM, of two processes; an engine that hangs; and the card goes
# while buffers are cleared, with an engine that works and with one that does not. Nobody sees what was in memory
# before, and no data is lost that was not on the card when it went. xe_ways=N on the kernel's command line: in
# so many ways.
. /lab/gpu.sh
. ./lib/phases.sh

export LAB_PORT_TIMEOUT=600	# the guest may be slow
hang="model fault cs.hang value=3 count=0 >/dev/null"
timeout_of() { for f in "$dev"/tile*/gt*/engines/*/job_timeout_ms; do put "$1" "$f" || return; done; }
declare -A down=(
	[unbind]="echo $gpu >$bus/drivers/xe/unbind"
	[lost]="model vanish now >/dev/null; cat $dev/tile0/gt0/freq0/act_freq; sleep 0.5; true"
	[wedged]="model fault reset.stuck count=0 >/dev/null; cat $debugfs/dri/$gpu/gt0/force_reset_sync; sleep 0.5; true"
)
again() {
	disarm
	[[ ! -e $dev/driver ]] || put "$gpu" $bus/drivers/xe/unbind || return
	put 1 "$dev/remove" && model restore >/dev/null
	put 1 $bus/rescan
	until_ 60 works
}

until_ 60 works || { not_ok "the card works"; finish; }
modprobe vgem
dmesg -C
relay blit crowd "$gpu"
t "an engine did it" eval '! dmesg | grep "the CPU does it"'
timeout_of 300
relay blit under "$gpu" "$hang"
t "then it is said who does it" eval 'dmesg | grep "the CPU does it"'
t "no splat" no_splat
t "no violation" no_violations
ways=(lost unbind wedged)
for way in "${ways[@]:0:$(argument xe_ways || echo 1)}"; do
	t "$way: the card works" again
	dmesg -C
	diag "$way"
	timeout_of 10000
	relay blit down "$gpu" "${down[$way]} >/dev/null 2>&1" "$([[ $way == unbind ]] || echo "$hang")"
	t "$way: no splat" no_splat
done
again
t "nothing holds the module any more" rmmod xe
t "kmemleak finds nothing" leaks
finish
