# SPDX-License-Identifier: MIT
# The control of open.sh: the ways in which a device goes and comes, with no driver bound to it.
. /lab/gpu.sh

here()	{ [[ -e $dev ]]; }
away()	{ [[ ! -e $dev ]]; }

t "remove" eval 'put 1 "$dev/remove" && until_ 60 away'
t "rescan" eval 'put 1 /sys/bus/pci/rescan && until_ 60 here'
t "unplug" eval 'bench unplug && until_ 60 away'
t "plug" eval 'bench plug && until_ 60 here'
finish
