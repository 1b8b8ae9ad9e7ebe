# driver: upstream
# kernel: stock
# timeout: 1800
# full: xe_cycles=10
# set: model_args=--bar=256M
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
#
# Bind and unbind, remove and rescan, unplug and plug, load and unload, again and again; xe_cycles=N on the
# kernel's command line says how often.
. /lab/gpu.sh
times=$(argument xe_cycles) || times=3

cycles() {	# NAME DOWN UP
	local i
	for ((i = 1; i <= times; i++)); do
		"$2" || { echo "cycle $i: $2"; return 1; }
		"$3" || { echo "cycle $i: $3"; return 1; }
		until_ 60 bound || { echo "cycle $i: not bound again"; return 1; }
	done
}
unbind()	{ echo "$gpu" >/sys/bus/pci/drivers/xe/unbind; until_ 30 eval '! bound'; }
bind()		{ echo "$gpu" >/sys/bus/pci/drivers/xe/bind; }
remove()	{ echo 1 >"$dev/remove"; until_ 30 test ! -e "$dev"; }
rescan()	{ echo 1 >/sys/bus/pci/rescan; until_ 30 test -e "$dev"; }
unplug()	{ bench unplug >/dev/null && until_ 60 test ! -e "$dev"; }
plug()		{ bench plug >/dev/null && until_ 60 test -e "$dev"; }
unload()	{ rmmod xe; }
load()		{ modprobe xe probe_display=0; }

t "$times times unbind and bind" cycles bind unbind bind
t "$times times remove and rescan" cycles rescan remove rescan
t "$times times unplug and plug" cycles plug unplug plug
t "$times times rmmod and modprobe" cycles load unload load
t "no unknown register" zero unknown-registers
t "no violation but upstream's own" no_violations
finish
