# driver: xe
# timeout: 3600
# set: icount=1 model_args=--bar=256M
#
# SPDX-License-Identifier: MIT
# No section is long: the unplug of every DRM device waits for each. A debug kernel measures them and says which
# took more than 100 ms; under icount that is 100 million instructions, however slow the host is.
#
# Seen to fail: with mdelay(120) in the section of show() of xe_sysfs.c.
#
# The wait for a device that does not answer at all is in faults.sh and vanish.sh; here it answers.
. /lab/gpu.sh
. ./lib/phases.sh

long() { dmesg | grep -ac "a section took" || true; }
# short PHASE: no section of it is long, in one of three tries. Where the guest idles its clock follows the host's,
# which a loaded host is late with; what is long by itself is so each time.
short() {
	local try before
	for try in 1 2 3; do
		[[ $1 != unbind ]] || bound || act_probe || return
		[[ $1 == unbind ]] || ! bound || ! declare -F prepare_$1 >/dev/null || prepare_$1 || return
		until_ 600 eval "works || [[ $1 == probe ]]" || return
		before=$(long)
		bounded 600 act_$1 || return
		(($(long) > before)) || return 0
	done
	dmesg | grep -a "a section took" | tail -n 3
	return 1
}

until_ 600 works || { not_ok "the card works"; finish; }
t "sections are measured" eval 'dmesg | grep -qa "Lock dependency validator"'
modprobe vgem
for phase in query buffers share sysfs settings debugfs reset power sleep unbind probe; do
	t "$phase" short $phase
	[[ $phase != unbind ]] || continue
	until_ 600 works || { not_ok "the card works after $phase"; finish; }
done
t "no splat" no_splat
t "no violation" no_violations
finish
