# driver: xe
# kernel: stock
# timeout: 900
# set: rootfs=clients
# full: kernel=debug-full timeout=1800
#
# SPDX-License-Identifier: MIT
# The compute runtime: the card, and what its copy engine does.
. ./lib/client.sh

client "clinfo lists the card" 300 'Number of devices +1.*Device Name +Intel\(R\) Arc' "${user[@]}" clinfo
model counters reset >/dev/null
relay compute
t "the card did it" test "$(counter commands)" -gt 0
skip "kernels, and copies on the default queue" "need shaders: clFinish waits for what they would have written"
quiet
finish
