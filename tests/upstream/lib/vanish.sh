# SPDX-License-Identifier: MIT
# For the baseline: what upstream does when the card vanishes at the k-th access of one phase.
#
#	vanish.sh PHASE K...
#
# Prints "PHASE K clean", "PHASE K splat WHAT" or "PHASE K hang WHERE" for each.
. /lab/gpu.sh
phase=$1
shift
bus=/sys/bus/pci

arm()	{ model vanish read,write,dma "$1" >/dev/null; }
gone()	{ model vanish now >/dev/null; }
spin()	{ /usr/libexec/igt-gpu-tools/xe_exec_reset --run-subtest spin >/dev/null 2>&1; }

act() {
	case $phase in
	probe)	put "$gpu" $bus/drivers/xe/bind 2>/dev/null; true ;;
	idle)	arm "$k"; sleep 1; exec 5>&- ;;
	batch)	arm "$k"; spin; true ;;
	unbind)	arm "$k"; put "$gpu" $bus/drivers/xe/unbind ;;
	esac
}

one() {
	local k=$1 node
	dmesg -C
	if [[ $phase == probe ]]; then
		bounded 30 put "$gpu" $bus/drivers/xe/unbind || { echo "$phase $k hang unbind-before"; return 1; }
		arm "$k"
	else
		node=$(echo "$dev"/drm/renderD*)
		[[ $phase == idle ]] && exec 5<>"/dev/dri/${node##*/}"
	fi
	bounded 60 act || { echo "$phase $k hang $phase"; return 1; }
	exec 5>&-
	gone
	bounded 60 put 1 "$dev/remove" || { echo "$phase $k hang remove"; return 1; }
	model restore >/dev/null
	put 1 $bus/rescan
	until_ 60 bound || { echo "$phase $k hang rebind"; return 1; }
	local what
	what=$(dmesg -t | splats | head -n 1)
	if [[ -n $what ]]; then echo "$phase $k splat $what"; else echo "$phase $k clean"; fi
}

until_ 60 bound
for k in "$@"; do
	one "$k" || break
done
