# driver: xe
# timeout: 900
# set: load=no model_args="--bar=256M --plane=100M,8M" mem=3G
#
# SPDX-License-Identifier: MIT
# The system's firmware left the monitor on: its picture is in VRAM, and the range of the GGTT that it is
# reached by is where the driver puts its own buffers. The model complains when either changes while the
# plane is on, and when the device goes to D3 with it.
. /lab/gpu.sh
. ./lib/phases.sh

said()	{ dmesg | grep -qa "$1"; }
lit()	{ model_says plane; }
unlit()	{ local on; on=$(lit); [[ -z $on ]] || { echo "$on"; return 1; }; }
asleep() { [[ $(<"$dev/power/runtime_status") == suspended ]]; }
# A transcoder that says it is on whatever is written to it.
stuck="reg.value offset=0x70008 value=0xc0000000 count=0"

t "the firmware left a plane on" eval '[[ $(lit) == 1A* ]]'
model fault $stuck >/dev/null
dmesg -C
t "a pipe that does not go off: probe ends" bounded 30 modprobe xe
t "and fails" eval '! bound'
t "which is said" said "pipe A of the display does not go off"
disarm
t "bind" eval 'put "$gpu" $bus/drivers/xe/bind && until_ 30 works'
t "the plane is off" unlit
t "nobody wrote to what it showed" no_violations
relay scattered "$gpu"
t "asleep" eval 'put 10 "$dev/power/autosuspend_delay_ms" && until_ 10 asleep'
t "unbind, bind" eval 'act_unbind && put "$gpu" $bus/drivers/xe/bind && until_ 30 works'
t "no unknown register" zero unknown-registers
t "no splat" no_splat
t "no violation" no_violations
finish
