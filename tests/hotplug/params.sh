# driver: xe
# timeout: 900
# set: load=no model_args=--bar=64M
#
# SPDX-License-Identifier: MIT
# The parameters of the module, each with a value that is not the default.
. /lab/gpu.sh
. ./lib/phases.sh

id=$(<"$dev/device")
id=${id#0x}
unload() { disarm; rmmod xe; dmesg -C; }
# loaded PARAMETER...: the card works with them
loaded() { modprobe xe "$@" && until_ 30 works; }
is()	{ [[ $(<"/sys/module/xe/parameters/$1") == "$2" ]]; }
said()	{ dmesg | grep -qa "$1"; }

dmesg -C
t "force_probe=!$id loads" modprobe xe "force_probe=!$id"
sleep 1
t "and leaves the card alone" eval '! bound'
t "which it does not touch" zero mmio-write
unload
t "force_probe=!0x$id loads" modprobe xe "force_probe=!0x$id"
sleep 1
t "and leaves the card alone, too" eval '! bound'
unload
t "force_probe=$id takes it" loaded "force_probe=$id"
t "of which there is nothing to say" eval '! said "force_probe:"'
unload
t "force_probe=0x$id,no-id takes it" loaded "force_probe=0x$id,no-id"
t "what no-id was to be is asked" said 'xe: force_probe: "no-id" is ignored: '
unload
t "guc_log_level=0" loaded guc_log_level=0
t "is what the parameter says" is guc_log_level 0
unload
t "guc_log_level=5" loaded guc_log_level=5
unload
# QEMU shows a card's BAR in the size that it has and no other: it can be asked for, not changed.
t "vram_bar_size=64, which it has" loaded vram_bar_size=64
t "nothing is said about it" eval '! said "VRAM BAR cannot"'
unload
t "vram_bar_size=-1, to leave it alone" loaded vram_bar_size=-1
t "nothing is said about that" eval '! said "VRAM BAR"'
unload
t "vram_bar_size=256, which it cannot have" loaded vram_bar_size=256
t "that is said" said "the VRAM BAR cannot have 256 MiB.*left at 64 MiB"
unload
# kept: an engine that hangs is left as it is, and the card given up. Default images were recorded before.
kept() {
	modprobe vgem && work flood "$gpu" 20 8 >/dev/null || return
	engines job_timeout_ms 500 || return
	model fault cs.hang count=0 >/dev/null
	dump leave "$gpu" once >/dev/null
	until_ 30 said "the card is given up: wedged_mode=2" && said "does not let go of it"
}
mode=$debugfs/dri/$gpu/wedged_mode
t "wedged_mode=0" loaded wedged_mode=0
t "is what the parameter says" is wedged_mode 0
t "the card is used" act_buffers
unload
t "wedged_mode=2" loaded wedged_mode=2
dump leave "$gpu" once >/dev/null
t "a job that goes wrong has the card given up" until_ 30 said "the card is given up: wedged_mode=2"
unload
t "wedged_mode=2 again" loaded wedged_mode=2
t "an engine that hangs is not reset" kept
unload
t "wedged_mode=1, which can be changed" loaded
t "to nothing else" eval '! put 3 $mode 2>/dev/null && (($(<$mode) == 1))'
t "but to 2" put 2 "$mode"
t "and at once no engine is reset" kept
unload
t "what upstream has and we do not" loaded probe_display=1 max_vfs=2 gsc_firmware_path=xe/gsc.bin force_execlist=1
for name in probe_display max_vfs gsc_firmware_path force_execlist; do
	t "$name is answered" said "xe: $name has no effect: there is no "
done
unload
t "the same, without a value" loaded probe_display force_execlist
t "is answered, too" said "xe: force_execlist has no effect: there is no "
unload
t "none" loaded
t "no splat" no_splat
t "no violation" no_violations
finish
