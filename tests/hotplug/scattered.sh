# driver: xe
# timeout: 900
# set: model_args=--bar=256M mem=3G
#
# SPDX-License-Identifier: MIT
# VRAM is full of small buffers, every second of them goes, and a large one comes.
. /lab/gpu.sh
. ./lib/phases.sh

until_ 60 works || { not_ok "the card works"; finish; }
relay scattered "$gpu"
t "no violation" no_violations
finish
