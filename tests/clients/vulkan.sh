# driver: xe
# kernel: stock
# timeout: 600
# set: rootfs=clients
# full: kernel=debug-full timeout=1800
#
# SPDX-License-Identifier: MIT
# Mesa's Vulkan driver: the card, and the queue that needs no shaders.
. ./lib/client.sh

client "vulkaninfo names the card and Mesa's driver" 120 \
	'deviceName += Intel\(R\) Arc.*driverName += Intel open-source Mesa driver' "${user[@]}" vulkaninfo --summary
relay transfer
skip "queues for graphics and compute" "need shaders: their fences signal, their data stay what they were"
quiet
finish
