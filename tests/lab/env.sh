# SPDX-License-Identifier: MIT
# Sourced by the scripts of the bench: where things are.
#
# What was fetched, and kernels, are shared by all checkouts. What is built from a checkout has a
# folder of its own there, so that two of them can be tested side by side.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export XE_LAB=${XE_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/xe-lab}
built=$XE_LAB/built/$(printf %s "$top" | sha256sum | cut -c 1-12)
if [[ ! -e $built/checkout ]]; then
	mkdir -p "$built"
	echo "$top" >"$built/checkout"
fi
# make's own words about its jobs are no warnings of what it builds
unset MAKEFLAGS MFLAGS MAKELEVEL
