# driver: xe
# timeout: 1200
# full: timeout=12000 xe_cycles=100
# soak: timeout=36000 xe_cycles=500
# set: model_args=--bar=64M
#
# SPDX-License-Identifier: MIT
# Load, use, remove, rescan, unload, again and again: nothing grows.  xe_cycles=N on the kernel's
# command line says how often.
. /lab/gpu.sh
. ./lib/phases.sh

cycles=$(argument xe_cycles) || cycles=6

# Which worker of the kernel has last done what is chance.
threads()  { ps -e --no-headers -o comm | grep -v '^kworker/' | grep -cE '\b(xe|drm|ttm|guc|irq/.*xe)'; }
modules()  { awk '$1 ~ /^(xe|drm_.*|ttm|gpu_sched)$/ { print $1, $3 }' /proc/modules; }
devices()  { ls /dev/dri /sys/class/drm /sys/class/hwmon "$debugfs/dri" 2>/dev/null; }
mappings() { awk '/xe|'"$gpu"'/ { n++ } END { print n + 0 }' /proc/vmallocinfo; }
slab()     { awk '/^(Slab|VmallocUsed|Percpu):/ { n += $2 } END { print n }' /proc/meminfo; }
# The rest of the kernel is not still either: a lot of some hundred objects comes or goes.
kmalloc_limit=$((20 * cycles))
# objects PATTERN: of the slab caches with such names, once those that KASAN holds back are free
objects() {
	local cache
	for cache in /sys/kernel/slab/*; do
		[[ ! ${cache##*/} =~ ^$1 ]] || put 1 "$cache/shrink"
	done
	awk -v name="^$1" '$1 ~ name { n += $2 } END { print n + 0 }' /proc/slabinfo
}
state() {
	echo "threads $(threads)"
	echo "mappings $(mappings)"
	echo "objects $(objects '(xe|drm|ttm)')"
	echo "node $(</tmp/minor)"
	modules
	devices
}

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
	minor >/tmp/minor
	rmmod xe
}

# What the kernel itself took, it takes once: a leak takes as much again in as many cycles more.
grows_no_further() {
	((grown >= kmalloc_limit)) || return 0
	local before i
	before=$(objects kmalloc-)
	for ((i = 3; i < cycles; i++)); do cycle || return; done
	grown=$(($(objects kmalloc-) - before))
	diag "of kmalloc $grown more after $((cycles - 3)) cycles more"
	((grown < kmalloc_limit))
}

rmmod xe || not_ok "first unload"
for ((i = 1; i <= cycles; i++)); do
	why=$(cycle 2>&1) || { not_ok "cycle $i of $cycles" "$why"; break; }
	figure endurance $i "$cycles"
	case $i in
	3) state >/tmp/state.early; slab_early=$(slab) kmalloc_early=$(objects kmalloc-) ;;
	"$cycles")
		ok "$cycles cycles"
		state >/tmp/state.late
		diag "slab, vmalloc and per-CPU memory: $slab_early KiB after 3 cycles, $(slab) KiB after $cycles"
		grown=$(($(objects kmalloc-) - kmalloc_early))
		diag "$(objects '(xe|drm|ttm)') objects of DRM's own slabs; of kmalloc $grown more than after 3 cycles"
		t "no thread, mapping, object, module reference or node more than early on" diff /tmp/state.early /tmp/state.late
		t "what is allocated does not grow with the cycles" grows_no_further
	esac
done
t "kmemleak finds nothing" leaks
t "no unknown register" zero unknown-registers
t "no violation" no_violations
finish
