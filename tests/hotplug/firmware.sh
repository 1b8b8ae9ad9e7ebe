# driver: xe
# timeout: 1200
# set: load=no model_args=--bar=64M
#
# SPDX-License-Identifier: MIT
# GuC firmware files that are missing, damaged or of another version: probe fails with one message
# that says which, nothing is left behind, and the real file works afterwards.
. /lab/gpu.sh
. ./lib/phases.sh

folder=/lib/firmware/xe
real=$folder/bmg_guc_70.bin
bad=$folder/bad.bin

# Where things are in the header of the file, in bytes: abi/guc_firmware.h.
MODULE_TYPE=0 HEADER_WORDS=4 VENDOR=16 TOTAL_WORDS=24 KEY_WORDS=28 VERSION=64 PRIVATE_BYTES=120

# poke OFFSET VALUE...: little-endian words of the bad file
poke() {
	local offset=$1 value bytes=
	shift
	for value in "$@"; do
		bytes+=$(printf '\\x%02x' $((value & 255)) $((value >> 8 & 255)) $((value >> 16 & 255)) $((value >> 24 & 255)))
	done
	printf "$bytes" | dd of=$bad bs=1 seek="$offset" conv=notrunc status=none
}
word()	{ od -An -tu4 -j "$1" -N 4 "$real" | tr -d ' '; }
copy()	{ cp "$real" $bad; }
cut_to() { head -c "$1" "$real" >$bad; }

# refused WHAT PATTERN [KIND]: the module loads, the card is not bound, and the log says so once
refused() {
	local what=$1 pattern=$2 kind=${3:-guc} errors
	dmesg -C
	modprobe xe "${kind}_firmware_path=xe/bad.bin" || { not_ok "$what" "the module does not load"; return; }
	errors=$(dmesg | grep -a '\*ERROR\*')
	diag "${errors#*\] }"
	if bound; then
		not_ok "$what" "the card is bound"
	elif [[ $(grep -c . <<<"$errors") != 1 || ! $errors =~ $pattern ]]; then
		not_ok "$what" "expected one message with: $pattern"
	elif ! dmesg | grep -qa 'cannot be brought up'; then
		not_ok "$what" "nothing says that the card is not there"
	elif compgen -G "/dev/dri/render*" >/dev/null || [[ -e $dev/tile0 ]]; then
		not_ok "$what" "something is left"
	else
		ok "$what"
	fi
	rmmod xe
}
# accepted WHAT [PARAMETERS...]
accepted() {
	local what=$1
	shift
	modprobe xe "$@"
	t "$what" until_ 30 works
	rmmod xe
}

rm -f $bad
refused "missing" 'cannot be read .*install it'
: >$bad
refused "empty" 'cannot be read|truncated'
for size in 1 127; do
	cut_to $size
	refused "cut to $size bytes" 'truncated: .* a header has'
done
for size in 128 4096 $(($(stat -c %s "$real") - 1)); do
	cut_to "$size"
	refused "cut to $size bytes" 'truncated: .* its header says'
done
head -c 400000 /dev/urandom >$bad
refused "noise" 'not firmware'
head -c 40000000 /dev/zero >$bad
refused "40 MB" 'more than the card can hold'
copy; poke $MODULE_TYPE 7
refused "another module type" 'not firmware: module type 0x7'
copy; poke $VENDOR 0x1002
refused "another vendor" 'not firmware: .*0x1002'
copy; poke $HEADER_WORDS 0xffffffff
refused "absurd header size" 'header of 4294967295 words'
copy; poke $TOTAL_WORDS 0xffffffff
refused "absurd total size" 'truncated'
copy; poke $TOTAL_WORDS 1
refused "no room for code" 'no code'
copy; poke $HEADER_WORDS $(($(word $HEADER_WORDS) - $(word $KEY_WORDS))); poke $KEY_WORDS 0
refused "no signature" 'no signature'
copy; poke $PRIVATE_BYTES 0x7fffffff
refused "absurd private data" 'absurd'
copy; poke $VERSION $((69 << 16))
refused "older major version" 'version 69.0.0 is too old.*update'
copy; poke $VERSION $((70 << 16 | 1 << 8))
refused "older minor version" 'version 70.1.0 is too old.*update'
copy; poke $VERSION $((71 << 16))
refused "newer major version" 'version 71.0.0 is too new.*newer driver'
copy
accepted "the real file by another name" guc_firmware_path=xe/bad.bin
accepted "the real file"
accepted "no HuC" huc_firmware_path=
rm -f $bad
dmesg -C
accepted "HuC is missing: goes on without" huc_firmware_path=xe/bad.bin
t "and says so" eval 'dmesg | grep -qa "HuC firmware xe/bad.bin cannot be read"'
head -c 400000 /dev/urandom >$bad
dmesg -C
accepted "HuC is noise: goes on without" huc_firmware_path=xe/bad.bin
t "and says why" eval 'dmesg | grep -qa "firmware xe/bad.bin is refused: not firmware.*going on without HuC"'
t "kmemleak finds nothing" leaks
t "no violation" no_violations
finish
