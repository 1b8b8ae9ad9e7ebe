# driver: xe
# timeout: 900
# set: iommu=1 model_args="--msix --bar=256M"
#
# SPDX-License-Identifier: MIT
# The card behind an IOMMU, with MSI-X: what it reads and writes is translated, and a transfer to what is
# mapped no more is a fault that the IOMMU reports.
. /lab/gpu.sh
. ./lib/phases.sh

faults() { ! dmesg | grep -aE 'DMAR: .*(fault|Fault)'; }
quiet()	{ model quiet on >/dev/null && sleep 1 && model quiet off >/dev/null && no_violations; }

until_ 60 works || { not_ok "the card works"; finish; }
modprobe vgem
dmesg -C
t "it is behind the IOMMU" test -e "$dev/iommu_group"
t "its interrupts are MSI-X" eval 'compgen -G "$dev/msi_irqs/*" && grep -qx msix "$dev"/msi_irqs/*'
for act in query buffers share settings reset power; do
	t "$act" bounded 60 "act_$act"
done
t "unbind" put "$gpu" $bus/drivers/xe/unbind
t "nothing is touched after that" quiet
t "bind again" eval 'put "$gpu" $bus/drivers/xe/bind && until_ 60 works'
node=$(minor)
exec 9<>"/dev/dri/renderD$node"
# QEMU 11.1 does not live through device_del of a vfio-user device behind its IOMMU (an assertion).
t "removed while a file is open" put 1 "$dev/remove"
t "nothing is touched after that either" quiet
t "the open file says so" eval '! use query fd9'
t "found again it works beside it" eval 'put 1 $bus/rescan && until_ 60 works'
exec 9>&-
t "and is used" act_buffers
t "no fault of the IOMMU" faults
t "no splat" no_splat
t "unload" rmmod xe
t "no violation" no_violations
finish
