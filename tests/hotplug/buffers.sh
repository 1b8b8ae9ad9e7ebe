# driver: xe
# timeout: 600
#
# SPDX-License-Identifier: MIT
# Queries, buffers, mmaps and dma-bufs in both directions with vgem; all of it held over a removal.
. /lab/gpu.sh
. ./lib/phases.sh

modprobe vgem
until_ 60 works || { not_ok "the card works"; finish; }
relay buffers "$gpu"
until_ 30 works
t "kmemleak finds nothing" leaks
t "no violation" no_violations
finish
