# driver: upstream
# kernel: stock
# timeout: 600
#
# Upstream probes with GuC, records the default contexts of all engines, and is then idle.
. /lab/gpu.sh

t "upstream xe is bound" bound
t "a render and a card node" test -e /dev/dri/renderD128 -a -e /dev/dri/card0
t "the GuC was booted twice" test "$(counter guc-boots)" = 2
t "default contexts: three engine classes, two contexts each" test "$(counter h2g-0x4502)" = 6
t "every context was deregistered" test "$(counter h2g-0x4503)" = "$(counter g2h-0x4600)"
t "no unknown register" zero unknown-registers
t "no violation but upstream's own" no_violations

model counters reset >/dev/null
sleep 5
diag "while idle: $(counter mmio-read) reads, $(counter mmio-write) writes, $(counter h2g) H2G"
t "idle: no command is executed" zero commands
finish
