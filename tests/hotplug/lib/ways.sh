# SPDX-License-Identifier: MIT
# The ways in which a card goes and comes back, as commands. For scenarios that have sourced gpu.sh.

# Between the two whatever touches the card is a violation.
gone="sleep 0.1 && model quiet on >/dev/null"
back="model quiet off >/dev/null"
declare -A down=(
	[unbind]="echo $gpu >$bus/drivers/xe/unbind && $gone"
	[remove]="echo 1 >$dev/remove && $gone"
	[unplug]="bench unplug >/dev/null && while [[ -e $dev ]]; do sleep 0.1; done && $gone"
	[vanish]="model vanish now >/dev/null && sleep 0.3 && echo 1 >$dev/remove && $gone"
	[lost]="model vanish now >/dev/null && for i in 1 2 3 4 5; do cat $dev/tile0/gt0/freq0/act_freq || break; sleep 0.1; done >/dev/null 2>&1; true"
)
declare -A up=(
	[unbind]="$back; echo $gpu >$bus/drivers/xe/bind"
	[remove]="$back; echo 1 >$bus/rescan"
	[unplug]="$back; bench plug >/dev/null"
	[vanish]="$back; model restore >/dev/null; echo 1 >$bus/rescan"
	[lost]="echo 1 >$dev/remove && $gone && $back; model restore >/dev/null; echo 1 >$bus/rescan"
)
