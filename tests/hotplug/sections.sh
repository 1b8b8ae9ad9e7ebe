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

short() { ! dmesg | grep -a "a section took"; }

until_ 600 works || { not_ok "the card works"; finish; }
t "sections are measured" eval 'dmesg | grep -qa "Lock dependency validator"'
modprobe vgem
for phase in query buffers share sysfs settings debugfs reset power sleep unbind probe; do
	! declare -F prepare_$phase >/dev/null || [[ $phase == probe ]] || prepare_$phase
	t "$phase" bounded 600 act_$phase
	[[ $phase != unbind ]] || continue
	until_ 600 works || { not_ok "the card works after $phase"; finish; }
done
t "no section is long" short
t "no splat" no_splat
t "no violation" no_violations
finish
