# driver: xe
# timeout: 1800
# set: model_args=--bar=256M
#
# SPDX-License-Identifier: MIT
# Load, use, remove, rescan, unload, again and again: nothing grows.  xe_cycles=N on the kernel's
# command line says how often.
. /lab/gpu.sh
. ./lib/phases.sh

cycles=$(argument xe_cycles) || cycles=20

threads()  { ps -e --no-headers | grep -cE '\b(xe|drm|ttm|guc|irq/.*xe)'; }
modules()  { awk '$1 ~ /^(xe|drm_.*|ttm|gpu_sched)$/ { print $1, $3 }' /proc/modules; }
devices()  { ls /dev/dri /sys/class/drm /sys/class/hwmon "$debugfs/dri" 2>/dev/null; }
mappings() { awk '/xe|'"$gpu"'/ { n++ } END { print n + 0 }' /proc/vmallocinfo; }
slab()     { awk '/^(Slab|VmallocUsed|Percpu):/ { n += $2 } END { print n }' /proc/meminfo; }
state()    { echo "threads $(threads)"; echo "mappings $(mappings)"; modules; devices; }

cycle() {
	modprobe xe || return
	until_ 30 works || return
	act_sysfs
	act_debugfs
	exec 7<>"/dev/dri/renderD$(minor)"
	put 1 "$dev/remove" || return
	exec 7>&-
	put 1 $bus/rescan || return
	until_ 30 works || return
	rmmod xe
}

rmmod xe || not_ok "first unload"
for ((i = 1; i <= cycles; i++)); do
	why=$(cycle 2>&1) || { not_ok "cycle $i of $cycles" "$why"; break; }
	figure endurance $i "$cycles"
	case $i in
	3) state >/tmp/state.early; slab_early=$(slab) ;;
	"$cycles")
		ok "$cycles cycles"
		state >/tmp/state.late
		diag "slab, vmalloc and per-CPU memory: $slab_early KiB after 3 cycles, $(slab) KiB after $cycles"
		t "no thread, mapping, module reference or node more than early on" diff /tmp/state.early /tmp/state.late
	esac
done
t "kmemleak finds nothing" leaks
t "no unknown register" zero unknown-registers
t "no violation" no_violations
finish
