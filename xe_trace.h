/* SPDX-License-Identifier: MIT */
/*
 * Tracepoints: what becomes of jobs, binds and contexts, and what is said to the GuC.
 *
 * They take plain values, no token and no lock, so every file may have one; and copy what they are
 * given, so a trace can be read when device and module are gone. A fence of a job has the same
 * timeline and number in the kernel's own dma_fence events.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM xe

#if !defined(_XE_TRACE_H_) || defined(TRACE_HEADER_MULTI_READ)
#define _XE_TRACE_H_

#include <linux/device.h>
#include <linux/dma-fence.h>
#include <linux/tracepoint.h>
#include <linux/types.h>

/* Queued by a client, issued to an engine, done */
DECLARE_EVENT_CLASS(xe_job,
	TP_PROTO(const struct device *dev, u8 gt, int context, const struct dma_fence *fence),
	TP_ARGS(dev, gt, context, fence),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u8, gt)
		__field(int, context)
		__field(u64, timeline)
		__field(u64, seqno)
		__field(int, error)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->gt = gt;
		__entry->context = context;
		__entry->timeline = fence->context;
		__entry->seqno = fence->seqno;
		__entry->error = fence->error;
	),
	TP_printk("dev=%s gt=%u context=%d timeline=%llu seqno=%llu error=%d", __get_str(dev),
		  __entry->gt, __entry->context, __entry->timeline, __entry->seqno, __entry->error)
);

DEFINE_EVENT(xe_job, xe_job_queue,
	TP_PROTO(const struct device *dev, u8 gt, int context, const struct dma_fence *fence),
	TP_ARGS(dev, gt, context, fence)
);

DEFINE_EVENT(xe_job, xe_job_issue,
	TP_PROTO(const struct device *dev, u8 gt, int context, const struct dma_fence *fence),
	TP_ARGS(dev, gt, context, fence)
);

DEFINE_EVENT(xe_job, xe_job_done,
	TP_PROTO(const struct device *dev, u8 gt, int context, const struct dma_fence *fence),
	TP_ARGS(dev, gt, context, fence)
);

/* Planned in an ioctl, written to page tables, known to TLBs */
DECLARE_EVENT_CLASS(xe_bind,
	TP_PROTO(const struct device *dev, u32 asid, u64 start, u64 end,
		 const struct dma_fence *fence),
	TP_ARGS(dev, asid, start, end, fence),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u32, asid)
		__field(u64, start)
		__field(u64, end)
		__field(u64, timeline)
		__field(u64, seqno)
		__field(int, error)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->asid = asid;
		__entry->start = start;
		__entry->end = end;
		__entry->timeline = fence->context;
		__entry->seqno = fence->seqno;
		__entry->error = fence->error;
	),
	TP_printk("dev=%s asid=%u start=%#llx end=%#llx timeline=%llu seqno=%llu error=%d",
		  __get_str(dev), __entry->asid, __entry->start, __entry->end, __entry->timeline,
		  __entry->seqno, __entry->error)
);

DEFINE_EVENT(xe_bind, xe_bind_plan,
	TP_PROTO(const struct device *dev, u32 asid, u64 start, u64 end,
		 const struct dma_fence *fence),
	TP_ARGS(dev, asid, start, end, fence)
);

DEFINE_EVENT(xe_bind, xe_bind_write,
	TP_PROTO(const struct device *dev, u32 asid, u64 start, u64 end,
		 const struct dma_fence *fence),
	TP_ARGS(dev, asid, start, end, fence)
);

DEFINE_EVENT(xe_bind, xe_bind_done,
	TP_PROTO(const struct device *dev, u32 asid, u64 start, u64 end,
		 const struct dma_fence *fence),
	TP_ARGS(dev, asid, start, end, fence)
);

TRACE_EVENT(xe_context_state,
	TP_PROTO(const struct device *dev, u8 gt, u32 context, const char *from, const char *to),
	TP_ARGS(dev, gt, context, from, to),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u8, gt)
		__field(u32, context)
		__string(from, from)
		__string(to, to)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->gt = gt;
		__entry->context = context;
		__assign_str(from);
		__assign_str(to);
	),
	TP_printk("dev=%s gt=%u context=%u from=%s to=%s", __get_str(dev), __entry->gt,
		  __entry->context, __get_str(from), __get_str(to))
);

/* A message to the GuC, or from it: its action, 0 for an answer; @fence pairs the two */
DECLARE_EVENT_CLASS(xe_ct,
	TP_PROTO(const struct device *dev, u8 gt, u32 action, u32 fence, u32 words),
	TP_ARGS(dev, gt, action, fence, words),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u8, gt)
		__field(u32, action)
		__field(u32, fence)
		__field(u32, words)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->gt = gt;
		__entry->action = action;
		__entry->fence = fence;
		__entry->words = words;
	),
	TP_printk("dev=%s gt=%u action=%#x fence=%#x words=%u", __get_str(dev), __entry->gt,
		  __entry->action, __entry->fence, __entry->words)
);

DEFINE_EVENT(xe_ct, xe_ct_send,
	TP_PROTO(const struct device *dev, u8 gt, u32 action, u32 fence, u32 words),
	TP_ARGS(dev, gt, action, fence, words)
);

DEFINE_EVENT(xe_ct, xe_ct_receive,
	TP_PROTO(const struct device *dev, u8 gt, u32 action, u32 fence, u32 words),
	TP_ARGS(dev, gt, action, fence, words)
);

TRACE_EVENT(xe_queue_banned,
	TP_PROTO(const struct device *dev, u8 gt, int context, const char *comm, pid_t pid,
		 const char *why),
	TP_ARGS(dev, gt, context, comm, pid, why),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u8, gt)
		__field(int, context)
		__string(comm, comm)
		__field(pid_t, pid)
		__string(why, why)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->gt = gt;
		__entry->context = context;
		__assign_str(comm);
		__entry->pid = pid;
		__assign_str(why);
	),
	TP_printk("dev=%s gt=%u context=%d comm=%s pid=%d why=\"%s\"", __get_str(dev), __entry->gt,
		  __entry->context, __get_str(comm), __entry->pid, __get_str(why))
);

TRACE_EVENT(xe_gt_reset,
	TP_PROTO(const struct device *dev, u8 gt, int error),
	TP_ARGS(dev, gt, error),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u8, gt)
		__field(int, error)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->gt = gt;
		__entry->error = error;
	),
	TP_printk("dev=%s gt=%u error=%d", __get_str(dev), __entry->gt, __entry->error)
);

TRACE_EVENT(xe_power,
	TP_PROTO(const struct device *dev, bool awake, bool system, int error),
	TP_ARGS(dev, awake, system, error),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(bool, awake)
		__field(bool, system)
		__field(int, error)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->awake = awake;
		__entry->system = system;
		__entry->error = error;
	),
	TP_printk("dev=%s awake=%d system=%d error=%d", __get_str(dev), __entry->awake,
		  __entry->system, __entry->error)
);

#endif

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE xe_trace
#include <trace/define_trace.h>
