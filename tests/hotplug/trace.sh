# driver: xe
# kernel: stock
# timeout: 900
# set: hotplug=pciehp model_args=--bar=256M
#
# SPDX-License-Identifier: MIT
# All tracepoints are on while jobs run, go wrong, and the device goes; each has happened, and what was
# traced can be read when the module is gone. debugfs tells of queues, address spaces and contexts meanwhile.
. /lab/gpu.sh
. ./lib/phases.sh

export LAB_PORT_TIMEOUT=600	# the guest may be slow
tracing=/sys/kernel/tracing
mountpoint -q $tracing || mount -t tracefs none $tracing
traced() { grep -acE "$1" /tmp/trace; }
save() { cat $tracing/trace >/tmp/trace; put 0 $tracing/trace; }
shows() { grep -aqE "$2" "$debugfs/dri/$gpu/$1" || { cat "$debugfs/dri/$gpu/$1"; return 1; }; }

until_ 60 works || { not_ok "the card works"; finish; }
modprobe vgem
dmesg -C
put 8192 $tracing/buffer_size_kb
t "all can be switched on" put 1 $tracing/events/xe/enable
relay work basic "$gpu"
save
for event in job_queue job_issue job_done bind_plan bind_write bind_done context_state ct_send ct_receive; do
	t "xe_$event" [ "$(traced "xe_$event: dev=$gpu ")" -gt 10 ]
done
t "a job is queued, issued and done once" eval '[[ $(traced xe_job_queue:) == $(traced xe_job_issue:) && $(traced xe_job_queue:) == $(traced xe_job_done:) ]]'

dump leave "$gpu" >/dev/null &
pid=$!
t "queues: who has one" until_ 60 shows queues "dump\[$pid\] GT0 rcs mask 0x1 width 1 context [0-9]+ VM [1-9]"
t "vms: what is in one" until_ 60 shows vms "dump\[$pid\] VM [1-9][0-9]*: 3 mappings, 0 stale, page tables of [1-9]"
t "contexts: in which state" until_ 60 shows contexts "GT0 [0-9]+: (enabl|new|disabl|off|leav).* rcs mask 0x1 width 1"
kill -9 $pid
wait $pid 2>/dev/null
cat "$debugfs/dri/$gpu/gt0/force_reset_sync" >/dev/null
save
t "xe_queue_banned" [ "$(traced "xe_queue_banned: .* comm=dump pid=$pid why=")" -gt 0 ]
t "xe_job_done, with an error" [ "$(traced 'xe_job_done: .* error=-')" -gt 0 ]
t "xe_gt_reset" [ "$(traced "xe_gt_reset: dev=$gpu gt=0 error=0")" -gt 0 ]
put 1 "$dev/power/autosuspend_delay_ms"
put auto "$dev/power/control"
until_ 60 grep -q suspended "$dev/power/runtime_status"
put on "$dev/power/control"
until_ 30 works
save
t "xe_power" eval '[[ $(traced "xe_power: .* awake=0") -gt 0 && $(traced "xe_power: .* awake=1") -gt 0 ]]'

relay pull "$gpu" "echo $gpu >$bus/drivers/xe/unbind && sleep 0.1 && model quiet on >/dev/null" \
	"model quiet off >/dev/null; echo $gpu >$bus/drivers/xe/bind"
relay pull "$gpu" "model vanish now >/dev/null && sleep 0.3 && echo 1 >$dev/remove && sleep 0.1 && model quiet on >/dev/null" \
	"model quiet off >/dev/null; model restore >/dev/null; echo 1 >$bus/rescan"
t "the module can be unloaded with all of them on" until_ 30 rmmod xe
t "no splat" no_splat
t "no violation" no_violations
finish
