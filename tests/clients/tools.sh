# driver: xe
# kernel: stock
# timeout: 600
# set: rootfs=clients
# full: kernel=debug-full timeout=1800
#
# SPDX-License-Identifier: MIT
# What people look at a card with, while a program uses it.
. ./lib/client.sh

# udev_knows: nvtop lists what udev is done with
udev_knows() {
	local path
	mkdir -p /run/udev/data
	touch /run/udev/control
	for path in "$dev"/drm/*/dev; do
		echo I:1 >"/run/udev/data/c$(<"$path")"
	done
	echo I:1 >"/run/udev/data/+pci:$gpu"
}
# cycles ENGINE: of the program at work, in all its files
cycles() { awk -v key="drm-cycles-$1:" '$1 == key { n += $2 } END { print n + 0 }' "/proc/$pid/fdinfo"/*; }
worked() { (($(cycles bcs) > $1)); }

client "drm_info says that there are no displays" 60 'drmModeGetResources: Operation not supported' drm_info
udev_knows
client "nvtop shows the clock" 60 '"gpu_clock": "[0-9]+MHz"' nvtop -s

"${user[@]}" /lab/bin/transfer 500 >/tmp/transfer &
pid=$!
t "a program's cycles on the copy engine are counted" until_ 60 worked 0 || {
	diag "$(</tmp/transfer)"
	quiet
	finish
}
t "and grow" until_ 60 worked "$(cycles bcs)"
t "and none on the compute engine" test "$(cycles ccs)" = 0
client "gputop shows the program and its engines" 60 "bcs.*[^0-9]$pid +[0-9]+[MG].*\\| transfer" gputop -n 2 -d 1
kill $pid
rc=0
wait $pid || rc=$?
t "the program was not disturbed" test $rc = 143 -a "$(grep -c '^not ok' /tmp/transfer)" = 0
quiet
finish
