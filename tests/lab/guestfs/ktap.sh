# SPDX-License-Identifier: MIT
# For scenarios: . /lab/ktap.sh
#
#	t "what must hold" command...	run it; ok when it succeeds
#	ok|not_ok|skip "name" [reason]	a result of one's own
#	diag text...			a remark
#	figure NAME GOOD TOTAL		for the table beside upstream (figures.tsv); the last one of a name counts
#	points NAME TRIED TOTAL	of all the points there are these were tried; the last one of a name counts
#	relay command...		its results are ours
#	put TEXT FILE
#	finish				the plan; ends the script
ktap_n=0 ktap_bad=0
echo "KTAP version 1"
ok()     { ktap_n=$((ktap_n + 1)); echo "ok $ktap_n - $1"; }
not_ok() { ktap_n=$((ktap_n + 1)); ktap_bad=$((ktap_bad + 1)); echo "not ok $ktap_n - $1${2:+ # $2}"; }
skip()   { ktap_n=$((ktap_n + 1)); echo "ok $ktap_n - $1 # SKIP ${2:-no reason given}"; }
diag()   { local text=$*; echo "# ${text//$'\n'/$'\n'# }"; }
figure() { echo "# figure $1 $2 $3"; }
points() { echo "# points $1 $2 $3"; }
t() {
	local name=$1 out rc=0
	shift
	out=$("$@" 2>&1) || rc=$?
	[[ -z $out ]] || diag "$out"
	if ((rc)); then not_ok "$name" "status $rc"; else ok "$name"; fi
	return $rc
}
put()	{ echo "$1" >"$2"; }
# relay COMMAND...: its KTAP results are ours
relay() {
	local line rc=0 bad=$ktap_bad
	while read -r line; do
		case $line in
		"ok "*\ -\ *)	ok "${line#*- }" ;;
		"not ok "*)	not_ok "${line#*- }" ;;
		"# "*)		echo "$line" ;;
		"status 0")	;;
		"status "*)	rc=${line#status } ;;
		esac
	done < <("$@"; echo "status $?")
	((rc == 0 || ktap_bad > bad)) || not_ok "$1" "status $rc"
}
finish() {
	echo "1..$ktap_n"
	exit $((ktap_bad > 0))
}
