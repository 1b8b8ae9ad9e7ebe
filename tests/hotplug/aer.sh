# driver: xe
# timeout: 600
# kernel: stock
# set: hotplug=pciehp model_args=--bar=256M
#
# SPDX-License-Identifier: MIT
# Errors of the PCIe link (AER), injected by QEMU at the port of the card. Those that can be
# lived with change nothing; after a fatal one the card counts as lost, and is removed and found again
# as any other.
. /lab/gpu.sh
. ./lib/phases.sh

# inject ERROR: as QEMU names them; what the monitor complains of is a failure
inject() {
	local answer
	answer=$(bench qmp human-monitor-command "{\"command-line\":\"pcie_aer_inject_error gpu-port $1\"}")
	[[ $answer == ok\ *OK\ id:* || $answer == 'ok ""' ]] || { echo "$answer"; return 1; }
}
said()	{ dmesg | grep -qa "$1"; }
none()	{ ! said "$1"; }

until_ 60 works || { not_ok "the card works"; finish; }
t "the port reports errors" eval 'dmesg | grep -qa "AER: enabled"' || finish
put on "$dev/power/control"
dmesg -C

t "a corrected error" inject BAD_TLP
t "is seen" until_ 60 said "AER: Correct"
t "changes nothing" works
t "an error that is not fatal" inject COMP_TIME
t "is recovered from" until_ 60 said "device recovery successful"
t "is no reason to give the card up" eval 'none "is lost" && works && use buffers "$gpu"'

node=("$dev"/drm/renderD*)
exec 9<>"/dev/dri/${node##*/}"
dmesg -C
t "a fatal error" inject DLP
t "the card is lost" until_ 60 said "is lost"
t "recovery ends, without success" until_ 30 said "device recovery failed"
t "an open file says so" eval '! use query fd9'
t "removal ends in time" bounded 60 put 1 "$dev/remove"
t "rescan" put 1 $bus/rescan
t "a new card works beside the old file" until_ 30 works
exec 9>&-
t "no splat" no_splat
t "unbind" put "$gpu" $bus/drivers/xe/unbind
finish
