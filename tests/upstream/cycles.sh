# driver: upstream
# timeout: 1800
# set: model_args=--bar=256M
# allow: WARNING: CPU: .* xe_uc_gucrc_disable\+.* -- upstream 6.12 warns on each GT reset, see hardware.rst xe-hw-reset
#
# Bind and unbind, remove and rescan, unplug and plug, load and unload: ten times each.
. /lab/gpu.sh

cycles() {	# NAME DOWN UP
	local i
	for ((i = 1; i <= 10; i++)); do
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

t "ten times unbind and bind" cycles bind unbind bind
t "ten times remove and rescan" cycles rescan remove rescan
t "ten times unplug and plug" cycles plug unplug plug
t "ten times rmmod and modprobe" cycles load unload load
t "no unknown register" zero unknown-registers
t "no violation but upstream's own" no_violations
finish
