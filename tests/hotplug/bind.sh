# driver: xe
# timeout: 900
#
# Our driver: probe with the real firmware, unbind without a trace, again and again; and the
# seed's own case: the card is removed while a file is open, and comes back beside it.
. /lab/gpu.sh

figures() { diag "$1: $(counter mmio-read) register reads, $(counter mmio-write) writes, $(counter h2g) H2G"; }
unbind() { echo "$gpu" >/sys/bus/pci/drivers/xe/unbind; }
bind()   { echo "$gpu" >/sys/bus/pci/drivers/xe/bind; }
# A slow guest is idle for a second soon, and each sleep ends with a boot.
bind_awake() { bind && echo on >"$dev/power/control"; }
# silent SECONDS: after unbind whatever touches the card is a violation
silent() {
	model quiet on >/dev/null
	pause "$1"
	model quiet off >/dev/null
	no_violations
}
cycle()  { unbind && silent 0.2 && bind && bound; }
ten()    { local i; for ((i = 0; i < 10; i++)); do "$@" || { echo "cycle $i"; return 1; }; done; }

figures "probe"
t "bound" bound
t "a render and a card node" test -e /dev/dri/renderD128 -a -e /dev/dri/card0
t "three engines for userspace, as with upstream" grep -q " 3 engines," "/sys/kernel/debug/dri/$gpu/info"
t "probe: no unknown register" zero unknown-registers
t "probe: no violation" no_violations

model counters reset >/dev/null
t "unbind" unbind
figures "unbind"
t "nothing is touched after unbind" silent 2
t "no node is left" eval '! compgen -G "/dev/dri/renderD*"'
model counters reset >/dev/null
t "bind again" bind_awake
t "one GuC boot is enough" test "$(counter guc-boots)" = 1
echo auto >"$dev/power/control"
t "ten times unbind, silence, bind" ten cycle

node() { local n=("$dev"/drm/renderD*); echo "/dev/dri/${n##*/}"; }
old=$(node)
exec 9<>"$old" && seed=0
t "removed while a file is open" eval 'echo 1 >"$dev/remove"'
t "nothing is touched after that" silent 2
t "open of the old node fails" eval '! (exec 8<>"$old") 2>/dev/null'
t "rescan" eval 'echo 1 >/sys/bus/pci/rescan'
t "a second device works beside the open file" until_ 60 bound &&
	t "and has a node of its own" eval '[[ -c $(node) && $(node) != "$old" ]]' && seed=1
figure seed $seed 1
exec 9>&-
t "removed with no file open" eval 'echo 1 >"$dev/remove"'
t "unload" rmmod xe
t "no violation" no_violations
finish
