# SPDX-License-Identifier: MIT
# For scenarios: programs that know nothing of this bench, and what they are to say.
. /lab/gpu.sh

# somebody who may open the render node and nothing else of the card
let_in() { local n=("$dev"/drm/renderD*); chown 1000:1000 "/dev/dri/${n##*/}"; }
let_in
user=(setpriv --reuid=1000 --regid=1000 --clear-groups)
# Mesa's other drivers are slow to load here, and there is nothing for them.
export VK_DRIVER_FILES=/usr/share/vulkan/icd.d/intel_icd.json HOME=/tmp XDG_RUNTIME_DIR=/tmp

# in_time SECONDS COMMAND...: 124 when it does not end by itself
in_time() { bounded $(($1 + 10)) timeout -k 5 "$@"; }
transfer() { in_time 240 "${user[@]}" /lab/bin/transfer "$@"; }
compute() { in_time 300 "${user[@]}" /lab/bin/compute "$@"; }
# client NAME SECONDS PATTERN COMMAND...: it ends in time, is content, and says that; lines are one for PATTERN
client() {
	local name=$1 limit=$2 pattern=$3 rc=0
	shift 3
	in_time "$limit" "$@" &>/tmp/said || rc=$?
	if ((rc == 124 || rc == 137)); then
		not_ok "$name" "not within $limit s"
	elif ((rc)); then
		not_ok "$name" "status $rc"
	elif ! grep -qzE -- "$pattern" /tmp/said; then
		not_ok "$name" "says nothing like $pattern"
	else
		ok "$name"
		return
	fi
	diag "$(tail -n 20 /tmp/said)"
}
# quiet: what the model saw of it all
quiet() {
	t "no engine was reset" zero engine-resets
	t "no unknown register" zero unknown-registers
	t "no violation but upstream's own" no_violations
}
